#include "facedeblur/face/detector.h"

#include "facedeblur/face/finder_file.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/model_path.h"
#include "facedeblur/util/sha256.h"

namespace facedeblur {

std::string DetectorIdentity::Key() const {
  const std::string all = name + "\n" + scheme + "\n" + sha256;
  constexpr std::size_t kDigits = 16;
  return Sha256(Bytes(all.begin(), all.end())).substr(0, kDigits);
}

FaceDetector::FaceDetector(const LandmarkScheme& scheme) {
  if (scheme == kLandmarkScheme) return;
  throw Error(ErrorKind::kModel, "the " + std::to_string(kLandmarkScheme.count) + " landmarks of " +
                                     kLandmarkScheme.name + " are needed, and it gives " +
                                     std::to_string(scheme.count) + " of " + scheme.name);
}

namespace {

std::filesystem::path FindLandmarkModel(const std::filesystem::path& models) {
  try {
    return FindModel(kLandmarkModel, models);
  } catch (const Error& error) {
    throw Error(error.kind(), std::string(error.what()) + "; Debian has it in libdlib-data");
  }
}

}  // namespace

std::unique_ptr<FaceDetector> LoadDetector(DetectorOptions options,
                                           const std::filesystem::path& models) {
  if (options.search_blurred) options.finder = FindOptionalModel(kFinderFile, models);
  if (!options.landmark_model.empty()) {
    options.landmark_model = FindNamedModel(options.landmark_model, models);
  } else {
    options.finder_reads_all = true;
    options.landmark_model = options.finder.empty() ? FindLandmarkModel(models)
                                                    : FindOptionalModel(kLandmarkModel, models);
  }
  return MakeDlibDetector(options);
}

}  // namespace facedeblur
