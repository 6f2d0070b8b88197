// The state of this process that a call which fails must leave as it was:
// descriptors and what is open under them, signals, limits, timers, credentials
// and what prctl sets.

#ifndef PLUMBLINE_CONFORMANCE_ERRORS_SNAPSHOT_H_
#define PLUMBLINE_CONFORMANCE_ERRORS_SNAPSHOT_H_

#include <stddef.h>

namespace plumbline::errors {

// A line per thing: "fd 3 pos: 0". Static memory only, as a provocation may
// have used up the rest.
struct Snapshot {
  size_t size = 0;
  char text[65536];

  void Take();
};

// The first line that one has and the other has not, as "was …, is …"; false if
// there is none.
bool FirstDifference(const Snapshot& before, const Snapshot& after, char* text,
                     size_t size);

}  // namespace plumbline::errors

#endif  // PLUMBLINE_CONFORMANCE_ERRORS_SNAPSHOT_H_
