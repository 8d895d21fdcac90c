// Outputs are the same bytes however the work is spread, ordered, cut into parts or resumed.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "facedeblur/image/codec.h"
#include "facedeblur/networks/restorers.h"
#include "facedeblur/pipeline/batch_runner.h"
#include "facedeblur/pipeline/input_plan.h"
#include "facedeblur/util/file_io.h"
#include "support.h"

namespace facedeblur {
namespace {

namespace fs = std::filesystem;
using testing::ListFiles;
using testing::TempFolder;

/// Shared by the tests of this file: models, four inputs (two faces, one, one, none) and what one
/// thread makes of them, one after the other.
class Repeat : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    DetectorOptions detector;
    detector.landmark_model = "/usr/share/dlib/shape_predictor_68_face_landmarks.dat";
    shared_ = new Shared;
    shared_->detector = MakeDlibDetector(detector);
    shared_->restorer = LoadRestorer(testing::ModelsFolder() / "face_wiener.h5", {});
    const fs::path data = testing::DataFolder() / "blurred";
    fs::create_directory(In());
    for (const char* name : {"portrait_03.jpg", "portrait_13_grey.png"}) {
      fs::copy(data / name, In() / name);
    }
    std::string warning;
    Image group = DecodeImage(ReadFile(data / "group_1.jpg"), {}, &warning);
    group.pixels = group.pixels(cv::Rect(0, 60, 820, 480)).clone();
    testing::WriteBytes(In() / "group.jpg", EncodeImage(group, {ImageFormat::kJpeg, 95}));
    Image plain;
    plain.pixels = testing::MakeTestImage({160, 120}, CV_8UC3);
    testing::WriteBytes(In() / "no_face.png", EncodeImage(plain, {ImageFormat::kPng, 0}));
    Run(Options(1, 1), Plan(), Reference());
    ASSERT_EQ(ListFiles(Reference()).size(), 4U);
  }

  static void TearDownTestSuite() {
    delete shared_;
    shared_ = nullptr;
  }

  static fs::path In() { return shared_->folder / "in"; }
  static fs::path Reference() { return shared_->folder / "reference"; }

  static PlanOptions Plan() {
    PlanOptions plan;
    plan.inputs = {In()};
    return plan;
  }

  static BatchOptions Options(std::size_t threads, std::size_t jobs) {
    BatchOptions options;
    options.threads = threads;
    options.jobs = jobs;
    options.existing = ExistingPolicy::kSkip;
    return options;
  }

  static BatchReport Run(
      const BatchOptions& options, PlanOptions plan, const fs::path& out,
      const std::function<bool()>& stop = [] { return false; }) {
    plan.output = out;
    return RunBatch(
        PlanInputs(plan).images, ReadyModels(shared_->detector.get(), shared_->restorer.get()),
        options, [](const ImageRecord&) {}, stop);
  }

  /// Compares with the reference, which names outputs as `plan` of folder In() does.
  static void ExpectSame(const fs::path& out, const std::string& what) {
    ASSERT_EQ(ListFiles(out), ListFiles(Reference())) << what;
    for (const std::string& name : ListFiles(out)) {
      EXPECT_EQ(ReadFile(out / name), ReadFile(Reference() / name)) << name << ", " << what;
    }
  }

 private:
  struct Shared {
    TempFolder folder;
    std::unique_ptr<FaceDetector> detector;
    std::unique_ptr<FaceRestorer> restorer;
  };
  static Shared* shared_;
};

Repeat::Shared* Repeat::shared_ = nullptr;

TEST_F(Repeat, AnyNumberOfThreadsAndJobs) {
  for (const std::size_t threads : {1, 2, 4}) {
    for (const std::size_t jobs : {1, 4}) {
      const TempFolder out;
      Run(Options(threads, jobs), Plan(), out.path());
      ExpectSame(out.path(),
                 std::to_string(threads) + " threads, " + std::to_string(jobs) + " jobs");
    }
  }
}

TEST_F(Repeat, AnyMemory) {
  for (const std::int64_t bytes : {1LL, 30'000'000LL, 60'000'000LL}) {
    const TempFolder out;
    BatchOptions options = Options(2, 4);
    options.memory = bytes;
    Run(options, Plan(), out.path());
    ExpectSame(out.path(), std::to_string(bytes) + " bytes");
  }
}

TEST_F(Repeat, AnyOrder) {
  PlanOptions plan;
  for (const std::string& name : ListFiles(In())) plan.inputs.push_back(In() / name);
  for (int turn = 0; turn < 4; ++turn) {
    std::rotate(plan.inputs.begin(), plan.inputs.begin() + 1, plan.inputs.end());
    if (turn == 2) std::reverse(plan.inputs.begin(), plan.inputs.end());
    const TempFolder out;
    Run(Options(2, 3), plan, out.path());
    ExpectSame(out.path(), "order " + std::to_string(turn));
  }
}

TEST_F(Repeat, AnyNumberOfParts) {
  for (const int parts : {1, 2, 4}) {
    const TempFolder out;
    int done = 0;
    for (int part = parts; part >= 1; --part) {
      PlanOptions plan = Plan();
      plan.shard = {part, parts};
      const BatchReport report = Run(Options(2, 3), plan, out.path());
      EXPECT_EQ(report.skipped, 0);
      done += report.Images();
    }
    EXPECT_EQ(done, 4);
    ExpectSame(out.path(), std::to_string(parts) + " parts");
  }
}

TEST_F(Repeat, StoppedAndResumedAfterAnyNumberOfImages) {
  for (const int images : {1, 2, 4}) {
    const TempFolder out;
    int asked = 0;
    Run(Options(2, 3), Plan(), out.path(), [&] { return ++asked > images; });
    EXPECT_EQ(ListFiles(out.path()).size(), static_cast<std::size_t>(images));
    const BatchReport report = Run(Options(2, 3), Plan(), out.path());
    EXPECT_EQ(report.skipped, images);
    ExpectSame(out.path(), "resumed after " + std::to_string(images));
  }
}

}  // namespace
}  // namespace facedeblur
