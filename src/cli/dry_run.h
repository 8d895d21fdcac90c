#pragma once

#include "cli/logging.h"
#include "facedeblur/pipeline/batch_runner.h"
#include "facedeblur/pipeline/input_plan.h"

namespace facedeblur {

/// Tells what a run would do with each image, on standard output, and what would fail, on the log.
/// Ends with the totals. When quiet only failures are told. Writes no file. Returns the exit code
/// that these failures would give.
int DryRun(const InputPlan& plan, const BatchOptions& options, Verbosity verbosity);

}  // namespace facedeblur
