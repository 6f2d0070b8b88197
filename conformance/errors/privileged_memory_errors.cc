// Provocations of what fails for lack of memory in the kernel, by a memory
// cgroup, and the reasons of what no cgroup counts.

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "conformance/errors/privileged.h"

namespace {

// A file descriptor that is the larger table's first, as no process starts with
// so many.
constexpr int kFar = 1000;

int PipeEnd() {
  int ends[2];
  MUST(pipe(ends));
  return ends[1];
}

// Whether the kernel can be told to let a process's allocations fail.
bool CanInjectFaults() { return access("/proc/self/fail-nth", F_OK) == 0; }

}  // namespace

PROVOKE(epoll_create, ENOMEM, no_memory) {
  LeaveNoMemory();
  CALL(epoll_create(1));
}

PROVOKE(epoll_create1, ENOMEM, no_memory) {
  LeaveNoMemory();
  CALL(epoll_create1(0));
}

PROVOKE(epoll_ctl, ENOMEM, no_memory) {
  const int epfd = MUST(epoll_create1(0));
  const int fd = PipeEnd();
  epoll_event event = {};
  WATCH(event);
  LeaveNoMemory();
  CALL(epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event));
}

PROVOKE(eventfd, ENOMEM, no_memory) {
  LeaveNoMemory();
  CALL(eventfd(0, 0));
}

PROVOKE(signalfd, ENOMEM, no_memory) {
  sigset_t signals;
  sigemptyset(&signals);
  LeaveNoMemory();
  CALL(signalfd(-1, &signals, 0));
}

PROVOKE(timerfd_create, ENOMEM, no_memory) {
  LeaveNoMemory();
  CALL(timerfd_create(CLOCK_MONOTONIC, 0));
}

PROVOKE(timer_create, EAGAIN, no_memory) {
  timer_t timer = {};
  WATCH(timer);
  LeaveNoMemory();
  CALL(timer_create(CLOCK_MONOTONIC, nullptr, &timer));
}

PROVOKE(inotify_init, ENOMEM, no_memory) {
  LeaveNoMemory();
  CALL(inotify_init());
}

PROVOKE(inotify_init1, ENOMEM, no_memory) {
  LeaveNoMemory();
  CALL(inotify_init1(0));
}

PROVOKE(inotify_add_watch, ENOMEM, no_memory) {
  const int fd = MUST(inotify_init1(0));
  LeaveNoMemory();
  CALL(inotify_add_watch(fd, "/", IN_DELETE));
}

PROVOKE(memfd_create, ENOMEM, no_memory) {
  LeaveNoMemory();
  FillDescriptorTable();
  CALL(memfd_create("plumbline", 0));
}

PROVOKE(memfd_create, ENOSPC, no_memory) {
  LeaveNoMemory();
  CALL(memfd_create("plumbline", 0));
}

PROVOKE(pidfd_open, ENOMEM, no_memory) {
  const pid_t self = getpid();
  LeaveNoMemory();
  CALL(syscall(SYS_pidfd_open, self, 0));
}

PROVOKE(pipe, ENFILE, no_memory) {
  int ends[2] = {};
  WATCH(ends);
  LeaveNoMemory();
  CALL(pipe(ends));
}

PROVOKE(pipe2, ENFILE, no_memory) {
  int ends[2] = {};
  WATCH(ends);
  LeaveNoMemory();
  CALL(pipe2(ends, O_CLOEXEC));
}

PROVOKE(splice, ENOMEM, no_memory) {
  // The kernel writes such a file's text when it is read, and has to keep it.
  const int fd = MUST(open("/proc/version", O_RDONLY));
  const int pipe_end = PipeEnd();
  LeaveNoMemory();
  CALL(splice(fd, nullptr, pipe_end, nullptr, 1, 0));
}

PROVOKE(vmsplice, ENOMEM, no_memory) {
  // So far from all other memory that it needs a page table of its own.
  constexpr size_t kSize = 64 << 20;
  char* const memory = static_cast<char*>(MUST(
      mmap(nullptr, kSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)));
  const int pipe_end = PipeEnd();
  const iovec part = {memory + kSize / 2, 1};
  LeaveNoMemory();
  MUST(mprotect(memory, kSize, PROT_READ));
  CALL(vmsplice(pipe_end, &part, 1, 0));
}

PROVOKE(accept4, ENOMEM, no_memory) {
  const int server = SocketWithConnection();
  LeaveNoMemory();
  FillDescriptorTable();
  CALL(accept4(server, nullptr, nullptr, 0));
}

PROVOKE(accept4, ENFILE, no_memory) {
  const int server = SocketWithConnection();
  LeaveNoMemory();
  CALL(accept4(server, nullptr, nullptr, 0));
}

PROVOKE(socketpair, ENOMEM, no_memory) {
  int sockets[2] = {};
  WATCH(sockets);
  LeaveNoMemory();
  FillDescriptorTable();
  CALL(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
}

PROVOKE(socketpair, ENFILE, no_memory) {
  int sockets[2] = {-1, -1};
  LeaveNoMemory();
  CALL(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
  EFFECT(sockets[0] >= 0 && fcntl(sockets[0], F_GETFD) == -1);
}

PROVOKE(statx, ENOMEM, no_memory) {
  struct statx status = {};
  WATCH(status);
  char path[64];  // that nobody asked for before
  snprintf(path, sizeof(path), "/plumbline-%d", getpid());
  LeaveNoMemory();
  CALL(statx(AT_FDCWD, path, 0, STATX_BASIC_STATS, &status));
}

PROVOKE(dup, ENOMEM, no_memory) {
  LeaveNoMemory();
  FillDescriptorTable();
  CALL(dup(0));
}

PROVOKE(dup2, ENOMEM, no_memory) {
  LeaveNoMemory();
  CALL(dup2(0, kFar));
}

PROVOKE(dup3, ENOMEM, no_memory) {
  LeaveNoMemory();
  CALL(dup3(0, kFar, O_CLOEXEC));
}

PROVOKE(close_range, ENOMEM, unshare_no_memory) {
  ShareDescriptors();
  LeaveNoMemory();
  CALL(syscall(SYS_close_range, kFar, kFar, CLOSE_RANGE_UNSHARE));
}

PROVOKE_OPERATION(fcntl, F_DUPFD, ENOMEM, no_memory) {
  LeaveNoMemory();
  CALL(fcntl(0, F_DUPFD, kFar));
}

PROVOKE_OPERATION(fcntl, F_DUPFD_CLOEXEC, ENOMEM, no_memory) {
  LeaveNoMemory();
  CALL(fcntl(0, F_DUPFD_CLOEXEC, kFar));
}

PROVOKE_OPERATION(fcntl, F_NOTIFY, ENOMEM, no_memory) {
  const int fd = MUST(open("/", O_RDONLY));
  LeaveNoMemory();
  CALL(fcntl(fd, F_NOTIFY, DN_RENAME));
}

PROVOKE_OPERATION(fcntl, F_SETLEASE, ENOMEM, no_memory) {
  const int fd = TemporaryFile();
  LeaveNoMemory();
  CALL(fcntl(fd, F_SETLEASE, F_WRLCK));
}

PROVOKE_OPERATION(fcntl, F_SETPIPE_SZ, ENOMEM, no_memory) {
  const int fd = PipeEnd();
  LeaveNoMemory();
  CALL(fcntl(fd, F_SETPIPE_SZ, 1 << 20));
}

// The same without memory succeeds, as its allocation is of no cgroup.

REASON_OPERATION(fcntl, F_GETLK, ENOMEM, no_memory) {
  HOLDS(!CanInjectFaults());
  struct flock lock = WholeFile();
  const int fd = TemporaryFile();
  LeaveNoMemory();
  const long result = fcntl(fd, F_GETLK, &lock);
  LeaveMemoryGroup();
  HOLDS(result == 0);
}

REASON_OPERATION(fcntl, F_SETLK, ENOLCK, no_memory) {
  HOLDS(!CanInjectFaults());
  struct flock lock = WholeFile();
  const int fd = TemporaryFile();
  LeaveNoMemory();
  const long result = fcntl(fd, F_SETLK, &lock);
  LeaveMemoryGroup();
  HOLDS(result == 0);
}

REASON_OPERATION(fcntl, F_SETLKW, ENOLCK, no_memory) {
  HOLDS(!CanInjectFaults());
  struct flock lock = WholeFile();
  const int fd = TemporaryFile();
  LeaveNoMemory();
  const long result = fcntl(fd, F_SETLKW, &lock);
  LeaveMemoryGroup();
  HOLDS(result == 0);
}

REASON_OPERATION(fcntl, F_OFD_GETLK, ENOMEM, no_memory) {
  HOLDS(!CanInjectFaults());
  struct flock lock = WholeFile();
  const int fd = TemporaryFile();
  LeaveNoMemory();
  const long result = fcntl(fd, F_OFD_GETLK, &lock);
  LeaveMemoryGroup();
  HOLDS(result == 0);
}

REASON_OPERATION(fcntl, F_OFD_SETLK, ENOLCK, no_memory) {
  HOLDS(!CanInjectFaults());
  struct flock lock = WholeFile();
  const int fd = TemporaryFile();
  LeaveNoMemory();
  const long result = fcntl(fd, F_OFD_SETLK, &lock);
  LeaveMemoryGroup();
  HOLDS(result == 0);
}

REASON_OPERATION(fcntl, F_OFD_SETLKW, ENOLCK, no_memory) {
  HOLDS(!CanInjectFaults());
  struct flock lock = WholeFile();
  const int fd = TemporaryFile();
  LeaveNoMemory();
  const long result = fcntl(fd, F_OFD_SETLKW, &lock);
  LeaveMemoryGroup();
  HOLDS(result == 0);
}

REASON(poll, ENOMEM, no_memory) {
  HOLDS(!CanInjectFaults());
  static pollfd descriptors[512];
  for (pollfd& descriptor : descriptors) descriptor.fd = -1;
  LeaveNoMemory();
  const long result = poll(descriptors, 512, 0);
  LeaveMemoryGroup();
  HOLDS(result == 0);
}

REASON(ppoll, ENOMEM, no_memory) {
  HOLDS(!CanInjectFaults());
  static pollfd descriptors[512];
  for (pollfd& descriptor : descriptors) descriptor.fd = -1;
  const timespec at_once = {};
  LeaveNoMemory();
  const long result = ppoll(descriptors, 512, &at_once, nullptr);
  LeaveMemoryGroup();
  HOLDS(result == 0);
}

REASON(select, ENOMEM, no_memory) {
  HOLDS(!CanInjectFaults());
  MUST(dup2(0, kFar));
  fd_set none;
  FD_ZERO(&none);
  timeval at_once = {};
  LeaveNoMemory();
  const long result = select(kFar, &none, nullptr, nullptr, &at_once);
  LeaveMemoryGroup();
  HOLDS(result == 0);
}

REASON(pselect, ENOMEM, no_memory) {
  HOLDS(!CanInjectFaults());
  MUST(dup2(0, kFar));
  fd_set none;
  FD_ZERO(&none);
  const timespec at_once = {};
  LeaveNoMemory();
  const long result = pselect(kFar, &none, nullptr, nullptr, &at_once, nullptr);
  LeaveMemoryGroup();
  HOLDS(result == 0);
}

// A cgroup counts it, but lets it go over the limit, as its sender can't wait.
REASON(tgkill, EAGAIN, no_memory) {
  HOLDS(!CanInjectFaults());
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGRTMIN);
  MUST(sigprocmask(SIG_BLOCK, &signals, nullptr));
  const pid_t self = getpid();
  LeaveNoMemory();
  const long result = syscall(SYS_tgkill, self, self, SIGRTMIN);
  LeaveMemoryGroup();
  HOLDS(result == 0);
}
