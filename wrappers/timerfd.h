// A timer that is a descriptor: timerfd_create(2).

#ifndef WRAPPERS_TIMERFD_H_
#define WRAPPERS_TIMERFD_H_

#include <sys/ioctl.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "wrappers/clock.h"
#include "wrappers/fd.h"
#include "wrappers/result.h"
#include "wrappers/timeout.h"
#include "wrappers/timer_setting.h"
#include "wrappers/timerfd_constants.h"

namespace plumbline {

namespace internal {

// Clocks that can be set under a timer. For others the kernel would overlook
// TFD_TIMER_CANCEL_ON_SET.
template <typename AnyClock>
inline constexpr bool kCanBeCanceled =
    std::is_same_v<AnyClock, Clock<ClockId::kRealtime>> ||
    std::is_same_v<AnyClock, Clock<ClockId::kRealtimeAlarm>>;

inline Result<TimerState> SetTimerFd(int fd, TimerFdSettingFlags flags,
                                     const itimerspec& setting) {
  itimerspec before;
  if (::timerfd_settime(fd, flags.bits(), &setting, &before) != 0) [[unlikely]]
    return Failed("timerfd_settime", fd, flags, setting,
                  static_cast<void*>(&before));
  return ToTimerState(before);
}

}  // namespace internal

// A timer by `AnyClock`, a Clock or RuntimeClock. It is readable when it has
// expired since it was read or set.
//
// Thread-safety: all but Close and moving may be called from any threads at
// once; each expiration is read by one of them. Close and moving may not, while
// another thread uses it. Fork: the child shares the timer.
template <typename AnyClock>
class BasicTimerFd : public FdOwner {
 public:
  using clock = AnyClock;
  using Setting = TimerSetting<AnyClock>;

  // Closed.
  constexpr BasicTimerFd() = default;

  // timerfd_create(2): a timer that is not set. Fails with EINVAL if there are
  // no such timers by the clock (but CLOCK_MONOTONIC, CLOCK_REALTIME,
  // CLOCK_BOOTTIME and the alarm clocks), with EPERM for an alarm clock without
  // CAP_WAKE_ALARM, and with EMFILE, ENFILE, ENODEV and ENOMEM.
  static Result<BasicTimerFd> Create(
      AnyClock clock, TimerFdFlags flags = TimerFdFlags::kCloexec) {
    const int raw =
        ::timerfd_create(static_cast<int>(clock.id()), flags.bits());
    if (raw < 0) [[unlikely]]
      return internal::Failed("timerfd_create", clock.id(), flags);
    return BasicTimerFd(OwnedFd::Adopt(raw));
  }
  // timerfd_create(2): the same by the clock that the type names.
  static Result<BasicTimerFd> Create(
      TimerFdFlags flags =
          TimerFdFlags::kCloexec) requires std::is_empty_v<AnyClock> {
    return Create(AnyClock(), flags);
  }
  // Takes a descriptor that timerfd_create(2) made, for the same clock.
  static constexpr BasicTimerFd Adopt(OwnedFd fd) {
    return BasicTimerFd(std::move(fd));
  }

  // timerfd_settime(2): expires first after nanoseconds or at a time, which are
  // rounded up, and then every interval. What it did before it does no longer,
  // and is returned; unread expirations are forgotten. Fails with EBADF, with
  // EINVAL if an adopted descriptor is no timer, and with EPERM if the right to
  // use an alarm clock is lost.
  Result<TimerState> Set(const Setting& setting) const {
    return internal::SetTimerFd(raw(),
                                setting.first.is_absolute()
                                    ? TimerFdSettingFlags::kAbstime
                                    : TimerFdSettingFlags(),
                                internal::ToItimerspec(setting));
  }

  // timerfd_settime(2) with TFD_TIMER_CANCEL_ON_SET: the same, until the clock
  // is set, or leaps in another way. Read fails with ECANCELED then, once for
  // each time; so does this, but sets the timer all the same.
  Result<TimerState> SetUntilClockIsSet(
      const Deadline<AnyClock>& first,
      const Delay& interval = std::chrono::nanoseconds(
          0)) const requires internal::kCanBeCanceled<AnyClock> {
    return internal::SetTimerFd(
        raw(),
        TimerFdSettingFlags::kAbstime | TimerFdSettingFlags::kCancelOnSet,
        internal::ToItimerspec(Setting{first, interval}));
  }

  // timerfd_settime(2): expires no more. What it did before is returned; unread
  // expirations are forgotten. Fails with EBADF, and with EINVAL if an adopted
  // descriptor is no timer.
  Result<TimerState> Disarm() const {
    return internal::SetTimerFd(raw(), TimerFdSettingFlags(), itimerspec());
  }

  // timerfd_gettime(2): until when it expires next, and the interval. Fails
  // with EBADF, and with EINVAL if an adopted descriptor is no timer.
  Result<TimerState> Get() const {
    itimerspec now;
    if (::timerfd_gettime(raw(), &now) != 0) [[unlikely]]
      return internal::Failed("timerfd_gettime", raw(),
                              static_cast<void*>(&now));
    return internal::ToTimerState(now);
  }

  // read(2): returns how often it has expired since the last Read or Set. Waits
  // while that is 0, or fails with EAGAIN if it is nonblocking. Fails with
  // EINTR, and with ECANCELED after SetUntilClockIsSet if the clock was set.
  Result<std::uint64_t> Read() const {
    std::uint64_t value;
    if (::read(raw(), &value, sizeof(value)) < 0) [[unlikely]]
      return internal::Failed("read", raw(), static_cast<void*>(&value),
                              sizeof(value));
    return value;
  }

  // ioctl(2), TFD_IOC_SET_TICKS: makes it have expired so often, for programs
  // that restore another. Fails with EINVAL for 0, with ECANCELED as Read does,
  // with EBADF, and with ENOTTY if the kernel is built without
  // CONFIG_CHECKPOINT_RESTORE, or has 64 bits and the program 32.
  Result<void> SetExpirations(std::uint64_t expirations) const {
    // linux/timerfd.h, which defines it, can't be included beside fcntl.h.
    constexpr unsigned kRequest = _IOW('T', 0, std::uint64_t);
    if (::ioctl(raw(), kRequest, &expirations) != 0) [[unlikely]]
      return internal::Failed("ioctl", raw(), argument::Hex{kRequest},
                              expirations);
    return {};
  }

 private:
  constexpr explicit BasicTimerFd(OwnedFd fd) : FdOwner(std::move(fd)) {}
};

// By CLOCK_MONOTONIC, which nobody can set.
using TimerFd = BasicTimerFd<MonotonicClock>;
// By CLOCK_REALTIME, for what is to happen at a time of the day.
using RealtimeTimerFd = BasicTimerFd<RealtimeClock>;
// By CLOCK_BOOTTIME, which counts on while the machine is suspended.
using BoottimeTimerFd = BasicTimerFd<BoottimeClock>;

}  // namespace plumbline

#endif  // WRAPPERS_TIMERFD_H_
