#include "wrappers/retry.h"

#include <errno.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include "wrappers/fd.h"
#include "wrappers/testing/interruptions.h"
#include "wrappers/testing/result_assertions.h"
#include "wrappers/testing/signals.h"

namespace plumbline {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;
using testing::Each;
using testing::ElementsAre;
using testing::Gt;
using testing_support::Blocked;
using testing_support::Interruptible;
using testing_support::Interruptions;

// A call that fails with each of some numbers, one after the other, and then
// succeeds with 7.
class Script {
 public:
  explicit Script(std::vector<int> numbers) : numbers_(std::move(numbers)) {}

  Result<int> operator()() {
    const std::size_t call = calls_++;
    if (call < numbers_.size())
      return internal::FailedWith(numbers_[call], "call", calls_);
    return 7;
  }

  std::size_t calls() const { return calls_; }

 private:
  const std::vector<int> numbers_;
  std::size_t calls_ = 0;
};

TEST(RetryOnEintr, CallsOnceIfItSucceeds) {
  Script script({});
  EXPECT_RETURNS(RetryOnEintr(script), 7);
  EXPECT_EQ(script.calls(), 1u);
}

TEST(RetryOnEintr, CallsAgainAsLongAsItIsInterrupted) {
  Script script({EINTR, EINTR, EINTR});
  EXPECT_RETURNS(RetryOnEintr(script), 7);
  EXPECT_EQ(script.calls(), 4u);
}

TEST(RetryOnEintr, ReportsEveryOtherError) {
  Script at_once({EAGAIN, EINTR});
  EXPECT_FAILS(RetryOnEintr(at_once), EAGAIN);
  EXPECT_EQ(at_once.calls(), 1u);
  Script later({EINTR, EBADF, EINTR});
  const Result<int> result = RetryOnEintr(later);
  ASSERT_FAILS(result, EBADF);
  EXPECT_EQ(later.calls(), 2u);
  // It is that of the last call.
  EXPECT_EQ(result.error().arguments(), "2");
}

TEST(RetryOnEintr, ReturnsWhatTheCallReturns) {
  static_assert(
      std::is_same_v<decltype(RetryOnEintr([] { return Result<void>(); })),
                     Result<void>>);
  EXPECT_SUCCEEDS(RetryOnEintr([] { return Result<void>(); }));
  // Also what can only be moved.
  const Result<OwnedFd> fd = RetryOnEintr([]() -> Result<OwnedFd> {
    return OwnedFd::Adopt(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
  });
  ASSERT_SUCCEEDS(fd);
  EXPECT_TRUE(fd->is_open());
}

struct Pipe {
  OwnedFd reader, writer;

  Pipe() {
    int fds[2];
    EXPECT_EQ(pipe2(fds, O_CLOEXEC), 0);
    reader = OwnedFd::Adopt(fds[0]);
    writer = OwnedFd::Adopt(fds[1]);
  }
  // Waits for a byte.
  Result<std::size_t> Read() const {
    char letter;
    const ssize_t size = read(reader.raw(), &letter, 1);
    if (size < 0)
      return internal::Failed("read", reader.raw(), static_cast<void*>(&letter),
                              1);
    return static_cast<std::size_t>(size);
  }
  void Write() const { EXPECT_EQ(write(writer.raw(), "x", 1), 1); }
};

// A byte comes only after a signal has interrupted the read.
TEST(RetryOnEintr, GoesOnWithAReadThatASignalInterrupts) {
  const Pipe pipe;
  int interrupted = 0;
  const Interruptions interruptions;
  const Result<std::size_t> size = RetryOnEintr([&] {
    const Result<std::size_t> once = pipe.Read();
    if (once) return once;
    EXPECT_FAILS(once, EINTR);
    if (++interrupted == 1) pipe.Write();
    return once;
  });
  EXPECT_RETURNS(size, 1u);
  EXPECT_GE(interrupted, 1);
}

TEST(RetryOnEintrUntil, GivesWhatIsLeft) {
  const auto deadline = steady_clock::now() + 1h;
  nanoseconds left = 0s;
  const Result<int> result = RetryOnEintrUntil(
      deadline, [&left](steady_clock::duration remaining) -> Result<int> {
        left = remaining;
        return 7;
      });
  const auto after = steady_clock::now();
  EXPECT_RETURNS(result, 7);
  EXPECT_GT(left, 0s);
  EXPECT_LE(left, 1h);
  EXPECT_GE(left, deadline - after);
}

TEST(RetryOnEintrUntil, GivesLessEachTime) {
  Script script({EINTR, EINTR, EINTR});
  std::vector<steady_clock::duration> left;
  const auto deadline = steady_clock::now() + 1h;
  EXPECT_RETURNS(RetryOnEintrUntil(deadline,
                                   [&](auto remaining) {
                                     left.push_back(remaining);
                                     // So that the clock goes on.
                                     const auto now = steady_clock::now();
                                     while (steady_clock::now() == now) {
                                     }
                                     return script();
                                   }),
                 7);
  ASSERT_EQ(left.size(), 4u);
  EXPECT_THAT(left, Each(Gt(0s)));
  for (std::size_t i = 1; i < left.size(); ++i) EXPECT_LT(left[i], left[i - 1]);
}

TEST(RetryOnEintrUntil, CallsOnceWhenTheDeadlineHasPassed) {
  for (const auto deadline : {steady_clock::now(), steady_clock::now() - 1h,
                              steady_clock::time_point::min()}) {
    std::vector<steady_clock::duration> left;
    EXPECT_RETURNS(RetryOnEintrUntil(deadline,
                                     [&left](auto remaining) -> Result<int> {
                                       left.push_back(remaining);
                                       return 7;
                                     }),
                   7);
    EXPECT_THAT(left, ElementsAre(0s));
  }
}

TEST(RetryOnEintrUntil, HasNoLatestDeadline) {
  EXPECT_RETURNS(RetryOnEintrUntil(steady_clock::time_point::max(),
                                   [](auto remaining) -> Result<bool> {
                                     return remaining > 24h * 365;
                                   }),
                 true);
}

TEST(RetryOnEintrUntil, ReportsEveryOtherError) {
  Script script({EINTR, ETIMEDOUT, EINTR});
  EXPECT_FAILS(RetryOnEintrUntil(steady_clock::now() + 1h,
                                 [&script](auto) { return script(); }),
               ETIMEDOUT);
  EXPECT_EQ(script.calls(), 2u);
}

// Each but the fourth wait ends at once, by a signal that was pending.
TEST(RetryOnEintrUntil, KeepsTheDeadlineInSpiteOfSignals) {
  const Interruptible interruptible(SIGUSR1);
  const Blocked blocked(SIGUSR1);
  int calls = 0;
  const auto wait = [&](nanoseconds remaining) -> Result<std::size_t> {
    if (++calls < 4) raise(SIGUSR1);
    const timespec time = {
        static_cast<time_t>(remaining / 1s),
        static_cast<decltype(timespec::tv_nsec)>((remaining % 1s).count())};
    const int ready = ppoll(nullptr, 0, &time, blocked.before().get());
    if (ready < 0) return internal::Failed("ppoll", nullptr, 0, &time, nullptr);
    return static_cast<std::size_t>(ready);
  };
  const auto deadline = steady_clock::now() + 30ms;
  const Result<std::size_t> ready = RetryOnEintrUntil(deadline, wait);
  EXPECT_GE(steady_clock::now(), deadline);
  EXPECT_RETURNS(ready, 0u);
  EXPECT_EQ(calls, 4);
  EXPECT_EQ(interruptible.handled(), 3);
}

// What signals interrupt until a byte comes, long before the deadline.
TEST(RetryOnEintrUntil, EndsWhenTheCallSucceeds) {
  const Pipe pipe;
  bool interrupted = false;
  const auto read = [&](steady_clock::duration) {
    const Result<std::size_t> once = pipe.Read();
    if (!once && !std::exchange(interrupted, true)) pipe.Write();
    return once;
  };
  const Interruptions interruptions;
  EXPECT_RETURNS(RetryOnEintrUntil(steady_clock::now() + 24h, read), 1u);
  EXPECT_TRUE(interrupted);
}

}  // namespace
}  // namespace plumbline
