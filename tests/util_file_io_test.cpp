#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <string>

#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"
#include "facedeblur/util/mapped_file.h"
#include "support.h"

namespace facedeblur {
namespace {

namespace fs = std::filesystem;
using testing::ListFiles;
using testing::TempFolder;

const Bytes kOld = {'o', 'l', 'd'};
const Bytes kNew = {'n', 'e', 'w', 0, 255};

TEST(WriteFileAtomically, WritesAndReadsBack) {
  const TempFolder folder;
  WriteFileAtomically(folder / "a/b/file.bin", kNew, Clobber::kRefuse);
  EXPECT_EQ(ReadFile(folder / "a/b/file.bin"), kNew);
  EXPECT_EQ(ListFiles(folder.path()), std::vector<std::string>{"a/b/file.bin"});
}

TEST(WriteFileAtomically, RefusesToClobberAndKeepsTheFile) {
  const TempFolder folder;
  WriteFileAtomically(folder / "file", kOld, Clobber::kRefuse);
  EXPECT_THROW(WriteFileAtomically(folder / "file", kNew, Clobber::kRefuse), Error);
  EXPECT_EQ(ReadFile(folder / "file"), kOld);
  EXPECT_EQ(ListFiles(folder.path()).size(), 1U);
}

TEST(WriteFileAtomically, ReplacesWhenAsked) {
  const TempFolder folder;
  WriteFileAtomically(folder / "file", kOld, Clobber::kRefuse);
  WriteFileAtomically(folder / "file", kNew, Clobber::kReplace);
  EXPECT_EQ(ReadFile(folder / "file"), kNew);
  EXPECT_EQ(ListFiles(folder.path()).size(), 1U);
}

TEST(WriteFileAtomically, ReplacementNeverTouchesTheOldFilesData) {
  const TempFolder folder;
  WriteFileAtomically(folder / "file", kOld, Clobber::kRefuse);
  fs::create_hard_link(folder / "file", folder / "second_name");
  WriteFileAtomically(folder / "file", kNew, Clobber::kReplace);
  EXPECT_EQ(ReadFile(folder / "second_name"), kOld);
}

TEST(WriteFileAtomically, FollowsTheUmask) {
  const TempFolder folder;
  const mode_t before = ::umask(027);
  WriteFileAtomically(folder / "file", kNew, Clobber::kRefuse);
  ::umask(before);
  EXPECT_EQ(fs::status(folder / "file").permissions(), fs::perms(0640));
}

TEST(WriteFileAtomically, GivesNoMorePermissionsThanAsked) {
  const TempFolder folder;
  WriteFileAtomically(folder / "file", kNew, Clobber::kRefuse, {fs::perms(0600), {}});
  EXPECT_EQ(fs::status(folder / "file").permissions(), fs::perms(0600));
}

/// From now on chmod(2) and its kin do nothing in this process. False where that cannot be had.
bool MakeChmodFail() {
  const auto refuse = [](std::uint32_t number) {
    return std::array<sock_filter, 2>{
        sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
        sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)};
  };
  const auto a = refuse(SYS_fchmod);
  const auto b = refuse(SYS_fchmodat);
  std::array<sock_filter, 6> filter{
      sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      a[0],
      a[1],
      b[0],
      b[1],
      sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

TEST(WriteFileAtomically, IsNeverMorePermissiveNotEvenForAMoment) {
  // Where permissions cannot be changed afterwards, they must have been right from the start.
  const TempFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    ::umask(0);
    if (!MakeChmodFail()) ::_exit(7);
    WriteFileAtomically(folder / "file", kNew, Clobber::kRefuse, {fs::perms(0640), {}});
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WEXITSTATUS(status) == 7) GTEST_SKIP() << "system calls cannot be filtered here";
  EXPECT_EQ(fs::status(folder / "file").permissions(), fs::perms(0640));
}

TEST(WriteFileAtomically, TheOwnerCanAlwaysReadAndWriteIt) {
  const TempFolder folder;
  WriteFileAtomically(folder / "file", kNew, Clobber::kRefuse, {fs::perms(0444), {}});
  EXPECT_EQ(fs::status(folder / "file").permissions() & fs::perms(0600), fs::perms(0600));
}

TEST(WriteFileAtomically, GroupPermissionsAreForThatGroupAlone) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files to any group";
  constexpr gid_t kGroup = 12345;
  const TempFolder folder;
  fs::permissions(folder.path(), fs::perms(0777));
  const mode_t before = ::umask(0);
  WriteFileAtomically(folder / "given", kNew, Clobber::kRefuse, {fs::perms(0640), kGroup});
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setgid(1) != 0 || ::setuid(1) != 0) ::_exit(1);
    WriteFileAtomically(folder / "kept", kNew, Clobber::kRefuse, {fs::perms(0664), kGroup});
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ::umask(before);
  ASSERT_EQ(status, 0);
  EXPECT_EQ(AccessOf(folder / "given").group, kGroup);
  EXPECT_EQ(AccessOf(folder / "given").permissions, fs::perms(0640));
  EXPECT_NE(AccessOf(folder / "kept").group, kGroup)
      << "whoever is not in a group cannot give to it";
  EXPECT_EQ(AccessOf(folder / "kept").permissions, fs::perms(0644));
}

TEST(CommonAccess, IsForThoseWhoMayUseBoth) {
  const FileAccess a = {fs::perms(0664), 7};
  EXPECT_EQ(CommonAccess(a, {fs::perms(0640), 7}).permissions, fs::perms(0640));
  EXPECT_EQ(CommonAccess(a, {fs::perms(0640), 7}).group, 7U);
  const FileAccess mixed = CommonAccess(a, {fs::perms(0664), 8});
  EXPECT_EQ(mixed.permissions, fs::perms(0644)) << "a member of one group is one of the others";
  EXPECT_FALSE(mixed.group.has_value());
}

TEST(WriteFileAtomically, NothingTakesThePlaceOfAPipe) {
  const TempFolder folder;
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  for (const Clobber clobber : {Clobber::kReplace, Clobber::kRefuse}) {
    EXPECT_THROW(WriteFileAtomically(folder / "fifo", kNew, clobber), Error);
  }
  EXPECT_TRUE(fs::is_fifo(folder / "fifo"));
}

TEST(WriteFileAtomically, WhatAKilledProcessLeftDoesNotMatter) {
  const TempFolder folder;
  constexpr int kNames = 200;
  for (int i = 0; i < kNames; ++i) {  // of a process that had our number
    testing::WriteText(
        folder / (".facedeblur-" + std::to_string(::getpid()) + "-" + std::to_string(i) + ".tmp"),
        "half");
  }
  WriteFileAtomically(folder / "file", kOld, Clobber::kReplace);
  WriteFileAtomically(folder / "file", kNew, Clobber::kReplace);
  EXPECT_EQ(ReadFile(folder / "file"), kNew);
  EXPECT_EQ(ListFiles(folder.path()).size(), kNames + 1U);
}

TEST(ReadFile, DoesNotWaitForFifos) {
  const TempFolder folder;
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  EXPECT_THROW(ReadFile(folder / "fifo"), Error);
  EXPECT_THROW(MappedFile(folder / "fifo"), Error);
}

TEST(MappedFile, HoldsTheFile) {
  const TempFolder folder;
  testing::WriteBytes(folder / "file", kNew);
  testing::WriteBytes(folder / "empty", {});
  const MappedFile file(folder / "file");
  EXPECT_EQ(Bytes(file.data(), file.data() + file.size()), kNew);
  EXPECT_EQ(MappedFile(folder / "empty").size(), 0U);
  EXPECT_THROW(MappedFile(folder / "missing"), Error);
}

TEST(WriteFileAtomically, SaysWhyItCannot) {
  const TempFolder folder;
  WriteFileAtomically(folder / "file", kOld, Clobber::kRefuse);
  try {
    WriteFileAtomically(folder / "file/below", kNew, Clobber::kRefuse);
    FAIL() << "a file cannot be a folder";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kOutput);
    EXPECT_NE(std::string(error.what()).find("output folder"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("file/below: "), std::string::npos);
  }
  fs::create_directory(folder / "folder");
  EXPECT_THROW(WriteFileAtomically(folder / "folder", kNew, Clobber::kReplace), Error);
}

TEST(WriteFileAtomically, FullDeviceLeavesNothing) {
  // A file size limit makes write(2) fail like a full device does, for every user.
  const TempFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit limit{4096, 4096};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::signal(SIGXFSZ, SIG_IGN);
    try {
      WriteFileAtomically(folder / "file", Bytes(100000), Clobber::kReplace);
    } catch (const Error&) {
      ::_exit(7);
    }
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 7);
  EXPECT_TRUE(ListFiles(folder.path()).empty());
}

TEST(ReadNamedFile, NamesTheFileInItsErrors) {
  const TempFolder folder;
  testing::WriteBytes(folder / "file", kNew);
  EXPECT_EQ(ReadNamedFile(folder / "file"), kNew);
  const std::string missing = (folder / "missing").string();
  try {
    ReadNamedFile(missing);
    FAIL() << "there is no such file";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInput);
    EXPECT_EQ(std::string(error.what()).rfind(missing + ": cannot open", 0), 0U) << error.what();
  }
}

TEST(ReadFile, RefusesFoldersAndMissingFiles) {
  const TempFolder folder;
  EXPECT_THROW(ReadFile(folder.path()), Error);
  EXPECT_THROW(ReadFile(folder / "missing"), Error);
}

}  // namespace
}  // namespace facedeblur
