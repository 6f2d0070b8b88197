// What several provocations need. Plain functions, as each provocation is also
// printed as a program of its own together with those that it uses.

#ifndef PLUMBLINE_CONFORMANCE_ERRORS_HELPERS_H_
#define PLUMBLINE_CONFORMANCE_ERRORS_HELPERS_H_

#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "conformance/errors/provocation.h"

namespace plumbline::errors {

// A descriptor's number that no file is open under.
inline int ClosedDescriptor() {
  const int fd = MUST(open("/dev/null", O_RDONLY));
  close(fd);
  return fd;
}

// An address that nothing can be read from or written to.
inline void* BadAddress() {
  return MUST(
      mmap(nullptr, 65536, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

// An address that can be read from, as zeros, but not written to.
inline void* ReadOnlyAddress() {
  return MUST(
      mmap(nullptr, 65536, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

inline void IgnoreSignalHandler(int) {}

// From now on, signals interrupt this process every 20 ms, and calls that wait
// are not restarted. Periodic, so that one that comes too early does no harm.
inline void InterruptSoon() {
  struct sigaction action = {};
  action.sa_handler = IgnoreSignalHandler;
  MUST(sigaction(SIGALRM, &action, nullptr));
  const itimerval every = {{0, 20000}, {0, 20000}};
  MUST(setitimer(ITIMER_REAL, &every, nullptr));
}

// From now on, the kernel restarts what these signals interrupt, where it ever
// does so.
inline void RestartAfterSignals() {
  struct sigaction action = {};
  action.sa_handler = IgnoreSignalHandler;
  action.sa_flags = SA_RESTART;
  MUST(sigaction(SIGALRM, &action, nullptr));
}

// Lowers the soft limit of a resource.
inline void Limit(int resource, rlim_t to) {
  rlimit limit = {};
  MUST(getrlimit(static_cast<__rlimit_resource_t>(resource), &limit));
  limit.rlim_cur = to;
  MUST(setrlimit(static_cast<__rlimit_resource_t>(resource), &limit));
}

// Leaves no descriptor free below the limit of open files.
inline void UseUpDescriptors() {
  Limit(RLIMIT_NOFILE, 32);
  while (open("/dev/null", O_RDONLY) >= 0) {
  }
}

// Gives up all capabilities, so that root is held to the same permissions as
// everybody else.
inline void DropCapabilities() {
  __user_cap_header_struct header = {};
  header.version = _LINUX_CAPABILITY_VERSION_3;
  __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
  MUST(syscall(SYS_capset, &header, none));
}

// A file of this process only, open for reading and writing.
inline int TemporaryFile() {
  const char* folder = getenv("TEST_TMPDIR");
  char path[4096];
  snprintf(path, sizeof(path), "%s/plumbline-XXXXXX",
           folder != nullptr ? folder : "/tmp");
  int fd = mkstemp(path);
  if (fd < 0) {  // the folder is another user's
    snprintf(path, sizeof(path), "/tmp/plumbline-XXXXXX");
    fd = MUST(mkstemp(path));
  }
  MUST(unlink(path));
  return fd;
}

// The path of a new empty directory. Whoever makes one removes it.
inline const char* TemporaryDirectory() {
  static char path[4096];
  const char* folder = getenv("TEST_TMPDIR");
  snprintf(path, sizeof(path), "%s/plumbline-XXXXXX",
           folder != nullptr ? folder : "/tmp");
  if (mkdtemp(path) == nullptr) {  // the folder is another user's
    snprintf(path, sizeof(path), "/tmp/plumbline-XXXXXX");
    MUST(mkdtemp(path));
  }
  return path;
}

// Whether the descriptor is of the kernel's own file system of anonymous
// inodes, which shows that it is mounted.
inline bool IsAnonymousInode(int fd) {
  char path[64];
  char target[64] = "";
  snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
  MUST(readlink(path, target, sizeof(target) - 1));
  return strncmp(target, "anon_inode:", strlen("anon_inode:")) == 0;
}

inline volatile sig_atomic_t caught_signals = 0;

inline void CountSignal(int) { caught_signals = caught_signals + 1; }

// From now on, caught_signals counts how often this signal came.
inline void CatchSignal(int signal) {
  struct sigaction action = {};
  action.sa_handler = CountSignal;
  MUST(sigaction(signal, &action, nullptr));
}

// Writes to a pipe or socket until it has no room; then writing blocks, unless
// `flags` is O_NONBLOCK.
inline void FillUp(int fd, int flags) {
  static const char block[4096] = {};
  MUST(fcntl(fd, F_SETFL, O_NONBLOCK));
  while (write(fd, block, sizeof(block)) > 0) {
  }
  while (write(fd, block, 1) > 0) {
  }
  MUST(fcntl(fd, F_SETFL, flags));
}

// Forks a process that does not outlive this one.
inline pid_t ForkChild() {
  const pid_t process = MUST(fork());
  if (process == 0) MUST(prctl(PR_SET_PDEATHSIG, SIGKILL));
  return process;
}

// Returns once another process sleeps, or has ended.
inline void WaitUntilAsleep(pid_t process) {
  char path[64];
  char text[512];
  snprintf(path, sizeof(path), "/proc/%d/stat", process);
  for (;;) {
    const int fd = MUST(open(path, O_RDONLY));
    const ssize_t size = MUST(read(fd, text, sizeof(text) - 1));
    close(fd);
    text[size] = '\0';
    const char* const name_end = strrchr(text, ')');
    if (name_end != nullptr && strchr("SZ", name_end[2]) != nullptr) return;
    usleep(1000);
  }
}

struct Ends {
  int reader;
  int writer;
};

// A pipe; flags are pipe2's.
inline Ends Pipe(int flags) {
  int ends[2];
  MUST(pipe2(ends, flags));
  return {ends[0], ends[1]};
}

// The reading end of a pipe that has something to read.
inline int ReadablePipe() {
  const Ends ends = Pipe(0);
  MUST(write(ends.writer, "some data", 9));
  return ends.reader;
}

// The reading end of an empty pipe.
inline int EmptyPipe() {
  int ends[2];
  MUST(pipe(ends));
  return ends[0];
}

// The first process, if it belongs to another user than this one's.
inline pid_t ProcessOfAnotherUser() {
  if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0)
    SKIP("there is no other user to become");
  prctl(PR_SET_DUMPABLE, 1);
  FILE* const status = fopen("/proc/1/status", "r");
  if (status == nullptr) SKIP("/proc does not show the first process");
  char line[256];
  unsigned user = 0;
  while (fgets(line, sizeof(line), status) != nullptr) {
    if (sscanf(line, "Uid: %u", &user) == 1) break;
  }
  fclose(status);
  if (user == geteuid()) SKIP("the first process belongs to this user");
  return 1;
}

}  // namespace plumbline::errors

using namespace plumbline::errors;  // NOLINT: so that bodies read as programs

#endif  // PLUMBLINE_CONFORMANCE_ERRORS_HELPERS_H_
