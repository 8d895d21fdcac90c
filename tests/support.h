#pragma once

#include <filesystem>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "facedeblur/util/file_io.h"

namespace facedeblur::testing {

/// A fresh folder that goes away with the object.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

std::filesystem::path DataFolder();    ///< data/ of the repository
std::filesystem::path ModelsFolder();  ///< models/ of the repository
std::filesystem::path Program();       ///< the facedeblur executable

void WriteBytes(const std::filesystem::path& path, const Bytes& bytes);
void WriteText(const std::filesystem::path& path, const std::string& text);

/// An image with smooth structure and noise: depth CV_8U or CV_16U, 1, 3 or 4 channels.
cv::Mat MakeTestImage(cv::Size size, int type, int seed = 1);

/// The header of an ICC profile whose pixels are in a colour space: "RGB " or "GRAY".
Bytes FakeProfile(const std::string& colour_space);

/// All regular files below a folder, relative and sorted.
std::vector<std::string> ListFiles(const std::filesystem::path& folder);

struct ProgramResult {
  int exit_code = -1;
  Bytes output;        ///< what it wrote to standard output
  std::string errors;  ///< what it wrote to standard error
};
/// Runs the program with arguments and standard input, waits for it.
ProgramResult RunProgram(const std::vector<std::string>& arguments, const Bytes& input = {});

}  // namespace facedeblur::testing
