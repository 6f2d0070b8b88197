// Processes by descriptor, which never are mistaken for others that came to the
// same number: pidfd_open(2).

#ifndef WRAPPERS_PIDFD_H_
#define WRAPPERS_PIDFD_H_

#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>

#include <limits>
#include <optional>

#include "wrappers/argument_kind.h"
#include "wrappers/fd.h"
#include "wrappers/flags.h"
#include "wrappers/pidfd_constants.h"
#include "wrappers/result.h"

namespace plumbline {

namespace internal {

// As sys/pidfd.h declares them, which in glibc 2.36 gives them the linkage of
// C++, so that they can't be linked with.
extern "C" {
int pidfd_open(pid_t pid, unsigned flags) noexcept;
int pidfd_getfd(int pidfd, int targetfd, unsigned flags) noexcept;
int pidfd_send_signal(int pidfd, int sig, siginfo_t* info,
                      unsigned flags) noexcept;
}

}  // namespace internal

// What PidFd::Wait waits for, as waitid(2) takes it: one of kExited, kStopped
// and kContinued, or several.
//
// Thread-safety and fork: a value.
class WaitOptions : public Flags<WaitOptions, int> {
 public:
  using Flags::Flags;
  static const WaitOptions kExited;     // WEXITED: it ended, however it did
  static const WaitOptions kStopped;    // WSTOPPED: a signal stopped it
  static const WaitOptions kContinued;  // WCONTINUED: SIGCONT lets it go on
  static const WaitOptions kNowait;     // WNOWAIT: another call is told too
};

inline constexpr WaitOptions WaitOptions::kExited = FromBits(WEXITED);
inline constexpr WaitOptions WaitOptions::kStopped = FromBits(WSTOPPED);
inline constexpr WaitOptions WaitOptions::kContinued = FromBits(WCONTINUED);
inline constexpr WaitOptions WaitOptions::kNowait = FromBits(WNOWAIT);

namespace internal {

template <>
inline constexpr ArgumentKind kKindOf<WaitOptions> = ArgumentKind::kWaitOptions;

}  // namespace internal

// How a child changed: it ended, stopped, or goes on.
//
// Thread-safety and fork: a value.
class ChildStatus {
 public:
  // Of what waitid(2) filled in, or a handler of SIGCHLD was given.
  explicit ChildStatus(const siginfo_t& info)
      : state_(static_cast<ChildState>(info.si_code)),
        status_(info.si_status),
        pid_(info.si_pid),
        uid_(info.si_uid) {}

  ChildState state() const { return state_; }
  // Of kExited the exit status, 0 to 255; of the others the signal.
  int status() const { return status_; }
  // It exited, or a signal killed it (kKilled; with a core dump kDumped).
  bool has_ended() const {
    return state_ == ChildState::kExited || state_ == ChildState::kKilled ||
           state_ == ChildState::kDumped;
  }
  pid_t pid() const { return pid_; }
  // The real user ID.
  uid_t uid() const { return uid_; }

 private:
  ChildState state_;
  int status_;
  pid_t pid_;
  uid_t uid_;
};

// A process. It is readable, for poll(2) and the like, when the process has
// ended, and since Linux 6.9 hung up when that was waited for. Nothing can be
// read or written.
//
// Thread-safety: const members from any threads at once; only one of several
// that wait is told of a change. Close and moving may not, while another thread
// uses it. Fork: the child has the process too, but only a parent can wait.
class PidFd : public FdOwner {
 public:
  // Closed.
  constexpr PidFd() = default;

  // pidfd_open(2): the process `pid`, which is another one than meant if that
  // ended and was waited for; a child that was not waited for can't be another.
  // It always is close-on-exec. With kThread, since Linux 6.9, a thread. Fails
  // with ESRCH if there is none; with EINVAL for 0, a negative number, and a
  // flag that the kernel does not know; with EINVAL, and since Linux 6.16
  // ENOENT, for a thread that is no process, without kThread; and with EMFILE,
  // ENFILE, ENODEV and ENOMEM.
  static Result<PidFd> Open(pid_t pid, PidFdFlags flags = {}) {
    const int raw = internal::pidfd_open(pid, flags.bits());
    if (raw < 0) [[unlikely]]
      return internal::Failed("pidfd_open", pid, flags);
    return PidFd(OwnedFd::Adopt(raw));
  }
  // Takes a descriptor that pidfd_open(2), or clone(2) with CLONE_PIDFD, made.
  static constexpr PidFd Adopt(OwnedFd fd) { return PidFd(std::move(fd)); }

  // pidfd_send_signal(2): sends a signal as kill(2) does; 0 only looks whether
  // one may. The flags, since Linux 6.9, say whether to the process (which is
  // usual), the thread, or the process group. Fails with ESRCH if the process
  // was waited for, with EPERM if it is of another user and the caller has no
  // CAP_KILL, and with EINVAL for what is no signal.
  Result<void> SendSignal(int signal, PidFdSignalFlags flags = {}) const {
    if (internal::pidfd_send_signal(raw(), signal, nullptr, flags.bits()) != 0)
        [[unlikely]]
      return internal::Failed("pidfd_send_signal", raw(),
                              argument::Signal{signal}, nullptr, flags);
    return {};
  }

  // pidfd_send_signal(2): the same with what a handler is to be told, as
  // rt_sigqueueinfo(2) takes it. Fails also with EINVAL if si_signo is not
  // `signal`, and with EPERM if si_code is not below 0, or is SI_TKILL, unless
  // the process is the caller.
  Result<void> SendSignal(int signal, const siginfo_t& info,
                          PidFdSignalFlags flags = {}) const {
    siginfo_t* const raw_info = const_cast<siginfo_t*>(&info);  // only read
    if (internal::pidfd_send_signal(raw(), signal, raw_info, flags.bits()) != 0)
        [[unlikely]]
      return internal::Failed("pidfd_send_signal", raw(),
                              argument::Signal{signal},
                              static_cast<const void*>(raw_info), flags);
    return {};
  }

  // pidfd_getfd(2): a duplicate of the descriptor that is number `target` in
  // the process; it is close-on-exec. Fails with EBADF if that is not open;
  // with EPERM if the caller may not attach to the process as ptrace(2) does;
  // with ESRCH if the process was waited for, and since Linux 6.9 as soon as it
  // has ended; and with EMFILE.
  Result<OwnedFd> GetFd(int target) const {
    const int duplicate = internal::pidfd_getfd(raw(), target, 0);
    if (duplicate < 0) [[unlikely]]
      return internal::Failed("pidfd_getfd", raw(), target, 0u);
    return OwnedFd::Adopt(duplicate);
  }

  // waitid(2) with P_PIDFD: waits until the process, a child, has changed, and
  // tells how. One that ended is gone then, unless kNowait is given. Fails with
  // ECHILD if it is no child of the caller, or was waited for before; with
  // EAGAIN if it is nonblocking and there was no change; with EINVAL if
  // `options` has no change to wait for; and with EINTR.
  Result<ChildStatus> Wait(WaitOptions options = WaitOptions::kExited) const {
    siginfo_t info;
    if (WaitId(&info, options) != 0) [[unlikely]]
      return WaitFailed(&info, options);
    return ChildStatus(info);
  }

  // waitid(2) with P_PIDFD and WNOHANG: the same without waiting; none if there
  // was no change.
  Result<std::optional<ChildStatus>> TryWait(
      WaitOptions options = WaitOptions::kExited) const {
    options |= WaitOptions::FromBits(WNOHANG);
    siginfo_t info;
    info.si_pid = 0;  // stays so if there was no change
    if (WaitId(&info, options) != 0) [[unlikely]]
      return WaitFailed(&info, options);
    if (info.si_pid == 0) return std::nullopt;
    return ChildStatus(info);
  }

 private:
  constexpr explicit PidFd(OwnedFd fd) : FdOwner(std::move(fd)) {}

  int WaitId(siginfo_t* info, WaitOptions options) const {
    // Of one that is closed, a number that can't be open either: EBADF, as
    // every other call has, where -1 has EINVAL.
    const int id = raw() & std::numeric_limits<int>::max();
    return ::waitid(static_cast<idtype_t>(IdType::kPidfd),
                    static_cast<id_t>(id), info, options.bits());
  }
  Error WaitFailed(siginfo_t* info, WaitOptions options) const {
    return internal::Failed("waitid", IdType::kPidfd, raw(),
                            static_cast<const void*>(info), options);
  }
};

}  // namespace plumbline

#endif  // WRAPPERS_PIDFD_H_
