#pragma once

#include "facedeblur/util/file_io.h"

namespace facedeblur {

/// The chunks of a PNG that say how its pixels are to be shown and that libraries drop on the way:
/// gAMA, cHRM, sRGB, pHYs, and the texts tEXt and zTXt, as they stand in the file (length to CRC).
/// They fit any PNG with the same colours. Empty for other content; what follows damage is left
/// out.
Bytes CollectPngChunks(const Bytes& png);

/// Puts such chunks behind a PNG's header; kinds it already has keep their own.
Bytes InsertPngChunks(Bytes png, const Bytes& chunks);

/// True for a grey or colour PNG (without palette) whose transparency is one colour (a tRNS chunk).
bool HasColorKey(const Bytes& png);

}  // namespace facedeblur
