#pragma once

#include <CLI/App.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/logging.h"
#include "facedeblur/face/detector.h"
#include "facedeblur/pipeline/batch_runner.h"
#include "facedeblur/pipeline/input_plan.h"

namespace facedeblur {

/// Everything that the command line of the main job says.
struct RestoreOptions {
  std::vector<std::filesystem::path> paths;  ///< INPUT... OUTPUT
  std::filesystem::path files_from;          ///< a list of further inputs, or "-"
  bool null_separated = false;               ///< its names end in NUL instead of a line end
  std::string shard = "1/1";
  std::filesystem::path report;
  bool no_recursive = false;
  std::filesystem::path weights;
  std::filesystem::path models;
  std::string device = "auto";
  std::string precision = "fp32";
  bool overwrite = false;
  bool skip_existing = false;
  std::string no_face = "copy";
  std::string format = "keep";
  int jobs = 0;                  ///< 0: one more than threads
  int threads = 0;               ///< 0: one for each processor
  std::uint64_t max_memory = 0;  ///< bytes; 0: half of what there is
  bool verbose = false;
  bool quiet = false;
  std::filesystem::path log_file;
  DetectorOptions detector;
  BatchOptions batch;

  Verbosity verbosity() const {
    return quiet ? Verbosity::kQuiet : verbose ? Verbosity::kVerbose : Verbosity::kNormal;
  }
};

/// Binds the options to a parser; defaults shown in the help are the ones above.
void AddRestoreOptions(CLI::App* app, RestoreOptions* options);

/// Throws Error(kUsage) where the report or the log would replace a picture, weights or a list. To
/// be asked before either is opened.
void RequireOwnFiles(const RestoreOptions& options);

/// Checks what the parser cannot, and fills in what follows from other options: the last path is
/// the output, policies, thread counts. Throws Error(kUsage).
PlanOptions FinishRestoreOptions(RestoreOptions* options);

}  // namespace facedeblur
