// The handler that programs install: it only notes that it ran.

#ifndef PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_HANDLED_H_
#define PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_HANDLED_H_

#include "conformance/semantics/executor/text.h"

namespace plumbline::executor {

void NoteSignal(int signal);

// Writes " handled:SIGUSR1,…" for what the calling thread has handled since it
// was last asked; nothing if there is nothing.
void PutHandled(Text& text);
// Of a process that was forked: those are its parent's.
void ForgetHandled();

}  // namespace plumbline::executor

#endif  // PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_HANDLED_H_
