#pragma once

#include <torch/types.h>

#include <cstdint>

namespace facedeblur {

/// Whether a transform of this length is a fast one: its prime factors are 2, 3 and 5. Others take
/// up to twice as long.
bool IsFastTransformSize(std::int64_t size);

/// The smallest fast length that is not below `size`.
std::int64_t FastTransformSize(std::int64_t size);

/// The 2-D Fourier transform of real planes (the last two dimensions), extended by zeros to
/// `rows` x `columns`: ...xHxW -> ...x`rows`x(`columns`/2+1), complex.
torch::Tensor TransformPlanes(const torch::Tensor& planes, std::int64_t rows, std::int64_t columns);

/// Its inverse: back to ...x`rows`x`columns`, real.
torch::Tensor PlanesOfTransform(const torch::Tensor& spectra, std::int64_t rows,
                                std::int64_t columns);

}  // namespace facedeblur
