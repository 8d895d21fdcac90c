#include "image/png_chunks.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "facedeblur/image/format.h"

namespace facedeblur {
namespace {

constexpr std::size_t kSignature = 8;
constexpr std::size_t kOverhead = 12;  // length, type, CRC
constexpr std::size_t kHeaderEnd = kSignature + 13 + kOverhead;

struct Chunk {
  std::string type;
  std::size_t begin;
  std::size_t size;  ///< with length, type and CRC
};

/// Calls `visit` for every whole chunk from `begin` on, until it returns false.
void VisitChunks(const Bytes& bytes, std::size_t begin,
                 const std::function<bool(const Chunk&)>& visit) {
  while (begin + kOverhead <= bytes.size()) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) length = length << 8 | bytes[begin + i];
    const std::size_t size = length + kOverhead;
    if (size > bytes.size() - begin) return;
    const auto* type = reinterpret_cast<const char*>(bytes.data() + begin + 4);
    if (!visit({std::string(type, 4), begin, size})) return;
    begin += size;
  }
}

bool IsCarried(std::string_view type) {
  return type == "gAMA" || type == "cHRM" || type == "sRGB" || type == "pHYs" || type == "tEXt" ||
         type == "zTXt";
}

std::set<std::string> ChunkTypes(const Bytes& png) {
  std::set<std::string> types;
  VisitChunks(png, kSignature, [&](const Chunk& chunk) {
    types.insert(chunk.type);
    return true;
  });
  return types;
}

void Append(const Bytes& source, const Chunk& chunk, Bytes* target) {
  const auto begin = source.begin() + static_cast<std::ptrdiff_t>(chunk.begin);
  target->insert(target->end(), begin, begin + static_cast<std::ptrdiff_t>(chunk.size));
}

}  // namespace

Bytes CollectPngChunks(const Bytes& png) {
  Bytes chunks;
  if (FormatFromContent(png) != ImageFormat::kPng) return chunks;
  VisitChunks(png, kSignature, [&](const Chunk& chunk) {
    if (IsCarried(chunk.type)) Append(png, chunk, &chunks);
    return chunk.type != "IEND";
  });
  return chunks;
}

Bytes InsertPngChunks(Bytes png, const Bytes& chunks) {
  if (chunks.empty() || FormatFromContent(png) != ImageFormat::kPng || png.size() < kHeaderEnd) {
    return png;
  }
  const std::set<std::string> present = ChunkTypes(png);
  Bytes inserted;
  VisitChunks(chunks, 0, [&](const Chunk& chunk) {
    if (present.count(chunk.type) == 0) Append(chunks, chunk, &inserted);
    return true;
  });
  png.insert(png.begin() + kHeaderEnd, inserted.begin(), inserted.end());
  return png;
}

bool HasColorKey(const Bytes& png) {
  if (FormatFromContent(png) != ImageFormat::kPng || png.size() < kHeaderEnd) return false;
  constexpr std::size_t kColourType = 25;
  constexpr int kPalette = 3;
  return png[kColourType] != kPalette && ChunkTypes(png).count("tRNS") > 0;
}

}  // namespace facedeblur
