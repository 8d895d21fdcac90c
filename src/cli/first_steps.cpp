#include "cli/first_steps.h"

#include <system_error>

#include "facedeblur/image/format.h"
#include "facedeblur/pipeline/input_plan.h"

namespace facedeblur {
namespace {

namespace fs = std::filesystem;

/// The path as a shell takes it.
std::string ShellWord(const fs::path& path) {
  constexpr char kPlain[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=.,:@%/";
  std::string text = path.string();
  if (text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

/// Beside the input: photo.jpg becomes photo-sharp.jpg. A name that is no image's is written as
/// PNG.
fs::path SharpName(const fs::path& photo) {
  const std::string extension = FormatFromExtension(photo) ? photo.extension().string() : ".png";
  return photo.parent_path() / (photo.stem().string() + "-sharp" + extension);
}

/// "sharp/" for a folder whose name cannot be added to.
fs::path SharpFolder(const fs::path& folder) {
  const fs::path named = folder.has_filename() ? folder : folder.parent_path();  // without a slash
  const fs::path name = named.filename();
  if (name.empty() || name == "." || name == "..") return "sharp/";
  return named.string() + "-sharp/";
}

}  // namespace

std::string FirstSteps() {
  return "facedeblur makes blurred faces in photos sharp. It leaves the photos themselves alone.\n"
         "  facedeblur photo.jpg sharp.jpg      one photo\n"
         "  facedeblur photos/ out/             a folder, and those below it\n"
         "  facedeblur photos/ out/ --dry-run   only says what would be done\n"
         "  facedeblur --help                   all options and commands\n";
}

std::string AskForOutput(const fs::path& input) {
  if (input == kStandardStream) {
    return "an OUTPUT is needed too. To read a photo from standard input and write it, with sharp "
           "faces, to standard output: facedeblur - - < photo.jpg > sharp.jpg";
  }
  std::error_code error;
  const fs::file_status status = fs::status(input, error);
  if (!fs::exists(status)) {
    return input.string() +
           ": no such file; an INPUT and an OUTPUT are needed, as in: facedeblur photo.jpg "
           "sharp.jpg";
  }
  const bool folder = fs::is_directory(status);
  const fs::path output = folder ? SharpFolder(input) : SharpName(input);
  return input.string() + ": an OUTPUT is needed too. To write " +
         (folder ? "the photos in it" : "the photo") + ", with sharp faces, to " + output.string() +
         ": facedeblur " + ShellWord(input) + " " + ShellWord(output);
}

}  // namespace facedeblur
