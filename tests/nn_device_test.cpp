#include <gtest/gtest.h>
#include <torch/cuda.h>

#include "facedeblur/nn/device.h"
#include "facedeblur/util/error.h"

namespace facedeblur {
namespace {

ErrorKind KindOf(const std::string& name) {
  std::string note;
  try {
    ResolveDevice(ParseDevice(name), &note);
  } catch (const Error& error) {
    return error.kind();
  }
  ADD_FAILURE() << name << " was accepted";
  return ErrorKind::kInput;
}

TEST(ResolveDevice, Cpu) {
  std::string note;
  EXPECT_EQ(ResolveDevice(ParseDevice("cpu"), &note).ToString(), "cpu");
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
  EXPECT_FALSE(ResolveDevice(ParseDevice("auto"), &note).cuda);
  EXPECT_NE(note, "");
}

bool UsesBfloat16(Precision wanted, Workload workload) {
  ComputeDevice device;
  ResolvePrecision(wanted, workload, &device);
  return device.bfloat16;
}

TEST(ResolvePrecision, AutoIsTheFasterOne) {
  EXPECT_FALSE(UsesBfloat16(Precision::kAuto, Workload::kInference));
  EXPECT_EQ(UsesBfloat16(Precision::kAuto, Workload::kTraining), HasBfloat16({}));
}

TEST(ResolvePrecision, WhatIsAskedForIsDoneOrRefused) {
  for (const Workload workload : {Workload::kInference, Workload::kTraining}) {
    EXPECT_FALSE(UsesBfloat16(Precision::kFloat32, workload));
    if (HasBfloat16({})) {
      EXPECT_TRUE(UsesBfloat16(Precision::kBfloat16, workload));
      continue;
    }
    try {
      UsesBfloat16(Precision::kBfloat16, workload);
      ADD_FAILURE() << "bf16 was accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kDevice);
    }
  }
}

TEST(HasBfloat16, NotOnAGpuThatIsNotThere) {
  if (torch::cuda::is_available()) GTEST_SKIP() << "this machine has CUDA";
  EXPECT_FALSE(HasBfloat16({true, 0, false}));
}

}  // namespace
}  // namespace facedeblur
