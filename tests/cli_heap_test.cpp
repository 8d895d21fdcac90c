#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>

#include "cli/heap.h"

#if __has_include(<malloc.h>)
#include <malloc.h>
#endif

namespace facedeblur {
namespace {

#ifdef __GLIBC__

std::size_t BytesMapped() { return ::mallinfo2().hblkhd; }

/// How much more is mapped while a block of this size is there.
std::size_t MappedFor(std::size_t size) {
  const std::size_t before = BytesMapped();
  void* volatile block = std::malloc(size);  // volatile: it cannot be left out
  const std::size_t with = BytesMapped();
  std::free(block);
  EXPECT_EQ(BytesMapped(), before);
  return with - before;
}

constexpr std::size_t kPhoto = 20 << 20;

/// glibc left alone maps the first large block, and from then on keeps blocks of that size.
TEST(Heap, GivesPhotosBackToTheSystemEveryTime) {
  TuneHeap(HeapUse::kPhotos);
  for (int i = 0; i < 3; ++i) EXPECT_GE(MappedFor(kPhoto), kPhoto) << i;
}

/// ctest runs it in a process of its own: nothing undoes this.
TEST(Heap, KeepsTheMemoryOfTraining) {
  TuneHeap(HeapUse::kTraining);
  EXPECT_EQ(MappedFor(kPhoto), 0U);
}

#endif

}  // namespace
}  // namespace facedeblur
