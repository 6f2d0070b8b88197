// The calls of programs that handle events, each as a raw call in a loop and as
// the wrapper. Both stop at the first error. count_instructions.py counts what
// they execute, and generated_code_test.py looks at what the compiler made.
//
// A program that is given N does N iterations of each.

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>

#include "wrappers/clock.h"
#include "wrappers/epoll.h"
#include "wrappers/eventfd.h"
#include "wrappers/fd.h"
#include "wrappers/io.h"
#include "wrappers/poll.h"
#include "wrappers/signal_mask.h"
#include "wrappers/signal_set.h"
#include "wrappers/timerfd.h"

// By their names they are found; the caller knows nothing of them.
#define HOT extern "C" [[gnu::noipa]]

namespace {

using namespace std::chrono_literals;
using plumbline::BorrowedFd;
using plumbline::ChangeProcessSignalMask;
using plumbline::ChangeThreadSignalMask;
using plumbline::Epoll;
using plumbline::EpollEvent;
using plumbline::EpollEvents;
using plumbline::EventFd;
using plumbline::MonotonicClock;
using plumbline::OwnedFd;
using plumbline::Poll;
using plumbline::PollEvents;
using plumbline::PollFd;
using plumbline::Read;
using plumbline::SignalMaskChange;
using plumbline::SignalSet;
using plumbline::TimerFd;
using plumbline::Write;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

using Count = std::uint64_t;

// read(2) and write(2)

HOT Count Raw_read(int fd, std::byte* data, std::size_t size, Count n) {
  Count sum = 0;
  for (Count i = 0; i < n; ++i) {
    const ssize_t got = ::read(fd, data, size);
    if (got < 0) break;
    sum += static_cast<Count>(got);
  }
  return sum;
}
HOT Count Wrapped_read(BorrowedFd fd, std::span<std::byte> buffer, Count n) {
  Count sum = 0;
  for (Count i = 0; i < n; ++i) {
    const auto got = Read(fd, buffer);
    if (!got) break;
    sum += *got;
  }
  return sum;
}

HOT Count Raw_write(int fd, const std::byte* data, std::size_t size, Count n) {
  Count sum = 0;
  for (Count i = 0; i < n; ++i) {
    const ssize_t put = ::write(fd, data, size);
    if (put < 0) break;
    sum += static_cast<Count>(put);
  }
  return sum;
}
HOT Count Wrapped_write(BorrowedFd fd, std::span<const std::byte> data,
                        Count n) {
  Count sum = 0;
  for (Count i = 0; i < n; ++i) {
    const auto put = Write(fd, data);
    if (!put) break;
    sum += *put;
  }
  return sum;
}

// eventfd(2)

HOT Count Raw_eventfd_add(int fd, Count n) {
  for (Count i = 0; i < n; ++i) {
    const std::uint64_t value = 1;
    if (::write(fd, &value, sizeof(value)) < 0) return i;
  }
  return n;
}
HOT Count Wrapped_eventfd_add(const EventFd& event, Count n) {
  for (Count i = 0; i < n; ++i) {
    if (!event.Add(1)) return i;
  }
  return n;
}

HOT Count Raw_eventfd_take(int fd, Count n) {
  Count sum = 0;
  for (Count i = 0; i < n; ++i) {
    std::uint64_t value;
    if (::read(fd, &value, sizeof(value)) < 0) break;
    sum += value;
  }
  return sum;
}
HOT Count Wrapped_eventfd_take(const EventFd& event, Count n) {
  Count sum = 0;
  for (Count i = 0; i < n; ++i) {
    const auto value = event.Take();
    if (!value) break;
    sum += *value;
  }
  return sum;
}

// timerfd_create(2): how often it has expired depends on time.

HOT Count Raw_timerfd_read(int fd, Count n) {
  for (Count i = 0; i < n; ++i) {
    std::uint64_t expirations;
    if (::read(fd, &expirations, sizeof(expirations)) < 0) return i;
    if (expirations == 0) return i;
  }
  return n;
}
HOT Count Wrapped_timerfd_read(const TimerFd& timer, Count n) {
  for (Count i = 0; i < n; ++i) {
    const auto expirations = timer.Read();
    if (!expirations || *expirations == 0) return i;
  }
  return n;
}

// epoll_wait(2): with a timeout that is a constant, with one in milliseconds
// that is looked at in each iteration, as that until the next timer is, and
// with one in microseconds.

constexpr std::size_t kReady = 16;

HOT Count Raw_epoll_wait(int epoll, Count n) {
  Count sum = 0;
  epoll_event events[kReady];
  for (Count i = 0; i < n; ++i) {
    const int ready = ::epoll_wait(epoll, events, kReady, 100);
    if (ready < 0) break;
    for (int j = 0; j < ready; ++j) sum += events[j].data.u64;
  }
  return sum;
}
HOT Count Wrapped_epoll_wait(const Epoll& epoll, Count n) {
  Count sum = 0;
  EpollEvent events[kReady];
  for (Count i = 0; i < n; ++i) {
    const auto ready = epoll.Wait(events, 100ms);
    if (!ready) break;
    for (const EpollEvent& event : *ready) sum += event.data();
  }
  return sum;
}

HOT Count Raw_epoll_wait_milliseconds(int epoll, const int& timeout, Count n) {
  Count sum = 0;
  epoll_event events[kReady];
  for (Count i = 0; i < n; ++i) {
    const int ready = ::epoll_wait(epoll, events, kReady, timeout);
    if (ready < 0) break;
    sum += static_cast<Count>(ready);
  }
  return sum;
}
HOT Count Wrapped_epoll_wait_milliseconds(const Epoll& epoll,
                                          const milliseconds& timeout,
                                          Count n) {
  Count sum = 0;
  EpollEvent events[kReady];
  for (Count i = 0; i < n; ++i) {
    const auto ready = epoll.Wait(events, timeout);
    if (!ready) break;
    sum += ready->size();
  }
  return sum;
}

HOT Count Raw_epoll_wait_rounded(int epoll, const int& timeout, Count n) {
  Count sum = 0;
  epoll_event events[kReady];
  for (Count i = 0; i < n; ++i) {
    const int ready = ::epoll_wait(epoll, events, kReady, timeout);
    if (ready < 0) break;
    sum += static_cast<Count>(ready);
  }
  return sum;
}
HOT Count Wrapped_epoll_wait_rounded(const Epoll& epoll,
                                     const microseconds& timeout, Count n) {
  Count sum = 0;
  EpollEvent events[kReady];
  for (Count i = 0; i < n; ++i) {
    const auto ready = epoll.Wait(events, timeout);
    if (!ready) break;
    sum += ready->size();
  }
  return sum;
}

// epoll_ctl(2), as a connection does that wants to write, and no longer.

HOT Count Raw_epoll_ctl(int epoll, int fd, Count n) {
  for (Count i = 0; i < n; ++i) {
    epoll_event event;
    event.events = i % 2 == 0 ? EPOLLIN | EPOLLOUT : EPOLLIN;
    event.data.u64 = 1;
    if (::epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event) != 0) return i;
  }
  return n;
}
HOT Count Wrapped_epoll_ctl(const Epoll& epoll, BorrowedFd fd, Count n) {
  for (Count i = 0; i < n; ++i) {
    const EpollEvents events =
        i % 2 == 0 ? EpollEvents::kIn | EpollEvents::kOut : EpollEvents::kIn;
    if (!epoll.Modify(fd, events, std::uint64_t{1})) return i;
  }
  return n;
}

// poll(2)

HOT Count Raw_poll(pollfd* fds, std::size_t count, const int& timeout,
                   Count n) {
  Count sum = 0;
  for (Count i = 0; i < n; ++i) {
    const int ready = ::poll(fds, count, timeout);
    if (ready < 0) break;
    sum += static_cast<Count>(ready);
  }
  return sum;
}
HOT Count Wrapped_poll(std::span<PollFd> fds, const milliseconds& timeout,
                       Count n) {
  Count sum = 0;
  for (Count i = 0; i < n; ++i) {
    const auto ready = Poll(fds, timeout);
    if (!ready) break;
    sum += *ready;
  }
  return sum;
}

HOT Count Raw_poll_rounded(pollfd* fds, std::size_t count, const int& timeout,
                           Count n) {
  Count sum = 0;
  for (Count i = 0; i < n; ++i) {
    const int ready = ::poll(fds, count, timeout);
    if (ready < 0) break;
    sum += static_cast<Count>(ready);
  }
  return sum;
}
HOT Count Wrapped_poll_rounded(std::span<PollFd> fds,
                               const microseconds& timeout, Count n) {
  Count sum = 0;
  for (Count i = 0; i < n; ++i) {
    const auto ready = Poll(fds, timeout);
    if (!ready) break;
    sum += *ready;
  }
  return sum;
}

// clock_gettime(2), as nanoseconds, which the clock's time points have.

HOT Count Raw_clock_gettime(Count n) {
  std::int64_t last = 0;
  for (Count i = 0; i < n; ++i) {
    timespec time;
    if (::clock_gettime(CLOCK_MONOTONIC, &time) != 0) return i;
    const std::int64_t now = time.tv_sec * 1'000'000'000 + time.tv_nsec;
    if (now < last) return i;
    last = now;
  }
  return n;
}
HOT Count Wrapped_clock_gettime(Count n) {
  MonotonicClock::time_point last;
  for (Count i = 0; i < n; ++i) {
    const auto now = MonotonicClock::Now();
    if (!now || *now < last) return i;
    last = *now;
  }
  return n;
}

// sigprocmask(2) and pthread_sigmask(3)

HOT Count Raw_sigprocmask(const sigset_t* signals, Count n) {
  for (Count i = 0; i < n; ++i) {
    sigset_t before;
    if (::sigprocmask(SIG_BLOCK, signals, &before) != 0) return i;
  }
  return n;
}
HOT Count Wrapped_sigprocmask(const SignalSet& signals, Count n) {
  for (Count i = 0; i < n; ++i) {
    if (!ChangeProcessSignalMask(SignalMaskChange::kBlock, signals)) return i;
  }
  return n;
}

HOT Count Raw_pthread_sigmask(const sigset_t* signals, Count n) {
  for (Count i = 0; i < n; ++i) {
    sigset_t before;
    if (::pthread_sigmask(SIG_BLOCK, signals, &before) != 0) return i;
  }
  return n;
}
HOT Count Wrapped_pthread_sigmask(const SignalSet& signals, Count n) {
  for (Count i = 0; i < n; ++i) {
    if (!ChangeThreadSignalMask(SignalMaskChange::kBlock, signals)) return i;
  }
  return n;
}

bool all_done = true;

// Both did what they should.
void Check(const char* call, Count raw, Count wrapped, Count expected) {
  if (raw == expected && wrapped == expected) return;
  std::fprintf(stderr, "%s: raw %ju, wrapped %ju, expected %ju\n", call,
               std::uintmax_t{raw}, std::uintmax_t{wrapped},
               std::uintmax_t{expected});
  all_done = false;
}

OwnedFd Open(const char* path, int flags) {
  return OwnedFd::Adopt(::open(path, flags | O_CLOEXEC));
}

void CheckFiles(Count n) {
  std::byte buffer[64] = {};
  const OwnedFd zero = Open("/dev/zero", O_RDONLY);
  Check("read", Raw_read(zero.raw(), buffer, sizeof(buffer), n),
        Wrapped_read(zero, buffer, n), n * sizeof(buffer));
  const OwnedFd null = Open("/dev/null", O_WRONLY);
  Check("write", Raw_write(null.raw(), buffer, sizeof(buffer), n),
        Wrapped_write(null, buffer, n), n * sizeof(buffer));
}

void CheckEventFd(Count n) {
  const EventFd counter = EventFd::Create().value();
  Check("eventfd_add", Raw_eventfd_add(counter.fd().raw(), n),
        Wrapped_eventfd_add(counter, n), n);
  const EventFd semaphore = EventFd::Create(static_cast<unsigned>(2 * n),
                                            plumbline::EventFdFlags::kSemaphore)
                                .value();
  Check("eventfd_take", Raw_eventfd_take(semaphore.fd().raw(), n),
        Wrapped_eventfd_take(semaphore, n), n);
}

void CheckTime(Count n) {
  const TimerFd timer = TimerFd::Create().value();
  timer.Set({.first = nanoseconds(1), .interval = nanoseconds(1000)}).value();
  Check("timerfd_read", Raw_timerfd_read(timer.fd().raw(), n),
        Wrapped_timerfd_read(timer, n), n);
  Check("clock_gettime", Raw_clock_gettime(n), Wrapped_clock_gettime(n), n);
}

void CheckWaiting(Count n) {
  // Always readable.
  const EventFd ready = EventFd::Create(1).value();
  const Epoll epoll = Epoll::Create().value();
  epoll.Register(ready, EpollEvents::kIn, std::uint64_t{1}).value();
  const int raw_epoll = epoll.fd().raw();
  Check("epoll_wait", Raw_epoll_wait(raw_epoll, n),
        Wrapped_epoll_wait(epoll, n), n);
  Check("epoll_wait_milliseconds",
        Raw_epoll_wait_milliseconds(raw_epoll, 100, n),
        Wrapped_epoll_wait_milliseconds(epoll, 100ms, n), n);
  Check("epoll_wait_rounded", Raw_epoll_wait_rounded(raw_epoll, 100, n),
        Wrapped_epoll_wait_rounded(epoll, 99'500us, n), n);
  Check("epoll_ctl", Raw_epoll_ctl(raw_epoll, ready.fd().raw(), n),
        Wrapped_epoll_ctl(epoll, ready, n), n);

  pollfd raw_fds[] = {{ready.fd().raw(), POLLIN, 0}};
  PollFd fds[] = {{ready, PollEvents::kIn}};
  Check("poll", Raw_poll(raw_fds, 1, 100, n), Wrapped_poll(fds, 100ms, n), n);
  Check("poll_rounded", Raw_poll_rounded(raw_fds, 1, 100, n),
        Wrapped_poll_rounded(fds, 99'500us, n), n);
}

void CheckSignals(Count n) {
  const SignalSet signals = {SIGUSR1};
  Check("sigprocmask", Raw_sigprocmask(signals.get(), n),
        Wrapped_sigprocmask(signals, n), n);
  Check("pthread_sigmask", Raw_pthread_sigmask(signals.get(), n),
        Wrapped_pthread_sigmask(signals, n), n);
}

}  // namespace

int main(int argc, char** argv) {
  const Count n = argc == 2 ? strtoull(argv[1], nullptr, 10) : 0;
  if (n == 0) {
    std::fprintf(stderr, "usage: %s N\n", argv[0]);
    return 2;
  }
  CheckFiles(n);
  CheckEventFd(n);
  CheckTime(n);
  CheckWaiting(n);
  CheckSignals(n);
  return all_done ? 0 : 1;
}
