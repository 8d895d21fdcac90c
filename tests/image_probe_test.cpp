#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <opencv2/imgcodecs.hpp>
#include <string>

#include "facedeblur/image/codec.h"
#include "facedeblur/image/probe.h"
#include "facedeblur/util/error.h"
#include "support.h"

namespace facedeblur {
namespace {

Bytes Encode(const std::string& extension, int type) {
  Bytes bytes;
  cv::imencode(extension, testing::MakeTestImage({37, 23}, type), bytes);
  return bytes;
}

class ProbeTest : public ::testing::TestWithParam<const char*> {};

TEST_P(ProbeTest, FindsTheSize) {
  const ImageHeader header = ProbeImage(Encode(GetParam(), CV_8UC3));
  EXPECT_EQ(header.width, 37);
  EXPECT_EQ(header.height, 23);
}

TEST_P(ProbeTest, EveryPrefixIsRefusedSomewhere) {
  const Bytes whole = Encode(GetParam(), CV_8UC3);
  std::string warning;
  // The last bytes may be padding or an end marker that carries no pixel.
  for (std::size_t length = 0; length + 40 < whole.size(); length += 1 + length / 20) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_THROW(DecodeImage(cut, {}, &warning), Error) << GetParam() << " cut at " << length;
  }
}

TEST_P(ProbeTest, SurvivesEveryFlippedHeaderByte) {
  const Bytes whole = Encode(GetParam(), CV_8UC3);
  for (std::size_t at = 0; at < std::min<std::size_t>(whole.size(), 200); ++at) {
    for (const int value : {0, 1, 127, 255}) {
      Bytes damaged = whole;
      damaged[at] = static_cast<std::uint8_t>(value);
      try {
        const ImageHeader header = ProbeImage(damaged);
        EXPECT_GT(header.pixels(), 0);
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::kInput);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, ProbeTest,
                         ::testing::Values(".jpg", ".png", ".tiff", ".webp", ".bmp", ".ppm"));

TEST(Probe, EmptyAndForeignContentHaveTheirOwnMessages) {
  EXPECT_THROW(ProbeImage({}), Error);
  const std::string text = "this is no image";
  try {
    ProbeImage(Bytes(text.begin(), text.end()));
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "not an image in a format we read");
  }
}

TEST(Probe, AbsurdSizeIsRefusedBeforeAllocation) {
  Bytes png = Encode(".png", CV_8UC1);
  for (const std::size_t at : {16UL, 20UL}) {  // width and height in IHDR
    png[at] = 0x7F;
    png[at + 1] = 0xFF;
  }
  std::string warning;
  try {
    DecodeImage(png, {}, &warning);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("too large"), std::string::npos) << error.what();
  }
}

TEST(Probe, SidesWhoseProductOverflowsAreRefused) {
  Bytes png = Encode(".png", CV_8UC1);
  for (std::size_t at = 16; at < 24; ++at) png[at] = 0xFF;
  EXPECT_THROW(ProbeImage(png), Error);
  const std::string ppm = "P6 8589934592 2147483648 255\n";
  EXPECT_THROW(ProbeImage(Bytes(ppm.begin(), ppm.end())), Error);
}

TEST(Probe, PpmOfOtherDepthsIsRefusedNotDarkened) {
  const std::string ppm = "P5 2 2 1023\n\1\2\1\2\1\2\1\2";
  EXPECT_THROW(ProbeImage(Bytes(ppm.begin(), ppm.end())), Error);
}

TEST(Probe, MaxPixelsIsTheLimit) {
  const Bytes png = Encode(".png", CV_8UC1);
  std::string warning;
  EXPECT_NO_THROW(DecodeImage(png, {37 * 23}, &warning));
  EXPECT_THROW(DecodeImage(png, {37 * 23 - 1}, &warning), Error);
}

TEST(Probe, TheLargestPixelCountIsExact) {
  Bytes png = Encode(".png", CV_8UC1);
  for (std::size_t at = 16; at < 24; ++at) png[at] = at % 4 == 0 ? 0x7F : 0xFF;
  EXPECT_EQ(ProbeImage(png).pixels(), std::int64_t{0x7FFFFFFF} * 0x7FFFFFFF);
}

TEST(Probe, BmpWhoseSizeOverflowsIsRefused) {
  Bytes bmp = Encode(".bmp", CV_8UC3);
  const auto set = [&](std::size_t at, std::initializer_list<std::uint8_t> bytes) {
    std::copy(bytes.begin(), bytes.end(), bmp.begin() + static_cast<std::ptrdiff_t>(at));
  };
  set(18, {0, 0, 0, 0x40, 0, 0, 0, 0x40});  // 2^30 each way
  EXPECT_THROW(ProbeImage(bmp), Error);
  set(28, {0, 0x80});  // 2^15 bits per pixel: 2^72 bytes
  EXPECT_THROW(ProbeImage(bmp), Error);
}

}  // namespace
}  // namespace facedeblur
