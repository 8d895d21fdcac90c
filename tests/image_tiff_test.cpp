#include <gtest/gtest.h>
#include <tiffio.h>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <string>

#include "facedeblur/image/codec.h"
#include "facedeblur/util/error.h"
#include "image/tiff_file.h"
#include "support.h"

namespace facedeblur {
namespace {

using testing::MakeTestImage;

/// Writes RGB(A) rows with libtiff alone; `prepare` sets what is special about the file.
template <typename Prepare>
Bytes WriteTiff(const cv::Mat& rgb, const Prepare& prepare, int pages = 1) {
  const testing::TempFolder folder;
  TIFF* tiff = TIFFOpen((folder / "t.tif").c_str(), "w");
  for (int page = 0; page < pages; ++page) {
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, rgb.cols);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, rgb.rows);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, rgb.depth() == CV_8U ? 8 : 16);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, rgb.channels());
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 8);
    prepare(tiff);
    cv::Mat rows = rgb.clone();
    if (TIFFIsTiled(tiff) != 0) {
      for (int y = 0; y < rows.rows; y += 16) {
        for (int x = 0; x < rows.cols; x += 16) {
          cv::Mat tile = cv::Mat::zeros(16, 16, rows.type());
          const cv::Rect part = cv::Rect(x, y, 16, 16) & cv::Rect(0, 0, rows.cols, rows.rows);
          rows(part).copyTo(tile(cv::Rect(0, 0, part.width, part.height)));
          TIFFWriteTile(tiff, tile.data, static_cast<std::uint32_t>(x),
                        static_cast<std::uint32_t>(y), 0, 0);
        }
      }
    } else {
      for (int y = 0; y < rows.rows; ++y) {
        TIFFWriteScanline(tiff, rows.ptr(y), static_cast<std::uint32_t>(y), 0);
      }
    }
    TIFFWriteDirectory(tiff);
  }
  TIFFClose(tiff);
  return ReadFile(folder / "t.tif");
}

cv::Mat Rgb(const cv::Mat& bgr) {
  cv::Mat rgb;
  cv::cvtColor(bgr, rgb, bgr.channels() == 4 ? cv::COLOR_BGRA2RGBA : cv::COLOR_BGR2RGB);
  return rgb;
}

/// A tag of a file, as libtiff reads it.
template <typename Value>
Value Tag(const Bytes& bytes, ttag_t tag) {
  TiffFile file;
  file.bytes = bytes;
  const TiffPtr tiff = OpenTiff(&file, "r");
  return TiffField<Value>(tiff.get(), tag, 0);
}

/// What the fourth sample is.
int ExtraSample(const Bytes& bytes) {
  TiffFile file;
  file.bytes = bytes;
  const TiffPtr tiff = OpenTiff(&file, "r");
  std::uint16_t count = 0;
  std::uint16_t* kinds = nullptr;
  TIFFGetField(tiff.get(), TIFFTAG_EXTRASAMPLES, &count, &kinds);
  EXPECT_EQ(count, 1);
  return count == 1 ? kinds[0] : -1;
}

Image Decoded(const Bytes& bytes) {
  std::string warning;
  return DecodeImage(bytes, {}, &warning);
}

Bytes WithFourthSample(const cv::Mat& pixels, std::uint16_t kind) {
  return WriteTiff(Rgb(pixels),
                   [kind](TIFF* tiff) { TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &kind); });
}

TEST(Tiff, AFourthSampleOfAnyKindLeavesColoursAlone) {
  const cv::Mat pixels = MakeTestImage({50, 40}, CV_8UC4);
  for (const int kind : {EXTRASAMPLE_UNSPECIFIED, EXTRASAMPLE_ASSOCALPHA, EXTRASAMPLE_UNASSALPHA}) {
    const Bytes file = WithFourthSample(pixels, static_cast<std::uint16_t>(kind));
    const Image image = Decoded(file);
    EXPECT_EQ(cv::norm(image.pixels, pixels, cv::NORM_INF), 0);
    const Bytes written = EncodeImage(image, {});
    EXPECT_EQ(cv::norm(Decoded(written).pixels, pixels, cv::NORM_INF), 0);
    EXPECT_EQ(ExtraSample(written), kind);
  }
}

TEST(Tiff, PremultipliedColoursAreDividedForOtherFormats) {
  cv::Mat pixels(2, 2, CV_8UC4, cv::Scalar(25, 50, 100, 128));
  pixels.at<cv::Vec4b>(0, 0) = {9, 9, 9, 0};
  const Image image = Decoded(WithFourthSample(pixels, EXTRASAMPLE_ASSOCALPHA));
  for (const ImageFormat format : {ImageFormat::kPng, ImageFormat::kWebp}) {
    const cv::Mat straight = Decoded(EncodeImage(image, {format, 0})).pixels;
    EXPECT_EQ(straight.at<cv::Vec4b>(1, 1), cv::Vec4b(50, 100, 199, 128)) << FormatName(format);
    EXPECT_EQ(straight.at<cv::Vec4b>(0, 0), cv::Vec4b(0, 0, 0, 0)) << FormatName(format);
  }
}

TEST(Tiff, ABigTiffIsRefusedByName) {
  Bytes file = WriteTiff(Rgb(MakeTestImage({8, 8}, CV_8UC3)), [](TIFF*) {});
  file[2] = 43;
  try {
    Decoded(file);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("BigTIFF"), std::string::npos) << error.what();
  }
}

TEST(Tiff, CompressionAndResolutionAreKept) {
  const cv::Mat pixels = MakeTestImage({50, 40}, CV_16UC3);
  for (const int compression :
       {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_PACKBITS}) {
    const Bytes file = WriteTiff(Rgb(pixels), [compression](TIFF* tiff) {
      TIFFSetField(tiff, TIFFTAG_COMPRESSION, compression);
      TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
      TIFFSetField(tiff, TIFFTAG_XRESOLUTION, 300.0);
      TIFFSetField(tiff, TIFFTAG_YRESOLUTION, 150.0);
    });
    const Bytes written = EncodeImage(Decoded(file), {});
    EXPECT_EQ(Tag<std::uint16_t>(written, TIFFTAG_COMPRESSION), compression);
    EXPECT_EQ(Tag<float>(written, TIFFTAG_XRESOLUTION), 300);
    EXPECT_EQ(Tag<float>(written, TIFFTAG_YRESOLUTION), 150);
    EXPECT_EQ(cv::norm(Decoded(written).pixels, pixels, cv::NORM_INF), 0);
  }
}

TEST(Tiff, TilesAreRead) {
  const cv::Mat pixels = MakeTestImage({50, 40}, CV_8UC3);
  const Bytes file = WriteTiff(Rgb(pixels), [](TIFF* tiff) {
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, 16);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, 16);
  });
  EXPECT_EQ(cv::norm(Decoded(file).pixels, pixels, cv::NORM_INF), 0);
}

TEST(Tiff, SeveralPagesAreRefusedNotDropped) {
  const Bytes file = WriteTiff(
      Rgb(MakeTestImage({50, 40}, CV_8UC3)), [](TIFF*) {}, 2);
  try {
    Decoded(file);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("several pages"), std::string::npos);
  }
}

TEST(Tiff, DamagedCodeIsAnError) {
  for (const int compression : {COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE}) {
    Bytes file = WriteTiff(Rgb(MakeTestImage({120, 90}, CV_8UC3)), [compression](TIFF* tiff) {
      TIFFSetField(tiff, TIFFTAG_COMPRESSION, compression);
    });
    for (std::size_t i = file.size() / 2; i < file.size() / 2 + 200; ++i) file[i] ^= 0x5A;
    EXPECT_THROW(Decoded(file), Error) << compression;
  }
}

TEST(Tiff, OtherKindsAreConvertedWithANote) {
  cv::Mat grey = MakeTestImage({50, 40}, CV_8UC1);
  const Bytes file = WriteTiff(
      grey, [](TIFF* tiff) { TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISWHITE); });
  std::string warning;
  const Image image = DecodeImage(file, {}, &warning);
  EXPECT_NE(warning, "");
  ASSERT_EQ(image.pixels.type(), CV_8UC3);
  EXPECT_EQ(image.pixels.at<cv::Vec3b>(7, 9)[1], 255 - grey.at<uchar>(7, 9));
}

}  // namespace
}  // namespace facedeblur
