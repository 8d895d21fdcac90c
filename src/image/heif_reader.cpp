#include <algorithm>
#include <cstring>
#include <memory>
#include <opencv2/imgproc.hpp>
#include <string>
#include <utility>
#include <vector>

#include "image/exif_box.h"
#include "image/heif_coding.h"
#include "image/heif_contents.h"
#include "image/heif_library.h"

namespace facedeblur {
namespace {

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
OpenFile Open(const std::uint8_t* bytes, std::size_t size, const HeifKind& kind) {
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
cv::Mat DecodePixels(const heif_image_handle* photo, const HeifKind& kind,
                     const HeifCoding& coding) {
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

}  // namespace

ImageSize ProbeHeif(const ByteView& file, const HeifKind& kind) {
  if (ReadHeifContents(file).sequence) {
    throw Error(ErrorKind::kInput,
                std::string("a sequence of images in ") + kind.name + ", which is not supported");
  }
  const OpenFile open = Open(file.data(), file.size(), kind);
  return {heif_image_handle_get_width(open.photo.get()),
          heif_image_handle_get_height(open.photo.get())};
}

DecodedImage DecodeHeif(const Bytes& bytes, const HeifKind& kind) {
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

}  // namespace facedeblur
