#pragma once

#include <cstdio>
#include <filesystem>
#include <string>

namespace facedeblur {

/// Takes the lines of a report as they come: each is in the file, complete, when Write() returns,
/// so that what an interruption leaves is valid.
class ReportFile {
 public:
  /// Opens the file, anew or to add to it; "-" is standard output, an empty path takes nothing.
  /// Throws Error(kUsage) when it cannot be opened.
  ReportFile(const std::filesystem::path& path, bool append);
  ~ReportFile();
  ReportFile(const ReportFile&) = delete;
  ReportFile& operator=(const ReportFile&) = delete;

  bool wanted() const { return file_ != nullptr; }

  /// Adds the line and its end. From the first failure (a full disk) on nothing is written.
  void Write(const std::string& line);

  /// False when lines were lost.
  bool intact() const { return intact_; }

 private:
  void EndLastLine();

  std::FILE* file_ = nullptr;
  bool intact_ = true;
};

}  // namespace facedeblur
