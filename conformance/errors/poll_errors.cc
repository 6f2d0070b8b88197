// Provocations of poll(2).

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "conformance/errors/helpers.h"

namespace {

// The size of the kernel's signal set.
#ifdef __mips__
constexpr size_t kSignalSetSize = 16;
#else
constexpr size_t kSignalSetSize = 8;
#endif

// poll's system call, or the one that the C library makes instead.
long RawPoll(void* fds, nfds_t nfds, int timeout) {
#ifdef SYS_poll
  return syscall(SYS_poll, fds, nfds, timeout);
#else
  const timespec time = {timeout / 1000, timeout % 1000 * 1000000L};
  return syscall(SYS_ppoll, fds, nfds, timeout < 0 ? nullptr : &time, nullptr,
                 kSignalSetSize);
#endif
}

}  // namespace

PROVOKE(poll, EFAULT, fds_unreadable) {
  pollfd* const bad = static_cast<pollfd*>(BadAddress());
  CALL_RAW(RawPoll(bad, 1, 0));
  CALL_LIBC(poll(bad, 1, 0));
}

PROVOKE(poll, EFAULT, fds_read_only) {
  pollfd* const constant = static_cast<pollfd*>(ReadOnlyAddress());
  CALL_RAW(RawPoll(constant, 1, 0));
  CALL_LIBC(poll(constant, 1, 0));
}

PROVOKE(poll, EINTR, signal) {
  pollfd waited = {.fd = EmptyPipe(), .events = POLLIN, .revents = POLLPRI};
  InterruptSoon();
  CALL(poll(&waited, 1, -1));
  EFFECT(waited.revents == 0);
}

PROVOKE(poll, EINVAL, nfds_over_limit) {
  pollfd waited[9];
  for (pollfd& one : waited) one = {.fd = -1, .events = 0, .revents = POLLPRI};
  WATCH(waited);
  Limit(RLIMIT_NOFILE, 8);
  CALL(poll(waited, 9, 0));
}

PROVOKE(poll, EINVAL, nfds_over_limit_and_fds_bad) {
  pollfd* const bad = static_cast<pollfd*>(BadAddress());
  Limit(RLIMIT_NOFILE, 8);
  CALL(poll(bad, 9, 0));
}

PROVOKE(ppoll, EFAULT, fds_unreadable) {
  pollfd* const bad = static_cast<pollfd*>(BadAddress());
  const timespec zero = {};
  CALL_RAW(syscall(SYS_ppoll, bad, 1, &zero, nullptr, kSignalSetSize));
  CALL_LIBC(ppoll(bad, 1, &zero, nullptr));
}

PROVOKE(ppoll, EFAULT, fds_read_only) {
  pollfd* const constant = static_cast<pollfd*>(ReadOnlyAddress());
  const timespec zero = {};
  CALL_RAW(syscall(SYS_ppoll, constant, 1, &zero, nullptr, kSignalSetSize));
  CALL_LIBC(ppoll(constant, 1, &zero, nullptr));
}

PROVOKE(ppoll, EFAULT, timeout_unreadable) {
  pollfd waited = {.fd = EmptyPipe(), .events = POLLIN, .revents = POLLPRI};
  WATCH(waited);
  const timespec* const bad = static_cast<timespec*>(BadAddress());
  CALL_RAW(syscall(SYS_ppoll, &waited, 1, bad, nullptr, kSignalSetSize));
  CALL_LIBC(ppoll(&waited, 1, bad, nullptr));
}

PROVOKE(ppoll, EFAULT, sigmask_unreadable) {
  pollfd waited = {.fd = EmptyPipe(), .events = POLLIN, .revents = POLLPRI};
  WATCH(waited);
  const timespec zero = {};
  const sigset_t* const bad = static_cast<sigset_t*>(BadAddress());
  CALL_RAW(syscall(SYS_ppoll, &waited, 1, &zero, bad, kSignalSetSize));
  CALL_LIBC(ppoll(&waited, 1, &zero, bad));
}

PROVOKE(ppoll, EINTR, signal) {
  pollfd waited = {.fd = EmptyPipe(), .events = POLLIN, .revents = POLLPRI};
  const timespec timeout = {100, 0};
  WATCH(timeout);
  InterruptSoon();
  CALL(ppoll(&waited, 1, &timeout, nullptr));
  EFFECT(waited.revents == 0);
}

PROVOKE(ppoll, EINVAL, nfds_over_limit) {
  pollfd waited[9];
  for (pollfd& one : waited) one = {.fd = -1, .events = 0, .revents = POLLPRI};
  WATCH(waited);
  const timespec zero = {};
  Limit(RLIMIT_NOFILE, 8);
  CALL(ppoll(waited, 9, &zero, nullptr));
}

PROVOKE(ppoll, EINVAL, timeout_negative) {
  pollfd waited = {.fd = EmptyPipe(), .events = POLLIN, .revents = POLLPRI};
  WATCH(waited);
  const timespec timeout = {-1, 0};
  CALL(ppoll(&waited, 1, &timeout, nullptr));
}

PROVOKE(ppoll, EINVAL, timeout_nanoseconds_negative) {
  pollfd waited = {.fd = EmptyPipe(), .events = POLLIN, .revents = POLLPRI};
  WATCH(waited);
  const timespec timeout = {0, -1};
  CALL(ppoll(&waited, 1, &timeout, nullptr));
}

PROVOKE(ppoll, EINVAL, timeout_nanoseconds_over) {
  pollfd waited = {.fd = EmptyPipe(), .events = POLLIN, .revents = POLLPRI};
  WATCH(waited);
  const timespec timeout = {0, 1000000000};
  CALL(ppoll(&waited, 1, &timeout, nullptr));
}

PROVOKE(ppoll, EINVAL, sigsetsize_wrong) {
  pollfd waited = {.fd = EmptyPipe(), .events = POLLIN, .revents = POLLPRI};
  WATCH(waited);
  const timespec zero = {};
  sigset_t set;
  sigemptyset(&set);
  CALL_RAW(syscall(SYS_ppoll, &waited, 1, &zero, &set, kSignalSetSize + 1));
}

PROVOKE(ppoll, EINVAL, nfds_over_limit_and_fds_bad) {
  pollfd* const bad = static_cast<pollfd*>(BadAddress());
  const timespec zero = {};
  Limit(RLIMIT_NOFILE, 8);
  CALL(ppoll(bad, 9, &zero, nullptr));
}

PROVOKE(ppoll, EINVAL, timeout_negative_and_fds_bad) {
  pollfd* const bad = static_cast<pollfd*>(BadAddress());
  const timespec timeout = {-1, 0};
  CALL(ppoll(bad, 1, &timeout, nullptr));
}
