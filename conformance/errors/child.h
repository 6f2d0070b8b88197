// Runs provocations, each in a child process.

#ifndef PLUMBLINE_CONFORMANCE_ERRORS_CHILD_H_
#define PLUMBLINE_CONFORMANCE_ERRORS_CHILD_H_

#include "conformance/errors/outcome.h"
#include "conformance/errors/provocation.h"

namespace plumbline::errors {

// kUnprivileged: as kRaw, without privileges. kTraced: as kRaw, to see what the
// kernel answers.
enum class Pass { kRaw, kLibc, kUnprivileged, kTraced };

// Runs it to its end, or to `seconds` from now.
Outcome Run(const Provocation& provocation, Pass pass, int seconds);

// Becomes somebody who owns nothing where it can; elsewhere, as in a namespace
// of one user, it keeps its user but has no capabilities.
void GiveUpPrivileges();

}  // namespace plumbline::errors

#endif  // PLUMBLINE_CONFORMANCE_ERRORS_CHILD_H_
