#include "image/formats.h"

#include <string>

#include "facedeblur/util/error.h"

namespace facedeblur {

// Each in a file of its own: jpeg_format.cpp and so on.
FormatCodec JpegCodec();
FormatCodec PngCodec();
FormatCodec TiffCodec();
FormatCodec WebpCodec();
FormatCodec BmpCodec();
FormatCodec PnmCodec();
FormatCodec HeicCodec();
FormatCodec AvifCodec();
FormatCodec JxlCodec();

#ifndef FACEDEBLUR_HEIF
FormatCodec HeicCodec() { return {}; }
FormatCodec AvifCodec() { return {}; }
#endif
#ifndef FACEDEBLUR_JXL
FormatCodec JxlCodec() { return {}; }
#endif

const std::vector<FormatRow>& Formats() {
  using std::string_view_literals::operator""sv;
  constexpr bool kYes = true;
  constexpr bool kNo = false;
  constexpr HoldsMetadata kNone = HoldsMetadata::kNo;
  constexpr HoldsMetadata kExiv2 = HoldsMetadata::kByExiv2;
  constexpr HoldsMetadata kBoth = HoldsMetadata::kByBoth;
  constexpr HoldsMetadata kCodec = HoldsMetadata::kByCodec;
  // clang-format off
  static const std::vector<FormatRow> formats = {
      // Format, name, extensions, magic, {metadata, alpha, 16 bits}, library,
      // memory (measured on 12 megapixels of 8 bits), codec
      {ImageFormat::kJpeg, "JPEG", {".jpg", ".jpeg", ".jpe", ".jfif"}, {"\xFF\xD8\xFF"sv},
       {kExiv2, kNo, kNo}, nullptr, 0, JpegCodec()},
      {ImageFormat::kPng, "PNG", {".png"}, {"\x89PNG\r\n\x1A\n"sv},
       {kExiv2, kYes, kYes}, nullptr, 0, PngCodec()},
      {ImageFormat::kTiff, "TIFF", {".tiff", ".tif"}, {"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv},
       {kExiv2, kYes, kYes}, nullptr, 0, TiffCodec()},
      {ImageFormat::kWebp, "WebP", {".webp"}, {"RIFF????WEBP"sv},
       {kBoth, kYes, kNo}, nullptr, 0, WebpCodec()},
      {ImageFormat::kBmp, "BMP", {".bmp", ".dib"}, {"BM"sv},
       {kNone, kYes, kNo}, nullptr, 0, BmpCodec()},
      {ImageFormat::kPnm, "PPM", {".ppm", ".pgm", ".pnm"}, {"P2 "sv, "P3 "sv, "P5 "sv, "P6 "sv},
       {kNone, kNo, kYes}, nullptr, 0, PnmCodec()},
      // Both are HEIF; the brand "mif1" may stand for either, and those that follow it tell. AVIF
      // is the first to be asked.
      {ImageFormat::kAvif, "AVIF", {".avif"},
       {"????ftypavif"sv, "????ftypavis"sv, "????ftypmif1????avif"sv, "????ftypmif1????mif1avif"sv,
        "????ftypmif1????miafavif"sv, "????ftypmif1????mif1miafavif"sv},
       {kCodec, kYes, kYes}, "libheif", 36, AvifCodec()},
      {ImageFormat::kHeic, "HEIC", {".heic", ".heif", ".hif"},
       {"????ftyphei"sv, "????ftyphev"sv, "????ftypmif"sv, "????ftypmsf1"sv},
       {kCodec, kYes, kYes}, "libheif", 32, HeicCodec()},
      {ImageFormat::kJxl, "JPEG XL", {".jxl"}, {"\xFF\x0A"sv, "\0\0\0\x0CJXL \r\n\x87\n"sv},
       {kCodec, kYes, kYes}, "libjxl", 64, JxlCodec()},
  };
  // clang-format on
  return formats;
}

const FormatRow& RowOf(ImageFormat format) {
  for (const FormatRow& row : Formats()) {
    if (row.format == format) return row;
  }
  throw Error(ErrorKind::kUsage, "unknown image format");
}

const FormatRow& UsableRowOf(ImageFormat format, ErrorKind kind) {
  const FormatRow& row = RowOf(format);
  if (row.codec.decode != nullptr) return row;
  throw Error(kind, std::string("this facedeblur was built without ") + row.library + ", which " +
                        row.name + " needs");
}

}  // namespace facedeblur
