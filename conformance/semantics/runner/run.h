// A run of random programs on a target, judged by the model.

#ifndef CONFORMANCE_SEMANTICS_RUNNER_RUN_H_
#define CONFORMANCE_SEMANTICS_RUNNER_RUN_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/semantics/generator/generator.h"
#include "conformance/semantics/model/judge.h"
#include "conformance/semantics/model/outcome.h"
#include "conformance/semantics/model/program.h"
#include "conformance/semantics/model/rules.h"
#include "conformance/semantics/runner/deviations.h"

namespace plumbline::semantics {

struct RunOptions {
  std::vector<std::string> command;  // that is the executor
  Target target;
  Place place;
  // The groups of rules that are to be kept ("epoll"); empty: all of them.
  std::vector<std::string> groups;
  std::uint64_t seed = 0;
  std::uint64_t programs = 1000;
  int steps = 20;
  Mix mix = Mix::kAll;
  // How many programs that break the same rule are made smaller and told.
  int per_rule = 2;
  // Ends with the first disagreement, which is told as it was found.
  bool first_only = false;
};

// A program that the model does not allow, as small as it could be made.
struct Disagreement {
  std::string name;  // of the program that it was found with
  Program program;
  Outcome outcome;
  std::string text;  // of the outcome
  Violation violation;
};

// An entry of the ledger, and what came of it.
struct ListedDeviation {
  const KnownDeviation* known = nullptr;
  std::uint64_t programs = 0;  // of the run that it explains
  // Why it is a failure: its program is allowed, or does something else. Empty
  // if it does what is listed.
  std::string failure;
};

struct RunResult {
  std::uint64_t programs = 0;
  std::uint64_t steps = 0;
  std::uint64_t succeeded = 0;  // steps
  std::uint64_t threads = 0;    // programs in which a second thread slept
  std::uint64_t timers = 0;     // with a timer that was over
  std::uint64_t signals = 0;    // with a signal that was sent
  std::uint64_t duplicates = 0;
  std::uint64_t disagreeing = 0;
  std::uint64_t lost = 0;  // not judged to their end
  double seconds = 0;
  RuleCounts rules{};
  std::vector<Disagreement> disagreements;
  std::vector<ListedDeviation> deviations;
  // Programs that disagreed, and hardly again when they were repeated: the
  // executor sees second threads from outside, and may have been late. A few
  // are told apart; if there are more, all are among those that disagree.
  std::vector<Disagreement> seen_once;
};

// Throws TargetError if the target can't be asked. `progress` is called now and
// then with how many programs are done.
RunResult Run(const RunOptions& options,
              const std::function<void(std::uint64_t done)>& progress);

// Whether the rule ("epoll.8") is of one of the groups; of any, if there are
// none.
bool IsAbout(std::string_view rule, const std::vector<std::string>& groups);

// What a program did.
struct Replayed {
  Outcome outcome;
  // If the model does not allow it.
  std::optional<Violation> violation;
};

// Runs each program once, in one run of the target, which may take long to
// start.
std::vector<Replayed> Replay(const RunOptions& options,
                             const std::vector<Program>& programs);

}  // namespace plumbline::semantics

#endif  // CONFORMANCE_SEMANTICS_RUNNER_RUN_H_
