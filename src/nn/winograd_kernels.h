// Winograd's convolution F(4x4, 3x3) for one width of vectors. One source file for each set of
// instructions includes it, after defining kWidth, kVectors and kTiles. Everything is in an
// anonymous namespace and calls no library: an inline function of a library would be compiled here
// for new processors, and the linker might keep that copy for the whole program.
//
// Matrices after Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016:
// the 6x6 pixels d of a tile become V = B' d B, filters g become U = G g G', and for each of the 36
// elements M = sum over channels of U V; the tile's 4x4 results are A' M A.
#include <cstddef>

#include "nn/winograd.h"

namespace facedeblur {
namespace {

using Vector = float __attribute__((vector_size(kWidth * sizeof(float)), aligned(4), may_alias));

constexpr int kOut = WinogradTile::kOut;
constexpr int kIn = WinogradTile::kIn;
constexpr int kElements = WinogradTile::kElements;

inline Vector Load(const float* at) { return *reinterpret_cast<const Vector*>(at); }
inline void Store(float* at, Vector value) { *reinterpret_cast<Vector*>(at) = value; }

/// B' d for one column of six.
inline void TransformInput(const Vector (&d)[kIn], Vector (&v)[kIn]) {
  const Vector even = d[4] - 4 * d[2];
  const Vector odd = d[3] - 4 * d[1];
  const Vector near = d[4] - d[2];
  const Vector far = 2 * (d[3] - d[1]);
  v[0] = 4 * d[0] - 5 * d[2] + d[4];
  v[1] = even + odd;
  v[2] = even - odd;
  v[3] = near + far;
  v[4] = near - far;
  v[5] = 4 * d[1] - 5 * d[3] + d[5];
}

/// A' m for one column of six.
inline void TransformOutput(const Vector (&m)[kIn], Vector (&y)[kOut]) {
  const Vector sum_near = m[1] + m[2];
  const Vector difference_near = m[1] - m[2];
  const Vector sum_far = m[3] + m[4];
  const Vector difference_far = m[3] - m[4];
  y[0] = m[0] + sum_near + sum_far;
  y[1] = difference_near + 2 * difference_far;
  y[2] = sum_near + 4 * sum_far;
  y[3] = difference_near + 8 * difference_far + m[5];
}

/// G g for one column of three.
inline void TransformFilter(const Vector (&g)[3], Vector (&u)[kIn]) {
  const Vector outer = g[0] + g[2];
  const Vector far = g[0] * (1.0F / 24) + g[2] * (1.0F / 6);
  u[0] = g[0] * (1.0F / 4);
  u[1] = (outer + g[1]) * (-1.0F / 6);
  u[2] = (outer - g[1]) * (-1.0F / 6);
  u[3] = far + g[1] * (1.0F / 12);
  u[4] = far - g[1] * (1.0F / 12);
  u[5] = g[2];
}

/// Where a tile lies: its image and its first row and column of results.
struct Place {
  const float* image;  ///< HxWxI
  int row;
  int column;
};

Place PlaceOf(const WinogradCall& call, int tile) {
  const int across = (call.width + kOut - 1) / kOut;
  const int down = (call.height + kOut - 1) / kOut;
  const int n = tile / (across * down);
  const int rest = tile % (across * down);
  return {call.source + static_cast<std::ptrdiff_t>(n) * call.height * call.width * call.inputs,
          rest / across * kOut, rest % across * kOut};
}

/// One column of a tile's pixels, for kWidth channels, zero outside the image.
inline void LoadColumn(const WinogradCall& call, const Place& place, int column, int channel,
                       Vector (&d)[kIn]) {
  const int x = place.column + column - 1;
  const bool inside = x >= 0 && x < call.width;
  const float* const top = place.image + static_cast<std::ptrdiff_t>(x) * call.inputs + channel;
  for (int i = 0; i < kIn; ++i) {
    const int y = place.row + i - 1;
    d[i] = inside && y >= 0 && y < call.height
               ? Load(top + static_cast<std::ptrdiff_t>(y) * call.width * call.inputs)
               : Vector{};
  }
}

/// V of tiles [first, first + count): 36 x count x inputs.
void TransformInputs(const WinogradCall& call, int first, int count) {
  const std::ptrdiff_t plane = static_cast<std::ptrdiff_t>(count) * call.inputs;
  for (int t = 0; t < count; ++t) {
    const Place place = PlaceOf(call, first + t);
    for (int channel = 0; channel < call.inputs; channel += kWidth) {
      Vector columns[kIn][kIn];  // B' d, column by column
      for (int j = 0; j < kIn; ++j) {
        Vector d[kIn];
        LoadColumn(call, place, j, channel, d);
        TransformInput(d, columns[j]);
      }
      float* to = call.transformed + static_cast<std::ptrdiff_t>(t) * call.inputs + channel;
      for (int i = 0; i < kIn; ++i) {
        const Vector row[kIn] = {columns[0][i], columns[1][i], columns[2][i],
                                 columns[3][i], columns[4][i], columns[5][i]};
        Vector v[kIn];
        TransformInput(row, v);
        for (int j = 0; j < kIn; ++j, to += plane) Store(to, v[j]);
      }
    }
  }
}

/// products[t][...] = sum over inputs of v[t][i] * u[i][...] for `Tiles` tiles and `Vectors`
/// vectors of outputs, all sums in registers.
template <int Tiles, int Vectors>
void MultiplyGroup(const float* v, const float* u, int inputs, int outputs, float* products) {
  constexpr std::ptrdiff_t kStep = std::ptrdiff_t{Vectors} * kWidth;
  Vector sums[Tiles][Vectors] = {};
  for (int i = 0; i < inputs; ++i, u += kStep) {
    Vector filter[Vectors];
    for (std::ptrdiff_t k = 0; k < Vectors; ++k) filter[k] = Load(u + k * kWidth);
    for (int t = 0; t < Tiles; ++t) {
      const float pixel = v[static_cast<std::ptrdiff_t>(t) * inputs + i];
      for (int k = 0; k < Vectors; ++k) sums[t][k] += pixel * filter[k];
    }
  }
  for (int t = 0; t < Tiles; ++t) {
    for (std::ptrdiff_t k = 0; k < Vectors; ++k) {
      Store(products + static_cast<std::ptrdiff_t>(t) * outputs + k * kWidth, sums[t][k]);
    }
  }
}

/// MultiplyGroup for any number of tiles up to `Tiles`.
template <int Tiles, int Vectors>
void MultiplyUpTo(int tiles, const float* v, const float* u, int inputs, int outputs,
                  float* products) {
  if (tiles == Tiles) {
    MultiplyGroup<Tiles, Vectors>(v, u, inputs, outputs, products);
  } else if constexpr (Tiles > 1) {
    MultiplyUpTo<Tiles - 1, Vectors>(tiles, v, u, inputs, outputs, products);
  }
}

/// M of one element for all tiles and outputs: V times U, both in the nearest cache.
void MultiplyElement(const WinogradCall& call, const float* v, const float* u, int count,
                     float* products) {
  const int groups = (count + kTiles - 1) / kTiles;
  int output = 0;
  while (output < call.outputs) {
    const bool several = call.outputs - output >= kVectors * kWidth;
    for (int group = 0; group < groups; ++group) {
      const int begin = count * group / groups;  // groups of nearly the same size
      const int tiles = count * (group + 1) / groups - begin;
      const float* const from = v + static_cast<std::ptrdiff_t>(begin) * call.inputs;
      float* const to = products + static_cast<std::ptrdiff_t>(begin) * call.outputs + output;
      if (several) {
        MultiplyUpTo<kTiles, kVectors>(tiles, from, u, call.inputs, call.outputs, to);
      } else {
        MultiplyUpTo<kTiles, 1>(tiles, from, u, call.inputs, call.outputs, to);
      }
    }
    const int taken = several ? kVectors * kWidth : kWidth;
    u += static_cast<std::ptrdiff_t>(taken) * call.inputs;
    output += taken;
  }
}

/// What becomes of one result: the bias, what it is added to, and the ReLU.
inline void Finish(const WinogradCall& call, Vector value, float* at) {
  if (call.add) value += Load(at);
  if (call.relu) value = value > 0 ? value : Vector{};
  Store(at, value);
}

/// Results of tiles [first, first + count) from M, 36 x count x outputs.
void TransformOutputs(const WinogradCall& call, int first, int count) {
  const std::ptrdiff_t plane = static_cast<std::ptrdiff_t>(count) * call.outputs;
  for (int t = 0; t < count; ++t) {
    const Place place = PlaceOf(call, first + t);
    const std::ptrdiff_t image = (place.image - call.source) / call.inputs * call.outputs;
    const int rows = call.height - place.row < kOut ? call.height - place.row : kOut;
    const int columns = call.width - place.column < kOut ? call.width - place.column : kOut;
    for (int channel = 0; channel < call.outputs; channel += kWidth) {
      const float* from = call.products + static_cast<std::ptrdiff_t>(t) * call.outputs + channel;
      Vector halves[kIn][kOut];  // A' M', row by row of M
      for (int i = 0; i < kIn; ++i) {
        Vector m[kIn];
        for (int j = 0; j < kIn; ++j, from += plane) m[j] = Load(from);
        TransformOutput(m, halves[i]);
      }
      const Vector bias = Load(call.bias + channel);
      Vector results[kOut][kOut];  // transposed
      for (int j = 0; j < kOut; ++j) {
        const Vector column[kIn] = {halves[0][j], halves[1][j], halves[2][j],
                                    halves[3][j], halves[4][j], halves[5][j]};
        TransformOutput(column, results[j]);
      }
      for (int i = 0; i < rows; ++i) {
        const std::ptrdiff_t pixel =
            static_cast<std::ptrdiff_t>(place.row + i) * call.width + place.column;
        float* const row = call.target + image + pixel * call.outputs + channel;
        for (int j = 0; j < columns; ++j) {
          Finish(call, results[j][i] + bias, row + static_cast<std::ptrdiff_t>(j) * call.outputs);
        }
      }
    }
  }
}

void Convolve(const WinogradCall& call) {
  const int across = (call.width + kOut - 1) / kOut;
  const int down = (call.height + kOut - 1) / kOut;
  const int tiles = call.images * across * down;
  const std::ptrdiff_t filter = static_cast<std::ptrdiff_t>(call.inputs) * call.outputs;
  for (int first = 0; first < tiles; first += call.tiles_at_once) {
    const int count = tiles - first < call.tiles_at_once ? tiles - first : call.tiles_at_once;
    TransformInputs(call, first, count);
    for (int element = 0; element < kElements; ++element) {
      const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(element) * count;
      MultiplyElement(call, call.transformed + at * call.inputs, call.filters + element * filter,
                      count, call.products + at * call.outputs);
    }
    TransformOutputs(call, first, count);
  }
}

/// U of kWidth filters, `stride` floats apart, for one input: element e goes to u + e * plane.
void TransformFilters(const float* filters, std::ptrdiff_t stride, std::ptrdiff_t plane, float* u) {
  Vector g[3][3];
  for (std::ptrdiff_t i = 0; i < 3; ++i) {
    for (std::ptrdiff_t j = 0; j < 3; ++j) {
      for (int lane = 0; lane < kWidth; ++lane) g[j][i][lane] = filters[lane * stride + i * 3 + j];
    }
  }
  Vector columns[3][kIn];  // G g, column by column
  for (int j = 0; j < 3; ++j) TransformFilter(g[j], columns[j]);
  for (int i = 0; i < kIn; ++i) {
    const Vector row[3] = {columns[0][i], columns[1][i], columns[2][i]};
    Vector result[kIn];
    TransformFilter(row, result);
    for (int j = 0; j < kIn; ++j) Store(u + (i * kIn + j) * plane, result[j]);
  }
}

/// OxIx3x3 -> 36 x groups of outputs x inputs x outputs of the group.
void Pack(const float* weights, int inputs, int outputs, float* filters) {
  const std::ptrdiff_t plane = static_cast<std::ptrdiff_t>(inputs) * outputs;
  for (int output = 0; output < outputs;) {
    const int vectors = outputs - output >= kVectors * kWidth ? kVectors : 1;
    float* u = filters + static_cast<std::ptrdiff_t>(output) * inputs;
    for (int input = 0; input < inputs; ++input) {
      for (int k = 0; k < vectors; ++k, u += kWidth) {
        const std::ptrdiff_t filter = (output + k * kWidth) * static_cast<std::ptrdiff_t>(inputs);
        TransformFilters(weights + (filter + input) * 9, inputs * std::ptrdiff_t{9}, plane, u);
      }
    }
    output += vectors * kWidth;
  }
}

}  // namespace
}  // namespace facedeblur
