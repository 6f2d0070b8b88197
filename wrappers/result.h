// What every call returns: a value, or why there is none.

#ifndef WRAPPERS_RESULT_H_
#define WRAPPERS_RESULT_H_

#include <tl/expected.hpp>
#include <utility>

#include "wrappers/error.h"

namespace plumbline {

// Throws SyscallError (wrappers/syscall_error.h).
[[noreturn]] void ThrowSyscallError(const Error& error);

// tl::expected, which is std::expected before C++23, but that value() throws
// SyscallError. map, and_then and the rest return tl::expected, which converts
// to a Result.
//
// Thread-safety and fork: as the value's.
template <typename T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
  using Base = tl::expected<T, Error>;

 public:
  using Base::Base;
  constexpr Result(const Base& base) : Base(base) {}        // NOLINT: converts
  constexpr Result(Base&& base) : Base(std::move(base)) {}  // NOLINT: converts

  // The value; throws SyscallError if there is none.
  constexpr T& value() & {
    Check();
    return **this;
  }
  constexpr const T& value() const& {
    Check();
    return **this;
  }
  constexpr T&& value() && {
    Check();
    return *std::move(*this);
  }

 private:
  constexpr void Check() const {
    if (!this->has_value()) [[unlikely]]
      ThrowSyscallError(this->error());
  }
};

template <>
class [[nodiscard]] Result<void> : public tl::expected<void, Error> {
  using Base = tl::expected<void, Error>;

 public:
  using Base::Base;
  constexpr Result(const Base& base) : Base(base) {}  // NOLINT: converts

  // Throws SyscallError if the call failed.
  constexpr void value() const {
    if (!has_value()) [[unlikely]]
      ThrowSyscallError(error());
  }
};

}  // namespace plumbline

#endif  // WRAPPERS_RESULT_H_
