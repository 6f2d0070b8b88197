// An event loop in one thread: a timer and signals are descriptors, and epoll
// waits for both.
//
//   event_loop [TICKS [INTERVAL]]
//
// prints a line each INTERVAL milliseconds (1000), TICKS times (for ever if it
// is 0), or until SIGINT or SIGTERM.

#include <signal.h>
#include <stdlib.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>

#include "wrappers/epoll.h"
#include "wrappers/signal_mask.h"
#include "wrappers/signalfd.h"
#include "wrappers/syscall_error.h"
#include "wrappers/timerfd.h"

using namespace std::chrono_literals;

namespace {

void Run(std::uint64_t ticks, std::chrono::milliseconds interval) {
  // What is not blocked would end the program before it could be read.
  const plumbline::SignalSet signals = {SIGINT, SIGTERM};
  const auto blocked = plumbline::SignalMask::Block(signals).value();
  const auto signal_fd = plumbline::SignalFd::Create(signals).value();

  const auto timer = plumbline::TimerFd::Create().value();
  timer.Set({.first = interval, .interval = interval}).value();

  const auto epoll = plumbline::Epoll::Create().value();
  epoll.Register(signal_fd, plumbline::EpollEvents::kIn).value();
  epoll.Register(timer, plumbline::EpollEvents::kIn).value();

  std::array<plumbline::EpollEvent, 2> events;
  for (std::uint64_t tick = 0; ticks == 0 || tick < ticks;) {
    for (const plumbline::EpollEvent& event :
         epoll.Wait(events, plumbline::PollTimeout::Infinite()).value()) {
      if (event.fd() == signal_fd) {
        const auto signal = signal_fd.ReadOne().value();
        std::printf("signal %d of process %d\n", signal.signal(), signal.pid());
        return;
      }
      // Several, if this came late.
      tick += timer.Read().value();
      std::printf("tick %ju\n", std::uintmax_t{tick});
      std::fflush(stdout);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    Run(argc > 1 ? strtoull(argv[1], nullptr, 10) : 0,
        std::chrono::milliseconds(argc > 2 ? strtol(argv[2], nullptr, 10)
                                           : 1000));
  } catch (const plumbline::SyscallError& error) {
    std::fprintf(stderr, "event_loop: %s\n", error.what());
    return 1;
  }
  return 0;
}
