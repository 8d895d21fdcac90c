#include "cli/commands.h"
#include "cli/heap.h"

int main(int argc, char** argv) {
  facedeblur::TuneHeap(facedeblur::HeapUse::kPhotos);
  return facedeblur::RunCommandLine(argc, argv);
}
