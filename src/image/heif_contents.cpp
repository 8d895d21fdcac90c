#include "image/heif_contents.h"

#include <algorithm>

#include "image/bmff_boxes.h"

namespace facedeblur {
namespace {

constexpr std::size_t kVersionAndFlags = 4;

/// Looks through the list of items (ISO/IEC 14496-12, 8.11.6).
bool HasToneMappedItem(const ByteView& file, const BmffBox& iinf) {
  const std::size_t count_size = file.U8(iinf.begin) == 0 ? 2 : 4;
  for (const BmffBox& item : BoxesIn(file, iinf, kVersionAndFlags + count_size)) {
    const std::size_t id_size = file.U8(item.begin) == 3 ? 4 : 2;
    if (file.Is(item.begin + kVersionAndFlags + id_size + 2, "tmap")) return true;
  }
  return false;
}

/// From the configuration of an HEVC image (ISO/IEC 14496-15, 8.3.3.1).
int ChromaOfHevc(const ByteView& file, const BmffBox& hvcc) { return file.U8(hvcc.begin + 16) & 3; }

/// From the configuration of an AV1 image (AV1 in ISO BMFF, 2.3.3).
int ChromaOfAv1(const ByteView& file, const BmffBox& av1c) {
  const std::uint8_t bits = file.U8(av1c.begin + 2);
  const bool grey = (bits & 0x10) != 0;
  const bool half_width = (bits & 0x08) != 0;
  const bool half_height = (bits & 0x04) != 0;
  if (grey) return 0;
  if (!half_width) return 3;
  return half_height ? 1 : 2;
}

int FinestChroma(const ByteView& file, const BmffBox& iprp) {
  int finest = 0;
  for (const BmffBox& ipco : BoxesIn(file, iprp, 0)) {
    if (ipco.type != "ipco") continue;
    for (const BmffBox& property : BoxesIn(file, ipco, 0)) {
      if (property.type == "hvcC") finest = std::max(finest, ChromaOfHevc(file, property));
      if (property.type == "av1C") finest = std::max(finest, ChromaOfAv1(file, property));
    }
  }
  return finest;
}

void ReadMeta(const ByteView& file, const BmffBox& meta, HeifContents* contents) {
  for (const BmffBox& box : BoxesIn(file, meta, kVersionAndFlags)) {
    if (box.type == "iinf") contents->tone_mapped = HasToneMappedItem(file, box);
    if (box.type == "iprp") contents->chroma = FinestChroma(file, box);
  }
}

}  // namespace

HeifContents ReadHeifContents(const ByteView& file) {
  HeifContents contents;
  bool photo_ended = false;
  for (const BmffBox& box : BoxesOf(file)) {
    // Some cameras append the video as a second file.
    if (box.type == "ftyp" && box.begin > 8) photo_ended = true;
    if (photo_ended || box.type == "mpvd") {
      contents.motion_video = true;
    } else if (box.type == "moov") {
      contents.sequence = true;
    } else if (box.type == "meta") {
      ReadMeta(file, box, &contents);
    }
  }
  return contents;
}

}  // namespace facedeblur
