#include "facedeblur/pipeline/shared_blur.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace facedeblur {
namespace {

constexpr std::size_t kMost = 3;  // blurs: each is a restoration of the whole photo
constexpr double kAgree = 0.75;   // see Agreement()

/// A face whose blur may be that of the photo.
struct Sensor {
  const FaceTask* face;
  double scale;  // kernel pixels for one of the photo
  double trust;
};

double TrustIn(const FaceTask& face) { return face.blur.weight * face.confidence; }

/// A face that is nearly sharp, or not believed, tells nothing.
bool TellsOfBlur(const FaceTask& face) {
  constexpr double kBlurred = 0.5;
  return !face.blur.kernel.empty() && TrustIn(face) >= kBlurred;
}

std::vector<Sensor> Sensors(const std::vector<FaceTask>& faces) {
  std::vector<Sensor> sensors;
  for (const FaceTask& face : faces) {
    if (!TellsOfBlur(face)) continue;
    const double trust = TrustIn(face);
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

/// A kernel as another pixel grid sees it, around the middle of `size` x `size` pixels; shifts of
/// the similarity do not count. Each entry is spread over the four pixels where it falls, in parts
/// where it is enlarged: so nothing is lost and no hole is left.
cv::Mat MapKernel(const cv::Mat& kernel, const Similarity& to_from, int size) {
  const double scale = to_from.Scale();
  const int parts = scale > 1 ? cvCeil(2 * scale) : 1;
  cv::Mat mapped = cv::Mat::zeros(size, size, CV_32F);
  const auto add = [&](double x, double y, float mass) {
    const int left = static_cast<int>(std::floor(x));
    const int top = static_cast<int>(std::floor(y));
    const auto u = static_cast<float>(x - left);
    const auto v = static_cast<float>(y - top);
    if (left < 0 || top < 0 || left + 1 >= size || top + 1 >= size) return;
    mapped.at<float>(top, left) += mass * (1 - u) * (1 - v);
    mapped.at<float>(top, left + 1) += mass * u * (1 - v);
    mapped.at<float>(top + 1, left) += mass * (1 - u) * v;
    mapped.at<float>(top + 1, left + 1) += mass * u * v;
  };
  const double middle = 0.5 * (kernel.rows - 1);
  const double new_middle = 0.5 * (size - 1);
  const auto place = [&](int entry, int part) {
    return entry + (part + 0.5) / parts - 0.5 - middle;
  };
  const auto shares = static_cast<float>(parts * parts);
  for (int i = 0; i < kernel.rows * parts; ++i) {
    for (int j = 0; j < kernel.cols * parts; ++j) {
      const double x = place(j / parts, j % parts);
      const double y = place(i / parts, i % parts);
      add(new_middle + to_from.a * x - to_from.b * y, new_middle + to_from.b * x + to_from.a * y,
          kernel.at<float>(i / parts, j / parts) / shares);
    }
  }
  return mapped / std::max(cv::sum(mapped)[0], 1e-8);
}

Similarity Scaled(Similarity similarity, double factor) {
  similarity.a *= factor;
  similarity.b *= factor;
  return similarity;
}

/// The kernel of a face in the axes of the photo, `scale` of its pixels for one of the photo's;
/// 2 `reach` + 1 pixels wide and high.
cv::Mat InPhotoAxes(const FaceTask& face, double scale, int reach) {
  const Similarity image_from_chip = face.geometry.chip_from_image.Inverse();
  return MapKernel(face.blur.kernel, Scaled(image_from_chip, scale / face.blur.scale),
                   2 * reach + 1);
}

/// The kernel of a face as another one would show it, as large as that one's own.
cv::Mat InAxesOf(const FaceTask& to, const FaceTask& from) {
  const Similarity to_from = to.geometry.chip_from_image * from.geometry.chip_from_image.Inverse();
  return MapKernel(from.blur.kernel, Scaled(to_from, to.blur.scale / from.blur.scale),
                   to.blur.kernel.rows);
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

std::vector<cv::Mat> ShareKernels(const std::vector<FaceTask>& faces) {
  constexpr double kLeastTrust = 0.05;
  std::vector<cv::Mat> shared(faces.size());
  for (std::size_t i = 0; i < faces.size(); ++i) {
    const FaceTask& face = faces[i];
    if (face.blur.kernel.empty()) continue;
    double sum = std::max(TrustIn(face), kLeastTrust);
    cv::Mat kernel = sum * face.blur.kernel;
    bool alone = true;
    for (std::size_t k = 0; k < faces.size(); ++k) {
      if (k == i || !TellsOfBlur(faces[k])) continue;
      const cv::Mat other = InAxesOf(face, faces[k]);
      if (Agreement(face.blur.kernel, other) < kAgree) continue;
      kernel += TrustIn(faces[k]) * other;
      sum += TrustIn(faces[k]);
      alone = false;
    }
    if (!alone) shared[i] = kernel / sum;
  }
  return shared;
}

}  // namespace facedeblur
