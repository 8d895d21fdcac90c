#include "facedeblur/image/codec.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "facedeblur/image/orientation.h"
#include "facedeblur/image/probe.h"
#include "facedeblur/image/sample_depth.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/text.h"
#include "image/formats.h"

namespace facedeblur {
namespace {

Metadata ReadMetadata(HoldsMetadata holds, const Bytes& bytes, const RawMetadata& raw) {
  switch (holds) {
    case HoldsMetadata::kByExiv2:
    case HoldsMetadata::kByBoth:
      return Metadata::Read(bytes);
    case HoldsMetadata::kByCodec:
      return Metadata::FromRaw(raw);
    default:
      return {};
  }
}

Metadata ReadMetadataLeniently(HoldsMetadata holds, const Bytes& bytes, const RawMetadata& raw,
                               std::string* note) {
  try {
    return ReadMetadata(holds, bytes, raw);
  } catch (const Error& error) {
    *note = std::string(error.what()) + "; written without metadata";
    return {};
  }
}

std::vector<std::string> FormatsWithAlpha() {
  std::vector<std::string> names;
  for (const FormatRow& row : Formats()) {
    if (row.holds.alpha) names.emplace_back(row.name);
  }
  return names;
}

void RequireAlphaFits(const cv::Mat& pixels, const FormatRow& row) {
  if (pixels.channels() != 4 || row.holds.alpha) return;
  throw Error(ErrorKind::kOutput, std::string("the image has transparency, which ") + row.name +
                                      " cannot hold; use " + Alternatives(FormatsWithAlpha()));
}

void RequireColoursFit(const Image& image, const FormatRow& row) {
  if (!image.source || image.source->ColoursFit(row.format)) return;
  throw Error(ErrorKind::kOutput, std::string("the colours (") + image.source->colours() +
                                      ") have no ICC profile, which " + row.name +
                                      " would need; use " + FormatName(image.format));
}

/// Black where alpha is 0.
cv::Mat DividedByAlpha(const cv::Mat& pixels) {
  std::vector<cv::Mat> channels;
  cv::split(pixels, channels);
  const double largest = pixels.depth() == CV_16U ? 65535 : 255;
  for (std::size_t c = 0; c < 3; ++c) cv::divide(channels[c], channels[3], channels[c], largest);
  cv::Mat divided;
  cv::merge(channels, divided);
  return divided;
}

/// As a file of this format holds them.
cv::Mat PixelsFor(const Image& image, const FormatRow& row) {
  const bool divides =
      image.pixels.channels() == 4 && image.source && image.source->MustDivideByAlpha(row.format);
  const cv::Mat pixels = divides ? DividedByAlpha(image.pixels) : image.pixels;
  return row.holds.sixteen_bits ? pixels : ToEightBits(pixels);
}

/// ICC.1:2022, 7.2.6: the colour space stands in the profile's header.
bool IsOfGrey(const Bytes& icc) {
  constexpr std::string_view kGrey = "GRAY";
  constexpr std::size_t kPlace = 16;
  return icc.size() >= kPlace + kGrey.size() &&
         std::equal(kGrey.begin(), kGrey.end(), icc.begin() + kPlace);
}

void Add(const std::string& text, std::string* note) {
  if (text.empty()) return;
  *note += (note->empty() ? "" : "; ") + text;
}

}  // namespace

void RequireWithin(const DecodeLimits& limits, const ImageHeader& header) {
  if (header.pixels() <= limits.max_pixels) return;
  throw Error(ErrorKind::kInput, "too large: " + std::to_string(header.width) + "x" +
                                     std::to_string(header.height) + " exceeds " +
                                     std::to_string(limits.max_pixels) + " pixels (--max-pixels)");
}

Image DecodeImage(const Bytes& bytes, const DecodeLimits& limits, std::string* warning) {
  const ImageHeader header = ProbeImage(bytes);
  RequireWithin(limits, header);
  return DecodeProbedImage(bytes, header, warning);
}

Image DecodeProbedImage(const Bytes& bytes, const ImageHeader& header, std::string* warning) {
  const FormatRow& row = RowOf(header.format);
  Image image;
  image.format = header.format;

  DecodedImage decoded = row.codec.decode(bytes);
  std::string note;
  image.metadata = ReadMetadataLeniently(row.holds.metadata, bytes, decoded.metadata, &note);
  if (!decoded.profile_fits) image.metadata = image.metadata.WithoutIcc();
  if (decoded.pixels.channels() > 1 && IsOfGrey(image.metadata.icc())) {
    image.metadata = image.metadata.WithoutIcc();
    Add("written without its ICC profile, which is for grey without transparency", &note);
  }
  const int orientation = image.metadata.orientation();
  image.pixels = ToUpright(decoded.pixels, orientation);
  if (decoded.source) decoded.source->Turn(orientation);
  image.source = std::move(decoded.source);

  Add(decoded.note, &note);
  if (!note.empty()) *warning = note;
  return image;
}

Bytes EncodeImage(const Image& image, const EncodeOptions& options) {
  const FormatRow& row = UsableRowOf(options.format.value_or(image.format), ErrorKind::kOutput);
  RequireAlphaFits(image.pixels, row);
  RequireColoursFit(image, row);
  const cv::Mat pixels = PixelsFor(image, row);
  const cv::Size size = image.pixels.size();
  const bool by_codec =
      row.holds.metadata == HoldsMetadata::kByCodec || row.holds.metadata == HoldsMetadata::kByBoth;
  const RawMetadata raw = by_codec ? image.metadata.ToRaw(size) : RawMetadata();
  Bytes bytes = row.codec.encode(pixels, image.source.get(), options.quality, raw);
  if (row.holds.metadata != HoldsMetadata::kByExiv2) return bytes;
  const Bytes& icc = image.metadata.icc();
  if (icc.empty() || row.codec.add_profile == nullptr) {
    return image.metadata.WriteTo(std::move(bytes), size);
  }
  bytes = image.metadata.WithoutIcc().WriteTo(std::move(bytes), size);
  return row.codec.add_profile(std::move(bytes), icc);
}

std::string LossIn(ImageFormat format, const Image& image) {
  const FormatRow& row = RowOf(format);
  const std::string name = row.name;
  std::string loss;
  if (image.pixels.depth() == CV_16U && !row.holds.sixteen_bits) {
    Add("written with 8 bits: " + name + " holds no more", &loss);
  }
  if (row.holds.metadata == HoldsMetadata::kNo && !image.metadata.empty()) {
    Add("written without metadata: " + name + " holds none", &loss);
  }
  return loss;
}

}  // namespace facedeblur
