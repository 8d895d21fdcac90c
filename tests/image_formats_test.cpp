#include <gtest/gtest.h>

#include <opencv2/imgcodecs.hpp>
#include <set>
#include <string>

#include "facedeblur/image/codec.h"
#include "facedeblur/util/error.h"
#include "image/formats.h"
#include "support.h"

namespace facedeblur {
namespace {

using testing::MakeTestImage;

Bytes ToBytes(const std::string& text) { return {text.begin(), text.end()}; }

TEST(Formats, EveryRowIsReachedByItsExtensionsAndNoOtherIs) {
  std::set<std::string> extensions;
  for (const FormatRow& row : Formats()) {
    EXPECT_EQ(&RowOf(row.format), &row) << row.name;
    EXPECT_STREQ(FormatName(row.format), row.name);
    EXPECT_EQ(FormatExtension(row.format), row.extensions.front());
    for (const std::string extension : row.extensions) {
      EXPECT_TRUE(extensions.insert(extension).second) << extension << " twice";
      EXPECT_EQ(FormatFromExtension("a/b" + extension), row.format);
    }
  }
}

TEST(Formats, WordsAreExtensionsAndTheUsualOnesComeFirst) {
  std::set<ImageFormat> seen;
  for (const auto& [word, format] : FormatWords()) {
    EXPECT_EQ(FormatFromExtension("a." + word), format) << word;
    const bool first = seen.insert(format).second;
    EXPECT_TRUE(!first || "." + word == FormatExtension(format)) << word;
  }
  EXPECT_EQ(seen.size(), Formats().size());
}

TEST(Formats, WhatARowEncodesItProbesAndDecodes) {
  for (const FormatRow& row : Formats()) {
    if (row.codec.encode == nullptr) continue;
    Image image;
    image.pixels = MakeTestImage({37, 23}, CV_8UC3);
    const Bytes file = EncodeImage(image, {row.format, 0});
    EXPECT_EQ(FormatFromContent(file), row.format) << row.name;
    const ImageSize size = row.codec.probe(ByteView(file, row.name));
    EXPECT_EQ(size.width, 37) << row.name;
    EXPECT_EQ(size.height, 23) << row.name;
    EXPECT_EQ(row.codec.decode(file).pixels.size(), image.pixels.size()) << row.name;
  }
}

TEST(Formats, HoldWhatTheirRowsSay) {
  for (const FormatRow& row : Formats()) {
    if (row.codec.encode == nullptr) continue;
    Image deep;
    deep.pixels = MakeTestImage({37, 23}, CV_16UC3);
    std::string warning;
    const Image again = DecodeImage(EncodeImage(deep, {row.format, 0}), {}, &warning);
    EXPECT_EQ(again.pixels.depth() == CV_16U, row.holds.sixteen_bits) << row.name;

    Image clear;
    clear.pixels = MakeTestImage({37, 23}, CV_8UC4);
    if (row.holds.alpha) {
      const Bytes file = EncodeImage(clear, {row.format, 0});
      // OpenCV's reader overlooks the alpha of such a BMP; the file holds it.
      const int expected = row.format == ImageFormat::kBmp ? 3 : 4;
      EXPECT_GE(DecodeImage(file, {}, &warning).pixels.channels(), expected) << row.name;
    } else {
      EXPECT_THROW(EncodeImage(clear, {row.format, 0}), Error) << row.name;
    }
  }
}

TEST(Formats, OneWithoutItsLibraryIsNamedWithIt) {
  const std::string heic(
      "\0\0\0\x18"
      "ftypheic",
      12);
  const std::string jxl("\xFF\x0A and more");
  const struct {
    ImageFormat format;
    std::string file, library;
  } kinds[] = {{ImageFormat::kHeic, heic, "libheif"}, {ImageFormat::kJxl, jxl, "libjxl"}};
  for (const auto& kind : kinds) {
    ASSERT_EQ(FormatFromContent(ToBytes(kind.file)), kind.format);
    if (RowOf(kind.format).codec.probe != nullptr) continue;
    try {
      std::string warning;
      DecodeImage(ToBytes(kind.file), {}, &warning);
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInput);
      EXPECT_NE(std::string(error.what()).find("without " + kind.library), std::string::npos);
    }
    Image image;
    image.pixels = MakeTestImage({16, 16}, CV_8UC3);
    EXPECT_THROW(EncodeImage(image, {kind.format, 0}), Error);
  }
}

TEST(Formats, ExtensionsInAnyCase) {
  EXPECT_EQ(FormatFromExtension("a/b.JPeG"), ImageFormat::kJpeg);
  EXPECT_EQ(FormatFromExtension("b.tar.TIF"), ImageFormat::kTiff);
  EXPECT_FALSE(FormatFromExtension("png").has_value());
  EXPECT_FALSE(FormatFromExtension("a.txt").has_value());
}

TEST(Formats, MagicsWithPlaceholders) {
  EXPECT_EQ(FormatFromContent(ToBytes("RIFF\x01\x02\x03\x04WEBP")), ImageFormat::kWebp);
  EXPECT_FALSE(FormatFromContent(ToBytes("RIFF\x01\x02\x03\x04WAVE")).has_value());
  EXPECT_EQ(FormatFromContent(ToBytes("P5\n")), ImageFormat::kPnm);
  EXPECT_EQ(FormatFromContent(ToBytes("P5\t")), ImageFormat::kPnm);
  EXPECT_FALSE(FormatFromContent(ToBytes("P5x")).has_value());
  EXPECT_EQ(FormatFromContent(ToBytes("....ftypmif1....heicmif1")), ImageFormat::kHeic);
  EXPECT_EQ(FormatFromContent(ToBytes("....ftypmif1....miafavif")), ImageFormat::kAvif);
  EXPECT_FALSE(FormatFromContent(ToBytes("....ftypisom")).has_value());
  EXPECT_FALSE(FormatFromContent(ToBytes("P4 ")).has_value());
  EXPECT_FALSE(FormatFromContent({}).has_value());
}

/// The same pixels in the four kinds of Netpbm file.
std::string Netpbm(const cv::Mat& pixels, bool text) {
  const bool wide = pixels.depth() == CV_16U;
  std::string file =
      std::string("P") + (pixels.channels() == 1 ? (text ? "2" : "5") : (text ? "3" : "6"));
  file += "\n# a comment\n" + std::to_string(pixels.cols) + " # another\n" +
          std::to_string(pixels.rows) + (wide ? "\n65535\n" : "\n255\n");
  for (int y = 0; y < pixels.rows; ++y) {
    for (int x = 0; x < pixels.cols; ++x) {
      for (int c = pixels.channels(); c-- > 0;) {  // BGR to RGB
        const int at = x * pixels.channels() + c;
        const int value = wide ? pixels.ptr<std::uint16_t>(y)[at] : pixels.ptr(y)[at];
        if (text) {
          file += std::to_string(value) + (c == 0 ? "\n" : " ");
        } else {
          if (wide) file += static_cast<char>(value >> 8);
          file += static_cast<char>(value & 255);
        }
      }
    }
  }
  return file;
}

TEST(Pnm, EveryKindIsRead) {
  for (const int type : {CV_8UC1, CV_8UC3, CV_16UC1, CV_16UC3}) {
    const cv::Mat pixels = MakeTestImage({37, 23}, type);
    for (const bool text : {false, true}) {
      const Bytes file = ToBytes(Netpbm(pixels, text));
      std::string warning;
      const cv::Mat read = DecodeImage(file, {}, &warning).pixels;
      ASSERT_EQ(read.type(), type);
      EXPECT_EQ(cv::norm(read, pixels, cv::NORM_INF), 0) << type << text;
      const cv::Mat expected = cv::imdecode(file, cv::IMREAD_UNCHANGED);
      EXPECT_EQ(cv::norm(read, expected, cv::NORM_INF), 0) << type << text;
    }
  }
}

TEST(Pnm, TheLastNumberMayEndTheFile) {
  std::string warning;
  const cv::Mat pixels = DecodeImage(ToBytes("P2 2 1 255\n7 200"), {}, &warning).pixels;
  EXPECT_EQ(pixels.at<uchar>(0, 1), 200);
}

TEST(Pnm, DamagedTextIsAnErrorAndNothingIsPrinted) {
  ::testing::internal::CaptureStderr();
  for (const char* text : {"P3 40 40 255\n1 2 3 4", "P2 2 1 255\n1 x", "P2 2 1 255\n1 -2",
                           "P2 2 1 255", "P2 2 1", "P2 2 1 255\n1 99999999999"}) {
    std::string warning;
    EXPECT_THROW(DecodeImage(ToBytes(text), {}, &warning), Error) << text;
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace facedeblur
