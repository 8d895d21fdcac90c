#include <gtest/gtest.h>

#include <opencv2/imgcodecs.hpp>
#include <string>

#include "facedeblur/image/metrics.h"
#include "facedeblur/util/file_io.h"
#include "facedeblur/util/json.h"
#include "facedeblur/util/sha256.h"
#include "support.h"

// How the program looks for faces.
namespace facedeblur {
namespace {

using testing::RunProgram;
using testing::TempFolder;

std::string Text(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

/// The faces that a report tells of its only image.
Json FacesIn(const std::string& report) {
  const std::size_t image = report.find(R"({"type":"image")");
  if (image == std::string::npos) return Json::array();
  return Json::parse(report.substr(image, report.find('\n', image) - image)).at("faces");
}

TEST(Program, APhotoOnItsSideIsRestoredAndStaysOnItsSide) {
  const TempFolder folder;
  const cv::Mat upright = cv::imread((testing::DataFolder() / "blurred/portrait_01.png").string());
  cv::Mat turned;
  cv::rotate(upright, turned, cv::ROTATE_90_CLOCKWISE);
  const std::string names[] = {(folder / "upright.png").string(), (folder / "turned.png").string()};
  const std::string outputs[] = {(folder / "upright_out.png").string(),
                                 (folder / "turned_out.png").string()};
  ASSERT_TRUE(cv::imwrite(names[0], upright));
  ASSERT_TRUE(cv::imwrite(names[1], turned));
  Json faces[2];
  for (int i = 0; i < 2; ++i) {
    const auto result = RunProgram({names[i], outputs[i], "--report", "-"});
    ASSERT_EQ(result.exit_code, 0) << result.errors;
    faces[i] = FacesIn(Text(result.output));
    ASSERT_EQ(faces[i].size(), 1U);
  }
  EXPECT_EQ(faces[0].at(0).count("turned"), 0U);
  const double probability = faces[0].at(0).at("probability");
  EXPECT_GT(probability, 0.99) << "a large portrait";
  EXPECT_LE(probability, 1);
  EXPECT_EQ(faces[1].at(0).at("turned"), 90);
  const cv::Mat restored = cv::imread(outputs[1]);
  ASSERT_EQ(restored.size(), turned.size());
  cv::Mat expected;
  cv::rotate(cv::imread(outputs[0]), expected, cv::ROTATE_90_CLOCKWISE);
  const double changed = Psnr(turned, expected);
  EXPECT_GT(Psnr(restored, expected), changed + 6) << "it is restored as the upright one is";
}

TEST(Program, EvaluatesTheSearchWithoutWeights) {
  const std::string folder = (testing::DataFolder() / "sharp").string();
  const auto result = RunProgram({"evaluate", "--finder", folder, "--blur-sizes", "0,45",
                                  "--format", "json", "--device", "cpu"});
  EXPECT_EQ(result.exit_code, 2) << "no device is needed";
  const TempFolder models;
  std::filesystem::create_symlink("/usr/share/dlib/shape_predictor_68_face_landmarks.dat",
                                  models / "shape_predictor_68_face_landmarks.dat");
  const auto run = RunProgram({"evaluate", "--finder", "--blur-sizes", "0,45", folder, "--format",
                               "json", "--models", models.path().string()});
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  const Json json = Json::parse(Text(run.output));
  const Json& blurs = json.at("sets").at(0).at("blurs");
  ASSERT_EQ(blurs.size(), 2U);
  EXPECT_EQ(blurs.at(0).at("recall"), 1.0);
  EXPECT_EQ(blurs.at(0).at("false_faces"), 0);
  EXPECT_EQ(blurs.at(0).at("landmark_error"), 0.0);
  EXPECT_EQ(blurs.at(1).at("blur"), 45);
  EXPECT_LT(blurs.at(1).at("recall"), 1.0);
  EXPECT_EQ(blurs.at(1).count("dlib"), 0U) << "it is dlib's search that is scored";
}

TEST(Program, EvaluatesWhatRestoringTellsOfLandmarks) {
  const TempFolder folder;
  std::filesystem::copy(testing::DataFolder() / "sharp/portrait_03.png", folder.path());
  const auto run = RunProgram({"evaluate", "--finder", "--restore", "--blur-sizes", "0,27",
                               folder.path().string(), "--format", "json", "--device", "cpu",
                               "--landmarks", "shape_predictor_68_face_landmarks.dat"});
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  const Json blurs = Json::parse(Text(run.output)).at("sets").at(0).at("blurs");
  EXPECT_EQ(blurs.at(0).at("restored").at("landmark_error"), 0.0) << "sharp: none is read again";
  EXPECT_EQ(blurs.at(1).at("restored").at("recall"), 1.0);
  EXPECT_LT(blurs.at(1).at("restored").at("landmark_error"), blurs.at(1).at("landmark_error"));
}

TEST(Program, LandmarksAreReadByAModelThatIsNamed) {
  const std::string portrait = (testing::DataFolder() / "sharp/portrait_01.png").string();
  const TempFolder folder;
  std::vector<std::string> detectors;  // the hashes of what they are read with
  const auto landmarks = [&](std::vector<std::string> arguments) {
    for (const std::string& more : {portrait, (folder / "out.png").string()}) {
      arguments.push_back(more);
    }
    const auto run = RunProgram(arguments);
    EXPECT_EQ(run.exit_code, 0) << run.errors;
    const std::string report = Text(run.output);
    detectors.push_back(Json::parse(report.substr(0, report.find('\n'))).at("detector_sha256"));
    return FacesIn(report).at(0).at("landmarks");
  };
  const std::filesystem::path model = "/usr/share/dlib/shape_predictor_68_face_landmarks.dat";
  const Json by_networks = landmarks({"--overwrite", "--report", "-"});
  const Json by_model = landmarks({"--overwrite", "--report", "-", "--landmarks", model.string()});
  EXPECT_NE(by_networks, by_model);
  EXPECT_EQ(detectors.at(0), Sha256(ReadFile(testing::ModelsFolder() / "face_finder.dat")));
  EXPECT_EQ(detectors.at(1), Sha256(ReadFile(model)));
  const auto run = RunProgram(
      {portrait, (folder / "2.png").string(), "--landmarks", (folder / "none.dat").string()});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_NE(run.errors.find("none.dat"), std::string::npos) << run.errors;
  EXPECT_FALSE(std::filesystem::exists(folder / "2.png"));
}

TEST(Program, DrawsTheSearchOfEachFolder) {
  const TempFolder folder;
  std::filesystem::create_directory(folder / "a");
  std::filesystem::create_directory(folder / "b");
  for (const char* name : {"a", "b"}) {
    std::filesystem::copy(testing::DataFolder() / "sharp/portrait_03.png", folder / name);
  }
  const auto run =
      RunProgram({"evaluate", "--finder", "--blur-sizes", "0,45", (folder / "a").string() + "/",
                  (folder / "b").string(), "--plot", (folder / "plot.png").string()});
  ASSERT_EQ(run.exit_code, 0) << run.errors;
  EXPECT_NE(Text(run.output).find("dlib's recall"), std::string::npos);
  EXPECT_FALSE(cv::imread((folder / "a_plot.png").string()).empty());
  EXPECT_FALSE(cv::imread((folder / "b_plot.png").string()).empty());
}

TEST(Program, TheDetectorsThresholdIsAProbability) {
  const std::string portrait = (testing::DataFolder() / "sharp/portrait_01.png").string();
  const TempFolder folder;
  for (const char* value : {"-0.25", "0", "1", "2", "nan", "inf", "much"}) {
    const auto result = RunProgram(
        {portrait, (folder / "out.png").string(), std::string("--detector-threshold=") + value});
    EXPECT_EQ(result.exit_code, 2) << value;
    EXPECT_NE(result.errors.find("--detector-threshold"), std::string::npos) << result.errors;
  }
}

TEST(Program, OptionsOfTheSearchNeedTheFinder) {
  const std::string folder = (testing::DataFolder() / "sharp").string();
  for (const char* option :
       {"--blur-sizes=9", "--min-face=40", "--landmarks=x.dat", "--any-rotation"}) {
    const auto result = RunProgram({"evaluate", folder, option});
    EXPECT_EQ(result.exit_code, 2) << option;
    EXPECT_NE(result.errors.find("--finder"), std::string::npos) << result.errors;
  }
  for (const char* option :
       {"--weights=w.h5", "--noise=0.01", "--sheet-faces=3", "--pairs=p.csv"}) {
    const auto result = RunProgram({"evaluate", "--finder", folder, option});
    EXPECT_EQ(result.exit_code, 2) << option << " is about restoration";
  }
}

}  // namespace
}  // namespace facedeblur
