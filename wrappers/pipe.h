// Pipes, and moving data through them without copying it: pipe2(2), splice(2),
// tee(2), vmsplice(2), and the size of a pipe by fcntl(2).

#ifndef WRAPPERS_PIPE_H_
#define WRAPPERS_PIPE_H_

#include <fcntl.h>
#include <limits.h>
#include <sys/types.h>
#include <unistd.h>

#include <cstddef>
#include <span>

#include "wrappers/dup_constants.h"
#include "wrappers/fd.h"
#include "wrappers/io.h"
#include "wrappers/pipe_constants.h"
#include "wrappers/result.h"

namespace plumbline {

// The two ends of a pipe, each of which may be closed or moved away by itself:
//
//   Pipe pipe = Pipe::Create().value();
//   std::thread reader(ReadAll, std::move(pipe.read_end));
//
// A write of up to kAtomicSize bytes is not mixed with that of others, and if
// the end is nonblocking, is done as a whole or fails with EAGAIN. A longer one
// may be mixed and, if nonblocking, be done in part. With PipeFlags::kDirect,
// each write of up to kAtomicSize bytes is a packet: a read returns one, of
// which what does not fit into the buffer is lost; a longer write is several.
//
// Thread-safety: reading and writing from any threads at once; the members as
// OwnedFd's. Fork: the child has both ends too, and there is no end of the file
// before all copies of the write end are closed.
struct Pipe {
  // PIPE_BUF of pipe(7).
  static constexpr std::size_t kAtomicSize = PIPE_BUF;

  // pipe2(2): a pipe. Fails with EINVAL, EMFILE and ENFILE.
  static Result<Pipe> Create(PipeFlags flags = PipeFlags::kCloexec) {
    int raw[2];
    if (::pipe2(raw, flags.bits()) != 0) [[unlikely]]
      return internal::Failed("pipe2", static_cast<void*>(raw), flags);
    return Pipe{OwnedFd::Adopt(raw[0]), OwnedFd::Adopt(raw[1])};
  }

  OwnedFd read_end;
  OwnedFd write_end;
};

// F_GETPIPE_SZ of fcntl(2): how many bytes the pipe of which this is an end has
// room for; fewer if they are written in pieces that don't fill pages. Fails
// with EBADF if it is no pipe.
inline Result<std::size_t> GetPipeSize(BorrowedFd end) {
  const int size = ::fcntl(end.raw(), F_GETPIPE_SZ);
  if (size == -1) [[unlikely]]
    return internal::Failed("fcntl", end, FcntlCommand::kGetpipeSz);
  return static_cast<unsigned>(size);
}

// F_SETPIPE_SZ of fcntl(2): gives it room for `size` bytes at least, rounded up
// to pages and to a power of two, and returns for how many. Fails with EBUSY if
// more is in it, with EPERM if `size` is over /proc/sys/fs/pipe-max-size and
// the process lacks CAP_SYS_RESOURCE or if the user has too many pipes, with
// EINVAL over 2 GiB, and with EBADF and ENOMEM.
inline Result<std::size_t> SetPipeSize(BorrowedFd end, std::size_t size) {
  // Some kernels look at the low 32 bits only.
  constexpr unsigned long kTooMany = 0xffffffff;
  const int real =
      ::fcntl(end.raw(), F_SETPIPE_SZ, size < kTooMany ? size : kTooMany);
  if (real == -1) [[unlikely]]
    return internal::Failed("fcntl", end, FcntlCommand::kSetpipeSz, size);
  return static_cast<unsigned>(real);
}

// splice(2): moves up to `size` bytes from `in` to `out`, one of which must be
// a pipe's end; returns how many. 0 is the end of the input. A file's position
// is moved by as many. Waits for data and for room, unless a pipe is
// nonblocking or kNonblock is given: then it fails with EAGAIN. Fails with
// EBADF, with EINVAL if neither is a pipe, both are the same one, a file can't
// be spliced, or `out` has O_APPEND, with EPIPE, after SIGPIPE, if nobody will
// read it, and with EINTR and ENOMEM.
inline Result<std::size_t> Splice(BorrowedFd in, BorrowedFd out,
                                  std::size_t size, SpliceFlags flags = {}) {
  const ssize_t moved =
      ::splice(in.raw(), nullptr, out.raw(), nullptr, size, flags.bits());
  if (moved < 0) [[unlikely]]
    return internal::Failed("splice", in, nullptr, out, nullptr, size, flags);
  return static_cast<std::size_t>(moved);
}

// splice(2): the same at given offsets of files, in bytes. Each is moved by
// what this returns, while the file's own position stays; where it is null, it
// is the other way round. Fails with ESPIPE if one is given for a pipe, and
// with EINVAL for what has no positions or if it is below 0.
inline Result<std::size_t> Splice(BorrowedFd in, off64_t* in_offset,
                                  BorrowedFd out, off64_t* out_offset,
                                  std::size_t size, SpliceFlags flags = {}) {
  const ssize_t moved =
      ::splice(in.raw(), in_offset, out.raw(), out_offset, size, flags.bits());
  if (moved < 0) [[unlikely]]
    return internal::Failed("splice", in, argument::Offset{in_offset}, out,
                            argument::Offset{out_offset}, size, flags);
  return static_cast<std::size_t>(moved);
}

// tee(2): gives the pipe `out` up to `size` bytes of those that are in the pipe
// `in`, where they stay; returns how many. 0 if there are none and no writer.
// Waits as Splice. Fails with EAGAIN, EBADF, EINTR, EINVAL if one is no pipe or
// both are the same, and EPIPE.
inline Result<std::size_t> Tee(BorrowedFd in, BorrowedFd out, std::size_t size,
                               SpliceFlags flags = {}) {
  const ssize_t copied = ::tee(in.raw(), out.raw(), size, flags.bits());
  if (copied < 0) [[unlikely]]
    return internal::Failed("tee", in, out, size, flags);
  return static_cast<std::size_t>(copied);
}

namespace internal {

inline Result<std::size_t> Vmsplice(BorrowedFd end, const iovec* buffers,
                                    std::size_t count, SpliceFlags flags) {
  const ssize_t moved = ::vmsplice(end.raw(), buffers, count, flags.bits());
  if (moved < 0) [[unlikely]]
    return Failed("vmsplice", end, argument::Iovecs{buffers, count, 1}, count,
                  flags);
  return static_cast<std::size_t>(moved);
}

}  // namespace internal

// vmsplice(2): puts the memory itself into a pipe, not a copy: what is written
// to it before it is read from the pipe may be what is read. With kGift it is
// the kernel's, and must never be written to again. Returns how many bytes,
// which may be fewer than there are. Waits for room, also if the pipe is
// nonblocking; with kNonblock it fails with EAGAIN. `write_end` must be one: if
// it is a pipe's read end, the kernel fills `buffers`, though they are const.
// Fails with EBADF, EINTR, EINVAL for more than IOV_MAX (1024) buffers, ENOMEM,
// and EPIPE, after SIGPIPE, if nobody will read it.
inline Result<std::size_t> VmspliceTo(BorrowedFd write_end,
                                      std::span<const ConstBuffer> buffers,
                                      SpliceFlags flags = {}) {
  return internal::Vmsplice(write_end, internal::Iovecs(buffers),
                            buffers.size(), flags);
}

// vmsplice(2): fills memory from a pipe, by copying; returns how many bytes.
// With a pipe's write end as `read_end`, it writes instead. Fails as
// VmspliceTo, but never with EPIPE.
inline Result<std::size_t> VmspliceFrom(BorrowedFd read_end,
                                        std::span<const MutableBuffer> buffers,
                                        SpliceFlags flags = {}) {
  return internal::Vmsplice(read_end, internal::Iovecs(buffers), buffers.size(),
                            flags);
}

}  // namespace plumbline

#endif  // WRAPPERS_PIPE_H_
