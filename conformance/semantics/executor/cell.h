// What a child shares with the process that started it. It stays readable when
// the child is killed, and costs the child no descriptor.

#ifndef PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_CELL_H_
#define PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_CELL_H_

#include <stddef.h>
#include <stdint.h>

#include <atomic>

#include "conformance/semantics/executor/program.h"

namespace plumbline::executor {

// A second thread's step and its line.
struct ThreadCell {
  enum State : uint32_t {
    kFree,
    // The main thread has chosen a step for it.
    kBegun,
    // It is in the call, or about to be.
    kCalling,
    // Its line is complete.
    kDone,
  };

  std::atomic<uint32_t> state;
  uint32_t step;
  // The clock before the call, from kCalling on.
  int64_t before;
  uint32_t size;
  // The longest lines are those of epoll_wait with kMaxSteps descriptors.
  char line[48 << 10];
};

struct Cell {
  // Of text, complete lines only.
  std::atomic<uint32_t> size;
  // The child came to the end of its program.
  std::atomic<uint32_t> ended;
  // Why the executor could not do its work; empty if it could.
  char broken[256];
  char text[1 << 20];
  ThreadCell threads[kMaxThread];
};

}  // namespace plumbline::executor

#endif  // PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_CELL_H_
