#pragma once

#include <future>
#include <memory>

#include "cli/restore_options.h"
#include "facedeblur/backend/load_network.h"
#include "facedeblur/face/detector.h"
#include "facedeblur/pipeline/batch_runner.h"

namespace facedeblur {

/// Loads what a batch borrows, beside the first images. What goes wrong is thrown by whoever asks
/// for a model.
class ModelLoader {
 public:
  /// Begins with the detector. The options must outlive it.
  explicit ModelLoader(const RestoreOptions& options);

  /// For the main thread: on others the allocator pays a system call for every page that LibTorch
  /// asks for while it sets itself up.
  void LoadNetworkHere();

  const LoadedNetwork& network() const { return network_.get(); }
  const FaceDetector* detector() const { return detector_.get().get(); }

  BatchModels ForBatch() const;

 private:
  const RestoreOptions& options_;
  std::promise<LoadedNetwork> loading_;
  std::shared_future<LoadedNetwork> network_ = loading_.get_future().share();
  std::shared_future<std::unique_ptr<FaceDetector>> detector_;
};

}  // namespace facedeblur
