#include "wrappers/posix_timer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "wrappers/testing/capabilities.h"
#include "wrappers/testing/child.h"
#include "wrappers/testing/result_assertions.h"
#include "wrappers/testing/result_matchers.h"
#include "wrappers/testing/signals.h"

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
using testing_support::Blocked;
using testing_support::InChild;
using testing_support::InChildWithoutCapabilities;

constexpr bool kNarrow = sizeof(time_t) == 4;
constexpr TimerState kDisarmed = {0ns, 0ns};
constexpr int kSignal = SIGUSR2;

using TaiPosixTimer = BasicPosixTimer<Clock<ClockId::kTai>>;
using BoottimePosixTimer = BasicPosixTimer<BoottimeClock>;
using RuntimePosixTimer = BasicPosixTimer<RuntimeClock>;

// What the types allow

template <typename Timer, typename... Arguments>
concept Creates = requires(Arguments... arguments) {
  Timer::Create(arguments...);
};
static_assert(Creates<PosixTimer, TimerNotification>);
static_assert(Creates<PosixTimer, MonotonicClock, TimerNotification>);
static_assert(Creates<RuntimePosixTimer, RuntimeClock, TimerNotification>);
static_assert(!Creates<RuntimePosixTimer, TimerNotification>);
static_assert(!Creates<PosixTimer, RealtimeClock, TimerNotification>);
static_assert(!Creates<PosixTimer>);
static_assert(!Creates<PosixTimer, int>);
static_assert(!Creates<PosixTimer, sigevent>);

template <typename Timer, typename First>
concept SetsTo = requires(Timer timer, First first) {
  timer.Set({.first = first});
};
static_assert(SetsTo<PosixTimer, std::chrono::milliseconds>);
static_assert(SetsTo<PosixTimer, steady_clock::time_point>);
static_assert(SetsTo<RealtimePosixTimer, system_clock::time_point>);
static_assert(SetsTo<ProcessCpuPosixTimer, ProcessCpuClock::time_point>);
static_assert(!SetsTo<PosixTimer, system_clock::time_point>);
static_assert(!SetsTo<ProcessCpuPosixTimer, ThreadCpuClock::time_point>);
static_assert(!SetsTo<PosixTimer, int>);

static_assert(!std::is_copy_constructible_v<PosixTimer>);
static_assert(!std::is_copy_assignable_v<PosixTimer>);
static_assert(std::is_nothrow_move_constructible_v<PosixTimer>);
static_assert(std::is_nothrow_move_assignable_v<PosixTimer>);
static_assert(!std::is_convertible_v<timer_t, PosixTimer>);

// Notifications

TEST(SigeventNotify, HasTheNumbersOfTheHeader) {
  EXPECT_EQ(static_cast<int>(SigeventNotify::kSignal), SIGEV_SIGNAL);
  EXPECT_EQ(static_cast<int>(SigeventNotify::kNone), SIGEV_NONE);
  EXPECT_EQ(static_cast<int>(SigeventNotify::kThread), SIGEV_THREAD);
  EXPECT_EQ(static_cast<int>(SigeventNotify::kThreadId), SIGEV_THREAD_ID);
}

TEST(TimerNotification, IsASigevent) {
  EXPECT_EQ(TimerNotification::None().get()->sigev_notify, SIGEV_NONE);
  int pointed = 0;

  const TimerNotification plain = TimerNotification::Signal(SIGUSR1);
  EXPECT_EQ(plain.get()->sigev_notify, SIGEV_SIGNAL);
  EXPECT_EQ(plain.get()->sigev_signo, SIGUSR1);
  EXPECT_EQ(plain.get()->sigev_value.sival_ptr, nullptr);
  const TimerNotification number = TimerNotification::Signal(SIGALRM, -7);
  EXPECT_EQ(number.get()->sigev_notify, SIGEV_SIGNAL);
  EXPECT_EQ(number.get()->sigev_signo, SIGALRM);
  EXPECT_EQ(number.get()->sigev_value.sival_int, -7);
  const TimerNotification pointer =
      TimerNotification::Signal(SIGRTMIN, &pointed);
  EXPECT_EQ(pointer.get()->sigev_notify, SIGEV_SIGNAL);
  EXPECT_EQ(pointer.get()->sigev_signo, SIGRTMIN);
  EXPECT_EQ(pointer.get()->sigev_value.sival_ptr, &pointed);

  TimerNotification thread = TimerNotification::SignalToThread(99, SIGUSR1, 5);
  EXPECT_EQ(thread.get()->sigev_notify, SIGEV_THREAD_ID);
  EXPECT_EQ(thread.get()->sigev_signo, SIGUSR1);
  EXPECT_EQ(thread.get()->sigev_value.sival_int, 5);
  EXPECT_EQ(internal::NotifiedThread(*thread.get()), 99);
  thread = TimerNotification::SignalToThread(98, SIGUSR1, &pointed);
  EXPECT_EQ(thread.get()->sigev_notify, SIGEV_THREAD_ID);
  EXPECT_EQ(thread.get()->sigev_value.sival_ptr, &pointed);
  EXPECT_EQ(internal::NotifiedThread(*thread.get()), 98);
}

// Takes the blocked signal, when it comes.
siginfo_t Take(int signal) {
  siginfo_t info = {};
  const SignalSet set = {signal};
  int taken;
  do {
    taken = sigwaitinfo(set.get(), &info);
  } while (taken < 0 && errno == EINTR);
  EXPECT_EQ(taken, signal);
  return info;
}

// Whether there is such a timer.
bool Exists(timer_t timer) {
  itimerspec state;
  return timer_gettime(timer, &state) == 0;
}

// Expiring

template <typename T>
class EveryPosixTimer : public testing::Test {};
using EveryPosixTimers = testing::Types<PosixTimer, RealtimePosixTimer,
                                        BoottimePosixTimer, TaiPosixTimer>;
TYPED_TEST_SUITE(EveryPosixTimer, EveryPosixTimers);

TYPED_TEST(EveryPosixTimer, SendsASignalOnceAfterTheTime) {
  const Blocked blocked(kSignal);
  const TypeParam timer =
      TypeParam::Create(TimerNotification::Signal(kSignal, 42)).value();
  const auto start = steady_clock::now();
  EXPECT_RETURNS(timer.Set({.first = 5'000'001ns}), kDisarmed);
  const siginfo_t info = Take(kSignal);
  EXPECT_GE(steady_clock::now() - start, 5'000'001ns);
  EXPECT_EQ(info.si_code, SI_TIMER);
  EXPECT_EQ(info.si_value.sival_int, 42);
  EXPECT_EQ(info.si_overrun, 0);
  EXPECT_RETURNS(timer.Overrun(), 0);
  EXPECT_RETURNS(timer.Get(), kDisarmed);
}

TYPED_TEST(EveryPosixTimer, SendsASignalOnceAtTheTime) {
  const Blocked blocked(kSignal);
  int pointed = 0;
  const TypeParam timer =
      TypeParam::Create(TimerNotification::Signal(kSignal, &pointed)).value();
  const auto deadline = TypeParam::clock::Now().value() + 5ms;
  EXPECT_RETURNS(timer.Set({.first = deadline}), kDisarmed);
  const siginfo_t info = Take(kSignal);
  EXPECT_THAT(TypeParam::clock::Now(), Returns(Ge(deadline)));
  EXPECT_EQ(info.si_value.sival_ptr, &pointed);
}

// How often a timer that was set at `set` has expired by `now`.
int Expirations(steady_clock::time_point set, nanoseconds first,
                nanoseconds interval, steady_clock::time_point now) {
  const nanoseconds since_first = now - set - first;
  if (since_first < 0ns) return 0;
  return static_cast<int>(since_first / interval) + 1;
}

TYPED_TEST(EveryPosixTimer, CountsWhatNoSignalTells) {
  const Blocked blocked(kSignal);
  const TypeParam timer =
      TypeParam::Create(TimerNotification::Signal(kSignal)).value();
  const auto before = steady_clock::now();
  EXPECT_SUCCEEDS(timer.Set({.first = 5ms, .interval = 2ms}));
  const auto after = steady_clock::now();
  EXPECT_SUCCEEDS(MonotonicClock::SleepUntil(after + 20ms));
  int total = 0;
  for (int i = 0; i < 3; ++i) {
    const auto now = steady_clock::now();
    const siginfo_t info = Take(kSignal);
    EXPECT_RETURNS(timer.Overrun(), info.si_overrun);
    total += 1 + info.si_overrun;
    EXPECT_GE(total, Expirations(after, 5ms, 2ms, now));
    EXPECT_LE(total, Expirations(before, 5ms, 2ms, steady_clock::now()));
  }
  EXPECT_GE(total, 8);
  EXPECT_THAT(timer.Get(), Returns(AllOf(Field(&TimerState::remaining, Le(2ms)),
                                         Field(&TimerState::interval, 2ms))));
}

// Its duration of 0 would disarm it.
TYPED_TEST(EveryPosixTimer, ExpiresAtOnceIfTheTimeIsOver) {
  using TimePoint = typename TypeParam::clock::time_point;
  const Blocked blocked(kSignal);
  const TypeParam timer =
      TypeParam::Create(TimerNotification::Signal(kSignal)).value();
  for (const nanoseconds first : {0ns, 1ns, -1ns, nanoseconds::min()}) {
    EXPECT_SUCCEEDS(timer.Set({.first = first}));
    EXPECT_EQ(Take(kSignal).si_code, SI_TIMER);
  }
  for (const TimePoint first :
       {TimePoint(), TimePoint(1ns), TimePoint(-1h), TimePoint::min(),
        TypeParam::clock::Now().value()}) {
    EXPECT_SUCCEEDS(timer.Set({.first = first}));
    EXPECT_EQ(Take(kSignal).si_code, SI_TIMER);
  }
}

TEST(PosixTimer, SendsTheProcessASignal) {
  const Blocked blocked(kSignal);
  const PosixTimer timer =
      PosixTimer::Create(TimerNotification::Signal(kSignal)).value();
  EXPECT_SUCCEEDS(timer.Set({.first = 0s}));
  while (!blocked.pending()) EXPECT_SUCCEEDS(Nanosleep(1ms));
  std::thread([&] { EXPECT_TRUE(blocked.pending()); }).join();
}

TEST(PosixTimer, SendsOneThreadASignal) {
  const Blocked blocked(kSignal);
  const PosixTimer timer = PosixTimer::Create(TimerNotification::SignalToThread(
                                                  gettid(), kSignal, 43))
                               .value();
  EXPECT_SUCCEEDS(timer.Set({.first = 0s}));
  while (!blocked.pending()) EXPECT_SUCCEEDS(Nanosleep(1ms));
  std::thread([&] { EXPECT_FALSE(blocked.pending()); }).join();
  const siginfo_t info = Take(kSignal);
  EXPECT_EQ(info.si_code, SI_TIMER);
  EXPECT_EQ(info.si_value.sival_int, 43);
}

TEST(PosixTimer, SendsAnotherThreadASignal) {
  const Blocked blocked(kSignal);
  std::thread([] {
    const PosixTimer timer =
        PosixTimer::Create(TimerNotification::SignalToThread(gettid(), kSignal))
            .value();
    EXPECT_SUCCEEDS(timer.Set({.first = 1ms}));
    EXPECT_EQ(Take(kSignal).si_code, SI_TIMER);
  }).join();
}

TEST(PosixTimer, SendsNothingIfItIsOnlyAsked) {
  const PosixTimer timer =
      PosixTimer::Create(TimerNotification::None()).value();
  const auto start = steady_clock::now();
  EXPECT_SUCCEEDS(timer.Set({.first = 5ms}));
  while (timer.Get().value().is_armed()) EXPECT_SUCCEEDS(Nanosleep(1ms));
  EXPECT_GE(steady_clock::now() - start, 5ms);
}

TEST(PosixTimer, IsByTheCpuTimeOfTheProcess) {
  const Blocked blocked(kSignal);
  const ProcessCpuPosixTimer timer =
      ProcessCpuPosixTimer::Create(TimerNotification::Signal(kSignal)).value();
  const auto deadline = ProcessCpuClock::Now().value() + 5ms;
  EXPECT_SUCCEEDS(timer.Set({.first = 5ms}));
  while (!blocked.pending()) continue;
  EXPECT_THAT(ProcessCpuClock::Now(), Returns(Ge(deadline)));
}

// Setting

PosixTimer Silent() {
  return PosixTimer::Create(TimerNotification::None()).value();
}

TEST(PosixTimer, IsNotSetAtFirst) {
  EXPECT_RETURNS(Silent().Get(), kDisarmed);
  EXPECT_RETURNS(Silent().Overrun(), 0);
}

TEST(PosixTimer, TellsWhatRemainsAndTheInterval) {
  const PosixTimer timer = Silent();
  const auto start = steady_clock::now();
  EXPECT_SUCCEEDS(timer.Set({.first = 1h, .interval = 2h + 5ns}));
  Result<TimerState> state = timer.Get();
  ASSERT_SUCCEEDS(state);
  EXPECT_LE(state->remaining, 1h);
  EXPECT_GE(state->remaining, 1h - (steady_clock::now() - start));
  EXPECT_EQ(state->interval, 2h + 5ns);
}

TEST(PosixTimer, TellsWhatRemainsUntilATimePoint) {
  const PosixTimer timer = Silent();
  const auto deadline = steady_clock::now() + 1h;
  EXPECT_SUCCEEDS(timer.Set({.first = deadline}));
  Result<TimerState> state = timer.Get();
  ASSERT_SUCCEEDS(state);
  EXPECT_LE(state->remaining, 1h);
  EXPECT_GE(state->remaining, deadline - steady_clock::now());
  EXPECT_EQ(state->interval, 0ns);
}

TEST(PosixTimer, ReturnsWhatItWasSetToBefore) {
  const Blocked blocked(kSignal);
  const PosixTimer timer =
      PosixTimer::Create(TimerNotification::Signal(kSignal)).value();
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
  EXPECT_RETURNS(timer.Get(), kDisarmed);
}

TEST(PosixTimer, CanBeSetToTheLongestTime) {
  const auto least = std::chrono::years(kNarrow ? 60 : 200);
  const PosixTimer timer = Silent();
  EXPECT_SUCCEEDS(timer.Set({.first = hours::max(), .interval = hours::max()}));
  EXPECT_THAT(timer.Get(),
              Returns(AllOf(Field(&TimerState::remaining, Gt(least)),
                            Field(&TimerState::interval, Gt(least)))));
}

TEST(PosixTimer, MayBeUsedByManyThreads) {
  const PosixTimer timer = Silent();
  EXPECT_SUCCEEDS(timer.Set({.first = 1h, .interval = 5s}));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 100; ++j) {
        EXPECT_THAT(timer.Set({.first = 1h, .interval = 5s}),
                    Returns(Field(&TimerState::interval, 5s)));
        EXPECT_THAT(timer.Get(), Returns(Field(&TimerState::interval, 5s)));
        EXPECT_RETURNS(timer.Overrun(), 0);
      }
    });
  }
  for (std::thread& one : threads) one.join();
}

// Owning

TEST(PosixTimer, IsDeletedWithTheObject) {
  timer_t raw;
  {
    const PosixTimer timer = Silent();
    raw = timer.raw();
    EXPECT_TRUE(timer.has_timer());
    EXPECT_TRUE(Exists(raw));
  }
  EXPECT_FALSE(Exists(raw));
}

TEST(PosixTimer, IsDeletedOnce) {
  PosixTimer timer = Silent();
  const timer_t raw = timer.raw();
  EXPECT_SUCCEEDS(timer.Delete());
  EXPECT_FALSE(Exists(raw));
  EXPECT_FALSE(timer.has_timer());
  EXPECT_FAILS(timer.Delete(), EINVAL);
}

TEST(PosixTimer, CanBeMoved) {
  PosixTimer first = Silent();
  const timer_t raw = first.raw();
  PosixTimer second = std::move(first);
  EXPECT_EQ(second.raw(), raw);
  EXPECT_FALSE(
      first.has_timer());  // NOLINT: what is left of it is the question
  EXPECT_FAILS(first.Set({.first = 1s}), EINVAL);
  PosixTimer third = Silent();
  const timer_t other = third.raw();
  third = std::move(second);
  EXPECT_EQ(third.raw(), raw);
  EXPECT_TRUE(Exists(raw));
  EXPECT_FALSE(Exists(other));
  PosixTimer& same = third;
  third = std::move(same);
  EXPECT_TRUE(third.has_timer());
  EXPECT_SUCCEEDS(third.Get());
}

TEST(PosixTimer, CanBeSwapped) {
  PosixTimer first = Silent();
  const timer_t raw = first.raw();
  PosixTimer second;
  first.Swap(second);
  EXPECT_FALSE(first.has_timer());
  EXPECT_TRUE(second.has_timer());
  EXPECT_EQ(second.raw(), raw);
}

TEST(PosixTimer, AdoptsAndReleases) {
  timer_t raw;
  ASSERT_EQ(
      timer_create(CLOCK_MONOTONIC, TimerNotification::None().get(), &raw), 0);
  PosixTimer timer = PosixTimer::Adopt(raw);
  EXPECT_TRUE(timer.has_timer());
  EXPECT_EQ(timer.raw(), raw);
  EXPECT_SUCCEEDS(timer.Set({.first = 1h}));
  EXPECT_EQ(timer.Release(), raw);
  EXPECT_FALSE(timer.has_timer());
  EXPECT_FAILS(timer.Get(), EINVAL);
  EXPECT_TRUE(Exists(raw));
  { const PosixTimer again = PosixTimer::Adopt(raw); }
  EXPECT_FALSE(Exists(raw));
}

// Other processes have the same numbers for their timers: the first is 0.
TEST(PosixTimer, IsNotDeletedByAForkedChild) {
  InChild([] {
    PosixTimer timer = Silent();
    PosixTimer other = Silent();
    InChild([&] {
      const PosixTimer own = Silent();
      const PosixTimer another = Silent();
      { const PosixTimer gone = std::move(timer); }
      EXPECT_SUCCEEDS(own.Get());
      EXPECT_SUCCEEDS(another.Get());
      const Result<void> deleted = other.Delete();
      ASSERT_FAILS(deleted, EINVAL);
      EXPECT_EQ(deleted.error().explanation(),
                "the timer is the parent process's");
      EXPECT_FALSE(other.has_timer());
      EXPECT_SUCCEEDS(own.Get());
      EXPECT_SUCCEEDS(another.Get());
    });
    EXPECT_SUCCEEDS(timer.Get());
    EXPECT_SUCCEEDS(other.Delete());
  });
}

// Failing

TEST(PosixTimer, IsOfNoUseWithoutATimer) {
  PosixTimer timer;
  EXPECT_FALSE(timer.has_timer());
  errno = EDOM;
  EXPECT_FAILS(timer.Disarm(), EINVAL);
  EXPECT_FAILS(timer.Get(), EINVAL);
  EXPECT_FAILS(timer.Overrun(), EINVAL);
  EXPECT_FAILS(timer.Delete(), EINVAL);
  const Result<TimerState> state = timer.Set({.first = 1s});
  ASSERT_FAILS(state, EINVAL);
  EXPECT_EQ(state.error().ToString(),
            "timer_settime() = EINVAL (Invalid argument): there is no timer");
  EXPECT_TRUE(state.error().documented());
  EXPECT_EQ(errno, EDOM);
}

TEST(PosixTimer, SaysSoIfSomebodyElseHasDeletedIt) {
  PosixTimer timer = Silent();
  ASSERT_EQ(timer_delete(timer.raw()), 0);
  const std::string raw =
      std::to_string(reinterpret_cast<std::intptr_t>(timer.raw()));
  errno = 0;
  Result<TimerState> state = timer.Set({.first = 1500ms, .interval = 7ns});
  EXPECT_EQ(errno, EINVAL);
  ASSERT_FAILS(state, EINVAL);
  EXPECT_THAT(state.error().ToString(),
              AllOf(StartsWith("timer_settime(" + raw +
                               ", 0, {it_interval={tv_sec=0, tv_nsec=7}, "
                               "it_value={tv_sec=1, tv_nsec=500000000}}, 0x"),
                    HasSubstr(") = EINVAL (Invalid argument): "),
                    HasSubstr("the timer was deleted")));
  EXPECT_TRUE(state.error().documented());
  state = timer.Set({.first = MonotonicClock::time_point(2s)});
  ASSERT_FAILS(state, EINVAL);
  EXPECT_THAT(state.error().arguments(),
              StartsWith(raw + ", TIMER_ABSTIME, {it_interval={tv_sec=0, "
                               "tv_nsec=0}, it_value={tv_sec=2, tv_nsec=0}}"));
  state = timer.Disarm();
  ASSERT_FAILS(state, EINVAL);
  EXPECT_THAT(state.error().arguments(),
              StartsWith(raw + ", 0, {it_interval={tv_sec=0, tv_nsec=0}, "
                               "it_value={tv_sec=0, tv_nsec=0}}"));
  errno = 0;
  state = timer.Get();
  EXPECT_EQ(errno, EINVAL);
  ASSERT_FAILS(state, EINVAL);
  EXPECT_THAT(state.error().ToString(),
              StartsWith("timer_gettime(" + raw + ", 0x"));
  errno = 0;
  const Result<int> overrun = timer.Overrun();
  EXPECT_EQ(errno, EINVAL);
  ASSERT_FAILS(overrun, EINVAL);
  EXPECT_THAT(overrun.error().ToString(),
              StartsWith("timer_getoverrun(" + raw + ") = EINVAL"));
  errno = 0;
  const Result<void> deleted = timer.Delete();
  EXPECT_EQ(errno, EINVAL);
  ASSERT_FAILS(deleted, EINVAL);
  EXPECT_EQ(deleted.error().ToString(),
            "timer_delete(" + raw +
                ") = EINVAL (Invalid argument): there is "
                "no timer timerid; or the timer was deleted");
  EXPECT_FALSE(timer.has_timer());
}

TEST(PosixTimer, DestroysWhatSomebodyElseHasDeletedQuietly) {
  errno = EDOM;
  {
    const PosixTimer timer = Silent();
    ASSERT_EQ(timer_delete(timer.raw()), 0);
  }
  EXPECT_EQ(errno, EDOM);
}

TEST(PosixTimer, NeedsASignalThatThereIs) {
  errno = 0;
  const Result<PosixTimer> timer =
      PosixTimer::Create(TimerNotification::Signal(0, 5));
  EXPECT_EQ(errno, EINVAL);
  ASSERT_FAILS(timer, EINVAL);
  EXPECT_THAT(timer.error().ToString(),
              AllOf(StartsWith("timer_create(CLOCK_MONOTONIC, "
                               "{sigev_value={sival_int=5, sival_ptr=0x5"),
                    HasSubstr("}, sigev_signo=0, sigev_notify=SIGEV_SIGNAL}, "
                              "0x"),
                    HasSubstr(") = EINVAL (Invalid argument): ")));
  EXPECT_TRUE(timer.error().documented());
  EXPECT_FAILS(PosixTimer::Create(TimerNotification::Signal(-1)), EINVAL);
  EXPECT_FAILS(PosixTimer::Create(TimerNotification::Signal(1000)), EINVAL);
}

TEST(PosixTimer, NeedsAThreadThatThereIs) {
  const Result<PosixTimer> timer =
      PosixTimer::Create(TimerNotification::SignalToThread(5'000'000, SIGUSR1));
  ASSERT_FAILS(timer, EINVAL);
  EXPECT_THAT(timer.error().arguments(),
              StartsWith("CLOCK_MONOTONIC, {sigev_signo=SIGUSR1, "
                         "sigev_notify=SIGEV_THREAD_ID, "
                         "sigev_notify_thread_id=5000000}, 0x"));
  EXPECT_THAT(timer.error().explanation(),
              HasSubstr("there is no thread sigev_notify_thread_id"));
}

TEST(PosixTimer, CanNotBeByEveryClock) {
  const auto notification = TimerNotification::None();
  const auto raw =
      BasicPosixTimer<Clock<ClockId::kMonotonicRaw>>::Create(notification);
  ASSERT_FAILS(raw, ENOTSUP);
  EXPECT_THAT(raw.error().arguments(),
              StartsWith("CLOCK_MONOTONIC_RAW, {sigev_signo=0, "
                         "sigev_notify=SIGEV_NONE}, 0x"));
  EXPECT_TRUE(raw.error().documented());
  EXPECT_FAILS(RuntimePosixTimer::Create(
                   RuntimeClock(static_cast<ClockId>(0x7fff)), notification),
               EINVAL);
}

TEST(PosixTimer, IsNotByAnAlarmClockWithoutCapWakeAlarm) {
  // Without a real-time clock that can wake the machine, there is none.
  const int expected =
      clock_getres(CLOCK_BOOTTIME_ALARM, nullptr) == 0 ? EPERM : ENOTSUP;
  InChildWithoutCapabilities([expected] {
    const auto timer = BasicPosixTimer<Clock<ClockId::kBoottimeAlarm>>::Create(
        TimerNotification::None());
    ASSERT_FAILS(timer, expected);
    EXPECT_TRUE(timer.error().documented());
  });
}

TEST(PosixTimer, IsNotMadeBeyondTheLimit) {
  InChild([] {
    const rlimit none = {0, 0};
    ASSERT_EQ(setrlimit(RLIMIT_SIGPENDING, &none), 0);
    const Result<PosixTimer> timer =
        PosixTimer::Create(TimerNotification::Signal(SIGUSR1));
    ASSERT_FAILS(timer, EAGAIN);
    EXPECT_THAT(timer.error().explanation(), HasSubstr("RLIMIT_SIGPENDING"));
  });
}

TEST(PosixTimer, CanNotBeSetIfItsProcessHasEnded) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    while (true) pause();
  }
  const Result<RuntimePosixTimer> timer = RuntimePosixTimer::Create(
      RuntimeClock::OfProcess(child).value(), TimerNotification::None());
  EXPECT_EQ(kill(child, SIGKILL), 0);
  EXPECT_EQ(waitpid(child, nullptr, 0), child);
  ASSERT_SUCCEEDS(timer);
  const Result<TimerState> set = timer->Set({.first = 1s});
  ASSERT_FAILS(set, ESRCH);
  EXPECT_TRUE(set.error().documented());
}

TEST(PosixTimer, LeavesErrnoAlone) {
  errno = EDOM;
  {
    PosixTimer timer = Silent();
    EXPECT_SUCCEEDS(timer.Set({.first = 1h}));
    EXPECT_SUCCEEDS(timer.Get());
    EXPECT_SUCCEEDS(timer.Overrun());
    EXPECT_SUCCEEDS(timer.Disarm());
    EXPECT_SUCCEEDS(timer.Delete());
    const PosixTimer destroyed = Silent();
  }
  EXPECT_EQ(errno, EDOM);
}

}  // namespace
}  // namespace plumbline
