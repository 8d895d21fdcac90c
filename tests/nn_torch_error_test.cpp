#include <ATen/Functions.h>
#include <gtest/gtest.h>
#include <torch/cuda.h>

#include <limits>
#include <new>

#include "nn/torch_error.h"

namespace facedeblur {
namespace {

const ComputeDevice kCuda = {true, 0, false};

TEST(ClassifyFailure, MemoryByTypeAndByWords) {
  for (const ComputeDevice& device : {ComputeDevice{}, kCuda}) {
    EXPECT_EQ(ClassifyFailure(std::bad_alloc(), device), DeviceFailure::kOutOfMemory);
    const std::runtime_error words("CUDA error: out of memory\nand a back trace");
    EXPECT_EQ(ClassifyFailure(words, device), DeviceFailure::kOutOfMemory);
  }
}

TEST(ClassifyFailure, WhatLibTorchThrowsForWantOfMemory) {
  try {
    at::empty({std::numeric_limits<std::int64_t>::max() / 16}, at::kFloat);
    FAIL() << "so much memory was to be had";
  } catch (const std::exception& error) {
    EXPECT_EQ(ClassifyFailure(error, {}), DeviceFailure::kOutOfMemory) << error.what();
  }
}

TEST(ClassifyFailure, AProcessorIsNeverLost) {
  EXPECT_EQ(ClassifyFailure(std::runtime_error("CUDA error: what is it"), {}),
            DeviceFailure::kNone);
}

// A device that is not there fails as one does that went away.
TEST(ClassifyFailure, ADeviceOnWhichNothingRunsIsLost) {
  if (torch::cuda::is_available()) GTEST_SKIP() << "this machine has CUDA";
  EXPECT_EQ(ClassifyFailure(std::runtime_error("anything"), kCuda), DeviceFailure::kLost);
}

TEST(ToError, OneLineAndTheRightKind) {
  const std::runtime_error words("size mismatch\nback trace");
  const Error plain = ToError(words, {}, ErrorKind::kModel);
  EXPECT_EQ(plain.kind(), ErrorKind::kModel);
  EXPECT_STREQ(plain.what(), "size mismatch");
  const Error memory = ToError(std::bad_alloc(), kCuda, ErrorKind::kModel);
  EXPECT_EQ(memory.kind(), ErrorKind::kDevice);
  EXPECT_STREQ(memory.what(), "cuda:0 is out of memory");
  EXPECT_EQ(ToError(std::bad_alloc(), {}, ErrorKind::kModel, ErrorKind::kInput).kind(),
            ErrorKind::kInput);
}

TEST(ToError, ErrorsOfOursKeepTheirText) {
  const Error device = ToError(Error(ErrorKind::kDevice, "gone"), {}, ErrorKind::kModel);
  EXPECT_EQ(device.kind(), ErrorKind::kDevice);
  EXPECT_STREQ(device.what(), "gone");
  EXPECT_EQ(ToError(Error(ErrorKind::kInput, "x"), {}, ErrorKind::kModel).kind(),
            ErrorKind::kModel);
}

}  // namespace
}  // namespace facedeblur
