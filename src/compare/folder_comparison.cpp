#include "facedeblur/compare/folder_comparison.h"

#include <exception>
#include <mutex>
#include <set>
#include <utility>

#include "facedeblur/face/face_mask.h"
#include "facedeblur/image/codec.h"
#include "facedeblur/image/picture.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"
#include "facedeblur/util/task_pool.h"

namespace facedeblur {
namespace fs = std::filesystem;
namespace {

struct Pair {
  fs::path relative;
  fs::path output;
  fs::path reference;
  bool has_output = true;
  bool has_reference = true;
};

std::set<fs::path> RelativeImages(const fs::path& folder) {
  std::set<fs::path> files;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->is_regular_file() && FormatFromExtension(entry->path())) {
      files.insert(entry->path().lexically_relative(folder));
    }
  }
  if (error) throw Error(ErrorKind::kInput, folder.string() + ": " + error.message());
  return files;
}

std::vector<Pair> ListPairs(const CompareOptions& options) {
  for (const fs::path& path : {options.output, options.reference}) {
    std::error_code error;
    if (!fs::exists(path, error)) {
      throw Error(ErrorKind::kInput, path.string() + ": no such file or folder");
    }
  }
  const bool folders = fs::is_directory(options.output);
  if (folders != fs::is_directory(options.reference)) {
    throw Error(ErrorKind::kUsage, "one of the two is a file and the other a folder");
  }
  if (!folders) return {{options.output.filename(), options.output, options.reference}};
  const std::set<fs::path> outputs = RelativeImages(options.output);
  const std::set<fs::path> references = RelativeImages(options.reference);
  std::set<fs::path> all = references;
  if (!options.ignore_extra) all.insert(outputs.begin(), outputs.end());
  std::vector<Pair> pairs;
  for (const fs::path& relative : all) {
    pairs.push_back({relative, options.output / relative, options.reference / relative,
                     outputs.count(relative) > 0, references.count(relative) > 0});
  }
  return pairs;
}

cv::Mat Decode(const fs::path& file, Bytes* bytes) {
  try {
    *bytes = ReadFile(file);
    std::string warning;
    return DecodeImage(*bytes, {}, &warning).pixels;
  } catch (const std::exception& error) {
    throw Error(ErrorKind::kInput, file.string() + ": " + DescribeException(error));
  }
}

void Measure(const Pair& pair, const CompareOptions& options, ComparedImage* image) {
  Bytes output_bytes;
  Bytes reference_bytes;
  const cv::Mat output = Decode(pair.output, &output_bytes);
  const cv::Mat reference = Decode(pair.reference, &reference_bytes);
  image->message = ShapeMismatch(output, reference);
  if (image->message.empty()) {
    cv::Mat mask;
    if (options.faces_only != nullptr) {
      const std::vector<DetectedFace> faces = options.faces_only->Detect(reference);
      mask = ChangedRegion(faces, reference.size());
      if (!mask.empty()) image->faces = static_cast<int>(faces.size());
    }
    image->difference = MeasureDifference(output, reference, mask, options.tolerance);
    image->measured = true;
    image->message = ToleranceBreach(image->difference, options.tolerance);
    if (image->message.empty() && options.tolerance.exact && output_bytes != reference_bytes) {
      // Without a limit any difference is a breach.
      const std::string breach = ToleranceBreach(image->difference, {});
      image->message = breach.empty() ? "the same pixels in a different file" : breach;
    }
    if (image->difference.max_diff > 0 && !options.difference_folder.empty()) {
      WritePng(options.difference_folder / (pair.relative.string() + ".diff.png"),
               DifferencePicture(output, reference));
    }
  }
  image->outcome = image->message.empty() ? CompareOutcome::kWithin : CompareOutcome::kDiffers;
}

ComparedImage Compare(const Pair& pair, const CompareOptions& options) {
  ComparedImage image;
  image.relative = pair.relative;
  if (!pair.has_output) {
    image.outcome = CompareOutcome::kMissing;
    image.message = "missing; the reference has it";
  } else if (!pair.has_reference) {
    image.outcome = CompareOutcome::kExtra;
    image.message = "has no reference";
  } else {
    try {
      Measure(pair, options, &image);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kOutput) throw;
      image.outcome = CompareOutcome::kUnreadable;
      image.message = error.what();
    }
  }
  return image;
}

}  // namespace

const char* CompareOutcomeName(CompareOutcome outcome) {
  switch (outcome) {
    case CompareOutcome::kWithin:
      return "within";
    case CompareOutcome::kDiffers:
      return "differs";
    case CompareOutcome::kExtra:
      return "extra";
    case CompareOutcome::kMissing:
      return "missing";
    case CompareOutcome::kUnreadable:
      return "unreadable";
  }
  return "?";
}

std::vector<ComparedImage> CompareImages(const CompareOptions& options) {
  const std::vector<Pair> pairs = ListPairs(options);
  std::vector<ComparedImage> images(pairs.size());
  std::mutex mutex;
  std::exception_ptr failure;
  TaskPool pool(options.threads);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    pool.Submit(0, [&, i] {
      try {
        images[i] = Compare(pairs[i], options);
      } catch (...) {
        const std::lock_guard<std::mutex> lock(mutex);
        failure = std::current_exception();
      }
    });
  }
  pool.Join();
  if (failure) std::rethrow_exception(failure);
  return images;
}

CompareTotals CountOutcomes(const std::vector<ComparedImage>& images) {
  CompareTotals totals;
  for (const ComparedImage& image : images) {
    switch (image.outcome) {
      case CompareOutcome::kWithin:
        ++totals.within;
        break;
      case CompareOutcome::kDiffers:
      case CompareOutcome::kExtra:
        ++totals.differing;
        break;
      case CompareOutcome::kMissing:
      case CompareOutcome::kUnreadable:
        ++totals.failed;
        break;
    }
  }
  return totals;
}

}  // namespace facedeblur
