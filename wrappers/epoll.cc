#include "wrappers/epoll.h"

#include <chrono>

namespace plumbline::internal {

constinit std::atomic<EpollPwait2State> epoll_pwait2_state =
    EpollPwait2State::kUnknown;

namespace {

void Remember(EpollPwait2State state) {
  epoll_pwait2_state.store(state, std::memory_order_relaxed);
}

// Rounded up.
PollTimeout ToPollTimeout(const PreciseTimeout& timeout) {
  if (timeout.is_infinite()) return PollTimeout::Infinite();
  const timespec& time = *timeout.get();
  const std::chrono::nanoseconds fraction(time.tv_nsec);
  // More may not fit into nanoseconds, and is too long anyway.
  constexpr int kMost = PollTimeout::kMax / 1000 + 1;
  if (time.tv_sec >= kMost) return std::chrono::seconds(kMost);
  return std::chrono::seconds(time.tv_sec) + fraction;
}

Result<unsigned> EpollPwaitInstead(int epoll, std::span<EpollEvent> events,
                                   const PreciseTimeout& precise,
                                   const sigset_t* mask) {
  const int timeout = ToPollTimeout(precise).milliseconds();
  const int ready =
      ::epoll_pwait(epoll, RawEvents(events), MaxEvents(events), timeout, mask);
  if (ready < 0)
    return Failed("epoll_pwait", epoll, static_cast<const void*>(events.data()),
                  MaxEvents(events), timeout, argument::SignalSet{mask});
  return static_cast<unsigned>(ready);
}

}  // namespace

Result<unsigned> FindEpollPwait2(int epoll, std::span<EpollEvent> events,
                                 const PreciseTimeout& timeout,
                                 const sigset_t* mask) {
  if (epoll_pwait2_state.load(std::memory_order_relaxed) ==
      EpollPwait2State::kAbsent)
    return EpollPwaitInstead(epoll, events, timeout, mask);
  const int saved = errno;
  const int ready = CallEpollPwait2(epoll, events, timeout, mask);
  if (ready < 0 && errno == ENOSYS) {
    Remember(EpollPwait2State::kAbsent);
    errno = saved;
    return EpollPwaitInstead(epoll, events, timeout, mask);
  }
  Remember(EpollPwait2State::kPresent);
  if (ready < 0) return EpollPwait2Failed(epoll, events, timeout, mask);
  return static_cast<unsigned>(ready);
}

Result<unsigned> EpollPwait2Failed(int epoll, std::span<EpollEvent> events,
                                   const PreciseTimeout& timeout,
                                   const sigset_t* mask) {
  if (errno == ENOSYS) {
    // Since it was there a sandbox has been closed around the process. This one
    // success leaves another errno.
    Remember(EpollPwait2State::kAbsent);
    return EpollPwaitInstead(epoll, events, timeout, mask);
  }
  return Failed("epoll_pwait2", epoll, static_cast<const void*>(events.data()),
                MaxEvents(events), timeout.get(), argument::SignalSet{mask});
}

}  // namespace plumbline::internal
