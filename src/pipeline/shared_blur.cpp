#include "facedeblur/pipeline/shared_blur.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace facedeblur {
namespace {

constexpr std::size_t kMost = 3;  // blurs: each is a restoration of the whole photo

/// A face whose blur may be that of the photo.
struct Sensor {
  const FaceTask* face;
  double scale;  // kernel pixels for one of the photo
  double trust;
};

std::vector<Sensor> Sensors(const std::vector<FaceTask>& faces) {
  constexpr double kBlurred = 0.5;  // a face that is nearly sharp, or not believed, tells nothing
  std::vector<Sensor> sensors;
  for (const FaceTask& face : faces) {
    const double trust = face.blur.weight * face.confidence;
    if (face.blur.kernel.empty() || trust < kBlurred) continue;
    sensors.push_back({&face, face.blur.scale * face.geometry.chip_from_image.Scale(), trust});
  }
  std::stable_sort(sensors.begin(), sensors.end(),
                   [](const Sensor& a, const Sensor& b) { return a.trust > b.trust; });
  return sensors;
}

/// How far any of their kernels reaches from its middle, however it is turned.
int ReachOf(const std::vector<Sensor>& sensors) {
  int reach = 0;
  for (const Sensor& sensor : sensors) reach = std::max(reach, sensor.face->blur.kernel.rows / 2);
  return static_cast<int>(std::ceil(std::sqrt(2.0) * reach));
}

/// The kernel of a face in the axes of the photo, `scale` of its pixels for one of the photo's.
/// Every entry is spread over the four pixels where it falls: nothing is lost in shrinking, and a
/// scale of at most its own leaves no holes. 2 `reach` + 1 pixels wide and high.
cv::Mat InPhotoAxes(const FaceTask& face, double scale, int reach) {
  const Similarity& chip = face.geometry.chip_from_image;
  // The inverse of a similarity, times the scales.
  const double norm = scale / (face.blur.scale * (chip.a * chip.a + chip.b * chip.b));
  const cv::Mat& kernel = face.blur.kernel;
  const int middle = kernel.rows / 2;
  const int size = 2 * reach + 1;
  cv::Mat turned = cv::Mat::zeros(size, size, CV_32F);
  const auto add = [&](double x, double y, float mass) {
    const int left = static_cast<int>(std::floor(x));
    const int top = static_cast<int>(std::floor(y));
    const auto u = static_cast<float>(x - left);
    const auto v = static_cast<float>(y - top);
    if (left < 0 || top < 0 || left + 1 >= size || top + 1 >= size) return;
    turned.at<float>(top, left) += mass * (1 - u) * (1 - v);
    turned.at<float>(top, left + 1) += mass * u * (1 - v);
    turned.at<float>(top + 1, left) += mass * (1 - u) * v;
    turned.at<float>(top + 1, left + 1) += mass * u * v;
  };
  for (int i = 0; i < kernel.rows; ++i) {
    for (int j = 0; j < kernel.cols; ++j) {
      const int x = j - middle;
      const int y = i - middle;
      add(reach + norm * (chip.a * x + chip.b * y), reach + norm * (chip.a * y - chip.b * x),
          kernel.at<float>(i, j));
    }
  }
  return turned / std::max(cv::sum(turned)[0], 1e-8);
}

/// The cosine between two centred kernels, which may be off by a pixel: 0..1.
double Agreement(const cv::Mat& a, const cv::Mat& b) {
  cv::Mat soft_a;
  cv::Mat soft_b;
  cv::GaussianBlur(a, soft_a, {}, 1);
  cv::GaussianBlur(b, soft_b, {}, 1);
  return soft_a.dot(soft_b) / (cv::norm(soft_a) * cv::norm(soft_b));
}

BlurWitness WitnessOf(const Sensor& sensor) {
  constexpr double kFaces = 4;  // the reach, in chip sizes
  const Similarity image_from_chip = sensor.face->geometry.chip_from_image.Inverse();
  const double middle = 0.5 * (sensor.face->geometry.size - 1);
  return {image_from_chip(cv::Point2d(middle, middle)),
          kFaces * sensor.face->geometry.size * image_from_chip.Scale(), sensor.trust};
}

void Join(const cv::Mat& kernel, const BlurWitness& witness, SharedBlur* blur) {
  double trust = 0;
  for (const BlurWitness& other : blur->witnesses) trust += other.trust;
  const double share = witness.trust / (trust + witness.trust);
  blur->kernel = (1 - share) * blur->kernel + share * kernel;
  blur->witnesses.push_back(witness);
}

}  // namespace

double SharedBlur::WeightAt(cv::Point2d place) const {
  double weight = 0;
  for (const BlurWitness& witness : witnesses) {
    const cv::Point2d away = (place - witness.centre) / witness.reach;
    weight += witness.trust / (1 + away.dot(away));
  }
  return weight;
}

PhotoBlur FindPhotoBlur(const std::vector<FaceTask>& faces) {
  constexpr double kAgree = 0.75;
  PhotoBlur photo;
  const std::vector<Sensor> sensors = Sensors(faces);
  for (const Sensor& sensor : sensors) photo.scale = std::min(photo.scale, sensor.scale);
  const int reach = ReachOf(sensors);
  for (const Sensor& sensor : sensors) {
    const cv::Mat kernel = InPhotoAxes(*sensor.face, photo.scale, reach);
    const auto agrees = [&](const SharedBlur& blur) {
      return Agreement(blur.kernel, kernel) >= kAgree;
    };
    const auto same = std::find_if(photo.blurs.begin(), photo.blurs.end(), agrees);
    if (same != photo.blurs.end()) {
      Join(kernel, WitnessOf(sensor), &*same);
    } else if (photo.blurs.size() < kMost) {
      photo.blurs.push_back({kernel, {WitnessOf(sensor)}});
    }
  }
  return photo;
}

}  // namespace facedeblur
