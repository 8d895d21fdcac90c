#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "facedeblur/face/landmarks.h"

namespace facedeblur {

/// The landmark model's file, as LoadDetector() looks for it.
inline constexpr char kLandmarkModel[] = "shape_predictor_68_face_landmarks.dat";

struct DetectorOptions {
  /// dlib's 68-point shape predictor (a .dat file); not needed where the finder reads landmarks.
  std::filesystem::path landmark_model;
  /// With both, whether the finder reads all landmarks, or only those of faces that the search is
  /// not sure of.
  bool finder_reads_all = false;
  /// Sub-detectors to add to dlib's own, and networks that read landmarks (finder_file.h); or none.
  std::filesystem::path finder;
  /// Smallest face to look for, pixels of the photo (width of dlib's face square). 0: 40 in photos
  /// of up to `auto_pixels` / 4 pixels; in larger photos more, so that the cost stays the same.
  int min_face = 0;
  /// With min_face 0: pixels of the copy that is searched, at most.
  std::int64_t auto_pixels = 8'000'000;
  /// How likely something must be to count as a face (DetectedFace::probability), between 0 and 1.
  /// models/README.md tells what others than this one find.
  double threshold = 0.8;
  /// Where a photo shows no face upright, look for faces turned by 90, 180 and 270 degrees, as in a
  /// scan that lies on its side.
  bool search_turned = true;
  /// Look for faces turned by any multiple of 45 degrees, unless one is upright beyond doubt.
  bool any_rotation = false;

  /// Whether LoadDetector() looks for a finder, which finds faces in spite of strong blur.
  bool search_blurred = true;

  /// For sets of faces that are known to be sharp and upright.
  static DetectorOptions SharpAndUpright() {
    DetectorOptions options;
    options.search_turned = false;
    options.search_blurred = false;
    return options;
  }
};

/// What decides where a detector finds faces and landmarks; for reports and cache keys.
struct DetectorIdentity {
  std::string name;    ///< method, library and the options that change results
  std::string scheme;  ///< LandmarkScheme::name
  std::string sha256;  ///< of the file that landmarks are read with; of both, of the model's

  /// All of it as one word, 16 hexadecimal digits.
  std::string Key() const;
};

/// Finds faces and their landmarks, all of them in kLandmarkScheme. Its functions may be called
/// from several threads at once.
class FaceDetector {
 public:
  /// `scheme` is that of the landmarks it finds. Throws Error(kModel) where it is not
  /// kLandmarkScheme.
  explicit FaceDetector(const LandmarkScheme& scheme);
  virtual ~FaceDetector() = default;
  FaceDetector(const FaceDetector&) = delete;
  FaceDetector& operator=(const FaceDetector&) = delete;

  /// The first call reads the landmark model's file again: some tenths of a second, which a run
  /// that needs no identity does not pay. Throws Error(kModel) when the file is no longer the one
  /// that was loaded.
  virtual DetectorIdentity identity() const = 0;

  /// Faces in a photo (8 or 16 bits; 1, 3 or 4 channels), largest first, equal ones from left to
  /// right. The search runs on a copy scaled so that the smallest wanted face just fills dlib's
  /// window of 80 pixels. Where it finds none, turned copies are searched as the options say.
  /// Where it finds doubtful ones, the copy that is upside down is searched, too, and counts where
  /// its faces are much surer; with `any_rotation`, all turned copies add to them.
  virtual std::vector<DetectedFace> Detect(const cv::Mat& pixels) const = 0;

  /// The landmarks of an upright face whose square is known, as DetectedFace::box would be, in a
  /// photo as for Detect(). Without a search; empty where a detector cannot do that, or no better
  /// than in its search.
  virtual Landmarks ReadLandmarks(const cv::Mat& /*pixels*/, const cv::Rect2f& /*square*/) const {
    return {};
  }
};

/// dlib's HOG detector, with sub-detectors of our own where the options name them. Faces that the
/// search is sure of have their landmarks read by dlib's shape predictor (Kazemi and Sullivan, CVPR
/// 2014), others by the finder's networks; where one of the two is missing, or where the options
/// say so, the other reads all. Throws Error(kModel) when a file cannot be read, or the landmark
/// model gives other points than those of kLandmarkScheme.
std::unique_ptr<FaceDetector> MakeDlibDetector(const DetectorOptions& options);

std::string DlibVersion();

/// The detector with the finder beside the other models where there is one and it is wanted,
/// whatever the options name, and with the landmark model that they name. Where they name none, the
/// finder reads the landmarks; where it cannot, or there is none, dlib's landmark model does, as
/// FindModel() finds it (util/model_path.h). Throws Error(kModel).
std::unique_ptr<FaceDetector> LoadDetector(DetectorOptions options,
                                           const std::filesystem::path& models);

/// Scale of the copy that is searched in a photo of the given size (see DetectorOptions).
double DetectionScale(const DetectorOptions& options, cv::Size photo);

/// Scale of the turned copies: half of DetectionScale(), so that photos without faces cost little
/// more; the same in photos that are small anyway, and with DetectorOptions::min_face.
double TurnedScale(const DetectorOptions& options, cv::Size photo);

}  // namespace facedeblur
