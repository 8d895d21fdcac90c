#include "facedeblur/eval/protocol.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <opencv2/imgproc.hpp>

#include "facedeblur/dataset/blur_kernel.h"
#include "facedeblur/face/chip.h"
#include "facedeblur/face/face_mask.h"
#include "facedeblur/image/codec.h"
#include "facedeblur/image/image_files.h"
#include "facedeblur/image/sample_depth.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"
#include "facedeblur/util/random.h"

namespace facedeblur {
namespace fs = std::filesystem;
namespace {

/// Mirrored border, correlation, noise, 8-bit rounding.
cv::Mat BlurByProtocol(const cv::Mat& sharp, const cv::Mat& kernel, double noise, Random* random) {
  cv::Mat blurred;
  cv::filter2D(sharp, blurred, CV_32F, kernel, {-1, -1}, 0, cv::BORDER_REFLECT_101);
  if (noise > 0) {
    for (int y = 0; y < blurred.rows; ++y) {
      auto* row = blurred.ptr<float>(y);
      for (int i = 0; i < blurred.cols * 3; ++i) {
        row[i] += static_cast<float>(noise * random->Normal());
      }
    }
  }
  return ToEightBits(blurred);
}

cv::Mat ReadPixels(const fs::path& file) {
  try {
    std::string warning;
    return ToEightBits(ToFloatBgr(DecodeImage(ReadFile(file), {}, &warning).pixels));
  } catch (const std::exception& error) {
    throw Error(ErrorKind::kInput, file.string() + ": " + DescribeException(error));
  }
}

/// A file's place below its folder without its extension: what pairs files of two folders.
std::string PairKey(const fs::path& file, const fs::path& folder) {
  return file.lexically_relative(folder).replace_extension().string();
}

std::map<std::string, fs::path> ByPairKey(const fs::path& folder) {
  std::map<std::string, fs::path> files;
  for (const fs::path& file : ListImageFiles(folder)) files[PairKey(file, folder)] = file;
  return files;
}

const fs::path& FindPartner(const std::map<std::string, fs::path>& partners, const fs::path& file,
                            const fs::path& folder) {
  const auto found = partners.find(PairKey(file, folder));
  if (found != partners.end()) return found->second;
  throw Error(ErrorKind::kInput, file.string() + ": has no blurred counterpart");
}

void RequireOneSize(cv::Size sharp, cv::Size blurred, const fs::path& file) {
  if (sharp == blurred) return;
  throw Error(ErrorKind::kInput, file.string() + ": is not of its sharp counterpart's size");
}

}  // namespace

EvaluationProtocol MsplProtocol() { return {}; }

EvaluationProtocol ShenProtocol() {
  EvaluationProtocol protocol;
  protocol.name = "shen";
  protocol.noise = 0.01;
  return protocol;
}

std::vector<cv::Mat> ProtocolKernels(const EvaluationProtocol& protocol) {
  std::vector<cv::Mat> kernels;
  Random random(protocol.seed);
  for (int size = protocol.min_kernel; size <= protocol.max_kernel; size += 2) {
    for (int i = 0; i < protocol.kernels_per_size; ++i) {
      const cv::Mat kernel =
          size < 3 ? cv::Mat(cv::Mat::ones(1, 1, CV_32F)) : CameraShakeKernel(size, &random);
      kernels.push_back(protocol.centered ? CenterKernel(kernel) : kernel);
    }
  }
  return kernels;
}

Similarity EvaluationPlacement(const SharpFace& face, int chip_size) {
  const auto points = AlignmentPoints(face.landmarks);
  const cv::Point2d across = cv::Point2d(points[1]) - cv::Point2d(points[0]);
  const cv::Point2d down(-across.y, across.x);
  const double distance = std::hypot(across.x, across.y);
  const cv::Point2d middle = 0.5 * (cv::Point2d(points[0]) + cv::Point2d(points[1])) + 0.4 * down;
  const double scale = 0.4 * chip_size / distance;
  const double angle = -std::atan2(across.y, across.x);
  Similarity chip_from_image{scale * std::cos(angle), scale * std::sin(angle), 0, 0};
  const cv::Point2d moved = chip_from_image(middle);
  chip_from_image.tx = 0.5 * (chip_size - 1) - moved.x;
  chip_from_image.ty = 0.5 * (chip_size - 1) - moved.y;
  return chip_from_image;
}

PairSource ProtocolPairs(const FaceSet& faces, const EvaluationProtocol& protocol) {
  const std::vector<cv::Mat> kernels = ProtocolKernels(protocol);
  if (kernels.empty()) throw Error(ErrorKind::kUsage, "the protocol has no kernels");
  const std::size_t per_face =
      protocol.kernels_per_face > 0
          ? std::min(kernels.size(), static_cast<std::size_t>(protocol.kernels_per_face))
          : kernels.size();
  const auto make = [&faces, protocol, kernels, per_face](std::size_t index) {
    EvaluationPair pair;
    pair.face = index / per_face;
    const SharpFace& face = faces.faces()[pair.face];
    const Similarity placement = EvaluationPlacement(face, protocol.chip_size);
    const cv::Mat sharp = ExtractChip(face.pixels, {protocol.chip_size, placement});
    pair.sharp = ToEightBits(sharp);
    pair.face_mask = ScoringMask(face.landmarks, placement, protocol.chip_size);
    pair.landmarks = placement(face.landmarks);
    // Fewer than all: spread over the sizes, and different from face to face.
    const std::size_t i = index % per_face;
    pair.kernel = kernels[(i * kernels.size() / per_face + pair.face) % kernels.size()];
    Random random(protocol.seed + 1, index);
    pair.blurred = BlurByProtocol(sharp, pair.kernel, protocol.noise, &random);
    return pair;
  };
  return {faces.faces().size() * per_face, make};
}

PairSource FolderPairs(const FaceSet& faces, const fs::path& sharp, const fs::path& blurred,
                       int chip_size) {
  const auto partners = ByPairKey(blurred);
  std::vector<fs::path> files;
  for (const SharpFace& face : faces.faces()) {
    files.push_back(FindPartner(partners, face.source, sharp));
  }
  const auto make = [&faces, files, chip_size](std::size_t index) {
    const SharpFace& face = faces.faces()[index];
    const cv::Mat pixels = ReadPixels(files[index]);
    RequireOneSize(face.photo_size, pixels.size(), files[index]);
    EvaluationPair pair;
    pair.face = index;
    const Similarity placement = EvaluationPlacement(face, chip_size);
    pair.sharp = ToEightBits(ExtractChip(face.pixels, {chip_size, placement}));
    const cv::Rect kept(face.offset, face.pixels.size());
    pair.blurred = ToEightBits(ExtractChip(pixels(kept), {chip_size, placement}));
    pair.face_mask = ScoringMask(face.landmarks, placement, chip_size);
    pair.landmarks = placement(face.landmarks);
    return pair;
  };
  return {files.size(), make};
}

PairSource AlignedPairs(const fs::path& sharp, const fs::path& blurred) {
  const auto partners = ByPairKey(blurred);
  std::vector<std::pair<fs::path, fs::path>> files;
  for (const fs::path& file : ListImageFiles(sharp)) {
    files.emplace_back(file, FindPartner(partners, file, sharp));
  }
  const auto make = [files](std::size_t index) {
    EvaluationPair pair;
    pair.face = index;
    pair.sharp = ReadPixels(files[index].first);
    pair.blurred = ReadPixels(files[index].second);
    RequireOneSize(pair.sharp.size(), pair.blurred.size(), files[index].second);
    if (pair.sharp.cols != pair.sharp.rows || pair.sharp.cols % kChipSizeStep != 0) {
      throw Error(ErrorKind::kInput, files[index].first.string() +
                                         ": is no chip: square, its side a multiple of 32 pixels");
    }
    return pair;
  };
  return {files.size(), make};
}

}  // namespace facedeblur
