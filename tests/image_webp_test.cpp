#include <gtest/gtest.h>
#include <webp/decode.h>
#include <webp/mux.h>

#include <memory>
#include <string>

#include "facedeblur/image/codec.h"
#include "support.h"

namespace facedeblur {
namespace {

using testing::MakeTestImage;

Image Decoded(const Bytes& file) {
  std::string warning;
  Image image = DecodeImage(file, {}, &warning);
  EXPECT_EQ(warning, "");
  return image;
}

/// A chunk of a file as libwebp finds it; empty where there is none.
Bytes ChunkOf(const Bytes& file, const char* name) {
  const WebPData data = {file.data(), file.size()};
  const std::unique_ptr<WebPMux, decltype(&WebPMuxDelete)> mux(WebPMuxCreate(&data, 1),
                                                               WebPMuxDelete);
  WebPData chunk = {};
  if (!mux) ADD_FAILURE() << "no WebP to libwebp";
  if (!mux || WebPMuxGetChunk(mux.get(), name, &chunk) != WEBP_MUX_OK) return {};
  return {chunk.bytes, chunk.bytes + chunk.size};
}

TEST(Webp, LibwebpFindsTheMetadata) {
  RawMetadata raw;
  raw.icc = testing::FakeProfile("RGB ");
  for (const int type : {CV_8UC1, CV_8UC3, CV_8UC4}) {
    for (const int quality : {0, 80}) {
      Image image;
      image.pixels = MakeTestImage({40, 30}, type);
      image.metadata = Metadata::FromRaw(raw).WithHistory("1 face");
      const Bytes file = EncodeImage(image, {ImageFormat::kWebp, quality});
      EXPECT_EQ(ChunkOf(file, "ICCP"), raw.icc);
      EXPECT_FALSE(ChunkOf(file, "EXIF").empty());
      EXPECT_FALSE(ChunkOf(file, "XMP ").empty());
      WebPBitstreamFeatures features;
      ASSERT_EQ(WebPGetFeatures(file.data(), file.size(), &features), VP8_STATUS_OK);
      EXPECT_EQ(features.has_alpha, type == CV_8UC4 ? 1 : 0);
      EXPECT_EQ(Decoded(file).metadata.icc(), raw.icc);
    }
  }
}

TEST(Webp, LosslessKeepsColoursThatAreTransparent) {
  Image image;
  image.pixels = MakeTestImage({40, 30}, CV_8UC4);
  cv::Mat alpha(image.pixels.size(), CV_8U, cv::Scalar(0));
  alpha.colRange(10, 30) = 200;
  cv::insertChannel(alpha, image.pixels, 3);
  const Image again = Decoded(EncodeImage(image, {ImageFormat::kWebp, 0}));
  EXPECT_EQ(cv::norm(again.pixels, image.pixels, cv::NORM_INF), 0);
}

TEST(Webp, AHigherQualityIsNearerAndLarger) {
  Image image;
  image.pixels = MakeTestImage({200, 100}, CV_8UC3);
  const Bytes low = EncodeImage(image, {ImageFormat::kWebp, 30});
  const Bytes high = EncodeImage(image, {ImageFormat::kWebp, 95});
  EXPECT_LT(low.size(), high.size());
  EXPECT_GT(cv::norm(Decoded(low).pixels, image.pixels),
            cv::norm(Decoded(high).pixels, image.pixels));
}

}  // namespace
}  // namespace facedeblur
