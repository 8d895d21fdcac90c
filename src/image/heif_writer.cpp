#include <new>
#include <opencv2/imgproc.hpp>
#include <string>

#include "image/heif_coding.h"
#include "image/heif_library.h"

namespace facedeblur {
namespace {

/// "420", ... as libheif's encoders name the sampling.
const char* NameOf(heif_chroma chroma) {
  return chroma == heif_chroma_444 ? "444" : chroma == heif_chroma_422 ? "422" : "420";
}

/// What a file to write is like.
struct Plan {
  int bits = 8;
  bool lossless = false;
  int quality = 0;  ///< where it is not lossless
  heif_chroma chroma = heif_chroma_444;
  bool premultiplied_alpha = false;
  const heif_color_profile_nclx* nclx = nullptr;  ///< of the source
};

Plan MakePlan(const cv::Mat& pixels, const SourceCoding* source, int quality,
              const HeifKind& kind) {
  constexpr int kLossyQuality = 95;
  constexpr int kMostBits = 12;
  const auto* coding = dynamic_cast<const HeifCoding*>(source);
  Plan plan;
  plan.lossless = quality == 0 && (source == nullptr || !source->lossy());
  plan.quality = quality > 0 ? quality : kLossyQuality;
  plan.bits = pixels.depth() == CV_8U ? 8 : kMostBits;
  plan.chroma = plan.lossless ? heif_chroma_444 : kind.usual_chroma;
  if (coding != nullptr) {
    // Not in AVIF: libheif 1.15 asks libaom for a wrong profile then, and libaom ends the process.
    // Later versions have not been tried.
    const bool ten = kind.compression == heif_compression_HEVC && coding->bits == 10;
    if (plan.bits > 8 && ten) plan.bits = 10;
    if (coding->chroma != heif_chroma_monochrome) plan.chroma = coding->chroma;
    plan.premultiplied_alpha = coding->premultiplied_alpha;
    plan.nclx = coding->nclx.get();
  }
  return plan;
}

/// True for those with which libheif converts from RGB.
bool IsUsual(heif_matrix_coefficients matrix) {
  return matrix == heif_matrix_coefficients_ITU_R_BT_709_5 ||
         matrix == heif_matrix_coefficients_ITU_R_BT_470_6_System_B_G ||
         matrix == heif_matrix_coefficients_ITU_R_BT_601_6 ||
         matrix == heif_matrix_coefficients_ITU_R_BT_2020_2_non_constant_luminance;
}

/// What the samples mean: as in the source, else what an ICC profile says, else sRGB. Lossless
/// files store RGB as it is, since conversion to YCbCr rounds.
HeifPtr<heif_color_profile_nclx> ColoursOf(const Plan& plan, bool grey, bool has_icc) {
  HeifPtr<heif_color_profile_nclx> nclx(heif_nclx_color_profile_alloc());
  if (!nclx) throw std::bad_alloc();
  nclx->color_primaries =
      has_icc ? heif_color_primaries_unspecified : heif_color_primaries_ITU_R_BT_709_5;
  nclx->transfer_characteristics = has_icc ? heif_transfer_characteristic_unspecified
                                           : heif_transfer_characteristic_IEC_61966_2_1;
  nclx->matrix_coefficients = heif_matrix_coefficients_ITU_R_BT_601_6;
  nclx->full_range_flag = 1;
  if (plan.nclx != nullptr) {
    nclx->color_primaries = plan.nclx->color_primaries;
    nclx->transfer_characteristics = plan.nclx->transfer_characteristics;
    if (IsUsual(plan.nclx->matrix_coefficients)) {
      nclx->matrix_coefficients = plan.nclx->matrix_coefficients;
    }
  }
  if (plan.lossless && !grey) nclx->matrix_coefficients = heif_matrix_coefficients_RGB_GBR;
  return nclx;
}

HeifPtr<heif_image> ToHeifImage(const cv::Mat& pixels, const Plan& plan) {
  const int channels = pixels.channels();
  const bool grey = channels == 1;
  const bool deep = plan.bits > 8;
  const heif_chroma three = deep ? heif_chroma_interleaved_RRGGBB_LE : heif_chroma_interleaved_RGB;
  const heif_chroma four =
      deep ? heif_chroma_interleaved_RRGGBBAA_LE : heif_chroma_interleaved_RGBA;
  const heif_channel channel = grey ? heif_channel_Y : heif_channel_interleaved;
  heif_image* created = nullptr;
  RequireHeif(heif_image_create(pixels.cols, pixels.rows,
                                grey ? heif_colorspace_monochrome : heif_colorspace_RGB,
                                grey            ? heif_chroma_monochrome
                                : channels == 3 ? three
                                                : four,
                                &created),
              ErrorKind::kOutput, "cannot encode");
  HeifPtr<heif_image> image(created);
  RequireHeif(heif_image_add_plane(created, channel, pixels.cols, pixels.rows, plan.bits),
              ErrorKind::kOutput, "cannot encode");
  int stride = 0;
  std::uint8_t* plane = heif_image_get_plane(created, channel, &stride);
  cv::Mat view(pixels.rows, pixels.cols, pixels.type(), plane, static_cast<std::size_t>(stride));
  if (channels == 1) pixels.copyTo(view);
  if (channels == 3) cv::cvtColor(pixels, view, cv::COLOR_BGR2RGB);
  if (channels == 4) cv::cvtColor(pixels, view, cv::COLOR_BGRA2RGBA);
  if (deep) view.convertTo(view, -1, ((1 << plan.bits) - 1) / 65535.0);
  heif_image_set_premultiplied_alpha(created, plan.premultiplied_alpha ? 1 : 0);
  return image;
}

HeifPtr<heif_encoder> NewEncoder(heif_context* context, const HeifKind& kind, const Plan& plan) {
  if (heif_have_encoder_for_format(kind.compression) == 0) {
    throw Error(ErrorKind::kOutput, std::string("libheif has no encoder for ") + kind.name +
                                        " here (Debian: " + kind.encoder_package + ")");
  }
  heif_encoder* created = nullptr;
  RequireHeif(heif_context_get_encoder_for_format(context, kind.compression, &created),
              ErrorKind::kOutput, "cannot encode");
  HeifPtr<heif_encoder> encoder(created);
  if (plan.lossless) {
    RequireHeif(heif_encoder_set_lossless(created, 1), ErrorKind::kOutput, "cannot encode");
  } else {
    heif_encoder_set_lossy_quality(created, plan.quality);
  }
  // Encoders have some of these and refuse the others. All run in the thread that calls them: the
  // tasks of the batch keep the processor busy, and the bytes do not depend on how many there are.
  heif_encoder_set_logging_level(created, 0);
  // The fast ways. Measured on one photo of 3 megapixels at quality 95: an eighth (x265) and a
  // third (libaom) of the defaults' time, files up to 4 % larger, PSNR at most 0.4 dB lower.
  heif_encoder_set_parameter_string(created, "preset", "ultrafast");
  heif_encoder_set_parameter_integer(created, "speed", 8);
  heif_encoder_set_parameter_string(created, "chroma", NameOf(plan.chroma));
  heif_encoder_set_parameter_integer(created, "threads", 1);
  heif_encoder_set_parameter(created, "x265:pools", "none");
  heif_encoder_set_parameter(created, "x265:frame-threads", "1");
  return encoder;
}

heif_error Append(heif_context* /*context*/, const void* data, std::size_t size, void* target) {
  auto* file = static_cast<Bytes*>(target);
  const auto* bytes = static_cast<const std::uint8_t*>(data);
  try {  // no exception may pass through libheif
    file->insert(file->end(), bytes, bytes + size);
  } catch (const std::exception&) {
    return {heif_error_Memory_allocation_error, heif_suberror_Unspecified, "out of memory"};
  }
  return {heif_error_Ok, heif_suberror_Unspecified, ""};
}

void AddMetadata(const RawMetadata& metadata, heif_context* context,
                 const heif_image_handle* photo) {
  constexpr const char* kWhat = "cannot write metadata";
  if (!metadata.exif.empty()) {
    RequireHeif(heif_context_add_exif_metadata(context, photo, metadata.exif.data(),
                                               static_cast<int>(metadata.exif.size())),
                ErrorKind::kOutput, kWhat);
  }
  if (!metadata.xmp.empty()) {
    RequireHeif(heif_context_add_XMP_metadata(context, photo, metadata.xmp.data(),
                                              static_cast<int>(metadata.xmp.size())),
                ErrorKind::kOutput, kWhat);
  }
}

}  // namespace

Bytes EncodeHeif(const cv::Mat& pixels, const SourceCoding* source, int quality,
                 const RawMetadata& metadata, const HeifKind& kind) {
  const std::string what = std::string("cannot encode ") + kind.name;
  const Plan plan = MakePlan(pixels, source, quality, kind);
  const HeifPtr<heif_context> context = NewHeifContext();
  const HeifPtr<heif_encoder> encoder = NewEncoder(context.get(), kind, plan);
  const HeifPtr<heif_image> image = ToHeifImage(pixels, plan);
  if (!metadata.icc.empty()) {
    RequireHeif(heif_image_set_raw_color_profile(image.get(), "prof", metadata.icc.data(),
                                                 metadata.icc.size()),
                ErrorKind::kOutput, what.c_str());
  }
  const auto nclx = ColoursOf(plan, pixels.channels() == 1, !metadata.icc.empty());
  RequireHeif(heif_image_set_nclx_color_profile(image.get(), nclx.get()), ErrorKind::kOutput,
              what.c_str());
  const HeifPtr<heif_encoding_options> options(heif_encoding_options_alloc());
  options->save_two_colr_boxes_when_ICC_and_nclx_available = 1;
  // libheif leaves this box out of HEIC by default. Without it libheif itself does not find colours
  // that are not sRGB.
  if (plan.nclx != nullptr) options->macOS_compatibility_workaround_no_nclx_profile = 0;
  heif_image_handle* encoded = nullptr;
  RequireHeif(
      heif_context_encode_image(context.get(), image.get(), encoder.get(), options.get(), &encoded),
      ErrorKind::kOutput, what.c_str());
  const HeifPtr<heif_image_handle> photo(encoded);
  AddMetadata(metadata, context.get(), encoded);
  Bytes file;
  heif_writer writer = {1, Append};
  RequireHeif(heif_context_write(context.get(), &writer, &file), ErrorKind::kOutput, what.c_str());
  return file;
}

}  // namespace facedeblur
