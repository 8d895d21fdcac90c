// Writes the seed corpus of the image fuzzer: small images of every format and kind of pixels.
// usage: make_corpus FOLDER

#include <cstdio>
#include <filesystem>
#include <string>

#include "facedeblur/image/codec.h"
#include "facedeblur/util/error.h"

namespace facedeblur {
namespace {

void Write(const std::filesystem::path& file, const Bytes& bytes) {
  WriteFileAtomically(file, bytes, Clobber::kReplace);
}

cv::Mat Noise(int type) {
  cv::Mat pixels(24, 20, type);
  cv::RNG random(7);
  random.fill(pixels, cv::RNG::UNIFORM, 0, 255);
  return pixels;
}

void WriteImages(const std::filesystem::path& folder) {
  const struct {
    const char* name;
    ImageFormat format;
    int type;
  } kinds[] = {
      {"grey.jpg", ImageFormat::kJpeg, CV_8UC1},     {"colour.jpg", ImageFormat::kJpeg, CV_8UC3},
      {"grey.png", ImageFormat::kPng, CV_8UC1},      {"colour16.png", ImageFormat::kPng, CV_16UC3},
      {"alpha.png", ImageFormat::kPng, CV_8UC4},     {"colour.tiff", ImageFormat::kTiff, CV_8UC3},
      {"grey16.tiff", ImageFormat::kTiff, CV_16UC1}, {"alpha.tiff", ImageFormat::kTiff, CV_8UC4},
      {"colour.webp", ImageFormat::kWebp, CV_8UC3},  {"alpha.webp", ImageFormat::kWebp, CV_8UC4},
      {"colour.bmp", ImageFormat::kBmp, CV_8UC3},    {"colour.ppm", ImageFormat::kPnm, CV_8UC3},
      {"grey16.pgm", ImageFormat::kPnm, CV_16UC1},   {"colour.heic", ImageFormat::kHeic, CV_8UC3},
      {"alpha.heic", ImageFormat::kHeic, CV_8UC4},   {"colour.avif", ImageFormat::kAvif, CV_8UC3},
      {"grey16.avif", ImageFormat::kAvif, CV_16UC1}, {"colour.jxl", ImageFormat::kJxl, CV_8UC3},
      {"alpha16.jxl", ImageFormat::kJxl, CV_16UC4},
  };
  for (const auto& kind : kinds) {
    Image image;
    image.pixels = Noise(kind.type);
    try {
      Write(folder / kind.name, EncodeImage(image, {kind.format, 0}));
    } catch (const Error& error) {  // built without the library
      std::fprintf(stderr, "%s: %s\n", kind.name, error.what());
    }
  }
}

}  // namespace
}  // namespace facedeblur

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  facedeblur::WriteImages(folder / "image");
  return 0;
}
