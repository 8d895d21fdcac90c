#include "nn/reference_net.h"

#include <torch/nn/functional/padding.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "facedeblur/util/error.h"
#include "facedeblur/weights/reference_spec.h"
#include "nn/file_tensor.h"
#include "nn/trainable_convolution.h"

namespace facedeblur {
namespace {

namespace F = torch::nn::functional;

[[noreturn]] void Fail(const std::string& message) { throw Error(ErrorKind::kModel, message); }

std::string ShapeText(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const auto size : shape) text += (text.empty() ? "" : "x") + std::to_string(size);
  return text;
}

void RequireShape(const Tensor& tensor, const std::vector<std::int64_t>& shape,
                  const std::string& layer) {
  if (tensor.shape == shape) return;
  Fail("layer '" + layer + "' has shape " + ShapeText(tensor.shape) + " where the network needs " +
       ShapeText(shape));
}

/// Keras numbers layers from their second occurrence: conv2d, conv2d_1, conv2d_2, ...
std::string KerasName(const std::string& kind, std::size_t index) {
  return index == 0 ? kind : kind + "_" + std::to_string(index);
}

bool IsConvolution(const KerasLayer& layer) {
  return layer.tensors.size() == 2 && layer.tensors[0].shape.size() == 4;
}

bool IsNormalization(const KerasLayer& layer) {
  return layer.tensors.size() == 4 && layer.tensors[0].shape.size() == 1;
}

struct LayersByKind {
  std::vector<const KerasLayer*> convolutions;
  std::vector<const KerasLayer*> normalizations;
};

/// Throws Error(kModel) where there are others, or not as many as the network has.
LayersByKind Sort(const std::vector<KerasLayer>& layers) {
  LayersByKind found;
  for (const KerasLayer& layer : layers) {
    if (IsConvolution(layer)) {
      found.convolutions.push_back(&layer);
    } else if (IsNormalization(layer)) {
      found.normalizations.push_back(&layer);
    } else {
      Fail("layer '" + layer.name + "' is neither a convolution nor a batch normalisation");
    }
  }
  const auto normalized = static_cast<std::size_t>(
      std::count_if(kReferenceLayers.begin(), kReferenceLayers.end(),
                    [](const ConvolutionSpec& spec) { return spec.normalized; }));
  if (found.convolutions.size() == kReferenceLayers.size() &&
      found.normalizations.size() == normalized) {
    return found;
  }
  Fail("it has " + std::to_string(found.convolutions.size()) + " convolutions and " +
       std::to_string(found.normalizations.size()) +
       " batch normalisations where the reference network has " +
       std::to_string(kReferenceLayers.size()) + " and " + std::to_string(normalized));
}

void CopyConvolution(const KerasLayer& source, torch::nn::Conv2d* target) {
  const torch::Tensor& weight = (*target)->weight;
  RequireShape(source.tensors[0], {weight.size(2), weight.size(3), weight.size(1), weight.size(0)},
               source.name);
  RequireShape(source.tensors[1], {weight.size(0)}, source.name);
  (*target)->weight.copy_(ToTorch(source.tensors[0]).permute({3, 2, 0, 1}));
  (*target)->bias.copy_(ToTorch(source.tensors[1]));
}

void CopyNormalization(const KerasLayer& source, torch::nn::BatchNorm2d* target) {
  for (const Tensor& tensor : source.tensors) {
    RequireShape(tensor, {(*target)->weight.size(0)}, source.name);
  }
  (*target)->weight.copy_(ToTorch(source.tensors[0]));
  (*target)->bias.copy_(ToTorch(source.tensors[1]));
  (*target)->running_mean.copy_(ToTorch(source.tensors[2]));
  (*target)->running_var.copy_(ToTorch(source.tensors[3]));
}

constexpr std::int64_t kImageChannels = 3;

/// Random filters, of which the first ones pass on their own channel and add little to it; those of
/// the image add nothing.
void DrawIdentity(torch::Tensor* weight) {
  constexpr std::int64_t kMostPassed = 64;  // as many as the narrowest layer has
  constexpr double kLittle = 0.1;
  constexpr double kContrast = 3;  // an image's deviation is about a third of its mean
  const std::int64_t inputs = weight->size(1);
  const std::int64_t passed = std::min({weight->size(0), inputs, kMostPassed});
  const std::int64_t middle = (weight->size(2) - 1) / 2;
  const auto fan_in = static_cast<double>((*weight)[0].numel());
  weight->normal_(0, std::sqrt(2 / fan_in) * (inputs == kImageChannels ? kContrast : 1));
  weight->slice(0, 0, passed).mul_(kLittle);
  weight->slice(0, 0, kImageChannels).zero_();
  for (std::int64_t c = 0; c < passed; ++c) (*weight)[c][c][middle][middle] += 1;
}

/// How much larger weights are held than they act: see StartAtIdentity().
double UnitSteps(const torch::Tensor& weight) {
  constexpr double kInputs = 64;
  return static_cast<double>(weight[0].numel()) / kInputs;
}

/// Then it needs one cell more after the image than before.
bool IsEven(std::size_t layer) { return kReferenceLayers[layer].kernel % 2 == 0; }

/// What the convolution itself adds around its input.
std::int64_t PaddingOf(std::size_t layer) {
  return IsEven(layer) ? 0 : kReferenceLayers[layer].kernel / 2;
}

/// Channels that a layer passes on in a network of this width.
std::int64_t ActiveFilters(std::size_t layer, double width) {
  constexpr std::int64_t kWhole = 16;  // fast convolutions come in such steps
  const std::int64_t filters = kReferenceLayers[layer].filters;
  if (layer + 1 == kReferenceLayers.size()) return filters;
  const auto steps = std::llround(static_cast<double>(filters) * width / kWhole);
  return std::clamp<std::int64_t>(steps, 1, filters / kWhole) * kWhole;
}

std::int64_t ActiveInputs(std::size_t layer, double width) {
  return layer == 0 ? kImageChannels : ActiveFilters(layer - 1, width);
}

bool HasRelu(std::size_t layer) {
  return kReferenceLayers[layer].normalized || layer + 1 == kReferenceLayers.size();
}

}  // namespace

ReferenceNetImpl::ReferenceNetImpl() {
  int channels = 3;
  for (std::size_t i = 0; i < kReferenceLayers.size(); ++i) {
    const ConvolutionSpec& spec = kReferenceLayers[i];
    convolutions_.push_back(register_module(
        "conv" + std::to_string(i + 1),
        torch::nn::Conv2d(torch::nn::Conv2dOptions(channels, spec.filters, spec.kernel))));
    normalizations_.push_back(
        spec.normalized
            ? register_module("norm" + std::to_string(i + 1),
                              torch::nn::BatchNorm2d(torch::nn::BatchNorm2dOptions(spec.filters)
                                                         .eps(kReferenceEpsilon)
                                                         .momentum(0.01)))
            : torch::nn::BatchNorm2d(nullptr));
    channels = spec.filters;
  }
}

void ReferenceNetImpl::StartAtIdentity() {
  const torch::NoGradGuard no_grad;
  double white = kReferenceWhite;  // what it is in the channels that pass the image on
  for (std::size_t i = 0; i < convolutions_.size(); ++i) {
    auto& convolution = convolutions_[i];
    DrawIdentity(&convolution->weight);
    convolution->bias.zero_();
    if (normalizations_[i].is_empty()) continue;
    // AdamW moves every weight as far as any other. Where many are added up, each should move
    // less: weights are held as much larger than they act, and the deviation makes up for it.
    const double larger = UnitSteps(convolution->weight);
    const bool before_last = i + 2 == convolutions_.size();
    const double next = before_last ? kReferenceWhite / UnitSteps(convolutions_[i + 1]->weight) : 1;
    const double deviation = larger * white / next;
    convolution->weight.mul_(larger);
    normalizations_[i]->running_var.fill_(deviation * deviation - kReferenceEpsilon);
    white = next;
  }
  // No deviation follows the last convolution, so the image comes to it that much darker.
  convolutions_.back()->weight.mul_(kReferenceWhite / white);
}

void ReferenceNetImpl::SetWidth(double share) {
  const torch::NoGradGuard no_grad;
  width_ = share;
  for (std::size_t i = 0; i < convolutions_.size(); ++i) {
    convolutions_[i]
        ->weight.slice(0, 0, ActiveFilters(i, width_))
        .slice(1, ActiveInputs(i, width_))
        .zero_();
  }
}

void ReferenceNetImpl::LoadKeras(const std::vector<KerasLayer>& layers) {
  const torch::NoGradGuard no_grad;
  const LayersByKind found = Sort(layers);
  std::size_t next_normalization = 0;
  for (std::size_t i = 0; i < kReferenceLayers.size(); ++i) {
    CopyConvolution(*found.convolutions[i], &convolutions_[i]);
    if (normalizations_[i].is_empty()) continue;
    CopyNormalization(*found.normalizations[next_normalization++], &normalizations_[i]);
  }
}

std::vector<KerasLayer> ReferenceNetImpl::ToKeras() const {
  std::vector<KerasLayer> layers;
  std::size_t norm_index = 0;
  for (std::size_t i = 0; i < convolutions_.size(); ++i) {
    const auto& convolution = convolutions_[i];
    layers.push_back(
        {KerasName("conv2d", i),
         {FromTorch(convolution->weight.permute({2, 3, 1, 0})), FromTorch(convolution->bias)}});
    if (normalizations_[i].is_empty()) continue;
    const auto& norm = normalizations_[i];
    layers.push_back({KerasName("batch_normalization", norm_index++),
                      {FromTorch(norm->weight), FromTorch(norm->bias),
                       FromTorch(norm->running_mean), FromTorch(norm->running_var)}});
  }
  return layers;
}

void ReferenceNetImpl::FoldNormalization() {
  const torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < convolutions_.size(); ++i) {
    if (normalizations_[i].is_empty()) continue;
    const auto& norm = normalizations_[i];
    const torch::Tensor scale =
        norm->weight.to(torch::kFloat64) /
        torch::sqrt(norm->running_var.to(torch::kFloat64) + kReferenceEpsilon);
    auto& convolution = convolutions_[i];
    convolution->weight.copy_(convolution->weight.to(torch::kFloat64) * scale.view({-1, 1, 1, 1}));
    convolution->bias.copy_(
        (convolution->bias.to(torch::kFloat64) - norm->running_mean.to(torch::kFloat64)) * scale +
        norm->bias.to(torch::kFloat64));
  }
  folded_ = true;
}

void ReferenceNetImpl::Pack(bool winograd) {
  TORCH_CHECK(folded_, "only a folded network can be packed");
  for (std::size_t i = 0; i < convolutions_.size(); ++i) {
    const PackedConvolution::Options options = {1, PaddingOf(i), HasRelu(i), winograd};
    auto& convolution = convolutions_[i];
    packed_.push_back(PackedConvolution::Create(convolution->weight, convolution->bias,
                                                torch::kFloat32, options));
    if (packed_.back() == nullptr) continue;
    convolution->weight.set_data(torch::empty({0}));  // still registered, no longer needed
    convolution->bias.set_data(torch::empty({0}));
  }
}

torch::Tensor ReferenceNetImpl::forward(torch::Tensor x) {
  for (std::size_t i = 0; i < kReferenceLayers.size(); ++i) x = RunLayer(i, x);
  return x;
}

torch::Tensor ReferenceNetImpl::Restore(const torch::Tensor& chips) {
  const torch::Tensor restored = forward(chips.flip(1) * kReferenceWhite);
  return restored.to(torch::kFloat32).flip(1) / kReferenceWhite;
}

torch::Tensor ReferenceNetImpl::RunLayer(std::size_t layer, const torch::Tensor& x) {
  const int kernel = kReferenceLayers[layer].kernel;
  const int before = (kernel - 1) / 2;
  const torch::Tensor padded =
      IsEven(layer) ? F::pad(x, F::PadFuncOptions({before, before + 1, before, before + 1})) : x;
  if (!packed_.empty() && packed_[layer]) return packed_[layer]->Run(padded);
  const torch::Tensor result = Convolve(layer, padded);
  return HasRelu(layer) ? torch::relu(result) : result;
}

/// With its normalisation: multiplying that into the weights costs far less than passing over the
/// images once more, forth and back.
torch::Tensor ReferenceNetImpl::Convolve(std::size_t layer, const torch::Tensor& padded) {
  const auto& convolution = convolutions_[layer];
  const std::int64_t filters = ActiveFilters(layer, width_);
  const auto active = [&](const torch::Tensor& all) { return all.slice(0, 0, filters); };
  torch::Tensor weight = active(convolution->weight).slice(1, 0, ActiveInputs(layer, width_));
  torch::Tensor bias = active(convolution->bias);
  if (kReferenceLayers[layer].normalized && !folded_) {
    const auto& norm = normalizations_[layer];
    const torch::Tensor scale =
        active(norm->weight) / torch::sqrt(active(norm->running_var) + kReferenceEpsilon);
    weight = weight * scale.view({-1, 1, 1, 1});
    bias = (bias - active(norm->running_mean)) * scale + active(norm->bias);
  }
  return TrainableConvolution(padded, weight, bias, /*stride=*/1, PaddingOf(layer));
}

}  // namespace facedeblur
