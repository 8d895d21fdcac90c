#include "facedeblur/dataset/degradation.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "facedeblur/dataset/blur_kernel.h"

namespace facedeblur {
namespace {

constexpr double kGamma = 2.2;

/// Light that a sensor clips is brighter than white: without it a lamp's streak comes out grey.
void LiftHighlights(double lift, cv::Mat* linear) {
  constexpr double kNearWhite = 0.85;
  const cv::Mat excess = cv::max(*linear - cv::Scalar::all(kNearWhite), 0.0);
  *linear += excess * (lift / (1 - kNearWhite));
}

cv::Mat Blur(const cv::Mat& picture, const cv::Mat& kernel, const Degradation& d) {
  if (d.turn == 0 && d.stretch == 0) return BlurInside(picture, kernel);
  return BlurVarying(picture, kernel, d.turn, d.stretch, d.direction);
}

cv::Mat BlurInLinearLight(const cv::Mat& sharp, const cv::Mat& kernel, const Degradation& d) {
  cv::Mat linear;
  cv::pow(sharp, kGamma, linear);
  if (d.highlight_lift > 0) LiftHighlights(d.highlight_lift, &linear);
  cv::Mat blurred = cv::min(cv::max(Blur(linear, kernel, d), 0.0), 1.0);
  cv::pow(blurred, 1 / kGamma, blurred);
  return blurred;
}

cv::Mat Resample(const cv::Mat& picture, double scale) {
  cv::Mat small;
  cv::resize(picture, small, {}, scale, scale, cv::INTER_AREA);
  cv::Mat large;
  cv::resize(small, large, picture.size(), 0, 0, cv::INTER_CUBIC);
  return large;
}

/// Poisson-Gaussian noise (Foi et al., IEEE TIP 17-10, 2008) with the Poisson part as a Gaussian of
/// the same variance.
void AddNoise(double read, double shot, Random* random, cv::Mat* picture) {
  for (int y = 0; y < picture->rows; ++y) {
    auto* row = picture->ptr<float>(y);
    for (int i = 0; i < picture->cols * 3; ++i) {
      const double light = std::max(0.0, static_cast<double>(row[i]));
      const double variance = read * read + shot * shot * light;
      row[i] += static_cast<float>(std::sqrt(variance) * random->Normal());
    }
  }
}

}  // namespace

cv::Mat BlurInside(const cv::Mat& sharp, const cv::Mat& kernel) {
  cv::Mat blurred;
  cv::filter2D(sharp, blurred, CV_32F, kernel, {-1, -1}, 0, cv::BORDER_REFLECT_101);
  const int margin = kernel.rows / 2;
  return blurred(cv::Rect(margin, margin, sharp.cols - 2 * margin, sharp.rows - 2 * margin))
      .clone();
}

cv::Mat BlurVarying(const cv::Mat& sharp, const cv::Mat& kernel, double turn_degrees,
                    double stretch, double direction) {
  const double half_turn = turn_degrees * M_PI / 360;
  const cv::Mat first = BlurInside(sharp, TransformKernel(kernel, -half_turn, 1 - 0.5 * stretch));
  const cv::Mat last = BlurInside(sharp, TransformKernel(kernel, half_turn, 1 + 0.5 * stretch));
  cv::Mat mixed(first.size(), first.type());
  // From 0 to 1 along the direction, over the picture's diagonal.
  const double diagonal = std::hypot(first.cols, first.rows);
  const double along_x = std::cos(direction) / diagonal;
  const double along_y = std::sin(direction) / diagonal;
  for (int y = 0; y < mixed.rows; ++y) {
    for (int x = 0; x < mixed.cols; ++x) {
      const double place =
          0.5 + along_x * (x - 0.5 * (mixed.cols - 1)) + along_y * (y - 0.5 * (mixed.rows - 1));
      const auto share = static_cast<float>(place);
      mixed.at<cv::Vec3f>(y, x) =
          first.at<cv::Vec3f>(y, x) * (1 - share) + last.at<cv::Vec3f>(y, x) * share;
    }
  }
  return mixed;
}

Degradation DrawDegradation(const DegradationOptions& options, Random* random) {
  Degradation d;
  d.linear_light = random->Chance(options.linear_light);
  if (d.linear_light && random->Chance(options.highlights)) {
    d.highlight_lift = random->Uniform(0.5, 3);
  }
  if (random->Chance(options.variation)) {
    d.turn = random->Uniform(-1, 1) * options.max_turn;
    d.stretch = random->Uniform(-1, 1) * options.max_stretch;
    d.direction = random->Uniform(0, 2 * M_PI);
  }
  d.read_noise = random->Uniform(0, options.max_noise);
  d.shot_noise = random->Uniform(0, options.max_shot_noise);
  d.noise_seed = random->Bits();
  if (random->Chance(options.resample)) d.resample = random->Uniform(options.min_resample, 1);
  if (random->Chance(options.jpeg)) {
    d.jpeg_quality = random->Integer(options.min_jpeg_quality, options.max_jpeg_quality);
  }
  return d;
}

cv::Mat Degrade(const cv::Mat& sharp, const cv::Mat& kernel, const Degradation& d) {
  cv::Mat picture = d.linear_light ? BlurInLinearLight(sharp, kernel, d) : Blur(sharp, kernel, d);
  if (d.read_noise > 0 || d.shot_noise > 0) {
    Random random(d.noise_seed);
    AddNoise(d.read_noise, d.shot_noise, &random, &picture);
  }
  if (d.resample < 1) picture = Resample(picture, d.resample);
  cv::Mat rounded;
  picture.convertTo(rounded, CV_8U, 255);
  if (d.jpeg_quality > 0) {
    std::vector<unsigned char> coded;
    cv::imencode(".jpg", rounded, coded, {cv::IMWRITE_JPEG_QUALITY, d.jpeg_quality});
    rounded = cv::imdecode(coded, cv::IMREAD_COLOR);
  }
  rounded.convertTo(picture, CV_32F, 1 / 255.0);
  return picture;
}

}  // namespace facedeblur
