#include "cli/report_file.h"

#include <cerrno>
#include <system_error>

#include "facedeblur/pipeline/input_plan.h"
#include "facedeblur/util/error.h"

namespace facedeblur {

ReportFile::ReportFile(const std::filesystem::path& path, bool append) {
  if (path.empty()) return;
  file_ = path == kStandardStream ? stdout : std::fopen(path.c_str(), append ? "a+" : "w");
  if (file_ == nullptr) {
    throw Error(ErrorKind::kUsage, path.string() + ": cannot write the report: " +
                                       std::generic_category().message(errno));
  }
  if (append && file_ != stdout) EndLastLine();
}

/// A process that was killed while it wrote leaves half a line.
void ReportFile::EndLastLine() {
  if (std::fseek(file_, -1, SEEK_END) != 0) return;  // an empty file
  if (std::fgetc(file_) != '\n') Write("");
}

ReportFile::~ReportFile() {
  if (file_ != nullptr && file_ != stdout) std::fclose(file_);
}

void ReportFile::Write(const std::string& line) {
  if (file_ == nullptr || !intact_) return;
  const std::string with_end = line + "\n";
  intact_ = std::fwrite(with_end.data(), 1, with_end.size(), file_) == with_end.size() &&
            std::fflush(file_) == 0;
}

}  // namespace facedeblur
