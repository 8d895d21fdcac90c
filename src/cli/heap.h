#pragma once

namespace facedeblur {

/// What the process will do with memory for most of its time.
enum class HeapUse { kPhotos, kTraining };

/// Sets how much freed memory is kept instead of being given back to the system and cleared anew
/// when it is next needed. Does nothing with a C library other than GNU's.
void TuneHeap(HeapUse use);

}  // namespace facedeblur
