#include "facedeblur/dataset/degradation.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "dataset/blur.h"
#include "facedeblur/dataset/blur_kernel.h"
#include "facedeblur/image/sample_depth.h"

namespace facedeblur {
namespace {

constexpr double kGamma = 2.2;

/// A sensor clips light that is brighter than white. Without this a lamp's streak comes out grey.
void LiftHighlights(double lift, cv::Mat* linear) {
  constexpr double kNearWhite = 0.85;
  const cv::Mat excess = cv::max(*linear - cv::Scalar::all(kNearWhite), 0.0);
  *linear += excess * (lift / (1 - kNearWhite));
}

cv::Mat BlurAsLit(const cv::Mat& image, const Degradation& d) {
  if (d.turn == 0 && d.stretch == 0) return BlurInside(image, d.kernel);
  return BlurVarying(image, d.kernel, d.turn, d.stretch, d.direction);
}

cv::Mat Blur(const cv::Mat& sharp, const Degradation& d) {
  if (!d.linear_light) return BlurAsLit(sharp, d);
  cv::Mat linear;
  cv::pow(sharp, kGamma, linear);
  if (d.highlight_lift > 0) LiftHighlights(d.highlight_lift, &linear);
  cv::Mat blurred = cv::min(cv::max(BlurAsLit(linear, d), 0.0), 1.0);
  cv::pow(blurred, 1 / kGamma, blurred);
  return blurred;
}

/// Poisson-Gaussian noise (Foi et al., IEEE TIP 17-10, 2008) with the Poisson part as a Gaussian of
/// the same variance.
cv::Mat AddNoise(const cv::Mat& image, const Degradation& d) {
  if (d.read_noise <= 0 && d.shot_noise <= 0) return image;
  cv::Mat noisy = image.clone();
  Random random(d.noise_seed);
  for (int y = 0; y < noisy.rows; ++y) {
    auto* row = noisy.ptr<float>(y);
    for (int i = 0; i < noisy.cols * 3; ++i) {
      const double light = std::max(0.0, static_cast<double>(row[i]));
      const double variance = d.read_noise * d.read_noise + d.shot_noise * d.shot_noise * light;
      row[i] += static_cast<float>(std::sqrt(variance) * random.Normal());
    }
  }
  return noisy;
}

cv::Mat Resample(const cv::Mat& image, const Degradation& d) {
  if (d.resample >= 1) return image;
  cv::Mat small;
  cv::resize(image, small, {}, d.resample, d.resample, cv::INTER_AREA);
  cv::Mat large;
  cv::resize(small, large, image.size(), 0, 0, cv::INTER_CUBIC);
  return large;
}

/// Every image is rounded to 8 bits; some go through JPEG besides.
cv::Mat RoundAndCode(const cv::Mat& image, const Degradation& d) {
  cv::Mat rounded = ToEightBits(image);
  if (d.jpeg_quality > 0) {
    std::vector<unsigned char> coded;
    cv::imencode(".jpg", rounded, coded, {cv::IMWRITE_JPEG_QUALITY, d.jpeg_quality});
    rounded = cv::imdecode(coded, cv::IMREAD_COLOR);
  }
  cv::Mat result;
  rounded.convertTo(result, CV_32F, 1 / 255.0);
  return result;
}

DegradationEntry KernelEntry() {
  const auto draw = [](const PairOptions& options, Random* random, Degradation* d) {
    DrawnKernel drawn = RandomKernel(options.kernel, random);
    d->kernel = drawn.kernel;
    d->kernel_kind = std::move(drawn.kind);
  };
  const auto manifest = [](const Degradation& d) -> std::vector<ManifestField> {
    return {{"kernel", d.kernel_kind}, {"kernel_size", d.kernel.rows}};
  };
  return {"kernel",
          {{"--min-shake", [](PairOptions* o) { return &o->kernel.min_shake; }, 3, 199,
            "Smallest camera shake, pixels; odd"},
           {"--max-kernel", [](PairOptions* o) { return &o->kernel.max_size; }, 3, 199,
            "Largest kernel, pixels; odd"},
           {"--none", [](PairOptions* o) { return &o->kernel.none; }, 0, 1,
            "Share of images without blur"},
           {"--gaussian", [](PairOptions* o) { return &o->kernel.gaussian; }, 0, 1,
            "Share of anisotropic Gaussians"},
           {"--min-sigma", [](PairOptions* o) { return &o->kernel.min_sigma; }, 0.1, 30,
            "Smallest standard deviation of a Gaussian, pixels"},
           {"--max-sigma", [](PairOptions* o) { return &o->kernel.max_sigma; }, 0.1, 30,
            "Largest standard deviation of a Gaussian, pixels"},
           {"--defocus", [](PairOptions* o) { return &o->kernel.defocus; }, 0, 1,
            "Share of defocus discs"},
           {"--min-radius", [](PairOptions* o) { return &o->kernel.min_radius; }, 0.1, 99,
            "Smallest radius of a defocus disc, pixels"},
           {"--max-radius", [](PairOptions* o) { return &o->kernel.max_radius; }, 0.1, 99,
            "Largest radius of a defocus disc, pixels"},
           {"--composed", [](PairOptions* o) { return &o->kernel.composed; }, 0, 1,
            "Share of camera shakes with a Gaussian on top; the rest is camera shake alone"},
           {"--off-center", [](PairOptions* o) { return &o->kernel.off_center; }, 0, 1,
            "Leave kernels where they are drawn instead of centring them"}},
          draw,
          Blur,
          manifest};
}

DegradationEntry LightEntry() {
  const auto draw = [](const PairOptions& options, Random* random, Degradation* d) {
    const DegradationOptions& o = options.degradation;
    d->linear_light = random->Chance(o.linear_light);
    if (d->linear_light && random->Chance(o.highlights))
      d->highlight_lift = random->Uniform(0.5, 3);
  };
  const auto manifest = [](const Degradation& d) -> std::vector<ManifestField> {
    return {{"linear_light", d.linear_light}, {"highlight_lift", d.highlight_lift}};
  };
  return {"light",
          {{"--linear-light", [](PairOptions* o) { return &o->degradation.linear_light; }, 0, 1,
            "Share of images blurred in linear light"},
           {"--highlights", [](PairOptions* o) { return &o->degradation.highlights; }, 0, 1,
            "Share of the images in linear light that have lights above white"}},
          draw,
          nullptr,
          manifest};
}

DegradationEntry VariationEntry() {
  const auto draw = [](const PairOptions& options, Random* random, Degradation* d) {
    const DegradationOptions& o = options.degradation;
    if (!random->Chance(o.variation)) return;
    d->turn = random->Uniform(-1, 1) * o.max_turn;
    d->stretch = random->Uniform(-1, 1) * o.max_stretch;
    d->direction = random->Uniform(0, 2 * M_PI);
  };
  const auto manifest = [](const Degradation& d) -> std::vector<ManifestField> {
    return {{"turn_degrees", d.turn}, {"stretch", d.stretch}, {"direction", d.direction}};
  };
  return {"variation",
          {{"--variation", [](PairOptions* o) { return &o->degradation.variation; }, 0, 1,
            "Share of images whose blur varies over them"},
           {"--max-turn", [](PairOptions* o) { return &o->degradation.max_turn; }, 0, 90,
            "Largest turn of a varying blur across the image, degrees"},
           {"--max-stretch", [](PairOptions* o) { return &o->degradation.max_stretch; }, 0, 0.9,
            "Largest growth or shrinkage of a varying blur, as a part of its size"}},
          draw,
          nullptr,
          manifest};
}

DegradationEntry NoiseEntry() {
  const auto draw = [](const PairOptions& options, Random* random, Degradation* d) {
    d->read_noise = random->Uniform(0, options.degradation.max_noise);
    d->shot_noise = random->Uniform(0, options.degradation.max_shot_noise);
    d->noise_seed = random->Bits();
  };
  const auto manifest = [](const Degradation& d) -> std::vector<ManifestField> {
    return {{"read_noise", d.read_noise}, {"shot_noise", d.shot_noise}};
  };
  return {"noise",
          {{"--max-noise", [](PairOptions* o) { return &o->degradation.max_noise; }, 0, 1,
            "Largest read noise, standard deviation, 0 to 1"},
           {"--max-shot-noise", [](PairOptions* o) { return &o->degradation.max_shot_noise; }, 0, 1,
            "Largest shot noise at white, likewise"}},
          draw,
          AddNoise,
          manifest};
}

DegradationEntry ResamplingEntry() {
  const auto draw = [](const PairOptions& options, Random* random, Degradation* d) {
    const DegradationOptions& o = options.degradation;
    if (random->Chance(o.resample)) d->resample = random->Uniform(o.min_resample, 1);
  };
  const auto manifest = [](const Degradation& d) -> std::vector<ManifestField> {
    return {{"resample", d.resample}};
  };
  return {"resampling",
          {{"--resample", [](PairOptions* o) { return &o->degradation.resample; }, 0, 1,
            "Share that is shrunk and enlarged again"},
           {"--min-resample", [](PairOptions* o) { return &o->degradation.min_resample; }, 0.1, 1,
            "Smallest size it is shrunk to"}},
          draw,
          Resample,
          manifest};
}

DegradationEntry CodingEntry() {
  const auto draw = [](const PairOptions& options, Random* random, Degradation* d) {
    const DegradationOptions& o = options.degradation;
    if (!random->Chance(o.jpeg)) return;
    d->jpeg_quality = random->Integer(o.min_jpeg_quality, o.max_jpeg_quality);
  };
  const auto manifest = [](const Degradation& d) -> std::vector<ManifestField> {
    return {{"jpeg_quality", d.jpeg_quality}};
  };
  return {"coding",
          {{"--jpeg", [](PairOptions* o) { return &o->degradation.jpeg; }, 0, 1,
            "Share that goes through JPEG"},
           {"--min-jpeg-quality", [](PairOptions* o) { return &o->degradation.min_jpeg_quality; },
            1, 100, "Lowest quality"},
           {"--max-jpeg-quality", [](PairOptions* o) { return &o->degradation.max_jpeg_quality; },
            1, 100, "Highest quality"}},
          draw,
          RoundAndCode,
          manifest};
}

}  // namespace

const std::vector<DegradationEntry>& DegradationTable() {
  static const std::vector<DegradationEntry> table = {KernelEntry(),     LightEntry(),
                                                      VariationEntry(),  NoiseEntry(),
                                                      ResamplingEntry(), CodingEntry()};
  return table;
}

Degradation DrawDegradation(const PairOptions& options, const RandomStreams& streams,
                            const std::vector<DegradationEntry>& table) {
  Degradation degradation;
  for (const DegradationEntry& entry : table) {
    Random random = streams.Stream(entry.name);
    entry.draw(options, &random, &degradation);
  }
  return degradation;
}

cv::Mat Degrade(const cv::Mat& sharp, const Degradation& degradation) {
  cv::Mat image = sharp;
  for (const DegradationEntry& entry : DegradationTable()) {
    if (entry.apply != nullptr) image = entry.apply(image, degradation);
  }
  return image;
}

}  // namespace facedeblur
