#include "conformance/errors/trace.h"

#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace plumbline::errors {
namespace {

// An operation that prctl does not have.
constexpr long kMark = 0x706c756d;

// How the kernel says to itself that a signal interrupted a call
// (include/linux/errno.h: ERESTARTSYS to ERESTART_RESTARTBLOCK).
bool IsRestart(long result) { return result <= -512 && result >= -516; }

}  // namespace

void MarkCall() {
  const int saved = errno;
  syscall(SYS_prctl, kMark, 0, 0, 0, 0);
  errno = saved;
}

void AskToBeTraced() {
  if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0) raise(SIGSTOP);
}

int Trace(pid_t child, int seconds, int* status) {
  timespec start = {};
  clock_gettime(CLOCK_MONOTONIC, &start);
  bool traced = false;
  bool marked = false;  // or else the call was in a process that it forked
  bool between = false;
  bool is_mark = false;
  int error = 0;
  for (;;) {
    const pid_t ended = waitpid(child, status, __WALL | WNOHANG);
    if (ended < 0 && errno != EINTR) return -1;
    if (ended <= 0) {
      timespec now = {};
      clock_gettime(CLOCK_MONOTONIC, &now);
      if (now.tv_sec - start.tv_sec > seconds) kill(child, SIGKILL);
      const timespec pause = {0, 50000};
      nanosleep(&pause, nullptr);
      continue;
    }
    if (!WIFSTOPPED(*status)) return traced && marked ? error : -1;
    int signal = WSTOPSIG(*status);
    if (!traced) {
      // Its own SIGSTOP.
      traced = ptrace(PTRACE_SETOPTIONS, child, nullptr,
                      PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) == 0;
      signal = 0;
    } else if (signal == (SIGTRAP | 0x80)) {
      signal = 0;
      __ptrace_syscall_info info = {};
      if (ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof(info), &info) > 0) {
        if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
          is_mark = info.entry.nr == SYS_prctl && info.entry.args[0] == kMark;
        } else if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
          const long result = static_cast<long>(info.exit.rval);
          if (is_mark) {
            between = !between;
            marked = true;
          } else if (between && info.exit.is_error) {
            error = IsRestart(result) ? EINTR : static_cast<int>(-result);
          }
        }
      }
    }
    ptrace(PTRACE_SYSCALL, child, nullptr, signal);
  }
}

}  // namespace plumbline::errors
