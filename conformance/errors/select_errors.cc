// Provocations of select(2).

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/select.h>
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

// How pselect's system call gets its sixth argument.
struct SignalMask {
  const sigset_t* set;
  size_t size;
};

// A system call that select makes, or has made.
long RawSelect(int nfds, fd_set* readfds, const void* timeout) {
#if defined(SYS__newselect)
  return syscall(SYS__newselect, nfds, readfds, nullptr, nullptr, timeout);
#elif defined(SYS_select)
  return syscall(SYS_select, nfds, readfds, nullptr, nullptr, timeout);
#else
  return syscall(SYS_pselect6, nfds, readfds, nullptr, nullptr, timeout,
                 nullptr);
#endif
}

// A set of one descriptor.
fd_set SetOf(int fd) {
  fd_set set;
  FD_ZERO(&set);
  FD_SET(fd, &set);
  return set;
}

}  // namespace

PROVOKE(select, EBADF, closed_in_set) {
  const int fd = ClosedDescriptor();
  fd_set set = SetOf(fd);
  WATCH(set);
  timeval zero = {};
  CALL(select(fd + 1, &set, nullptr, nullptr, &zero));
}

PROVOKE(select, EBADF, closed_and_high) {
  fd_set set = SetOf(1000);
  WATCH(set);
  timeval zero = {};
  CALL(select(1001, &set, nullptr, nullptr, &zero));
}

PROVOKE(select, EFAULT, set_unreadable) {
  fd_set* const bad = static_cast<fd_set*>(BadAddress());
  timeval zero = {};
  CALL_RAW(RawSelect(1, bad, &zero));
  CALL_LIBC(select(1, bad, nullptr, nullptr, &zero));
}

PROVOKE(select, EFAULT, set_read_only) {
  fd_set* const constant = static_cast<fd_set*>(ReadOnlyAddress());
  timeval zero = {};
  CALL_RAW(RawSelect(1, constant, &zero));
  CALL_LIBC(select(1, constant, nullptr, nullptr, &zero));
}

PROVOKE(select, EFAULT, timeout_unreadable) {
  const int fd = EmptyPipe();
  fd_set set = SetOf(fd);
  WATCH(set);
  timeval* const bad = static_cast<timeval*>(BadAddress());
  CALL_RAW(RawSelect(fd + 1, &set, bad));
  CALL_LIBC(select(fd + 1, &set, nullptr, nullptr, bad));
}

PROVOKE(select, EINTR, signal) {
  const int fd = EmptyPipe();
  fd_set set = SetOf(fd);
  WATCH(set);
  timeval timeout = {100, 0};
  InterruptSoon();
  CALL(select(fd + 1, &set, nullptr, nullptr, &timeout));
  EFFECT(timeout.tv_sec < 100);
}

PROVOKE(select, EINVAL, nfds_negative) {
  fd_set set = SetOf(EmptyPipe());
  WATCH(set);
  timeval zero = {};
  CALL(select(-1, &set, nullptr, nullptr, &zero));
}

PROVOKE(select, EINVAL, nfds_over_limit) {
  fd_set set;
  FD_ZERO(&set);
  timeval zero = {};
  Limit(RLIMIT_NOFILE, 64);
  CALL(select(FD_SETSIZE, &set, nullptr, nullptr, &zero));
}

PROVOKE(select, EINVAL, timeout_negative) {
  const int fd = EmptyPipe();
  fd_set set = SetOf(fd);
  WATCH(set);
  timeval timeout = {-1, 0};
  CALL(select(fd + 1, &set, nullptr, nullptr, &timeout));
}

PROVOKE(select, EINVAL, timeout_microseconds_negative) {
  const int fd = EmptyPipe();
  fd_set set = SetOf(fd);
  WATCH(set);
  timeval timeout = {0, -1};
  CALL(select(fd + 1, &set, nullptr, nullptr, &timeout));
}

PROVOKE(select, EINVAL, timeout_microseconds_over) {
  int ends[2];
  MUST(pipe(ends));
  fd_set set = SetOf(ends[1]);  // ready, so that it does not wait
  timeval timeout = {0, 1000000};
  CALL(select(ends[1] + 1, nullptr, &set, nullptr, &timeout));
}

PROVOKE(select, EINVAL, nfds_negative_and_set_bad) {
  fd_set* const bad = static_cast<fd_set*>(BadAddress());
  timeval zero = {};
  CALL(select(-1, bad, nullptr, nullptr, &zero));
}

PROVOKE(select, EINVAL, timeout_negative_and_closed) {
  const int fd = ClosedDescriptor();
  fd_set set = SetOf(fd);
  WATCH(set);
  timeval timeout = {-1, 0};
  CALL(select(fd + 1, &set, nullptr, nullptr, &timeout));
}

PROVOKE(pselect, EBADF, closed_in_set) {
  const int fd = ClosedDescriptor();
  fd_set set = SetOf(fd);
  WATCH(set);
  const timespec zero = {};
  CALL(pselect(fd + 1, &set, nullptr, nullptr, &zero, nullptr));
}

PROVOKE(pselect, EBADF, closed_and_high) {
  fd_set set = SetOf(1000);
  WATCH(set);
  const timespec zero = {};
  CALL(pselect(1001, &set, nullptr, nullptr, &zero, nullptr));
}

PROVOKE(pselect, EFAULT, set_unreadable) {
  fd_set* const bad = static_cast<fd_set*>(BadAddress());
  const timespec zero = {};
  CALL_RAW(syscall(SYS_pselect6, 1, bad, nullptr, nullptr, &zero, nullptr));
  CALL_LIBC(pselect(1, bad, nullptr, nullptr, &zero, nullptr));
}

PROVOKE(pselect, EFAULT, set_read_only) {
  fd_set* const constant = static_cast<fd_set*>(ReadOnlyAddress());
  const timespec zero = {};
  CALL_RAW(
      syscall(SYS_pselect6, 1, constant, nullptr, nullptr, &zero, nullptr));
  CALL_LIBC(pselect(1, constant, nullptr, nullptr, &zero, nullptr));
}

PROVOKE(pselect, EFAULT, timeout_unreadable) {
  const int fd = EmptyPipe();
  fd_set set = SetOf(fd);
  WATCH(set);
  const timespec* const bad = static_cast<timespec*>(BadAddress());
  CALL_RAW(syscall(SYS_pselect6, fd + 1, &set, nullptr, nullptr, bad, nullptr));
  CALL_LIBC(pselect(fd + 1, &set, nullptr, nullptr, bad, nullptr));
}

PROVOKE(pselect, EFAULT, sigmask_unreadable) {
  const int fd = EmptyPipe();
  fd_set set = SetOf(fd);
  WATCH(set);
  const timespec zero = {};
  const sigset_t* const bad = static_cast<sigset_t*>(BadAddress());
  const SignalMask mask = {bad, kSignalSetSize};
  CALL_RAW(syscall(SYS_pselect6, fd + 1, &set, nullptr, nullptr, &zero, &mask));
  CALL_LIBC(pselect(fd + 1, &set, nullptr, nullptr, &zero, bad));
}

PROVOKE(pselect, EINTR, signal) {
  const int fd = EmptyPipe();
  fd_set set = SetOf(fd);
  WATCH(set);
  const timespec timeout = {100, 0};
  WATCH(timeout);
  InterruptSoon();
  CALL(pselect(fd + 1, &set, nullptr, nullptr, &timeout, nullptr));
}

PROVOKE(pselect, EINVAL, nfds_negative) {
  fd_set set = SetOf(EmptyPipe());
  WATCH(set);
  const timespec zero = {};
  CALL(pselect(-1, &set, nullptr, nullptr, &zero, nullptr));
}

PROVOKE(pselect, EINVAL, nfds_over_limit) {
  fd_set set;
  FD_ZERO(&set);
  const timespec zero = {};
  Limit(RLIMIT_NOFILE, 64);
  CALL(pselect(FD_SETSIZE, &set, nullptr, nullptr, &zero, nullptr));
}

PROVOKE(pselect, EINVAL, timeout_negative) {
  const int fd = EmptyPipe();
  fd_set set = SetOf(fd);
  WATCH(set);
  const timespec timeout = {-1, 0};
  CALL(pselect(fd + 1, &set, nullptr, nullptr, &timeout, nullptr));
}

PROVOKE(pselect, EINVAL, timeout_nanoseconds_negative) {
  const int fd = EmptyPipe();
  fd_set set = SetOf(fd);
  WATCH(set);
  const timespec timeout = {0, -1};
  CALL(pselect(fd + 1, &set, nullptr, nullptr, &timeout, nullptr));
}

PROVOKE(pselect, EINVAL, timeout_nanoseconds_over) {
  const int fd = EmptyPipe();
  fd_set set = SetOf(fd);
  WATCH(set);
  const timespec timeout = {0, 1000000000};
  CALL(pselect(fd + 1, &set, nullptr, nullptr, &timeout, nullptr));
}

PROVOKE(pselect, EINVAL, sigsetsize_wrong) {
  const int fd = EmptyPipe();
  fd_set set = SetOf(fd);
  WATCH(set);
  const timespec zero = {};
  sigset_t empty;
  sigemptyset(&empty);
  const SignalMask mask = {&empty, kSignalSetSize + 1};
  CALL_RAW(syscall(SYS_pselect6, fd + 1, &set, nullptr, nullptr, &zero, &mask));
}

PROVOKE(pselect, EINVAL, nfds_negative_and_set_bad) {
  fd_set* const bad = static_cast<fd_set*>(BadAddress());
  const timespec zero = {};
  CALL(pselect(-1, bad, nullptr, nullptr, &zero, nullptr));
}

PROVOKE(pselect, EINVAL, timeout_negative_and_closed) {
  const int fd = ClosedDescriptor();
  fd_set set = SetOf(fd);
  WATCH(set);
  const timespec timeout = {-1, 0};
  CALL(pselect(fd + 1, &set, nullptr, nullptr, &timeout, nullptr));
}
