#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>

#include "face/landmark_networks.h"
#include "facedeblur/face/chip.h"
#include "facedeblur/face/landmark_network_spec.h"
#include "facedeblur/util/error.h"
#include "nn/blurred_landmark_net.h"
#include "nn/chip_tensor.h"
#include "nn/file_tensor.h"

namespace facedeblur {
namespace {

NamedNumbers NumbersOf(const BlurredLandmarkNet& net) {
  NamedNumbers numbers;
  for (const auto& item : net->named_parameters()) {
    numbers[item.key()] = FromTorch(item.value()).values;
  }
  return numbers;
}

/// Random shapes.
cv::Mat Scene() {
  cv::Mat scene(300, 260, CV_8U);
  cv::RNG random(7);
  random.fill(scene, cv::RNG::UNIFORM, 0, 256);
  cv::GaussianBlur(scene, scene, {}, 5);
  cv::normalize(scene, scene, 0, 255, cv::NORM_MINMAX);
  return scene;
}

Landmarks InChip(BlurredLandmarkNet* net, const cv::Mat& chip) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor found = (*net)->forward(TensorFromChip(chip)).landmarks[0];
  Landmarks landmarks;
  for (int i = 0; i < static_cast<int>(kLandmarkCount); ++i) {
    const auto pixel = [&](int axis) {
      return (found[i][axis].item<float>() + 1) * 0.5F * (kLandmarkChip - 1);
    };
    landmarks.emplace_back(pixel(0), pixel(1));
  }
  return landmarks;
}

/// What the network finds in a chip and its mirror image, in pixels of the image.
Landmarks InImage(BlurredLandmarkNet* net, const cv::Mat& grey, const Similarity& chip_from_image) {
  const cv::Mat chip = ExtractChip(grey, {kLandmarkChip, chip_from_image});
  cv::Mat mirrored;
  cv::flip(chip, mirrored, 1);
  Landmarks landmarks = InChip(net, chip);
  Landmarks others = InChip(net, mirrored);
  MirrorLandmarks(kLandmarkChip, &others);
  for (std::size_t i = 0; i < landmarks.size(); ++i) {
    landmarks[i] = 0.5F * (landmarks[i] + others[i]);
  }
  return chip_from_image.Inverse()(landmarks);
}

void ExpectNear(const std::vector<cv::Point2d>& found, const Landmarks& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_NEAR(found[i].x, expected[i].x, 0.02) << i;
    EXPECT_NEAR(found[i].y, expected[i].y, 0.02) << i;
  }
}

/// Where the network looks first: 0.43 of the window's width between the eyes' middles, and half of
/// that below them the window's middle.
Similarity FirstChip(const cv::Rect& window) {
  const double scale = kFirstEyeDistance / (0.43 * window.width);
  const double middle = 0.5 * (kLandmarkChip - 1);
  return {scale, 0, middle - scale * (window.x + 0.5 * (window.width - 1)),
          middle - scale * (window.y + 0.5 * (window.height - 1))};
}

TEST(BlurredLandmarkNet, WithoutLibTorchItFindsTheSame) {
  BlurredLandmarkNet net;
  const cv::Mat scene = Scene();
  const LandmarkNetworks reader({NumbersOf(net)});
  for (const cv::Rect& window : {cv::Rect(60, 70, 120, 120), cv::Rect(-30, 200, 97, 97)}) {
    ExpectNear(reader.Read(scene, window).landmarks, InImage(&net, scene, FirstChip(window)));
  }
}

/// One that sees eyes somewhere around here, -1 to 1 from edge to edge.
BlurredLandmarkNet Believer(cv::Point2f left, cv::Point2f right) {
  BlurredLandmarkNet net;
  const torch::NoGradGuard no_grad;
  for (auto& item : net->named_parameters()) {
    if (item.key() == "out.weight") item.value() *= 30;
    if (item.key() != "out.bias") continue;
    for (int point = 36; point < 48; ++point) {
      const cv::Point2f& eye = point < 42 ? left : right;
      item.value()[2 * point] = eye.x;
      item.value()[2 * point + 1] = eye.y;
    }
  }
  return net;
}

TEST(BlurredLandmarkNet, TheSecondLooksAtTheFaceUpright) {
  BlurredLandmarkNet second;
  const cv::Mat scene = Scene();
  const cv::Rect window(80, 90, 100, 100);
  int turned = 0;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    torch::manual_seed(seed);
    BlurredLandmarkNet first = Believer({-0.2F, -0.25F}, {0.2F, -0.25F});
    const auto eyes = AlignmentPoints(InImage(&first, scene, FirstChip(window)));
    const double distance = cv::norm(eyes[1] - eyes[0]);
    if (distance < 25 || distance > 80) continue;  // of 43: or the second does not look
    if (std::abs(eyes[1].y - eyes[0].y) > 0.5) ++turned;
    // In its chip they lie side by side, half their distance above the middle.
    const std::vector<cv::Point2f> side_by_side = {{21.5F, 21.5F}, {41.5F, 21.5F}};
    const Similarity upright = EstimateSimilarity({eyes[0], eyes[1]}, side_by_side);
    const LandmarkNetworks reader({NumbersOf(first), NumbersOf(second)});
    ExpectNear(reader.Read(scene, window).landmarks, InImage(&second, scene, upright));
  }
  EXPECT_GT(turned, 0);
}

TEST(BlurredLandmarkNet, WhereTheFirstSeesNoFaceTheSecondDoesNotLook) {
  BlurredLandmarkNet first;
  torch::NoGradGuard no_grad;
  first->named_parameters()["out.weight"].zero_();  // both eyes nearly in one point
  first->named_parameters()["out.bias"].mul_(0.01);
  BlurredLandmarkNet second;
  const cv::Mat scene = Scene();
  const cv::Rect window(80, 90, 100, 100);
  const std::vector<cv::Point2d> alone =
      LandmarkNetworks({NumbersOf(first)}).Read(scene, window).landmarks;
  EXPECT_EQ(LandmarkNetworks({NumbersOf(first), NumbersOf(second)}).Read(scene, window).landmarks,
            alone);
}

TEST(BlurredLandmarkNet, TheMirrorImageIsReadWhereTheChipShowsEnoughOfAFace) {
  BlurredLandmarkNet net;
  const cv::Mat scene = Scene();
  const LandmarkNetworks reader({NumbersOf(net)});
  const cv::Rect window(80, 90, 100, 100);
  const FaceReading whole = reader.Read(scene, window);
  const FaceReading glance = reader.Read(scene, window, *whole.face + 100);
  EXPECT_GE(*glance.face, *whole.face) << "of two looks the lower logit counts";
  EXPECT_NE(glance.landmarks, whole.landmarks);
  const FaceReading patient = reader.Read(scene, window, *glance.face - 0.01);
  EXPECT_EQ(patient.face, whole.face);
  EXPECT_EQ(patient.landmarks, whole.landmarks);
}

TEST(BlurredLandmarkNet, TensorsThatDoNotFitAreNamed) {
  const auto failure = [](const NamedNumbers& numbers) -> std::string {
    try {
      const LandmarkNetworks reader({numbers});
      return "";
    } catch (const Error& error) {
      return error.what();
    }
  };
  NamedNumbers numbers = NumbersOf(BlurredLandmarkNet());
  EXPECT_EQ(failure(numbers), "");
  numbers["hidden.bias"].pop_back();
  EXPECT_NE(failure(numbers).find("hidden.bias"), std::string::npos);
  numbers.erase("hidden.bias");
  EXPECT_NE(failure(numbers).find("hidden.bias"), std::string::npos);
}

}  // namespace
}  // namespace facedeblur
