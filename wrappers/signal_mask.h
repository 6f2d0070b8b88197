// Which signals wait: the signal mask, pthread_sigmask(3) and sigprocmask(2).

#ifndef WRAPPERS_SIGNAL_MASK_H_
#define WRAPPERS_SIGNAL_MASK_H_

#include <errno.h>
#include <signal.h>
#include <string.h>

#include <utility>

#include "wrappers/result.h"
#include "wrappers/signal_mask_constants.h"
#include "wrappers/signal_set.h"

namespace plumbline {

// pthread_sigmask(3): changes the calling thread's mask as `how` says: kBlock
// adds `signals`, kUnblock takes them away, kSetmask leaves no others. Returns
// the mask before. SIGKILL, SIGSTOP and what the C library keeps for itself are
// never blocked, which is no failure. An unblocked signal that was pending is
// delivered before this returns. Fails with EINVAL if `how` is none of these.
inline Result<SignalSet> ChangeThreadSignalMask(SignalMaskChange how,
                                                const SignalSet& signals) {
  Result<SignalSet> before(std::in_place, internal::Uninitialized());
  if (const int number = ::pthread_sigmask(static_cast<int>(how), signals.get(),
                                           before->get());
      number != 0) [[unlikely]]
    before = internal::FailedWith(number, "pthread_sigmask", how,
                                  argument::SignalSet{signals.get()},
                                  static_cast<void*>(before->get()));
  return before;
}

// sigprocmask(2): the same, for programs of one thread; in others, POSIX leaves
// open what it does. (On Linux, it is the calling thread's mask that changes.)
inline Result<SignalSet> ChangeProcessSignalMask(SignalMaskChange how,
                                                 const SignalSet& signals) {
  Result<SignalSet> before(std::in_place, internal::Uninitialized());
  if (::sigprocmask(static_cast<int>(how), signals.get(), before->get()) != 0)
      [[unlikely]]
    before =
        internal::Failed("sigprocmask", how, argument::SignalSet{signals.get()},
                         static_cast<void*>(before->get()));
  return before;
}

// pthread_sigmask(3): without a change, what the calling thread blocks. Never
// fails, as its arguments are right.
inline Result<SignalSet> CurrentThreadSignalMask() {
  Result<SignalSet> mask(std::in_place, internal::Uninitialized());
  if (const int number = ::pthread_sigmask(SIG_BLOCK, nullptr, mask->get());
      number != 0) [[unlikely]]
    mask = internal::FailedWith(number, "pthread_sigmask",
                                SignalMaskChange::kBlock, nullptr,
                                static_cast<void*>(mask->get()));
  return mask;
}

// sigprocmask(2): the same, for programs of one thread.
inline Result<SignalSet> CurrentProcessSignalMask() {
  Result<SignalSet> mask(std::in_place, internal::Uninitialized());
  if (::sigprocmask(SIG_BLOCK, nullptr, mask->get()) != 0) [[unlikely]]
    mask = internal::Failed("sigprocmask", SignalMaskChange::kBlock, nullptr,
                            static_cast<void*>(mask->get()));
  return mask;
}

// sigpending(2): the blocked signals that wait for the calling thread, or for
// the process. Never fails, as its argument is right.
inline Result<SignalSet> PendingSignals() {
  Result<SignalSet> pending(std::in_place, internal::Uninitialized());
  if (::sigpending(pending->get()) != 0) [[unlikely]]
    pending =
        internal::Failed("sigpending", static_cast<void*>(pending->get()));
  return pending;
}

namespace internal {

// A set that keeps no room for signals that the kernel does not have.
class CompactSignalSet {
 public:
  explicit CompactSignalSet(const SignalSet& set) {
    memcpy(words_, set.get(), sizeof(words_));
  }
  SignalSet Expand() const {
    SignalSet set;
    memcpy(set.get(), words_, sizeof(words_));
    return set;
  }

 private:
  SignalWords::Word words_[SignalWords::kUsed];
};

}  // namespace internal

// Changes the mask with `kChange`, and when it goes sets exactly the mask that
// was before, whatever happened to it since. Several are to go in the reverse
// order, as they do in nested scopes; they can't be assigned, as that would
// undo the older of two first. What was moved from restores nothing.
//
// Thread-safety: belongs to the thread that made it, which is to restore the
// mask too. Fork: the child has the same mask, and restores its own.
template <Result<SignalSet> (*kChange)(SignalMaskChange, const SignalSet&)>
class [[nodiscard]] BasicSignalMask {
 public:
  // pthread_sigmask(3), or sigprocmask(2): blocks `signals` too. Never fails,
  // as its arguments are right; nor do the others.
  static Result<BasicSignalMask> Block(const SignalSet& signals) {
    return Change(SignalMaskChange::kBlock, signals);
  }
  // pthread_sigmask(3), or sigprocmask(2): blocks `signals` no longer. Those
  // that were pending are delivered before this returns. Never fails.
  static Result<BasicSignalMask> Unblock(const SignalSet& signals) {
    return Change(SignalMaskChange::kUnblock, signals);
  }
  // pthread_sigmask(3), or sigprocmask(2): blocks `signals`, and no others.
  // Never fails.
  static Result<BasicSignalMask> Set(const SignalSet& signals) {
    return Change(SignalMaskChange::kSetmask, signals);
  }

  BasicSignalMask(BasicSignalMask&& other) noexcept
      : before_(other.before_),
        restores_(std::exchange(other.restores_, false)) {}
  BasicSignalMask& operator=(BasicSignalMask&&) = delete;
  // Restores the mask, if Restore and Release did not. errno is preserved.
  ~BasicSignalMask() {
    if (restores_) RestoreQuietly();
  }

  // The mask before the change.
  SignalSet before() const { return before_.Expand(); }
  // Whether it restores it.
  bool restores() const { return restores_; }

  // pthread_sigmask(3), or sigprocmask(2): restores the mask now, and not
  // later. Does nothing if it was restored or released. Never fails.
  Result<void> Restore() {
    if (!std::exchange(restores_, false)) return {};
    const auto changed = kChange(SignalMaskChange::kSetmask, before());
    if (!changed) [[unlikely]]
      return changed.error();
    return {};
  }
  // Leaves the mask as it is: it is not restored. Returns before().
  SignalSet Release() {
    restores_ = false;
    return before();
  }

 private:
  explicit BasicSignalMask(const SignalSet& before) : before_(before) {}

  static Result<BasicSignalMask> Change(SignalMaskChange how,
                                        const SignalSet& signals) {
    const auto before = kChange(how, signals);
    if (!before) [[unlikely]]
      return before.error();
    return BasicSignalMask(*before);
  }
  void RestoreQuietly() {
    const int saved = errno;
    // It fails with nothing, as the arguments are right.
    static_cast<void>(kChange(SignalMaskChange::kSetmask, before()));
    errno = saved;
  }

  internal::CompactSignalSet before_;
  bool restores_ = true;
};

// The calling thread's mask, by pthread_sigmask(3).
//
//   const auto blocked = SignalMask::Block({SIGINT, SIGTERM}).value();
using SignalMask = BasicSignalMask<ChangeThreadSignalMask>;

// The mask of a program of one thread, by sigprocmask(2).
using ProcessSignalMask = BasicSignalMask<ChangeProcessSignalMask>;

}  // namespace plumbline

#endif  // WRAPPERS_SIGNAL_MASK_H_
