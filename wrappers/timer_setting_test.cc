#include "wrappers/timer_setting.h"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <ratio>
#include <type_traits>

namespace plumbline {
namespace {

using namespace std::chrono_literals;
using std::chrono::hours;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;

template <typename AnyClock, typename From>
constexpr bool kStarts = std::is_convertible_v<From, TimerStart<AnyClock>>;
static_assert(kStarts<MonotonicClock, nanoseconds>);
static_assert(kStarts<MonotonicClock, std::chrono::duration<double>>);
static_assert(kStarts<MonotonicClock, steady_clock::time_point>);
static_assert(kStarts<MonotonicClock, Deadline<MonotonicClock>>);
static_assert(kStarts<RealtimeClock, system_clock::time_point>);
static_assert(!kStarts<MonotonicClock, system_clock::time_point>);
static_assert(!kStarts<MonotonicClock, BoottimeClock::time_point>);
static_assert(!kStarts<MonotonicClock, Deadline<BoottimeClock>>);
static_assert(!kStarts<RuntimeClock, steady_clock::time_point>);
static_assert(!kStarts<MonotonicClock, int>);
static_assert(!kStarts<MonotonicClock, itimerspec>);
static_assert(!kStarts<MonotonicClock, PreciseTimeout>);

constexpr bool Is(const timespec& time, time_t whole, long rest) {
  return time.tv_sec == whole && time.tv_nsec == rest;
}

constexpr bool AfterIs(auto delay, time_t whole, long rest) {
  const TimerStart<MonotonicClock> start = delay;
  return !start.is_absolute() && Is(*start.get(), whole, rest);
}
static_assert(AfterIs(5s, 5, 0));
static_assert(AfterIs(1'500'000'001ns, 1, 500'000'001));
static_assert(AfterIs(std::chrono::duration<int, std::pico>(1001), 0, 2));
static_assert(AfterIs(1ns, 0, 1));
static_assert(AfterIs(std::chrono::duration<int, std::pico>(1), 0, 1));
// 0 would disarm it.
static_assert(AfterIs(0ns, 0, 1));
static_assert(AfterIs(0s, 0, 1));
static_assert(AfterIs(-1h, 0, 1));
static_assert(AfterIs(nanoseconds::min(), 0, 1));
static_assert(AfterIs(std::chrono::duration<double>(0), 0, 1));
static_assert(AfterIs(hours::max(), std::numeric_limits<time_t>::max(), 0));

constexpr bool AtIs(auto since_epoch, time_t whole, long rest) {
  const std::chrono::time_point<steady_clock, decltype(since_epoch)> time(
      since_epoch);
  const TimerStart<MonotonicClock> start = time;
  const TimerStart<MonotonicClock> same = Deadline<MonotonicClock>(time);
  return start.is_absolute() && Is(*start.get(), whole, rest) &&
         same.is_absolute() && Is(*same.get(), whole, rest);
}
static_assert(AtIs(5s, 5, 0));
static_assert(AtIs(1'500'000'001ns, 1, 500'000'001));
static_assert(AtIs(std::chrono::duration<int, std::pico>(1001), 0, 2));
static_assert(AtIs(0ns, 0, 1));
static_assert(AtIs(-1h, 0, 1));
static_assert(AtIs(hours::max(), std::numeric_limits<time_t>::max(), 0));

constexpr itimerspec Raw(const TimerSetting<MonotonicClock>& setting) {
  return internal::ToItimerspec(setting);
}
static_assert(Is(Raw({.first = 2s}).it_value, 2, 0));
static_assert(Is(Raw({.first = 2s}).it_interval, 0, 0));
static_assert(Is(Raw({.first = 2s, .interval = 3ns}).it_value, 2, 0));
static_assert(Is(Raw({.first = 2s, .interval = 3ns}).it_interval, 0, 3));
static_assert(Is(Raw({.first = 0s, .interval = 1500ms}).it_interval, 1,
                 500'000'000));
static_assert(Is(Raw({.first = 2s, .interval = 0s}).it_interval, 0, 0));
static_assert(Is(Raw({.first = 2s, .interval = -1s}).it_interval, 0, 0));
static_assert(
    Is(Raw({2s, std::chrono::duration<int, std::pico>(1)}).it_interval, 0, 1));

constexpr TimerState kState = internal::ToTimerState(
    {.it_interval = {3, 500'000'000}, .it_value = {1, 7}});
static_assert(kState.remaining == 1'000'000'007ns);
static_assert(kState.interval == 3'500'000'000ns);
static_assert(kState.is_armed());
static_assert(TimerState{1ns, 0ns}.is_armed());
static_assert(!TimerState{0ns, 1ns}.is_armed());
static_assert(TimerState{1ns, 2ns} == TimerState{1ns, 2ns});
static_assert(TimerState{1ns, 2ns} != TimerState{1ns, 3ns});
static_assert(TimerState{1ns, 2ns} != TimerState{3ns, 2ns});

// The rest is checked when this is compiled.
TEST(TimerSetting, IsWhatTheKernelTakes) {
  const itimerspec raw = Raw({.first = -1s, .interval = 1min});
  EXPECT_TRUE(Is(raw.it_value, 0, 1));
  EXPECT_TRUE(Is(raw.it_interval, 60, 0));
}

}  // namespace
}  // namespace plumbline
