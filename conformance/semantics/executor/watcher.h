// Sees when the second threads have settled: each is done with its step, or
// sleeps in the kernel.

#ifndef PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_WATCHER_H_
#define PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_WATCHER_H_

#include <stdint.h>

#include <atomic>

#include "conformance/semantics/executor/cell.h"

namespace plumbline::executor {

// A thread with descriptors of its own, in which the /proc/TID/stat of each
// second thread stays open: looking there takes no number from the
// program, and fails under no limit that it sets.
class Watcher {
 public:
  // Before the program's first step, as it inherits what is open then, and with
  // every signal blocked. Returns when it can look. `steady` is for how many
  // nanoseconds a thread has to be seen asleep to be so; 0 natively.
  void Start(ThreadCell* cells, const int* thread_ids, int count,
             int64_t steady);

  // Returns when every thread is kFree, kDone, or asleep in its call.
  void WaitUntilSettled();

 private:
  static void* Run(void* watcher);
  void OpenStates();
  void LearnLock();
  bool IsSettled();
  void Settle();
  char StateOf(int thread) const;
  int CallOf(int thread) const;
  bool IsInLock(int thread) const;

  ThreadCell* cells_ = nullptr;
  const int* thread_ids_ = nullptr;
  int count_ = 0;
  int64_t steady_ = 0;
  int descriptors_[kMaxThread] = {};
  int calls_[kMaxThread] = {-1, -1, -1};
  // The kernel's number of futex; -1 if it is not known.
  int lock_ = -1;
  // In the settling that goes on: how often it was looked.
  int looks_ = 0;
  // How many times it was asked, and has answered.
  std::atomic<uint32_t> asked_ = 0;
  std::atomic<uint32_t> answered_ = 0;
};

}  // namespace plumbline::executor

#endif  // PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_WATCHER_H_
