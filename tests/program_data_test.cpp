// The main job on the shipped data: what scripts/demo.sh runs, held against the reference outputs
// and the sharp originals.

#include <gtest/gtest.h>

#include <map>
#include <opencv2/imgproc.hpp>
#include <string>

#include "facedeblur/face/detector.h"
#include "facedeblur/face/face_mask.h"
#include "facedeblur/image/codec.h"
#include "facedeblur/image/metrics.h"
#include "facedeblur/image/write_png.h"
#include "facedeblur/restore/restorer.h"
#include "support.h"

namespace facedeblur {
namespace {

namespace fs = std::filesystem;

cv::Mat Decoded(const fs::path& path) {
  std::string warning;
  return DecodeImage(ReadFile(path), {}, &warning).pixels;
}

/// The sharp original of each blurred file.
const std::map<std::string, std::string>& Originals() {
  static const std::map<std::string, std::string> originals = {
      {"group_1.jpg", "group_1.jpg"},
      {"portrait_01.png", "portrait_01.png"},
      {"portrait_03.jpg", "portrait_03.png"},
      {"portrait_05_16bit.png", "portrait_05.png"},
      {"portrait_07.webp", "portrait_07.png"},
      {"portrait_10_rotated.jpg", "portrait_10.png"},
      {"portrait_13_grey.png", "portrait_13.png"},
  };
  return originals;
}

class DataTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    out_ = new testing::TempFolder();
    result_ = testing::RunProgram(
        {(testing::DataFolder() / "blurred").string(), (out_->path() / "restored").string()});
  }
  static void TearDownTestSuite() {
    delete out_;
    out_ = nullptr;
  }

  static fs::path Restored(const std::string& name) { return out_->path() / "restored" / name; }

  static testing::TempFolder* out_;
  static testing::ProgramResult result_;
};

testing::TempFolder* DataTest::out_ = nullptr;
testing::ProgramResult DataTest::result_;

TEST_F(DataTest, EverythingIsDone) {
  EXPECT_EQ(result_.exit_code, 0) << result_.errors;
  EXPECT_EQ(testing::ListFiles(out_->path() / "restored").size(), Originals().size());
}

/// Other processors round sums in another order; JPEG and WebP magnify that to a few levels.
TEST_F(DataTest, AgreesWithTheReferenceOutputs) {
  for (const auto& [name, original] : Originals()) {
    const cv::Mat restored = Decoded(Restored(name));
    const cv::Mat reference = Decoded(testing::DataFolder() / "reference" / name);
    ASSERT_EQ(restored.size(), reference.size()) << name;
    ASSERT_EQ(restored.type(), reference.type()) << name;
    EXPECT_GT(Psnr(restored, reference), 50) << name;
    const double unit = restored.depth() == CV_16U ? 257 : 1;
    EXPECT_LE(FindLargestDifference(restored, reference).value, 16 * unit) << name;
  }
}

/// 8-bit BGR or grey, as the other image has it.
cv::Mat ToType(const cv::Mat& pixels, int channels) {
  cv::Mat converted;
  pixels.convertTo(converted, CV_8U, pixels.depth() == CV_16U ? 1 / 257.0 : 1);
  if (channels == 1 && converted.channels() == 3) {
    cv::cvtColor(converted, converted, cv::COLOR_BGR2GRAY);
  }
  return converted;
}

/// Of a photo's faces, 8-bit.
struct Masks {
  std::size_t count = 0;
  cv::Mat faces;
  cv::Mat around;  ///< hair, ears and necks
  cv::Mat far;     ///< from all that changes
};

cv::Mat InPhoto(const cv::Mat& mask, const ChipGeometry& geometry, cv::Size photo) {
  cv::Mat warped;
  cv::warpAffine(mask, warped, geometry.chip_from_image.Inverse().Matrix(), photo);
  return warped;
}

Masks MasksOf(const cv::Mat& sharp) {
  DetectorOptions options;
  options.landmark_model = "/usr/share/dlib/shape_predictor_68_face_landmarks.dat";
  static const auto detector = MakeDlibDetector(options);
  cv::Mat faces = cv::Mat::zeros(sharp.size(), CV_32F);
  cv::Mat heads = faces.clone();
  const auto found = detector->Detect(sharp);
  for (const DetectedFace& face : found) {
    const ChipGeometry chip = PlaceChip(face.landmarks, FaceNetworkTemplate());
    const ChipGeometry wide = WithSurroundings(chip);
    faces = cv::max(faces, InPhoto(BlendingMask(face.landmarks, chip), chip, sharp.size()));
    heads = cv::max(heads, InPhoto(HeadMask(face.landmarks, wide), wide, sharp.size()));
  }
  cv::Mat near;  // landmarks of the blurred faces are not quite those of the sharp ones
  cv::dilate(ChangedRegion(found, sharp.size()), near, cv::Mat::ones(31, 31, CV_8U));
  return {found.size(), faces > 0.5, (heads > 0.5) & (faces == 0), near == 0};
}

TEST_F(DataTest, EveryImageComesNearerToItsOriginal) {
  for (const auto& [name, original] : Originals()) {
    const cv::Mat sharp = Decoded(testing::DataFolder() / "sharp" / original);
    const Masks masks = MasksOf(sharp);
    ASSERT_EQ(masks.count, name == "group_1.jpg" ? 6U : 1U);
    const cv::Mat blurred = Decoded(testing::DataFolder() / "blurred" / name);
    const int channels = blurred.channels();
    const cv::Mat truth = ToType(sharp, channels);
    const cv::Mat before = ToType(blurred, channels);
    const cv::Mat after = ToType(Decoded(Restored(name)), channels);
    const double faces = Psnr(before, truth, masks.faces);
    const double around = Psnr(before, truth, masks.around);
    const double faces_after = Psnr(after, truth, masks.faces);
    const double around_after = Psnr(after, truth, masks.around);
    std::printf("    %-24s %.2f -> %.2f dB, hair and neck %.2f -> %.2f dB\n", name.c_str(), faces,
                faces_after, around, around_after);
    EXPECT_GT(faces_after, faces + 0.2) << name;
    EXPECT_GT(around_after, around + 0.2) << name;
  }
}

TEST_F(DataTest, ExtentFaceKeepsWhatIsAroundIt) {
  const testing::TempFolder out;
  const fs::path file = out.path() / "face.png";
  const fs::path blurred = testing::DataFolder() / "blurred/portrait_01.png";
  ASSERT_EQ(testing::RunProgram({blurred.string(), file.string(), "--extent", "face"}).exit_code,
            0);
  const cv::Mat sharp = Decoded(testing::DataFolder() / "sharp/portrait_01.png");
  const Masks masks = MasksOf(sharp);
  cv::Mat kept;
  cv::erode(masks.around, kept, cv::Mat::ones(15, 15, CV_8U));
  const double changed = cv::norm(Decoded(file), Decoded(blurred), cv::NORM_INF, kept);
  EXPECT_EQ(changed, 0);
  EXPECT_GT(cv::norm(Decoded(file), Decoded(blurred), cv::NORM_INF, masks.faces), 0);
}

TEST_F(DataTest, ExtentPhotoRestoresWhatIsBlurredAlike) {
  const testing::TempFolder out;
  ASSERT_EQ(testing::RunProgram({(testing::DataFolder() / "blurred").string(), out.path().string(),
                                 "--extent", "photo"})
                .exit_code,
            0);
  double gain = 0;
  for (const auto& [name, original] : Originals()) {
    const cv::Mat sharp = Decoded(testing::DataFolder() / "sharp" / original);
    const Masks masks = MasksOf(sharp);
    const cv::Mat blurred = Decoded(testing::DataFolder() / "blurred" / name);
    const cv::Mat truth = ToType(sharp, blurred.channels());
    const double before = Psnr(ToType(blurred, blurred.channels()), truth, masks.far);
    const double after =
        Psnr(ToType(Decoded(out.path() / name), blurred.channels()), truth, masks.far);
    std::printf("    %-24s around the heads %.2f -> %.2f dB\n", name.c_str(), before, after);
    EXPECT_GT(after, before - 0.1) << name;
    gain += (after - before) / static_cast<double>(Originals().size());
  }
  EXPECT_GT(gain, 0.5);
}

/// A face that moved by itself tells nothing of what is behind it.
TEST_F(DataTest, ExtentPhotoLeavesASharpBackground) {
  const cv::Mat sharp = Decoded(testing::DataFolder() / "sharp/portrait_01.png");
  cv::Mat photo = Decoded(testing::DataFolder() / "blurred/portrait_01.png");
  const Masks masks = MasksOf(sharp);
  sharp.copyTo(photo, masks.far);
  const testing::TempFolder folder;
  const fs::path input = folder.path() / "moved.png";
  const fs::path output = folder.path() / "out.png";
  WritePng(input, photo);
  ASSERT_EQ(testing::RunProgram({input.string(), output.string(), "--extent", "photo"}).exit_code,
            0);
  const cv::Mat restored = Decoded(output);
  EXPECT_GT(cv::norm(restored, photo, cv::NORM_INF, masks.faces), 0);
  cv::Mat beyond;  // where the sharp and the blurred part meet, neither is explained
  cv::erode(masks.far, beyond, cv::Mat::ones(31, 31, CV_8U));
  EXPECT_GT(Psnr(restored, sharp, beyond), 45);
}

TEST_F(DataTest, PixelsFarFromFacesKeepTheirBits) {
  const cv::Mat before = Decoded(testing::DataFolder() / "blurred/portrait_05_16bit.png");
  const cv::Mat after = Decoded(Restored("portrait_05_16bit.png"));
  const Masks masks = MasksOf(Decoded(testing::DataFolder() / "sharp/portrait_05.png"));
  EXPECT_GT(cv::countNonZero(masks.far), 5000);
  EXPECT_EQ(cv::norm(before, after, cv::NORM_INF, masks.far), 0);
  EXPECT_GT(cv::norm(before, after, cv::NORM_INF), 0);
}

/// In a JPEG too: blocks far from faces are those of the source.
TEST_F(DataTest, JpegBlocksFarFromFacesKeepTheirBits) {
  const cv::Mat before = Decoded(testing::DataFolder() / "blurred/group_1.jpg");
  const cv::Mat after = Decoded(Restored("group_1.jpg"));
  cv::Mat difference;
  cv::absdiff(before, after, difference);
  const cv::Mat changed = difference.reshape(1) > 0;
  const double share = cv::countNonZero(changed) / static_cast<double>(changed.total());
  EXPECT_GT(share, 0.05);
  EXPECT_LT(share, 0.5) << "six faces cover a small part of the image";
  const cv::Rect empty(0, 560, 700, 500);  // no face there
  EXPECT_EQ(cv::norm(before(empty), after(empty), cv::NORM_INF), 0);
}

TEST_F(DataTest, ColoursDoNotDrift) {
  for (const auto& [name, original] : Originals()) {
    const cv::Mat before = ToType(Decoded(testing::DataFolder() / "blurred" / name), 3);
    const cv::Mat after = ToType(Decoded(Restored(name)), 3);
    const cv::Scalar drift = cv::mean(after) - cv::mean(before);
    for (int c = 0; c < before.channels(); ++c) EXPECT_NEAR(drift[c], 0, 1.0) << name;
  }
}

}  // namespace
}  // namespace facedeblur
