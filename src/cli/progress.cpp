#include "cli/progress.h"

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "facedeblur/util/text.h"

namespace facedeblur {
namespace {

std::string Describe(const ImageRecord& record) {
  std::string text =
      fmt::format("{}: {}", Printable(record.input.string()), OutcomeName(record.outcome));
  if (record.outcome == Outcome::kRestored) text += ", " + Counted(record.faces, "face");
  if (record.doubtful > 0) {
    text += fmt::format(" ({} too doubtful to change)", record.doubtful);
  }
  if (record.outcome == Outcome::kRestored || record.outcome == Outcome::kCopied) {
    text +=
        fmt::format(" -> {} ({:.2f} s)", Printable(record.output.string()), record.seconds.Total());
  }
  return text;
}

std::string DescribeDuration(double seconds) {
  const auto minutes = static_cast<std::int64_t>(std::lround(seconds / 60));
  if (seconds < 99.5) return fmt::format("{:.0f} s", seconds);
  if (minutes < 120) return fmt::format("{} min", minutes);
  return fmt::format("{} h {:02} min", minutes / 60, minutes % 60);
}

}  // namespace

std::string DescribeProgress(const ProgressCounts& counts, double seconds) {
  std::string text =
      fmt::format("{}/{} photos, {}", counts.done, counts.total, Counted(counts.faces, "face"));
  if (counts.failed > 0) text += fmt::format(", {} failed", counts.failed);
  const std::size_t worked_on = counts.done - counts.skipped;
  if (worked_on == 0 || seconds <= 0) return text;
  const double rate = static_cast<double>(worked_on) / seconds;
  const double left = static_cast<double>(counts.total - counts.done) / rate;
  return text + fmt::format(", {:.2f} photos/s, {} left", rate, DescribeDuration(left));
}

BatchProgress::BatchProgress(std::size_t total, Verbosity verbosity)
    : bar_(verbosity != Verbosity::kQuiet && StatusLineAvailable()) {
  counts_.total = total;
  if (bar_) DrawBar();
}

BatchProgress::~BatchProgress() {
  if (bar_) SetStatusLine("");
}

double BatchProgress::Elapsed() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

void BatchProgress::OnProblem(const PlanProblem& problem) {
  spdlog::error("{}: {}", Printable(problem.input.string()), Printable(problem.message));
  failures_.Add(problem.input, problem.message, FailureKind::kOther);
}

void BatchProgress::OnRecord(const ImageRecord& record) {
  ++counts_.done;
  counts_.faces += record.faces;
  if (record.outcome == Outcome::kSkippedExisting) ++counts_.skipped;
  for (const std::string& warning : record.warnings) {
    spdlog::warn("{}: {}", Printable(record.input.string()), Printable(warning));
  }
  const StageSeconds& s = record.seconds;
  if (record.outcome == Outcome::kFailed) {
    ++counts_.failed;
    spdlog::error("{}: {}", Printable(record.input.string()), Printable(record.message));
    failures_.Add(record.input, record.message,
                  record.unreachable ? FailureKind::kUnreachable : FailureKind::kOther);
  } else {
    spdlog::log(bar_ ? spdlog::level::debug : spdlog::level::info, "{}", Describe(record));
    spdlog::debug(
        "  decode {:.3f}, detect {:.3f}, restore {:.3f}, blend {:.3f}, encode {:.3f}, write {:.3f} "
        "s",
        s.decode, s.detect, s.restore, s.blend, s.encode, s.write);
  }
  if (bar_) {
    DrawBar();
  } else if (AtATenth()) {
    spdlog::info("{}", DescribeProgress(counts_, Elapsed()));
  }
}

void BatchProgress::DrawBar() const {
  constexpr std::size_t kWidth = 24;
  const std::size_t filled = kWidth * counts_.done / std::max<std::size_t>(counts_.total, 1);
  SetStatusLine(fmt::format("[{}{}] {}", std::string(filled, '#'),
                            std::string(kWidth - filled, '.'),
                            DescribeProgress(counts_, Elapsed())));
}

/// Not at the end, which has the summary, and not in a batch that fits a screen.
bool BatchProgress::AtATenth() const {
  constexpr std::size_t kLargeBatch = 50;
  if (counts_.total < kLargeBatch || counts_.done == counts_.total) return false;
  return 10 * counts_.done / counts_.total != 10 * (counts_.done - 1) / counts_.total;
}

}  // namespace facedeblur
