#include "facedeblur/image/image.h"

#include <utility>

namespace facedeblur {

bool SourceCoding::ColoursFit(ImageFormat /*format*/) const { return true; }

std::string SourceCoding::colours() const { return {}; }

bool SourceCoding::MustDivideByAlpha(ImageFormat /*format*/) const { return false; }

void SourceCoding::Turn(int /*orientation*/) {}

std::shared_ptr<const SourceCoding> SourceCoding::Keeping(const cv::Mat& /*pixels*/,
                                                          const cv::Rect& /*region*/) const {
  return nullptr;
}

void KeepSourcePixels(const cv::Rect& region, Image* image) {
  if (!image->source) return;
  auto keeping = image->source->Keeping(image->pixels, region);
  if (keeping) image->source = std::move(keeping);
}

}  // namespace facedeblur
