// Who reports an error: the kernel, or the C library without asking it?

#ifndef PLUMBLINE_CONFORMANCE_ERRORS_TRACE_H_
#define PLUMBLINE_CONFORMANCE_ERRORS_TRACE_H_

#include <sys/types.h>

namespace plumbline::errors {

// A system call that does nothing, by which a traced process says that the call
// under test begins, and that it has ended.
void MarkCall();

// In the child: asks to be traced, and waits for the parent to do it.
void AskToBeTraced();

// In the parent: lets the child run to its end or `seconds`, and returns the
// errno that the last failing system call between the marks had; 0 if none
// failed, -1 if the child could not be traced. The child has ended then, with
// the status that waitpid gave.
int Trace(pid_t child, int seconds, int* status);

}  // namespace plumbline::errors

#endif  // PLUMBLINE_CONFORMANCE_ERRORS_TRACE_H_
