// The throwing face: what Result's value() throws.

#ifndef WRAPPERS_SYSCALL_ERROR_H_
#define WRAPPERS_SYSCALL_ERROR_H_

#include <stdexcept>
#include <system_error>

#include "wrappers/error.h"

namespace plumbline {

// A failed call as an exception; code() is its errno in std::system_category(),
// and what() is Error::ToString().
//
// Thread-safety and fork: as std::system_error.
class SyscallError : public std::system_error {
 public:
  explicit SyscallError(const Error& error);

  const Error& error() const noexcept { return error_; }
  const char* what() const noexcept override { return text_.what(); }

 private:
  Error error_;
  std::runtime_error text_;  // copying an exception must not throw
};

}  // namespace plumbline

#endif  // WRAPPERS_SYSCALL_ERROR_H_
