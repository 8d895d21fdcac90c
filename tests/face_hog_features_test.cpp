#include <dlib/image_transforms/fhog.h>
#include <dlib/opencv/cv_image.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "face/hog_features.h"
#include "support.h"

namespace facedeblur {
namespace {

/// The largest difference from what dlib computes; its own largest feature is about 0.6.
double DifferenceFromDlib(const HogPlanes& hog, const cv::Mat& grey, int padding) {
  dlib::array<dlib::array2d<float>> expected;
  dlib::extract_fhog_features(dlib::cv_image<unsigned char>(grey), expected, kHogCell, padding,
                              padding);
  EXPECT_EQ(expected.size(), static_cast<unsigned long>(kHogPlanes));
  double difference = 0;
  for (int plane = 0; plane < kHogPlanes; ++plane) {
    const dlib::array2d<float>& dlibs = expected[plane];
    EXPECT_EQ(cv::Size(static_cast<int>(dlibs.nc()), static_cast<int>(dlibs.nr())), hog.cells);
    for (int y = 0; y < hog.cells.height; ++y) {
      for (int x = 0; x < hog.cells.width; ++x) {
        const double ours = hog.planes[plane][y * hog.cells.width + x];
        difference = std::max(difference, std::abs(ours - dlibs[y][x]));
      }
    }
  }
  return difference;
}

cv::Mat Portrait() {
  return cv::imread((testing::DataFolder() / "sharp/portrait_01.png").string(),
                    cv::IMREAD_GRAYSCALE);
}

TEST(HogFeatures, AreThoseOfDlib) {
  const cv::Mat portrait = Portrait();
  HogFeatures features;
  // Sizes that end in a cell's first half, in its second one and with it.
  for (const cv::Size size : {cv::Size(203, 161), cv::Size(160, 208), cv::Size(165, 167)}) {
    const cv::Mat part = portrait(cv::Rect(cv::Point(130, 120), size));
    EXPECT_LT(DifferenceFromDlib(features.Compute(part, 10), part, 10), 1e-6) << size;
    EXPECT_LT(DifferenceFromDlib(features.Compute(part, 1), part, 1), 1e-6) << size;
  }
}

// Gradients of all directions and lengths, those on the border between two directions among them.
TEST(HogFeatures, AreThoseOfDlibInNoise) {
  cv::Mat noise(320, 320, CV_8UC1);
  cv::RNG random(3);
  random.fill(noise, cv::RNG::UNIFORM, 0, 256);
  noise.rowRange(0, 160) *= 1.0 / 64;  // four grey values
  EXPECT_LT(DifferenceFromDlib(HogFeatures().Compute(noise, 10), noise, 10), 1e-5);
}

TEST(HogFeatures, AnImageOfLessThanThreeCellsHasNone) {
  HogFeatures features;
  EXPECT_EQ(features.Compute(cv::Mat(19, 200, CV_8UC1, cv::Scalar(9)), 10).cells.area(), 0);
  const cv::Mat least(20, 20, CV_8UC1, cv::Scalar(9));
  const HogPlanes hog = features.Compute(least, 1);
  EXPECT_EQ(hog.cells, cv::Size(1, 1));
  EXPECT_EQ(*hog.planes[0], 0);
}

}  // namespace
}  // namespace facedeblur
