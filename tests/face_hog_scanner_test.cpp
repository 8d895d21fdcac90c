#include <dlib/image_processing/frontal_face_detector.h>
#include <dlib/opencv/cv_image.h>
#include <gtest/gtest.h>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <stdexcept>

#include "face/hog_scanner.h"
#include "support.h"

namespace facedeblur {
namespace {

cv::Mat Group() {
  return cv::imread((testing::DataFolder() / "sharp/group_1.jpg").string(), cv::IMREAD_GRAYSCALE);
}

/// One of dlib's own sub-detectors, its threshold raised by `caution`.
std::vector<float> DlibsOwn(unsigned long number, float caution) {
  const dlib::frontal_face_detector detector = dlib::get_frontal_face_detector();
  const auto& weights = detector.get_w(number);
  std::vector<float> numbers(weights.begin(), weights.end());
  numbers.back() += caution;
  return numbers;
}

TEST(HogScanner, FindsWhatDlibFinds) {
  constexpr double kThreshold = -0.5;
  dlib::frontal_face_detector dlibs = dlib::get_frontal_face_detector();
  std::vector<dlib::rect_detection> expected;
  const cv::Mat group = Group();
  dlibs(dlib::cv_image<unsigned char>(group), expected, kThreshold);
  const std::vector<HogWindow> found = HogScanner().Scan(group, kThreshold);
  ASSERT_GE(expected.size(), 6U);
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].left, expected[i].rect.left());
    EXPECT_EQ(found[i].top, expected[i].rect.top());
    EXPECT_EQ(found[i].right, expected[i].rect.right());
    EXPECT_EQ(found[i].bottom, expected[i].rect.bottom());
    EXPECT_NEAR(found[i].score, expected[i].detection_confidence, 1e-4);
    EXPECT_FALSE(found[i].added);
  }
}

TEST(HogScanner, AnAddedSubDetectorCountsWhereDlibsFindNothing) {
  const cv::Mat group = Group();
  const std::vector<HogWindow> all = HogScanner().Scan(group, 0);
  ASSERT_EQ(all.size(), 6U);
  const double high = 0.5 * (all[2].score + all[3].score);  // half of the faces
  const std::vector<HogWindow> without = HogScanner().Scan(group, high);
  // The same as one of dlib's, but surer of itself.
  const std::vector<HogWindow> with = HogScanner({DlibsOwn(0, -1)}).Scan(group, high);
  ASSERT_GT(with.size(), without.size());
  for (std::size_t i = 0; i < with.size(); ++i) {
    EXPECT_EQ(with[i].added, i >= without.size());
    if (with[i].added) continue;
    EXPECT_EQ(with[i].left, without[i].left) << "dlib's windows stay as they are";
    EXPECT_EQ(with[i].score, without[i].score);
  }
  const std::vector<HogWindow> shy = HogScanner({DlibsOwn(0, 9)}).Scan(group, high);
  EXPECT_EQ(shy.size(), without.size());
}

TEST(HogScanner, WhatIsDoubtfulGivesWayToABetterAddedWindow) {
  cv::Mat blurred;
  cv::blur(Group(), blurred, {61, 61});
  constexpr double kLow = -1.5;
  const std::vector<HogWindow> without = HogScanner().Scan(blurred, kLow);
  ASSERT_FALSE(without.empty());
  ASSERT_LT(without[0].score, HogScanner::kSure);
  // The same as dlib's, but surer of itself: wherever it finds something, that is better.
  const std::vector<HogWindow> with = HogScanner({DlibsOwn(0, -1), DlibsOwn(1, -1), DlibsOwn(2, -1),
                                                  DlibsOwn(3, -1), DlibsOwn(4, -1)})
                                          .Scan(blurred, kLow);
  ASSERT_GE(with.size(), without.size());
  for (std::size_t i = 0; i < with.size(); ++i) {
    EXPECT_TRUE(with[i].added);
    if (i >= without.size()) continue;
    EXPECT_EQ(with[i].left, without[i].left);
    EXPECT_NEAR(with[i].score, without[i].score + 1, 1e-5);
  }
}

TEST(HogScanner, RefusesASubDetectorForAnotherWindow) {
  std::vector<float> numbers = DlibsOwn(0, 0);
  numbers.pop_back();
  EXPECT_THROW(HogScanner({numbers}), std::invalid_argument);
}

}  // namespace
}  // namespace facedeblur
