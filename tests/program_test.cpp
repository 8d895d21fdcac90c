// The program as a shell sees it: exit codes, messages, files.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "facedeblur/image/codec.h"
#include "support.h"

namespace facedeblur {
namespace {

namespace fs = std::filesystem;
using testing::ListFiles;
using testing::MakePicture;
using testing::RunProgram;
using testing::TempFolder;
using testing::WriteBytes;
using testing::WriteText;

Bytes PlainPicture() {
  Image image;
  image.pixels = MakePicture({60, 50}, CV_8UC3);
  return EncodeImage(image, {ImageFormat::kPng, 0});
}

TEST(Program, HelpAndVersion) {
  EXPECT_EQ(RunProgram({"--help"}).exit_code, 0);
  EXPECT_EQ(RunProgram({"restore", "--help"}).exit_code, 0);
  EXPECT_EQ(RunProgram({"--version"}).exit_code, 0);
}

TEST(Program, UsageErrorsAreTwo) {
  const TempFolder folder;
  const std::string here = folder.path().string();
  EXPECT_EQ(RunProgram({}).exit_code, 2);
  EXPECT_EQ(RunProgram({here}).exit_code, 2);
  EXPECT_EQ(RunProgram({here, here}).exit_code, 2);
  EXPECT_EQ(RunProgram({here, here + "/out", "--no-such-option"}).exit_code, 2);
  EXPECT_EQ(RunProgram({here, here + "/out", "--strength", "2"}).exit_code, 2);
  EXPECT_EQ(RunProgram({here, here + "/out", "--format", "gif"}).exit_code, 2);
  EXPECT_EQ(RunProgram({here, here + "/out", "--overwrite", "--skip-existing"}).exit_code, 2);
  EXPECT_EQ(RunProgram({here, here + "/out", "--device", "tpu"}).exit_code, 2);
  EXPECT_EQ(RunProgram({here, here + "/out", "--log-file", "/dev/null/log"}).exit_code, 2);
}

TEST(Program, UnusableWeightsAreThree) {
  const TempFolder folder;
  WriteBytes(folder / "in/a.png", PlainPicture());
  WriteText(folder / "weights.h5", "no weights");
  const auto result = RunProgram({(folder / "in").string(), (folder / "out").string(), "--weights",
                                  (folder / "weights.h5").string()});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_NE(result.errors.find("weights.h5: not an HDF5 file"), std::string::npos);
  EXPECT_TRUE(ListFiles(folder / "out").empty());
}

TEST(Program, MissingDeviceIsFour) {
  const TempFolder folder;
  WriteBytes(folder / "in/a.png", PlainPicture());
  const auto result =
      RunProgram({(folder / "in").string(), (folder / "out").string(), "--device", "cuda:7"});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_NE(result.errors.find("cuda:7 is not available"), std::string::npos);
}

TEST(Program, SomeFailuresAreOneAndTheRestIsWritten) {
  const TempFolder folder;
  WriteBytes(folder / "in/good.png", PlainPicture());
  WriteText(folder / "in/bad.png", "text");
  const auto result = RunProgram({(folder / "in").string(), (folder / "out").string()});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.errors.find("bad.png: not an image"), std::string::npos);
  EXPECT_EQ(ListFiles(folder / "out"), std::vector<std::string>{"good.png"});
}

TEST(Program, EmptyFolderIsDoneAndSaysSo) {
  const TempFolder folder;
  fs::create_directory(folder / "in");
  const auto result = RunProgram({(folder / "in").string(), (folder / "out").string()});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_NE(result.errors.find("no images found"), std::string::npos);
}

TEST(Program, FileToFileConverts) {
  const TempFolder folder;
  WriteBytes(folder / "a.png", PlainPicture());
  EXPECT_EQ(RunProgram({(folder / "a.png").string(), (folder / "b.tiff").string()}).exit_code, 0);
  EXPECT_EQ(FormatFromContent(ReadFile(folder / "b.tiff")), ImageFormat::kTiff);
}

TEST(Program, QuietSaysNothingWhenAllIsWell) {
  const TempFolder folder;
  WriteBytes(folder / "a.png", PlainPicture());
  const auto result = RunProgram({"-q", (folder / "a.png").string(), (folder / "b.png").string()});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.errors, "");
}

TEST(Program, LogFileHoldsEverything) {
  const TempFolder folder;
  WriteBytes(folder / "a.png", PlainPicture());
  RunProgram({"-q", "--log-file", (folder / "log").string(), (folder / "a.png").string(),
              (folder / "b.png").string()});
  const Bytes log = ReadFile(folder / "log");
  EXPECT_NE(std::string(log.begin(), log.end()).find("no face, copied"), std::string::npos);
}

TEST(Program, UnwritableOutputIsNamed) {
  const TempFolder folder;
  WriteBytes(folder / "a.png", PlainPicture());
  const auto result = RunProgram({(folder / "a.png").string(), "/proc/no-such-folder/out.png"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.errors.find("/proc/no-such-folder/out.png"), std::string::npos);
}

TEST(Program, InterruptFinishesWhatIsBegunAndLeavesNoTemporaries) {
  const TempFolder folder;
  const Bytes portrait = ReadFile(testing::DataFolder() / "blurred/portrait_01.png");
  for (int i = 0; i < 60; ++i) {
    WriteBytes(folder / ("in/p" + std::to_string(100 + i) + ".png"), portrait);
  }
  const std::string in = (folder / "in").string();
  const std::string out = (folder / "out").string();
  const pid_t child = ::fork();
  if (child == 0) {
    ::execl(testing::Program().c_str(), "facedeblur", "-q", in.c_str(), out.c_str(), nullptr);
    ::_exit(99);
  }
  while (ListFiles(folder / "out").size() < 2) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  ::kill(child, SIGINT);
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 130);
  const auto written = ListFiles(folder / "out");
  EXPECT_LT(written.size(), 60U);
  std::string warning;
  for (const std::string& name : written) {
    EXPECT_EQ(fs::path(name).extension(), ".png");
    EXPECT_NO_THROW(DecodeImage(ReadFile(folder / "out" / name), {}, &warning)) << name;
  }
}

}  // namespace
}  // namespace facedeblur
