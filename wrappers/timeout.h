// How long a call may wait, from std::chrono durations.

#ifndef WRAPPERS_TIMEOUT_H_
#define WRAPPERS_TIMEOUT_H_

#include <time.h>

#include <chrono>
#include <limits>
#include <type_traits>

namespace plumbline {

namespace internal {

// Rounded up to whole `To`s, so that nobody waits for less than was asked;
// below 0 is 0 and above `most` is `most`. Not a number is 0, as it compares
// with nothing.
template <typename To, typename Rep, typename Period>
constexpr typename To::rep CeilWithin(std::chrono::duration<Rep, Period> time,
                                      typename To::rep most) {
  using std::chrono::duration_cast;
  if constexpr (std::is_same_v<std::chrono::duration<Rep, Period>, To>) {
    return time.count() <= 0 ? 0 : time.count() >= most ? most : time.count();
  } else {
    if (!(time > time.zero())) return 0;
    // In the wider of the two as floating point, where the product of ratios
    // can't overflow.
    using Wide = std::chrono::duration<long double, typename To::period>;
    if (Wide(time).count() >= static_cast<long double>(most)) return most;
    To whole = duration_cast<To>(time);
    if (whole < time) ++whole;
    return whole.count();
  }
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
      std::chrono::duration<Rep, Period> time) {
    using std::chrono::nanoseconds;
    using std::chrono::seconds;
    constexpr auto kMost =
        static_cast<seconds::rep>(std::numeric_limits<time_t>::max());
    const auto rounded_up = internal::CeilWithin<seconds>(time, kMost);
    if (rounded_up == kMost) {
      time_ = {std::numeric_limits<time_t>::max(), 0};
      return;
    }
    // What is left of the last second; the duration is within a time_t now.
    auto whole = rounded_up;
    auto rest = internal::CeilWithin<nanoseconds>(time, kMaxNanoseconds);
    if (rest != kMaxNanoseconds) {
      whole = rest / 1'000'000'000;
      rest %= 1'000'000'000;
    } else {
      rest = 0;
    }
    time_ = {static_cast<time_t>(whole),
             static_cast<decltype(time_.tv_nsec)>(rest)};
  }

  // Waits until something happens.
  static constexpr PreciseTimeout Infinite() { return PreciseTimeout(); }

  constexpr bool is_infinite() const { return time_.tv_nsec < 0; }
  // nullptr if it is infinite. Points into this.
  constexpr const timespec* get() const {
    return is_infinite() ? nullptr : &time_;
  }

 private:
  static constexpr auto kMaxNanoseconds =
      std::numeric_limits<std::chrono::nanoseconds::rep>::max();

  constexpr PreciseTimeout() : time_{0, -1} {}

  timespec time_;
};

}  // namespace plumbline

#endif  // WRAPPERS_TIMEOUT_H_
