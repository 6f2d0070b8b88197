#include "wrappers/syscall_error.h"

#include <cerrno>

namespace plumbline {

SyscallError::SyscallError(const Error& error)
    : std::system_error(error.number(), std::system_category()),
      error_(error),
      text_(error.ToString()) {}

void ThrowSyscallError(const Error& error) {
  // Making the exception allocates.
  const int saved = errno;
  SyscallError thrown(error);
  errno = saved;
  throw thrown;
}

}  // namespace plumbline
