#include <dlfcn.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "backend/backend_choice.h"
#include "backend/opened_backend.h"
#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"
#include "facedeblur/util/version.h"
#include "support.h"

namespace facedeblur {
namespace {

const InstalledBackends kBoth = {"cpu.so", "cuda.so"};

TEST(BackendChoice, FindsWhatIsInTheFolder) {
  const testing::TempFolder folder;
  testing::WriteText(folder / "libfacedeblur_backend_cuda.so", "");
  const InstalledBackends found = FindBackends(folder.path());
  EXPECT_TRUE(found.cpu.empty());
  EXPECT_EQ(found.cuda, folder / "libfacedeblur_backend_cuda.so");
}

TEST(BackendChoice, AutoTakesCudaWhereItWorks) {
  const BackendChoice choice = ChooseBackend(kBoth, ParseDevice("auto"), "");
  EXPECT_EQ(choice.first, kBoth.cuda);
  EXPECT_EQ(choice.second, kBoth.cpu);
  EXPECT_EQ(choice.note, "");
}

TEST(BackendChoice, AutoFallsBackAndSaysWhy) {
  const BackendChoice choice = ChooseBackend(kBoth, ParseDevice("auto"), "there is no driver");
  EXPECT_EQ(choice.first, kBoth.cpu);
  EXPECT_TRUE(choice.second.empty());
  EXPECT_EQ(choice.note, "there is no driver");
  EXPECT_EQ(ChooseBackend({"cpu.so", {}}, ParseDevice("auto"), "").note,
            "no CUDA backend is installed");
}

TEST(BackendChoice, WhatWasAskedForIsNotReplaced) {
  EXPECT_EQ(ChooseBackend(kBoth, ParseDevice("cpu"), "").first, kBoth.cpu);
  const BackendChoice cuda = ChooseBackend(kBoth, ParseDevice("cuda:1"), "");
  EXPECT_EQ(cuda.first, kBoth.cuda);
  EXPECT_TRUE(cuda.second.empty());
  for (const InstalledBackends& installed : {kBoth, InstalledBackends{"cpu.so", {}}}) {
    try {
      ChooseBackend(installed, ParseDevice("cuda:1"), "there is no driver");
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kDevice);
      EXPECT_NE(std::string(error.what()).find("cuda:1 is not available"), std::string::npos);
    }
  }
}

TEST(BackendChoice, ACudaBackendAloneServesTheCpuToo) {
  const InstalledBackends installed = {{}, "cuda.so"};
  EXPECT_EQ(ChooseBackend(installed, ParseDevice("cpu"), "").first, installed.cuda);
  EXPECT_EQ(ChooseBackend(installed, ParseDevice("auto"), "no driver").first, installed.cuda);
}

TEST(BackendChoice, NoneIsAnErrorOfItsOwn) {
  try {
    ChooseBackend({}, ParseDevice("auto"), "");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kModel);
  }
}

/// A library that cannot be loaded.
InstalledBackends BrokenCuda(const testing::TempFolder& folder) {
  testing::WriteText(folder / "libfacedeblur_backend_cuda.so", "no library");
  return {{}, folder / "libfacedeblur_backend_cuda.so"};
}

TEST(OpenOneOf, ACudaLibraryThatCannotBeLoadedIsADeviceThatIsNotThere) {
  const testing::TempFolder folder;
  try {
    OpenOneOf(BrokenCuda(folder), ParseDevice("cuda:1"), "");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kDevice);
    EXPECT_NE(std::string(error.what()).find("cuda:1 is not available"), std::string::npos);
  }
}

TEST(OpenOneOf, AutoFallsBackFromALibraryThatCannotBeLoaded) {
  const testing::TempFolder folder;
  InstalledBackends installed = FindBackends(FACEDEBLUR_BACKENDS);
  if (installed.cpu.empty()) GTEST_SKIP() << "built for CUDA alone";
  installed.cuda = BrokenCuda(folder).cuda;
  const OpenedBackend opened = OpenOneOf(installed, ParseDevice("auto"), "");
  EXPECT_NE(opened.backend, nullptr);
  EXPECT_NE(opened.note.find("cannot load the backend"), std::string::npos);
}

TEST(Backend, KnowsItsOwnVersion) {
  const InstalledBackends installed = FindBackends(FACEDEBLUR_BACKENDS);
  const auto& file = installed.cpu.empty() ? installed.cuda : installed.cpu;
  void* const library = ::dlopen(file.c_str(), RTLD_LAZY | RTLD_LOCAL);
  ASSERT_NE(library, nullptr) << ::dlerror();
  const auto entry = reinterpret_cast<BackendEntry>(::dlsym(library, kBackendEntry));
  ASSERT_NE(entry, nullptr);
  EXPECT_NE(entry(Version()), nullptr);
  EXPECT_EQ(entry("0.0.0"), nullptr);
  // Were it to ask the core, the version would always be the right one.
  const Bytes bytes = ReadFile(file);
  const std::string_view asking = "_ZN10facedeblur7VersionEv";
  EXPECT_TRUE(std::search(bytes.begin(), bytes.end(), asking.begin(), asking.end()) == bytes.end());
}

}  // namespace
}  // namespace facedeblur
