#include "nn/fourier.h"

#include <torch/fft.h>

#include <array>

namespace facedeblur {

bool IsFastTransformSize(std::int64_t size) {
  for (const std::int64_t factor : {2, 3, 5}) {
    while (size % factor == 0) size /= factor;
  }
  return size == 1;
}

std::int64_t FastTransformSize(std::int64_t size) {
  while (!IsFastTransformSize(size)) ++size;
  return size;
}

torch::Tensor TransformPlanes(const torch::Tensor& planes, std::int64_t rows,
                              std::int64_t columns) {
  const std::array<std::int64_t, 2> size = {rows, columns};  // an IntArrayRef only borrows
  return torch::fft::rfft2(planes, c10::IntArrayRef(size));
}

torch::Tensor PlanesOfTransform(const torch::Tensor& spectra, std::int64_t rows,
                                std::int64_t columns) {
  const std::array<std::int64_t, 2> size = {rows, columns};
  return torch::fft::irfft2(spectra, c10::IntArrayRef(size));
}

}  // namespace facedeblur
