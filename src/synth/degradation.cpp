#include "facedeblur/synth/degradation.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

namespace facedeblur {
namespace {

constexpr double kGamma = 2.2;

/// Light that a sensor clips is brighter than white: without it a lamp's streak comes out grey.
void LiftHighlights(cv::Mat* linear, Random* random) {
  const double lift = random->Uniform(0.5, 3);
  const cv::Mat excess = cv::max(*linear - 0.85, 0.0);
  *linear += excess * (lift / 0.15);
}

cv::Mat BlurInLinearLight(const cv::Mat& sharp, const cv::Mat& kernel,
                          const DegradationOptions& options, Random* random) {
  cv::Mat linear;
  cv::pow(sharp, kGamma, linear);
  if (random->Chance(options.highlights)) LiftHighlights(&linear, random);
  cv::Mat blurred = cv::min(cv::max(BlurInside(linear, kernel), 0.0), 1.0);
  cv::pow(blurred, 1 / kGamma, blurred);
  return blurred;
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

cv::Mat Degrade(const cv::Mat& sharp, const cv::Mat& kernel, const DegradationOptions& options,
                Random* random) {
  cv::Mat picture = random->Chance(options.linear_light)
                        ? BlurInLinearLight(sharp, kernel, options, random)
                        : BlurInside(sharp, kernel);
  const double read = random->Uniform(0, options.max_noise);
  const double shot = random->Uniform(0, options.max_shot_noise);
  AddNoise(read, shot, random, &picture);
  cv::Mat rounded;
  picture.convertTo(rounded, CV_8U, 255);
  if (random->Chance(options.jpeg)) {
    const int quality = random->Integer(options.min_jpeg_quality, options.max_jpeg_quality);
    std::vector<unsigned char> coded;
    cv::imencode(".jpg", rounded, coded, {cv::IMWRITE_JPEG_QUALITY, quality});
    rounded = cv::imdecode(coded, cv::IMREAD_COLOR);
  }
  rounded.convertTo(picture, CV_32F, 1 / 255.0);
  return picture;
}

}  // namespace facedeblur
