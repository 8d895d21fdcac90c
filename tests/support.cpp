#include "support.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <opencv2/imgproc.hpp>
#include <stdexcept>

extern char** environ;

namespace facedeblur::testing {
namespace fs = std::filesystem;

TempFolder::TempFolder() {
  std::string name = (fs::temp_directory_path() / "facedeblur-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a folder");
  path_ = name;
}

TempFolder::~TempFolder() {
  std::error_code error;
  fs::remove_all(path_, error);
}

fs::path DataFolder() { return fs::path(FACEDEBLUR_SOURCE_DIR) / "data"; }
fs::path ModelsFolder() { return fs::path(FACEDEBLUR_SOURCE_DIR) / "models"; }
fs::path Program() { return FACEDEBLUR_PROGRAM; }

void WriteBytes(const fs::path& path, const Bytes& bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  if (!file) throw std::runtime_error("cannot write " + path.string());
}

void WriteText(const fs::path& path, const std::string& text) {
  WriteBytes(path, Bytes(text.begin(), text.end()));
}

cv::Mat MakeTestImage(cv::Size size, int type, int seed) {
  cv::RNG random(static_cast<std::uint64_t>(seed));
  cv::Mat image(size, CV_32FC(CV_MAT_CN(type)));
  random.fill(image, cv::RNG::UNIFORM, 0.0, 1.0);
  cv::GaussianBlur(image, image, {0, 0}, 3);
  cv::normalize(image, image, 0, 1, cv::NORM_MINMAX);
  cv::Mat converted;
  image.convertTo(converted, CV_MAT_DEPTH(type), CV_MAT_DEPTH(type) == CV_8U ? 255 : 65535);
  return converted;
}

std::vector<std::string> ListFiles(const fs::path& folder) {
  std::vector<std::string> files;
  if (!fs::exists(folder)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path().lexically_relative(folder).string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

Bytes FakeProfile(const std::string& colour_space) {
  constexpr std::size_t kHeader = 132;
  Bytes icc(600, 0);
  // No tags, but something that does not compress: libpng takes no short profiles.
  cv::RNG random(1);
  for (std::size_t i = kHeader; i < icc.size(); ++i) {
    icc[i] = static_cast<std::uint8_t>(random.uniform(0, 256));
  }
  const auto put = [&icc](std::ptrdiff_t at, const std::string& text) {
    std::copy(text.begin(), text.end(), icc.begin() + at);
  };
  icc[2] = 600 >> 8;  // its own size
  icc[3] = 600 & 0xFF;
  icc[8] = 4;  // the version
  put(12, "mntr");
  put(16, colour_space + "XYZ ");
  put(36, "acsp");
  put(68, std::string("\0\0\xF6\xD6\0\1\0\0\0\0\xD3\x2D", 12));  // D50
  return icc;
}

ProgramResult RunProgram(const std::vector<std::string>& arguments, const Bytes& input) {
  const TempFolder folder;
  const fs::path in = folder / "stdin";
  const fs::path out = folder / "stdout";
  WriteBytes(in, input);
  const fs::path errors = folder / "stderr";
  std::string program = Program().string();
  std::vector<std::string> words = arguments;
  std::vector<char*> argv = {program.data()};
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, in.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), O_CREAT | O_WRONLY, 0600);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors.c_str(), O_CREAT | O_WRONLY,
                                   0600);
  pid_t child = 0;
  const int status = posix_spawn(&child, program.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (status != 0) throw std::runtime_error("cannot start " + program);
  int wait_status = 0;
  ::waitpid(child, &wait_status, 0);
  ProgramResult result;
  result.exit_code =
      WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
  result.output = ReadFile(out);
  const Bytes text = ReadFile(errors);
  result.errors.assign(text.begin(), text.end());
  return result;
}

}  // namespace facedeblur::testing
