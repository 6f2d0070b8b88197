// Provocations of pidfd_open(2), pidfd_getfd(2) and pidfd_send_signal(2).

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// glibc 2.36 does not say that its functions are C's.
extern "C" {
#include <sys/pidfd.h>
}

#include "conformance/errors/helpers.h"

namespace {

constexpr unsigned kUnknownFlag = 1 << 30;

// More than a process's id can be.
constexpr pid_t kNoProcess = INT_MAX;

// A pidfd of this process.
int Self() { return MUST(pidfd_open(getpid(), 0)); }

// A pidfd of a child that has ended. It is a zombie.
int Zombie() {
  const pid_t child = MUST(fork());
  if (child == 0) _exit(0);
  const int pidfd = MUST(pidfd_open(child, 0));
  siginfo_t info = {};
  MUST(waitid(P_PID, child, &info, WEXITED | WNOWAIT));
  return pidfd;
}

// A pidfd of a child that has ended and was waited for.
int Gone() {
  const int pidfd = Zombie();
  MUST(waitpid(-1, nullptr, 0));
  return pidfd;
}

// A pidfd of a child that does nothing; first it calls `prepare`.
int Child(void (*prepare)()) {
  int ready[2];
  MUST(pipe(ready));
  const pid_t child = MUST(fork());
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (prepare != nullptr) prepare();
    MUST(write(ready[1], "x", 1));
    for (;;) pause();
  }
  close(ready[1]);
  char byte;
  if (read(ready[0], &byte, 1) != 1) SKIP("the child could not prepare itself");
  return MUST(pidfd_open(child, 0));
}

// Containers' filters of system calls refuse it, whatever it is asked.
void SkipIfFiltered() {
  if (pidfd_getfd(-1, 0, 0) != 0 && errno == EPERM)
    SKIP("a filter of system calls refuses pidfd_getfd");
}

void ForbidTracing() { MUST(prctl(PR_SET_DUMPABLE, 0)); }

void BecomeOtherUser() {
  if (setresuid(65534, 65534, 65534) != 0) _exit(0);
}

// A pidfd of another user's process.
int OtherUsersProcess() {
  if (geteuid() == 0) {
    const int pidfd = Child(BecomeOtherUser);
    DropCapabilities();
    return pidfd;
  }
  if (kill(1, 0) == 0 || errno != EPERM)
    SKIP("process 1 is not another user's");
  return MUST(pidfd_open(1, 0));
}

volatile pid_t thread_id = 0;

void* StayInThread(void*) {
  thread_id = static_cast<pid_t>(syscall(SYS_gettid));
  for (;;) pause();
  return nullptr;
}

// The id of a thread that is not this process's first.
pid_t Thread() {
  pthread_t thread;
  if (pthread_create(&thread, nullptr, StayInThread, nullptr) != 0)
    SKIP("can't start a thread");
  while (thread_id == 0) sched_yield();
  return thread_id;
}

}  // namespace

PROVOKE(pidfd_open, EINVAL, flags_unknown) {
  const pid_t pid = getpid();
  CALL(pidfd_open(pid, kUnknownFlag));
}

PROVOKE(pidfd_open, EINVAL, pid_zero) { CALL(pidfd_open(0, 0)); }

PROVOKE(pidfd_open, EINVAL, pid_negative) { CALL(pidfd_open(-1, 0)); }

PROVOKE(pidfd_open, EINVAL, pid_of_thread) {
  const pid_t thread = Thread();
  CALL(pidfd_open(thread, 0));
}

PROVOKE(pidfd_open, EINVAL, flags_unknown_and_no_process) {
  CALL(pidfd_open(kNoProcess, kUnknownFlag));
}

PROVOKE(pidfd_open, EMFILE, no_descriptor) {
  const pid_t pid = getpid();
  UseUpDescriptors();
  CALL(pidfd_open(pid, 0));
}

REASON(pidfd_open, ENODEV, no_anonymous_inodes) {
  // An eventfd is nothing but such an inode.
  char path[64];
  char name[64] = "";
  snprintf(path, sizeof(path), "/proc/self/fd/%d", MUST(eventfd(0, 0)));
  MUST(readlink(path, name, sizeof(name) - 1));
  HOLDS(strncmp(name, "anon_inode:", 11) == 0);
  HOLDS(pidfd_open(getpid(), 0) >= 0);
}

PROVOKE(pidfd_open, ENOENT, pid_of_thread) {
  const pid_t thread = Thread();
  CALL(pidfd_open(thread, 0));
}

PROVOKE(pidfd_open, ESRCH, no_process) { CALL(pidfd_open(kNoProcess, 0)); }

PROVOKE(pidfd_open, ESRCH, no_process_and_no_descriptor) {
  UseUpDescriptors();
  CALL(pidfd_open(kNoProcess, 0));
}

PROVOKE(pidfd_getfd, EBADF, pidfd_closed) {
  SkipIfFiltered();
  const int pidfd = ClosedDescriptor();
  CALL(pidfd_getfd(pidfd, 0, 0));
}

PROVOKE(pidfd_getfd, EBADF, pidfd_no_pidfd) {
  SkipIfFiltered();
  const int no_pidfd = MUST(eventfd(0, 0));
  CALL(pidfd_getfd(no_pidfd, 0, 0));
}

PROVOKE(pidfd_getfd, EBADF, targetfd_closed) {
  SkipIfFiltered();
  const int pidfd = Self();
  const int targetfd = ClosedDescriptor();
  CALL(pidfd_getfd(pidfd, targetfd, 0));
}

PROVOKE(pidfd_getfd, EINVAL, flags_unknown) {
  SkipIfFiltered();
  const int pidfd = Self();
  CALL(pidfd_getfd(pidfd, 0, 1));
}

PROVOKE(pidfd_getfd, EINVAL, flags_unknown_and_pidfd_closed) {
  SkipIfFiltered();
  const int pidfd = ClosedDescriptor();
  CALL(pidfd_getfd(pidfd, 0, 1));
}

PROVOKE(pidfd_getfd, EMFILE, no_descriptor) {
  SkipIfFiltered();
  const int pidfd = Self();
  UseUpDescriptors();
  CALL(pidfd_getfd(pidfd, 0, 0));
}

PROVOKE(pidfd_getfd, EPERM, not_traceable) {
  SkipIfFiltered();
  const int pidfd = Child(ForbidTracing);
  DropCapabilities();
  CALL(pidfd_getfd(pidfd, 0, 0));
}

PROVOKE(pidfd_getfd, EPERM, not_traceable_and_targetfd_closed) {
  SkipIfFiltered();
  const int pidfd = Child(ForbidTracing);
  DropCapabilities();
  CALL(pidfd_getfd(pidfd, 1000000, 0));
}

PROVOKE(pidfd_getfd, ESRCH, process_gone) {
  SkipIfFiltered();
  const int pidfd = Gone();
  CALL(pidfd_getfd(pidfd, 0, 0));
}

PROVOKE(pidfd_getfd, ESRCH, zombie) {
  SkipIfFiltered();
  const int pidfd = Zombie();
  CALL(pidfd_getfd(pidfd, 0, 0));
}

PROVOKE(pidfd_send_signal, EBADF, pidfd_closed) {
  const int pidfd = ClosedDescriptor();
  CALL(pidfd_send_signal(pidfd, 0, nullptr, 0));
}

PROVOKE(pidfd_send_signal, EBADF, pidfd_no_pidfd) {
  const int no_pidfd = MUST(eventfd(0, 0));
  CALL(pidfd_send_signal(no_pidfd, 0, nullptr, 0));
}

PROVOKE(pidfd_send_signal, EBADF, pidfd_closed_and_info_bad) {
  const int pidfd = ClosedDescriptor();
  siginfo_t* const bad = static_cast<siginfo_t*>(BadAddress());
  CALL(pidfd_send_signal(pidfd, SIGUSR1, bad, 0));
}

PROVOKE(pidfd_send_signal, EFAULT, info_unreadable) {
  const int pidfd = Self();
  siginfo_t* const bad = static_cast<siginfo_t*>(BadAddress());
  CALL_RAW(syscall(SYS_pidfd_send_signal, pidfd, SIGUSR1, bad, 0));
  CALL_LIBC(pidfd_send_signal(pidfd, SIGUSR1, bad, 0));
}

PROVOKE(pidfd_send_signal, EINVAL, sig_too_large) {
  const int pidfd = Self();
  CALL(pidfd_send_signal(pidfd, 1000, nullptr, 0));
}

PROVOKE(pidfd_send_signal, EINVAL, sig_negative) {
  const int pidfd = Self();
  CALL(pidfd_send_signal(pidfd, -1, nullptr, 0));
}

PROVOKE(pidfd_send_signal, EINVAL, flags_unknown) {
  const int pidfd = Self();
  CALL(pidfd_send_signal(pidfd, 0, nullptr, kUnknownFlag));
}

PROVOKE(pidfd_send_signal, EINVAL, flags_two_scopes) {
  const int pidfd = Self();
  // PIDFD_SIGNAL_THREAD and PIDFD_SIGNAL_THREAD_GROUP
  CALL(pidfd_send_signal(pidfd, 0, nullptr, 1 | 2));
}

PROVOKE(pidfd_send_signal, EINVAL, namespace_above) {
  const int pidfd = Self();
  if (unshare(CLONE_NEWPID) != 0)
    SKIP("needs CAP_SYS_ADMIN, to make a pid namespace");
  const pid_t child = MUST(fork());
  if (child == 0) {
    CALL(pidfd_send_signal(pidfd, 0, nullptr, 0));
    _exit(0);
  }
  MUST(waitpid(child, nullptr, 0));
}

PROVOKE(pidfd_send_signal, EINVAL, info_of_other_signal) {
  const int pidfd = Self();
  siginfo_t info = {};
  info.si_signo = SIGUSR2;
  info.si_code = SI_QUEUE;
  CALL(pidfd_send_signal(pidfd, SIGUSR1, &info, 0));
}

PROVOKE(pidfd_send_signal, EINVAL, flags_unknown_and_pidfd_closed) {
  const int pidfd = ClosedDescriptor();
  CALL(pidfd_send_signal(pidfd, 0, nullptr, kUnknownFlag));
}

PROVOKE(pidfd_send_signal, EPERM, other_user) {
  const int pidfd = OtherUsersProcess();
  CALL(pidfd_send_signal(pidfd, 0, nullptr, 0));
}

PROVOKE(pidfd_send_signal, EPERM, info_forged) {
  const int pidfd = Child(nullptr);
  siginfo_t info = {};
  info.si_signo = SIGUSR1;
  info.si_code = SI_TKILL;
  CALL(pidfd_send_signal(pidfd, SIGUSR1, &info, 0));
}

PROVOKE(pidfd_send_signal, ESRCH, process_gone) {
  const int pidfd = Gone();
  CALL(pidfd_send_signal(pidfd, 0, nullptr, 0));
}

PROVOKE(pidfd_send_signal, ESRCH, process_gone_and_sig_bad) {
  const int pidfd = Gone();
  CALL(pidfd_send_signal(pidfd, 1000, nullptr, 0));
}
