// How long a call may wait, from std::chrono durations.

#ifndef WRAPPERS_TIMEOUT_H_
#define WRAPPERS_TIMEOUT_H_

#include <time.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <ratio>
#include <type_traits>

namespace plumbline {

namespace internal {

// Rounded up to whole `To`s, so that nobody waits for less than was asked;
// below 0 is 0 and above `most` is `most`. Not a number is 0, as it compares
// with nothing. Floating point is as precise as a double, or as its own type if
// that is wider.
template <typename To, typename Rep, typename Period>
constexpr typename To::rep CeilWithin(std::chrono::duration<Rep, Period> time,
                                      typename To::rep most) {
  using Count = typename To::rep;
  const Rep count = time.count();
  if constexpr (std::is_same_v<std::chrono::duration<Rep, Period>, To>) {
    // One comparison if it is within, as nearly always.
    if (count >= 0 && count <= most) [[likely]]
      return count;
    return count < 0 ? 0 : most;
  } else if constexpr (std::chrono::treat_as_floating_point_v<Rep>) {
    if (!(count > 0)) return 0;
    using Wide = std::common_type_t<Rep, double>;
    const Wide exact =
        std::chrono::duration<Wide, typename To::period>(time).count();
    if (static_cast<long double>(exact) >= static_cast<long double>(most))
      return most;
    const auto whole = static_cast<Count>(exact);
    // Also if so little is left that `exact` is 0.
    return whole == 0 || static_cast<Wide>(whole) < exact ? whole + 1 : whole;
  } else {
    if (!(count > 0)) return 0;
    // time * kTimes / kParts, without an intermediate result that overflows,
    // as duration_cast would have.
    using Ratio = std::ratio_divide<Period, typename To::period>;
    constexpr std::uintmax_t kTimes = Ratio::num;
    constexpr std::uintmax_t kParts = Ratio::den;
    static_assert(
        kParts - 1 <= std::numeric_limits<std::uintmax_t>::max() / kTimes,
        "the duration's period is no simple part of a second");
    const auto all = static_cast<std::uintmax_t>(count);
    const auto limit = static_cast<std::uintmax_t>(most);
    const std::uintmax_t whole = all / kParts;
    if (whole > limit / kTimes) return most;
    const std::uintmax_t rest = all % kParts * kTimes;
    const std::uintmax_t rounded_up =
        whole * kTimes + rest / kParts + (rest % kParts != 0);
    return rounded_up > limit ? most : static_cast<Count>(rounded_up);
  }
}

// Rounded up to nanoseconds; what is too long for a time_t is the longest that
// it can hold, of which the nanoseconds are 0. A negative duration is 0.
template <typename Rep, typename Period>
constexpr timespec CeilToTimespec(std::chrono::duration<Rep, Period> time) {
  using std::chrono::nanoseconds;
  using std::chrono::seconds;
  constexpr time_t kMostSeconds = std::numeric_limits<time_t>::max();
  constexpr auto kMost = std::numeric_limits<nanoseconds::rep>::max();
  constexpr nanoseconds::rep kSecond = 1'000'000'000;
  const nanoseconds::rep all = CeilWithin<nanoseconds>(time, kMost);
  // Of more than 292 years, seconds are enough.
  if (all == kMost) [[unlikely]]
    return {static_cast<time_t>(CeilWithin<seconds>(time, kMostSeconds)), 0};
  if (all / kSecond >= kMostSeconds) [[unlikely]]
    return {kMostSeconds, 0};
  return {static_cast<time_t>(all / kSecond),
          static_cast<decltype(timespec::tv_nsec)>(all % kSecond)};
}

}  // namespace internal

// A timeout in milliseconds, as epoll_wait(2) and poll(2) take it. From any
// duration, rounded up: what is more than 0 is at least 1 ms, and what is too
// long for an int is kMax, never infinite. A negative duration is 0.
//
// Thread-safety and fork: a value.
class PollTimeout {
 public:
  // About 24.8 days.
  static constexpr int kMax = std::numeric_limits<int>::max();

  template <typename Rep, typename Period>
  constexpr PollTimeout(  // NOLINT: converts
      std::chrono::duration<Rep, Period> time)
      : milliseconds_(static_cast<int>(
            internal::CeilWithin<std::chrono::milliseconds>(time, kMax))) {}

  // Waits until something happens.
  static constexpr PollTimeout Infinite() { return PollTimeout(-1); }

  constexpr bool is_infinite() const { return milliseconds_ < 0; }
  // -1 if it is infinite.
  constexpr int milliseconds() const { return milliseconds_; }

 private:
  constexpr explicit PollTimeout(int milliseconds)
      : milliseconds_(milliseconds) {}

  int milliseconds_;
};

// A timeout in nanoseconds, as ppoll(2), pselect(2) and epoll_pwait2(2) take
// it. From any duration, rounded up; what is too long for a time_t is the
// longest one, never infinite. A negative duration is 0.
//
// Thread-safety and fork: a value.
class PreciseTimeout {
 public:
  template <typename Rep, typename Period>
  constexpr PreciseTimeout(  // NOLINT: converts
      std::chrono::duration<Rep, Period> time)
      : time_(internal::CeilToTimespec(time)) {}

  // Waits until something happens.
  static constexpr PreciseTimeout Infinite() { return PreciseTimeout(); }

  constexpr bool is_infinite() const { return time_.tv_nsec < 0; }
  // nullptr if it is infinite. Points into this.
  constexpr const timespec* get() const {
    return is_infinite() ? nullptr : &time_;
  }

 private:
  constexpr PreciseTimeout() : time_{0, -1} {}

  timespec time_;
};

// A span of time in nanoseconds, as clock_nanosleep(2) and timers take it. From
// any duration, rounded up; what is too long for a time_t is the longest one. A
// negative duration is 0.
//
// Thread-safety and fork: a value.
class Delay {
 public:
  template <typename Rep, typename Period>
  constexpr Delay(std::chrono::duration<Rep, Period> time)  // NOLINT: converts
      : time_(internal::CeilToTimespec(time)) {}

  // For calls of the C library. Points into this.
  constexpr const timespec* get() const { return &time_; }

 private:
  timespec time_;
};

}  // namespace plumbline

#endif  // WRAPPERS_TIMEOUT_H_
