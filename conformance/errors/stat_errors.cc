// Provocations of stat(2) and statx(2).

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "conformance/errors/helpers.h"

namespace {

// The system call that fstat makes, or made before statx.
long RawFstat(int fd, void* statbuf) {
#if defined SYS_fstat64 && __SIZEOF_LONG__ == 4
  return syscall(SYS_fstat64, fd, statbuf);
#elif defined SYS_fstat
  return syscall(SYS_fstat, fd, statbuf);
#else
  return syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, statbuf);
#endif
}

// A directory that can be searched by no one but root, with no name any more.
int ForbiddenDirectory() {
  const char* folder = getenv("TEST_TMPDIR");
  char path[4096];
  snprintf(path, sizeof(path), "%s/plumbline-XXXXXX",
           folder != nullptr ? folder : "/tmp");
  MUST(mkdtemp(path));
  const int dirfd = MUST(open(path, O_RDONLY | O_DIRECTORY));
  MUST(fchmod(dirfd, 0));
  MUST(rmdir(path));
  return dirfd;
}

// Makes a symbolic link of that target; its path is written to `link`.
void MakeLink(const char* target, char (&link)[4096]) {
  const char* folder = getenv("TEST_TMPDIR");
  static int count = 0;
  snprintf(link, sizeof(link), "%s/plumbline-%d-%d",
           folder != nullptr ? folder : "/tmp", getpid(), count++);
  unlink(link);
  MUST(symlink(target != nullptr ? target : link, link));
}

}  // namespace

PROVOKE(fstat, EBADF, fd_closed) {
  struct stat buffer = {};
  WATCH(buffer);
  CALL(fstat(ClosedDescriptor(), &buffer));
}

PROVOKE(fstat, EBADF, fd_negative) {
  struct stat buffer = {};
  WATCH(buffer);
  CALL(fstat(AT_FDCWD, &buffer));
}

PROVOKE(fstat, EBADF, fd_closed_and_statbuf_bad) {
  struct stat* const bad = static_cast<struct stat*>(BadAddress());
  CALL(fstat(ClosedDescriptor(), bad));
}

PROVOKE(fstat, EFAULT, statbuf_unwritable) {
  const int fd = MUST(open("/dev/null", O_RDONLY));
  void* const bad = BadAddress();
  CALL_RAW(RawFstat(fd, bad));
  CALL_LIBC(fstat(fd, static_cast<struct stat*>(bad)));
}

// It works where there is no path that could be looked up.
REASON(fstat, ENOMEM, no_memory) {
  const int fd = TemporaryFile();
  struct stat buffer = {};
  HOLDS(fstat(fd, &buffer) == 0 && buffer.st_nlink == 0);
}

PROVOKE(fstat, EOVERFLOW, size_over_off_t) {
  const int fd = MUST(memfd_create("large", 0));
  MUST(ftruncate64(fd, 3LL << 30));
  struct stat buffer = {};
  WATCH(buffer);
  CALL(fstat(fd, &buffer));
}

PROVOKE(statx, EACCES, no_search_permission) {
  struct statx buffer = {};
  WATCH(buffer);
  const int dirfd = ForbiddenDirectory();
  DropCapabilities();
  CALL(statx(dirfd, "name", 0, STATX_BASIC_STATS, &buffer));
}

PROVOKE(statx, EBADF, dirfd_closed) {
  struct statx buffer = {};
  WATCH(buffer);
  CALL(statx(ClosedDescriptor(), "name", 0, STATX_BASIC_STATS, &buffer));
}

PROVOKE(statx, EBADF, dirfd_closed_and_no_path) {
  struct statx buffer = {};
  WATCH(buffer);
  CALL(
      statx(ClosedDescriptor(), "", AT_EMPTY_PATH, STATX_BASIC_STATS, &buffer));
}

PROVOKE(statx, EBADF, dirfd_closed_and_buffer_bad) {
  struct statx* const bad = static_cast<struct statx*>(BadAddress());
  CALL(statx(ClosedDescriptor(), "name", 0, STATX_BASIC_STATS, bad));
}

PROVOKE(statx, EFAULT, path_unreadable) {
  struct statx buffer = {};
  WATCH(buffer);
  const char* const bad = static_cast<const char*>(BadAddress());
  CALL_RAW(syscall(SYS_statx, AT_FDCWD, bad, 0, STATX_BASIC_STATS, &buffer));
  CALL_LIBC(statx(AT_FDCWD, bad, 0, STATX_BASIC_STATS, &buffer));
}

PROVOKE(statx, EFAULT, path_null) {
  struct statx buffer = {};
  WATCH(buffer);
  const char* volatile path = nullptr;  // unseen by the compiler
  CALL_RAW(syscall(SYS_statx, AT_FDCWD, path, 0, STATX_BASIC_STATS, &buffer));
  CALL_LIBC(statx(AT_FDCWD, path, 0, STATX_BASIC_STATS, &buffer));
}

PROVOKE(statx, EFAULT, path_null_empty) {
  struct statx buffer = {};
  WATCH(buffer);
  const char* volatile path = nullptr;  // unseen by the compiler
  CALL_RAW(syscall(SYS_statx, AT_FDCWD, path, AT_EMPTY_PATH, STATX_BASIC_STATS,
                   &buffer));
  CALL_LIBC(statx(AT_FDCWD, path, AT_EMPTY_PATH, STATX_BASIC_STATS, &buffer));
}

PROVOKE(statx, EFAULT, statxbuf_unwritable) {
  struct statx* const bad = static_cast<struct statx*>(BadAddress());
  CALL_RAW(syscall(SYS_statx, AT_FDCWD, "/", 0, STATX_BASIC_STATS, bad));
  CALL_LIBC(statx(AT_FDCWD, "/", 0, STATX_BASIC_STATS, bad));
}

PROVOKE(statx, EINVAL, flags_unknown) {
  struct statx buffer = {};
  WATCH(buffer);
  CALL(statx(AT_FDCWD, "/", 1 << 30, STATX_BASIC_STATS, &buffer));
}

PROVOKE(statx, EINVAL, both_sync_types) {
  struct statx buffer = {};
  WATCH(buffer);
  const int both = AT_STATX_FORCE_SYNC | AT_STATX_DONT_SYNC;
  CALL(statx(AT_FDCWD, "/", both, STATX_BASIC_STATS, &buffer));
}

PROVOKE(statx, EINVAL, mask_reserved) {
  struct statx buffer = {};
  WATCH(buffer);
  CALL(statx(AT_FDCWD, "/", 0, STATX__RESERVED, &buffer));
}

PROVOKE(statx, EINVAL, flags_unknown_and_dirfd_closed) {
  struct statx buffer = {};
  WATCH(buffer);
  CALL(statx(ClosedDescriptor(), "name", 1 << 30, STATX_BASIC_STATS, &buffer));
}

PROVOKE(statx, EINVAL, mask_reserved_and_statxbuf_bad) {
  struct statx* const bad = static_cast<struct statx*>(BadAddress());
  CALL(statx(AT_FDCWD, "/", 0, STATX__RESERVED, bad));
}

PROVOKE(statx, ELOOP, too_many_links) {
  struct statx buffer = {};
  WATCH(buffer);
  // Each "/proc/self/root" leads over two links, back to where it began.
  char path[1024] = "";
  for (int i = 0; i < 21; ++i) strcat(path, "/proc/self/root");
  CALL(statx(AT_FDCWD, path, 0, STATX_BASIC_STATS, &buffer));
}

PROVOKE(statx, ELOOP, link_to_itself) {
  struct statx buffer = {};
  WATCH(buffer);
  char link[4096];
  MakeLink(nullptr, link);
  CALL(statx(AT_FDCWD, link, 0, STATX_BASIC_STATS, &buffer));
  unlink(link);
}

PROVOKE(statx, ENAMETOOLONG, path_too_long) {
  struct statx buffer = {};
  WATCH(buffer);
  char path[PATH_MAX + 1] = "";
  memset(path, '/', PATH_MAX);
  CALL(statx(AT_FDCWD, path, 0, STATX_BASIC_STATS, &buffer));
}

PROVOKE(statx, ENAMETOOLONG, name_too_long) {
  struct statx buffer = {};
  WATCH(buffer);
  char name[NAME_MAX + 2] = "";
  memset(name, 'x', NAME_MAX + 1);
  CALL(statx(AT_FDCWD, name, 0, STATX_BASIC_STATS, &buffer));
}

PROVOKE(statx, ENOENT, no_such_file) {
  struct statx buffer = {};
  WATCH(buffer);
  CALL(statx(AT_FDCWD, "/proc/self/no such file", 0, STATX_BASIC_STATS,
             &buffer));
}

PROVOKE(statx, ENOENT, no_such_directory) {
  struct statx buffer = {};
  WATCH(buffer);
  CALL(statx(AT_FDCWD, "/proc/self/no such directory/name", 0,
             STATX_BASIC_STATS, &buffer));
}

PROVOKE(statx, ENOENT, dangling_link) {
  struct statx buffer = {};
  WATCH(buffer);
  char link[4096];
  MakeLink("/proc/self/no such file", link);
  CALL(statx(AT_FDCWD, link, 0, STATX_BASIC_STATS, &buffer));
  unlink(link);
}

PROVOKE(statx, ENOENT, path_empty) {
  struct statx buffer = {};
  WATCH(buffer);
  CALL(statx(AT_FDCWD, "", 0, STATX_BASIC_STATS, &buffer));
}

PROVOKE(statx, ENOENT, path_empty_and_dirfd_closed) {
  struct statx buffer = {};
  WATCH(buffer);
  CALL(statx(ClosedDescriptor(), "", 0, STATX_BASIC_STATS, &buffer));
}

PROVOKE(statx, ENOTDIR, file_on_the_way) {
  struct statx buffer = {};
  WATCH(buffer);
  CALL(statx(AT_FDCWD, "/dev/null/name", 0, STATX_BASIC_STATS, &buffer));
}

PROVOKE(statx, ENOTDIR, dirfd_no_directory) {
  struct statx buffer = {};
  WATCH(buffer);
  const int fd = MUST(open("/dev/null", O_RDONLY));
  CALL(statx(fd, "name", 0, STATX_BASIC_STATS, &buffer));
}
