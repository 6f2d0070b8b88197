#include "conformance/semantics/executor/threads.h"

#include <errno.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "conformance/semantics/executor/futex.h"

namespace plumbline::executor {
namespace {

constexpr size_t kStackSize = 256 << 10;

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

void Worker::Start(const Program& program, Cell& cell, const int* thread_ids) {
  program_ = &program;
  cell_ = &cell.threads[number_ - 1];
  thread_ids_ = thread_ids;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackSize);
  pthread_t thread;
  const int error = pthread_create(&thread, &attributes, Run, this);
  if (error != 0) Broken("pthread_create", error);
}

void Worker::Begin(int step, const sigset_t& mask) {
  if (!has_mask_) signals_.Set(mask);
  has_mask_ = true;
  cell_->step = static_cast<uint32_t>(step);
  cell_->state.store(ThreadCell::kBegun);
  FutexWake(cell_->state);
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

void Threads::Start(const Program& program, Cell& cell, int64_t steady) {
  count_ = program.last_thread;
  thread_ids_[0] = getpid();
  if (count_ == 0) return;
  // What the new threads begin with.
  const sigset_t all = AllSignals();
  sigset_t was;
  pthread_sigmask(SIG_SETMASK, &all, &was);
  for (int i = 0; i < count_; ++i)
    workers_[i].Start(program, cell, thread_ids_);
  for (int i = 0; i < count_; ++i) {
    std::atomic<uint32_t>& id = workers_[i].thread_id();
    while (id.load() == 0) FutexWait(id, 0);
    thread_ids_[i + 1] = static_cast<int>(id.load());
  }
  watcher_.Start(cell.threads, thread_ids_ + 1, count_, steady);
  pthread_sigmask(SIG_SETMASK, &was, nullptr);
}

bool Threads::IsBusy(int thread) {
  return workers_[thread - 1].cell().state.load() != ThreadCell::kFree;
}

bool Threads::AnyBusy() {
  for (int i = 1; i <= count_; ++i) {
    if (IsBusy(i)) return true;
  }
  return false;
}

void Threads::Begin(int thread, int step, const sigset_t& mask) {
  told_[thread - 1] = false;
  workers_[thread - 1].Begin(step, mask);
}

void Threads::Join(int thread) {
  if (thread <= count_) workers_[thread - 1].Join();
}

void Threads::Settle(Text& lines) {
  watcher_.WaitUntilSettled();
  for (int i = 0; i < count_; ++i) {
    ThreadCell& cell = workers_[i].cell();
    const uint32_t state = cell.state.load();
    if (state == ThreadCell::kDone) {
      lines.Put(std::string_view(cell.line, cell.size));
      cell.state.store(ThreadCell::kFree);
    } else if (state == ThreadCell::kCalling && !told_[i]) {
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
