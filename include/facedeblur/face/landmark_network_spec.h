#pragma once

#include <array>

#include "facedeblur/face/landmarks.h"

namespace facedeblur {

/// One stage of the network that reads landmarks in spite of blur: a convolution that halves the
/// image, with a ReLU, and residual blocks of two 3x3 convolutions, with a ReLU behind the last.
struct LandmarkStage {
  int channels;
  int kernel;  ///< of the halving convolution, stride 2
  int padding;
  int blocks;
};

/// From 64x64 grey values to 4x4, then two fully connected layers. It is trained in the backend
/// (nn/blurred_landmark_net.h) and used without LibTorch (face/landmark_networks.h); names of
/// tensors are there, too.
inline constexpr std::array<LandmarkStage, 4> kLandmarkStages = {{
    {32, 6, 2, 0},
    {48, 2, 0, 2},
    {96, 2, 0, 2},
    {128, 2, 0, 2},
}};
inline constexpr int kLandmarkHidden = 256;
/// Two coordinates for each landmark, -1 to 1 from edge to edge, and the logit of being a face.
inline constexpr int kLandmarkOutputs = 2 * static_cast<int>(kLandmarkCount) + 1;

inline constexpr int kLandmarkChip = 64;  ///< input height and width, pixels
/// Distance of the eyes' middles in the chip of the first network, which is placed by the search's
/// window, and in the others', where the face lies upright and may fill more of the chip.
inline constexpr double kFirstEyeDistance = 17;
inline constexpr double kNextEyeDistance = 20;
/// The network takes the chip's mean away and divides by its standard deviation and this.
inline constexpr double kLandmarkContrast = 0.02;

}  // namespace facedeblur
