// Runs a command and watches its output, its error output and its end, all
// three by epoll: pipe2, dup2, fork, exec, signalfd.
//
//   run_command PROGRAM [ARGUMENTS]
//
// says what comes from where, and ends as the command does.

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <utility>

#include "wrappers/dup.h"
#include "wrappers/epoll.h"
#include "wrappers/io.h"
#include "wrappers/pipe.h"
#include "wrappers/signal_mask.h"
#include "wrappers/signalfd.h"
#include "wrappers/syscall_error.h"

using plumbline::BorrowedFd;
using plumbline::Epoll;
using plumbline::EpollEvent;
using plumbline::EpollEvents;
using plumbline::OwnedFd;
using plumbline::Pipe;
using plumbline::SignalFd;
using plumbline::SignalMask;

namespace {

// One of the command's outputs.
struct Output {
  const char* name;
  OwnedFd fd;
};

// Prints what is there. At the end, takes the output out of `epoll`.
void Show(Output& output, const Epoll& epoll) {
  std::array<char, 4096> buffer;
  const std::size_t size = plumbline::Read(output.fd, buffer).value();
  if (size == 0) {
    epoll.Unregister(output.fd).value();
    output.fd.Close().value();
    std::printf("[%s is closed]\n", output.name);
    return;
  }
  std::printf("[%zu bytes from %s]\n", size, output.name);
  std::fwrite(buffer.data(), 1, size, stdout);
}

[[noreturn]] void BecomeCommand(char** command, const Pipe& out,
                                const Pipe& error, SignalMask blocked) {
  // The pipes' own descriptors are gone with the exec, as they are
  // close-on-exec; their duplicates are not.
  plumbline::Dup2(out.write_end, STDOUT_FILENO).value();
  plumbline::Dup2(error.write_end, STDERR_FILENO).value();
  // The command inherits the mask.
  blocked.Restore().value();
  execvp(command[0], command);
  std::perror(command[0]);
  _exit(127);
}

// The exit status that a shell would have.
int Status(int status) {
  if (WIFSIGNALED(status)) {
    std::printf("[killed by signal %d]\n", WTERMSIG(status));
    return 128 + WTERMSIG(status);
  }
  std::printf("[exited with %d]\n", WEXITSTATUS(status));
  return WEXITSTATUS(status);
}

int Run(char** command) {
  SignalMask blocked = SignalMask::Block({SIGCHLD}).value();
  const SignalFd ends = SignalFd::Create({SIGCHLD}).value();
  Pipe out = Pipe::Create().value();
  Pipe error = Pipe::Create().value();

  const pid_t pid = fork();
  if (pid < 0) {
    std::perror("fork");
    return 1;
  }
  if (pid == 0) BecomeCommand(command, out, error, std::move(blocked));
  // Else there would be no end of them.
  out.write_end.Close().value();
  error.write_end.Close().value();

  std::array outputs = {
      Output{"standard output", std::move(out.read_end)},
      Output{"standard error", std::move(error.read_end)},
  };
  const Epoll epoll = Epoll::Create().value();
  epoll.Register(ends, EpollEvents::kIn, static_cast<void*>(nullptr)).value();
  for (Output& output : outputs)
    epoll.Register(output.fd, EpollEvents::kIn, &output).value();

  int status = 0;
  bool running = true;
  std::array<EpollEvent, 3> events;
  while (running || outputs[0].fd.is_open() || outputs[1].fd.is_open()) {
    for (const EpollEvent& event :
         epoll.Wait(events, plumbline::PollTimeout::Infinite()).value()) {
      if (event.pointer() != nullptr) {
        Show(*static_cast<Output*>(event.pointer()), epoll);
        continue;
      }
      // The signal says that a child changed, and waitpid(2) how.
      ends.ReadOne().value();
      if (waitpid(pid, &status, WNOHANG) == pid) running = false;
    }
  }
  return Status(status);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: run_command PROGRAM [ARGUMENTS]\n");
    return 2;
  }
  try {
    return Run(argv + 1);
  } catch (const plumbline::SyscallError& error) {
    std::fprintf(stderr, "run_command: %s\n", error.what());
    return 1;
  }
}
