#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "facedeblur/face/detector.h"
#include "facedeblur/util/error.h"
#include "support.h"

namespace facedeblur {
namespace {

DetectorOptions Options() {
  DetectorOptions options;
  options.landmark_model = "/usr/share/dlib/shape_predictor_68_face_landmarks.dat";
  return options;
}

const FaceDetector& Detector() {
  static const auto detector = FaceDetector::Create(Options());
  return *detector;
}

cv::Mat Portrait() {
  return cv::imread((testing::DataFolder() / "sharp/portrait_01.png").string());
}

TEST(Detector, FindsEveryFaceOfTheGroup) {
  const cv::Mat group = cv::imread((testing::DataFolder() / "sharp/group_1.jpg").string());
  const auto faces = Detector().Detect(group);
  ASSERT_EQ(faces.size(), 6U);
  for (std::size_t i = 1; i < faces.size(); ++i) {
    EXPECT_GE(faces[i - 1].box.width, faces[i].box.width) << "largest first";
  }
}

TEST(Detector, LandmarksAreWhereTheFaceIs) {
  const auto faces = Detector().Detect(Portrait());
  ASSERT_EQ(faces.size(), 1U);
  const auto points = AlignmentPoints(faces[0].landmarks);
  EXPECT_NEAR(points[0].x, 183, 8);  // read off the picture
  EXPECT_NEAR(points[0].y, 252, 8);
  EXPECT_NEAR(points[1].x, 298, 8);
  EXPECT_GT(points[3].y, points[2].y);
}

TEST(Detector, SixteenBitGreyAndAlphaFindTheSameFace) {
  const cv::Mat portrait = Portrait();
  const auto expected = Detector().Detect(portrait);
  cv::Mat variants[3];
  portrait.convertTo(variants[0], CV_16U, 257);
  cv::cvtColor(portrait, variants[1], cv::COLOR_BGR2GRAY);
  cv::cvtColor(portrait, variants[2], cv::COLOR_BGR2BGRA);
  for (const cv::Mat& variant : variants) {
    const auto faces = Detector().Detect(variant);
    ASSERT_EQ(faces.size(), 1U);
    EXPECT_NEAR(faces[0].box.x, expected[0].box.x, 3);
  }
}

TEST(Detector, FindsFacesOfFortyPixels) {
  cv::Mat small;
  cv::resize(Portrait(), small, {}, 0.17, 0.17, cv::INTER_AREA);  // the face is 44 pixels wide
  const auto faces = Detector().Detect(small);
  ASSERT_EQ(faces.size(), 1U);
  EXPECT_LT(faces[0].box.width, 60);
}

TEST(Detector, NoFaceInAPictureWithoutOne) {
  EXPECT_TRUE(Detector().Detect(testing::MakePicture({400, 300}, CV_8UC3)).empty());
}

TEST(Detector, MayBeUsedByManyThreads) {
  const cv::Mat portrait = Portrait();
  const auto expected = Detector().Detect(portrait);
  std::vector<std::future<std::vector<DetectedFace>>> runs;
  for (int i = 0; i < 4; ++i) {
    runs.push_back(
        std::async(std::launch::async, [&portrait] { return Detector().Detect(portrait); }));
  }
  for (auto& run : runs) EXPECT_EQ(run.get().at(0).landmarks, expected[0].landmarks);
}

TEST(DetectionScale, EnlargesSmallPhotosAndBoundsLargeOnes) {
  const DetectorOptions options = Options();
  EXPECT_EQ(DetectionScale(options, {640, 480}), 2);
  EXPECT_EQ(DetectionScale(options, {2000, 1000}), 2);
  for (const cv::Size size : {cv::Size(4000, 3000), cv::Size(6000, 4000)}) {
    const double scale = DetectionScale(options, size);
    EXPECT_NEAR(scale * scale * size.area(), 8e6, 1);
  }
  DetectorOptions small = options;
  small.min_face = 40;
  EXPECT_EQ(DetectionScale(small, {4000, 3000}), 2);
  small.min_face = 160;
  EXPECT_EQ(DetectionScale(small, {4000, 3000}), 0.5);
}

TEST(Detector, UnusableModelsAreNamed) {
  const testing::TempFolder folder;
  testing::WriteText(folder / "model.dat", "no model");
  DetectorOptions options;
  options.landmark_model = folder / "model.dat";
  try {
    FaceDetector::Create(options);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kModel);
    EXPECT_NE(std::string(error.what()).find("model.dat"), std::string::npos);
  }
}

}  // namespace
}  // namespace facedeblur
