#include "wrappers/epoll.h"

#include <chrono>

namespace plumbline::internal {

constinit std::atomic<bool> epoll_pwait2_is_present = false;
constinit std::atomic<bool> epoll_pwait2_is_absent = false;

namespace {

// Rounded up.
int ToMilliseconds(const PreciseTimeout& timeout) {
  if (timeout.is_infinite()) return PollTimeout::Infinite().milliseconds();
  const timespec& time = *timeout.get();
  // More may not fit into nanoseconds, and is too long anyway.
  if (time.tv_sec > PollTimeout::kMax / 1000) return PollTimeout::kMax;
  return PollTimeout(std::chrono::seconds(time.tv_sec) +
                     std::chrono::nanoseconds(time.tv_nsec))
      .milliseconds();
}

}  // namespace

int FindEpollPwait2(int epoll, std::span<EpollEvent> events,
                    const PreciseTimeout& timeout, const sigset_t* mask) {
  if (!epoll_pwait2_is_absent.load(std::memory_order_relaxed)) {
    const int saved = errno;
    const int ready = CallEpollPwait2(epoll, events, timeout, mask);
    const bool is_present = ready >= 0 || errno != ENOSYS;
    epoll_pwait2_is_present.store(is_present, std::memory_order_relaxed);
    epoll_pwait2_is_absent.store(!is_present, std::memory_order_relaxed);
    if (is_present) return ready;
    errno = saved;
  }
  return ::epoll_pwait(epoll, RawEvents(events), MaxEvents(events),
                       ToMilliseconds(timeout), mask);
}

int FindLostEpollPwait2(int epoll, std::span<EpollEvent> events,
                        const PreciseTimeout& timeout, const sigset_t* mask) {
  // A sandbox may have been closed around the process since it was found. What
  // errno was before is lost then, this once.
  if (errno != ENOSYS) return -1;
  return FindEpollPwait2(epoll, events, timeout, mask);
}

Error EpollPwait2Failed(int epoll, std::span<EpollEvent> events,
                        const PreciseTimeout& timeout, const sigset_t* mask) {
  const void* const data = events.data();
  if (epoll_pwait2_is_absent.load(std::memory_order_relaxed))
    return Failed("epoll_pwait", epoll, data, MaxEvents(events),
                  ToMilliseconds(timeout), argument::SignalSet{mask});
  return Failed("epoll_pwait2", epoll, data, MaxEvents(events), timeout.get(),
                argument::SignalSet{mask});
}

}  // namespace plumbline::internal
