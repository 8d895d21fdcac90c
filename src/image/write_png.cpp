#include "facedeblur/image/write_png.h"

#include "facedeblur/image/codec.h"
#include "facedeblur/util/file_io.h"

namespace facedeblur {

void WritePng(const std::filesystem::path& file, const cv::Mat& pixels, const FileAccess& access) {
  Image image;
  image.pixels = pixels;
  EncodeOptions options;
  options.format = ImageFormat::kPng;
  WriteFileAtomically(file, EncodeImage(image, options), Clobber::kReplace, access);
}

}  // namespace facedeblur
