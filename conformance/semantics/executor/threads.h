// The second threads of a program, and the processes that it forks.

#ifndef PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_THREADS_H_
#define PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_THREADS_H_

#include <signal.h>
#include <stdint.h>

#include <atomic>

#include "conformance/semantics/executor/calls.h"
#include "conformance/semantics/executor/cell.h"
#include "conformance/semantics/executor/forked.h"
#include "conformance/semantics/executor/program.h"
#include "conformance/semantics/executor/watcher.h"

namespace plumbline::executor {

// A thread takes a signal only in a step: outside of one it blocks them all. So
// that it is the same thread each time, and a handler runs in a step.
class SignalsOfSteps {
 public:
  // The mask of steps, from now on.
  void Set(const sigset_t& mask) { mask_ = mask; }
  const sigset_t& mask() const { return mask_; }

  void Enter();
  void Leave();

 private:
  sigset_t mask_;
};

// Drops what is pending for the calling thread or the process, and is blocked.
// False if something is left.
bool DropPendingSignals();

class Worker final : public Caller {
 public:
  explicit Worker(int number) : Caller(number), number_(number) {}

  // With every signal blocked.
  void Start(ThreadCell& cell, const int* thread_ids);
  // Its steps are of this program from now on. While it is idle.
  void Use(const Program& program);
  // Begins the step, with `mask` if it is the thread's first one.
  void Begin(int step, const sigset_t& mask);
  // Waits until its step is done.
  void Join();
  // Ends a call that it sleeps in, whose step is forgotten. False if that can't
  // be done.
  bool Rouse();
  // Drops the signals that are pending for it.
  void DropSignals();

  ThreadCell& cell() { return *cell_; }
  // 0 until the thread runs.
  std::atomic<uint32_t>& thread_id() { return thread_id_; }

 private:
  void AboutToCall(int64_t before) override;
  int ThreadId(int thread) const override { return thread_ids_[thread]; }
  void Join(int) override {}
  int Fork(int) override { return -1; }

  static void* Run(void* worker);
  void Loop();
  void Order(uint32_t step);

  const int number_;
  const Program* program_ = nullptr;
  ThreadCell* cell_ = nullptr;
  const int* thread_ids_ = nullptr;
  bool has_mask_ = false;
  SignalsOfSteps signals_;
  std::atomic<uint32_t> thread_id_ = 0;
  std::atomic<uint32_t> joined_ = 0;
};

// All of a process, with their watcher, and what was forked.
class Threads {
 public:
  Threads(Lane& lane, int64_t steady)
      : lane_(lane), watcher_(lane.threads, all_thread_ids_ + 1, steady) {}
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

  // With as high a limit of descriptors as can be.
  void Start();
  // They are the program's from now on, those that it names. `reaches_high`: it
  // may come to the watcher's descriptors; LookFromHere() is for after that.
  void Use(const Program& program, bool reaches_high);
  // As Start.
  void LookFromHere() { watcher_.LookFromHere(); }
  // After a program: ends what it forked.
  void EndProcesses();
  // And then what they sleep in, and drops what is `pending` for
  // them. False if that can't be done.
  bool CleanUp(bool pending);

  // The step `fork`, of the main thread.
  int Fork(const Program& program, int process);
  // It is a process that has ended, or was never made.
  bool IsGone(int thread) const;

  bool IsBusy(int thread);
  bool AnyBusy();
  void Begin(int thread, int step, const sigset_t& mask);
  void Join(int thread);

  // Waits until the threads have settled; writes the line of each that is done
  // or is seen asleep for the first time.
  void Settle(Text& lines);

  // By the number in programs: 0 is the main one, -1 if there is none.
  int thread_id(int thread) const { return thread_ids_[thread]; }

 private:
  Worker workers_[kMaxThread] = {Worker(1), Worker(2), Worker(3)};
  ForkedProcess processes_[kMaxThread] = {ForkedProcess(1), ForkedProcess(2),
                                          ForkedProcess(3)};
  static_assert(kMaxThread == 3);
  // Of a thread, or the process in its place.
  ThreadCell& CellOf(int thread) {
    return (IsProcess(thread) ? lane_.processes : lane_.threads)[thread - 1];
  }

  Lane& lane_;
  int all_thread_ids_[kMaxThread + 1] = {-1, -1, -1, -1};
  // Of those that the program names.
  int thread_ids_[kMaxThread + 1] = {-1, -1, -1, -1};
  // Its sleeping has been told.
  bool told_[kMaxThread] = {};
  bool IsProcess(int thread) const { return ((forks_ >> thread) & 1) != 0; }
  // Bit N: in this program N is a process.
  uint32_t forks_ = 0;
  Watcher watcher_;
};

}  // namespace plumbline::executor

#endif  // PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_THREADS_H_
