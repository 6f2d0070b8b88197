#include "conformance/semantics/executor/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "conformance/semantics/executor/calls.h"
#include "conformance/semantics/executor/fallbacks.h"
#include "conformance/semantics/executor/forked.h"
#include "conformance/semantics/executor/futex.h"
#include "conformance/semantics/executor/program.h"
#include "conformance/semantics/executor/text.h"
#include "conformance/semantics/executor/threads.h"
#include "conformance/semantics/executor/watcher.h"

namespace plumbline::executor {
namespace {

Lane* shared = nullptr;

class MainThread final : public Caller {
 public:
  // `threads` is for a program that names some.
  MainThread(const Program& program, Cell& cell, Threads* threads)
      : Caller(0), program_(program), cell_(cell), threads_(threads) {}

  void Run();

 private:
  int ThreadId(int thread) const override {
    if (threads_ != nullptr) return threads_->thread_id(thread);
    return thread == 0 ? getpid() : -1;
  }
  void Join(int thread) override {
    if (threads_ != nullptr) threads_->Join(thread);
  }
  int Fork(int process) override { return threads_->Fork(program_, process); }

  void PerformAlone();
  void PerformWithThreads();
  void BeginInThread(int thread, int step);
  // What was written since is complete lines.
  void Publish();

  const Program& program_;
  Cell& cell_;
  Threads* const threads_;
  Text text_{cell_.text, sizeof(cell_.text)};
  SignalsOfSteps signals_;
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
    if (threads_->IsGone(thread)) {
      PutGone(i, text_);
    } else if (thread == 0) {
      signals_.Enter();
      Perform(program_, i, text_);
      signals_.Leave();
      Publish();
    } else {
      BeginInThread(thread, i);
    }
    if (threads_->AnyBusy()) threads_->Settle(text_);
    Publish();
  }
}

void MainThread::BeginInThread(int thread, int step) {
  if (!threads_->IsBusy(thread)) {
    threads_->Begin(thread, step, signals_.mask());
    return;
  }
  text_.PutNumber(step);
  text_.Put(" busy - ");
  text_.PutNumber(Now());
  text_.Put(' ');
  text_.PutNumber(Now());
  text_.Put('\n');
}

void LimitDescriptors(rlim_t soft) {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_max > kHardDescriptorLimit)
    limit.rlim_max = kHardDescriptorLimit;
  limit.rlim_cur = soft < limit.rlim_max ? soft : limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// What a program changed that the next one must not meet.
struct Leavings {
  explicit Leavings(const Program& program);

  // Descriptors are below this.
  int64_t limit = kSoftDescriptorLimit;
  bool has_limit = false;
  // Second threads may sleep, and signals may be pending for them.
  bool has_threads = false;
  bool to_threads = false;
  // Those that have another action.
  SignalSet actions;
  // 0 to 2 may be other than they were.
  bool to_standard = false;
  // So may those from kFirstWatcherDescriptor on.
  bool to_high = false;
};

Leavings::Leavings(const Program& program)
    : has_threads(program.last_thread > 0) {
  for (int i = 0; i < program.step_count; ++i) {
    const Step& step = program.steps[i];
    const auto is_standard = [&](int argument) {
      const Value& value = step.arguments[argument];
      return value.step < 0 && value.number >= 0 && value.number < 3;
    };
    const auto reaches_high = [&](int argument) {
      if (step.arguments[argument].number >= kFirstWatcherDescriptor)
        to_high = true;
    };
    switch (step.call) {
      case Call::kSetrlimit:
        has_limit = true;
        if (step.arguments[0].number > limit) limit = step.arguments[0].number;
        break;
      case Call::kSigaction:
        actions.Add(static_cast<int>(step.arguments[0].number));
        break;
      case Call::kTgkill:
        to_threads = true;
        break;
      case Call::kWrite:
      case Call::kWrite8:
        // SIGPIPE
        if (step.thread != 0) to_threads = true;
        break;
      case Call::kCloseRange: {
        // One that was not made is -1, and so the highest there is.
        const Value& last = step.arguments[1];
        if (last.step >= 0 ||
            static_cast<unsigned>(last.number) >=
                static_cast<unsigned>(kFirstWatcherDescriptor)) {
          to_high = true;
        }
        [[fallthrough]];
      }
      case Call::kClose:
        reaches_high(0);
        if (is_standard(0)) to_standard = true;
        break;
      case Call::kFcntl:
        // The descriptor, and where F_DUPFD begins.
        reaches_high(0);
        if (step.arguments[1].number == F_DUPFD ||
            step.arguments[1].number == F_DUPFD_CLOEXEC) {
          reaches_high(2);
        }
        if (is_standard(0)) to_standard = true;
        break;
      case Call::kDup2:
      case Call::kDup3:
        reaches_high(1);
        if (is_standard(1)) to_standard = true;
        break;
      default:
        break;
    }
  }
  if (limit >= kFirstWatcherDescriptor) to_high = true;
}

// The process, from program to program.
class Process {
 public:
  Process(Lane& lane, int64_t steady) : lane_(lane), steady_(steady) {}

  void Run(Cell& cell);
  // Whether all is now as it was before the program that left these.
  bool CleanUp(const Leavings& leavings);

 private:
  Lane& lane_;
  const int64_t steady_;
  // From the first program on that names some.
  Threads* threads_ = nullptr;
};

void Process::Run(Cell& cell) {
  const Program& program = cell.program;
  PrepareCalls(program, lane_.made);
  if (program.last_thread > 0 && threads_ == nullptr) {
    // The watcher's descriptors are above the program's limit.
    LimitDescriptors(kHardDescriptorLimit);
    threads_ = new Threads(lane_, steady_);
    threads_->Start();
    LimitDescriptors(kSoftDescriptorLimit);
  }
  if (threads_ != nullptr) threads_->Use(program, Leavings(program).to_high);
  MainThread(program, cell, program.last_thread > 0 ? threads_ : nullptr).Run();
}

bool Process::CleanUp(const Leavings& leavings) {
  if (leavings.to_standard) return false;
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  if (leavings.has_threads) threads_->EndProcesses();
  // Before threads wake that let them through.
  if (!DropPendingSignals()) return false;
  if (leavings.has_threads && !threads_->CleanUp(leavings.to_threads))
    return false;
  for (int signal = 1; signal <= SIGRTMAX; ++signal) {
    if (leavings.actions.Has(signal)) ::signal(signal, SIG_DFL);
  }
  // To the limit itself: QEMU's close_range forgets nothing of what it notes of
  // the last one, nor of any where ~0U is -1.
  if (CallCloseRange(3, static_cast<unsigned>(leavings.limit), 0) != 0) {
    for (int fd = 3; fd < leavings.limit; ++fd) close(fd);
  }
  if (leavings.to_high && threads_ != nullptr) {
    LimitDescriptors(kHardDescriptorLimit);
    threads_->LookFromHere();
  }
  if (leavings.to_high || leavings.has_limit)
    LimitDescriptors(kSoftDescriptorLimit);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const int lowest = dup(0);
  close(lowest);
  return lowest == 3;
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

void RunPrograms(Lane& lane, int from, const ChildOptions& options) {
  shared = &lane;
  // So that none is left when the executor is ended.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != options.parent) _exit(1);
  for (int descriptor = 0; descriptor < 3; ++descriptor)
    dup2(options.null, descriptor);
  close(options.null);
  signal(SIGCHLD, SIG_DFL);
  signal(SIGUSR1, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  LimitDescriptors(kSoftDescriptorLimit);
  Process process(lane, options.steady);
  lane.between.store(0);
  for (int64_t left = options.programs;; from = (from + 1) % kCellsPerLane) {
    Cell& cell = lane.cells[from];
    for (;;) {
      const uint32_t put = lane.put.load();
      cell.began = Now();
      // It may have been given to another child.
      uint32_t ready = Cell::kReady;
      if (cell.state.compare_exchange_strong(ready, Cell::kRunning)) break;
      kill(options.parent, SIGUSR1);
      SharedFutexWait(lane.put, put);
    }
    process.Run(cell);
    const Leavings leavings(cell.program);
    lane.between.store(1);
    // Another program may be put there from now on.
    cell.state.store(Cell::kEnded);
    if (--left == 0 || !process.CleanUp(leavings)) _exit(0);
    lane.between.store(0);
  }
}

void Rehearse(Lane& lane, int64_t steady) {
  shared = &lane;
  // Its threads go on to use it.
  (new Process(lane, steady))->Run(lane.cells[0]);
}

}  // namespace plumbline::executor
