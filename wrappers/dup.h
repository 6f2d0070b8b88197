// More numbers for an open file, and a descriptor's flags: dup(2), dup2(2),
// dup3(2), fcntl(2).
//
// Duplicates share the position in the file and the status flags, such as
// O_NONBLOCK; each has its own close-on-exec flag.

#ifndef WRAPPERS_DUP_H_
#define WRAPPERS_DUP_H_

#include <fcntl.h>
#include <unistd.h>

#include "wrappers/dup_constants.h"
#include "wrappers/fd.h"
#include "wrappers/result.h"

namespace plumbline {

// dup(2): a duplicate with the lowest number that is free. Programs that are
// executed get it too; DupFdCloexec makes one that they don't. Fails with EBADF
// and EMFILE.
inline Result<OwnedFd> Dup(BorrowedFd fd) {
  const int raw = ::dup(fd.raw());
  if (raw < 0) [[unlikely]]
    return internal::Failed("dup", fd);
  return OwnedFd::Adopt(raw);
}

// dup2(2): closes what `onto` has and gives it a duplicate of `from` under the
// same number, in one step that no other thread's open comes between. What that
// close fails with is lost. Programs that are executed get the duplicate too.
// If both are one descriptor, nothing changes. Fails with EBADF if one of the
// two is closed, and with EBUSY if the number is just being opened by another
// thread; then nothing is closed. Linux never fails with EINTR, as the manual
// says it may.
inline Result<void> Dup2(BorrowedFd from, OwnedFd& onto) {
  if (::dup2(from.raw(), onto.raw()) < 0) [[unlikely]]
    return internal::Failed("dup2", from, onto.raw());
  return {};
}

// dup2(2): the same onto a number, such as STDOUT_FILENO, that is nobody's or
// has an owner who knows. It is open then, and is closed by nothing of this
// library. Fails also with EBADF if it is below 0 or not below RLIMIT_NOFILE.
inline Result<void> Dup2(BorrowedFd from, int onto) {
  if (::dup2(from.raw(), onto) < 0) [[unlikely]]
    return internal::Failed("dup2", from, onto);
  return {};
}

// dup3(2): as Dup2, with the close-on-exec flag as told. Fails with EINVAL if
// `onto` is `from`.
inline Result<void> Dup3(BorrowedFd from, OwnedFd& onto,
                         DupFlags flags = DupFlags::kCloexec) {
  if (::dup3(from.raw(), onto.raw(), flags.bits()) < 0) [[unlikely]]
    return internal::Failed("dup3", from, onto.raw(), flags);
  return {};
}

// dup3(2): the same onto a number, as of Dup2.
inline Result<void> Dup3(BorrowedFd from, int onto,
                         DupFlags flags = DupFlags::kCloexec) {
  if (::dup3(from.raw(), onto, flags.bits()) < 0) [[unlikely]]
    return internal::Failed("dup3", from, onto, flags);
  return {};
}

namespace internal {

inline Result<OwnedFd> DupFd(BorrowedFd fd, FcntlCommand command, int lowest) {
  const int raw = ::fcntl(fd.raw(), static_cast<int>(command), lowest);
  if (raw < 0) [[unlikely]]
    return Failed("fcntl", fd, command, lowest);
  return OwnedFd::Adopt(raw);
}

}  // namespace internal

// F_DUPFD of fcntl(2): a duplicate with the lowest number that is free and at
// least `lowest`. Programs that are executed get it too. Fails with EBADF, with
// EINVAL if `lowest` is below 0 or not below RLIMIT_NOFILE, and with EMFILE.
inline Result<OwnedFd> DupFd(BorrowedFd fd, int lowest) {
  return internal::DupFd(fd, FcntlCommand::kDupfd, lowest);
}

// F_DUPFD_CLOEXEC of fcntl(2): the same, but programs that are executed don't
// get it. `lowest` may be 3, to stay away from the standard streams.
inline Result<OwnedFd> DupFdCloexec(BorrowedFd fd, int lowest = 0) {
  return internal::DupFd(fd, FcntlCommand::kDupfdCloexec, lowest);
}

// F_GETFD of fcntl(2): whether programs that are executed get it: not with
// kCloexec. Fails with EBADF.
inline Result<FdFlags> GetFdFlags(BorrowedFd fd) {
  const int bits = ::fcntl(fd.raw(), F_GETFD);
  if (bits < 0) [[unlikely]]
    return internal::Failed("fcntl", fd, FcntlCommand::kGetfd);
  return FdFlags::FromBits(bits);
}

// F_SETFD of fcntl(2): a program that another thread executes before may have
// got it; what makes a descriptor with the flag leaves no such gap. Fails with
// EBADF.
inline Result<void> SetFdFlags(BorrowedFd fd, FdFlags flags) {
  if (::fcntl(fd.raw(), F_SETFD, flags.bits()) < 0) [[unlikely]]
    return internal::Failed("fcntl", fd, FcntlCommand::kSetfd, flags);
  return {};
}

// F_GETFL of fcntl(2): how the file is open, for this descriptor and all its
// duplicates, also those of other processes. What has no name here may be set
// too. Fails with EBADF.
inline Result<StatusFlags> GetStatusFlags(BorrowedFd fd) {
  const int bits = ::fcntl(fd.raw(), F_GETFL);
  if (bits < 0) [[unlikely]]
    return internal::Failed("fcntl", fd, FcntlCommand::kGetfl);
  return StatusFlags::FromBits(bits);
}

// F_SETFL of fcntl(2): sets kAppend, kAsync, kDirect, kNoatime and kNonblock,
// and clears those that are not given; others stay as they are. Fails with
// EBADF, with EINVAL if the file can't do kDirect, and with EPERM.
inline Result<void> SetStatusFlags(BorrowedFd fd, StatusFlags flags) {
  if (::fcntl(fd.raw(), F_SETFL, flags.bits()) < 0) [[unlikely]]
    return internal::Failed("fcntl", fd, FcntlCommand::kSetfl, flags);
  return {};
}

// F_GETFL of fcntl(2): whether it has O_NONBLOCK. Fails with EBADF.
inline Result<bool> IsNonblocking(BorrowedFd fd) {
  const Result<StatusFlags> flags = GetStatusFlags(fd);
  if (!flags) [[unlikely]]
    return flags.error();
  return flags->Contains(StatusFlags::kNonblock);
}

// F_GETFL and F_SETFL of fcntl(2): sets or clears O_NONBLOCK, and leaves the
// other flags as they were; what another thread changes in between is undone.
// All duplicates are concerned, also those of other processes: of the standard
// streams, the shell's. Fails with EBADF.
inline Result<void> SetNonblocking(BorrowedFd fd, bool nonblocking) {
  const Result<StatusFlags> before = GetStatusFlags(fd);
  if (!before) [[unlikely]]
    return before.error();
  const StatusFlags others = *before & ~StatusFlags::kNonblock;
  return SetStatusFlags(fd,
                        nonblocking ? others | StatusFlags::kNonblock : others);
}

}  // namespace plumbline

#endif  // WRAPPERS_DUP_H_
