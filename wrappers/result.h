// What every call returns: a value, or why there is none.

#ifndef WRAPPERS_RESULT_H_
#define WRAPPERS_RESULT_H_

#include <functional>
#include <tl/expected.hpp>
#include <type_traits>
#include <utility>

#include "wrappers/error.h"

namespace plumbline {

// Throws SyscallError (wrappers/syscall_error.h).
[[noreturn]] void ThrowSyscallError(const Error& error);

template <typename T>
class Result;

namespace internal {

// What `f` makes of the value; of nothing, if that is void.
template <typename Of, typename F>
constexpr decltype(auto) CallWithValue(Of&& of, F&& f) {
  if constexpr (std::is_void_v<typename std::remove_cvref_t<Of>::value_type>) {
    return std::invoke(std::forward<F>(f));
  } else {
    return std::invoke(std::forward<F>(f), *std::forward<Of>(of));
  }
}

template <typename Of, typename F>
constexpr auto AndThen(Of&& of, F&& f) {
  using Next = std::remove_cvref_t<decltype(CallWithValue(std::forward<Of>(of),
                                                          std::forward<F>(f)))>;
  if (!of.has_value()) return Next(tl::unexpect, of.error());
  return CallWithValue(std::forward<Of>(of), std::forward<F>(f));
}

template <typename Of, typename F>
constexpr auto Map(Of&& of, F&& f) {
  using Value = std::remove_cvref_t<decltype(CallWithValue(
      std::forward<Of>(of), std::forward<F>(f)))>;
  if (!of.has_value()) return Result<Value>(tl::unexpect, of.error());
  if constexpr (std::is_void_v<Value>) {
    CallWithValue(std::forward<Of>(of), std::forward<F>(f));
    return Result<Value>();
  } else {
    return Result<Value>(
        tl::in_place, CallWithValue(std::forward<Of>(of), std::forward<F>(f)));
  }
}

template <typename Of, typename F>
constexpr std::remove_cvref_t<Of> OrElse(Of&& of, F&& f) {
  if (of.has_value()) return std::forward<Of>(of);
  if constexpr (std::is_void_v<std::invoke_result_t<F, const Error&>>) {
    std::invoke(std::forward<F>(f), std::as_const(of).error());
    return std::forward<Of>(of);
  } else {
    return std::invoke(std::forward<F>(f), std::as_const(of).error());
  }
}

}  // namespace internal

// tl::expected, which is std::expected before C++23, but that value() throws
// SyscallError, and that map, and_then and or_else return a Result, and take
// functions that do. What else returns a tl::expected converts to a Result.
//
//   Result<int> raw = EventFd::Create().map([](const EventFd& e) { … });
//   Result<void> added = EventFd::Create().and_then(
//       [](const EventFd& event) { return event.Add(); });
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
  // Not a reference, which would dangle in
  // `for (const EpollEvent& event : epoll.Wait(events, 1s).value())`.
  constexpr T value() && {
    Check();
    return *std::move(*this);
  }

  // What `f` makes of the value, or else the error.
  template <typename F>
  constexpr auto map(F&& f) & {
    return internal::Map(*this, std::forward<F>(f));
  }
  template <typename F>
  constexpr auto map(F&& f) const& {
    return internal::Map(*this, std::forward<F>(f));
  }
  template <typename F>
  constexpr auto map(F&& f) && {
    return internal::Map(std::move(*this), std::forward<F>(f));
  }

  // The Result that `f` returns for the value, or else the error.
  template <typename F>
  constexpr auto and_then(F&& f) & {
    return internal::AndThen(*this, std::forward<F>(f));
  }
  template <typename F>
  constexpr auto and_then(F&& f) const& {
    return internal::AndThen(*this, std::forward<F>(f));
  }
  template <typename F>
  constexpr auto and_then(F&& f) && {
    return internal::AndThen(std::move(*this), std::forward<F>(f));
  }

  // This, or else the Result that `f` returns for the error; this too, if it
  // returns void.
  template <typename F>
  constexpr Result or_else(F&& f) const& {
    return internal::OrElse(*this, std::forward<F>(f));
  }
  template <typename F>
  constexpr Result or_else(F&& f) && {
    return internal::OrElse(std::move(*this), std::forward<F>(f));
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

  // As those of other types; `f` takes nothing.
  template <typename F>
  constexpr auto map(F&& f) const {
    return internal::Map(*this, std::forward<F>(f));
  }
  template <typename F>
  constexpr auto and_then(F&& f) const {
    return internal::AndThen(*this, std::forward<F>(f));
  }
  template <typename F>
  constexpr Result or_else(F&& f) const {
    return internal::OrElse(*this, std::forward<F>(f));
  }
};

}  // namespace plumbline

#endif  // WRAPPERS_RESULT_H_
