#include "facedeblur/util/sha256.h"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace facedeblur {

std::string Sha256(const std::uint8_t* data, std::size_t bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(data, bytes, digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("SHA-256 is not available");
  }
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += kDigits[digest[i] >> 4U];
    text += kDigits[digest[i] & 15U];
  }
  return text;
}

std::string Sha256(const Bytes& bytes) { return Sha256(bytes.data(), bytes.size()); }

}  // namespace facedeblur
