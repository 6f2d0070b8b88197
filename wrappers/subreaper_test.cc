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
#include "wrappers/testing/result_matchers.h"

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
    EXPECT_THAT(GetSubreaperStatus(), Returns(SubreaperStatus::kDisabled));
    EXPECT_THAT(SubreaperEnabled(), Returns(false));
    EXPECT_THAT(EnableSubreaper(), Succeeds());
    EXPECT_THAT(GetSubreaperStatus(), Returns(SubreaperStatus::kEnabled));
    EXPECT_THAT(SubreaperEnabled(), Returns(true));
    EXPECT_THAT(EnableSubreaper(), Succeeds());
    EXPECT_THAT(SubreaperEnabled(), Returns(true));
    EXPECT_THAT(DisableSubreaper(), Succeeds());
    EXPECT_THAT(GetSubreaperStatus(), Returns(SubreaperStatus::kDisabled));
    EXPECT_THAT(DisableSubreaper(), Succeeds());
    EXPECT_THAT(SubreaperEnabled(), Returns(false));
  });
}

TEST(Subreaper, AdoptsAnOrphan) {
  InChild([] {
    EXPECT_THAT(EnableSubreaper(), Succeeds());
    Orphan orphan;
    EXPECT_EQ(orphan.End(), getpid());
    EXPECT_EQ(StatusOf(orphan.pid()), 7);
  });
}

TEST(Subreaper, ThatIsNoneAdoptsNothing) {
  InChild([] {
    EXPECT_THAT(EnableSubreaper(), Succeeds());
    EXPECT_THAT(DisableSubreaper(), Succeeds());
    Orphan orphan;
    EXPECT_NE(orphan.End(), getpid());
    EXPECT_EQ(StatusOf(orphan.pid()), std::nullopt);
  });
}

TEST(Subreaper, KeepsWhatItAdopted) {
  InChild([] {
    EXPECT_THAT(EnableSubreaper(), Succeeds());
    Orphan orphan;
    EXPECT_THAT(DisableSubreaper(), Succeeds());
    EXPECT_EQ(orphan.End(), getpid());
    EXPECT_EQ(StatusOf(orphan.pid()), 7);
  });
}

TEST(Subreaper, IsNotInherited) {
  InChild([] {
    EXPECT_THAT(EnableSubreaper(), Succeeds());
    const pid_t subreaper = getpid();
    InChild([=] {
      EXPECT_THAT(SubreaperEnabled(), Returns(false));
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
    std::thread([] { EXPECT_THAT(EnableSubreaper(), Succeeds()); }).join();
    EXPECT_THAT(SubreaperEnabled(), Returns(true));
  });
}

TEST(Subreaper, ThatTheKernelHasNotIsUnsupported) {
  FakePrctl kernel;
  kernel.Return(-1, EINVAL);
  errno = EDOM;
  EXPECT_THAT(GetSubreaperStatus(), Returns(SubreaperStatus::kUnsupported));
  EXPECT_EQ(errno, EDOM);
  EXPECT_THAT(SubreaperEnabled(), FailsWith(EINVAL));
  EXPECT_THAT(DisableSubreaper(), FailsWith(EINVAL));
  const Result<void> enabled = EnableSubreaper();
  ASSERT_THAT(enabled, FailsWith(EINVAL));
  EXPECT_EQ(errno, EINVAL);
  EXPECT_EQ(enabled.error().ToString(),
            "prctl(PR_SET_CHILD_SUBREAPER, 1) = EINVAL (Invalid argument): " +
                enabled.error().explanation());
  EXPECT_TRUE(enabled.error().documented());
}

TEST(Subreaper, ThatASandboxForbidsIsAnError) {
  FakePrctl kernel;
  kernel.Return(-1, EPERM);
  EXPECT_THAT(GetSubreaperStatus(), FailsWith(EPERM));
  EXPECT_EQ(errno, EPERM);
}

TEST(ScopedSubreaper, EndsWithItsScope) {
  InChild([] {
    {
      const auto scope = ScopedSubreaper::Create();
      ASSERT_THAT(scope, Succeeds());
      EXPECT_THAT(SubreaperEnabled(), Returns(true));
      Orphan orphan;
      EXPECT_EQ(orphan.End(), getpid());
      EXPECT_EQ(StatusOf(orphan.pid()), 7);
    }
    EXPECT_THAT(SubreaperEnabled(), Returns(false));
  });
}

TEST(ScopedSubreaper, LeavesOneThatWasEnabled) {
  InChild([] {
    EXPECT_THAT(EnableSubreaper(), Succeeds());
    {
      const auto scope = ScopedSubreaper::Create();
      ASSERT_THAT(scope, Succeeds());
      EXPECT_THAT(SubreaperEnabled(), Returns(true));
      {
        const auto inner = ScopedSubreaper::Create();
        ASSERT_THAT(inner, Succeeds());
      }
      EXPECT_THAT(SubreaperEnabled(), Returns(true));
      // Whatever happens inside.
      EXPECT_THAT(DisableSubreaper(), Succeeds());
    }
    EXPECT_THAT(SubreaperEnabled(), Returns(true));
  });
}

TEST(ScopedSubreaper, IsRestoredOnce) {
  InChild([] {
    {
      auto scope = ScopedSubreaper::Create();
      ASSERT_THAT(scope, Succeeds());
      EXPECT_THAT(scope->Restore(), Succeeds());
      EXPECT_THAT(SubreaperEnabled(), Returns(false));
      EXPECT_THAT(EnableSubreaper(), Succeeds());
      EXPECT_THAT(scope->Restore(), Succeeds());
      EXPECT_THAT(SubreaperEnabled(), Returns(true));
    }
    EXPECT_THAT(SubreaperEnabled(), Returns(true));
  });
}

TEST(ScopedSubreaper, IsRestoredByWhereItWasMovedTo) {
  InChild([] {
    std::optional<ScopedSubreaper> second;
    {
      auto first = ScopedSubreaper::Create();
      ASSERT_THAT(first, Succeeds());
      second.emplace(*std::move(first));
      EXPECT_THAT(first->Restore(), Succeeds());  // NOLINT: nothing to restore
    }
    EXPECT_THAT(SubreaperEnabled(), Returns(true));
    second.reset();
    EXPECT_THAT(SubreaperEnabled(), Returns(false));
  });
}

TEST(ScopedSubreaper, DoesNothingInAChild) {
  InChild([] {
    EXPECT_THAT(EnableSubreaper(), Succeeds());
    auto scope = ScopedSubreaper::Create();
    ASSERT_THAT(scope, Succeeds());
    InChild([&] {
      EXPECT_THAT(scope->Restore(), Succeeds());
      EXPECT_THAT(SubreaperEnabled(), Returns(false));
    });
    InChild([&] {
      { const ScopedSubreaper copy = *std::move(scope); }
      EXPECT_THAT(SubreaperEnabled(), Returns(false));
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
    ASSERT_THAT(scope, Succeeds());
    EXPECT_EQ(errno, EDOM);
    kernel.Return(-1, EPERM);
  }
  EXPECT_EQ(errno, EDOM);
  EXPECT_EQ(kernel.calls().size(), 3u);
}

TEST(ScopedSubreaper, ReportsThatItCouldNotRestore) {
  FakePrctl kernel;
  auto scope = ScopedSubreaper::Create();
  ASSERT_THAT(scope, Succeeds());
  kernel.Return(-1, EPERM);
  EXPECT_THAT(scope->Restore(), FailsWith(EPERM));
  EXPECT_EQ(kernel.calls().back().option, PR_SET_CHILD_SUBREAPER);
  EXPECT_EQ(kernel.calls().back().arguments[0], 0u);
}

}  // namespace
}  // namespace plumbline
