#pragma once

#include <filesystem>

namespace facedeblur {

/// The folder that libfacedeblur.so was loaded from. Throws Error(kModel).
std::filesystem::path LibraryFolder();

}  // namespace facedeblur
