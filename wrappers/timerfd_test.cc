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
#include "wrappers/testing/result_assertions.h"
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
  EXPECT_RETURNS(Poll(fds, PollTimeout::Infinite()), 1u);
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
  EXPECT_RETURNS(timer.Set({.first = 5'000'001ns}), kDisarmed);
  EXPECT_RETURNS(timer.Read(), 1u);
  EXPECT_GE(steady_clock::now() - start, 5'000'001ns);
  EXPECT_RETURNS(timer.Get(), kDisarmed);
}

TYPED_TEST(EveryTimerFd, ExpiresOnceAtTheTime) {
  const TypeParam timer = TypeParam::Create().value();
  const auto deadline = TypeParam::clock::Now().value() + 5ms;
  EXPECT_RETURNS(timer.Set({.first = deadline}), kDisarmed);
  EXPECT_RETURNS(timer.Read(), 1u);
  EXPECT_THAT(TypeParam::clock::Now(), Returns(Ge(deadline)));
  EXPECT_RETURNS(timer.Get(), kDisarmed);
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
  EXPECT_SUCCEEDS(timer.Set({.first = 5ms, .interval = 2ms}));
  const auto after = steady_clock::now();
  EXPECT_SUCCEEDS(MonotonicClock::SleepUntil(after + 10ms));
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
  EXPECT_SUCCEEDS(timer.Set({.first = first, .interval = 2ms}));
  std::uint64_t total = 0;
  while (total < 3) total += timer.Read().value();
  EXPECT_THAT(TypeParam::clock::Now(), Returns(Ge(first + 4ms)));
}

// Its duration of 0 would disarm it.
TYPED_TEST(EveryTimerFd, ExpiresAtOnceIfTheTimeIsOver) {
  using TimePoint = typename TypeParam::clock::time_point;
  const TypeParam timer = TypeParam::Create().value();
  for (const nanoseconds first : {0ns, 1ns, -1ns, nanoseconds::min()}) {
    EXPECT_SUCCEEDS(timer.Set({.first = first}));
    EXPECT_RETURNS(timer.Read(), 1u);
  }
  for (const TimePoint first :
       {TimePoint(), TimePoint(1ns), TimePoint(-1h), TimePoint::min(),
        TypeParam::clock::Now().value()}) {
    EXPECT_SUCCEEDS(timer.Set({.first = first}));
    EXPECT_RETURNS(timer.Read(), 1u);
  }
}

TYPED_TEST(EveryTimerFd, TellsTheKernelWhetherTheTimeIsAPoint) {
  const TypeParam timer = TypeParam::Create().value();
  EXPECT_SUCCEEDS(timer.Set({.first = 1h}));
  EXPECT_EQ(Info(timer, "settime flags"), "00");
  EXPECT_SUCCEEDS(timer.Set({.first = TypeParam::clock::Now().value() + 1h}));
  EXPECT_EQ(Info(timer, "settime flags"), "01");
  EXPECT_SUCCEEDS(timer.Disarm());
  EXPECT_EQ(Info(timer, "settime flags"), "00");
}

TEST(TimerFd, IsNotSetAtFirst) {
  const TimerFd timer = Nonblocking();
  EXPECT_RETURNS(timer.Get(), kDisarmed);
  EXPECT_FAILS(timer.Read(), EAGAIN);
}

TEST(TimerFd, TellsWhatRemainsAndTheInterval) {
  const TimerFd timer = Nonblocking();
  const auto start = steady_clock::now();
  EXPECT_SUCCEEDS(timer.Set({.first = 1h, .interval = 2h + 5ns}));
  Result<TimerState> state = timer.Get();
  ASSERT_SUCCEEDS(state);
  EXPECT_LE(state->remaining, 1h);
  EXPECT_GE(state->remaining, 1h - (steady_clock::now() - start));
  EXPECT_EQ(state->interval, 2h + 5ns);
  EXPECT_TRUE(state->is_armed());
  EXPECT_FAILS(timer.Read(), EAGAIN);
}

TEST(TimerFd, TellsWhatRemainsUntilATimePoint) {
  const TimerFd timer = Nonblocking();
  const auto deadline = steady_clock::now() + 1h;
  EXPECT_SUCCEEDS(timer.Set({.first = deadline}));
  Result<TimerState> state = timer.Get();
  ASSERT_SUCCEEDS(state);
  EXPECT_LE(state->remaining, 1h);
  EXPECT_GE(state->remaining, deadline - steady_clock::now());
  EXPECT_EQ(state->interval, 0ns);
}

TEST(TimerFd, ReturnsWhatItWasSetToBefore) {
  const TimerFd timer = Nonblocking();
  const auto start = steady_clock::now();
  EXPECT_RETURNS(timer.Set({.first = 3h, .interval = 7s}), kDisarmed);
  const Result<TimerState> first = timer.Set({.first = 5h});
  ASSERT_SUCCEEDS(first);
  EXPECT_LE(first->remaining, 3h);
  EXPECT_GE(first->remaining, 3h - (steady_clock::now() - start));
  EXPECT_EQ(first->interval, 7s);
  const Result<TimerState> second = timer.Disarm();
  ASSERT_SUCCEEDS(second);
  EXPECT_LE(second->remaining, 5h);
  EXPECT_GE(second->remaining, 5h - (steady_clock::now() - start));
  EXPECT_EQ(second->interval, 0ns);
  EXPECT_RETURNS(timer.Disarm(), kDisarmed);
}

TEST(TimerFd, ExpiresNoMoreOnceDisarmed) {
  const TimerFd timer = Nonblocking();
  EXPECT_SUCCEEDS(timer.Set({.first = 1ns, .interval = 1ms}));
  WaitFor(timer);
  EXPECT_SUCCEEDS(timer.Disarm());
  EXPECT_RETURNS(timer.Get(), kDisarmed);
  EXPECT_FAILS(timer.Read(), EAGAIN);
}

TEST(TimerFd, ForgetsUnreadExpirationsWhenSet) {
  const TimerFd timer = Nonblocking();
  EXPECT_SUCCEEDS(timer.Set({.first = 1ns}));
  WaitFor(timer);
  EXPECT_RETURNS(timer.Set({.first = 1h}), kDisarmed);
  EXPECT_FAILS(timer.Read(), EAGAIN);
}

TEST(TimerFd, CanBeSetToTheLongestTime) {
  const auto least = std::chrono::years(kNarrow ? 60 : 200);
  const TimerFd timer = Nonblocking();
  EXPECT_SUCCEEDS(timer.Set({.first = hours::max(), .interval = hours::max()}));
  EXPECT_THAT(timer.Get(),
              Returns(AllOf(Field(&TimerState::remaining, Gt(least)),
                            Field(&TimerState::interval, Gt(least)))));
  using Hours = std::chrono::time_point<steady_clock, hours>;
  EXPECT_SUCCEEDS(timer.Set({.first = Hours::max()}));
  EXPECT_THAT(timer.Get(),
              Returns(Field(&TimerState::remaining, Gt(least - 10 * 8760h))));
  EXPECT_FAILS(timer.Read(), EAGAIN);
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
  EXPECT_SUCCEEDS(timer.Set({.first = 1h}));
  const Interruptions interruptions;
  EXPECT_FAILS(timer.Read(), EINTR);
}

TEST(TimerFd, EachExpirationIsReadByOneThread) {
  const TimerFd timer = TimerFd::Create().value();
  const auto before = steady_clock::now();
  std::atomic<std::uint64_t> total = 0;
  EXPECT_SUCCEEDS(timer.Set({.first = 1ms, .interval = 1ms}));
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
  EXPECT_SUCCEEDS(timer.Set({.first = 1ns}));
  WaitFor(timer);
  InChild([&] {
    EXPECT_RETURNS(timer.Read(), 1u);
    EXPECT_SUCCEEDS(timer.Set({.first = 1h, .interval = 3s}));
  });
  EXPECT_FAILS(timer.Read(), EAGAIN);
  EXPECT_THAT(timer.Get(), Returns(Field(&TimerState::interval, 3s)));
}

TEST(RealtimeTimerFd, CanBeCanceledWhenTheClockIsSet) {
  const RealtimeTimerFd timer =
      RealtimeTimerFd::Create(TimerFdFlags::kNonblock).value();
  const auto deadline = RealtimeClock::Now().value() + 1h;
  EXPECT_RETURNS(timer.SetUntilClockIsSet(deadline, 5s), kDisarmed);
  EXPECT_EQ(Info(timer, "settime flags"), "03");
  const Result<TimerState> state = timer.Get();
  ASSERT_SUCCEEDS(state);
  EXPECT_LE(state->remaining, 1h);
  EXPECT_GE(state->remaining, deadline - RealtimeClock::Now().value());
  EXPECT_EQ(state->interval, 5s);
  EXPECT_FAILS(timer.Read(), EAGAIN);
  EXPECT_THAT(timer.Disarm(), Returns(Field(&TimerState::interval, 5s)));
  EXPECT_EQ(Info(timer, "settime flags"), "00");
}

TEST(RealtimeTimerFd, ExpiresIfTheClockIsNotSet) {
  const RealtimeTimerFd timer = RealtimeTimerFd::Create().value();
  const auto deadline = RealtimeClock::Now().value() + 2ms;
  EXPECT_SUCCEEDS(timer.SetUntilClockIsSet(deadline));
  EXPECT_RETURNS(timer.Read(), 1u);
  EXPECT_THAT(RealtimeClock::Now(), Returns(Ge(deadline)));
  EXPECT_SUCCEEDS(timer.SetUntilClockIsSet(system_clock::time_point()));
  EXPECT_RETURNS(timer.Read(), 1u);
}

TEST(TimerFd, CanBeMadeToHaveExpired) {
  EXPECT_FAILS(TimerFd().SetExpirations(1), EBADF);
  const TimerFd timer = Nonblocking();
  const Result<void> set = timer.SetExpirations(0x500000007);
  if (!set && set.error() == ENOTTY)
    GTEST_SKIP() << "the kernel has no TFD_IOC_SET_TICKS for this program";
  EXPECT_SUCCEEDS(set);
  EXPECT_RETURNS(timer.Read(), 0x500000007u);
  errno = 0;
  EXPECT_FAILS(timer.SetExpirations(0), EINVAL);
  EXPECT_EQ(errno, EINVAL);
}

TEST(TimerFd, CanNotBeByEveryClock) {
  errno = 0;
  const auto by_cpu_time =
      BasicTimerFd<ProcessCpuClock>::Create(TimerFdFlags::kNonblock);
  EXPECT_EQ(errno, EINVAL);
  ASSERT_FAILS(by_cpu_time, EINVAL);
  EXPECT_EQ(by_cpu_time.error().ToString(),
            "timerfd_create(CLOCK_PROCESS_CPUTIME_ID, TFD_NONBLOCK) = EINVAL "
            "(Invalid argument): " +
                by_cpu_time.error().explanation());
  EXPECT_TRUE(by_cpu_time.error().documented());
  EXPECT_FAILS(BasicTimerFd<Clock<ClockId::kTai>>::Create(), EINVAL);
  EXPECT_FAILS(
      RuntimeTimerFd::Create(RuntimeClock(static_cast<ClockId>(0x7fff))),
      EINVAL);
}

TEST(TimerFd, IsNotMadeWithUnknownFlags) {
  const Result<TimerFd> timer =
      TimerFd::Create(TimerFdFlags::FromBits(0x40000000));
  ASSERT_FAILS(timer, EINVAL);
  EXPECT_EQ(timer.error().arguments(), "CLOCK_MONOTONIC, 0x40000000");
}

TEST(TimerFd, IsNotByAnAlarmClockWithoutCapWakeAlarm) {
  InChildWithoutCapabilities([] {
    EXPECT_FAILS(RealtimeAlarmTimerFd::Create(), EPERM);
    const Result<BoottimeAlarmTimerFd> timer = BoottimeAlarmTimerFd::Create();
    ASSERT_FAILS(timer, EPERM);
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
  EXPECT_FAILS(first.Set({.first = 1s}), EBADF);
  first = std::move(second);
  EXPECT_SUCCEEDS(first.Set({.first = 1s}));
}

TEST(TimerFd, ClosesOnce) {
  TimerFd timer = Nonblocking();
  EXPECT_SUCCEEDS(timer.Close());
  EXPECT_FALSE(timer.is_open());
  EXPECT_FAILS(timer.Close(), EBADF);
}

TEST(TimerFd, IsOfNoUseWhenClosed) {
  const TimerFd timer;
  EXPECT_FAILS(timer.Set({.first = 1s}), EBADF);
  EXPECT_FAILS(timer.Disarm(), EBADF);
  EXPECT_FAILS(timer.Get(), EBADF);
  EXPECT_FAILS(timer.Read(), EBADF);
  EXPECT_FAILS(RealtimeTimerFd().SetUntilClockIsSet(system_clock::now()),
               EBADF);
}

TEST(TimerFd, AdoptsAndReleases) {
  TimerFd timer = TimerFd::Adopt(
      OwnedFd::Adopt(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC)));
  EXPECT_SUCCEEDS(timer.Set({.first = 0s}));
  EXPECT_RETURNS(timer.Read(), 1u);
  const OwnedFd fd = timer.Release();
  EXPECT_TRUE(fd.is_open());
  EXPECT_FALSE(timer.is_open());
}

TEST(TimerFd, MayBeAdoptedFromWhatIsNone) {
  const TimerFd timer = TimerFd::Adopt(OwnedFd::Adopt(eventfd(0, EFD_CLOEXEC)));
  EXPECT_FAILS(timer.Set({.first = 1s}), EINVAL);
  EXPECT_FAILS(timer.Disarm(), EINVAL);
  const Result<TimerState> state = timer.Get();
  ASSERT_FAILS(state, EINVAL);
  EXPECT_EQ(state.error().explanation(), "fd is no timer");
}

TEST(TimerFd, AnErrorTellsTheCallAndWhy) {
  const TimerFd timer = Nonblocking();
  const std::string raw = std::to_string(timer.fd().raw());
  const Result<std::uint64_t> expirations = timer.Read();
  EXPECT_EQ(errno, EAGAIN);
  ASSERT_FAILS(expirations, EAGAIN);
  EXPECT_THAT(expirations.error().ToString(),
              AllOf(StartsWith("read(" + raw + ", 0x"),
                    HasSubstr(", 8) = EAGAIN (Resource temporarily "
                              "unavailable): ")));
  EXPECT_THAT(expirations.error().explanation(), HasSubstr("timer"));

  const TimerFd closed;
  Result<TimerState> state = closed.Set({.first = 1500ms, .interval = 7ns});
  EXPECT_EQ(errno, EBADF);
  ASSERT_FAILS(state, EBADF);
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
    EXPECT_SUCCEEDS(timer.Set({.first = 0s}));
    EXPECT_SUCCEEDS(timer.Get());
    EXPECT_RETURNS(timer.Read(), 1u);
    EXPECT_SUCCEEDS(timer.Disarm());
  }
  EXPECT_EQ(errno, EDOM);
}

}  // namespace
}  // namespace plumbline
