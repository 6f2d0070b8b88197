// What the checks of two C libraries came to, side by side; pure.

#ifndef PLUMBLINE_TOOLS_GATE_BEHAVIOUR_COMPARE_H_
#define PLUMBLINE_TOOLS_GATE_BEHAVIOUR_COMPARE_H_

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "tools/cli/report.h"
#include "tools/gate/finding.h"

namespace plumbline::gate {

// A check whose outcome is not the same on both.
struct Difference {
  cli::Check before, after;

  const std::string& name() const { return before.name; }
};

// How many checks of a kind there were.
struct BehaviourCount {
  std::size_t on_both = 0;  // that ran on both
  std::size_t skipped = 0;  // on one or both, with a reason
};

struct BehaviourComparison {
  std::vector<Difference> differences;
  std::map<std::string, BehaviourCount> counts;  // by kind: "errors"
};

// Of checks sorted by name, as ParseReport() gives them. A name that one side
// lacks is a skipped check there.
BehaviourComparison CompareChecks(const std::vector<cli::Check>& before,
                                  const std::vector<cli::Check>& after);

// Whether the check came to the same, as far as it is compared.
bool SameOutcome(const cli::Check& a, const cli::Check& b);

// Leaves the differences that a repetition of their checks shows likewise, and
// gives how many it did not.
std::size_t KeepRepeated(const std::vector<cli::Check>& before,
                         const std::vector<cli::Check>& after,
                         std::vector<Difference>& differences);

Finding FindingOf(const Difference& difference, const std::string& library,
                  const std::string& arch);

}  // namespace plumbline::gate

#endif  // PLUMBLINE_TOOLS_GATE_BEHAVIOUR_COMPARE_H_
