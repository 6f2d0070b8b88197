// Provocations of close(2), close_range(2), dup(2), read(2), write(2) and
// readv(2).

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "conformance/errors/helpers.h"

#ifndef CLOSE_RANGE_UNSHARE
#define CLOSE_RANGE_UNSHARE 2
#endif

namespace {

// The writing end of a pipe whose reading end was closed.
int BrokenPipe() {
  const Ends ends = Pipe(0);
  close(ends.reader);
  return ends.writer;
}

// A pair of connected sockets of AF_UNIX.
Ends Sockets(int type) {
  int ends[2];
  MUST(socketpair(AF_UNIX, type, 0, ends));
  return {ends[0], ends[1]};
}

// An address of this machine at a port that nobody listens at.
sockaddr_in UnusedAddress(int type) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  const int fd = MUST(socket(AF_INET, type, 0));
  MUST(bind(fd, reinterpret_cast<sockaddr*>(&address), size));
  MUST(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size));
  close(fd);
  return address;
}

// A TCP socket that waits a long time when it is closed, for its peer to take
// what was sent.
int LingeringSocket() {
  const int listener = MUST(socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  MUST(bind(listener, reinterpret_cast<sockaddr*>(&address), size));
  MUST(listen(listener, 1));
  MUST(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size));
  const int fd = MUST(socket(AF_INET, SOCK_STREAM, 0));
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), size) != 0)
    SKIP("needs the loopback network interface");
  FillUp(fd, 0);
  const linger wait = {.l_onoff = 1, .l_linger = 100};
  MUST(setsockopt(fd, SOL_SOCKET, SO_LINGER, &wait, sizeof(wait)));
  return fd;
}

struct Terminal {
  int controller;
  int fd;
};

// A pseudoterminal; flags are O_NOCTTY, or 0 to make it the controlling one.
Terminal PseudoTerminal(int flags) {
  const int controller = MUST(posix_openpt(O_RDWR | O_NOCTTY));
  MUST(grantpt(controller));
  MUST(unlockpt(controller));
  const char* const name = MUST(ptsname(controller));
  return {controller, MUST(open(name, O_RDWR | flags))};
}

// The side of a pseudoterminal that remains when the controlling one is closed.
int HungUpTerminal() {
  const Terminal terminal = PseudoTerminal(O_NOCTTY);
  close(terminal.controller);
  return terminal.fd;
}

// The controlling side of a pseudoterminal whose other side was closed.
int LoneController() {
  const Terminal terminal = PseudoTerminal(O_NOCTTY);
  close(terminal.fd);
  return terminal.controller;
}

// Forks a child that leads a session of its own, without a terminal. As its
// parent is in another session, its process group is an orphaned one.
pid_t StartSession() {
  const pid_t child = MUST(fork());
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    MUST(setsid());
  }
  return child;
}

// Puts this process in the background of its controlling terminal: a child's
// process group gets the foreground, until this process ends.
void GoToBackground(int terminal) {
  const Ends ready = Pipe(0);
  const pid_t child = MUST(fork());
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    MUST(setpgid(0, 0));
    MUST(write(ready.writer, "x", 1));
    for (;;) pause();
  }
  close(ready.writer);
  char byte;
  if (read(ready.reader, &byte, 1) != 1) SKIP("the child did not start");
  MUST(tcsetpgrp(terminal, child));
}

// A file of this size in memory.
int MemoryFile(off_t size) {
  const int fd = MUST(memfd_create("file", MFD_ALLOW_SEALING));
  MUST(ftruncate(fd, size));
  return fd;
}

// A file that is read and written without the page cache, and has data.
int DirectFile() {
  const int fd = TemporaryFile();
  struct statfs system = {};
  MUST(fstatfs(fd, &system));
  const unsigned long type = system.f_type;
  if (type != 0xef53 && type != 0x58465342)  // others may not ask for alignment
    SKIP("needs a temporary folder on ext4 or XFS");
  static char data[65536] = {};
  MUST(write(fd, data, sizeof(data)));
  MUST(fsync(fd));
  MUST(lseek(fd, 0, SEEK_SET));
  MUST(fcntl(fd, F_SETFL, O_DIRECT));
  return fd;
}

// Puts a file's position as far as it goes.
off64_t SeekMaximum(int fd) {
  off64_t maximum = 0;
  for (off64_t bit = INT64_C(1) << 62; bit != 0; bit >>= 1)
    if (lseek64(fd, maximum | bit, SEEK_SET) >= 0) maximum |= bit;
  return lseek64(fd, maximum, SEEK_SET);
}

// A timerfd that has expired.
int ExpiredTimer() {
  const int fd = MUST(timerfd_create(CLOCK_MONOTONIC, 0));
  const itimerspec soon = {{0, 0}, {0, 1}};
  MUST(timerfd_settime(fd, 0, &soon, nullptr));
  pollfd waited = {.fd = fd, .events = POLLIN, .revents = 0};
  MUST(poll(&waited, 1, -1));
  MUST(fcntl(fd, F_SETFL, O_NONBLOCK));
  return fd;
}

// A signalfd of SIGUSR1, which is blocked.
int SignalDescriptor(int flags) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  MUST(sigprocmask(SIG_BLOCK, &set, nullptr));
  return MUST(signalfd(-1, &set, flags));
}

// Makes a folder of this process only.
void MakeFolder(char (&path)[4096]) {
  const char* folder = getenv("TEST_TMPDIR");
  snprintf(path, sizeof(path), "%s/plumbline-XXXXXX",
           folder != nullptr ? folder : "/tmp");
  if (mkdtemp(path) != nullptr) return;
  snprintf(path, sizeof(path), "/tmp/plumbline-XXXXXX");
  MUST(mkdtemp(path));
}

// An inotify instance that has the events of a folder that was removed.
int InotifyWithEvent() {
  char path[4096];
  MakeFolder(path);
  const int fd = MUST(inotify_init1(IN_NONBLOCK));
  MUST(inotify_add_watch(fd, path, IN_DELETE_SELF));
  MUST(rmdir(path));
  return fd;
}

// A thread that is in open() of a FIFO, with the descriptor's number reserved.
struct Opening {
  char path[4096];
  pthread_t thread;
};

void* OpenFifo(void* argument) {
  const char* const path = static_cast<char*>(argument);
  int fd;
  while ((fd = open(path, O_RDONLY)) < 0) sched_yield();
  close(fd);
  return nullptr;
}

// Starts the thread, and returns the number that it has reserved.
int StartOpening(Opening& opening) {
  MakeFolder(opening.path);
  strcat(opening.path, "/fifo");
  MUST(mkfifo(opening.path, 0600));
  // No number is free but one: once dup() finds none, the thread has it.
  const int number = ClosedDescriptor();
  rlimit limit = {};
  MUST(getrlimit(RLIMIT_NOFILE, &limit));
  Limit(RLIMIT_NOFILE, number + 1);
  if (pthread_create(&opening.thread, nullptr, OpenFifo, opening.path) != 0)
    SKIP("can't start a thread");
  int fd;
  while ((fd = dup(0)) >= 0) {
    close(fd);
    sched_yield();
  }
  Limit(RLIMIT_NOFILE, limit.rlim_cur);
  return number;
}

// Lets the thread's open() come to its end.
void EndOpening(Opening& opening) {
  const int fd = open(opening.path, O_WRONLY);
  pthread_join(opening.thread, nullptr);
  close(fd);
  unlink(opening.path);
  *strrchr(opening.path, '/') = '\0';
  rmdir(opening.path);
}

}  // namespace

PROVOKE(close, EBADF, fd_closed) { CALL(close(ClosedDescriptor())); }

PROVOKE(close, EBADF, fd_negative) { CALL(close(-1)); }

PROVOKE(close_range, EINVAL, flags_unknown) {
  CALL(close_range(1000, 1001, 1 << 30));
}

PROVOKE(close_range, EINVAL, first_over_last) { CALL(close_range(2, 1, 0)); }

PROVOKE(dup, EBADF, oldfd_closed) {
  const int fd = ClosedDescriptor();
  CALL(dup(fd));
}

PROVOKE(dup, EBADF, oldfd_closed_and_no_descriptor) {
  UseUpDescriptors();
  CALL(dup(1000000));
}

PROVOKE(dup, EMFILE, no_descriptor) {
  UseUpDescriptors();
  CALL(dup(0));
}

PROVOKE(dup2, EBADF, oldfd_closed) {
  const int oldfd = ClosedDescriptor();
  const int newfd = Pipe(0).writer;
  close(oldfd);
  CALL(dup2(oldfd, newfd));
}

PROVOKE(dup2, EBADF, oldfd_closed_and_equal) {
  const int fd = ClosedDescriptor();
  CALL(dup2(fd, fd));
}

PROVOKE(dup2, EBADF, newfd_negative) { CALL(dup2(0, -1)); }

PROVOKE(dup2, EBADF, newfd_over_limit) {
  Limit(RLIMIT_NOFILE, 64);
  CALL(dup2(0, 64));
}

PROVOKE(dup2, EBUSY, open_race) {
  Opening opening;
  const int newfd = StartOpening(opening);
  CALL(dup2(0, newfd));
  EndOpening(opening);
}

PROVOKE(dup2, EINTR, closing_interrupted) {
  const int newfd = LingeringSocket();
  InterruptSoon();
  CALL(dup2(0, newfd));
}

PROVOKE(dup2, EMFILE, no_descriptor) {
  UseUpDescriptors();
  rlimit limit = {};
  MUST(getrlimit(RLIMIT_NOFILE, &limit));
  const int newfd = static_cast<int>(limit.rlim_cur);
  CALL(dup2(0, newfd));
}

PROVOKE(dup3, EBADF, oldfd_closed) {
  const int newfd = Pipe(0).writer;
  const int oldfd = ClosedDescriptor();
  CALL(dup3(oldfd, newfd, 0));
}

PROVOKE(dup3, EBADF, newfd_negative) { CALL(dup3(0, -1, 0)); }

PROVOKE(dup3, EBADF, newfd_over_limit) {
  Limit(RLIMIT_NOFILE, 64);
  CALL(dup3(0, 64, 0));
}

PROVOKE(dup3, EBUSY, open_race) {
  Opening opening;
  const int newfd = StartOpening(opening);
  CALL(dup3(0, newfd, O_CLOEXEC));
  EndOpening(opening);
}

PROVOKE(dup3, EINTR, closing_interrupted) {
  const int newfd = LingeringSocket();
  InterruptSoon();
  CALL(dup3(0, newfd, 0));
}

PROVOKE(dup3, EINVAL, flags_unknown) {
  const int newfd = ClosedDescriptor();
  CALL(dup3(0, newfd, O_NONBLOCK));
}

PROVOKE(dup3, EINVAL, same_descriptor) { CALL(dup3(0, 0, 0)); }

PROVOKE(dup3, EINVAL, flags_unknown_and_oldfd_closed) {
  const int oldfd = ClosedDescriptor();
  CALL(dup3(oldfd, 0, O_NONBLOCK));
}

PROVOKE(dup3, EINVAL, same_descriptor_and_closed) {
  const int fd = ClosedDescriptor();
  CALL(dup3(fd, fd, 0));
}

PROVOKE(dup3, EMFILE, no_descriptor) {
  UseUpDescriptors();
  rlimit limit = {};
  MUST(getrlimit(RLIMIT_NOFILE, &limit));
  const int newfd = static_cast<int>(limit.rlim_cur);
  CALL(dup3(0, newfd, 0));
}

PROVOKE(read, EAGAIN, pipe_empty) {
  const int fd = Pipe(O_NONBLOCK).reader;
  char byte = 'a';
  WATCH(byte);
  CALL(read(fd, &byte, 1));
}

PROVOKE(read, EAGAIN, socket_empty) {
  const int fd = Sockets(SOCK_STREAM | SOCK_NONBLOCK).reader;
  char byte = 'a';
  WATCH(byte);
  CALL(read(fd, &byte, 1));
}

PROVOKE(read, EAGAIN, terminal_empty) {
  const int fd = PseudoTerminal(O_NOCTTY | O_NONBLOCK).fd;
  char byte = 'a';
  WATCH(byte);
  CALL(read(fd, &byte, 1));
}

PROVOKE(read, EAGAIN, eventfd_zero) {
  const int fd = MUST(eventfd(0, EFD_NONBLOCK));
  uint64_t value = 42;
  WATCH(value);
  CALL(read(fd, &value, sizeof(value)));
}

PROVOKE(read, EAGAIN, timerfd_waiting) {
  const int fd = MUST(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
  const itimerspec later = {{0, 0}, {100, 0}};
  MUST(timerfd_settime(fd, 0, &later, nullptr));
  uint64_t count = 42;
  WATCH(count);
  CALL(read(fd, &count, sizeof(count)));
}

PROVOKE(read, EAGAIN, signalfd_nothing) {
  const int fd = SignalDescriptor(SFD_NONBLOCK);
  signalfd_siginfo info = {};
  WATCH(info);
  CALL(read(fd, &info, sizeof(info)));
}

PROVOKE(read, EAGAIN, inotify_nothing) {
  const int fd = MUST(inotify_init1(IN_NONBLOCK));
  char events[4096] = "";
  WATCH(events);
  CALL(read(fd, events, sizeof(events)));
}

PROVOKE(read, EBADF, fd_closed) {
  const int fd = ClosedDescriptor();
  char byte = 'a';
  WATCH(byte);
  CALL(read(fd, &byte, 1));
}

PROVOKE(read, EBADF, fd_write_only) {
  const int fd = MUST(open("/dev/null", O_WRONLY));
  char byte = 'a';
  WATCH(byte);
  CALL(read(fd, &byte, 1));
}

PROVOKE(read, EBADF, fd_path) {
  const int fd = MUST(open("/dev/zero", O_PATH));
  char byte = 'a';
  WATCH(byte);
  CALL(read(fd, &byte, 1));
}

PROVOKE(read, EBADF, fd_closed_and_buf_bad) {
  const int fd = ClosedDescriptor();
  void* const bad = BadAddress();
  CALL(read(fd, bad, 1));
}

PROVOKE(read, ECONNREFUSED, datagram_refused) {
  const sockaddr_in address = UnusedAddress(SOCK_DGRAM);
  const int fd = MUST(socket(AF_INET, SOCK_DGRAM, 0));
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address),
              sizeof(address)) != 0) {
    SKIP("needs the loopback network interface");
  }
  MUST(write(fd, "x", 1));
  char byte = 'a';
  WATCH(byte);
  CALL(read(fd, &byte, 1));
}

PROVOKE(read, ECONNRESET, peer_closed_with_unread_data) {
  const Ends sockets = Sockets(SOCK_STREAM);
  MUST(write(sockets.reader, "x", 1));
  close(sockets.writer);
  char byte = 'a';
  WATCH(byte);
  CALL(read(sockets.reader, &byte, 1));
}

PROVOKE(read, EFAULT, buf_unwritable) {
  const int fd = ReadablePipe();
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_read, fd, bad, 4));
  CALL_LIBC(read(fd, bad, 4));
  char data[9];
  EXPECT(read(fd, data, sizeof(data)) == sizeof(data));
}

PROVOKE(read, EFAULT, buf_read_only) {
  const int fd = ReadablePipe();
  void* const constant = ReadOnlyAddress();
  CALL_RAW(syscall(SYS_read, fd, constant, 4));
  CALL_LIBC(read(fd, constant, 4));
}

PROVOKE(read, EFAULT, count_huge) {
  const int fd = MUST(open("/dev/zero", O_RDONLY));
  char byte = 'a';
  WATCH(byte);
  const volatile size_t count = static_cast<size_t>(-1);
  CALL_RAW(syscall(SYS_read, fd, &byte, count));
  CALL_LIBC(read(fd, &byte, count));
}

PROVOKE(read, EFAULT, eventfd_value_lost) {
  const int fd = MUST(eventfd(42, EFD_NONBLOCK));
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_read, fd, bad, 8));
  CALL_LIBC(read(fd, bad, 8));
  uint64_t value = 0;
  EFFECT(read(fd, &value, sizeof(value)) == -1 && errno == EAGAIN);
}

PROVOKE(read, EFAULT, timerfd_count_lost) {
  const int fd = ExpiredTimer();
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_read, fd, bad, 8));
  CALL_LIBC(read(fd, bad, 8));
  uint64_t count = 0;
  EFFECT(read(fd, &count, sizeof(count)) == -1 && errno == EAGAIN);
}

PROVOKE(read, EFAULT, signalfd_signal_lost) {
  const int fd = SignalDescriptor(SFD_NONBLOCK);
  MUST(raise(SIGUSR1));
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_read, fd, bad, sizeof(signalfd_siginfo)));
  CALL_LIBC(read(fd, bad, sizeof(signalfd_siginfo)));
  signalfd_siginfo info = {};
  EFFECT(read(fd, &info, sizeof(info)) == -1 && errno == EAGAIN);
}

PROVOKE(read, EFAULT, inotify_event_lost) {
  const int fd = InotifyWithEvent();
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_read, fd, bad, 4096));
  CALL_LIBC(read(fd, bad, 4096));
  // What follows the event is left.
  inotify_event event = {};
  EFFECT(read(fd, &event, sizeof(event)) == sizeof(event) &&
         event.mask == IN_IGNORED);
}

PROVOKE(read, EFAULT, datagram_lost) {
  const Ends sockets = Sockets(SOCK_DGRAM | SOCK_NONBLOCK);
  MUST(write(sockets.writer, "x", 1));
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_read, sockets.reader, bad, 1));
  CALL_LIBC(read(sockets.reader, bad, 1));
  char byte;
  EFFECT(read(sockets.reader, &byte, 1) == -1 && errno == EAGAIN);
}

PROVOKE(read, EINTR, signal) {
  const int fd = Pipe(0).reader;
  char byte = 'a';
  WATCH(byte);
  InterruptSoon();
  CALL(read(fd, &byte, 1));
}

PROVOKE(read, EINTR, terminal_signal) {
  const int fd = PseudoTerminal(O_NOCTTY).fd;
  char byte = 'a';
  WATCH(byte);
  InterruptSoon();
  CALL(read(fd, &byte, 1));
}

PROVOKE(read, EINTR, inotify_signal) {
  const int fd = MUST(inotify_init1(0));
  char events[4096] = "";
  WATCH(events);
  InterruptSoon();
  CALL(read(fd, events, sizeof(events)));
}

PROVOKE(read, EINVAL, no_read_operation) {
  const int fd = MUST(epoll_create1(0));
  char byte = 'a';
  WATCH(byte);
  CALL(read(fd, &byte, 1));
}

PROVOKE(read, EINVAL, pidfd) {
  const int fd = MUST(syscall(SYS_pidfd_open, getpid(), 0));
  char byte = 'a';
  WATCH(byte);
  CALL(read(fd, &byte, 1));
}

PROVOKE(read, EINVAL, direct_misaligned_count) {
  const int fd = DirectFile();
  alignas(4096) static char buffer[4096] = {};
  WATCH(buffer);
  CALL(read(fd, buffer, 100));
}

PROVOKE(read, EINVAL, direct_misaligned_offset) {
  const int fd = DirectFile();
  MUST(lseek(fd, 100, SEEK_SET));
  alignas(4096) static char buffer[4096] = {};
  WATCH(buffer);
  CALL(read(fd, buffer, sizeof(buffer)));
  EXPECT(lseek(fd, 0, SEEK_CUR) == 100);
}

PROVOKE(read, EINVAL, direct_misaligned_buf) {
  const int fd = DirectFile();
  alignas(4096) static char buffer[8192] = {};
  CALL(read(fd, buffer + 1, 4096));
}

PROVOKE(read, EINVAL, timerfd_buffer_small) {
  const int fd = ExpiredTimer();
  uint32_t count = 42;
  WATCH(count);
  CALL(read(fd, &count, sizeof(count)));
}

PROVOKE(read, EINVAL, eventfd_buffer_small) {
  const int fd = MUST(eventfd(42, 0));
  uint32_t value = 1;
  WATCH(value);
  CALL(read(fd, &value, sizeof(value)));
}

PROVOKE(read, EINVAL, signalfd_buffer_small) {
  const int fd = SignalDescriptor(0);
  MUST(raise(SIGUSR1));
  char info[sizeof(signalfd_siginfo) - 1] = "";
  WATCH(info);
  CALL(read(fd, info, sizeof(info)));
}

PROVOKE(read, EINVAL, inotify_buffer_small) {
  const int fd = InotifyWithEvent();
  char event[sizeof(inotify_event) - 1] = "";
  WATCH(event);
  CALL(read(fd, event, sizeof(event)));
}

PROVOKE(read, EINVAL, socket_unconnected) {
  const int fd = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
  char byte = 'a';
  WATCH(byte);
  CALL(read(fd, &byte, 1));
}

PROVOKE(read, EINVAL, no_read_operation_and_buf_bad) {
  const int fd = MUST(epoll_create1(0));
  void* const bad = BadAddress();
  CALL(read(fd, bad, 1));
}

PROVOKE(read, EIO, controller_alone) {
  const int fd = LoneController();
  char byte = 'a';
  WATCH(byte);
  CALL(read(fd, &byte, 1));
}

PROVOKE(read, EIO, group_orphaned) {
  if (StartSession() == 0) {
    const int fd = PseudoTerminal(0).fd;
    GoToBackground(fd);
    char byte = 'a';
    WATCH(byte);
    CALL(read(fd, &byte, 1));
    _exit(0);
  }
  MUST(wait(nullptr));
}

PROVOKE(read, EIO, group_ignores_signal) {
  if (StartSession() == 0) {
    const int fd = PseudoTerminal(0).fd;
    const pid_t child = MUST(fork());
    if (child == 0) {
      MUST(setpgid(0, 0));
      signal(SIGTTIN, SIG_IGN);
      char byte = 'a';
      WATCH(byte);
      CALL(read(fd, &byte, 1));
      _exit(0);
    }
    MUST(waitpid(child, nullptr, 0));
    _exit(0);
  }
  MUST(wait(nullptr));
}

PROVOKE(read, EIO, process_memory_unmapped) {
  const int fd = MUST(open("/proc/self/mem", O_RDONLY));
  char byte = 'a';
  WATCH(byte);
  CALL(read(fd, &byte, 1));  // at address 0
}

PROVOKE(read, EISDIR, directory) {
  const int fd = MUST(open("/", O_RDONLY | O_DIRECTORY));
  char byte = 'a';
  WATCH(byte);
  CALL(read(fd, &byte, 1));
}

PROVOKE(read, EISDIR, directory_and_buf_bad) {
  const int fd = MUST(open("/", O_RDONLY | O_DIRECTORY));
  void* const bad = BadAddress();
  CALL(read(fd, bad, 1));
}

PROVOKE(read, ENOTCONN, socket_unconnected) {
  const int fd = MUST(socket(AF_INET, SOCK_STREAM, 0));
  char byte = 'a';
  WATCH(byte);
  CALL(read(fd, &byte, 1));
}

PROVOKE(write, EAGAIN, pipe_full) {
  const int fd = Pipe(0).writer;
  FillUp(fd, O_NONBLOCK);
  CALL(write(fd, "x", 1));
}

PROVOKE(write, EAGAIN, socket_full) {
  const int fd = Sockets(SOCK_STREAM).writer;
  FillUp(fd, O_NONBLOCK);
  CALL(write(fd, "x", 1));
}

PROVOKE(write, EAGAIN, eventfd_full) {
  const int fd = MUST(eventfd(1, EFD_NONBLOCK));
  const uint64_t value = UINT64_MAX - 1;
  CALL(write(fd, &value, sizeof(value)));
}

PROVOKE(write, EBADF, fd_closed) {
  const int fd = ClosedDescriptor();
  CALL(write(fd, "x", 1));
}

PROVOKE(write, EBADF, fd_read_only) {
  const int fd = MUST(open("/dev/null", O_RDONLY));
  CALL(write(fd, "x", 1));
}

PROVOKE(write, EBADF, fd_path) {
  const int fd = MUST(open("/dev/null", O_PATH));
  CALL(write(fd, "x", 1));
}

PROVOKE(write, EBADF, fd_closed_and_buf_bad) {
  const int fd = ClosedDescriptor();
  void* const bad = BadAddress();
  CALL(write(fd, bad, 1));
}

PROVOKE(write, ECONNREFUSED, datagram_peer_closed) {
  const Ends sockets = Sockets(SOCK_DGRAM);
  close(sockets.reader);
  CALL(write(sockets.writer, "x", 1));
}

PROVOKE(write, EDESTADDRREQ, datagram_unconnected) {
  const int fd = MUST(socket(AF_INET, SOCK_DGRAM, 0));
  CALL(write(fd, "x", 1));
}

PROVOKE(write, EFAULT, buf_unreadable) {
  const Ends ends = Pipe(O_NONBLOCK);
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_write, ends.writer, bad, 1));
  CALL_LIBC(write(ends.writer, bad, 1));
  char byte;
  EXPECT(read(ends.reader, &byte, 1) == -1 && errno == EAGAIN);
}

PROVOKE(write, EFAULT, count_huge) {
  const int fd = MUST(open("/dev/null", O_WRONLY));
  const char byte = 'a';
  const volatile size_t count = static_cast<size_t>(-1);
  CALL_RAW(syscall(SYS_write, fd, &byte, count));
  CALL_LIBC(write(fd, &byte, count));
}

PROVOKE(write, EFBIG, file_size_limit) {
  const int fd = MemoryFile(0);
  CatchSignal(SIGXFSZ);
  Limit(RLIMIT_FSIZE, 0);
  CALL(write(fd, "x", 1));
  EFFECT(caught_signals == 1);
  EXPECT(lseek(fd, 0, SEEK_END) == 0);
}

PROVOKE(write, EFBIG, file_maximum) {
  const int fd = TemporaryFile();
  if (SeekMaximum(fd) == INT64_MAX)
    SKIP("needs a temporary folder whose files can't be as large as an offset");
  CALL(write(fd, "x", 1));
  EXPECT(lseek64(fd, 0, SEEK_END) == 0);
}

PROVOKE(write, EINTR, signal) {
  const int fd = Pipe(0).writer;
  FillUp(fd, 0);
  InterruptSoon();
  CALL(write(fd, "x", 1));
}

PROVOKE(write, EINVAL, no_write_operation) {
  const int fd = MUST(epoll_create1(0));
  CALL(write(fd, "x", 1));
}

PROVOKE(write, EINVAL, direct_misaligned_count) {
  const int fd = DirectFile();
  alignas(4096) static char data[4096] = {};
  CALL(write(fd, data, 100));
}

PROVOKE(write, EINVAL, direct_misaligned_offset) {
  const int fd = DirectFile();
  MUST(lseek(fd, 100, SEEK_SET));
  alignas(4096) static char data[4096] = {};
  CALL(write(fd, data, sizeof(data)));
  EXPECT(lseek(fd, 0, SEEK_CUR) == 100);
}

PROVOKE(write, EINVAL, direct_misaligned_buf) {
  const int fd = DirectFile();
  alignas(4096) static char data[8192] = {};
  CALL(write(fd, data + 1, 4096));
}

PROVOKE(write, EINVAL, eventfd_buffer_small) {
  const int fd = MUST(eventfd(0, 0));
  const uint32_t value = 1;
  CALL(write(fd, &value, sizeof(value)));
}

PROVOKE(write, EINVAL, eventfd_value_reserved) {
  const int fd = MUST(eventfd(0, 0));
  const uint64_t value = UINT64_MAX;
  CALL(write(fd, &value, sizeof(value)));
}

PROVOKE(write, EINVAL, position_overflow) {
  const int fd = MemoryFile(0);
  if (SeekMaximum(fd) != INT64_MAX)
    SKIP(
        "needs a kernel of 64 bits, where a file can be as large as an offset");
  CALL(write(fd, "x", 1));
}

PROVOKE(write, EIO, terminal_hung_up) {
  const int fd = HungUpTerminal();
  CALL(write(fd, "x", 1));
}

PROVOKE(write, EIO, group_orphaned) {
  if (StartSession() == 0) {
    const int fd = PseudoTerminal(0).fd;
    termios settings = {};
    MUST(tcgetattr(fd, &settings));
    settings.c_lflag |= TOSTOP;
    MUST(tcsetattr(fd, TCSANOW, &settings));
    GoToBackground(fd);
    CALL(write(fd, "x", 1));
    _exit(0);
  }
  MUST(wait(nullptr));
}

PROVOKE(write, EMSGSIZE, datagram_too_large) {
  const int fd = Sockets(SOCK_DGRAM).writer;
  const int room = 4096;
  MUST(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)));
  static char data[1 << 20] = {};
  CALL(write(fd, data, sizeof(data)));
}

PROVOKE(write, ENODATA, netlink_nothing) {
  const int fd = MUST(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
  CALL(write(fd, "", 0));
}

PROVOKE(write, ENOSPC, device_full) {
  const int fd = MUST(open("/dev/full", O_WRONLY));
  CALL(write(fd, "x", 1));
}

PROVOKE(write, ENOSPC, device_full_and_buf_bad) {
  const int fd = MUST(open("/dev/full", O_WRONLY));
  void* const bad = BadAddress();
  CALL(write(fd, bad, 1));
}

PROVOKE(write, ENOTCONN, socket_unconnected) {
  const int fd = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
  CALL(write(fd, "x", 1));
}

PROVOKE(write, ENOTCONN, datagram_unconnected) {
  const int fd = MUST(socket(AF_UNIX, SOCK_DGRAM, 0));
  CALL(write(fd, "x", 1));
}

PROVOKE(write, EPERM, sealed_write) {
  const int fd = MemoryFile(4096);
  MUST(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
  CALL(write(fd, "x", 1));
}

PROVOKE(write, EPERM, sealed_grow) {
  const int fd = MemoryFile(4096);
  MUST(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW));
  MUST(lseek(fd, 4096, SEEK_SET));
  CALL(write(fd, "x", 1));
  EXPECT(lseek(fd, 0, SEEK_END) == 4096);
}

PROVOKE(write, EPIPE, reader_closed) {
  const int fd = BrokenPipe();
  CatchSignal(SIGPIPE);
  CALL(write(fd, "x", 1));
  EFFECT(caught_signals == 1);
}

PROVOKE(write, EPIPE, peer_closed) {
  const Ends sockets = Sockets(SOCK_STREAM);
  close(sockets.reader);
  CatchSignal(SIGPIPE);
  CALL(write(sockets.writer, "x", 1));
  EFFECT(caught_signals == 1);
}

PROVOKE(write, EPIPE, shut_down) {
  const int fd = Sockets(SOCK_STREAM).writer;
  MUST(shutdown(fd, SHUT_WR));
  CatchSignal(SIGPIPE);
  CALL(write(fd, "x", 1));
  EFFECT(caught_signals == 1);
}

PROVOKE(write, EPIPE, socket_unconnected) {
  const int fd = MUST(socket(AF_INET, SOCK_STREAM, 0));
  CatchSignal(SIGPIPE);
  CALL(write(fd, "x", 1));
  EFFECT(caught_signals == 1);
}

PROVOKE(write, EPIPE, reader_closed_and_buf_bad) {
  const int fd = BrokenPipe();
  void* const bad = BadAddress();
  CatchSignal(SIGPIPE);
  CALL(write(fd, bad, 1));
  EFFECT(caught_signals == 1);
}

PROVOKE(readv, EAGAIN, pipe_empty) {
  const int fd = Pipe(O_NONBLOCK).reader;
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  WATCH(byte);
  CALL(readv(fd, &buffer, 1));
}

PROVOKE(readv, EAGAIN, socket_empty) {
  const int fd = Sockets(SOCK_STREAM | SOCK_NONBLOCK).reader;
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  WATCH(byte);
  CALL(readv(fd, &buffer, 1));
}

PROVOKE(readv, EBADF, fd_closed) {
  const int fd = ClosedDescriptor();
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  WATCH(byte);
  CALL(readv(fd, &buffer, 1));
}

PROVOKE(readv, EBADF, fd_write_only) {
  const int fd = MUST(open("/dev/null", O_WRONLY));
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  WATCH(byte);
  CALL(readv(fd, &buffer, 1));
}

PROVOKE(readv, EBADF, fd_closed_and_iovcnt_negative) {
  const int fd = ClosedDescriptor();
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  WATCH(byte);
  const volatile int count = -1;
  CALL(readv(fd, &buffer, count));
}

PROVOKE(readv, EBADF, fd_closed_and_iov_bad) {
  const int fd = ClosedDescriptor();
  const iovec* const bad = static_cast<iovec*>(BadAddress());
  CALL(readv(fd, bad, 1));
}

PROVOKE(readv, EFAULT, buffer_unwritable) {
  const int fd = ReadablePipe();
  const iovec buffer = {BadAddress(), 4};
  CALL_RAW(syscall(SYS_readv, fd, &buffer, 1));
  CALL_LIBC(readv(fd, &buffer, 1));
  char data[9];
  EXPECT(read(fd, data, sizeof(data)) == sizeof(data));
}

PROVOKE(readv, EFAULT, iov_unreadable) {
  const int fd = ReadablePipe();
  const iovec* const bad = static_cast<iovec*>(BadAddress());
  CALL_RAW(syscall(SYS_readv, fd, bad, 1));
  CALL_LIBC(readv(fd, bad, 1));
}

PROVOKE(readv, EINTR, signal) {
  const int fd = Pipe(0).reader;
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  WATCH(byte);
  InterruptSoon();
  CALL(readv(fd, &buffer, 1));
}

PROVOKE(readv, EINVAL, no_read_operation) {
  const int fd = MUST(epoll_create1(0));
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  WATCH(byte);
  CALL(readv(fd, &buffer, 1));
}

PROVOKE(readv, EINVAL, direct_misaligned_length) {
  const int fd = DirectFile();
  alignas(4096) static char data[4096] = {};
  const iovec buffer = {data, 100};
  WATCH(data);
  CALL(readv(fd, &buffer, 1));
}

PROVOKE(readv, EINVAL, timerfd_buffer_small) {
  const int fd = ExpiredTimer();
  uint32_t count = 42;
  const iovec buffer = {&count, sizeof(count)};
  WATCH(count);
  CALL(readv(fd, &buffer, 1));
}

PROVOKE(readv, EINVAL, iovcnt_negative) {
  const int fd = ReadablePipe();
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  WATCH(byte);
  const volatile int count = -1;
  CALL(readv(fd, &buffer, count));
}

PROVOKE(readv, EINVAL, iovcnt_over_max) {
  const int fd = ReadablePipe();
  static const iovec buffers[IOV_MAX + 1] = {};
  CALL(readv(fd, buffers, IOV_MAX + 1));
}

PROVOKE(readv, EINVAL, length_over_max) {
  const int fd = ReadablePipe();
  char byte = 'a';
  const iovec buffer = {&byte, static_cast<size_t>(SSIZE_MAX) + 1};
  WATCH(byte);
  CALL(readv(fd, &buffer, 1));
}

PROVOKE(readv, EINVAL, lengths_sum_over_max) {
  const int fd = MUST(open("/dev/null", O_RDONLY));
  static char byte = 'a';
  const size_t half = static_cast<size_t>(SSIZE_MAX) / 2 + 1;
  const iovec buffers[] = {{&byte, half}, {&byte, half}};
  WATCH(byte);
  CALL(readv(fd, buffers, 2));
}

PROVOKE(readv, EINVAL, iovcnt_over_max_and_iov_bad) {
  const int fd = ReadablePipe();
  const iovec* const bad = static_cast<iovec*>(BadAddress());
  CALL(readv(fd, bad, IOV_MAX + 1));
}

PROVOKE(readv, EIO, controller_alone) {
  const int fd = LoneController();
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  WATCH(byte);
  CALL(readv(fd, &buffer, 1));
}

PROVOKE(readv, EISDIR, directory) {
  const int fd = MUST(open("/", O_RDONLY | O_DIRECTORY));
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  WATCH(byte);
  CALL(readv(fd, &buffer, 1));
}

PROVOKE(readv, ENOTCONN, socket_unconnected) {
  const int fd = MUST(socket(AF_INET, SOCK_STREAM, 0));
  char byte = 'a';
  WATCH(byte);
  const iovec buffer = {&byte, 1};
  CALL(readv(fd, &buffer, 1));
}

PROVOKE(writev, EAGAIN, pipe_full) {
  const int fd = Pipe(0).writer;
  FillUp(fd, O_NONBLOCK);
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  CALL(writev(fd, &buffer, 1));
}

PROVOKE(writev, EAGAIN, socket_full) {
  const int fd = Sockets(SOCK_STREAM).writer;
  FillUp(fd, O_NONBLOCK);
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  CALL(writev(fd, &buffer, 1));
}

PROVOKE(writev, EBADF, fd_closed) {
  const int fd = ClosedDescriptor();
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  CALL(writev(fd, &buffer, 1));
}

PROVOKE(writev, EBADF, fd_read_only) {
  const int fd = MUST(open("/dev/null", O_RDONLY));
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  CALL(writev(fd, &buffer, 1));
}

PROVOKE(writev, EBADF, fd_closed_and_iovcnt_negative) {
  const int fd = ClosedDescriptor();
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  const volatile int count = -1;
  CALL(writev(fd, &buffer, count));
}

PROVOKE(writev, EBADF, fd_closed_and_iov_bad) {
  const int fd = ClosedDescriptor();
  const iovec* const bad = static_cast<iovec*>(BadAddress());
  CALL(writev(fd, bad, 1));
}

PROVOKE(writev, ECONNREFUSED, datagram_peer_closed) {
  const Ends sockets = Sockets(SOCK_DGRAM);
  close(sockets.reader);
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  CALL(writev(sockets.writer, &buffer, 1));
}

PROVOKE(writev, EDESTADDRREQ, datagram_unconnected) {
  const int fd = MUST(socket(AF_INET, SOCK_DGRAM, 0));
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  CALL(writev(fd, &buffer, 1));
}

PROVOKE(writev, EFAULT, buffer_unreadable) {
  const Ends ends = Pipe(O_NONBLOCK);
  const iovec buffer = {BadAddress(), 1};
  CALL_RAW(syscall(SYS_writev, ends.writer, &buffer, 1));
  CALL_LIBC(writev(ends.writer, &buffer, 1));
  char byte;
  EXPECT(read(ends.reader, &byte, 1) == -1 && errno == EAGAIN);
}

PROVOKE(writev, EFAULT, iov_unreadable) {
  const int fd = Pipe(0).writer;
  const iovec* const bad = static_cast<iovec*>(BadAddress());
  CALL_RAW(syscall(SYS_writev, fd, bad, 1));
  CALL_LIBC(writev(fd, bad, 1));
}

PROVOKE(writev, EFBIG, file_size_limit) {
  const int fd = MemoryFile(0);
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  CatchSignal(SIGXFSZ);
  Limit(RLIMIT_FSIZE, 0);
  CALL(writev(fd, &buffer, 1));
  EFFECT(caught_signals == 1);
}

PROVOKE(writev, EINTR, signal) {
  const int fd = Pipe(0).writer;
  FillUp(fd, 0);
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  InterruptSoon();
  CALL(writev(fd, &buffer, 1));
}

PROVOKE(writev, EINVAL, no_write_operation) {
  const int fd = MUST(epoll_create1(0));
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  CALL(writev(fd, &buffer, 1));
}

PROVOKE(writev, EINVAL, direct_misaligned_length) {
  const int fd = DirectFile();
  alignas(4096) static char data[4096] = {};
  const iovec buffer = {data, 100};
  CALL(writev(fd, &buffer, 1));
}

PROVOKE(writev, EINVAL, iovcnt_negative) {
  const int fd = Pipe(0).writer;
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  const volatile int count = -1;
  CALL(writev(fd, &buffer, count));
}

PROVOKE(writev, EINVAL, iovcnt_over_max) {
  const int fd = Pipe(0).writer;
  static const iovec buffers[IOV_MAX + 1] = {};
  CALL(writev(fd, buffers, IOV_MAX + 1));
}

PROVOKE(writev, EINVAL, length_over_max) {
  const int fd = Pipe(0).writer;
  char byte = 'a';
  const iovec buffer = {&byte, static_cast<size_t>(SSIZE_MAX) + 1};
  CALL(writev(fd, &buffer, 1));
}

PROVOKE(writev, EINVAL, lengths_sum_over_max) {
  const int fd = MUST(open("/dev/null", O_WRONLY));
  static char byte = 'a';
  const size_t half = static_cast<size_t>(SSIZE_MAX) / 2 + 1;
  const iovec buffers[] = {{&byte, half}, {&byte, half}};
  CALL(writev(fd, buffers, 2));
}

PROVOKE(writev, EINVAL, iovcnt_over_max_and_iov_bad) {
  const int fd = Pipe(0).writer;
  const iovec* const bad = static_cast<iovec*>(BadAddress());
  CALL(writev(fd, bad, IOV_MAX + 1));
}

PROVOKE(writev, EIO, terminal_hung_up) {
  const int fd = HungUpTerminal();
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  CALL(writev(fd, &buffer, 1));
}

PROVOKE(writev, ENOSPC, device_full) {
  const int fd = MUST(open("/dev/full", O_WRONLY));
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  CALL(writev(fd, &buffer, 1));
}

PROVOKE(writev, EMSGSIZE, datagram_too_large) {
  const int fd = Sockets(SOCK_DGRAM).writer;
  const int room = 4096;
  MUST(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)));
  static char data[1 << 20] = {};
  const iovec buffer = {data, sizeof(data)};
  CALL(writev(fd, &buffer, 1));
}

PROVOKE(writev, ENOTCONN, socket_unconnected) {
  const int fd = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  CALL(writev(fd, &buffer, 1));
}

PROVOKE(writev, EPERM, sealed_write) {
  const int fd = MemoryFile(4096);
  MUST(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  CALL(writev(fd, &buffer, 1));
}

PROVOKE(writev, EPIPE, reader_closed) {
  const int fd = BrokenPipe();
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  CatchSignal(SIGPIPE);
  CALL(writev(fd, &buffer, 1));
  EFFECT(caught_signals == 1);
}

PROVOKE(writev, EPIPE, peer_closed) {
  const Ends sockets = Sockets(SOCK_STREAM);
  close(sockets.reader);
  char byte = 'a';
  const iovec buffer = {&byte, 1};
  CatchSignal(SIGPIPE);
  CALL(writev(sockets.writer, &buffer, 1));
  EFFECT(caught_signals == 1);
}
