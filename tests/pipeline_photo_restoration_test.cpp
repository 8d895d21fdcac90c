#include <gtest/gtest.h>

#include <cmath>
#include <opencv2/imgproc.hpp>
#include <string>
#include <vector>

#include "facedeblur/image/metrics.h"
#include "facedeblur/pipeline/photo_restoration.h"
#include "facedeblur/pipeline/shared_blur.h"
#include "facedeblur/util/random.h"

namespace facedeblur {
namespace {

/// Random patches with sharp edges.
cv::Mat Texture(cv::Size size, int patch, std::uint64_t seed) {
  Random random(seed);
  cv::Mat coarse((size.height + patch - 1) / patch, (size.width + patch - 1) / patch, CV_32FC3);
  for (int y = 0; y < coarse.rows; ++y) {
    for (int x = 0; x < coarse.cols; ++x) {
      const auto value = static_cast<float>(random.Uniform(0.1, 0.9));
      coarse.at<cv::Vec3f>(y, x) = {value, value, value};
    }
  }
  cv::Mat fine;
  cv::resize(coarse, fine, {}, patch, patch, cv::INTER_NEAREST);
  return fine(cv::Rect({0, 0}, size)).clone();
}

/// A bent stroke, centred on its mass.
cv::Mat BentKernel() {
  cv::Mat kernel = cv::Mat::zeros(27, 27, CV_32F);
  cv::line(kernel, {6, 16}, {16, 15}, cv::Scalar(1), 1);
  cv::line(kernel, {16, 15}, {20, 8}, cv::Scalar(1), 1);
  kernel /= cv::sum(kernel)[0];
  const cv::Moments m = cv::moments(kernel);
  const cv::Matx23d to_middle(1, 0, 13 - m.m10 / m.m00, 0, 1, 13 - m.m01 / m.m00);
  cv::Mat centred;
  cv::warpAffine(kernel, centred, to_middle, kernel.size());
  return centred / cv::sum(centred)[0];
}

cv::Mat Line(double degrees) {
  cv::Mat kernel = cv::Mat::zeros(27, 27, CV_32F);
  const cv::Point2d reach(9 * std::cos(degrees * CV_PI / 180), 9 * std::sin(degrees * CV_PI / 180));
  const cv::Point2d middle(13, 13);
  cv::line(kernel, middle - reach, middle + reach, cv::Scalar(1), 1);
  return kernel / cv::sum(kernel)[0];
}

FaceTask Face(const cv::Mat& kernel, cv::Point2d at, double degrees = 0, double scale = 1) {
  FaceTask task;
  task.geometry.size = 160;
  const double angle = degrees * CV_PI / 180;
  Similarity& chip = task.geometry.chip_from_image;
  chip = {scale * std::cos(angle), scale * std::sin(angle), 0, 0};
  const cv::Point2d moved = chip(at);
  chip.tx = 79.5 - moved.x;
  chip.ty = 79.5 - moved.y;
  task.blur.kernel = kernel;
  return task;
}

cv::Mat Blurred(const cv::Mat& image, const cv::Mat& kernel) {
  cv::Mat blurred;
  cv::filter2D(image, blurred, CV_32F, kernel, {-1, -1}, 0, cv::BORDER_REFLECT_101);
  return blurred;
}

/// The blur of a turned, shrunk chip is the same blur in the photo: cutting the chip from the
/// blurred photo, and blurring the chip cut from the sharp one, give the same.
TEST(PhotoBlur, TurnsKernelsIntoThePhotosAxes) {
  cv::Mat photo;
  cv::GaussianBlur(Texture({400, 400}, 9, 1), photo, {}, 1.2);
  for (const double degrees : {0.0, 30.0, 90.0, -145.0}) {
    for (const double scale : {1.0, 0.85}) {
      FaceTask face = Face(BentKernel(), {200, 200}, degrees, scale);
      const PhotoBlur found = FindPhotoBlur({face});
      ASSERT_EQ(found.blurs.size(), 1U);
      EXPECT_NEAR(found.scale, scale, 1e-9);
      EXPECT_NEAR(cv::sum(found.blurs[0].kernel)[0], 1, 1e-5);
      // Kernels are at the scale of the chip: so must be what they blur.
      cv::Mat scaled;
      const cv::Size size(cvRound(400 * found.scale), cvRound(400 * found.scale));
      cv::resize(photo, scaled, size, 0, 0, cv::INTER_CUBIC);
      Similarity& chip = face.geometry.chip_from_image;
      const double actual = size.width / 400.0;
      const Similarity scaled_from_photo = {actual, 0, 0.5 * actual - 0.5, 0.5 * actual - 0.5};
      chip = chip * scaled_from_photo.Inverse();
      const auto cut = [&](const cv::Mat& pixels) {
        cv::Mat result;
        cv::warpAffine(pixels, result, chip.Matrix(), {160, 160}, cv::INTER_CUBIC,
                       cv::BORDER_REFLECT_101);
        return result(cv::Rect(30, 30, 100, 100)).clone();
      };
      cv::Mat whole;
      cv::warpAffine(scaled, whole, chip.Matrix(), {160, 160}, cv::INTER_CUBIC,
                     cv::BORDER_REFLECT_101);
      const cv::Mat expected = Blurred(whole, face.blur.kernel)(cv::Rect(30, 30, 100, 100)).clone();
      const cv::Mat blurred = cut(Blurred(scaled, found.blurs[0].kernel));
      const double error = cv::norm(blurred, expected, cv::NORM_L2) / std::sqrt(3e4);
      const double blur = cv::norm(cut(scaled), expected, cv::NORM_L2) / std::sqrt(3e4);
      EXPECT_LT(error, 0.12 * blur) << degrees << " degrees, scale " << scale;
    }
  }
}

// Kernels that were found in smaller copies are wider, and go together with others.
TEST(PhotoBlur, HoldsWideKernelsHoweverTheyAreTurned) {
  cv::Mat wide = cv::Mat::zeros(45, 45, CV_32F);
  cv::line(wide, {0, 0}, {44, 44}, cv::Scalar(1), 1);
  wide /= cv::sum(wide)[0];
  const auto variance = [](const cv::Mat& kernel) {
    const cv::Moments m = cv::moments(kernel);
    return (m.mu20 + m.mu02) / m.m00;
  };
  for (const double degrees : {0.0, 45.0, 100.0}) {
    const PhotoBlur found =
        FindPhotoBlur({Face(wide, {200, 200}, degrees), Face(Line(0), {600, 200})});
    ASSERT_EQ(found.blurs.size(), 2U);
    EXPECT_EQ(found.blurs[0].kernel.size(), found.blurs[1].kernel.size());
    // Nothing is cut off; bilinear shares spread it by half a pixel at most.
    EXPECT_NEAR(variance(found.blurs[0].kernel), variance(wide), 0.6) << degrees;
  }
}

TEST(PhotoBlur, FacesThatAgreeShareABlur) {
  const PhotoBlur found = FindPhotoBlur(
      {Face(Line(20), {100, 100}), Face(Line(24), {300, 100}), Face(Line(100), {900, 100})});
  ASSERT_EQ(found.blurs.size(), 2U);
  EXPECT_EQ(found.blurs[0].witnesses.size(), 2U);
  EXPECT_EQ(found.blurs[1].witnesses.size(), 1U);
  EXPECT_GT(found.blurs[0].WeightAt({150, 100}), found.blurs[1].WeightAt({150, 100}));
  EXPECT_LT(found.blurs[0].WeightAt({2000, 100}), 2 * found.blurs[1].WeightAt({2000, 100}));
}

TEST(PhotoBlur, SharpFacesTellNothing) {
  FaceTask sharp = Face(Line(0), {100, 100});
  sharp.blur.weight = 0.2;
  FaceTask unknown = Face({}, {100, 100});
  EXPECT_TRUE(FindPhotoBlur({sharp, unknown}).blurs.empty());
  const PhotoBlur found = FindPhotoBlur({sharp, Face(Line(0), {300, 100})});
  ASSERT_EQ(found.blurs.size(), 1U);
  EXPECT_EQ(found.blurs[0].witnesses.size(), 1U);
}

double Cosine(const cv::Mat& a, const cv::Mat& b) {
  cv::Mat soft_a;
  cv::Mat soft_b;
  cv::GaussianBlur(a, soft_a, {}, 1);
  cv::GaussianBlur(b, soft_b, {}, 1);
  return soft_a.dot(soft_b) / (cv::norm(soft_a) * cv::norm(soft_b));
}

double SpreadOf(const cv::Mat& kernel) {
  const cv::Moments m = cv::moments(kernel);
  return (m.mu20 + m.mu02) / m.m00;
}

// A face that is turned by 40 degrees in the photo, clockwise, shows the photo's blur turned back.
TEST(ShareKernels, KernelsThatAgreeAreJoinedInTheAxesOfEachFace) {
  const std::vector<FaceTask> faces = {Face(Line(20), {100, 100}), Face(Line(60), {300, 100}, 40),
                                       Face(Line(110), {500, 100})};
  const std::vector<cv::Mat> shared = ShareKernels(faces);
  ASSERT_EQ(shared.size(), 3U);
  EXPECT_TRUE(shared[2].empty()) << "nobody agrees with that";
  for (const int i : {0, 1}) {
    ASSERT_EQ(shared[i].size(), faces[i].blur.kernel.size());
    EXPECT_NEAR(cv::sum(shared[i])[0], 1, 1e-5);
    EXPECT_GT(Cosine(shared[i], faces[i].blur.kernel), 0.98);
  }
}

TEST(ShareKernels, AnotherScaleCountsAsWell) {
  cv::Mat half = cv::Mat::zeros(27, 27, CV_32F);
  cv::line(half, {9, 13}, {17, 13}, cv::Scalar(1), 1);
  half /= cv::sum(half)[0];
  // Of chips at half and at full scale, and of a chip seen in a copy of half its size.
  FaceTask in_copy = Face(half, {500, 100});
  in_copy.blur.scale = 0.5;
  const FaceTask whole = Face(Line(0), {300, 100});
  for (const FaceTask& small : {Face(half, {100, 100}, 0, 0.5), in_copy}) {
    const std::vector<cv::Mat> shared = ShareKernels({whole, small});
    ASSERT_FALSE(shared[0].empty());
    ASSERT_FALSE(shared[1].empty());
    EXPECT_NEAR(SpreadOf(shared[0]), SpreadOf(whole.blur.kernel), 0.1 * SpreadOf(shared[0]));
    EXPECT_NEAR(SpreadOf(shared[1]), SpreadOf(half), 0.1 * SpreadOf(half));
  }
}

TEST(ShareKernels, EachCountsAsFarAsItIsTrusted) {
  FaceTask sure = Face(Line(20), {100, 100});
  FaceTask doubted = Face(Line(26), {300, 100});
  doubted.confidence = 0.6;
  const cv::Mat shared = ShareKernels({sure, doubted})[0];
  const cv::Mat expected = (sure.blur.kernel + 0.6 * doubted.blur.kernel) / 1.6;
  EXPECT_LT(cv::norm(shared, expected, cv::NORM_INF), 1e-6);
  doubted.confidence = 0.4;
  const std::vector<cv::Mat> alone = ShareKernels({sure, doubted});
  EXPECT_TRUE(alone[0].empty()) << "what is not believed tells nothing";
  EXPECT_GT(Cosine(alone[1], sure.blur.kernel), Cosine(doubted.blur.kernel, sure.blur.kernel));
  EXPECT_TRUE(ShareKernels({sure})[0].empty());
  EXPECT_TRUE(ShareKernels({Face({}, {0, 0}), sure})[0].empty()) << "no kernel, nothing to share";
}

TEST(ExplainedByBlur, TellsBlurFromSharpnessAndNoise) {
  const cv::Mat sharp = Texture({200, 200}, 7, 2);
  const cv::Mat kernel = Line(0);
  EXPECT_GT(cv::mean(ExplainedByBlur(Blurred(sharp, kernel), sharp, kernel))[0], 0.99);
  EXPECT_LT(cv::mean(ExplainedByBlur(sharp, sharp, kernel))[0], 0.2);
  Random random(3);
  cv::Mat sky(200, 200, CV_32FC3);
  for (int i = 0; i < 200 * 600; ++i)
    sky.ptr<float>()[i] = static_cast<float>(0.6 + 0.01 * random.Normal());
  cv::Mat smooth;
  cv::GaussianBlur(sky, smooth, {}, 3);
  EXPECT_LT(cv::mean(ExplainedByBlur(sky, smooth, kernel))[0], 0.01);
}

/// Adds a fiftieth to everything; its kernel blurs nothing.
class Brightening : public FaceRestorer {
 public:
  cv::Mat Restore(const cv::Mat& chip, const ParallelFor& /*parallel*/) const override {
    return chip + cv::Scalar::all(0.02);
  }
  const ChipTemplate& chip_template() const override { return template_; }
  std::string Describe() const override { return "brightening"; }

 private:
  ChipTemplate template_ = FaceNetworkTemplate();
};

PhotoBlur NoBlur(double scale) {
  cv::Mat kernel = cv::Mat::zeros(3, 3, CV_32F);
  kernel.at<float>(1, 1) = 1;
  return {scale, {{kernel, {{{100, 100}, 300, 1}}}}};
}

/// Every pixel of a photo changes by one whole change, to `tolerance` of white.
void ExpectOneWholeChange(double scale, cv::Size size, int patch, double tolerance) {
  cv::Mat photo;
  Texture(size, patch, 4).convertTo(photo, CV_16U, 65535);
  cv::Mat restored = photo.clone();
  RestorePhoto(NoBlur(scale), {}, Brightening(), 1, RunInOrder, &restored);
  cv::Mat change;
  cv::subtract(restored, photo, change, cv::noArray(), CV_32F);
  double least = 0;
  double most = 0;
  cv::minMaxLoc(change.reshape(1), &least, &most);
  EXPECT_NEAR(least, 0.02 * 65535, tolerance * 65535);
  EXPECT_NEAR(most, 0.02 * 65535, tolerance * 65535);
}

/// Where tiles meet, their shares sum to one whole change: no seam.
TEST(RestorePhoto, TilesHaveNoSeams) { ExpectOneWholeChange(1, {1000, 700}, 5, 3.0 / 65535); }

TEST(RestorePhoto, SmallScalesChangeTheWholePhotoToo) {
  ExpectOneWholeChange(0.37, {700, 500}, 14, 0.003);
}

/// Masks of faces that overlap are shared, and sum to 1 in between: nothing is left there.
TEST(RestorePhoto, WhatTwoFacesShareIsTheirs) {
  cv::Mat photo;
  Texture({450, 400}, 5, 5).convertTo(photo, CV_8U, 255);
  ChipChange half;
  half.geometry.size = 96;
  half.geometry.chip_from_image = {1, 0, -200, -150};
  half.mask = cv::Mat(96, 96, CV_32F, cv::Scalar(0.5));
  cv::Mat restored = photo.clone();
  RestorePhoto(NoBlur(1), {half, half}, Brightening(), 1, RunInOrder, &restored);
  const cv::Rect own(201, 151, 94, 94);
  EXPECT_EQ(cv::norm(restored(own), photo(own), cv::NORM_INF), 0);
}

TEST(RestorePhoto, FacesKeepTheirsAndStrengthScales) {
  cv::Mat photo;
  Texture({500, 450}, 5, 5).convertTo(photo, CV_8U, 255);
  ChipChange face;
  face.geometry.size = 96;
  face.geometry.chip_from_image = {1, 0, -200, -150};
  face.mask = cv::Mat::ones(96, 96, CV_32F);
  cv::Mat restored = photo.clone();
  RestorePhoto(NoBlur(1), {face}, Brightening(), 0.4, RunInOrder, &restored);
  const cv::Rect own(201, 151, 94, 94);
  EXPECT_EQ(cv::norm(restored(own), photo(own), cv::NORM_INF), 0);
  cv::Mat change;
  cv::subtract(restored, photo, change, cv::noArray(), CV_32F);
  EXPECT_NEAR(cv::mean(change(cv::Rect(0, 0, 150, 450)))[0], 0.4 * 0.02 * 255, 0.5);
}

}  // namespace
}  // namespace facedeblur
