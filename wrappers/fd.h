// Descriptors as types: who closes one, and who only uses it.

#ifndef WRAPPERS_FD_H_
#define WRAPPERS_FD_H_

#include <unistd.h>

#include <utility>

#include "wrappers/result.h"

namespace plumbline {

// A descriptor that somebody else closes, who must outlive it. Cheap to copy.
//
// Thread-safety and fork: a value; the descriptor is the process's, and a child
// has it too.
class BorrowedFd {
 public:
  // None: -1, with which every call fails with EBADF.
  constexpr BorrowedFd() = default;

  // A number that is known to be open, such as STDIN_FILENO.
  static constexpr BorrowedFd FromRaw(int raw) {
    BorrowedFd fd;
    fd.raw_ = raw;
    return fd;
  }
  constexpr int raw() const { return raw_; }

  friend constexpr bool operator==(BorrowedFd, BorrowedFd) = default;
  // A number is compared with raw().
  friend bool operator==(BorrowedFd, int) = delete;

 private:
  int raw_ = -1;
};

// A descriptor that is closed once, by this. Move-only; what was moved from is
// closed.
//
// Thread-safety: as an int's: const members from any thread, others by one at a
// time. Fork: the child has the descriptor too, and closes its own.
class [[nodiscard]] OwnedFd {
 public:
  // Closed.
  constexpr OwnedFd() = default;

  // Takes what nobody else will close. A negative number is a closed one.
  static constexpr OwnedFd Adopt(int raw) {
    OwnedFd fd;
    fd.raw_ = raw < 0 ? -1 : raw;
    return fd;
  }

  constexpr OwnedFd(OwnedFd&& other) noexcept
      : raw_(std::exchange(other.raw_, -1)) {}
  constexpr OwnedFd& operator=(OwnedFd&& other) noexcept {
    OwnedFd(std::move(other)).Swap(*this);
    return *this;
  }
  OwnedFd(const OwnedFd&) = delete;
  OwnedFd& operator=(const OwnedFd&) = delete;
  // close(2), if it is open. An error is lost: where it matters (a file that
  // was written to), call Close. errno is preserved.
  constexpr ~OwnedFd() {
    if (raw_ >= 0) Discard();
  }

  constexpr bool is_open() const { return raw_ >= 0; }
  // -1 if it is closed.
  constexpr int raw() const { return raw_; }
  constexpr BorrowedFd borrow() const { return BorrowedFd::FromRaw(raw_); }
  constexpr operator BorrowedFd() const { return borrow(); }  // NOLINT

  // close(2): whatever it returns, the descriptor is gone, on Linux also with
  // EINTR, and this is closed; it is never retried. Fails with EBADF if it was
  // closed before, or somebody else closed the descriptor, and with EIO, ENOSPC
  // and EDQUOT if what was written is lost.
  Result<void> Close() {
    const int raw = std::exchange(raw_, -1);
    if (::close(raw) != 0) [[unlikely]]
      return internal::Failed("close", raw);
    return {};
  }

  // The number, which the caller is to close now; -1 if it is closed.
  [[nodiscard]] constexpr int Release() { return std::exchange(raw_, -1); }

  constexpr void Swap(OwnedFd& other) noexcept { std::swap(raw_, other.raw_); }

  // A number is compared with raw(); two owners never have the same.
  friend bool operator==(const OwnedFd&, int) = delete;

 private:
  void Discard() noexcept {
    const int saved = errno;
    ::close(raw_);
    errno = saved;
  }

  int raw_ = -1;
};

// What the facilities that are a descriptor have in common.
//
// Thread-safety and fork: as OwnedFd's.
class FdOwner {
 public:
  constexpr bool is_open() const { return fd_.is_open(); }
  // To use while this lives; none if it is closed.
  constexpr BorrowedFd fd() const { return fd_.borrow(); }
  constexpr operator BorrowedFd() const { return fd(); }  // NOLINT: borrows

  // close(2): as OwnedFd::Close. Every later call fails with EBADF.
  Result<void> Close() { return fd_.Close(); }

  // The descriptor; this is closed then.
  [[nodiscard]] constexpr OwnedFd Release() { return std::move(fd_); }

 protected:
  constexpr FdOwner() = default;
  constexpr explicit FdOwner(OwnedFd fd) : fd_(std::move(fd)) {}

  constexpr int raw() const { return fd_.raw(); }

 private:
  OwnedFd fd_;
};

}  // namespace plumbline

#endif  // WRAPPERS_FD_H_
