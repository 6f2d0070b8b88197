// Provocations of sigsetops(3), sigaction(2), sigprocmask(2), of the calls that
// wait for signals and of those that send them.

#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "conformance/errors/helpers.h"

namespace {

// The kernel knows 64 signals, but 128 on MIPS, of which the C library uses one
// less.
constexpr int kTooLarge = _NSIG == 128 ? 129 : 65;
constexpr size_t kSetSize = _NSIG == 128 ? 16 : 8;

// The C library's threads keep the first real-time signals for themselves.
constexpr int kInternal = 32;

// A number above every process ID: they end at 4194304.
constexpr pid_t kNoProcess = 5000000;

sigset_t SetOf(int signal) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  return set;
}

void Block(int signal) {
  const sigset_t set = SetOf(signal);
  MUST(sigprocmask(SIG_BLOCK, &set, nullptr));
}

bool Blocks(int signal) {
  sigset_t set;
  MUST(sigprocmask(SIG_BLOCK, nullptr, &set));
  return sigismember(&set, signal) == 1;
}

void MakePending(int signal) {
  Block(signal);
  MUST(raise(signal));
}

bool IsPending(int signal) {
  sigset_t set;
  MUST(sigpending(&set));
  return sigismember(&set, signal) == 1;
}

// The beginning of the structure that the system call takes.
struct KernelAction {
#ifdef __mips__
  unsigned flags;
#endif
  void (*handler)(int);
  unsigned long rest[32];
};

long RawSigaction(int signal, const void* action, void* old, size_t size) {
#ifdef __sparc__
  return syscall(SYS_rt_sigaction, signal, action, old, nullptr, size);
#else
  return syscall(SYS_rt_sigaction, signal, action, old, size, nullptr);
#endif
}

// From now on, another process stops this one every 20 ms and continues it.
void StopAndContinueSoon() {
  const pid_t stopped = getpid();
  if (MUST(fork()) != 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const timespec pause = {0, 20000000};
  while (getppid() == stopped) {
    nanosleep(&pause, nullptr);
    kill(stopped, SIGSTOP);
    nanosleep(&pause, nullptr);
    kill(stopped, SIGCONT);
  }
  _exit(0);
}

// A process that has ended, and was waited for.
pid_t EndedProcess() {
  const pid_t child = MUST(fork());
  if (child == 0) _exit(0);
  MUST(waitpid(child, nullptr, 0));
  return child;
}

volatile pid_t ended_thread = 0;

void* EndAtOnce(void*) {
  ended_thread = syscall(SYS_gettid);
  return nullptr;
}

// A thread that has ended, and was not joined.
pthread_t EndedThread() {
  pthread_t thread;
  MUST(-pthread_create(&thread, nullptr, EndAtOnce, nullptr));
  while (ended_thread == 0 ||
         syscall(SYS_tgkill, getpid(), ended_thread, 0) == 0) {
    sched_yield();
  }
  return thread;
}

// A pointer that the compiler does not know to be null.
sigset_t* NoSet() {
  sigset_t* volatile none = nullptr;
  return none;
}

}  // namespace

PROVOKE(sigemptyset, EINVAL, set_null) {
  sigset_t* const none = NoSet();
  CALL(sigemptyset(none));
}

PROVOKE(sigfillset, EINVAL, set_null) {
  sigset_t* const none = NoSet();
  CALL(sigfillset(none));
}

PROVOKE(sigaddset, EINVAL, signum_zero) {
  sigset_t set = {};
  WATCH(set);
  CALL(sigaddset(&set, 0));
}

PROVOKE(sigaddset, EINVAL, signum_negative) {
  sigset_t set = {};
  WATCH(set);
  CALL(sigaddset(&set, -1));
}

PROVOKE(sigaddset, EINVAL, signum_too_large) {
  sigset_t set = {};
  WATCH(set);
  CALL(sigaddset(&set, _NSIG));
}

PROVOKE(sigaddset, EINVAL, signum_internal) {
  sigset_t set = {};
  WATCH(set);
  CALL(sigaddset(&set, kInternal));
}

PROVOKE(sigaddset, EINVAL, set_null) {
  sigset_t* const none = NoSet();
  CALL(sigaddset(none, SIGUSR1));
}

PROVOKE(sigdelset, EINVAL, signum_zero) {
  sigset_t set = {};
  WATCH(set);
  CALL(sigdelset(&set, 0));
}

PROVOKE(sigdelset, EINVAL, signum_negative) {
  sigset_t set = {};
  WATCH(set);
  CALL(sigdelset(&set, -1));
}

PROVOKE(sigdelset, EINVAL, signum_too_large) {
  sigset_t set = {};
  WATCH(set);
  CALL(sigdelset(&set, _NSIG));
}

PROVOKE(sigdelset, EINVAL, signum_internal) {
  sigset_t set = {};
  WATCH(set);
  CALL(sigdelset(&set, kInternal));
}

PROVOKE(sigdelset, EINVAL, set_null) {
  sigset_t* const none = NoSet();
  CALL(sigdelset(none, SIGUSR1));
}

PROVOKE(sigismember, EINVAL, signum_zero) {
  sigset_t set = {};
  WATCH(set);
  CALL(sigismember(&set, 0));
}

PROVOKE(sigismember, EINVAL, signum_negative) {
  sigset_t set = {};
  WATCH(set);
  CALL(sigismember(&set, -1));
}

PROVOKE(sigismember, EINVAL, signum_too_large) {
  sigset_t set = {};
  WATCH(set);
  CALL(sigismember(&set, _NSIG));
}

PROVOKE(sigismember, EINVAL, set_null) {
  sigset_t* const none = NoSet();
  CALL(sigismember(none, SIGUSR1));
}

PROVOKE(sigaction, EINVAL, signum_zero) {
  struct sigaction old = {};
  WATCH(old);
  CALL(sigaction(0, nullptr, &old));
}

PROVOKE(sigaction, EINVAL, signum_negative) {
  struct sigaction old = {};
  WATCH(old);
  CALL(sigaction(-1, nullptr, &old));
}

PROVOKE(sigaction, EINVAL, signum_too_large) {
  struct sigaction old = {};
  WATCH(old);
  CALL(sigaction(kTooLarge, nullptr, &old));
}

PROVOKE(sigaction, EINVAL, signum_internal) {
  struct sigaction old = {};
  WATCH(old);
  CALL(sigaction(kInternal, nullptr, &old));
}

PROVOKE(sigaction, EINVAL, change_of_sigkill) {
  struct sigaction action = {};
  struct sigaction old = {};
  action.sa_handler = SIG_IGN;
  WATCH(old);
  CALL(sigaction(SIGKILL, &action, &old));
}

PROVOKE(sigaction, EINVAL, change_of_sigstop) {
  struct sigaction action = {};
  struct sigaction old = {};
  action.sa_handler = SIG_DFL;
  WATCH(old);
  CALL(sigaction(SIGSTOP, &action, &old));
}

PROVOKE(sigaction, EINVAL, set_size_wrong) {
  CALL_RAW(RawSigaction(SIGUSR1, nullptr, nullptr, kSetSize - 1));
}

PROVOKE(sigaction, EINVAL, set_size_wrong_and_act_unreadable) {
  void* const bad = BadAddress();
  CALL_RAW(RawSigaction(SIGUSR1, bad, nullptr, kSetSize - 1));
}

PROVOKE(sigaction, EFAULT, act_unreadable) {
  auto* const bad = static_cast<struct sigaction*>(BadAddress());
  CALL_RAW(RawSigaction(SIGUSR1, bad, nullptr, kSetSize));
  CALL_LIBC(sigaction(SIGUSR1, bad, nullptr));
}

PROVOKE(sigaction, EFAULT, oldact_unwritable) {
  auto* const bad = static_cast<struct sigaction*>(BadAddress());
  KernelAction ignore = {};
  ignore.handler = SIG_IGN;
  struct sigaction action = {};
  action.sa_handler = SIG_IGN;
  CALL_RAW(RawSigaction(SIGUSR1, &ignore, bad, kSetSize));
  CALL_LIBC(sigaction(SIGUSR1, &action, bad));
  MUST(sigaction(SIGUSR1, nullptr, &action));
  EFFECT(action.sa_handler == SIG_IGN);
}

PROVOKE(sigaction, EFAULT, act_unreadable_of_sigkill) {
  auto* const bad = static_cast<struct sigaction*>(BadAddress());
  CALL_RAW(RawSigaction(SIGKILL, bad, nullptr, kSetSize));
  CALL_LIBC(sigaction(SIGKILL, bad, nullptr));
}

PROVOKE(sigprocmask, EINVAL, how_unknown) {
  const sigset_t set = SetOf(SIGUSR1);
  sigset_t old = {};
  WATCH(old);
  CALL(sigprocmask(42, &set, &old));
}

PROVOKE(sigprocmask, EINVAL, set_size_wrong) {
  const sigset_t set = SetOf(SIGUSR1);
  CALL_RAW(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, nullptr, kSetSize - 1));
}

PROVOKE(sigprocmask, EFAULT, set_unreadable) {
  auto* const bad = static_cast<sigset_t*>(BadAddress());
  CALL_RAW(syscall(SYS_rt_sigprocmask, SIG_BLOCK, bad, nullptr, kSetSize));
  CALL_LIBC(sigprocmask(SIG_BLOCK, bad, nullptr));
}

PROVOKE(sigprocmask, EFAULT, oldset_unwritable) {
  auto* const bad = static_cast<sigset_t*>(BadAddress());
  const sigset_t set = SetOf(SIGUSR1);
  CALL_RAW(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, bad, kSetSize));
  CALL_LIBC(sigprocmask(SIG_BLOCK, &set, bad));
  EFFECT(Blocks(SIGUSR1));
}

PROVOKE(sigprocmask, EFAULT, set_unreadable_and_how_unknown) {
  auto* const bad = static_cast<sigset_t*>(BadAddress());
  CALL_RAW(syscall(SYS_rt_sigprocmask, 42, bad, nullptr, kSetSize));
  CALL_LIBC(sigprocmask(42, bad, nullptr));
}

PROVOKE(sigprocmask, EINVAL, how_unknown_and_oldset_unwritable) {
  auto* const bad = static_cast<sigset_t*>(BadAddress());
  const sigset_t set = SetOf(SIGUSR1);
  CALL_RAW(syscall(SYS_rt_sigprocmask, 42, &set, bad, kSetSize));
  CALL_LIBC(sigprocmask(42, &set, bad));
}

PROVOKE(pthread_sigmask, EINVAL, how_unknown) {
  const sigset_t set = SetOf(SIGUSR1);
  sigset_t old = {};
  WATCH(old);
  CALL(pthread_sigmask(42, &set, &old));
}

PROVOKE(pthread_sigmask, EINVAL, set_size_wrong) {
  const sigset_t set = SetOf(SIGUSR1);
  CALL_RAW(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, nullptr, kSetSize - 1));
}

PROVOKE(pthread_sigmask, EFAULT, set_unreadable) {
  auto* const bad = static_cast<sigset_t*>(BadAddress());
  CALL_RAW(syscall(SYS_rt_sigprocmask, SIG_BLOCK, bad, nullptr, kSetSize));
  CALL_LIBC(pthread_sigmask(SIG_BLOCK, bad, nullptr));
}

PROVOKE(pthread_sigmask, EFAULT, oldset_unwritable) {
  auto* const bad = static_cast<sigset_t*>(BadAddress());
  const sigset_t set = SetOf(SIGUSR1);
  CALL_RAW(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, bad, kSetSize));
  CALL_LIBC(pthread_sigmask(SIG_BLOCK, &set, bad));
  EFFECT(Blocks(SIGUSR1));
}

PROVOKE(pthread_sigmask, EFAULT, set_unreadable_and_how_unknown) {
  auto* const bad = static_cast<sigset_t*>(BadAddress());
  CALL_RAW(syscall(SYS_rt_sigprocmask, 42, bad, nullptr, kSetSize));
  CALL_LIBC(pthread_sigmask(42, bad, nullptr));
}

PROVOKE(pthread_sigmask, EINVAL, how_unknown_and_oldset_unwritable) {
  auto* const bad = static_cast<sigset_t*>(BadAddress());
  const sigset_t set = SetOf(SIGUSR1);
  CALL_RAW(syscall(SYS_rt_sigprocmask, 42, &set, bad, kSetSize));
  CALL_LIBC(pthread_sigmask(42, &set, bad));
}

PROVOKE(sigpending, EFAULT, set_unwritable) {
  auto* const bad = static_cast<sigset_t*>(BadAddress());
  CALL_RAW(syscall(SYS_rt_sigpending, bad, kSetSize));
  CALL_LIBC(sigpending(bad));
}

PROVOKE(sigpending, EINVAL, set_size_too_large) {
  sigset_t set = {};
  WATCH(set);
  CALL_RAW(syscall(SYS_rt_sigpending, &set, kSetSize + 1));
}

PROVOKE(pause, EINTR, signal) {
  InterruptSoon();
  CALL(pause());
}

PROVOKE(pause, EINTR, signal_with_restart) {
  InterruptSoon();
  RestartAfterSignals();
  CALL(pause());
}

PROVOKE(sigsuspend, EINTR, signal) {
  InterruptSoon();
  const sigset_t mask = SetOf(SIGUSR1);
  CALL(sigsuspend(&mask));
}

PROVOKE(sigsuspend, EINTR, signal_with_restart) {
  InterruptSoon();
  RestartAfterSignals();
  const sigset_t mask = SetOf(SIGUSR1);
  CALL(sigsuspend(&mask));
}

PROVOKE(sigsuspend, EFAULT, mask_unreadable) {
  auto* const bad = static_cast<sigset_t*>(BadAddress());
  CALL_RAW(syscall(SYS_rt_sigsuspend, bad, kSetSize));
  CALL_LIBC(sigsuspend(bad));
}

PROVOKE(sigsuspend, EINVAL, set_size_wrong) {
  const sigset_t mask = SetOf(SIGUSR1);
  CALL_RAW(syscall(SYS_rt_sigsuspend, &mask, kSetSize - 1));
}

PROVOKE(sigsuspend, EINVAL, set_size_wrong_and_mask_unreadable) {
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_rt_sigsuspend, bad, kSetSize - 1));
}

PROVOKE(sigwaitinfo, EINTR, signal) {
  const sigset_t set = SetOf(SIGUSR1);
  siginfo_t info = {};
  WATCH(info);
  InterruptSoon();
  CALL(sigwaitinfo(&set, &info));
}

PROVOKE(sigwaitinfo, EINTR, signal_with_restart) {
  const sigset_t set = SetOf(SIGUSR1);
  siginfo_t info = {};
  WATCH(info);
  InterruptSoon();
  RestartAfterSignals();
  CALL(sigwaitinfo(&set, &info));
}

PROVOKE(sigwaitinfo, EINTR, stopped_and_continued) {
  const sigset_t set = SetOf(SIGUSR1);
  siginfo_t info = {};
  WATCH(info);
  StopAndContinueSoon();
  CALL(sigwaitinfo(&set, &info));
}

PROVOKE(sigwaitinfo, EFAULT, set_unreadable) {
  auto* const bad = static_cast<sigset_t*>(BadAddress());
  CALL_RAW(syscall(SYS_rt_sigtimedwait, bad, nullptr, nullptr, kSetSize));
  CALL_LIBC(sigwaitinfo(bad, nullptr));
}

PROVOKE(sigwaitinfo, EFAULT, info_unwritable) {
  MakePending(SIGUSR1);
  const sigset_t set = SetOf(SIGUSR1);
  auto* const bad = static_cast<siginfo_t*>(BadAddress());
  CALL_RAW(syscall(SYS_rt_sigtimedwait, &set, bad, nullptr, kSetSize));
  CALL_LIBC(sigwaitinfo(&set, bad));
  EFFECT(!IsPending(SIGUSR1));
}

PROVOKE(sigwaitinfo, EINVAL, set_size_wrong) {
  const sigset_t set = SetOf(SIGUSR1);
  CALL_RAW(syscall(SYS_rt_sigtimedwait, &set, nullptr, nullptr, kSetSize - 1));
}

PROVOKE(sigtimedwait, EINTR, signal) {
  const sigset_t set = SetOf(SIGUSR1);
  siginfo_t info = {};
  WATCH(info);
  const timespec timeout = {60, 0};
  InterruptSoon();
  CALL(sigtimedwait(&set, &info, &timeout));
}

PROVOKE(sigtimedwait, EINTR, signal_with_restart) {
  const sigset_t set = SetOf(SIGUSR1);
  siginfo_t info = {};
  WATCH(info);
  const timespec timeout = {60, 0};
  InterruptSoon();
  RestartAfterSignals();
  CALL(sigtimedwait(&set, &info, &timeout));
}

PROVOKE(sigtimedwait, EINTR, stopped_and_continued) {
  const sigset_t set = SetOf(SIGUSR1);
  siginfo_t info = {};
  WATCH(info);
  const timespec timeout = {60, 0};
  StopAndContinueSoon();
  CALL(sigtimedwait(&set, &info, &timeout));
}

PROVOKE(sigtimedwait, EFAULT, set_unreadable) {
  auto* const bad = static_cast<sigset_t*>(BadAddress());
  CALL_RAW(syscall(SYS_rt_sigtimedwait, bad, nullptr, nullptr, kSetSize));
  CALL_LIBC(sigtimedwait(bad, nullptr, nullptr));
}

PROVOKE(sigtimedwait, EFAULT, info_unwritable) {
  MakePending(SIGUSR1);
  const sigset_t set = SetOf(SIGUSR1);
  auto* const bad = static_cast<siginfo_t*>(BadAddress());
  CALL_RAW(syscall(SYS_rt_sigtimedwait, &set, bad, nullptr, kSetSize));
  CALL_LIBC(sigtimedwait(&set, bad, nullptr));
  EFFECT(!IsPending(SIGUSR1));
}

PROVOKE(sigtimedwait, EINVAL, set_size_wrong) {
  const sigset_t set = SetOf(SIGUSR1);
  CALL_RAW(syscall(SYS_rt_sigtimedwait, &set, nullptr, nullptr, kSetSize - 1));
}

PROVOKE(sigtimedwait, EAGAIN, timeout_over) {
  const sigset_t set = SetOf(SIGUSR1);
  siginfo_t info = {};
  WATCH(info);
  const timespec timeout = {0, 1000000};
  CALL(sigtimedwait(&set, &info, &timeout));
}

PROVOKE(sigtimedwait, EAGAIN, timeout_zero) {
  const sigset_t set = SetOf(SIGUSR1);
  siginfo_t info = {};
  WATCH(info);
  const timespec timeout = {0, 0};
  CALL(sigtimedwait(&set, &info, &timeout));
}

PROVOKE(sigtimedwait, EINVAL, timeout_negative) {
  const sigset_t set = SetOf(SIGUSR1);
  const timespec timeout = {-1, 0};
  CALL(sigtimedwait(&set, nullptr, &timeout));
}

PROVOKE(sigtimedwait, EINVAL, timeout_nanoseconds) {
  const sigset_t set = SetOf(SIGUSR1);
  const timespec timeout = {0, 1000000000};
  CALL(sigtimedwait(&set, nullptr, &timeout));
}

PROVOKE(sigtimedwait, EINVAL, timeout_nanoseconds_negative) {
  const sigset_t set = SetOf(SIGUSR1);
  const timespec timeout = {0, -1};
  CALL(sigtimedwait(&set, nullptr, &timeout));
}

PROVOKE(sigtimedwait, EINVAL, timeout_bad_and_signal_pending) {
  MakePending(SIGUSR1);
  const sigset_t set = SetOf(SIGUSR1);
  const timespec timeout = {0, 1000000000};
  CALL(sigtimedwait(&set, nullptr, &timeout));
  EXPECT(IsPending(SIGUSR1));
}

PROVOKE(sigtimedwait, EFAULT, timeout_unreadable) {
  auto* const bad = static_cast<timespec*>(BadAddress());
  const sigset_t set = SetOf(SIGUSR1);
  CALL_RAW(syscall(SYS_rt_sigtimedwait, &set, nullptr, bad, kSetSize));
  CALL_LIBC(sigtimedwait(&set, nullptr, bad));
}

PROVOKE(sigwait, EINVAL, set_with_unknown_signals) {
  MakePending(SIGUSR1);
  sigset_t all;
  memset(&all, 0xff, sizeof(all));
  int signal = 0;
  CALL(sigwait(&all, &signal));
  EXPECT(signal == SIGUSR1);
}

PROVOKE(sigwait, EFAULT, set_unreadable) {
  auto* const bad = static_cast<sigset_t*>(BadAddress());
  int signal = 0;
  WATCH(signal);
  CALL_RAW(syscall(SYS_rt_sigtimedwait, bad, nullptr, nullptr, kSetSize));
  CALL_LIBC(sigwait(bad, &signal));
}

PROVOKE(kill, EINVAL, sig_negative) { CALL(kill(getpid(), -1)); }

PROVOKE(kill, EINVAL, sig_too_large) { CALL(kill(getpid(), kTooLarge)); }

PROVOKE(kill, EINVAL, sig_unknown_and_not_permitted) {
  const pid_t process = ProcessOfAnotherUser();
  CALL(kill(process, kTooLarge));
}

PROVOKE(kill, EPERM, other_user) {
  const pid_t process = ProcessOfAnotherUser();
  CALL(kill(process, 0));
}

PROVOKE(kill, ESRCH, no_process) { CALL(kill(kNoProcess, 0)); }

PROVOKE(kill, ESRCH, process_ended) {
  const pid_t ended = EndedProcess();
  CALL(kill(ended, 0));
}

PROVOKE(kill, ESRCH, no_process_group) { CALL(kill(-kNoProcess, 0)); }

PROVOKE(kill, ESRCH, pid_lowest) { CALL(kill(INT_MIN, 0)); }

PROVOKE(kill, ESRCH, no_process_and_sig_unknown) {
  CALL(kill(kNoProcess, kTooLarge));
}

PROVOKE(raise, EINVAL, sig_negative) { CALL(raise(-1)); }

PROVOKE(raise, EINVAL, sig_too_large) { CALL(raise(kTooLarge)); }

PROVOKE(raise, EINVAL, sig_internal) { CALL(raise(kInternal)); }

PROVOKE(raise, EAGAIN, too_many_pending) {
  Block(SIGRTMIN);
  Limit(RLIMIT_SIGPENDING, 0);
  CALL(raise(SIGRTMIN));
}

PROVOKE(tgkill, EAGAIN, too_many_pending) {
  Block(SIGRTMIN);
  Limit(RLIMIT_SIGPENDING, 0);
  CALL(tgkill(getpid(), getpid(), SIGRTMIN));
}

PROVOKE(tgkill, EINVAL, tid_zero) { CALL(tgkill(getpid(), 0, 0)); }

PROVOKE(tgkill, EINVAL, tid_negative) { CALL(tgkill(getpid(), -1, 0)); }

PROVOKE(tgkill, EINVAL, tgid_zero) { CALL(tgkill(0, getpid(), 0)); }

PROVOKE(tgkill, EINVAL, tgid_negative) { CALL(tgkill(-1, getpid(), 0)); }

PROVOKE(tgkill, EINVAL, sig_negative) { CALL(tgkill(getpid(), getpid(), -1)); }

PROVOKE(tgkill, EINVAL, sig_too_large) {
  CALL(tgkill(getpid(), getpid(), kTooLarge));
}

PROVOKE(tgkill, EINVAL, tid_zero_and_no_group) {
  CALL(tgkill(kNoProcess, 0, 0));
}

PROVOKE(tgkill, EPERM, other_user) {
  const pid_t process = ProcessOfAnotherUser();
  CALL(tgkill(process, process, 0));
}

PROVOKE(tgkill, ESRCH, no_thread) { CALL(tgkill(getpid(), kNoProcess, 0)); }

PROVOKE(tgkill, ESRCH, thread_of_another_group) {
  CALL(tgkill(getppid(), getpid(), 0));
}

PROVOKE(tgkill, ESRCH, no_thread_and_sig_unknown) {
  CALL(tgkill(getpid(), kNoProcess, kTooLarge));
}

PROVOKE(pthread_kill, EINVAL, sig_negative) {
  const pthread_t self = pthread_self();
  CALL(pthread_kill(self, -1));
}

PROVOKE(pthread_kill, EINVAL, sig_too_large) {
  const pthread_t self = pthread_self();
  CALL(pthread_kill(self, kTooLarge));
}

PROVOKE(pthread_kill, EINVAL, sig_internal) {
  const pthread_t self = pthread_self();
  CALL(pthread_kill(self, kInternal));
}

PROVOKE(pthread_kill, EAGAIN, too_many_pending) {
  const pthread_t self = pthread_self();
  Block(SIGRTMIN);
  Limit(RLIMIT_SIGPENDING, 0);
  CALL(pthread_kill(self, SIGRTMIN));
}

PROVOKE(pthread_kill, ESRCH, thread_ended) {
  const pthread_t ended = EndedThread();
  CALL(pthread_kill(ended, 0));
}

PROVOKE(sigqueue, EAGAIN, too_many_pending) {
  Block(SIGRTMIN);
  Limit(RLIMIT_SIGPENDING, 0);
  const sigval value = {};
  CALL(sigqueue(getpid(), SIGRTMIN, value));
}

PROVOKE(sigqueue, EINVAL, sig_negative) {
  const sigval value = {};
  CALL(sigqueue(getpid(), -1, value));
}

PROVOKE(sigqueue, EINVAL, sig_too_large) {
  const sigval value = {};
  CALL(sigqueue(getpid(), kTooLarge, value));
}

PROVOKE(sigqueue, EINVAL, sig_unknown_and_not_permitted) {
  const sigval value = {};
  const pid_t process = ProcessOfAnotherUser();
  CALL(sigqueue(process, kTooLarge, value));
}

PROVOKE(sigqueue, EPERM, other_user) {
  const sigval value = {};
  const pid_t process = ProcessOfAnotherUser();
  CALL(sigqueue(process, 0, value));
}

PROVOKE(sigqueue, ESRCH, no_process) {
  const sigval value = {};
  CALL(sigqueue(kNoProcess, 0, value));
}

PROVOKE(sigqueue, ESRCH, pid_zero) {
  const sigval value = {};
  CALL(sigqueue(0, 0, value));
}

PROVOKE(sigqueue, ESRCH, pid_negative) {
  const sigval value = {};
  CALL(sigqueue(-getpgrp(), 0, value));
}

PROVOKE(sigqueue, ESRCH, no_process_and_sig_unknown) {
  const sigval value = {};
  CALL(sigqueue(kNoProcess, kTooLarge, value));
}

PROVOKE(pthread_sigqueue, EAGAIN, too_many_pending) {
  const pthread_t self = pthread_self();
  Block(SIGRTMIN);
  Limit(RLIMIT_SIGPENDING, 0);
  const sigval value = {};
  CALL(pthread_sigqueue(self, SIGRTMIN, value));
}

PROVOKE(pthread_sigqueue, EINVAL, sig_negative) {
  const pthread_t self = pthread_self();
  const sigval value = {};
  CALL(pthread_sigqueue(self, -1, value));
}

PROVOKE(pthread_sigqueue, EINVAL, sig_too_large) {
  const pthread_t self = pthread_self();
  const sigval value = {};
  CALL(pthread_sigqueue(self, kTooLarge, value));
}

PROVOKE(pthread_sigqueue, EINVAL, sig_internal) {
  const pthread_t self = pthread_self();
  const sigval value = {};
  CALL(pthread_sigqueue(self, kInternal, value));
}

PROVOKE(pthread_sigqueue, ESRCH, thread_ended) {
  const pthread_t ended = EndedThread();
  const sigval value = {};
  CALL(pthread_sigqueue(ended, 0, value));
}

PROVOKE(pthread_sigqueue, ESRCH, thread_ended_and_sig_internal) {
  const pthread_t ended = EndedThread();
  const sigval value = {};
  CALL(pthread_sigqueue(ended, kInternal, value));
}

REASON(pthread_sigqueue, ENOSYS, no_system_call) {
  // Without a structure to read, it fails for that.
  const long result =
      syscall(SYS_rt_tgsigqueueinfo, getpid(), getpid(), 0, BadAddress());
  HOLDS(result == -1 && errno == EFAULT);
}
