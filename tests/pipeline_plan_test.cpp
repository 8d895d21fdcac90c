#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "facedeblur/pipeline/input_plan.h"
#include "facedeblur/util/error.h"
#include "support.h"

namespace facedeblur {
namespace {

namespace fs = std::filesystem;
using testing::TempFolder;
using testing::WriteText;

InputPlan Plan(const std::vector<fs::path>& inputs, const fs::path& output) {
  PlanOptions options;
  options.inputs = inputs;
  options.output = output;
  return PlanInputs(options);
}

std::vector<std::string> Relative(const InputPlan& plan) {
  std::vector<std::string> names;
  for (const PlannedImage image : plan.images) names.push_back(image.relative.string());
  return names;
}

TEST(Plan, MirrorsTheTreeSortedAndWithoutForeignFiles) {
  const TempFolder in;
  for (const char* name : {"b.jpg", "a.PNG", "sub/deep/c.tif", "notes.txt", "._a.jpg",
                           ".hidden/d.jpg", "sub/e.webp", "with space\n.jpg"}) {
    WriteText(in / name, "x");
  }
  const InputPlan plan = Plan({in.path()}, in.path().string() + "-out");
  EXPECT_EQ(Relative(plan), (std::vector<std::string>{"a.PNG", "b.jpg", "sub/deep/c.tif",
                                                      "sub/e.webp", "with space\n.jpg"}));
  EXPECT_EQ(plan.images[2].output, fs::path(in.path().string() + "-out") / "sub/deep/c.tif");
  EXPECT_TRUE(plan.problems.empty());
}

TEST(Plan, NoRecursive) {
  const TempFolder in;
  WriteText(in / "a.jpg", "x");
  WriteText(in / "sub/b.jpg", "x");
  PlanOptions options;
  options.inputs = {in.path()};
  options.output = in / "out";
  options.recursive = false;
  EXPECT_EQ(Relative(PlanInputs(options)), std::vector<std::string>{"a.jpg"});
}

TEST(Plan, OutputInsideInputIsNotRead) {
  const TempFolder in;
  WriteText(in / "a.jpg", "x");
  WriteText(in / "out/a.jpg", "x");
  const InputPlan plan = Plan({in.path()}, in / "out");
  EXPECT_EQ(Relative(plan), std::vector<std::string>{"a.jpg"});
  EXPECT_EQ(plan.notes.size(), 1U);
}

TEST(Plan, OtherFoldersTheRunWritesToAreNotRead) {
  const TempFolder in;
  WriteText(in / "a.jpg", "x");
  WriteText(in / "cmp/a.jpg.comparison.jpg", "x");
  PlanOptions options;
  options.inputs = {in.path()};
  options.output = in / "out";
  options.excluded = {in / "cmp", ""};
  EXPECT_EQ(Relative(PlanInputs(options)), std::vector<std::string>{"a.jpg"});
}

TEST(Plan, OutputEqualToInputIsRefused) {
  const TempFolder in;
  WriteText(in / "a.jpg", "x");
  EXPECT_THROW(Plan({in.path()}, in.path()), Error);
  EXPECT_THROW(Plan({in.path()}, in / "."), Error);
}

TEST(Plan, FileToFileAndFileToFolder) {
  const TempFolder in;
  WriteText(in / "a.jpg", "x");
  fs::create_directory(in / "folder");
  EXPECT_EQ(Plan({in / "a.jpg"}, in / "b.png").images[0].output, in / "b.png");
  EXPECT_EQ(Plan({in / "a.jpg"}, in / "folder").images[0].output, in / "folder/a.jpg");
  EXPECT_EQ(Plan({in / "a.jpg"}, in / "new").images[0].output, in / "new/a.jpg");
  EXPECT_EQ(Plan({in / "a.jpg"}, (in / "new").string() + "/").images[0].output,
            fs::path((in / "new").string() + "/") / "a.jpg");
}

TEST(Plan, FileOntoItselfIsAProblemNotADisaster) {
  const TempFolder in;
  WriteText(in / "a.jpg", "x");
  const InputPlan same = Plan({in / "a.jpg"}, in / "a.jpg");
  EXPECT_TRUE(same.images.empty());
  EXPECT_EQ(same.problems.size(), 1U);
  WriteText(in / "b.jpg", "x");
  EXPECT_EQ(Plan({in / "a.jpg", in / "b.jpg"}, in.path()).problems.size(), 2U);
}

TEST(Plan, NoOutputReplacesAnotherInput) {
  const TempFolder in;
  WriteText(in / "1/x.jpg", "x");
  WriteText(in / "2/x.jpg", "y");
  const InputPlan plan = Plan({in / "1/x.jpg", in / "2/x.jpg"}, in / "2");
  EXPECT_TRUE(plan.images.empty());
  EXPECT_EQ(plan.problems.size(), 2U);
}

TEST(Plan, TheSameFileTwiceIsDoneOnce) {
  const TempFolder in;
  WriteText(in / "a.jpg", "x");
  const InputPlan plan = Plan({in / "a.jpg", in.path(), in / "a.jpg"}, in / "out");
  EXPECT_EQ(plan.images.size(), 1U);
  EXPECT_TRUE(plan.problems.empty());
}

TEST(Plan, OutputsThatCannotBeMeantAreRefused) {
  const TempFolder in;
  WriteText(in / "a.jpg", "x");
  EXPECT_THROW(Plan({in / "a.jpg"}, ""), Error);
  EXPECT_THROW(Plan({in / "a.jpg"}, in / "out.gif"), Error);
  EXPECT_NO_THROW(Plan({in / "a.jpg"}, (in / "v1.2").string() + "/"));
  PlanOptions options;
  options.inputs = {in / "a.jpg"};
  options.output = in / "b.png";
  options.format = ImageFormat::kWebp;
  EXPECT_THROW(PlanInputs(options), Error);
}

TEST(Plan, TwoInputsForOneOutput) {
  const TempFolder in;
  for (const char* name : {"a.jpg", "a.png", "b.png"}) WriteText(in / name, "x");
  PlanOptions options;
  options.inputs = {in.path()};
  options.output = in / "out";
  options.format = ImageFormat::kPng;
  const InputPlan plan = PlanInputs(options);
  EXPECT_EQ(Relative(plan), (std::vector<std::string>{"a.jpg", "b.png"}));
  ASSERT_EQ(plan.problems.size(), 1U);
  EXPECT_EQ(plan.problems[0].input, in / "a.png");
  EXPECT_NE(plan.problems[0].message.find("a.jpg"), std::string::npos);
}

TEST(Plan, FormatChangesOnlyExtensionsOfOtherFormats) {
  const TempFolder in;
  for (const char* name : {"a.jpeg", "b.png"}) WriteText(in / name, "x");
  PlanOptions options;
  options.inputs = {in.path()};
  options.output = in / "out";
  options.format = ImageFormat::kJpeg;
  const InputPlan plan = PlanInputs(options);
  EXPECT_EQ(plan.images[0].output.filename(), "a.jpeg");
  EXPECT_EQ(plan.images[1].output.filename(), "b.jpg");
}

TEST(Plan, MissingInputsDoNotStopTheOthers) {
  const TempFolder in;
  WriteText(in / "a.jpg", "x");
  const InputPlan plan = Plan({in / "missing.jpg", in / "a.jpg"}, in / "out");
  EXPECT_EQ(plan.images.size(), 1U);
  EXPECT_EQ(plan.problems.size(), 1U);
}

TEST(Plan, AFolderThatCannotBeReadIsAProblemOfItsOwn) {
  const TempFolder in;
  for (const char* name : {"a/x.jpg", "b/x.jpg", "c/x.jpg"}) WriteText(in / name, "x");
  fs::permissions(in / "b", fs::perms::none);
  if (::access((in / "b").c_str(), R_OK) == 0) GTEST_SKIP() << "no folder is closed to this user";
  const InputPlan plan = Plan({in.path()}, in / "out");
  EXPECT_EQ(Relative(plan), (std::vector<std::string>{"a/x.jpg", "c/x.jpg"}));
  ASSERT_EQ(plan.problems.size(), 1U);
  EXPECT_EQ(plan.problems[0].input, in / "b");
  fs::permissions(in / "b", fs::perms::owner_all);
}

TEST(Plan, ListedFoldersKeepTheirNamesAndTheirTrees) {
  const TempFolder in;
  for (const char* name : {"x.jpg", "deep/y.jpg", "notes.txt"}) WriteText(in / name, "x");
  PlanOptions options;
  options.listed = {in.path()};
  options.output = in / "out";
  const InputPlan plan = PlanInputs(options);
  const fs::path relative = in.path().relative_path();
  EXPECT_EQ(Relative(plan), (std::vector<std::string>{(relative / "deep/y.jpg").string(),
                                                      (relative / "x.jpg").string()}));
  EXPECT_EQ(plan.ignored, 1U);
}

TEST(Plan, EmptyFolderIsANote) {
  const TempFolder in;
  const InputPlan plan = Plan({in.path()}, in / "out");
  EXPECT_TRUE(plan.images.empty());
  EXPECT_TRUE(plan.problems.empty());
  EXPECT_EQ(plan.notes.size(), 1U);
}

TEST(Plan, SeveralInputsNeedAFolder) {
  const TempFolder in;
  WriteText(in / "a.jpg", "x");
  WriteText(in / "b.jpg", "x");
  WriteText(in / "file", "x");
  EXPECT_THROW(Plan({in / "a.jpg", in / "b.jpg"}, in / "file"), Error);
  EXPECT_THROW(Plan({}, in / "out"), Error);
}

TEST(Plan, ListedInputsKeepTheirFolders) {
  const TempFolder in;
  WriteText(in / "a/x.jpg", "x");
  WriteText(in / "b/x.jpg", "x");
  WriteText(in / "c/deep/y.jpg", "x");
  PlanOptions options;
  options.listed = {in / "a/x.jpg", in / "b/x.jpg", in / "c", "../up.jpg", in / "gone.jpg"};
  options.output = in / "out";
  const InputPlan plan = PlanInputs(options);
  ASSERT_EQ(plan.images.size(), 3U);
  EXPECT_EQ(plan.images[0].output, in / "out" / (in / "a/x.jpg").relative_path());
  EXPECT_EQ(plan.images[2].output, in / "out" / (in / "c/deep/y.jpg").relative_path());
  EXPECT_EQ(plan.problems.size(), 2U);
}

TEST(Plan, PartsTogetherAreTheWhole) {
  const TempFolder in;
  for (int i = 0; i < 40; ++i) WriteText(in / ("p" + std::to_string(i) + ".jpg"), "x");
  PlanOptions options;
  options.inputs = {in.path(), in / "gone.jpg"};
  options.output = in / "out";
  std::vector<std::string> all = Relative(PlanInputs(options));
  std::vector<std::string> parts;
  std::size_t problems = 0;
  for (int k = 1; k <= 3; ++k) {
    options.shard = {k, 3};
    const InputPlan plan = PlanInputs(options);
    EXPECT_LT(plan.images.size(), 40U);
    problems += plan.problems.size();
    for (const std::string& name : Relative(plan)) parts.push_back(name);
  }
  std::sort(all.begin(), all.end());
  std::sort(parts.begin(), parts.end());
  EXPECT_EQ(parts, all);
  EXPECT_EQ(problems, 1U) << "a missing input is told by one part";
}

TEST(Plan, StreamsCarryOneImage) {
  const TempFolder in;
  WriteText(in / "a.jpg", "x");
  const InputPlan plan = Plan({"-"}, "-");
  ASSERT_EQ(plan.images.size(), 1U);
  EXPECT_EQ(plan.images[0].input, "-");
  EXPECT_EQ(plan.images[0].output, "-");
  EXPECT_EQ(Plan({in / "a.jpg"}, "-").images.size(), 1U);
  EXPECT_EQ(Plan({"-"}, in / "b.png").images.size(), 1U);
  EXPECT_THROW(Plan({"-", in / "a.jpg"}, in / "out"), Error);
  EXPECT_THROW(Plan({in.path()}, "-"), Error);
  EXPECT_THROW(Plan({"-"}, in.path()), Error);
}

}  // namespace
}  // namespace facedeblur
