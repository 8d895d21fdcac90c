#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "facedeblur/eval/pair_table.h"

namespace facedeblur {
namespace {

std::vector<std::string> Lines(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// The cells of a line none of which holds a comma.
std::vector<std::string> Cells(const std::string& line) {
  std::istringstream stream(line + ",end");
  std::vector<std::string> cells;
  for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
  cells.pop_back();
  return cells;
}

PairScores Judged() {
  PairScores pair;
  pair.face = 7;
  pair.kernel_size = 13;
  pair.methods[0].chip = {24.5, 0.5};
  pair.methods[1].chip = {28.25, 0.75};
  pair.methods[0].shifted = {24.75, 0.5};
  pair.methods[1].shifted = {30.5, 0.875};
  pair.whole_gain = 4;
  pair.confidence = 0.9;
  pair.evidence.unexplained = 0.125;
  return pair;
}

TEST(PairTable, HasALineForEachPairAndACellForEachColumn) {
  const auto lines =
      Lines(PairTable({{"a", "", 1, {Judged(), Judged()}}, {"b", "", 1, {Judged()}}}));
  ASSERT_EQ(lines.size(), 4U);
  const auto head = Cells(lines[0]);
  const auto row = Cells(lines[3]);
  ASSERT_EQ(row.size(), head.size());
  const auto cell = [&](const char* name) {
    const auto at = std::find(head.begin(), head.end(), name) - head.begin();
    return row.at(static_cast<std::size_t>(at));
  };
  EXPECT_EQ(cell("set"), "\"b\"");
  EXPECT_EQ(std::stod(cell("face")), 7);
  EXPECT_EQ(std::stod(cell("kernel")), 13);
  EXPECT_EQ(std::stod(cell("psnr_blurred")), 24.5);
  EXPECT_EQ(std::stod(cell("psnr_restored")), 28.25);
  EXPECT_EQ(std::stod(cell("psnr_whole")), 28.5);
  EXPECT_EQ(std::stod(cell("psnr_blurred_best_shift")), 24.75);
  EXPECT_EQ(std::stod(cell("psnr_restored_best_shift")), 30.5);
  EXPECT_EQ(std::stod(cell("ssim_restored")), 0.75);
  EXPECT_EQ(std::stod(cell("confidence")), 0.9);
  EXPECT_EQ(std::stod(cell("unexplained")), 0.125);
  EXPECT_EQ(cell("identity_blurred"), "") << "not known";
}

TEST(PairTable, WhatCannotBeJudgedIsLeftEmpty) {
  const auto lines = Lines(PairTable({{"a", "", 1, {PairScores()}}}));
  ASSERT_EQ(lines.size(), 2U);
  const auto head = Cells(lines[0]);
  const auto row = Cells(lines[1]);
  for (std::size_t i = 0; i < head.size(); ++i) {
    const bool known = head[i] == "set" || head[i] == "face" || head[i].rfind("psnr", 0) == 0 ||
                       head[i].rfind("ssim", 0) == 0;
    EXPECT_EQ(row.at(i).empty(), !known) << head[i];
  }
}

TEST(PairTable, NamesMayHoldAnything) {
  const auto lines = Lines(PairTable({{"a \"b\", c", "", 1, {Judged()}}}));
  EXPECT_EQ(lines.at(1).rfind("\"a \"\"b\"\", c\",7,", 0), 0U) << lines.at(1);
}

}  // namespace
}  // namespace facedeblur
