#include "wrappers/close_range.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "wrappers/testing/child.h"
#include "wrappers/testing/result_assertions.h"

// All of it is in children, as the test's own descriptors must stay.

namespace plumbline {
namespace {

using testing_support::InChild;

template <typename... Arguments>
concept Closes = requires(Arguments... arguments) {
  CloseRange(arguments...);
};
static_assert(Closes<unsigned, unsigned>);
static_assert(Closes<int, unsigned, CloseRangeFlags>);
static_assert(!Closes<unsigned, unsigned, int>);
static_assert(kLastFd == ~0U);

// Ten numbers from here on are closed by whoever needs them; nothing else of
// the process is there.
constexpr int kFirst = 100;
constexpr int kCount = 10;

// Opens kFirst and those behind it.
void OpenAll() {
  for (int i = 0; i < kCount; ++i)
    ASSERT_EQ(dup2(STDOUT_FILENO, kFirst + i), kFirst + i);
}

// '|' for each that is open, 'x' for those that are closed on exec, '.' for
// those that are closed.
std::string All() {
  std::string all;
  for (int i = 0; i < kCount; ++i) {
    const int flags = fcntl(kFirst + i, F_GETFD);
    all += flags < 0 ? '.' : flags == FD_CLOEXEC ? 'x' : '|';
  }
  return all;
}

TEST(CloseRange, ClosesFromTheFirstToTheLast) {
  InChild([] {
    OpenAll();
    ASSERT_EQ(All(), "||||||||||");
    EXPECT_SUCCEEDS(CloseRange(kFirst + 2, kFirst + 5));
    EXPECT_EQ(All(), "||....||||");
    EXPECT_SUCCEEDS(CloseRange(kFirst, kFirst));
    EXPECT_EQ(All(), ".|....||||");
  });
}

TEST(CloseRange, PassesOverWhatIsNotOpen) {
  InChild([] {
    OpenAll();
    ASSERT_EQ(close(kFirst + 3), 0);
    EXPECT_SUCCEEDS(CloseRange(kFirst + 2, kFirst + 4));
    EXPECT_EQ(All(), "||...|||||");
    EXPECT_SUCCEEDS(CloseRange(kFirst + 2, kFirst + 4));
  });
}

TEST(CloseRange, ClosesAllBehind) {
  InChild([] {
    OpenAll();
    EXPECT_SUCCEEDS(CloseRange(kFirst + 4, kLastFd));
    EXPECT_EQ(All(), "||||......");
    EXPECT_GE(fcntl(STDOUT_FILENO, F_GETFD), 0);
  });
}

TEST(CloseRange, ClosesOnExecIfAskedTo) {
  InChild([] {
    OpenAll();
    EXPECT_SUCCEEDS(
        CloseRange(kFirst + 2, kFirst + 5, CloseRangeFlags::kCloexec));
    EXPECT_EQ(All(), "||xxxx||||");
  });
}

// Closed only where the thread has a table of its own then.
TEST(CloseRange, LeavesOtherThreadsTheirsIfAskedTo) {
  InChild([] {
    OpenAll();
    std::thread other([] {
      EXPECT_SUCCEEDS(
          CloseRange(kFirst + 2, kFirst + 5, CloseRangeFlags::kUnshare));
      EXPECT_EQ(All(), "||....||||");
    });
    other.join();
    EXPECT_EQ(All(), "||||||||||");
    std::thread sharing(
        [] { EXPECT_SUCCEEDS(CloseRange(kFirst + 8, kLastFd)); });
    sharing.join();
    EXPECT_EQ(All(), "||||||||..");
  });
}

TEST(CloseRange, TakesBothFlags) {
  InChild([] {
    OpenAll();
    std::thread other([] {
      EXPECT_SUCCEEDS(
          CloseRange(kFirst + 2, kFirst + 5,
                     CloseRangeFlags::kUnshare | CloseRangeFlags::kCloexec));
      EXPECT_EQ(All(), "||xxxx||||");
    });
    other.join();
    EXPECT_EQ(All(), "||||||||||");
  });
}

TEST(CloseRange, OfAChildIsItsOwn) {
  const int raw = dup(STDOUT_FILENO);
  InChild([raw] {
    EXPECT_SUCCEEDS(CloseRange(static_cast<unsigned>(raw), kLastFd));
    EXPECT_LT(fcntl(raw, F_GETFD), 0);
  });
  EXPECT_GE(fcntl(raw, F_GETFD), 0);
  EXPECT_EQ(close(raw), 0);
}

TEST(CloseRange, RefusesARangeThatEndsBeforeItStarts) {
  const Result<void> closed = CloseRange(kFirst + 1, kFirst);
  EXPECT_EQ(errno, EINVAL);
  ASSERT_FAILS(closed, EINVAL);
  EXPECT_EQ(closed.error().ToString(),
            "close_range(101, 100, 0) = EINVAL (Invalid argument): flags has a "
            "bit that does not exist; or first is greater than last");
  EXPECT_TRUE(closed.error().documented());
}

TEST(CloseRange, RefusesUnknownFlags) {
  const Result<void> closed = CloseRange(
      kFirst, kLastFd,
      CloseRangeFlags::kCloexec | CloseRangeFlags::FromBits(0x40000000));
  EXPECT_EQ(errno, EINVAL);
  ASSERT_FAILS(closed, EINVAL);
  EXPECT_EQ(closed.error().arguments(),
            "100, 4294967295, CLOSE_RANGE_CLOEXEC|0x40000000");
}

TEST(CloseRange, LeavesErrnoAlone) {
  InChild([] {
    OpenAll();
    errno = EDOM;
    EXPECT_SUCCEEDS(CloseRange(kFirst, kLastFd));
    EXPECT_EQ(errno, EDOM);
  });
}

TEST(CloseFrom, ClosesTheNumberAndAllAbove) {
  InChild([] {
    OpenAll();
    errno = EDOM;
    CloseFrom(kFirst + 4);
    EXPECT_EQ(errno, EDOM);
    EXPECT_EQ(All(), "||||......");
    EXPECT_GE(fcntl(STDOUT_FILENO, F_GETFD), 0);
    CloseFrom(kFirst + 4);
    EXPECT_EQ(All(), "||||......");
  });
}

// Without a stream to print to, the exit status tells.
TEST(CloseFrom, ClosesAllFromANegativeNumberOn) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    CloseFrom(-1);
    for (int fd = 0; fd < kFirst; ++fd) {
      if (fcntl(fd, F_GETFD) >= 0) _exit(fd + 1);
    }
    _exit(0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace plumbline
