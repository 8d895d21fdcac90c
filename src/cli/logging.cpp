#include "cli/logging.h"

#include <spdlog/fmt/fmt.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "facedeblur/util/error.h"

namespace facedeblur {
namespace {

/// Standard error, with a status line that messages push down instead of tearing it.
class TerminalSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  void SetStatus(const std::string& line) {
    const std::lock_guard<std::mutex> lock(mutex_);
    Erase();
    status_ = line;
    Draw();
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t text;
    formatter_->format(message, text);
    Erase();
    std::fwrite(text.data(), 1, text.size(), stderr);
    Draw();
  }
  void flush_() override { std::fflush(stderr); }

 private:
  void Erase() const {
    if (!status_.empty()) std::fputs("\r\033[K", stderr);
  }
  void Draw() const {
    if (!status_.empty()) std::fputs(status_.substr(0, Columns() - 1).c_str(), stderr);
    std::fflush(stderr);
  }

  /// A line that wraps could not be erased.
  static std::size_t Columns() {
    winsize size{};
    const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : 80;
  }

  std::string status_;
};

const std::shared_ptr<TerminalSink>& Terminal() {
  static const auto sink = std::make_shared<TerminalSink>();
  return sink;
}

spdlog::level::level_enum LevelFor(Verbosity verbosity) {
  switch (verbosity) {
    case Verbosity::kQuiet:
      return spdlog::level::warn;
    case Verbosity::kNormal:
      return spdlog::level::info;
    case Verbosity::kVerbose:
      return spdlog::level::debug;
  }
  return spdlog::level::info;
}

}  // namespace

void InitLogging(Verbosity verbosity, const std::filesystem::path& log_file) {
  Terminal()->set_level(LevelFor(verbosity));
  Terminal()->set_pattern("facedeblur: %v");
  std::vector<spdlog::sink_ptr> sinks = {Terminal()};
  if (!log_file.empty()) {
    // spdlog would make missing folders: a mistyped path should be told instead.
    if (log_file.has_parent_path() && !std::filesystem::is_directory(log_file.parent_path())) {
      throw Error(ErrorKind::kUsage, log_file.string() + ": its folder does not exist");
    }
    try {
      auto file = std::make_shared<spdlog::sinks::basic_file_sink_mt>(log_file.string());
      file->set_level(spdlog::level::debug);
      file->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
      sinks.push_back(std::move(file));
    } catch (const spdlog::spdlog_ex&) {
      throw Error(ErrorKind::kUsage, log_file.string() + ": cannot open the log file");
    }
  }
  auto logger = std::make_shared<spdlog::logger>("facedeblur", sinks.begin(), sinks.end());
  logger->set_level(spdlog::level::debug);
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

void SetStatusLine(const std::string& line) { Terminal()->SetStatus(line); }

bool StatusLineAvailable() {
  const char* terminal = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) == 1 && terminal != nullptr &&
         std::string_view(terminal) != "dumb";
}

}  // namespace facedeblur
