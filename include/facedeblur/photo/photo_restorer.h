#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "facedeblur/face/detector.h"
#include "facedeblur/pipeline/process_options.h"
#include "facedeblur/restore/compute_device.h"

namespace facedeblur {

/// How photos are restored; the defaults are the program's.
struct PhotoOptions {
  std::filesystem::path weights;  ///< a weights file; empty: the default weights
  /// Folder with the default weights and face_finder.dat. Empty: the environment variable
  /// FACEDEBLUR_MODELS, or else the folder models beside the program's executable, or else the
  /// models that were installed with this library.
  std::filesystem::path models;
  DeviceRequest device;
  Precision precision = Precision::kFloat32;
  DetectorOptions detector;  ///< as LoadDetector() takes them
  ProcessOptions process;
  std::size_t threads = 1;  ///< that work on faces; results do not depend on it

  /// Throws Error(kUsage) for values out of range.
  void Validate() const;
};

/// Makes the faces of photos in memory sharp, with the pixels that the program would give. Loading
/// takes most of a second: keep one for many photos.
///
/// LibTorch is opened with the first one, within this process. A program that has a LibTorch of its
/// own loaded cannot use it: two do not go together.
class PhotoRestorer {
 public:
  /// Throws Error: kUsage for options out of range, kModel when weights, face_finder.dat or
  /// LibTorch cannot be used, kDevice when the device is not there.
  explicit PhotoRestorer(const PhotoOptions& options = {});
  ~PhotoRestorer();
  PhotoRestorer(const PhotoRestorer&) = delete;
  PhotoRestorer& operator=(const PhotoRestorer&) = delete;

  /// Restores an upright photo in place: CV_8U or CV_16U; 1 (grey), 3 (BGR) or 4 (BGRA) channels.
  /// Returns the faces that were restored, largest first; where there are none, no pixel changes.
  /// May be called from several threads at once, each with an image of its own.
  /// Throws Error: kUsage for other pixels than these, kInput when a face cannot be restored,
  /// kDevice when the device fails. The photo is as it was then.
  std::vector<DetectedFace> Restore(cv::Mat* pixels) const;

  /// Where it runs: "cpu" or "cuda:N", and why not on the GPU where that was passed over.
  std::string Device() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace facedeblur
