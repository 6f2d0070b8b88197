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

}  // namespace plumbline::executor

#endif  // PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_CHILD_H_
