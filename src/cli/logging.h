#pragma once

#include <filesystem>
#include <string>

namespace facedeblur {

enum class Verbosity { kQuiet, kNormal, kVerbose };

/// Sets up spdlog's default logger: messages go to standard error (errors and warnings alone when
/// quiet), and all of them, with times, to `log_file` where given. Throws Error(kUsage) when that
/// file cannot be opened.
void InitLogging(Verbosity verbosity, const std::filesystem::path& log_file);

/// Shows a line that is redrawn in place below the log, on a terminal. Empty: none.
void SetStatusLine(const std::string& line);

/// True when standard error is a terminal that can redraw a line.
bool StatusLineAvailable();

}  // namespace facedeblur
