// Sleeps until SIGINT or SIGUSR1 was handled: pause(2).

#include <signal.h>
#include <unistd.h>

#include <cstdio>

#include "wrappers/signals.h"
#include "wrappers/syscall_error.h"

int main() {
  try {
    // That a handler ran is what ends the pause.
    const plumbline::SignalAction nothing([](int) {});
    const auto on_interrupt =
        plumbline::ScopedSignalAction::Create(SIGINT, nothing).value();
    const auto on_user =
        plumbline::ScopedSignalAction::Create(SIGUSR1, nothing).value();
    std::printf("pausing; interrupt process %d to go on\n", getpid());
    std::fflush(stdout);
    std::printf("%s\n", plumbline::Pause().ToString().c_str());
  } catch (const plumbline::SyscallError& error) {
    std::fprintf(stderr, "pause: %s\n", error.what());
    return 1;
  }
  return 0;
}
