#include "conformance/semantics/executor/child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "conformance/semantics/executor/calls.h"
#include "conformance/semantics/executor/text.h"
#include "conformance/semantics/executor/threads.h"

namespace plumbline::executor {
namespace {

Cell* shared = nullptr;

class MainThread final : public Caller {
 public:
  MainThread(const Program& program, Cell& cell)
      : Caller(0), program_(program), cell_(cell) {}

  void StartThreads(int64_t steady) { threads_.Start(program_, cell_, steady); }
  void Run();

 private:
  int ThreadId(int thread) const override { return threads_.thread_id(thread); }
  void Join(int thread) override { threads_.Join(thread); }

  void PerformAlone();
  void PerformWithThreads();
  void BeginInThread(int thread, int step);
  // What was written since is complete lines.
  void Publish();

  const Program& program_;
  Cell& cell_;
  Text text_{cell_.text, sizeof(cell_.text)};
  SignalsOfSteps signals_;
  Threads threads_;
};

void MainThread::Publish() {
  if (text_.overflowed()) Broken("the outcome is too long", 0);
  cell_.size.store(static_cast<uint32_t>(text_.size()));
}

void MainThread::Run() {
  if (program_.last_thread == 0) {
    PerformAlone();
  } else {
    PerformWithThreads();
  }
}

void MainThread::PerformAlone() {
  for (int i = 0; i < program_.step_count; ++i) {
    Perform(program_, i, text_);
    Publish();
  }
}

void MainThread::PerformWithThreads() {
  signals_.Leave();
  for (int i = 0; i < program_.step_count; ++i) {
    const int thread = program_.steps[i].thread;
    if (thread == 0) {
      signals_.Enter();
      Perform(program_, i, text_);
      signals_.Leave();
      Publish();
    } else {
      BeginInThread(thread, i);
    }
    if (threads_.AnyBusy()) threads_.Settle(text_);
    Publish();
  }
}

void MainThread::BeginInThread(int thread, int step) {
  if (!threads_.IsBusy(thread)) {
    threads_.Begin(thread, step, signals_.mask());
    return;
  }
  text_.PutNumber(step);
  text_.Put(" busy - ");
  text_.PutNumber(Now());
  text_.Put(' ');
  text_.PutNumber(Now());
  text_.Put('\n');
}

void LimitDescriptors() {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_max > kHardDescriptorLimit)
    limit.rlim_max = kHardDescriptorLimit;
  limit.rlim_cur = kSoftDescriptorLimit;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

void Broken(const char* what, int error) {
  if (error == 0) {
    snprintf(shared->broken, sizeof(shared->broken), "%s", what);
  } else {
    snprintf(shared->broken, sizeof(shared->broken), "%s: %s", what,
             strerror(error));
  }
  _exit(1);
}

void RunProgram(const Program& program, Cell& cell,
                const ChildOptions& options) {
  shared = &cell;
  // So that none is left when the executor is ended.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != options.parent) _exit(1);
  for (int descriptor = 0; descriptor < 3; ++descriptor)
    dup2(options.null, descriptor);
  close(options.null);
  signal(SIGCHLD, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  PrepareCalls(program);
  MainThread main_thread(program, cell);
  // The watcher's descriptors are above the program's limit.
  main_thread.StartThreads(options.steady);
  LimitDescriptors();
  main_thread.Run();
  cell.ended.store(1);
  _exit(0);
}

void Rehearse(const Program& program, Cell& cell, int64_t steady) {
  shared = &cell;
  PrepareCalls(program);
  // The threads go on to use it.
  auto& main_thread = *new MainThread(program, cell);
  main_thread.StartThreads(steady);
  main_thread.Run();
}

}  // namespace plumbline::executor
