#include "wrappers/signalfd.h"

#include <errno.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <ostream>
#include <span>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "wrappers/poll.h"
#include "wrappers/signal_mask.h"
#include "wrappers/testing/child.h"
#include "wrappers/testing/interruptions.h"
#include "wrappers/testing/result_assertions.h"
#include "wrappers/testing/result_matchers.h"

namespace plumbline {

// For GoogleTest's messages.
static void PrintTo(const SignalInfo& info, std::ostream* out) {
  *out << "signal " << info.signal() << ", code " << info.code() << ", value "
       << info.value_pointer() << " (" << info.value_int() << ")";
}

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Property;
using testing::SizeIs;
using testing::StartsWith;

template <typename... Arguments>
concept Creates = requires(Arguments... arguments) {
  SignalFd::Create(arguments...);
};
static_assert(Creates<SignalSet>);
static_assert(Creates<SignalSet, SignalFdFlags>);
static_assert(!Creates<SignalSet, int>);
static_assert(!Creates<int>);
static_assert(!Creates<sigset_t>);

template <typename Buffer>
concept Reads = requires(const SignalFd& signals, Buffer& buffer) {
  signals.Read(buffer);
};
static_assert(Reads<SignalInfo[4]>);
static_assert(Reads<std::vector<SignalInfo>>);
static_assert(!Reads<const SignalInfo[4]>);
static_assert(!Reads<signalfd_siginfo[4]>);
static_assert(std::is_trivially_default_constructible_v<SignalInfo>);

// Matches a SignalInfo of this signal.
auto Is(int signal) { return Property(&SignalInfo::signal, signal); }

// Of a real-time signal, as Queue sent it.
auto Is(int signal, std::uintptr_t value) {
  return testing::AllOf(Is(signal), Property(&SignalInfo::value_pointer,
                                             reinterpret_cast<void*>(value)));
}

SignalFd New(const SignalSet& signals) {
  return SignalFd::Create(signals,
                          SignalFdFlags::kCloexec | SignalFdFlags::kNonblock)
      .value();
}

// Sends this process a signal and a number, as a pointer.
void Queue(int signal, std::uintptr_t value) {
  sigval to = {};
  to.sival_ptr = reinterpret_cast<void*>(value);
  EXPECT_EQ(sigqueue(getpid(), signal, to), 0);
}

// All that is pending, read at once.
std::vector<SignalInfo> ReadAll(const SignalFd& signals) {
  std::vector<SignalInfo> buffer(100);
  const auto read = signals.Read(buffer);
  if (!read) {
    EXPECT_FAILS(read, EAGAIN);
    return {};
  }
  return {read->begin(), read->end()};
}

// SIGUSR1 is free for handlers; what else is sent here is blocked, and nothing
// stays pending.
class SignalFdTest : public testing::Test {
 protected:
  static constexpr SignalSet kStandard = {SIGHUP, SIGUSR2, SIGCHLD, SIGIO};

  SignalFdTest()
      : mask_(
            SignalMask::Block(kStandard | SignalSet{SIGRTMIN + 1, SIGRTMIN + 2})
                .value()) {}
  ~SignalFdTest() override {
    const timespec none = {};
    while (sigtimedwait(SignalSet::All().get(), nullptr, &none) > 0) {
    }
  }

 private:
  const SignalMask mask_;
};

// The record.

TEST(SignalInfo, HasEachFieldByItsAccessor) {
  signalfd_siginfo raw = {};
  raw.ssi_signo = SIGTERM;
  raw.ssi_errno = 101;
  raw.ssi_code = -102;
  raw.ssi_pid = 103;
  raw.ssi_uid = 4'000'000'104;
  raw.ssi_fd = 105;
  raw.ssi_tid = 106;
  raw.ssi_band = POLLIN | POLLRDNORM;
  raw.ssi_overrun = 107;
  raw.ssi_trapno = 108;
  raw.ssi_status = 109;
  raw.ssi_int = -110;
  raw.ssi_ptr = 0x11111111;
  raw.ssi_utime = 112;
  raw.ssi_stime = 113;
  raw.ssi_addr = 0x11411411;
  raw.ssi_addr_lsb = 115;
  raw.ssi_syscall = 116;
  raw.ssi_call_addr = 0x11711711;
  raw.ssi_arch = 0xc000003e;

  const SignalInfo info(raw);
  EXPECT_EQ(info.signal(), SIGTERM);
  EXPECT_EQ(info.error(), 101);
  EXPECT_EQ(info.code(), -102);
  EXPECT_EQ(info.pid(), 103);
  EXPECT_EQ(info.uid(), 4'000'000'104);
  EXPECT_EQ(info.fd(), BorrowedFd::FromRaw(105));
  EXPECT_EQ(info.timer_id(), 106);
  EXPECT_EQ(info.band(), PollEvents::kIn | PollEvents::kRdnorm);
  EXPECT_EQ(info.overrun(), 107);
  EXPECT_EQ(info.trap_number(), 108);
  EXPECT_EQ(info.status(), 109);
  EXPECT_EQ(info.value_int(), -110);
  EXPECT_EQ(info.value_pointer(), reinterpret_cast<void*>(0x11111111));
  const std::chrono::duration<double> tick(
      1.0 / static_cast<double>(sysconf(_SC_CLK_TCK)));
  EXPECT_EQ(info.user_time(),
            std::chrono::floor<std::chrono::nanoseconds>(112 * tick + 0.5ns));
  EXPECT_EQ(info.system_time(),
            std::chrono::floor<std::chrono::nanoseconds>(113 * tick + 0.5ns));
  EXPECT_EQ(info.address(), reinterpret_cast<void*>(0x11411411));
  EXPECT_EQ(info.address_lsb(), 115);
  EXPECT_EQ(info.syscall(), 116);
  EXPECT_EQ(info.call_address(), reinterpret_cast<void*>(0x11711711));
  EXPECT_EQ(info.arch(), 0xc000003e);
  EXPECT_EQ(std::memcmp(&info, &raw, sizeof(raw)), 0);
  EXPECT_EQ(std::memcmp(&info.raw(), &raw, sizeof(raw)), 0);
}

TEST(SignalInfo, HasTimesOfYears) {
  const auto per_second = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
  signalfd_siginfo raw = {};
  raw.ssi_utime = 1'000'000'000 * per_second + 1;
  raw.ssi_stime = per_second / 2;
  EXPECT_EQ(SignalInfo(raw).user_time(),
            1'000'000'000s + std::chrono::nanoseconds(1s) / per_second);
  EXPECT_EQ(SignalInfo(raw).system_time(), 500ms);
}

TEST(SignalInfo, KeepsPointersOfAllBits) {
  signalfd_siginfo raw = {};
  raw.ssi_ptr = UINTPTR_MAX;
  raw.ssi_addr = UINTPTR_MAX - 1;
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(SignalInfo(raw).value_pointer()),
            UINTPTR_MAX);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(SignalInfo(raw).address()),
            UINTPTR_MAX - 1);
}

// Who sent it, and what.

TEST_F(SignalFdTest, TellsWhoSentASignal) {
  const SignalFd signals = New({SIGHUP});
  ASSERT_EQ(kill(getpid(), SIGHUP), 0);
  const Result<SignalInfo> info = signals.ReadOne();
  ASSERT_SUCCEEDS(info);
  EXPECT_EQ(info->signal(), SIGHUP);
  EXPECT_EQ(info->code(), SI_USER);
  EXPECT_EQ(info->error(), 0);
  EXPECT_EQ(info->pid(), getpid());
  EXPECT_EQ(info->uid(), getuid());
  EXPECT_EQ(info->fd().raw(), 0);
  EXPECT_EQ(info->status(), 0);
}

TEST_F(SignalFdTest, TellsOfAnotherProcessThatSentASignal) {
  const SignalFd signals = SignalFd::Create({SIGUSR2}).value();
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) _exit(kill(getppid(), SIGUSR2) == 0 ? 0 : 1);
  const Result<SignalInfo> info = signals.ReadOne();
  EXPECT_EQ(waitpid(child, nullptr, 0), child);
  ASSERT_THAT(info, Returns(Is(SIGUSR2)));
  EXPECT_EQ(info->code(), SI_USER);
  EXPECT_EQ(info->pid(), child);
}

TEST_F(SignalFdTest, TellsThatItIsForTheThread) {
  const SignalFd signals = New({SIGHUP});
  ASSERT_EQ(pthread_kill(pthread_self(), SIGHUP), 0);
  const Result<SignalInfo> info = signals.ReadOne();
  ASSERT_THAT(info, Returns(Is(SIGHUP)));
  EXPECT_EQ(info->code(), SI_TKILL);
  EXPECT_EQ(info->pid(), getpid());
}

TEST_F(SignalFdTest, TellsTheNumberThatWasSent) {
  const SignalFd signals = New({SIGRTMIN + 1});
  sigval value = {};
  value.sival_int = -123456789;
  ASSERT_EQ(sigqueue(getpid(), SIGRTMIN + 1, value), 0);
  EXPECT_THAT(signals.ReadOne(),
              Returns(Property(&SignalInfo::value_int, -123456789)));
}

TEST_F(SignalFdTest, TellsThePointerThatWasSent) {
  const SignalFd signals = New({SIGRTMIN + 1});
  int here = 0;
  sigval value = {};
  value.sival_ptr = &here;
  ASSERT_EQ(sigqueue(getpid(), SIGRTMIN + 1, value), 0);
  const Result<SignalInfo> info = signals.ReadOne();
  ASSERT_THAT(info, Returns(Is(SIGRTMIN + 1)));
  EXPECT_EQ(info->value_pointer(), &here);
  EXPECT_EQ(info->code(), SI_QUEUE);
  EXPECT_EQ(info->pid(), getpid());
  EXPECT_EQ(info->uid(), getuid());
}

// Order and number.

TEST_F(SignalFdTest, RealTimeSignalsKeepTheirOrder) {
  const SignalFd signals = New({SIGRTMIN + 1, SIGRTMIN + 2});
  Queue(SIGRTMIN + 2, 4);
  Queue(SIGRTMIN + 1, 3);
  Queue(SIGRTMIN + 2, 2);
  Queue(SIGRTMIN + 1, 1);
  Queue(SIGRTMIN + 1, 3);
  EXPECT_THAT(
      ReadAll(signals),
      ElementsAre(Is(SIGRTMIN + 1, 3), Is(SIGRTMIN + 1, 1), Is(SIGRTMIN + 1, 3),
                  Is(SIGRTMIN + 2, 4), Is(SIGRTMIN + 2, 2)));
}

TEST_F(SignalFdTest, StandardSignalsComeOnceAndFirst) {
  const SignalFd signals = New({SIGHUP, SIGUSR2, SIGRTMIN + 1});
  Queue(SIGRTMIN + 1, 1);
  Queue(SIGUSR2, 5);
  Queue(SIGUSR2, 6);
  Queue(SIGUSR2, 7);
  ASSERT_EQ(kill(getpid(), SIGHUP), 0);
  ASSERT_EQ(kill(getpid(), SIGHUP), 0);
  EXPECT_THAT(ReadAll(signals),
              ElementsAre(Is(SIGHUP), Is(SIGUSR2, 5), Is(SIGRTMIN + 1, 1)));
  EXPECT_FAILS(signals.ReadOne(), EAGAIN);
}

TEST_F(SignalFdTest, ReadsAsManyAsFit) {
  const SignalFd signals = New({SIGRTMIN + 1});
  for (unsigned value = 1; value <= 5; ++value) Queue(SIGRTMIN + 1, value);
  SignalInfo buffer[3];
  const auto first = signals.Read(buffer);
  ASSERT_THAT(first, Returns(SizeIs(3)));
  EXPECT_EQ(first->data(), buffer);
  EXPECT_THAT(*first, ElementsAre(Is(SIGRTMIN + 1, 1), Is(SIGRTMIN + 1, 2),
                                  Is(SIGRTMIN + 1, 3)));
  EXPECT_THAT(signals.Read(buffer),
              Returns(ElementsAre(Is(SIGRTMIN + 1, 4), Is(SIGRTMIN + 1, 5))));
}

TEST_F(SignalFdTest, ReadsOne) {
  const SignalFd signals = New({SIGRTMIN + 1});
  Queue(SIGRTMIN + 1, 1);
  Queue(SIGRTMIN + 1, 2);
  EXPECT_THAT(signals.ReadOne(), Returns(Is(SIGRTMIN + 1, 1)));
  EXPECT_THAT(signals.ReadOne(), Returns(Is(SIGRTMIN + 1, 2)));
  EXPECT_FAILS(signals.ReadOne(), EAGAIN);
}

TEST_F(SignalFdTest, WhatWasReadIsNotPending) {
  const SignalFd signals = New({SIGHUP});
  ASSERT_EQ(raise(SIGHUP), 0);
  EXPECT_THAT(PendingSignals(), Returns(ElementsAre(SIGHUP)));
  EXPECT_SUCCEEDS(signals.ReadOne());
  EXPECT_THAT(PendingSignals(), Returns(IsEmpty()));
}

// Which signals.

TEST_F(SignalFdTest, ReadsItsSignalsOnly) {
  const SignalFd hup = New({SIGHUP});
  const SignalFd both = New({SIGUSR2, SIGRTMIN + 1});
  ASSERT_EQ(raise(SIGUSR2), 0);
  Queue(SIGRTMIN + 1, 1);
  EXPECT_FAILS(hup.ReadOne(), EAGAIN);
  EXPECT_THAT(ReadAll(both), ElementsAre(Is(SIGUSR2), Is(SIGRTMIN + 1, 1)));
}

TEST_F(SignalFdTest, ReadsAllThatCanBeRead) {
  const SignalFd signals = New(SignalSet::All());
  ASSERT_EQ(raise(SIGUSR2), 0);
  Queue(SIGRTMIN + 2, 1);
  EXPECT_THAT(ReadAll(signals), ElementsAre(Is(SIGUSR2), Is(SIGRTMIN + 2, 1)));
}

TEST_F(SignalFdTest, ReadsNothingWithoutSignals) {
  const SignalFd signals = New({});
  ASSERT_EQ(raise(SIGUSR2), 0);
  EXPECT_FAILS(signals.ReadOne(), EAGAIN);
}

TEST_F(SignalFdTest, CannotReadKillAndStop) {
  const SignalFd signals = New({SIGKILL, SIGSTOP, SIGHUP});
  ASSERT_EQ(raise(SIGHUP), 0);
  EXPECT_THAT(ReadAll(signals), ElementsAre(Is(SIGHUP)));
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    raise(SIGKILL);
    _exit(1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
}

TEST_F(SignalFdTest, WhatIsNotBlockedGoesToItsHandler) {
  static std::atomic<int> handled;
  handled = 0;
  struct sigaction action = {};
  struct sigaction before;
  action.sa_handler = [](int) { ++handled; };
  ASSERT_EQ(sigaction(SIGUSR1, &action, &before), 0);
  const SignalFd signals = New({SIGUSR1});
  ASSERT_EQ(raise(SIGUSR1), 0);
  EXPECT_EQ(handled, 1);
  EXPECT_FAILS(signals.ReadOne(), EAGAIN);
  ASSERT_EQ(sigaction(SIGUSR1, &before, nullptr), 0);
}

// Update.

TEST_F(SignalFdTest, UpdateReplacesTheSignals) {
  const SignalFd signals = New({SIGHUP});
  const int raw = signals.fd().raw();
  ASSERT_EQ(raise(SIGUSR2), 0);
  ASSERT_EQ(raise(SIGHUP), 0);
  errno = EDOM;
  EXPECT_SUCCEEDS(signals.Update({SIGUSR2}));
  EXPECT_EQ(errno, EDOM);
  EXPECT_EQ(signals.fd().raw(), raw);
  EXPECT_THAT(ReadAll(signals), ElementsAre(Is(SIGUSR2)));
  EXPECT_SUCCEEDS(signals.Update({SIGHUP, SIGUSR2}));
  EXPECT_THAT(ReadAll(signals), ElementsAre(Is(SIGHUP)));
}

TEST_F(SignalFdTest, UpdateCannotReadKillEither) {
  const SignalFd signals = New({});
  EXPECT_SUCCEEDS(signals.Update({SIGKILL, SIGSTOP, SIGHUP}));
  ASSERT_EQ(raise(SIGHUP), 0);
  EXPECT_THAT(ReadAll(signals), ElementsAre(Is(SIGHUP)));
}

TEST_F(SignalFdTest, UpdateLeavesTheFlags) {
  const SignalFd usual = New({SIGHUP});
  EXPECT_SUCCEEDS(usual.Update({SIGUSR2}));
  EXPECT_EQ(fcntl(usual.fd().raw(), F_GETFD), FD_CLOEXEC);
  EXPECT_EQ(fcntl(usual.fd().raw(), F_GETFL) & O_NONBLOCK, O_NONBLOCK);
  const SignalFd plain = SignalFd::Create({SIGHUP}, {}).value();
  EXPECT_SUCCEEDS(plain.Update({SIGUSR2}));
  EXPECT_EQ(fcntl(plain.fd().raw(), F_GETFD), 0);
  EXPECT_EQ(fcntl(plain.fd().raw(), F_GETFL) & O_NONBLOCK, 0);
}

TEST_F(SignalFdTest, UpdateOfAClosedOneMakesNoOther) {
  SignalFd signals = New({SIGHUP});
  EXPECT_SUCCEEDS(signals.Close());
  const Result<void> updated = signals.Update({SIGUSR2});
  EXPECT_EQ(errno, EBADF);
  ASSERT_FAILS(updated, EBADF);
  EXPECT_TRUE(updated.error().documented());
  EXPECT_FALSE(signals.is_open());
  EXPECT_FAILS(SignalFd().Update({SIGUSR2}), EBADF);
}

TEST_F(SignalFdTest, UpdateIsForSignalFdsOnly) {
  const SignalFd other =
      SignalFd::Adopt(OwnedFd::Adopt(::eventfd(0, EFD_CLOEXEC)));
  const Result<void> updated = other.Update({SIGUSR2});
  EXPECT_EQ(errno, EINVAL);
  ASSERT_FAILS(updated, EINVAL);
  EXPECT_THAT(updated.error().ToString(),
              StartsWith("signalfd(" + std::to_string(other.fd().raw()) +
                         ", [USR2], 0) = EINVAL (Invalid argument): fd is "
                         "open, but no signal descriptor"));
  EXPECT_TRUE(updated.error().documented());
}

TEST_F(SignalFdTest, UpdateIsSeenByAChild) {
  const SignalFd signals = New({SIGHUP});
  testing_support::InChild([&] { EXPECT_SUCCEEDS(signals.Update({SIGUSR2})); });
  ASSERT_EQ(raise(SIGHUP), 0);
  ASSERT_EQ(raise(SIGUSR2), 0);
  EXPECT_THAT(ReadAll(signals), ElementsAre(Is(SIGUSR2)));
}

// Waiting.

TEST_F(SignalFdTest, AWaitingReadIsWoken) {
  const SignalFd signals = SignalFd::Create({SIGRTMIN + 1}).value();
  std::thread sender([] { Queue(SIGRTMIN + 1, 7); });
  SignalInfo buffer[4];
  EXPECT_THAT(signals.Read(buffer), Returns(ElementsAre(Is(SIGRTMIN + 1, 7))));
  sender.join();
}

TEST_F(SignalFdTest, IsReadableWhileASignalIsPending) {
  const SignalFd signals = New({SIGHUP});
  PollFd fds[] = {{signals, PollEvents::kIn | PollEvents::kOut}};
  EXPECT_RETURNS(Poll(fds, 0s), 0u);
  ASSERT_EQ(raise(SIGUSR2), 0);
  EXPECT_RETURNS(Poll(fds, 0s), 0u);
  ASSERT_EQ(raise(SIGHUP), 0);
  EXPECT_RETURNS(Poll(fds, PollTimeout::Infinite()), 1u);
  EXPECT_EQ(fds[0].returned(), PollEvents::kIn);
  EXPECT_SUCCEEDS(signals.ReadOne());
  EXPECT_RETURNS(Poll(fds, 0s), 0u);
}

TEST_F(SignalFdTest, AReadIsInterruptedByAHandler) {
  const SignalFd signals = SignalFd::Create({SIGHUP}).value();
  const testing_support::Interruptions interruptions;
  const Result<SignalInfo> info = signals.ReadOne();
  EXPECT_EQ(errno, EINTR);
  ASSERT_FAILS(info, EINTR);
  EXPECT_TRUE(info.error().documented());
  SignalInfo buffer[2];
  EXPECT_FAILS(signals.Read(buffer), EINTR);
}

// Threads.

TEST_F(SignalFdTest, AThreadReadsWhatIsSentToItOrToTheProcess) {
  const SignalFd signals = New({SIGHUP, SIGUSR2});
  // To this thread, and to the process.
  ASSERT_EQ(pthread_kill(pthread_self(), SIGHUP), 0);
  ASSERT_EQ(kill(getpid(), SIGUSR2), 0);
  std::thread([&] {
    EXPECT_THAT(ReadAll(signals), ElementsAre(Is(SIGUSR2)));
    PollFd fds[] = {{signals, PollEvents::kIn}};
    EXPECT_RETURNS(Poll(fds, 0s), 0u);
  }).join();
  EXPECT_THAT(ReadAll(signals), ElementsAre(Is(SIGHUP)));
}

TEST_F(SignalFdTest, EachSignalIsReadByOneThread) {
  constexpr unsigned kCount = 40;
  const SignalFd signals = New({SIGRTMIN + 1});
  for (unsigned value = 0; value < kCount; ++value) Queue(SIGRTMIN + 1, value);
  std::array<std::atomic<int>, kCount> seen = {};
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      while (const auto info = signals.ReadOne())
        ++seen.at(reinterpret_cast<std::uintptr_t>(info->value_pointer()));
    });
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_TRUE(std::all_of(seen.begin(), seen.end(),
                          [](const auto& times) { return times == 1; }));
}

// Fork.

TEST_F(SignalFdTest, AChildReadsItsOwnSignals) {
  const SignalFd signals = New({SIGHUP, SIGRTMIN + 1});
  ASSERT_EQ(kill(getpid(), SIGHUP), 0);
  testing_support::InChild([&] {
    EXPECT_FAILS(signals.ReadOne(), EAGAIN);
    Queue(SIGRTMIN + 1, 9);
    const Result<SignalInfo> info = signals.ReadOne();
    ASSERT_THAT(info, Returns(Is(SIGRTMIN + 1, 9)));
    EXPECT_EQ(info->pid(), getpid());
    Queue(SIGRTMIN + 1, 10);
  });
  EXPECT_THAT(ReadAll(signals), ElementsAre(Is(SIGHUP)));
}

TEST_F(SignalFdTest, AnEpollInstanceStandsForWhoRegisteredIt) {
  const SignalFd signals = New({SIGHUP});
  const OwnedFd epoll = OwnedFd::Adopt(epoll_create1(EPOLL_CLOEXEC));
  epoll_event event = {};
  event.events = EPOLLIN;
  ASSERT_EQ(epoll_ctl(epoll.raw(), EPOLL_CTL_ADD, signals.fd().raw(), &event),
            0);
  testing_support::InChild([&] {
    ASSERT_EQ(raise(SIGHUP), 0);
    EXPECT_EQ(epoll_wait(epoll.raw(), &event, 1, 0), 0);
    EXPECT_THAT(signals.ReadOne(), Returns(Is(SIGHUP)));
  });
  ASSERT_EQ(raise(SIGHUP), 0);
  EXPECT_EQ(epoll_wait(epoll.raw(), &event, 1, 0), 1);
}

// What else is told, by signal and code.

// A child that does `body`, which does not return.
template <typename Body>
pid_t Start(Body body) {
  const pid_t child = fork();
  EXPECT_GE(child, 0);
  if (child == 0) {
    body();
    _exit(125);
  }
  return child;
}

TEST_F(SignalFdTest, TellsOfAChildThatExited) {
  const SignalFd signals = SignalFd::Create({SIGCHLD}).value();
  const pid_t child = Start([] { _exit(7); });
  const Result<SignalInfo> info = signals.ReadOne();
  EXPECT_EQ(waitpid(child, nullptr, 0), child);
  ASSERT_THAT(info, Returns(Is(SIGCHLD)));
  EXPECT_EQ(info->code(), CLD_EXITED);
  EXPECT_EQ(info->pid(), child);
  EXPECT_EQ(info->uid(), getuid());
  EXPECT_EQ(info->status(), 7);
}

TEST_F(SignalFdTest, TellsOfAChildThatWasKilledAndItsTime) {
  const SignalFd signals = SignalFd::Create({SIGCHLD}).value();
  const pid_t child = Start([] {
    // When it has run for 30 ms outside of the kernel.
    const itimerval time = {{0, 0}, {0, 30'000}};
    setitimer(ITIMER_VIRTUAL, &time, nullptr);
    for (std::atomic<unsigned> i = 0;;) ++i;
  });
  const Result<SignalInfo> info = signals.ReadOne();
  EXPECT_EQ(waitpid(child, nullptr, 0), child);
  ASSERT_THAT(info, Returns(Is(SIGCHLD)));
  EXPECT_EQ(info->code(), CLD_KILLED);
  EXPECT_EQ(info->pid(), child);
  EXPECT_EQ(info->status(), SIGVTALRM);
  EXPECT_GE(info->user_time(), 30ms);
}

TEST_F(SignalFdTest, TellsOfAChildThatStoppedAndGoesOn) {
  const SignalFd signals = SignalFd::Create({SIGCHLD}).value();
  const pid_t child = Start([] {
    raise(SIGSTOP);
    _exit(0);
  });
  const Result<SignalInfo> stopped = signals.ReadOne();
  EXPECT_EQ(kill(child, SIGCONT), 0);
  const Result<SignalInfo> continued = signals.ReadOne();
  EXPECT_EQ(waitpid(child, nullptr, 0), child);
  ASSERT_THAT(stopped, Returns(Is(SIGCHLD)));
  EXPECT_EQ(stopped->code(), CLD_STOPPED);
  EXPECT_EQ(stopped->pid(), child);
  EXPECT_EQ(stopped->status(), SIGSTOP);
  ASSERT_THAT(continued, Returns(Is(SIGCHLD)));
  EXPECT_EQ(continued->code(), CLD_CONTINUED);
  EXPECT_EQ(continued->status(), SIGCONT);
}

// A POSIX timer that sends a signal, by its number in the kernel.
class KernelTimer {
 public:
  KernelTimer(int signal, std::uintptr_t value) {
    sigevent event = {};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = signal;
    event.sigev_value.sival_ptr = reinterpret_cast<void*>(value);
    EXPECT_EQ(syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &id_), 0);
  }
  ~KernelTimer() { EXPECT_EQ(syscall(SYS_timer_delete, id_), 0); }
  KernelTimer(const KernelTimer&) = delete;
  KernelTimer& operator=(const KernelTimer&) = delete;

  int id() const { return id_; }

  // At once, and then every millisecond.
  void Start() {
    // As this system call has it everywhere.
    struct {
      long interval_seconds = 0, interval_nanoseconds = 1'000'000;
      long seconds = 0, nanoseconds = 1;
    } time;
    EXPECT_EQ(syscall(SYS_timer_settime, id_, 0, &time, nullptr), 0);
  }

 private:
  int id_ = -1;
};

// Starts a timer, and reads its signal when it has expired many times.
Result<SignalInfo> ReadOfTimer(KernelTimer& timer, int signal) {
  const SignalFd signals = SignalFd::Create({signal}).value();
  timer.Start();
  const timespec later = {0, 20'000'000};
  EXPECT_EQ(clock_nanosleep(CLOCK_MONOTONIC, 0, &later, nullptr), 0);
  return signals.ReadOne();
}

TEST_F(SignalFdTest, TellsOfATimer) {
  KernelTimer timer(SIGRTMIN + 1, 42);
  const Result<SignalInfo> info = ReadOfTimer(timer, SIGRTMIN + 1);
  ASSERT_THAT(info, Returns(Is(SIGRTMIN + 1, 42)));
  EXPECT_EQ(info->code(), SI_TIMER);
  // Each millisecond but the first.
  EXPECT_GE(info->overrun(), 18);
}

TEST_F(SignalFdTest, TellsWhichTimer) {
  KernelTimer first(SIGRTMIN + 1, 1);
  KernelTimer second(SIGRTMIN + 2, 2);
  ASSERT_NE(first.id(), second.id());
  EXPECT_THAT(ReadOfTimer(first, SIGRTMIN + 1),
              Returns(Property(&SignalInfo::timer_id, first.id())));
  EXPECT_THAT(ReadOfTimer(second, SIGRTMIN + 2),
              Returns(Property(&SignalInfo::timer_id, second.id())));
}

TEST_F(SignalFdTest, TellsOfInput) {
  const SignalFd signals = New({SIGIO});
  int fds[2];
  ASSERT_EQ(pipe2(fds, O_CLOEXEC), 0);
  const OwnedFd out = OwnedFd::Adopt(fds[0]);
  const OwnedFd in = OwnedFd::Adopt(fds[1]);
  ASSERT_EQ(fcntl(out.raw(), F_SETOWN, getpid()), 0);
  ASSERT_EQ(fcntl(out.raw(), F_SETSIG, SIGIO), 0);
  ASSERT_EQ(fcntl(out.raw(), F_SETFL, O_ASYNC), 0);
  ASSERT_EQ(write(in.raw(), "x", 1), 1);
  const Result<SignalInfo> info = signals.ReadOne();
  ASSERT_THAT(info, Returns(Is(SIGIO)));
  EXPECT_EQ(info->code(), POLL_IN);
  EXPECT_EQ(info->fd(), out.borrow());
  EXPECT_EQ(info->band(), PollEvents::kIn | PollEvents::kRdnorm);
}

// Sends this process `info`: a process may tell itself what it likes.
void QueueInfo(siginfo_t& info) {
  ASSERT_EQ(syscall(SYS_rt_sigqueueinfo, getpid(), info.si_signo, &info), 0);
}

TEST_F(SignalFdTest, TellsOfAFault) {
  const SignalMask mask = SignalMask::Block({SIGTRAP}).value();
  const SignalFd signals = New({SIGTRAP});
  siginfo_t sent = {};
  sent.si_signo = SIGTRAP;
  sent.si_code = TRAP_BRKPT;
  sent.si_addr = &sent;
  QueueInfo(sent);
  const Result<SignalInfo> info = signals.ReadOne();
  ASSERT_THAT(info, Returns(Is(SIGTRAP)));
  EXPECT_EQ(info->code(), TRAP_BRKPT);
  EXPECT_EQ(info->address(), &sent);
}

TEST_F(SignalFdTest, TellsOfBadMemory) {
  const SignalMask mask = SignalMask::Block({SIGBUS}).value();
  const SignalFd signals = New({SIGBUS});
  siginfo_t sent = {};
  sent.si_signo = SIGBUS;
  sent.si_code = BUS_MCEERR_AO;
  sent.si_addr = &sent;
  sent.si_addr_lsb = 12;
  QueueInfo(sent);
  const Result<SignalInfo> info = signals.ReadOne();
  ASSERT_THAT(info, Returns(Is(SIGBUS)));
  EXPECT_EQ(info->code(), BUS_MCEERR_AO);
  EXPECT_EQ(info->address(), &sent);
  EXPECT_EQ(info->address_lsb(), 12);
}

TEST_F(SignalFdTest, TellsOfARefusedSystemCall) {
  // SYS_SECCOMP, which only the kernel's headers have.
  constexpr int kSeccomp = 1;
  const SignalMask mask = SignalMask::Block({SIGSYS}).value();
  const SignalFd signals = New({SIGSYS});
  siginfo_t sent = {};
  sent.si_signo = SIGSYS;
  sent.si_code = kSeccomp;
  sent.si_call_addr = &sent;
  sent.si_syscall = 39;
  sent.si_arch = 0xc000003e;
  QueueInfo(sent);
  const Result<SignalInfo> info = signals.ReadOne();
  ASSERT_THAT(info, Returns(Is(SIGSYS)));
  EXPECT_EQ(info->code(), kSeccomp);
  EXPECT_EQ(info->call_address(), &sent);
  EXPECT_EQ(info->syscall(), 39);
  EXPECT_EQ(info->arch(), 0xc000003e);
}

TEST_F(SignalFdTest, TellsTheTimesOfAChildApart) {
  const SignalFd signals = New({SIGCHLD});
  siginfo_t sent = {};
  sent.si_signo = SIGCHLD;
  sent.si_code = CLD_EXITED;
  sent.si_pid = 4321;
  sent.si_status = 3;
  sent.si_utime = 2 * sysconf(_SC_CLK_TCK);
  sent.si_stime = 5 * sysconf(_SC_CLK_TCK);
  QueueInfo(sent);
  const Result<SignalInfo> info = signals.ReadOne();
  ASSERT_THAT(info, Returns(Is(SIGCHLD)));
  EXPECT_EQ(info->pid(), 4321);
  EXPECT_EQ(info->status(), 3);
  EXPECT_EQ(info->user_time(), 2s);
  EXPECT_EQ(info->system_time(), 5s);
}

// The descriptor.

TEST_F(SignalFdTest, IsClosedOnExecUnlessToldOtherwise) {
  const SignalFd usual = SignalFd::Create({SIGHUP}).value();
  EXPECT_EQ(fcntl(usual.fd().raw(), F_GETFD), FD_CLOEXEC);
  EXPECT_EQ(fcntl(usual.fd().raw(), F_GETFL) & O_NONBLOCK, 0);
  const SignalFd plain =
      SignalFd::Create({SIGHUP}, SignalFdFlags::kNonblock).value();
  EXPECT_EQ(fcntl(plain.fd().raw(), F_GETFD), 0);
  EXPECT_EQ(fcntl(plain.fd().raw(), F_GETFL) & O_NONBLOCK, O_NONBLOCK);
}

TEST_F(SignalFdTest, RefusesUnknownFlags) {
  const Result<SignalFd> made = SignalFd::Create(
      {SIGHUP, SIGRTMIN + 1}, SignalFdFlags::FromBits(0x40000000));
  EXPECT_EQ(errno, EINVAL);
  ASSERT_FAILS(made, EINVAL);
  EXPECT_EQ(made.error().ToString(),
            "signalfd(-1, [HUP RTMIN+1], 0x40000000) = EINVAL (Invalid "
            "argument): " +
                made.error().explanation());
  EXPECT_THAT(made.error().explanation(),
              HasSubstr("flags has another bit than SFD_CLOEXEC"));
  EXPECT_TRUE(made.error().documented());
}

TEST_F(SignalFdTest, FailsIfTooManyAreOpen) {
  testing_support::InChild([] {
    const rlimit none = {0, 0};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
    const Result<SignalFd> made = SignalFd::Create({SIGHUP});
    ASSERT_FAILS(made, EMFILE);
    EXPECT_THAT(made.error().ToString(),
                StartsWith("signalfd(-1, [HUP], SFD_CLOEXEC) = EMFILE ("));
    EXPECT_TRUE(made.error().documented());
  });
}

TEST_F(SignalFdTest, FailsIfThereIsNothingToRead) {
  const SignalFd signals = New({SIGHUP});
  const Result<SignalInfo> one = signals.ReadOne();
  EXPECT_EQ(errno, EAGAIN);
  ASSERT_FAILS(one, EAGAIN);
  EXPECT_THAT(
      one.error().ToString(),
      StartsWith("read(" + std::to_string(signals.fd().raw()) + ", 0x"));
  EXPECT_THAT(
      one.error().ToString(),
      HasSubstr(", 128) = EAGAIN (Resource temporarily unavailable): "));
  EXPECT_THAT(one.error().explanation(),
              HasSubstr("fd is a signalfd with O_NONBLOCK, and none of its "
                        "signals is pending"));
  SignalInfo buffer[3];
  const auto many = signals.Read(buffer);
  ASSERT_FAILS(many, EAGAIN);
  EXPECT_THAT(many.error().ToString(), HasSubstr(", 384) = EAGAIN"));
}

TEST_F(SignalFdTest, CannotReadIntoNothing) {
  const SignalFd signals = New({SIGHUP});
  ASSERT_EQ(raise(SIGHUP), 0);
  const auto read = signals.Read({});
  EXPECT_EQ(errno, EINVAL);
  ASSERT_FAILS(read, EINVAL);
  EXPECT_THAT(read.error().ToString(),
              StartsWith("read(" + std::to_string(signals.fd().raw()) +
                         ", NULL, 0) = EINVAL (Invalid argument): "));
  EXPECT_THAT(read.error().explanation(),
              HasSubstr("fd is a signalfd, and count is below the size of "
                        "struct signalfd_siginfo"));
  EXPECT_THAT(ReadAll(signals), ElementsAre(Is(SIGHUP)));
}

TEST_F(SignalFdTest, MovesItsDescriptor) {
  SignalFd first = New({SIGHUP});
  const int raw = first.fd().raw();
  SignalFd second = std::move(first);
  EXPECT_EQ(second.fd().raw(), raw);
  EXPECT_FALSE(first.is_open());  // NOLINT: what is left of it is the question
  EXPECT_FAILS(first.ReadOne(), EBADF);
  EXPECT_FAILS(first.Update({SIGHUP}), EBADF);
  first = std::move(second);
  ASSERT_EQ(raise(SIGHUP), 0);
  EXPECT_THAT(first.ReadOne(), Returns(Is(SIGHUP)));
}

TEST_F(SignalFdTest, ClosesOnce) {
  SignalFd signals = New({SIGHUP});
  EXPECT_SUCCEEDS(signals.Close());
  EXPECT_FALSE(signals.is_open());
  EXPECT_FAILS(signals.Close(), EBADF);
  SignalInfo buffer[1];
  EXPECT_FAILS(signals.Read(buffer), EBADF);
  EXPECT_FAILS(SignalFd().ReadOne(), EBADF);
}

TEST_F(SignalFdTest, AdoptsAndReleases) {
  SignalFd signals = SignalFd::Adopt(
      OwnedFd::Adopt(::signalfd(-1, SignalSet{SIGHUP}.get(), SFD_NONBLOCK)));
  ASSERT_EQ(raise(SIGHUP), 0);
  EXPECT_THAT(signals.ReadOne(), Returns(Is(SIGHUP)));
  const OwnedFd fd = signals.Release();
  EXPECT_TRUE(fd.is_open());
  EXPECT_FALSE(signals.is_open());
}

TEST_F(SignalFdTest, LeavesErrnoAlone) {
  errno = EDOM;
  {
    const SignalFd signals = New({SIGHUP, SIGUSR2});
    ASSERT_EQ(raise(SIGHUP), 0);
    ASSERT_EQ(raise(SIGUSR2), 0);
    EXPECT_SUCCEEDS(signals.ReadOne());
    SignalInfo buffer[2];
    EXPECT_THAT(signals.Read(buffer), Returns(SizeIs(1)));
  }
  EXPECT_EQ(errno, EDOM);
}

}  // namespace
}  // namespace plumbline
