// Prints every SIGINT, SIGUSR1 and real-time signal that arrives, until
// SIGQUIT: pthread_sigmask(3) and signalfd(2).

#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "wrappers/signal_mask.h"
#include "wrappers/signalfd.h"
#include "wrappers/syscall_error.h"

namespace {

void PrintBlocked(const char* when) {
  std::printf("blocked %s:", when);
  for (const int signal : plumbline::CurrentThreadSignalMask().value())
    std::printf(" %d", signal);
  std::printf("\n");
  std::fflush(stdout);
}

void Run() {
  const plumbline::SignalSet shown = {SIGINT, SIGUSR1, SIGQUIT, SIGRTMIN};
  PrintBlocked("before");
  {
    const auto blocked = plumbline::SignalMask::Block(shown).value();
    PrintBlocked("while they are shown");
    const auto signal_fd = plumbline::SignalFd::Create(shown).value();
    std::printf("send signals to process %d\n", getpid());
    std::fflush(stdout);

    std::array<plumbline::SignalInfo, 8> buffer;
    for (bool quit = false; !quit;) {
      for (const plumbline::SignalInfo& one : signal_fd.Read(buffer).value()) {
        std::printf("signal %d of process %d of user %u, with value %d\n",
                    one.signal(), one.pid(), one.uid(), one.value_int());
        quit |= one.signal() == SIGQUIT;
      }
      std::fflush(stdout);
    }
  }
  PrintBlocked("after");
}

}  // namespace

int main() {
  try {
    Run();
  } catch (const plumbline::SyscallError& error) {
    std::fprintf(stderr, "show_signals: %s\n", error.what());
    return 1;
  }
  return 0;
}
