#include "facedeblur/image/codec.h"

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
  const int orientation = image.metadata.orientation();
  image.pixels = ToUpright(decoded.pixels, orientation);
  if (decoded.source) decoded.source->Turn(orientation);
  image.source = std::move(decoded.source);

  if (!note.empty() && !decoded.note.empty()) note += "; ";
  note += decoded.note;
  if (!note.empty()) *warning = note;
  return image;
}

Bytes EncodeImage(const Image& image, const EncodeOptions& options) {
  const FormatRow& row = UsableRowOf(options.format.value_or(image.format), ErrorKind::kOutput);
  RequireAlphaFits(image.pixels, row);
  RequireColoursFit(image, row);
  const cv::Mat pixels = row.holds.sixteen_bits ? image.pixels : ToEightBits(image.pixels);
  const bool by_codec = row.holds.metadata == HoldsMetadata::kByCodec;
  const RawMetadata raw = by_codec ? image.metadata.ToRaw(image.pixels.size()) : RawMetadata();
  Bytes bytes = row.codec.encode(pixels, image.source.get(), options.quality, raw);
  if (row.holds.metadata != HoldsMetadata::kByExiv2) return bytes;
  return image.metadata.WriteTo(std::move(bytes), row.format, image.pixels.size());
}

}  // namespace facedeblur
