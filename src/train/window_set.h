#pragma once

#include <torch/types.h>

#include <cstdint>
#include <filesystem>

#include "facedeblur/util/random.h"

namespace facedeblur {

/// Windows of the search, and whether they show a face.
struct WindowBatch {
  torch::Tensor chips;  ///< Nx3x64x64, grey, 0..1
  torch::Tensor face;   ///< N, 1 or 0
};

/// The pictures of a folder as finder/window_folder.h describes it.
class WindowSet {
 public:
  /// Throws Error(kInput) with a line that names the file or folder where there are none, or where
  /// one is no such picture.
  WindowSet(const std::filesystem::path& folder, const torch::Device& device);

  /// Some of them, all equally likely, each shifted a little and mirrored at random.
  WindowBatch Draw(std::int64_t count, Random* random) const;

 private:
  torch::Tensor pictures_;  ///< NxSxS, bytes
  torch::Tensor face_;
  torch::Device device_;
};

}  // namespace facedeblur
