// Reads programs, runs each in a child, and writes their outcomes in order.

#ifndef PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_SUPERVISOR_H_
#define PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_SUPERVISOR_H_

#include <stdint.h>

namespace plumbline::executor {

inline constexpr int kMaxProgramsAtOnce = 256;

struct Options {
  int programs_at_once = 1;
  int64_t watchdog_ms = 2000;
  // For how long a second thread has to be seen asleep to count as such. Native
  // threads sleep in the calls of their steps only; emulated ones also wait for
  // their emulator.
  int64_t steady_us = 0;
};

// From standard input to standard output, until the end of the former. Closes
// all other descriptors. The status for the process to exit with.
int Supervise(const Options& options);

}  // namespace plumbline::executor

#endif  // PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_SUPERVISOR_H_
