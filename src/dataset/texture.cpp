#include "dataset/texture.h"

#include <cmath>
#include <opencv2/imgproc.hpp>

namespace facedeblur {
namespace {

/// Noise of several octaves (Perlin, SIGGRAPH 1985, with cubic interpolation), about 0..1.
cv::Mat Clouds(int size, Random* random) {
  cv::Mat clouds(size, size, CV_32F, cv::Scalar(random->Uniform(0.2, 0.8)));
  for (int cells = 2; cells <= 32; cells *= 2) {
    cv::Mat noise(cells, cells, CV_32F);
    for (int i = 0; i < cells * cells; ++i) {
      noise.ptr<float>()[i] = static_cast<float>(random->Normal());
    }
    cv::resize(noise, noise, clouds.size(), 0, 0, cv::INTER_CUBIC);
    clouds += noise * random->Uniform(0, 0.15);
  }
  return clouds;
}

void DrawShape(double largest, Random* random, cv::Mat* image) {
  const double x = random->Uniform(0, image->cols);
  const double y = random->Uniform(0, image->rows);
  const double width = random->Uniform(2, largest);
  const double height = random->Uniform(2, largest);
  const double angle = random->Uniform(0, 180);
  const cv::Scalar light(random->Uniform(0, 1));
  constexpr int kFilled = -1;
  const int thickness = random->Chance(0.6) ? kFilled : random->Integer(1, 4);
  if (random->Chance(0.7)) {
    cv::ellipse(*image, cv::Point2d(x, y), cv::Size2d(width, height), angle, 0, 360, light,
                thickness, cv::LINE_AA);
  } else {
    const double radians = angle * CV_PI / 180;
    const cv::Point2d half = 2 * width * cv::Point2d(std::cos(radians), std::sin(radians));
    cv::line(*image, cv::Point2d(x, y) - half, cv::Point2d(x, y) + half, light,
             random->Integer(1, 6), cv::LINE_AA);
  }
}

}  // namespace

cv::Mat DrawTexture(int size, Random* random) {
  cv::Mat texture = Clouds(size, random);
  const int shapes = random->Integer(0, 14);
  const double largest = random->Uniform(0.05, 0.4) * size;
  for (int i = 0; i < shapes; ++i) DrawShape(largest, random, &texture);
  texture = cv::min(cv::max(texture, 0.0), 1.0);
  cv::cvtColor(texture, texture, cv::COLOR_GRAY2BGR);
  return texture;
}

}  // namespace facedeblur
