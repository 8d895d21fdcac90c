#include "image/formats.h"

#include "facedeblur/util/error.h"

namespace facedeblur {

// Each in a file of its own: jpeg_format.cpp and so on.
FormatCodec JpegCodec();
FormatCodec PngCodec();
FormatCodec TiffCodec();
FormatCodec WebpCodec();
FormatCodec BmpCodec();
FormatCodec PnmCodec();

const std::vector<FormatRow>& Formats() {
  using std::string_view_literals::operator""sv;
  constexpr bool kYes = true;
  constexpr bool kNo = false;
  // clang-format off
  static const std::vector<FormatRow> formats = {
      // Format, name, extensions, magic, {metadata, alpha, 16 bits}, codec
      {ImageFormat::kJpeg, "JPEG", {".jpg", ".jpeg", ".jpe", ".jfif"}, {"\xFF\xD8\xFF"sv},
       {kYes, kNo, kNo}, JpegCodec()},
      {ImageFormat::kPng, "PNG", {".png"}, {"\x89PNG\r\n\x1A\n"sv},
       {kYes, kYes, kYes}, PngCodec()},
      {ImageFormat::kTiff, "TIFF", {".tiff", ".tif"}, {"II*\0"sv, "MM\0*"sv},
       {kYes, kYes, kYes}, TiffCodec()},
      {ImageFormat::kWebp, "WebP", {".webp"}, {"RIFF????WEBP"sv},
       {kYes, kYes, kNo}, WebpCodec()},
      {ImageFormat::kBmp, "BMP", {".bmp", ".dib"}, {"BM"sv},
       {kNo, kYes, kNo}, BmpCodec()},
      {ImageFormat::kPnm, "PPM", {".ppm", ".pgm", ".pnm"}, {"P2 "sv, "P3 "sv, "P5 "sv, "P6 "sv},
       {kNo, kNo, kYes}, PnmCodec()},
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

}  // namespace facedeblur
