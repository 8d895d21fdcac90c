#pragma once

#include <filesystem>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "facedeblur/face/landmarks.h"

namespace facedeblur {

/// How one input ended.
enum class Outcome {
  kRestored,         ///< faces were made sharp and the image was written
  kCopied,           ///< no face: written unchanged
  kSkippedNoFace,    ///< no face: not written, as asked
  kSkippedExisting,  ///< the output was there already, left alone as asked
  kFailed,           ///< not written; `message` says why
};

const char* OutcomeName(Outcome outcome);

/// Seconds of one thread's time spent on one image, by stage.
struct StageSeconds {
  double decode = 0;
  double detect = 0;
  double restore = 0;
  double blend = 0;
  double encode = 0;
  double write = 0;

  double Total() const { return decode + detect + restore + blend + encode + write; }
  StageSeconds& operator+=(const StageSeconds& other);
};

/// One face of an image, as the report tells it.
struct FaceRecord {
  cv::Rect2f box;          ///< the detector's square, image pixels
  double probability = 1;  ///< that it is a face, as DetectedFace tells it ...
  double score = 0;        ///< ... and the score
  int turned = 0;          ///< degrees clockwise from upright, as the face was found
  Landmarks landmarks;     ///< image pixels; empty where the image is one aligned face
  int chip_size = 0;       ///< pixels
  double blur_before = 0;  ///< BlurEffect() of the chip, 0 (sharp) to 1
  double blur_after = 0;
  double confidence = 1;  ///< that the restored face is nearer to the sharp one: Confidence()
  double change = 0;      ///< mean absolute change of the chip, 8-bit levels
  /// Root mean square distance of the blur kernel's mass from its centre, chip pixels; 0 where
  /// there is no estimate.
  double kernel_radius = 0;
};

/// What happened to one input.
struct ImageRecord {
  std::filesystem::path input;
  std::filesystem::path output;
  Outcome outcome = Outcome::kFailed;
  std::string message;                   ///< of a failure
  std::vector<std::string> warnings;     ///< things lost or odd that did not stop it
  int faces = 0;                         ///< restored
  int doubtful = 0;                      ///< of these, so doubtful that nothing was changed
  bool unreachable = false;              ///< failed because it cannot be read or written at all
  cv::Size size;                         ///< upright; 0x0 when it could not be read
  std::vector<FaceRecord> face_records;  ///< only with BatchOptions::measure_faces
  StageSeconds seconds;
};

/// Totals over a batch; records come in any order.
struct BatchReport {
  int restored = 0;
  int copied = 0;
  int skipped = 0;
  int failed = 0;
  int faces = 0;
  bool interrupted = false;
  bool gave_up = false;  ///< so many in a row were unreachable that the others were not tried
  StageSeconds seconds;

  void Add(const ImageRecord& record);
  int Images() const { return restored + copied + skipped + failed; }
};

}  // namespace facedeblur
