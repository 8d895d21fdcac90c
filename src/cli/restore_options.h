#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/logging.h"
#include "cli/option_binder.h"
#include "facedeblur/face/detector.h"
#include "facedeblur/image/format.h"
#include "facedeblur/pipeline/batch_runner.h"
#include "facedeblur/pipeline/input_plan.h"
#include "facedeblur/pipeline/shard.h"
#include "facedeblur/restore/compute_device.h"

namespace facedeblur {

/// Everything that the command line of the main job says.
struct RestoreOptions {
  std::vector<std::filesystem::path> paths;  ///< INPUT... OUTPUT
  std::filesystem::path files_from;          ///< a list of further inputs, or "-"
  bool null_separated = false;               ///< its names end in NUL instead of a line end
  bool no_recursive = false;
  bool dry_run = false;  ///< only tell what would be done
  Shard shard;

  std::filesystem::path weights;
  std::filesystem::path models;
  DeviceRequest device;
  Precision precision = Precision::kFloat32;

  DetectorOptions detector;
  ProcessOptions process;
  NoFacePolicy no_face = NoFacePolicy::kCopy;

  std::optional<ImageFormat> format;  ///< of the outputs; none: that of each input
  int quality = 0;
  bool no_history = false;  ///< outputs do not tell how they were made
  bool overwrite = false;
  bool skip_existing = false;
  std::filesystem::path save_faces;
  std::filesystem::path comparison;
  std::filesystem::path gallery;

  std::filesystem::path report;
  std::filesystem::path log_file;
  bool verbose = false;
  bool quiet = false;
  int jobs = 0;                  ///< 0: one more than threads
  int threads = 0;               ///< 0: one for each processor
  std::uint64_t max_memory = 0;  ///< bytes; 0: half of what there is
  DecodeLimits limits;

  OptionList output_settings;  ///< the options that can change an output, for reports

  /// Checks what the parser cannot. Throws Error(kUsage).
  void Validate() const;

  Verbosity GetVerbosity() const;

  /// What is to be done. Reads the list of --files-from. Throws Error(kUsage) when that cannot be
  /// read.
  PlanOptions ToPlan() const;

  /// How it is to be done.
  BatchOptions ToBatch() const;
};

/// Binds the options to a parser.
void BindRestoreOptions(CLI::App* app, RestoreOptions* options);

}  // namespace facedeblur
