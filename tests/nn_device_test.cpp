#include <gtest/gtest.h>
#include <torch/cuda.h>

#include "facedeblur/nn/device.h"
#include "facedeblur/util/error.h"

namespace facedeblur {
namespace {

ErrorKind KindOf(const std::string& name) {
  std::string note;
  try {
    ResolveDevice(name, &note);
  } catch (const Error& error) {
    return error.kind();
  }
  ADD_FAILURE() << name << " was accepted";
  return ErrorKind::kInput;
}

TEST(ResolveDevice, Cpu) {
  std::string note;
  EXPECT_EQ(ResolveDevice("cpu", &note).ToString(), "cpu");
  EXPECT_EQ(note, "");
}

TEST(ResolveDevice, NonsenseIsAUsageError) {
  for (const char* name : {"", "gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:99999", "CPU"}) {
    EXPECT_EQ(KindOf(name), ErrorKind::kUsage) << name;
  }
}

TEST(ResolveDevice, MissingCudaIsADeviceError) {
  if (torch::cuda::is_available()) GTEST_SKIP() << "this machine has CUDA";
  EXPECT_EQ(KindOf("cuda"), ErrorKind::kDevice);
  EXPECT_EQ(KindOf("cuda:1"), ErrorKind::kDevice);
}

TEST(ResolveDevice, AutoFallsBackAndSaysSo) {
  if (torch::cuda::is_available()) GTEST_SKIP() << "this machine has CUDA";
  std::string note;
  EXPECT_FALSE(ResolveDevice("auto", &note).cuda);
  EXPECT_NE(note, "");
}

}  // namespace
}  // namespace facedeblur
