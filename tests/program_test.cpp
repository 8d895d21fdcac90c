// The program as a shell sees it: exit codes, messages, files.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <opencv2/core/utility.hpp>
#include <opencv2/imgcodecs.hpp>
#include <thread>

#include "facedeblur/image/codec.h"
#include "facedeblur/util/version.h"
#include "support.h"

namespace facedeblur {
namespace {

namespace fs = std::filesystem;
using testing::ListFiles;
using testing::MakeTestImage;
using testing::RunProgram;
using testing::TempFolder;
using testing::WriteBytes;
using testing::WriteText;

Bytes PlainImage() {
  Image image;
  image.pixels = MakeTestImage({60, 50}, CV_8UC3);
  return EncodeImage(image, {ImageFormat::kPng, 0});
}

std::string TextOf(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

TEST(Program, HelpNamesTheUsageAndTheOptions) {
  const auto help = RunProgram({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  const std::string text = TextOf(help.output);
  EXPECT_NE(text.find("Usage: facedeblur [OPTIONS] INPUT... OUTPUT"), std::string::npos);
  EXPECT_NE(text.find("--strength X"), std::string::npos);
  EXPECT_NE(text.find("Exit codes: 0 all done"), std::string::npos);
  EXPECT_EQ(RunProgram({"restore", "--help"}).output, help.output);
  for (const std::string command : {"compare", "info", "synth", "train", "evaluate", "shell"}) {
    EXPECT_NE(text.find(command), std::string::npos);
    const auto own = RunProgram({command, "--help"});
    EXPECT_EQ(own.exit_code, 0);
    EXPECT_NE(TextOf(own.output).find("Usage: facedeblur " + command + " [OPTIONS]"),
              std::string::npos);
  }
}

TEST(Program, VersionNamesTheProgramAndItsLibraries) {
  const auto version = RunProgram({"--version"});
  EXPECT_EQ(version.exit_code, 0);
  const std::string text = TextOf(version.output);
  EXPECT_EQ(text.rfind(std::string("facedeblur ") + Version() + "\nLibTorch ", 0), 0U);
  EXPECT_NE(text.find("OpenCV " + cv::getVersionString()), std::string::npos);
  EXPECT_NE(text.find("dlib "), std::string::npos);
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

TEST(Program, WithoutArgumentsItSaysHowToBegin) {
  const auto result = RunProgram({});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.errors, "") << "no error message";
  EXPECT_NE(TextOf(result.output).find("facedeblur photo.jpg sharp.jpg"), std::string::npos);
}

TEST(Program, AnInputAloneIsToldWhereToWrite) {
  const TempFolder folder;
  const std::string photo = (folder / "photo.png").string();
  WriteBytes(photo, PlainImage());
  const auto result = RunProgram({photo});
  EXPECT_EQ(result.exit_code, 2);
  const std::string command = "facedeblur " + photo + " " + (folder / "photo-sharp.png").string();
  EXPECT_NE(result.errors.find(command), std::string::npos) << result.errors;
  EXPECT_EQ(ListFiles(folder.path()).size(), 1U);
}

TEST(Program, SuggestsWhatWasMeant) {
  const TempFolder folder;
  WriteText(folder / "settings.toml", "strenght = 0.5\n");
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"in", "out", "--overwite"}, "--overwite: no such option; did you mean --overwrite?"},
      {{"in", "out", "--strenght=1"}, "did you mean --strength?"},
      {{"train", "faces", "--ouptut", "run"}, "did you mean --output? (facedeblur train --help"},
      {{"compair", "out", "ref"}, "compair: no such file or command; did you mean compare?"},
      {{"in", "out", "--config", (folder / "settings.toml").string()},
       "settings.toml: strenght: no such option; did you mean strength?"}};
  for (const auto& [arguments, expected] : cases) {
    const auto result = RunProgram(arguments);
    EXPECT_EQ(result.exit_code, 2) << expected;
    EXPECT_NE(result.errors.find(expected), std::string::npos) << result.errors;
  }
  const auto far = RunProgram({"in", "out", "--colour"});
  EXPECT_EQ(far.exit_code, 2);
  EXPECT_EQ(far.errors.find("did you mean"), std::string::npos) << far.errors;
}

TEST(Program, RestoredPhotosTellHowTheyWereMade) {
  const TempFolder folder;
  const std::string photo = (testing::DataFolder() / "blurred/portrait_03.jpg").string();
  const auto restore = [&](const std::string& name, const std::string& option) {
    const fs::path output = folder / name;
    const auto result = RunProgram({"-q", photo, output.string(), "--strength", "0.5", option});
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    return ReadFile(output);
  };
  const Bytes told = restore("a.jpg", "--threads=1");
  const std::string text = TextOf(told);
  EXPECT_NE(text.find("stEvt:softwareAgent=\"facedeblur "), std::string::npos);
  EXPECT_NE(text.find("1 face, weights face_wiener.h5, strength 0.5, extent head"),
            std::string::npos);
  EXPECT_EQ(told, restore("b.jpg", "--threads=2"));
  EXPECT_EQ(TextOf(restore("c.jpg", "--no-history")).find("facedeblur"), std::string::npos);
}

TEST(Program, ADryRunTellsAllAndWritesNothing) {
  const TempFolder folder;
  const std::string in = (folder / "in").string();
  const std::string out = (folder / "out").string();
  WriteBytes(folder / "in/a.png", PlainImage());
  WriteBytes(folder / "in/b.png", PlainImage());
  WriteBytes(folder / "out/b.png", PlainImage());
  const std::vector<std::string> arguments = {in,
                                              out,
                                              "--skip-existing",
                                              "--report",
                                              (folder / "r").string(),
                                              "--log-file",
                                              (folder / "l").string(),
                                              "--weights",
                                              "/no/such/weights",
                                              "--dry-run"};
  auto result = RunProgram(arguments);
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_EQ(TextOf(result.output), in + "/a.png -> " + out + "/a.png\n" + in + "/b.png: skipped, " +
                                       out + "/b.png exists\n" +
                                       "2 images: 1 to do, 1 to skip, 0 would fail; nothing is "
                                       "written\n");
  WriteText(folder / "in/c.png", "text");
  Bytes cut = PlainImage();
  cut.resize(cut.size() / 2);
  WriteBytes(folder / "in/d.png", cut);
  result = RunProgram(arguments);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.errors.find("c.png: not an image"), std::string::npos) << result.errors;
  EXPECT_NE(result.errors.find("d.png: "), std::string::npos) << result.errors;
  EXPECT_NE(TextOf(result.output).find("2 would fail"), std::string::npos);
  EXPECT_EQ(ListFiles(folder.path()).size(), 5U) << "nothing is written";
}

TEST(Program, ADryRunTellsClashes) {
  const TempFolder folder;
  WriteBytes(folder / "in/a.png", PlainImage());
  WriteBytes(folder / "in/a.bmp", PlainImage());
  const auto result = RunProgram(
      {(folder / "in").string(), (folder / "out").string(), "--format", "jpg", "--dry-run"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.errors.find("only that one is done"), std::string::npos) << result.errors;
  EXPECT_FALSE(fs::exists(folder / "out"));
}

TEST(Program, ABatchEndsWithItsFailures) {
  const TempFolder folder;
  WriteBytes(folder / "in/good.png", PlainImage());
  for (int i = 0; i < 9; ++i) WriteText(folder / ("in/bad" + std::to_string(i) + ".png"), "text");
  const auto result = RunProgram({(folder / "in").string(), (folder / "out").string()});
  EXPECT_EQ(result.exit_code, 1);
  const std::size_t end = result.errors.find("failed:\n");
  ASSERT_NE(end, std::string::npos) << result.errors;
  EXPECT_NE(result.errors.find(".png: not an image", end), std::string::npos) << result.errors;
  EXPECT_NE(result.errors.find(" more; --report FILE", end), std::string::npos) << result.errors;
}

TEST(Program, TrainRefusesWhatItsConfigurationCannotHold) {
  const TempFolder folder;
  const auto result = RunProgram({"train", folder.path().string(), "-o", (folder / "run").string(),
                                  "--training-note", "run #3"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.errors.find("--training-note: no"), std::string::npos) << result.errors;
}

TEST(Program, UnusableWeightsAreThree) {
  const TempFolder folder;
  WriteBytes(folder / "in/a.png", PlainImage());
  WriteText(folder / "weights.h5", "no weights");
  const auto result = RunProgram({(folder / "in").string(), (folder / "out").string(), "--weights",
                                  (folder / "weights.h5").string()});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_NE(result.errors.find("weights.h5: not an HDF5 file"), std::string::npos);
  EXPECT_TRUE(ListFiles(folder / "out").empty());
}

TEST(Program, MissingDeviceIsFour) {
  const TempFolder folder;
  WriteBytes(folder / "in/a.png", PlainImage());
  const auto result =
      RunProgram({(folder / "in").string(), (folder / "out").string(), "--device", "cuda:7"});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_NE(result.errors.find("cuda:7 is not available"), std::string::npos);
}

TEST(Program, SomeFailuresAreOneAndTheRestIsWritten) {
  const TempFolder folder;
  WriteBytes(folder / "in/good.png", PlainImage());
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
  WriteBytes(folder / "a.png", PlainImage());
  EXPECT_EQ(RunProgram({(folder / "a.png").string(), (folder / "b.tiff").string()}).exit_code, 0);
  EXPECT_EQ(FormatFromContent(ReadFile(folder / "b.tiff")), ImageFormat::kTiff);
}

TEST(Program, QuietSaysNothingWhenAllIsWell) {
  const TempFolder folder;
  WriteBytes(folder / "a.png", PlainImage());
  const auto result = RunProgram({"-q", (folder / "a.png").string(), (folder / "b.png").string()});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.errors, "");
}

TEST(Program, LogFileHoldsEverything) {
  const TempFolder folder;
  WriteBytes(folder / "a.png", PlainImage());
  RunProgram({"-q", "--log-file", (folder / "log").string(), (folder / "a.png").string(),
              (folder / "b.png").string()});
  const Bytes log = ReadFile(folder / "log");
  EXPECT_NE(std::string(log.begin(), log.end()).find("no face, copied"), std::string::npos);
}

TEST(Program, UnwritableOutputIsNamed) {
  const TempFolder folder;
  WriteBytes(folder / "a.png", PlainImage());
  const auto result = RunProgram({(folder / "a.png").string(), "/proc/no-such-folder/out.png"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.errors.find("/proc/no-such-folder/out.png"), std::string::npos);
}

std::string Text(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

TEST(Program, EveryFormatCanBeForced) {
  const TempFolder folder;
  WriteBytes(folder / "in/a.png", PlainImage());
  const std::vector<std::pair<std::string, ImageFormat>> formats = {
      {"png", ImageFormat::kPng},   {"jpg", ImageFormat::kJpeg},  {"JPEG", ImageFormat::kJpeg},
      {"webp", ImageFormat::kWebp}, {"tiff", ImageFormat::kTiff}, {"tif", ImageFormat::kTiff},
      {"bmp", ImageFormat::kBmp},   {"ppm", ImageFormat::kPnm}};
  for (const auto& [name, format] : formats) {
    const fs::path out = folder / ("out-" + name);
    const auto result =
        RunProgram({"-q", (folder / "in").string(), out.string(), "--format", name});
    EXPECT_EQ(result.exit_code, 0) << result.errors;
    ASSERT_EQ(ListFiles(out).size(), 1U);
    EXPECT_EQ(FormatFromContent(ReadFile(out / ListFiles(out)[0])), format) << name;
  }
}

TEST(Program, PipesCarryImages) {
  const TempFolder folder;
  const Bytes image = PlainImage();
  auto result = RunProgram({"-q", "-", "-"}, image);
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_EQ(result.output, image) << "without a face it comes back as it is";
  result = RunProgram({"-q", "-", "-", "--format", "tiff"}, image);
  EXPECT_EQ(FormatFromContent(result.output), ImageFormat::kTiff);
  result = RunProgram({"-q", "-", (folder / "a.webp").string()}, image);
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  EXPECT_EQ(FormatFromContent(ReadFile(folder / "a.webp")), ImageFormat::kWebp);
  EXPECT_EQ(RunProgram({"-q", "-", "-"}, {'n', 'o'}).exit_code, 1);
  EXPECT_EQ(RunProgram({"-", (folder / "a.webp").string(), "-"}, image).exit_code, 2);
}

TEST(Program, ListsMayHoldAnyName) {
  const TempFolder folder;
  const std::string root = folder.path().string();
  const std::vector<std::string> names = {"plain.png",     "with space.png",    "quote'\".png",
                                          "line\nend.png", "Z\xC3\xBCrich.png", "bad\xFF.png"};
  std::string list;
  for (const std::string& name : names) {
    WriteBytes(folder / ("in/" + name), PlainImage());
    list += root + "/in/" + name + '\0';
  }
  const auto result =
      RunProgram({"-q", "--files-from", "-", "-0", root + "/out"}, Bytes(list.begin(), list.end()));
  EXPECT_EQ(result.exit_code, 0) << result.errors;
  for (const std::string& name : names) {
    EXPECT_TRUE(fs::exists(folder / "out" / fs::path(root).relative_path() / "in" / name)) << name;
  }
  WriteText(folder / "list", root + "/in/plain.png\n\n" + root + "/in/gone.png\n");
  const auto lines = RunProgram({"-q", "--files-from", (folder / "list").string(), root + "/out2"});
  EXPECT_EQ(lines.exit_code, 1);
  EXPECT_EQ(ListFiles(folder / "out2").size(), 1U);
  EXPECT_EQ(RunProgram({"--files-from", "/no/list", root + "/out3"}).exit_code, 2);
  // NUL where line ends are expected: nothing may be made of that.
  const Bytes with_nul(list.begin(), list.end());
  EXPECT_EQ(RunProgram({"--files-from", "-", root + "/out3"}, with_nul).exit_code, 2);
  EXPECT_FALSE(fs::exists(folder / "out3"));
}

TEST(Program, ReportHasALineForEveryInput) {
  const TempFolder folder;
  WriteBytes(folder / "in/a.png", PlainImage());
  WriteText(folder / "in/bad.png", "text");
  const std::string in = (folder / "in").string();
  const auto result = RunProgram(
      {in, in + "/gone.png", (folder / "out").string(), "--report", "-", "--threads", "1"});
  EXPECT_EQ(result.exit_code, 1);
  const std::string report = Text(result.output);
  EXPECT_EQ(std::count(report.begin(), report.end(), '\n'), 5);
  EXPECT_EQ(report.rfind(R"({"type":"run","schema":1)", 0), 0U) << report;
  EXPECT_NE(report.find("gone.png\",\"outcome\":\"failed\""), std::string::npos) << report;
  EXPECT_NE(report.find("\"outcome\":\"copied\""), std::string::npos);
  EXPECT_NE(report.find(R"({"type":"summary","images":3,"restored":0,"copied":1)"),
            std::string::npos);
  EXPECT_EQ(RunProgram({in, (folder / "o2").string(), "--report", "/no/such/r"}).exit_code, 2);
}

TEST(Program, ReportsAndLogsTakeNoImagesPlace) {
  const TempFolder folder;
  const Bytes image = PlainImage();
  WriteBytes(folder / "in/a.png", image);
  WriteText(folder / "w.h5", "weights");
  WriteText(folder / "list", "a.png");
  const std::string in = (folder / "in").string();
  const std::string out = (folder / "out").string();
  const std::string photo = in + "/a.png";
  const std::string weights = (folder / "w.h5").string();
  const std::string list = (folder / "list").string();
  for (const char* option : {"--report", "--log-file"}) {
    EXPECT_EQ(RunProgram({in, out, option, photo}).exit_code, 2);
    EXPECT_EQ(RunProgram({in, out, option, out + "/new.jpg"}).exit_code, 2);
    EXPECT_EQ(RunProgram({in, out, "-w", weights, option, weights}).exit_code, 2);
    EXPECT_EQ(RunProgram({"--files-from", list, out, option, list}).exit_code, 2);
  }
  EXPECT_EQ(ReadFile(photo), image);
  EXPECT_EQ(Text(ReadFile(weights)), "weights");
  EXPECT_EQ(Text(ReadFile(list)), "a.png");
  const std::string both = (folder / "both").string();
  EXPECT_EQ(RunProgram({in, out, "--report", both, "--log-file", both}).exit_code, 2);
}

TEST(Program, AGalleryIsRefusedAddedToOrBegunAnew) {
  const TempFolder folder;
  WriteBytes(folder / "in/a.png", PlainImage());
  WriteText(folder / "in/broken.png", "this is text");
  const std::string in = (folder / "in").string();
  const std::string out = (folder / "out").string();
  const std::string gallery = (folder / "gallery").string();
  EXPECT_EQ(RunProgram({"-q", in, out, "--gallery", in}).exit_code, 2);
  EXPECT_EQ(RunProgram({"-q", in, out, "--gallery", out + "/"}).exit_code, 2);
  EXPECT_EQ(RunProgram({"-q", in, out, "--gallery", gallery}).exit_code, 1);
  const auto count = [&](const std::string& call) {
    const std::string script = "\n" + Text(ReadFile(gallery + "/photos.js"));
    int found = 0;
    for (auto at = script.find("\n" + call); at != std::string::npos;
         at = script.find("\n" + call, at + 1)) {
      ++found;
    }
    return found;
  };
  EXPECT_EQ(count("photo("), 2);
  EXPECT_EQ(count("done("), 1);
  const auto refused = RunProgram({"-q", in, out, "--gallery", gallery});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_NE(refused.errors.find("holds a gallery"), std::string::npos) << refused.errors;
  RunProgram({"-q", in, out, "--gallery", gallery, "--skip-existing"});
  EXPECT_EQ(count("photo("), 4);
  RunProgram({"-q", in, out, "--gallery", gallery, "--overwrite"});
  EXPECT_EQ(count("photo("), 2);
  const std::string report = (folder / "r.jsonl").string();
  WriteText(report, "earlier\n");
  EXPECT_EQ(RunProgram({"-q", in, out, "--gallery", gallery, "--report", report, "--overwrite",
                        "--weights", "none.h5"})
                .exit_code,
            3);
  EXPECT_EQ(count("photo("), 2) << "a run that cannot begin replaces nothing";
  EXPECT_EQ(Text(ReadFile(report)), "earlier\n");
}

TEST(Program, OtherPicturesNeedFoldersOfTheirOwn) {
  const TempFolder folder;
  WriteBytes(folder / "in/a.png", PlainImage());
  const std::string in = (folder / "in").string();
  for (const char* option : {"--comparison", "--save-faces", "--gallery"}) {
    EXPECT_EQ(RunProgram({in, (folder / "out").string(), option, in + "/"}).exit_code, 2) << option;
  }
}

TEST(Program, AReportIsContinuedWithTheRun) {
  const TempFolder folder;
  WriteBytes(folder / "in/a.png", PlainImage());
  const std::string in = (folder / "in").string();
  const std::string out = (folder / "out").string();
  const std::string report = (folder / "r.jsonl").string();
  RunProgram({"-q", in, out, "--report", report});
  const std::string first = Text(ReadFile(report));
  WriteText(report, first + R"({"type":"cut o)");
  RunProgram({"-q", in, out, "--report", report, "--skip-existing"});
  const std::string both = Text(ReadFile(report));
  EXPECT_EQ(both.rfind(first + "{\"type\":\"cut o\n{\"type\":\"run\"", 0), 0U) << both;
  EXPECT_NE(both.find("skipped_existing"), std::string::npos);
}

TEST(Program, AnOptionFileHasNoSections) {
  const TempFolder folder;
  WriteBytes(folder / "in/a.png", PlainImage());
  WriteText(folder / "options.toml", "[faces]\nstrength = 0.5\n");
  const auto result = RunProgram({(folder / "in").string(), (folder / "out").string(), "--config",
                                  (folder / "options.toml").string()});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.errors.find("faces: a file of options has no sections"), std::string::npos)
      << result.errors;
}

TEST(Program, SeveralImagesDoNotGoToAnImagesName) {
  const TempFolder folder;
  WriteBytes(folder / "in/a.png", PlainImage());
  WriteBytes(folder / "in/b.png", PlainImage());
  const std::string out = (folder / "out.png").string();
  EXPECT_EQ(RunProgram({(folder / "in").string(), out}).exit_code, 2);
  EXPECT_FALSE(fs::exists(out));
  EXPECT_EQ(RunProgram({"-q", (folder / "in").string(), out + "/"}).exit_code, 0);
}

TEST(Program, StandardInputDoesNotGoToAFolder) {
  const TempFolder folder;
  const std::string out = (folder / "out").string();
  EXPECT_EQ(RunProgram({"-", out + "/"}, PlainImage()).exit_code, 2);
  EXPECT_FALSE(fs::exists(out));
}

TEST(Program, WhatAnotherFormatCannotHoldIsTold) {
  const TempFolder folder;
  Image image;
  image.pixels = MakeTestImage({60, 50}, CV_16UC3);
  WriteBytes(folder / "a.png", EncodeImage(image, {ImageFormat::kPng, 0}));
  const auto result = RunProgram({(folder / "a.png").string(), (folder / "a.jpg").string()});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_NE(result.errors.find("a.png: written with 8 bits: JPEG holds no more"), std::string::npos)
      << result.errors;
}

TEST(Program, AFolderIsNoFinishedOutput) {
  const TempFolder folder;
  WriteBytes(folder / "in/a.png", PlainImage());
  fs::create_directories(folder / "out/a.png");
  const auto result =
      RunProgram({"-q", (folder / "in").string(), (folder / "out").string(), "--skip-existing"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.errors.find("a folder stands where"), std::string::npos) << result.errors;
}

TEST(Program, ShardsTogetherDoEverythingOnce) {
  const TempFolder folder;
  for (int i = 0; i < 12; ++i) {
    WriteBytes(folder / ("in/p" + std::to_string(i) + ".png"), PlainImage());
  }
  const std::string in = (folder / "in").string();
  const std::string out = (folder / "out").string();
  // An output that is there already would fail: every image is done by one part alone.
  EXPECT_EQ(RunProgram({"-q", in, out, "--shard", "1/2"}).exit_code, 0);
  const auto first = ListFiles(out).size();
  EXPECT_GT(first, 0U);
  EXPECT_LT(first, 12U);
  EXPECT_EQ(RunProgram({"-q", in, out, "--shard", "2/2"}).exit_code, 0);
  EXPECT_EQ(ListFiles(out).size(), 12U);
  EXPECT_EQ(RunProgram({"-q", in, out, "--shard", "3/2"}).exit_code, 2);
}

TEST(Program, CompareTellsByItsExitCode) {
  const TempFolder folder;
  const std::string out = (folder / "out").string();
  const std::string ref = (folder / "ref").string();
  WriteBytes(folder / "out/a.png", PlainImage());
  WriteBytes(folder / "ref/a.png", PlainImage());
  EXPECT_EQ(RunProgram({"compare", out, ref, "--exact"}).exit_code, 0);
  WriteBytes(folder / "out/extra.png", PlainImage());
  EXPECT_EQ(RunProgram({"compare", out, ref}).exit_code, 1);
  EXPECT_EQ(RunProgram({"compare", out, ref, "--ignore-extra"}).exit_code, 0);
  WriteBytes(folder / "ref/b.png", PlainImage());
  const std::string report = (folder / "report.xml").string();
  EXPECT_EQ(RunProgram({"compare", out, ref, "--report", report}).exit_code, 3);
  EXPECT_NE(Text(ReadFile(report)).find("<testsuites tests=\"3\" failures=\"1\" errors=\"1\""),
            std::string::npos);
  EXPECT_EQ(RunProgram({"compare", out, ref, "--report", "r.txt"}).exit_code, 2);
  EXPECT_EQ(RunProgram({"compare", out, ref, "--min-psnr", "-3"}).exit_code, 2);
  EXPECT_EQ(RunProgram({"compare", out, ref, "--max-diff", "nan"}).exit_code, 2);
  EXPECT_EQ(RunProgram({"compare", out, ref, "--diff", out + "/diff"}).exit_code, 2);
  EXPECT_EQ(RunProgram({"compare", out, ref, "--report", "/proc/none/r.xml"}).exit_code, 2);
  EXPECT_EQ(RunProgram({"compare", out, "/no/such/folder"}).exit_code, 3);
  EXPECT_EQ(RunProgram({"compare", out}).exit_code, 2);
  fs::create_directories(folder / "empty");
  const std::string empty = (folder / "empty").string();
  EXPECT_EQ(RunProgram({"compare", empty, empty}).exit_code, 3) << "nothing was compared";
}

TEST(Program, CompareKeepsSecretsAndEarlierGalleries) {
  const TempFolder folder;
  const std::string out = (folder / "out").string();
  const std::string ref = (folder / "ref").string();
  WriteBytes(folder / "out/a.png", PlainImage());
  Image other;
  other.pixels = MakeTestImage({60, 50}, CV_8UC3, 7);
  WriteBytes(folder / "ref/a.png", EncodeImage(other, {ImageFormat::kPng, 0}));
  fs::permissions(folder / "ref/a.png", fs::perms(0600));
  const std::string gallery = (folder / "g").string();
  const std::string diff = (folder / "diff").string();
  EXPECT_EQ(RunProgram({"compare", out, ref, "--gallery", gallery, "--diff", diff}).exit_code, 1);
  const auto pictures = ListFiles(folder / "g/full");
  ASSERT_EQ(pictures.size(), 3U);
  for (const std::string& name : pictures) {
    EXPECT_EQ(fs::status(folder / ("g/full/" + name)).permissions(), fs::perms(0600)) << name;
  }
  EXPECT_EQ(fs::status(folder / "diff/a.png.diff.png").permissions(), fs::perms(0600));
  EXPECT_EQ(RunProgram({"compare", out, "/no/such/folder", "--gallery", gallery}).exit_code, 3);
  EXPECT_EQ(ListFiles(folder / "g/full"), pictures) << "a mistyped name replaces nothing";
  WriteText(folder / "file", "");
  EXPECT_EQ(RunProgram({"compare", out, ref, "--diff", (folder / "file").string()}).exit_code, 2)
      << "1 is for images that differ";
}

TEST(Program, ShellScriptsKnowEveryOption) {
  for (const char* kind : {"bash", "zsh", "fish", "man"}) {
    const auto result = RunProgram({"shell", kind});
    EXPECT_EQ(result.exit_code, 0);
    const std::string text = Text(result.output);
    for (const char* word : {"skip-existing", "max-diff-percent", "kernel-steps", "sheet-faces",
                             "min-jpeg-quality", "compare", "evaluate"}) {
      std::string wanted = word;
      if (kind == std::string("man")) {  // roff's own hyphen
        for (std::size_t at = 0; (at = wanted.find('-', at)) != std::string::npos; at += 2) {
          wanted.replace(at, 1, "\\-");
        }
      }
      EXPECT_NE(text.find(wanted), std::string::npos) << kind << " " << word;
    }
  }
  EXPECT_EQ(RunProgram({"shell", "tcsh"}).exit_code, 2);
}

TEST(Program, InfoTellsWhatWeightsAre) {
  const auto model = RunProgram({"info", "face_wiener.h5"});
  EXPECT_EQ(model.exit_code, 0) << model.errors;
  EXPECT_NE(Text(model.output).find("self-test   passed"), std::string::npos);
  const auto json = RunProgram({"info", "--json", "face_wiener.h5"});
  EXPECT_NE(Text(json.output).find("\"sha256\":\""), std::string::npos);
  const TempFolder folder;
  WriteText(folder / "w.h5", "no weights");
  EXPECT_EQ(RunProgram({"info", (folder / "w.h5").string()}).exit_code, 3);
}

TEST(Program, InfoTellsWhatTheSearchForBlurredFacesIs) {
  const auto finder = RunProgram({"info", "face_finder.dat"});
  EXPECT_EQ(finder.exit_code, 0) << finder.errors;
  const std::string text = Text(finder.output);
  EXPECT_NE(text.find("network     1 sub-detector, 1 landmark network\n"), std::string::npos);
  EXPECT_NE(text.find("license     "), std::string::npos);
  EXPECT_EQ(text.find("input"), std::string::npos);
  const TempFolder folder;
  WriteText(folder / "f.dat", "no finder");
  const auto damaged = RunProgram({"info", (folder / "f.dat").string()});
  EXPECT_EQ(damaged.exit_code, 3);
  EXPECT_NE(damaged.errors.find("f.dat: not a file of face detectors"), std::string::npos);
}

TEST(Program, InfoListsTheModelFolder) {
  const TempFolder folder;
  fs::copy_file(testing::ModelsFolder() / "face_wiener.h5", folder / "b.h5");
  WriteText(folder / "a.h5", "no weights");
  const auto listed = RunProgram({"info", "--models", folder.path().string()});
  EXPECT_EQ(listed.exit_code, 3) << "one of the files is no weights file";
  EXPECT_NE(Text(listed.output).find("b.h5\n"), std::string::npos) << "the other one is told";
  EXPECT_NE(listed.errors.find("a.h5"), std::string::npos);
  fs::remove(folder / "a.h5");
  EXPECT_EQ(RunProgram({"info", "--models", folder.path().string()}).exit_code, 0);
  EXPECT_EQ(RunProgram({"info", "b.h5", "--models", folder.path().string()}).exit_code, 0);
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

TEST(Program, ASignalEndsTheWaitForStandardInput) {
  int silent[2];
  ASSERT_EQ(::pipe(silent), 0);
  const TempFolder folder;
  const std::string out = (folder / "a.png").string();
  const std::string log = (folder / "log").string();
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(silent[0], STDIN_FILENO);
    ::execl(testing::Program().c_str(), "facedeblur", "-q", "-", out.c_str(), "--report",
            log.c_str(), nullptr);
    ::_exit(99);
  }
  while (!fs::exists(log)) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  ::kill(child, SIGTERM);
  int status = 0;
  ::waitpid(child, &status, 0);
  ::close(silent[0]);
  ::close(silent[1]);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 143);
  EXPECT_FALSE(fs::exists(out));
}

TEST(Synth, ChipsHaveTheSizeAskedFor) {
  const TempFolder folder;
  const std::string sharp = (testing::DataFolder() / "sharp").string();
  const auto result = testing::RunProgram({"synth", sharp, folder.path(), "--chip-size", "96"});
  ASSERT_EQ(result.exit_code, 0) << result.errors;
  const cv::Mat chip = cv::imread((folder / "blurred" / "0000001.png").string());
  EXPECT_EQ(chip.size(), cv::Size(96, 96));
}

}  // namespace
}  // namespace facedeblur
