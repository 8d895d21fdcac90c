#include <malloc.h>

#include "cli/commands.h"

int main(int argc, char** argv) {
#ifdef __GLIBC__
  // The network's intermediate results come and go thousands of times: their pages are kept instead
  // of being given back and cleared anew (a tenth of the time of a run on small faces). Photos
  // and the network's maps of large faces are larger than the threshold and are given back. Larger
  // thresholds take 100 MB more and gain 4 % of the time of photos with large faces.
  ::mallopt(M_MMAP_THRESHOLD, 2 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 16 << 20);
  ::mallopt(M_TOP_PAD, 1 << 20);
#endif
  return facedeblur::RunCommandLine(argc, argv);
}
