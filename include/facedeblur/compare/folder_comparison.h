#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "facedeblur/compare/image_comparison.h"
#include "facedeblur/face/detector.h"

namespace facedeblur {

enum class CompareOutcome {
  kWithin,      ///< within the tolerance
  kDiffers,     ///< beyond it, or of another size or type
  kExtra,       ///< has no reference
  kMissing,     ///< a reference without an output
  kUnreadable,  ///< one of the two cannot be read, or a folder below the two cannot
};
const char* CompareOutcomeName(CompareOutcome outcome);

/// What was found about one pair.
struct ComparedImage {
  std::filesystem::path relative;  ///< below the folders; the name, of two files
  CompareOutcome outcome = CompareOutcome::kWithin;
  bool measured = false;  ///< `difference` holds
  Difference difference;
  int faces = -1;                  ///< whose masks were compared; -1: the whole image was
  std::string message;             ///< why it is not within; empty when it is
  std::vector<std::string> views;  ///< names of its images in the gallery
};

struct CompareOptions {
  std::filesystem::path output;     ///< a file or a folder
  std::filesystem::path reference;  ///< the same kind
  Tolerance tolerance;
  bool ignore_extra = false;
  /// Compares only inside the masks of the faces found in the reference; null: everywhere. An image
  /// without a face is compared whole.
  const FaceDetector* faces_only = nullptr;
  std::filesystem::path difference_folder;  ///< for images of what differs; empty: none
  std::filesystem::path gallery;            ///< for images of the pairs; empty: none
  std::size_t threads = 1;
};

/// Throws Error(kInput) when one of the two is not there, Error(kUsage) when one is a file and the
/// other a folder.
void RequireComparable(const CompareOptions& options);

/// Pairs images by their relative path and compares them; sorted by path, whatever the number of
/// threads. What counts as an image of a folder is said at WalkImageFiles(). Throws as
/// RequireComparable(), Error(kInput) when one of the two cannot be read at all, Error(kOutput)
/// when an image for the difference folder or the gallery cannot be written.
std::vector<ComparedImage> CompareImages(const CompareOptions& options);

/// Numbers of images by outcome.
struct CompareTotals {
  int within = 0;
  int differing = 0;  ///< extra ones among them, where they count
  int failed = 0;     ///< missing or unreadable
};
CompareTotals CountOutcomes(const std::vector<ComparedImage>& images);

}  // namespace facedeblur
