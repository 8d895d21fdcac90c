#include <gtest/gtest.h>

#include <filesystem>
#include <opencv2/imgcodecs.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "facedeblur/util/file_io.h"
#include "facedeblur/util/json.h"
#include "support.h"

// The program scores the shipped weights.
namespace facedeblur {
namespace {

using testing::RunProgram;
using testing::TempFolder;

std::string Text(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

/// The values of a column of a table without commas in its cells.
std::vector<double> Column(const std::string& table, const std::string& name) {
  std::istringstream stream(table);
  std::string line;
  std::getline(stream, line);
  std::istringstream head(line);
  std::size_t column = 0;
  std::string cell;
  while (std::getline(head, cell, ',') && cell != name) ++column;
  std::vector<double> values;
  while (std::getline(stream, line)) {
    std::istringstream cells(line);
    for (std::size_t i = 0; i <= column; ++i) std::getline(cells, cell, ',');
    values.push_back(std::stod(cell));
  }
  return values;
}

TEST(Program, EvaluatesWeightsOnFacesThatItBlurs) {
  const TempFolder folder;
  std::filesystem::create_directory(folder / "faces");
  std::filesystem::copy(testing::DataFolder() / "sharp/portrait_01.png", folder / "faces");
  const std::string pairs = (folder / "pairs.csv").string();
  const std::string sheet = (folder / "sheet.png").string();
  const auto run = RunProgram({"evaluate", (folder / "faces").string(), "--kernels-per-face", "2",
                               "--no-baselines", "--format", "json", "--device", "cpu", "--pairs",
                               pairs, "--sheet", sheet});
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  const Json set = Json::parse(Text(run.output)).at("sets").at(0);
  EXPECT_EQ(set.at("faces"), 1);
  EXPECT_EQ(set.at("pairs"), 2);
  const auto psnr = [&](const char* method) {
    return set.at("methods").at(method).at("chip").at("psnr").get<double>();
  };
  EXPECT_GT(psnr("restored"), psnr("blurred") + 1);
  EXPECT_FALSE(cv::imread(sheet).empty());

  // The table has the pairs that the report has the means of.
  const std::string table = Text(ReadFile(pairs));
  for (const char* method : {"blurred", "restored"}) {
    const auto values = Column(table, std::string("psnr_") + method);
    ASSERT_EQ(values.size(), 2U);
    EXPECT_NEAR((values[0] + values[1]) / 2, psnr(method), 1e-6) << method;
  }
  for (const double confidence : Column(table, "confidence")) {
    EXPECT_GE(confidence, 0);
    EXPECT_LE(confidence, 1);
  }
}

}  // namespace
}  // namespace facedeblur
