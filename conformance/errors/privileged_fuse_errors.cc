// Provocations by a file system that fails, whose server is here.

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "conformance/errors/privileged.h"

namespace {

bool IsOpen(int fd) { return fcntl(fd, F_GETFD) != -1; }

}  // namespace

PROVOKE(close, EIO, file_system_io_error) {
  const int fd = FailingFile(FUSE_FLUSH, EIO);
  CALL(close(fd));
  EFFECT(!IsOpen(fd));
}

PROVOKE(close, ENOSPC, file_system_no_space) {
  const int fd = FailingFile(FUSE_FLUSH, ENOSPC);
  CALL(close(fd));
  EFFECT(!IsOpen(fd));
}

PROVOKE(close, EDQUOT, file_system_no_quota) {
  const int fd = FailingFile(FUSE_FLUSH, EDQUOT);
  CALL(close(fd));
  EFFECT(!IsOpen(fd));
}

PROVOKE(close, EINTR, file_system_interrupted) {
  const int fd = FailingFile(FUSE_FLUSH, EINTR);
  InterruptSoon();
  CALL(close(fd));
  EFFECT(!IsOpen(fd));
}

PROVOKE(read, EIO, file_system_io_error) {
  const int fd = FailingFile(FUSE_READ, EIO);
  char byte = 0;
  WATCH(byte);
  CALL(read(fd, &byte, 1));
}

PROVOKE(write, EIO, file_system_io_error) {
  const int fd = FailingFile(FUSE_WRITE, EIO);
  CALL(write(fd, "x", 1));
}

PROVOKE(write, ENOSPC, file_system_no_space) {
  const int fd = FailingFile(FUSE_WRITE, ENOSPC);
  CALL(write(fd, "x", 1));
}

PROVOKE(write, EDQUOT, file_system_no_quota) {
  const int fd = FailingFile(FUSE_WRITE, EDQUOT);
  CALL(write(fd, "x", 1));
}

PROVOKE(writev, EDQUOT, file_system_no_quota) {
  const int fd = FailingFile(FUSE_WRITE, EDQUOT);
  char byte = 'x';
  const iovec part = {&byte, 1};
  CALL(writev(fd, &part, 1));
}

PROVOKE(fstat, EIO, file_system_io_error) {
  const int fd = FailingFile(FUSE_GETATTR, EIO);
  struct stat status = {};
  WATCH(status);
  CALL(fstat(fd, &status));
}

PROVOKE(fstat, EINTR, file_system_interrupted) {
  const int fd = FailingFile(FUSE_GETATTR, EINTR);
  struct stat status = {};
  WATCH(status);
  InterruptSoon();
  CALL(fstat(fd, &status));
}

PROVOKE(statx, EIO, file_system_io_error) {
  const int fd = FailingFile(FUSE_GETATTR, EIO);
  struct statx status = {};
  WATCH(status);
  CALL(statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &status));
}

PROVOKE(statx, EINTR, file_system_interrupted) {
  const int fd = FailingFile(FUSE_GETATTR, EINTR);
  struct statx status = {};
  WATCH(status);
  InterruptSoon();
  CALL(statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &status));
}

PROVOKE_OPERATION(fcntl, F_GETLK, EINTR, file_system_interrupted) {
  const int fd = FailingFile(FUSE_GETLK, EINTR);
  struct flock lock = WholeFile();
  WATCH(lock);
  InterruptSoon();
  CALL(fcntl(fd, F_GETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_GETLK, ENOLCK, file_system_no_locks) {
  const int fd = FailingFile(FUSE_GETLK, ENOLCK);
  struct flock lock = WholeFile();
  WATCH(lock);
  CALL(fcntl(fd, F_GETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_SETLK, EINTR, file_system_interrupted) {
  const int fd = FailingFile(FUSE_SETLK, EINTR);
  struct flock lock = WholeFile();
  WATCH(lock);
  InterruptSoon();
  CALL(fcntl(fd, F_SETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_SETLK, ENOLCK, file_system_no_locks) {
  const int fd = FailingFile(FUSE_SETLK, ENOLCK);
  struct flock lock = WholeFile();
  WATCH(lock);
  CALL(fcntl(fd, F_SETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_SETLKW, ENOLCK, file_system_no_locks) {
  const int fd = FailingFile(FUSE_SETLKW, ENOLCK);
  struct flock lock = WholeFile();
  WATCH(lock);
  CALL(fcntl(fd, F_SETLKW, &lock));
}

PROVOKE_OPERATION(fcntl, F_OFD_GETLK, EINTR, file_system_interrupted) {
  const int fd = FailingFile(FUSE_GETLK, EINTR);
  struct flock lock = WholeFile();
  WATCH(lock);
  InterruptSoon();
  CALL(fcntl(fd, F_OFD_GETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_OFD_GETLK, ENOLCK, file_system_no_locks) {
  const int fd = FailingFile(FUSE_GETLK, ENOLCK);
  struct flock lock = WholeFile();
  WATCH(lock);
  CALL(fcntl(fd, F_OFD_GETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_OFD_SETLK, EINTR, file_system_interrupted) {
  const int fd = FailingFile(FUSE_SETLK, EINTR);
  struct flock lock = WholeFile();
  WATCH(lock);
  InterruptSoon();
  CALL(fcntl(fd, F_OFD_SETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_OFD_SETLK, ENOLCK, file_system_no_locks) {
  const int fd = FailingFile(FUSE_SETLK, ENOLCK);
  struct flock lock = WholeFile();
  WATCH(lock);
  CALL(fcntl(fd, F_OFD_SETLK, &lock));
}

PROVOKE_OPERATION(fcntl, F_OFD_SETLKW, ENOLCK, file_system_no_locks) {
  const int fd = FailingFile(FUSE_SETLKW, ENOLCK);
  struct flock lock = WholeFile();
  WATCH(lock);
  CALL(fcntl(fd, F_OFD_SETLKW, &lock));
}
