#include <gtest/gtest.h>

#include <cmath>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "dataset_fixture.h"
#include "face_fixture.h"
#include "facedeblur/eval/finder_protocol.h"
#include "facedeblur/eval/finder_report.h"
#include "facedeblur/image/line_plot.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/json.h"
#include "support.h"

namespace facedeblur {
namespace {

using testing::TempFolder;

DetectedFace FaceAt(cv::Point2f corner, float width) {
  DetectedFace face;
  face.box = {corner, cv::Size2f(width, width)};
  face.landmarks = testing::MakeLandmarks(corner + cv::Point2f(width, width) / 2, width / 2);
  return face;
}

DetectedFace Moved(DetectedFace face, cv::Point2f by) {
  face.box += by;
  for (cv::Point2f& point : face.landmarks) point += by;
  return face;
}

double OuterEyeDistance(const DetectedFace& face) {
  const cv::Point2f across = face.landmarks[45] - face.landmarks[36];
  return std::hypot(across.x, across.y);
}

TEST(FinderScore, AFaceThatMovedIsFoundWithItsError) {
  const DetectedFace truth = FaceAt({100, 100}, 80);
  const FinderScore score = ScoreSearch({truth}, {Moved(truth, {3, -4})});
  EXPECT_EQ(score.searches, 1U);
  EXPECT_EQ(score.faces, 1U);
  EXPECT_EQ(score.found, 1U);
  EXPECT_EQ(score.false_faces, 0U);
  EXPECT_NEAR(score.landmark_errors, 5 / OuterEyeDistance(truth), 1e-6);
}

TEST(FinderScore, HalfOfTheUnionDecides) {
  const DetectedFace truth = FaceAt({0, 0}, 90);
  // Moved by a third, the intersection is 2/3 of the one and 2/4 of the union.
  EXPECT_EQ(ScoreSearch({truth}, {Moved(truth, {29, 0})}).found, 1U);
  EXPECT_EQ(ScoreSearch({truth}, {Moved(truth, {31, 0})}).found, 0U);
  EXPECT_EQ(ScoreSearch({truth}, {Moved(truth, {31, 0})}).false_faces, 1U);
}

TEST(FinderScore, EachFaceIsFoundOnceAndTheNearestCounts) {
  const DetectedFace left = FaceAt({0, 0}, 80);
  const DetectedFace right = FaceAt({20, 0}, 80);
  const FinderScore score =
      ScoreSearch({left, right}, {Moved(left, {9, 0}), right, Moved(right, {1, 1})});
  EXPECT_EQ(score.found, 2U);
  EXPECT_EQ(score.false_faces, 1U);
  EXPECT_NEAR(score.landmark_errors, 9 / OuterEyeDistance(left), 1e-6)
      << "the right one is where it was";
}

TEST(FinderScore, AFaceFoundUpsideDownIsNotFound) {
  const DetectedFace truth = FaceAt({0, 0}, 80);
  DetectedFace turned = truth;
  for (const int angle : {45, 315}) {
    turned.turned = angle;
    EXPECT_EQ(ScoreSearch({truth}, {turned}).found, 1U) << angle;
  }
  for (const int angle : {90, 180, 270}) {
    turned.turned = angle;
    EXPECT_EQ(ScoreSearch({truth}, {turned}).found, 0U) << angle;
    EXPECT_EQ(ScoreSearch({truth}, {turned}).false_faces, 1U) << angle;
  }
}

/// Finds three faces in sharp photos of 300 pixels in width; in blurred ones two of them, five
/// pixels off, and one that is none. In other photos it finds something only when they are blurred.
class MadeUpDetector : public FaceDetector {
 public:
  MadeUpDetector() : FaceDetector(kLandmarkScheme) {}

  DetectorIdentity identity() const override { return {"made up", kLandmarkScheme.name, "0"}; }

  std::vector<DetectedFace> Detect(const cv::Mat& pixels) const override {
    cv::Mat edges;
    cv::Laplacian(pixels, edges, CV_32F);
    double highest = 0;
    cv::minMaxLoc(cv::abs(edges), nullptr, &highest);
    const bool sharp = highest > 300;
    if (pixels.cols != 300) {
      return sharp ? std::vector<DetectedFace>() : std::vector<DetectedFace>{FaceAt({5, 5}, 64)};
    }
    const std::vector<DetectedFace> faces = {FaceAt({0, 0}, 80), FaceAt({100, 0}, 64),
                                             FaceAt({200, 0}, 50)};
    if (sharp) return faces;
    return {Moved(faces[0], {5, 0}), FaceAt({100, 150}, 64), Moved(faces[2], {0, 5})};
  }
};

/// Photos for MadeUpDetector, with a point that any blur spreads.
void WritePhoto(const std::filesystem::path& file, int width) {
  cv::Mat photo = cv::Mat::zeros(220, width, CV_8UC3);
  photo.at<cv::Vec3b>(110, width / 2) = {255, 255, 255};
  ASSERT_TRUE(cv::imwrite(file.string(), photo));
}

TEST(EvaluateFinder, SumsAreThoseOfAMadeUpDetector) {
  const TempFolder folder;
  WritePhoto(folder / "three_faces.png", 300);
  WritePhoto(folder / "none.png", 240);
  testing::WriteText(folder / "damaged.png", "no photo");
  FinderProtocol protocol;
  protocol.blur_sizes = {0, 15};
  protocol.kernels_per_photo = 2;
  const FinderEvaluation evaluation =
      EvaluateFinder(folder.path(), MadeUpDetector(), MadeUpDetector(), protocol, 2);
  EXPECT_EQ(evaluation.photos, 2U);
  EXPECT_EQ(evaluation.faces, 3U);
  EXPECT_EQ(evaluation.unreadable, 1U);
  ASSERT_EQ(evaluation.by_size.size(), 2U);
  const FinderScore& sharp = evaluation.by_size[0];
  EXPECT_EQ(sharp.searches, 4U);
  EXPECT_EQ(sharp.faces, 6U);
  EXPECT_EQ(sharp.found, 6U);
  EXPECT_EQ(sharp.false_faces, 0U);
  EXPECT_EQ(sharp.landmark_errors, 0);
  const FinderScore& blurred = evaluation.by_size[1];
  EXPECT_EQ(blurred.found, 4U);
  EXPECT_EQ(blurred.false_faces, 4U) << "one in each search of each photo";
  // The fixture's points 36 and 45 are 0.8 eye distances apart, and that is 0.4 of a face's width.
  const double expected = 2 * (5 / (0.4 * 80) + 5 / (0.4 * 50));
  EXPECT_NEAR(blurred.landmark_errors, expected, 1e-5);
  const FinderReport report{MadeUpDetector().identity(), protocol, {{"made up", evaluation}}};
  const Json json = Json::parse(JsonReport(report));
  const Json& told = json.at("sets").at(0).at("blurs").at(1);
  EXPECT_NEAR(told.at("recall").get<double>(), 2.0 / 3, 1e-9);
  EXPECT_EQ(told.at("false_faces_per_photo"), 1.0);
  EXPECT_NEAR(told.at("landmark_error").get<double>(), 100 * expected / 4, 1e-3);
}

/// Finds nothing in blurred photos.
class SharpDetector : public MadeUpDetector {
 public:
  DetectorIdentity identity() const override { return {"stock", kLandmarkScheme.name, "1"}; }

  std::vector<DetectedFace> Detect(const cv::Mat& pixels) const override {
    std::vector<DetectedFace> faces = MadeUpDetector::Detect(pixels);
    const bool sharp = faces.size() == 3 && faces[0].box.x == 0;
    return sharp ? faces : std::vector<DetectedFace>();
  }
};

TEST(EvaluateFinder, TheStockModelsAreScoredBesideOthers) {
  const TempFolder folder;
  WritePhoto(folder / "three_faces.png", 300);
  FinderProtocol protocol;
  protocol.blur_sizes = {0, 15};
  const FinderEvaluation alone =
      EvaluateFinder(folder.path(), SharpDetector(), SharpDetector(), protocol, 1);
  EXPECT_TRUE(alone.stock_by_size.empty()) << "the same detector twice would say nothing";
  const FinderEvaluation both =
      EvaluateFinder(folder.path(), SharpDetector(), MadeUpDetector(), protocol, 1);
  EXPECT_EQ(both.by_size[1].found, 2U);
  ASSERT_EQ(both.stock_by_size.size(), 2U);
  EXPECT_EQ(both.stock_by_size[0].found, 3U);
  EXPECT_EQ(both.stock_by_size[1].found, 0U);
  EXPECT_EQ(both.stock_by_size[1].false_faces, 0U);
  const FinderReport report{MadeUpDetector().identity(), protocol, {{"made up", both}}};
  EXPECT_NE(MarkdownReport(report).find("| dlib's recall |"), std::string::npos);
  const Json json = Json::parse(JsonReport(report));
  const Json& blur = json.at("sets").at(0).at("blurs").at(1);
  EXPECT_EQ(blur.at("found"), 2);
  EXPECT_EQ(blur.at("dlib").at("found"), 0);
}

/// Knows where faces are once it has "restored" them, and asks for colours.
TEST(EvaluateFinder, LandmarksAreScoredOnceMoreWhenRestored) {
  const TempFolder folder;
  WritePhoto(folder / "three_faces.png", 300);
  FinderProtocol protocol;
  protocol.blur_sizes = {15};
  const RestoreFaces restore = [](cv::Mat* photo) {
    EXPECT_EQ(photo->type(), CV_8UC3);
    EXPECT_LT(photo->at<cv::Vec3b>(110, 150)[0], 255) << "the photo is to be blurred";
    std::vector<DetectedFace> faces = MadeUpDetector().Detect(*photo);
    faces[0].landmarks = FaceAt({0, 0}, 80).landmarks;
    return faces;
  };
  const FinderEvaluation evaluation =
      EvaluateFinder(folder.path(), MadeUpDetector(), MadeUpDetector(), protocol, 1, restore);
  ASSERT_EQ(evaluation.restored_by_size.size(), 1U);
  EXPECT_EQ(evaluation.restored_by_size[0].found, evaluation.by_size[0].found);
  EXPECT_NEAR(
      evaluation.by_size[0].landmark_errors - evaluation.restored_by_size[0].landmark_errors,
      5 / (0.4 * 80), 1e-5);
  const FinderReport report{MadeUpDetector().identity(), protocol, {{"made up", evaluation}}};
  EXPECT_NE(MarkdownReport(report).find("| once restored |"), std::string::npos);
  const Json json = Json::parse(JsonReport(report));
  const Json& blur = json.at("sets").at(0).at("blurs").at(0);
  EXPECT_LT(blur.at("restored").at("landmark_error"), blur.at("landmark_error"));
}

TEST(EvaluateFinder, WithoutBlurAllIsFoundWhereItIs) {
  FinderProtocol protocol;
  protocol.blur_sizes = {0, 27};
  const std::filesystem::path folder = testing::DataFolder() / "sharp";
  const FinderEvaluation one =
      EvaluateFinder(folder, testing::Detector(), testing::Detector(), protocol, 1);
  EXPECT_EQ(one.photos, 7U);
  EXPECT_EQ(one.faces, 12U);
  EXPECT_EQ(one.by_size[0].found, 12U);
  EXPECT_EQ(one.by_size[0].false_faces, 0U);
  EXPECT_EQ(one.by_size[0].landmark_errors, 0);
  EXPECT_GT(one.by_size[1].found, 0U);
  EXPECT_GT(one.by_size[1].landmark_errors, 0);
  const FinderEvaluation two =
      EvaluateFinder(folder, testing::Detector(), testing::Detector(), protocol, 2);
  EXPECT_EQ(one.by_size[1].found, two.by_size[1].found) << "threads change nothing";
  EXPECT_EQ(one.by_size[1].landmark_errors, two.by_size[1].landmark_errors);
}

TEST(EvaluateFinder, AFolderWithoutPhotosIsAnError) {
  const TempFolder folder;
  testing::WriteText(folder / "damaged.png", "no photo");
  EXPECT_THROW(EvaluateFinder(folder.path(), MadeUpDetector(), MadeUpDetector(), {}, 1), Error);
}

/// Pixels of a colour.
int CountPixels(const cv::Mat& plot, const cv::Scalar& colour) {
  cv::Mat mask;
  cv::inRange(plot, colour, colour, mask);
  return cv::countNonZero(mask);
}

TEST(FinderPlot, OneCurveForEachDetectorAndMeasure) {
  FinderProtocol protocol;
  protocol.blur_sizes = {45, 0, 21};
  FinderEvaluation evaluation{3, 4, 0, {}, {}, {}};
  evaluation.by_size = {{3, 4, 1, 1, 0.1}, {3, 4, 4, 0, 0}, {3, 4, 3, 0, 0.06}};
  const cv::Mat alone = DrawFinderCurves(protocol, evaluation);
  EXPECT_EQ(CountPixels(alone, CurveColour(1)), 0);
  evaluation.stock_by_size = {{3, 4, 0, 0, 0}, {3, 4, 4, 0, 0}, {3, 4, 2, 1, 0.06}};
  const cv::Mat both = DrawFinderCurves(protocol, evaluation);
  EXPECT_EQ(both.size(), alone.size());
  EXPECT_EQ(both.rows % 3, 0);
  for (int plot = 0; plot < 3; ++plot) {
    const int rows = both.rows / 3;
    EXPECT_GT(CountPixels(both.rowRange(plot * rows, (plot + 1) * rows), CurveColour(1)), 500);
  }
  // Sizes may come in any order: the same curve.
  FinderProtocol sorted;
  sorted.blur_sizes = {0, 21, 45};
  FinderEvaluation same{3, 4, 0, {}, {}, {}};
  same.by_size = {evaluation.by_size[1], evaluation.by_size[2], evaluation.by_size[0]};
  EXPECT_EQ(cv::norm(DrawFinderCurves(sorted, same), alone, cv::NORM_INF), 0);
}

TEST(FinderReport, EveryFormatHoldsTheNumbers) {
  FinderReport report;
  report.detector = {"a detector", "", "abc"};
  report.protocol.blur_sizes = {0, 21, 99};
  FinderEvaluation evaluation{3, 4, 0, {}, {}, {}};
  evaluation.by_size = {{3, 4, 4, 0, 0}, {3, 4, 3, 2, 0.06}, {3, 4, 0, 0, 0}};
  report.sets = {{"some faces", evaluation}};
  for (const std::string& text : {TextReport(report), MarkdownReport(report)}) {
    EXPECT_NE(text.find("a detector"), std::string::npos) << text;
    EXPECT_NE(text.find("3 photos, 4 faces"), std::string::npos) << text;
    EXPECT_NE(text.find("0.750"), std::string::npos) << text;
    EXPECT_NE(text.find("0.667"), std::string::npos) << text;
    EXPECT_NE(text.find("2.00"), std::string::npos) << text;
  }
  EXPECT_NE(MarkdownReport(report).find("| 99 | 0.000 | 0.000 | |\n"), std::string::npos)
      << "no error where no face is found";
  const Json json = Json::parse(JsonReport(report));
  EXPECT_EQ(json.at("detector"), "a detector");
  EXPECT_EQ(json.at("detector_sha256"), "abc");
  const Json& blurs = json.at("sets").at(0).at("blurs");
  EXPECT_EQ(blurs.at(1).at("blur"), 21);
  EXPECT_EQ(blurs.at(1).at("recall"), 0.75);
  EXPECT_TRUE(blurs.at(2).at("landmark_error").is_null());
}

}  // namespace
}  // namespace facedeblur
