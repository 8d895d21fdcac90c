#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "facedeblur/util/memory_budget.h"
#include "facedeblur/util/usable_memory.h"
#include "support.h"

namespace facedeblur {
namespace {

using testing::TempFolder;
using testing::WriteText;

TEST(MemoryBudget, ServesInOrderAsFarAsItReaches) {
  MemoryBudget budget(10);
  std::string served;
  budget.Acquire(6, [&] { served += 'a'; });
  budget.Acquire(6, [&] { served += 'b'; });
  budget.Acquire(1, [&] { served += 'c'; });  // would fit, but b was first
  EXPECT_EQ(served, "a");
  budget.Release(6);
  EXPECT_EQ(served, "abc");
}

TEST(MemoryBudget, WhatIsLargerThanAllOfItRunsAlone) {
  MemoryBudget budget(10);
  std::string served;
  budget.Acquire(2, [&] { served += 'a'; });
  budget.Acquire(50, [&] { served += 'b'; });
  budget.Acquire(2, [&] { served += 'c'; });
  EXPECT_EQ(served, "a");
  budget.Release(2);
  EXPECT_EQ(served, "ab");
  budget.Release(50);
  EXPECT_EQ(served, "abc");
}

TEST(UsableMemory, IsSomeMegabytesAtLeast) { EXPECT_GT(UsableMemory(), 64 << 20); }

/// A machine's /proc and /sys as control groups show in them.
class ControlGroups : public ::testing::Test {
 protected:
  void Group(const std::string& line) { WriteText(root_ / "proc/self/cgroup", line + "\n"); }
  void Limit(const std::string& file, const std::string& text) {
    WriteText(root_ / ("sys/fs/cgroup/" + file), text + "\n");
  }
  std::int64_t Usable() const { return UsableMemory(root_.path()); }

  TempFolder root_;
};

TEST_F(ControlGroups, WithoutThemTheMachineIsTheLimit) {
  const std::int64_t machine = Usable();
  EXPECT_EQ(machine, std::int64_t{::sysconf(_SC_PHYS_PAGES)} * ::sysconf(_SC_PAGE_SIZE));
  Group("0::/job");
  Limit("memory.max", "max");
  Limit("job/memory.max", "9223372036854771712");
  EXPECT_EQ(Usable(), machine);
}

TEST_F(ControlGroups, VersionTwoFromTheGroupUpToTheRoot) {
  Group("0::/system.slice/slurmstepd.scope/job_7/step_0/user/task_0");
  Limit("system.slice/slurmstepd.scope/job_7/memory.max", "5000000");
  Limit("system.slice/slurmstepd.scope/job_7/step_0/memory.max", "max");
  Limit("system.slice/slurmstepd.scope/job_8/memory.max", "1000000");
  EXPECT_EQ(Usable(), 5000000) << "of its own job, not of another";
  Limit("system.slice/slurmstepd.scope/job_7/step_0/user/task_0/memory.max", "4000000");
  EXPECT_EQ(Usable(), 4000000);
  Limit("memory.max", "3000000");
  EXPECT_EQ(Usable(), 3000000);
}

TEST_F(ControlGroups, VersionOneByTheMemoryController) {
  Group(
      "12:memory:/slurm/uid_1000/job_7/step_0\n"
      "11:cpu,cpuacct:/slurm/uid_1000/job_8\n"
      "1:name=systemd:/other\n"
      "0::/other");
  Limit("memory/slurm/uid_1000/job_7/memory.limit_in_bytes", "5000000");
  Limit("memory/slurm/uid_1000/job_8/memory.limit_in_bytes", "1000000");
  Limit("memory/memory.limit_in_bytes", "18446744073709551615");
  EXPECT_EQ(Usable(), 5000000);
}

TEST_F(ControlGroups, InAContainerTheRootIsItsOwn) {
  Group("0::/../../host/container");
  Limit("memory.max", "5000000");
  EXPECT_EQ(Usable(), 5000000) << "its path on the host does not show here";
}

}  // namespace
}  // namespace facedeblur
