#include "wrappers/timerfd.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>

#include <chrono>
#include <cstdint>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "wrappers/eventfd_constants.h"
#include "wrappers/poll.h"
#include "wrappers/testing/capabilities.h"
#include "wrappers/testing/child.h"
#include "wrappers/testing/interruptions.h"
#include "wrappers/testing/result_matchers.h"

namespace plumbline {
namespace {

using namespace std::chrono_literals;
using std::chrono::hours;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;
using testing::AllOf;
using testing::Field;
using testing::Ge;
using testing::Gt;
using testing::HasSubstr;
using testing::Le;
using testing::StartsWith;
using testing_support::InChild;
using testing_support::InChildWithoutCapabilities;
using testing_support::Interruptions;

constexpr bool kNarrow = sizeof(time_t) == 4;

using RealtimeAlarmTimerFd = BasicTimerFd<Clock<ClockId::kRealtimeAlarm>>;
using BoottimeAlarmTimerFd = BasicTimerFd<Clock<ClockId::kBoottimeAlarm>>;
using RuntimeTimerFd = BasicTimerFd<RuntimeClock>;

// What the types allow

template <typename Timer, typename... Arguments>
concept Creates = requires(Arguments... arguments) {
  Timer::Create(arguments...);
};
static_assert(Creates<TimerFd>);
static_assert(Creates<TimerFd, TimerFdFlags>);
static_assert(Creates<TimerFd, MonotonicClock, TimerFdFlags>);
static_assert(Creates<RuntimeTimerFd, RuntimeClock>);
static_assert(!Creates<RuntimeTimerFd>);
static_assert(!Creates<TimerFd, int>);
static_assert(!Creates<TimerFd, EventFdFlags>);
static_assert(!Creates<TimerFd, RealtimeClock, TimerFdFlags>);

template <typename Timer, typename First>
concept SetsTo = requires(Timer timer, First first) {
  timer.Set({.first = first});
};
static_assert(SetsTo<TimerFd, std::chrono::milliseconds>);
static_assert(SetsTo<TimerFd, steady_clock::time_point>);
static_assert(SetsTo<RealtimeTimerFd, system_clock::time_point>);
static_assert(!SetsTo<TimerFd, system_clock::time_point>);
static_assert(!SetsTo<RealtimeTimerFd, steady_clock::time_point>);
static_assert(!SetsTo<TimerFd, int>);
static_assert(!SetsTo<TimerFd, TimerState>);

template <typename Timer, typename First>
concept SetsUntilClockIsSet = requires(Timer timer, First first) {
  timer.SetUntilClockIsSet(first);
};
static_assert(SetsUntilClockIsSet<RealtimeTimerFd, system_clock::time_point>);
static_assert(
    SetsUntilClockIsSet<RealtimeAlarmTimerFd, system_clock::time_point>);
// The kernel would overlook it.
static_assert(!SetsUntilClockIsSet<RealtimeTimerFd, std::chrono::seconds>);
static_assert(!SetsUntilClockIsSet<TimerFd, steady_clock::time_point>);
static_assert(!SetsUntilClockIsSet<BoottimeTimerFd, BoottimeClock::time_point>);
static_assert(!SetsUntilClockIsSet<RuntimeTimerFd, RuntimeClock::time_point>);

TEST(TimerFdFlags, HaveTheNumbersOfTheHeader) {
  EXPECT_EQ(TimerFdFlags::kCloexec.bits(), TFD_CLOEXEC);
  EXPECT_EQ(TimerFdFlags::kNonblock.bits(), TFD_NONBLOCK);
  EXPECT_EQ(TimerFdSettingFlags::kAbstime.bits(), TFD_TIMER_ABSTIME);
  EXPECT_EQ(TimerFdSettingFlags::kCancelOnSet.bits(), TFD_TIMER_CANCEL_ON_SET);
}

constexpr TimerState kDisarmed = {0ns, 0ns};

TimerFd Nonblocking() {
  return TimerFd::Create(TimerFdFlags::kCloexec | TimerFdFlags::kNonblock)
      .value();
}

// Waits until the timer has expired, without reading it.
void WaitFor(BorrowedFd timer) {
  PollFd fds[] = {{timer, PollEvents::kIn}};
  EXPECT_THAT(Poll(fds, PollTimeout::Infinite()), Returns(1u));
  EXPECT_EQ(fds[0].returned(), PollEvents::kIn);
}

// What the kernel knows of it, in proc_pid_fdinfo(5): "settime flags" or the
// like.
std::string Info(BorrowedFd timer, const std::string& name) {
  std::ifstream file("/proc/self/fdinfo/" + std::to_string(timer.raw()));
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with(name + ": ")) return line.substr(name.size() + 2);
  }
  return "there is no " + name;
}

template <typename T>
class EveryTimerFd : public testing::Test {
 public:
  // Whether it is by the same clock.
  static bool IsByItsClock(const T& timer) {
    return Info(timer, "clockid") ==
           std::to_string(static_cast<int>(T::clock::id()));
  }
};
using EveryTimerFds = testing::Types<TimerFd, RealtimeTimerFd, BoottimeTimerFd>;
TYPED_TEST_SUITE(EveryTimerFd, EveryTimerFds);

TYPED_TEST(EveryTimerFd, IsByItsClock) {
  EXPECT_TRUE(this->IsByItsClock(TypeParam::Create().value()));
  EXPECT_TRUE(
      this->IsByItsClock(TypeParam::Create(TimerFdFlags::kNonblock).value()));
  const auto chosen =
      RuntimeTimerFd::Create(RuntimeClock(TypeParam::clock::id())).value();
  EXPECT_EQ(Info(chosen, "clockid"),
            std::to_string(static_cast<int>(TypeParam::clock::id())));
}

TYPED_TEST(EveryTimerFd, ExpiresOnceAfterTheTime) {
  const TypeParam timer = TypeParam::Create().value();
  const auto start = steady_clock::now();
  EXPECT_THAT(timer.Set({.first = 5'000'001ns}), Returns(kDisarmed));
  EXPECT_THAT(timer.Read(), Returns(1u));
  EXPECT_GE(steady_clock::now() - start, 5'000'001ns);
  EXPECT_THAT(timer.Get(), Returns(kDisarmed));
}

TYPED_TEST(EveryTimerFd, ExpiresOnceAtTheTime) {
  const TypeParam timer = TypeParam::Create().value();
  const auto deadline = TypeParam::clock::Now().value() + 5ms;
  EXPECT_THAT(timer.Set({.first = deadline}), Returns(kDisarmed));
  EXPECT_THAT(timer.Read(), Returns(1u));
  EXPECT_THAT(TypeParam::clock::Now(), Returns(Ge(deadline)));
  EXPECT_THAT(timer.Get(), Returns(kDisarmed));
}

// How often a timer that was set at `set` has expired by `now`.
std::uint64_t Expirations(steady_clock::time_point set, nanoseconds first,
                          nanoseconds interval, steady_clock::time_point now) {
  const nanoseconds since_first = now - set - first;
  if (since_first < 0ns) return 0;
  return static_cast<std::uint64_t>(since_first / interval) + 1;
}

TYPED_TEST(EveryTimerFd, ExpiresAgainAfterEachInterval) {
  const TypeParam timer = TypeParam::Create().value();
  const auto before = steady_clock::now();
  EXPECT_THAT(timer.Set({.first = 5ms, .interval = 2ms}), Succeeds());
  const auto after = steady_clock::now();
  EXPECT_THAT(MonotonicClock::SleepUntil(after + 10ms), Succeeds());
  std::uint64_t total = 0;
  for (int i = 0; i < 3; ++i) {
    const auto now = steady_clock::now();
    const Result<std::uint64_t> expirations = timer.Read();
    ASSERT_THAT(expirations, Returns(Ge(1u)));
    total += *expirations;
    EXPECT_GE(total, Expirations(after, 5ms, 2ms, now));
    EXPECT_LE(total, Expirations(before, 5ms, 2ms, steady_clock::now()));
  }
  EXPECT_THAT(timer.Get(), Returns(AllOf(Field(&TimerState::remaining, Le(2ms)),
                                         Field(&TimerState::interval, 2ms))));
}

TYPED_TEST(EveryTimerFd, ExpiresAtATimeAndAfterEachInterval) {
  const TypeParam timer = TypeParam::Create().value();
  const auto first = TypeParam::clock::Now().value() + 3ms;
  EXPECT_THAT(timer.Set({.first = first, .interval = 2ms}), Succeeds());
  std::uint64_t total = 0;
  while (total < 3) total += timer.Read().value();
  EXPECT_THAT(TypeParam::clock::Now(), Returns(Ge(first + 4ms)));
}

// Its duration of 0 would disarm it.
TYPED_TEST(EveryTimerFd, ExpiresAtOnceIfTheTimeIsOver) {
  using TimePoint = typename TypeParam::clock::time_point;
  const TypeParam timer = TypeParam::Create().value();
  for (const nanoseconds first : {0ns, 1ns, -1ns, nanoseconds::min()}) {
    EXPECT_THAT(timer.Set({.first = first}), Succeeds());
    EXPECT_THAT(timer.Read(), Returns(1u));
  }
  for (const TimePoint first :
       {TimePoint(), TimePoint(1ns), TimePoint(-1h), TimePoint::min(),
        TypeParam::clock::Now().value()}) {
    EXPECT_THAT(timer.Set({.first = first}), Succeeds());
    EXPECT_THAT(timer.Read(), Returns(1u));
  }
}

TYPED_TEST(EveryTimerFd, TellsTheKernelWhetherTheTimeIsAPoint) {
  const TypeParam timer = TypeParam::Create().value();
  EXPECT_THAT(timer.Set({.first = 1h}), Succeeds());
  EXPECT_EQ(Info(timer, "settime flags"), "00");
  EXPECT_THAT(timer.Set({.first = TypeParam::clock::Now().value() + 1h}),
              Succeeds());
  EXPECT_EQ(Info(timer, "settime flags"), "01");
  EXPECT_THAT(timer.Disarm(), Succeeds());
  EXPECT_EQ(Info(timer, "settime flags"), "00");
}

TEST(TimerFd, IsNotSetAtFirst) {
  const TimerFd timer = Nonblocking();
  EXPECT_THAT(timer.Get(), Returns(kDisarmed));
  EXPECT_THAT(timer.Read(), FailsWith(EAGAIN));
}

TEST(TimerFd, TellsWhatRemainsAndTheInterval) {
  const TimerFd timer = Nonblocking();
  const auto start = steady_clock::now();
  EXPECT_THAT(timer.Set({.first = 1h, .interval = 2h + 5ns}), Succeeds());
  Result<TimerState> state = timer.Get();
  ASSERT_THAT(state, Succeeds());
  EXPECT_LE(state->remaining, 1h);
  EXPECT_GE(state->remaining, 1h - (steady_clock::now() - start));
  EXPECT_EQ(state->interval, 2h + 5ns);
  EXPECT_TRUE(state->is_armed());
  EXPECT_THAT(timer.Read(), FailsWith(EAGAIN));
}

TEST(TimerFd, TellsWhatRemainsUntilATimePoint) {
  const TimerFd timer = Nonblocking();
  const auto deadline = steady_clock::now() + 1h;
  EXPECT_THAT(timer.Set({.first = deadline}), Succeeds());
  Result<TimerState> state = timer.Get();
  ASSERT_THAT(state, Succeeds());
  EXPECT_LE(state->remaining, 1h);
  EXPECT_GE(state->remaining, deadline - steady_clock::now());
  EXPECT_EQ(state->interval, 0ns);
}

TEST(TimerFd, ReturnsWhatItWasSetToBefore) {
  const TimerFd timer = Nonblocking();
  const auto start = steady_clock::now();
  EXPECT_THAT(timer.Set({.first = 3h, .interval = 7s}), Returns(kDisarmed));
  const Result<TimerState> first = timer.Set({.first = 5h});
  ASSERT_THAT(first, Succeeds());
  EXPECT_LE(first->remaining, 3h);
  EXPECT_GE(first->remaining, 3h - (steady_clock::now() - start));
  EXPECT_EQ(first->interval, 7s);
  const Result<TimerState> second = timer.Disarm();
  ASSERT_THAT(second, Succeeds());
  EXPECT_LE(second->remaining, 5h);
  EXPECT_GE(second->remaining, 5h - (steady_clock::now() - start));
  EXPECT_EQ(second->interval, 0ns);
  EXPECT_THAT(timer.Disarm(), Returns(kDisarmed));
}

TEST(TimerFd, ExpiresNoMoreOnceDisarmed) {
  const TimerFd timer = Nonblocking();
  EXPECT_THAT(timer.Set({.first = 1ns, .interval = 1ms}), Succeeds());
  WaitFor(timer);
  EXPECT_THAT(timer.Disarm(), Succeeds());
  EXPECT_THAT(timer.Get(), Returns(kDisarmed));
  EXPECT_THAT(timer.Read(), FailsWith(EAGAIN));
}

TEST(TimerFd, ForgetsUnreadExpirationsWhenSet) {
  const TimerFd timer = Nonblocking();
  EXPECT_THAT(timer.Set({.first = 1ns}), Succeeds());
  WaitFor(timer);
  EXPECT_THAT(timer.Set({.first = 1h}), Returns(kDisarmed));
  EXPECT_THAT(timer.Read(), FailsWith(EAGAIN));
}

TEST(TimerFd, CanBeSetToTheLongestTime) {
  const auto least = std::chrono::years(kNarrow ? 60 : 200);
  const TimerFd timer = Nonblocking();
  EXPECT_THAT(timer.Set({.first = hours::max(), .interval = hours::max()}),
              Succeeds());
  EXPECT_THAT(timer.Get(),
              Returns(AllOf(Field(&TimerState::remaining, Gt(least)),
                            Field(&TimerState::interval, Gt(least)))));
  using Hours = std::chrono::time_point<steady_clock, hours>;
  EXPECT_THAT(timer.Set({.first = Hours::max()}), Succeeds());
  EXPECT_THAT(timer.Get(),
              Returns(Field(&TimerState::remaining, Gt(least - 10 * 8760h))));
  EXPECT_THAT(timer.Read(), FailsWith(EAGAIN));
}

TEST(TimerFd, IsClosedOnExecUnlessToldOtherwise) {
  const TimerFd usual = TimerFd::Create().value();
  EXPECT_EQ(fcntl(usual.fd().raw(), F_GETFD), FD_CLOEXEC);
  EXPECT_EQ(fcntl(usual.fd().raw(), F_GETFL) & O_NONBLOCK, 0);
  const TimerFd plain = TimerFd::Create(TimerFdFlags()).value();
  EXPECT_EQ(fcntl(plain.fd().raw(), F_GETFD), 0);
  const TimerFd nonblocking = Nonblocking();
  EXPECT_EQ(fcntl(nonblocking.fd().raw(), F_GETFD), FD_CLOEXEC);
  EXPECT_NE(fcntl(nonblocking.fd().raw(), F_GETFL) & O_NONBLOCK, 0);
}

TEST(TimerFd, ReportsASignal) {
  const TimerFd timer = TimerFd::Create().value();
  EXPECT_THAT(timer.Set({.first = 1h}), Succeeds());
  const Interruptions interruptions;
  EXPECT_THAT(timer.Read(), FailsWith(EINTR));
}

TEST(TimerFd, EachExpirationIsReadByOneThread) {
  const TimerFd timer = TimerFd::Create().value();
  const auto before = steady_clock::now();
  std::atomic<std::uint64_t> total = 0;
  EXPECT_THAT(timer.Set({.first = 1ms, .interval = 1ms}), Succeeds());
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 3; ++j) total += timer.Read().value();
    });
  }
  for (std::thread& one : threads) one.join();
  EXPECT_GE(total, 12u);
  EXPECT_LE(total, Expirations(before, 1ms, 1ms, steady_clock::now()));
}

TEST(TimerFd, IsSharedWithAForkedChild) {
  const TimerFd timer = Nonblocking();
  EXPECT_THAT(timer.Set({.first = 1ns}), Succeeds());
  WaitFor(timer);
  InChild([&] {
    EXPECT_THAT(timer.Read(), Returns(1u));
    EXPECT_THAT(timer.Set({.first = 1h, .interval = 3s}), Succeeds());
  });
  EXPECT_THAT(timer.Read(), FailsWith(EAGAIN));
  EXPECT_THAT(timer.Get(), Returns(Field(&TimerState::interval, 3s)));
}

TEST(RealtimeTimerFd, CanBeCanceledWhenTheClockIsSet) {
  const RealtimeTimerFd timer =
      RealtimeTimerFd::Create(TimerFdFlags::kNonblock).value();
  const auto deadline = RealtimeClock::Now().value() + 1h;
  EXPECT_THAT(timer.SetUntilClockIsSet(deadline, 5s), Returns(kDisarmed));
  EXPECT_EQ(Info(timer, "settime flags"), "03");
  const Result<TimerState> state = timer.Get();
  ASSERT_THAT(state, Succeeds());
  EXPECT_LE(state->remaining, 1h);
  EXPECT_GE(state->remaining, deadline - RealtimeClock::Now().value());
  EXPECT_EQ(state->interval, 5s);
  EXPECT_THAT(timer.Read(), FailsWith(EAGAIN));
  EXPECT_THAT(timer.Disarm(), Returns(Field(&TimerState::interval, 5s)));
  EXPECT_EQ(Info(timer, "settime flags"), "00");
}

TEST(RealtimeTimerFd, ExpiresIfTheClockIsNotSet) {
  const RealtimeTimerFd timer = RealtimeTimerFd::Create().value();
  const auto deadline = RealtimeClock::Now().value() + 2ms;
  EXPECT_THAT(timer.SetUntilClockIsSet(deadline), Succeeds());
  EXPECT_THAT(timer.Read(), Returns(1u));
  EXPECT_THAT(RealtimeClock::Now(), Returns(Ge(deadline)));
  EXPECT_THAT(timer.SetUntilClockIsSet(system_clock::time_point()), Succeeds());
  EXPECT_THAT(timer.Read(), Returns(1u));
}

TEST(TimerFd, CanBeMadeToHaveExpired) {
  EXPECT_THAT(TimerFd().SetExpirations(1), FailsWith(EBADF));
  const TimerFd timer = Nonblocking();
  const Result<void> set = timer.SetExpirations(0x500000007);
  if (!set && set.error() == ENOTTY)
    GTEST_SKIP() << "the kernel has no TFD_IOC_SET_TICKS for this program";
  EXPECT_THAT(set, Succeeds());
  EXPECT_THAT(timer.Read(), Returns(0x500000007u));
  errno = 0;
  EXPECT_THAT(timer.SetExpirations(0), FailsWith(EINVAL));
  EXPECT_EQ(errno, EINVAL);
}

TEST(TimerFd, CanNotBeByEveryClock) {
  errno = 0;
  const auto by_cpu_time =
      BasicTimerFd<ProcessCpuClock>::Create(TimerFdFlags::kNonblock);
  EXPECT_EQ(errno, EINVAL);
  ASSERT_THAT(by_cpu_time, FailsWith(EINVAL));
  EXPECT_EQ(by_cpu_time.error().ToString(),
            "timerfd_create(CLOCK_PROCESS_CPUTIME_ID, TFD_NONBLOCK) = EINVAL "
            "(Invalid argument): " +
                by_cpu_time.error().explanation());
  EXPECT_TRUE(by_cpu_time.error().documented());
  EXPECT_THAT(BasicTimerFd<Clock<ClockId::kTai>>::Create(), FailsWith(EINVAL));
  EXPECT_THAT(
      RuntimeTimerFd::Create(RuntimeClock(static_cast<ClockId>(0x7fff))),
      FailsWith(EINVAL));
}

TEST(TimerFd, IsNotMadeWithUnknownFlags) {
  const Result<TimerFd> timer =
      TimerFd::Create(TimerFdFlags::FromBits(0x40000000));
  ASSERT_THAT(timer, FailsWith(EINVAL));
  EXPECT_EQ(timer.error().arguments(), "CLOCK_MONOTONIC, 0x40000000");
}

TEST(TimerFd, IsNotByAnAlarmClockWithoutCapWakeAlarm) {
  InChildWithoutCapabilities([] {
    EXPECT_THAT(RealtimeAlarmTimerFd::Create(), FailsWith(EPERM));
    const Result<BoottimeAlarmTimerFd> timer = BoottimeAlarmTimerFd::Create();
    ASSERT_THAT(timer, FailsWith(EPERM));
    EXPECT_EQ(timer.error().arguments(), "CLOCK_BOOTTIME_ALARM, TFD_CLOEXEC");
    EXPECT_TRUE(timer.error().documented());
  });
}

TEST(TimerFd, MovesItsDescriptor) {
  TimerFd first = Nonblocking();
  const int raw = first.fd().raw();
  TimerFd second = std::move(first);
  EXPECT_EQ(second.fd().raw(), raw);
  EXPECT_FALSE(first.is_open());  // NOLINT: what is left of it is the question
  EXPECT_THAT(first.Set({.first = 1s}), FailsWith(EBADF));
  first = std::move(second);
  EXPECT_THAT(first.Set({.first = 1s}), Succeeds());
}

TEST(TimerFd, ClosesOnce) {
  TimerFd timer = Nonblocking();
  EXPECT_THAT(timer.Close(), Succeeds());
  EXPECT_FALSE(timer.is_open());
  EXPECT_THAT(timer.Close(), FailsWith(EBADF));
}

TEST(TimerFd, IsOfNoUseWhenClosed) {
  const TimerFd timer;
  EXPECT_THAT(timer.Set({.first = 1s}), FailsWith(EBADF));
  EXPECT_THAT(timer.Disarm(), FailsWith(EBADF));
  EXPECT_THAT(timer.Get(), FailsWith(EBADF));
  EXPECT_THAT(timer.Read(), FailsWith(EBADF));
  EXPECT_THAT(RealtimeTimerFd().SetUntilClockIsSet(system_clock::now()),
              FailsWith(EBADF));
}

TEST(TimerFd, AdoptsAndReleases) {
  TimerFd timer = TimerFd::Adopt(
      OwnedFd::Adopt(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC)));
  EXPECT_THAT(timer.Set({.first = 0s}), Succeeds());
  EXPECT_THAT(timer.Read(), Returns(1u));
  const OwnedFd fd = timer.Release();
  EXPECT_TRUE(fd.is_open());
  EXPECT_FALSE(timer.is_open());
}

TEST(TimerFd, MayBeAdoptedFromWhatIsNone) {
  const TimerFd timer = TimerFd::Adopt(OwnedFd::Adopt(eventfd(0, EFD_CLOEXEC)));
  EXPECT_THAT(timer.Set({.first = 1s}), FailsWith(EINVAL));
  EXPECT_THAT(timer.Disarm(), FailsWith(EINVAL));
  const Result<TimerState> state = timer.Get();
  ASSERT_THAT(state, FailsWith(EINVAL));
  EXPECT_EQ(state.error().explanation(), "fd is no timer");
}

TEST(TimerFd, AnErrorTellsTheCallAndWhy) {
  const TimerFd timer = Nonblocking();
  const std::string raw = std::to_string(timer.fd().raw());
  const Result<std::uint64_t> expirations = timer.Read();
  EXPECT_EQ(errno, EAGAIN);
  ASSERT_THAT(expirations, FailsWith(EAGAIN));
  EXPECT_THAT(expirations.error().ToString(),
              AllOf(StartsWith("read(" + raw + ", 0x"),
                    HasSubstr(", 8) = EAGAIN (Resource temporarily "
                              "unavailable): ")));
  EXPECT_THAT(expirations.error().explanation(), HasSubstr("timer"));

  const TimerFd closed;
  Result<TimerState> state = closed.Set({.first = 1500ms, .interval = 7ns});
  EXPECT_EQ(errno, EBADF);
  ASSERT_THAT(state, FailsWith(EBADF));
  EXPECT_THAT(state.error().ToString(),
              AllOf(StartsWith("timerfd_settime(-1, 0, "
                               "{it_interval={tv_sec=0, tv_nsec=7}, "
                               "it_value={tv_sec=1, tv_nsec=500000000}}, 0x"),
                    HasSubstr(") = EBADF (Bad file descriptor): fd is not "
                              "open")));
  EXPECT_TRUE(state.error().documented());
  state = closed.Set({.first = MonotonicClock::time_point(2s)});
  EXPECT_THAT(state.error().arguments(),
              StartsWith("-1, TFD_TIMER_ABSTIME, {it_interval={tv_sec=0, "
                         "tv_nsec=0}, it_value={tv_sec=2, tv_nsec=0}}, 0x"));
  state = closed.Disarm();
  EXPECT_THAT(state.error().arguments(),
              StartsWith("-1, 0, {it_interval={tv_sec=0, tv_nsec=0}, "
                         "it_value={tv_sec=0, tv_nsec=0}}, 0x"));
  state = closed.Get();
  EXPECT_EQ(errno, EBADF);
  EXPECT_THAT(state.error().ToString(), StartsWith("timerfd_gettime(-1, 0x"));
  EXPECT_TRUE(state.error().documented());
  state = RealtimeTimerFd().SetUntilClockIsSet(system_clock::time_point(2s));
  EXPECT_THAT(
      state.error().arguments(),
      StartsWith("-1, TFD_TIMER_ABSTIME|TFD_TIMER_CANCEL_ON_SET, {it_interval="
                 "{tv_sec=0, tv_nsec=0}, it_value={tv_sec=2, tv_nsec=0}}, 0x"));
  EXPECT_THAT(closed.SetExpirations(5).error().arguments(),
              StartsWith("-1, 0x"));
}

TEST(TimerFd, LeavesErrnoAlone) {
  errno = EDOM;
  {
    const TimerFd timer = TimerFd::Create().value();
    EXPECT_THAT(timer.Set({.first = 0s}), Succeeds());
    EXPECT_THAT(timer.Get(), Succeeds());
    EXPECT_THAT(timer.Read(), Returns(1u));
    EXPECT_THAT(timer.Disarm(), Succeeds());
  }
  EXPECT_EQ(errno, EDOM);
}

}  // namespace
}  // namespace plumbline
