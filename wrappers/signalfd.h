// Signals that are read from a descriptor: signalfd(2).

#ifndef WRAPPERS_SIGNALFD_H_
#define WRAPPERS_SIGNALFD_H_

#include <sys/signalfd.h>
#include <sys/types.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

#include "wrappers/fd.h"
#include "wrappers/poll_constants.h"
#include "wrappers/result.h"
#include "wrappers/signal_set.h"
#include "wrappers/signalfd_constants.h"

namespace plumbline {

// A signal as it was read: a signalfd_siginfo, whose fields are as those of
// siginfo_t in sigaction(2). Which of them mean something is told by signal()
// and code(); the others are 0. Indeterminate until a Read filled it in.
//
// Thread-safety and fork: a value.
class SignalInfo {
 public:
  SignalInfo() = default;
  // As the C library has it.
  constexpr explicit SignalInfo(const signalfd_siginfo& raw) : raw_(raw) {}
  // For the wrappers of calls that fill it in.
  explicit SignalInfo(internal::Uninitialized) {}

  // SIGINT.
  constexpr int signal() const { return static_cast<int>(raw_.ssi_signo); }
  // Where it comes from: SI_USER, SI_QUEUE, SI_TIMER … of any signal, or
  // CLD_EXITED … of the signal's own.
  constexpr int code() const { return raw_.ssi_code; }
  // An errno; Linux leaves it 0, mostly.
  constexpr int error() const { return raw_.ssi_errno; }

  // Of kill(2), sigqueue(3) and SIGCHLD: the sender, or the child, and its real
  // user. 0 if the sender is in another namespace of processes.
  constexpr pid_t pid() const { return static_cast<pid_t>(raw_.ssi_pid); }
  constexpr uid_t uid() const { return raw_.ssi_uid; }

  // Of sigqueue(3), and of timers and other things that have a sigval: the
  // value, which is a number or a pointer.
  constexpr int value_int() const { return raw_.ssi_int; }
  void* value_pointer() const { return Pointer(raw_.ssi_ptr); }

  // Of SIGCHLD: the exit status, or the signal that ended, stopped or continued
  // the child, as code() says; and the processor time that it took, to the
  // kernel's clock tick (of 10 ms, nearly everywhere), rounded down.
  constexpr int status() const { return raw_.ssi_status; }
  std::chrono::nanoseconds user_time() const { return Time(raw_.ssi_utime); }
  std::chrono::nanoseconds system_time() const { return Time(raw_.ssi_stime); }

  // Of POSIX timers: the kernel's number of the timer, which is not a timer_t;
  // and how often it expired beside this signal.
  constexpr int timer_id() const { return static_cast<int>(raw_.ssi_tid); }
  constexpr int overrun() const { return static_cast<int>(raw_.ssi_overrun); }

  // Of SIGIO (and what F_SETSIG of fcntl(2) set instead): the descriptor, and
  // its events. It may have been closed since.
  constexpr BorrowedFd fd() const { return BorrowedFd::FromRaw(raw_.ssi_fd); }
  constexpr PollEvents band() const {
    return PollEvents::FromBits(static_cast<PollEvents::Bits>(raw_.ssi_band));
  }

  // Of faults: the address; of SIGBUS, the lowest bit of it that means
  // something; and, on some architectures, the number of the trap.
  void* address() const { return Pointer(raw_.ssi_addr); }
  constexpr int address_lsb() const { return raw_.ssi_addr_lsb; }
  constexpr int trap_number() const {
    return static_cast<int>(raw_.ssi_trapno);
  }

  // Of SIGSYS: the system call that seccomp(2) refused, where it was called,
  // and the AUDIT_ARCH_* that it was called by.
  constexpr int syscall() const { return raw_.ssi_syscall; }
  void* call_address() const { return Pointer(raw_.ssi_call_addr); }
  constexpr std::uint32_t arch() const { return raw_.ssi_arch; }

  // As the C library has it.
  constexpr const signalfd_siginfo& raw() const { return raw_; }

 private:
  static void* Pointer(std::uint64_t value) {
    return reinterpret_cast<void*>(static_cast<std::uintptr_t>(value));
  }
  static std::chrono::nanoseconds Time(std::uint64_t ticks) {
    const auto per_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
    return std::chrono::seconds(ticks / per_second) +
           std::chrono::nanoseconds(ticks % per_second * 1'000'000'000 /
                                    per_second);
  }

  signalfd_siginfo raw_;
};
// An array of these is one of those.
static_assert(sizeof(SignalInfo) == 128);
static_assert(sizeof(SignalInfo) == sizeof(signalfd_siginfo));
static_assert(alignof(SignalInfo) == alignof(signalfd_siginfo));
static_assert(std::is_standard_layout_v<SignalInfo>);
static_assert(std::is_trivially_copyable_v<SignalInfo>);

// A signalfd: takes the pending signals of a set, before a handler does. Block
// them first (signal_mask.h), in all threads: what is not blocked goes to its
// handler, or ends the process. It is readable while one of them is pending.
//
// Thread-safety: all may be called from any threads at once, except that Close
// and moving may not while another thread uses it. A thread reads the signals
// that are sent to it or to the process, and of several that wait, one gets
// each. Fork: the child shares the set of signals, but reads those that are
// sent to the child. In an epoll instance it still stands for the process that
// registered it, so a child better makes its own.
class SignalFd : public FdOwner {
 public:
  // Closed.
  constexpr SignalFd() = default;

  // signalfd(2): reads `signals`. SIGKILL and SIGSTOP can't be read, which is
  // no failure. Fails with EMFILE, ENFILE, ENODEV and ENOMEM.
  static Result<SignalFd> Create(
      const SignalSet& signals, SignalFdFlags flags = SignalFdFlags::kCloexec) {
    const int raw = ::signalfd(-1, signals.get(), flags.bits());
    if (raw < 0) [[unlikely]]
      return internal::Failed("signalfd", -1,
                              argument::SignalSet{signals.get()}, flags);
    return SignalFd(OwnedFd::Adopt(raw));
  }
  // Takes a descriptor that signalfd(2) made.
  static constexpr SignalFd Adopt(OwnedFd fd) {
    return SignalFd(std::move(fd));
  }

  // signalfd(2): reads `signals` from now on, and no others; also where it was
  // inherited or passed to. Its flags stay as they are: the call takes them for
  // a new descriptor only. Fails with EINVAL if it is another kind of
  // descriptor.
  Result<void> Update(const SignalSet& signals) const {
    // -1 would make a new one.
    const int fd = is_open() ? raw() : -2;
    if (::signalfd(fd, signals.get(), 0) < 0) [[unlikely]]
      return internal::Failed(
          "signalfd", fd, argument::SignalSet{signals.get()}, SignalFdFlags());
    return {};
  }

  // read(2): takes pending signals, as many as there are and fit, and returns
  // the start of `buffer` that has them. Standard signals come once each,
  // however often they were sent; real-time signals each time, the lowest
  // number first and in the order in which they were sent. Waits for one if
  // there is none, or fails with EAGAIN if it is nonblocking. Fails with EINVAL
  // for an empty buffer, and with EINTR.
  //
  // A template, so that only who calls it compiles what makes a span.
  template <typename = void>
  Result<std::span<SignalInfo>> Read(std::span<SignalInfo> buffer) const {
    const ssize_t size = ::read(raw(), buffer.data(), buffer.size_bytes());
    if (size < 0) [[unlikely]]
      return internal::Failed("read", raw(), static_cast<void*>(buffer.data()),
                              buffer.size_bytes());
    return buffer.first(static_cast<std::size_t>(size) / sizeof(SignalInfo));
  }

  // read(2): takes one signal, as Read does.
  Result<SignalInfo> ReadOne() const {
    Result<SignalInfo> info(std::in_place, internal::Uninitialized());
    SignalInfo* const buffer = &*info;
    if (::read(raw(), buffer, sizeof(*buffer)) < 0) [[unlikely]]
      info = internal::Failed("read", raw(), static_cast<void*>(buffer),
                              sizeof(*buffer));
    return info;
  }

 private:
  constexpr explicit SignalFd(OwnedFd fd) : FdOwner(std::move(fd)) {}
};

}  // namespace plumbline

#endif  // WRAPPERS_SIGNALFD_H_
