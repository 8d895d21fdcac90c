#include "face/landmark_networks.h"

#include <algorithm>
#include <opencv2/dnn.hpp>
#include <string>
#include <utility>

#include "facedeblur/face/chip.h"
#include "facedeblur/face/landmark_network_spec.h"
#include "facedeblur/face/landmarks.h"
#include "facedeblur/util/error.h"

namespace facedeblur {
namespace {

using cv::dnn::LayerParams;

/// Puts the layers of OpenCV's network behind each other.
class Builder {
 public:
  Builder(const NamedNumbers& tensors, cv::dnn::Net* net) : tensors_(tensors), net_(net) {}

  void Convolve(const std::string& name, int in, int out, int kernel, int stride, int padding) {
    LayerParams params;
    params.set("kernel_size", kernel);
    params.set("stride", stride);
    params.set("pad", padding);
    params.set("num_output", out);
    params.blobs = {Blob(name + ".weight", {out, in, kernel, kernel}), Blob(name + ".bias", {out})};
    Append(name, "Convolution", params);
  }

  void Connect(const std::string& name, int in, int out) {
    LayerParams params;
    params.set("num_output", out);
    params.set("bias_term", true);
    params.blobs = {Blob(name + ".weight", {out, in}), Blob(name + ".bias", {out})};
    Append(name, "InnerProduct", params);
  }

  void Relu(const std::string& name) {
    LayerParams params;
    Append(name, "ReLU", params);
  }

  /// Two convolutions around a ReLU, added to their input.
  void AddBlock(const std::string& name, int channels) {
    const int input = last_;
    Convolve(name + ".a", channels, channels, 3, 1, 1);
    Relu(name + ".relu");
    Convolve(name + ".b", channels, channels, 3, 1, 1);
    LayerParams params;
    params.set("operation", "sum");
    const int sum = net_->addLayer(name + ".sum", "Eltwise", params);
    net_->connect(input, 0, sum, 0);
    net_->connect(last_, 0, sum, 1);
    last_ = sum;
  }

 private:
  void Append(const std::string& name, const char* type, LayerParams& params) {
    const int layer = net_->addLayer(name, type, params);
    net_->connect(last_, 0, layer, 0);
    last_ = layer;
  }

  cv::Mat Blob(const std::string& name, const std::vector<int>& shape) const {
    const auto found = tensors_.find(name);
    if (found == tensors_.end()) throw Error(ErrorKind::kModel, "it has no tensor " + name);
    std::size_t count = 1;
    for (const int extent : shape) count *= static_cast<std::size_t>(extent);
    if (found->second.size() != count) {
      throw Error(ErrorKind::kModel, "its tensor " + name + " has another number of values");
    }
    cv::Mat blob(shape, CV_32F);
    std::copy(found->second.begin(), found->second.end(), blob.ptr<float>());
    return blob;
  }

  const NamedNumbers& tensors_;
  cv::dnn::Net* net_;
  int last_ = 0;  ///< the layer whose result the next one takes; 0 is the input
};

/// Where the eyes' middles lie.
struct Eyes {
  cv::Point2d left;
  cv::Point2d right;

  double distance() const { return cv::norm(right - left); }
};

/// The middle of dlib's square is half an eye distance below the eyes, and that distance is
/// 0.41 to 0.47 of its width: the means of three sets of faces.
constexpr double kEyeDistance = 0.43;

Eyes ExpectedEyes(const cv::Rect& window) {
  const cv::Point2d middle = 0.5 * cv::Point2d(window.tl() + window.br() - cv::Point(1, 1));
  const double reach = 0.5 * kEyeDistance * window.width;
  return {middle + cv::Point2d(-reach, -reach), middle + cv::Point2d(reach, -reach)};
}

/// dlib's square of a face with such eyes.
cv::Rect SquareBelow(const Eyes& eyes) {
  const cv::Point2d across = eyes.right - eyes.left;
  const cv::Point2d down(-across.y, across.x);
  const cv::Point2d middle = 0.5 * (eyes.left + eyes.right + down);
  const double width = eyes.distance() / kEyeDistance;
  const cv::Point2d first = middle - 0.5 * (width - 1) * cv::Point2d(1, 1);
  return {cvRound(first.x), cvRound(first.y), cvRound(width), cvRound(width)};
}

Eyes EyesOf(const std::vector<cv::Point2d>& landmarks) {
  const std::vector<cv::Point2f> points =
      AlignmentPoints(Landmarks(landmarks.begin(), landmarks.end()));
  return {points[0], points[1]};
}

/// As the chips of the training lie (dataset/training_pair.cpp), without their scatter: the eyes
/// side by side, half their distance above the middle.
Similarity ChipFromImage(const Eyes& eyes, double eye_distance) {
  const auto middle = 0.5F * (kLandmarkChip - 1);
  const auto half = static_cast<float>(0.5 * eye_distance);
  return EstimateSimilarity({eyes.left, eyes.right},
                            {{middle - half, middle - half}, {middle + half, middle - half}});
}

/// What a network takes.
cv::Mat CutChip(const cv::Mat& grey, const Similarity& chip_from_image) {
  cv::Mat chip;
  cv::extractChannel(ExtractChip(grey, {kLandmarkChip, chip_from_image}), chip, 0);
  cv::Scalar mean;
  cv::Scalar deviation;
  cv::meanStdDev(chip, mean, deviation);
  return (chip - mean[0]) / (deviation[0] + kLandmarkContrast);
}

/// The landmarks of a network's outputs, chip pixels.
Landmarks InChip(const float* outputs) {
  const auto pixel = [](float value) { return 0.5F * (kLandmarkChip - 1) * (value + 1); };
  Landmarks landmarks;
  for (std::size_t i = 0; i < kLandmarkCount; ++i) {
    landmarks.emplace_back(pixel(outputs[2 * i]), pixel(outputs[2 * i + 1]));
  }
  return landmarks;
}

}  // namespace

Similarity FirstChip(const cv::Rect& window) {
  return ChipFromImage(ExpectedEyes(window), kFirstEyeDistance);
}

class LandmarkNetworks::Net {
 public:
  explicit Net(const NamedNumbers& tensors) {
    Builder builder(tensors, &net_);
    int channels = 1;
    int side = kLandmarkChip;
    for (std::size_t i = 0; i < kLandmarkStages.size(); ++i) {
      const LandmarkStage& stage = kLandmarkStages[i];
      const std::string number = std::to_string(i);
      builder.Convolve("halve" + number, channels, stage.channels, stage.kernel, 2, stage.padding);
      builder.Relu("halve" + number + ".relu");
      for (int k = 0; k < stage.blocks; ++k) {
        builder.AddBlock("blocks" + number + "." + std::to_string(k), stage.channels);
      }
      builder.Relu("blocks" + number + ".relu");
      channels = stage.channels;
      side /= 2;
    }
    builder.Connect("hidden", channels * side * side, kLandmarkHidden);
    builder.Relu("hidden.relu");
    builder.Connect("out", kLandmarkHidden, kLandmarkOutputs);
    net_.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
    net_.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
  }

  /// Landmarks in the image that the chip is cut from. The chip and its mirror image are read: the
  /// means of both are nearer to the truth, and what is a face is one in both. So where the chip
  /// shows too little of one, the mirror image is not looked at.
  FaceReading Read(const cv::Mat& grey, const Similarity& chip_from_image, double least) {
    const cv::Mat chip = CutChip(grey, chip_from_image);
    Look seen = LookAt(chip);
    if (seen.face >= least) {
      cv::Mat mirrored;
      cv::flip(chip, mirrored, 1);
      Look other = LookAt(mirrored);
      MirrorLandmarks(kLandmarkChip, &other.landmarks);
      for (std::size_t i = 0; i < kLandmarkCount; ++i) {
        seen.landmarks[i] = 0.5F * (seen.landmarks[i] + other.landmarks[i]);
      }
      seen.face = std::min(seen.face, other.face);
    }
    const Similarity image_from_chip = chip_from_image.Inverse();
    FaceReading reading;
    for (const cv::Point2f& point : seen.landmarks) {
      reading.landmarks.push_back(image_from_chip(cv::Point2d(point)));
    }
    reading.face = seen.face;
    return reading;
  }

 private:
  struct Look {
    Landmarks landmarks;  ///< chip pixels
    double face = 0;      ///< a logit
  };

  Look LookAt(const cv::Mat& chip) {
    net_.setInput(cv::dnn::blobFromImage(chip));
    const cv::Mat found = net_.forward();
    const auto* outputs = found.ptr<float>(0);
    return {InChip(outputs), outputs[kLandmarkOutputs - 1]};
  }

  cv::dnn::Net net_;
};

/// Nets that no other thread uses meanwhile.
class LandmarkNetworks::Borrowed {
 public:
  explicit Borrowed(const LandmarkNetworks& owner) : owner_(owner) {
    const std::lock_guard lock(owner.mutex_);
    if (owner.idle_.empty()) {
      for (const NamedNumbers& tensors : owner.networks_) {
        nets_.push_back(std::make_unique<Net>(tensors));
      }
    } else {
      nets_ = std::move(owner.idle_.back());
      owner.idle_.pop_back();
    }
  }
  ~Borrowed() {
    const std::lock_guard lock(owner_.mutex_);
    owner_.idle_.push_back(std::move(nets_));
  }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;

  const Nets& operator*() const { return nets_; }

 private:
  const LandmarkNetworks& owner_;
  Nets nets_;
};

LandmarkNetworks::LandmarkNetworks(std::vector<NamedNumbers> networks)
    : networks_(std::move(networks)) {
  const Borrowed tried(*this);  // throws where they are not what they should be
}

LandmarkNetworks::~LandmarkNetworks() = default;

FaceReading LandmarkNetworks::Read(const cv::Mat& grey, const cv::Rect& window,
                                   double least) const {
  const Borrowed nets(*this);
  const Eyes expected = ExpectedEyes(window);
  Eyes eyes = expected;
  FaceReading reading;
  for (const std::unique_ptr<Net>& net : *nets) {
    const bool first = !reading.face;
    const double eye_distance = first ? kFirstEyeDistance : kNextEyeDistance;
    FaceReading next = net->Read(grey, ChipFromImage(eyes, eye_distance), first ? least : kAnyFace);
    // The first alone has seen what is found in the search's windows and is no face.
    if (!first) next.face = reading.face;
    reading = std::move(next);
    if (reading.face < least) break;
    eyes = EyesOf(reading.landmarks);
    constexpr double kMuch = 2;  // then it is no face, and looking again would lead anywhere
    const double ratio = eyes.distance() / expected.distance();
    reading.square = SquareBelow(eyes);
    const bool outside = (reading.square & cv::Rect({}, grey.size())).empty();
    if (outside || ratio < 1 / kMuch || ratio > kMuch) {
      reading.square = {};
      break;
    }
  }
  return reading;
}

}  // namespace facedeblur
