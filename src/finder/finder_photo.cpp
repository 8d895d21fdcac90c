#include "finder/finder_photo.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <string>

#include "dataset/texture.h"
#include "facedeblur/dataset/blur_kernel.h"
#include "facedeblur/dataset/random_streams.h"
#include "facedeblur/dataset/training_pair.h"
#include "facedeblur/face/chip.h"
#include "facedeblur/image/codec.h"
#include "facedeblur/image/image_files.h"
#include "facedeblur/image/sample_depth.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"
#include "facedeblur/util/random.h"
#include "finder/cover.h"

namespace facedeblur {
namespace {

cv::Mat GreyOf(const cv::Mat& bgr) {
  cv::Mat grey;
  cv::cvtColor(ToEightBits(bgr), grey, cv::COLOR_BGR2GRAY);
  return grey;
}

/// Sorts the faces of a copy into those to find and others.
void Place(const std::vector<DetectedFace>& faces, double scale, float smallest,
           FinderPhoto* photo) {
  const cv::Rect2f whole(cv::Point2f(0, 0), cv::Size2f(photo->grey.size()));
  for (const DetectedFace& face : faces) {
    const auto at = [&](float x) { return static_cast<float>((x + 0.5) * scale - 0.5); };
    const auto width = static_cast<float>(face.box.width * scale);
    const cv::Rect2f box(at(face.box.x), at(face.box.y), width, width);
    const bool to_find = width >= smallest && (box & whole).area() > 0.999F * box.area();
    (to_find ? photo->faces : photo->other_faces).push_back(box);
  }
}

/// The same blur at another size of the face.
PairOptions Scaled(PairOptions options, double scale) {
  KernelOptions& kernel = options.kernel;
  kernel.min_shake = OddKernelSize(kernel.min_shake * scale);
  kernel.max_size = OddKernelSize(kernel.max_size * scale);
  for (double* size :
       {&kernel.min_sigma, &kernel.max_sigma, &kernel.min_radius, &kernel.max_radius}) {
    *size *= scale;
  }
  return options;
}

cv::Mat ReadPixels(const std::filesystem::path& file) {
  std::string warning;
  return DecodeImage(ReadFile(file), {}, &warning).pixels;
}

/// The width of the largest face in a copy, pixels.
double DrawWidth(const RandomStreams& streams, const FinderTrainingOptions& options) {
  Random random = streams.Stream("face size");
  return std::exp(random.Uniform(std::log(options.smallest_face), std::log(options.largest_face)));
}

/// A photo scaled and blurred, with the squares, pixels of the copy, covered before.
cv::Mat BlurredCopy(const cv::Mat& pixels, const FinderPhoto& photo,
                    const FinderTrainingOptions& options,
                    const std::vector<cv::Rect2f>& covered = {}) {
  const RandomStreams streams(options.seed, photo.number);
  constexpr double kFaceOfOptions = 128;
  const PairOptions pairs = Scaled(options.pairs, DrawWidth(streams, options) / kFaceOfOptions);
  cv::Mat copy;
  cv::resize(ToFloatBgr(pixels), copy, {}, photo.scale, photo.scale,
             photo.scale < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
  for (const cv::Rect2f& square : covered) CoverFace(square, &copy);
  // Blurring takes half a kernel at every side away: a mirrored one, not a part of the photo.
  const int margin = pairs.kernel.max_size / 2;
  cv::copyMakeBorder(copy, copy, margin, margin, margin, margin, cv::BORDER_REFLECT_101);
  return GreyOf(MakePhotoPair(copy, pairs, streams).blurred);
}

}  // namespace

std::vector<std::filesystem::path> DrawPhotos(const FinderTrainingOptions& options) {
  std::vector<std::filesystem::path> files;
  for (const std::filesystem::path& folder : options.folders) {
    const std::vector<std::filesystem::path> more = ListImageFiles(folder);
    files.insert(files.end(), more.begin(), more.end());
  }
  Random random(options.seed);
  for (std::size_t i = files.size(); i > 1; --i) {
    std::swap(files[i - 1],
              files[static_cast<std::size_t>(random.Integer(0, static_cast<int>(i) - 1))]);
  }
  files.resize(std::min(files.size(), options.photos));
  return files;
}

void ThrowIfStopped(const FinderTrainingOptions& options) {
  if (options.stop && options.stop()) throw Error(ErrorKind::kInput, "stopped");
}

FinderPhoto MakeFinderPhoto(const std::filesystem::path& path, std::uint64_t number,
                            const FinderTrainingOptions& options, const FaceDetector& detector) {
  FinderPhoto photo;
  photo.file = path;
  photo.number = number;
  const cv::Mat pixels = ReadPixels(path);
  const std::vector<DetectedFace> faces = detector.Detect(pixels);
  if (faces.empty()) return photo;
  photo.scale = DrawWidth(RandomStreams(options.seed, number), options) / faces.front().box.width;
  constexpr double kMostPixels = 16e6;
  if (photo.scale * photo.scale * static_cast<double>(pixels.total()) > kMostPixels) return photo;
  photo.grey = BlurredCopy(pixels, photo, options);
  Place(faces, photo.scale, static_cast<float>(options.smallest_face), &photo);
  if (photo.faces.empty()) photo.grey.release();
  return photo;
}

FinderPhoto WithFacesCovered(const FinderPhoto& photo, const FinderTrainingOptions& options) {
  FinderPhoto covered = photo;
  std::vector<cv::Rect2f> squares;
  squares.swap(covered.faces);
  squares.insert(squares.end(), photo.other_faces.begin(), photo.other_faces.end());
  covered.other_faces.clear();
  covered.grey = BlurredCopy(ReadPixels(photo.file), photo, options, squares);
  return covered;
}

FinderPhoto MakeUpPicture(std::uint64_t number, std::uint64_t seed) {
  constexpr int kSize = 480;
  Random random(seed, number);
  cv::Mat grey;
  cv::extractChannel(DrawTexture(kSize, &random), grey, 0);
  cv::GaussianBlur(grey, grey, {}, std::exp(random.Uniform(std::log(0.5), std::log(8.0))));
  FinderPhoto picture;
  grey.convertTo(picture.grey, CV_8U, 255);
  return picture;
}

}  // namespace facedeblur
