// What every call returns: a value, or why there is none.

#ifndef WRAPPERS_RESULT_H_
#define WRAPPERS_RESULT_H_

#include <new>
#include <type_traits>
#include <utility>

#include "wrappers/error.h"

namespace plumbline {

// Throws SyscallError (wrappers/syscall_error.h).
[[noreturn]] void ThrowSyscallError(const Error& error);

template <typename T>
class Result;

namespace internal {

// A value or an error, which is copied as bytes.
template <typename T>
struct TrivialStorage {
  template <typename... Arguments>
  constexpr explicit TrivialStorage(std::in_place_t, Arguments&&... arguments)
      : value(std::forward<Arguments>(arguments)...), has_value(true) {}
  constexpr explicit TrivialStorage(const Error& why)
      : error(why), has_value(false) {}

  union {
    T value;
    Error error;
  };
  bool has_value;
};

// The same of a value that can be moved.
template <typename T>
struct MovableStorage {
  static_assert(std::is_nothrow_move_constructible_v<T>);

  template <typename... Arguments>
  constexpr explicit MovableStorage(std::in_place_t, Arguments&&... arguments)
      : value(std::forward<Arguments>(arguments)...), has_value(true) {}
  constexpr explicit MovableStorage(const Error& why)
      : error(why), has_value(false) {}

  MovableStorage(MovableStorage&& other) noexcept : has_value(other.has_value) {
    if (has_value) {
      new (&value) T(std::move(other.value));
    } else {
      new (&error) Error(other.error);
    }
  }
  MovableStorage& operator=(MovableStorage&& other) noexcept {
    if (this == &other) return *this;
    this->~MovableStorage();
    return *new (this) MovableStorage(std::move(other));
  }
  constexpr ~MovableStorage() {
    if (has_value) value.~T();
  }

  union {
    T value;
    Error error;
  };
  bool has_value;
};

// The same of a value that can be copied too.
template <typename T>
struct CopyableStorage : MovableStorage<T> {
  using MovableStorage<T>::MovableStorage;

  CopyableStorage(const CopyableStorage& other)
      : CopyableStorage(other.has_value
                            ? CopyableStorage(std::in_place, other.value)
                            : CopyableStorage(other.error)) {}
  CopyableStorage& operator=(const CopyableStorage& other) {
    return *this = CopyableStorage(other);
  }
  CopyableStorage(CopyableStorage&&) = default;
  CopyableStorage& operator=(CopyableStorage&&) = default;
};

template <typename T>
using StorageOf = std::conditional_t<
    std::is_trivially_copyable_v<T>, TrivialStorage<T>,
    std::conditional_t<std::is_copy_constructible_v<T>, CopyableStorage<T>,
                       MovableStorage<T>>>;

struct Nothing {};

// What `f` makes of the value; of nothing, if that is void.
template <typename Of, typename F>
constexpr decltype(auto) CallWithValue(Of&& of, F&& f) {
  if constexpr (std::is_void_v<typename std::remove_cvref_t<Of>::value_type>) {
    return std::forward<F>(f)();
  } else {
    return std::forward<F>(f)(*std::forward<Of>(of));
  }
}

template <typename Of, typename F>
constexpr auto AndThen(Of&& of, F&& f) {
  using Next = std::remove_cvref_t<decltype(CallWithValue(std::forward<Of>(of),
                                                          std::forward<F>(f)))>;
  if (!of.has_value()) return Next(of.error());
  return CallWithValue(std::forward<Of>(of), std::forward<F>(f));
}

template <typename Of, typename F>
constexpr auto Transform(Of&& of, F&& f) {
  using Value = std::remove_cvref_t<decltype(CallWithValue(
      std::forward<Of>(of), std::forward<F>(f)))>;
  if (!of.has_value()) return Result<Value>(of.error());
  if constexpr (std::is_void_v<Value>) {
    CallWithValue(std::forward<Of>(of), std::forward<F>(f));
    return Result<Value>();
  } else {
    return Result<Value>(
        std::in_place, CallWithValue(std::forward<Of>(of), std::forward<F>(f)));
  }
}

template <typename Of, typename F>
constexpr std::remove_cvref_t<Of> OrElse(Of&& of, F&& f) {
  if (of.has_value()) return std::forward<Of>(of);
  if constexpr (std::is_void_v<decltype(std::forward<F>(f)(
                    std::as_const(of).error()))>) {
    std::forward<F>(f)(std::as_const(of).error());
    return std::forward<Of>(of);
  } else {
    return std::forward<F>(f)(std::as_const(of).error());
  }
}

}  // namespace internal

// A value, or the error of the call that failed. It has the interface of
// C++23's std::expected, but that an Error becomes a Result by itself, and that
// value() throws SyscallError, and gives what a temporary holds as a value. It
// is not made of a library's expected, which takes longer to compile than all
// else of a facility.
//
//   Result<int> raw = EventFd::Create().transform([](const EventFd& e) { … });
//   Result<void> added = EventFd::Create().and_then(
//       [](const EventFd& event) { return event.Add(); });
//
// Thread-safety and fork: as the value's.
template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  using error_type = Error;

  constexpr Result() requires std::is_default_constructible_v<T>
      : storage_(std::in_place) {}
  template <typename U = T>
  requires(!std::is_same_v<std::remove_cvref_t<U>, Result> &&
           !std::is_same_v<std::remove_cvref_t<U>, Error> &&
           !std::is_same_v<std::remove_cvref_t<U>, std::in_place_t> &&
           std::is_constructible_v<T, U>)  //
      constexpr explicit(!std::is_convertible_v<U, T>)
          Result(U&& value)  // NOLINT: converts
      : storage_(std::in_place, std::forward<U>(value)) {}
  template <typename... Arguments>
  constexpr explicit Result(std::in_place_t, Arguments&&... arguments)
      : storage_(std::in_place, std::forward<Arguments>(arguments)...) {}
  constexpr Result(const Error& error)  // NOLINT: converts
      : storage_(error) {}
  // Of a value that becomes a T: of a pointer to what is not const.
  template <typename U>
  requires std::is_convertible_v<U, T>
  constexpr Result(Result<U> other)  // NOLINT: converts
      : storage_(other ? Storage(std::in_place, *std::move(other))
                       : Storage(other.error())) {}

  constexpr bool has_value() const { return storage_.has_value; }
  constexpr explicit operator bool() const { return has_value(); }
  // Whether there is a value, and it is `value`.
  template <typename U>
  friend constexpr bool operator==(const Result& result, const U& value) {
    return result.has_value() && *result == value;
  }

  // The value, which there must be.
  constexpr T& operator*() & { return storage_.value; }
  constexpr const T& operator*() const& { return storage_.value; }
  constexpr T&& operator*() && { return std::move(storage_.value); }
  constexpr T* operator->() { return &storage_.value; }
  constexpr const T* operator->() const { return &storage_.value; }

  // The error, which there must be.
  constexpr const Error& error() const { return storage_.error; }

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
  // The value, or else `other`.
  template <typename U>
  constexpr T value_or(U&& other) const& {
    return has_value() ? **this : static_cast<T>(std::forward<U>(other));
  }
  template <typename U>
  constexpr T value_or(U&& other) && {
    return has_value() ? *std::move(*this)
                       : static_cast<T>(std::forward<U>(other));
  }

  // What `f` makes of the value, or else the error.
  template <typename F>
  constexpr auto transform(F&& f) & {
    return internal::Transform(*this, std::forward<F>(f));
  }
  template <typename F>
  constexpr auto transform(F&& f) const& {
    return internal::Transform(*this, std::forward<F>(f));
  }
  template <typename F>
  constexpr auto transform(F&& f) && {
    return internal::Transform(std::move(*this), std::forward<F>(f));
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
  using Storage = internal::StorageOf<T>;

  constexpr void Check() const {
    if (!has_value()) [[unlikely]]
      ThrowSyscallError(error());
  }

  Storage storage_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;
  using error_type = Error;

  constexpr Result() : storage_(std::in_place) {}
  constexpr Result(const Error& error)  // NOLINT: converts
      : storage_(error) {}

  constexpr bool has_value() const { return storage_.has_value; }
  constexpr explicit operator bool() const { return has_value(); }
  constexpr const Error& error() const { return storage_.error; }

  // Throws SyscallError if the call failed.
  constexpr void value() const {
    if (!has_value()) [[unlikely]]
      ThrowSyscallError(error());
  }

  // As those of other types; `f` takes nothing.
  template <typename F>
  constexpr auto transform(F&& f) const {
    return internal::Transform(*this, std::forward<F>(f));
  }
  template <typename F>
  constexpr auto and_then(F&& f) const {
    return internal::AndThen(*this, std::forward<F>(f));
  }
  template <typename F>
  constexpr Result or_else(F&& f) const {
    return internal::OrElse(*this, std::forward<F>(f));
  }

 private:
  internal::TrivialStorage<internal::Nothing> storage_;
};

}  // namespace plumbline

#endif  // WRAPPERS_RESULT_H_
