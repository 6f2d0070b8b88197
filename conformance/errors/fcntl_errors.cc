// Provocations of fcntl(2), and of its operations in F_*(2const).

#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conformance/errors/helpers.h"

// The C library calls fcntl64 where there is one.
#ifdef SYS_fcntl64
#define SYS_FCNTL SYS_fcntl64
#else
#define SYS_FCNTL SYS_fcntl
#endif

#ifndef F_DUPFD_QUERY
#define F_DUPFD_QUERY 1027
#endif

#ifndef F_GETOWNER_UIDS
#define F_GETOWNER_UIDS 17
#endif

#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x20
#endif

#ifndef O_NOTIFICATION_PIPE
#define O_NOTIFICATION_PIPE O_EXCL
#endif

namespace {

// An operation that no kernel has.
const int kUnknownOperation = 999;

// A process ID that no kernel gives.
const int kNoProcess = 0x3fffffff;

// A file in memory, open for reading and writing.
int MemoryFile() { return MUST(memfd_create("file", MFD_ALLOW_SEALING)); }

// The same file by a new open file description.
int OpenAgain(int fd, int flags) {
  char path[64];
  snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
  return MUST(open(path, flags));
}

// The read end of a pipe.
int PipeEnd() {
  int ends[2];
  MUST(pipe(ends));
  return ends[0];
}

// A directory that is this process's own.
int OwnDirectory() {
  char path[] = "/tmp/plumbline-XXXXXX";
  MUST(mkdtemp(path));
  const int fd = MUST(open(path, O_RDONLY | O_DIRECTORY));
  MUST(rmdir(path));
  return fd;
}

// A file of another user, without the privileges that would make up for it:
// `own` given away, or where that isn't allowed `path`, which is root's.
int ForeignFile(int own, const char* path) {
  struct stat file = {};
  int fd = own;
  if (fchown(fd, geteuid() + 1, -1) != 0) fd = MUST(open(path, O_RDONLY));
  MUST(fstat(fd, &file));
  if (file.st_uid == geteuid()) SKIP("there is no file of another user");
  DropCapabilities();
  return fd;
}

// A new file that may be appended to only.
int AppendOnlyFile(int* ordinary) {
  *ordinary = TemporaryFile();
  const int fd = OpenAgain(*ordinary, O_WRONLY | O_APPEND);
  int attributes = 0;
  if (ioctl(fd, FS_IOC_GETFLAGS, &attributes) != 0)
    SKIP("the file system of /tmp has no attributes");
  attributes |= FS_APPEND_FL;
  if (ioctl(fd, FS_IOC_SETFLAGS, &attributes) != 0)
    SKIP("needs CAP_LINUX_IMMUTABLE, to make a file append-only");
  return fd;
}

struct flock Lock(short type, off_t start, off_t length) {
  struct flock lock = {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = start;
  lock.l_len = length;
  return lock;
}

// The range of two bytes whose second has an offset over 63 bits.
struct flock64 LockTooFar(short type) {
  struct flock64 lock = {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = INT64_MAX;
  lock.l_len = 2;
  return lock;
}

// A lock that can be read, but not written to.
struct flock* ReadOnlyLock() {
  void* const memory = MUST(mmap(nullptr, 65536, PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  struct flock* const lock = static_cast<struct flock*>(memory);
  *lock = Lock(F_WRLCK, 0, 1);
  MUST(mprotect(memory, 65536, PROT_READ));
  return lock;
}

// Has another process lock the first byte. By an open file description lock if
// `operation` is F_OFD_SETLK.
void LockElsewhere(int fd, int operation) {
  int ready[2];
  MUST(pipe(ready));
  if (ForkChild() == 0) {
    struct flock lock = Lock(F_WRLCK, 0, 1);
    MUST(fcntl(OpenAgain(fd, O_RDWR), operation, &lock));
    MUST(write(ready[1], "x", 1));
    for (;;) pause();
  }
  char byte;
  MUST(read(ready[0], &byte, 1));
  close(ready[0]);
  close(ready[1]);
}

// Has another process lock the byte `held`, and then wait for the byte
// `wanted`. By open file description locks if `operation` is F_OFD_SETLKW.
void LockAndWaitElsewhere(int fd, int operation, off_t held, off_t wanted) {
  int ready[2];
  MUST(pipe(ready));
  const pid_t process = ForkChild();
  if (process == 0) {
    const int same = OpenAgain(fd, O_RDWR);
    struct flock first = Lock(F_WRLCK, held, 1);
    struct flock second = Lock(F_WRLCK, wanted, 1);
    MUST(fcntl(same, operation, &first));
    MUST(write(ready[1], "x", 1));
    fcntl(same, operation, &second);
    for (;;) pause();
  }
  char byte;
  MUST(read(ready[0], &byte, 1));
  close(ready[0]);
  close(ready[1]);
  WaitUntilAsleep(process);
}

}  // namespace

PROVOKE(fcntl, EACCES, lock_held) {
  const int fd = MemoryFile();
  LockElsewhere(fd, F_SETLK);
  struct flock lock = Lock(F_WRLCK, 0, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_SETLK, &lock));
}

PROVOKE(fcntl, EAGAIN, lock_held) {
  const int fd = MemoryFile();
  LockElsewhere(fd, F_SETLK);
  struct flock lock = Lock(F_WRLCK, 0, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_SETLK, &lock));
}

PROVOKE(fcntl, EAGAIN, file_mapped) {
  const int fd = MemoryFile();
  MUST(ftruncate(fd, 1));
  int ready[2];
  MUST(pipe(ready));
  if (ForkChild() == 0) {
    MUST(mmap(nullptr, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    MUST(write(ready[1], "x", 1));
    for (;;) pause();
  }
  char byte;
  MUST(read(ready[0], &byte, 1));
  struct flock lock = Lock(F_WRLCK, 0, 1);
  CALL(fcntl(fd, F_SETLK, &lock));
}

PROVOKE(fcntl, EBADF, fd_closed) {
  const int closed = ClosedDescriptor();
  CALL(fcntl(closed, F_GETFD));
}

PROVOKE(fcntl, EBADF, path_descriptor) {
  const int path = MUST(open("/", O_PATH));
  CALL(fcntl(path, F_SETFL, O_NONBLOCK));
}

PROVOKE(fcntl, EBADF, fd_closed_and_op_unknown) {
  const int closed = ClosedDescriptor();
  CALL(fcntl(closed, kUnknownOperation));
}

PROVOKE(fcntl, EBADF, path_descriptor_and_op_unknown) {
  const int path = MUST(open("/", O_PATH));
  CALL(fcntl(path, kUnknownOperation));
}

PROVOKE(fcntl, EINVAL, op_unknown) { CALL(fcntl(0, kUnknownOperation)); }

PROVOKE_OPERATION(fcntl, F_DUPFD, EINVAL, arg_negative) {
  CALL(fcntl(0, F_DUPFD, -1));
}

PROVOKE_OPERATION(fcntl, F_DUPFD, EINVAL, arg_at_limit) {
  rlimit limit = {};
  MUST(getrlimit(RLIMIT_NOFILE, &limit));
  const int first = static_cast<int>(limit.rlim_cur);
  CALL(fcntl(0, F_DUPFD, first));
}

PROVOKE_OPERATION(fcntl, F_DUPFD, EINVAL, arg_at_limit_and_no_descriptor) {
  UseUpDescriptors();
  rlimit limit = {};
  MUST(getrlimit(RLIMIT_NOFILE, &limit));
  const int first = static_cast<int>(limit.rlim_cur);
  CALL(fcntl(0, F_DUPFD, first));
}

PROVOKE_OPERATION(fcntl, F_DUPFD, EMFILE, no_descriptor) {
  UseUpDescriptors();
  CALL(fcntl(0, F_DUPFD, 0));
}

PROVOKE_OPERATION(fcntl, F_DUPFD, EMFILE, none_above) {
  UseUpDescriptors();
  close(20);
  CALL(fcntl(0, F_DUPFD, 21));
}

PROVOKE_OPERATION(fcntl, F_DUPFD_CLOEXEC, EINVAL, arg_negative) {
  CALL(fcntl(0, F_DUPFD_CLOEXEC, -1));
}

PROVOKE_OPERATION(fcntl, F_DUPFD_CLOEXEC, EINVAL, arg_at_limit) {
  rlimit limit = {};
  MUST(getrlimit(RLIMIT_NOFILE, &limit));
  const int first = static_cast<int>(limit.rlim_cur);
  CALL(fcntl(0, F_DUPFD_CLOEXEC, first));
}

PROVOKE_OPERATION(fcntl, F_DUPFD_CLOEXEC, EINVAL,
                  arg_at_limit_and_no_descriptor) {
  UseUpDescriptors();
  rlimit limit = {};
  MUST(getrlimit(RLIMIT_NOFILE, &limit));
  const int first = static_cast<int>(limit.rlim_cur);
  CALL(fcntl(0, F_DUPFD_CLOEXEC, first));
}

PROVOKE_OPERATION(fcntl, F_DUPFD_CLOEXEC, EMFILE, no_descriptor) {
  UseUpDescriptors();
  CALL(fcntl(0, F_DUPFD_CLOEXEC, 0));
}

PROVOKE_OPERATION(fcntl, F_DUPFD_CLOEXEC, EMFILE, none_above) {
  UseUpDescriptors();
  close(20);
  CALL(fcntl(0, F_DUPFD_CLOEXEC, 21));
}

PROVOKE_OPERATION(fcntl, F_DUPFD_QUERY, EBADF, other_closed) {
  const int closed = ClosedDescriptor();
  CALL(fcntl(0, F_DUPFD_QUERY, closed));
}

PROVOKE_OPERATION(fcntl, F_SETFL, EINVAL, direct_unsupported) {
  const int fd = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
  CALL(fcntl(fd, F_SETFL, O_DIRECT));
}

PROVOKE_OPERATION(fcntl, F_SETFL, EPERM, append_cleared) {
  int ordinary = -1;
  const int fd = AppendOnlyFile(&ordinary);
  CALL(fcntl(fd, F_SETFL, 0));
}

PROVOKE_OPERATION(fcntl, F_SETFL, EPERM, append_set) {
  int ordinary = -1;
  AppendOnlyFile(&ordinary);
  CALL(fcntl(ordinary, F_SETFL, O_APPEND));
}

PROVOKE_OPERATION(fcntl, F_SETFL, EPERM, noatime_of_foreign_file) {
  const int fd = ForeignFile(MemoryFile(), "/proc/version");
  CALL(fcntl(fd, F_SETFL, O_NOATIME));
}

PROVOKE_OPERATION(fcntl, F_SETFL, EPERM,
                  noatime_of_foreign_file_and_direct_unsupported) {
  const int fd =
      ForeignFile(MUST(socket(AF_UNIX, SOCK_STREAM, 0)), "/proc/version");
  CALL(fcntl(fd, F_SETFL, O_NOATIME | O_DIRECT));
}

PROVOKE_OPERATION(fcntl, F_SETLK, EACCES, lock_held) {
  const int fd = MemoryFile();
  LockElsewhere(fd, F_SETLK);
  struct flock lock = Lock(F_WRLCK, 0, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_SETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_SETLK, EAGAIN, lock_held) {
  const int fd = MemoryFile();
  LockElsewhere(fd, F_SETLK);
  struct flock lock = Lock(F_WRLCK, 0, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_SETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_SETLK, EAGAIN, ofd_lock_held) {
  const int fd = MemoryFile();
  struct flock held = Lock(F_WRLCK, 0, 1);
  MUST(fcntl(fd, F_OFD_SETLK, &held));
  struct flock lock = Lock(F_WRLCK, 0, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_SETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_SETLK, EBADF, write_lock_read_only) {
  const int fd = OpenAgain(MemoryFile(), O_RDONLY);
  struct flock lock = Lock(F_WRLCK, 0, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_SETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_SETLK, EBADF, read_lock_write_only) {
  const int fd = OpenAgain(MemoryFile(), O_WRONLY);
  struct flock lock = Lock(F_RDLCK, 0, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_SETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_SETLK, EBADF, fd_closed_and_lock_unreadable) {
  const int fd = ClosedDescriptor();
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_FCNTL, fd, F_SETLK, bad));
  CALL_LIBC(fcntl(fd, F_SETLK, bad));
}

PROVOKE_OPERATION(fcntl, F_SETLK, EBADF, write_lock_read_only_and_locked) {
  const int file = MemoryFile();
  LockElsewhere(file, F_SETLK);
  const int fd = OpenAgain(file, O_RDONLY);
  struct flock lock = Lock(F_WRLCK, 0, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_SETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_SETLK, EFAULT, lock_unreadable) {
  const int fd = MemoryFile();
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_FCNTL, fd, F_SETLK, bad));
  CALL_LIBC(fcntl(fd, F_SETLK, bad));
}

PROVOKE_OPERATION(fcntl, F_SETLK, EINVAL, type_unknown) {
  const int fd = MemoryFile();
  struct flock lock = Lock(99, 0, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_SETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_SETLK, EINVAL, whence_unknown) {
  const int fd = MemoryFile();
  struct flock lock = Lock(F_WRLCK, 0, 1);
  lock.l_whence = 99;
  WATCH(lock);
  CALL(fcntl(fd, F_SETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_SETLK, EINVAL, start_negative) {
  const int fd = MemoryFile();
  struct flock lock = Lock(F_WRLCK, -1, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_SETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_SETLK, EINVAL, length_before_start) {
  const int fd = MemoryFile();
  struct flock lock = Lock(F_WRLCK, 1, -2);
  WATCH(lock);
  CALL(fcntl(fd, F_SETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_SETLK, EINVAL, type_unknown_and_read_only) {
  const int fd = OpenAgain(MemoryFile(), O_RDONLY);
  struct flock lock = Lock(99, 0, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_SETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_SETLK, ENOLCK, too_many) {
  Limit(RLIMIT_LOCKS, 1);
  const int fd = MemoryFile();
  struct flock first = Lock(F_WRLCK, 0, 1);
  MUST(fcntl(fd, F_SETLK, &first));
  struct flock lock = Lock(F_WRLCK, 2, 1);
  CALL(fcntl(fd, F_SETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_SETLK, EOVERFLOW, end_too_far) {
  const int fd = MemoryFile();
  struct flock64 lock = LockTooFar(F_WRLCK);
  WATCH(lock);
  CALL(fcntl(fd, F_SETLK64, &lock));
}

PROVOKE_OPERATION(fcntl, F_SETLKW, EBADF, write_lock_read_only) {
  const int fd = OpenAgain(MemoryFile(), O_RDONLY);
  struct flock lock = Lock(F_WRLCK, 0, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_SETLKW, &lock));
}

PROVOKE_OPERATION(fcntl, F_SETLKW, EBADF, read_lock_write_only) {
  const int fd = OpenAgain(MemoryFile(), O_WRONLY);
  struct flock lock = Lock(F_RDLCK, 0, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_SETLKW, &lock));
}

PROVOKE_OPERATION(fcntl, F_SETLKW, EBADF, fd_closed_and_lock_unreadable) {
  const int fd = ClosedDescriptor();
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_FCNTL, fd, F_SETLKW, bad));
  CALL_LIBC(fcntl(fd, F_SETLKW, bad));
}

PROVOKE_OPERATION(fcntl, F_SETLKW, EDEADLK, circle) {
  const int fd = MemoryFile();
  struct flock held = Lock(F_WRLCK, 0, 1);
  MUST(fcntl(fd, F_SETLK, &held));
  LockAndWaitElsewhere(fd, F_SETLKW, 1, 0);
  struct flock lock = Lock(F_WRLCK, 1, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_SETLKW, &lock));
}

PROVOKE_OPERATION(fcntl, F_SETLKW, EDEADLK, circle_of_three) {
  const int fd = MemoryFile();
  struct flock held = Lock(F_WRLCK, 0, 1);
  MUST(fcntl(fd, F_SETLK, &held));
  LockAndWaitElsewhere(fd, F_SETLKW, 1, 0);
  LockAndWaitElsewhere(fd, F_SETLKW, 2, 1);
  struct flock lock = Lock(F_WRLCK, 2, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_SETLKW, &lock));
}

PROVOKE_OPERATION(fcntl, F_SETLKW, EFAULT, lock_unreadable) {
  const int fd = MemoryFile();
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_FCNTL, fd, F_SETLKW, bad));
  CALL_LIBC(fcntl(fd, F_SETLKW, bad));
}

PROVOKE_OPERATION(fcntl, F_SETLKW, EINTR, signal) {
  const int fd = MemoryFile();
  LockElsewhere(fd, F_SETLK);
  struct flock lock = Lock(F_WRLCK, 0, 1);
  WATCH(lock);
  InterruptSoon();
  CALL(fcntl(fd, F_SETLKW, &lock));
}

PROVOKE_OPERATION(fcntl, F_SETLKW, EINVAL, type_unknown) {
  const int fd = MemoryFile();
  struct flock lock = Lock(99, 0, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_SETLKW, &lock));
}

PROVOKE_OPERATION(fcntl, F_SETLKW, EINVAL, whence_unknown) {
  const int fd = MemoryFile();
  struct flock lock = Lock(F_WRLCK, 0, 1);
  lock.l_whence = 99;
  WATCH(lock);
  CALL(fcntl(fd, F_SETLKW, &lock));
}

PROVOKE_OPERATION(fcntl, F_SETLKW, EINVAL, start_negative) {
  const int fd = MemoryFile();
  struct flock lock = Lock(F_WRLCK, -1, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_SETLKW, &lock));
}

PROVOKE_OPERATION(fcntl, F_SETLKW, EOVERFLOW, end_too_far) {
  const int fd = MemoryFile();
  struct flock64 lock = LockTooFar(F_WRLCK);
  WATCH(lock);
  CALL(fcntl(fd, F_SETLKW64, &lock));
}

PROVOKE_OPERATION(fcntl, F_GETLK, EBADF, fd_closed_and_lock_unreadable) {
  const int fd = ClosedDescriptor();
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_FCNTL, fd, F_GETLK, bad));
  CALL_LIBC(fcntl(fd, F_GETLK, bad));
}

PROVOKE_OPERATION(fcntl, F_GETLK, EFAULT, lock_unreadable) {
  const int fd = MemoryFile();
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_FCNTL, fd, F_GETLK, bad));
  CALL_LIBC(fcntl(fd, F_GETLK, bad));
}

PROVOKE_OPERATION(fcntl, F_GETLK, EFAULT, lock_unwritable) {
  const int fd = MemoryFile();
  void* const bad = ReadOnlyLock();
  CALL_RAW(syscall(SYS_FCNTL, fd, F_GETLK, bad));
  CALL_LIBC(fcntl(fd, F_GETLK, bad));
}

PROVOKE_OPERATION(fcntl, F_GETLK, EINVAL, type_unlock) {
  const int fd = MemoryFile();
  struct flock lock = Lock(F_UNLCK, 0, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_GETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_GETLK, EINVAL, type_unknown) {
  const int fd = MemoryFile();
  struct flock lock = Lock(99, 0, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_GETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_GETLK, EINVAL, whence_unknown) {
  const int fd = MemoryFile();
  struct flock lock = Lock(F_WRLCK, 0, 1);
  lock.l_whence = 99;
  WATCH(lock);
  CALL(fcntl(fd, F_GETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_GETLK, EINVAL, start_negative) {
  const int fd = MemoryFile();
  struct flock lock = Lock(F_WRLCK, -1, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_GETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_GETLK, EINVAL, type_unlock_and_end_too_far) {
  const int fd = MemoryFile();
  struct flock64 lock = LockTooFar(F_UNLCK);
  WATCH(lock);
  CALL(fcntl(fd, F_GETLK64, &lock));
}

PROVOKE_OPERATION(fcntl, F_GETLK, EOVERFLOW, end_too_far) {
  const int fd = MemoryFile();
  struct flock64 lock = LockTooFar(F_WRLCK);
  WATCH(lock);
  CALL(fcntl(fd, F_GETLK64, &lock));
}

PROVOKE_OPERATION(fcntl, F_OFD_SETLK, EAGAIN, lock_held) {
  const int fd = MemoryFile();
  LockElsewhere(fd, F_OFD_SETLK);
  struct flock lock = Lock(F_WRLCK, 0, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_OFD_SETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_OFD_SETLK, EAGAIN, process_lock_held) {
  const int fd = MemoryFile();
  struct flock held = Lock(F_WRLCK, 0, 1);
  MUST(fcntl(fd, F_SETLK, &held));
  struct flock lock = Lock(F_WRLCK, 0, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_OFD_SETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_OFD_SETLK, EBADF, write_lock_read_only) {
  const int fd = OpenAgain(MemoryFile(), O_RDONLY);
  struct flock lock = Lock(F_WRLCK, 0, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_OFD_SETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_OFD_SETLK, EBADF, read_lock_write_only) {
  const int fd = OpenAgain(MemoryFile(), O_WRONLY);
  struct flock lock = Lock(F_RDLCK, 0, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_OFD_SETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_OFD_SETLK, EBADF, read_only_and_pid_set) {
  const int fd = OpenAgain(MemoryFile(), O_RDONLY);
  struct flock lock = Lock(F_WRLCK, 0, 1);
  lock.l_pid = getpid();
  WATCH(lock);
  CALL(fcntl(fd, F_OFD_SETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_OFD_SETLK, EFAULT, lock_unreadable) {
  const int fd = MemoryFile();
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_FCNTL, fd, F_OFD_SETLK, bad));
  CALL_LIBC(fcntl(fd, F_OFD_SETLK, bad));
}

PROVOKE_OPERATION(fcntl, F_OFD_SETLK, EINVAL, pid_set) {
  const int fd = MemoryFile();
  struct flock lock = Lock(F_WRLCK, 0, 1);
  lock.l_pid = getpid();
  WATCH(lock);
  CALL(fcntl(fd, F_OFD_SETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_OFD_SETLK, EINVAL, type_unknown) {
  const int fd = MemoryFile();
  struct flock lock = Lock(99, 0, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_OFD_SETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_OFD_SETLK, EINVAL, whence_unknown) {
  const int fd = MemoryFile();
  struct flock lock = Lock(F_WRLCK, 0, 1);
  lock.l_whence = 99;
  WATCH(lock);
  CALL(fcntl(fd, F_OFD_SETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_OFD_SETLK, EINVAL, start_negative) {
  const int fd = MemoryFile();
  struct flock lock = Lock(F_WRLCK, -1, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_OFD_SETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_OFD_SETLK, EOVERFLOW, end_too_far) {
  const int fd = MemoryFile();
  struct flock64 lock = LockTooFar(F_WRLCK);
  WATCH(lock);
  CALL(fcntl64(fd, F_OFD_SETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_OFD_SETLKW, EBADF, write_lock_read_only) {
  const int fd = OpenAgain(MemoryFile(), O_RDONLY);
  struct flock lock = Lock(F_WRLCK, 0, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_OFD_SETLKW, &lock));
}

PROVOKE_OPERATION(fcntl, F_OFD_SETLKW, EBADF, read_lock_write_only) {
  const int fd = OpenAgain(MemoryFile(), O_WRONLY);
  struct flock lock = Lock(F_RDLCK, 0, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_OFD_SETLKW, &lock));
}

PROVOKE_OPERATION(fcntl, F_OFD_SETLKW, EDEADLK, circle) {
  const int fd = MemoryFile();
  struct flock held = Lock(F_WRLCK, 0, 1);
  MUST(fcntl(fd, F_OFD_SETLK, &held));
  LockAndWaitElsewhere(fd, F_OFD_SETLKW, 1, 0);
  struct flock lock = Lock(F_WRLCK, 1, 1);
  WATCH(lock);
  InterruptSoon();
  CALL(fcntl(fd, F_OFD_SETLKW, &lock));
}

PROVOKE_OPERATION(fcntl, F_OFD_SETLKW, EFAULT, lock_unreadable) {
  const int fd = MemoryFile();
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_FCNTL, fd, F_OFD_SETLKW, bad));
  CALL_LIBC(fcntl(fd, F_OFD_SETLKW, bad));
}

PROVOKE_OPERATION(fcntl, F_OFD_SETLKW, EINTR, signal) {
  const int fd = MemoryFile();
  LockElsewhere(fd, F_OFD_SETLK);
  struct flock lock = Lock(F_WRLCK, 0, 1);
  WATCH(lock);
  InterruptSoon();
  CALL(fcntl(fd, F_OFD_SETLKW, &lock));
}

PROVOKE_OPERATION(fcntl, F_OFD_SETLKW, EINVAL, pid_set) {
  const int fd = MemoryFile();
  struct flock lock = Lock(F_WRLCK, 0, 1);
  lock.l_pid = getpid();
  WATCH(lock);
  CALL(fcntl(fd, F_OFD_SETLKW, &lock));
}

PROVOKE_OPERATION(fcntl, F_OFD_SETLKW, EINVAL, type_unknown) {
  const int fd = MemoryFile();
  struct flock lock = Lock(99, 0, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_OFD_SETLKW, &lock));
}

PROVOKE_OPERATION(fcntl, F_OFD_SETLKW, EINVAL, whence_unknown) {
  const int fd = MemoryFile();
  struct flock lock = Lock(F_WRLCK, 0, 1);
  lock.l_whence = 99;
  WATCH(lock);
  CALL(fcntl(fd, F_OFD_SETLKW, &lock));
}

PROVOKE_OPERATION(fcntl, F_OFD_SETLKW, EINVAL, start_negative) {
  const int fd = MemoryFile();
  struct flock lock = Lock(F_WRLCK, -1, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_OFD_SETLKW, &lock));
}

PROVOKE_OPERATION(fcntl, F_OFD_SETLKW, EOVERFLOW, end_too_far) {
  const int fd = MemoryFile();
  struct flock64 lock = LockTooFar(F_WRLCK);
  WATCH(lock);
  CALL(fcntl64(fd, F_OFD_SETLKW, &lock));
}

PROVOKE_OPERATION(fcntl, F_OFD_GETLK, EFAULT, lock_unreadable) {
  const int fd = MemoryFile();
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_FCNTL, fd, F_OFD_GETLK, bad));
  CALL_LIBC(fcntl(fd, F_OFD_GETLK, bad));
}

PROVOKE_OPERATION(fcntl, F_OFD_GETLK, EFAULT, lock_unwritable) {
  const int fd = MemoryFile();
  void* const bad = ReadOnlyLock();
  CALL_RAW(syscall(SYS_FCNTL, fd, F_OFD_GETLK, bad));
  CALL_LIBC(fcntl(fd, F_OFD_GETLK, bad));
}

PROVOKE_OPERATION(fcntl, F_OFD_GETLK, EINVAL, pid_set) {
  const int fd = MemoryFile();
  struct flock lock = Lock(F_WRLCK, 0, 1);
  lock.l_pid = getpid();
  WATCH(lock);
  CALL(fcntl(fd, F_OFD_GETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_OFD_GETLK, EINVAL, type_unlock) {
  const int fd = MemoryFile();
  struct flock lock = Lock(F_UNLCK, 0, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_OFD_GETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_OFD_GETLK, EINVAL, type_unknown) {
  const int fd = MemoryFile();
  struct flock lock = Lock(99, 0, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_OFD_GETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_OFD_GETLK, EINVAL, whence_unknown) {
  const int fd = MemoryFile();
  struct flock lock = Lock(F_WRLCK, 0, 1);
  lock.l_whence = 99;
  WATCH(lock);
  CALL(fcntl(fd, F_OFD_GETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_OFD_GETLK, EINVAL, start_negative) {
  const int fd = MemoryFile();
  struct flock lock = Lock(F_WRLCK, -1, 1);
  WATCH(lock);
  CALL(fcntl(fd, F_OFD_GETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_OFD_GETLK, EOVERFLOW, end_too_far) {
  const int fd = MemoryFile();
  struct flock64 lock = LockTooFar(F_WRLCK);
  WATCH(lock);
  CALL(fcntl64(fd, F_OFD_GETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_SETOWN, EINVAL, smallest_int) {
  const int fd = PipeEnd();
  CALL(fcntl(fd, F_SETOWN, INT_MIN));
}

PROVOKE_OPERATION(fcntl, F_SETOWN, ESRCH, no_process) {
  const int fd = PipeEnd();
  CALL(fcntl(fd, F_SETOWN, kNoProcess));
}

PROVOKE_OPERATION(fcntl, F_SETOWN, ESRCH, no_group) {
  const int fd = PipeEnd();
  CALL(fcntl(fd, F_SETOWN, -kNoProcess));
}

PROVOKE_OPERATION(fcntl, F_SETOWN_EX, EFAULT, owner_unreadable) {
  const int fd = PipeEnd();
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_FCNTL, fd, F_SETOWN_EX, bad));
  CALL_LIBC(fcntl(fd, F_SETOWN_EX, bad));
}

PROVOKE_OPERATION(fcntl, F_SETOWN_EX, EINVAL, type_unknown) {
  const int fd = PipeEnd();
  f_owner_ex owner = {};
  owner.type = static_cast<__pid_type>(3);
  owner.pid = getpid();
  WATCH(owner);
  CALL(fcntl(fd, F_SETOWN_EX, &owner));
}

PROVOKE_OPERATION(fcntl, F_SETOWN_EX, EINVAL, type_unknown_and_no_process) {
  const int fd = PipeEnd();
  f_owner_ex owner = {};
  owner.type = static_cast<__pid_type>(3);
  owner.pid = kNoProcess;
  WATCH(owner);
  CALL(fcntl(fd, F_SETOWN_EX, &owner));
}

PROVOKE_OPERATION(fcntl, F_SETOWN_EX, ESRCH, no_thread) {
  const int fd = PipeEnd();
  f_owner_ex owner = {};
  owner.type = F_OWNER_TID;
  owner.pid = kNoProcess;
  WATCH(owner);
  CALL(fcntl(fd, F_SETOWN_EX, &owner));
}

PROVOKE_OPERATION(fcntl, F_SETOWN_EX, ESRCH, no_process) {
  const int fd = PipeEnd();
  f_owner_ex owner = {};
  owner.type = F_OWNER_PID;
  owner.pid = kNoProcess;
  WATCH(owner);
  CALL(fcntl(fd, F_SETOWN_EX, &owner));
}

PROVOKE_OPERATION(fcntl, F_SETOWN_EX, ESRCH, no_group) {
  const int fd = PipeEnd();
  f_owner_ex owner = {};
  owner.type = F_OWNER_PGRP;
  owner.pid = kNoProcess;
  WATCH(owner);
  CALL(fcntl(fd, F_SETOWN_EX, &owner));
}

PROVOKE_OPERATION(fcntl, F_SETOWN_EX, ESRCH, negative) {
  const int fd = PipeEnd();
  f_owner_ex owner = {};
  owner.type = F_OWNER_PGRP;
  owner.pid = -getpgrp();
  WATCH(owner);
  CALL(fcntl(fd, F_SETOWN_EX, &owner));
}

PROVOKE_OPERATION(fcntl, F_GETOWN_EX, EFAULT, owner_unwritable) {
  const int fd = PipeEnd();
  void* const bad = ReadOnlyAddress();
  CALL_RAW(syscall(SYS_FCNTL, fd, F_GETOWN_EX, bad));
  CALL_LIBC(fcntl(fd, F_GETOWN_EX, bad));
}

PROVOKE_OPERATION(fcntl, F_GETOWNER_UIDS, EFAULT, uids_unwritable) {
  if (access("/proc/sys/kernel/ns_last_pid", F_OK) != 0)
    SKIP("the kernel lacks CONFIG_CHECKPOINT_RESTORE");
  const int fd = PipeEnd();
  void* const bad = ReadOnlyAddress();
  CALL_RAW(syscall(SYS_FCNTL, fd, F_GETOWNER_UIDS, bad));
  CALL_LIBC(fcntl(fd, F_GETOWNER_UIDS, bad));
}

PROVOKE_OPERATION(fcntl, F_SETSIG, EINVAL, signal_too_large) {
  const int fd = PipeEnd();
  const int too_large = SIGRTMAX + 1;
  CALL(fcntl(fd, F_SETSIG, too_large));
}

PROVOKE_OPERATION(fcntl, F_SETSIG, EINVAL, signal_negative) {
  const int fd = PipeEnd();
  CALL(fcntl(fd, F_SETSIG, -1));
}

PROVOKE_OPERATION(fcntl, F_SETLEASE, EACCES, foreign_file) {
  const int fd = ForeignFile(TemporaryFile(), "/proc/version");
  CALL(fcntl(fd, F_SETLEASE, F_RDLCK));
}

PROVOKE_OPERATION(fcntl, F_SETLEASE, EACCES, foreign_file_and_not_regular) {
  const int fd = ForeignFile(PipeEnd(), "/proc");
  CALL(fcntl(fd, F_SETLEASE, F_RDLCK));
}

PROVOKE_OPERATION(fcntl, F_SETLEASE, EAGAIN, read_lease_of_writer) {
  const int fd = TemporaryFile();
  CALL(fcntl(fd, F_SETLEASE, F_RDLCK));
}

PROVOKE_OPERATION(fcntl, F_SETLEASE, EAGAIN, read_lease_and_writer) {
  const int fd = OpenAgain(TemporaryFile(), O_RDONLY);
  CALL(fcntl(fd, F_SETLEASE, F_RDLCK));
}

PROVOKE_OPERATION(fcntl, F_SETLEASE, EAGAIN, write_lease_open_twice) {
  const int fd = TemporaryFile();
  OpenAgain(fd, O_RDWR);
  CALL(fcntl(fd, F_SETLEASE, F_WRLCK));
}

PROVOKE_OPERATION(fcntl, F_SETLEASE, EAGAIN, no_lease) {
  const int fd = TemporaryFile();
  CALL(fcntl(fd, F_SETLEASE, F_UNLCK));
}

PROVOKE_OPERATION(fcntl, F_SETLEASE, EINVAL, directory) {
  const int fd = OwnDirectory();
  CALL(fcntl(fd, F_SETLEASE, F_RDLCK));
}

PROVOKE_OPERATION(fcntl, F_SETLEASE, EINVAL, pipe) {
  const int fd = PipeEnd();
  CALL(fcntl(fd, F_SETLEASE, F_RDLCK));
}

PROVOKE_OPERATION(fcntl, F_SETLEASE, EINVAL, type_unknown) {
  const int fd = TemporaryFile();
  CALL(fcntl(fd, F_SETLEASE, 99));
}

PROVOKE_OPERATION(fcntl, F_SETLEASE, EINVAL, type_unknown_and_foreign_file) {
  const int fd = ForeignFile(TemporaryFile(), "/proc/version");
  CALL(fcntl(fd, F_SETLEASE, 99));
}

REASON_OPERATION(fcntl, F_SETLEASE, EINVAL, file_system_no_leases) {
  const int on_disk = TemporaryFile();
  const int in_proc = MUST(open("/proc/version", O_RDONLY));
  HOLDS(fcntl(on_disk, F_SETLEASE, F_WRLCK) == 0);
  HOLDS(fcntl(in_proc, F_SETLEASE, F_RDLCK) == 0 || errno != EINVAL);
}

PROVOKE_OPERATION(fcntl, F_GETLEASE, EAGAIN, open_twice) {
  const int fd = TemporaryFile();
  OpenAgain(fd, O_RDWR);
  CALL(fcntl(fd, F_GETLEASE));
  EXPECT(fcntl(fd, F_GETLEASE) == F_UNLCK);
}

PROVOKE_OPERATION(fcntl, F_GETLEASE, EINVAL, not_regular) {
  const int fd = PipeEnd();
  CALL(fcntl(fd, F_GETLEASE));
  EXPECT(fcntl(fd, F_GETLEASE) == F_UNLCK);
}

PROVOKE_OPERATION(fcntl, F_NOTIFY, ENOTDIR, regular_file) {
  const int fd = MemoryFile();
  CALL(fcntl(fd, F_NOTIFY, DN_MODIFY));
}

PROVOKE_OPERATION(fcntl, F_NOTIFY, ENOTDIR, pipe) {
  const int fd = PipeEnd();
  CALL(fcntl(fd, F_NOTIFY, DN_MODIFY));
}

PROVOKE_OPERATION(fcntl, F_NOTIFY, ENOTDIR, nothing_asked) {
  const int fd = PipeEnd();
  CALL(fcntl(fd, F_NOTIFY, 0));
}

PROVOKE_OPERATION(fcntl, F_SETPIPE_SZ, EBADF, no_pipe) {
  const int fd = MemoryFile();
  CALL(fcntl(fd, F_SETPIPE_SZ, 65536));
}

PROVOKE_OPERATION(fcntl, F_SETPIPE_SZ, EBADF, no_pipe_and_size_huge) {
  const int fd = MemoryFile();
  CALL(fcntl(fd, F_SETPIPE_SZ, 0x80000001u));
}

PROVOKE_OPERATION(fcntl, F_SETPIPE_SZ, EBUSY, data_in_pipe) {
  int ends[2];
  MUST(pipe2(ends, O_NONBLOCK));
  static char page[65536];
  MUST(write(ends[1], page, sizeof(page)));
  CALL(fcntl(ends[1], F_SETPIPE_SZ, 1));
}

PROVOKE_OPERATION(fcntl, F_SETPIPE_SZ, EBUSY, notification_pipe) {
  int ends[2];
  if (pipe2(ends, O_NOTIFICATION_PIPE) != 0)
    SKIP("the kernel lacks CONFIG_WATCH_QUEUE");
  CALL(fcntl(ends[0], F_SETPIPE_SZ, 65536));
}

PROVOKE_OPERATION(fcntl, F_SETPIPE_SZ, EINVAL, size_huge) {
  const int fd = PipeEnd();
  CALL(fcntl(fd, F_SETPIPE_SZ, 0x80000001u));
}

PROVOKE_OPERATION(fcntl, F_SETPIPE_SZ, EINVAL, size_negative) {
  const int fd = PipeEnd();
  CALL(fcntl(fd, F_SETPIPE_SZ, -1));
}

PROVOKE_OPERATION(fcntl, F_SETPIPE_SZ, EPERM, over_maximum) {
  const int fd = PipeEnd();
  DropCapabilities();
  CALL(fcntl(fd, F_SETPIPE_SZ, 0x40000000));
}

PROVOKE_OPERATION(fcntl, F_SETPIPE_SZ, EPERM, user_has_too_many) {
  // Another user, so that nobody else's pipes become smaller meanwhile.
  if (setresuid(54321, 54321, 54321) != 0)
    SKIP("needs root, to become another user");
  int first[2];
  MUST(pipe(first));
  for (;;) {
    int ends[2];
    if (pipe(ends) != 0) SKIP("fs.pipe-user-pages-soft is too high");
    // The kernel gives fewer pages than 16 to new pipes then.
    if (fcntl(ends[0], F_GETPIPE_SZ) < fcntl(first[0], F_GETPIPE_SZ)) break;
    if (fcntl(ends[0], F_SETPIPE_SZ, 1048576) < 0) break;
  }
  CALL(fcntl(first[0], F_SETPIPE_SZ, 1048576));
}

PROVOKE_OPERATION(fcntl, F_GETPIPE_SZ, EBADF, no_pipe) {
  const int fd = MemoryFile();
  CALL(fcntl(fd, F_GETPIPE_SZ));
}

PROVOKE_OPERATION(fcntl, F_ADD_SEALS, EBUSY, writable_mapping) {
  const int fd = MemoryFile();
  MUST(ftruncate(fd, 1));
  MUST(mmap(nullptr, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
  CALL(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
  EXPECT(fcntl(fd, F_GET_SEALS) == 0);
}

PROVOKE_OPERATION(fcntl, F_ADD_SEALS, EBUSY, exec_and_writable_mapping) {
  const int fd = MemoryFile();
  MUST(ftruncate(fd, 1));
  MUST(mmap(nullptr, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
  MUST(fchmod(fd, 0700));
  CALL(fcntl(fd, F_ADD_SEALS, F_SEAL_EXEC));
  EXPECT(fcntl(fd, F_GET_SEALS) == 0);
}

PROVOKE_OPERATION(fcntl, F_ADD_SEALS, EBUSY, page_in_use) {
  const int fd = MemoryFile();
  MUST(ftruncate(fd, 1));
  int ends[2];
  MUST(pipe(ends));
  void* const page = MUST(mmap(nullptr, 1, PROT_READ, MAP_SHARED, fd, 0));
  const iovec vector = {page, 1};
  MUST(vmsplice(ends[1], &vector, 1, 0));
  CALL(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
  EXPECT(fcntl(fd, F_GET_SEALS) == 0);
}

PROVOKE_OPERATION(fcntl, F_ADD_SEALS, EINVAL, seal_unknown) {
  const int fd = MemoryFile();
  CALL(fcntl(fd, F_ADD_SEALS, 0x8000));
  EXPECT(fcntl(fd, F_GET_SEALS) == 0);
}

PROVOKE_OPERATION(fcntl, F_ADD_SEALS, EINVAL, no_seals) {
  int ends[2];
  MUST(pipe(ends));
  CALL(fcntl(ends[1], F_ADD_SEALS, F_SEAL_WRITE));
}

PROVOKE_OPERATION(fcntl, F_ADD_SEALS, EINVAL, seal_unknown_and_sealed) {
  const int fd = MemoryFile();
  MUST(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL));
  CALL(fcntl(fd, F_ADD_SEALS, 0x8000));
}

PROVOKE_OPERATION(fcntl, F_ADD_SEALS, EPERM, read_only) {
  const int fd = OpenAgain(MemoryFile(), O_RDONLY);
  CALL(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
  EXPECT(fcntl(fd, F_GET_SEALS) == 0);
}

PROVOKE_OPERATION(fcntl, F_ADD_SEALS, EPERM, sealed) {
  const int fd = MemoryFile();
  MUST(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL));
  CALL(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
  EXPECT(fcntl(fd, F_GET_SEALS) == F_SEAL_SEAL);
}

PROVOKE_OPERATION(fcntl, F_ADD_SEALS, EPERM, sealing_not_allowed) {
  const int fd = MUST(memfd_create("file", 0));
  CALL(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
  EXPECT(fcntl(fd, F_GET_SEALS) == F_SEAL_SEAL);
}

PROVOKE_OPERATION(fcntl, F_ADD_SEALS, EPERM, read_only_and_seal_unknown) {
  const int fd = OpenAgain(MemoryFile(), O_RDONLY);
  CALL(fcntl(fd, F_ADD_SEALS, 0x8000));
}

PROVOKE_OPERATION(fcntl, F_ADD_SEALS, EPERM, sealed_and_writable_mapping) {
  const int fd = MemoryFile();
  MUST(ftruncate(fd, 1));
  MUST(mmap(nullptr, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
  MUST(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL));
  CALL(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
}

PROVOKE_OPERATION(fcntl, F_GET_SEALS, EINVAL, no_seals) {
  const int fd = PipeEnd();
  CALL(fcntl(fd, F_GET_SEALS));
}

PROVOKE_OPERATION(fcntl, F_GET_RW_HINT, EFAULT, hint_unwritable) {
  const int fd = MemoryFile();
  void* const bad = ReadOnlyAddress();
  CALL_RAW(syscall(SYS_FCNTL, fd, F_GET_RW_HINT, bad));
  CALL_LIBC(fcntl(fd, F_GET_RW_HINT, bad));
}

PROVOKE_OPERATION(fcntl, F_SET_RW_HINT, EFAULT, hint_unreadable) {
  const int fd = MemoryFile();
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_FCNTL, fd, F_SET_RW_HINT, bad));
  CALL_LIBC(fcntl(fd, F_SET_RW_HINT, bad));
}

PROVOKE_OPERATION(fcntl, F_SET_RW_HINT, EINVAL, hint_unknown) {
  const int fd = MemoryFile();
  uint64_t hint = 99;
  WATCH(hint);
  CALL(fcntl(fd, F_SET_RW_HINT, &hint));
}

PROVOKE_OPERATION(fcntl, F_SET_RW_HINT, EPERM, foreign_file) {
  const int fd = ForeignFile(MemoryFile(), "/proc/version");
  uint64_t hint = RWH_WRITE_LIFE_SHORT;
  CALL(fcntl(fd, F_SET_RW_HINT, &hint));
}

PROVOKE_OPERATION(fcntl, F_SET_RW_HINT, EPERM, foreign_file_and_hint_unknown) {
  const int fd = ForeignFile(MemoryFile(), "/proc/version");
  uint64_t hint = 99;
  CALL(fcntl(fd, F_SET_RW_HINT, &hint));
}

PROVOKE_OPERATION(fcntl, F_GET_FILE_RW_HINT, EINVAL, removed) {
  const int fd = MemoryFile();
  uint64_t hint = 0;
  WATCH(hint);
  CALL(fcntl(fd, F_GET_FILE_RW_HINT, &hint));
}

PROVOKE_OPERATION(fcntl, F_SET_FILE_RW_HINT, EINVAL, removed) {
  const int fd = MemoryFile();
  uint64_t hint = RWH_WRITE_LIFE_SHORT;
  WATCH(hint);
  CALL(fcntl(fd, F_SET_FILE_RW_HINT, &hint));
}
