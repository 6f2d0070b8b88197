// Provocations of signalfd(2).

#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "conformance/errors/helpers.h"

namespace {

sigset_t Mask() {
  sigset_t mask;
  sigemptyset(&mask);
  sigaddset(&mask, SIGUSR1);
  return mask;
}

long RawSignalfd(int fd, const void* mask, size_t sizemask, int flags) {
  return syscall(SYS_signalfd4, fd, mask, sizemask, flags);
}

}  // namespace

PROVOKE(signalfd, EBADF, fd_closed) {
  const sigset_t mask = Mask();
  const int closed = ClosedDescriptor();
  CALL(signalfd(closed, &mask, 0));
}

PROVOKE(signalfd, EBADF, fd_negative) {
  const sigset_t mask = Mask();
  CALL(signalfd(-2, &mask, 0));
}

PROVOKE(signalfd, EFAULT, mask_unreadable) {
  void* const bad = BadAddress();
  CALL_RAW(RawSignalfd(-1, bad, NSIG / 8, 0));
  CALL_LIBC(signalfd(-1, static_cast<sigset_t*>(bad), 0));
}

PROVOKE(signalfd, EFAULT, mask_null) {
  CALL_RAW(RawSignalfd(-1, nullptr, NSIG / 8, 0));
  CALL_LIBC(signalfd(-1, nullptr, 0));
}

PROVOKE(signalfd, EFAULT, mask_unreadable_and_fd_closed) {
  const int closed = ClosedDescriptor();
  void* const bad = BadAddress();
  CALL_RAW(RawSignalfd(closed, bad, NSIG / 8, 0));
  CALL_LIBC(signalfd(closed, static_cast<sigset_t*>(bad), 0));
}

PROVOKE(signalfd, EFAULT, mask_unreadable_and_flags_unknown) {
  void* const bad = BadAddress();
  CALL_RAW(RawSignalfd(-1, bad, NSIG / 8, 1));
  CALL_LIBC(signalfd(-1, static_cast<sigset_t*>(bad), 1));
}

PROVOKE(signalfd, EINVAL, fd_no_signalfd) {
  const sigset_t mask = Mask();
  int ends[2];
  MUST(pipe(ends));
  CALL(signalfd(ends[0], &mask, 0));
}

PROVOKE(signalfd, EINVAL, flags_unknown) {
  const sigset_t mask = Mask();
  CALL(signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK | 1));
}

PROVOKE(signalfd, EINVAL, flags_unknown_and_fd_closed) {
  const sigset_t mask = Mask();
  const int closed = ClosedDescriptor();
  CALL(signalfd(closed, &mask, 1));
}

PROVOKE(signalfd, EINVAL, sizemask_wrong) {
  const sigset_t mask = Mask();
  CALL_RAW(RawSignalfd(-1, &mask, NSIG / 8 - 1, 0));
}

PROVOKE(signalfd, EMFILE, no_descriptor) {
  const sigset_t mask = Mask();
  UseUpDescriptors();
  CALL(signalfd(-1, &mask, 0));
}

REASON(signalfd, ENODEV, no_anonymous_inodes) {
  const sigset_t mask = Mask();
  HOLDS(IsAnonymousInode(MUST(signalfd(-1, &mask, 0))));
}
