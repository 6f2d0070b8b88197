// Runs programs in the process that it is called in.

#ifndef PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_CHILD_H_
#define PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_CHILD_H_

#include <stdint.h>

#include "conformance/semantics/executor/cell.h"

namespace plumbline::executor {

// What every program begins with.
inline constexpr int kSoftDescriptorLimit = 64;
inline constexpr int kHardDescriptorLimit = 1024;

struct ChildOptions {
  // The process that waits for the child; it gets SIGUSR1 when the child has
  // nothing more to do.
  int parent;
  // What descriptors 0 to 2 are to be.
  int null;
  // See Watcher::Start.
  int64_t steady;
  // So many programs at most.
  int64_t programs;
};

// In a fork of its own: runs the lane's programs from the cell with that index
// on. Each begins as the first one did; where that can't be had, or after the
// most programs, the child exits with status 0.
[[noreturn]] void RunPrograms(Lane& lane, int from,
                              const ChildOptions& options);

// Runs the program of the lane's first cell in this process, whose threads stay
// behind: for an emulator, which then has translated what children need, and
// knows that there will be threads. Signals and descriptors are left as they
// happen to be.
void Rehearse(Lane& lane, int64_t steady);

}  // namespace plumbline::executor

#endif  // PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_CHILD_H_
