// Restores the faces of one photo by the installed library.
// usage: example PHOTO OUTPUT
#include <facedeblur/photo/photo_restorer.h>

#include <exception>
#include <iostream>
#include <opencv2/imgcodecs.hpp>

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: example PHOTO OUTPUT\n";
    return 2;
  }
  try {
    cv::Mat photo = cv::imread(argv[1], cv::IMREAD_UNCHANGED);
    const facedeblur::PhotoRestorer restorer;
    const auto faces = restorer.Restore(&photo);
    std::cout << "restored on " << restorer.Device() << ":\n";
    for (const facedeblur::DetectedFace& face : faces)
      std::cout << "  a face at " << face.box << "\n";
    return cv::imwrite(argv[2], photo) ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << argv[1] << ": " << error.what() << "\n";
    return 1;
  }
}
