#include "facedeblur/compare/folder_comparison.h"

#include <algorithm>
#include <exception>
#include <set>
#include <string>
#include <utility>

#include "facedeblur/face/face_mask.h"
#include "facedeblur/gallery/gallery_images.h"
#include "facedeblur/image/codec.h"
#include "facedeblur/image/image_files.h"
#include "facedeblur/image/write_png.h"
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
  std::string unreadable = {};  ///< set where this is no image but a folder that cannot be read
};

/// What one of the two folders holds.
struct Listing {
  std::set<fs::path> images;                             ///< relative paths
  std::vector<std::pair<fs::path, std::string>> closed;  ///< folders below it, and why
};

Listing ListFolder(const fs::path& root) {
  Listing listing;
  ImageFileVisitor visitor;
  visitor.on_image = [&](const fs::path&, const fs::path& below, const std::string& name) {
    listing.images.insert(below / name);
  };
  visitor.on_unreadable = [&](const fs::path& folder, const std::string& why) {
    const std::string message = folder.string() + ": " + why;
    if (folder == root) throw Error(ErrorKind::kInput, message);
    listing.closed.emplace_back(folder.lexically_relative(root), message);
  };
  WalkImageFiles(root, visitor);
  return listing;
}

std::vector<Pair> PairFolders(const CompareOptions& options) {
  const Listing outputs = ListFolder(options.output);
  const Listing references = ListFolder(options.reference);
  std::set<fs::path> all = references.images;
  if (!options.ignore_extra) all.insert(outputs.images.begin(), outputs.images.end());
  std::vector<Pair> pairs;
  for (const fs::path& relative : all) {
    pairs.push_back({relative, options.output / relative, options.reference / relative,
                     outputs.images.count(relative) > 0, references.images.count(relative) > 0});
  }
  for (const Listing* listing : {&outputs, &references}) {
    for (const auto& [relative, why] : listing->closed) {
      pairs.push_back({relative, {}, {}, false, false, why});
    }
  }
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](const Pair& a, const Pair& b) { return a.relative < b.relative; });
  return pairs;
}

std::vector<Pair> ListPairs(const CompareOptions& options) {
  RequireComparable(options);
  if (fs::is_directory(options.output)) return PairFolders(options);
  return {{options.output.filename(), options.output, options.reference}};
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

/// A difference shows what is in both.
FileAccess AccessTo(const Pair& pair) {
  return CommonAccess(AccessOf(pair.output), AccessOf(pair.reference));
}

/// Equal images need no closer look than a small one.
void WriteGalleryImages(const Pair& pair, const CompareOptions& options, const cv::Mat& output,
                        const cv::Mat& reference, ComparedImage* image) {
  const GalleryImages images(options.gallery, pair.output, AccessTo(pair), {});
  if (image->measured && image->difference.max_diff == 0) {
    images.WriteThumb("output", output);
    image->views = {"output"};
    return;
  }
  images.WritePhoto("reference", reference);
  images.WritePhoto("output", output);
  image->views = {"reference", "output"};
  if (!image->measured) return;  // of another size or type
  images.WritePhoto("difference", DifferenceImage(output, reference));
  image->views.push_back("difference");
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
               DifferenceImage(output, reference), AccessTo(pair));
    }
  }
  if (!options.gallery.empty()) WriteGalleryImages(pair, options, output, reference, image);
  image->outcome = image->message.empty() ? CompareOutcome::kWithin : CompareOutcome::kDiffers;
}

ComparedImage Compare(const Pair& pair, const CompareOptions& options) {
  ComparedImage image;
  image.relative = pair.relative;
  if (!pair.unreadable.empty()) {
    image.outcome = CompareOutcome::kUnreadable;
    image.message = pair.unreadable;
  } else if (!pair.has_output) {
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
    } catch (const std::exception& error) {  // out of memory, or what a library throws
      image.outcome = CompareOutcome::kUnreadable;
      image.message = DescribeException(error);
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

void RequireComparable(const CompareOptions& options) {
  for (const fs::path& path : {options.output, options.reference}) {
    std::error_code error;
    if (!fs::exists(path, error)) {
      throw Error(ErrorKind::kInput, path.string() + ": no such file or folder");
    }
  }
  if (fs::is_directory(options.output) != fs::is_directory(options.reference)) {
    throw Error(ErrorKind::kUsage, "one of the two is a file and the other a folder");
  }
}

std::vector<ComparedImage> CompareImages(const CompareOptions& options) {
  const std::vector<Pair> pairs = ListPairs(options);
  std::vector<ComparedImage> images(pairs.size());
  RunParallel(options.threads, pairs.size(),
              [&](std::size_t i) { images[i] = Compare(pairs[i], options); });
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
