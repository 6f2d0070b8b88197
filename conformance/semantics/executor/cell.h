// What a child shares with the process that started it. It stays readable when
// the child is killed, and costs the child no descriptor.

#ifndef PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_CELL_H_
#define PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_CELL_H_

#include <stddef.h>
#include <stdint.h>

#include <atomic>

#include "conformance/semantics/executor/program.h"

namespace plumbline::executor {

// The step of a second thread, or of a process that was forked, and its line.
struct ThreadCell {
  enum State : uint32_t {
    kFree,
    // The main thread has chosen a step for it; of a process `before` is when.
    kBegun,
    // It is in the call, or about to be.
    kCalling,
    // Its line is complete.
    kDone,
  };

  std::atomic<uint32_t> state;
  uint32_t step;
  // The clock, from kCalling on before the call.
  int64_t before;
  uint32_t size;
  // The longest lines are those of epoll_wait with kMaxSteps descriptors.
  char line[48 << 10];
};

// A program on its way, and what it did.
struct Cell {
  enum State : uint32_t {
    kFree,
    // There is a program to be run.
    kReady,
    kRunning,
    // The child came to its end.
    kEnded,
  };

  std::atomic<uint32_t> state;
  // The clock when it began, from kRunning on.
  int64_t began;
  Program program;
  // Of text, complete lines only.
  std::atomic<uint32_t> size;
  char text[1 << 20];
};

// So many programs may wait for a child.
inline constexpr int kCellsPerLane = 4;

// The programs of one child at a time, which it runs in the order of the cells,
// around and around.
struct Lane {
  // How many were put there: what the child waits for.
  std::atomic<uint32_t> put;
  // Not 0 while the child is between programs.
  std::atomic<uint32_t> between;
  // Not 0 while the child waits for its threads to settle, which is no step.
  std::atomic<uint32_t> settling;
  // Why the executor could not do its work; empty if it could.
  char broken[256];
  ThreadCell threads[kMaxThread];
  ThreadCell processes[kMaxThread];
  // 0 for those that there are not.
  std::atomic<int> process_ids[kMaxThread];
  // By step, the descriptors that it made; -1 for none.
  int made[kMaxSteps][2];
  Cell cells[kCellsPerLane];
};

}  // namespace plumbline::executor

#endif  // PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_CELL_H_
