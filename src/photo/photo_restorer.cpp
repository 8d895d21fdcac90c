#include "facedeblur/photo/photo_restorer.h"

#include "facedeblur/backend/load_network.h"
#include "facedeblur/pipeline/photo_faces.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/task_pool.h"

namespace facedeblur {
namespace {

void RequirePhoto(const cv::Mat& pixels) {
  const int channels = pixels.channels();
  const bool depth_fits = pixels.depth() == CV_8U || pixels.depth() == CV_16U;
  const bool channels_fit = channels == 1 || channels == 3 || channels == 4;
  if (!pixels.empty() && pixels.dims == 2 && depth_fits && channels_fit) return;
  throw Error(ErrorKind::kUsage, "a photo has 8 or 16 bits and 1, 3 or 4 channels, not " +
                                     std::to_string(channels) + " channels of " +
                                     cv::depthToString(pixels.depth()));
}

}  // namespace

void PhotoOptions::Validate() const {
  if (!(process.strength >= 0 && process.strength <= 1)) {
    throw Error(ErrorKind::kUsage, "strength is between 0 and 1");
  }
  if (threads == 0) throw Error(ErrorKind::kUsage, "at least one thread is needed");
}

struct PhotoRestorer::Parts {
  explicit Parts(const PhotoOptions& options)
      : process(options.process),
        network(LoadNetwork({options.weights, options.models, options.device, options.precision})),
        detector(process.aligned ? nullptr : LoadDetector(options.detector, options.models)),
        pool(options.threads) {}

  ProcessOptions process;
  LoadedNetwork network;
  std::unique_ptr<FaceDetector> detector;
  TaskPool pool;  // last: its threads must end before the rest goes
};

PhotoRestorer::PhotoRestorer(const PhotoOptions& options) {
  options.Validate();
  parts_ = std::make_unique<Parts>(options);
}

PhotoRestorer::~PhotoRestorer() = default;

std::vector<DetectedFace> PhotoRestorer::Restore(cv::Mat* pixels) const {
  RequirePhoto(*pixels);
  return RestoreFacesOf(parts_->detector.get(), *parts_->network.restorer, parts_->process,
                        &parts_->pool, pixels);
}

std::string PhotoRestorer::Device() const {
  const Compute& compute = parts_->network.compute;
  const std::string note = compute.note.empty() ? "" : " (" + compute.note + ")";
  return compute.device.ToString() + note;
}

}  // namespace facedeblur
