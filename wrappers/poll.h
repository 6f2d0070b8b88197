// Waiting until one of several descriptors is ready: poll(2).

#ifndef WRAPPERS_POLL_H_
#define WRAPPERS_POLL_H_

#include <poll.h>
#include <time.h>

#include <cstddef>
#include <span>
#include <type_traits>

#include "wrappers/fd.h"
#include "wrappers/poll_constants.h"
#include "wrappers/result.h"
#include "wrappers/signal_set.h"
#include "wrappers/timeout.h"

namespace plumbline {

// A descriptor, the events that are asked of it, and those that it had. One
// without a descriptor (-1, also that of a closed object) is passed over: it
// never has events.
//
// Thread-safety and fork: a value. The descriptor is borrowed.
class PollFd {
 public:
  // Of no descriptor.
  constexpr PollFd() = default;
  // kErr, kHup and kNval are told without being asked for.
  constexpr PollFd(BorrowedFd fd, PollEvents requested)
      : raw_{fd.raw(), static_cast<short>(requested.bits()), 0} {}

  constexpr BorrowedFd fd() const { return BorrowedFd::FromRaw(raw_.fd); }
  constexpr void set_fd(BorrowedFd fd) { raw_.fd = fd.raw(); }

  constexpr PollEvents requested() const { return Events(raw_.events); }
  constexpr void set_requested(PollEvents events) {
    raw_.events = static_cast<short>(events.bits());
  }

  // What the last Poll found; none before.
  constexpr PollEvents returned() const { return Events(raw_.revents); }

 private:
  static constexpr PollEvents Events(short bits) {
    return PollEvents::FromBits(static_cast<PollEvents::Bits>(bits));
  }

  pollfd raw_ = {-1, 0, 0};
};
// An array of these is one of those.
static_assert(std::is_standard_layout_v<PollFd>);
static_assert(sizeof(PollFd) == sizeof(pollfd));
static_assert(alignof(PollFd) == alignof(pollfd));

// poll(2): waits until one of `fds` has an event, for milliseconds that are
// rounded up. Sets returned() of all, and returns how many have any; 0 if the
// time is over. A descriptor that is not open has kNval, which is no failure.
// Without `fds` it only waits. Fails with EINTR, with EINVAL for more than
// RLIMIT_NOFILE, and with ENOMEM.
inline Result<std::size_t> Poll(std::span<PollFd> fds, PollTimeout timeout) {
  pollfd* const raw = reinterpret_cast<pollfd*>(fds.data());
  const int ready = ::poll(raw, fds.size(), timeout.milliseconds());
  if (ready < 0) [[unlikely]]
    return internal::Failed("poll", argument::PollFds{raw, fds.size()},
                            fds.size(), timeout.milliseconds());
  return static_cast<std::size_t>(ready);
}

namespace internal {

inline Result<std::size_t> Ppoll(std::span<PollFd> fds,
                                 const PreciseTimeout& timeout,
                                 const sigset_t* mask) {
  pollfd* const raw = reinterpret_cast<pollfd*>(fds.data());
  const int ready = ::ppoll(raw, fds.size(), timeout.get(), mask);
  if (ready < 0) [[unlikely]]
    return Failed("ppoll", argument::PollFds{raw, fds.size(), 3}, fds.size(),
                  timeout.get(), argument::SignalSet{mask});
  return static_cast<std::size_t>(ready);
}

}  // namespace internal

// ppoll(2): as Poll, for nanoseconds.
inline Result<std::size_t> Ppoll(std::span<PollFd> fds,
                                 PreciseTimeout timeout) {
  return internal::Ppoll(fds, timeout, nullptr);
}

// ppoll(2): the same, with `mask` as the thread's signal mask while it waits: a
// signal that is blocked but not in `mask` can't be missed between a look at
// what its handler left and the wait. If it arrives, also if it was pending
// before, its handler runs and this fails with EINTR, unless there are events.
inline Result<std::size_t> Ppoll(std::span<PollFd> fds, PreciseTimeout timeout,
                                 const SignalSet& mask) {
  return internal::Ppoll(fds, timeout, mask.get());
}

}  // namespace plumbline

#endif  // WRAPPERS_POLL_H_
