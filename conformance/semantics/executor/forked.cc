#include "conformance/semantics/executor/forked.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "conformance/semantics/executor/calls.h"
#include "conformance/semantics/executor/futex.h"
#include "conformance/semantics/executor/handled.h"
#include "conformance/semantics/executor/names.h"
#include "conformance/semantics/executor/threads.h"

namespace plumbline::executor {
namespace {

// What performs the steps, in the process that was made.
class Performer final : public Caller {
 public:
  Performer(int number, const Program& program, ThreadCell& cell)
      : Caller(number), program_(program), cell_(cell) {}

  [[noreturn]] void Run();

 private:
  void AboutToCall(int64_t before) override {
    cell_.before = before;
    cell_.state.store(ThreadCell::kCalling);
  }
  // It has no threads but its own.
  int ThreadId(int thread) const override {
    return thread == 0 ? getpid() : -1;
  }
  void Join(int) override {}
  int Fork(int) override { return -1; }

  const Program& program_;
  ThreadCell& cell_;
};

void Performer::Run() {
  ForgetHandled();
  SignalsOfSteps signals;
  // With the mask that it has by fork.
  signals.Leave();
  for (;;) {
    for (;;) {
      const uint32_t state = cell_.state.load();
      if (state == ThreadCell::kBegun) break;
      SharedFutexWait(cell_.state, state);
    }
    Text line(cell_.line, sizeof(cell_.line));
    signals.Enter();
    Perform(program_, static_cast<int>(cell_.step), line);
    signals.Leave();
    if (line.overflowed()) Broken("a line of an outcome is too long", 0);
    cell_.size = static_cast<uint32_t>(line.size());
    cell_.state.store(ThreadCell::kDone);
    SharedFutexWake(cell_.state);
  }
}

}  // namespace

int ForkedProcess::Start(const Program& program, ThreadCell& cell) {
  cell_ = &cell;
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) {
    // So that none is left when the program is ended.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    Performer(number_, program, cell).Run();
  }
  if (pid < 0) return -1;
  id_ = pid;
  return 0;
}

void ForkedProcess::Begin(int step) {
  cell_->step = static_cast<uint32_t>(step);
  cell_->before = Now();
  cell_->state.store(ThreadCell::kBegun);
  SharedFutexWake(cell_->state);
}

void ForkedProcess::Join() {
  // It is forked by a later step, if at all.
  if (cell_ == nullptr) return;
  for (;;) {
    const uint32_t state = cell_->state.load();
    if (state == ThreadCell::kFree || state == ThreadCell::kDone) return;
    if (id_ == 0 || HasEnded(id_)) return;
    const timespec pause = {0, 50000};
    nanosleep(&pause, nullptr);
  }
}

bool ForkedProcess::PutEnd(Text& lines) {
  if (id_ == 0) return false;
  int status = 0;
  const pid_t ended = waitpid(id_, &status, WNOHANG);
  if (ended == 0) return false;
  id_ = 0;
  lines.PutUnsigned(cell_->step);
  lines.Put(" gone - ");
  lines.PutNumber(cell_->before);
  lines.Put(' ');
  lines.PutNumber(Now());
  // Otherwise nobody knows: the program has SIGCHLD ignored.
  if (ended > 0 && WIFEXITED(status)) {
    lines.Put(" exited:");
    lines.PutNumber(WEXITSTATUS(status));
  } else if (ended > 0) {
    lines.Put(" killed:");
    PutSignal(lines, WTERMSIG(status));
  }
  lines.Put('\n');
  cell_->state.store(ThreadCell::kFree);
  return true;
}

void ForkedProcess::Kill() {
  if (id_ == 0) return;
  kill(id_, SIGKILL);
  while (waitpid(id_, nullptr, 0) == -1 && errno == EINTR) {
  }
  id_ = 0;
  cell_->state.store(ThreadCell::kFree);
}

void PutGone(int step, Text& lines) {
  lines.PutNumber(step);
  lines.Put(" gone - ");
  lines.PutNumber(Now());
  lines.Put(' ');
  lines.PutNumber(Now());
  lines.Put('\n');
}

}  // namespace plumbline::executor
