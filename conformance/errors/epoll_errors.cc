// Provocations of epoll_create(2), epoll_ctl(2) and epoll_wait(2).

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "conformance/errors/helpers.h"

namespace {

int Epoll() { return MUST(epoll_create1(0)); }

// The read end of a pipe, which epoll can watch.
int Watchable() {
  int ends[2];
  MUST(pipe(ends));
  return ends[0];
}

void Add(int epfd, int fd, unsigned events) {
  epoll_event event = {};
  event.events = events;
  MUST(epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event));
}

// An instance that has an event to report.
int ReadyEpoll() {
  int ends[2];
  MUST(pipe(ends));
  MUST(write(ends[1], "x", 1));
  const int epfd = Epoll();
  Add(epfd, ends[0], EPOLLIN);
  return epfd;
}

// Whether the instance still has an event to report.
bool IsReady(int epfd) {
  epoll_event event = {};
  return epoll_wait(epfd, &event, 1, 0) == 1;
}

// Not every architecture has the call epoll_wait.
long RawEpollWait(int epfd, void* events, int maxevents, int timeout) {
#ifdef SYS_epoll_wait
  return syscall(SYS_epoll_wait, epfd, events, maxevents, timeout);
#else
  return syscall(SYS_epoll_pwait, epfd, events, maxevents, timeout, nullptr,
                 NSIG / 8);
#endif
}

long RawEpollPwait(int epfd, void* events, int maxevents, int timeout,
                   const void* sigmask, size_t sigsetsize) {
  return syscall(SYS_epoll_pwait, epfd, events, maxevents, timeout, sigmask,
                 sigsetsize);
}

#ifndef SYS_epoll_pwait2
#ifdef __alpha__
#define SYS_epoll_pwait2 551
#else
#define SYS_epoll_pwait2 441
#endif
#endif

long RawEpollPwait2(int epfd, void* events, int maxevents, const void* timeout,
                    const void* sigmask, size_t sigsetsize) {
  return syscall(SYS_epoll_pwait2, epfd, events, maxevents, timeout, sigmask,
                 sigsetsize);
}

}  // namespace

PROVOKE(epoll_create, EINVAL, size_zero) { CALL(epoll_create(0)); }

PROVOKE(epoll_create, EINVAL, size_negative) { CALL(epoll_create(-1)); }

PROVOKE(epoll_create, EMFILE, no_descriptor) {
  UseUpDescriptors();
  CALL(epoll_create(1));
}

REASON(epoll_create, EMFILE, no_instance) {
  HOLDS(access("/proc/sys/fs/epoll/max_user_watches", F_OK) == 0);
  HOLDS(access("/proc/sys/fs/epoll/max_user_instances", F_OK) != 0);
}

PROVOKE(epoll_create1, EINVAL, flags_unknown) {
  CALL(epoll_create1(EPOLL_CLOEXEC | 1));
}

PROVOKE(epoll_create1, EINVAL, flags_unknown_and_no_descriptor) {
  UseUpDescriptors();
  CALL(epoll_create1(1));
}

PROVOKE(epoll_create1, EMFILE, no_descriptor) {
  UseUpDescriptors();
  CALL(epoll_create1(0));
}

REASON(epoll_create1, EMFILE, no_instance) {
  HOLDS(access("/proc/sys/fs/epoll/max_user_watches", F_OK) == 0);
  HOLDS(access("/proc/sys/fs/epoll/max_user_instances", F_OK) != 0);
}

PROVOKE(epoll_ctl, EBADF, epfd_closed) {
  epoll_event event = {};
  WATCH(event);
  const int fd = Watchable();
  const int closed = ClosedDescriptor();
  CALL(epoll_ctl(closed, EPOLL_CTL_ADD, fd, &event));
}

PROVOKE(epoll_ctl, EBADF, fd_closed) {
  epoll_event event = {};
  WATCH(event);
  const int epfd = Epoll();
  const int closed = ClosedDescriptor();
  CALL(epoll_ctl(epfd, EPOLL_CTL_ADD, closed, &event));
}

PROVOKE(epoll_ctl, EBADF, fd_path_only) {
  const int epfd = Epoll();
  const int fd = MUST(open("/", O_PATH));
  epoll_event event = {};
  WATCH(event);
  CALL(epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event));
}

PROVOKE(epoll_ctl, EBADF, epfd_closed_and_op_unknown) {
  epoll_event event = {};
  const int fd = Watchable();
  const int closed = ClosedDescriptor();
  CALL(epoll_ctl(closed, 42, fd, &event));
}

PROVOKE(epoll_ctl, EBADF, fd_closed_and_epfd_no_epoll) {
  epoll_event event = {};
  const int no_epoll = Watchable();
  const int closed = ClosedDescriptor();
  CALL(epoll_ctl(no_epoll, EPOLL_CTL_ADD, closed, &event));
}

PROVOKE(epoll_ctl, EEXIST, added_twice) {
  const int epfd = Epoll();
  const int fd = Watchable();
  Add(epfd, fd, EPOLLIN);
  epoll_event event = {};
  event.events = EPOLLOUT;
  CALL(epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event));
}

PROVOKE(epoll_ctl, EFAULT, event_unreadable) {
  const int epfd = Epoll();
  const int fd = Watchable();
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_epoll_ctl, epfd, EPOLL_CTL_ADD, fd, bad));
  CALL_LIBC(epoll_ctl(epfd, EPOLL_CTL_ADD, fd, static_cast<epoll_event*>(bad)));
}

PROVOKE(epoll_ctl, EFAULT, event_null_and_op_unknown) {
  const int epfd = Epoll();
  const int fd = Watchable();
  CALL_RAW(syscall(SYS_epoll_ctl, epfd, 42, fd, nullptr));
  CALL_LIBC(epoll_ctl(epfd, 42, fd, nullptr));
}

PROVOKE(epoll_ctl, EFAULT, event_unreadable_and_epfd_closed) {
  const int fd = Watchable();
  const int closed = ClosedDescriptor();
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_epoll_ctl, closed, EPOLL_CTL_ADD, fd, bad));
  CALL_LIBC(
      epoll_ctl(closed, EPOLL_CTL_ADD, fd, static_cast<epoll_event*>(bad)));
}

PROVOKE(epoll_ctl, EINVAL, epfd_no_epoll) {
  const int no_epoll = Watchable();
  const int fd = Watchable();
  epoll_event event = {};
  CALL(epoll_ctl(no_epoll, EPOLL_CTL_ADD, fd, &event));
}

PROVOKE(epoll_ctl, EINVAL, fd_is_epfd) {
  const int epfd = Epoll();
  epoll_event event = {};
  CALL(epoll_ctl(epfd, EPOLL_CTL_ADD, epfd, &event));
}

PROVOKE(epoll_ctl, EINVAL, op_unknown) {
  const int epfd = Epoll();
  const int fd = Watchable();
  epoll_event event = {};
  CALL(epoll_ctl(epfd, 42, fd, &event));
}

PROVOKE(epoll_ctl, EINVAL, exclusive_bad_events) {
  const int epfd = Epoll();
  const int fd = Watchable();
  epoll_event event = {};
  event.events = EPOLLEXCLUSIVE | EPOLLIN | EPOLLONESHOT;
  CALL(epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event));
}

PROVOKE(epoll_ctl, EINVAL, exclusive_in_mod) {
  const int epfd = Epoll();
  const int fd = Watchable();
  Add(epfd, fd, EPOLLIN);
  epoll_event event = {};
  event.events = EPOLLEXCLUSIVE | EPOLLIN;
  CALL(epoll_ctl(epfd, EPOLL_CTL_MOD, fd, &event));
}

PROVOKE(epoll_ctl, EINVAL, mod_of_exclusive) {
  const int epfd = Epoll();
  const int fd = Watchable();
  Add(epfd, fd, EPOLLEXCLUSIVE | EPOLLIN);
  epoll_event event = {};
  event.events = EPOLLIN;
  CALL(epoll_ctl(epfd, EPOLL_CTL_MOD, fd, &event));
}

PROVOKE(epoll_ctl, EINVAL, exclusive_of_epoll) {
  const int epfd = Epoll();
  const int inner = Epoll();
  epoll_event event = {};
  event.events = EPOLLEXCLUSIVE | EPOLLIN;
  CALL(epoll_ctl(epfd, EPOLL_CTL_ADD, inner, &event));
}

PROVOKE(epoll_ctl, EINVAL, too_many_paths) {
  // Four instances, each of which watches the one before.
  int inner = Epoll();
  Add(inner, Watchable(), EPOLLIN);
  for (int i = 1; i < 4; ++i) {
    const int outer = Epoll();
    Add(outer, inner, EPOLLIN);
    inner = outer;
  }
  for (int i = 0; i < 10; ++i) Add(Epoll(), inner, EPOLLIN);
  const int eleventh = Epoll();
  epoll_event event = {};
  event.events = EPOLLIN;
  CALL(epoll_ctl(eleventh, EPOLL_CTL_ADD, inner, &event));
}

PROVOKE(epoll_ctl, EINVAL, fd_is_epfd_and_absent) {
  const int epfd = Epoll();
  CALL(epoll_ctl(epfd, EPOLL_CTL_DEL, epfd, nullptr));
}

PROVOKE(epoll_ctl, ELOOP, circle) {
  const int one = Epoll();
  const int other = Epoll();
  Add(one, other, EPOLLIN);
  epoll_event event = {};
  CALL(epoll_ctl(other, EPOLL_CTL_ADD, one, &event));
}

PROVOKE(epoll_ctl, ELOOP, nested_too_deep) {
  // Nests instances as deep as it goes, to see the last attempt fail again.
  epoll_event event = {};
  int deep = 1;
  int inner = Epoll();
  int outer = Epoll();
  while (deep < 20 && epoll_ctl(outer, EPOLL_CTL_ADD, inner, &event) == 0) {
    inner = outer;
    outer = Epoll();
    ++deep;
  }
  CALL(epoll_ctl(outer, EPOLL_CTL_ADD, inner, &event));
  EXPECT(deep >= 5);
}

PROVOKE(epoll_ctl, ENOENT, mod_of_absent) {
  const int epfd = Epoll();
  const int fd = Watchable();
  epoll_event event = {};
  CALL(epoll_ctl(epfd, EPOLL_CTL_MOD, fd, &event));
}

PROVOKE(epoll_ctl, ENOENT, del_of_absent) {
  const int epfd = Epoll();
  const int fd = Watchable();
  CALL(epoll_ctl(epfd, EPOLL_CTL_DEL, fd, nullptr));
}

PROVOKE(epoll_ctl, EPERM, regular_file) {
  const int epfd = Epoll();
  const int file = MUST(open("/proc/self/exe", O_RDONLY));
  epoll_event event = {};
  CALL(epoll_ctl(epfd, EPOLL_CTL_ADD, file, &event));
}

PROVOKE(epoll_ctl, EPERM, directory) {
  const int epfd = Epoll();
  const int directory = MUST(open("/", O_RDONLY | O_DIRECTORY));
  epoll_event event = {};
  CALL(epoll_ctl(epfd, EPOLL_CTL_ADD, directory, &event));
}

PROVOKE(epoll_ctl, EPERM, regular_file_and_epfd_no_epoll) {
  const int no_epoll = Watchable();
  const int file = MUST(open("/proc/self/exe", O_RDONLY));
  epoll_event event = {};
  CALL(epoll_ctl(no_epoll, EPOLL_CTL_ADD, file, &event));
}

PROVOKE(epoll_wait, EBADF, epfd_closed) {
  epoll_event event = {};
  WATCH(event);
  const int closed = ClosedDescriptor();
  CALL(epoll_wait(closed, &event, 1, 0));
}

PROVOKE(epoll_wait, EBADF, epfd_closed_and_events_bad) {
  const int closed = ClosedDescriptor();
  epoll_event* const bad = static_cast<epoll_event*>(BadAddress());
  CALL(epoll_wait(closed, bad, 1, 0));
}

PROVOKE(epoll_wait, EBADF, epfd_closed_and_maxevents_zero) {
  epoll_event event = {};
  const int closed = ClosedDescriptor();
  CALL(epoll_wait(closed, &event, 0, 0));
}

PROVOKE(epoll_wait, EFAULT, events_unwritable) {
  const int epfd = ReadyEpoll();
  void* const bad = ReadOnlyAddress();
  CALL_RAW(RawEpollWait(epfd, bad, 1, 0));
  CALL_LIBC(epoll_wait(epfd, static_cast<epoll_event*>(bad), 1, 0));
  EXPECT(IsReady(epfd));
}

PROVOKE(epoll_wait, EFAULT, events_unwritable_and_none_ready) {
  const int epfd = Epoll();
  Add(epfd, Watchable(), EPOLLIN);
  epoll_event* const bad = static_cast<epoll_event*>(BadAddress());
  CALL(epoll_wait(epfd, bad, 1, 0));
}

PROVOKE(epoll_wait, EINTR, signal) {
  const int epfd = Epoll();
  epoll_event event = {};
  WATCH(event);
  InterruptSoon();
  CALL(epoll_wait(epfd, &event, 1, -1));
}

PROVOKE(epoll_wait, EINVAL, epfd_no_epoll) {
  const int no_epoll = Watchable();
  epoll_event event = {};
  WATCH(event);
  CALL(epoll_wait(no_epoll, &event, 1, 0));
}

PROVOKE(epoll_wait, EINVAL, maxevents_zero) {
  const int epfd = ReadyEpoll();
  epoll_event event = {};
  WATCH(event);
  CALL(epoll_wait(epfd, &event, 0, 0));
}

PROVOKE(epoll_wait, EINVAL, maxevents_negative) {
  const int epfd = ReadyEpoll();
  epoll_event event = {};
  WATCH(event);
  CALL(epoll_wait(epfd, &event, -1, 0));
}

PROVOKE(epoll_wait, EINVAL, maxevents_huge) {
  const int epfd = ReadyEpoll();
  epoll_event event = {};
  WATCH(event);
  const int maxevents = INT_MAX / sizeof(epoll_event) + 1;
  CALL(epoll_wait(epfd, &event, maxevents, 0));
}

PROVOKE(epoll_wait, EINVAL, epfd_no_epoll_and_events_bad) {
  const int no_epoll = Watchable();
  epoll_event* const bad = static_cast<epoll_event*>(BadAddress());
  CALL(epoll_wait(no_epoll, bad, 1, 0));
}

PROVOKE(epoll_wait, EINVAL, maxevents_zero_and_epfd_closed) {
  epoll_event event = {};
  const int closed = ClosedDescriptor();
  CALL(epoll_wait(closed, &event, 0, 0));
}

PROVOKE(epoll_pwait, EBADF, epfd_closed) {
  epoll_event event = {};
  WATCH(event);
  const int closed = ClosedDescriptor();
  CALL(epoll_pwait(closed, &event, 1, 0, nullptr));
}

PROVOKE(epoll_pwait, EBADF, epfd_closed_and_events_bad) {
  const int closed = ClosedDescriptor();
  epoll_event* const bad = static_cast<epoll_event*>(BadAddress());
  CALL(epoll_pwait(closed, bad, 1, 0, nullptr));
}

PROVOKE(epoll_pwait, EBADF, epfd_closed_and_maxevents_zero) {
  epoll_event event = {};
  const int closed = ClosedDescriptor();
  CALL(epoll_pwait(closed, &event, 0, 0, nullptr));
}

PROVOKE(epoll_pwait, EFAULT, events_unwritable) {
  const int epfd = ReadyEpoll();
  void* const bad = ReadOnlyAddress();
  CALL_RAW(RawEpollPwait(epfd, bad, 1, 0, nullptr, NSIG / 8));
  CALL_LIBC(epoll_pwait(epfd, static_cast<epoll_event*>(bad), 1, 0, nullptr));
  EXPECT(IsReady(epfd));
}

PROVOKE(epoll_pwait, EFAULT, events_unwritable_and_none_ready) {
  const int epfd = Epoll();
  Add(epfd, Watchable(), EPOLLIN);
  epoll_event* const bad = static_cast<epoll_event*>(BadAddress());
  CALL(epoll_pwait(epfd, bad, 1, 0, nullptr));
}

PROVOKE(epoll_pwait, EINTR, signal) {
  const int epfd = Epoll();
  epoll_event event = {};
  WATCH(event);
  InterruptSoon();
  CALL(epoll_pwait(epfd, &event, 1, -1, nullptr));
}

PROVOKE(epoll_pwait, EINVAL, epfd_no_epoll) {
  const int no_epoll = Watchable();
  epoll_event event = {};
  WATCH(event);
  CALL(epoll_pwait(no_epoll, &event, 1, 0, nullptr));
}

PROVOKE(epoll_pwait, EINVAL, maxevents_zero) {
  const int epfd = ReadyEpoll();
  epoll_event event = {};
  WATCH(event);
  CALL(epoll_pwait(epfd, &event, 0, 0, nullptr));
}

PROVOKE(epoll_pwait, EINVAL, maxevents_negative) {
  const int epfd = ReadyEpoll();
  epoll_event event = {};
  WATCH(event);
  CALL(epoll_pwait(epfd, &event, -1, 0, nullptr));
}

PROVOKE(epoll_pwait, EINVAL, maxevents_huge) {
  const int epfd = ReadyEpoll();
  epoll_event event = {};
  WATCH(event);
  const int maxevents = INT_MAX / sizeof(epoll_event) + 1;
  CALL(epoll_pwait(epfd, &event, maxevents, 0, nullptr));
}

PROVOKE(epoll_pwait, EINVAL, epfd_no_epoll_and_events_bad) {
  const int no_epoll = Watchable();
  epoll_event* const bad = static_cast<epoll_event*>(BadAddress());
  CALL(epoll_pwait(no_epoll, bad, 1, 0, nullptr));
}

PROVOKE(epoll_pwait, EINVAL, maxevents_zero_and_epfd_closed) {
  epoll_event event = {};
  const int closed = ClosedDescriptor();
  CALL(epoll_pwait(closed, &event, 0, 0, nullptr));
}

PROVOKE(epoll_pwait, EFAULT, sigmask_unreadable) {
  const int epfd = ReadyEpoll();
  epoll_event event = {};
  WATCH(event);
  void* const bad = BadAddress();
  CALL_RAW(RawEpollPwait(epfd, &event, 1, 0, bad, NSIG / 8));
  CALL_LIBC(epoll_pwait(epfd, &event, 1, 0, static_cast<sigset_t*>(bad)));
}

PROVOKE(epoll_pwait, EFAULT, sigmask_unreadable_and_epfd_closed) {
  const int closed = ClosedDescriptor();
  epoll_event event = {};
  void* const bad = BadAddress();
  CALL_RAW(RawEpollPwait(closed, &event, 1, 0, bad, NSIG / 8));
  CALL_LIBC(epoll_pwait(closed, &event, 1, 0, static_cast<sigset_t*>(bad)));
}

PROVOKE(epoll_pwait, EINVAL, sigsetsize_wrong) {
  const int epfd = ReadyEpoll();
  epoll_event event = {};
  WATCH(event);
  sigset_t sigmask;
  sigemptyset(&sigmask);
  CALL_RAW(RawEpollPwait(epfd, &event, 1, 0, &sigmask, NSIG / 8 - 1));
}

PROVOKE(epoll_pwait2, EBADF, epfd_closed) {
  epoll_event event = {};
  WATCH(event);
  const int closed = ClosedDescriptor();
  CALL(epoll_pwait2(closed, &event, 1, nullptr, nullptr));
}

PROVOKE(epoll_pwait2, EBADF, epfd_closed_and_events_bad) {
  const int closed = ClosedDescriptor();
  epoll_event* const bad = static_cast<epoll_event*>(BadAddress());
  CALL(epoll_pwait2(closed, bad, 1, nullptr, nullptr));
}

PROVOKE(epoll_pwait2, EBADF, epfd_closed_and_maxevents_zero) {
  epoll_event event = {};
  const int closed = ClosedDescriptor();
  CALL(epoll_pwait2(closed, &event, 0, nullptr, nullptr));
}

PROVOKE(epoll_pwait2, EFAULT, events_unwritable) {
  const int epfd = ReadyEpoll();
  void* const bad = ReadOnlyAddress();
  CALL_RAW(RawEpollPwait2(epfd, bad, 1, nullptr, nullptr, NSIG / 8));
  CALL_LIBC(
      epoll_pwait2(epfd, static_cast<epoll_event*>(bad), 1, nullptr, nullptr));
  EXPECT(IsReady(epfd));
}

PROVOKE(epoll_pwait2, EFAULT, events_unwritable_and_none_ready) {
  const int epfd = Epoll();
  Add(epfd, Watchable(), EPOLLIN);
  epoll_event* const bad = static_cast<epoll_event*>(BadAddress());
  const timespec timeout = {};
  CALL(epoll_pwait2(epfd, bad, 1, &timeout, nullptr));
}

PROVOKE(epoll_pwait2, EINTR, signal) {
  const int epfd = Epoll();
  epoll_event event = {};
  WATCH(event);
  InterruptSoon();
  CALL(epoll_pwait2(epfd, &event, 1, nullptr, nullptr));
}

PROVOKE(epoll_pwait2, EINVAL, epfd_no_epoll) {
  const int no_epoll = Watchable();
  epoll_event event = {};
  WATCH(event);
  CALL(epoll_pwait2(no_epoll, &event, 1, nullptr, nullptr));
}

PROVOKE(epoll_pwait2, EINVAL, maxevents_zero) {
  const int epfd = ReadyEpoll();
  epoll_event event = {};
  WATCH(event);
  CALL(epoll_pwait2(epfd, &event, 0, nullptr, nullptr));
}

PROVOKE(epoll_pwait2, EINVAL, maxevents_negative) {
  const int epfd = ReadyEpoll();
  epoll_event event = {};
  WATCH(event);
  CALL(epoll_pwait2(epfd, &event, -1, nullptr, nullptr));
}

PROVOKE(epoll_pwait2, EINVAL, maxevents_huge) {
  const int epfd = ReadyEpoll();
  epoll_event event = {};
  WATCH(event);
  const int maxevents = INT_MAX / sizeof(epoll_event) + 1;
  CALL(epoll_pwait2(epfd, &event, maxevents, nullptr, nullptr));
}

PROVOKE(epoll_pwait2, EINVAL, epfd_no_epoll_and_events_bad) {
  const int no_epoll = Watchable();
  epoll_event* const bad = static_cast<epoll_event*>(BadAddress());
  CALL(epoll_pwait2(no_epoll, bad, 1, nullptr, nullptr));
}

PROVOKE(epoll_pwait2, EINVAL, maxevents_zero_and_epfd_closed) {
  epoll_event event = {};
  const int closed = ClosedDescriptor();
  CALL(epoll_pwait2(closed, &event, 0, nullptr, nullptr));
}

PROVOKE(epoll_pwait2, EFAULT, sigmask_unreadable) {
  const int epfd = ReadyEpoll();
  epoll_event event = {};
  WATCH(event);
  void* const bad = BadAddress();
  CALL_RAW(RawEpollPwait2(epfd, &event, 1, nullptr, bad, NSIG / 8));
  CALL_LIBC(
      epoll_pwait2(epfd, &event, 1, nullptr, static_cast<sigset_t*>(bad)));
}

PROVOKE(epoll_pwait2, EFAULT, sigmask_unreadable_and_epfd_closed) {
  const int closed = ClosedDescriptor();
  epoll_event event = {};
  void* const bad = BadAddress();
  CALL_RAW(RawEpollPwait2(closed, &event, 1, nullptr, bad, NSIG / 8));
  CALL_LIBC(
      epoll_pwait2(closed, &event, 1, nullptr, static_cast<sigset_t*>(bad)));
}

PROVOKE(epoll_pwait2, EINVAL, sigsetsize_wrong) {
  const int epfd = ReadyEpoll();
  epoll_event event = {};
  WATCH(event);
  sigset_t sigmask;
  sigemptyset(&sigmask);
  CALL_RAW(RawEpollPwait2(epfd, &event, 1, nullptr, &sigmask, NSIG / 8 - 1));
}

PROVOKE(epoll_pwait2, EFAULT, timeout_unreadable) {
  const int epfd = ReadyEpoll();
  epoll_event event = {};
  WATCH(event);
  void* const bad = BadAddress();
  CALL_RAW(RawEpollPwait2(epfd, &event, 1, bad, nullptr, NSIG / 8));
  CALL_LIBC(
      epoll_pwait2(epfd, &event, 1, static_cast<timespec*>(bad), nullptr));
}

PROVOKE(epoll_pwait2, EINVAL, timeout_negative) {
  const int epfd = ReadyEpoll();
  epoll_event event = {};
  WATCH(event);
  const timespec timeout = {-1, 0};
  CALL(epoll_pwait2(epfd, &event, 1, &timeout, nullptr));
}

PROVOKE(epoll_pwait2, EINVAL, timeout_nanoseconds_negative) {
  const int epfd = ReadyEpoll();
  epoll_event event = {};
  WATCH(event);
  const timespec timeout = {0, -1};
  CALL(epoll_pwait2(epfd, &event, 1, &timeout, nullptr));
}

PROVOKE(epoll_pwait2, EINVAL, timeout_nanoseconds_large) {
  const int epfd = ReadyEpoll();
  epoll_event event = {};
  WATCH(event);
  const timespec timeout = {0, 1000000000};
  CALL(epoll_pwait2(epfd, &event, 1, &timeout, nullptr));
}

PROVOKE(epoll_pwait2, EINVAL, timeout_negative_and_epfd_closed) {
  const int closed = ClosedDescriptor();
  epoll_event event = {};
  const timespec timeout = {-1, 0};
  CALL(epoll_pwait2(closed, &event, 1, &timeout, nullptr));
}
