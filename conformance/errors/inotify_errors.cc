// Provocations of inotify_init(2), inotify_add_watch(2) and
// inotify_rm_watch(2).

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "conformance/errors/helpers.h"

namespace {

int Inotify() { return MUST(inotify_init1(0)); }

// A descriptor that is no inotify instance.
int NoInotify() {
  int ends[2];
  MUST(pipe(ends));
  return ends[0];
}

// In a user namespace of its own this process can lower limits for itself
// alone.
void EnterUserNamespace() {
  if (unshare(CLONE_NEWUSER) != 0) SKIP("a user namespace is refused here");
}

// Leaves this user no more of what the file limits.
void LimitToNone(const char* path) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, "0", 1) != 1)
    SKIP("needs a limit of its user namespace to be writable");
  close(fd);
}

// A name of what the descriptor refers to.
struct Path {
  char text[64];
};

Path PathOf(int fd) {
  Path path = {};
  snprintf(path.text, sizeof(path.text), "/proc/self/fd/%d", fd);
  return path;
}

long RawAddWatch(int fd, const void* path, unsigned mask) {
  return syscall(SYS_inotify_add_watch, fd, path, mask);
}

}  // namespace

PROVOKE(inotify_init, EMFILE, no_descriptor) {
  UseUpDescriptors();
  CALL(inotify_init());
}

PROVOKE(inotify_init, EMFILE, no_instance) {
  EnterUserNamespace();
  LimitToNone("/proc/sys/user/max_inotify_instances");
  CALL(inotify_init());
}

PROVOKE(inotify_init1, EINVAL, flags_unknown) {
  CALL(inotify_init1(IN_CLOEXEC | IN_NONBLOCK | 1));
}

PROVOKE(inotify_init1, EINVAL, flags_unknown_and_no_descriptor) {
  UseUpDescriptors();
  CALL(inotify_init1(1));
}

PROVOKE(inotify_init1, EMFILE, no_descriptor) {
  UseUpDescriptors();
  CALL(inotify_init1(0));
}

PROVOKE(inotify_init1, EMFILE, no_instance) {
  EnterUserNamespace();
  LimitToNone("/proc/sys/user/max_inotify_instances");
  CALL(inotify_init1(0));
}

PROVOKE(inotify_add_watch, EACCES, file_unreadable) {
  DropCapabilities();
  const int inotify = Inotify();
  const int file = TemporaryFile();
  MUST(fchmod(file, 0));
  const Path path = PathOf(file);
  CALL(inotify_add_watch(inotify, path.text, IN_ACCESS));
}

PROVOKE(inotify_add_watch, EACCES, directory_closed) {
  DropCapabilities();
  const int inotify = Inotify();
  const char* directory = TemporaryDirectory();
  const int fd = MUST(open(directory, O_RDONLY | O_DIRECTORY));
  MUST(rmdir(directory));
  MUST(fchmod(fd, 0));
  Path path = PathOf(fd);
  strcat(path.text, "/file");
  CALL(inotify_add_watch(inotify, path.text, IN_ACCESS));
}

PROVOKE(inotify_add_watch, EBADF, fd_closed) {
  const int closed = ClosedDescriptor();
  CALL(inotify_add_watch(closed, "/", IN_ACCESS));
}

PROVOKE(inotify_add_watch, EBADF, fd_closed_and_mask_add_and_create) {
  const int closed = ClosedDescriptor();
  CALL(
      inotify_add_watch(closed, "/", IN_ACCESS | IN_MASK_ADD | IN_MASK_CREATE));
}

PROVOKE(inotify_add_watch, EBADF, fd_closed_and_path_unreadable) {
  const int closed = ClosedDescriptor();
  void* const bad = BadAddress();
  CALL_RAW(RawAddWatch(closed, bad, IN_ACCESS));
  CALL_LIBC(inotify_add_watch(closed, static_cast<char*>(bad), IN_ACCESS));
}

PROVOKE(inotify_add_watch, EEXIST, watched_already) {
  const int inotify = Inotify();
  MUST(inotify_add_watch(inotify, "/", IN_ACCESS));
  CALL(inotify_add_watch(inotify, "/", IN_MODIFY | IN_MASK_CREATE));
}

PROVOKE(inotify_add_watch, EFAULT, path_unreadable) {
  const int inotify = Inotify();
  void* const bad = BadAddress();
  CALL_RAW(RawAddWatch(inotify, bad, IN_ACCESS));
  CALL_LIBC(inotify_add_watch(inotify, static_cast<char*>(bad), IN_ACCESS));
}

PROVOKE(inotify_add_watch, EFAULT, path_null) {
  const int inotify = Inotify();
  CALL_RAW(RawAddWatch(inotify, nullptr, IN_ACCESS));
  CALL_LIBC(inotify_add_watch(inotify, nullptr, IN_ACCESS));
}

PROVOKE(inotify_add_watch, EINVAL, mask_zero) {
  const int inotify = Inotify();
  CALL(inotify_add_watch(inotify, "/", 0));
}

PROVOKE(inotify_add_watch, EINVAL, mask_flags_only) {
  const int inotify = Inotify();
  CALL(inotify_add_watch(inotify, "/", IN_ONESHOT));
}

PROVOKE(inotify_add_watch, EINVAL, mask_unknown) {
  const int inotify = Inotify();
  CALL(inotify_add_watch(inotify, "/", IN_ACCESS | 0x1000));
}

PROVOKE(inotify_add_watch, EINVAL, mask_add_and_create) {
  const int inotify = Inotify();
  CALL(inotify_add_watch(inotify, "/",
                         IN_ACCESS | IN_MASK_ADD | IN_MASK_CREATE));
}

PROVOKE(inotify_add_watch, EINVAL, mask_zero_and_fd_closed) {
  const int closed = ClosedDescriptor();
  CALL(inotify_add_watch(closed, "/", 0));
}

PROVOKE(inotify_add_watch, EINVAL, fd_no_inotify) {
  const int no_inotify = NoInotify();
  CALL(inotify_add_watch(no_inotify, "/", IN_ACCESS));
}

PROVOKE(inotify_add_watch, EINVAL, fd_no_inotify_and_path_missing) {
  const int no_inotify = NoInotify();
  CALL(inotify_add_watch(no_inotify, "/no/such/file", IN_ACCESS));
}

PROVOKE(inotify_add_watch, ELOOP, symbolic_links) {
  const int inotify = Inotify();
  // /proc/self and root are one symbolic link each.
  char path[1024] = "";
  for (int i = 0; i < 21; ++i) strcat(path, "/proc/self/root");
  CALL(inotify_add_watch(inotify, path, IN_ACCESS));
}

PROVOKE(inotify_add_watch, ENAMETOOLONG, path_too_long) {
  const int inotify = Inotify();
  char path[PATH_MAX + 1] = "";
  memset(path, '/', PATH_MAX);
  CALL(inotify_add_watch(inotify, path, IN_ACCESS));
}

PROVOKE(inotify_add_watch, ENAMETOOLONG, component_too_long) {
  const int inotify = Inotify();
  char path[NAME_MAX + 3] = "/";
  memset(path + 1, 'x', NAME_MAX + 1);
  CALL(inotify_add_watch(inotify, path, IN_ACCESS));
}

PROVOKE(inotify_add_watch, ENOENT, directory_missing) {
  const int inotify = Inotify();
  CALL(inotify_add_watch(inotify, "/no-such-directory/file", IN_ACCESS));
}

PROVOKE(inotify_add_watch, ENOENT, file_missing) {
  const int inotify = Inotify();
  CALL(inotify_add_watch(inotify, "/no-such-file", IN_ACCESS));
}

PROVOKE(inotify_add_watch, ENOENT, dangling_link) {
  const int inotify = Inotify();
  const char* directory = TemporaryDirectory();
  char link[4200];
  snprintf(link, sizeof(link), "%s/link", directory);
  MUST(symlink("nothing", link));
  CALL(inotify_add_watch(inotify, link, IN_ACCESS));
  unlink(link);
  rmdir(directory);
}

PROVOKE(inotify_add_watch, ENOENT, path_empty) {
  const int inotify = Inotify();
  CALL(inotify_add_watch(inotify, "", IN_ACCESS));
}

PROVOKE(inotify_add_watch, ENOSPC, no_watch) {
  EnterUserNamespace();
  const int inotify = Inotify();
  LimitToNone("/proc/sys/user/max_inotify_watches");
  CALL(inotify_add_watch(inotify, "/", IN_ACCESS));
}

REASON(inotify_add_watch, ENOSPC, no_descriptor) {
  char text[32] = "";
  const int fd = MUST(open("/proc/sys/fs/inotify/max_user_watches", O_RDONLY));
  MUST(read(fd, text, sizeof(text) - 1));
  HOLDS(strtoll(text, nullptr, 10) < INT_MAX);
}

PROVOKE(inotify_add_watch, ENOTDIR, no_directory) {
  const int inotify = Inotify();
  CALL(inotify_add_watch(inotify, "/dev/null", IN_ACCESS | IN_ONLYDIR));
}

PROVOKE(inotify_add_watch, ENOTDIR, prefix_no_directory) {
  const int inotify = Inotify();
  CALL(inotify_add_watch(inotify, "/dev/null/file", IN_ACCESS));
}

PROVOKE(inotify_rm_watch, EBADF, fd_closed) {
  const int inotify = Inotify();
  const int watch = MUST(inotify_add_watch(inotify, "/", IN_ACCESS));
  const int closed = ClosedDescriptor();
  CALL(inotify_rm_watch(closed, watch));
}

PROVOKE(inotify_rm_watch, EBADF, fd_closed_and_wd_unknown) {
  const int closed = ClosedDescriptor();
  CALL(inotify_rm_watch(closed, 1));
}

PROVOKE(inotify_rm_watch, EINVAL, fd_no_inotify) {
  const int no_inotify = NoInotify();
  CALL(inotify_rm_watch(no_inotify, 1));
}

PROVOKE(inotify_rm_watch, EINVAL, wd_unknown) {
  const int inotify = Inotify();
  const int watch = MUST(inotify_add_watch(inotify, "/", IN_ACCESS));
  CALL(inotify_rm_watch(inotify, watch + 1));
}

PROVOKE(inotify_rm_watch, EINVAL, wd_negative) {
  const int inotify = Inotify();
  CALL(inotify_rm_watch(inotify, -1));
}

PROVOKE(inotify_rm_watch, EINVAL, wd_of_another) {
  const int inotify = Inotify();
  const int other = Inotify();
  const int watch = MUST(inotify_add_watch(other, "/", IN_ACCESS));
  CALL(inotify_rm_watch(inotify, watch));
}

PROVOKE(inotify_rm_watch, EINVAL, wd_removed) {
  const int inotify = Inotify();
  const int watch = MUST(inotify_add_watch(inotify, "/", IN_ACCESS));
  MUST(inotify_rm_watch(inotify, watch));
  CALL(inotify_rm_watch(inotify, watch));
}
