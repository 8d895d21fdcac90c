#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace facedeblur {

/// Sides of a tile in F(4x4, 3x3): of its results, of the pixels they are made of, and the elements
/// of its transform.
struct WinogradTile {
  static constexpr int kOut = 4;
  static constexpr int kIn = 6;
  static constexpr int kElements = kIn * kIn;
};

/// One convolution, as its kernels need it: images are NxHxWxC, float32.
struct WinogradCall {
  int images;
  int height;
  int width;
  int inputs;   ///< channels
  int outputs;  ///< channels
  const float* source;
  const float* filters;  ///< as packed
  const float* bias;
  float* target;
  bool add;   ///< to what is in the target
  bool relu;  ///< behind that
  int tiles_at_once;
  float* transformed;  ///< scratch, kElements * tiles_at_once * inputs
  float* products;     ///< scratch, kElements * tiles_at_once * outputs
};

/// What computes it, for one set of instructions.
struct WinogradKernels {
  int width;  ///< both numbers of channels must be multiples of it
  int tiles;  ///< that are multiplied together
  void (*pack)(const float* weights, int inputs, int outputs, float* filters);
  void (*convolve)(const WinogradCall& call);
};
extern const WinogradKernels kWinogradAvx2;
extern const WinogradKernels kWinogradAvx512;

/// Those that this processor can run, the fastest first; there may be none.
std::vector<const WinogradKernels*> RunnableWinogradKernels();

/// A 3x3 convolution, stride 1, zeros around the image, by Winograd's minimal filtering: F(4x4,
/// 3x3) of Lavin and Gray ("Fast Algorithms for Convolutional Neural Networks", CVPR 2016), which
/// does a quarter of the multiplications. On the calling thread; every result is the same bits
/// whatever else is in the batch. May be called from several threads at a time.
class WinogradConvolution {
 public:
  /// Whether there are kernels for these channels.
  static bool Supports(int inputs, int outputs);

  /// `weights` OxIx3x3, `bias` O, for channels that are supported.
  WinogradConvolution(const float* weights, const float* bias, int inputs, int outputs);
  /// With these kernels, whose width divides the channels.
  WinogradConvolution(const float* weights, const float* bias, int inputs, int outputs,
                      const WinogradKernels* kernels);
  ~WinogradConvolution();

  /// NxHxWxI -> NxHxWxO; with `add` onto what is in `target`, with `relu` no less than 0 after
  /// that.
  void Run(const float* source, int images, int height, int width, bool add, bool relu,
           float* target) const;

 private:
  struct Packed;
  std::unique_ptr<Packed> packed_;
};

}  // namespace facedeblur
