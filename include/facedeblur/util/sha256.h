#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "facedeblur/util/file_io.h"

namespace facedeblur {

/// SHA-256 (FIPS 180-4) in hexadecimal, as sha256sum prints it.
std::string Sha256(const std::uint8_t* data, std::size_t size);
std::string Sha256(const Bytes& bytes);

}  // namespace facedeblur
