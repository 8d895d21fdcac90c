#pragma once

#include <array>

namespace facedeblur {

/// One convolution of the reference network, stride 1, Keras "same" padding: (k-1)/2 cells before
/// and k/2 after, which for the even first kernel is 4 and 5.
struct ConvolutionSpec {
  int filters;
  int kernel;
  bool normalized;  ///< batch normalisation (epsilon 1e-3) and ReLU follow
};

/// The 15-convolution end-to-end network of the original notebook, after Hradis et al., "CNN for
/// Direct Text Deblurring" (BMVC 2015), with a first filter about as large as the blur kernel. The
/// third convolution is followed by nothing: a slip in the notebook that is part of its weights.
/// The last one is followed by ReLU alone. Input and output: RGB, 0..255, any size; trained at
/// 64x64.
inline constexpr std::array<ConvolutionSpec, 15> kReferenceLayers = {{
    {128, 10, true},
    {320, 1, true},
    {320, 1, false},
    {320, 1, true},
    {128, 1, true},
    {128, 3, true},
    {512, 1, true},
    {128, 5, true},
    {128, 5, true},
    {128, 3, true},
    {128, 5, true},
    {128, 5, true},
    {256, 1, true},
    {64, 7, true},
    {3, 7, false},
}};
inline constexpr double kReferenceEpsilon = 1e-3;
inline constexpr int kReferenceChipSize = 64;
inline constexpr double kReferenceWhite = 255;

}  // namespace facedeblur
