#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace facedeblur {

/// A convolution for inference on the CPU, by oneDNN itself: what LibTorch prepares anew in every
/// call is made once, when a picture's size is first met; the weights lie in the blocks that
/// oneDNN computes in; a ReLU or a sum is part of the same pass.
class PackedConvolution {
 public:
  struct Options {
    std::int64_t stride = 1;
    std::int64_t padding = 0;
    bool relu = false;
  };

  /// Whether the program was built with oneDNN.
  static bool Available();

  /// Null where it is not available. Weights OxIxKxK, bias O, float32; pictures
  /// and weights are computed with in `precision`, float32 or bfloat16, and summed in float32.
  static std::unique_ptr<PackedConvolution> Create(const at::Tensor& weight, const at::Tensor& bias,
                                                   at::ScalarType precision,
                                                   const Options& options);
  ~PackedConvolution();

  /// NxIxHxW of any precision and layout -> NxOxH'xW', channels last, of this precision. May be
  /// called from several threads at a time.
  at::Tensor Run(const at::Tensor& pictures) const;

  /// `sum` plus what Run gives, added before it is rounded. `sum` is overwritten with it where it
  /// has the right precision and layout.
  at::Tensor RunOnto(const at::Tensor& sum, const at::Tensor& pictures) const;

 private:
  struct Variant;
  struct Weights;

  PackedConvolution(std::unique_ptr<Weights> weights, at::ScalarType precision,
                    const Options& options);
  at::Tensor Arrange(const at::Tensor& tensor) const;
  std::shared_ptr<const Variant> VariantFor(at::IntArrayRef size, bool onto) const;

  at::ScalarType precision_;
  Options options_;
  mutable std::mutex mutex_;
  std::unique_ptr<Weights> weights_;
  mutable std::vector<std::shared_ptr<const Variant>> variants_;  // the latest last
};

}  // namespace facedeblur
