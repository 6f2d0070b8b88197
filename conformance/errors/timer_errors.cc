// Provocations of timer_create(2), timer_settime(2), timer_getoverrun(2) and
// timer_delete(2).

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "conformance/errors/helpers.h"

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

namespace {

constexpr clockid_t kUnknownClock = 99;
constexpr clockid_t kRetiredClock = 10;  // CLOCK_SGI_CYCLE

// The kernel knows 64 signals, but 128 on MIPS.
constexpr int kTooLarge = _NSIG == 128 ? 129 : 65;

// A number above every process ID: they end at 4194304.
constexpr pid_t kNoProcess = 5000000;

// The clock ID of an open clock device.
clockid_t ClockOfDescriptor(int fd) { return (~fd * 8) | 3; }

// The clock ID of a process's CPU time, and of a thread's.
clockid_t ClockOfProcess(pid_t pid) { return (~pid * 8) | 2; }
clockid_t ClockOfThread(pid_t tid) { return (~tid * 8) | 6; }

sigevent Notify(int how, int signal) {
  sigevent event = {};
  event.sigev_notify = how;
  event.sigev_signo = signal;
  return event;
}

// A timer that nobody hears of.
timer_t Timer(clockid_t clock) {
  sigevent event = Notify(SIGEV_NONE, 0);
  timer_t timer = nullptr;
  MUST(timer_create(clock, &event, &timer));
  return timer;
}

// The number that the kernel knows a timer by.
int NumberOf(timer_t timer) {
  return static_cast<int>(reinterpret_cast<long>(timer));
}

timer_t DeletedTimer() {
  const timer_t timer = Timer(CLOCK_MONOTONIC);
  MUST(timer_delete(timer));
  return timer;
}

// No process has made so many.
timer_t NoTimer() { return reinterpret_cast<timer_t>(123456789L); }

bool IsArmed(timer_t timer) {
  itimerspec left;
  MUST(timer_gettime(timer, &left));
  return left.it_value.tv_sec != 0 || left.it_value.tv_nsec != 0;
}

bool AlarmsWork() {
  timer_t timer;
  sigevent event = Notify(SIGEV_NONE, 0);
  return timer_create(CLOCK_BOOTTIME_ALARM, &event, &timer) == 0 ||
         errno != ENOTSUP;
}

void DoNothing(sigval) {}

sigevent NotifyByThread() {
  sigevent event = {};
  event.sigev_notify = SIGEV_THREAD;
  event.sigev_notify_function = DoNothing;
  return event;
}

// Lets the process map no more memory.
void LimitMemory() {
  Limit(RLIMIT_AS, 1);
  if (mmap(nullptr, 65536, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
      MAP_FAILED) {
    SKIP("RLIMIT_AS has no effect");
  }
}

// Leaves nothing for malloc, not even what was freed and is kept by its size.
void UseUpMemory() {
  LimitMemory();
  for (size_t size = 1 << 20; size > 0; size -= size > 4096 ? size / 2 : 16) {
    void* volatile block;
    do {
      block = malloc(size);
    } while (block != nullptr);
  }
}

// A process that runs on until this one ends.
pid_t RunningProcess() {
  const pid_t child = MUST(fork());
  while (child == 0) pause();
  return child;
}

}  // namespace

PROVOKE(timer_create, EAGAIN, too_many_pending) {
  Limit(RLIMIT_SIGPENDING, 0);
  sigevent event = Notify(SIGEV_SIGNAL, SIGUSR1);
  timer_t timer = nullptr;
  WATCH(timer);
  CALL(timer_create(CLOCK_MONOTONIC, &event, &timer));
}

PROVOKE(timer_create, EAGAIN, too_many_pending_without_signal) {
  Limit(RLIMIT_SIGPENDING, 0);
  sigevent event = Notify(SIGEV_NONE, 0);
  timer_t timer = nullptr;
  WATCH(timer);
  CALL(timer_create(CLOCK_MONOTONIC, &event, &timer));
}

PROVOKE(timer_create, EAGAIN, no_helper_thread) {
  sigevent event = NotifyByThread();
  timer_t timer = nullptr;
  WATCH(timer);
  LimitMemory();
  CALL(timer_create(CLOCK_MONOTONIC, &event, &timer));
}

PROVOKE(timer_create, EAGAIN, too_many_pending_and_sigevent_invalid) {
  Limit(RLIMIT_SIGPENDING, 0);
  sigevent event = Notify(42, SIGUSR1);
  timer_t timer = nullptr;
  CALL(timer_create(CLOCK_MONOTONIC, &event, &timer));
}

PROVOKE(timer_create, EFAULT, sevp_unreadable) {
  auto* const bad = static_cast<sigevent*>(BadAddress());
  timer_t timer = nullptr;
  WATCH(timer);
  CALL_RAW(syscall(SYS_timer_create, CLOCK_MONOTONIC, bad, &timer));
  CALL_LIBC(timer_create(CLOCK_MONOTONIC, bad, &timer));
}

PROVOKE(timer_create, EFAULT, timerid_unwritable) {
  auto* const bad = static_cast<timer_t*>(BadAddress());
  sigevent event = Notify(SIGEV_NONE, 0);
  CALL_RAW(syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, bad));
  CALL_LIBC(timer_create(CLOCK_MONOTONIC, &event, bad));
}

PROVOKE(timer_create, EFAULT, sevp_unreadable_and_clock_unknown) {
  auto* const bad = static_cast<sigevent*>(BadAddress());
  timer_t timer = nullptr;
  CALL_RAW(syscall(SYS_timer_create, kUnknownClock, bad, &timer));
  CALL_LIBC(timer_create(kUnknownClock, bad, &timer));
}

PROVOKE(timer_create, ENOMEM, no_memory_for_thread) {
  sigevent event = NotifyByThread();
  timer_t timer = nullptr;
  // The first one starts the thread that all of them need.
  MUST(timer_create(CLOCK_MONOTONIC, &event, &timer));
  UseUpMemory();
  timer = nullptr;
  WATCH(timer);
  CALL(timer_create(CLOCK_MONOTONIC, &event, &timer));
}

PROVOKE(timer_create, ENOTSUP, clock_unsupported_and_sigevent_invalid) {
  sigevent event = Notify(42, SIGUSR1);
  timer_t timer = nullptr;
  CALL(timer_create(CLOCK_MONOTONIC_RAW, &event, &timer));
}

PROVOKE(timer_create, ENOTSUP, alarm_clock_unsupported) {
  if (AlarmsWork()) SKIP("this machine has a real-time clock that can wake it");
  sigevent event = Notify(SIGEV_NONE, 0);
  timer_t timer = nullptr;
  WATCH(timer);
  CALL(timer_create(CLOCK_REALTIME_ALARM, &event, &timer));
}

PROVOKE(timer_create, EPERM, alarm_not_permitted) {
  if (!AlarmsWork())
    SKIP("this machine has no real-time clock that can wake it");
  DropCapabilities();
  sigevent event = Notify(SIGEV_NONE, 0);
  timer_t timer = nullptr;
  WATCH(timer);
  CALL(timer_create(CLOCK_REALTIME_ALARM, &event, &timer));
}

PROVOKE(timer_create, EINVAL, thread_absent) {
  sigevent event = Notify(SIGEV_THREAD_ID, SIGUSR1);
  event.sigev_notify_thread_id = kNoProcess;
  timer_t timer = nullptr;
  WATCH(timer);
  CALL(timer_create(CLOCK_MONOTONIC, &event, &timer));
}

PROVOKE(timer_create, EINVAL, thread_of_another_process) {
  sigevent event = Notify(SIGEV_THREAD_ID, SIGUSR1);
  event.sigev_notify_thread_id = getppid();
  timer_t timer = nullptr;
  WATCH(timer);
  CALL(timer_create(CLOCK_MONOTONIC, &event, &timer));
}

PROVOKE(timer_create, EINVAL, clock_too_large) {
  sigevent event = Notify(SIGEV_NONE, 0);
  timer_t timer = nullptr;
  WATCH(timer);
  CALL(timer_create(kUnknownClock, &event, &timer));
}

PROVOKE(timer_create, EINVAL, clock_retired) {
  sigevent event = Notify(SIGEV_NONE, 0);
  timer_t timer = nullptr;
  WATCH(timer);
  CALL(timer_create(kRetiredClock, &event, &timer));
}

PROVOKE(timer_create, EINVAL, no_process) {
  const clockid_t clock = ClockOfProcess(kNoProcess);
  sigevent event = Notify(SIGEV_NONE, 0);
  timer_t timer = nullptr;
  WATCH(timer);
  CALL(timer_create(clock, &event, &timer));
}

PROVOKE(timer_create, EINVAL, thread_clock_of_another_process) {
  const clockid_t clock = ClockOfThread(getppid());
  sigevent event = Notify(SIGEV_NONE, 0);
  timer_t timer = nullptr;
  WATCH(timer);
  CALL(timer_create(clock, &event, &timer));
}

PROVOKE(timer_create, ENOTSUP, clock_monotonic_raw) {
  sigevent event = Notify(SIGEV_NONE, 0);
  timer_t timer = nullptr;
  WATCH(timer);
  CALL(timer_create(CLOCK_MONOTONIC_RAW, &event, &timer));
}

PROVOKE(timer_create, ENOTSUP, clock_monotonic_coarse) {
  sigevent event = Notify(SIGEV_NONE, 0);
  timer_t timer = nullptr;
  WATCH(timer);
  CALL(timer_create(CLOCK_MONOTONIC_COARSE, &event, &timer));
}

PROVOKE(timer_create, ENOTSUP, clock_realtime_coarse) {
  sigevent event = Notify(SIGEV_NONE, 0);
  timer_t timer = nullptr;
  WATCH(timer);
  CALL(timer_create(CLOCK_REALTIME_COARSE, &event, &timer));
}

PROVOKE(timer_create, ENOTSUP, device_closed) {
  const clockid_t clock = ClockOfDescriptor(ClosedDescriptor());
  sigevent event = Notify(SIGEV_NONE, 0);
  timer_t timer = nullptr;
  WATCH(timer);
  CALL(timer_create(clock, &event, &timer));
}

PROVOKE(timer_create, EINVAL, notify_unknown) {
  sigevent event = Notify(42, SIGUSR1);
  timer_t timer = nullptr;
  WATCH(timer);
  CALL(timer_create(CLOCK_MONOTONIC, &event, &timer));
}

PROVOKE(timer_create, EINVAL, signo_zero) {
  sigevent event = Notify(SIGEV_SIGNAL, 0);
  timer_t timer = nullptr;
  WATCH(timer);
  CALL(timer_create(CLOCK_MONOTONIC, &event, &timer));
}

PROVOKE(timer_create, EINVAL, signo_negative) {
  sigevent event = Notify(SIGEV_SIGNAL, -1);
  timer_t timer = nullptr;
  WATCH(timer);
  CALL(timer_create(CLOCK_MONOTONIC, &event, &timer));
}

PROVOKE(timer_create, EINVAL, signo_too_large) {
  sigevent event = Notify(SIGEV_SIGNAL, kTooLarge);
  timer_t timer = nullptr;
  WATCH(timer);
  CALL(timer_create(CLOCK_MONOTONIC, &event, &timer));
}

PROVOKE(timer_settime, EFAULT, new_value_unreadable) {
  auto* const bad = static_cast<itimerspec*>(BadAddress());
  const timer_t timer = Timer(CLOCK_MONOTONIC);
  CALL_RAW(syscall(SYS_timer_settime, NumberOf(timer), 0, bad, nullptr));
  CALL_LIBC(timer_settime(timer, 0, bad, nullptr));
}

PROVOKE(timer_settime, EFAULT, new_value_unreadable_and_no_timer) {
  auto* const bad = static_cast<itimerspec*>(BadAddress());
  const timer_t timer = NoTimer();
  CALL_RAW(syscall(SYS_timer_settime, NumberOf(timer), 0, bad, nullptr));
  CALL_LIBC(timer_settime(timer, 0, bad, nullptr));
}

PROVOKE(timer_settime, EFAULT, old_value_unwritable) {
  auto* const bad = static_cast<itimerspec*>(BadAddress());
  const timer_t timer = Timer(CLOCK_MONOTONIC);
  const itimerspec value = {{0, 0}, {60, 0}};
  CALL_RAW(syscall(SYS_timer_settime, NumberOf(timer), 0, &value, bad));
  CALL_LIBC(timer_settime(timer, 0, &value, bad));
  EFFECT(IsArmed(timer));
}

PROVOKE(timer_settime, EINVAL, no_timer) {
  const timer_t timer = NoTimer();
  const itimerspec value = {};
  itimerspec old = {};
  WATCH(old);
  CALL(timer_settime(timer, 0, &value, &old));
}

PROVOKE(timer_settime, EINVAL, timer_deleted) {
  const timer_t timer = DeletedTimer();
  const itimerspec value = {};
  itimerspec old = {};
  WATCH(old);
  CALL(timer_settime(timer, 0, &value, &old));
}

PROVOKE(timer_settime, EINVAL, new_value_null) {
  const timer_t timer = Timer(CLOCK_MONOTONIC);
  itimerspec* const volatile none = nullptr;
  itimerspec* const null = none;
  CALL_RAW(syscall(SYS_timer_settime, NumberOf(timer), 0, null, nullptr));
  CALL_LIBC(timer_settime(timer, 0, null, nullptr));
}

PROVOKE(timer_settime, EINVAL, no_timer_and_old_value_unwritable) {
  auto* const bad = static_cast<itimerspec*>(BadAddress());
  const timer_t timer = NoTimer();
  const itimerspec value = {};
  CALL_RAW(syscall(SYS_timer_settime, NumberOf(timer), 0, &value, bad));
  CALL_LIBC(timer_settime(timer, 0, &value, bad));
}

PROVOKE(timer_settime, EINVAL, value_seconds_negative) {
  const timer_t timer = Timer(CLOCK_MONOTONIC);
  const itimerspec value = {{0, 0}, {-1, 0}};
  CALL(timer_settime(timer, 0, &value, nullptr));
  EXPECT(!IsArmed(timer));
}

PROVOKE(timer_settime, EINVAL, value_nanoseconds_negative) {
  const timer_t timer = Timer(CLOCK_MONOTONIC);
  const itimerspec value = {{0, 0}, {0, -1}};
  CALL(timer_settime(timer, 0, &value, nullptr));
  EXPECT(!IsArmed(timer));
}

PROVOKE(timer_settime, EINVAL, value_nanoseconds_too_large) {
  const timer_t timer = Timer(CLOCK_MONOTONIC);
  const itimerspec value = {{0, 0}, {0, 1000000000}};
  CALL(timer_settime(timer, 0, &value, nullptr));
  EXPECT(!IsArmed(timer));
}

PROVOKE(timer_settime, EINVAL, interval_seconds_negative) {
  const timer_t timer = Timer(CLOCK_MONOTONIC);
  const itimerspec value = {{-1, 0}, {60, 0}};
  CALL(timer_settime(timer, 0, &value, nullptr));
  EXPECT(!IsArmed(timer));
}

PROVOKE(timer_settime, EINVAL, interval_nanoseconds_negative) {
  const timer_t timer = Timer(CLOCK_MONOTONIC);
  const itimerspec value = {{0, -1}, {60, 0}};
  CALL(timer_settime(timer, 0, &value, nullptr));
  EXPECT(!IsArmed(timer));
}

PROVOKE(timer_settime, EINVAL, interval_nanoseconds_too_large) {
  const timer_t timer = Timer(CLOCK_MONOTONIC);
  const itimerspec value = {{0, 1000000000}, {60, 0}};
  CALL(timer_settime(timer, 0, &value, nullptr));
  EXPECT(!IsArmed(timer));
}

PROVOKE(timer_settime, EINVAL, interval_invalid_to_disarm) {
  const timer_t timer = Timer(CLOCK_MONOTONIC);
  const itimerspec armed = {{0, 0}, {60, 0}};
  MUST(timer_settime(timer, 0, &armed, nullptr));
  const itimerspec value = {{0, -1}, {0, 0}};
  CALL(timer_settime(timer, 0, &value, nullptr));
  EXPECT(IsArmed(timer));
}

PROVOKE(timer_settime, ESRCH, process_ended) {
  const pid_t child = RunningProcess();
  const timer_t timer = Timer(ClockOfProcess(child));
  MUST(kill(child, SIGKILL));
  MUST(waitpid(child, nullptr, 0));
  const itimerspec value = {{0, 0}, {60, 0}};
  CALL(timer_settime(timer, 0, &value, nullptr));
}

PROVOKE(timer_gettime, EFAULT, curr_value_unwritable) {
  auto* const bad = static_cast<itimerspec*>(BadAddress());
  const timer_t timer = Timer(CLOCK_MONOTONIC);
  CALL_RAW(syscall(SYS_timer_gettime, NumberOf(timer), bad));
  CALL_LIBC(timer_gettime(timer, bad));
}

PROVOKE(timer_gettime, EINVAL, no_timer) {
  const timer_t timer = NoTimer();
  itimerspec value = {};
  WATCH(value);
  CALL(timer_gettime(timer, &value));
}

PROVOKE(timer_gettime, EINVAL, timer_deleted) {
  const timer_t timer = DeletedTimer();
  itimerspec value = {};
  WATCH(value);
  CALL(timer_gettime(timer, &value));
}

PROVOKE(timer_gettime, EINVAL, no_timer_and_curr_value_unwritable) {
  auto* const bad = static_cast<itimerspec*>(BadAddress());
  const timer_t timer = NoTimer();
  CALL_RAW(syscall(SYS_timer_gettime, NumberOf(timer), bad));
  CALL_LIBC(timer_gettime(timer, bad));
}

PROVOKE(timer_getoverrun, EINVAL, no_timer) {
  const timer_t timer = NoTimer();
  CALL(timer_getoverrun(timer));
}

PROVOKE(timer_getoverrun, EINVAL, timer_deleted) {
  const timer_t timer = DeletedTimer();
  CALL(timer_getoverrun(timer));
}

PROVOKE(timer_delete, EINVAL, no_timer) {
  const timer_t timer = NoTimer();
  CALL(timer_delete(timer));
}

PROVOKE(timer_delete, EINVAL, timer_deleted) {
  const timer_t timer = DeletedTimer();
  CALL(timer_delete(timer));
}
