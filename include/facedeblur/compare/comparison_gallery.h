#pragma once

#include <vector>

#include "facedeblur/compare/folder_comparison.h"
#include "facedeblur/gallery/gallery.h"

namespace facedeblur {

/// Adds the entries of a comparison to its gallery: first those that are missing or unreadable,
/// then those that differ, the worst PSNR first, then the others in their order.
void AddToGallery(const CompareOptions& options, const std::vector<ComparedImage>& images,
                  Gallery* gallery);

}  // namespace facedeblur
