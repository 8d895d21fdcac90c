// Run while building: prints dlib's frontal face detector, unpacked, as numbers for an array in C.
#include <dlib/image_processing/frontal_face_detector.h>

#include <cstdio>
#include <exception>
#include <sstream>
#include <string>

int main() try {
  std::ostringstream stream;
  dlib::serialize(dlib::get_frontal_face_detector(), stream);
  const std::string bytes = stream.str();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::printf(i % 32 == 31 ? "%d,\n" : "%d,", static_cast<unsigned char>(bytes[i]));
  }
  return std::fflush(stdout) == 0 ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "pack_detector: %s\n", error.what());
  return 1;
}
