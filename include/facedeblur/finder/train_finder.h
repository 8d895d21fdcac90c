#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "facedeblur/dataset/pair_options.h"
#include "facedeblur/face/detector.h"
#include "facedeblur/face/finder_file.h"

namespace facedeblur {

struct FinderTrainingOptions {
  std::vector<std::filesystem::path> folders;  ///< of sharp photos with faces
  std::size_t photos = 1000;  ///< at most; drawn from the folders, all equally likely
  double smallest_face = 85;  ///< width of the detector's square in the copies, pixels ...
  /// ... drawn from this range, the logarithm evenly. Large copies show small things that are no
  /// faces; photos are enlarged for the search.
  double largest_face = 260;
  PairOptions pairs = BlurToFind();  ///< what the copies go through; pixels at a face of 128
  /// FinderFile::sub_detectors of an earlier training, to which only networks are added; or none.
  std::vector<std::vector<float>> sub_detectors = {};
  /// FinderFile::landmark_networks; with none, landmarks are dlib's, and nobody vets windows.
  std::vector<NamedNumbers> landmark_networks = {};
  double c = 30;  ///< of the support vector machine
  std::uint64_t seed = 1;
  std::size_t threads = 1;          ///< that read the photos; training itself takes one
  std::function<bool()> stop = {};  ///< asked between the photos
  std::function<void(const std::string&)> say = [](const std::string&) {};  ///< progress

  /// Mostly camera shake of 9 to 61 pixels.
  static PairOptions BlurToFind();
};

/// What came of it.
struct FinderTraining {
  FinderFile finder;
  std::size_t trained_on = 0;    ///< photos
  std::size_t held_out = 0;      ///< photos that set the threshold and gave the figures
  std::size_t faces = 0;         ///< in those held out, blurred
  std::size_t found_before = 0;  ///< of them, by dlib's own sub-detectors
  std::size_t found = 0;         ///< with the new one
};

/// Trains one more sub-detector for the HOG search (dlib's structural support vector machine over
/// its fhog features: King, "Max-Margin Object Detection", arXiv 1502.00046) on blurred copies of
/// photos. `detector` tells where the faces are, from the sharp photos. Every eighth photo is held
/// out, and all of them where sub-detectors are given. On those, dlib's own sub-detectors find some
/// windows that are no faces at the usual threshold; the new one's threshold is set so that it adds
/// none, with `kFinderCaution` to spare. Where there are landmark networks, the odds of windows
/// that they read are fitted on the same photos, on these with their faces covered, and on made-up
/// pictures. The same arguments give the same bytes, whatever the number of threads. Photos
/// whose scaled copy would have more than 16 megapixels are left out. Takes some megabytes of
/// memory for each portrait, more for photos of small faces.
/// Throws Error(kInput) where there are too few photos with faces, and where it was stopped.
FinderTraining TrainFinder(const FinderTrainingOptions& options, const FaceDetector& detector);

/// For FinderFile::landmark_networks: the tensors of a weights file of face-landmarks-2, or the
/// networks of a face_finder.dat. Throws Error(kModel) with a line that names the file.
std::vector<NamedNumbers> ReadLandmarkNetworks(const std::filesystem::path& file);

/// On detectors' scores.
inline constexpr double kFinderCaution = 0.15;

}  // namespace facedeblur
