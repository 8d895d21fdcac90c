#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <future>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "facedeblur/networks/restorers.h"
#include "facedeblur/pipeline/batch_runner.h"
#include "facedeblur/pipeline/input_plan.h"
#include "facedeblur/pipeline/json_report.h"
#include "facedeblur/pipeline/photo_gallery.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/json.h"
#include "support.h"

namespace facedeblur {
namespace {

namespace fs = std::filesystem;
using testing::ListFiles;
using testing::MakeTestImage;
using testing::TempFolder;
using testing::WriteBytes;
using testing::WriteText;

const FaceDetector& Detector() {
  static const auto detector = [] {
    DetectorOptions options;
    options.landmark_model = "/usr/share/dlib/shape_predictor_68_face_landmarks.dat";
    return MakeDlibDetector(options);
  }();
  return *detector;
}

struct FolderRun {
  BatchReport report;
  std::map<std::string, ImageRecord> records;  ///< by file name
};

FolderRun RunFolder(
    const fs::path& in, const fs::path& out, BatchOptions options, const FaceRestorer& restorer,
    const std::function<bool()>& stop = [] { return false; }) {
  PlanOptions plan;
  plan.inputs = {in};
  plan.output = out;
  plan.format = options.encode.format;
  FolderRun run;
  run.report = RunBatch(
      PlanInputs(plan).images, ReadyModels(&Detector(), &restorer), options,
      [&run](const ImageRecord& record) { run.records[record.input.filename().string()] = record; },
      stop);
  return run;
}

Bytes EncodedImage(ImageFormat format, int type) {
  Image image;
  image.pixels = MakeTestImage({90, 70}, type);
  return EncodeImage(image, {format, 0});
}

cv::Mat Decoded(const fs::path& path) {
  std::string warning;
  return DecodeImage(ReadFile(path), {}, &warning).pixels;
}

TEST(Batch, IdentityChangesNoPixel) {
  const TempFolder out;
  const auto identity = MakeIdentityRestorer();
  const fs::path in = testing::DataFolder() / "blurred";
  const FolderRun run = RunFolder(in, out.path(), {}, *identity);
  EXPECT_EQ(run.report.failed, 0);
  EXPECT_EQ(run.report.restored, 7);
  EXPECT_EQ(run.report.faces, 12);
  for (const char* name : {"portrait_01.png", "portrait_05_16bit.png", "portrait_13_grey.png"}) {
    const cv::Mat before = Decoded(in / name);
    const cv::Mat after = Decoded(out / name);
    ASSERT_EQ(after.type(), before.type()) << name;
    EXPECT_EQ(cv::norm(after, before, cv::NORM_INF), 0) << name;
  }
}

TEST(Batch, NoFacePolicies) {
  const TempFolder in;
  const Bytes image_file = EncodedImage(ImageFormat::kJpeg, CV_8UC3);
  WriteBytes(in / "plain.jpg", image_file);
  const auto identity = MakeIdentityRestorer();
  BatchOptions options;
  const TempFolder copy;
  EXPECT_EQ(RunFolder(in.path(), copy.path(), options, *identity).report.copied, 1);
  EXPECT_EQ(ReadFile(copy / "plain.jpg"), image_file) << "byte for byte";
  options.no_face = NoFacePolicy::kSkip;
  const TempFolder skip;
  EXPECT_EQ(RunFolder(in.path(), skip.path(), options, *identity).report.skipped, 1);
  EXPECT_TRUE(ListFiles(skip.path()).empty());
  options.no_face = NoFacePolicy::kFail;
  const TempFolder fail;
  EXPECT_EQ(RunFolder(in.path(), fail.path(), options, *identity).report.failed, 1);
  EXPECT_TRUE(ListFiles(fail.path()).empty());
}

TEST(Batch, NoFaceWithAnotherFormatIsConverted) {
  const TempFolder in;
  const TempFolder out;
  WriteBytes(in / "plain.bmp", EncodedImage(ImageFormat::kBmp, CV_8UC3));
  BatchOptions options;
  options.encode.format = ImageFormat::kPng;
  const FolderRun run = RunFolder(in.path(), out.path(), options, *MakeIdentityRestorer());
  EXPECT_EQ(run.report.copied, 1);
  EXPECT_EQ(FormatFromContent(ReadFile(out / "plain.png")), ImageFormat::kPng);
}

TEST(Batch, BadInputsAreNamedAndTheRestGoesOn) {
  const TempFolder in;
  const TempFolder out;
  const Bytes jpeg = EncodedImage(ImageFormat::kJpeg, CV_8UC3);
  const Bytes png = EncodedImage(ImageFormat::kPng, CV_8UC3);
  WriteBytes(in / "good.jpg", jpeg);
  WriteBytes(in / "good.png", png);
  WriteBytes(in / "empty.jpg", {});
  WriteText(in / "text.png", "this is text");
  WriteBytes(in / "cut.jpg", {jpeg.begin(), jpeg.begin() + static_cast<long>(jpeg.size() / 2)});
  WriteBytes(in / "cut.png", {png.begin(), png.begin() + static_cast<long>(png.size() / 2)});
  WriteBytes(in / "misnamed.png", jpeg);
  fs::create_directory(in / "folder.jpg");
  fs::create_symlink(in / "nowhere", in / "dangling.jpg");
  FolderRun run = RunFolder(in.path(), out.path(), {}, *MakeIdentityRestorer());
  EXPECT_EQ(run.report.copied, 3);
  EXPECT_EQ(run.report.failed, 4) << "and the dangling link is the plan's problem";
  EXPECT_EQ(ListFiles(out.path()),
            (std::vector<std::string>{"good.jpg", "good.png", "misnamed.png"}));
  EXPECT_EQ(run.records["empty.jpg"].message, "the file is empty");
  EXPECT_EQ(run.records["text.png"].message, "not an image in a format we read");
  EXPECT_NE(run.records["cut.jpg"].message.find("truncated"), std::string::npos);
  EXPECT_NE(run.records["cut.png"].message.find("truncated"), std::string::npos);
  EXPECT_EQ(run.records["misnamed.png"].warnings.size(), 1U);
}

TEST(Batch, ExistingOutputs) {
  const TempFolder in;
  const TempFolder out;
  const Bytes image_file = EncodedImage(ImageFormat::kPng, CV_8UC3);
  const Bytes old = {'o', 'l', 'd'};
  WriteBytes(in / "a.png", image_file);
  WriteBytes(out / "a.png", old);
  const auto identity = MakeIdentityRestorer();
  BatchOptions options;
  EXPECT_EQ(RunFolder(in.path(), out.path(), options, *identity).report.failed, 1);
  EXPECT_EQ(ReadFile(out / "a.png"), old);
  options.existing = ExistingPolicy::kSkip;
  EXPECT_EQ(RunFolder(in.path(), out.path(), options, *identity).report.skipped, 1);
  EXPECT_EQ(ReadFile(out / "a.png"), old);
  options.existing = ExistingPolicy::kOverwrite;
  EXPECT_EQ(RunFolder(in.path(), out.path(), options, *identity).report.copied, 1);
  EXPECT_EQ(ReadFile(out / "a.png"), image_file);
}

TEST(Batch, StopFinishesWhatIsBegun) {
  const TempFolder in;
  const TempFolder out;
  for (int i = 0; i < 20; ++i) {
    WriteBytes(in / ("p" + std::to_string(10 + i) + ".png"),
               EncodedImage(ImageFormat::kPng, CV_8UC1));
  }
  int asked = 0;
  const FolderRun run = RunFolder(in.path(), out.path(), {}, *MakeIdentityRestorer(),
                                  [&asked] { return ++asked > 5; });
  EXPECT_TRUE(run.report.interrupted);
  EXPECT_EQ(run.report.Images(), 5);
  EXPECT_EQ(ListFiles(out.path()).size(), 5U);
}

TEST(Batch, AlignedImagesNeedNoDetector) {
  const TempFolder in;
  const TempFolder out;
  WriteBytes(in / "chip.png", EncodedImage(ImageFormat::kPng, CV_8UC3));
  PlanOptions plan;
  plan.inputs = {in.path()};
  plan.output = out.path();
  BatchOptions options;
  options.process.aligned = true;
  const auto restorer = LoadRestorer(testing::ModelsFolder() / "face_wiener.h5", {});
  const BatchReport report = RunBatch(
      PlanInputs(plan).images, ReadyModels(nullptr, restorer.get()), options,
      [](const ImageRecord&) {}, [] { return false; });
  EXPECT_EQ(report.restored, 1);
  EXPECT_EQ(Decoded(out / "chip.png").size(), cv::Size(90, 70));
  EXPECT_NE(ReadFile(out / "chip.png"), ReadFile(in / "chip.png"));
}

TEST(Batch, MaxFacesTakesTheLargest) {
  const TempFolder out;
  BatchOptions options;
  options.process.max_faces = 2;
  const FolderRun run =
      RunFolder(testing::DataFolder() / "blurred", out.path(), options, *MakeIdentityRestorer());
  EXPECT_EQ(run.records.at("group_1.jpg").faces, 2);
}

TEST(Batch, ChipsAndComparisonsOnRequest) {
  const TempFolder out;
  const TempFolder faces;
  const TempFolder comparison;
  BatchOptions options;
  options.save_faces = faces.path();
  options.comparison = comparison.path();
  RunFolder(testing::DataFolder() / "blurred", out.path(), options, *MakeIdentityRestorer());
  EXPECT_EQ(ListFiles(faces.path()).size(), 24U);
  EXPECT_EQ(ListFiles(comparison.path()).size(), 7U);
  const cv::Mat both = Decoded(comparison / "portrait_01.png.comparison.jpg");
  EXPECT_EQ(both.cols, 2 * 480);
  EXPECT_EQ(both.rows, 600 + 30);
}

/// Fails on demand, like a network that runs out of memory.
/// Fails its third face.
class FailingRestorer : public FaceRestorer {
 public:
  explicit FailingRestorer(ErrorKind kind) : kind_(kind) {}

  using FaceRestorer::Restore;
  cv::Mat Restore(const cv::Mat& chip, const ParallelFor& /*parallel*/) const override {
    if (++calls_ == 3) throw Error(kind_, "no more");
    return chip.clone();
  }
  const ChipTemplate& chip_template() const override { return identity_->chip_template(); }
  std::string Describe() const override { return "failing"; }

 private:
  ErrorKind kind_;
  mutable std::atomic<int> calls_{0};
  std::unique_ptr<FaceRestorer> identity_ = MakeIdentityRestorer();
};

/// Says that everything is a wide stroke, and makes noise of it.
class RavingRestorer : public FaceRestorer {
 public:
  using FaceRestorer::Restore;
  cv::Mat Restore(const cv::Mat& chip, const ParallelFor& /*parallel*/) const override {
    cv::Mat noise(chip.size(), chip.type());
    cv::RNG random(1);
    random.fill(noise, cv::RNG::UNIFORM, 0, 1);
    return noise;
  }
  BlurEstimate EstimateBlur(const cv::Mat& /*chip*/,
                            const ParallelFor& /*parallel*/) const override {
    BlurEstimate blur;
    blur.kernel = cv::Mat::zeros(27, 27, CV_32F);
    blur.kernel(cv::Rect(3, 13, 21, 1)) = 1.0 / 21;
    blur.agreement = 0.5;
    return blur;
  }
  const ChipTemplate& chip_template() const override { return identity_->chip_template(); }
  std::string Describe() const override { return "raving"; }

 private:
  std::unique_ptr<FaceRestorer> identity_ = MakeIdentityRestorer();
};

TEST(Batch, WhatCannotBeBelievedIsTakenBack) {
  const TempFolder folder;
  fs::create_directory(folder / "in");
  fs::copy(testing::DataFolder() / "blurred/portrait_01.png", folder / "in/a.png");
  BatchOptions options;
  options.measure_faces = true;
  const FolderRun run = RunFolder(folder / "in", folder / "out", options, RavingRestorer());
  const ImageRecord& record = run.records.at("a.png");
  ASSERT_EQ(record.face_records.size(), 1U);
  EXPECT_LT(record.face_records[0].confidence, 0.4);
  EXPECT_EQ(record.face_records[0].change, 0);
  EXPECT_EQ(cv::norm(Decoded(folder / "out/a.png"), Decoded(folder / "in/a.png"), cv::NORM_INF), 0);
}

TEST(Batch, GalleryImagesAreThoseTheEntriesName) {
  const TempFolder in;
  const TempFolder out;
  const TempFolder gallery;
  fs::copy_file(testing::DataFolder() / "blurred/portrait_01.png", in / "face.png");
  WriteBytes(in / "plain.jpg", EncodedImage(ImageFormat::kJpeg, CV_8UC3));
  WriteText(in / "text.png", "this is text");
  BatchOptions options;
  options.gallery = gallery.path();
  options.measure_faces = true;
  FolderRun run = RunFolder(in.path(), out.path(), options, *MakeIdentityRestorer());
  std::vector<std::string> named;
  for (const auto& [name, record] : run.records) {
    const Json entry = GalleryEntry(record);
    const std::string id = entry["id"];
    for (const std::string view : entry["views"]) {
      named.push_back("thumbs/" + id + "-" + view + ".jpg");
      if (entry["full"]) named.push_back("full/" + id + "-" + view + ".jpg");
    }
    for (std::size_t i = 1; i <= entry["faces"].size(); ++i) {
      const std::string face = "faces/" + id + "-" + std::to_string(i);
      named.push_back(face + "-before.jpg");
      named.push_back(face + "-after.jpg");
    }
  }
  std::sort(named.begin(), named.end());
  EXPECT_EQ(named.size(), 2U + 2U + 2U + 1U) << "thumbs, full and faces of one, a thumb of another";
  EXPECT_EQ(ListFiles(gallery.path()), named);
  EXPECT_EQ(GalleryEntry(run.records["text.png"])["error"], run.records["text.png"].message);
}

TEST(Batch, AFaceThatFailsFailsItsImageAlone) {
  const TempFolder out;
  BatchOptions options;
  options.threads = 2;
  options.jobs = 3;
  const FolderRun run = RunFolder(testing::DataFolder() / "blurred", out.path(), options,
                                  FailingRestorer(ErrorKind::kInput));
  EXPECT_EQ(run.report.failed, 1);
  EXPECT_EQ(run.report.restored, 6);
  EXPECT_EQ(ListFiles(out.path()).size(), 6U);
}

TEST(Batch, ADeviceThatFailsEndsTheBatch) {
  const TempFolder out;
  BatchOptions options;
  options.jobs = 1;
  try {
    RunFolder(testing::DataFolder() / "blurred", out.path(), options,
              FailingRestorer(ErrorKind::kDevice));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kDevice);
    EXPECT_EQ(std::string(error.what()), "no more");
  }
  EXPECT_LT(ListFiles(out.path()).size(), 6U);
}

TEST(Batch, GivesUpWhenNothingCanBeWritten) {
  const TempFolder folder;
  for (int i = 0; i < 60; ++i) {
    WriteBytes(folder / ("in/p" + std::to_string(i) + ".png"),
               EncodedImage(ImageFormat::kPng, CV_8UC3));
  }
  WriteText(folder / "out", "a file where the folder should be");
  ImageList images(OutputPlace{folder / "out", false, {}});
  for (int i = 0; i < 60; ++i) images.Add(folder / "in", {}, "p" + std::to_string(i) + ".png");
  const auto identity = MakeIdentityRestorer();
  const BatchReport report = RunBatch(
      images, ReadyModels(&Detector(), identity.get()), {}, [](const ImageRecord&) {},
      [] { return false; });
  EXPECT_TRUE(report.gave_up);
  EXPECT_GE(report.failed, 20);
  EXPECT_LT(report.failed, 60);
}

/// Five images without a face.
std::vector<std::string> WriteFiveImages(const fs::path& folder) {
  for (const char* name : {"a.png", "b.png", "c.png", "d.png", "e.png"}) {
    WriteBytes(folder / name, EncodedImage(ImageFormat::kPng, CV_8UC1));
  }
  return ListFiles(folder);
}

TEST(Batch, WhatTheCallbackThrowsEndsTheBatchAndIsThrown) {
  for (const std::size_t threads : {1, 3}) {
    const TempFolder folder;
    const std::size_t all = WriteFiveImages(folder / "in").size();
    ImageList images(OutputPlace{folder / "out", false, {}});
    for (const std::string& name : ListFiles(folder / "in")) images.Add(folder / "in", {}, name);
    const auto identity = MakeIdentityRestorer();
    BatchOptions options;
    options.threads = threads;
    int told = 0;
    const auto on_record = [&told](const ImageRecord&) {
      if (++told == 2) throw std::runtime_error("the report cannot be written");
    };
    try {
      RunBatch(images, ReadyModels(&Detector(), identity.get()), options, on_record,
               [] { return false; });
      FAIL() << "the failure is lost";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "the report cannot be written");
    }
    EXPECT_EQ(told, 2) << "nothing is told after a failure";
    EXPECT_GE(ListFiles(folder / "out").size(), 2U);
    EXPECT_LT(ListFiles(folder / "out").size(), all) << "no more images are begun";
  }
}

TEST(Batch, WithoutAModelNothingIsWrittenNorTold) {
  const TempFolder folder;
  WriteFiveImages(folder / "in");
  PlanOptions plan;
  plan.inputs = {folder / "in"};
  plan.output = folder / "out";
  std::promise<const FaceRestorer*> restorer;
  restorer.set_exception(std::make_exception_ptr(Error(ErrorKind::kModel, "no weights")));
  const BatchModels models{ReadyModels(&Detector(), nullptr).detector,
                           restorer.get_future().share()};
  try {
    RunBatch(
        PlanInputs(plan).images, models, {}, [](const ImageRecord&) { FAIL(); },
        [] { return false; });
    FAIL() << "the failure is lost";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kModel);
  }
  EXPECT_FALSE(fs::exists(folder / "out"));
}

/// A PNG whose header promises as many pixels as a header can.
Bytes HugePng() {
  Bytes file = EncodedImage(ImageFormat::kPng, CV_8UC1);
  for (const std::size_t side : {16, 20}) {
    file[side] = 0x7F;
    std::fill_n(file.begin() + static_cast<std::ptrdiff_t>(side) + 1, 3, std::uint8_t{0xFF});
  }
  return file;
}

TEST(Batch, AnImageThatIsTooLargeAsksForNoMemory) {
  const TempFolder folder;
  WriteFiveImages(folder / "in");
  WriteBytes(folder / "in/aa.png", HugePng());
  BatchOptions options;
  options.memory = 1;  // enough for one at a time
  FolderRun run = RunFolder(folder / "in", folder / "out", options, *MakeIdentityRestorer());
  EXPECT_EQ(run.report.copied, 5);
  EXPECT_EQ(run.report.failed, 1);
  EXPECT_NE(run.records["aa.png"].message.find("--max-pixels"), std::string::npos)
      << run.records["aa.png"].message;
}

TEST(ImageMemory, GrowsWithThePixelsAndNeverOverflows) {
  EXPECT_EQ(ImageMemory(0), 0);
  // 10 bytes each, and 12 for those that are searched: four times as many, but 8 million at most.
  EXPECT_EQ(ImageMemory(1'000'000), 10'000'000 + 48'000'000);
  EXPECT_EQ(ImageMemory(2'000'000), 20'000'000 + 96'000'000);
  EXPECT_EQ(ImageMemory(50'000'000), 500'000'000 + 96'000'000);
  EXPECT_EQ(ImageMemory(1'000'000, 30), ImageMemory(1'000'000) + 30'000'000) << "a greedy codec";
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  std::int64_t before = 0;
  for (std::int64_t pixels = 1; pixels < kMost / 2; pixels *= 2) {
    EXPECT_GE(ImageMemory(pixels), before) << pixels;
    before = ImageMemory(pixels);
  }
  EXPECT_EQ(ImageMemory(kMost), kMost);
  EXPECT_EQ(ImageMemory(kMost / 20, 30), kMost);
  EXPECT_EQ(ImageMemory((kMost - 96'000'000) / 10), (kMost - 96'000'000) / 10 * 10 + 96'000'000);
}

TEST(Batch, MeasuresFacesWhereAsked) {
  const TempFolder folder;
  fs::create_directory(folder / "in");
  fs::copy(testing::DataFolder() / "blurred/portrait_03.jpg", folder / "in/a.jpg");
  const auto restorer = LoadRestorer(testing::ModelsFolder() / "face_wiener.h5", {});
  BatchOptions options;
  options.measure_faces = true;
  const FolderRun run = RunFolder(folder / "in", folder / "out", options, *restorer);
  const ImageRecord& record = run.records.at("a.jpg");
  EXPECT_EQ(record.size, cv::Size(480, 600));
  ASSERT_EQ(record.face_records.size(), 1U);
  const FaceRecord& face = record.face_records[0];
  EXPECT_EQ(face.landmarks.size(), kLandmarkCount);
  EXPECT_LT(face.blur_after, face.blur_before);
  EXPECT_GT(face.change, 0.5);
  EXPECT_GT(face.confidence, 0.7);
  EXPECT_TRUE(cv::Rect2f(0, 0, 480, 600).contains(face.landmarks[30]));
}

TEST(JsonReport, AFailureIsToldWithItsMessage) {
  ImageRecord record;
  record.input = "a \"b\".jpg";
  record.output = "out.jpg";
  record.message = "no\nway";
  const Json json = Json::parse(RecordJson(record));
  EXPECT_EQ(json.at("type"), "image");
  EXPECT_EQ(json.at("input"), record.input.string());
  EXPECT_EQ(json.at("outcome"), "failed");
  EXPECT_EQ(json.at("error"), record.message);
  EXPECT_EQ(json.count("output"), 0U);
  EXPECT_EQ(json.count("width"), 0U) << "it could not be read";
  EXPECT_TRUE(json.at("faces").is_array());
}

TEST(JsonReport, ARestoredImageIsToldWithItsFaces) {
  ImageRecord record;
  record.outcome = Outcome::kRestored;
  record.output = "out.jpg";
  record.size = {640, 480};
  record.warnings = {"odd"};
  record.seconds.restore = 0.25;
  FaceRecord face;
  face.box = {1.5F, 2, 3, 4};
  face.landmarks = {{5, 6}, {7, 8.25F}};
  face.chip_size = 160;
  face.blur_after = std::nan("");
  record.face_records = {face};
  const Json json = Json::parse(RecordJson(record));
  EXPECT_EQ(json.at("output"), "out.jpg");
  EXPECT_EQ(json.at("width"), 640);
  EXPECT_EQ(json.at("height"), 480);
  EXPECT_EQ(json.at("warnings"), Json::array({"odd"}));
  EXPECT_EQ(json.at("seconds").at("restore"), 0.25);
  ASSERT_EQ(json.at("faces").size(), 1U);
  const Json& told = json.at("faces").at(0);
  EXPECT_EQ(told.at("box"), Json::array({1.5, 2, 3, 4}));
  EXPECT_EQ(told.at("landmarks"), Json::array({5, 6, 7, 8.25}));
  EXPECT_EQ(told.at("chip_size"), 160);
  EXPECT_TRUE(told.at("blur_after").is_null());
  EXPECT_EQ(told.count("turned"), 0U) << "it is upright";
  record.face_records[0].turned = 270;
  EXPECT_EQ(Json::parse(RecordJson(record)).at("faces").at(0).at("turned"), 270);
}

TEST(JsonReport, TheSummaryCounts) {
  BatchReport report;
  ImageRecord record;
  report.Add(record);
  record.outcome = Outcome::kRestored;
  record.faces = 3;
  report.Add(record);
  report.Add(record);
  const Json json = Json::parse(SummaryJson(report, 1.5));
  EXPECT_EQ(json.at("images"), 3);
  EXPECT_EQ(json.at("restored"), 2);
  EXPECT_EQ(json.at("failed"), 1);
  EXPECT_EQ(json.at("faces"), 6);
  EXPECT_EQ(json.at("wall_seconds"), 1.5);
}

}  // namespace
}  // namespace facedeblur
