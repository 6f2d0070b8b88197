// Provocations by limits of the whole machine: its sysctls, and its clock.

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "conformance/errors/privileged.h"

#ifndef SYS_pidfd_getfd
#ifdef __alpha__
#define SYS_pidfd_getfd 548
#else
#define SYS_pidfd_getfd 438
#endif
#endif

namespace {

// A user that has no watches yet may have this many, which other users hardly
// reach.
constexpr char kWatches[] = "5000";

// Adds watches until one can't be added: each of some pipe's copies to each of
// some instances. Returns an instance that `*fd` is not in.
int UseUpWatches(int* fd) {
  int ends[2];
  MUST(pipe(ends));
  int copies[100];
  for (int& copy : copies) copy = MUST(dup(ends[0]));
  for (;;) {
    const int epfd = MUST(epoll_create1(0));
    for (const int copy : copies) {
      epoll_event event = {};
      if (epoll_ctl(epfd, EPOLL_CTL_ADD, copy, &event) != 0) {
        *fd = copy;
        return epfd;
      }
    }
  }
}

// Sets the clock of the whole machine to what it shows.
void SetClock() {
  NeedLeaveToChangeMachine();
  timespec now;
  MUST(clock_gettime(CLOCK_REALTIME, &now));
  if (clock_settime(CLOCK_REALTIME, &now) != 0) SKIP("can't set the clock");
}

// A timer that is cancelled when the clock is set.
int CancelledTimer() {
  const int fd = MUST(timerfd_create(CLOCK_REALTIME, 0));
  itimerspec in_an_hour = {};
  MUST(clock_gettime(CLOCK_REALTIME, &in_an_hour.it_value));
  in_an_hour.it_value.tv_sec += 3600;
  MUST(timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET,
                       &in_an_hour, nullptr));
  SetClock();
  return fd;
}

}  // namespace

PROVOKE(epoll_create, ENFILE, no_file) {
  UseUpFiles();
  CALL(epoll_create(1));
}

PROVOKE(epoll_create1, ENFILE, no_file) {
  UseUpFiles();
  CALL(epoll_create1(0));
}

PROVOKE(eventfd, ENFILE, no_file) {
  UseUpFiles();
  CALL(eventfd(0, 0));
}

PROVOKE(signalfd, ENFILE, no_file) {
  sigset_t signals;
  sigemptyset(&signals);
  UseUpFiles();
  CALL(signalfd(-1, &signals, 0));
}

PROVOKE(timerfd_create, ENFILE, no_file) {
  UseUpFiles();
  CALL(timerfd_create(CLOCK_MONOTONIC, 0));
}

PROVOKE(inotify_init, ENFILE, no_file) {
  UseUpFiles();
  CALL(inotify_init());
}

PROVOKE(inotify_init1, ENFILE, no_file) {
  UseUpFiles();
  CALL(inotify_init1(0));
}

PROVOKE(memfd_create, ENFILE, no_file) {
  UseUpFiles();
  CALL(memfd_create("plumbline", 0));
}

PROVOKE(pidfd_open, ENFILE, no_file) {
  const pid_t self = getpid();
  UseUpFiles();
  CALL(syscall(SYS_pidfd_open, self, 0));
}

PROVOKE(pidfd_getfd, ENFILE, no_file) {
  const int self = MUST(syscall(SYS_pidfd_open, getpid(), 0));
  UseUpFiles();
  CALL(syscall(SYS_pidfd_getfd, self, 0, 0));
}

PROVOKE(pipe, ENFILE, no_file) {
  int ends[2] = {};
  WATCH(ends);
  UseUpFiles();
  CALL(pipe(ends));
}

PROVOKE(pipe2, ENFILE, no_file) {
  int ends[2] = {};
  WATCH(ends);
  UseUpFiles();
  CALL(pipe2(ends, O_CLOEXEC));
}

PROVOKE(pipe, ENFILE, user_pages_hard) {
  int ends[2] = {};
  WATCH(ends);
  ChangeSysctlForUsers("/proc/sys/fs/pipe-user-pages-hard", "1");
  CALL(pipe(ends));
}

PROVOKE(pipe2, ENFILE, user_pages_hard) {
  int ends[2] = {};
  WATCH(ends);
  ChangeSysctlForUsers("/proc/sys/fs/pipe-user-pages-hard", "1");
  CALL(pipe2(ends, O_CLOEXEC));
}

PROVOKE(accept4, ENFILE, no_file) {
  const int server = SocketWithConnection();
  UseUpFiles();
  CALL(accept4(server, nullptr, nullptr, 0));
}

PROVOKE(socketpair, ENFILE, no_file) {
  int sockets[2] = {-1, -1};
  UseUpFiles();
  CALL(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
  EFFECT(sockets[0] >= 0 && fcntl(sockets[0], F_GETFD) == -1);
}

PROVOKE(epoll_ctl, ENOSPC, no_watch_left) {
  ChangeSysctl("/proc/sys/fs/epoll/max_user_watches", kWatches);
  MUST(setresuid(54321, -1, -1));  // whose watches are counted
  int fd = -1;
  const int epfd = UseUpWatches(&fd);
  epoll_event event = {};
  WATCH(event);
  CALL(epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event));
}

PROVOKE(close_range, EMFILE, unshare_over_nr_open) {
  rlimit limit = {};
  MUST(getrlimit(RLIMIT_NOFILE, &limit));
  limit.rlim_cur = limit.rlim_max;
  MUST(setrlimit(RLIMIT_NOFILE, &limit));
  const int last = static_cast<int>(limit.rlim_max) - 1;
  MUST(dup2(0, last));
  ShareDescriptors();
  // Twice as many are allotted each time that a table grows.
  int allowed = 256;
  while (2 * allowed <= last) allowed *= 2;
  static char number[16];
  snprintf(number, sizeof(number), "%d", allowed);
  ChangeSysctl("/proc/sys/fs/nr_open", number);
  CALL(syscall(SYS_close_range, 100, 100, CLOSE_RANGE_UNSHARE));
}

PROVOKE_OPERATION(fcntl, F_NOTIFY, EINVAL, disabled_by_sysctl) {
  const int fd = MUST(open("/", O_RDONLY));
  ChangeSysctl("/proc/sys/fs/dir-notify-enable", "0");
  CALL(fcntl(fd, F_NOTIFY, DN_RENAME));
}

PROVOKE_OPERATION(fcntl, F_SETLEASE, EINVAL, disabled_by_sysctl) {
  const int fd = TemporaryFile();
  ChangeSysctl("/proc/sys/fs/leases-enable", "0");
  CALL(fcntl(fd, F_SETLEASE, F_WRLCK));
}

PROVOKE(read, ECANCELED, clock_was_set) {
  const int fd = CancelledTimer();
  unsigned long long expirations = 0;
  WATCH(expirations);
  CALL(read(fd, &expirations, sizeof(expirations)));
}

PROVOKE(timerfd_settime, ECANCELED, clock_set) {
  const int fd = CancelledTimer();
  itimerspec in_an_hour = {};
  MUST(clock_gettime(CLOCK_REALTIME, &in_an_hour.it_value));
  in_an_hour.it_value.tv_sec += 3600;
  CALL(timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET,
                       &in_an_hour, nullptr));
  itimerspec now = {};
  MUST(timerfd_gettime(fd, &now));
  EFFECT(now.it_value.tv_sec > 0);
}
