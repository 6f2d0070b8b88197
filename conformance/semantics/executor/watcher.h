// Sees when the second threads, and processes that take the place of some, have
// settled: each is done with its step, sleeps in the kernel, or has ended.

#ifndef PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_WATCHER_H_
#define PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_WATCHER_H_

#include <stdint.h>
#include <sys/resource.h>

#include <atomic>

#include "conformance/semantics/executor/cell.h"

namespace plumbline::executor {

// Descriptors from here on are the watcher's. QEMU's user mode keeps notes of
// some by number, for the whole process: so they are above those of programs
// also where the program has descriptors of its own.
inline constexpr int kFirstWatcherDescriptor = 900;

// Lets descriptors have any number that they may have.
class HighLimit {
 public:
  HighLimit();
  ~HighLimit();
  HighLimit(const HighLimit&) = delete;
  HighLimit& operator=(const HighLimit&) = delete;

 private:
  rlimit before_ = {};
};

// Whether a child has ended, which remains to be waited for.
bool HasEnded(int process);

// R, S, D, …; 0 if it can't be read.
char StateOfThread(int process, int thread);

// Looks at /proc/TID/stat of each second thread, which stays open at a number
// that is above those of programs.
class Watcher {
 public:
  // `steady` is for how many nanoseconds a thread has to be seen asleep to be
  // so; 0 natively.
  Watcher(ThreadCell* cells, const int* thread_ids, int64_t steady)
      : thread_ids_(thread_ids), steady_(steady) {
    for (int i = 0; i < kMaxThread; ++i) cells_[i] = cells + i;
  }
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  // The caller looks from now on. Between programs, and with as high a limit of
  // descriptors as can be.
  void LookFromHere();
  // For a program that may come to such numbers: a thread looks that has
  // descriptors of its own. Before the first step of the program, as it
  // inherits what is open then.
  void LookFromThread();

  // Looks at a process in the place of a thread, and at the thread again for 0.
  // `cell` has its step.
  void Follow(int thread, int process, ThreadCell& cell);

  // Returns when every thread is kFree, kDone, or asleep in its call, or was a
  // process that has ended. Of those that were kDone or had ended then the bits
  // are set; what ends later may be about to wake another.
  uint32_t WaitUntilSettled();

 private:
  static void* Run(void* watcher);
  void Ask();
  void OpenStates();
  void OpenState(int thread);
  void CloseState(int thread);
  void CloseStates();
  void LearnLock();
  void LearnPlaces();
  bool IsSettled();
  void Settle();
  char StateOf(int thread) const;
  int CallOf(int thread) const;
  bool IsInLock(int thread) const;
  bool IsOffProcessor(int thread) const;
  bool HasPlace(int thread) const;

  ThreadCell* cells_[kMaxThread];
  const int* const thread_ids_;
  const int64_t steady_;
  // The caller's are closed while the thread looks, which has the same numbers.
  int descriptors_[kMaxThread] = {};
  int calls_[kMaxThread] = {-1, -1, -1};
  int places_[kMaxThread] = {-1, -1, -1};
  // The kernel's number of futex; -1 if it is not known.
  int lock_ = -1;
  // Whether the kernel tells the place where a thread sleeps, and how often
  // that may be tried yet: a thread may take long to go to sleep.
  bool tells_places_ = false;
  int lessons_left_ = 5;
  // In the place of each thread, or 0.
  int processes_[kMaxThread] = {};
  // The thread that looks is to open the states of this one, if it is not -1.
  int follow_ = -1;
  // In the settling that goes on: when it began, how often it was looked, and
  // what the last look saw, as WaitUntilSettled gives it.
  int64_t began_ = 0;
  int looks_ = 0;
  uint32_t ended_ = 0;
  bool has_sleeper_ = false;
  bool has_thread_ = false;
  bool from_thread_ = true;
  // How many times it was asked, and has answered.
  std::atomic<uint32_t> asked_ = 0;
  std::atomic<uint32_t> answered_ = 0;
};

}  // namespace plumbline::executor

#endif  // PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_WATCHER_H_
