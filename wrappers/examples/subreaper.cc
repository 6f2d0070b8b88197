// Takes in the orphans among its descendants: PR_SET_CHILD_SUBREAPER.
//
// A child starts a grandchild and ends, as a program does that becomes a
// daemon. The grandchild's parent then is this process rather than init, so
// that it can wait for it.

#include "wrappers/subreaper.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "wrappers/syscall_error.h"

namespace {

const char* Word(plumbline::SubreaperStatus status) {
  switch (status) {
    case plumbline::SubreaperStatus::kUnsupported:
      return "unsupported";
    case plumbline::SubreaperStatus::kDisabled:
      return "disabled";
    case plumbline::SubreaperStatus::kEnabled:
      return "enabled";
  }
  return "unknown";
}

// Both end when they like: an orphan that has ended is handed on too.
void StartOrphan() {
  const pid_t child = fork();
  if (child < 0) std::perror("fork");
  if (child != 0) return;
  const pid_t grandchild = fork();
  _exit(grandchild == 0 ? 7 : 0);
}

void Run() {
  std::printf("at first it is %s\n",
              Word(plumbline::GetSubreaperStatus().value()));
  {
    const auto subreaper = plumbline::ScopedSubreaper::Create().value();
    std::printf("now it is %s\n",
                Word(plumbline::GetSubreaperStatus().value()));
    std::fflush(stdout);
    StartOrphan();
    int status;
    for (pid_t pid; (pid = wait(&status)) > 0;)
      std::printf("process %d exited with %d\n", pid, WEXITSTATUS(status));
  }
  std::printf("in the end it is %s\n",
              Word(plumbline::GetSubreaperStatus().value()));
}

}  // namespace

int main() {
  try {
    Run();
  } catch (const plumbline::SyscallError& error) {
    std::fprintf(stderr, "subreaper: %s\n", error.what());
    return 1;
  }
  return 0;
}
