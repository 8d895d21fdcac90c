#pragma once

#include <filesystem>
#include <opencv2/core.hpp>
#include <string>

#include "facedeblur/image/metadata.h"
#include "facedeblur/util/file_io.h"

namespace facedeblur {

/// Names the entry of a photo, and its images, in a gallery: 16 hexadecimal digits, the same for
/// the same path in every run. File names themselves may hold what no address can.
std::string GalleryId(const std::filesystem::path& photo);

/// Writes the images of one entry of a gallery: `<folder>/<id>-<name>.jpg`, or for a face
/// `<folder>/<id>-<number>-<name>.jpg`. They replace those of an earlier run. Pixels are 8-bit,
/// 16-bit, or floating point from 0 to 1, with 1, 3 or 4 channels, of which alpha is left out. All
/// throw Error(kOutput) naming the file.
class GalleryImages {
 public:
  /// `photo` names the entry. The images are for those alone who have `access` to all that is
  /// shown. All but kernels get `colours`, the photo's ICC profile.
  GalleryImages(std::filesystem::path gallery, const std::filesystem::path& photo,
                const FileAccess& access, Metadata colours);

  /// thumbs/ alone: at most 320 pixels on the longer side.
  void WriteThumb(const std::string& name, const cv::Mat& pixels) const;
  /// thumbs/ and full/, which has all pixels as far as JPEG can: 65,500 on a side.
  void WritePhoto(const std::string& name, const cv::Mat& pixels) const;
  /// faces/: a chip.
  void WriteFace(int number, const std::string& name, const cv::Mat& chip) const;
  /// faces/, as PNG: a blur kernel, its largest entry white. An empty one is left out.
  void WriteKernel(int number, const cv::Mat& kernel) const;

 private:
  void WriteJpeg(const std::filesystem::path& file, const cv::Mat& pixels) const;
  void Write(const std::filesystem::path& file, const Bytes& bytes) const;

  std::filesystem::path gallery_;
  std::string id_;
  FileAccess access_;
  Metadata colours_;
};

/// Removes all images that were written so.
void RemoveGalleryImages(const std::filesystem::path& gallery);

}  // namespace facedeblur
