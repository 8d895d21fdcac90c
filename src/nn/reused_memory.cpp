#include "nn/reused_memory.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <torch/version.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>
#include <vector>

namespace facedeblur {
namespace {

constexpr std::size_t kAlignment = 64;  // a line of the cache; LibTorch's own allocator has it, too
constexpr std::size_t kLarge = 1 << 20;
constexpr std::size_t kMostKept = 32 << 20;  // on each thread

/// Lies before a tensor's data, in a line of its own.
struct Header {
  std::size_t size;  ///< of the data
};

void* NewBlock(std::size_t size) {
  constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max() / 2;
  const std::size_t whole = (size + 2 * kAlignment - 1) / kAlignment * kAlignment;
  void* const block = size > kMost ? nullptr : std::aligned_alloc(kAlignment, whole);
  if (block == nullptr) throw std::bad_alloc();
  new (block) Header{size};
  return static_cast<std::byte*>(block) + kAlignment;
}

void* BlockOf(void* data) { return static_cast<std::byte*>(data) - kAlignment; }
std::size_t SizeOf(void* data) { return static_cast<Header*>(BlockOf(data))->size; }

/// The free blocks of one thread, the oldest first.
class FreeBlocks {
 public:
  FreeBlocks() = default;
  ~FreeBlocks() {
    for (void* const data : blocks_) std::free(BlockOf(data));
  }
  FreeBlocks(const FreeBlocks&) = delete;
  FreeBlocks& operator=(const FreeBlocks&) = delete;

  /// The oldest ones give way.
  void Keep(void* data) {
    blocks_.push_back(data);
    total_ += SizeOf(data);
    while (total_ > kMostKept) std::free(BlockOf(Remove(blocks_.begin())));
  }

  /// The smallest that is large enough; null where there is none, or it would be wasted.
  void* Take(std::size_t size) {
    auto best = blocks_.end();
    for (auto it = blocks_.begin(); it != blocks_.end(); ++it) {
      const std::size_t found = SizeOf(*it);
      if (found < size || found > size + size / 4) continue;
      if (best == blocks_.end() || found < SizeOf(*best)) best = it;
    }
    return best == blocks_.end() ? nullptr : Remove(best);
  }

 private:
  void* Remove(std::vector<void*>::iterator at) {
    void* const data = *at;
    total_ -= SizeOf(data);
    blocks_.erase(at);
    return data;
  }

  std::vector<void*> blocks_;
  std::size_t total_ = 0;
};

thread_local int scopes = 0;
thread_local FreeBlocks* free_blocks = nullptr;  // where `scopes` is not 0

void Free(void* data) {
  if (data == nullptr) return;
  if (free_blocks != nullptr && SizeOf(data) >= kLarge) {
    free_blocks->Keep(data);
  } else {
    std::free(BlockOf(data));
  }
}

class ReusingAllocator : public c10::Allocator {
 public:
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 3)
  c10::DataPtr allocate(std::size_t size) override { return Allocate(size); }
  void copy_data(void* target, const void* source, std::size_t size) const override {
    std::memcpy(target, source, size);
  }
#else
  c10::DataPtr allocate(std::size_t size) const override { return Allocate(size); }
#endif
  c10::DeleterFnPtr raw_deleter() const override { return Free; }

 private:
  static c10::DataPtr Allocate(std::size_t size) {
    void* data = nullptr;
    if (size >= kLarge && free_blocks != nullptr) data = free_blocks->Take(size);
    if (data == nullptr && size > 0) data = NewBlock(size);
    return {data, data, Free, c10::Device(c10::kCPU)};
  }
};

}  // namespace

ReusedMemory::ReusedMemory() {
  if (scopes++ == 0) free_blocks = new FreeBlocks;
}

ReusedMemory::~ReusedMemory() {
  if (--scopes > 0) return;
  delete free_blocks;
  free_blocks = nullptr;
}

void ReusedMemory::Install() {
  static ReusingAllocator* const allocator = new ReusingAllocator;  // tensors may outlive main()
  constexpr std::uint8_t kAboveTheDefault = 1;
  c10::SetCPUAllocator(allocator, kAboveTheDefault);
}

}  // namespace facedeblur
