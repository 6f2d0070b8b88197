// Provocations of clock_getres(2), clock_nanosleep(2), clock_getcpuclockid(3)
// and nanosleep(2). None of them can change a clock.

#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "conformance/errors/helpers.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif
#ifndef CLOCK_AUX
#define CLOCK_AUX 16
#endif

namespace {

constexpr clockid_t kUnknownClock = 99;
constexpr clockid_t kRetiredClock = 10;  // CLOCK_SGI_CYCLE

// A number above every process ID: they end at 4194304.
constexpr pid_t kNoProcess = 5000000;

// The clock ID of an open clock device.
clockid_t ClockOfDescriptor(int fd) { return (~fd * 8) | 3; }

// The clock ID of a process's CPU time.
clockid_t ClockOfProcess(pid_t pid) { return (~pid * 8) | 2; }

// Containers' filters of system calls refuse to set any clock, even one that
// there is not.
void SkipIfFiltered() {
  const timespec time = {0, 0};
  if (clock_settime(kUnknownClock, &time) != 0 && errno == EPERM)
    SKIP("a filter of system calls refuses clock_settime");
}

// No machine's clock is set by a mistake here: without privileges first.
timespec UnprivilegedNow() {
  SkipIfFiltered();
  DropCapabilities();
  timespec now;
  MUST(clock_gettime(CLOCK_REALTIME, &now));
  return now;
}

void SkipIfAlarmsWork() {
  timer_t timer;
  sigevent event = {};
  event.sigev_notify = SIGEV_NONE;
  if (timer_create(CLOCK_BOOTTIME_ALARM, &event, &timer) == 0 ||
      errno != ENOTSUP) {
    SKIP("this machine has a real-time clock that can wake it");
  }
}

void SkipUnlessAlarmsWork() {
  timer_t timer;
  sigevent event = {};
  event.sigev_notify = SIGEV_NONE;
  if (timer_create(CLOCK_BOOTTIME_ALARM, &event, &timer) != 0 &&
      errno == ENOTSUP) {
    SKIP("this machine has no real-time clock that can wake it");
  }
}

// Those that were added in Linux 6.17; no timer goes by them.
bool HasAuxiliaryClocks() {
  timer_t timer;
  sigevent event = {};
  event.sigev_notify = SIGEV_NONE;
  return timer_create(CLOCK_AUX, &event, &timer) == -1 && errno == ENOTSUP;
}

int OpenClockDevice(int flags) {
  const int fd = open("/dev/ptp0", flags);
  if (fd < 0) SKIP("there is no clock device /dev/ptp0 that can be opened");
  return fd;
}

// Whether a file can be read and begins so.
bool Begins(const char* path, const char* text) {
  char content[64] = "";
  const int file = open(path, O_RDONLY);
  if (file < 0) return false;
  const ssize_t size = read(file, content, sizeof(content) - 1);
  close(file);
  return size > 0 && strncmp(content, text, strlen(text)) == 0;
}

// KVM's clock device can't be set; another one could be.
int OpenUnsettableClockDevice() {
  if (!Begins("/sys/class/ptp/ptp0/clock_name", "KVM virtual PTP"))
    SKIP("/dev/ptp0 is not the clock of a KVM host");
  return OpenClockDevice(O_RDWR);
}

// Whether a clock device is such as can be pulled out.
bool HasRemovableClock() {
  for (int i = 0; i < 8; ++i) {
    char path[64];
    snprintf(path, sizeof(path), "/sys/class/ptp/ptp%d/device/removable", i);
    if (Begins(path, "removable")) return true;
  }
  return false;
}

volatile pid_t thread_id = 0;

void* Wait(void*) {
  thread_id = syscall(SYS_gettid);
  while (true) pause();
  return nullptr;
}

// The ID of another thread of this process.
pid_t OtherThread() {
  pthread_t thread;
  MUST(-pthread_create(&thread, nullptr, Wait, nullptr));
  while (thread_id == 0) sched_yield();
  return thread_id;
}

}  // namespace

PROVOKE(clock_getres, EFAULT, res_unwritable) {
  auto* const bad = static_cast<timespec*>(BadAddress());
  CALL_RAW(syscall(SYS_clock_getres, CLOCK_MONOTONIC_COARSE, bad));
  CALL_LIBC(clock_getres(CLOCK_MONOTONIC_COARSE, bad));
}

PROVOKE(clock_getres, EFAULT, res_unwritable_cpu_clock) {
  auto* const bad = static_cast<timespec*>(BadAddress());
  CALL_RAW(syscall(SYS_clock_getres, CLOCK_PROCESS_CPUTIME_ID, bad));
  CALL_LIBC(clock_getres(CLOCK_PROCESS_CPUTIME_ID, bad));
}

PROVOKE(clock_getres, EINVAL, clock_too_large) {
  timespec time = {};
  WATCH(time);
  CALL(clock_getres(kUnknownClock, &time));
}

PROVOKE(clock_getres, EINVAL, clock_retired) {
  timespec time = {};
  WATCH(time);
  CALL(clock_getres(kRetiredClock, &time));
}

PROVOKE(clock_getres, EINVAL, device_closed) {
  const clockid_t clock = ClockOfDescriptor(ClosedDescriptor());
  timespec time = {};
  WATCH(time);
  CALL(clock_getres(clock, &time));
}

PROVOKE(clock_getres, EINVAL, device_no_clock) {
  const clockid_t clock = ClockOfDescriptor(TemporaryFile());
  timespec time = {};
  WATCH(time);
  CALL(clock_getres(clock, &time));
}

PROVOKE(clock_getres, EINVAL, no_process) {
  const clockid_t clock = ClockOfProcess(kNoProcess);
  timespec time = {};
  WATCH(time);
  CALL(clock_getres(clock, &time));
}

PROVOKE(clock_getres, EINVAL, alarm_clock_unsupported) {
  SkipIfAlarmsWork();
  timespec time = {};
  WATCH(time);
  CALL(clock_getres(CLOCK_REALTIME_ALARM, &time));
}

PROVOKE(clock_getres, EINVAL, clock_unknown_and_res_unwritable) {
  auto* const bad = static_cast<timespec*>(BadAddress());
  CALL_RAW(syscall(SYS_clock_getres, kUnknownClock, bad));
  CALL_LIBC(clock_getres(kUnknownClock, bad));
}

PROVOKE(clock_gettime, EFAULT, tp_unwritable) {
  auto* const bad = static_cast<timespec*>(BadAddress());
  CALL_RAW(syscall(SYS_clock_gettime, CLOCK_MONOTONIC_COARSE, bad));
  CALL_LIBC(clock_gettime(CLOCK_MONOTONIC_COARSE, bad));
}

PROVOKE(clock_gettime, EFAULT, tp_unwritable_cpu_clock) {
  auto* const bad = static_cast<timespec*>(BadAddress());
  CALL_RAW(syscall(SYS_clock_gettime, CLOCK_PROCESS_CPUTIME_ID, bad));
  CALL_LIBC(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, bad));
}

PROVOKE(clock_gettime, EINVAL, clock_too_large) {
  timespec time = {};
  WATCH(time);
  CALL(clock_gettime(kUnknownClock, &time));
}

PROVOKE(clock_gettime, EINVAL, clock_retired) {
  timespec time = {};
  WATCH(time);
  CALL(clock_gettime(kRetiredClock, &time));
}

PROVOKE(clock_gettime, EINVAL, device_closed) {
  const clockid_t clock = ClockOfDescriptor(ClosedDescriptor());
  timespec time = {};
  WATCH(time);
  CALL(clock_gettime(clock, &time));
}

PROVOKE(clock_gettime, EINVAL, device_no_clock) {
  const clockid_t clock = ClockOfDescriptor(TemporaryFile());
  timespec time = {};
  WATCH(time);
  CALL(clock_gettime(clock, &time));
}

PROVOKE(clock_gettime, EINVAL, no_process) {
  const clockid_t clock = ClockOfProcess(kNoProcess);
  timespec time = {};
  WATCH(time);
  CALL(clock_gettime(clock, &time));
}

PROVOKE(clock_gettime, EINVAL, alarm_clock_unsupported) {
  SkipIfAlarmsWork();
  timespec time = {};
  WATCH(time);
  CALL(clock_gettime(CLOCK_REALTIME_ALARM, &time));
}

PROVOKE(clock_gettime, EINVAL, clock_unknown_and_tp_unwritable) {
  auto* const bad = static_cast<timespec*>(BadAddress());
  CALL_RAW(syscall(SYS_clock_gettime, kUnknownClock, bad));
  CALL_LIBC(clock_gettime(kUnknownClock, bad));
}

PROVOKE(clock_getres, EINVAL, auxiliary_clock_unsupported) {
  timespec time = {};
  if (HasAuxiliaryClocks()) SKIP("this kernel has auxiliary clocks");
  CALL_RAW(syscall(SYS_clock_getres, CLOCK_AUX, &time));
  CALL_LIBC(clock_getres(CLOCK_AUX, &time));
}

PROVOKE(clock_gettime, ENODEV, auxiliary_clock_off) {
  timespec time = {};
  if (!HasAuxiliaryClocks()) SKIP("this kernel has no auxiliary clocks");
  CALL(clock_gettime(CLOCK_AUX, &time));
}

PROVOKE(clock_gettime, EOVERFLOW, time_too_late) {
  if (unshare(CLONE_NEWTIME) != 0 &&
      unshare(CLONE_NEWUSER | CLONE_NEWTIME) != 0) {
    SKIP("there can be no time namespace of its own");
  }
  const char text[] = "monotonic 2147483647 0\n";
  const int offsets = MUST(open("/proc/self/timens_offsets", O_WRONLY));
  MUST(write(offsets, text, strlen(text)));
  const int space = MUST(open("/proc/self/ns/time_for_children", O_RDONLY));
  if (setns(space, CLONE_NEWTIME) != 0)
    SKIP("this process can't enter a time namespace");
  timespec time = {};
  WATCH(time);
  CALL(clock_gettime(CLOCK_MONOTONIC, &time));
}

REASON(clock_getres, EOVERFLOW, resolution_too_large) {
  for (clockid_t clock = 0; clock < 12; ++clock) {
    timespec resolution = {};
    HOLDS(clock_getres(clock, &resolution) != 0 || resolution.tv_sec <= 1);
  }
}

REASON(clock_settime, EOVERFLOW, time_too_late) {
  DropCapabilities();
  const timespec last = {sizeof(time_t) == 4 ? static_cast<time_t>(INT_MAX)
                                             : static_cast<time_t>(LLONG_MAX),
                         0};
  HOLDS(clock_settime(CLOCK_REALTIME, &last) == -1 && errno != EOVERFLOW);
}

REASON(clock_getres, ENODEV, device_gone) { HOLDS(!HasRemovableClock()); }

REASON(clock_getres, ENOTSUP, device_without_operation) {
  timespec time = {};
  const int fd = open("/dev/ptp0", O_RDONLY);
  HOLDS(fd < 0 || clock_getres(ClockOfDescriptor(fd), &time) == 0 ||
        errno != ENOTSUP);
}

REASON(clock_gettime, ENODEV, device_gone) { HOLDS(!HasRemovableClock()); }

REASON(clock_gettime, ENOTSUP, device_without_operation) {
  timespec time = {};
  const int fd = open("/dev/ptp0", O_RDONLY);
  HOLDS(fd < 0 || clock_gettime(ClockOfDescriptor(fd), &time) == 0 ||
        errno != ENOTSUP);
}

REASON(clock_settime, ENODEV, device_gone) { HOLDS(!HasRemovableClock()); }

PROVOKE(clock_settime, EACCES, device_not_writable) {
  const clockid_t clock = ClockOfDescriptor(OpenClockDevice(O_RDONLY));
  const timespec now = UnprivilegedNow();
  CALL(clock_settime(clock, &now));
}

PROVOKE(clock_settime, ENOTSUP, device_without_operation) {
  const clockid_t clock = ClockOfDescriptor(OpenUnsettableClockDevice());
  const timespec now = UnprivilegedNow();
  CALL(clock_settime(clock, &now));
}

PROVOKE(clock_settime, EFAULT, tp_unreadable) {
  SkipIfFiltered();
  auto* const bad = static_cast<timespec*>(BadAddress());
  DropCapabilities();
  CALL_RAW(syscall(SYS_clock_settime, CLOCK_REALTIME, bad));
  CALL_LIBC(clock_settime(CLOCK_REALTIME, bad));
}

PROVOKE(clock_settime, EINVAL, seconds_negative) {
  SkipIfFiltered();
  DropCapabilities();
  const timespec time = {-1, 0};
  CALL(clock_settime(CLOCK_REALTIME, &time));
}

PROVOKE(clock_settime, EINVAL, nanoseconds_negative) {
  timespec time = UnprivilegedNow();
  time.tv_nsec = -1;
  CALL(clock_settime(CLOCK_REALTIME, &time));
}

PROVOKE(clock_settime, EINVAL, nanoseconds_too_large) {
  timespec time = UnprivilegedNow();
  time.tv_nsec = 1000000000;
  CALL(clock_settime(CLOCK_REALTIME, &time));
}

PROVOKE(clock_settime, EINVAL, clock_unknown_and_tp_unreadable) {
  SkipIfFiltered();
  auto* const bad = static_cast<timespec*>(BadAddress());
  DropCapabilities();
  CALL_RAW(syscall(SYS_clock_settime, kUnknownClock, bad));
  CALL_LIBC(clock_settime(kUnknownClock, bad));
}

PROVOKE(clock_settime, EINVAL, before_monotonic) {
  // The machine has been running for longer than that.
  const timespec time = {0, 0};
  __user_cap_header_struct header = {};
  header.version = _LINUX_CAPABILITY_VERSION_3;
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
  MUST(syscall(SYS_capget, &header, data));
  if ((data[0].effective & (1u << CAP_SYS_TIME)) == 0)
    SKIP("needs CAP_SYS_TIME, to try to set the clock");
  // Should a kernel not refuse it, the machine would be in 1970.
  if (getenv("PLUMBLINE_CHANGE_SYSCTLS") == nullptr)
    SKIP("changes the whole machine; PLUMBLINE_CHANGE_SYSCTLS=1 allows it");
  CALL(clock_settime(CLOCK_REALTIME, &time));
}

PROVOKE(clock_settime, EPERM, not_permitted) {
  const timespec now = UnprivilegedNow();
  CALL(clock_settime(CLOCK_REALTIME, &now));
}

PROVOKE(clock_settime, EPERM, cpu_clock) {
  SkipIfFiltered();
  clockid_t clock;
  MUST(-clock_getcpuclockid(0, &clock));
  const timespec time = {0, 0};
  CALL(clock_settime(clock, &time));
}

PROVOKE(clock_settime, EINVAL, clock_too_large) {
  const timespec now = UnprivilegedNow();
  CALL(clock_settime(kUnknownClock, &now));
}

PROVOKE(clock_settime, EINVAL, clock_retired) {
  const timespec now = UnprivilegedNow();
  CALL(clock_settime(kRetiredClock, &now));
}

PROVOKE(clock_settime, EINVAL, clock_monotonic) {
  const timespec now = UnprivilegedNow();
  CALL(clock_settime(CLOCK_MONOTONIC, &now));
}

PROVOKE(clock_settime, EINVAL, clock_monotonic_raw) {
  const timespec now = UnprivilegedNow();
  CALL(clock_settime(CLOCK_MONOTONIC_RAW, &now));
}

PROVOKE(clock_settime, EINVAL, clock_realtime_coarse) {
  const timespec now = UnprivilegedNow();
  CALL(clock_settime(CLOCK_REALTIME_COARSE, &now));
}

PROVOKE(clock_settime, EINVAL, clock_tai) {
  const timespec now = UnprivilegedNow();
  CALL(clock_settime(CLOCK_TAI, &now));
}

PROVOKE(clock_settime, EINVAL, clock_boottime) {
  const timespec now = UnprivilegedNow();
  CALL(clock_settime(CLOCK_BOOTTIME, &now));
}

PROVOKE(clock_settime, EINVAL, clock_process_cputime) {
  const timespec now = UnprivilegedNow();
  CALL(clock_settime(CLOCK_PROCESS_CPUTIME_ID, &now));
}

PROVOKE(clock_settime, EINVAL, clock_thread_cputime) {
  const timespec now = UnprivilegedNow();
  CALL(clock_settime(CLOCK_THREAD_CPUTIME_ID, &now));
}

PROVOKE(clock_settime, EINVAL, device_closed) {
  const clockid_t clock = ClockOfDescriptor(ClosedDescriptor());
  const timespec now = UnprivilegedNow();
  CALL(clock_settime(clock, &now));
}

PROVOKE(clock_settime, EINVAL, device_no_clock) {
  const clockid_t clock = ClockOfDescriptor(TemporaryFile());
  const timespec now = UnprivilegedNow();
  CALL(clock_settime(clock, &now));
}

PROVOKE(clock_settime, EINVAL, no_process) {
  const clockid_t clock = ClockOfProcess(kNoProcess);
  const timespec now = UnprivilegedNow();
  CALL(clock_settime(clock, &now));
}

PROVOKE(clock_nanosleep, EINTR, signal) {
  const timespec time = {60, 0};
  timespec rest = {};
  InterruptSoon();
  CALL(clock_nanosleep(CLOCK_MONOTONIC, 0, &time, &rest));
  EFFECT(rest.tv_sec > 0 && rest.tv_sec < 60);
}

PROVOKE(clock_nanosleep, EINTR, signal_with_restart) {
  const timespec time = {60, 0};
  timespec rest = {};
  InterruptSoon();
  RestartAfterSignals();
  CALL(clock_nanosleep(CLOCK_MONOTONIC, 0, &time, &rest));
  EFFECT(rest.tv_sec > 0 && rest.tv_sec < 60);
}

PROVOKE(clock_nanosleep, EFAULT, t_unreadable) {
  auto* const bad = static_cast<timespec*>(BadAddress());
  CALL_RAW(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, bad, nullptr));
  CALL_LIBC(clock_nanosleep(CLOCK_MONOTONIC, 0, bad, nullptr));
}

PROVOKE(clock_nanosleep, EFAULT, remain_unwritable_and_signal) {
  const timespec time = {60, 0};
  auto* const bad = static_cast<timespec*>(BadAddress());
  InterruptSoon();
  CALL_RAW(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &time, bad));
  CALL_LIBC(clock_nanosleep(CLOCK_MONOTONIC, 0, &time, bad));
}

PROVOKE(clock_nanosleep, EINVAL, seconds_negative) {
  const timespec time = {-1, 0};
  timespec rest = {};
  WATCH(rest);
  CALL(clock_nanosleep(CLOCK_MONOTONIC, 0, &time, &rest));
}

PROVOKE(clock_nanosleep, EINVAL, nanoseconds_negative) {
  const timespec time = {0, -1};
  timespec rest = {};
  WATCH(rest);
  CALL(clock_nanosleep(CLOCK_MONOTONIC, 0, &time, &rest));
}

PROVOKE(clock_nanosleep, EINVAL, nanoseconds_too_large) {
  const timespec time = {0, 1000000000};
  timespec rest = {};
  WATCH(rest);
  CALL(clock_nanosleep(CLOCK_MONOTONIC, 0, &time, &rest));
}

PROVOKE(nanosleep, EINTR, signal) {
  const timespec time = {60, 0};
  timespec rest = {};
  InterruptSoon();
  CALL(nanosleep(&time, &rest));
  EFFECT(rest.tv_sec > 0 && rest.tv_sec < 60);
}

PROVOKE(nanosleep, EINTR, signal_with_restart) {
  const timespec time = {60, 0};
  timespec rest = {};
  InterruptSoon();
  RestartAfterSignals();
  CALL(nanosleep(&time, &rest));
  EFFECT(rest.tv_sec > 0 && rest.tv_sec < 60);
}

PROVOKE(nanosleep, EFAULT, duration_unreadable) {
  auto* const bad = static_cast<timespec*>(BadAddress());
  CALL_RAW(syscall(SYS_nanosleep, bad, nullptr));
  CALL_LIBC(nanosleep(bad, nullptr));
}

PROVOKE(nanosleep, EFAULT, rem_unwritable_and_signal) {
  const timespec time = {60, 0};
  auto* const bad = static_cast<timespec*>(BadAddress());
  InterruptSoon();
  CALL_RAW(syscall(SYS_nanosleep, &time, bad));
  CALL_LIBC(nanosleep(&time, bad));
}

PROVOKE(nanosleep, EINVAL, seconds_negative) {
  const timespec time = {-1, 0};
  timespec rest = {};
  WATCH(rest);
  CALL(nanosleep(&time, &rest));
}

PROVOKE(nanosleep, EINVAL, nanoseconds_negative) {
  const timespec time = {0, -1};
  timespec rest = {};
  WATCH(rest);
  CALL(nanosleep(&time, &rest));
}

PROVOKE(nanosleep, EINVAL, nanoseconds_too_large) {
  const timespec time = {0, 1000000000};
  timespec rest = {};
  WATCH(rest);
  CALL(nanosleep(&time, &rest));
}

PROVOKE(clock_nanosleep, EINTR, signal_in_absolute_sleep) {
  timespec time;
  MUST(clock_gettime(CLOCK_MONOTONIC, &time));
  time.tv_sec += 60;
  timespec rest = {};
  WATCH(rest);
  InterruptSoon();
  CALL(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, &rest));
}

PROVOKE(clock_nanosleep, EINVAL, clock_too_large) {
  const timespec time = {0, 1};
  CALL(clock_nanosleep(kUnknownClock, 0, &time, nullptr));
}

PROVOKE(clock_nanosleep, EINVAL, clock_retired) {
  const timespec time = {0, 1};
  CALL(clock_nanosleep(kRetiredClock, 0, &time, nullptr));
}

PROVOKE(clock_nanosleep, EINVAL, clock_thread_cputime) {
  const timespec time = {0, 1};
  CALL(clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &time, nullptr));
}

PROVOKE(clock_nanosleep, ENOTSUP, clock_monotonic_raw) {
  const timespec time = {0, 1};
  CALL(clock_nanosleep(CLOCK_MONOTONIC_RAW, 0, &time, nullptr));
}

PROVOKE(clock_nanosleep, ENOTSUP, clock_monotonic_coarse) {
  const timespec time = {0, 1};
  CALL(clock_nanosleep(CLOCK_MONOTONIC_COARSE, 0, &time, nullptr));
}

PROVOKE(clock_nanosleep, ENOTSUP, clock_realtime_coarse) {
  const timespec time = {0, 1};
  CALL(clock_nanosleep(CLOCK_REALTIME_COARSE, 0, &time, nullptr));
}

PROVOKE(clock_nanosleep, EINVAL, own_thread_clock) {
  clockid_t clock;
  MUST(-pthread_getcpuclockid(pthread_self(), &clock));
  const timespec time = {0, 1};
  CALL(clock_nanosleep(clock, 0, &time, nullptr));
}

PROVOKE(clock_nanosleep, EINVAL, no_process) {
  const clockid_t clock = ClockOfProcess(kNoProcess);
  const timespec time = {0, 1};
  CALL(clock_nanosleep(clock, 0, &time, nullptr));
}

PROVOKE(clock_nanosleep, EINVAL, clock_unknown_and_t_unreadable) {
  auto* const bad = static_cast<timespec*>(BadAddress());
  CALL_RAW(syscall(SYS_clock_nanosleep, kUnknownClock, 0, bad, nullptr));
  CALL_LIBC(clock_nanosleep(kUnknownClock, 0, bad, nullptr));
}

PROVOKE(clock_nanosleep, ENOTSUP, thread_clock_by_system_call) {
  const long time[4] = {};
  CALL_RAW(
      syscall(SYS_clock_nanosleep, CLOCK_THREAD_CPUTIME_ID, 0, time, nullptr));
}

PROVOKE(clock_nanosleep, ENOTSUP, device_closed) {
  const clockid_t clock = ClockOfDescriptor(ClosedDescriptor());
  const timespec time = {0, 1};
  CALL(clock_nanosleep(clock, 0, &time, nullptr));
}

PROVOKE(clock_nanosleep, ENOTSUP, alarm_clock_unsupported) {
  SkipIfAlarmsWork();
  const timespec time = {0, 1};
  CALL(clock_nanosleep(CLOCK_BOOTTIME_ALARM, 0, &time, nullptr));
}

PROVOKE(clock_nanosleep, ENOTSUP, clock_unsupported_and_t_invalid) {
  const timespec time = {0, -1};
  CALL(clock_nanosleep(CLOCK_MONOTONIC_RAW, 0, &time, nullptr));
}

PROVOKE(clock_nanosleep, EPERM, alarm_not_permitted) {
  SkipUnlessAlarmsWork();
  DropCapabilities();
  const timespec time = {0, 1};
  CALL(clock_nanosleep(CLOCK_BOOTTIME_ALARM, 0, &time, nullptr));
}

PROVOKE(clock_getcpuclockid, ESRCH, no_process) {
  clockid_t clock = 77;
  WATCH(clock);
  CALL(clock_getcpuclockid(kNoProcess, &clock));
}

PROVOKE(clock_getcpuclockid, ESRCH, pid_negative) {
  clockid_t clock = 77;
  WATCH(clock);
  CALL(clock_getcpuclockid(-2, &clock));
}

PROVOKE(clock_getcpuclockid, ESRCH, pid_minus_one) {
  clockid_t clock = 77;
  CALL(clock_getcpuclockid(-1, &clock));
  EXPECT(clock == CLOCK_PROCESS_CPUTIME_ID);
}

PROVOKE(clock_getcpuclockid, ESRCH, pid_highest) {
  clockid_t clock = 77;
  CALL(clock_getcpuclockid(INT_MAX, &clock));
  EXPECT(clock == CLOCK_PROCESS_CPUTIME_ID);
}

PROVOKE(clock_getcpuclockid, ESRCH, thread) {
  const pid_t thread = OtherThread();
  clockid_t clock = 77;
  WATCH(clock);
  CALL(clock_getcpuclockid(thread, &clock));
}

PROVOKE(clock_getcpuclockid, EPERM, other_user) {
  const pid_t process = ProcessOfAnotherUser();
  clockid_t clock = 77;
  CALL(clock_getcpuclockid(process, &clock));
  EXPECT(clock != 77);
}

PROVOKE(clock_getcpuclockid, ENOSYS, other_process) {
  const pid_t process = getppid();
  clockid_t clock = 77;
  CALL(clock_getcpuclockid(process, &clock));
  EXPECT(clock != 77);
}
