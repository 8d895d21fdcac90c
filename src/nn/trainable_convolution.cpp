#include "nn/trainable_convolution.h"

#include <ATen/Parallel.h>
#include <torch/autograd.h>

#include "nn/mixed_precision.h"
#include "nn/winograd.h"

namespace facedeblur {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

at::Tensor ChannelsLast(const at::Tensor& images) {
  return images.contiguous(at::MemoryFormat::ChannelsLast);
}

/// Images [first, first + count) of a tensor with its channels last.
WinogradImages View(const at::Tensor& images, std::int64_t first, std::int64_t count) {
  return {images.data_ptr<float>() + first * images.stride(0), static_cast<int>(count),
          static_cast<int>(images.size(2)), static_cast<int>(images.size(3)),
          static_cast<int>(images.size(1))};
}

/// Stride 1, the size of the images is kept.
at::Tensor Convolve(const at::Tensor& images, const at::Tensor& weight, const at::Tensor& bias) {
  const at::Tensor source = ChannelsLast(images);
  const at::Tensor filters = weight.contiguous();
  at::Tensor target = at::empty({source.size(0), weight.size(0), source.size(2), source.size(3)},
                                source.options(), at::MemoryFormat::ChannelsLast);
  const WinogradConvolution convolution(
      filters.data_ptr<float>(), bias.contiguous().data_ptr<float>(),
      static_cast<int>(weight.size(2)), static_cast<int>(weight.size(1)),
      static_cast<int>(weight.size(0)));
  at::parallel_for(0, source.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
    convolution.Run(View(source, begin, end - begin), /*add=*/false, /*relu=*/false,
                    target.data_ptr<float>() + begin * target.stride(0));
  });
  return target;
}

/// The gradient of the images: a convolution of the slopes with each filter turned by half a turn.
at::Tensor ImageSlopes(const at::Tensor& slopes, const at::Tensor& weight) {
  const at::Tensor turned = weight.flip({2, 3}).transpose(0, 1);
  return Convolve(slopes, turned, at::zeros({weight.size(1)}, weight.options()));
}

at::Tensor WeightSlopes(const at::Tensor& images, const at::Tensor& slopes,
                        const at::Tensor& weight) {
  constexpr std::int64_t kInputs = 16;  // no thread has fewer: a vector of the widest kernels
  const at::Tensor source = ChannelsLast(images);
  at::Tensor target =
      at::empty(weight.sizes(), weight.options().memory_format(at::MemoryFormat::Contiguous));
  at::parallel_for(0, weight.size(1) / kInputs, 1, [&](std::int64_t begin, std::int64_t end) {
    FindWinogradSlopes(View(source, 0, source.size(0)), View(slopes, 0, slopes.size(0)),
                       static_cast<int>(weight.size(2)), static_cast<int>(begin * kInputs),
                       static_cast<int>((end - begin) * kInputs), target.data_ptr<float>());
  });
  return target;
}

class TrainableWinograd : public torch::autograd::Function<TrainableWinograd> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& images,
                            const at::Tensor& weight, const at::Tensor& bias) {
    context->save_for_backward({images, weight});
    return Convolve(images, weight, bias);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor slopes = ChannelsLast(gradients[0]);
    const auto needed = [&](std::size_t input, const auto& find) {
      return context->needs_input_grad(input) ? find() : at::Tensor();
    };
    return {needed(0, [&] { return ImageSlopes(slopes, saved[1]); }),
            needed(1, [&] { return WeightSlopes(saved[0], slopes, saved[1]); }), needed(2, [&] {
              return slopes.sum({0, 2, 3});
            })};
  }
};

bool CanBeWinograd(const at::Tensor& images, const at::Tensor& weight, std::int64_t stride,
                   std::int64_t padding) {
  constexpr std::int64_t kWhole = 16;
  const std::int64_t outputs = weight.size(0);
  const std::int64_t inputs = weight.size(1);
  return images.is_cpu() && images.scalar_type() == at::kFloat &&
         weight.scalar_type() == at::kFloat && !IsMixedPrecision(images.device()) && stride == 1 &&
         2 * padding + 1 == weight.size(2) && inputs % kWhole == 0 && outputs % kWhole == 0 &&
         WinogradConvolution::Supports(static_cast<int>(weight.size(2)), static_cast<int>(inputs),
                                       static_cast<int>(outputs));
}

}  // namespace

at::Tensor TrainableConvolution(const at::Tensor& images, const at::Tensor& weight,
                                const at::Tensor& bias, std::int64_t stride, std::int64_t padding) {
  if (!CanBeWinograd(images, weight, stride, padding)) {
    return at::conv2d(images, weight, bias, stride, padding);
  }
  return TrainableWinograd::apply(images, weight, bias);
}

}  // namespace facedeblur
