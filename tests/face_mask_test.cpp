#include "facedeblur/face/face_mask.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "face_fixture.h"

namespace facedeblur {
namespace {

using testing::MakeLandmarks;

TEST(BlendingMask, CoversTheFaceAndVanishesAtTheBorder) {
  const Landmarks landmarks = MakeLandmarks({300, 300}, 60);
  const ChipGeometry geometry = PlaceChip(landmarks, FaceNetworkTemplate());
  const cv::Mat mask = BlendingMask(landmarks, geometry);
  for (std::size_t i = 36; i < 68; ++i) {
    const cv::Point2d p = geometry.chip_from_image(cv::Point2d(landmarks[i]));
    EXPECT_GT(mask.at<float>(cvRound(p.y), cvRound(p.x)), 0.97F) << i;
  }
  EXPECT_EQ(cv::norm(mask.row(0), cv::NORM_INF), 0);
  EXPECT_EQ(cv::norm(mask.col(geometry.size - 1), cv::NORM_INF), 0);
  double low = 0;
  double high = 0;
  cv::minMaxLoc(mask, &low, &high);
  EXPECT_GE(low, 0);
  EXPECT_LE(high, 1.00001);
}

TEST(HeadMask, HoldsTheFaceAndHairAndVanishesAtTheBorder) {
  constexpr float kEyes = 60;
  const Landmarks landmarks = MakeLandmarks({300, 300}, kEyes);
  const ChipGeometry face = PlaceChip(landmarks, FaceNetworkTemplate());
  const ChipGeometry head = WithSurroundings(face);
  const cv::Mat mask = HeadMask(landmarks, head);
  ASSERT_EQ(mask.rows, head.size);
  const int margin = (head.size - face.size) / 2;
  const cv::Mat inner = mask(cv::Rect(margin, margin, face.size, face.size));
  const cv::Mat missing = BlendingMask(landmarks, face) - inner;
  double most = 0;
  cv::minMaxLoc(missing, nullptr, &most);
  EXPECT_LE(most, 1e-6) << "the mask of the face lies within that of the head";
  const cv::Point2d hair = head.chip_from_image(cv::Point2d(300, 300 - 1.8 * kEyes));
  EXPECT_GT(mask.at<float>(cvRound(hair.y), cvRound(hair.x)), 0.9F);
  EXPECT_EQ(cv::norm(mask.row(0), cv::NORM_INF), 0);
  EXPECT_EQ(cv::norm(mask.col(head.size - 1), cv::NORM_INF), 0);
}

TEST(ScoringMask, IsTheHullOfTheLandmarks) {
  constexpr int kSize = 128;
  const Landmarks landmarks = MakeLandmarks({300, 300}, 60);
  const Similarity chip_from_image{0.8, 0.2, -130, -220};
  const cv::Mat mask = ScoringMask(landmarks, chip_from_image, kSize);
  // How far a pixel lies beyond the hull: the most, over all directions, that it exceeds every
  // landmark. Below 0 it lies inside.
  const auto beyond = [&](int x, int y) {
    double most = -1e9;
    for (int degrees = 0; degrees < 360; ++degrees) {
      const cv::Point2d u(std::cos(degrees * M_PI / 180), std::sin(degrees * M_PI / 180));
      double hull = -1e9;
      for (const cv::Point2f& p : landmarks) {
        hull = std::max(hull, chip_from_image(cv::Point2d(p)).dot(u));
      }
      most = std::max(most, x * u.x + y * u.y - hull);
    }
    return most;
  };
  int inside = 0;
  int outside = 0;
  for (int y = 0; y < kSize; y += 3) {
    for (int x = 0; x < kSize; x += 3) {
      const double distance = beyond(x, y);
      if (distance < -1.5) {
        ++inside;
        EXPECT_EQ(mask.at<uchar>(y, x), 255) << x << ", " << y;
      } else if (distance > 1.5) {
        ++outside;
        EXPECT_EQ(mask.at<uchar>(y, x), 0) << x << ", " << y;
      }
    }
  }
  EXPECT_GT(inside, 300);
  EXPECT_GT(outside, 300);
}

TEST(ChangedRegion, HoldsEveryFaceAndNothingElse) {
  const cv::Size photo(900, 500);
  EXPECT_TRUE(ChangedRegion({}, photo).empty());
  std::vector<DetectedFace> faces(2);
  faces[0].landmarks = MakeLandmarks({200, 200}, 50);
  faces[1].landmarks = MakeLandmarks({650, 200}, 50);
  const cv::Mat region = ChangedRegion(faces, photo);
  ASSERT_EQ(region.size(), photo);
  for (const DetectedFace& face : faces) {
    for (const cv::Point2f& point : face.landmarks) {
      EXPECT_EQ(region.at<uchar>(cvRound(point.y), cvRound(point.x)), 255);
    }
  }
  EXPECT_EQ(cv::countNonZero(region.col(425)), 0) << "between the two";
  EXPECT_EQ(cv::countNonZero(region.row(499)), 0);
  const cv::Mat first = ChangedRegion({faces[0]}, photo);
  EXPECT_EQ(cv::countNonZero(region), 2 * cv::countNonZero(first)) << "the same face, moved";
}

}  // namespace
}  // namespace facedeblur
