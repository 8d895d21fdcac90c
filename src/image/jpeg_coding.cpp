#include "image/jpeg_coding.h"

#include <utility>

namespace facedeblur {
namespace {

/// Rows become columns, and so do the frequencies of the tables and the sides of sampling.
void Transpose(JpegCoding* coding) {
  for (JpegCoding::Component& component : coding->components) {
    std::swap(component.horizontal_sampling, component.vertical_sampling);
  }
  for (auto& table : coding->tables) {
    const auto stored = table;
    for (std::size_t i = 0; i < 64; ++i) table[i] = stored[i % 8 * 8 + i / 8];
  }
  std::swap(coding->density_x, coding->density_y);
}

}  // namespace

void JpegCoding::Turn(int orientation) {
  if (orientation == 1) return;
  pixels.release();
  constexpr int kFirstTransposed = 5;  // EXIF orientations 5 to 8 swap width and height
  if (orientation >= kFirstTransposed) Transpose(this);
}

std::shared_ptr<const SourceCoding> JpegCoding::Keeping(const cv::Mat& image_pixels,
                                                        const cv::Rect& region) const {
  if (pixels.empty()) return nullptr;
  CV_Assert(pixels.size() == image_pixels.size());  // not twice
  cv::Rect kept = region & cv::Rect(cv::Point(0, 0), image_pixels.size());
  if (kept.empty()) kept = {0, 0, 1, 1};  // nothing changes, and one pixel suffices to tell that
  auto keeping = std::make_shared<JpegCoding>(*this);
  keeping->pixels = image_pixels(kept).clone();
  keeping->origin = kept.tl();
  return keeping;
}

}  // namespace facedeblur
