#include "wrappers/clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <limits>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "wrappers/retry.h"
#include "wrappers/testing/capabilities.h"
#include "wrappers/testing/interruptions.h"
#include "wrappers/testing/result_assertions.h"
#include "wrappers/testing/result_matchers.h"

namespace plumbline {
namespace {

using namespace std::chrono_literals;
using std::chrono::hours;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;
using std::chrono::time_point;
using testing::AllOf;
using testing::EndsWith;
using testing::Ge;
using testing::Gt;
using testing::HasSubstr;
using testing::Le;
using testing::StartsWith;
using testing_support::InChildWithoutCapabilities;
using testing_support::Interruptions;

constexpr bool kNarrow = sizeof(time_t) == 4;

// No kernel knows it.
constexpr ClockId kNoClock = static_cast<ClockId>(0x7fff);

using TaiClock = Clock<ClockId::kTai>;
using RawClock = Clock<ClockId::kMonotonicRaw>;
using RealtimeCoarseClock = Clock<ClockId::kRealtimeCoarse>;
using MonotonicCoarseClock = Clock<ClockId::kMonotonicCoarse>;
using RealtimeAlarmClock = Clock<ClockId::kRealtimeAlarm>;
using BoottimeAlarmClock = Clock<ClockId::kBoottimeAlarm>;

// What the types allow

static_assert(std::is_same_v<MonotonicClock::time_point,
                             time_point<steady_clock, nanoseconds>>);
static_assert(std::is_same_v<RealtimeClock::time_point,
                             time_point<system_clock, nanoseconds>>);
static_assert(std::is_same_v<MonotonicCoarseClock::time_point,
                             MonotonicClock::time_point>);
static_assert(
    std::is_same_v<RealtimeCoarseClock::time_point, RealtimeClock::time_point>);
static_assert(
    std::is_same_v<RealtimeAlarmClock::time_point, RealtimeClock::time_point>);
static_assert(
    std::is_same_v<BoottimeAlarmClock::time_point, BoottimeClock::time_point>);
static_assert(
    !std::is_same_v<BoottimeClock::time_point, MonotonicClock::time_point>);
static_assert(
    !std::is_same_v<RawClock::time_point, MonotonicClock::time_point>);
static_assert(!std::is_same_v<TaiClock::time_point, RealtimeClock::time_point>);
static_assert(
    !std::is_same_v<ProcessCpuClock::time_point, ThreadCpuClock::time_point>);

template <typename AnyClock, typename From>
constexpr bool kIsDeadline = std::is_convertible_v<From, Deadline<AnyClock>>;
static_assert(kIsDeadline<MonotonicClock, MonotonicClock::time_point>);
static_assert(kIsDeadline<MonotonicClock, time_point<steady_clock, seconds>>);
static_assert(kIsDeadline<RealtimeClock, system_clock::time_point>);
static_assert(kIsDeadline<RealtimeClock, std::chrono::sys_days>);
static_assert(kIsDeadline<RealtimeAlarmClock, system_clock::time_point>);
static_assert(kIsDeadline<BoottimeClock, BoottimeClock::time_point>);
static_assert(kIsDeadline<RuntimeClock, RuntimeClock::time_point>);
static_assert(!kIsDeadline<MonotonicClock, RealtimeClock::time_point>);
static_assert(!kIsDeadline<MonotonicClock, BoottimeClock::time_point>);
static_assert(!kIsDeadline<MonotonicClock, RuntimeClock::time_point>);
static_assert(!kIsDeadline<RealtimeClock, MonotonicClock::time_point>);
static_assert(!kIsDeadline<RealtimeClock, TaiClock::time_point>);
static_assert(!kIsDeadline<RuntimeClock, MonotonicClock::time_point>);
static_assert(!kIsDeadline<MonotonicClock, nanoseconds>);
static_assert(!kIsDeadline<MonotonicClock, timespec>);
static_assert(!kIsDeadline<MonotonicClock, int>);

template <typename AnyClock, typename Delay>
concept SleepsFor = requires(AnyClock clock, Delay delay) {
  clock.SleepFor(delay);
};
static_assert(SleepsFor<MonotonicClock, std::chrono::milliseconds>);
static_assert(SleepsFor<RuntimeClock, std::chrono::duration<double>>);
static_assert(!SleepsFor<MonotonicClock, int>);
static_assert(!SleepsFor<MonotonicClock, PreciseTimeout>);
static_assert(!SleepsFor<MonotonicClock, MonotonicClock::time_point>);

static_assert(!std::is_convertible_v<ClockId, RuntimeClock>);
static_assert(!std::is_constructible_v<RuntimeClock, int>);
static_assert(!std::is_default_constructible_v<RuntimeClock>);

static_assert(MonotonicClock::is_steady && MonotonicCoarseClock::is_steady);
static_assert(RawClock::is_steady && BoottimeClock::is_steady);
static_assert(BoottimeAlarmClock::is_steady);
static_assert(!RealtimeClock::is_steady && !RealtimeCoarseClock::is_steady);
static_assert(!RealtimeAlarmClock::is_steady && !TaiClock::is_steady);
static_assert(!ProcessCpuClock::is_steady && !ThreadCpuClock::is_steady);
static_assert(!RuntimeClock::is_steady);

static_assert(RuntimeClock(ClockId::kTai).id() == ClockId::kTai);
static_assert(RuntimeClock(ClockId::kTai) == RuntimeClock(ClockId::kTai));
static_assert(RuntimeClock(ClockId::kTai) != RuntimeClock(ClockId::kBoottime));

// Conversions

constexpr nanoseconds AsNanoseconds(time_t whole, long rest) {
  timespec time = {};
  time.tv_sec = whole;
  time.tv_nsec = rest;
  return internal::ToNanoseconds(time);
}
static_assert(AsNanoseconds(0, 0) == 0ns);
static_assert(AsNanoseconds(0, 999'999'999) == 999'999'999ns);
static_assert(AsNanoseconds(3, 5) == 3'000'000'005ns);
static_assert(AsNanoseconds(-1, 999'999'999) == -1ns);
static_assert(AsNanoseconds(2'147'483'647, 1) == 2'147'483'647'000'000'001ns);
static_assert(kNarrow || AsNanoseconds(static_cast<time_t>(9'223'372'036),
                                       854'775'807) == nanoseconds::max());

template <typename Duration>
constexpr bool DeadlineIs(Duration since_epoch, time_t whole, long rest) {
  const Deadline<MonotonicClock> deadline =
      time_point<steady_clock, Duration>(since_epoch);
  return deadline.get()->tv_sec == whole && deadline.get()->tv_nsec == rest;
}
static_assert(DeadlineIs(0ns, 0, 0));
static_assert(DeadlineIs(1'500'000'001ns, 1, 500'000'001));
static_assert(DeadlineIs(7h, 25200, 0));
static_assert(DeadlineIs(std::chrono::duration<int, std::pico>(1), 0, 1));
static_assert(DeadlineIs(std::chrono::duration<int, std::pico>(1001), 0, 2));
static_assert(DeadlineIs(-1ns, 0, 0));
static_assert(DeadlineIs(nanoseconds::min(), 0, 0));
static_assert(DeadlineIs(hours::max(), std::numeric_limits<time_t>::max(), 0));

TEST(ClockId, HasTheNumbersOfTheHeader) {
  EXPECT_EQ(static_cast<int>(ClockId::kRealtime), CLOCK_REALTIME);
  EXPECT_EQ(static_cast<int>(ClockId::kMonotonic), CLOCK_MONOTONIC);
  EXPECT_EQ(static_cast<int>(ClockId::kProcessCputimeId),
            CLOCK_PROCESS_CPUTIME_ID);
  EXPECT_EQ(static_cast<int>(ClockId::kThreadCputimeId),
            CLOCK_THREAD_CPUTIME_ID);
  EXPECT_EQ(static_cast<int>(ClockId::kMonotonicRaw), CLOCK_MONOTONIC_RAW);
  EXPECT_EQ(static_cast<int>(ClockId::kRealtimeCoarse), CLOCK_REALTIME_COARSE);
  EXPECT_EQ(static_cast<int>(ClockId::kMonotonicCoarse),
            CLOCK_MONOTONIC_COARSE);
  EXPECT_EQ(static_cast<int>(ClockId::kBoottime), CLOCK_BOOTTIME);
  EXPECT_EQ(static_cast<int>(ClockId::kRealtimeAlarm), CLOCK_REALTIME_ALARM);
  EXPECT_EQ(static_cast<int>(ClockId::kBoottimeAlarm), CLOCK_BOOTTIME_ALARM);
  EXPECT_EQ(static_cast<int>(ClockId::kTai), CLOCK_TAI);
}

// Reading

// By the C library.
nanoseconds RawTime(ClockId id) {
  timespec time;
  EXPECT_EQ(clock_gettime(static_cast<clockid_t>(id), &time), 0);
  return seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}
nanoseconds RawResolution(ClockId id) {
  timespec time;
  EXPECT_EQ(clock_getres(static_cast<clockid_t>(id), &time), 0);
  return seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

template <typename T>
class EveryClock : public testing::Test {};
using EveryClocks =
    testing::Types<RealtimeClock, MonotonicClock, ProcessCpuClock,
                   ThreadCpuClock, RawClock, RealtimeCoarseClock,
                   MonotonicCoarseClock, BoottimeClock, TaiClock>;
TYPED_TEST_SUITE(EveryClock, EveryClocks);

TYPED_TEST(EveryClock, TellsTheTime) {
  const nanoseconds before = RawTime(TypeParam::id());
  const auto now = TypeParam::Now();
  const nanoseconds after = RawTime(TypeParam::id());
  ASSERT_SUCCEEDS(now);
  EXPECT_THAT(now->time_since_epoch(), AllOf(Ge(before), Le(after)));
}

TYPED_TEST(EveryClock, TellsTheTimeIfItIsChosenAtRunTime) {
  const RuntimeClock clock(TypeParam::id());
  const nanoseconds before = RawTime(TypeParam::id());
  const auto now = clock.Now();
  const nanoseconds after = RawTime(TypeParam::id());
  ASSERT_SUCCEEDS(now);
  EXPECT_THAT(now->time_since_epoch(), AllOf(Ge(before), Le(after)));
}

TYPED_TEST(EveryClock, TellsItsResolution) {
  const nanoseconds resolution = RawResolution(TypeParam::id());
  EXPECT_GT(resolution, 0ns);
  EXPECT_RETURNS(TypeParam::Resolution(), resolution);
  EXPECT_RETURNS(RuntimeClock(TypeParam::id()).Resolution(), resolution);
}

// Without a real-time clock that can wake the machine, there are none.
template <typename AnyClock>
void TestAlarmClock() {
  timespec time;
  if (clock_gettime(static_cast<clockid_t>(AnyClock::id()), &time) == 0) {
    const auto now = AnyClock::Now();
    ASSERT_SUCCEEDS(now);
    EXPECT_GE(now->time_since_epoch(), internal::ToNanoseconds(time));
    EXPECT_SUCCEEDS(AnyClock::Resolution());
  } else {
    EXPECT_EQ(errno, EINVAL);
    EXPECT_FAILS(AnyClock::Now(), EINVAL);
    EXPECT_FAILS(AnyClock::Resolution(), EINVAL);
  }
}
TEST(AlarmClock, TellsTheTimeIfThereIsOne) {
  TestAlarmClock<RealtimeAlarmClock>();
  TestAlarmClock<BoottimeAlarmClock>();
}

TEST(MonotonicClock, IsTheStandardsSteadyClock) {
  const auto before = steady_clock::now();
  const auto now = MonotonicClock::Now().value();
  EXPECT_LE(before, now);
  EXPECT_LE(now, steady_clock::now());
}

TEST(RealtimeClock, IsTheStandardsSystemClock) {
  const auto before = system_clock::now();
  const auto now = RealtimeClock::Now().value();
  EXPECT_LE(before, now);
  EXPECT_LE(now, system_clock::now());
}

TEST(ThreadCpuClock, IsTheCallingThreads) {
  // This thread uses more than the other, which only reads.
  const auto start = ThreadCpuClock::Now().value();
  while (ThreadCpuClock::Now().value() - start < 20ms) continue;
  const auto here = ThreadCpuClock::Now().value();
  std::thread([&] { EXPECT_LT(ThreadCpuClock::Now().value(), here); }).join();
}

TEST(Clock, CanBeReadByManyThreads) {
  const auto start = MonotonicClock::Now().value();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([start] {
      auto last = start;
      for (int j = 0; j < 1000; ++j) {
        const auto now = MonotonicClock::Now().value();
        EXPECT_LE(last, now);
        last = now;
      }
    });
  }
  for (std::thread& one : threads) one.join();
}

TEST(RuntimeClock, MayBeNone) {
  const RuntimeClock none(kNoClock);
  const auto now = none.Now();
  EXPECT_EQ(errno, EINVAL);
  ASSERT_FAILS(now, EINVAL);
  EXPECT_EQ(now.error().function(), "clock_gettime");
  EXPECT_THAT(now.error().ToString(),
              AllOf(StartsWith("clock_gettime(0x7fff, 0x"),
                    HasSubstr(") = EINVAL (Invalid argument): ")));
  EXPECT_TRUE(now.error().documented());
  errno = 0;
  const auto resolution = none.Resolution();
  EXPECT_EQ(errno, EINVAL);
  ASSERT_FAILS(resolution, EINVAL);
  EXPECT_THAT(resolution.error().ToString(),
              StartsWith("clock_getres(0x7fff, 0x"));
  EXPECT_TRUE(resolution.error().documented());
  EXPECT_FAILS(none.Set(RuntimeClock::time_point(1s)), EINVAL);
  EXPECT_FAILS(none.SleepFor(1ns), EINVAL);
  EXPECT_FAILS(none.SleepUntil(RuntimeClock::time_point(1ns)), EINVAL);
}

// CPU clocks of processes

TEST(RuntimeClock, IsThisProcessesCpuTime) {
  for (const pid_t process : {0, getpid()}) {
    const RuntimeClock clock = RuntimeClock::OfProcess(process).value();
    clockid_t id;
    ASSERT_EQ(clock_getcpuclockid(process, &id), 0);
    EXPECT_EQ(static_cast<clockid_t>(clock.id()), id);
    const nanoseconds before = RawTime(ClockId::kProcessCputimeId);
    const auto now = clock.Now();
    const nanoseconds after = RawTime(ClockId::kProcessCputimeId);
    ASSERT_SUCCEEDS(now);
    EXPECT_THAT(now->time_since_epoch(), AllOf(Ge(before), Le(after)));
  }
}

// A process that uses CPU time until it is killed.
class BusyProcess {
 public:
  BusyProcess() : id_(fork()) {
    EXPECT_GE(id_, 0);
    if (id_ == 0) {
      alarm(60);
      while (getppid() >= 0) continue;
    }
  }
  ~BusyProcess() { End(); }
  BusyProcess(const BusyProcess&) = delete;
  BusyProcess& operator=(const BusyProcess&) = delete;

  pid_t id() const { return id_; }
  void End() {
    if (id_ <= 0) return;
    EXPECT_EQ(kill(id_, SIGKILL), 0);
    EXPECT_EQ(waitpid(id_, nullptr, 0), id_);
    id_ = -1;
  }

 private:
  pid_t id_;
};

TEST(RuntimeClock, IsAnotherProcessesCpuTime) {
  BusyProcess busy;
  const RuntimeClock clock = RuntimeClock::OfProcess(busy.id()).value();
  const auto deadline = clock.Now().value() + 5ms;
  EXPECT_SUCCEEDS(clock.SleepUntil(deadline));
  EXPECT_THAT(clock.Now(), Returns(Ge(deadline)));
  EXPECT_SUCCEEDS(clock.SleepFor(5ms));
  EXPECT_THAT(clock.Now(), Returns(Ge(deadline + 5ms)));
  busy.End();
  EXPECT_FAILS(clock.Now(), EINVAL);
}

TEST(RuntimeClock, IsOfNoProcessThatDoesNotExist) {
  errno = EDOM;
  // Above the highest number that the kernel gives.
  const Result<RuntimeClock> clock = RuntimeClock::OfProcess(5'000'000);
  EXPECT_EQ(errno, EDOM);
  ASSERT_FAILS(clock, ESRCH);
  EXPECT_EQ(clock.error().function(), "clock_getcpuclockid");
  EXPECT_THAT(clock.error().ToString(),
              AllOf(StartsWith("clock_getcpuclockid(5000000, 0x"),
                    HasSubstr(") = ESRCH (No such process): there is no "
                              "process pid")));
  EXPECT_TRUE(clock.error().documented());
}

// Setting; never so that it could succeed.

TEST(Clock, CanNotBeSetIfItIsMonotonic) {
  errno = 0;
  const Result<void> set =
      MonotonicClock::Set(MonotonicClock::time_point(5s + 7ns));
  EXPECT_EQ(errno, EINVAL);
  ASSERT_FAILS(set, EINVAL);
  EXPECT_EQ(set.error().ToString(),
            "clock_settime(CLOCK_MONOTONIC, {tv_sec=5, tv_nsec=7}) = EINVAL "
            "(Invalid argument): " +
                set.error().explanation());
  EXPECT_THAT(set.error().explanation(),
              HasSubstr("clockid is CLOCK_MONOTONIC"));
  EXPECT_TRUE(set.error().documented());
  EXPECT_FAILS(BoottimeClock::Set(BoottimeClock::Now().value()), EINVAL);
  EXPECT_FAILS(
      RuntimeClock(ClockId::kMonotonic).Set(RuntimeClock::time_point(5s)),
      EINVAL);
}

TEST(Clock, IsNotSetWithoutCapSysTime) {
  InChildWithoutCapabilities([] {
    const auto now = RealtimeClock::Now().value();
    errno = 0;
    const Result<void> set = RealtimeClock::Set(now);
    EXPECT_EQ(errno, EPERM);
    ASSERT_FAILS(set, EPERM);
    const auto whole = std::chrono::floor<seconds>(now);
    EXPECT_EQ(set.error().arguments(),
              "CLOCK_REALTIME, {tv_sec=" +
                  std::to_string(whole.time_since_epoch().count()) +
                  ", tv_nsec=" + std::to_string((now - whole).count()) + "}");
    EXPECT_TRUE(set.error().documented());
  });
}

TEST(Clock, IsNotSetToATimeBeforeItsEpoch) {
  InChildWithoutCapabilities([] {
    Result<void> set = RealtimeClock::Set(RealtimeClock::time_point(-1ns));
    ASSERT_FAILS(set, EINVAL);
    EXPECT_EQ(set.error().arguments(),
              "CLOCK_REALTIME, {tv_sec=-1, tv_nsec=999999999}");
    set = RealtimeClock::Set(RealtimeClock::time_point(-2s));
    ASSERT_FAILS(set, EINVAL);
    EXPECT_EQ(set.error().arguments(),
              "CLOCK_REALTIME, {tv_sec=-2, tv_nsec=0}");
  });
}

TEST(Clock, IsNotSetToATimeThatTimeTCanNotHold) {
  if (!kNarrow) GTEST_SKIP() << "time_t has 64 bits here";
  InChildWithoutCapabilities([] {
    errno = EDOM;
    for (const seconds time : {seconds(2'147'483'648), seconds(5'000'000'000),
                               seconds(-2'147'483'649)}) {
      const Result<void> set =
          RealtimeClock::Set(RealtimeClock::time_point(time));
      ASSERT_FAILS(set, EOVERFLOW);
      EXPECT_EQ(set.error().ToString(),
                "clock_settime(CLOCK_REALTIME, " +
                    std::to_string(time.count()) +
                    ") = EOVERFLOW (Value too large for defined data type): "
                    "the time does not fit into time_t");
    }
    EXPECT_EQ(errno, EDOM);
    EXPECT_FAILS(
        RealtimeClock::Set(RealtimeClock::time_point(seconds(2'147'483'647))),
        EPERM);
  });
}

// Sleeping

template <typename T>
class ClockToSleepBy : public testing::Test {};
using ClocksToSleepBy =
    testing::Types<RealtimeClock, MonotonicClock, BoottimeClock, TaiClock>;
TYPED_TEST_SUITE(ClockToSleepBy, ClocksToSleepBy);

TYPED_TEST(ClockToSleepBy, SleepsForTheTimeAtLeast) {
  const auto start = steady_clock::now();
  EXPECT_SUCCEEDS(TypeParam::SleepFor(5'000'001ns));
  EXPECT_GE(steady_clock::now() - start, 5'000'001ns);
}

TYPED_TEST(ClockToSleepBy, SleepsUntilTheTime) {
  const auto deadline = TypeParam::Now().value() + 5ms;
  EXPECT_SUCCEEDS(TypeParam::SleepUntil(deadline));
  EXPECT_THAT(TypeParam::Now(), Returns(Ge(deadline)));
}

TYPED_TEST(ClockToSleepBy, SleepsIfItIsChosenAtRunTime) {
  const RuntimeClock clock(TypeParam::id());
  const auto start = steady_clock::now();
  EXPECT_SUCCEEDS(clock.SleepFor(2'000'001ns));
  EXPECT_GE(steady_clock::now() - start, 2'000'001ns);
  const auto deadline = clock.Now().value() + 2ms;
  EXPECT_SUCCEEDS(clock.SleepUntil(deadline));
  EXPECT_THAT(clock.Now(), Returns(Ge(deadline)));
}

TYPED_TEST(ClockToSleepBy, DoesNotSleepIfTheTimeIsOver) {
  using TimePoint = typename TypeParam::time_point;
  EXPECT_SUCCEEDS(TypeParam::SleepFor(0ns));
  EXPECT_SUCCEEDS(TypeParam::SleepFor(-1h));
  EXPECT_SUCCEEDS(TypeParam::SleepFor(nanoseconds::min()));
  EXPECT_SUCCEEDS(TypeParam::SleepUntil(TimePoint(1ns)));
  EXPECT_SUCCEEDS(TypeParam::SleepUntil(TimePoint()));
  EXPECT_SUCCEEDS(TypeParam::SleepUntil(TimePoint::min()));
  EXPECT_SUCCEEDS(TypeParam::SleepUntil(TypeParam::Now().value() - 1ns));
}

TEST(Clock, SleepsUntilATimePointOfTheStandard) {
  const auto steady = steady_clock::now() + 2ms;
  EXPECT_SUCCEEDS(MonotonicClock::SleepUntil(steady));
  EXPECT_GE(steady_clock::now(), steady);
  const auto system = system_clock::now() + 2ms;
  EXPECT_SUCCEEDS(RealtimeClock::SleepUntil(system));
  EXPECT_GE(system_clock::now(), system);
}

TEST(Clock, SleepsByTheProcessesCpuTime) {
  std::atomic<bool> over = false;
  std::thread busy([&] {
    while (!over) continue;
  });
  const auto start = ProcessCpuClock::Now().value();
  EXPECT_SUCCEEDS(ProcessCpuClock::SleepFor(5ms));
  EXPECT_THAT(ProcessCpuClock::Now(), Returns(Ge(start + 5ms)));
  EXPECT_SUCCEEDS(ProcessCpuClock::SleepUntil(start + 10ms));
  EXPECT_THAT(ProcessCpuClock::Now(), Returns(Ge(start + 10ms)));
  over = true;
  busy.join();
}

TEST(Clock, SaysThatNothingRemainsWhenTheTimeIsOver) {
  nanoseconds remaining = 7ns;
  EXPECT_SUCCEEDS(MonotonicClock::SleepFor(1ms, &remaining));
  EXPECT_EQ(remaining, 0ns);
  remaining = 7ns;
  EXPECT_SUCCEEDS(RuntimeClock(ClockId::kMonotonic).SleepFor(1ms, &remaining));
  EXPECT_EQ(remaining, 0ns);
}

TEST(Clock, SaysWhatRemainsAfterASignal) {
  const Interruptions interruptions;
  nanoseconds remaining = 7ns;
  errno = EDOM;
  const auto start = steady_clock::now();
  const Result<void> slept = MonotonicClock::SleepFor(1h, &remaining);
  const auto slept_for = steady_clock::now() - start;
  EXPECT_EQ(errno, EDOM);
  ASSERT_FAILS(slept, EINTR);
  // The kernel may sleep a little longer than it is asked to.
  EXPECT_GE(remaining, 1h - slept_for);
  EXPECT_LE(remaining, 1h + 1s);
  const auto whole = std::chrono::floor<seconds>(remaining);
  EXPECT_EQ(slept.error().ToString(),
            "clock_nanosleep(CLOCK_MONOTONIC, 0, {tv_sec=3600, tv_nsec=0}, "
            "{tv_sec=" +
                std::to_string(whole.count()) +
                ", tv_nsec=" + std::to_string((remaining - whole).count()) +
                "}) = EINTR (Interrupted system call): " +
                slept.error().explanation());
  EXPECT_TRUE(slept.error().documented());
  EXPECT_FAILS(MonotonicClock::SleepFor(1h), EINTR);
  EXPECT_FAILS(RuntimeClock(ClockId::kBoottime).SleepFor(1h, &remaining),
               EINTR);
  EXPECT_GT(remaining, 0ns);
}

TEST(Clock, SleepsOnForWhatRemains) {
  const Interruptions interruptions;
  const auto start = steady_clock::now();
  nanoseconds left = 30ms;
  EXPECT_SUCCEEDS(
      RetryOnEintr([&] { return MonotonicClock::SleepFor(left, &left); }));
  EXPECT_GE(steady_clock::now() - start, 30ms);
  EXPECT_EQ(left, 0ns);
}

TEST(Clock, SleepsForTheLongestTime) {
  const Interruptions interruptions;
  nanoseconds remaining = 0ns;
  EXPECT_FAILS(MonotonicClock::SleepFor(hours::max(), &remaining), EINTR);
  // 2^31 s, or 2^63 ns.
  EXPECT_GT(remaining, std::chrono::years(kNarrow ? 60 : 200));
}

TEST(Clock, SleepsOnUntilTheTime) {
  const Interruptions interruptions;
  const auto deadline = MonotonicClock::Now().value() + 30ms;
  EXPECT_SUCCEEDS(
      RetryOnEintr([&] { return MonotonicClock::SleepUntil(deadline); }));
  EXPECT_THAT(MonotonicClock::Now(), Returns(Ge(deadline)));
}

TEST(Clock, ReportsASignal) {
  const Interruptions interruptions;
  errno = EDOM;
  const Result<void> slept =
      MonotonicClock::SleepUntil(MonotonicClock::time_point(500'000h));
  EXPECT_EQ(errno, EDOM);
  ASSERT_FAILS(slept, EINTR);
  EXPECT_EQ(slept.error().ToString(),
            "clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, "
            "{tv_sec=1800000000, tv_nsec=0}, NULL) = EINTR (Interrupted system "
            "call): " +
                slept.error().explanation());
  EXPECT_TRUE(slept.error().documented());
  EXPECT_FAILS(RuntimeClock(ClockId::kMonotonic)
                   .SleepUntil(RuntimeClock::time_point(nanoseconds::max())),
               EINTR);
}

TEST(Clock, MayBeNoneToSleepBy) {
  nanoseconds remaining = 7ns;
  errno = EDOM;
  EXPECT_FAILS(RawClock::SleepFor(1ms, &remaining), ENOTSUP);
  EXPECT_FAILS(MonotonicCoarseClock::SleepUntil(steady_clock::now()), ENOTSUP);
  EXPECT_FAILS(RealtimeCoarseClock::SleepFor(1ms), ENOTSUP);
  const Result<void> slept = ThreadCpuClock::SleepFor(1ms, &remaining);
  ASSERT_FAILS(slept, EINVAL);
  EXPECT_THAT(slept.error().ToString(),
              StartsWith("clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, "
                         "{tv_sec=0, tv_nsec=1000000}, 0x"));
  EXPECT_TRUE(slept.error().documented());
  EXPECT_EQ(remaining, 7ns);
  EXPECT_EQ(errno, EDOM);
}

TEST(Nanosleep, SleepsForTheTimeAtLeast) {
  nanoseconds remaining = 7ns;
  const auto start = steady_clock::now();
  EXPECT_SUCCEEDS(Nanosleep(5'000'001ns, &remaining));
  EXPECT_GE(steady_clock::now() - start, 5'000'001ns);
  EXPECT_EQ(remaining, 0ns);
}

TEST(Nanosleep, DoesNotSleepIfTheTimeIsOver) {
  EXPECT_SUCCEEDS(Nanosleep(0s));
  EXPECT_SUCCEEDS(Nanosleep(-1h));
}

TEST(Nanosleep, SaysWhatRemainsAfterASignal) {
  const Interruptions interruptions;
  nanoseconds remaining = 7ns;
  errno = 0;
  const auto start = steady_clock::now();
  const Result<void> slept = Nanosleep(1h, &remaining);
  EXPECT_EQ(errno, EINTR);
  const auto slept_for = steady_clock::now() - start;
  ASSERT_FAILS(slept, EINTR);
  EXPECT_GE(remaining, 1h - slept_for);
  EXPECT_LE(remaining, 1h + 1s);
  EXPECT_THAT(slept.error().ToString(),
              AllOf(StartsWith("nanosleep({tv_sec=3600, tv_nsec=0}, {tv_sec="),
                    EndsWith(" = EINTR (Interrupted system call): " +
                             slept.error().explanation())));
  EXPECT_TRUE(slept.error().documented());
  EXPECT_FAILS(Nanosleep(1h), EINTR);
}

TEST(Clock, LeavesErrnoAlone) {
  errno = EDOM;
  EXPECT_SUCCEEDS(MonotonicClock::Now());
  EXPECT_SUCCEEDS(MonotonicClock::Resolution());
  EXPECT_SUCCEEDS(MonotonicClock::SleepFor(1ns));
  EXPECT_SUCCEEDS(MonotonicClock::SleepUntil(steady_clock::now()));
  EXPECT_SUCCEEDS(RuntimeClock::OfProcess(0));
  EXPECT_SUCCEEDS(Nanosleep(1ns));
  EXPECT_EQ(errno, EDOM);
}

}  // namespace
}  // namespace plumbline
