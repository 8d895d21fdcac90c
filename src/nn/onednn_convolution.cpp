#include "nn/onednn_convolution.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <mutex>
#include <oneapi/dnnl/dnnl.hpp>
#include <unordered_map>
#include <utility>
#include <vector>

namespace facedeblur {
namespace {

using dnnl::memory;

// Variants of a layer that are kept: one for each size of image, a few hundred bytes each.
constexpr std::size_t kVariantsKept = 16;

const dnnl::engine& Engine() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

dnnl::stream& Stream() {
  thread_local dnnl::stream stream(Engine());
  return stream;
}

memory::data_type DataType(at::ScalarType type) {
  return type == at::kBFloat16 ? memory::data_type::bf16 : memory::data_type::f32;
}

memory Reordered(memory source, const memory::desc& layout) {
  memory target(layout, Engine());
  dnnl::reorder(source, target).execute(Stream(), source, target);
  Stream().wait();
  return target;
}

/// A layer's weights in each layout that a size has asked for: nearly always one or two.
struct LayerWeights {
  memory::dims shape;
  memory::desc plain_layout;
  at::Tensor plain;  // until the first layout is made
  std::vector<memory> layouts;
  at::Tensor bias;

  memory In(const memory::desc& layout);
};

memory LayerWeights::In(const memory::desc& layout) {
  for (const memory& known : layouts) {
    if (known.get_desc() == layout) return known;
  }
  // oneDNN is quick only from and to the plain layout.
  layouts.push_back(Reordered(plain.defined() ? memory(plain_layout, Engine(), plain.data_ptr())
                                              : Reordered(layouts.front(), plain_layout),
                              layout));
  plain.reset();
  return layouts.back();
}

/// The convolution made for one size of image, and for one number of threads: oneDNN splits the
/// work when it makes it.
struct Variant {
  std::vector<std::int64_t> size;
  std::vector<std::int64_t> target_size;
  bool onto = false;
  int threads = 0;
  dnnl::convolution_forward run;
  memory::desc source;
  memory::desc target;
  memory::desc scratchpad;
  memory weights;
  memory bias;

  void Execute(const at::Tensor& from, const at::Tensor& to) const;
};

void Variant::Execute(const at::Tensor& from, const at::Tensor& to) const {
  std::unordered_map<int, memory> arguments = {
      {DNNL_ARG_SRC, memory(source, Engine(), from.data_ptr())},
      {DNNL_ARG_WEIGHTS, weights},
      {DNNL_ARG_BIAS, bias},
      {DNNL_ARG_DST, memory(target, Engine(), to.data_ptr())}};
  at::Tensor scratch;
  if (const std::size_t bytes = scratchpad.get_size(); bytes > 0) {
    scratch = at::empty({static_cast<std::int64_t>(bytes)}, at::kByte);
    arguments.emplace(DNNL_ARG_SCRATCHPAD, memory(scratchpad, Engine(), scratch.data_ptr()));
  }
  run.execute(Stream(), arguments);
  Stream().wait();
}

/// The convolution's arguments, in the words of both of oneDNN's interfaces.
struct Geometry {
  memory::desc source;
  memory::desc weights;
  memory::desc bias;
  memory::desc target;
  memory::dims strides;
  memory::dims padding;

  dnnl::convolution_forward::primitive_desc Describe(const dnnl::primitive_attr& attributes) const {
    constexpr auto kKind = dnnl::prop_kind::forward_inference;
    constexpr auto kAlgorithm = dnnl::algorithm::convolution_direct;
#if DNNL_VERSION_MAJOR >= 3
    return {Engine(), kKind,   kAlgorithm, source,  weights,   bias,
            target,   strides, padding,    padding, attributes};
#else
    return {{kKind, kAlgorithm, source, weights, bias, target, strides, padding, padding},
            attributes,
            Engine()};
#endif
  }
};

void AppendRelu(dnnl::post_ops* post_ops) {
#if DNNL_VERSION_MAJOR >= 3
  post_ops->append_eltwise(dnnl::algorithm::eltwise_relu, 0.0F, 0.0F);
#else
  post_ops->append_eltwise(1.0F, dnnl::algorithm::eltwise_relu, 0.0F, 0.0F);
#endif
}

class OneDnnConvolution : public PackedConvolution {
 public:
  OneDnnConvolution(const at::Tensor& weight, const at::Tensor& bias, at::ScalarType precision,
                    const Options& options)
      : precision_(precision), options_(options) {
    weights_.shape = weight.sizes().vec();
    weights_.plain_layout = {weights_.shape, DataType(precision), memory::format_tag::oihw};
    weights_.plain = weight.to(precision).contiguous();
    weights_.bias = bias.contiguous();
  }

  at::Tensor Run(const at::Tensor& images) const override;
  at::Tensor RunOnto(const at::Tensor& sum, const at::Tensor& images) const override;

 private:
  at::Tensor Arrange(const at::Tensor& tensor) const;
  std::shared_ptr<const Variant> VariantFor(at::IntArrayRef size, bool onto) const;
  dnnl::primitive_attr Attributes(bool onto) const;
  Variant Make(at::IntArrayRef size, bool onto) const;

  at::ScalarType precision_;
  Options options_;
  mutable std::mutex mutex_;
  mutable LayerWeights weights_;
  mutable std::vector<std::shared_ptr<const Variant>> variants_;  // the latest last
};

std::shared_ptr<const Variant> OneDnnConvolution::VariantFor(at::IntArrayRef size,
                                                             bool onto) const {
  // Asked of LibTorch, which sets the number for a new thread no sooner than that.
  const int threads = at::get_num_threads();
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(variants_.begin(), variants_.end(), [&](const auto& known) {
    return known->size == size && known->onto == onto && known->threads == threads;
  });
  if (found != variants_.end()) return *found;

  auto made = std::make_shared<Variant>(Make(size, onto));
  made->threads = threads;
  if (variants_.size() == kVariantsKept) variants_.erase(variants_.begin());
  variants_.push_back(made);
  return made;
}

/// What goes on in the same pass as the convolution.
dnnl::primitive_attr OneDnnConvolution::Attributes(bool onto) const {
  dnnl::post_ops post_ops;
  if (onto) post_ops.append_sum(1.0F);
  if (options_.relu) AppendRelu(&post_ops);
  dnnl::primitive_attr attributes;
  attributes.set_post_ops(post_ops);
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

/// With the mutex locked.
Variant OneDnnConvolution::Make(at::IntArrayRef size, bool onto) const {
  const std::int64_t kernel = weights_.shape[2];
  const auto after = [&](std::int64_t side) {
    return (side + 2 * options_.padding - kernel) / options_.stride + 1;
  };
  const auto type = DataType(precision_);
  Variant made;
  made.size = size.vec();
  made.onto = onto;
  made.source = {made.size, type, memory::format_tag::nhwc};
  made.target_size = {size[0], weights_.shape[0], after(size[2]), after(size[3])};
  made.target = {made.target_size, type, memory::format_tag::nhwc};
  const memory::desc bias({weights_.shape[0]}, memory::data_type::f32, memory::format_tag::x);
  const Geometry geometry = {made.source,
                             memory::desc(weights_.shape, type, memory::format_tag::any),
                             bias,
                             made.target,
                             memory::dims(2, options_.stride),
                             memory::dims(2, options_.padding)};
  const auto description = geometry.Describe(Attributes(onto));
  made.run = dnnl::convolution_forward(description);
  made.scratchpad = description.scratchpad_desc();
  made.weights = weights_.In(description.weights_desc());
  made.bias = memory(bias, Engine(), weights_.bias.data_ptr());
  return made;
}

at::Tensor OneDnnConvolution::Arrange(const at::Tensor& tensor) const {
  return tensor.to(precision_).contiguous(at::MemoryFormat::ChannelsLast);
}

at::Tensor OneDnnConvolution::Run(const at::Tensor& images) const {
  const at::Tensor source = Arrange(images);
  const auto variant = VariantFor(source.sizes(), /*onto=*/false);
  at::Tensor target =
      at::empty(variant->target_size, source.options(), at::MemoryFormat::ChannelsLast);
  variant->Execute(source, target);
  return target;
}

at::Tensor OneDnnConvolution::RunOnto(const at::Tensor& sum, const at::Tensor& images) const {
  const at::Tensor source = Arrange(images);
  at::Tensor target = Arrange(sum);
  const auto variant = VariantFor(source.sizes(), /*onto=*/true);
  TORCH_CHECK(target.sizes() == variant->target_size, "a sum of ", target.sizes(),
              " does not fit the convolution");
  variant->Execute(source, target);
  return target;
}

}  // namespace

bool HasOneDnn() { return true; }

std::unique_ptr<PackedConvolution> MakeOneDnnConvolution(
    const at::Tensor& weight, const at::Tensor& bias, at::ScalarType precision,
    const PackedConvolution::Options& options) {
  return std::make_unique<OneDnnConvolution>(weight, bias, precision, options);
}

}  // namespace facedeblur
