#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace facedeblur {

/// A convolution for inference on the CPU: oneDNN's, with its weights brought into the blocks that
/// oneDNN computes in once and not in every call, and with the ReLU in the same pass. Which blocks
/// those are depends on the picture's size, so they are made when a size is first met.
class PackedConvolution {
 public:
  struct Options {
    std::int64_t stride = 1;
    std::int64_t padding = 0;
    bool relu = false;
    bool one_size = false;  ///< all pictures have the first one's size: nothing is kept for others
  };

  /// Null where this LibTorch comes without oneDNN, or with other operators for it. Weights
  /// OxIxKxK, bias O; both are computed with in `precision`, float32 or bfloat16.
  static std::unique_ptr<PackedConvolution> Create(const at::Tensor& weight, const at::Tensor& bias,
                                                   at::ScalarType precision,
                                                   const Options& options);

  /// NxIxHxW of any precision and layout -> NxOxH'xW', channels last, of the weights' precision.
  /// May be called from several threads at a time.
  at::Tensor Run(const at::Tensor& pictures) const;

 private:
  struct Packed {
    std::vector<std::int64_t> size;
    at::IValue weights;  // LibTorch's own object, whose type it does not publish
  };

  PackedConvolution(at::Tensor weight, at::Tensor bias, const Options& options)
      : weight_(std::move(weight)), bias_(std::move(bias)), options_(options) {}
  at::IValue WeightsFor(const std::vector<std::int64_t>& size) const;

  mutable std::mutex mutex_;
  mutable at::Tensor weight_;
  at::Tensor bias_;
  Options options_;
  mutable std::vector<Packed> packed_;  // the latest last
};

}  // namespace facedeblur
