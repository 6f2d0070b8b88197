#include "wrappers/poll.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <termios.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <thread>
#include <utility>
#include <vector>

#include "wrappers/epoll_constants.h"
#include "wrappers/eventfd.h"
#include "wrappers/retry.h"
#include "wrappers/testing/result_assertions.h"
#include "wrappers/testing/signals.h"

namespace plumbline {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using testing::AllOf;
using testing::Each;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Property;
using testing::StartsWith;
using testing_support::Blocked;
using testing_support::Interruptible;

template <typename... Arguments>
concept Polls = requires(Arguments... arguments) {
  Poll(arguments...);
};
static_assert(Polls<std::span<PollFd>, std::chrono::nanoseconds>);
static_assert(Polls<std::vector<PollFd>&, PollTimeout>);
static_assert(!Polls<std::span<PollFd>, int>);
static_assert(!Polls<std::span<const PollFd>, PollTimeout>);
static_assert(!Polls<pollfd*, PollTimeout>);

template <typename... Arguments>
concept Ppolls = requires(Arguments... arguments) {
  Ppoll(arguments...);
};
static_assert(Ppolls<std::span<PollFd>, std::chrono::milliseconds>);
static_assert(Ppolls<std::span<PollFd>, std::chrono::seconds, SignalSet>);
static_assert(!Ppolls<std::span<PollFd>, int>);
static_assert(!Ppolls<std::span<PollFd>, std::chrono::seconds, int>);

static_assert(std::is_constructible_v<PollFd, BorrowedFd, PollEvents>);
static_assert(std::is_constructible_v<PollFd, const EventFd&, PollEvents>);
static_assert(!std::is_constructible_v<PollFd, BorrowedFd, EpollEvents>);
static_assert(!std::is_constructible_v<PollFd, BorrowedFd, int>);
static_assert(!std::is_constructible_v<PollFd, int, PollEvents>);

// Two descriptors that are connected: a pipe's ends, or sockets.
struct Pair {
  OwnedFd first, second;

  static Pair Pipe() {
    int fds[2];
    EXPECT_EQ(pipe2(fds, O_CLOEXEC), 0);
    return {OwnedFd::Adopt(fds[0]), OwnedFd::Adopt(fds[1])};
  }
  static Pair Sockets() {
    int fds[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    return {OwnedFd::Adopt(fds[0]), OwnedFd::Adopt(fds[1])};
  }
};

void WriteByte(BorrowedFd fd) { EXPECT_EQ(write(fd.raw(), "x", 1), 1); }

// What one descriptor has now.
PollEvents EventsOf(BorrowedFd fd, PollEvents requested) {
  PollFd one[] = {{fd, requested}};
  const Result<std::size_t> ready = Poll(one, 0s);
  EXPECT_RETURNS(ready, one[0].returned() ? 1u : 0u);
  return one[0].returned();
}

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

TEST(PollFd, IsAPollfd) {
  PollFd ours(BorrowedFd::FromRaw(5), PollEvents::kIn | PollEvents::kRdhup);
  const auto& theirs = reinterpret_cast<const pollfd&>(ours);
  EXPECT_EQ(theirs.fd, 5);
  EXPECT_EQ(theirs.events, POLLIN | POLLRDHUP);
  EXPECT_EQ(theirs.revents, 0);
}

TEST(PollFd, HasWhatItWasGiven) {
  constexpr PollFd kNone;
  EXPECT_EQ(kNone.fd(), BorrowedFd());
  EXPECT_TRUE(kNone.requested().empty());
  PollFd one(BorrowedFd::FromRaw(5), PollEvents::kIn);
  EXPECT_EQ(one.fd().raw(), 5);
  EXPECT_EQ(one.requested(), PollEvents::kIn);
  EXPECT_TRUE(one.returned().empty());
  one.set_fd(BorrowedFd::FromRaw(6));
  one.set_requested(PollEvents::kOut);
  EXPECT_EQ(one.fd().raw(), 6);
  EXPECT_EQ(one.requested(), PollEvents::kOut);
}

TEST(PollFd, KeepsEveryBitOfTheEvents) {
  const PollEvents all = PollEvents::FromBits(0xffff);
  EXPECT_EQ(PollFd(BorrowedFd(), all).requested(), all);
}

TEST(PollEvents, HaveTheNumbersOfTheHeader) {
  EXPECT_EQ(PollEvents::kIn.bits(), POLLIN);
  EXPECT_EQ(PollEvents::kPri.bits(), POLLPRI);
  EXPECT_EQ(PollEvents::kOut.bits(), POLLOUT);
  EXPECT_EQ(PollEvents::kErr.bits(), POLLERR);
  EXPECT_EQ(PollEvents::kHup.bits(), POLLHUP);
  EXPECT_EQ(PollEvents::kNval.bits(), POLLNVAL);
  EXPECT_EQ(PollEvents::kRdhup.bits(), POLLRDHUP);
  EXPECT_EQ(PollEvents::kRdnorm.bits(), POLLRDNORM);
  EXPECT_EQ(PollEvents::kRdband.bits(), POLLRDBAND);
  EXPECT_EQ(PollEvents::kWrnorm.bits(), POLLWRNORM);
  EXPECT_EQ(PollEvents::kWrband.bits(), POLLWRBAND);
  EXPECT_EQ(PollEvents::kMsg.bits(), POLLMSG);
  EXPECT_EQ(PollEvents::kRemove.bits(), POLLREMOVE);
}

TEST(Poll, TellsWhichAreReady) {
  const EventFd set = EventFd::Create(1).value();
  const EventFd unset = EventFd::Create().value();
  PollFd fds[] = {{set, PollEvents::kIn},
                  {unset, PollEvents::kIn},
                  {unset, PollEvents::kIn | PollEvents::kOut}};
  EXPECT_RETURNS(Poll(fds, PollTimeout::Infinite()), 2u);
  EXPECT_EQ(fds[0].returned(), PollEvents::kIn);
  EXPECT_EQ(fds[1].returned(), PollEvents());
  EXPECT_EQ(fds[2].returned(), PollEvents::kOut);
  EXPECT_EQ(fds[2].requested(), PollEvents::kIn | PollEvents::kOut);
}

TEST(Poll, ForgetsWhatTheLastOneFound) {
  const EventFd event = EventFd::Create(1).value();
  PollFd fds[] = {{event, PollEvents::kIn}};
  EXPECT_RETURNS(Poll(fds, 0s), 1u);
  EXPECT_RETURNS(event.Take(), 1u);
  EXPECT_RETURNS(Poll(fds, 0s), 0u);
  EXPECT_TRUE(fds[0].returned().empty());
}

TEST(Poll, TellsOfData) {
  const Pair pipe = Pair::Pipe();
  EXPECT_EQ(EventsOf(pipe.first, PollEvents::kIn), PollEvents());
  WriteByte(pipe.second);
  EXPECT_EQ(EventsOf(pipe.first, PollEvents::kIn), PollEvents::kIn);
  EXPECT_EQ(EventsOf(pipe.first, PollEvents::kRdnorm), PollEvents::kRdnorm);
}

TEST(Poll, TellsOfRoom) {
  const Pair pipe = Pair::Pipe();
  EXPECT_EQ(EventsOf(pipe.second, PollEvents::kOut), PollEvents::kOut);
  EXPECT_EQ(EventsOf(pipe.second, PollEvents::kWrnorm), PollEvents::kWrnorm);
}

TEST(Poll, TellsOfRoomForPriorityData) {
  const Pair sockets = Pair::Sockets();
  EXPECT_EQ(EventsOf(sockets.first, PollEvents::kWrband), PollEvents::kWrband);
}

TEST(Poll, TellsOfAnExceptionalCondition) {
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
  EXPECT_EQ(EventsOf(master, PollEvents::kPri), PollEvents());
  // In packet mode the master is told of a change on the slave.
  ASSERT_EQ(tcflush(slave.raw(), TCIOFLUSH), 0);
  EXPECT_EQ(EventsOf(master, PollEvents::kPri), PollEvents::kPri);
}

TEST(Poll, TellsUnaskedOfAHangUp) {
  Pair pipe = Pair::Pipe();
  EXPECT_EQ(EventsOf(pipe.first, {}), PollEvents());
  EXPECT_SUCCEEDS(pipe.second.Close());
  EXPECT_EQ(EventsOf(pipe.first, {}), PollEvents::kHup);
}

TEST(Poll, TellsUnaskedOfAnError) {
  Pair pipe = Pair::Pipe();
  EXPECT_SUCCEEDS(pipe.first.Close());
  EXPECT_EQ(EventsOf(pipe.second, {}), PollEvents::kErr);
}

TEST(Poll, TellsOfAPeerThatShutDownItsWritingHalf) {
  const Pair sockets = Pair::Sockets();
  EXPECT_EQ(EventsOf(sockets.first, PollEvents::kRdhup), PollEvents());
  ASSERT_EQ(shutdown(sockets.second.raw(), SHUT_WR), 0);
  EXPECT_EQ(EventsOf(sockets.first, PollEvents::kRdhup), PollEvents::kRdhup);
}

TEST(Poll, TellsOfADescriptorThatIsNotOpen) {
  OwnedFd closed = OwnedFd::Adopt(dup(STDIN_FILENO));
  const BorrowedFd fd = closed.borrow();
  EXPECT_SUCCEEDS(closed.Close());
  EXPECT_EQ(EventsOf(fd, PollEvents::kIn), PollEvents::kNval);
}

TEST(Poll, PassesOverWhatIsNoDescriptor) {
  EventFd moved = EventFd::Create(1).value();
  const EventFd event = std::move(moved);
  PollFd fds[] = {{},
                  {moved, PollEvents::kIn},  // NOLINT: what is left of it
                  {event, PollEvents::kIn}};
  EXPECT_RETURNS(Poll(fds, 0s), 1u);
  EXPECT_TRUE(fds[0].returned().empty());
  EXPECT_TRUE(fds[1].returned().empty());
  EXPECT_EQ(fds[2].returned(), PollEvents::kIn);
  fds[2].set_fd({});
  EXPECT_RETURNS(Poll(fds, 0s), 0u);
  EXPECT_THAT(fds, Each(Property(&PollFd::returned, PollEvents())));
}

TEST(Poll, WaitsForTheTimeAtLeast) {
  const EventFd event = EventFd::Create().value();
  PollFd fds[] = {{event, PollEvents::kIn}};
  const auto start = steady_clock::now();
  EXPECT_RETURNS(Poll(fds, 20ms), 0u);
  EXPECT_GE(steady_clock::now() - start, 20ms);
}

TEST(Poll, WaitsForAMillisecondIfLessIsAsked) {
  const auto start = steady_clock::now();
  EXPECT_RETURNS(Poll({}, 1ns), 0u);
  EXPECT_GE(steady_clock::now() - start, 1ms);
}

TEST(Poll, OnlyWaitsWithoutDescriptors) {
  const auto start = steady_clock::now();
  EXPECT_RETURNS(Poll({}, 5ms), 0u);
  EXPECT_GE(steady_clock::now() - start, 5ms);
}

TEST(Poll, ReturnsAtOnceIfTheTimeIsNegative) {
  EXPECT_RETURNS(Poll({}, -1h), 0u);
}

TEST(Poll, EndsBeforeTheLongestTime) {
  const EventFd event = EventFd::Create(1).value();
  PollFd fds[] = {{event, PollEvents::kIn}};
  EXPECT_RETURNS(Poll(fds, std::chrono::hours::max()), 1u);
}

TEST(Poll, IsWokenByAnotherThread) {
  const EventFd event = EventFd::Create().value();
  std::thread adder([&] { EXPECT_SUCCEEDS(event.Add()); });
  PollFd fds[] = {{event, PollEvents::kIn}};
  EXPECT_RETURNS(Poll(fds, PollTimeout::Infinite()), 1u);
  adder.join();
}

TEST(Poll, WakesEveryThreadThatWaits) {
  const EventFd event = EventFd::Create().value();
  std::vector<std::thread> waiting;
  for (int i = 0; i < 4; ++i) {
    waiting.emplace_back([&] {
      PollFd fds[] = {{event, PollEvents::kIn}};
      EXPECT_RETURNS(Poll(fds, PollTimeout::Infinite()), 1u);
      EXPECT_EQ(fds[0].returned(), PollEvents::kIn);
    });
  }
  EXPECT_SUCCEEDS(event.Add());
  for (std::thread& one : waiting) one.join();
}

TEST(Poll, ReportsASignalAndIsCalledAgainByRetry) {
  const Interruptible interruptible(SIGUSR1);
  const EventFd event = EventFd::Create().value();
  PollFd fds[] = {{event, PollEvents::kIn}};
  std::atomic<bool> interrupted = false;
  std::thread interrupter =
      Interrupt(interrupted, [&] { EXPECT_SUCCEEDS(event.Add()); });
  const Result<std::size_t> ready = RetryOnEintr([&] {
    Result<std::size_t> once = Poll(fds, PollTimeout::Infinite());
    if (!once) {
      EXPECT_FAILS(once, EINTR);
      EXPECT_EQ(errno, EINTR);
      EXPECT_TRUE(fds[0].returned().empty());
      EXPECT_EQ(once.error().ToString(),
                "poll([{fd=" + std::to_string(event.fd().raw()) +
                    ", events=POLLIN}], 1, -1) = EINTR (Interrupted system "
                    "call): a signal handler interrupts the wait");
      EXPECT_TRUE(once.error().documented());
      interrupted = true;
    }
    return once;
  });
  interrupter.join();
  EXPECT_RETURNS(ready, 1u);
  EXPECT_GT(interruptible.handled(), 0);
}

TEST(Poll, GoesOnUntilTheDeadlineInSpiteOfSignals) {
  const Interruptible interruptible(SIGUSR1);
  std::atomic<bool> over = false;
  std::thread interrupter = Interrupt(over, [] {});
  const auto deadline = steady_clock::now() + 30ms;
  const Result<std::size_t> ready = RetryOnEintrUntil(
      deadline, [](auto remaining) { return Poll({}, remaining); });
  over = true;
  interrupter.join();
  EXPECT_RETURNS(ready, 0u);
  EXPECT_GE(steady_clock::now(), deadline);
}

TEST(Poll, RefusesMoreThanMayBeOpen) {
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit fewer = {5, before.rlim_max};
  std::vector<PollFd> fds(6, PollFd({}, PollEvents::kIn));
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &fewer), 0);
  const Result<std::size_t> precise = Ppoll(fds, 1500us, SignalSet{SIGINT});
  const Result<std::size_t> ready = Poll(fds, 1500us);
  EXPECT_EQ(errno, EINVAL);
  EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_FAILS(ready, EINVAL);
  EXPECT_EQ(ready.error().arguments(),
            "[{fd=-1, events=POLLIN}, {fd=-1, events=POLLIN}, {fd=-1, "
            "events=POLLIN}, {fd=-1, events=POLLIN}, ...], 6, 2");
  EXPECT_THAT(ready.error().explanation(), HasSubstr("RLIMIT_NOFILE"));
  ASSERT_FAILS(precise, EINVAL);
  EXPECT_EQ(precise.error().arguments(),
            "[{fd=-1, events=POLLIN}, {fd=-1, events=POLLIN}, {fd=-1, "
            "events=POLLIN}, ...], 6, {tv_sec=0, tv_nsec=1500000}, [INT]");
  EXPECT_THAT(precise.error().explanation(), HasSubstr("RLIMIT_NOFILE"));
}

TEST(Poll, LeavesErrnoAlone) {
  const EventFd event = EventFd::Create(1).value();
  PollFd fds[] = {{event, PollEvents::kIn}};
  errno = EDOM;
  EXPECT_RETURNS(Poll(fds, 0s), 1u);
  EXPECT_RETURNS(Ppoll(fds, 0s), 1u);
  EXPECT_RETURNS(Ppoll(fds, 0s, SignalSet()), 1u);
  EXPECT_EQ(errno, EDOM);
}

TEST(Ppoll, TellsWhichAreReady) {
  const EventFd set = EventFd::Create(1).value();
  const EventFd unset = EventFd::Create().value();
  PollFd fds[] = {{unset, PollEvents::kIn}, {set, PollEvents::kIn}};
  EXPECT_RETURNS(Ppoll(fds, PreciseTimeout::Infinite()), 1u);
  EXPECT_TRUE(fds[0].returned().empty());
  EXPECT_EQ(fds[1].returned(), PollEvents::kIn);
}

TEST(Ppoll, WaitsForTheTimeAtLeast) {
  const auto start = steady_clock::now();
  EXPECT_RETURNS(Ppoll({}, 5'000'001ns), 0u);
  EXPECT_GE(steady_clock::now() - start, 5'000'001ns);
}

TEST(Ppoll, ReturnsAtOnceIfTheTimeIsNegative) {
  EXPECT_RETURNS(Ppoll({}, -1h), 0u);
}

TEST(Ppoll, EndsBeforeTheLongestTime) {
  const EventFd event = EventFd::Create(1).value();
  PollFd fds[] = {{event, PollEvents::kIn}};
  EXPECT_RETURNS(Ppoll(fds, std::chrono::hours::max()), 1u);
}

TEST(Ppoll, LetsAPendingSignalThroughWhileItWaits) {
  const Interruptible interruptible(SIGUSR1);
  const Blocked blocked(SIGUSR1);
  const EventFd event = EventFd::Create().value();
  ASSERT_EQ(raise(SIGUSR1), 0);
  ASSERT_EQ(interruptible.handled(), 0);
  PollFd fds[] = {{event, PollEvents::kIn}};
  const Result<std::size_t> ready =
      Ppoll(fds, PreciseTimeout::Infinite(), blocked.before());
  EXPECT_EQ(errno, EINTR);
  ASSERT_FAILS(ready, EINTR);
  EXPECT_EQ(interruptible.handled(), 1);
  EXPECT_TRUE(CurrentMask().contains(SIGUSR1));
  EXPECT_THAT(
      ready.error().ToString(),
      AllOf(StartsWith("ppoll([{fd=" + std::to_string(event.fd().raw()) +
                       ", events=POLLIN}], 1, NULL, ["),
            EndsWith("]) = EINTR (Interrupted system call): a signal "
                     "handler interrupts the wait")));
  EXPECT_TRUE(ready.error().documented());
}

TEST(Ppoll, BlocksWhatTheMaskBlocks) {
  const Interruptible interruptible(SIGUSR1);
  const Blocked blocked(SIGUSR1);
  ASSERT_EQ(raise(SIGUSR1), 0);
  EXPECT_RETURNS(Ppoll({}, 2ms, SignalSet{SIGUSR1}), 0u);
  EXPECT_RETURNS(Ppoll({}, 2ms, SignalSet::All()), 0u);
  EXPECT_EQ(interruptible.handled(), 0);
  EXPECT_TRUE(Pending().contains(SIGUSR1));
  // It would hit the test when it is unblocked.
  int signal = 0;
  EXPECT_EQ(sigwait(SignalSet{SIGUSR1}.get(), &signal), 0);
}

TEST(Ppoll, KeepsTheMaskIfNoneIsGiven) {
  const Interruptible interruptible(SIGUSR1);
  const Blocked blocked(SIGUSR1);
  ASSERT_EQ(raise(SIGUSR1), 0);
  EXPECT_RETURNS(Ppoll({}, 2ms), 0u);
  EXPECT_EQ(interruptible.handled(), 0);
  int signal = 0;
  EXPECT_EQ(sigwait(SignalSet{SIGUSR1}.get(), &signal), 0);
}

TEST(Ppoll, IsCalledAgainByRetry) {
  const Interruptible interruptible(SIGUSR1);
  const Blocked blocked(SIGUSR1);
  ASSERT_EQ(raise(SIGUSR1), 0);
  int calls = 0;
  const Result<std::size_t> ready = RetryOnEintr([&] {
    ++calls;
    return Ppoll({}, 1ms, blocked.before());
  });
  EXPECT_RETURNS(ready, 0u);
  EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace plumbline
