#include "pipeline/plan_checks.h"

#include <algorithm>
#include <string>
#include <system_error>

#include "facedeblur/util/error.h"

namespace facedeblur {
namespace fs = std::filesystem;
namespace {

bool Exists(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

/// A forced format must agree with the file name that was asked for.
void RequireAgreement(const PlanOptions& options) {
  const auto named = FormatFromExtension(options.output);
  if (options.format && named && *named != *options.format) {
    throw Error(ErrorKind::kUsage, options.output.string() + ": the name says " +
                                       FormatName(*named) + ", --format says " +
                                       FormatName(*options.format));
  }
}

/// "out.gif" for one file is a file name that we cannot serve, rather than a folder to make.
void RefuseUnknownFileName(const PlanOptions& options) {
  const fs::path& output = options.output;
  const bool one_file = options.inputs.size() == 1 && !IsFolder(options.inputs.front());
  if (!one_file || Exists(output) || !output.has_filename() || !output.has_extension()) return;
  throw Error(ErrorKind::kUsage, output.string() +
                                     ": not the name of an image format we write (end the name of "
                                     "a folder with /)");
}

/// "out.png" for several images likewise.
void RefuseImageNameForFolder(const PlanOptions& options) {
  const fs::path& output = options.output;
  if (Exists(output) || !FormatFromExtension(output)) return;
  throw Error(ErrorKind::kUsage, output.string() +
                                     ": the name of one image; several need a folder (end its name "
                                     "with /)");
}

/// A stream carries one image.
void RequireOneStream(const PlanOptions& options) {
  const bool reads = std::any_of(options.inputs.begin(), options.inputs.end(), IsStream);
  const bool one = options.inputs.size() == 1 && options.listed.empty();
  if (reads && (!one || IsFolder(options.output) || !options.output.has_filename())) {
    throw Error(ErrorKind::kUsage, "- (standard input) is one image and goes to one file or to -");
  }
  if (IsStream(options.output) && (!one || IsFolder(options.inputs.front()))) {
    throw Error(ErrorKind::kUsage, "- (standard output) takes one image, not a folder");
  }
}

}  // namespace

bool IsFolder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

bool IsSameFile(const fs::path& a, const fs::path& b) {
  std::error_code error;
  return fs::equivalent(a, b, error) && !error;
}

bool IsStream(const fs::path& path) { return path == kStandardStream; }

bool OutputIsFile(const PlanOptions& options) {
  if (options.inputs.size() != 1 || !options.listed.empty()) return false;
  if (IsFolder(options.inputs.front())) return false;
  if (IsStream(options.output) || IsStream(options.inputs.front())) return true;
  if (IsFolder(options.output) || !options.output.has_filename()) return false;
  return FormatFromExtension(options.output).has_value() || Exists(options.output);
}

void RequireSensible(const PlanOptions& options) {
  if (options.inputs.empty() && options.listed.empty()) {
    throw Error(ErrorKind::kUsage, "an INPUT and an OUTPUT are needed");
  }
  if (options.output.empty()) throw Error(ErrorKind::kUsage, "the OUTPUT is empty");
  RequireOneStream(options);
  if (OutputIsFile(options)) return RequireAgreement(options);
  RefuseUnknownFileName(options);
  RefuseImageNameForFolder(options);
  if (Exists(options.output) && !IsFolder(options.output)) {
    throw Error(ErrorKind::kUsage,
                options.output.string() + ": the output must be a folder here, and is a file");
  }
  for (const fs::path& input : options.inputs) {
    if (IsFolder(input) && IsSameFile(input, options.output)) {
      throw Error(ErrorKind::kUsage,
                  options.output.string() + ": the output folder is the input folder");
    }
  }
}

}  // namespace facedeblur
