#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "facedeblur/util/error.h"
#include "facedeblur/util/file_io.h"
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
  WriteFileAtomically(folder / "file", kNew, Clobber::kRefuse, fs::perms(0600));
  EXPECT_EQ(fs::status(folder / "file").permissions(), fs::perms(0600));
}

TEST(ReadFile, DoesNotWaitForFifos) {
  const TempFolder folder;
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  EXPECT_THROW(ReadFile(folder / "fifo"), Error);
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

TEST(ReadFile, RefusesFoldersAndMissingFiles) {
  const TempFolder folder;
  EXPECT_THROW(ReadFile(folder.path()), Error);
  EXPECT_THROW(ReadFile(folder / "missing"), Error);
}

}  // namespace
}  // namespace facedeblur
