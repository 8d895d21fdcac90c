#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <thread>
#include <vector>

#include "facedeblur/util/random.h"
#include "nn/winograd.h"

namespace facedeblur {
namespace {

struct Shape {
  int images;
  int height;
  int width;
  int inputs;
  int outputs;
  int filter = 3;
};

std::vector<float> Noise(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random.Normal());
  return values;
}

/// Made-up weights and images of a shape.
struct Example {
  Shape shape;
  std::vector<float> weights;
  std::vector<float> bias;
  std::vector<float> source;
  std::vector<float> target;

  explicit Example(const Shape& of) : shape(of) {
    const auto pixels = static_cast<std::size_t>(of.images * of.height * of.width);
    const auto inputs = static_cast<std::size_t>(of.inputs);
    const auto outputs = static_cast<std::size_t>(of.outputs);
    weights = Noise(outputs * inputs * static_cast<std::size_t>(Cells()), 1);
    bias = Noise(outputs, 2);
    source = Noise(pixels * inputs, 3);
    target = Noise(pixels * outputs, 4);
  }

  WinogradConvolution Make(const WinogradKernels* kernels) const {
    return {weights.data(), bias.data(), shape.filter, shape.inputs, shape.outputs, kernels};
  }

  int Cells() const { return shape.filter * shape.filter; }

  WinogradImages Source() const {
    return {source.data(), shape.images, shape.height, shape.width, shape.inputs};
  }

  /// `target`, taken for how a loss changes with the results.
  WinogradImages Slopes() const {
    return {target.data(), shape.images, shape.height, shape.width, shape.outputs};
  }

  std::vector<float> Run(const WinogradConvolution& convolution, bool add, bool relu) const {
    std::vector<float> result = target;
    convolution.Run(Source(), add, relu, result.data());
    return result;
  }

  double Pixel(int n, int y, int x, int channel) const {
    if (y < 0 || x < 0 || y >= shape.height || x >= shape.width) return 0;
    const int pixel = (n * shape.height + y) * shape.width + x;
    return source[static_cast<std::size_t>(pixel * shape.inputs + channel)];
  }

  /// What cell k of a filter meets at a result.
  double Seen(int n, int y, int x, int k, int input) const {
    const int border = shape.filter / 2;
    return Pixel(n, y + k / shape.filter - border, x + k % shape.filter - border, input);
  }

  /// The definition of the gradient of one weight, in double.
  double ExpectedSlope(int output, int input, int k) const {
    double sum = 0;
    for (int n = 0; n < shape.images; ++n) {
      for (int y = 0; y < shape.height; ++y) {
        for (int x = 0; x < shape.width; ++x) {
          const int pixel = (n * shape.height + y) * shape.width + x;
          sum += double{target[static_cast<std::size_t>(pixel * shape.outputs + output)]} *
                 Seen(n, y, x, k, input);
        }
      }
    }
    return sum;
  }

  double LargestSlopeError(const std::vector<float>& slopes) const {
    double largest = 0;
    std::size_t at = 0;
    for (int output = 0; output < shape.outputs; ++output) {
      for (int input = 0; input < shape.inputs; ++input) {
        for (int k = 0; k < Cells(); ++k, ++at) {
          largest = std::max(largest, std::abs(slopes[at] - ExpectedSlope(output, input, k)));
        }
      }
    }
    return largest;
  }

  /// The definition, in double.
  double Expected(int n, int y, int x, int output, bool add, bool relu) const {
    const int pixel = (n * shape.height + y) * shape.width + x;
    double sum = bias[static_cast<std::size_t>(output)];
    for (int i = 0; i < shape.inputs; ++i) {
      for (int k = 0; k < Cells(); ++k) {
        const auto weight = static_cast<std::size_t>((output * shape.inputs + i) * Cells() + k);
        sum += double{weights[weight]} * Seen(n, y, x, k, i);
      }
    }
    if (add) sum += target[static_cast<std::size_t>(pixel * shape.outputs + output)];
    return relu ? std::max(sum, 0.0) : sum;
  }

  double LargestError(const std::vector<float>& result, bool add, bool relu) const {
    double largest = 0;
    std::size_t at = 0;
    for (int n = 0; n < shape.images; ++n) {
      for (int y = 0; y < shape.height; ++y) {
        for (int x = 0; x < shape.width; ++x) {
          for (int output = 0; output < shape.outputs; ++output, ++at) {
            largest =
                std::max(largest, std::abs(result[at] - Expected(n, y, x, output, add, relu)));
          }
        }
      }
    }
    return largest;
  }
};

/// Runs on every kernel that the processor has.
class WinogradTest : public ::testing::TestWithParam<std::size_t> {
 protected:
  void SetUp() override {
    const auto runnable = RunnableWinogradKernels();
    if (GetParam() >= runnable.size()) GTEST_SKIP() << "the processor has no such instructions";
    kernels_ = runnable[GetParam()];
  }

  const WinogradKernels* kernels_ = nullptr;
};

// Sides that fill tiles and that do not, fewer outputs than a group has and more, and more tiles
// than are in work at once.
TEST_P(WinogradTest, IsTheConvolution) {
  for (const Shape& shape :
       {Shape{1, 1, 1, 16, 16}, Shape{2, 4, 4, 16, 48}, Shape{1, 5, 7, 48, 32},
        Shape{3, 9, 6, 32, 16}, Shape{1, 27, 27, 32, 48}, Shape{2, 40, 44, 16, 16},
        Shape{1, 3, 100, 16, 80}, Shape{2, 11, 9, 32, 48, 5}, Shape{1, 1, 3, 16, 16, 5},
        Shape{1, 12, 13, 16, 32, 7}, Shape{2, 5, 4, 32, 16, 7}}) {
    const Example example(shape);
    const WinogradConvolution convolution = example.Make(kernels_);
    for (const bool add : {false, true}) {
      for (const bool relu : {false, true}) {
        // Results have a standard deviation of filter * sqrt(inputs), up to 28; single precision
        // here costs about one part in 1e5 of the largest.
        EXPECT_LT(example.LargestError(example.Run(convolution, add, relu), add, relu), 1e-3)
            << shape.filter << ": " << shape.height << 'x' << shape.width << ' ' << shape.inputs
            << "->" << shape.outputs;
      }
    }
  }
}

// Sides that fill tiles and that do not, more inputs and more tiles than are in work at once.
TEST_P(WinogradTest, FindsTheSlopesOfItsFilters) {
  for (const Shape& shape :
       {Shape{1, 1, 1, 16, 16}, Shape{2, 5, 7, 80, 48}, Shape{3, 28, 24, 16, 16},
        Shape{2, 9, 8, 80, 16, 5}, Shape{2, 33, 30, 16, 32, 5}, Shape{1, 7, 9, 16, 48, 7}}) {
    const Example example(shape);
    std::vector<float> slopes(example.weights.size(), NAN);
    FindWinogradSlopes(example.Source(), example.Slopes(), shape.filter, 0, shape.inputs,
                       slopes.data(), kernels_);
    // Sums of so many products have that standard deviation.
    const double usual = std::sqrt(shape.images * shape.height * shape.width);
    EXPECT_LT(example.LargestSlopeError(slopes), 1e-4 * usual)
        << shape.filter << ": " << shape.height << 'x' << shape.width << ' ' << shape.inputs << "->"
        << shape.outputs;
  }
}

TEST_P(WinogradTest, FindsTheSameSlopesInParts) {
  const Example example({2, 9, 8, 48, 32, 5});
  std::vector<float> at_once(example.weights.size());
  std::vector<float> in_parts(example.weights.size());
  FindWinogradSlopes(example.Source(), example.Slopes(), 5, 0, 48, at_once.data(), kernels_);
  FindWinogradSlopes(example.Source(), example.Slopes(), 5, 0, 16, in_parts.data(), kernels_);
  FindWinogradSlopes(example.Source(), example.Slopes(), 5, 16, 32, in_parts.data(), kernels_);
  EXPECT_EQ(at_once, in_parts);
}

TEST_P(WinogradTest, GivesTheSameBitsInAnyCompany) {
  const Example pair({2, 24, 20, 32, 32});
  Example single({1, 24, 20, 32, 32});
  const WinogradConvolution convolution = pair.Make(kernels_);
  const std::vector<float> both = pair.Run(convolution, false, true);
  const auto half = static_cast<std::ptrdiff_t>(pair.source.size() / 2);
  single.source.assign(pair.source.begin() + half, pair.source.end());
  const std::vector<float> alone = single.Run(convolution, false, true);
  EXPECT_TRUE(std::equal(alone.begin(), alone.end(), both.end() - half));
}

TEST_P(WinogradTest, ServesSeveralThreads) {
  const Example large({1, 24, 24, 64, 48});
  const Example small({1, 8, 8, 16, 16});
  const WinogradConvolution first = large.Make(kernels_);
  const WinogradConvolution second = small.Make(kernels_);
  const std::vector<float> of_large = large.Run(first, true, false);
  const std::vector<float> of_small = small.Run(second, true, false);
  std::vector<int> wrong(4, 0);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 20; ++round) {
        wrong[i] += small.Run(second, true, false) != of_small ? 1 : 0;
        wrong[i] += large.Run(first, true, false) != of_large ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const int count : wrong) EXPECT_EQ(count, 0);
}

INSTANTIATE_TEST_SUITE_P(Kernels, WinogradTest, ::testing::Values(0, 1));

TEST(WinogradConvolution, SupportsWholeVectorsOfChannels) {
  if (RunnableWinogradKernels().empty()) GTEST_SKIP() << "the processor has no such instructions";
  EXPECT_TRUE(WinogradConvolution::Supports(3, 32, 192));
  EXPECT_TRUE(WinogradConvolution::Supports(5, 32, 192));
  EXPECT_FALSE(WinogradConvolution::Supports(2, 32, 192));
  EXPECT_FALSE(WinogradConvolution::Supports(3, 12, 32));
  EXPECT_FALSE(WinogradConvolution::Supports(3, 32, 1));
}

}  // namespace
}  // namespace facedeblur
