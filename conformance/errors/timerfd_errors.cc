// Provocations of timerfd_create(2).

#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "conformance/errors/helpers.h"

namespace {

constexpr int kNoClock = 42;

// Seconds until the first expiration that provocations set.
constexpr int kLong = 1000;

int Timer() { return MUST(timerfd_create(CLOCK_MONOTONIC, 0)); }

// A descriptor that is no timer.
int NoTimer() {
  int ends[2];
  MUST(pipe(ends));
  return ends[0];
}

itimerspec In(time_t seconds, long nanoseconds) {
  itimerspec value = {};
  value.it_value.tv_sec = seconds;
  value.it_value.tv_nsec = nanoseconds;
  return value;
}

itimerspec Every(time_t seconds, long nanoseconds) {
  itimerspec value = In(kLong, 0);
  value.it_interval.tv_sec = seconds;
  value.it_interval.tv_nsec = nanoseconds;
  return value;
}

bool IsArmed(int fd) {
  itimerspec value = {};
  MUST(timerfd_gettime(fd, &value));
  return value.it_value.tv_sec != 0 || value.it_value.tv_nsec != 0;
}

// The system call that takes struct itimerspec as the C library has it: 32-bit
// architectures have two.
long RawSettime(int fd, int flags, const void* new_value, void* old_value) {
#ifdef SYS_timerfd_settime64
  if (sizeof(time_t) > sizeof(long)) {
    return syscall(SYS_timerfd_settime64, fd, flags, new_value, old_value);
  }
#endif
#ifdef SYS_timerfd_settime
  return syscall(SYS_timerfd_settime, fd, flags, new_value, old_value);
#endif
}

long RawGettime(int fd, void* curr_value) {
#ifdef SYS_timerfd_gettime64
  if (sizeof(time_t) > sizeof(long)) {
    return syscall(SYS_timerfd_gettime64, fd, curr_value);
  }
#endif
#ifdef SYS_timerfd_gettime
  return syscall(SYS_timerfd_gettime, fd, curr_value);
#endif
}

}  // namespace

PROVOKE(timerfd_create, EINVAL, clockid_unknown) {
  CALL(timerfd_create(kNoClock, 0));
}

PROVOKE(timerfd_create, EINVAL, clockid_cpu_time) {
  CALL(timerfd_create(CLOCK_PROCESS_CPUTIME_ID, 0));
}

PROVOKE(timerfd_create, EINVAL, clockid_other) {
  CALL(timerfd_create(CLOCK_MONOTONIC_RAW, 0));
}

PROVOKE(timerfd_create, EINVAL, flags_unknown) {
  CALL(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK | 1));
}

PROVOKE(timerfd_create, EINVAL, flags_unknown_and_alarm) {
  DropCapabilities();
  CALL(timerfd_create(CLOCK_REALTIME_ALARM, 1));
}

PROVOKE(timerfd_create, EMFILE, no_descriptor) {
  UseUpDescriptors();
  CALL(timerfd_create(CLOCK_MONOTONIC, 0));
}

REASON(timerfd_create, ENODEV, no_anonymous_inodes) {
  HOLDS(IsAnonymousInode(Timer()));
}

PROVOKE(timerfd_create, EPERM, realtime_alarm) {
  DropCapabilities();
  CALL(timerfd_create(CLOCK_REALTIME_ALARM, 0));
}

PROVOKE(timerfd_create, EPERM, boottime_alarm) {
  DropCapabilities();
  CALL(timerfd_create(CLOCK_BOOTTIME_ALARM, 0));
}

PROVOKE(timerfd_create, EPERM, boottime_alarm_and_no_descriptor) {
  DropCapabilities();
  UseUpDescriptors();
  CALL(timerfd_create(CLOCK_BOOTTIME_ALARM, 0));
}

PROVOKE(timerfd_settime, EBADF, fd_closed) {
  const itimerspec value = In(kLong, 0);
  itimerspec old_value = {};
  WATCH(old_value);
  const int closed = ClosedDescriptor();
  CALL(timerfd_settime(closed, 0, &value, &old_value));
}

PROVOKE(timerfd_settime, EFAULT, new_value_unreadable) {
  const int timer = Timer();
  void* const bad = BadAddress();
  CALL_RAW(RawSettime(timer, 0, bad, nullptr));
  CALL_LIBC(timerfd_settime(timer, 0, static_cast<itimerspec*>(bad), nullptr));
  EXPECT(!IsArmed(timer));
}

PROVOKE(timerfd_settime, EFAULT, new_value_null) {
  const int timer = Timer();
  CALL_RAW(RawSettime(timer, 0, nullptr, nullptr));
  CALL_LIBC(timerfd_settime(timer, 0, nullptr, nullptr));
  EXPECT(!IsArmed(timer));
}

PROVOKE(timerfd_settime, EFAULT, new_value_unreadable_and_fd_closed) {
  const int closed = ClosedDescriptor();
  void* const bad = BadAddress();
  CALL_RAW(RawSettime(closed, 0, bad, nullptr));
  CALL_LIBC(timerfd_settime(closed, 0, static_cast<itimerspec*>(bad), nullptr));
}

PROVOKE(timerfd_settime, EFAULT, old_value_unwritable) {
  const int timer = Timer();
  const itimerspec value = In(kLong, 0);
  void* const bad = ReadOnlyAddress();
  CALL_RAW(RawSettime(timer, 0, &value, bad));
  CALL_LIBC(timerfd_settime(timer, 0, &value, static_cast<itimerspec*>(bad)));
  EFFECT(IsArmed(timer));
}

PROVOKE(timerfd_settime, EINVAL, fd_no_timerfd) {
  const int no_timer = NoTimer();
  const itimerspec value = In(kLong, 0);
  itimerspec old_value = {};
  WATCH(old_value);
  CALL(timerfd_settime(no_timer, 0, &value, &old_value));
}

PROVOKE(timerfd_settime, EINVAL, flags_unknown) {
  const int timer = Timer();
  const itimerspec value = In(kLong, 0);
  itimerspec old_value = {};
  WATCH(old_value);
  CALL(timerfd_settime(timer, 4, &value, &old_value));
  EXPECT(!IsArmed(timer));
}

PROVOKE(timerfd_settime, EINVAL, flags_unknown_and_fd_closed) {
  const int closed = ClosedDescriptor();
  const itimerspec value = In(kLong, 0);
  CALL(timerfd_settime(closed, 4, &value, nullptr));
}

PROVOKE(timerfd_settime, EINVAL, value_nanoseconds_negative) {
  const int timer = Timer();
  const itimerspec value = In(kLong, -1);
  CALL(timerfd_settime(timer, 0, &value, nullptr));
  EXPECT(!IsArmed(timer));
}

PROVOKE(timerfd_settime, EINVAL, value_nanoseconds_large) {
  const int timer = Timer();
  const itimerspec value = In(kLong, 1000000000);
  CALL(timerfd_settime(timer, 0, &value, nullptr));
  EXPECT(!IsArmed(timer));
}

PROVOKE(timerfd_settime, EINVAL, value_nanoseconds_and_fd_closed) {
  const int closed = ClosedDescriptor();
  const itimerspec value = In(kLong, 1000000000);
  CALL(timerfd_settime(closed, 0, &value, nullptr));
}

PROVOKE(timerfd_settime, EINVAL, interval_nanoseconds_negative) {
  const int timer = Timer();
  const itimerspec value = Every(1, -1);
  CALL(timerfd_settime(timer, 0, &value, nullptr));
  EXPECT(!IsArmed(timer));
}

PROVOKE(timerfd_settime, EINVAL, interval_nanoseconds_large) {
  const int timer = Timer();
  const itimerspec value = Every(1, 1000000000);
  CALL(timerfd_settime(timer, 0, &value, nullptr));
  EXPECT(!IsArmed(timer));
}

PROVOKE(timerfd_settime, EINVAL, value_seconds_negative) {
  const int timer = Timer();
  const itimerspec value = In(-1, 0);
  CALL(timerfd_settime(timer, 0, &value, nullptr));
  EXPECT(!IsArmed(timer));
}

PROVOKE(timerfd_settime, EINVAL, interval_seconds_negative) {
  const int timer = Timer();
  const itimerspec value = Every(-1, 0);
  CALL(timerfd_settime(timer, 0, &value, nullptr));
  EXPECT(!IsArmed(timer));
}

PROVOKE(timerfd_settime, EPERM, alarm) {
  const int timer = timerfd_create(CLOCK_BOOTTIME_ALARM, 0);
  if (timer < 0) SKIP("needs CAP_WAKE_ALARM");
  DropCapabilities();
  const itimerspec value = In(kLong, 0);
  CALL(timerfd_settime(timer, 0, &value, nullptr));
  EXPECT(!IsArmed(timer));
}

PROVOKE(timerfd_gettime, EBADF, fd_closed) {
  const int closed = ClosedDescriptor();
  itimerspec value = {};
  WATCH(value);
  CALL(timerfd_gettime(closed, &value));
}

PROVOKE(timerfd_gettime, EBADF, fd_closed_and_curr_value_unwritable) {
  const int closed = ClosedDescriptor();
  void* const bad = BadAddress();
  CALL_RAW(RawGettime(closed, bad));
  CALL_LIBC(timerfd_gettime(closed, static_cast<itimerspec*>(bad)));
}

PROVOKE(timerfd_gettime, EFAULT, curr_value_unwritable) {
  const int timer = Timer();
  void* const bad = ReadOnlyAddress();
  CALL_RAW(RawGettime(timer, bad));
  CALL_LIBC(timerfd_gettime(timer, static_cast<itimerspec*>(bad)));
}

PROVOKE(timerfd_gettime, EINVAL, fd_no_timerfd) {
  const int no_timer = NoTimer();
  itimerspec value = {};
  WATCH(value);
  CALL(timerfd_gettime(no_timer, &value));
}

PROVOKE(timerfd_gettime, EINVAL, fd_no_timerfd_and_curr_value_unwritable) {
  const int no_timer = NoTimer();
  void* const bad = BadAddress();
  CALL_RAW(RawGettime(no_timer, bad));
  CALL_LIBC(timerfd_gettime(no_timer, static_cast<itimerspec*>(bad)));
}
