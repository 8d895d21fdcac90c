#include "cli/dry_run.h"

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include <cstddef>
#include <cstdio>
#include <string>

#include "cli/exit_code.h"
#include "facedeblur/pipeline/forecast.h"
#include "facedeblur/util/text.h"

namespace facedeblur {
namespace {

void Say(const std::string& line, Verbosity verbosity) {
  if (verbosity == Verbosity::kQuiet) return;
  std::puts(line.c_str());
  std::fflush(stdout);  // in order with the failures
}

void TellFailure(const std::filesystem::path& input, const std::string& message) {
  spdlog::error("{}: {}", Printable(input.string()), Printable(message));
}

}  // namespace

int DryRun(const InputPlan& plan, const BatchOptions& options, Verbosity verbosity) {
  for (const std::string& note : plan.notes) spdlog::warn("{}", Printable(note));
  for (const PlanProblem& problem : plan.problems) TellFailure(problem.input, problem.message);
  std::size_t done = 0;
  std::size_t skipped = 0;
  std::size_t failed = plan.problems.size();
  for (const PlannedImage image : plan.images) {
    const std::string input = Printable(image.input.string());
    const std::string output = Printable(image.output.string());
    const Forecast forecast = Foresee(image, options);
    switch (forecast.fate) {
      case Fate::kDone:
        ++done;
        Say(input + " -> " + output, verbosity);
        break;
      case Fate::kSkipped:
        ++skipped;
        Say(input + ": skipped, " + output + " exists", verbosity);
        break;
      case Fate::kFailed:
        ++failed;
        TellFailure(image.input, forecast.message);
        break;
    }
  }
  if (plan.ignored > 0) {
    Say(fmt::format("{} not named like an image: left out",
                    Counted(static_cast<int>(plan.ignored), "file")),
        verbosity);
  }
  Say(fmt::format("{}: {} to do, {} to skip, {} would fail; nothing is written",
                  Counted(static_cast<int>(done + skipped + failed), "image"), done, skipped,
                  failed),
      verbosity);
  return failed > 0 ? kExitSomeFailed : kExitDone;
}

}  // namespace facedeblur
