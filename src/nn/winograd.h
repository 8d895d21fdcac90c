#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace facedeblur {

/// How far apart the elements of a transform lie, each a matrix. Not by a power of two, which would
/// put all of them in the same few lines of a cache.
constexpr std::ptrdiff_t WinogradPlane(int rows, int columns) {
  return static_cast<std::ptrdiff_t>(rows) * columns + 16;
}

/// A stack of images, NxHxWxC, float32.
struct WinogradImages {
  const float* at;
  int count;
  int height;
  int width;
  int channels;
};

/// One convolution, as its kernels need it.
struct WinogradCall {
  WinogradImages source;
  int outputs;           ///< channels
  const float* filters;  ///< as packed
  const float* bias;
  float* target;  ///< NxHxWxO
  bool add;       ///< to what is in the target
  bool relu;      ///< behind that
  int tiles_at_once;
  float* transformed;  ///< scratch, elements planes, tiles_at_once x inputs
  float* products;     ///< scratch, elements planes, tiles_at_once x outputs
};

/// The gradient of one convolution's filters, for some of its input channels.
struct WinogradSlopesCall {
  WinogradImages source;
  WinogradImages slopes;  ///< of the results: of the same size, C is the number of outputs
  int first_input;
  int inputs;     ///< for which the gradient is wanted
  float* target;  ///< OxIxKxK of all inputs
  int tiles_at_once;
  int inputs_at_once;
  float* transformed;         ///< scratch, elements planes, tiles_at_once x inputs_at_once
  float* transformed_slopes;  ///< scratch, elements planes, tiles_at_once x outputs
  float* products;            ///< scratch, elements planes, inputs x outputs
};

/// What computes them, for one size of filters.
struct WinogradMethod {
  int filter;    ///< its side
  int elements;  ///< of a tile's transform
  void (*pack)(const float* weights, int inputs, int outputs, float* filters);
  void (*convolve)(const WinogradCall& call);
  void (*find_slopes)(const WinogradSlopesCall& call);
};

/// The same for one set of instructions.
struct WinogradKernels {
  int width;  ///< both numbers of channels must be multiples of it
  int tiles;  ///< that are multiplied together
  WinogradMethod methods[3];

  /// Null where there is none for filters of this size.
  const WinogradMethod* For(int filter) const;
};
extern const WinogradKernels kWinogradAvx2;
extern const WinogradKernels kWinogradAvx512;

/// Those that this processor can run, the fastest first; there may be none.
std::vector<const WinogradKernels*> RunnableWinogradKernels();

/// A convolution with filters of 3x3, 5x5 or 7x7, stride 1, zeros around the image, by Winograd's
/// minimal filtering: F(4x4, 3x3), F(4x4, 5x5) and F(2x2, 7x7) of Lavin and Gray ("Fast Algorithms
/// for Convolutional Neural Networks", CVPR 2016). They do 1/4, 4/25 and 16/49 of the
/// multiplications. On the calling thread; every result is the same bits whatever else is in the
/// batch. May be called from several threads at a time.
class WinogradConvolution {
 public:
  /// Whether there are kernels for filters of this side and these channels.
  static bool Supports(int filter, int inputs, int outputs);

  /// `weights` OxIxKxK with K = `filter`, `bias` O, for what is supported.
  WinogradConvolution(const float* weights, const float* bias, int filter, int inputs, int outputs);
  /// With these kernels, whose width divides the channels.
  WinogradConvolution(const float* weights, const float* bias, int filter, int inputs, int outputs,
                      const WinogradKernels* kernels);
  ~WinogradConvolution();

  /// NxHxWxI -> NxHxWxO; with `add` onto what is in `target`, with `relu` no less than 0 after
  /// that.
  void Run(const WinogradImages& source, bool add, bool relu, float* target) const;

 private:
  struct Packed;
  std::unique_ptr<Packed> packed_;
};

/// For training: the gradient of a loss with respect to the filters, from `slopes`, its gradient
/// with respect to the results. Fills in inputs [first, first + inputs) of `target`, OxIxKxK. The
/// same bits however the inputs are divided among calls, which may come from several threads at a
/// time.
void FindWinogradSlopes(const WinogradImages& source, const WinogradImages& slopes, int filter,
                        int first, int inputs, float* target);
/// With these kernels, whose width divides the channels and the inputs of the call.
void FindWinogradSlopes(const WinogradImages& source, const WinogradImages& slopes, int filter,
                        int first, int inputs, float* target, const WinogradKernels* kernels);

}  // namespace facedeblur
