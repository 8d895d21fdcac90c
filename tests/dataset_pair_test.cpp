#include <gtest/gtest.h>

#include <map>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <string>

#include "dataset/blur.h"
#include "dataset_fixture.h"
#include "facedeblur/dataset/pair_writer.h"

namespace facedeblur {
namespace {

using testing::SampleFaces;
using testing::TempFolder;

double Difference(const cv::Mat& a, const cv::Mat& b) { return cv::norm(a, b, cv::NORM_INF); }

TEST(DrawPair, LandmarksAndStructureAgreeAlsoWhenMirrored) {
  for (std::uint64_t i = 0; i < 12; ++i) {
    const TrainingPair pair = DrawPair(SampleFaces(), {}, 2, i);
    ASSERT_EQ(pair.landmarks.size(), kLandmarkCount);
    const auto points = AlignmentPoints(pair.landmarks);
    EXPECT_LT(points[0].x, points[1].x) << "the left eye is left";
    EXPECT_LT(points[3].x, points[4].x) << "the left mouth corner is left";
    for (const std::size_t p : {0, 1, 2}) {
      const cv::Point at(cvRound(points[p].x), cvRound(points[p].y));
      if (!cv::Rect(0, 0, 128, 128).contains(at)) continue;
      EXPECT_GT(pair.structure.at<float>(at), 0.5F);
    }
  }
}

/// A face that fills its photo, so that chips with small faces reach over the edge.
FaceSet TightFaces(const TempFolder& folder) {
  const SharpFace& face = SampleFaces().faces().front();
  const cv::Rect2f box = cv::boundingRect(face.landmarks);
  const cv::Rect tight(box.tl() - cv::Point2f(0.2F * box.width, 0.4F * box.height),
                       cv::Size2f(1.4F * box.width, 1.5F * box.height));
  cv::imwrite((folder / "tight.png").string(),
              face.pixels(tight & cv::Rect({0, 0}, face.pixels.size())));
  return testing::LoadFaces(folder.path());
}

TEST(DrawPair, OverTheEdgeFacesAreAsSmallAsIsAsked) {
  const TempFolder folder;
  const FaceSet faces = TightFaces(folder);
  PairOptions options;
  options.chip_size = 64;
  options.min_eye_distance = 16;
  options.max_eye_distance = 18;
  const auto eye_distance = [&](std::uint64_t number) {
    const auto points = AlignmentPoints(DrawPair(faces, options, 4, number).landmarks);
    return cv::norm(points[1] - points[0]);
  };
  EXPECT_GT(eye_distance(0), 18) << "the whole chip lies in the photo";
  options.over_edge = true;
  for (std::uint64_t i = 0; i < 8; ++i) {
    EXPECT_GE(eye_distance(i), 16 - 1e-3);
    EXPECT_LE(eye_distance(i), 18 + 1e-3);
  }
}

/// Writes pairs and returns everything written.
std::map<std::string, Bytes> WrittenPairs(std::size_t threads, bool whole) {
  const TempFolder folder;
  PairWriterOptions options;
  options.output = folder / "out";
  options.preview = folder / "out" / "preview.png";
  options.whole_photos = whole;
  options.count = 2;
  options.threads = threads;
  const auto result = whole ? WritePhotoPairs(testing::DataFolder() / "sharp", options)
                            : WriteFacePairs(SampleFaces(), options);
  EXPECT_EQ(result.pairs, 14);
  EXPECT_TRUE(result.problems.empty());
  std::map<std::string, Bytes> files;
  for (const std::string& file : testing::ListFiles(options.output)) {
    files[file] = ReadFile(options.output / file);
  }
  return files;
}

TEST(PairWriter, SameBytesForAnyNumberOfThreads) {
  for (const bool whole : {false, true}) {
    const auto files = WrittenPairs(1, whole);
    EXPECT_EQ(files.size(), 3 * 14 + 2U);
    EXPECT_EQ(files, WrittenPairs(3, whole));
  }
}

TEST(PairWriter, BlurredIsTheSharpImageWithItsKernel) {
  const TempFolder folder;
  PairWriterOptions options;
  options.output = folder.path();
  DegradationOptions& d = options.pairs.degradation;
  d.linear_light = d.variation = d.max_noise = d.max_shot_noise = d.resample = d.jpeg = 0;
  WriteFacePairs(SampleFaces(), options);
  const auto read = [&](const char* kind, int flags) {
    return cv::imread((folder / kind / "0000003.png").string(), flags);
  };
  cv::Mat sharp;
  read("sharp", cv::IMREAD_COLOR).convertTo(sharp, CV_32F, 1 / 255.0);
  cv::Mat kernel;
  read("kernels", cv::IMREAD_UNCHANGED).convertTo(kernel, CV_32F);
  kernel /= cv::sum(kernel)[0];
  cv::Mat blurred;
  read("blurred", cv::IMREAD_COLOR).convertTo(blurred, CV_32F, 1 / 255.0);
  const int margin = kernel.rows / 2;
  const cv::Mat explained = BlurInside(sharp, kernel);
  EXPECT_LT(Difference(explained, blurred(cv::Rect({margin, margin}, explained.size()))),
            1.6 / 255);
}

TEST(PairWriter, DamagedPhotosAreNamedAndTheOthersWritten) {
  const TempFolder folder;
  std::filesystem::create_directories(folder / "in");
  testing::WriteText(folder / "in" / "bad.png", "text");
  std::filesystem::copy(testing::DataFolder() / "sharp" / "portrait_01.png",
                        folder / "in" / "good.png");
  PairWriterOptions options;
  options.output = folder / "out";
  options.whole_photos = true;
  const auto result = WritePhotoPairs(folder / "in", options);
  EXPECT_EQ(result.pairs, 1);
  ASSERT_EQ(result.problems.size(), 1U);
  EXPECT_NE(result.problems[0].find("bad.png"), std::string::npos);
}

TEST(DrawPair, IsReproducibleAndInRange) {
  for (std::uint64_t i = 0; i < 12; ++i) {
    const TrainingPair pair = DrawPair(SampleFaces(), {}, 1, i);
    const TrainingPair again = DrawPair(SampleFaces(), {}, 1, i);
    EXPECT_EQ(Difference(pair.blurred, again.blurred), 0);
    ASSERT_EQ(pair.sharp.size(), cv::Size(128, 128));
    ASSERT_EQ(pair.blurred.size(), pair.sharp.size());
    ASSERT_EQ(pair.degradation.kernel.size(), cv::Size(27, 27));
    double low = 0;
    double high = 0;
    cv::minMaxLoc(pair.blurred.reshape(1), &low, &high);
    EXPECT_GE(low, 0);
    EXPECT_LE(high, 1);
    EXPECT_GT(cv::sum(pair.structure)[0], 200) << "eyes, nose or mouth are in the chip";
  }
}

TEST(DrawPair, TheKernelExplainsTheBlur) {
  PairOptions options;
  DegradationOptions& d = options.degradation;
  d.linear_light = d.variation = d.max_noise = d.max_shot_noise = d.resample = d.jpeg = 0;
  const TrainingPair pair = DrawPair(SampleFaces(), options, 1, 3);
  const cv::Mat explained = BlurInside(pair.sharp, pair.degradation.kernel);
  const int margin = pair.degradation.kernel.rows / 2;
  const cv::Rect inside(margin, margin, explained.cols, explained.rows);
  EXPECT_LT(Difference(explained, pair.blurred(inside)), 0.6 / 255);
}

}  // namespace
}  // namespace facedeblur
