#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <functional>
#include <map>
#include <new>
#include <opencv2/imgproc.hpp>
#include <string>

#include "facedeblur/compare/comparison_gallery.h"
#include "facedeblur/compare/report.h"
#include "facedeblur/gallery/gallery_images.h"
#include "facedeblur/image/codec.h"
#include "facedeblur/image/metrics.h"
#include "facedeblur/image/write_png.h"
#include "facedeblur/util/error.h"
#include "support.h"

namespace facedeblur {
namespace {

namespace fs = std::filesystem;
using testing::MakeTestImage;
using testing::TempFolder;
using testing::WriteBytes;
using testing::WriteText;

TEST(MeasureDifference, FindsTheOneSampleThatDiffers) {
  const cv::Mat reference = MakeTestImage({40, 30}, CV_8UC3);
  cv::Mat output = reference.clone();
  output.at<cv::Vec3b>(20, 7)[2] ^= 0x08;
  const Difference d = MeasureDifference(output, reference, {}, {});
  EXPECT_EQ(d.max_diff, 8);
  EXPECT_EQ(d.max_at, cv::Point(7, 20));
  EXPECT_NEAR(d.differing_percent, 100.0 / 1200, 1e-9);
  EXPECT_NEAR(d.psnr, 10 * std::log10(255.0 * 255 * 3600 / 64), 1e-9);
  EXPECT_EQ(d.ssim, Ssim(output, reference));
}

TEST(MeasureDifference, NothingIsNothing) {
  const cv::Mat image = MakeTestImage({40, 30}, CV_8UC3);
  const Difference d = MeasureDifference(image.clone(), image, {}, {});
  EXPECT_EQ(d.max_diff, 0);
  EXPECT_EQ(d.ssim, 1);
  Tolerance strict;
  strict.min_ssim = 1;
  EXPECT_EQ(ToleranceBreach(d, strict), "");
}

TEST(MeasureDifference, SixteenBitsAreMeasuredInEightBitLevels) {
  const cv::Mat reference(20, 20, CV_16UC1, cv::Scalar(1000));
  cv::Mat output = reference.clone();
  output.at<std::uint16_t>(3, 4) = 1000 + 514;
  EXPECT_NEAR(MeasureDifference(output, reference, {}, {}).max_diff, 2, 1e-12);
}

TEST(MeasureDifference, AlphaCountsToo) {
  const cv::Mat reference = MakeTestImage({20, 20}, CV_8UC4);
  cv::Mat output = reference.clone();
  output.at<cv::Vec4b>(1, 1)[3] ^= 0x40;
  EXPECT_EQ(MeasureDifference(output, reference, {}, {}).max_diff, 64);
}

TEST(MeasureDifference, AMaskHidesTheRest) {
  const cv::Mat reference = MakeTestImage({40, 40}, CV_8UC3);
  cv::Mat output = reference.clone();
  output(cv::Rect(0, 0, 10, 40)).setTo(0);
  cv::Mat mask = cv::Mat::zeros(40, 40, CV_8U);
  mask(cv::Rect(20, 5, 15, 30)).setTo(255);
  const Difference d = MeasureDifference(output, reference, mask, {});
  EXPECT_EQ(d.max_diff, 0);
  EXPECT_TRUE(std::isinf(d.psnr));
  EXPECT_EQ(d.differing_percent, 0);
}

TEST(MeasureDifference, TinyImagesHaveNoSsim) {
  const cv::Mat tiny = MakeTestImage({8, 8}, CV_8UC1);
  EXPECT_TRUE(std::isnan(MeasureDifference(tiny, tiny, {}, {}).ssim));
}

TEST(Tolerance, EachLimitByItself) {
  Difference d;
  d.psnr = 35;
  d.ssim = 0.95;
  d.max_diff = 6;
  d.differing_percent = 0.5;
  const auto within = [&d](const std::function<void(Tolerance*)>& set) {
    Tolerance t;
    set(&t);
    return ToleranceBreach(d, t).empty();
  };
  EXPECT_FALSE(within([](Tolerance*) {})) << "without a limit pixels must be equal";
  EXPECT_TRUE(within([](Tolerance* t) { t->min_psnr = 34; }));
  EXPECT_FALSE(within([](Tolerance* t) { t->min_psnr = 36; }));
  EXPECT_TRUE(within([](Tolerance* t) { t->min_ssim = 0.95; }));
  EXPECT_FALSE(within([](Tolerance* t) { t->min_ssim = 0.96; }));
  EXPECT_TRUE(within([](Tolerance* t) { t->max_diff = 6; }));
  EXPECT_FALSE(within([](Tolerance* t) { t->max_diff = 5; }));
  EXPECT_TRUE(within([](Tolerance* t) { t->max_diff = 5, t->max_diff_percent = 1; }));
  EXPECT_FALSE(within([](Tolerance* t) { t->max_diff_percent = 0.1; }));
  EXPECT_FALSE(within([](Tolerance* t) { t->min_psnr = 30, t->max_diff = 1; })) << "all must hold";
  d.max_diff = 0;
  EXPECT_TRUE(within([](Tolerance*) {}));
}

TEST(ShapeMismatch, NamesWhatDiffers) {
  const cv::Mat a(10, 20, CV_8UC3);
  EXPECT_EQ(ShapeMismatch(a, a), "");
  EXPECT_NE(ShapeMismatch(a, cv::Mat(10, 21, CV_8UC3)).find("20x10"), std::string::npos);
  EXPECT_NE(ShapeMismatch(a, cv::Mat(10, 20, CV_16UC3)).find("bits"), std::string::npos);
  EXPECT_NE(ShapeMismatch(a, cv::Mat(10, 20, CV_8UC1)).find("channels"), std::string::npos);
}

Bytes Encoded(const cv::Mat& pixels, ImageFormat format = ImageFormat::kPng) {
  Image image;
  image.pixels = pixels;
  return EncodeImage(image, {format, 90});
}

/// Two folders with one of every case.
class CompareFolders : public ::testing::Test {
 protected:
  CompareFolders() {
    const cv::Mat image = MakeTestImage({60, 50}, CV_8UC3);
    cv::Mat changed = image.clone();
    changed.at<cv::Vec3b>(10, 20)[0] ^= 0x10;
    WriteBytes(folder_ / "out/same.png", Encoded(image));
    WriteBytes(folder_ / "ref/same.png", Encoded(image));
    WriteBytes(folder_ / "out/sub/changed.png", Encoded(changed));
    WriteBytes(folder_ / "ref/sub/changed.png", Encoded(image));
    WriteBytes(folder_ / "out/extra.png", Encoded(image));
    WriteBytes(folder_ / "ref/missing.png", Encoded(image));
    WriteText(folder_ / "out/broken.png", "text");
    WriteBytes(folder_ / "ref/broken.png", Encoded(image));
    WriteBytes(folder_ / "out/size.png", Encoded(image(cv::Rect(0, 0, 59, 50)).clone()));
    WriteBytes(folder_ / "ref/size.png", Encoded(image));
    WriteText(folder_ / "out/notes.txt", "no image");
    options_.output = folder_ / "out";
    options_.reference = folder_ / "ref";
  }

  std::map<std::string, ComparedImage> Run() const {
    std::map<std::string, ComparedImage> by_path;
    for (const ComparedImage& image : CompareImages(options_)) {
      by_path[image.relative.string()] = image;
    }
    return by_path;
  }

  TempFolder folder_;
  CompareOptions options_;
};

TEST_F(CompareFolders, EveryCaseIsTold) {
  const auto images = Run();
  ASSERT_EQ(images.size(), 6U);
  EXPECT_EQ(images.at("same.png").outcome, CompareOutcome::kWithin);
  EXPECT_EQ(images.at("sub/changed.png").outcome, CompareOutcome::kDiffers);
  EXPECT_EQ(images.at("sub/changed.png").difference.max_at, cv::Point(20, 10));
  EXPECT_EQ(images.at("extra.png").outcome, CompareOutcome::kExtra);
  EXPECT_EQ(images.at("missing.png").outcome, CompareOutcome::kMissing);
  EXPECT_EQ(images.at("broken.png").outcome, CompareOutcome::kUnreadable);
  EXPECT_NE(images.at("broken.png").message.find("out/broken.png"), std::string::npos);
  EXPECT_EQ(images.at("size.png").outcome, CompareOutcome::kDiffers);
}

TEST_F(CompareFolders, TheSameForAnyNumberOfThreads) {
  const std::string one = CompareJsonLines(CompareImages(options_));
  options_.threads = 4;
  EXPECT_EQ(CompareJsonLines(CompareImages(options_)), one);
}

TEST_F(CompareFolders, HiddenFilesAndLinkedFoldersAreLeftOut) {
  WriteText(folder_ / "out/.hidden.png", "x");
  WriteText(folder_ / "ref/.cache/a.png", "x");
  fs::create_directory_symlink(folder_ / "ref/sub", folder_ / "ref/link");
  EXPECT_EQ(Run().size(), 6U);
}

TEST_F(CompareFolders, ALinkThatLeadsNowhereIsUnreadable) {
  fs::create_symlink(folder_ / "nowhere", folder_ / "out/missing.png");
  EXPECT_EQ(Run().at("missing.png").outcome, CompareOutcome::kUnreadable);
}

TEST_F(CompareFolders, AFolderThatCannotBeReadDoesNotStopTheOthers) {
  fs::create_directory(folder_ / "ref/closed");
  fs::permissions(folder_ / "ref/closed", fs::perms::none);
  if (::access((folder_ / "ref/closed").c_str(), R_OK) == 0) GTEST_SKIP() << "no folder is closed";
  const auto images = Run();
  EXPECT_EQ(images.size(), 7U);
  EXPECT_EQ(images.at("closed").outcome, CompareOutcome::kUnreadable);
  EXPECT_EQ(images.at("same.png").outcome, CompareOutcome::kWithin);
  fs::permissions(folder_ / "ref", fs::perms::none);
  EXPECT_THROW(Run(), Error);
  fs::permissions(folder_ / "ref", fs::perms::owner_all);
  fs::permissions(folder_ / "ref/closed", fs::perms::owner_all);
}

TEST_F(CompareFolders, ExtraFilesCanBeIgnored) {
  options_.ignore_extra = true;
  EXPECT_EQ(Run().count("extra.png"), 0U);
}

TEST_F(CompareFolders, DifferencesAreDrawn) {
  options_.difference_folder = folder_ / "diff";
  Run();
  std::string warning;
  const cv::Mat drawn =
      DecodeImage(ReadFile(folder_ / "diff/sub/changed.png.diff.png"), {}, &warning).pixels;
  EXPECT_EQ(drawn.at<cv::Vec3b>(10, 20), cv::Vec3b(255, 0, 0));
  EXPECT_EQ(cv::countNonZero(drawn.reshape(1)), 1);
  EXPECT_FALSE(fs::exists(folder_ / "diff/same.png.diff.png"));
}

TEST_F(CompareFolders, ADifferenceIsAsPrivateAsTheOutput) {
  options_.difference_folder = folder_ / "diff";
  constexpr fs::perms kOwner = fs::perms::owner_read | fs::perms::owner_write;
  fs::permissions(folder_ / "out/sub/changed.png", kOwner);
  Run();
  EXPECT_EQ(fs::status(folder_ / "diff/sub/changed.png.diff.png").permissions(), kOwner);
}

TEST_F(CompareFolders, ADifferenceThatCannotBeWrittenEndsTheComparison) {
  WriteText(folder_ / "diff", "a file where the folder should be");
  options_.difference_folder = folder_ / "diff";
  options_.threads = 2;
  try {
    Run();
    FAIL() << "the failure is lost";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kOutput);
  }
}

/// A detector whose library runs out of memory.
class FailingDetector : public FaceDetector {
 public:
  FailingDetector() : FaceDetector(kLandmarkScheme) {}

  DetectorIdentity identity() const override { return {}; }
  std::vector<DetectedFace> Detect(const cv::Mat& /*pixels*/) const override {
    throw std::bad_alloc();
  }
};

TEST_F(CompareFolders, WhatALibraryThrowsFailsThatPairAlone) {
  const FailingDetector detector;
  options_.faces_only = &detector;
  const auto images = Run();
  EXPECT_EQ(images.size(), 6U);
  EXPECT_EQ(images.at("same.png").outcome, CompareOutcome::kUnreadable);
  EXPECT_EQ(images.at("same.png").message, "out of memory");
  EXPECT_EQ(images.at("size.png").outcome, CompareOutcome::kDiffers) << "not searched for faces";
}

TEST_F(CompareFolders, ExactComparesFiles) {
  const cv::Mat image = MakeTestImage({60, 50}, CV_8UC3);
  Bytes padded = Encoded(image, ImageFormat::kPnm);
  const Bytes header = {'P', '6', '\n', '#', '\n'};
  WriteBytes(folder_ / "ref/a.ppm", padded);
  padded.erase(padded.begin(), padded.begin() + 3);
  padded.insert(padded.begin(), header.begin(), header.end());  // the same image with a comment
  WriteBytes(folder_ / "out/a.ppm", padded);
  EXPECT_EQ(Run().at("a.ppm").outcome, CompareOutcome::kWithin);
  options_.tolerance.exact = true;
  EXPECT_EQ(Run().at("a.ppm").outcome, CompareOutcome::kDiffers);
  EXPECT_EQ(Run().at("same.png").outcome, CompareOutcome::kWithin);
}

TEST_F(CompareFolders, ReportsHoldEveryImage) {
  const auto images = CompareImages(options_);
  const std::string json = CompareJsonLines(images);
  EXPECT_EQ(std::count(json.begin(), json.end(), '\n'), 7);
  EXPECT_NE(json.find(R"("type":"summary","within":1,"differing":3,"failed":2)"), std::string::npos)
      << json;
  const std::string xml = CompareJUnit(images, "a <suite>");
  EXPECT_NE(xml.find("tests=\"6\" failures=\"3\" errors=\"2\""), std::string::npos) << xml;
  EXPECT_NE(xml.find("a &lt;suite&gt;"), std::string::npos);
  EXPECT_NE(CompareTable(images, false).find("missing"), std::string::npos);
  EXPECT_EQ(CompareTable(images, false).find("same.png"), std::string::npos);
}

TEST_F(CompareFolders, FilesAndFoldersDoNotMix) {
  options_.reference = folder_ / "ref/same.png";
  EXPECT_THROW(CompareImages(options_), Error);
  options_.output = folder_ / "out/same.png";
  EXPECT_EQ(CompareImages(options_).at(0).outcome, CompareOutcome::kWithin);
  options_.output = folder_ / "nowhere";
  EXPECT_THROW(CompareImages(options_), Error);
}

TEST(CompareImages, FacesOnlyLooksInsideFaces) {
  const TempFolder folder;
  const auto source = testing::DataFolder() / "sharp/portrait_01.png";
  std::string warning;
  const cv::Mat reference = DecodeImage(ReadFile(source), {}, &warning).pixels;
  cv::Mat background = reference.clone();
  background(cv::Rect(0, 0, 20, 20)).setTo(0);
  cv::Mat face = reference.clone();
  face(cv::Rect(reference.cols / 2, reference.rows / 2, 8, 8)).setTo(0);
  WriteBytes(folder / "ref/a.png", Encoded(reference));
  WriteBytes(folder / "ref/b.png", Encoded(reference));
  WriteBytes(folder / "out/a.png", Encoded(background));
  WriteBytes(folder / "out/b.png", Encoded(face));
  DetectorOptions detector_options;
  detector_options.landmark_model = "/usr/share/dlib/shape_predictor_68_face_landmarks.dat";
  const auto detector = MakeDlibDetector(detector_options);
  CompareOptions options;
  options.output = folder / "out";
  options.reference = folder / "ref";
  options.faces_only = detector.get();
  const auto images = CompareImages(options);
  EXPECT_EQ(images[0].outcome, CompareOutcome::kWithin);
  EXPECT_EQ(images[0].faces, 1);
  EXPECT_EQ(images[1].outcome, CompareOutcome::kDiffers);
}

TEST(DescribeTolerance, NamesEveryLimit) {
  EXPECT_EQ(DescribeTolerance({}), "equal, pixel by pixel");
  Tolerance tolerance;
  tolerance.min_psnr = 40;
  tolerance.max_diff = 3;
  EXPECT_EQ(DescribeTolerance(tolerance),
            "PSNR at least 40 dB, no sample differs by more than 3 levels");
  tolerance.max_diff_percent = 5;
  EXPECT_EQ(DescribeTolerance(tolerance),
            "PSNR at least 40 dB, at most 5 % of the pixels differ by more than 3 levels");
}

TEST(ComparisonGallery, WhatFailsComesFirst) {
  const TempFolder folder;
  CompareOptions options;
  options.output = folder / "out";
  options.reference = folder / "ref";
  options.gallery = folder / "gallery";
  const cv::Mat image = MakeTestImage({60, 40}, CV_8UC3);
  const auto write = [&](const std::string& name, const cv::Mat& pixels) {
    WritePng(folder / name, pixels);
  };
  for (const char* name : {"a_equal", "b_near", "c_far", "d_size", "e_missing"}) {
    write(std::string("ref/") + name + ".png", image);
  }
  write("out/a_equal.png", image);
  write("out/b_near.png", image + cv::Scalar::all(1));
  write("out/c_far.png", image + cv::Scalar::all(50));
  write("out/d_size.png", MakeTestImage({61, 40}, CV_8UC3));
  write("out/f_extra.png", image);
  const std::vector<ComparedImage> images = CompareImages(options);
  {
    Gallery gallery(options.gallery, GalleryKind::kCompare, GalleryStart::kReplace);
    AddToGallery(options, images, &gallery);
  }
  const Bytes bytes = ReadFile(options.gallery / "photos.js");
  const std::string script(bytes.begin(), bytes.end());
  std::size_t last = 0;
  for (const char* name : {"e_missing", "d_size", "c_far", "b_near", "f_extra", "a_equal"}) {
    const std::size_t place = script.find(name);
    ASSERT_NE(place, std::string::npos) << name;
    EXPECT_GT(place, last) << name;
    last = place;
  }
  const std::string far = GalleryId(folder / "out/c_far.png");
  EXPECT_TRUE(fs::exists(options.gallery / ("full/" + far + "-difference.jpg")));
  const std::string equal = GalleryId(folder / "out/a_equal.png");
  EXPECT_FALSE(fs::exists(options.gallery / ("full/" + equal + "-output.jpg")));
  EXPECT_TRUE(fs::exists(options.gallery / ("thumbs/" + equal + "-output.jpg")));
}

}  // namespace
}  // namespace facedeblur
