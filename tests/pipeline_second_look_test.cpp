#include <gtest/gtest.h>

#include "face_fixture.h"
#include "facedeblur/face/chip.h"
#include "pipeline/second_look.h"

namespace facedeblur {
namespace {

/// Reads what it is told, and remembers where it was asked to look.
class MadeUpReader : public FaceDetector {
 public:
  explicit MadeUpReader(Landmarks says) : FaceDetector(kLandmarkScheme), says_(std::move(says)) {}
  DetectorIdentity identity() const override { return {}; }
  std::vector<DetectedFace> Detect(const cv::Mat& /*pixels*/) const override { return {}; }
  Landmarks ReadLandmarks(const cv::Mat& pixels, const cv::Rect2f& square) const override {
    EXPECT_EQ(pixels.type(), CV_8UC3);
    asked = square;
    return says_;
  }

  mutable cv::Rect2f asked;

 private:
  Landmarks says_;
};

double EyesOf(const Landmarks& landmarks) { return cv::norm(landmarks[45] - landmarks[36]); }

class SecondLook : public ::testing::Test {
 protected:
  void SetUp() override {
    task_.face.landmarks = testing::MakeLandmarks({300, 250}, 90);
    task_.face.box = {200, 180, 200, 200};
    task_.geometry = PlaceChip(task_.face.landmarks, FaceNetworkTemplate());
    task_.blur.kernel = cv::Mat::ones(15, 15, CV_32F) / 225;
    task_.after = cv::Mat(task_.geometry.size, task_.geometry.size, CV_32FC3, cv::Scalar::all(0.5));
    before_ = task_.face.landmarks;
  }

  /// Where all landmarks are seen this part of the eyes' distance to the right.
  double ReadWith(double shift) {
    Landmarks moved = before_;
    for (cv::Point2f& point : moved) point.x += static_cast<float>(shift * EyesOf(before_));
    const MadeUpReader reader(task_.geometry.chip_from_image(moved));
    return ReadAgain(reader, &task_);
  }

  FaceTask task_;
  Landmarks before_;
};

TEST_F(SecondLook, WhatIsSeenOnceRestoredIsTakenOver) {
  for (const double shift : {0.005, 0.02, 0.11}) {
    task_.face.landmarks = before_;
    EXPECT_NEAR(ReadWith(shift), shift, 1e-4);
    EXPECT_NEAR(task_.face.landmarks[30].x - before_[30].x, shift * EyesOf(before_), 1e-2);
  }
}

TEST_F(SecondLook, AReadersMistakesChangeNothing) {
  for (const double shift : {0.13, 1.0}) {
    EXPECT_EQ(ReadWith(shift), 0) << shift;
    EXPECT_EQ(task_.face.landmarks, before_) << shift;
  }
}

TEST_F(SecondLook, WithMildBlurAllWasSeenWellEnough) {
  task_.blur.kernel = cv::Mat::ones(3, 3, CV_32F) / 9;
  EXPECT_EQ(ReadWith(0.02), 0);
  EXPECT_EQ(task_.face.landmarks, before_);
}

TEST_F(SecondLook, WhatIsHardlyBelievedTellsNothing) {
  task_.confidence = 0.4;
  EXPECT_EQ(ReadWith(0.08), 0);
  EXPECT_EQ(task_.face.landmarks, before_);
}

TEST_F(SecondLook, AChipPlacedAnewFollowsTheLandmarks) {
  ReadWith(0.08);
  const FaceTask again = PlacedAnew(task_, FaceNetworkTemplate());
  const double moved = 0.08 * EyesOf(before_);
  EXPECT_NEAR(again.face.landmarks[30].x - before_[30].x, moved, 1e-2);
  // What was in the middle of the chip is as far to the left now.
  const cv::Point2d middle(0.5 * task_.geometry.size, 0.5 * task_.geometry.size);
  const cv::Point2d in_image = task_.geometry.chip_from_image.Inverse()(middle);
  EXPECT_EQ(again.geometry.size, task_.geometry.size);
  EXPECT_NEAR(again.geometry.chip_from_image(in_image).x - middle.x,
              -moved * task_.geometry.chip_from_image.Scale(), 0.05);
  EXPECT_TRUE(again.after.empty());
}

TEST_F(SecondLook, TheReaderIsToldWhereTheFaceIs) {
  const MadeUpReader reader({});
  EXPECT_EQ(ReadAgain(reader, &task_), 0);
  const Similarity& chip = task_.geometry.chip_from_image;
  const cv::Point2d middle = chip(cv::Point2d(300, 280));
  EXPECT_NEAR(reader.asked.width, 200 * chip.Scale(), 1e-3);
  EXPECT_NEAR(reader.asked.x + 0.5 * reader.asked.width, middle.x, 1e-3);
  EXPECT_NEAR(reader.asked.y + 0.5 * reader.asked.height, middle.y, 1e-3);
}

}  // namespace
}  // namespace facedeblur
