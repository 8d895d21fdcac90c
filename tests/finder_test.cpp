#include <gtest/gtest.h>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <string>

#include "facedeblur/finder/train_finder.h"
#include "facedeblur/finder/window_folder.h"
#include "facedeblur/image/codec.h"
#include "facedeblur/image/image_files.h"
#include "facedeblur/image/write_png.h"
#include "facedeblur/util/error.h"
#include "finder/cover.h"
#include "finder/finder_photo.h"
#include "support.h"

namespace facedeblur {
namespace {

const FaceDetector& Detector() {
  static const auto detector = [] {
    DetectorOptions options = DetectorOptions::SharpAndUpright();
    options.landmark_model = "/usr/share/dlib/shape_predictor_68_face_landmarks.dat";
    return MakeDlibDetector(options);
  }();
  return *detector;
}

cv::Mat Read(const std::filesystem::path& file) {
  std::string warning;
  return DecodeImage(ReadFile(file), {}, &warning).pixels;
}

/// The sample portraits, each a few times, darker and darker.
class FinderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    int number = 0;
    for (const auto& file : ListImageFiles(testing::DataFolder() / "sharp")) {
      const cv::Mat photo = Read(file);
      if (photo.cols > photo.rows) continue;  // the group
      for (const double light : {1.0, 0.8, 0.6}) {
        WritePng(folder_ / (std::to_string(number++) + ".png"), photo * light);
      }
    }
    options_.folders = {folder_.path()};
    options_.pairs.kernel.min_shake = 5;
    options_.pairs.kernel.max_size = 15;
  }

  testing::TempFolder folder_;
  FinderTrainingOptions options_;
};

TEST_F(FinderTest, WhatItTrainsFindsTheBlurredFacesThatItDidNotSee) {
  const FinderTraining training = TrainFinder(options_, Detector());
  EXPECT_EQ(training.trained_on + training.held_out, 18U);
  EXPECT_EQ(training.held_out, 2U);
  EXPECT_EQ(training.faces, 2U);
  EXPECT_EQ(training.found, 2U);
  ASSERT_EQ(training.finder.sub_detectors.size(), 1U);

  // A detector takes it, and is another one then.
  const std::filesystem::path file = folder_ / kFinderFile;
  testing::WriteBytes(file, SerializeFinder(training.finder));
  DetectorOptions with;
  with.landmark_model = "/usr/share/dlib/shape_predictor_68_face_landmarks.dat";
  with.finder = file;
  const auto detector = MakeDlibDetector(with);
  EXPECT_EQ(detector->Detect(Read(folder_ / "0.png")).size(), 1U);
  EXPECT_NE(detector->identity().name.find("finder"), std::string::npos);
  EXPECT_NE(detector->identity().Key(), Detector().identity().Key());
}

TEST_F(FinderTest, NetworksComeFromAnotherFinderFile) {
  FinderFile finder;
  finder.landmark_networks = {{{"a", {1, 2}}}, {{"b", {3}}}};
  const std::filesystem::path file = folder_ / "another.dat";
  testing::WriteBytes(file, SerializeFinder(finder));
  EXPECT_EQ(ReadLandmarkNetworks(file), finder.landmark_networks);
  testing::WriteBytes(file, {'x'});
  EXPECT_THROW(ReadLandmarkNetworks(file), Error);
  for (const char* missing : {"missing.dat", "missing.h5"}) {
    try {
      ReadLandmarkNetworks(folder_ / missing);
      ADD_FAILURE() << missing;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(missing), std::string::npos);
    }
  }
}

TEST_F(FinderTest, TheSeedDecidesEveryByte) {
  options_.photos = 12;
  const Bytes first = SerializeFinder(TrainFinder(options_, Detector()).finder);
  options_.threads = 3;
  EXPECT_EQ(SerializeFinder(TrainFinder(options_, Detector()).finder), first);
  options_.seed = 2;
  EXPECT_NE(SerializeFinder(TrainFinder(options_, Detector()).finder), first);
}

TEST_F(FinderTest, FacesOfACopyAreWhereItShowsThem) {
  const FinderPhoto photo = MakeFinderPhoto(folder_ / "0.png", 3, options_, Detector());
  ASSERT_EQ(photo.faces.size(), 1U);
  EXPECT_GE(photo.faces[0].width, options_.smallest_face);
  EXPECT_LE(photo.faces[0].width, options_.largest_face);
  cv::Mat colour;
  cv::cvtColor(photo.grey, colour, cv::COLOR_GRAY2BGR);
  const auto found = Detector().Detect(colour);
  ASSERT_EQ(found.size(), 1U);
  const cv::Point2f apart = 0.5F * (found[0].box.tl() + found[0].box.br()) -
                            0.5F * (photo.faces[0].tl() + photo.faces[0].br());
  EXPECT_LT(cv::norm(apart), 0.1 * photo.faces[0].width);
}

TEST_F(FinderTest, APhotoWhoseCopyWouldBeHugeIsLeftOut) {
  options_.smallest_face = 3000;
  options_.largest_face = 3200;
  EXPECT_TRUE(MakeFinderPhoto(folder_ / "0.png", 3, options_, Detector()).grey.empty());
}

TEST_F(FinderTest, ACopyWithItsFaceCoveredShowsNone) {
  const FinderPhoto shown = MakeFinderPhoto(folder_ / "0.png", 3, options_, Detector());
  const FinderPhoto covered = WithFacesCovered(shown, options_);
  EXPECT_TRUE(covered.faces.empty());
  ASSERT_EQ(covered.grey.size(), shown.grey.size());
  const auto found = [](const FinderPhoto& photo) { return Detector().Detect(photo.grey).size(); };
  EXPECT_EQ(found(covered), 0U);
  EXPECT_EQ(found(shown), 1U);
}

TEST(CoverFace, LeavesWhatIsAroundAndNothingOfTheFace) {
  cv::Mat image(100, 120, CV_32FC3, cv::Scalar(0.2, 0.4, 0.6));
  cv::rectangle(image, {50, 40, 20, 20}, cv::Scalar(1, 1, 1), cv::FILLED);
  CoverFace({50, 40, 20, 20}, &image);
  EXPECT_LT(cv::norm(image, cv::Mat(100, 120, CV_32FC3, cv::Scalar(0.2, 0.4, 0.6)), cv::NORM_INF),
            1e-5);
  cv::randu(image, 0, 1);
  const cv::Mat before = image.clone();
  CoverFace({50, 40, 20, 20}, &image);
  cv::Mat changed;
  cv::inRange(cv::abs(image - before), cv::Scalar::all(1e-6), cv::Scalar::all(1), changed);
  EXPECT_EQ(cv::boundingRect(changed), cv::Rect(45, 32, 30, 32));
}

TEST(CoverFace, MayReachOverTheEdgeAndOverAll) {
  cv::Mat image(60, 80, CV_32FC3);
  cv::randu(image, 0, 1);
  const cv::Scalar mean = cv::mean(image);
  CoverFace({-5, -5, 30, 30}, &image);
  EXPECT_TRUE(cv::checkRange(image, true, nullptr, 0, 1));
  cv::randu(image, 0, 1);
  CoverFace({-20, -20, 200, 200}, &image);
  EXPECT_LT(cv::norm(image, cv::Mat(60, 80, CV_32FC3, cv::Scalar(mean)), cv::NORM_INF), 0.1);
  EXPECT_NO_THROW(CoverFace({200, 200, 20, 20}, &image));
}

TEST_F(FinderTest, DoubtfulWindowsAreWrittenWithWhatTheyShow) {
  options_.pairs.kernel.min_shake = 41;
  options_.pairs.kernel.max_size = 61;
  options_.sub_detectors = LoadFinder(testing::ModelsFolder() / kFinderFile).sub_detectors;
  const testing::TempFolder windows;
  const WindowCounts counts = WriteWindows(options_, Detector(), windows / "one");
  EXPECT_EQ(counts.photos, 18U);
  const auto faces = ListImageFiles(windows / "one" / kFaceWindows);
  EXPECT_EQ(faces.size(), counts.faces);
  EXPECT_EQ(ListImageFiles(windows / "one" / kOtherWindows).size(), counts.others);
  EXPECT_GT(counts.others, 0U);
  ASSERT_FALSE(faces.empty());
  for (const std::filesystem::path& file : faces) {
    const cv::Mat picture = Read(file);
    EXPECT_EQ(picture.type(), CV_8UC1);
    EXPECT_EQ(picture.size(), cv::Size(88, 88));
    EXPECT_EQ(file.string().find("made_up"), std::string::npos) << file;
    EXPECT_EQ(file.string().find("covered"), std::string::npos) << file;
  }
  options_.threads = 3;
  WriteWindows(options_, Detector(), windows / "three");
  for (const char* kind : {kFaceWindows, kOtherWindows}) {
    ASSERT_EQ(testing::ListFiles(windows / "three" / kind),
              testing::ListFiles(windows / "one" / kind));
    for (const std::string& name : testing::ListFiles(windows / "one" / kind)) {
      EXPECT_EQ(ReadFile(windows / "three" / kind / name), ReadFile(windows / "one" / kind / name));
    }
  }
}

TEST_F(FinderTest, WhatALandmarkNetworkWouldLookAtAgainIsWrittenToo) {
  options_.photos = 6;
  options_.pairs.kernel.min_shake = 41;
  options_.pairs.kernel.max_size = 61;
  const FinderFile finder = LoadFinder(testing::ModelsFolder() / kFinderFile);
  options_.sub_detectors = finder.sub_detectors;
  const testing::TempFolder windows;
  const WindowCounts alone = WriteWindows(options_, Detector(), windows / "alone");
  options_.landmark_networks = finder.landmark_networks;
  const WindowCounts again = WriteWindows(options_, Detector(), windows / "again");
  EXPECT_GT(again.faces, alone.faces);
  EXPECT_GT(again.others, alone.others);
  EXPECT_LT(again.others, 2 * alone.others) << "most are no face at all";
}

TEST_F(FinderTest, TooFewFacesAndStoppingAreErrors) {
  options_.stop = [] { return true; };
  EXPECT_THROW(TrainFinder(options_, Detector()), Error);
  EXPECT_THROW(WriteWindows(options_, Detector(), folder_ / "windows"), Error);
  options_.stop = {};
  options_.photos = 4;
  EXPECT_THROW(TrainFinder(options_, Detector()), Error);
}

}  // namespace
}  // namespace facedeblur
