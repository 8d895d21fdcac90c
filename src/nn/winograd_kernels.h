// Winograd's convolutions for one width of vectors. One source file for each set of instructions
// includes it, after defining kWidth, kVectors and kTiles. Everything is in an anonymous namespace
// and calls no library: an inline function of a library would be compiled here for new processors,
// and the linker might keep that copy for the whole program.
//
// After Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016: the pixels
// d of a tile become V = B' d B, filters g become U = G g G', and for each element of these
// M = sum over channels of U V; the tile's results are A' M A. The gradient of the filters is the
// same backwards: the slopes s of a tile's results become W = A s A', for each element
// D = sum over tiles of V W, and the gradient is G' D G.
//
// G and A evaluate a polynomial, whose coefficients are the filter or the slopes, at 0, at pairs of
// points +a and -a, and at infinity; only G scales the values. B follows from the points.
#include <cstddef>

#include "nn/winograd.h"

namespace facedeblur {
namespace {

using Vector = float __attribute__((vector_size(kWidth * sizeof(float)), aligned(4), may_alias));

inline Vector Load(const float* at) { return *reinterpret_cast<const Vector*>(at); }
inline void Store(float* at, Vector value) { *reinterpret_cast<Vector*>(at) = value; }

/// The pairs of points: 1 and -1, 2 and -2, 1/2 and -1/2, and their powers.
constexpr int kMostPairs = 3;
constexpr int kMostPowers = 7;
constexpr float kPowers[kMostPairs][kMostPowers] = {
    {1, 1, 1, 1, 1, 1, 1},
    {1, 2, 4, 8, 16, 32, 64},
    {1, 1.0F / 2, 1.0F / 4, 1.0F / 8, 1.0F / 16, 1.0F / 32, 1.0F / 64}};

/// How G scales the values at 0, at the pairs of points and at infinity, for tiles of this side.
template <int In>
constexpr float kScaleAtZero = 1;
template <>
constexpr float kScaleAtZero<6> = 1.0F / 4;
template <int In>
constexpr float kScales[kMostPairs] = {-2.0F / 9, 1.0F / 90, 32.0F / 45};
template <>
constexpr float kScales<6>[kMostPairs] = {-1.0F / 6, 1.0F / 24, 0};

/// The sizes of one method.
template <int Filter, int In>
struct Sizes {
  static constexpr int kFilter = Filter;
  static constexpr int kBorder = Filter / 2;    // zeros around the image
  static constexpr int kIn = In;                // side of the pixels of a tile
  static constexpr int kOut = In - Filter + 1;  // side of its results
  static constexpr int kElements = In * In;
};

/// B' d for one column of six.
struct TransformInput {
  static void Apply(const Vector (&d)[6], Vector (&v)[6]) {
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

  /// The same for eight.
  static void Apply(const Vector (&d)[8], Vector (&v)[8]) {
    const Vector even_one = d[2] + d[6] - 4.25F * d[4];
    const Vector odd_one = d[1] + d[5] - 4.25F * d[3];
    const Vector even_two = 0.25F * d[2] - 1.25F * d[4] + d[6];
    const Vector odd_two = 0.5F * d[1] - 2.5F * d[3] + 2 * d[5];
    const Vector even_half = 4 * d[2] - 5 * d[4] + d[6];
    const Vector odd_half = 2 * d[1] - 2.5F * d[3] + 0.5F * d[5];
    v[0] = d[0] - d[6] + 5.25F * (d[4] - d[2]);
    v[1] = even_one + odd_one;
    v[2] = even_one - odd_one;
    v[3] = even_two + odd_two;
    v[4] = even_two - odd_two;
    v[5] = even_half + odd_half;
    v[6] = even_half - odd_half;
    v[7] = d[7] - d[1] + 5.25F * (d[3] - d[5]);
  }
};

/// A s for one column of slopes.
struct Evaluate {
  template <int Count, int In>
  static void Apply(const Vector (&s)[Count], Vector (&w)[In]) {
    w[0] = s[0];
    w[In - 1] = s[Count - 1];
    for (int pair = 0; pair < In / 2 - 1; ++pair) {
      Vector even = s[0];
      Vector odd = s[1] * kPowers[pair][1];
      for (int i = 2; i < Count; i += 2) even += s[i] * kPowers[pair][i];
      for (int i = 3; i < Count; i += 2) odd += s[i] * kPowers[pair][i];
      w[1 + 2 * pair] = even + odd;
      w[2 + 2 * pair] = even - odd;
    }
  }
};

/// A' m for one column.
template <int Count, int In>
inline void Collect(const Vector (&m)[In], Vector (&y)[Count]) {
  Vector sums[In / 2 - 1];
  Vector differences[In / 2 - 1];
  for (int pair = 0; pair < In / 2 - 1; ++pair) {
    sums[pair] = m[1 + 2 * pair] + m[2 + 2 * pair];
    differences[pair] = m[1 + 2 * pair] - m[2 + 2 * pair];
  }
  for (int i = 0; i < Count; ++i) {
    const auto& terms = i % 2 == 0 ? sums : differences;
    y[i] = i == 0 ? m[0] + terms[0] : terms[0];
    for (int pair = 1; pair < In / 2 - 1; ++pair) y[i] += kPowers[pair][i] * terms[pair];
  }
  y[Count - 1] += m[In - 1];
}

/// The values of a column as G scales them.
template <int In>
inline void Scale(Vector (&values)[In]) {
  values[0] *= kScaleAtZero<In>;
  for (int i = 1; i < In - 1; ++i) values[i] *= kScales<In>[(i - 1) / 2];
}

/// Where a tile lies: its image and its first row and column of results.
struct Place {
  const float* image;  ///< HxWxC
  int row;
  int column;
};

/// How many tiles cover the images.
int TilesOf(const WinogradImages& images, int side) {
  return images.count * ((images.height + side - 1) / side) * ((images.width + side - 1) / side);
}

Place PlaceOf(const WinogradImages& images, int side, int tile) {
  const int across = (images.width + side - 1) / side;
  const int down = (images.height + side - 1) / side;
  const int n = tile / (across * down);
  const int rest = tile % (across * down);
  return {
      images.at + static_cast<std::ptrdiff_t>(n) * images.height * images.width * images.channels,
      rest / across * side, rest % across * side};
}

/// `Pixels` of one column, from `row` on, for kWidth channels; zero outside the image.
template <int Pixels>
inline void LoadColumn(const WinogradImages& images, const float* image, int row, int x,
                       int channel, Vector (&d)[Pixels]) {
  const bool inside = x >= 0 && x < images.width;
  const float* const top = image + static_cast<std::ptrdiff_t>(x) * images.channels + channel;
  for (int i = 0; i < Pixels; ++i) {
    const int y = row + i;
    d[i] = inside && y >= 0 && y < images.height
               ? Load(top + static_cast<std::ptrdiff_t>(y) * images.width * images.channels)
               : Vector{};
  }
}

/// Some tiles and some channels of images.
struct Part {
  int first_tile;
  int tiles;
  int first_channel;
  int channels;
};

/// Transforms `Pixels` x `Pixels` pixels of each tile, which begin `before` its first result, into
/// elements x tiles x channels.
template <typename Sizes, typename Transform, int Pixels>
void TransformTiles(const WinogradImages& images, const Part& part, int before, float* to) {
  constexpr int kIn = Sizes::kIn;
  const std::ptrdiff_t plane = WinogradPlane(part.tiles, part.channels);
  for (int t = 0; t < part.tiles; ++t) {
    const Place place = PlaceOf(images, Sizes::kOut, part.first_tile + t);
    for (int channel = 0; channel < part.channels; channel += kWidth) {
      Vector columns[Pixels][kIn];
      for (int j = 0; j < Pixels; ++j) {
        Vector d[Pixels];
        LoadColumn(images, place.image, place.row - before, place.column - before + j,
                   part.first_channel + channel, d);
        Transform::Apply(d, columns[j]);
      }
      float* element = to + static_cast<std::ptrdiff_t>(t) * part.channels + channel;
      for (int i = 0; i < kIn; ++i) {
        Vector row[Pixels];
        for (int j = 0; j < Pixels; ++j) row[j] = columns[j][i];
        Vector v[kIn];
        Transform::Apply(row, v);
        for (int j = 0; j < kIn; ++j, element += plane) Store(element, v[j]);
      }
    }
  }
}

/// A matrix as the left factor of a product: element (row, i) is at[row * row_step + i * step].
struct LeftFactor {
  const float* at;
  std::ptrdiff_t row_step;
  std::ptrdiff_t step;
};

/// products[row][...] = sum over `count` i of left(row, i) * right[i][...] for `Rows` rows and
/// `Vectors` vectors, all sums in registers. With `Add` onto what is in `products`.
template <int Rows, int Vectors, bool Add>
void MultiplyGroup(const LeftFactor& left, const float* right, std::ptrdiff_t right_step, int count,
                   std::ptrdiff_t products_step, float* products) {
  Vector sums[Rows][Vectors] = {};
  const float* from = left.at;
  for (int i = 0; i < count; ++i, from += left.step, right += right_step) {
    Vector values[Vectors];
    for (std::ptrdiff_t k = 0; k < Vectors; ++k) values[k] = Load(right + k * kWidth);
    for (int row = 0; row < Rows; ++row) {
      const float factor = from[row * left.row_step];
      for (int k = 0; k < Vectors; ++k) sums[row][k] += factor * values[k];
    }
  }
  for (int row = 0; row < Rows; ++row) {
    for (std::ptrdiff_t k = 0; k < Vectors; ++k) {
      float* const at = products + row * products_step + k * kWidth;
      Store(at, Add ? Load(at) + sums[row][k] : sums[row][k]);
    }
  }
}

/// MultiplyGroup for any number of rows up to `Rows`.
template <int Rows, int Vectors, bool Add>
void MultiplyUpTo(int rows, const LeftFactor& left, const float* right, std::ptrdiff_t right_step,
                  int count, std::ptrdiff_t products_step, float* products) {
  if (rows == Rows) {
    MultiplyGroup<Rows, Vectors, Add>(left, right, right_step, count, products_step, products);
  } else if constexpr (Rows > 1) {
    MultiplyUpTo<Rows - 1, Vectors, Add>(rows, left, right, right_step, count, products_step,
                                         products);
  }
}

/// The same for any number of rows, in groups of nearly the same size.
template <int Vectors, bool Add>
void MultiplyRows(int rows, const LeftFactor& left, const float* right, std::ptrdiff_t right_step,
                  int count, std::ptrdiff_t products_step, float* products) {
  const int groups = (rows + kTiles - 1) / kTiles;
  for (int group = 0; group < groups; ++group) {
    const int begin = rows * group / groups;
    MultiplyUpTo<kTiles, Vectors, Add>(rows * (group + 1) / groups - begin,
                                       {left.at + begin * left.row_step, left.row_step, left.step},
                                       right, right_step, count, products_step,
                                       products + begin * products_step);
  }
}

/// M of one element for all tiles and outputs: V times U, both in the nearest cache.
void MultiplyFilters(const float* v, const float* u, int tiles, int inputs, int outputs,
                     float* products) {
  const LeftFactor left = {v, inputs, 1};
  int output = 0;
  while (output < outputs) {
    const bool several = outputs - output >= kVectors * kWidth;
    const int taken = several ? kVectors * kWidth : kWidth;
    const auto multiply = several ? MultiplyRows<kVectors, false> : MultiplyRows<1, false>;
    multiply(tiles, left, u, taken, inputs, outputs, products + output);
    u += static_cast<std::ptrdiff_t>(taken) * inputs;
    output += taken;
  }
}

/// Adds to D of one element, inputs x outputs, what some tiles give: V, transposed, times W.
void MultiplySlopes(const float* v, const float* w, int tiles, int inputs, int outputs,
                    float* products) {
  const LeftFactor left = {v, 1, inputs};
  int output = 0;
  while (output < outputs) {
    const bool several = outputs - output >= kVectors * kWidth;
    const auto multiply = several ? MultiplyRows<kVectors, true> : MultiplyRows<1, true>;
    multiply(inputs, left, w + output, outputs, tiles, outputs, products + output);
    output += several ? kVectors * kWidth : kWidth;
  }
}

/// What becomes of one result: the bias, what it is added to, and the ReLU.
inline void Finish(const WinogradCall& call, Vector value, float* at) {
  if (call.add) value += Load(at);
  if (call.relu) value = value > 0 ? value : Vector{};
  Store(at, value);
}

/// A' M A for one tile and kWidth channels, transposed; the elements of M are `plane` floats apart.
template <int Count, int In, bool Scaled>
inline void CollectTile(const float* from, std::ptrdiff_t plane, Vector (&results)[Count][Count]) {
  Vector halves[In][Count];  // row by row of M
  for (int i = 0; i < In; ++i) {
    Vector m[In];
    for (int j = 0; j < In; ++j, from += plane) m[j] = Load(from);
    if constexpr (Scaled) Scale(m);
    Collect(m, halves[i]);
  }
  for (int j = 0; j < Count; ++j) {
    Vector column[In];
    for (int i = 0; i < In; ++i) column[i] = halves[i][j];
    if constexpr (Scaled) Scale(column);
    Collect(column, results[j]);
  }
}

/// Results of tiles [first, first + count) from M, elements x count x outputs.
template <typename Sizes>
void TransformOutputs(const WinogradCall& call, int first, int count) {
  constexpr int kOut = Sizes::kOut;
  const WinogradImages& source = call.source;
  const std::ptrdiff_t plane = WinogradPlane(count, call.outputs);
  for (int t = 0; t < count; ++t) {
    const Place place = PlaceOf(source, kOut, first + t);
    const std::ptrdiff_t image = (place.image - source.at) / source.channels * call.outputs;
    const int rows = source.height - place.row < kOut ? source.height - place.row : kOut;
    const int columns = source.width - place.column < kOut ? source.width - place.column : kOut;
    for (int channel = 0; channel < call.outputs; channel += kWidth) {
      const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(t) * call.outputs + channel;
      Vector results[kOut][kOut];
      CollectTile<kOut, Sizes::kIn, false>(call.products + at, plane, results);
      const Vector bias = Load(call.bias + channel);
      for (int i = 0; i < rows; ++i) {
        const std::ptrdiff_t pixel =
            static_cast<std::ptrdiff_t>(place.row + i) * source.width + place.column;
        float* const row = call.target + image + pixel * call.outputs + channel;
        for (int j = 0; j < columns; ++j) {
          Finish(call, results[j][i] + bias, row + static_cast<std::ptrdiff_t>(j) * call.outputs);
        }
      }
    }
  }
}

template <typename Sizes>
void Convolve(const WinogradCall& call) {
  const int inputs = call.source.channels;
  const int tiles = TilesOf(call.source, Sizes::kOut);
  for (int first = 0; first < tiles; first += call.tiles_at_once) {
    const int count = tiles - first < call.tiles_at_once ? tiles - first : call.tiles_at_once;
    TransformTiles<Sizes, TransformInput, Sizes::kIn>(call.source, {first, count, 0, inputs},
                                                      Sizes::kBorder, call.transformed);
    for (int element = 0; element < Sizes::kElements; ++element) {
      MultiplyFilters(call.transformed + element * WinogradPlane(count, inputs),
                      call.filters + element * WinogradPlane(inputs, call.outputs), count, inputs,
                      call.outputs, call.products + element * WinogradPlane(count, call.outputs));
    }
    TransformOutputs<Sizes>(call, first, count);
  }
}

/// Adds what tiles [first, first + count) give to D.
template <typename Sizes>
void AddSlopes(const WinogradSlopesCall& call, int first, int count) {
  const int outputs = call.slopes.channels;
  TransformTiles<Sizes, Evaluate, Sizes::kOut>(call.slopes, {first, count, 0, outputs}, 0,
                                               call.transformed_slopes);
  for (int input = 0; input < call.inputs; input += call.inputs_at_once) {
    const int inputs =
        call.inputs - input < call.inputs_at_once ? call.inputs - input : call.inputs_at_once;
    TransformTiles<Sizes, TransformInput, Sizes::kIn>(
        call.source, {first, count, call.first_input + input, inputs}, Sizes::kBorder,
        call.transformed);
    for (int element = 0; element < Sizes::kElements; ++element) {
      MultiplySlopes(call.transformed + element * WinogradPlane(count, inputs),
                     call.transformed_slopes + element * WinogradPlane(count, outputs), count,
                     inputs, outputs,
                     call.products + element * WinogradPlane(call.inputs, outputs) +
                         static_cast<std::ptrdiff_t>(input) * outputs);
    }
  }
}

/// G' D G.
template <typename Sizes>
void TransformSlopes(const WinogradSlopesCall& call) {
  constexpr int kFilter = Sizes::kFilter;
  const int outputs = call.slopes.channels;
  const std::ptrdiff_t plane = WinogradPlane(call.inputs, outputs);
  const std::ptrdiff_t filter = std::ptrdiff_t{kFilter} * kFilter;
  for (int input = 0; input < call.inputs; ++input) {
    for (int output = 0; output < outputs; output += kWidth) {
      const std::ptrdiff_t from = static_cast<std::ptrdiff_t>(input) * outputs + output;
      Vector results[kFilter][kFilter];
      CollectTile<kFilter, Sizes::kIn, true>(call.products + from, plane, results);
      for (int lane = 0; lane < kWidth; ++lane) {
        const std::ptrdiff_t row =
            static_cast<std::ptrdiff_t>(output + lane) * call.source.channels;
        float* to = call.target + (row + call.first_input + input) * filter;
        for (int i = 0; i < kFilter; ++i) {
          for (int j = 0; j < kFilter; ++j) *to++ = results[j][i][lane];
        }
      }
    }
  }
}

template <typename Sizes>
void FindSlopes(const WinogradSlopesCall& call) {
  const std::ptrdiff_t products =
      Sizes::kElements * WinogradPlane(call.inputs, call.slopes.channels);
  for (std::ptrdiff_t i = 0; i < products; i += kWidth) Store(call.products + i, Vector{});
  const int tiles = TilesOf(call.source, Sizes::kOut);
  for (int first = 0; first < tiles; first += call.tiles_at_once) {
    AddSlopes<Sizes>(call, first,
                     tiles - first < call.tiles_at_once ? tiles - first : call.tiles_at_once);
  }
  TransformSlopes<Sizes>(call);
}

/// U of kWidth filters, `stride` floats apart, for one input: element e goes to u + e * plane.
template <typename Sizes>
void TransformFilters(const float* filters, std::ptrdiff_t stride, std::ptrdiff_t plane, float* u) {
  constexpr int kFilter = Sizes::kFilter;
  constexpr int kIn = Sizes::kIn;
  Vector columns[kFilter][kIn];  // G g, column by column
  for (int j = 0; j < kFilter; ++j) {
    Vector g[kFilter];
    for (int i = 0; i < kFilter; ++i) {
      float lanes[kWidth];
      for (int lane = 0; lane < kWidth; ++lane) {
        lanes[lane] = filters[lane * stride + std::ptrdiff_t{i} * kFilter + j];
      }
      g[i] = Load(lanes);
    }
    Evaluate::Apply(g, columns[j]);
    Scale(columns[j]);
  }
  for (int i = 0; i < kIn; ++i) {
    Vector row[kFilter];
    for (int j = 0; j < kFilter; ++j) row[j] = columns[j][i];
    Vector result[kIn];
    Evaluate::Apply(row, result);
    Scale(result);
    for (int j = 0; j < kIn; ++j) Store(u + (std::ptrdiff_t{i} * kIn + j) * plane, result[j]);
  }
}

/// OxIxKxK -> elements x groups of outputs x inputs x outputs of the group.
template <typename Sizes>
void Pack(const float* weights, int inputs, int outputs, float* filters) {
  constexpr std::ptrdiff_t kCells = std::ptrdiff_t{Sizes::kFilter} * Sizes::kFilter;
  const std::ptrdiff_t plane = WinogradPlane(inputs, outputs);
  for (int output = 0; output < outputs;) {
    const int vectors = outputs - output >= kVectors * kWidth ? kVectors : 1;
    float* u = filters + static_cast<std::ptrdiff_t>(output) * inputs;
    for (int input = 0; input < inputs; ++input) {
      for (int k = 0; k < vectors; ++k, u += kWidth) {
        const std::ptrdiff_t filter = (output + k * kWidth) * static_cast<std::ptrdiff_t>(inputs);
        TransformFilters<Sizes>(weights + (filter + input) * kCells, inputs * kCells, plane, u);
      }
    }
    output += vectors * kWidth;
  }
}

template <int Filter, int In>
constexpr WinogradMethod kMethod = {Filter, Sizes<Filter, In>::kElements, Pack<Sizes<Filter, In>>,
                                    Convolve<Sizes<Filter, In>>, FindSlopes<Sizes<Filter, In>>};

constexpr WinogradKernels kKernels = {
    kWidth, kTiles, {kMethod<3, 6>, kMethod<5, 8>, kMethod<7, 8>}};

}  // namespace
}  // namespace facedeblur
