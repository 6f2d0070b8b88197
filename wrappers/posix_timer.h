// A timer that sends a signal: timer_create(2).

#ifndef WRAPPERS_POSIX_TIMER_H_
#define WRAPPERS_POSIX_TIMER_H_

#include <errno.h>
#include <signal.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <type_traits>
#include <utility>

#include "wrappers/clock.h"
#include "wrappers/posix_timer_constants.h"
#include "wrappers/result.h"
#include "wrappers/timer_setting.h"

namespace plumbline {

namespace internal {

// What sigevent(7) calls sigev_notify_thread_id, glibc only since after 2.36.
inline pid_t& NotifiedThread(sigevent& event) {
#ifdef sigev_notify_thread_id
  return event.sigev_notify_thread_id;
#else
  return event._sigev_un._tid;
#endif
}

}  // namespace internal

// What a PosixTimer does when it expires: struct sigevent of sigevent(7).
//
// SIGEV_THREAD, by which the C library calls a function in a new thread, is
// left out: such a call may begin after timer_delete(2) returned, and nobody
// can tell when the last has ended, and so when what the function uses may go.
// A thread that reads a TimerFd does the same safely.
//
// Thread-safety and fork: a value.
class TimerNotification {
 public:
  // SIGEV_NONE: nothing; it is asked by Get.
  static TimerNotification None() {
    return TimerNotification(SigeventNotify::kNone, 0);
  }

  // SIGEV_SIGNAL: sends the process a signal, whose handler finds the value in
  // si_value: a number, in its sival_int, or a pointer, in its sival_ptr.
  static TimerNotification Signal(int signal, int value = 0) {
    TimerNotification made(SigeventNotify::kSignal, signal);
    made.event_.sigev_value.sival_int = value;
    return made;
  }
  static TimerNotification Signal(int signal, void* value) {
    TimerNotification made(SigeventNotify::kSignal, signal);
    made.event_.sigev_value.sival_ptr = value;
    return made;
  }

  // SIGEV_THREAD_ID: the same, to one thread of this process. `thread` is a
  // number that gettid(2) returned; when the thread ends, the signals end too.
  static TimerNotification SignalToThread(pid_t thread, int signal,
                                          int value = 0) {
    return Signal(signal, value).To(thread);
  }
  static TimerNotification SignalToThread(pid_t thread, int signal,
                                          void* value) {
    return Signal(signal, value).To(thread);
  }

  // For calls of the C library. Points into this.
  const sigevent* get() const { return &event_; }
  sigevent* get() { return &event_; }

 private:
  TimerNotification(SigeventNotify notify, int signal) : event_() {
    event_.sigev_notify = static_cast<int>(notify);
    event_.sigev_signo = signal;
  }
  TimerNotification To(pid_t thread) const {
    TimerNotification other = *this;
    other.event_.sigev_notify = static_cast<int>(SigeventNotify::kThreadId);
    internal::NotifiedThread(other.event_) = thread;
    return other;
  }

  sigevent event_;
};

// A timer by `AnyClock`, a Clock or RuntimeClock, that is deleted once, by
// this. Move-only; what was moved from has no timer, and calls of it fail with
// EINVAL.
//
// A signal of it that is pending already when it is set anew or deleted may be
// delivered all the same; newer kernels (since 6.13) drop it, but sigpending(2)
// tells of it until then.
//
// Thread-safety: const members may be called from any threads at once, others
// by one at a time. Fork: the child does not have the timer, but one of its own
// may have the same number. The child's object deletes nothing (it knows its
// own process by getpid(2)), and must not be used but to destroy it.
template <typename AnyClock>
class [[nodiscard]] BasicPosixTimer {
 public:
  using clock = AnyClock;
  using Setting = TimerSetting<AnyClock>;

  // None.
  constexpr BasicPosixTimer() = default;

  // timer_create(2): a timer that is not set. Fails with EAGAIN if the user has
  // as many signals pending and timers as RLIMIT_SIGPENDING allows, with EINVAL
  // if there is no such clock, signal or thread, with ENOTSUP for a clock that
  // has no timers, and with EPERM for an alarm clock without CAP_WAKE_ALARM.
  static Result<BasicPosixTimer> Create(AnyClock clock,
                                        TimerNotification notification) {
    timer_t raw;
    if (::timer_create(static_cast<clockid_t>(clock.id()), notification.get(),
                       &raw) != 0) [[unlikely]]
      return internal::Failed(
          "timer_create", clock.id(),
          argument::Sigevent{notification.get(),
                             internal::NotifiedThread(*notification.get())},
          static_cast<void*>(&raw));
    return BasicPosixTimer(raw);
  }
  // timer_create(2): the same by the clock that the type names.
  static Result<BasicPosixTimer> Create(
      TimerNotification notification) requires std::is_empty_v<AnyClock> {
    return Create(AnyClock(), notification);
  }
  // Takes what timer_create(2) made in this process, for the same clock, and
  // nobody else will delete.
  static BasicPosixTimer Adopt(timer_t raw) { return BasicPosixTimer(raw); }

  BasicPosixTimer(BasicPosixTimer&& other) noexcept
      : raw_(other.raw_), process_(std::exchange(other.process_, 0)) {}
  BasicPosixTimer& operator=(BasicPosixTimer&& other) noexcept {
    BasicPosixTimer(std::move(other)).Swap(*this);
    return *this;
  }
  // timer_delete(2), if there is a timer of this process. errno is preserved.
  ~BasicPosixTimer() {
    if (has_timer()) Discard();
  }

  bool has_timer() const { return process_ != 0; }
  // What timer_create(2) made; only if it has a timer.
  timer_t raw() const { return raw_; }

  // timer_settime(2): expires first after nanoseconds or at a time, which are
  // rounded up, and then every interval. What it did before it does no longer,
  // and is returned. Fails with EINVAL without a timer, and with ESRCH if the
  // clock is the CPU time of a process that has ended.
  Result<TimerState> Set(const Setting& setting) const {
    return SetTime(setting.first.is_absolute() ? ClockSleepFlags::kAbstime
                                               : ClockSleepFlags(),
                   internal::ToItimerspec(setting));
  }

  // timer_settime(2): expires no more. What it did before is returned. Fails as
  // Set does.
  Result<TimerState> Disarm() const {
    return SetTime(ClockSleepFlags(), itimerspec());
  }

  // timer_gettime(2): until when it expires next, and the interval. Fails with
  // EINVAL without a timer.
  Result<TimerState> Get() const {
    if (!has_timer()) [[unlikely]]
      return NoTimer("timer_gettime");
    itimerspec now;
    if (::timer_gettime(raw_, &now) != 0) [[unlikely]]
      return internal::Failed("timer_gettime", Number(),
                              static_cast<void*>(&now));
    return internal::ToTimerState(now);
  }

  // timer_getoverrun(2): how often it expired between the signal that was
  // delivered last and its expiration, of which no other signal tells; the
  // signal's si_overrun is the same. Fails with EINVAL without a timer.
  Result<int> Overrun() const {
    if (!has_timer()) [[unlikely]]
      return NoTimer("timer_getoverrun");
    const int overrun = ::timer_getoverrun(raw_);
    if (overrun < 0) [[unlikely]]
      return internal::Failed("timer_getoverrun", Number());
    return overrun;
  }

  // timer_delete(2): deletes it; whatever this returns, it has no timer
  // afterwards. Fails with EINVAL if it had none before, or one of the process
  // that this was forked from, or if somebody else has deleted it.
  Result<void> Delete() {
    if (!has_timer()) [[unlikely]]
      return NoTimer("timer_delete");
    if (std::exchange(process_, 0) != ::getpid()) [[unlikely]]
      return internal::FailedWith(
          EINVAL, "timer_delete",
          argument::Reason{"the timer is the parent process's"}, Number());
    if (::timer_delete(raw_) != 0) [[unlikely]]
      return internal::Failed("timer_delete", Number());
    return {};
  }

  // The timer, which the caller is to delete now; only if it has one.
  [[nodiscard]] timer_t Release() {
    process_ = 0;
    return raw_;
  }

  void Swap(BasicPosixTimer& other) noexcept {
    std::swap(raw_, other.raw_);
    std::swap(process_, other.process_);
  }

 private:
  explicit BasicPosixTimer(timer_t raw) : raw_(raw), process_(::getpid()) {}

  Result<TimerState> SetTime(ClockSleepFlags flags,
                             const itimerspec& setting) const {
    if (!has_timer()) [[unlikely]]
      return NoTimer("timer_settime");
    itimerspec before;
    if (::timer_settime(raw_, flags.bits(), &setting, &before) != 0)
        [[unlikely]]
      return internal::Failed("timer_settime", Number(), flags, setting,
                              static_cast<void*>(&before));
    return internal::ToTimerState(before);
  }

  void Discard() noexcept {
    const int saved = errno;
    if (process_ == ::getpid()) ::timer_delete(raw_);
    errno = saved;
  }

  // The kernel's number; the C library makes a pointer of it.
  int Number() const {
    return static_cast<int>(reinterpret_cast<std::intptr_t>(raw_));
  }

  // No number stands for none: the C library takes some for pointers.
  static Error NoTimer(const char* function) {
    return internal::FailedWith(EINVAL, function,
                                argument::Reason{"there is no timer"});
  }

  timer_t raw_ = {};
  pid_t process_ = 0;  // whose timer it is; 0 if there is none
};

// By CLOCK_MONOTONIC, which nobody can set.
using PosixTimer = BasicPosixTimer<MonotonicClock>;
// By CLOCK_REALTIME, for what is to happen at a time of the day.
using RealtimePosixTimer = BasicPosixTimer<RealtimeClock>;
// By the CPU time that this process uses.
using ProcessCpuPosixTimer = BasicPosixTimer<ProcessCpuClock>;

}  // namespace plumbline

#endif  // WRAPPERS_POSIX_TIMER_H_
