// Provocations of eventfd(2).

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "conformance/errors/helpers.h"

namespace {

constexpr uint64_t kMaximum = 0xfffffffffffffffeu;

int Eventfd(unsigned count, int flags) { return MUST(eventfd(count, flags)); }

// One whose counter is at its maximum.
int FullEventfd(int flags) {
  const int fd = Eventfd(0, flags);
  MUST(eventfd_write(fd, kMaximum));
  return fd;
}

}  // namespace

PROVOKE(eventfd, EINVAL, flags_unknown) {
  CALL(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE | 2));
}

PROVOKE(eventfd, EINVAL, flags_unknown_and_no_descriptor) {
  UseUpDescriptors();
  CALL(eventfd(0, 2));
}

PROVOKE(eventfd, EMFILE, no_descriptor) {
  UseUpDescriptors();
  CALL(eventfd(0, 0));
}

REASON(eventfd, ENODEV, no_anonymous_inodes) {
  HOLDS(IsAnonymousInode(Eventfd(0, 0)));
}

PROVOKE(eventfd_read, EAGAIN, counter_zero) {
  const int fd = Eventfd(0, EFD_NONBLOCK);
  eventfd_t value = 7;
  WATCH(value);
  CALL(eventfd_read(fd, &value));
}

PROVOKE(eventfd_read, EAGAIN, counter_zero_and_value_unwritable) {
  const int fd = Eventfd(0, EFD_NONBLOCK);
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_read, fd, bad, sizeof(eventfd_t)));
  CALL_LIBC(eventfd_read(fd, static_cast<eventfd_t*>(bad)));
}

PROVOKE(eventfd_read, EBADF, fd_closed) {
  const int closed = ClosedDescriptor();
  eventfd_t value = 7;
  WATCH(value);
  CALL(eventfd_read(closed, &value));
}

PROVOKE(eventfd_read, EBADF, fd_write_only) {
  int ends[2];
  MUST(pipe(ends));
  eventfd_t value = 7;
  WATCH(value);
  CALL(eventfd_read(ends[1], &value));
}

PROVOKE(eventfd_read, EBADF, fd_closed_and_value_unwritable) {
  const int closed = ClosedDescriptor();
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_read, closed, bad, sizeof(eventfd_t)));
  CALL_LIBC(eventfd_read(closed, static_cast<eventfd_t*>(bad)));
}

PROVOKE(eventfd_read, EFAULT, value_unwritable) {
  const int fd = Eventfd(5, EFD_NONBLOCK);
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_read, fd, bad, sizeof(eventfd_t)));
  CALL_LIBC(eventfd_read(fd, static_cast<eventfd_t*>(bad)));
  eventfd_t value = 0;
  EFFECT(eventfd_read(fd, &value) == -1 && errno == EAGAIN);
}

PROVOKE(eventfd_read, EINTR, signal) {
  const int fd = Eventfd(0, 0);
  eventfd_t value = 7;
  WATCH(value);
  InterruptSoon();
  CALL(eventfd_read(fd, &value));
}

PROVOKE(eventfd_read, EINVAL, buffer_small) {
  const int fd = Eventfd(5, 0);
  eventfd_t value = 7;
  WATCH(value);
  CALL_RAW(syscall(SYS_read, fd, &value, sizeof(value) - 1));
}

PROVOKE(eventfd_read, EINVAL, fd_unreadable) {
  const int epoll = MUST(epoll_create1(0));
  eventfd_t value = 7;
  WATCH(value);
  CALL(eventfd_read(epoll, &value));
}

PROVOKE(eventfd_read, EISDIR, fd_directory) {
  const int directory = MUST(open("/", O_RDONLY | O_DIRECTORY));
  eventfd_t value = 7;
  WATCH(value);
  CALL(eventfd_read(directory, &value));
}

PROVOKE(eventfd_read, ENOTCONN, fd_unconnected) {
  const int unconnected = MUST(socket(AF_INET, SOCK_STREAM, 0));
  eventfd_t value = 7;
  WATCH(value);
  CALL(eventfd_read(unconnected, &value));
}

PROVOKE(eventfd_read, EIO, fd_memory) {
  const int memory = MUST(open("/proc/self/mem", O_RDONLY));
  eventfd_t value = 7;
  WATCH(value);
  CALL(eventfd_read(memory, &value));  // at address 0
}

PROVOKE(eventfd_write, EAGAIN, counter_full) {
  const int fd = FullEventfd(EFD_NONBLOCK);
  CALL(eventfd_write(fd, 1));
}

PROVOKE(eventfd_write, EBADF, fd_closed) {
  const int closed = ClosedDescriptor();
  CALL(eventfd_write(closed, 1));
}

PROVOKE(eventfd_write, EBADF, fd_read_only) {
  int ends[2];
  MUST(pipe(ends));
  CALL(eventfd_write(ends[0], 1));
}

PROVOKE(eventfd_write, EDESTADDRREQ, fd_unconnected) {
  const int unconnected = MUST(socket(AF_INET, SOCK_DGRAM, 0));
  CALL(eventfd_write(unconnected, 1));
}

PROVOKE(eventfd_write, EFAULT, buffer_unreadable) {
  const int fd = Eventfd(5, 0);
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_write, fd, bad, sizeof(eventfd_t)));
}

PROVOKE(eventfd_write, EINTR, signal) {
  const int fd = FullEventfd(0);
  InterruptSoon();
  CALL(eventfd_write(fd, 1));
}

PROVOKE(eventfd_write, EINVAL, value_maximum) {
  const int fd = Eventfd(0, 0);
  CALL(eventfd_write(fd, kMaximum + 1));
}

PROVOKE(eventfd_write, EINVAL, value_maximum_and_counter_full) {
  const int fd = FullEventfd(EFD_NONBLOCK);
  CALL(eventfd_write(fd, kMaximum + 1));
}

PROVOKE(eventfd_write, EINVAL, buffer_small) {
  const int fd = Eventfd(5, 0);
  const eventfd_t value = 1;
  CALL_RAW(syscall(SYS_write, fd, &value, sizeof(value) - 1));
}

PROVOKE(eventfd_write, EINVAL, buffer_small_and_unreadable) {
  const int fd = Eventfd(5, 0);
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_write, fd, bad, sizeof(eventfd_t) - 1));
}

PROVOKE(eventfd_write, EINVAL, fd_unwritable) {
  const int epoll = MUST(epoll_create1(0));
  CALL(eventfd_write(epoll, 1));
}

PROVOKE(eventfd_write, ECONNREFUSED, fd_peer_closed) {
  int sockets[2];
  MUST(socketpair(AF_UNIX, SOCK_DGRAM, 0, sockets));
  close(sockets[1]);
  CALL(eventfd_write(sockets[0], 1));
}

PROVOKE(eventfd_write, EIO, fd_memory) {
  const int memory = MUST(open("/proc/self/mem", O_RDWR));
  CALL(eventfd_write(memory, 1));  // at address 0
}

PROVOKE(eventfd_write, ENOSPC, fd_full_device) {
  const int device = MUST(open("/dev/full", O_RDWR));
  CALL(eventfd_write(device, 1));
}

PROVOKE(eventfd_write, EPERM, fd_sealed) {
  const int file = MUST(memfd_create("plumbline", MFD_ALLOW_SEALING));
  MUST(fcntl(file, F_ADD_SEALS, F_SEAL_WRITE));
  CALL(eventfd_write(file, 1));
}

PROVOKE(eventfd_write, ENOTCONN, fd_unconnected) {
  const int unconnected = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
  CALL(eventfd_write(unconnected, 1));
}

PROVOKE(eventfd_write, EPIPE, no_reader) {
  int ends[2];
  MUST(pipe(ends));
  close(ends[0]);
  CatchSignal(SIGPIPE);
  CALL(eventfd_write(ends[1], 1));
  EFFECT(caught_signals == 1);
}
