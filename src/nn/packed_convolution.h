#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>

namespace facedeblur {

/// A convolution made ready for inference on the CPU: its weights lie as they are computed with, a
/// ReLU or a sum is part of the same pass.
class PackedConvolution {
 public:
  struct Options {
    std::int64_t stride = 1;
    std::int64_t padding = 0;
    bool relu = false;
    bool winograd = true;  ///< where that is possible
  };

  /// Whether it would be Winograd's: 3x3, 5x5 or 7x7 in float32, with few channels missing in whole
  /// vectors, on a processor for which there are kernels.
  static bool UsesWinograd(const at::Tensor& weight, at::ScalarType precision,
                           const Options& options);

  /// Weights OxIxKxK, bias O, float32; images and weights are computed with in `precision`,
  /// float32 or bfloat16, and summed in float32. By WinogradConvolution or else by oneDNN; null
  /// in a program built without oneDNN.
  static std::unique_ptr<PackedConvolution> Create(const at::Tensor& weight, const at::Tensor& bias,
                                                   at::ScalarType precision,
                                                   const Options& options);
  virtual ~PackedConvolution() = default;

  /// NxIxHxW of any precision and layout -> NxOxH'xW', channels last, of this precision; a few more
  /// channels may lie between the pixels. May be called from several threads at a time.
  virtual at::Tensor Run(const at::Tensor& images) const = 0;

  /// `sum` plus what Run gives, added before it is rounded. `sum` is overwritten with it where it
  /// has the right precision and layout.
  virtual at::Tensor RunOnto(const at::Tensor& sum, const at::Tensor& images) const = 0;
};

}  // namespace facedeblur
