#include "wrappers/subreaper.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>
#include <thread>
#include <type_traits>
#include <utility>

#include "wrappers/fd.h"
#include "wrappers/testing/child.h"
#include "wrappers/testing/fake_prctl.h"
#include "wrappers/testing/result_assertions.h"

namespace plumbline {
namespace {

using testing::StartsWith;
using testing_support::FakePrctl;
using testing_support::InChild;

static_assert(std::is_move_constructible_v<ScopedSubreaper>);
static_assert(!std::is_copy_constructible_v<ScopedSubreaper>);
static_assert(!std::is_move_assignable_v<ScopedSubreaper>);
static_assert(!std::is_default_constructible_v<ScopedSubreaper>);

// A process whose parent ended before the constructor returned. It lives until
// it is told to end, or this ends, and says who became its parent.
class Orphan {
 public:
  Orphan() {
    int down[2], up[2];
    EXPECT_EQ(pipe2(down, O_CLOEXEC), 0);
    EXPECT_EQ(pipe2(up, O_CLOEXEC), 0);
    OwnedFd end = OwnedFd::Adopt(down[0]), answer = OwnedFd::Adopt(up[1]);
    end_ = OwnedFd::Adopt(down[1]);
    answer_ = OwnedFd::Adopt(up[0]);
    const pid_t parent = fork();
    EXPECT_GE(parent, 0);
    if (parent == 0) {
      const pid_t orphan = fork();
      if (orphan == 0) {
        (void)end_.Close();
        Live(end.raw(), answer.raw());
      }
      _exit(write(answer.raw(), &orphan, sizeof(orphan)) == sizeof(orphan) ? 0
                                                                           : 1);
    }
    int status = -1;
    EXPECT_EQ(waitpid(parent, &status, 0), parent);
    EXPECT_EQ(status, 0);
    pid_ = Read();
    EXPECT_GT(pid_, 0);
  }

  pid_t pid() const { return pid_; }

  // Tells it to end, and returns its parent.
  pid_t End() {
    EXPECT_EQ(write(end_.raw(), "e", 1), 1);
    return Read();
  }

 private:
  [[noreturn]] static void Live(int end, int answer) {
    char byte;
    while (read(end, &byte, 1) == 1) {
      const pid_t parent = getppid();
      if (write(answer, &parent, sizeof(parent)) == sizeof(parent)) _exit(7);
    }
    _exit(1);
  }

  pid_t Read() {
    pid_t pid = -1;
    EXPECT_EQ(read(answer_.raw(), &pid, sizeof(pid)),
              static_cast<ssize_t>(sizeof(pid)));
    return pid;
  }

  OwnedFd end_, answer_;
  pid_t pid_ = -1;
};

// What waitpid(2) says of a process that is a child or is not.
std::optional<int> StatusOf(pid_t pid) {
  int status = -1;
  if (waitpid(pid, &status, 0) != pid) {
    EXPECT_EQ(errno, ECHILD);
    return std::nullopt;
  }
  EXPECT_TRUE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

TEST(Subreaper, IsEnabledAndDisabled) {
  InChild([] {
    EXPECT_RETURNS(GetSubreaperStatus(), SubreaperStatus::kDisabled);
    EXPECT_RETURNS(SubreaperEnabled(), false);
    EXPECT_SUCCEEDS(EnableSubreaper());
    EXPECT_RETURNS(GetSubreaperStatus(), SubreaperStatus::kEnabled);
    EXPECT_RETURNS(SubreaperEnabled(), true);
    EXPECT_SUCCEEDS(EnableSubreaper());
    EXPECT_RETURNS(SubreaperEnabled(), true);
    EXPECT_SUCCEEDS(DisableSubreaper());
    EXPECT_RETURNS(GetSubreaperStatus(), SubreaperStatus::kDisabled);
    EXPECT_SUCCEEDS(DisableSubreaper());
    EXPECT_RETURNS(SubreaperEnabled(), false);
  });
}

TEST(Subreaper, AdoptsAnOrphan) {
  InChild([] {
    EXPECT_SUCCEEDS(EnableSubreaper());
    Orphan orphan;
    EXPECT_EQ(orphan.End(), getpid());
    EXPECT_EQ(StatusOf(orphan.pid()), 7);
  });
}

TEST(Subreaper, ThatIsNoneAdoptsNothing) {
  InChild([] {
    EXPECT_SUCCEEDS(EnableSubreaper());
    EXPECT_SUCCEEDS(DisableSubreaper());
    Orphan orphan;
    EXPECT_NE(orphan.End(), getpid());
    EXPECT_EQ(StatusOf(orphan.pid()), std::nullopt);
  });
}

TEST(Subreaper, KeepsWhatItAdopted) {
  InChild([] {
    EXPECT_SUCCEEDS(EnableSubreaper());
    Orphan orphan;
    EXPECT_SUCCEEDS(DisableSubreaper());
    EXPECT_EQ(orphan.End(), getpid());
    EXPECT_EQ(StatusOf(orphan.pid()), 7);
  });
}

TEST(Subreaper, IsNotInherited) {
  InChild([] {
    EXPECT_SUCCEEDS(EnableSubreaper());
    const pid_t subreaper = getpid();
    InChild([=] {
      EXPECT_RETURNS(SubreaperEnabled(), false);
      // It goes further up.
      Orphan orphan;
      EXPECT_EQ(orphan.End(), subreaper);
      EXPECT_EQ(StatusOf(orphan.pid()), std::nullopt);
    });
    int status = -1;
    EXPECT_GT(wait(&status), 0);
    EXPECT_EQ(WEXITSTATUS(status), 7);
  });
}

TEST(Subreaper, IsOfAllThreads) {
  InChild([] {
    std::thread([] { EXPECT_SUCCEEDS(EnableSubreaper()); }).join();
    EXPECT_RETURNS(SubreaperEnabled(), true);
  });
}

TEST(Subreaper, ThatTheKernelHasNotIsUnsupported) {
  FakePrctl kernel;
  kernel.Return(-1, EINVAL);
  errno = EDOM;
  EXPECT_RETURNS(GetSubreaperStatus(), SubreaperStatus::kUnsupported);
  EXPECT_EQ(errno, EDOM);
  EXPECT_FAILS(SubreaperEnabled(), EINVAL);
  EXPECT_FAILS(DisableSubreaper(), EINVAL);
  const Result<void> enabled = EnableSubreaper();
  ASSERT_FAILS(enabled, EINVAL);
  EXPECT_EQ(errno, EINVAL);
  EXPECT_EQ(enabled.error().ToString(),
            "prctl(PR_SET_CHILD_SUBREAPER, 1) = EINVAL (Invalid argument): " +
                enabled.error().explanation());
  EXPECT_TRUE(enabled.error().documented());
}

TEST(Subreaper, ThatASandboxForbidsIsAnError) {
  FakePrctl kernel;
  kernel.Return(-1, EPERM);
  EXPECT_FAILS(GetSubreaperStatus(), EPERM);
  EXPECT_EQ(errno, EPERM);
}

TEST(ScopedSubreaper, EndsWithItsScope) {
  InChild([] {
    {
      const auto scope = ScopedSubreaper::Create();
      ASSERT_SUCCEEDS(scope);
      EXPECT_RETURNS(SubreaperEnabled(), true);
      Orphan orphan;
      EXPECT_EQ(orphan.End(), getpid());
      EXPECT_EQ(StatusOf(orphan.pid()), 7);
    }
    EXPECT_RETURNS(SubreaperEnabled(), false);
  });
}

TEST(ScopedSubreaper, LeavesOneThatWasEnabled) {
  InChild([] {
    EXPECT_SUCCEEDS(EnableSubreaper());
    {
      const auto scope = ScopedSubreaper::Create();
      ASSERT_SUCCEEDS(scope);
      EXPECT_RETURNS(SubreaperEnabled(), true);
      {
        const auto inner = ScopedSubreaper::Create();
        ASSERT_SUCCEEDS(inner);
      }
      EXPECT_RETURNS(SubreaperEnabled(), true);
      // Whatever happens inside.
      EXPECT_SUCCEEDS(DisableSubreaper());
    }
    EXPECT_RETURNS(SubreaperEnabled(), true);
  });
}

TEST(ScopedSubreaper, IsRestoredOnce) {
  InChild([] {
    {
      auto scope = ScopedSubreaper::Create();
      ASSERT_SUCCEEDS(scope);
      EXPECT_SUCCEEDS(scope->Restore());
      EXPECT_RETURNS(SubreaperEnabled(), false);
      EXPECT_SUCCEEDS(EnableSubreaper());
      EXPECT_SUCCEEDS(scope->Restore());
      EXPECT_RETURNS(SubreaperEnabled(), true);
    }
    EXPECT_RETURNS(SubreaperEnabled(), true);
  });
}

TEST(ScopedSubreaper, IsRestoredByWhereItWasMovedTo) {
  InChild([] {
    std::optional<ScopedSubreaper> second;
    {
      auto first = ScopedSubreaper::Create();
      ASSERT_SUCCEEDS(first);
      second.emplace(*std::move(first));
      EXPECT_SUCCEEDS(first->Restore());  // NOLINT: nothing to restore
    }
    EXPECT_RETURNS(SubreaperEnabled(), true);
    second.reset();
    EXPECT_RETURNS(SubreaperEnabled(), false);
  });
}

TEST(ScopedSubreaper, DoesNothingInAChild) {
  InChild([] {
    EXPECT_SUCCEEDS(EnableSubreaper());
    auto scope = ScopedSubreaper::Create();
    ASSERT_SUCCEEDS(scope);
    InChild([&] {
      EXPECT_SUCCEEDS(scope->Restore());
      EXPECT_RETURNS(SubreaperEnabled(), false);
    });
    InChild([&] {
      { const ScopedSubreaper copy = *std::move(scope); }
      EXPECT_RETURNS(SubreaperEnabled(), false);
    });
  });
}

TEST(ScopedSubreaper, NeedsTheKernelToHaveIt) {
  FakePrctl kernel;
  kernel.Return(-1, EINVAL);
  const Result<ScopedSubreaper> scope = ScopedSubreaper::Create();
  ASSERT_FALSE(scope.has_value());
  EXPECT_EQ(scope.error(), EINVAL);
  EXPECT_THAT(scope.error().ToString(),
              StartsWith("prctl(PR_GET_CHILD_SUBREAPER, 0x"));
  // Or to let it be set.
  kernel.Return(0);
  kernel.Do([&](const FakePrctl::Call& call) {
    if (call.option == PR_SET_CHILD_SUBREAPER) kernel.Return(-1, EPERM);
  });
  const Result<ScopedSubreaper> refused = ScopedSubreaper::Create();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error(), EPERM);
  EXPECT_EQ(kernel.calls().size(), 3u);
}

TEST(ScopedSubreaper, LeavesErrnoAlone) {
  FakePrctl kernel;
  errno = EDOM;
  {
    const auto scope = ScopedSubreaper::Create();
    ASSERT_SUCCEEDS(scope);
    EXPECT_EQ(errno, EDOM);
    kernel.Return(-1, EPERM);
  }
  EXPECT_EQ(errno, EDOM);
  EXPECT_EQ(kernel.calls().size(), 3u);
}

TEST(ScopedSubreaper, ReportsThatItCouldNotRestore) {
  FakePrctl kernel;
  auto scope = ScopedSubreaper::Create();
  ASSERT_SUCCEEDS(scope);
  kernel.Return(-1, EPERM);
  EXPECT_FAILS(scope->Restore(), EPERM);
  EXPECT_EQ(kernel.calls().back().option, PR_SET_CHILD_SUBREAPER);
  EXPECT_EQ(kernel.calls().back().arguments[0], 0u);
}

}  // namespace
}  // namespace plumbline
