// Every stage beside the plain call of the library that one would use instead, on one thread.
// bench/whole_runs.py turns the pairs into ratios.
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>
#include <dlib/image_processing.h>
#include <dlib/image_processing/frontal_face_detector.h>
#include <dlib/opencv/cv_image.h>
#include <torch/nn/functional/conv.h>

#include <map>
#include <memory>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <string>

#include "facedeblur/face/compositor.h"
#include "facedeblur/face/detector.h"
#include "facedeblur/face/face_mask.h"
#include "facedeblur/image/codec.h"
#include "facedeblur/networks/restorers.h"
#include "facedeblur/nn/device.h"
#include "facedeblur/nn/precision.h"
#include "facedeblur/pipeline/image_processor.h"
#include "facedeblur/weights/reference_spec.h"
#include "nn/face_wiener_net.h"
#include "nn/packed_convolution.h"
#include "nn/reference_net.h"
#include "nn/trainable_convolution.h"

namespace facedeblur {
namespace {

constexpr char kLandmarks[] = "/usr/share/dlib/shape_predictor_68_face_landmarks.dat";
constexpr char kFinder[] = FACEDEBLUR_SOURCE_DIR "/models/face_finder.dat";

std::string DataFile(const std::string& name) {
  return std::string(FACEDEBLUR_SOURCE_DIR) + "/data/" + name;
}

cv::Mat Group(double megapixels) {
  const cv::Mat photo = cv::imread(DataFile("blurred/group_1.jpg"));
  cv::Mat scaled;
  const double scale = std::sqrt(megapixels * 1e6 / static_cast<double>(photo.total()));
  cv::resize(photo, scaled, {}, scale, scale, cv::INTER_CUBIC);
  return scaled;
}

// ---- network -----------------------------------------------------------------------------------

/// Multiply-adds of the U-Net's convolutions for a square chip (see nn/face_wiener_net.cpp).
double RefinementMultiplyAdds(double size) {
  const double widths[] = {32, 64, 128, 192};
  double pixels = size * size / 4;
  double sum = pixels * 9 * widths[0] * (48 + 12);  // head and tail
  for (int level = 0; level < 3; ++level) {
    sum += 8 * pixels * 9 * widths[level] * widths[level];  // four down, four up
    sum += 2 * pixels * widths[level] * widths[level + 1];  // there and back: 2x2/4 and 1x1*4/4
    pixels /= 4;
  }
  return sum + 4 * pixels * 9 * widths[3] * widths[3];
}

void SetRate(benchmark::State* state, double multiply_adds) {
  state->counters["GFLOP/s"] = benchmark::Counter(
      2e-9 * multiply_adds * static_cast<double>(state->iterations()), benchmark::Counter::kIsRate);
}

/// Whether to go on; a benchmark in bfloat16 is left out where the processor has none.
bool CanRun(benchmark::State& state, bool bfloat16) {
  if (!bfloat16 || HasBfloat16({})) return true;
  state.SkipWithError("the processor has no bfloat16");
  return false;
}

/// The limit: one plain 3x3 convolution as large as a cache likes it, weights packed, every
/// multiplication done. Arguments: channels, side, bf16.
void ConvolutionLimit(benchmark::State& state) {
  if (!CanRun(state, state.range(2) != 0)) return;
  const InferenceScope inference;
  const std::int64_t channels = state.range(0);
  const std::int64_t side = state.range(1);
  const auto precision = state.range(2) != 0 ? torch::kBFloat16 : torch::kFloat32;
  PackedConvolution::Options options;
  options.padding = 1;
  options.winograd = false;
  const auto layer = PackedConvolution::Create(torch::rand({channels, channels, 3, 3}),
                                               torch::rand({channels}), precision, options);
  if (!layer) {
    state.SkipWithError("built without oneDNN");
    return;
  }
  const torch::Tensor image = torch::rand({1, channels, side, side})
                                  .to(precision)
                                  .contiguous(torch::MemoryFormat::ChannelsLast);
  for (auto _ : state) benchmark::DoNotOptimize(layer->Run(image));
  SetRate(&state, static_cast<double>(side * side * channels * channels * 9));
}
BENCHMARK(ConvolutionLimit)->ArgsProduct({{64, 128, 256}, {32, 64}, {0}});
BENCHMARK(ConvolutionLimit)->ArgsProduct({{64, 128, 256}, {32, 64}, {1}});

/// The part of the network that grows with the face. Arguments: side of the chip, bf16, Winograd's
/// convolutions.
void Refine(benchmark::State& state) {
  if (!CanRun(state, state.range(1) != 0)) return;
  const InferenceScope inference;
  FaceWienerNet net(/*corrects_kernel=*/false);
  net->Pack(state.range(1) != 0 ? torch::kBFloat16 : torch::kFloat32, state.range(2) != 0);
  const torch::Tensor stack = torch::rand({1, 12, state.range(0), state.range(0)});
  for (auto _ : state) benchmark::DoNotOptimize(net->Refine(stack));
  SetRate(&state, RefinementMultiplyAdds(static_cast<double>(state.range(0))));
}
BENCHMARK(Refine)->ArgsProduct({{128, 256}, {0}, {0, 1}});
BENCHMARK(Refine)->ArgsProduct({{128, 256}, {1}, {0}});

/// The reference network on one chip. Argument: as LibTorch computes it, packed with oneDNN's
/// convolutions alone, or as shipped.
void RestoreReference(benchmark::State& state) {
  constexpr double kMultiplyAdds = 4.353e6;  // for each pixel
  const InferenceScope inference;
  ReferenceNet net;
  net->FoldNormalization();
  if (state.range(0) > 0) net->Pack(/*winograd=*/state.range(0) > 1);
  net->eval();
  const torch::Tensor chip = torch::rand({1, 3, kReferenceChipSize, kReferenceChipSize})
                                 .contiguous(torch::MemoryFormat::ChannelsLast);
  for (auto _ : state) benchmark::DoNotOptimize(net->forward(chip));
  SetRate(&state, kMultiplyAdds * kReferenceChipSize * kReferenceChipSize);
}
BENCHMARK(RestoreReference)->DenseRange(0, 2)->Unit(benchmark::kMillisecond);

/// A layer in training: forth, and back to its images and weights. Arguments: side of the filters,
/// channels, side of the eight images, as LibTorch computes it or as shipped.
void TrainLayer(benchmark::State& state) {
  const std::int64_t filter = state.range(0);
  const std::int64_t channels = state.range(1);
  const std::int64_t side = state.range(2);
  const torch::Tensor images = torch::rand({8, channels, side, side})
                                   .contiguous(torch::MemoryFormat::ChannelsLast)
                                   .requires_grad_();
  const torch::Tensor weight = torch::rand({channels, channels, filter, filter}).requires_grad_();
  const torch::Tensor bias = torch::rand({channels}).requires_grad_();
  for (auto _ : state) {
    const torch::Tensor result = state.range(3) != 0
                                     ? TrainableConvolution(images, weight, bias, 1, filter / 2)
                                     : torch::conv2d(images, weight, bias, 1, filter / 2);
    result.sum().backward();
  }
  SetRate(&state,
          3.0 * 8 * static_cast<double>(side * side * channels * channels * filter * filter));
}
BENCHMARK(TrainLayer)
    ->ArgsProduct({{3}, {32}, {64}, {0, 1}})
    ->ArgsProduct({{3}, {64}, {32}, {0, 1}})
    ->ArgsProduct({{3}, {128}, {16}, {0, 1}})
    ->ArgsProduct({{3}, {192}, {8}, {0, 1}})
    ->ArgsProduct({{5, 7}, {128}, {32}, {0, 1}})
    ->Unit(benchmark::kMillisecond);

/// The part that does not, once. Argument: bf16.
void EstimateKernel(benchmark::State& state) {
  if (!CanRun(state, state.range(0) != 0)) return;
  const InferenceScope inference;
  FaceWienerNet net(/*corrects_kernel=*/false);
  net->Pack(state.range(0) != 0 ? torch::kBFloat16 : torch::kFloat32);
  const torch::Tensor chip = torch::rand({1, 3, 128, 128});
  for (auto _ : state) benchmark::DoNotOptimize(net->EstimateFirstKernel(chip));
}
BENCHMARK(EstimateKernel)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

/// Three Wiener filters. Argument: side of the chip.
void Deconvolve(benchmark::State& state) {
  const InferenceScope inference;
  FaceWienerNet net(/*corrects_kernel=*/false);
  const torch::Tensor chip = torch::rand({1, 3, state.range(0), state.range(0)});
  const torch::Tensor kernel = torch::rand({1, KernelNetImpl::kKernel, KernelNetImpl::kKernel});
  for (auto _ : state) benchmark::DoNotOptimize(net->Deconvolve(chip, kernel));
}
BENCHMARK(Deconvolve)->Arg(128)->Arg(256)->Unit(benchmark::kMillisecond);

/// A whole face: the kernel is estimated from the chip and its mirror image, corrected and solved
/// for in rounds that each restore the chip (FaceWienerRunner::Improve); with it the chip is
/// deconvolved and, both ways, refined.
/// Arguments: side of the chip, bf16.
void RestoreChip(benchmark::State& state) {
  if (!CanRun(state, state.range(1) != 0)) return;
  ComputeDevice device;
  device.bfloat16 = state.range(1) != 0;
  const auto restorer =
      LoadRestorer(std::string(FACEDEBLUR_SOURCE_DIR) + "/models/face_wiener.h5", device);
  cv::Mat chip = cv::imread(DataFile("blurred/portrait_03.jpg"))(cv::Rect(112, 150, 256, 256));
  cv::resize(chip, chip,
             cv::Size(static_cast<int>(state.range(0)), static_cast<int>(state.range(0))));
  chip.convertTo(chip, CV_32F, 1.0 / 255);
  for (auto _ : state) benchmark::DoNotOptimize(restorer->Restore(chip));
}
BENCHMARK(RestoreChip)->ArgsProduct({{128, 256}, {0, 1}})->Unit(benchmark::kMillisecond);

// ---- faces -------------------------------------------------------------------------------------

const FaceDetector& Detector() {
  static const auto detector = [] {
    DetectorOptions options;
    options.finder = kFinder;
    return MakeDlibDetector(options);
  }();
  return *detector;
}

/// Argument: megapixels of a photo with six faces.
void Detect(benchmark::State& state) {
  const cv::Mat photo = Group(static_cast<double>(state.range(0)));
  Detector();
  for (auto _ : state) benchmark::DoNotOptimize(Detector().Detect(photo));
}
BENCHMARK(Detect)->Arg(2)->Arg(12)->Arg(24)->Unit(benchmark::kMillisecond);

/// How turned copies are searched where a photo shows no face upright.
enum class Turns { kNone, kRightAngles, kEighths };

const FaceDetector& DetectorWith(Turns turns) {
  static std::map<Turns, std::unique_ptr<FaceDetector>> detectors;
  std::unique_ptr<FaceDetector>& detector = detectors[turns];
  if (detector == nullptr) {
    DetectorOptions options;
    options.finder = kFinder;
    options.search_turned = turns != Turns::kNone;
    options.any_rotation = turns == Turns::kEighths;
    detector = MakeDlibDetector(options);
  }
  return *detector;
}

/// Arguments: megapixels of a photo without a face, and Turns.
void DetectNothing(benchmark::State& state) {
  cv::Mat photo = Group(static_cast<double>(state.range(0)));
  cv::GaussianBlur(photo, photo, {}, photo.cols / 40.0);
  const FaceDetector& detector = DetectorWith(static_cast<Turns>(state.range(1)));
  std::size_t found = 0;
  for (auto _ : state) found += detector.Detect(photo).size();
  if (found > 0) state.SkipWithError("a face was found");
}
BENCHMARK(DetectNothing)->ArgsProduct({{2, 12}, {0, 1, 2}})->Unit(benchmark::kMillisecond);

/// A search of the same copy as dlib's examples write it: of 2 megapixels, doubled.
void DetectPlain(benchmark::State& state) {
  const cv::Mat photo = Group(static_cast<double>(state.range(0)));
  const double scale = DetectionScale({}, photo.size());
  dlib::frontal_face_detector detector = dlib::get_frontal_face_detector();
  dlib::shape_predictor predictor;
  dlib::deserialize(kLandmarks) >> predictor;
  for (auto _ : state) {
    cv::Mat grey;
    cv::cvtColor(photo, grey, cv::COLOR_BGR2GRAY);
    cv::resize(grey, grey, {}, scale, scale);
    const dlib::cv_image<unsigned char> view(grey);
    for (const dlib::rectangle& face : detector(view, -0.25)) {
      benchmark::DoNotOptimize(predictor(view, face));
    }
  }
}
BENCHMARK(DetectPlain)->Arg(2)->Arg(12)->Unit(benchmark::kMillisecond);

/// The faces of a photo, placed and cut, with made-up changes.
struct Placed {
  cv::Mat photo = Group(12);
  std::vector<FaceTask> tasks;

  Placed() {
    tasks = PlaceFaces(photo.size(), Detector().Detect(photo), FaceNetworkTemplate(), {});
    for (FaceTask& task : tasks) {
      task.before = ExtractChip(photo, task.geometry);
      cv::GaussianBlur(task.before, task.after, {}, 2);
      task.change = task.after - task.before;
    }
  }
};

const Placed& SixFaces() {
  static const Placed placed;
  return placed;
}

void ExtractChips(benchmark::State& state) {
  SixFaces();
  for (auto _ : state) {
    for (const FaceTask& task : SixFaces().tasks) {
      benchmark::DoNotOptimize(ExtractChip(SixFaces().photo, task.geometry));
    }
  }
}
BENCHMARK(ExtractChips)->Unit(benchmark::kMillisecond);

void ExtractChipsPlain(benchmark::State& state) {
  SixFaces();
  for (auto _ : state) {
    for (const FaceTask& task : SixFaces().tasks) {
      cv::Mat chip;
      cv::warpAffine(SixFaces().photo, chip, task.geometry.chip_from_image.Matrix(),
                     cv::Size(task.geometry.size, task.geometry.size), cv::INTER_CUBIC);
      chip.convertTo(chip, CV_32F, 1.0 / 255);
      benchmark::DoNotOptimize(chip);
    }
  }
}
BENCHMARK(ExtractChipsPlain)->Unit(benchmark::kMillisecond);

void Blend(benchmark::State& state) {
  SixFaces();
  for (auto _ : state) {
    Image image;
    image.pixels = SixFaces().photo.clone();
    BlendFaces(SixFaces().tasks, 1, &image);
    benchmark::DoNotOptimize(image.pixels.data);
  }
}
BENCHMARK(Blend)->Unit(benchmark::kMillisecond);

/// As restoration scripts do it: every chip warped over the whole photo and blended there.
void BlendPlain(benchmark::State& state) {
  SixFaces();
  for (auto _ : state) {
    cv::Mat result;
    SixFaces().photo.convertTo(result, CV_32F, 1.0 / 255);
    for (const FaceTask& task : SixFaces().tasks) {
      cv::Mat face;
      cv::Mat mask;
      const cv::Matx23d back = task.geometry.chip_from_image.Inverse().Matrix();
      cv::warpAffine(task.after, face, back, result.size());
      cv::warpAffine(BlendingMask(task.face.landmarks, task.geometry), mask, back, result.size());
      cv::cvtColor(mask, mask, cv::COLOR_GRAY2BGR);
      result += mask.mul(face - result);
    }
    result.convertTo(result, CV_8U, 255);
    benchmark::DoNotOptimize(result);
  }
}
BENCHMARK(BlendPlain)->Unit(benchmark::kMillisecond);

// ---- codecs ------------------------------------------------------------------------------------

constexpr const char* kExtensions[] = {".jpg", ".png", ".webp", ".tif"};

Bytes EncodedPhoto(std::int64_t format) {
  Bytes bytes;
  cv::imencode(kExtensions[format], Group(4), bytes);
  return bytes;
}

/// Arguments: the index into kExtensions.
void Decode(benchmark::State& state) {
  const Bytes bytes = EncodedPhoto(state.range(0));
  std::string warning;
  for (auto _ : state) benchmark::DoNotOptimize(DecodeImage(bytes, {}, &warning));
}
BENCHMARK(Decode)->DenseRange(0, 3)->Unit(benchmark::kMillisecond);

void DecodePlain(benchmark::State& state) {
  const Bytes bytes = EncodedPhoto(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(cv::imdecode(bytes, cv::IMREAD_UNCHANGED));
}
BENCHMARK(DecodePlain)->DenseRange(0, 3)->Unit(benchmark::kMillisecond);

void Encode(benchmark::State& state) {
  std::string warning;
  const Image image = DecodeImage(EncodedPhoto(state.range(0)), {}, &warning);
  for (auto _ : state) benchmark::DoNotOptimize(EncodeImage(image, {}));
}
BENCHMARK(Encode)->DenseRange(0, 3)->Unit(benchmark::kMillisecond);

void EncodePlain(benchmark::State& state) {
  const cv::Mat photo = cv::imdecode(EncodedPhoto(state.range(0)), cv::IMREAD_UNCHANGED);
  for (auto _ : state) {
    Bytes bytes;
    cv::imencode(kExtensions[state.range(0)], photo, bytes);
    benchmark::DoNotOptimize(bytes);
  }
}
BENCHMARK(EncodePlain)->DenseRange(0, 3)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace facedeblur

int main(int argc, char** argv) {
  facedeblur::ConfigureInference();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
