#pragma once

#include <string>

#include "facedeblur/pipeline/batch_report.h"

namespace facedeblur {

/// What the outputs of a run depend on besides the inputs.
struct RunInfo {
  std::string version;          ///< of this program
  std::string weights;          ///< file name
  std::string weights_sha256;   ///< of the file
  std::string network;          ///< for people
  std::string detector;         ///< DetectorIdentity::name; empty where faces were not searched
  std::string detector_sha256;  ///< of the file that landmarks are read with
  std::string device;           ///< "cpu" or "cuda:N", then ", bf16" where that is used
  std::string instruction_set;  ///< that LibTorch uses
  std::string options;          ///< all that can change outputs, with their values
  std::string libtorch;
  std::string opencv;
};

/// The lines of a report, each one JSON object without a line end: the first, one for every input
/// in the order they finish, and the last. scripts/cluster/README.md describes their members.
std::string RunJson(const RunInfo& info);
std::string RecordJson(const ImageRecord& record);
std::string SummaryJson(const BatchReport& report, double seconds);

}  // namespace facedeblur
