// Reads programs, has children run them, and writes their outcomes.

#ifndef PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_SUPERVISOR_H_
#define PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_SUPERVISOR_H_

#include <stdint.h>

namespace plumbline::executor {

inline constexpr int kMaxProgramsAtOnce = 256;

struct Options {
  int programs_at_once = 1;
  // Outcomes are written as they come, and not in the order of the programs, so
  // that one that hangs keeps no other from being run.
  bool as_they_end = false;
  int64_t watchdog_ms = 2000;
  // For how long a second thread has to be seen asleep to count as such. Native
  // threads sleep in the calls of their steps only; emulated ones also wait for
  // their emulator.
  int64_t steady_us = 0;
  // A child runs so many programs, one after the other, if each leaves nothing
  // behind.
  int64_t programs_per_child = 1000;
  // Runs a program first that uses most calls, in the process that children
  // come from: an emulator translates a call once, and not once in each child.
  bool rehearse = false;
};

// From standard input to standard output, until the end of the former. Closes
// all other descriptors. The status for the process to exit with.
int Supervise(const Options& options);

}  // namespace plumbline::executor

#endif  // PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_SUPERVISOR_H_
