#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <limits>
#include <opencv2/imgcodecs.hpp>
#include <stdexcept>
#include <string>

#include "facedeblur/photo/photo_restorer.h"
#include "facedeblur/util/error.h"
#include "support.h"

namespace facedeblur {
namespace {

PhotoOptions Options(std::size_t threads = 1) {
  PhotoOptions options;
  options.models = testing::ModelsFolder();
  options.device.kind = DeviceRequest::Kind::kCpu;
  options.threads = threads;
  return options;
}

cv::Mat Photo(const std::string& name) {
  return cv::imread((testing::DataFolder() / "blurred" / name).string(), cv::IMREAD_UNCHANGED);
}

bool Same(const cv::Mat& a, const cv::Mat& b) {
  return a.type() == b.type() && cv::norm(a, b, cv::NORM_INF) == 0;
}

TEST(PhotoRestorer, GivesTheSameOnAnyThreadsAndForSeveralCallersAtOnce) {
  const cv::Mat photo = Photo("group_1.jpg");
  const PhotoRestorer one(Options(1));
  cv::Mat expected = photo.clone();
  const auto faces = one.Restore(&expected);
  EXPECT_GT(faces.size(), 1U);
  EXPECT_FALSE(Same(expected, photo));

  const PhotoRestorer three(Options(3));
  cv::Mat first = photo.clone();
  cv::Mat second = photo.clone();
  auto other = std::async(std::launch::async, [&] { return three.Restore(&first).size(); });
  EXPECT_EQ(three.Restore(&second).size(), faces.size());
  EXPECT_EQ(other.get(), faces.size());
  EXPECT_TRUE(Same(first, expected));
  EXPECT_TRUE(Same(second, expected));
}

TEST(PhotoRestorer, TakesGreyAndSixteenBits) {
  const PhotoRestorer restorer(Options());
  for (const char* name : {"portrait_13_grey.png", "portrait_05_16bit.png"}) {
    const cv::Mat photo = Photo(name);
    cv::Mat restored = photo.clone();
    EXPECT_EQ(restorer.Restore(&restored).size(), 1U) << name;
    EXPECT_EQ(restored.type(), photo.type()) << name;
    EXPECT_FALSE(Same(restored, photo)) << name;
  }
}

TEST(PhotoRestorer, LeavesAPhotoWithoutAFaceAlone) {
  const PhotoRestorer restorer(Options());
  const cv::Mat photo = testing::MakeTestImage({300, 200}, CV_8UC3);
  cv::Mat restored = photo.clone();
  EXPECT_TRUE(restorer.Restore(&restored).empty());
  EXPECT_TRUE(Same(restored, photo));
}

TEST(PhotoRestorer, RestoresAnAlignedFaceAsAWhole) {
  PhotoOptions options = Options();
  options.process.aligned = true;
  const PhotoRestorer restorer(options);
  const cv::Mat crop = Photo("portrait_01.png")(cv::Rect(100, 150, 290, 290)).clone();
  cv::Mat restored = crop.clone();
  const auto faces = restorer.Restore(&restored);
  ASSERT_EQ(faces.size(), 1U);
  EXPECT_EQ(faces[0].box, cv::Rect2f(0, 0, 290, 290));
  EXPECT_FALSE(Same(restored, crop));
}

ErrorKind KindOfFailure(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.kind();
  }
  throw std::logic_error("nothing was thrown");
}

TEST(PhotoRestorer, SaysWhatItCannotTake) {
  const PhotoRestorer restorer(Options());
  for (cv::Mat pixels : {cv::Mat(), cv::Mat(90, 90, CV_32FC3, cv::Scalar::all(0)),
                         cv::Mat(90, 90, CV_8UC2, cv::Scalar::all(0))}) {
    EXPECT_EQ(KindOfFailure([&] { restorer.Restore(&pixels); }), ErrorKind::kUsage);
  }
  PhotoOptions options = Options(0);
  EXPECT_EQ(KindOfFailure([&] { PhotoRestorer{options}; }), ErrorKind::kUsage);
  options = Options();
  options.process.strength = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(KindOfFailure([&] { PhotoRestorer{options}; }), ErrorKind::kUsage);
  options = Options();
  options.weights = "/no/such/weights.h5";
  EXPECT_EQ(KindOfFailure([&] { PhotoRestorer{options}; }), ErrorKind::kModel);
}

}  // namespace
}  // namespace facedeblur
