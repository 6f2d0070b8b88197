// What provocations need that take root: a cgroup without memory, changed
// sysctls, and a file system of this process's own. Plain functions, as in
// helpers.h. What is changed outside of this process is set back however it
// ends.

#ifndef PLUMBLINE_CONFORMANCE_ERRORS_PRIVILEGED_H_
#define PLUMBLINE_CONFORMANCE_ERRORS_PRIVILEGED_H_

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/fuse.h>
#include <linux/mount.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "conformance/errors/helpers.h"

// Newer than some C library's headers.
#ifndef CLOSE_RANGE_UNSHARE
#define CLOSE_RANGE_UNSHARE 2
#endif

#ifndef SYS_close_range
#ifdef __alpha__
#define SYS_close_range 546
#else
#define SYS_close_range 436
#endif
#endif

#ifndef SYS_pidfd_open
#ifdef __alpha__
#define SYS_pidfd_open 544
#else
#define SYS_pidfd_open 434
#endif
#endif

namespace plumbline::errors {

// Forks a process that waits for the end of this one, and returns true in it.
inline bool AfterTheEnd() {
  int ends[2];
  MUST(pipe(ends));
  const pid_t other = MUST(fork());
  if (other != 0) {
    close(ends[0]);
    // Until then, what kills this process's group would kill the other one too.
    while (getsid(other) != other) usleep(100);
    return false;
  }
  setsid();
  close(STDOUT_FILENO);
  close(STDERR_FILENO);
  close(ends[1]);
  char nothing;
  while (read(ends[0], &nothing, 1) < 0) {
  }
  return true;
}

// Uses the capabilities that this process has, or none of them.
inline void UsePrivileges(bool use) {
  __user_cap_header_struct header = {};
  header.version = _LINUX_CAPABILITY_VERSION_3;
  __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {};
  MUST(syscall(SYS_capget, &header, sets));
  for (__user_cap_data_struct& set : sets)
    set.effective = use ? set.permitted : 0;
  MUST(syscall(SYS_capset, &header, sets));
}

// The lock of a whole file.
inline struct flock WholeFile() {
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

// A socket that a connection waits at.
inline int SocketWithConnection() {
  sockaddr_storage address = {};
  address.ss_family = AF_UNIX;  // and the kernel chooses a name
  const int server = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
  MUST(bind(server, reinterpret_cast<sockaddr*>(&address),
            sizeof(address.ss_family)));
  MUST(listen(server, 1));
  socklen_t length = sizeof(address);
  MUST(getsockname(server, reinterpret_cast<sockaddr*>(&address), &length));
  const int client = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
  MUST(connect(client, reinterpret_cast<sockaddr*>(&address), length));
  return server;
}

inline void* WaitForever(void*) {
  for (;;) pause();
}

// From now on, another thread has the same descriptors.
inline void ShareDescriptors() {
  pthread_t thread;
  if (pthread_create(&thread, nullptr, WaitForever, nullptr) != 0)
    SKIP("can't start a thread");
}

// ---- Memory ----

inline int memory_outside = -1;
inline int memory_inside = -1;
inline int last_place = -1;  // of the table of descriptors, if it is full

// What looks at the process meanwhile needs a descriptor.
inline void LeaveMemoryGroup() {
  MUST(pwrite(memory_outside, "0", 1, 0));
  if (last_place >= 0) close(last_place);
}

inline void EnterMemoryGroup() {
  MUST(pwrite(memory_inside, "0", 1, 0));
  if (last_place >= 0) last_place = MUST(dup(0));
}

// Opens a file of a cgroup.
inline int OpenOfGroup(const char* group, const char* file) {
  char path[512];
  snprintf(path, sizeof(path), "%s/%s", group, file);
  return open(path, O_WRONLY | O_CLOEXEC);
}

inline bool WriteToGroup(const char* group, const char* file,
                         const char* text) {
  const int fd = OpenOfGroup(group, file);
  if (fd < 0) return false;
  const bool written = write(fd, text, strlen(text)) > 0;
  close(fd);
  return written;
}

// Opens the file that brings a process back into the memory cgroup that this
// one is in.
inline int OpenOwnGroup(const char* root, const char* mark) {
  char line[512];
  char group[512] = "";
  FILE* const groups = fopen("/proc/self/cgroup", "re");
  while (groups != nullptr && fgets(line, sizeof(line), groups) != nullptr) {
    const char* const at = strstr(line, mark);
    if (at == nullptr) continue;
    line[strcspn(line, "\n")] = '\0';
    snprintf(group, sizeof(group), "%s%.400s", root, at + strlen(mark));
  }
  if (groups != nullptr) fclose(groups);
  return OpenOfGroup(group, "cgroup.procs");
}

// From now on, the kernel has no memory for what it counts as this process's.
// It is in a memory cgroup whose limit is 0, but for which no process is
// killed: version 1 can be told so, in version 2 the process must be exempt.
// All memory that the process has is there already, so it does not stop at a
// page fault.
inline void LeaveNoMemory() {
  if (geteuid() != 0) SKIP("needs root, to make a memory cgroup");
  const char* const root_v1 = "/sys/fs/cgroup/memory";
  const char* const root_v2 = "/sys/fs/cgroup";
  const bool is_v1 =
      access("/sys/fs/cgroup/memory/memory.limit_in_bytes", F_OK) == 0;
  memory_outside =
      OpenOwnGroup(is_v1 ? root_v1 : root_v2, is_v1 ? ":memory:" : "0::");
  static char group[128];
  snprintf(group, sizeof(group), "%s/plumbline-%d", is_v1 ? root_v1 : root_v2,
           getpid());
  rmdir(group);  // of a process whose number this one has now
  if (memory_outside < 0 || mkdir(group, 0755) != 0)
    SKIP("can't make a memory cgroup here");
  if (AfterTheEnd()) {
    for (int i = 0; i < 5000 && rmdir(group) != 0; ++i) usleep(1000);
    _exit(0);
  }
  memory_inside = MUST(OpenOfGroup(group, "cgroup.procs"));
  const bool limited =
      is_v1 ? WriteToGroup(group, "memory.oom_control", "1") &&
                  WriteToGroup(group, "memory.limit_in_bytes", "0")
            : WriteToGroup("/proc/self", "oom_score_adj", "-1000") &&
                  WriteToGroup(group, "memory.max", "0");
  if (!limited) SKIP("can't limit a cgroup's memory without being killed");
  char stack[65536];
  memset(stack, 1, sizeof(stack));
  __asm__ volatile("" : : "r"(stack) : "memory");
  if (mlockall(MCL_CURRENT) != 0) SKIP("can't lock all memory");
  SNAPSHOTS_OUTSIDE(LeaveMemoryGroup, EnterMemoryGroup);
  EnterMemoryGroup();
}

// After LeaveNoMemory: leaves no place free in the kernel's table of this
// process's descriptors, so that one more needs a larger table.
inline void FillDescriptorTable() {
  for (int fd = dup(0); fd >= 0; fd = dup(0)) last_place = fd;
}

// ---- Sysctls ----

inline int sysctl_file = -1;
inline char sysctl_before[64] = "";
inline const char* sysctl_now = "";
inline bool sysctl_without_privileges = false;

inline void WriteSysctl(const char* value) {
  MUST(pwrite(sysctl_file, value, strlen(value), 0));
}

inline void RestoreSysctl() {
  if (sysctl_without_privileges) UsePrivileges(true);
  WriteSysctl(sysctl_before);
}

inline void ChangeSysctlAgain() {
  WriteSysctl(sysctl_now);
  if (sysctl_without_privileges) UsePrivileges(false);
}

inline void NeedLeaveToChangeMachine() {
  if (geteuid() != 0) SKIP("needs root, to change the whole machine");
  if (getenv("PLUMBLINE_CHANGE_SYSCTLS") == nullptr)
    SKIP("changes the whole machine; PLUMBLINE_CHANGE_SYSCTLS=1 allows it");
}

// Changes a sysctl of the whole machine until the end of this process.
inline void ChangeSysctl(const char* path, const char* value) {
  NeedLeaveToChangeMachine();
  sysctl_file = open(path, O_RDWR | O_CLOEXEC);
  if (sysctl_file < 0) SKIP("the sysctl is absent or read-only here");
  MUST(flock(sysctl_file, LOCK_EX));  // until whoever changed it is done
  MUST(pread(sysctl_file, sysctl_before, sizeof(sysctl_before) - 1, 0));
  sysctl_now = value;
  if (AfterTheEnd()) {
    pwrite(sysctl_file, sysctl_before, strlen(sysctl_before), 0);
    _exit(0);
  }
  SNAPSHOTS_OUTSIDE(RestoreSysctl, ChangeSysctlAgain);
  WriteSysctl(value);
}

// The same, and this process is no longer exempt from it.
inline void ChangeSysctlForUsers(const char* path, const char* value) {
  ChangeSysctl(path, value);
  sysctl_without_privileges = true;
  UsePrivileges(false);
}

// The system has as many open files as it may.
inline void UseUpFiles() { ChangeSysctlForUsers("/proc/sys/fs/file-max", "1"); }

// ---- A file system ----

// Answers the kernel's requests for a file system of one file: the first for
// `opcode` with `error`, the others as if all went well. EINTR is answered once
// the kernel says that a signal interrupted the request.
[[noreturn]] inline void ServeFile(int fuse, unsigned opcode, int error) {
  struct Reply {
    fuse_out_header header;
    union {
      fuse_init_out init;
      fuse_open_out open;
      fuse_attr_out attributes;
      fuse_write_out write;
    };
  };
  static char request[65536];
  static Reply reply;
  unsigned long long waiting = 0;
  for (;;) {
    if (read(fuse, request, sizeof(request)) < 0) {
      if (errno == EINTR || errno == ENOENT) continue;
      _exit(0);  // unmounted
    }
    fuse_in_header in;
    memcpy(&in, request, sizeof(in));
    memset(&reply, 0, sizeof(reply));
    reply.header.unique = in.unique;
    reply.header.len = sizeof(reply.header);
    if (in.opcode == opcode && error != 0) {
      if (error == EINTR) {
        waiting = in.unique;
        continue;
      }
      reply.header.error = -error;
      error = 0;
    } else if (in.opcode == FUSE_INTERRUPT) {
      fuse_interrupt_in interrupt;
      memcpy(&interrupt, request + sizeof(in), sizeof(interrupt));
      if (interrupt.unique != waiting) continue;
      reply.header.unique = waiting;
      reply.header.error = -EINTR;
      waiting = 0;
      error = 0;
    } else if (in.opcode == FUSE_FORGET || in.opcode == FUSE_BATCH_FORGET) {
      continue;
    } else if (in.opcode == FUSE_INIT) {
      reply.init.major = FUSE_KERNEL_VERSION;
      reply.init.minor = 31;
      reply.init.max_write = 4096;
      reply.init.flags = FUSE_POSIX_LOCKS;
      reply.header.len += sizeof(reply.init);
    } else if (in.opcode == FUSE_OPEN) {
      reply.open.open_flags = FOPEN_DIRECT_IO;
      reply.header.len += sizeof(reply.open);
    } else if (in.opcode == FUSE_GETATTR) {
      reply.attributes.attr.ino = 1;
      reply.attributes.attr.mode = S_IFREG | 0644;
      reply.attributes.attr.nlink = 1;
      reply.header.len += sizeof(reply.attributes);
    } else if (in.opcode == FUSE_WRITE) {
      fuse_write_in write;
      memcpy(&write, request + sizeof(in), sizeof(write));
      reply.write.size = write.size;
      reply.header.len += sizeof(reply.write);
    }
    if (write(fuse, &reply, reply.header.len) < 0 && errno != ENOENT) _exit(1);
  }
}

// Opens a file whose file system fails the first request of the kind `opcode`
// with `error`. It is mounted nowhere, and ends with this process.
inline int FailingFile(unsigned opcode, int error) {
  if (geteuid() != 0) SKIP("needs root, to mount a file system");
  const int fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
  if (fuse < 0) SKIP("needs /dev/fuse");
  const int settings = syscall(SYS_fsopen, "fuse", 0);
  if (settings < 0) SKIP("can't mount a file system here");
  char number[16];
  snprintf(number, sizeof(number), "%d", fuse);
  MUST(syscall(SYS_fsconfig, settings, FSCONFIG_SET_STRING, "fd", number, 0));
  MUST(syscall(SYS_fsconfig, settings, FSCONFIG_SET_STRING, "rootmode",
               "100000", 0));
  MUST(syscall(SYS_fsconfig, settings, FSCONFIG_SET_STRING, "user_id", "0", 0));
  MUST(
      syscall(SYS_fsconfig, settings, FSCONFIG_SET_STRING, "group_id", "0", 0));
  if (syscall(SYS_fsconfig, settings, FSCONFIG_CMD_CREATE, nullptr, nullptr,
              0) != 0) {
    SKIP("can't mount a file system here");
  }
  if (ForkChild() == 0) ServeFile(fuse, opcode, error);
  close(fuse);
  const int mounted = MUST(syscall(SYS_fsmount, settings, 0, 0));
  char path[64];
  snprintf(path, sizeof(path), "/proc/self/fd/%d", mounted);
  return MUST(open(path, O_RDWR | O_CLOEXEC));
}

}  // namespace plumbline::errors

#endif  // PLUMBLINE_CONFORMANCE_ERRORS_PRIVILEGED_H_
