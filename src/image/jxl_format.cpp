// JPEG XL (ISO/IEC 18181), by libjxl: a code stream, alone or in boxes with metadata.

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <opencv2/imgproc.hpp>
#include <string>
#include <utility>

#include "facedeblur/util/error.h"
#include "image/bmff_boxes.h"
#include "image/exif_box.h"
#include "image/formats.h"
#include "image/jxl_boxes.h"
#include "image/jxl_library.h"

namespace facedeblur {
namespace {

constexpr const char* kName = "JPEG XL";

struct JxlCoding : SourceCoding {
  bool lossy() const override { return is_lossy; }
  bool MustDivideByAlpha(ImageFormat format) const override {
    return info.alpha_premultiplied == JXL_TRUE && format != ImageFormat::kJxl;
  }

  bool is_lossy = true;
  JxlBasicInfo info{};
  bool has_colours = false;  ///< told by `colours`, rather than by an ICC profile
  JxlColorEncoding colours{};
};

[[noreturn]] void ThrowDamaged() {
  throw Error(ErrorKind::kInput, std::string("damaged or truncated ") + kName);
}

[[noreturn]] void ThrowUnsupported(const char* what) {
  throw Error(ErrorKind::kInput, std::string(what) + " JPEG XL, which is not supported");
}

JxlBasicInfo InfoOf(const JxlDecoder* decoder) {
  JxlBasicInfo info;
  if (JxlDecoderGetBasicInfo(decoder, &info) != JXL_DEC_SUCCESS) ThrowDamaged();
  return info;
}

bool HasBlackChannel(const JxlDecoder* decoder, const JxlBasicInfo& info) {
  for (std::size_t i = 0; i < info.num_extra_channels; ++i) {
    JxlExtraChannelInfo channel;
    if (JxlDecoderGetExtraChannelInfo(decoder, i, &channel) == JXL_DEC_SUCCESS &&
        channel.type == JXL_CHANNEL_BLACK) {
      return true;
    }
  }
  return false;
}

ImageSize ProbeJxl(const ByteView& file) {
  if (file.U8(0) == 0) BoxesOf(file);  // they must fit
  const JxlDecoderPtr decoder = NewJxlDecoder(file.data(), file.size(), JXL_DEC_BASIC_INFO);
  const JxlDecoderStatus status = JxlDecoderProcessInput(decoder.get());
  if (status == JXL_DEC_NEED_MORE_INPUT) file.Require(file.size(), 1);
  if (status != JXL_DEC_BASIC_INFO) file.ThrowDamaged();
  const JxlBasicInfo info = InfoOf(decoder.get());
  if (info.have_animation == JXL_TRUE) ThrowUnsupported("an animated");
  if (info.exponent_bits_per_sample > 0 || info.bits_per_sample > 16) {
    throw Error(ErrorKind::kInput, "JPEG XL with samples that are not 8 or 16 bit integers");
  }
  if (HasBlackChannel(decoder.get(), info)) ThrowUnsupported("a CMYK");
  return {info.xsize, info.ysize};
}

/// Files without a profile are taken for this.
bool IsSrgb(const JxlColorEncoding& colours) {
  return colours.white_point == JXL_WHITE_POINT_D65 &&
         (colours.color_space == JXL_COLOR_SPACE_GRAY || colours.primaries == JXL_PRIMARIES_SRGB) &&
         colours.transfer_function == JXL_TRANSFER_FUNCTION_SRGB;
}

/// Of the pixels as we decode and encode them: interleaved, 8 or 16 bits.
JxlPixelFormat PixelFormat(const cv::Mat& pixels) {
  return {static_cast<std::uint32_t>(pixels.channels()),
          pixels.depth() == CV_8U ? JXL_TYPE_UINT8 : JXL_TYPE_UINT16, JXL_NATIVE_ENDIAN, 0};
}

cv::Mat EmptyPixels(const JxlBasicInfo& info) {
  const bool alpha = info.alpha_bits > 0;
  const int channels = alpha ? 4 : info.num_color_channels == 1 ? 1 : 3;
  const int depth = std::max(info.bits_per_sample, info.alpha_bits) > 8 ? CV_16U : CV_8U;
  cv::Mat pixels(static_cast<int>(info.ysize), static_cast<int>(info.xsize),
                 CV_MAKETYPE(depth, channels));
  return pixels;
}

/// All of the code stream. The decoder turns the pixels upright.
void DecodeStream(const Bytes& file, DecodedImage* image, JxlCoding* coding) {
  const JxlDecoderPtr decoder = NewJxlDecoder(
      file.data(), file.size(), JXL_DEC_BASIC_INFO | JXL_DEC_COLOR_ENCODING | JXL_DEC_FULL_IMAGE);
  while (true) {
    switch (JxlDecoderProcessInput(decoder.get())) {
      case JXL_DEC_BASIC_INFO:
        coding->info = InfoOf(decoder.get());
        image->pixels = EmptyPixels(coding->info);
        break;
      case JXL_DEC_COLOR_ENCODING:
        coding->has_colours = JxlColours(decoder.get(), &coding->colours);
        if (coding->has_colours && IsSrgb(coding->colours)) break;
        image->metadata.icc = JxlIccProfile(decoder.get());
        break;
      case JXL_DEC_NEED_IMAGE_OUT_BUFFER: {
        const JxlPixelFormat format = PixelFormat(image->pixels);
        if (JxlDecoderSetImageOutBuffer(decoder.get(), &format, image->pixels.data,
                                        image->pixels.total() * image->pixels.elemSize()) !=
            JXL_DEC_SUCCESS) {
          ThrowDamaged();
        }
        break;
      }
      case JXL_DEC_FULL_IMAGE:
        break;
      case JXL_DEC_SUCCESS:
        return;
      default:
        ThrowDamaged();
    }
  }
}

std::string NoteOn(const JxlBoxes& boxes, const JxlBasicInfo& info) {
  std::string note;
  const auto add = [&](const char* text) {
    note += (note.empty() ? "" : "; ") + std::string(text);
  };
  if (boxes.damaged) add("damaged metadata; some of it is lost");
  if (boxes.gain_map) add("only a copy byte for byte keeps its HDR gain map");
  const std::uint32_t known = info.alpha_bits > 0 ? 1 : 0;
  if (info.num_extra_channels > known) add("only a copy byte for byte keeps its extra channels");
  return note;
}

DecodedImage DecodeJxl(const Bytes& file) {
  const JxlBoxes boxes = ReadJxlBoxes(file);
  DecodedImage image;
  image.metadata = boxes.metadata;
  auto coding = std::make_shared<JxlCoding>();
  DecodeStream(file, &image, coding.get());
  // Lossy files are in XYB as a rule, or are packed JPEGs; lossless ones never are.
  coding->is_lossy = coding->info.uses_original_profile == JXL_FALSE || boxes.from_jpeg;
  const int channels = image.pixels.channels();
  if (channels == 3) cv::cvtColor(image.pixels, image.pixels, cv::COLOR_RGB2BGR);
  if (channels == 4) cv::cvtColor(image.pixels, image.pixels, cv::COLOR_RGBA2BGRA);
  image.note = NoteOn(boxes, coding->info);
  image.source = std::move(coding);
  return image;
}

/// libjxl's measure of loss for a quality like that of JPEG.
float DistanceOf(int quality) {
  const auto q = static_cast<float>(quality);
  if (quality >= 30) return 0.1F + (100.0F - q) * 0.09F;
  return 53.0F / 3000.0F * q * q - 23.0F / 20.0F * q + 25.0F;
}

void Require(JxlEncoderStatus status, const char* what) {
  if (status == JXL_ENC_SUCCESS) return;
  throw Error(ErrorKind::kOutput, std::string("cannot encode JPEG XL: ") + what);
}

JxlBasicInfo InfoFor(const cv::Mat& pixels, const JxlCoding* source, bool lossless) {
  JxlBasicInfo info;
  JxlEncoderInitBasicInfo(&info);
  info.xsize = static_cast<std::uint32_t>(pixels.cols);
  info.ysize = static_cast<std::uint32_t>(pixels.rows);
  info.bits_per_sample = pixels.depth() == CV_8U ? 8 : 16;
  info.num_color_channels = pixels.channels() == 1 ? 1 : 3;
  info.uses_original_profile = lossless ? JXL_TRUE : JXL_FALSE;
  if (source != nullptr) {
    const std::uint32_t bits = source->info.bits_per_sample;
    if ((bits > 8) == (info.bits_per_sample > 8)) info.bits_per_sample = bits;
    info.intensity_target = source->info.intensity_target;
    info.min_nits = source->info.min_nits;
    info.relative_to_max_display = source->info.relative_to_max_display;
    info.linear_below = source->info.linear_below;
    info.alpha_premultiplied = source->info.alpha_premultiplied;
  }
  if (pixels.channels() == 4) {
    info.num_extra_channels = 1;
    info.alpha_bits = info.bits_per_sample;
  } else {
    info.alpha_premultiplied = JXL_FALSE;
  }
  return info;
}

void SetColours(const JxlCoding* source, const Bytes& icc, bool grey, JxlEncoder* encoder) {
  constexpr const char* kWhat = "its colours cannot be described";
  if (source != nullptr && source->has_colours) {
    JxlColorEncoding colours = source->colours;
    if (!grey && colours.color_space == JXL_COLOR_SPACE_GRAY) {  // grey with alpha
      colours.color_space = JXL_COLOR_SPACE_RGB;
      colours.primaries = JXL_PRIMARIES_SRGB;
    }
    Require(JxlEncoderSetColorEncoding(encoder, &colours), kWhat);
  } else if (!icc.empty()) {
    Require(JxlEncoderSetICCProfile(encoder, icc.data(), icc.size()),
            "libjxl does not understand its ICC profile");
  } else {
    JxlColorEncoding srgb;
    JxlColorEncodingSetToSRGB(&srgb, grey ? JXL_TRUE : JXL_FALSE);
    Require(JxlEncoderSetColorEncoding(encoder, &srgb), kWhat);
  }
}

void AddBoxes(const RawMetadata& metadata, JxlEncoder* encoder) {
  if (metadata.exif.empty() && metadata.xmp.empty()) return;
  constexpr const char* kWhat = "its metadata cannot be written";
  Require(JxlEncoderUseBoxes(encoder), kWhat);
  if (!metadata.exif.empty()) {
    const Bytes box = ExifBoxOf(metadata.exif);
    Require(JxlEncoderAddBox(encoder, "Exif", box.data(), box.size(), JXL_FALSE), kWhat);
  }
  if (!metadata.xmp.empty()) {
    Require(JxlEncoderAddBox(encoder, "xml ", metadata.xmp.data(), metadata.xmp.size(), JXL_FALSE),
            kWhat);
  }
}

void AddFrame(const cv::Mat& pixels, bool lossless, int quality, JxlEncoder* encoder) {
  JxlEncoderFrameSettings* settings = JxlEncoderFrameSettingsCreate(encoder, nullptr);
  if (settings == nullptr) throw std::bad_alloc();
  if (lossless) {
    constexpr int kFast = 3;  // as for PNG, speed counts more than size
    JxlEncoderFrameSettingsSetOption(settings, JXL_ENC_FRAME_SETTING_EFFORT, kFast);
    Require(JxlEncoderSetFrameLossless(settings, JXL_TRUE), "lossless");
  } else {
    Require(JxlEncoderSetFrameDistance(settings, DistanceOf(quality)), "quality");
#if JPEGXL_NUMERIC_VERSION >= JPEGXL_COMPUTE_NUMERIC_VERSION(0, 9, 0)
    if (pixels.channels() == 4) JxlEncoderSetExtraChannelDistance(settings, 0, 0.0F);
#endif
  }
  cv::Mat rgb;
  if (pixels.channels() == 1) rgb = pixels.isContinuous() ? pixels : pixels.clone();
  if (pixels.channels() == 3) cv::cvtColor(pixels, rgb, cv::COLOR_BGR2RGB);
  if (pixels.channels() == 4) cv::cvtColor(pixels, rgb, cv::COLOR_BGRA2RGBA);
  const JxlPixelFormat format = PixelFormat(rgb);
  Require(JxlEncoderAddImageFrame(settings, &format, rgb.data, rgb.total() * rgb.elemSize()),
          "libjxl refuses the pixels");
}

Bytes Output(JxlEncoder* encoder) {
  constexpr std::size_t kFirstSize = 1UL << 16;
  Bytes file(kFirstSize);
  std::size_t used = 0;
  while (true) {
    std::uint8_t* next = file.data() + used;
    std::size_t left = file.size() - used;
    const JxlEncoderStatus status = JxlEncoderProcessOutput(encoder, &next, &left);
    used = file.size() - left;
    if (status != JXL_ENC_NEED_MORE_OUTPUT) {
      Require(status, "libjxl gives up");
      file.resize(used);
      return file;
    }
    file.resize(file.size() * 2);
  }
}

Bytes EncodeJxl(const cv::Mat& pixels, const SourceCoding* source, int quality,
                const RawMetadata& metadata) {
  constexpr int kLossyQuality = 95;
  const auto* coding = dynamic_cast<const JxlCoding*>(source);
  const bool lossless = quality == 0 && (source == nullptr || !source->lossy());
  const JxlEncoderPtr encoder(JxlEncoderCreate(nullptr));
  if (!encoder) throw std::bad_alloc();
  const JxlBasicInfo info = InfoFor(pixels, coding, lossless);
  Require(JxlEncoderSetBasicInfo(encoder.get(), &info), "libjxl refuses this size or depth");
  const int level = JxlEncoderGetRequiredCodestreamLevel(encoder.get());
  if (level > 0) JxlEncoderSetCodestreamLevel(encoder.get(), level);
  SetColours(coding, metadata.icc, pixels.channels() == 1, encoder.get());
  AddBoxes(metadata, encoder.get());
  AddFrame(pixels, lossless, quality > 0 ? quality : kLossyQuality, encoder.get());
  JxlEncoderCloseInput(encoder.get());
  return Output(encoder.get());
}

}  // namespace

FormatCodec JxlCodec() { return {ProbeJxl, DecodeJxl, EncodeJxl}; }

}  // namespace facedeblur
