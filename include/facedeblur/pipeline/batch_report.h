#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace facedeblur {

/// How one input ended.
enum class Outcome {
  kRestored,         ///< faces were made sharp and the picture was written
  kCopied,           ///< no face: written unchanged
  kSkippedNoFace,    ///< no face: not written, as asked
  kSkippedExisting,  ///< the output was there already, left alone as asked
  kFailed,           ///< not written; `message` says why
};

const char* OutcomeName(Outcome outcome);

/// Seconds of one thread's time spent on one picture, by stage.
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

/// What happened to one input.
struct ImageRecord {
  std::filesystem::path input;
  std::filesystem::path output;
  Outcome outcome = Outcome::kFailed;
  std::string message;                ///< of a failure
  std::vector<std::string> warnings;  ///< things lost or odd that did not stop it
  int faces = 0;                      ///< restored
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
  StageSeconds seconds;

  void Add(const ImageRecord& record);
  int Images() const { return restored + copied + skipped + failed; }
};

}  // namespace facedeblur
