#pragma once

#include <filesystem>

#include "facedeblur/dataset/face_set.h"
#include "support.h"

namespace facedeblur::testing {

inline const FaceDetector& Detector() {
  static const auto detector = [] {
    DetectorOptions options;
    options.landmark_model = "/usr/share/dlib/shape_predictor_68_face_landmarks.dat";
    return MakeDlibDetector(options);
  }();
  return *detector;
}

inline FaceSet LoadFaces(const std::filesystem::path& folder,
                         const std::filesystem::path& cache = {}, std::size_t threads = 2) {
  FaceSetOptions options;
  options.folders = {folder};
  options.cache = cache;
  options.threads = threads;
  return FaceSet::Load(options, Detector());
}

/// The faces of data/sharp.
inline const FaceSet& SampleFaces() {
  static const FaceSet faces = LoadFaces(DataFolder() / "sharp");
  return faces;
}

}  // namespace facedeblur::testing
