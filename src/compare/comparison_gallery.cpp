#include "facedeblur/compare/comparison_gallery.h"

#include <algorithm>
#include <limits>

#include "facedeblur/compare/report.h"
#include "facedeblur/gallery/gallery_images.h"

namespace facedeblur {
namespace {

int Rank(CompareOutcome outcome) {
  switch (outcome) {
    case CompareOutcome::kMissing:
    case CompareOutcome::kUnreadable:
      return 0;
    case CompareOutcome::kDiffers:
    case CompareOutcome::kExtra:
      return 1;
    case CompareOutcome::kWithin:
      break;
  }
  return 2;
}

/// Of those that differ. What has no PSNR, being of another size, is worse than all that has one.
double Quality(const ComparedImage& image) {
  if (image.outcome != CompareOutcome::kDiffers) return std::numeric_limits<double>::infinity();
  return image.measured ? image.difference.psnr : -1;
}

bool IsWorse(const ComparedImage* a, const ComparedImage* b) {
  if (Rank(a->outcome) != Rank(b->outcome)) return Rank(a->outcome) < Rank(b->outcome);
  return Quality(*a) < Quality(*b);
}

}  // namespace

void AddToGallery(const CompareOptions& options, const std::vector<ComparedImage>& images,
                  Gallery* gallery) {
  std::vector<const ComparedImage*> order;
  for (const ComparedImage& image : images) order.push_back(&image);
  std::stable_sort(order.begin(), order.end(), IsWorse);
  for (const ComparedImage* image : order) {
    Json entry = CompareJson(*image);
    const bool folders = std::filesystem::is_directory(options.output);
    entry["id"] = GalleryId(folders ? options.output / image->relative : options.output);
    entry["views"] = image->views;
    entry["full"] = image->views.size() > 1;
    gallery->AddPhoto(entry);
  }
}

}  // namespace facedeblur
