#include <gtest/gtest.h>
#include <torch/cuda.h>
#include <torch/utils.h>

#include <stdexcept>

#include "facedeblur/nn/device.h"
#include "facedeblur/nn/precision.h"
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
  for (const bool bfloat16_is_faster : {false, true}) {
    for (const Workload workload : {Workload::kInference, Workload::kTraining}) {
      ComputeDevice device;
      const auto time = [&](Workload timed, bool bfloat16) {
        EXPECT_EQ(timed, workload);
        return bfloat16 == bfloat16_is_faster ? 1.0 : 2.0;
      };
      ResolvePrecision(Precision::kAuto, workload, &device, time);
      EXPECT_EQ(device.bfloat16, bfloat16_is_faster && HasBfloat16({}));
    }
  }
}

TEST(ResolvePrecision, NothingIsTimedWhereThereIsNoChoice) {
  const auto time = [](Workload, bool) -> double { throw std::logic_error("timed"); };
  ComputeDevice device;
  ResolvePrecision(Precision::kFloat32, Workload::kTraining, &device, time);
  EXPECT_FALSE(device.bfloat16);
  if (!HasBfloat16({})) {
    ResolvePrecision(Precision::kAuto, Workload::kTraining, &device, time);
    EXPECT_FALSE(device.bfloat16);
  } else {
    EXPECT_THROW(ResolvePrecision(Precision::kAuto, Workload::kTraining, &device, time),
                 std::logic_error);
  }
}

TEST(TimeConvolutions, DrawsNoRandomNumbers) {
  torch::manual_seed(4);
  const torch::Tensor expected = torch::rand({5});
  torch::manual_seed(4);
  for (const Workload workload : {Workload::kInference, Workload::kTraining}) {
    EXPECT_GT(TimeConvolutions(workload, false), 0);
    if (HasBfloat16({})) {
      EXPECT_GT(TimeConvolutions(workload, true), 0);
    }
  }
  EXPECT_TRUE(torch::equal(torch::rand({5}), expected));
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
