// Provocations of memfd_create(2).

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conformance/errors/helpers.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif
#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

namespace {

// Of the flags, these are the binary logarithm of a page size.
constexpr unsigned PageSize(unsigned logarithm) { return logarithm << 26; }

void NeedHugePages() {
  if (access("/sys/kernel/mm/hugepages", F_OK) != 0)
    SKIP("the kernel has no huge pages");
}

// Goes on in a child process, as the first of a PID namespace of its own.
void EnterPidNamespace() {
  if (unshare(CLONE_NEWPID) != 0) SKIP("needs root, for a PID namespace");
  const pid_t child = MUST(fork());
  if (child == 0) return;
  int status;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  _exit(0);
}

void ForbidExecutable() {
  const int fd = open("/proc/sys/vm/memfd_noexec", O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, "2", 1) != 1)
    SKIP("needs vm.memfd_noexec to be writable");
  close(fd);
}

}  // namespace

PROVOKE(memfd_create, EACCES, executable_forbidden) {
  EnterPidNamespace();
  ForbidExecutable();
  CALL(memfd_create("name", MFD_EXEC));
}

PROVOKE(memfd_create, EFAULT, name_unreadable) {
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_memfd_create, bad, 0));
  CALL_LIBC(memfd_create(static_cast<char*>(bad), 0));
}

PROVOKE(memfd_create, EFAULT, name_null) {
  CALL_RAW(syscall(SYS_memfd_create, nullptr, 0));
  CALL_LIBC(memfd_create(nullptr, 0));
}

PROVOKE(memfd_create, EFAULT, name_unreadable_and_no_descriptor) {
  UseUpDescriptors();
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_memfd_create, bad, 0));
  CALL_LIBC(memfd_create(static_cast<char*>(bad), 0));
}

PROVOKE(memfd_create, EINVAL, flags_unknown) {
  CALL(memfd_create("name", MFD_CLOEXEC | 0x8000));
}

PROVOKE(memfd_create, EINVAL, flags_unknown_and_name_unreadable) {
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_memfd_create, bad, 0x8000));
  CALL_LIBC(memfd_create(static_cast<char*>(bad), 0x8000));
}

PROVOKE(memfd_create, EINVAL, name_too_long) {
  char name[251] = "";
  memset(name, 'x', 250);
  CALL(memfd_create(name, 0));
}

PROVOKE(memfd_create, EINVAL, huge_and_sealing) {
  NeedHugePages();
  CALL(memfd_create("name", MFD_HUGETLB | MFD_ALLOW_SEALING));
}

PROVOKE(memfd_create, EINVAL, exec_and_noexec) {
  CALL(memfd_create("name", MFD_EXEC | MFD_NOEXEC_SEAL));
}

PROVOKE(memfd_create, EINVAL, page_size_without_huge) {
  CALL(memfd_create("name", PageSize(21)));
}

PROVOKE(memfd_create, EMFILE, no_descriptor) {
  UseUpDescriptors();
  CALL(memfd_create("name", 0));
}

PROVOKE(memfd_create, ENODEV, page_size_unknown) {
  NeedHugePages();
  CALL(memfd_create("name", MFD_HUGETLB | PageSize(1)));
}

PROVOKE(memfd_create, EPERM, huge_unprivileged) {
  NeedHugePages();
  DropCapabilities();
  CALL(memfd_create("name", MFD_HUGETLB));
}
