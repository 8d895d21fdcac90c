// Netpbm's PGM and PPM: "P6 width height maximum" with comments, then samples, raw (P5, P6) or as
// text (P2, P3). OpenCV's reader prints to standard error when a file is damaged, so it is not
// used.

#include <algorithm>
#include <cctype>
#include <opencv2/imgproc.hpp>

#include "facedeblur/util/error.h"
#include "image/formats.h"
#include "image/opencv_codec.h"

namespace facedeblur {
namespace {

constexpr const char* kName = "PPM";

/// Reads a file's header, and its samples where they are text.
class PnmReader {
 public:
  explicit PnmReader(const ByteView& file) : file_(file) {
    const std::uint8_t kind = file.U8(1);
    raw_ = kind == '5' || kind == '6';
    channels_ = kind == '3' || kind == '6' ? 3 : 1;
    size_.width = Number();
    size_.height = Number();
    maximum_ = Number();
    if (maximum_ != 255 && maximum_ != 65535) {  // others would have to be scaled
      throw Error(ErrorKind::kInput, "PPM with a maximum of " + std::to_string(maximum_) +
                                         "; 255 and 65535 are supported");
    }
  }

  ImageSize size() const { return size_; }
  bool raw() const { return raw_; }
  int channels() const { return channels_; }
  std::int64_t maximum() const { return maximum_; }
  int bytes_per_sample() const { return maximum_ > 255 ? 2 : 1; }
  /// Where raw samples begin: one white space follows the header.
  std::size_t data() const { return at_ + 1; }

  /// The next number, after white space and comments; it has at most nine digits.
  std::int64_t Number() {
    SkipSpace();
    std::int64_t value = 0;
    int digits = 0;
    for (; !AtEnd() && std::isdigit(file_.U8(at_)) != 0; ++at_, ++digits) {
      value = value * 10 + (file_.U8(at_) - '0');
      if (digits == 9) file_.ThrowDamaged();
    }
    if (digits == 0) file_.ThrowDamaged();
    return value;
  }

 private:
  bool AtEnd() const { return at_ >= file_.size(); }

  void SkipSpace() {
    while (std::isspace(file_.U8(at_)) != 0 || file_.U8(at_) == '#') {
      if (file_.U8(at_) == '#') {
        while (file_.U8(at_) != '\n') ++at_;
      }
      ++at_;
    }
  }

  const ByteView& file_;
  std::size_t at_ = 2;
  bool raw_ = false;
  int channels_ = 1;
  ImageSize size_;
  std::int64_t maximum_ = 0;
};

ImageSize ProbePnm(const ByteView& file) {
  const PnmReader reader(file);
  const ImageSize size = reader.size();
  if (reader.raw()) {  // nine digits each: the product fits 64 bits
    const std::int64_t samples = size.width * size.height * reader.channels();
    file.Require(reader.data(), static_cast<std::size_t>(samples * reader.bytes_per_sample()));
  }
  return size;
}

/// Raw samples are stored with the most significant byte first.
template <typename Sample>
void ReadRaw(const std::uint8_t* stored, std::size_t count, Sample* samples) {
  for (std::size_t i = 0; i < count; ++i) {
    samples[i] = sizeof(Sample) == 1 ? static_cast<Sample>(stored[i])
                                     : static_cast<Sample>(stored[2 * i] << 8 | stored[2 * i + 1]);
  }
}

template <typename Sample>
void ReadText(PnmReader* reader, std::size_t count, Sample* samples) {
  for (std::size_t i = 0; i < count; ++i) {
    samples[i] = static_cast<Sample>(std::min(reader->Number(), reader->maximum()));
  }
}

template <typename Sample>
void ReadSamples(const Bytes& file, PnmReader* reader, cv::Mat* pixels) {
  const std::size_t count = pixels->total() * static_cast<std::size_t>(pixels->channels());
  auto* samples = pixels->ptr<Sample>();
  if (reader->raw()) {
    ReadRaw(file.data() + reader->data(), count, samples);
  } else {
    ReadText(reader, count, samples);
  }
}

DecodedImage DecodePnm(const Bytes& bytes) {
  const ByteView file(bytes, kName);
  PnmReader reader(file);
  const ImageSize size = reader.size();
  const int depth = reader.bytes_per_sample() == 1 ? CV_8U : CV_16U;
  DecodedImage image;
  image.pixels.create(static_cast<int>(size.height), static_cast<int>(size.width),
                      CV_MAKETYPE(depth, reader.channels()));
  if (depth == CV_8U) {
    ReadSamples<std::uint8_t>(bytes, &reader, &image.pixels);
  } else {
    ReadSamples<std::uint16_t>(bytes, &reader, &image.pixels);
  }
  if (reader.channels() == 3) cv::cvtColor(image.pixels, image.pixels, cv::COLOR_RGB2BGR);
  return image;
}

Bytes EncodePnm(const cv::Mat& pixels, const SourceCoding* /*source*/, int /*quality*/,
                const RawMetadata& /*metadata*/) {
  return EncodeWithOpenCv(pixels, pixels.channels() == 1 ? ".pgm" : ".ppm", kName, {});
}

}  // namespace

FormatCodec PnmCodec() { return {ProbePnm, DecodePnm, EncodePnm}; }

}  // namespace facedeblur
