#include "conformance/semantics/executor/handled.h"

#include <signal.h>

#include "conformance/semantics/executor/names.h"

namespace plumbline::executor {
namespace {

// More than can be queued by the steps of a program.
constexpr int kMost = 1024;

struct Handled {
  volatile sig_atomic_t count;
  volatile int signals[kMost];
};

thread_local Handled handled;

}  // namespace

// Another signal may interrupt it, and then takes the next place.
void NoteSignal(int signal) {
  const int place = handled.count;
  if (place == kMost) return;
  handled.count = place + 1;
  handled.signals[place] = signal;
}

void PutHandled(Text& text) {
  const int count = handled.count;
  if (count == 0) return;
  handled.count = 0;
  text.Put(" handled:");
  for (int i = 0; i < count; ++i) {
    if (i > 0) text.Put(',');
    PutSignal(text, handled.signals[i]);
  }
}

void ForgetHandled() { handled.count = 0; }

}  // namespace plumbline::executor
