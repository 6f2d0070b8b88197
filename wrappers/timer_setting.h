// When a timer expires: what TimerFd and PosixTimer are set to.

#ifndef WRAPPERS_TIMER_SETTING_H_
#define WRAPPERS_TIMER_SETTING_H_

#include <time.h>

#include <chrono>

#include "wrappers/clock.h"
#include "wrappers/timeout.h"

namespace plumbline {

// When a timer of `AnyClock` expires first: after a duration, or at a time
// point of the clock. Rounded up to nanoseconds. After 0 or less, or at a time
// that is over, it expires at once; no value disarms a timer.
//
// Thread-safety and fork: a value.
template <typename AnyClock>
class TimerStart {
 public:
  template <typename Rep, typename Period>
  constexpr TimerStart(  // NOLINT: converts
      std::chrono::duration<Rep, Period> delay)
      : TimerStart(*Delay(delay).get(), false) {}
  template <typename Duration>
  constexpr TimerStart(  // NOLINT: converts
      std::chrono::time_point<typename AnyClock::time_point::clock, Duration>
          deadline)
      : TimerStart(Deadline<AnyClock>(deadline)) {}
  constexpr TimerStart(const Deadline<AnyClock>& deadline)  // NOLINT: converts
      : TimerStart(*deadline.get(), true) {}

  // Whether it is a time point.
  constexpr bool is_absolute() const { return is_absolute_; }
  // For calls of the C library; never 0. Points into this.
  constexpr const timespec* get() const { return &time_; }

 private:
  constexpr TimerStart(timespec time, bool is_absolute)
      : time_(time), is_absolute_(is_absolute) {
    if (time_.tv_sec == 0 && time_.tv_nsec == 0) time_.tv_nsec = 1;
  }

  timespec time_;
  bool is_absolute_;
};

// When a timer expires: first, and then after each interval again, or not if
// that is 0 or less.
//
//   timer.Set({.first = 5s});
//   timer.Set({.first = 0s, .interval = 100ms});
//   timer.Set({.first = MonotonicClock::Now().value() + 1min});
//
// Thread-safety and fork: a value.
template <typename AnyClock>
struct TimerSetting {
  TimerStart<AnyClock> first;
  Delay interval = std::chrono::nanoseconds(0);
};

// What a timer is about to do. `remaining` is the time until it expires next,
// and 0 of one that will not; an interval of 0 is that of a timer that expires
// once.
//
// Thread-safety and fork: a value.
struct TimerState {
  std::chrono::nanoseconds remaining;
  std::chrono::nanoseconds interval;

  constexpr bool is_armed() const { return remaining.count() != 0; }
  friend constexpr bool operator==(TimerState, TimerState) = default;
};

namespace internal {

template <typename AnyClock>
constexpr itimerspec ToItimerspec(const TimerSetting<AnyClock>& setting) {
  return {.it_interval = *setting.interval.get(),
          .it_value = *setting.first.get()};
}

constexpr TimerState ToTimerState(const itimerspec& time) {
  return {.remaining = ToNanoseconds(time.it_value),
          .interval = ToNanoseconds(time.it_interval)};
}

}  // namespace internal
}  // namespace plumbline

#endif  // WRAPPERS_TIMER_SETTING_H_
