// Provocations of pipe(2), splice(2), tee(2) and vmsplice(2).

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "conformance/errors/helpers.h"

#ifndef O_NOTIFICATION_PIPE
#define O_NOTIFICATION_PIPE O_EXCL
#endif

namespace {

constexpr unsigned kUnknownFlag = 1 << 30;

// The writing end of a pipe that has no room; then flags are its own.
int FullPipe(int flags) {
  const int fd = Pipe(0).writer;
  FillUp(fd, flags);
  return fd;
}

// The writing end of a pipe whose reading end was closed.
int BrokenPipe() {
  const Ends ends = Pipe(0);
  close(ends.reader);
  return ends.writer;
}

// A socket that nothing has arrived at.
int Socket(int flags) {
  int ends[2];
  MUST(socketpair(AF_UNIX, SOCK_STREAM | flags, 0, ends));
  return ends[0];
}

// A file in memory.
int MemoryFile() {
  const int fd = MUST(memfd_create("file", MFD_ALLOW_SEALING));
  MUST(ftruncate(fd, 4096));
  return fd;
}

// Leaves room for one more descriptor.
void LeaveOneDescriptor() {
  UseUpDescriptors();
  close(31);
}

}  // namespace

PROVOKE(pipe, EFAULT, pipefd_unwritable) {
  int* const bad = static_cast<int*>(BadAddress());
  // Not SYS_pipe, which takes no argument on some architectures.
  CALL_RAW(syscall(SYS_pipe2, bad, 0));
  CALL_LIBC(pipe(bad));
}

PROVOKE(pipe, EMFILE, no_descriptor) {
  UseUpDescriptors();
  int ends[2] = {42, 42};
  WATCH(ends);
  CALL(pipe(ends));
}

PROVOKE(pipe, EMFILE, one_descriptor) {
  LeaveOneDescriptor();
  int ends[2] = {42, 42};
  WATCH(ends);
  CALL(pipe(ends));
}

PROVOKE(pipe, EMFILE, no_descriptor_and_pipefd_bad) {
  int* const bad = static_cast<int*>(BadAddress());
  UseUpDescriptors();
  CALL(pipe(bad));
}

PROVOKE(pipe2, EFAULT, pipefd_unwritable) {
  int* const bad = static_cast<int*>(BadAddress());
  CALL_RAW(syscall(SYS_pipe2, bad, 0));
  CALL_LIBC(pipe2(bad, 0));
}

PROVOKE(pipe2, EINVAL, flags_unknown) {
  int ends[2] = {42, 42};
  WATCH(ends);
  CALL(pipe2(ends, kUnknownFlag));
}

PROVOKE(pipe2, EINVAL, flags_unknown_and_pipefd_bad) {
  int* const bad = static_cast<int*>(BadAddress());
  CALL(pipe2(bad, kUnknownFlag));
}

PROVOKE(pipe2, EMFILE, no_descriptor) {
  UseUpDescriptors();
  int ends[2] = {42, 42};
  WATCH(ends);
  CALL(pipe2(ends, O_CLOEXEC));
}

PROVOKE(pipe2, EMFILE, one_descriptor) {
  LeaveOneDescriptor();
  int ends[2] = {42, 42};
  WATCH(ends);
  CALL(pipe2(ends, O_CLOEXEC));
}

PROVOKE(pipe2, EMFILE, no_descriptor_and_pipefd_bad) {
  int* const bad = static_cast<int*>(BadAddress());
  UseUpDescriptors();
  CALL(pipe2(bad, O_CLOEXEC));
}

PROVOKE(pipe2, ENOPKG, no_watch_queue) {
  int ends[2] = {42, 42};
  if (pipe2(ends, O_NOTIFICATION_PIPE) == 0)
    SKIP("needs a kernel without CONFIG_WATCH_QUEUE");
  WATCH(ends);
  CALL(pipe2(ends, O_NOTIFICATION_PIPE));
}

PROVOKE(splice, EAGAIN, in_empty_flag) {
  const int fd_in = Pipe(0).reader;
  const int fd_out = MemoryFile();
  CALL(splice(fd_in, nullptr, fd_out, nullptr, 1, SPLICE_F_NONBLOCK));
}

PROVOKE(splice, EAGAIN, in_empty_nonblock) {
  const int fd_in = Pipe(O_NONBLOCK).reader;
  const int fd_out = Pipe(0).writer;
  CALL(splice(fd_in, nullptr, fd_out, nullptr, 1, 0));
}

PROVOKE(splice, EAGAIN, socket_nonblock) {
  const int fd_in = Socket(SOCK_NONBLOCK);
  const int fd_out = Pipe(0).writer;
  CALL(splice(fd_in, nullptr, fd_out, nullptr, 1, 0));
}

PROVOKE(splice, EAGAIN, out_full) {
  const int fd_in = MemoryFile();
  const int fd_out = FullPipe(0);
  CALL(splice(fd_in, nullptr, fd_out, nullptr, 1, SPLICE_F_NONBLOCK));
}

PROVOKE(splice, EBADF, fd_in_closed) {
  const int fd_out = Pipe(0).writer;
  const int fd_in = ClosedDescriptor();
  CALL(splice(fd_in, nullptr, fd_out, nullptr, 1, 0));
}

PROVOKE(splice, EBADF, fd_out_closed) {
  const int fd_in = ReadablePipe();
  const int fd_out = ClosedDescriptor();
  CALL(splice(fd_in, nullptr, fd_out, nullptr, 1, 0));
}

PROVOKE(splice, EBADF, fd_in_write_only) {
  const int fd_in = Pipe(0).writer;
  const int fd_out = MemoryFile();
  CALL(splice(fd_in, nullptr, fd_out, nullptr, 1, 0));
}

PROVOKE(splice, EBADF, fd_out_read_only) {
  const int fd_in = MemoryFile();
  const int fd_out = Pipe(0).reader;
  CALL(splice(fd_in, nullptr, fd_out, nullptr, 1, 0));
}

PROVOKE(splice, EBADF, fd_out_closed_and_in_offset) {
  const int fd_in = ReadablePipe();
  const int fd_out = ClosedDescriptor();
  off64_t offset = 0;
  WATCH(offset);
  CALL(splice(fd_in, &offset, fd_out, nullptr, 1, 0));
}

PROVOKE(splice, EBADF, fd_out_closed_and_no_pipe) {
  const int fd_in = MemoryFile();
  const int fd_out = ClosedDescriptor();
  CALL(splice(fd_in, nullptr, fd_out, nullptr, 1, 0));
}

PROVOKE(splice, EFAULT, off_in_unreadable) {
  const int fd_in = MemoryFile();
  const int fd_out = Pipe(0).writer;
  off64_t* const bad = static_cast<off64_t*>(BadAddress());
  CALL_RAW(syscall(SYS_splice, fd_in, bad, fd_out, nullptr, 1, 0));
  CALL_LIBC(splice(fd_in, bad, fd_out, nullptr, 1, 0));
}

PROVOKE(splice, EFAULT, off_out_unreadable) {
  const int fd_in = ReadablePipe();
  const int fd_out = MemoryFile();
  off64_t* const bad = static_cast<off64_t*>(BadAddress());
  CALL_RAW(syscall(SYS_splice, fd_in, nullptr, fd_out, bad, 1, 0));
  CALL_LIBC(splice(fd_in, nullptr, fd_out, bad, 1, 0));
}

PROVOKE(splice, EFBIG, file_size_limit) {
  const int fd_in = ReadablePipe();
  const int fd_out = MemoryFile();
  CatchSignal(SIGXFSZ);
  Limit(RLIMIT_FSIZE, 0);
  CALL(splice(fd_in, nullptr, fd_out, nullptr, 1, 0));
  EFFECT(caught_signals == 1);
}

PROVOKE(splice, EINTR, signal) {
  const int fd_in = Pipe(0).reader;
  const int fd_out = MemoryFile();
  InterruptSoon();
  CALL(splice(fd_in, nullptr, fd_out, nullptr, 1, 0));
}

PROVOKE(splice, EINVAL, no_splice_write) {
  const int fd_in = ReadablePipe();
  const int fd_out = MUST(eventfd(0, 0));
  CALL(splice(fd_in, nullptr, fd_out, nullptr, 8, 0));
}

PROVOKE(splice, EINVAL, no_splice_read) {
  const int fd_in = MUST(eventfd(1, 0));
  const int fd_out = Pipe(0).writer;
  CALL(splice(fd_in, nullptr, fd_out, nullptr, 8, 0));
}

PROVOKE(splice, EINVAL, out_append) {
  const int fd_in = ReadablePipe();
  const int fd_out = MemoryFile();
  MUST(fcntl(fd_out, F_SETFL, O_APPEND));
  CALL(splice(fd_in, nullptr, fd_out, nullptr, 1, 0));
}

PROVOKE(splice, EINVAL, no_pipe) {
  const int fd_in = MemoryFile();
  const int fd_out = MemoryFile();
  CALL(splice(fd_in, nullptr, fd_out, nullptr, 1, 0));
}

PROVOKE(splice, EINVAL, off_in_unseekable) {
  const int fd_in = Socket(0);
  const int fd_out = Pipe(0).writer;
  off64_t offset = 0;
  WATCH(offset);
  CALL(splice(fd_in, &offset, fd_out, nullptr, 1, 0));
}

PROVOKE(splice, EINVAL, off_out_unseekable) {
  const int fd_in = ReadablePipe();
  const int fd_out = Socket(0);
  off64_t offset = 0;
  WATCH(offset);
  CALL(splice(fd_in, nullptr, fd_out, &offset, 1, 0));
}

PROVOKE(splice, EINVAL, same_pipe) {
  const Ends ends = Pipe(0);
  MUST(write(ends.writer, "x", 1));
  CALL(splice(ends.reader, nullptr, ends.writer, nullptr, 1, 0));
}

PROVOKE(splice, EINVAL, flags_unknown) {
  const int fd_in = ReadablePipe();
  const int fd_out = MemoryFile();
  CALL(splice(fd_in, nullptr, fd_out, nullptr, 1, kUnknownFlag));
}

PROVOKE(splice, EINVAL, offset_negative) {
  const int fd_in = ReadablePipe();
  const int fd_out = MemoryFile();
  off64_t offset = -1;
  WATCH(offset);
  CALL(splice(fd_in, nullptr, fd_out, &offset, 1, 0));
}

PROVOKE(splice, EINVAL, flags_unknown_and_fd_in_closed) {
  const int fd_out = MemoryFile();
  const int fd_in = ClosedDescriptor();
  CALL(splice(fd_in, nullptr, fd_out, nullptr, 1, kUnknownFlag));
}

PROVOKE(splice, ECONNREFUSED, out_peer_closed) {
  const int fd_in = ReadablePipe();
  int sockets[2];
  MUST(socketpair(AF_UNIX, SOCK_DGRAM, 0, sockets));
  close(sockets[1]);
  CALL(splice(fd_in, nullptr, sockets[0], nullptr, 1, 0));
}

PROVOKE(splice, EDESTADDRREQ, out_unconnected_datagram) {
  const int fd_in = ReadablePipe();
  const int fd_out = MUST(socket(AF_INET, SOCK_DGRAM, 0));
  CALL(splice(fd_in, nullptr, fd_out, nullptr, 1, 0));
}

PROVOKE(splice, ENOTCONN, out_unconnected) {
  const int fd_in = ReadablePipe();
  const int fd_out = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
  CALL(splice(fd_in, nullptr, fd_out, nullptr, 1, 0));
}

PROVOKE(splice, EOVERFLOW, out_beyond_memory) {
  const int fd_in = ReadablePipe();
  const int fd_out = MUST(open("/proc/self/mem", O_RDWR));
  off64_t last = -1;
  WATCH(last);
  CALL(splice(fd_in, nullptr, fd_out, &last, 4, 0));
}

PROVOKE(splice, EPERM, out_sealed) {
  const int fd_in = ReadablePipe();
  const int fd_out = MemoryFile();
  MUST(fcntl(fd_out, F_ADD_SEALS, F_SEAL_WRITE));
  CALL(splice(fd_in, nullptr, fd_out, nullptr, 1, 0));
}

PROVOKE(splice, EPIPE, reader_closed) {
  const int fd_in = ReadablePipe();
  const int fd_out = BrokenPipe();
  CatchSignal(SIGPIPE);
  CALL(splice(fd_in, nullptr, fd_out, nullptr, 1, 0));
  EFFECT(caught_signals == 1);
}

PROVOKE(splice, ESPIPE, off_in_of_pipe) {
  const int fd_in = ReadablePipe();
  const int fd_out = MemoryFile();
  off64_t offset = 0;
  WATCH(offset);
  CALL(splice(fd_in, &offset, fd_out, nullptr, 1, 0));
}

PROVOKE(splice, ESPIPE, off_out_of_pipe) {
  const int fd_in = MemoryFile();
  const int fd_out = Pipe(0).writer;
  off64_t offset = 0;
  WATCH(offset);
  CALL(splice(fd_in, nullptr, fd_out, &offset, 1, 0));
}

PROVOKE(splice, ESPIPE, off_in_of_pipe_and_bad) {
  const int fd_in = ReadablePipe();
  const int fd_out = MemoryFile();
  off64_t* const bad = static_cast<off64_t*>(BadAddress());
  CALL(splice(fd_in, bad, fd_out, nullptr, 1, 0));
}

PROVOKE(tee, EAGAIN, in_empty_flag) {
  const int fd_in = Pipe(0).reader;
  const int fd_out = Pipe(0).writer;
  CALL(tee(fd_in, fd_out, 1, SPLICE_F_NONBLOCK));
}

PROVOKE(tee, EAGAIN, in_empty_nonblock) {
  const int fd_in = Pipe(0).reader;
  const int fd_out = Pipe(O_NONBLOCK).writer;
  CALL(tee(fd_in, fd_out, 1, 0));
}

PROVOKE(tee, EAGAIN, out_full) {
  const int fd_in = ReadablePipe();
  const int fd_out = FullPipe(0);
  CALL(tee(fd_in, fd_out, 1, SPLICE_F_NONBLOCK));
}

PROVOKE(tee, EBADF, fd_in_closed) {
  const int fd_out = Pipe(0).writer;
  const int fd_in = ClosedDescriptor();
  CALL(tee(fd_in, fd_out, 1, 0));
}

PROVOKE(tee, EBADF, fd_out_closed) {
  const int fd_in = ReadablePipe();
  const int fd_out = ClosedDescriptor();
  CALL(tee(fd_in, fd_out, 1, 0));
}

PROVOKE(tee, EBADF, fd_in_write_only) {
  const int fd_in = Pipe(0).writer;
  const int fd_out = Pipe(0).writer;
  CALL(tee(fd_in, fd_out, 1, 0));
}

PROVOKE(tee, EBADF, fd_out_read_only) {
  const int fd_in = ReadablePipe();
  const int fd_out = Pipe(0).reader;
  CALL(tee(fd_in, fd_out, 1, 0));
}

PROVOKE(tee, EBADF, fd_out_closed_and_no_pipe) {
  const int fd_in = MemoryFile();
  const int fd_out = ClosedDescriptor();
  CALL(tee(fd_in, fd_out, 1, 0));
}

PROVOKE(tee, EINTR, signal) {
  const int fd_in = Pipe(0).reader;
  const int fd_out = Pipe(0).writer;
  InterruptSoon();
  CALL(tee(fd_in, fd_out, 1, 0));
}

PROVOKE(tee, EINVAL, in_no_pipe) {
  const int fd_in = MemoryFile();
  const int fd_out = Pipe(0).writer;
  CALL(tee(fd_in, fd_out, 1, 0));
}

PROVOKE(tee, EINVAL, out_no_pipe) {
  const int fd_in = ReadablePipe();
  const int fd_out = MemoryFile();
  CALL(tee(fd_in, fd_out, 1, 0));
}

PROVOKE(tee, EINVAL, same_pipe) {
  const Ends ends = Pipe(0);
  MUST(write(ends.writer, "x", 1));
  CALL(tee(ends.reader, ends.writer, 1, 0));
}

PROVOKE(tee, EINVAL, flags_unknown) {
  const int fd_in = ReadablePipe();
  const int fd_out = Pipe(0).writer;
  CALL(tee(fd_in, fd_out, 1, kUnknownFlag));
}

PROVOKE(tee, EINVAL, flags_unknown_and_fd_in_closed) {
  const int fd_out = Pipe(0).writer;
  const int fd_in = ClosedDescriptor();
  CALL(tee(fd_in, fd_out, 1, kUnknownFlag));
}

REASON(tee, ENOMEM, no_memory) {
  // A page that was given to one pipe turns up in the other: what is written to
  // it after tee() is read there.
  const size_t size = sysconf(_SC_PAGESIZE);
  char* const page =
      static_cast<char*>(MUST(mmap(nullptr, size, PROT_READ | PROT_WRITE,
                                   MAP_SHARED | MAP_ANONYMOUS, -1, 0)));
  page[0] = 'a';
  const Ends in = Pipe(0);
  const Ends out = Pipe(0);
  const iovec whole = {page, size};
  MUST(vmsplice(in.writer, &whole, 1, 0));
  MUST(tee(in.reader, out.writer, size, 0));
  page[0] = 'b';
  char byte = 0;
  MUST(read(out.reader, &byte, 1));
  HOLDS(byte == 'b');
}

PROVOKE(tee, EPIPE, reader_closed) {
  const int fd_in = ReadablePipe();
  const int fd_out = BrokenPipe();
  CatchSignal(SIGPIPE);
  CALL(tee(fd_in, fd_out, 1, 0));
  EFFECT(caught_signals == 1);
}

PROVOKE(vmsplice, EAGAIN, full_flag) {
  const int fd = FullPipe(0);
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  CALL(vmsplice(fd, &buffer, 1, SPLICE_F_NONBLOCK));
}

PROVOKE(vmsplice, EBADF, fd_closed) {
  const int fd = ClosedDescriptor();
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  CALL(vmsplice(fd, &buffer, 1, 0));
}

PROVOKE(vmsplice, EBADF, no_pipe) {
  const int fd = MemoryFile();
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  CALL(vmsplice(fd, &buffer, 1, 0));
}

PROVOKE(vmsplice, EBADF, fd_closed_and_iov_bad) {
  const int fd = ClosedDescriptor();
  const iovec* const bad = static_cast<iovec*>(BadAddress());
  CALL(vmsplice(fd, bad, 1, 0));
}

PROVOKE(vmsplice, EFAULT, iov_unreadable) {
  const int fd = Pipe(0).writer;
  const iovec* const bad = static_cast<iovec*>(BadAddress());
  CALL_RAW(syscall(SYS_vmsplice, fd, bad, 1, 0));
  CALL_LIBC(vmsplice(fd, bad, 1, 0));
}

PROVOKE(vmsplice, EFAULT, base_unreadable) {
  const int fd = Pipe(0).writer;
  const iovec buffer = {BadAddress(), 1};
  CALL_RAW(syscall(SYS_vmsplice, fd, &buffer, 1, 0));
  CALL_LIBC(vmsplice(fd, &buffer, 1, 0));
}

PROVOKE(vmsplice, EINTR, signal) {
  const int fd = FullPipe(0);
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  InterruptSoon();
  CALL(vmsplice(fd, &buffer, 1, 0));
}

PROVOKE(vmsplice, EINTR, signal_despite_nonblock) {
  const int fd = FullPipe(O_NONBLOCK);
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  InterruptSoon();
  CALL(vmsplice(fd, &buffer, 1, 0));
}

PROVOKE(vmsplice, EINVAL, nr_segs_over_max) {
  const int fd = Pipe(0).writer;
  static const iovec buffers[IOV_MAX + 1] = {};
  CALL(vmsplice(fd, buffers, IOV_MAX + 1, 0));
}

PROVOKE(vmsplice, EINVAL, gift_misaligned) {
  const int fd = Pipe(0).writer;
  alignas(65536) static char data[65536] = "some data";
  const iovec buffer = {data + 1, 10};
  CALL(vmsplice(fd, &buffer, 1, SPLICE_F_GIFT));
}

PROVOKE(vmsplice, EINVAL, flags_unknown) {
  const int fd = Pipe(0).writer;
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  CALL(vmsplice(fd, &buffer, 1, kUnknownFlag));
}

PROVOKE(vmsplice, EINVAL, length_over_max) {
  const int fd = Pipe(0).writer;
  char byte = 'a';
  const iovec buffer = {&byte, static_cast<size_t>(SSIZE_MAX) + 1};
  CALL(vmsplice(fd, &buffer, 1, 0));
}

PROVOKE(vmsplice, EINVAL, nr_segs_over_max_and_iov_bad) {
  const int fd = Pipe(0).writer;
  const iovec* const bad = static_cast<iovec*>(BadAddress());
  CALL(vmsplice(fd, bad, IOV_MAX + 1, 0));
}

PROVOKE(vmsplice, EINVAL, flags_unknown_and_fd_closed) {
  const int fd = ClosedDescriptor();
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  CALL(vmsplice(fd, &buffer, 1, kUnknownFlag));
}

PROVOKE(vmsplice, EPIPE, reader_closed) {
  const int fd = BrokenPipe();
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  CatchSignal(SIGPIPE);
  CALL(vmsplice(fd, &buffer, 1, 0));
  EFFECT(caught_signals == 1);
}
