#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "cli/choices.h"
#include "cli/commands.h"
#include "cli/failure_list.h"
#include "cli/first_steps.h"
#include "cli/option_binder.h"
#include "cli/progress.h"
#include "cli/restore_options.h"
#include "cli/shell_text.h"
#include "cli/suggestion.h"
#include "facedeblur/image/format.h"
#include "facedeblur/util/error.h"
#include "support.h"

namespace facedeblur {
namespace {

using testing::TempFolder;
using testing::WriteText;

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void Parse(const std::vector<std::string>& arguments, CLI::App* app) {
  std::vector<const char*> argv = {"facedeblur"};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  app->parse(static_cast<int>(argv.size()), argv.data());
}

/// What becomes of a text option that one run writes to its configuration and another one reads.
std::string WrittenAndRead(std::string text) {
  const TempFolder folder;
  const std::string file = (folder / "config.ini").string();
  CLI::App writer;
  OptionBinder writing(&writer);
  OptionList list;
  writing.ListIn(&list);
  writing.AddText("--note", &text, "TEXT", "");
  WriteText(file, list.ToConfig());

  std::string read;
  CLI::App reader;
  OptionBinder reading(&reader);
  reading.AddText("--note", &read, "TEXT", "");
  reader.set_config("--config");
  Parse({"--config", file}, &reader);
  return read;
}

TEST(OptionList, WhatAConfigurationHoldsIsReadAsItWas) {
  const std::vector<std::string> texts = {"run 3", "a, b; c = d", "it's", " spaces ",
                                          "[2]",   "/faces/a, b", "100 %"};
  for (const std::string& text : texts) EXPECT_EQ(WrittenAndRead(text), text);
}

TEST(OptionList, WhatAConfigurationCannotHoldIsRefused) {
  const std::vector<std::string> texts = {"run #3", "\"run\" 3", "run\n3", "run\\n3"};
  for (const std::string& text : texts) EXPECT_THROW(WrittenAndRead(text), Error) << text;
}

TEST(Choices, HelpHasOneWordForEachValue) {
  const Choices<int> choices = {{"one", 1}, {"two", 2}, {"pair", 2}, {"three", 3}};
  EXPECT_EQ(JoinedWords(choices), "one, two or three");
  EXPECT_EQ(JoinedWords(Choices<int>{{"one", 1}}), "one");
}

RestoreOptions WithFormat(const std::string& word) {
  CLI::App app;
  RestoreOptions options;
  BindRestoreOptions(&app, &options);
  Parse({"in", "out", "--format", word}, &app);
  return options;
}

TEST(RestoreOptions, EveryFormatCanBeNamedInUpperAndLowerCase) {
  EXPECT_FALSE(WithFormat("Keep").format.has_value());
  EXPECT_EQ(WithFormat("JPEG").format, ImageFormat::kJpeg);
  for (const auto& [word, format] : FormatWords()) {
    const RestoreOptions options = WithFormat(word);
    EXPECT_EQ(options.format, format) << word;
    EXPECT_EQ(options.ToPlan().format, format) << word;
    EXPECT_EQ(options.ToBatch().encode.format, format) << word;
  }
  for (const char* word : {"gif", "1"}) {
    EXPECT_THROW(WithFormat(word), CLI::ParseError) << word;
  }
}

TEST(RestoreOptions, AMemoryLimitAboveAllNumbersOfBytesIsNoSmallOne) {
  RestoreOptions options;
  options.threads = 1;
  options.max_memory = (std::uint64_t{1} << 63) + 1'000'000'000'000U;
  EXPECT_GT(options.ToBatch().memory, std::int64_t{1} << 62);
}

TEST(RestoreOptions, ImagesGetLessMemoryBesideALandmarkModel) {
  RestoreOptions options;
  options.threads = 1;
  options.max_memory = 1'000'000'000;
  const std::int64_t without = options.ToBatch().memory;
  options.detector.landmark_model = "shape_predictor_68_face_landmarks.dat";
  EXPECT_EQ(without - options.ToBatch().memory, 80'000'000);
}

/// spdlog's messages while it lives.
class CapturedLog {
 public:
  CapturedLog() {
    auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(stream_);
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", std::move(sink)));
  }
  ~CapturedLog() { spdlog::set_default_logger(before_); }
  CapturedLog(const CapturedLog&) = delete;
  CapturedLog& operator=(const CapturedLog&) = delete;

  std::string text() const { return stream_.str(); }

 private:
  std::shared_ptr<spdlog::logger> before_ = spdlog::default_logger();
  std::ostringstream stream_;
};

TEST(BatchProgress, WarningsCannotSteerTheTerminal) {
  const CapturedLog log;
  ImageRecord record;
  record.input = "a.jpg";
  record.outcome = Outcome::kCopied;
  record.warnings = {"comment \x1B[2J"};
  BatchProgress(1, Verbosity::kNormal).OnRecord(record);
  EXPECT_TRUE(Contains(log.text(), "a.jpg: comment \\x1B[2J")) << log.text();
}

TEST(BatchProgress, LargeBatchesTellSpeedAtEachTenth) {
  const CapturedLog log;
  BatchProgress progress(100, Verbosity::kNormal);
  ImageRecord record;
  record.input = "a.jpg";
  record.outcome = Outcome::kCopied;
  for (int i = 0; i < 100; ++i) progress.OnRecord(record);
  EXPECT_TRUE(Contains(log.text(), " 10/100 photos")) << log.text();
  EXPECT_TRUE(Contains(log.text(), " 90/100 photos")) << log.text();
  EXPECT_FALSE(Contains(log.text(), " 11/100 photos")) << log.text();
  EXPECT_FALSE(Contains(log.text(), "100/100 photos")) << "the summary tells that";
}

TEST(DescribeProgress, TellsSpeedAndTimeLeft) {
  ProgressCounts counts;
  counts.total = 50;
  counts.done = 20;
  counts.faces = 31;
  EXPECT_EQ(DescribeProgress(counts, 10), "20/50 photos, 31 faces, 2.00 photos/s, 15 s left");
  counts.failed = 2;
  EXPECT_TRUE(Contains(DescribeProgress(counts, 1000), ", 2 failed, ")) << "only where some have";
  EXPECT_TRUE(Contains(DescribeProgress(counts, 1000), " 25 min left"));
  EXPECT_TRUE(Contains(DescribeProgress(counts, 10000), " 4 h 10 min left"));
}

TEST(DescribeProgress, SkippedPhotosMakeNoSpeed) {
  ProgressCounts counts;
  counts.total = 50;
  counts.done = counts.skipped = 20;
  EXPECT_EQ(DescribeProgress(counts, 10), "20/50 photos, 0 faces");
  counts.done = 30;
  EXPECT_TRUE(Contains(DescribeProgress(counts, 10), " 1.00 photos/s, 20 s left"));
}

TEST(FailureList, WhatCannotBeReachedComesFirst) {
  FailureList failures;
  for (int i = 0; i < 8; ++i) {
    failures.Add("p" + std::to_string(i), "damaged", FailureKind::kOther);
  }
  failures.Add("q", "disk full", FailureKind::kUnreachable);
  const std::vector<std::string> lines = failures.Lines("see the log");
  EXPECT_EQ(lines.front(), "q: disk full");
  EXPECT_EQ(lines[1], "p0: damaged");
  const std::size_t named = lines.size() - 1;
  EXPECT_EQ(lines.back(), "and " + std::to_string(9 - named) + " more; see the log");
}

TEST(FailureList, AFewAreAllNamed) {
  FailureList failures;
  EXPECT_TRUE(failures.Lines("").empty());
  failures.Add("a", "damaged", FailureKind::kOther);
  EXPECT_EQ(failures.Lines("see the log"), std::vector<std::string>{"a: damaged"});
}

TEST(EditDistance, CountsLetters) {
  EXPECT_EQ(EditDistance("", "abc"), 3U);
  EXPECT_EQ(EditDistance("abc", "abc"), 0U);
  EXPECT_EQ(EditDistance("abc", "axc"), 1U);
  EXPECT_EQ(EditDistance("abc", "ac"), 1U);
  EXPECT_EQ(EditDistance("abc", "acb"), 1U) << "neighbours that are swapped";
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3U);
}

TEST(NearestWord, HasToBeNear) {
  const std::vector<std::string> words = {"--overwrite", "--strength", "-v"};
  EXPECT_EQ(NearestWord("--ovrewrite", words), "--overwrite");
  EXPECT_EQ(NearestWord("-strength", words), "--strength");
  EXPECT_EQ(NearestWord("--colour", words), "");
  EXPECT_EQ(NearestWord("-x", words), "");
}

TEST(FirstSteps, AreAFewLines) {
  const std::string text = FirstSteps();
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 6);
  EXPECT_TRUE(Contains(text, "facedeblur photo.jpg sharp.jpg"));
}

TEST(AskForOutput, GivesACommandForThisInput) {
  const TempFolder folder;
  const std::string here = folder.path().string();
  WriteText(folder / "photo.jpg", "");
  WriteText(folder / "it's one.jpg", "");
  EXPECT_TRUE(Contains(AskForOutput(here + "/photo.jpg"),
                       "facedeblur " + here + "/photo.jpg " + here + "/photo-sharp.jpg"));
  EXPECT_TRUE(Contains(AskForOutput(here + "/it's one.jpg"), "/it'\\''s one-sharp.jpg'"));
  EXPECT_TRUE(Contains(AskForOutput(here + "/"), here + "/ " + here + "-sharp/"));
  EXPECT_TRUE(Contains(AskForOutput("."), "facedeblur . sharp/"));
  EXPECT_TRUE(Contains(AskForOutput("-"), "facedeblur - - <"));
  EXPECT_TRUE(Contains(AskForOutput(here + "/gone.jpg"), "gone.jpg: no such file"));
}

TEST(RestoreOptions, TheCommandLineHasTheLastWordOverAConfiguration) {
  const TempFolder folder;
  const std::string file = (folder / "settings.toml").string();
  WriteText(file, "strength = 0.5  # half\nformat = \"png\"\noverwrite = true\n");
  CLI::App app;
  RestoreOptions options;
  BindRestoreOptions(&app, &options);
  Parse({"in", "out", "--config", file, "--strength", "0.75"}, &app);
  EXPECT_EQ(options.process.strength, 0.75);
  EXPECT_EQ(options.format, ImageFormat::kPng);
  EXPECT_TRUE(options.overwrite);
}

TEST(Commands, TheFirstOnesHelpNamesTheOthers) {
  const std::vector<ParsedCommand> commands = DescribeCommands();
  const std::string footer = commands.front().app->get_footer();
  for (const ParsedCommand& command : commands) {
    if (&command == &commands.front()) continue;
    EXPECT_TRUE(Contains(footer, " " + std::string(command.entry->name))) << command.entry->name;
  }
}

TEST(ShellText, TheFirstCommandNeedsNoName) {
  const CommandEntry first = {"mend", "IN OUT", "Mends.", nullptr};
  const CommandEntry second = {"tell", "IN", "Tells.", nullptr};
  std::vector<ParsedCommand> commands(2);
  commands[0].entry = &first;
  commands[1].entry = &second;
  for (ParsedCommand& command : commands) command.app = std::make_unique<CLI::App>();
  EXPECT_TRUE(Contains(BashCompletion(commands), "local command=mend flags="));
  EXPECT_TRUE(Contains(ZshCompletion(commands), "local command=mend\n"));
  EXPECT_TRUE(
      Contains(FishCompletion(commands), "not __fish_seen_subcommand_from mend tell' -s h"));
  EXPECT_TRUE(Contains(ManualPage(commands, "1"), ".B facedeblur\n[\\fIoptions\\fR] IN OUT\n"));
}

}  // namespace
}  // namespace facedeblur
