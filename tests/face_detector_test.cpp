#include <dlib/image_processing.h>
#include <dlib/opencv/cv_image.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <future>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "face/landmark_model.h"
#include "face/turned_copy.h"
#include "face_fixture.h"
#include "facedeblur/face/detector.h"
#include "facedeblur/face/finder_file.h"
#include "facedeblur/face/landmark_distance.h"
#include "facedeblur/face/overlap.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/sha256.h"
#include "support.h"

namespace facedeblur {
namespace {

DetectorOptions Options() {
  DetectorOptions options;
  options.landmark_model = "/usr/share/dlib/shape_predictor_68_face_landmarks.dat";
  return options;
}

const FaceDetector& Detector() {
  static const auto detector = MakeDlibDetector(Options());
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
  EXPECT_NEAR(points[0].x, 183, 8);  // read off the image
  EXPECT_NEAR(points[0].y, 252, 8);
  EXPECT_NEAR(points[1].x, 298, 8);
  EXPECT_GT(points[3].y, points[2].y);
}

TEST(LandmarkModel, FindsWhatDlibFinds) {
  dlib::shape_predictor dlibs;
  dlib::deserialize(Options().landmark_model.string()) >> dlibs;
  const LandmarkModel ours(Options().landmark_model);
  ASSERT_EQ(ours.points(), dlibs.num_parts());
  cv::Mat grey;
  cv::cvtColor(cv::imread((testing::DataFolder() / "blurred/group_1.jpg").string()), grey,
               cv::COLOR_BGR2GRAY);
  const dlib::cv_image<unsigned char> view(grey);
  cv::RNG random(3);
  for (int i = 0; i < 200; ++i) {  // faces, parts of faces, none, over the edge
    const dlib::rectangle window = dlib::centered_rect(
        random.uniform(-20, grey.cols + 20), random.uniform(-20, grey.rows + 20),
        static_cast<unsigned long>(random.uniform(20, 400)),
        static_cast<unsigned long>(random.uniform(20, 400)));
    const dlib::full_object_detection expected = dlibs(view, window);
    const cv::Rect same(
        cv::Point(static_cast<int>(window.left()), static_cast<int>(window.top())),
        cv::Size(static_cast<int>(window.width()), static_cast<int>(window.height())));
    const FaceReading found = ours.Read(grey, same);
    for (unsigned long p = 0; p < expected.num_parts(); ++p) {
      const cv::Point2d& at = found.landmarks[p];
      ASSERT_EQ(dlib::point(dlib::dpoint(at.x, at.y)), expected.part(p)) << i;
    }
    EXPECT_FALSE(found.face);
  }
}

TEST(LandmarkModel, DamageIsRefused) {
  const testing::TempFolder folder;
  Bytes bytes = ReadFile(Options().landmark_model);
  bytes.resize(bytes.size() / 50);
  testing::WriteBytes(folder / "cut.dat", bytes);
  EXPECT_THROW(LandmarkModel(folder / "cut.dat"), Error);
  cv::RNG random(5);
  for (int i = 0; i < 50; ++i) {
    Bytes damaged = bytes;
    for (int k = 0; k < 20; ++k) {
      damaged[static_cast<std::size_t>(random.uniform(0, 4000))] =
          static_cast<std::uint8_t>(random.uniform(0, 256));
    }
    testing::WriteBytes(folder / "damaged.dat", damaged);
    EXPECT_THROW(LandmarkModel(folder / "damaged.dat"), Error);
  }
  EXPECT_THROW(LandmarkModel(folder / "missing.dat"), Error);
}

TEST(LandmarkModel, TheLeastWholeNumberIsRefused) {
  const testing::TempFolder folder;
  // The version; then, for a length, -2^63, whose negative there is not.
  testing::WriteBytes(folder / "least.dat", {1, 1, 0x88, 0, 0, 0, 0, 0, 0, 0, 0x80});
  EXPECT_THROW(LandmarkModel(folder / "least.dat"), Error);
}

TEST(Dlib, ASecondFailedPreconditionIsAnExceptionToo) {
  for (int i = 0; i < 2; ++i) {
    EXPECT_THROW(throw dlib::fatal_error(dlib::EBROKEN_ASSERT, "made up"), dlib::fatal_error);
  }
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

TEST(TurnBack, PixelsOfTheCopyAreThoseOfTheOriginal) {
  const cv::Mat grey = testing::MakeTestImage({37, 22}, CV_8UC1);
  for (const int turn : {0, 90, 180, 270}) {
    const TurnedCopy copy = TurnBack(grey, turn);
    ASSERT_EQ(copy.pixels.total(), grey.total());
    for (int y = 0; y < copy.pixels.rows; ++y) {
      for (int x = 0; x < copy.pixels.cols; ++x) {
        const cv::Point2d at = copy.original_from_copy(cv::Point2d(x, y));
        ASSERT_EQ(copy.pixels.at<uchar>(y, x), grey.at<uchar>(cv::Point(at))) << turn;
      }
    }
  }
}

TEST(TurnBack, WhatPointsRightPointsUpAfterwards) {
  for (const int turn : {45, 90, 135, 180, 225, 270, 315}) {
    cv::Mat grey = cv::Mat::zeros(101, 141, CV_8UC1);
    const double angle = turn * CV_PI / 180;
    const cv::Point2d middle(70, 50);
    // Up is (0, -1); a clockwise turn in the image makes it (sin, -cos).
    const cv::Point2d dot = middle + 40 * cv::Point2d(std::sin(angle), -std::cos(angle));
    cv::circle(grey, cv::Point(cvRound(dot.x), cvRound(dot.y)), 4, 255, cv::FILLED);
    const TurnedCopy copy = TurnBack(grey, turn);
    const cv::Moments mass = cv::moments(copy.pixels);
    const cv::Point2d found(mass.m10 / mass.m00, mass.m01 / mass.m00);
    const cv::Point2d copy_middle(0.5 * (copy.pixels.cols - 1), 0.5 * (copy.pixels.rows - 1));
    // The corners have the mean grey, which pulls the centre of mass a little.
    EXPECT_NEAR(found.x, copy_middle.x, 2) << turn;
    EXPECT_LT(found.y, copy_middle.y - 10) << turn;
    const cv::Point2d back = copy.original_from_copy(copy_middle + cv::Point2d(0, -40));
    EXPECT_NEAR(cv::norm(back - dot), 0, 1e-6) << turn;
  }
}

/// An image and where its points go when it is turned clockwise by multiples of 90 degrees.
struct TurnedPhoto {
  TurnedPhoto(const cv::Mat& photo, int turn) {
    const auto right = static_cast<double>(photo.cols - 1);
    const auto bottom = static_cast<double>(photo.rows - 1);
    if (turn == 90) {
      cv::rotate(photo, pixels, cv::ROTATE_90_CLOCKWISE);
      from_upright = {0, 1, bottom, 0};
    } else if (turn == 180) {
      cv::rotate(photo, pixels, cv::ROTATE_180);
      from_upright = {-1, 0, right, bottom};
    } else {
      cv::rotate(photo, pixels, cv::ROTATE_90_COUNTERCLOCKWISE);
      from_upright = {0, -1, 0, right};
    }
  }

  cv::Mat pixels;
  Similarity from_upright;
};

TEST(Detector, FindsFacesOfPhotosThatLieOnTheirSide) {
  for (const char* name :
       {"portrait_01.png", "portrait_03.png", "portrait_13.png", "group_1.jpg"}) {
    const cv::Mat photo = cv::imread((testing::DataFolder() / "sharp" / name).string());
    const auto upright = Detector().Detect(photo);
    for (const int turn : {90, 180, 270}) {
      const TurnedPhoto turned(photo, turn);
      const auto faces = Detector().Detect(turned.pixels);
      ASSERT_EQ(faces.size(), upright.size()) << name << " " << turn;
      for (const DetectedFace& expected : upright) {
        const Landmarks landmarks = turned.from_upright(expected.landmarks);
        double nearest = 1;
        for (const DetectedFace& face : faces) {
          EXPECT_EQ(face.turned, turn) << name;
          nearest = std::min(nearest, LandmarkDistance(landmarks, face.landmarks));
        }
        EXPECT_LT(nearest, 0.05) << name << " " << turn;
      }
    }
  }
}

TEST(Detector, FindsFacesThatLieAslantWhereAsked) {
  const cv::Mat portrait = Portrait();
  const auto upright = Detector().Detect(portrait);
  ASSERT_EQ(upright.size(), 1U);
  DetectorOptions options = Options();
  options.any_rotation = true;
  const auto detector = MakeDlibDetector(options);
  for (const int turn : {45, 135, 225, 315}) {
    // Turning back the other way turns the face.
    cv::Mat grey;
    cv::cvtColor(portrait, grey, cv::COLOR_BGR2GRAY);
    const TurnedCopy turned = TurnBack(grey, 360 - turn);
    const auto faces = detector->Detect(turned.pixels);
    ASSERT_EQ(faces.size(), 1U) << turn;
    EXPECT_EQ(faces[0].turned, turn);
    const Landmarks landmarks = turned.original_from_copy.Inverse()(upright[0].landmarks);
    EXPECT_LT(LandmarkDistance(landmarks, faces[0].landmarks), 0.08) << turn;
    const cv::Point2f middle = 0.5F * (faces[0].box.tl() + faces[0].box.br());
    EXPECT_LT(cv::norm(middle - landmarks[30]), 0.3 * faces[0].box.width) << turn;
  }
}

TEST(Detector, FacesThatAreFoundUprightStayAsTheyAre) {
  const auto upright_alone = [] {
    DetectorOptions options = DetectorOptions::SharpAndUpright();
    options.landmark_model = Options().landmark_model;
    return MakeDlibDetector(options);
  }();
  for (const char* name : {"sharp/group_1.jpg", "blurred/group_1.jpg", "blurred/portrait_01.png",
                           "blurred/portrait_03.jpg", "blurred/portrait_07.webp"}) {
    const cv::Mat photo = cv::imread((testing::DataFolder() / name).string());
    const auto expected = upright_alone->Detect(photo);
    const auto faces = Detector().Detect(photo);
    ASSERT_EQ(faces.size(), expected.size()) << name;
    EXPECT_FALSE(faces.empty()) << name;
    for (std::size_t i = 0; i < faces.size(); ++i) {
      EXPECT_EQ(faces[i].turned, 0);
      EXPECT_EQ(faces[i].box, expected[i].box);
      EXPECT_EQ(faces[i].landmarks, expected[i].landmarks);
    }
  }
  const TurnedPhoto turned(Portrait(), 90);
  EXPECT_TRUE(upright_alone->Detect(turned.pixels).empty());
}

TEST(TurnedScale, HalfOfTheOtherUnlessThePhotoIsSmall) {
  const DetectorOptions options = Options();
  for (const cv::Size size : {cv::Size(2000, 1000), cv::Size(4000, 3000)}) {
    EXPECT_NEAR(TurnedScale(options, size), DetectionScale(options, size) / 2, 1e-9);
  }
  EXPECT_EQ(TurnedScale(options, {300, 200}), 2);
  const double scale = TurnedScale(options, {640, 480});
  EXPECT_NEAR(scale * scale * 640 * 480, 500'000, 1);
  DetectorOptions thorough = options;
  thorough.min_face = 40;
  EXPECT_EQ(TurnedScale(thorough, {4000, 3000}), 2);
}

TEST(TurnedScale, ACopyTurnedBy45DegreesIsNoLargerThanCanBe) {
  DetectorOptions options = Options();
  options.any_rotation = true;
  options.min_face = 40;
  EXPECT_EQ(TurnedScale(options, {4000, 3000}), 2);
  EXPECT_NEAR(TurnedScale(options, {20000, 1000}) * 21000 * std::sqrt(0.5), 14000, 1e-6);
}

TEST(Detector, NoFaceInAImageWithoutOne) {
  EXPECT_TRUE(Detector().Detect(testing::MakeTestImage({400, 300}, CV_8UC3)).empty());
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
    MakeDlibDetector(options);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kModel);
    EXPECT_NE(std::string(error.what()).find("model.dat"), std::string::npos);
  }
}

TEST(Detector, AModelOfAnotherSchemeDoesNotLoad) {
  const testing::TempFolder folder;
  {
    std::ofstream file(folder / "five.dat", std::ios::binary);  // five points, no trees
    dlib::matrix<float, 0, 1> mean_shape = dlib::zeros_matrix<float>(10, 1);
    dlib::serialize(1, file);
    dlib::serialize(mean_shape, file);
    for (int part = 0; part < 3; ++part) dlib::serialize(0UL, file);
  }
  ASSERT_EQ(LandmarkModel(folder / "five.dat").points(), 5U);
  DetectorOptions options;
  options.landmark_model = folder / "five.dat";
  try {
    MakeDlibDetector(options);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kModel);
    EXPECT_NE(std::string(error.what()).find("68"), std::string::npos) << error.what();
  }
}

TEST(Detector, IdentityNamesWhatDecidesTheLandmarks) {
  const DetectorIdentity identity = Detector().identity();
  EXPECT_EQ(identity.scheme, kLandmarkScheme.name);
  EXPECT_EQ(identity.sha256, Sha256(ReadFile(Options().landmark_model)));
  EXPECT_EQ(identity.Key(), MakeDlibDetector(Options())->identity().Key());
  DetectorOptions other = Options();
  other.threshold = 0.9;
  EXPECT_NE(identity.Key(), MakeDlibDetector(other)->identity().Key());
  other = Options();
  other.search_turned = false;
  EXPECT_NE(identity.Key(), MakeDlibDetector(other)->identity().Key());
  EXPECT_EQ(MakeDlibDetector(other)->identity().name.find("turned"), std::string::npos)
      << "caches of landmarks from before stay of use";
}

TEST(Detector, AModelReplacedAfterLoadingHasNoIdentity) {
  const testing::TempFolder folder;
  DetectorOptions options;
  options.landmark_model = folder / "model.dat";
  std::filesystem::copy(Options().landmark_model, options.landmark_model);
  const auto detector = MakeDlibDetector(options);
  testing::WriteText(options.landmark_model, "another model");
  EXPECT_THROW(detector->identity(), Error);
}

TEST(LoadDetector, FindsTheModelInTheFolderGiven) {
  const testing::TempFolder folder;
  testing::WriteText(folder / kLandmarkModel, "no model");
  EXPECT_THROW(LoadDetector({}, folder.path()), Error);
  EXPECT_NO_THROW(LoadDetector({}, Options().landmark_model.parent_path()));
}

TEST(LoadDetector, TheFindersNetworksReadLandmarksUnlessAModelIsNamed) {
  const auto networks = LoadDetector({}, testing::ModelsFolder());
  EXPECT_EQ(networks->identity().sha256, Sha256(ReadFile(testing::ModelsFolder() / kFinderFile)));
  DetectorOptions named;
  named.landmark_model = kLandmarkModel;
  const auto model = LoadDetector(named, testing::ModelsFolder());
  EXPECT_EQ(model->identity().sha256, Sha256(ReadFile(Options().landmark_model)));
  const cv::Mat portrait = Portrait();
  const auto expected = Detector().Detect(portrait);
  const auto read = networks->Detect(portrait);
  ASSERT_EQ(read.size(), 1U);
  EXPECT_GT(Overlap(read[0].box, expected.at(0).box), 0.8F) << "by the landmarks";
  EXPECT_EQ(model->Detect(portrait).at(0).box, expected[0].box);
  EXPECT_NE(read[0].landmarks, expected[0].landmarks);
  EXPECT_LT(LandmarkDistance(read[0].landmarks, expected[0].landmarks), 0.06);
  EXPECT_EQ(model->Detect(portrait).at(0).landmarks, expected[0].landmarks);
  EXPECT_TRUE(networks->ReadLandmarks(portrait, read[0].box).empty());
  EXPECT_FALSE(model->ReadLandmarks(portrait, read[0].box).empty());
}

TEST(LoadDetector, DlibsModelReadsLandmarksWhereTheFinderCannot) {
  const testing::TempFolder folder;
  FinderFile finder = LoadFinder(testing::ModelsFolder() / kFinderFile);
  finder.landmark_networks.clear();
  testing::WriteBytes(folder / kFinderFile, SerializeFinder(finder));
  const auto detector = LoadDetector({}, folder.path());
  EXPECT_EQ(detector->identity().sha256, Sha256(ReadFile(Options().landmark_model)));
  EXPECT_EQ(detector->Detect(Portrait()).at(0).landmarks,
            Detector().Detect(Portrait()).at(0).landmarks);
}

TEST(CanBeAligned, NotWhereAllPointsAreOne) {
  EXPECT_FALSE(CanBeAligned(Landmarks(kLandmarkCount, {31.7F, 12.3F})));
  EXPECT_TRUE(CanBeAligned(testing::MakeLandmarks({31.7F, 12.3F}, 1)));
  EXPECT_THROW(CanBeAligned(Landmarks(5)), Error);
}

}  // namespace
}  // namespace facedeblur
