#pragma once

#include <filesystem>
#include <memory>
#include <opencv2/core.hpp>

#include "facedeblur/face/landmarks.h"

namespace facedeblur {

/// Tells how much two faces look like the same person: the distance of their embeddings by
/// dlib's face recognition network (a ResNet of 29 layers, trained with a metric loss). Images of
/// one person are usually less than 0.6 apart. Functions may be called from several threads.
class FaceIdentity {
 public:
  virtual ~FaceIdentity() = default;

  /// Reads dlib_face_recognition_resnet_model_v1.dat (public domain, CC0). Throws Error(kModel),
  /// naming the file.
  static std::unique_ptr<FaceIdentity> Load(const std::filesystem::path& file);

  /// The embedding of the face at these landmarks of an 8-bit BGR image: 128x1, CV_32F. Euclidean
  /// distances count.
  virtual cv::Mat Embed(const cv::Mat& image, const Landmarks& landmarks) const = 0;
};

}  // namespace facedeblur
