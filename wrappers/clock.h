// Clocks: reading, setting, and sleeping by them: clock_getres(2),
// clock_nanosleep(2).

#ifndef WRAPPERS_CLOCK_H_
#define WRAPPERS_CLOCK_H_

#include <errno.h>
#include <sys/types.h>
#include <time.h>

#include <chrono>
#include <cstdint>

#include "wrappers/clock_constants.h"
#include "wrappers/result.h"
#include "wrappers/timeout.h"

namespace plumbline {

template <ClockId kId>
class Clock;

namespace internal {

// The clock that is named in a clock's time points. Clocks that tell the same
// time share it, and of two it is the standard's own.
template <ClockId kId>
struct NamedInTimePoints {
  using type = Clock<kId>;
};
template <>
struct NamedInTimePoints<ClockId::kRealtime> {
  using type = std::chrono::system_clock;
};
template <>
struct NamedInTimePoints<ClockId::kRealtimeCoarse>
    : NamedInTimePoints<ClockId::kRealtime> {};
template <>
struct NamedInTimePoints<ClockId::kRealtimeAlarm>
    : NamedInTimePoints<ClockId::kRealtime> {};
template <>
struct NamedInTimePoints<ClockId::kMonotonic> {
  using type = std::chrono::steady_clock;
};
template <>
struct NamedInTimePoints<ClockId::kMonotonicCoarse>
    : NamedInTimePoints<ClockId::kMonotonic> {};
template <>
struct NamedInTimePoints<ClockId::kBoottimeAlarm>
    : NamedInTimePoints<ClockId::kBoottime> {};

// The kernel counts time in as many nanoseconds itself. What a device's clock
// tells can be more, and wraps round.
constexpr std::chrono::nanoseconds ToNanoseconds(const timespec& time) {
  return std::chrono::nanoseconds(static_cast<std::chrono::nanoseconds::rep>(
      static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
      static_cast<std::uint64_t>(time.tv_nsec)));
}

template <typename TimePoint>
Result<TimePoint> GetTime(ClockId id) {
  timespec time;
  if (::clock_gettime(static_cast<clockid_t>(id), &time) != 0) [[unlikely]]
    return Failed("clock_gettime", id, static_cast<void*>(&time));
  return TimePoint(ToNanoseconds(time));
}

inline Result<std::chrono::nanoseconds> GetResolution(ClockId id) {
  timespec time;
  if (::clock_getres(static_cast<clockid_t>(id), &time) != 0) [[unlikely]]
    return Failed("clock_getres", id, static_cast<void*>(&time));
  return ToNanoseconds(time);
}

inline Result<void> SetTime(ClockId id, std::chrono::nanoseconds since_epoch) {
  constexpr int kSecond = 1'000'000'000;
  auto seconds = since_epoch.count() / kSecond;
  auto rest = since_epoch.count() % kSecond;
  if (rest < 0) {
    --seconds;
    rest += kSecond;
  }
  const timespec time = {static_cast<time_t>(seconds),
                         static_cast<decltype(timespec::tv_nsec)>(rest)};
  if (time.tv_sec != seconds) [[unlikely]]
    return FailedWith(EOVERFLOW, "clock_settime",
                      argument::Reason{"the time does not fit into time_t"}, id,
                      seconds);
  if (::clock_settime(static_cast<clockid_t>(id), &time) != 0) [[unlikely]]
    return Failed("clock_settime", id, time);
  return {};
}

inline Result<void> SleepFor(ClockId id, const Delay& delay,
                             std::chrono::nanoseconds* remaining) {
  timespec rest = {};
  const int number =
      ::clock_nanosleep(static_cast<clockid_t>(id), 0, delay.get(), &rest);
  if (number != 0 && number != EINTR) [[unlikely]]
    return FailedWith(number, "clock_nanosleep", id, ClockSleepFlags(),
                      delay.get(), static_cast<void*>(&rest));
  if (remaining != nullptr) *remaining = ToNanoseconds(rest);
  if (number != 0) [[unlikely]]
    return FailedWith(number, "clock_nanosleep", id, ClockSleepFlags(),
                      delay.get(), rest);
  return {};
}

inline Result<void> SleepUntil(ClockId id, const timespec* deadline) {
  if (const int number = ::clock_nanosleep(static_cast<clockid_t>(id),
                                           TIMER_ABSTIME, deadline, nullptr);
      number != 0) [[unlikely]]
    return FailedWith(number, "clock_nanosleep", id, ClockSleepFlags::kAbstime,
                      deadline, nullptr);
  return {};
}

}  // namespace internal

// A point in time of the clock `AnyClock`, a Clock or RuntimeClock. From its
// time points, not from another clock's. Rounded up to nanoseconds; what is
// before the clock's epoch is the epoch, and what is too late for a time_t is
// the last second that it can hold.
//
// Thread-safety and fork: a value.
template <typename AnyClock>
class Deadline {
 public:
  template <typename Duration>
  constexpr Deadline(  // NOLINT: converts
      std::chrono::time_point<typename AnyClock::time_point::clock, Duration>
          time)
      : time_(internal::CeilToTimespec(time.time_since_epoch())) {}

  // For calls of the C library. Points into this.
  constexpr const timespec* get() const { return &time_; }

 private:
  timespec time_;
};

// A clock, as std::chrono has them, but that its calls may fail:
// MonotonicClock::Now().
//
// Its time points name the clock, so that a deadline of one can't be given to
// another. Those of CLOCK_REALTIME are std::chrono::system_clock's, and those
// of CLOCK_MONOTONIC are std::chrono::steady_clock's: they read the same
// clocks. The coarse and the alarm clocks tell the time of the others, and have
// their time points. A time point lasts until the year 2262 of
// CLOCK_REALTIME; the kernel sets no clock to so much.
//
// Thread-safety and fork: it has no state; all may be called from any thread.
template <ClockId kId>
class Clock {
 public:
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point =
      std::chrono::time_point<typename internal::NamedInTimePoints<kId>::type,
                              duration>;
  // It can't be set, and goes as fast as time.
  static constexpr bool is_steady =
      kId == ClockId::kMonotonic || kId == ClockId::kMonotonicRaw ||
      kId == ClockId::kMonotonicCoarse || kId == ClockId::kBoottime ||
      kId == ClockId::kBoottimeAlarm;

  static constexpr ClockId id() { return kId; }

  // clock_gettime(2): the time now, in nanoseconds. Fails with EINVAL if the
  // machine lacks the clock, and with EOVERFLOW if it does not fit into a
  // time_t.
  static Result<time_point> Now() { return internal::GetTime<time_point>(kId); }

  // clock_getres(2): by how many nanoseconds it goes on at a time. Fails with
  // EINVAL if the machine lacks the clock.
  static Result<duration> Resolution() { return internal::GetResolution(kId); }

  // clock_settime(2): sets it, to the nanosecond. Fails with EPERM without
  // CAP_SYS_TIME, with EINVAL if it is a clock that can't be set or the time is
  // below 0 or before CLOCK_MONOTONIC's, and with EOVERFLOW if it does not fit
  // into a time_t.
  static Result<void> Set(time_point time) {
    return internal::SetTime(kId, time.time_since_epoch());
  }

  // clock_nanosleep(2): sleeps for nanoseconds that are rounded up; not at all
  // if that is 0 or less. Fails with EINTR if a signal handler ran, and then
  // sets `remaining`, if there is one, to what is left of the time, which may
  // be used for the next call:
  //
  //   nanoseconds left = 5s;
  //   RetryOnEintr([&] { return MonotonicClock::SleepFor(left, &left); });
  //
  // (Each time may add the time that the handler took; SleepUntil does not.)
  // When the time is over `remaining` is 0; any other failure leaves it alone.
  // Fails with EINVAL or ENOTSUP if the clock is none to sleep by, and with
  // EPERM for an alarm clock without CAP_WAKE_ALARM. errno is left alone.
  static Result<void> SleepFor(const Delay& delay,
                               duration* remaining = nullptr) {
    return internal::SleepFor(kId, delay, remaining);
  }

  // clock_nanosleep(2) with TIMER_ABSTIME: sleeps until the clock is at the
  // deadline, also if it is set meanwhile; not at all if it is there already.
  // Fails as SleepFor does; after EINTR it is called again with the same
  // deadline.
  static Result<void> SleepUntil(const Deadline<Clock>& deadline) {
    return internal::SleepUntil(kId, deadline.get());
  }
};

using RealtimeClock = Clock<ClockId::kRealtime>;
using MonotonicClock = Clock<ClockId::kMonotonic>;
// Counts on while the machine is suspended, which CLOCK_MONOTONIC does not.
using BoottimeClock = Clock<ClockId::kBoottime>;
// The CPU time that this process, or the calling thread, has used.
using ProcessCpuClock = Clock<ClockId::kProcessCputimeId>;
using ThreadCpuClock = Clock<ClockId::kThreadCputimeId>;

// A clock that is only known when the program runs: another process's CPU time,
// or one that is chosen by its ID. Its time points don't tell of which clock
// they are, and so must not be given to another.
//
// Thread-safety: a value. Fork: a value; the calling process's or thread's CPU
// time is the child's own there.
class RuntimeClock {
 public:
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<RuntimeClock>;
  static constexpr bool is_steady = false;

  constexpr explicit RuntimeClock(ClockId id) : id_(id) {}

  // clock_getcpuclockid(3): the CPU time of a process, and its clock's ID, to
  // which ClockId has no name; of the calling one if `process` is 0. It is told
  // while there is such a process. Fails with ESRCH if there is none; errno is
  // left alone.
  static Result<RuntimeClock> OfProcess(pid_t process) {
    clockid_t id;
    if (const int number = ::clock_getcpuclockid(process, &id); number != 0)
        [[unlikely]]
      return internal::FailedWith(number, "clock_getcpuclockid", process,
                                  static_cast<void*>(&id));
    return RuntimeClock(static_cast<ClockId>(id));
  }

  constexpr ClockId id() const { return id_; }

  // clock_gettime(2): see Clock::Now. What a device's clock tells is taken
  // modulo 2^64 ns.
  Result<time_point> Now() const { return internal::GetTime<time_point>(id_); }

  // clock_getres(2): see Clock::Resolution.
  Result<duration> Resolution() const { return internal::GetResolution(id_); }

  // clock_settime(2): see Clock::Set.
  Result<void> Set(time_point time) const {
    return internal::SetTime(id_, time.time_since_epoch());
  }

  // clock_nanosleep(2): see Clock::SleepFor.
  Result<void> SleepFor(const Delay& delay,
                        duration* remaining = nullptr) const {
    return internal::SleepFor(id_, delay, remaining);
  }

  // clock_nanosleep(2) with TIMER_ABSTIME: see Clock::SleepUntil.
  Result<void> SleepUntil(const Deadline<RuntimeClock>& deadline) const {
    return internal::SleepUntil(id_, deadline.get());
  }

  friend constexpr bool operator==(RuntimeClock, RuntimeClock) = default;

 private:
  ClockId id_;
};

// nanosleep(2): sleeps for nanoseconds that are rounded up, by CLOCK_MONOTONIC,
// as it was before there were clocks to choose from. Fails with EINTR as
// MonotonicClock::SleepFor does, and sets `remaining` as that; errno is the
// call's.
inline Result<void> Nanosleep(const Delay& delay,
                              std::chrono::nanoseconds* remaining = nullptr) {
  timespec rest = {};
  const bool is_over = ::nanosleep(delay.get(), &rest) == 0;
  if (!is_over && errno != EINTR) [[unlikely]]
    return internal::Failed("nanosleep", delay.get(),
                            static_cast<void*>(&rest));
  if (remaining != nullptr) *remaining = internal::ToNanoseconds(rest);
  if (!is_over) [[unlikely]]
    return internal::Failed("nanosleep", delay.get(), rest);
  return {};
}

}  // namespace plumbline

#endif  // WRAPPERS_CLOCK_H_
