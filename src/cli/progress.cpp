#include "cli/progress.h"

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <string>

#include "cli/logging.h"
#include "facedeblur/util/text.h"

namespace facedeblur {
namespace {

std::string Describe(const ImageRecord& record) {
  std::string text =
      fmt::format("{}: {}", Printable(record.input.string()), OutcomeName(record.outcome));
  if (record.outcome == Outcome::kRestored) text += ", " + Counted(record.faces, "face");
  if (record.outcome == Outcome::kRestored || record.outcome == Outcome::kCopied) {
    text +=
        fmt::format(" -> {} ({:.2f} s)", Printable(record.output.string()), record.seconds.Total());
  }
  return text;
}

}  // namespace

BatchProgress::BatchProgress(std::size_t total) : total_(total), bar_(StatusLineAvailable()) {}

BatchProgress::~BatchProgress() {
  if (bar_) SetStatusLine("");
}

double BatchProgress::Elapsed() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

void BatchProgress::OnRecord(const ImageRecord& record) {
  ++done_;
  faces_ += record.faces;
  for (const std::string& warning : record.warnings) {
    spdlog::warn("{}: {}", Printable(record.input.string()), Printable(warning));
  }
  const StageSeconds& s = record.seconds;
  if (record.outcome == Outcome::kFailed) {
    ++failed_;
    spdlog::error("{}: {}", Printable(record.input.string()), Printable(record.message));
  } else {
    spdlog::log(bar_ ? spdlog::level::debug : spdlog::level::info, "{}", Describe(record));
    spdlog::debug(
        "  decode {:.3f}, detect {:.3f}, restore {:.3f}, blend {:.3f}, encode {:.3f}, write {:.3f} "
        "s",
        s.decode, s.detect, s.restore, s.blend, s.encode, s.write);
  }
  if (bar_) DrawBar();
}

void BatchProgress::DrawBar() const {
  constexpr std::size_t kWidth = 24;
  const std::size_t filled = kWidth * done_ / std::max<std::size_t>(total_, 1);
  const double rate = static_cast<double>(done_) / std::max(Elapsed(), 1e-9);
  const double left = static_cast<double>(total_ - done_) / rate;
  SetStatusLine(fmt::format("[{}{}] {}/{} images, {}, {} failed, {:.1f}/s, {:.0f} s left",
                            std::string(filled, '#'), std::string(kWidth - filled, '.'), done_,
                            total_, Counted(faces_, "face"), failed_, rate, left));
}

}  // namespace facedeblur
