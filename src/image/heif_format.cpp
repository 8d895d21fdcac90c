// HEIC and AVIF: HEIF containers (ISO/IEC 23008-12) with an HEVC or an AV1 image, by libheif.

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <opencv2/imgproc.hpp>
#include <string>
#include <utility>
#include <vector>

#include "image/exif_box.h"
#include "image/formats.h"
#include "image/heif_contents.h"
#include "image/heif_library.h"

namespace facedeblur {
namespace {

/// In what HEIC and AVIF differ.
struct Kind {
  const char* name;
  heif_compression_format compression;
  heif_chroma usual_chroma;  ///< sampling of lossy files whose source was none of these formats
  const char* decoder_package;
  const char* encoder_package;
};
// Phones decode HEVC with 4:2:0 alone.
constexpr Kind kHeic = {"HEIC", heif_compression_HEVC, heif_chroma_420, "libheif-plugin-libde265",
                        "libheif-plugin-x265"};
constexpr Kind kAvif = {"AVIF", heif_compression_AV1, heif_chroma_444, "libheif-plugin-dav1d",
                        "libheif-plugin-aomenc"};

/// "420", ... as libheif's encoders name the sampling.
const char* NameOf(heif_chroma chroma) {
  return chroma == heif_chroma_444 ? "444" : chroma == heif_chroma_422 ? "422" : "420";
}

struct HeifCoding : SourceCoding {
  /// Neither format tells without its codec's bit stream; nearly all files are lossy.
  bool lossy() const override { return true; }
  bool ColoursFit(ImageFormat format) const override {
    return described || format == ImageFormat::kHeic || format == ImageFormat::kAvif;
  }
  std::string colours() const override {
    return "CICP " + std::to_string(nclx->color_primaries) + "/" +
           std::to_string(nclx->transfer_characteristics);
  }

  int bits = 8;  ///< per sample
  heif_chroma chroma = heif_chroma_420;
  bool premultiplied_alpha = false;
  std::shared_ptr<const heif_color_profile_nclx> nclx;  ///< null: none
  bool described = true;  ///< there is an ICC profile, or the colours are those assumed without
};

/// True for the colours that a file without a profile is taken to have.
bool IsPlainColour(const heif_color_profile_nclx& nclx) {
  const bool primaries = nclx.color_primaries == heif_color_primaries_ITU_R_BT_709_5 ||
                         nclx.color_primaries == heif_color_primaries_unspecified ||
                         nclx.color_primaries == heif_color_primaries_ITU_R_BT_470_6_System_B_G ||
                         nclx.color_primaries == heif_color_primaries_ITU_R_BT_601_6;
  const auto transfer = nclx.transfer_characteristics;
  return primaries && (transfer == heif_transfer_characteristic_IEC_61966_2_1 ||
                       transfer == heif_transfer_characteristic_unspecified ||
                       transfer == heif_transfer_characteristic_ITU_R_BT_709_5 ||
                       transfer == heif_transfer_characteristic_ITU_R_BT_601_6);
}

/// A file that libheif has read the boxes of, and its photo.
struct OpenFile {
  HeifPtr<heif_context> context;
  HeifPtr<heif_image_handle> photo;
};

/// Keeps a reference to the bytes.
OpenFile Open(const std::uint8_t* bytes, std::size_t size, const Kind& kind) {
  const std::string what = std::string("damaged or truncated ") + kind.name;
  OpenFile file;
  file.context = NewHeifContext();
  RequireHeif(heif_context_read_from_memory_without_copy(file.context.get(), bytes, size, nullptr),
              ErrorKind::kInput, what.c_str());
  if (heif_context_get_number_of_top_level_images(file.context.get()) > 1) {
    throw Error(ErrorKind::kInput,
                std::string("several images in one ") + kind.name + ", which is not supported");
  }
  heif_image_handle* photo = nullptr;
  RequireHeif(heif_context_get_primary_image_handle(file.context.get(), &photo), ErrorKind::kInput,
              what.c_str());
  file.photo.reset(photo);
  return file;
}

template <const Kind& kind>
ImageSize Probe(const ByteView& file) {
  if (ReadHeifContents(file).sequence) {
    throw Error(ErrorKind::kInput,
                std::string("a sequence of images in ") + kind.name + ", which is not supported");
  }
  const OpenFile open = Open(file.data(), file.size(), kind);
  return {heif_image_handle_get_width(open.photo.get()),
          heif_image_handle_get_height(open.photo.get())};
}

/// The first metadata block of a type. Empty when there is none.
Bytes MetadataBlock(const heif_image_handle* photo, const char* type, const char* content_type) {
  const int count = heif_image_handle_get_number_of_metadata_blocks(photo, type);
  std::vector<heif_item_id> ids(static_cast<std::size_t>(std::max(count, 0)));
  heif_image_handle_get_list_of_metadata_block_IDs(photo, type, ids.data(), count);
  for (const heif_item_id id : ids) {
    const char* found = heif_image_handle_get_metadata_content_type(photo, id);
    if (content_type != nullptr && (found == nullptr || std::strcmp(found, content_type) != 0)) {
      continue;
    }
    Bytes block(heif_image_handle_get_metadata_size(photo, id));
    if (block.empty()) continue;
    if (heif_image_handle_get_metadata(photo, id, block.data()).code == heif_error_Ok) return block;
  }
  return {};
}

RawMetadata ReadRawMetadata(const heif_image_handle* photo) {
  RawMetadata raw;
  raw.exif = TiffOfExifBox(MetadataBlock(photo, "Exif", nullptr));
  raw.xmp = MetadataBlock(photo, "mime", "application/rdf+xml");
  raw.icc.resize(heif_image_handle_get_raw_color_profile_size(photo));
  if (!raw.icc.empty() &&
      heif_image_handle_get_raw_color_profile(photo, raw.icc.data()).code != heif_error_Ok) {
    raw.icc.clear();
  }
  return raw;
}

/// Images that belong to the photo, by their types, as "HDR gain map" and the like.
std::vector<std::string> Companions(const heif_image_handle* photo, const HeifContents& contents) {
  std::vector<std::string> found;
  bool gain_map = contents.tone_mapped;
  constexpr int kFilter = LIBHEIF_AUX_IMAGE_FILTER_OMIT_ALPHA | LIBHEIF_AUX_IMAGE_FILTER_OMIT_DEPTH;
  const int count = heif_image_handle_get_number_of_auxiliary_images(photo, kFilter);
  std::vector<heif_item_id> ids(static_cast<std::size_t>(std::max(count, 0)));
  heif_image_handle_get_list_of_auxiliary_image_IDs(photo, kFilter, ids.data(), count);
  bool others = false;
  for (const heif_item_id id : ids) {
    heif_image_handle* opened = nullptr;
    if (heif_image_handle_get_auxiliary_image_handle(photo, id, &opened).code != heif_error_Ok) {
      continue;
    }
    const HeifPtr<heif_image_handle> image(opened);
    const char* type = nullptr;
    if (heif_image_handle_get_auxiliary_type(opened, &type).code != heif_error_Ok) continue;
    const bool gain = std::strstr(type, "hdrgainmap") != nullptr;
    heif_image_handle_free_auxiliary_types(opened, &type);
    gain_map = gain_map || gain;
    others = others || !gain;
  }
  if (gain_map) found.emplace_back("HDR gain map");
  if (heif_image_handle_has_depth_image(photo) != 0) found.emplace_back("depth map");
  if (others) found.emplace_back("auxiliary images");
  if (contents.motion_video) found.emplace_back("motion video");
  return found;
}

std::string NoteOn(const std::vector<std::string>& companions) {
  if (companions.empty()) return {};
  std::string list;
  for (const std::string& companion : companions) list += (list.empty() ? "" : ", ") + companion;
  return "only a copy byte for byte keeps its " + list;
}

std::shared_ptr<HeifCoding> ReadCoding(const heif_image_handle* photo, int chroma, bool has_icc) {
  auto coding = std::make_shared<HeifCoding>();
  coding->bits = heif_image_handle_get_luma_bits_per_pixel(photo);
  coding->chroma = static_cast<heif_chroma>(chroma);
  coding->premultiplied_alpha = heif_image_handle_is_premultiplied_alpha(photo) != 0;
  heif_color_profile_nclx* nclx = nullptr;
  if (heif_image_handle_get_nclx_color_profile(photo, &nclx).code == heif_error_Ok) {
    coding->nclx.reset(nclx, HeifDeleter());
    coding->described = has_icc || IsPlainColour(*nclx);
  }
  return coding;
}

/// Interleaved RGB or RGBA as BGR or BGRA; samples of more than 8 bits scaled to 16.
cv::Mat PixelsOf(const heif_image& image, bool alpha) {
  const int bits = heif_image_get_bits_per_pixel_range(&image, heif_channel_interleaved);
  int stride = 0;
  const std::uint8_t* plane =
      heif_image_get_plane_readonly(&image, heif_channel_interleaved, &stride);
  const cv::Mat rgb(heif_image_get_height(&image, heif_channel_interleaved),
                    heif_image_get_width(&image, heif_channel_interleaved),
                    CV_MAKETYPE(bits > 8 ? CV_16U : CV_8U, alpha ? 4 : 3),
                    const_cast<std::uint8_t*>(plane), static_cast<std::size_t>(stride));
  cv::Mat pixels;
  cv::cvtColor(rgb, pixels, alpha ? cv::COLOR_RGBA2BGRA : cv::COLOR_RGB2BGR);
  if (bits > 8) pixels.convertTo(pixels, -1, 65535.0 / ((1 << bits) - 1));
  return pixels;
}

/// The transformations of the file (irot, imir, clap) are applied. Grey without alpha stays grey;
/// libheif gives it as RGB.
cv::Mat DecodePixels(const heif_image_handle* photo, const Kind& kind, const HeifCoding& coding) {
  const bool alpha = heif_image_handle_has_alpha_channel(photo) != 0;
  const heif_chroma deep =
      alpha ? heif_chroma_interleaved_RRGGBBAA_LE : heif_chroma_interleaved_RRGGBB_LE;
  const heif_chroma plain = alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB;
  const std::string what = std::string("damaged or truncated ") + kind.name;
  heif_image* decoded = nullptr;
  RequireHeif(heif_decode_image(photo, &decoded, heif_colorspace_RGB,
                                coding.bits > 8 ? deep : plain, nullptr),
              ErrorKind::kInput, what.c_str());
  const HeifPtr<heif_image> image(decoded);
  cv::Mat pixels = PixelsOf(*image, alpha);
  if (coding.chroma != heif_chroma_monochrome || alpha) return pixels;
  cv::Mat grey;
  cv::extractChannel(pixels, grey, 0);
  return grey;
}

template <const Kind& kind>
DecodedImage Decode(const Bytes& bytes) {
  if (heif_have_decoder_for_format(kind.compression) == 0) {
    throw Error(ErrorKind::kInput, std::string("libheif has no decoder for ") + kind.name +
                                       " here (Debian: " + kind.decoder_package + ")");
  }
  const OpenFile file = Open(bytes.data(), bytes.size(), kind);
  const heif_image_handle* photo = file.photo.get();
  const HeifContents contents = ReadHeifContents(ByteView(bytes, kind.name));
  DecodedImage image;
  image.metadata = ReadRawMetadata(photo);
  const auto coding = ReadCoding(photo, contents.chroma, !image.metadata.icc.empty());
  image.pixels = DecodePixels(photo, kind, *coding);
  if (image.pixels.cols != heif_image_handle_get_width(photo) ||
      image.pixels.rows != heif_image_handle_get_height(photo)) {
    throw Error(ErrorKind::kInput, std::string("damaged ") + kind.name +
                                       ": its image is not of the size that its header says");
  }
  image.source = coding;
  image.note = NoteOn(Companions(photo, contents));
  return image;
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

Plan MakePlan(const cv::Mat& pixels, const SourceCoding* source, int quality, const Kind& kind) {
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

HeifPtr<heif_encoder> NewEncoder(heif_context* context, const Kind& kind, const Plan& plan) {
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

template <const Kind& kind>
Bytes Encode(const cv::Mat& pixels, const SourceCoding* source, int quality,
             const RawMetadata& metadata) {
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

}  // namespace

FormatCodec HeicCodec() { return {Probe<kHeic>, Decode<kHeic>, Encode<kHeic>}; }

FormatCodec AvifCodec() { return {Probe<kAvif>, Decode<kAvif>, Encode<kAvif>}; }

}  // namespace facedeblur
