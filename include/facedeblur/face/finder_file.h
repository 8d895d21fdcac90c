#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "facedeblur/face/face_odds.h"
#include "facedeblur/util/file_io.h"

namespace facedeblur {

/// The file's name, as LoadDetector() looks for it.
inline constexpr char kFinderFile[] = "face_finder.dat";

/// The values of named tensors.
using NamedNumbers = std::map<std::string, std::vector<float>>;

/// What finds blurred faces beside dlib's own search.
struct FinderFile {
  std::string training;  ///< how they were made, for people
  std::string license;   ///< terms of use
  std::string figures;   ///< how good they were found to be, and on what
  /// Of each one the weights of the cells of a window (dlib's fhog features, plane by plane) and
  /// last the score that counts as 0.
  std::vector<std::vector<float>> sub_detectors;
  /// Networks that read landmarks (landmark_network_spec.h), each in a chip that the landmarks of
  /// the one before place.
  std::vector<NamedNumbers> landmark_networks;
  FaceOdds odds;  ///< of windows that the first of them has read
};

/// "FDFINDER", the version and the length of a JSON text as 32-bit numbers, that text, and the
/// numbers of the sub-detectors and of the networks, 32-bit floats. All of it little-endian. The
/// text holds a checksum.
Bytes SerializeFinder(const FinderFile& finder);

/// Whether a file's name is one of those, "*.dat", where weights are expected as well.
bool IsFinderName(const std::filesystem::path& file);

/// Throws Error(kModel) with the cause, not the path, where that is no such file or a damaged one.
FinderFile ParseFinder(const Bytes& bytes);

/// Reads such a file. Throws Error(kModel) with a line that names it.
FinderFile LoadFinder(const std::filesystem::path& file);

}  // namespace facedeblur
