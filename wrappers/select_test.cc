#include "wrappers/select.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "wrappers/eventfd.h"
#include "wrappers/retry.h"
#include "wrappers/testing/result_assertions.h"
#include "wrappers/testing/result_matchers.h"
#include "wrappers/testing/signals.h"

namespace plumbline {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::StartsWith;
using testing_support::Blocked;
using testing_support::Interruptible;

template <typename... Arguments>
concept Selects = requires(Arguments... arguments) {
  Select(arguments...);
};
static_assert(Selects<FdSet*, FdSet*, FdSet*, std::chrono::milliseconds>);
static_assert(Selects<FdSet*, std::nullptr_t, std::nullptr_t, PreciseTimeout>);
static_assert(!Selects<FdSet*, FdSet*, FdSet*, int>);
static_assert(!Selects<fd_set*, FdSet*, FdSet*, PreciseTimeout>);
static_assert(!Selects<const FdSet*, FdSet*, FdSet*, PreciseTimeout>);
static_assert(!Selects<FdSet*, FdSet*, FdSet*, timeval*>);

template <typename... Arguments>
concept Pselects = requires(Arguments... arguments) {
  Pselect(arguments...);
};
static_assert(Pselects<FdSet*, FdSet*, FdSet*, std::chrono::seconds>);
static_assert(
    Pselects<FdSet*, FdSet*, FdSet*, std::chrono::seconds, SignalSet>);
static_assert(!Pselects<FdSet*, FdSet*, FdSet*, std::chrono::seconds, int>);

template <typename Fd>
concept Inserts = requires(FdSet set, Fd fd) {
  set.insert(fd);
};
static_assert(Inserts<BorrowedFd>);
static_assert(!Inserts<int>);

// Such as is not looked at.
BorrowedFd Number(int number) { return BorrowedFd::FromRaw(number); }

FdSet Of(std::initializer_list<BorrowedFd> fds) {
  FdSet set;
  for (const BorrowedFd fd : fds) EXPECT_SUCCEEDS(set.insert(fd));
  return set;
}

std::vector<int> Numbers(const FdSet& set) {
  std::vector<int> numbers;
  for (const BorrowedFd fd : set) numbers.push_back(fd.raw());
  return numbers;
}

std::string ToString(BorrowedFd fd) { return std::to_string(fd.raw()); }

struct Pipe {
  Pipe() {
    int fds[2];
    EXPECT_EQ(pipe2(fds, O_CLOEXEC), 0);
    read = OwnedFd::Adopt(fds[0]);
    write = OwnedFd::Adopt(fds[1]);
  }
  OwnedFd read, write;
};

SignalSet CurrentMask() {
  SignalSet mask;
  EXPECT_EQ(pthread_sigmask(SIG_BLOCK, nullptr, mask.get()), 0);
  return mask;
}

SignalSet Pending() {
  SignalSet pending;
  EXPECT_EQ(sigpending(pending.get()), 0);
  return pending;
}

// Sends this thread SIGUSR1 again and again until `stop`, then does `last`.
template <typename Last>
std::thread Interrupt(const std::atomic<bool>& stop, Last last) {
  return std::thread([&stop, last, victim = pthread_self()] {
    while (!stop) {
      EXPECT_EQ(pthread_kill(victim, SIGUSR1), 0);
      std::this_thread::sleep_for(1ms);
    }
    last();
  });
}

TEST(FdSet, IsEmptyAtFirst) {
  const FdSet set;
  EXPECT_TRUE(set.empty());
  EXPECT_EQ(set.size(), 0u);
  EXPECT_EQ(set.max(), BorrowedFd());
  EXPECT_EQ(set.begin(), set.end());
  EXPECT_EQ(set, FdSet());
}

TEST(FdSet, HoldsWhatWasInserted) {
  FdSet set;
  EXPECT_SUCCEEDS(set.insert(Number(5)));
  EXPECT_SUCCEEDS(set.insert(Number(3)));
  EXPECT_SUCCEEDS(set.insert(Number(3)));
  EXPECT_TRUE(set.contains(Number(3)));
  EXPECT_FALSE(set.contains(Number(4)));
  EXPECT_FALSE(set.empty());
  EXPECT_EQ(set.size(), 2u);
  EXPECT_EQ(set.max().raw(), 5);
}

TEST(FdSet, LosesWhatWasErased) {
  FdSet set = Of({Number(3), Number(5)});
  set.erase(Number(5));
  set.erase(Number(6));
  EXPECT_FALSE(set.contains(Number(5)));
  EXPECT_THAT(Numbers(set), ElementsAre(3));
  set.clear();
  EXPECT_TRUE(set.empty());
}

TEST(FdSet, HoldsEachNumberThatFitsByItself) {
  for (int fd = 0; fd < FdSet::kCapacity; ++fd) {
    FdSet set = Of({Number(fd)});
    EXPECT_TRUE(FD_ISSET(fd, set.get()));
    EXPECT_TRUE(set.contains(Number(fd)));
    EXPECT_EQ(set.size(), 1u);
    EXPECT_EQ(set.max().raw(), fd);
    ASSERT_THAT(Numbers(set), ElementsAre(fd));
    set.erase(Number(fd));
    ASSERT_TRUE(set.empty());
  }
}

TEST(FdSet, HoldsAllThatFit) {
  FdSet set;
  for (int fd = 0; fd < FdSet::kCapacity; ++fd)
    ASSERT_SUCCEEDS(set.insert(Number(fd)));
  EXPECT_EQ(set.size(), 1024u);
  EXPECT_EQ(set.max().raw(), 1023);
  EXPECT_EQ(Numbers(set).size(), 1024u);
}

TEST(FdSet, RefusesWhatDoesNotFit) {
  for (const int number :
       {-1, 1024, 1025, 1 << 20, std::numeric_limits<int>::max(),
        std::numeric_limits<int>::min()}) {
    // What it would overwrite stands on both sides.
    struct {
      FdSet before, set, after;
    } sets;
    errno = EDOM;
    const Result<void> inserted = sets.set.insert(Number(number));
    ASSERT_FAILS(inserted, EINVAL);
    EXPECT_EQ(errno, EDOM);
    EXPECT_EQ(inserted.error().function(), "FD_SET");
    EXPECT_EQ(inserted.error().arguments(), std::to_string(number) + ", []");
    EXPECT_FALSE(sets.set.contains(Number(number)));
    sets.set.erase(Number(number));
    EXPECT_TRUE(sets.before.empty());
    EXPECT_TRUE(sets.set.empty());
    EXPECT_TRUE(sets.after.empty());
  }
}

TEST(FdSet, AnErrorTellsWhatIsInTheSet) {
  FdSet set = Of({Number(1), Number(2), Number(70), Number(1023)});
  const Result<void> inserted = set.insert(Number(1024));
  ASSERT_FAILS(inserted, EINVAL);
  EXPECT_THAT(inserted.error().ToString(),
              StartsWith("FD_SET(1024, [1 2 70 ...]) = EINVAL (Invalid "
                         "argument): "));
}

TEST(FdSet, DoesNotTakeWhatIsClosed) {
  EventFd moved = EventFd::Create().value();
  const EventFd event = std::move(moved);
  FdSet set;
  EXPECT_SUCCEEDS(set.insert(event));
  EXPECT_THAT(set.insert(moved),  // NOLINT: what is left of it is the question
              FailsWith(EINVAL));
  EXPECT_THAT(Numbers(set), ElementsAre(event.fd().raw()));
}

TEST(FdSet, IsARangeInRisingOrder) {
  const FdSet set =
      Of({Number(1023), Number(0), Number(64), Number(31), Number(32)});
  EXPECT_THAT(Numbers(set), ElementsAre(0, 31, 32, 64, 1023));
  static_assert(std::forward_iterator<FdSet::Iterator>);
  FdSet::Iterator at = set.begin();
  EXPECT_EQ((*at++).raw(), 0);
  EXPECT_EQ((*at).raw(), 31);
  EXPECT_EQ((*++at).raw(), 32);
}

TEST(FdSet, MayLoseItsElementsInALoop) {
  FdSet set = Of({Number(3), Number(4), Number(200)});
  for (const BorrowedFd fd : set) set.erase(fd);
  EXPECT_TRUE(set.empty());
}

TEST(FdSet, IsEqualToOneOfTheSame) {
  const FdSet one = Of({Number(3), Number(1000)});
  EXPECT_EQ(one, Of({Number(1000), Number(3)}));
  EXPECT_NE(one, Of({Number(3)}));
  EXPECT_NE(one, Of({Number(3), Number(1001)}));
}

TEST(FdSet, IsTheCLibrarys) {
  fd_set theirs;
  FD_ZERO(&theirs);
  FD_SET(7, &theirs);
  FD_SET(100, &theirs);
  FdSet ours(theirs);
  EXPECT_THAT(Numbers(ours), ElementsAre(7, 100));
  FD_SET(101, ours.get());
  EXPECT_EQ(ours.max().raw(), 101);
  EXPECT_FALSE(FD_ISSET(101, &theirs));
}

TEST(Select, LeavesWhatIsReady) {
  const EventFd set = EventFd::Create(1).value();
  const EventFd unset = EventFd::Create().value();
  FdSet readable = Of({set, unset});
  FdSet writable = Of({set, unset});
  FdSet exceptional = Of({set, unset});
  EXPECT_RETURNS(
      Select(&readable, &writable, &exceptional, PreciseTimeout::Infinite()),
      3u);
  EXPECT_EQ(readable, Of({set}));
  EXPECT_EQ(writable, Of({set, unset}));
  EXPECT_TRUE(exceptional.empty());
}

TEST(Select, WaitsToReadAndFindsTheEnd) {
  Pipe pipe;
  FdSet readable = Of({pipe.read});
  EXPECT_RETURNS(Select(&readable, nullptr, nullptr, 0s), 0u);
  EXPECT_TRUE(readable.empty());
  EXPECT_SUCCEEDS(pipe.write.Close());
  readable = Of({pipe.read});
  EXPECT_RETURNS(
      Select(&readable, nullptr, nullptr, PreciseTimeout::Infinite()), 1u);
  EXPECT_TRUE(readable.contains(pipe.read));
}

TEST(Select, WaitsToWrite) {
  const Pipe pipe;
  FdSet writable = Of({pipe.write});
  EXPECT_RETURNS(
      Select(nullptr, &writable, nullptr, PreciseTimeout::Infinite()), 1u);
  EXPECT_TRUE(writable.contains(pipe.write));
}

TEST(Select, WaitsForAnExceptionalCondition) {
  const OwnedFd master =
      OwnedFd::Adopt(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!master.is_open()) GTEST_SKIP() << "no pseudoterminal can be opened";
  ASSERT_EQ(grantpt(master.raw()), 0);
  ASSERT_EQ(unlockpt(master.raw()), 0);
  const OwnedFd slave = OwnedFd::Adopt(
      open(ptsname(master.raw()), O_RDWR | O_NOCTTY | O_CLOEXEC));
  ASSERT_TRUE(slave.is_open());
  const int on = 1;
  ASSERT_EQ(ioctl(master.raw(), TIOCPKT, &on), 0);
  FdSet exceptional = Of({master});
  EXPECT_RETURNS(Select(nullptr, nullptr, &exceptional, 0s), 0u);
  // In packet mode the master is told of a change on the slave.
  ASSERT_EQ(tcflush(slave.raw(), TCIOFLUSH), 0);
  exceptional = Of({master});
  EXPECT_RETURNS(Select(nullptr, nullptr, &exceptional, 0s), 1u);
  EXPECT_TRUE(exceptional.contains(master));
}

TEST(Select, LooksAtTheHighestOfEverySet) {
  const EventFd event = EventFd::Create(1).value();
  // The highest that fits; the soft limit may be lower.
  const int high = fcntl(event.fd().raw(), F_DUPFD_CLOEXEC, 900);
  if (high < 0) GTEST_SKIP() << "no descriptor above 900 may be opened";
  const OwnedFd fd = OwnedFd::Adopt(high);
  for (int which = 0; which < 2; ++which) {
    FdSet low = Of({event});
    FdSet both = Of({fd});
    EXPECT_RETURNS(which == 0 ? Select(&low, &both, nullptr, 0s)
                              : Select(&both, &low, nullptr, 0s),
                   2u);
    EXPECT_EQ(both.max(), fd);
  }
}

TEST(Select, OnlyWaitsWithoutSets) {
  const auto start = steady_clock::now();
  EXPECT_RETURNS(Select(nullptr, nullptr, nullptr, 5ms), 0u);
  EXPECT_GE(steady_clock::now() - start, 5ms);
}

TEST(Select, WaitsForTheTimeAtLeast) {
  const EventFd event = EventFd::Create().value();
  FdSet readable = Of({event});
  const auto start = steady_clock::now();
  EXPECT_RETURNS(Select(&readable, nullptr, nullptr, 20'000'001ns), 0u);
  EXPECT_GE(steady_clock::now() - start, 20'000'001ns);
  EXPECT_TRUE(readable.empty());
}

TEST(Select, ReturnsAtOnceIfTheTimeIsNegative) {
  EXPECT_RETURNS(Select(nullptr, nullptr, nullptr, -1h), 0u);
}

TEST(Select, EndsBeforeTheLongestTime) {
  const EventFd event = EventFd::Create(1).value();
  FdSet readable = Of({event});
  EXPECT_RETURNS(Select(&readable, nullptr, nullptr, std::chrono::hours::max()),
                 1u);
}

TEST(Select, LooksAtNothingOfEmptySets) {
  FdSet readable, writable, exceptional;
  EXPECT_RETURNS(Select(&readable, &writable, &exceptional, 0s), 0u);
}

TEST(Select, RoundsNanosecondsUpToMicroseconds) {
  // The error has what the call was given.
  const auto given = [](auto time) {
    OwnedFd closed = OwnedFd::Adopt(dup(STDIN_FILENO));
    FdSet readable = Of({closed});
    EXPECT_SUCCEEDS(closed.Close());
    const Result<std::size_t> ready =
        Select(&readable, nullptr, nullptr, PreciseTimeout(time));
    EXPECT_FAILS(ready, EBADF);
    const std::string arguments = ready.error().arguments();
    return arguments.substr(arguments.find('{'));
  };
  EXPECT_EQ(given(0ns), "{tv_sec=0, tv_usec=0}");
  EXPECT_EQ(given(1ns), "{tv_sec=0, tv_usec=1}");
  EXPECT_EQ(given(999ns), "{tv_sec=0, tv_usec=1}");
  EXPECT_EQ(given(1000ns), "{tv_sec=0, tv_usec=1}");
  EXPECT_EQ(given(1001ns), "{tv_sec=0, tv_usec=2}");
  EXPECT_EQ(given(999'999'000ns), "{tv_sec=0, tv_usec=999999}");
  EXPECT_EQ(given(999'999'001ns), "{tv_sec=1, tv_usec=0}");
  EXPECT_EQ(given(-1ns), "{tv_sec=0, tv_usec=0}");
  EXPECT_EQ(given(std::chrono::hours::max()),
            "{tv_sec=" + std::to_string(std::numeric_limits<time_t>::max()) +
                ", tv_usec=0}");
}

TEST(Select, ReportsWhatIsNotOpenAndLeavesTheSets) {
  const EventFd event = EventFd::Create(1).value();
  const OwnedFd higher = OwnedFd::Adopt(fcntl(event.fd().raw(), F_DUPFD, 20));
  OwnedFd owned = OwnedFd::Adopt(fcntl(event.fd().raw(), F_DUPFD, 10));
  const BorrowedFd closed = owned.borrow();
  EXPECT_SUCCEEDS(owned.Close());
  FdSet readable = Of({event, closed, higher});
  FdSet writable;
  const FdSet before = readable;
  const Result<std::size_t> ready =
      Select(&readable, &writable, nullptr, 2'500'000us);
  EXPECT_EQ(errno, EBADF);
  ASSERT_FAILS(ready, EBADF);
  EXPECT_EQ(ready.error().ToString(),
            "select(" + std::to_string(higher.raw() + 1) + ", [" +
                ToString(event) + " " + ToString(closed) + " " +
                ToString(higher) +
                "], [], NULL, {tv_sec=2, tv_usec=500000}) = EBADF (Bad file "
                "descriptor): a set has a descriptor that is not open");
  EXPECT_TRUE(ready.error().documented());
  EXPECT_EQ(readable, before);
}

TEST(Select, IsWokenByAnotherThread) {
  const EventFd event = EventFd::Create().value();
  std::thread adder([&] { EXPECT_SUCCEEDS(event.Add()); });
  FdSet readable = Of({event});
  EXPECT_RETURNS(
      Select(&readable, nullptr, nullptr, PreciseTimeout::Infinite()), 1u);
  adder.join();
}

TEST(Select, WakesEveryThreadThatWaits) {
  const EventFd event = EventFd::Create().value();
  const FdSet all = Of({event});
  std::vector<std::thread> waiting;
  for (int i = 0; i < 4; ++i) {
    waiting.emplace_back([&] {
      FdSet mine = all;
      EXPECT_RETURNS(
          Select(&mine, nullptr, nullptr, PreciseTimeout::Infinite()), 1u);
      EXPECT_EQ(mine, all);
    });
  }
  EXPECT_SUCCEEDS(event.Add());
  for (std::thread& one : waiting) one.join();
}

TEST(Select, ReportsASignalAndIsCalledAgainByRetry) {
  const Interruptible interruptible(SIGUSR1);
  const EventFd event = EventFd::Create().value();
  FdSet readable = Of({event});
  const FdSet before = readable;
  std::atomic<bool> interrupted = false;
  std::thread interrupter =
      Interrupt(interrupted, [&] { EXPECT_SUCCEEDS(event.Add()); });
  const Result<std::size_t> ready = RetryOnEintr([&] {
    Result<std::size_t> once = Select(&readable, nullptr, nullptr, 1h);
    if (!once) {
      EXPECT_EQ(errno, EINTR);
      EXPECT_FAILS(once, EINTR);
      EXPECT_EQ(readable, before);
      // The time that it was given, and not what was left.
      EXPECT_EQ(once.error().ToString(),
                "select(" + std::to_string(event.fd().raw() + 1) + ", [" +
                    ToString(event) +
                    "], NULL, NULL, {tv_sec=3600, tv_usec=0}) = EINTR "
                    "(Interrupted system call): a signal handler interrupts "
                    "the wait");
      EXPECT_TRUE(once.error().documented());
      interrupted = true;
    }
    return once;
  });
  interrupter.join();
  EXPECT_RETURNS(ready, 1u);
  EXPECT_GT(interruptible.handled(), 0);
}

TEST(Select, GoesOnUntilTheDeadlineInSpiteOfSignals) {
  const Interruptible interruptible(SIGUSR1);
  std::atomic<bool> over = false;
  std::thread interrupter = Interrupt(over, [] {});
  const auto deadline = steady_clock::now() + 30ms;
  const Result<std::size_t> ready =
      RetryOnEintrUntil(deadline, [](auto remaining) {
        return Select(nullptr, nullptr, nullptr, remaining);
      });
  over = true;
  interrupter.join();
  EXPECT_RETURNS(ready, 0u);
  EXPECT_GE(steady_clock::now(), deadline);
}

TEST(Select, LeavesErrnoAlone) {
  const EventFd event = EventFd::Create(1).value();
  FdSet readable = Of({event});
  errno = EDOM;
  EXPECT_RETURNS(Select(&readable, nullptr, nullptr, 0s), 1u);
  EXPECT_RETURNS(Pselect(&readable, nullptr, nullptr, 0s), 1u);
  EXPECT_RETURNS(Pselect(&readable, nullptr, nullptr, 0s, SignalSet()), 1u);
  EXPECT_EQ(errno, EDOM);
}

TEST(Pselect, LeavesWhatIsReady) {
  const EventFd set = EventFd::Create(1).value();
  const EventFd unset = EventFd::Create().value();
  FdSet readable = Of({set, unset});
  FdSet writable = Of({unset});
  EXPECT_RETURNS(
      Pselect(&readable, &writable, nullptr, PreciseTimeout::Infinite()), 2u);
  EXPECT_EQ(readable, Of({set}));
  EXPECT_EQ(writable, Of({unset}));
}

TEST(Pselect, WaitsForTheTimeAtLeast) {
  const auto start = steady_clock::now();
  EXPECT_RETURNS(Pselect(nullptr, nullptr, nullptr, 5'000'001ns), 0u);
  EXPECT_GE(steady_clock::now() - start, 5'000'001ns);
}

TEST(Pselect, ReturnsAtOnceIfTheTimeIsNegative) {
  EXPECT_RETURNS(Pselect(nullptr, nullptr, nullptr, -1h), 0u);
}

TEST(Pselect, EndsBeforeTheLongestTime) {
  const EventFd event = EventFd::Create(1).value();
  FdSet readable = Of({event});
  EXPECT_RETURNS(
      Pselect(&readable, nullptr, nullptr, std::chrono::hours::max()), 1u);
}

TEST(Pselect, AnErrorTellsTheCallAndWhy) {
  OwnedFd owned = OwnedFd::Adopt(dup(STDIN_FILENO));
  const BorrowedFd closed = owned.borrow();
  EXPECT_SUCCEEDS(owned.Close());
  FdSet readable = Of({Number(0), Number(1), closed});
  FdSet writable = Of({Number(0), Number(1), closed});
  FdSet exceptional = Of({Number(0), Number(1), closed});
  const Result<std::size_t> ready = Pselect(&readable, &writable, &exceptional,
                                            1'500'000'001ns, SignalSet{SIGINT});
  EXPECT_EQ(errno, EBADF);
  ASSERT_FAILS(ready, EBADF);
  EXPECT_EQ(ready.error().ToString(),
            "pselect(" + std::to_string(closed.raw() + 1) +
                ", [0 1 ...], [0 1 ...], [0 1 ...], {tv_sec=1, "
                "tv_nsec=500000001}, [INT]) = EBADF (Bad file descriptor): a "
                "set has a descriptor that is not open");
  EXPECT_TRUE(ready.error().documented());
}

TEST(Pselect, LetsAPendingSignalThroughWhileItWaits) {
  const Interruptible interruptible(SIGUSR1);
  const Blocked blocked(SIGUSR1);
  const EventFd event = EventFd::Create().value();
  ASSERT_EQ(raise(SIGUSR1), 0);
  ASSERT_EQ(interruptible.handled(), 0);
  FdSet readable = Of({event});
  const FdSet before = readable;
  const Result<std::size_t> ready =
      Pselect(&readable, nullptr, nullptr, PreciseTimeout::Infinite(),
              blocked.before());
  EXPECT_EQ(errno, EINTR);
  ASSERT_FAILS(ready, EINTR);
  EXPECT_EQ(readable, before);
  EXPECT_EQ(interruptible.handled(), 1);
  EXPECT_TRUE(CurrentMask().contains(SIGUSR1));
  EXPECT_THAT(ready.error().ToString(),
              AllOf(StartsWith("pselect("),
                    EndsWith("]) = EINTR (Interrupted system call): a signal "
                             "handler interrupts the wait")));
  EXPECT_TRUE(ready.error().documented());
}

TEST(Pselect, BlocksWhatTheMaskBlocks) {
  const Interruptible interruptible(SIGUSR1);
  const Blocked blocked(SIGUSR1);
  ASSERT_EQ(raise(SIGUSR1), 0);
  EXPECT_RETURNS(Pselect(nullptr, nullptr, nullptr, 2ms, SignalSet{SIGUSR1}),
                 0u);
  EXPECT_RETURNS(Pselect(nullptr, nullptr, nullptr, 2ms, SignalSet::All()), 0u);
  EXPECT_EQ(interruptible.handled(), 0);
  EXPECT_TRUE(Pending().contains(SIGUSR1));
  // It would hit the test when it is unblocked.
  int signal = 0;
  EXPECT_EQ(sigwait(SignalSet{SIGUSR1}.get(), &signal), 0);
}

TEST(Pselect, KeepsTheMaskIfNoneIsGiven) {
  const Interruptible interruptible(SIGUSR1);
  const Blocked blocked(SIGUSR1);
  ASSERT_EQ(raise(SIGUSR1), 0);
  EXPECT_RETURNS(Pselect(nullptr, nullptr, nullptr, 2ms), 0u);
  EXPECT_EQ(interruptible.handled(), 0);
  int signal = 0;
  EXPECT_EQ(sigwait(SignalSet{SIGUSR1}.get(), &signal), 0);
}

TEST(Pselect, IsCalledAgainByRetry) {
  const Interruptible interruptible(SIGUSR1);
  const Blocked blocked(SIGUSR1);
  ASSERT_EQ(raise(SIGUSR1), 0);
  int calls = 0;
  const Result<std::size_t> ready = RetryOnEintr([&] {
    ++calls;
    return Pselect(nullptr, nullptr, nullptr, 1ms, blocked.before());
  });
  EXPECT_RETURNS(ready, 0u);
  EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace plumbline
