// Runs one program in the process that it is called in.

#ifndef PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_CHILD_H_
#define PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_CHILD_H_

#include <stdint.h>

#include "conformance/semantics/executor/cell.h"
#include "conformance/semantics/executor/program.h"

namespace plumbline::executor {

// What every program begins with.
inline constexpr int kSoftDescriptorLimit = 64;
inline constexpr int kHardDescriptorLimit = 1024;

struct ChildOptions {
  // The process that waits for the child.
  int parent;
  // What descriptors 0 to 2 are to be.
  int null;
  // See Watcher::Start.
  int64_t steady;
};

// In a fork of its own.
[[noreturn]] void RunProgram(const Program& program, Cell& cell,
                             const ChildOptions& options);

// Runs the program in this process, whose threads stay behind: for an emulator,
// which then has translated what children need, and knows that there will be
// threads. Signals and descriptors are left as they happen to be.
void Rehearse(const Program& program, Cell& cell, int64_t steady);

}  // namespace plumbline::executor

#endif  // PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_CHILD_H_
