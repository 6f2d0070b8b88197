// Sending signals, waiting for them, and what is done on one: kill(2),
// sigwaitinfo(2), sigaction(2) and their like.

#ifndef WRAPPERS_SIGNALS_H_
#define WRAPPERS_SIGNALS_H_

#include <errno.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <utility>

#include "wrappers/result.h"
#include "wrappers/signal_set.h"
#include "wrappers/signals_constants.h"
#include "wrappers/timeout.h"

namespace plumbline {

// What a process does on a signal: a struct sigaction of sigaction(2).
//
// Thread-safety and fork: a value.
class SignalAction {
 public:
  using Handler = void (*)(int);
  using InfoHandler = void (*)(int, siginfo_t*, void*);

  // Calls `function`, during which `blocked` are blocked too, and the signal
  // itself without kNodefer. SIG_DFL and SIG_IGN are handlers that the kernel
  // has.
  explicit SignalAction(Handler function, SignalActionFlags flags = {},
                        const SignalSet& blocked = {})
      : SignalAction(flags & ~SignalActionFlags::kSiginfo, blocked) {
    raw_.sa_handler = function;
  }
  // The same of a handler that is also told of the signal. kSiginfo is added.
  explicit SignalAction(InfoHandler function, SignalActionFlags flags = {},
                        const SignalSet& blocked = {})
      : SignalAction(flags | SignalActionFlags::kSiginfo, blocked) {
    raw_.sa_sigaction = function;
  }
  // As the C library has it.
  explicit SignalAction(const struct sigaction& raw) : raw_(raw) {}

  // SIG_DFL: ends or stops the process, or does nothing, as signal(7) says.
  static SignalAction Default() { return SignalAction(SIG_DFL); }
  // SIG_IGN: does nothing.
  static SignalAction Ignore() { return SignalAction(SIG_IGN); }

  bool is_default() const { return raw_.sa_handler == SIG_DFL; }
  bool is_ignored() const { return raw_.sa_handler == SIG_IGN; }
  // nullptr if it is one of the others.
  Handler handler() const {
    return has_handler() && !flags().Contains(SignalActionFlags::kSiginfo)
               ? raw_.sa_handler
               : nullptr;
  }
  InfoHandler info_handler() const {
    return has_handler() && flags().Contains(SignalActionFlags::kSiginfo)
               ? raw_.sa_sigaction
               : nullptr;
  }
  SignalActionFlags flags() const {
    return SignalActionFlags::FromBits(raw_.sa_flags & ~kRestorer);
  }
  SignalSet blocked() const { return SignalSet(raw_.sa_mask); }

  // For calls of the C library. Points into this.
  const struct sigaction* get() const { return &raw_; }
  struct sigaction* get() {
    return &raw_;
  }

  friend bool operator==(const SignalAction& a, const SignalAction& b) {
    return a.raw_.sa_handler == b.raw_.sa_handler && a.flags() == b.flags() &&
           a.blocked() == b.blocked();
  }

 private:
  // SA_RESTORER, which the C library adds by itself on most architectures; on
  // the others it is no flag.
  static constexpr int kRestorer = 0x04000000;

  SignalAction(SignalActionFlags flags, const SignalSet& blocked) : raw_{} {
    raw_.sa_mask = *blocked.get();
    raw_.sa_flags = flags.bits();
  }
  bool has_handler() const { return !is_default() && !is_ignored(); }

  struct sigaction raw_;
};

// sigaction(2): from now on the process does `action` on `signal`. Returns what
// it did before. A pending signal that gets ignored is discarded. Fails with
// EINVAL for SIGKILL, SIGSTOP, and what is no signal or is the C library's own.
inline Result<SignalAction> ChangeSignalAction(int signal,
                                               const SignalAction& action) {
  struct sigaction before;
  if (::sigaction(signal, action.get(), &before) != 0) [[unlikely]]
    return internal::Failed("sigaction", argument::Signal{signal},
                            argument::SignalAction{action.get()},
                            static_cast<void*>(&before));
  return SignalAction(before);
}

// sigaction(2) without a change: what the process does on `signal`. Fails with
// EINVAL for what is no signal, or is the C library's own.
inline Result<SignalAction> CurrentSignalAction(int signal) {
  struct sigaction current;
  if (::sigaction(signal, nullptr, &current) != 0) [[unlikely]]
    return internal::Failed("sigaction", argument::Signal{signal}, nullptr,
                            static_cast<void*>(&current));
  return SignalAction(current);
}

// Changes what the process does on a signal, and when it goes sets exactly what
// was before, whatever happened to it since. Several of one signal are to go in
// the reverse order, as they do in nested scopes; they can't be assigned, as
// that would undo the older of two first. What was moved from restores nothing.
//
// Thread-safety: the actions are the process's, so what is done in one thread
// is seen by all. Fork: the child has the same actions, and restores its own.
class [[nodiscard]] ScopedSignalAction {
 public:
  // sigaction(2): from now on the process does `action` on `signal`. Fails as
  // ChangeSignalAction does.
  static Result<ScopedSignalAction> Create(int signal,
                                           const SignalAction& action) {
    const auto before = ChangeSignalAction(signal, action);
    if (!before) [[unlikely]]
      return before.error();
    return ScopedSignalAction(signal, *before);
  }

  ScopedSignalAction(ScopedSignalAction&& other) noexcept
      : before_(other.before_), signal_(std::exchange(other.signal_, 0)) {}
  ScopedSignalAction& operator=(ScopedSignalAction&&) = delete;
  // Restores the action, if Restore and Release did not. errno is preserved.
  ~ScopedSignalAction() {
    if (restores()) RestoreQuietly();
  }

  // What was done before.
  const SignalAction& before() const { return before_; }
  // Whether it restores that.
  bool restores() const { return signal_ != 0; }

  // sigaction(2): restores the action now, and not later. Does nothing if it
  // was restored or released. Never fails, as its arguments are right.
  Result<void> Restore() {
    if (!restores()) return {};
    const auto changed = ChangeSignalAction(std::exchange(signal_, 0), before_);
    if (!changed) [[unlikely]]
      return changed.error();
    return {};
  }
  // Leaves the action as it is: it is not restored. Returns before().
  SignalAction Release() {
    signal_ = 0;
    return before_;
  }

 private:
  ScopedSignalAction(int signal, const SignalAction& before)
      : before_(before), signal_(signal) {}

  void RestoreQuietly() {
    const int saved = errno;
    // It fails with nothing, as the arguments are right.
    static_cast<void>(ChangeSignalAction(signal_, before_));
    errno = saved;
  }

  SignalAction before_;
  int signal_;  // 0 if it restores nothing
};

// pause(2): waits until a handler has run. That is what the error tells: EINTR,
// always. There is no other outcome, so it is no Result: RetryOnEintr would
// wait for ever. A signal that comes just before is missed; SigSuspend and
// SigWaitInfo miss none.
inline Error Pause() {
  ::pause();
  return internal::Failed("pause");
}

// sigsuspend(2): makes `mask` the thread's signal mask, waits until a handler
// has run, and sets the mask that was before. A signal that is blocked but not
// in `mask` can't be missed between a look at what its handler left and the
// wait. As with Pause, the error is EINTR, always.
inline Error SigSuspend(const SignalSet& mask) {
  ::sigsuspend(mask.get());
  return internal::Failed("sigsuspend", argument::SignalSet{mask.get()});
}

// sigwaitinfo(2): takes a pending signal of `signals`, without its handler, and
// tells of it; waits for one if there is none. They are to be blocked in all
// threads. SIGKILL and SIGSTOP never come. Fails with EINTR, if a handler runs
// for another one.
//
// The C library says SI_USER where the kernel and signalfd(2) say SI_TKILL: of
// what came by tgkill(2), pthread_kill(3) or raise(3).
inline Result<siginfo_t> SigWaitInfo(const SignalSet& signals) {
  Result<siginfo_t> info(std::in_place);
  if (::sigwaitinfo(signals.get(), &*info) < 0) [[unlikely]]
    info = internal::Failed("sigwaitinfo", argument::SignalSet{signals.get()},
                            static_cast<void*>(&*info));
  return info;
}

// sigtimedwait(2), see sigwaitinfo(2): the same, but waits for nanoseconds at
// most, and then fails with EAGAIN.
inline Result<siginfo_t> SigTimedWait(const SignalSet& signals,
                                      PreciseTimeout timeout) {
  Result<siginfo_t> info(std::in_place);
  if (::sigtimedwait(signals.get(), &*info, timeout.get()) < 0) [[unlikely]]
    info = internal::Failed("sigtimedwait", argument::SignalSet{signals.get()},
                            static_cast<void*>(&*info), timeout.get());
  return info;
}

// sigwait(3): takes a pending signal of `signals`, and returns its number;
// waits for one if there is none. Does not fail with EINTR: the C library goes
// on waiting.
inline Result<int> SigWait(const SignalSet& signals) {
  const int saved = errno;
  int signal = 0;
  if (const int number = ::sigwait(signals.get(), &signal); number != 0)
      [[unlikely]]
    return internal::FailedWith(number, "sigwait",
                                argument::SignalSet{signals.get()},
                                static_cast<void*>(&signal));
  // The C library leaves EINTR there when it goes on.
  errno = saved;
  return signal;
}

// kill(2): sends `signal` to a process; to all of a group if `pid` is below -1,
// of the own group if it is 0, and to all that it may if it is -1. A `signal`
// of 0 only looks whether that could be done. Fails with EINVAL for what is no
// signal, with EPERM, and with ESRCH if there is no such process.
inline Result<void> Kill(pid_t pid, int signal) {
  if (::kill(pid, signal) != 0) [[unlikely]]
    return internal::Failed("kill", pid, argument::Signal{signal});
  return {};
}

// raise(3): sends `signal` to the calling thread; it is handled before this
// returns, unless it is blocked. Fails with EINVAL for what is no signal, and
// with EAGAIN if too many real-time signals are pending.
inline Result<void> Raise(int signal) {
  if (::raise(signal) != 0) [[unlikely]]
    return internal::Failed("raise", argument::Signal{signal});
  return {};
}

// tgkill(2): sends `signal` to the thread `tid` of the process `tgid`. Fails
// with EAGAIN, with EINVAL for what is no signal, process or thread, with
// EPERM, and with ESRCH if there is no such thread.
inline Result<void> Tgkill(pid_t tgid, pid_t tid, int signal) {
  if (::tgkill(tgid, tid, signal) != 0) [[unlikely]]
    return internal::Failed("tgkill", tgid, tid, argument::Signal{signal});
  return {};
}

// pthread_kill(3): sends `signal` to a thread of this process, which was not
// joined yet. Fails with EAGAIN, and with EINVAL for what is no signal or is
// the C library's own.
inline Result<void> PthreadKill(pthread_t thread, int signal) {
  if (const int number = ::pthread_kill(thread, signal); number != 0)
      [[unlikely]]
    return internal::FailedWith(number, "pthread_kill", thread,
                                argument::Signal{signal});
  return {};
}

namespace internal {

inline sigval ToSigval(int value) {
  sigval to = {};
  to.sival_int = value;
  return to;
}
inline sigval ToSigval(void* value) {
  sigval to = {};
  to.sival_ptr = value;
  return to;
}

}  // namespace internal

// sigqueue(3): sends `signal` to a process, with a number or a pointer that
// SigWaitInfo, a signalfd or an InfoHandler is told of. Fails with EAGAIN if
// too many are pending, with EINVAL for what is no signal, with EPERM, and with
// ESRCH if there is no such process.
inline Result<void> SigQueue(pid_t pid, int signal, int value) {
  if (::sigqueue(pid, signal, internal::ToSigval(value)) != 0) [[unlikely]]
    return internal::Failed("sigqueue", pid, argument::Signal{signal}, value);
  return {};
}
inline Result<void> SigQueue(pid_t pid, int signal, void* value) {
  if (::sigqueue(pid, signal, internal::ToSigval(value)) != 0) [[unlikely]]
    return internal::Failed("sigqueue", pid, argument::Signal{signal}, value);
  return {};
}

// pthread_sigqueue(3): the same, to a thread of this process, which was not
// joined yet. Fails with EAGAIN, with EINVAL for what is no signal or is the C
// library's own, with ENOSYS, and with ESRCH if the thread has ended.
inline Result<void> PthreadSigQueue(pthread_t thread, int signal, int value) {
  if (const int number =
          ::pthread_sigqueue(thread, signal, internal::ToSigval(value));
      number != 0) [[unlikely]]
    return internal::FailedWith(number, "pthread_sigqueue", thread,
                                argument::Signal{signal}, value);
  return {};
}
inline Result<void> PthreadSigQueue(pthread_t thread, int signal, void* value) {
  if (const int number =
          ::pthread_sigqueue(thread, signal, internal::ToSigval(value));
      number != 0) [[unlikely]]
    return internal::FailedWith(number, "pthread_sigqueue", thread,
                                argument::Signal{signal}, value);
  return {};
}

}  // namespace plumbline

#endif  // WRAPPERS_SIGNALS_H_
