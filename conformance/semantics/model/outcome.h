// What a program did on a target, as the executor reports it
// (executor/README.md).

#ifndef CONFORMANCE_SEMANTICS_MODEL_OUTCOME_H_
#define CONFORMANCE_SEMANTICS_MODEL_OUTCOME_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/semantics/model/names.h"

namespace plumbline::semantics {

// Nanoseconds of CLOCK_MONOTONIC.
using Time = std::int64_t;

// One line: a step that ended, or that sleeps in its call.
struct Report {
  int step = 0;
  bool sleeps = false;
  bool is_gone = false;     // its process has ended
  bool is_busy = false;     // not made, as its thread still has a step to do
  std::int64_t result = 0;  // the first descriptor, of those that make two
  std::int64_t second = -1;
  Errno error = Errno::kNone;
  Time before = 0;
  Time after = 0;
  std::vector<std::string> output;  // words
  std::vector<int> handled;         // signals whose handlers ran, in order
  std::string line;                 // as it was
};

enum class Ending : std::uint8_t { kExited, kKilled, kHung };

struct Outcome {
  std::string name;  // of the program
  std::vector<Report> reports;
  Ending ending = Ending::kExited;
  int signal = 0;  // that killed it
};

// The outcome in `lines`, from "outcome NAME" to "end …". False if they are
// none; then `message` says why.
bool ParseOutcome(std::string_view lines, Outcome& outcome,
                  std::string& message);

}  // namespace plumbline::semantics

#endif  // CONFORMANCE_SEMANTICS_MODEL_OUTCOME_H_
