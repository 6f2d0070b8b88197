#include "conformance/semantics/executor/threads.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "conformance/semantics/executor/fallbacks.h"
#include "conformance/semantics/executor/futex.h"

namespace plumbline::executor {
namespace {

constexpr size_t kStackSize = 256 << 10;

// In the place of a step's number.
constexpr uint32_t kDropSignals = UINT32_MAX;

// Wakes a thread from its call. Programs seldom block it, and an emulator has
// it, which may keep the highest real-time ones for itself.
constexpr int kRouse = SIGVTALRM;

// How long a thread may take to wake.
constexpr int64_t kRouseTime = 20'000'000;

sigset_t AllSignals() {
  sigset_t all;
  sigfillset(&all);
  return all;
}

}  // namespace

void SignalsOfSteps::Enter() { pthread_sigmask(SIG_SETMASK, &mask_, nullptr); }

void SignalsOfSteps::Leave() {
  const sigset_t all = AllSignals();
  pthread_sigmask(SIG_SETMASK, &all, &mask_);
}

bool DropPendingSignals() {
  const auto any = [] {
    sigset_t pending;
    sigemptyset(&pending);
    sigpending(&pending);
    for (int signal = 1; signal <= SIGRTMAX; ++signal) {
      if (sigismember(&pending, signal) == 1) return true;
    }
    return false;
  };
  if (!any()) return true;
  const sigset_t all = AllSignals();
  const timespec now = {};
  while (sigtimedwait(&all, nullptr, &now) > 0) {
  }
  return !any();
}

void Worker::Start(ThreadCell& cell, const int* thread_ids) {
  cell_ = &cell;
  cell.state.store(ThreadCell::kFree);
  thread_ids_ = thread_ids;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackSize);
  pthread_t thread;
  const int error = pthread_create(&thread, &attributes, Run, this);
  if (error != 0) Broken("pthread_create", error);
}

void Worker::Use(const Program& program) {
  program_ = &program;
  has_mask_ = false;
}

void Worker::Order(uint32_t step) {
  cell_->step = step;
  cell_->state.store(ThreadCell::kBegun);
  FutexWake(cell_->state);
}

void Worker::Begin(int step, const sigset_t& mask) {
  if (!has_mask_) signals_.Set(mask);
  has_mask_ = true;
  Order(static_cast<uint32_t>(step));
}

void Worker::DropSignals() {
  Order(kDropSignals);
  Join();
  cell_->state.store(ThreadCell::kFree);
}

bool Worker::Rouse() {
  struct sigaction action = {};
  sigemptyset(&action.sa_mask);
  action.sa_handler = [](int) {};
  sigaction(kRouse, &action, nullptr);
  CallTgkill(getpid(), static_cast<int>(thread_id_.load()), kRouse);
  const int64_t end = Now() + kRouseTime;
  while (cell_->state.load() == ThreadCell::kCalling && Now() < end) {
    const timespec pause = {0, 20000};
    nanosleep(&pause, nullptr);
  }
  if (cell_->state.load() != ThreadCell::kDone) return false;
  // It may have been done just before, and not have taken the signal.
  DropSignals();
  signal(kRouse, SIG_DFL);
  return true;
}

void Worker::Join() {
  joined_.store(1);
  for (;;) {
    const uint32_t state = cell_->state.load();
    if (state == ThreadCell::kFree || state == ThreadCell::kDone) break;
    FutexWait(cell_->state, state);
  }
  joined_.store(0);
}

void Worker::AboutToCall(int64_t before) {
  cell_->before = before;
  cell_->state.store(ThreadCell::kCalling);
}

void* Worker::Run(void* worker) {
  static_cast<Worker*>(worker)->Loop();
  return nullptr;
}

void Worker::Loop() {
  thread_id_.store(static_cast<uint32_t>(syscall(SYS_gettid)));
  FutexWake(thread_id_);
  for (;;) {
    for (;;) {
      const uint32_t state = cell_->state.load();
      if (state == ThreadCell::kBegun) break;
      FutexWait(cell_->state, state);
    }
    if (cell_->step == kDropSignals) {
      DropPendingSignals();
      cell_->state.store(ThreadCell::kDone);
      FutexWake(cell_->state);
      continue;
    }
    Text line(cell_->line, sizeof(cell_->line));
    signals_.Enter();
    Perform(*program_, static_cast<int>(cell_->step), line);
    signals_.Leave();
    if (line.overflowed()) Broken("a line of an outcome is too long", 0);
    cell_->size = static_cast<uint32_t>(line.size());
    cell_->state.store(ThreadCell::kDone);
    if (joined_.load() != 0) FutexWake(cell_->state);
  }
}

void Threads::Start() {
  all_thread_ids_[0] = getpid();
  // What the new threads begin with.
  const sigset_t all = AllSignals();
  sigset_t was;
  pthread_sigmask(SIG_SETMASK, &all, &was);
  for (int i = 0; i < kMaxThread; ++i)
    workers_[i].Start(lane_.threads[i], thread_ids_);
  for (int i = 0; i < kMaxThread; ++i) {
    std::atomic<uint32_t>& id = workers_[i].thread_id();
    while (id.load() == 0) FutexWait(id, 0);
    all_thread_ids_[i + 1] = static_cast<int>(id.load());
  }
  pthread_sigmask(SIG_SETMASK, &was, nullptr);
  watcher_.LookFromHere();
}

void Threads::Use(const Program& program, bool reaches_high) {
  if (reaches_high) watcher_.LookFromThread();
  forks_ = program.processes;
  // A process that was here before may have been killed in a step.
  for (ThreadCell& cell : lane_.processes) cell.state.store(ThreadCell::kFree);
  for (int i = 0; i <= kMaxThread; ++i) {
    const bool is_there = i <= program.last_thread && !IsProcess(i);
    thread_ids_[i] = is_there ? all_thread_ids_[i] : -1;
  }
  for (Worker& worker : workers_) worker.Use(program);
}

int Threads::Fork(const Program& program, int process) {
  ForkedProcess& made = processes_[process - 1];
  if (made.Start(program, CellOf(process)) != 0) return -1;
  lane_.process_ids[process - 1].store(made.id());
  watcher_.Follow(process - 1, made.id(), CellOf(process));
  return 0;
}

bool Threads::IsGone(int thread) const {
  return IsProcess(thread) && processes_[thread - 1].id() == 0;
}

void Threads::EndProcesses() {
  for (int i = 0; i < kMaxThread; ++i) {
    processes_[i].Kill();
    lane_.process_ids[i].store(0);
    watcher_.Follow(i, 0, lane_.threads[i]);
  }
  forks_ = 0;
}

bool Threads::CleanUp(bool pending) {
  for (int i = 1; i <= kMaxThread; ++i) {
    if (IsBusy(i) && !workers_[i - 1].Rouse()) return false;
  }
  for (int i = 0; i < kMaxThread && pending; ++i) workers_[i].DropSignals();
  return true;
}

bool Threads::IsBusy(int thread) {
  return CellOf(thread).state.load() != ThreadCell::kFree;
}

bool Threads::AnyBusy() {
  for (int i = 1; i <= kMaxThread; ++i) {
    if (IsBusy(i)) return true;
  }
  return false;
}

void Threads::Begin(int thread, int step, const sigset_t& mask) {
  told_[thread - 1] = false;
  if (IsProcess(thread)) {
    processes_[thread - 1].Begin(step);
  } else {
    workers_[thread - 1].Begin(step, mask);
  }
}

void Threads::Join(int thread) {
  if (IsProcess(thread)) {
    processes_[thread - 1].Join();
  } else {
    workers_[thread - 1].Join();
  }
}

void Threads::Settle(Text& lines) {
  lane_.settling.store(1);
  const uint32_t ended = watcher_.WaitUntilSettled();
  lane_.settling.store(0);
  for (int i = 0; i < kMaxThread; ++i) {
    ThreadCell& cell = CellOf(i + 1);
    const uint32_t state = cell.state.load();
    if ((ended >> i & 1) != 0) {
      if (state == ThreadCell::kDone) {
        lines.Put(std::string_view(cell.line, cell.size));
        cell.state.store(ThreadCell::kFree);
      } else if (processes_[i].PutEnd(lines)) {
        watcher_.Follow(i, 0, cell);
      }
      // What has ended since was asleep: its line comes with the next step's,
      // as do those of the threads that it wakes.
    } else if (state != ThreadCell::kFree && !told_[i]) {
      told_[i] = true;
      lines.PutUnsigned(cell.step);
      lines.Put(" sleeps - ");
      lines.PutNumber(cell.before);
      lines.Put(' ');
      lines.PutNumber(Now());
      lines.Put('\n');
    }
  }
}

}  // namespace plumbline::executor
