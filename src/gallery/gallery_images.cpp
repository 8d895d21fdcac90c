#include "facedeblur/gallery/gallery_images.h"

#include <algorithm>
#include <cstdio>
#include <opencv2/imgproc.hpp>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "facedeblur/image/codec.h"
#include "facedeblur/image/contact_sheet.h"
#include "facedeblur/image/sample_depth.h"
#include "facedeblur/util/file_io.h"
#include "facedeblur/util/hash.h"

namespace facedeblur {
namespace fs = std::filesystem;
namespace {

constexpr char kThumbs[] = "thumbs";
constexpr char kFull[] = "full";
constexpr char kFaces[] = "faces";
constexpr std::size_t kIdLength = 16;

cv::Mat WithoutAlpha(const cv::Mat& pixels) {
  if (pixels.channels() != 4) return pixels;
  cv::Mat colour;
  cv::cvtColor(pixels, colour, cv::COLOR_BGRA2BGR);
  return colour;
}

constexpr int kThumbSide = 320;
constexpr int kJpegSide = 65500;  // the most that libjpeg takes

/// Made smaller where its longer side is more than that.
cv::Mat Within(int longer_side, const cv::Mat& pixels) {
  const double scale = static_cast<double>(longer_side) / std::max(pixels.cols, pixels.rows);
  if (scale >= 1) return pixels;
  const cv::Size size(std::max(cvRound(pixels.cols * scale), 1),
                      std::max(cvRound(pixels.rows * scale), 1));
  cv::Mat small;
  cv::resize(pixels, small, size, 0, 0, cv::INTER_AREA);
  return small;
}

/// Whether a file is named as the images of a gallery are: an id and a dash.
bool IsOurs(const fs::path& file) {
  const std::string name = file.filename().string();
  return name.size() > kIdLength && name[kIdLength] == '-' &&
         name.find_first_not_of("0123456789abcdef") == kIdLength;
}

}  // namespace

std::string GalleryId(const fs::path& photo) {
  std::error_code error;
  fs::path path = fs::absolute(photo, error).lexically_normal();
  if (error) path = photo;
  char id[kIdLength + 1];
  std::snprintf(id, sizeof id, "%016llx",
                static_cast<unsigned long long>(Fnv1a(path.string())));  // NOLINT: as %llx wants
  return id;
}

GalleryImages::GalleryImages(fs::path gallery, const fs::path& photo, const FileAccess& access,
                             Metadata colours)
    : gallery_(std::move(gallery)),
      id_(GalleryId(photo)),
      access_(access),
      colours_(std::move(colours)) {}

void GalleryImages::WriteThumb(const std::string& name, const cv::Mat& pixels) const {
  WriteJpeg(gallery_ / kThumbs / (id_ + "-" + name + ".jpg"), Within(kThumbSide, pixels));
}

void GalleryImages::WritePhoto(const std::string& name, const cv::Mat& pixels) const {
  WriteThumb(name, pixels);
  WriteJpeg(gallery_ / kFull / (id_ + "-" + name + ".jpg"), Within(kJpegSide, pixels));
}

void GalleryImages::WriteFace(int number, const std::string& name, const cv::Mat& chip) const {
  const std::string file = id_ + "-" + std::to_string(number) + "-" + name + ".jpg";
  WriteJpeg(gallery_ / kFaces / file, chip);
}

void GalleryImages::WriteKernel(int number, const cv::Mat& kernel) const {
  if (kernel.empty()) return;
  const std::string file = id_ + "-" + std::to_string(number) + "-kernel.png";
  Image image;
  image.pixels = ToEightBits(KernelImage(kernel));
  Write(gallery_ / kFaces / file, EncodeImage(image, {ImageFormat::kPng, 0}));
}

void GalleryImages::WriteJpeg(const fs::path& file, const cv::Mat& pixels) const {
  Image image;
  image.pixels = WithoutAlpha(ToEightBits(pixels));
  image.metadata = colours_;
  constexpr int kQuality = 90;
  Write(file, EncodeImage(image, {ImageFormat::kJpeg, kQuality}));
}

void GalleryImages::Write(const fs::path& file, const Bytes& bytes) const {
  WriteFileAtomically(file, bytes, Clobber::kReplace, access_);
}

void RemoveGalleryImages(const fs::path& gallery) {
  for (const char* folder : {kThumbs, kFull, kFaces}) {
    std::error_code error;
    std::vector<fs::path> ours;
    for (fs::directory_iterator entry(gallery / folder, error), end; !error && entry != end;
         entry.increment(error)) {
      if (IsOurs(entry->path())) ours.push_back(entry->path());
    }
    for (const fs::path& file : ours) fs::remove(file, error);
  }
}

}  // namespace facedeblur
