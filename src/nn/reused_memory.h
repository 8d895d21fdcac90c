#pragma once

namespace facedeblur {

/// While one lives, its thread keeps some of the large tensors' memory that it frees, and uses it
/// for those that it makes next: a network makes tensors of the same few sizes over and over, and
/// to get each of them from the system takes time (bench/README.md). What is kept is given back
/// with the outermost of nested ones.
class ReusedMemory {
 public:
  ReusedMemory();
  ~ReusedMemory();
  ReusedMemory(const ReusedMemory&) = delete;
  ReusedMemory& operator=(const ReusedMemory&) = delete;

  /// Makes LibTorch take all memory of the CPU's tensors from here; without it nothing is kept.
  /// Once in a process is enough.
  static void Install();
};

}  // namespace facedeblur
