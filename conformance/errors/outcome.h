// What a provocation's child process found, in memory that it shares with its
// parent.

#ifndef PLUMBLINE_CONFORMANCE_ERRORS_OUTCOME_H_
#define PLUMBLINE_CONFORMANCE_ERRORS_OUTCOME_H_

namespace plumbline::errors {

struct Outcome {
  int calls;    // how often CALL was reached
  long result;  // of the call, and errno after it
  int error;
  bool is_raw;    // it was made by CALL_RAW
  bool has_libc;  // there is a CALL_LIBC, left out in this run
  int effects;    // how many EFFECTs held
  int reasons;    // how many HOLDS held
  bool finished;  // the body ran to its end
  bool limited;   // a resource limit was lowered before the call
  char skipped[256];
  char broken[512];    // the set-up failed: which call, and how
  char changed[512];   // what the failing call changed
  char expected[256];  // an EXPECT, EFFECT or HOLDS that did not hold
  // Of a traced run: the errno that a system call failed with during the call;
  // 0 if none did, -1 if it could not be traced.
  int kernel_error;
  // How the process ended.
  int signal;  // that killed it, or 0
  bool hung;   // it was killed for taking too long
};

}  // namespace plumbline::errors

#endif  // PLUMBLINE_CONFORMANCE_ERRORS_OUTCOME_H_
