#include "cli/heap.h"

// What to tune by are macros of glibc's <malloc.h>; other C libraries have no such file, or one
// without them.
#if __has_include(<malloc.h>)
#include <malloc.h>
#endif

namespace facedeblur {

#if defined(M_MMAP_THRESHOLD) && defined(M_MMAP_MAX)

void TuneHeap(HeapUse use) {
  // Photos: the network's intermediate results come and go thousands of times, and their pages are
  // kept (a tenth of the time of a run on small faces). Photos and the network's maps of large
  // faces are larger than the threshold and are given back. Larger thresholds take 100 MB more and
  // gain 4 % of the time of photos with large faces.
  // Training: every step needs the same memory again, a few hundred megabytes in pieces of all
  // sizes. A third of the time went into getting it anew.
  const bool training = use == HeapUse::kTraining;
  if (training) ::mallopt(M_MMAP_MAX, 0);  // the largest pieces are kept too
  ::mallopt(M_MMAP_THRESHOLD, 2 << 20);
  ::mallopt(M_TRIM_THRESHOLD, training ? 2'000'000'000 : 16 << 20);
  ::mallopt(M_TOP_PAD, training ? 64 << 20 : 1 << 20);
}

#else

void TuneHeap(HeapUse /*use*/) {}

#endif

}  // namespace facedeblur
