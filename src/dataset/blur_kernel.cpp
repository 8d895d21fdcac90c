#include "facedeblur/dataset/blur_kernel.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <opencv2/imgproc.hpp>
#include <vector>

namespace facedeblur {
namespace {

using Complex = std::complex<double>;

/// Adds weight at a place between pixels, shared by its four neighbours.
void Splat(double x, double y, float weight, cv::Mat* kernel) {
  const int left = static_cast<int>(std::floor(x));
  const int top = static_cast<int>(std::floor(y));
  const auto fx = static_cast<float>(x - left);
  const auto fy = static_cast<float>(y - top);
  const auto add = [&](int row, int column, float share) {
    if (row < 0 || column < 0 || row >= kernel->rows || column >= kernel->cols) return;
    kernel->at<float>(row, column) += weight * share;
  };
  add(top, left, (1 - fy) * (1 - fx));
  add(top, left + 1, (1 - fy) * fx);
  add(top + 1, left, fy * (1 - fx));
  add(top + 1, left + 1, fy * fx);
}

cv::Mat Normalized(cv::Mat kernel) {
  kernel /= cv::sum(kernel)[0];
  return kernel;
}

/// From a kernel's centre of mass to its middle.
cv::Point2d ShiftToMiddle(const cv::Mat& kernel) {
  double x_mean = 0;
  double y_mean = 0;
  for (int y = 0; y < kernel.rows; ++y) {
    for (int x = 0; x < kernel.cols; ++x) {
      x_mean += x * double{kernel.at<float>(y, x)};
      y_mean += y * double{kernel.at<float>(y, x)};
    }
  }
  const double middle = 0.5 * (kernel.rows - 1);
  return {middle - x_mean, middle - y_mean};
}

/// The path of the camera in arbitrary units.
std::vector<Complex> ShakeTrajectory(Random* random) {
  constexpr int kSteps = 64;
  const double pull = random->Uniform(0, 0.035);
  const double jerk = random->Uniform(0, 0.14);
  const double reversal = random->Uniform(0, 0.1);
  std::vector<Complex> path(kSteps);
  Complex velocity = std::polar(1.0, random->Uniform(0, 2 * M_PI));
  for (std::size_t t = 1; t < kSteps; ++t) {
    if (random->Chance(reversal)) velocity *= std::polar(1.0, M_PI + 0.5 * random->Normal());
    const double along = random->Normal();
    const double across = random->Normal();
    velocity += 0.3 * jerk * Complex(along, across) - pull * path[t - 1];
    velocity /= std::abs(velocity);
    path[t] = path[t - 1] + velocity;
  }
  return path;
}

cv::Mat ShakeOfRandomSize(const KernelOptions& options, Random* random) {
  const int steps = (options.max_size - options.min_shake) / 2;
  return CameraShakeKernel(options.min_shake + 2 * random->Integer(0, steps), random);
}

cv::Mat RandomGaussian(double low, double high, Random* random) {
  const double first = random->Uniform(low, high);
  const double second = random->Uniform(low, high);
  return GaussianKernel(first, second, random->Uniform(0, M_PI));
}

/// A kernel of any size.
DrawnKernel DrawByShares(const KernelOptions& options, Random* random) {
  double pick = random->Uniform(0, 1);
  if ((pick -= options.none) < 0) return {cv::Mat::ones(1, 1, CV_32F), "none"};
  if ((pick -= options.gaussian) < 0) {
    return {RandomGaussian(options.min_sigma, options.max_sigma, random), "gaussian"};
  }
  if ((pick -= options.defocus) < 0) {
    return {DefocusKernel(random->Uniform(options.min_radius, options.max_radius)), "defocus"};
  }
  const cv::Mat shake = ShakeOfRandomSize(options, random);
  if (pick >= options.composed) return {shake, "shake"};
  constexpr double kSmallSigma = 1.5;
  return {
      ComposeKernels(shake, RandomGaussian(std::min(0.5, options.min_sigma), kSmallSigma, random)),
      "composed"};
}

}  // namespace

int OddKernelSize(double size) {
  constexpr int kSmallest = 3;
  return std::max(kSmallest, 2 * cvFloor(0.5 * size) + 1);
}

cv::Mat CameraShakeKernel(int size, Random* random) {
  std::vector<Complex> path = ShakeTrajectory(random);
  Complex low = path[0];
  Complex high = path[0];
  for (const Complex& p : path) {
    low = {std::min(low.real(), p.real()), std::min(low.imag(), p.imag())};
    high = {std::max(high.real(), p.real()), std::max(high.imag(), p.imag())};
  }
  const double extent = std::max({high.real() - low.real(), high.imag() - low.imag(), 1e-3});
  const double scale = (size - 3) * random->Uniform(0.6, 1) / extent;
  const Complex middle = 0.5 * (low + high);
  const double centre = 0.5 * (size - 1);
  cv::Mat kernel = cv::Mat::zeros(size, size, CV_32F);
  constexpr int kSubsteps = 16;
  for (std::size_t t = 0; t + 1 < path.size(); ++t) {
    for (int s = 0; s < kSubsteps; ++s) {
      const Complex p = path[t] + (path[t + 1] - path[t]) * (s / double{kSubsteps}) - middle;
      Splat(p.real() * scale + centre, p.imag() * scale + centre, 1, &kernel);
    }
  }
  return Normalized(kernel);
}

cv::Mat DefocusKernel(double radius) {
  const int half = static_cast<int>(std::ceil(radius + 0.5));
  cv::Mat kernel(2 * half + 1, 2 * half + 1, CV_32F);
  for (int y = -half; y <= half; ++y) {
    for (int x = -half; x <= half; ++x) {
      kernel.at<float>(y + half, x + half) =
          static_cast<float>(std::clamp(radius + 0.5 - std::hypot(x, y), 0.0, 1.0));
    }
  }
  return Normalized(kernel);
}

cv::Mat GaussianKernel(double sigma_x, double sigma_y, double angle) {
  const int half = static_cast<int>(std::ceil(3 * std::max(sigma_x, sigma_y)));
  cv::Mat kernel(2 * half + 1, 2 * half + 1, CV_32F);
  for (int y = -half; y <= half; ++y) {
    for (int x = -half; x <= half; ++x) {
      const double u = (x * std::cos(angle) + y * std::sin(angle)) / sigma_x;
      const double v = (-x * std::sin(angle) + y * std::cos(angle)) / sigma_y;
      kernel.at<float>(y + half, x + half) = static_cast<float>(std::exp(-0.5 * (u * u + v * v)));
    }
  }
  return Normalized(kernel);
}

cv::Mat ComposeKernels(const cv::Mat& first, const cv::Mat& second) {
  const int size = first.rows + second.rows - 1;
  const cv::Mat canvas = FitKernel(first, size);
  cv::Mat flipped;
  cv::flip(second, flipped, -1);  // filter2D correlates
  cv::Mat composed;
  cv::filter2D(canvas, composed, CV_32F, flipped, {-1, -1}, 0, cv::BORDER_CONSTANT);
  return Normalized(cv::max(composed, 0.0));
}

cv::Mat CenterKernel(const cv::Mat& kernel) {
  const cv::Point2d shift = ShiftToMiddle(kernel);
  const cv::Matx23d whole(1, 0, cvRound(shift.x), 0, 1, cvRound(shift.y));
  cv::Mat shifted;
  cv::warpAffine(kernel, shifted, whole, kernel.size(), cv::INTER_NEAREST, cv::BORDER_CONSTANT);
  return Normalized(shifted);
}

cv::Mat CenterKernelExactly(const cv::Mat& kernel) {
  constexpr int kMostPasses = 20;  // what is cut off at the edge moves the centre again
  constexpr double kNear = 0.005;
  cv::Mat centred = kernel;
  for (int pass = 0; pass < kMostPasses; ++pass) {
    const cv::Point2d shift = ShiftToMiddle(centred);
    if (std::hypot(shift.x, shift.y) < kNear) break;
    cv::Mat shifted = cv::Mat::zeros(kernel.size(), CV_32F);
    for (int y = 0; y < kernel.rows; ++y) {
      for (int x = 0; x < kernel.cols; ++x) {
        Splat(x + shift.x, y + shift.y, centred.at<float>(y, x), &shifted);
      }
    }
    centred = Normalized(shifted);
  }
  return centred;
}

cv::Mat FitKernel(const cv::Mat& kernel, int size) {
  const int margin = (size - kernel.rows) / 2;
  cv::Mat fitted = cv::Mat::zeros(size, size, CV_32F);
  if (margin >= 0) {
    kernel.copyTo(fitted(cv::Rect(margin, margin, kernel.cols, kernel.rows)));
    return fitted;
  }
  kernel(cv::Rect(-margin, -margin, size, size)).copyTo(fitted);
  return Normalized(fitted);
}

DrawnKernel RandomKernel(const KernelOptions& options, Random* random) {
  DrawnKernel drawn = DrawByShares(options, random);
  cv::Mat kernel = FitKernel(drawn.kernel, std::max(drawn.kernel.rows, options.max_size));
  if (!options.off_center) kernel = CenterKernel(kernel);
  drawn.kernel = FitKernel(kernel, options.max_size);
  if (!options.off_center) drawn.kernel = CenterKernelExactly(drawn.kernel);
  return drawn;
}

cv::Mat ShrinkKernel(const cv::Mat& kernel, double factor) {
  const double old_middle = 0.5 * (kernel.rows - 1);
  const int reach = static_cast<int>(std::ceil(old_middle / factor));
  cv::Mat shrunk = cv::Mat::zeros(2 * reach + 1, 2 * reach + 1, CV_32F);
  for (int y = 0; y < kernel.rows; ++y) {
    for (int x = 0; x < kernel.cols; ++x) {
      Splat(reach + (x - old_middle) / factor, reach + (y - old_middle) / factor,
            kernel.at<float>(y, x), &shrunk);
    }
  }
  return Normalized(shrunk);
}

cv::Mat TransformKernel(const cv::Mat& kernel, double angle, double scale) {
  const auto centre = static_cast<float>(0.5 * (kernel.rows - 1));
  const cv::Mat turn =
      cv::getRotationMatrix2D({centre, centre}, angle * 180 / M_PI, std::max(scale, 1e-3));
  cv::Mat moved;
  cv::warpAffine(kernel, moved, turn, kernel.size(), cv::INTER_LINEAR, cv::BORDER_CONSTANT);
  return Normalized(moved);
}

}  // namespace facedeblur
