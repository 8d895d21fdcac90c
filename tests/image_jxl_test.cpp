#include <gtest/gtest.h>

#ifdef FACEDEBLUR_JXL

#include <jxl/encode.h>

#include <algorithm>
#include <exiv2/exiv2.hpp>
#include <string>

#include "facedeblur/image/codec.h"
#include "facedeblur/image/metrics.h"
#include "facedeblur/image/orientation.h"
#include "facedeblur/image/probe.h"
#include "facedeblur/util/error.h"
#include "image/exif_box.h"
#include "image/exiv2_api.h"
#include "image/jxl_boxes.h"
#include "image/jxl_library.h"
#include "support.h"

namespace facedeblur {
namespace {

using testing::MakeTestImage;

Image Decoded(const Bytes& file, std::string* warning) { return DecodeImage(file, {}, warning); }

Image Decoded(const Bytes& file) {
  std::string warning;
  Image image = Decoded(file, &warning);
  EXPECT_EQ(warning, "");
  return image;
}

Bytes Encoded(const cv::Mat& pixels, int quality = 0) {
  Image image;
  image.pixels = pixels;
  return EncodeImage(image, {ImageFormat::kJxl, quality});
}

/// What a foreign encoder may have put into a file.
struct Foreign {
  std::uint32_t bits = 8;
  std::uint32_t exponent_bits = 0;
  int orientation = 1;
  bool lossless = true;
  bool display_p3 = false;
  bool animation = false;
  int depth_channels = 0;
  bool black = false;
  bool boxes_are_packed = false;
  Bytes exif, xmp;
  std::string other_box;
};

/// What the encoder makes of all that it was given.
Bytes FileOf(JxlEncoder* encoder) {
  JxlEncoderCloseInput(encoder);
  Bytes file(1 << 20);
  std::uint8_t* next = file.data();
  std::size_t left = file.size();
  EXPECT_EQ(JxlEncoderProcessOutput(encoder, &next, &left), JXL_ENC_SUCCESS);
  file.resize(file.size() - left);
  return file;
}

/// Encodes grey, grey and alpha, RGB or RGBA (no BGR) pixels by libjxl alone.
Bytes EncodeForeign(const cv::Mat& pixels, const Foreign& foreign) {
  const bool alpha = pixels.channels() % 2 == 0;
  const JxlEncoderPtr encoder(JxlEncoderCreate(nullptr));
  JxlBasicInfo info;
  JxlEncoderInitBasicInfo(&info);
  info.xsize = static_cast<std::uint32_t>(pixels.cols);
  info.ysize = static_cast<std::uint32_t>(pixels.rows);
  info.bits_per_sample = foreign.bits;
  info.exponent_bits_per_sample = foreign.exponent_bits;
  info.num_color_channels = pixels.channels() < 3 ? 1 : 3;
  info.orientation = static_cast<JxlOrientation>(foreign.orientation);
  info.uses_original_profile = foreign.lossless ? JXL_TRUE : JXL_FALSE;
  info.num_extra_channels = static_cast<std::uint32_t>(foreign.depth_channels) +
                            (foreign.black ? 1 : 0) + (alpha ? 1 : 0);
  if (alpha) info.alpha_bits = foreign.bits;
  if (foreign.animation) {
    info.have_animation = JXL_TRUE;
    info.animation.tps_numerator = 10;
    info.animation.tps_denominator = 1;
  }
  EXPECT_EQ(JxlEncoderSetBasicInfo(encoder.get(), &info), JXL_ENC_SUCCESS);
  JxlEncoderSetCodestreamLevel(encoder.get(), 10);
  for (std::size_t i = alpha ? 1 : 0; i < info.num_extra_channels; ++i) {
    JxlExtraChannelInfo channel;
    const auto type = foreign.black ? JXL_CHANNEL_BLACK : JXL_CHANNEL_DEPTH;
    JxlEncoderInitExtraChannelInfo(type, &channel);
    channel.bits_per_sample = 8;
    EXPECT_EQ(JxlEncoderSetExtraChannelInfo(encoder.get(), i, &channel), JXL_ENC_SUCCESS);
  }
  JxlColorEncoding colours;
  JxlColorEncodingSetToSRGB(&colours, pixels.channels() < 3 ? JXL_TRUE : JXL_FALSE);
  if (foreign.display_p3) colours.primaries = JXL_PRIMARIES_P3;
  EXPECT_EQ(JxlEncoderSetColorEncoding(encoder.get(), &colours), JXL_ENC_SUCCESS);
  JxlEncoderUseContainer(encoder.get(), JXL_TRUE);
  JxlEncoderUseBoxes(encoder.get());
  const JXL_BOOL packed = foreign.boxes_are_packed ? JXL_TRUE : JXL_FALSE;
  const auto add = [&](const char* type, const Bytes& content) {
    if (content.empty()) return;
    EXPECT_EQ(JxlEncoderAddBox(encoder.get(), type, content.data(), content.size(), packed),
              JXL_ENC_SUCCESS);
  };
  add("Exif", foreign.exif.empty() ? Bytes() : ExifBoxOf(foreign.exif));
  add("xml ", foreign.xmp);
  if (!foreign.other_box.empty()) add(foreign.other_box.c_str(), Bytes(9, 1));
  JxlEncoderFrameSettings* settings = JxlEncoderFrameSettingsCreate(encoder.get(), nullptr);
  if (foreign.lossless) {
    JxlEncoderSetFrameLossless(settings, JXL_TRUE);
  } else {
    JxlEncoderSetFrameDistance(settings, 0.5F);
  }
  if (foreign.animation) {
    JxlFrameHeader header;
    JxlEncoderInitFrameHeader(&header);
    header.duration = 1;
    JxlEncoderSetFrameHeader(settings, &header);
  }
  const JxlDataType type = pixels.depth() == CV_8U    ? JXL_TYPE_UINT8
                           : pixels.depth() == CV_16U ? JXL_TYPE_UINT16
                                                      : JXL_TYPE_FLOAT;
  const JxlPixelFormat format = {static_cast<std::uint32_t>(pixels.channels()), type,
                                 JXL_NATIVE_ENDIAN, 0};
  for (int frame = 0; frame < (foreign.animation ? 2 : 1); ++frame) {
    EXPECT_EQ(
        JxlEncoderAddImageFrame(settings, &format, pixels.data, pixels.total() * pixels.elemSize()),
        JXL_ENC_SUCCESS);
    const JxlPixelFormat grey = {1, JXL_TYPE_UINT8, JXL_NATIVE_ENDIAN, 0};
    const Bytes plane(pixels.total(), 77);
    for (std::uint32_t i = alpha ? 1 : 0; i < info.num_extra_channels; ++i) {
      JxlEncoderSetExtraChannelBuffer(settings, &grey, plane.data(), plane.size(), i);
    }
  }
  return FileOf(encoder.get());
}

Bytes SomeExif(int orientation) {
  Exiv2::ExifData exif;
  exif["Exif.Image.Orientation"] = static_cast<std::uint16_t>(orientation);
  exif["Exif.Image.Make"] = std::string("Tester");
  exif["Exif.Photo.PixelXDimension"] = std::uint32_t{1};
  return EncodeExif(&exif);
}

Bytes SomeXmp() {
  const std::string packet =
      "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF "
      "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' "
      "xmlns:xmp='http://ns.adobe.com/xap/1.0/' xmp:CreatorTool='A pencil'/></rdf:RDF></x:xmpmeta>";
  return {packet.begin(), packet.end()};
}

class JxlTypeTest : public ::testing::TestWithParam<int> {};

TEST_P(JxlTypeTest, LosslessKeepsEveryBit) {
  const cv::Mat pixels = MakeTestImage({301, 205}, GetParam());
  const Image image = Decoded(Encoded(pixels));
  ASSERT_EQ(image.pixels.type(), pixels.type());
  EXPECT_EQ(cv::norm(image.pixels, pixels, cv::NORM_INF), 0);
  const Image again = Decoded(EncodeImage(image, {}));
  EXPECT_EQ(cv::norm(again.pixels, pixels, cv::NORM_INF), 0) << "it stays lossless";
}

TEST_P(JxlTypeTest, LossyStaysClose) {
  const cv::Mat pixels = MakeTestImage({301, 205}, GetParam());
  const Image image = Decoded(Encoded(pixels, 95));
  ASSERT_EQ(image.pixels.type(), pixels.type());
  EXPECT_GT(Psnr(image.pixels, pixels), 38);
  EXPECT_GT(cv::norm(image.pixels, pixels, cv::NORM_INF), 0);
  const Image again = Decoded(EncodeImage(image, {}));
  EXPECT_GT(cv::norm(again.pixels, image.pixels, cv::NORM_INF), 0) << "it stays lossy";
  EXPECT_GT(Psnr(again.pixels, image.pixels), 38);
}

TEST_P(JxlTypeTest, PartsOfLargerPixels) {
  const cv::Mat pixels = MakeTestImage({301, 205}, GetParam())(cv::Rect(31, 17, 90, 50));
  EXPECT_EQ(cv::norm(Decoded(Encoded(pixels)).pixels, pixels, cv::NORM_INF), 0);
}

INSTANTIATE_TEST_SUITE_P(Types, JxlTypeTest,
                         ::testing::Values(CV_8UC1, CV_8UC3, CV_8UC4, CV_16UC1, CV_16UC3,
                                           CV_16UC4));

TEST(Jxl, TenAndTwelveBitsStaySo) {
  for (const std::uint32_t bits : {10U, 12U}) {
    cv::Mat pixels = MakeTestImage({61, 45}, CV_16UC3);
    const double levels = (1 << bits) - 1;
    pixels.convertTo(pixels, CV_16U, levels / 65535);
    pixels.convertTo(pixels, CV_16U, 65535 / levels);
    Foreign foreign;
    foreign.bits = bits;
    const Image image = Decoded(EncodeForeign(pixels, foreign));
    const Bytes written = EncodeImage(image, {});
    const Image again = Decoded(written);
    EXPECT_EQ(cv::norm(again.pixels, image.pixels, cv::NORM_INF), 0) << bits;
    const auto decoder = NewJxlDecoder(written.data(), written.size(), JXL_DEC_BASIC_INFO);
    ASSERT_EQ(JxlDecoderProcessInput(decoder.get()), JXL_DEC_BASIC_INFO);
    JxlBasicInfo info;
    JxlDecoderGetBasicInfo(decoder.get(), &info);
    EXPECT_EQ(info.bits_per_sample, bits);
  }
}

TEST(Jxl, IsTurnedOnceByItsOwnOrientation) {
  const cv::Mat pixels = MakeTestImage({61, 45}, CV_8UC1);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    Foreign foreign;
    foreign.orientation = orientation;
    foreign.exif = SomeExif(orientation);
    const Bytes file = EncodeForeign(pixels, foreign);
    const cv::Mat expected = ToUpright(pixels, orientation);
    EXPECT_EQ(ProbeImage(file).width, expected.cols) << orientation;
    const Image image = Decoded(file);
    ASSERT_EQ(image.pixels.size(), expected.size()) << orientation;
    EXPECT_EQ(cv::norm(image.pixels, expected, cv::NORM_INF), 0) << orientation;
    EXPECT_EQ(image.metadata.orientation(), 1);
    EXPECT_EQ(cv::norm(Decoded(EncodeImage(image, {})).pixels, expected, cv::NORM_INF), 0);
  }
}

TEST(Jxl, MetadataTravels) {
  for (const bool packed : {false, true}) {
    Foreign foreign;
    foreign.exif = SomeExif(6);
    foreign.xmp = SomeXmp();
    foreign.boxes_are_packed = packed;
    const Image image = Decoded(EncodeForeign(MakeTestImage({61, 45}, CV_8UC3), foreign));
    const RawMetadata raw = ReadJxlBoxes(EncodeImage(image, {})).metadata;
    Exiv2::ExifData exif = DecodeExif(raw.exif);
    EXPECT_EQ(exif["Exif.Image.Make"].toString(), "Tester");
    EXPECT_EQ(ToInteger(exif["Exif.Image.Orientation"]), 1);
    EXPECT_EQ(ToInteger(exif["Exif.Photo.PixelXDimension"]), 61);
    EXPECT_NE(std::string(raw.xmp.begin(), raw.xmp.end()).find("A pencil"), std::string::npos);
    // And through another format.
    const Image png = Decoded(EncodeImage(image, {ImageFormat::kPng, 0}));
    EXPECT_FALSE(ReadJxlBoxes(EncodeImage(png, {ImageFormat::kJxl, 0})).metadata.exif.empty());
  }
}

TEST(Jxl, ColoursTravel) {
  for (const bool lossless : {true, false}) {
    Foreign foreign;
    foreign.display_p3 = true;
    foreign.lossless = lossless;
    const Image image = Decoded(EncodeForeign(MakeTestImage({61, 45}, CV_8UC3), foreign));
    const Bytes icc = image.metadata.ToRaw({61, 45}).icc;
    ASSERT_FALSE(icc.empty()) << "Display P3 needs a profile elsewhere";
    const Image again = Decoded(EncodeImage(image, {}));
    EXPECT_EQ(again.metadata.ToRaw({61, 45}).icc, icc);
    const Image png = Decoded(EncodeImage(image, {ImageFormat::kPng, 0}));
    EXPECT_EQ(png.metadata.ToRaw({61, 45}).icc, icc);
    EXPECT_EQ(cv::norm(png.pixels, image.pixels, cv::NORM_INF), 0);
    const Image back = Decoded(EncodeImage(png, {ImageFormat::kJxl, 0}));
    EXPECT_EQ(cv::norm(back.pixels, image.pixels, cv::NORM_INF), 0);
    EXPECT_FALSE(back.metadata.ToRaw({61, 45}).icc.empty());
  }
}

TEST(Jxl, SrgbNeedsNoProfile) {
  EXPECT_TRUE(Decoded(Encoded(MakeTestImage({61, 45}, CV_8UC3))).metadata.empty());
  EXPECT_TRUE(Decoded(Encoded(MakeTestImage({61, 45}, CV_8UC1), 90)).metadata.empty());
}

TEST(Jxl, GreyWithTransparencyIsWrittenAsColour) {
  const Image decoded = Decoded(EncodeForeign(MakeTestImage({61, 45}, CV_8UC2), {}));
  ASSERT_EQ(decoded.pixels.channels(), 4);
  const Image again = Decoded(EncodeImage(decoded, {}));
  EXPECT_EQ(cv::norm(again.pixels, decoded.pixels, cv::NORM_INF), 0);
}

TEST(Jxl, WhatIsLostIsTold) {
  const cv::Mat pixels = MakeTestImage({61, 45}, CV_8UC3);
  std::string warning;
  Foreign depth;
  depth.depth_channels = 1;
  Decoded(EncodeForeign(pixels, depth), &warning);
  EXPECT_NE(warning.find("extra channels"), std::string::npos) << warning;
  Foreign gain_map;
  gain_map.other_box = "jhgm";
  Decoded(EncodeForeign(pixels, gain_map), &warning);
  EXPECT_NE(warning.find("gain map"), std::string::npos) << warning;
  Foreign bad_exif;
  bad_exif.exif = Bytes(40, 0xAB);
  Decoded(EncodeForeign(pixels, bad_exif), &warning);
  EXPECT_NE(warning.find("damaged metadata"), std::string::npos) << warning;
}

TEST(Jxl, WhatIsNotSupportedIsRefused) {
  const cv::Mat pixels = MakeTestImage({61, 45}, CV_8UC3);
  const auto message = [](const Bytes& file) -> std::string {
    try {
      ProbeImage(file);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInput);
      return error.what();
    }
    return "";
  };
  Foreign animation;
  animation.animation = true;
  EXPECT_NE(message(EncodeForeign(pixels, animation)).find("animated"), std::string::npos);
  Foreign black;
  black.black = true;
  EXPECT_NE(message(EncodeForeign(pixels, black)).find("CMYK"), std::string::npos);
  Foreign floating;
  floating.bits = 32;
  floating.exponent_bits = 8;
  cv::Mat samples;
  pixels.convertTo(samples, CV_32F, 1.0 / 255);
  EXPECT_NE(message(EncodeForeign(samples, floating)).find("integers"), std::string::npos);
}

TEST(Jxl, APackedJpegIsLossy) {
  Image image;
  image.pixels = MakeTestImage({64, 48}, CV_8UC3);
  const Bytes jpeg = EncodeImage(image, {ImageFormat::kJpeg, 90});
  const JxlEncoderPtr encoder(JxlEncoderCreate(nullptr));
  JxlEncoderStoreJPEGMetadata(encoder.get(), JXL_TRUE);
  JxlEncoderFrameSettings* settings = JxlEncoderFrameSettingsCreate(encoder.get(), nullptr);
  ASSERT_EQ(JxlEncoderAddJPEGFrame(settings, jpeg.data(), jpeg.size()), JXL_ENC_SUCCESS);
  const Image packed = Decoded(FileOf(encoder.get()));
  EXPECT_TRUE(packed.source->lossy());
  EXPECT_GT(Psnr(packed.pixels, Decoded(jpeg).pixels), 45) << "decoders differ by roundings";
  EXPECT_GT(Psnr(Decoded(EncodeImage(packed, {})).pixels, packed.pixels), 38);
}

TEST(Jxl, EveryPrefixIsRefused) {
  Foreign foreign;
  foreign.exif = SomeExif(1);
  const cv::Mat pixels = MakeTestImage({61, 45}, CV_8UC3);
  ::testing::internal::CaptureStderr();
  for (const Bytes& whole :
       {EncodeForeign(pixels, foreign), Encoded(pixels), Encoded(pixels, 90)}) {
    for (std::size_t length = 0; length < whole.size(); length += 1 + length / 30) {
      const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
      std::string warning;
      EXPECT_THROW(DecodeImage(cut, {}, &warning), Error) << length << " of " << whole.size();
    }
    const Bytes cut(whole.begin(), whole.end() - 1);
    EXPECT_THROW(Decoded(cut), Error) << "the last byte";
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

/// What Debian 12's libjxl prints about broken code streams is beyond us; cut files it takes in
/// silence.
TEST(Jxl, DamageIsOneLine) {
  Foreign foreign;
  foreign.exif = SomeExif(1);
  const Bytes whole = EncodeForeign(MakeTestImage({61, 45}, CV_8UC3), foreign);
  int refused = 0;
  ::testing::internal::CaptureStderr();  // keeps the test's own output readable
  for (std::size_t at = 0; at < std::min<std::size_t>(whole.size(), 400); ++at) {
    Bytes damaged = whole;
    damaged[at] ^= 0x55;
    try {
      std::string warning;
      DecodeImage(damaged, {1'000'000}, &warning);
    } catch (const Error& error) {
      ++refused;
      EXPECT_EQ(error.kind(), ErrorKind::kInput);
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    }
  }
  ::testing::internal::GetCapturedStderr();
  EXPECT_GT(refused, 20);
}

TEST(Jxl, MaxPixelsIsKeptBeforeDecoding) {
  std::string warning;
  const Bytes file = Encoded(MakeTestImage({61, 45}, CV_8UC3));
  EXPECT_NO_THROW(DecodeImage(file, {std::int64_t{61} * 45}, &warning));
  EXPECT_THROW(DecodeImage(file, {std::int64_t{61} * 45 - 1}, &warning), Error);
}

TEST(Jxl, AProfileThatIsNoneIsAnError) {
  RawMetadata raw;
  raw.icc = Bytes(400, 3);
  Image image;
  image.pixels = MakeTestImage({61, 45}, CV_8UC3);
  image.metadata = Metadata::FromRaw(raw);
  try {
    EncodeImage(image, {ImageFormat::kJxl, 0});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kOutput);
    EXPECT_NE(std::string(error.what()).find("ICC"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace facedeblur

#else

TEST(Jxl, IsTested) { GTEST_SKIP() << "this was built without libjxl"; }

#endif
