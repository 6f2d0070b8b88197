// Why a call failed: the function, the error number, the arguments, and what
// the manual says of it.

#ifndef WRAPPERS_ERROR_H_
#define WRAPPERS_ERROR_H_

#include <errno.h>
#include <signal.h>
#include <time.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "wrappers/argument_kind.h"

struct epoll_event;
struct iovec;
struct pollfd;
struct timeval;

namespace plumbline {

class BorrowedFd;

namespace internal {
class ArgumentPacker;
}  // namespace internal

// A failed call. A plain value of 64 bytes: making, copying and comparing one
// allocates nothing; only what returns a string does. errno is left as the call
// left it, by whatever is done with an Error.
//
// Thread-safety and fork: a value.
class [[nodiscard]] Error {
 public:
  // "epoll_ctl"
  std::string_view function() const { return function_; }
  // EEXIST; as errno was.
  int number() const { return number_; }
  friend bool operator==(const Error& error, int number) {
    return error.number_ == number;
  }

  // "EEXIST"; "E9999" if there is no name for it.
  std::string name() const;
  // "4, EPOLL_CTL_ADD, 5, {events=EPOLLIN, data=0x5}": as strace prints them,
  // but a real-time signal by the name that programs have for it, "RTMIN+1". Of
  // what is long the start, then "...".
  std::string arguments() const;
  // When the function fails so, as declared for it: "op is EPOLL_CTL_ADD, and
  // fd is in the interest list already". Several conditions are separated by
  // "; or ". Those of another operation of epoll_ctl, fcntl or prctl are left
  // out. If none is declared, says so and gives strerror(3)'s text. Where the
  // library itself refused, why it did.
  std::string explanation() const;
  // Whether the function is declared to fail with this number, or the library
  // itself refused.
  bool documented() const;
  // "epoll_ctl(4, EPOLL_CTL_ADD, 5, {events=EPOLLIN, data=0x5}) = EEXIST (File
  // exists): op is EPOLL_CTL_ADD, and fd is in the interest list already"
  std::string ToString() const;

 private:
  friend class internal::ArgumentPacker;
  static constexpr std::size_t kCapacity =
      64 - sizeof(const char*) - sizeof(int) - 1;

  // What argument::Reason said; nullptr if nothing did.
  const char* reason() const;

  const char* function_ = "";
  int number_ = 0;
  std::uint8_t size_ = 0;  // of arguments_
  unsigned char arguments_[kCapacity] = {};
};
static_assert(sizeof(Error) == 64);
static_assert(std::is_trivially_copyable_v<Error>);

// How a wrapper hands its arguments to the error that it returns.
namespace argument {

// No argument: why the library itself refused, before any call of the C
// library. A string that lives for ever; to be given first.
struct Reason {
  const char* text;
};
// Printed in hexadecimal.
struct Hex {
  unsigned value;
};
// A string or bytes; as many as fit are kept.
struct Text {
  const void* data;
  std::size_t size;
};
// A signal's number.
struct Signal {
  int number;
};
// Sets of signals; null is possible.
struct SignalSet {
  const sigset_t* set;
};
struct SignalAction {
  const struct sigaction* action;
};
struct EpollEvent {
  const epoll_event* event;
};
// The thread is SIGEV_THREAD_ID's.
struct Sigevent {
  const sigevent* event;
  pid_t thread;
};
// The first few are kept, as many as `most`.
struct PollFds {
  const pollfd* fds;
  std::size_t count;
  std::size_t most = 4;
};
// An fd_set of `count` descriptors, of which the first few are kept, as many as
// `most`; null is possible.
struct FdSet {
  const void* set;
  int count;
  std::size_t most = 3;
};
// Buffers. What they hold is not kept: it may be secret, or unreadable. The
// first few are kept, as many as `most`.
struct Iovecs {
  const iovec* iovecs;
  std::size_t count;
  std::size_t most = 2;
};
// An offset that a call reads and changes; null is possible.
struct Offset {
  const std::int64_t* offset;
};
// The two descriptors that pipe2 and socketpair fill in.
struct Fds {
  const int* fds;
};

}  // namespace argument

namespace internal {

// Writes an Error. Arguments that don't fit are left out, and the last one says
// so.
class ArgumentPacker {
 public:
  ArgumentPacker(const char* function, int number) {
    error_.function_ = function;
    error_.number_ = number;
  }
  const Error& error() const { return error_; }

  void Add(std::nullptr_t);
  void Add(const void* pointer);
  void Add(const char* text);
  void Add(bool value);
  void Add(int value);
  void Add(unsigned value);
  void Add(long value);
  void Add(unsigned long value);
  void Add(long long value);
  void Add(unsigned long long value);
  void Add(const timespec& time);
  void Add(const timespec* time);
  void Add(const itimerspec& time);
  void Add(const itimerspec* time);
  void Add(const timeval* time);
  void Add(argument::Reason reason);
  void Add(argument::Hex value);
  void Add(argument::Text text);
  void Add(argument::Signal signal);
  void Add(argument::SignalSet set);
  void Add(argument::SignalAction action);
  void Add(argument::EpollEvent event);
  void Add(argument::Sigevent event);
  void Add(argument::PollFds fds);
  void Add(argument::FdSet set);
  void Add(argument::Iovecs iovecs);
  void Add(argument::Offset offset);
  void Add(argument::Fds fds);

  // A descriptor.
  template <typename Fd>
  requires std::is_same_v<Fd, BorrowedFd>
  void Add(Fd fd) { Add(fd.raw()); }

  // Flags and enumerations of wrappers/constants.toml.
  template <typename Constant>
  requires(kKindOf<Constant> !=
           ArgumentKind::kNull) void Add(Constant constant) {
    if constexpr (std::is_enum_v<Constant>) {
      AddConstant(kKindOf<Constant>, static_cast<std::uint32_t>(constant));
    } else {
      AddConstant(kKindOf<Constant>,
                  static_cast<std::uint32_t>(constant.bits()));
    }
  }

 private:
  void AddConstant(ArgumentKind kind, std::uint32_t value);
  // False if there is no room.
  bool Put(ArgumentKind kind, const void* data, std::size_t size);
  std::size_t Room() const { return Error::kCapacity - error_.size_; }

  Error error_;
};

// What a wrapper returns if the call said that errno tells why. `function` must
// live for ever.
template <typename... Arguments>
[[gnu::cold, gnu::noinline]] Error Failed(const char* function,
                                          const Arguments&... arguments) {
  ArgumentPacker packer(function, errno);
  (packer.Add(arguments), ...);
  return packer.error();
}

// The same of calls that return the error number, such as pthread_sigmask.
template <typename... Arguments>
[[gnu::cold, gnu::noinline]] Error FailedWith(int number, const char* function,
                                              const Arguments&... arguments) {
  ArgumentPacker packer(function, number);
  (packer.Add(arguments), ...);
  return packer.error();
}

}  // namespace internal
}  // namespace plumbline

#endif  // WRAPPERS_ERROR_H_
