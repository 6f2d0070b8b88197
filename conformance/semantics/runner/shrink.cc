#include "conformance/semantics/runner/shrink.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>

namespace plumbline::semantics {

Program Keep(const Program& program, std::vector<bool> keep) {
  Program smaller{program.name, {}};
  std::vector<int> number(program.steps.size(), -1);
  // Processes that are not made, and so do no steps.
  std::set<std::int64_t> unmade;
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    if (!keep[i]) {
      const Step& gone = program.steps[i];
      if (gone.call == Call::kFork) unmade.insert(gone[0].number);
      continue;
    }
    if (unmade.contains(program.steps[i].thread)) continue;
    Step step = program.steps[i];
    bool is_whole = true;
    ForEachFd(step, [&](FdRef& fd) {
      if (fd.step < 0) return;
      fd.step = number[static_cast<std::size_t>(fd.step)];
      is_whole = is_whole && fd.step >= 0;
    });
    if (!is_whole) continue;
    number[i] = static_cast<int>(smaller.steps.size());
    smaller.steps.push_back(std::move(step));
  }
  return smaller;
}

Program Shrink(Program program, const ShowsIt& shows) {
  std::size_t chunk = std::max<std::size_t>(program.steps.size() / 2, 1);
  while (true) {
    std::vector<Program> candidates;
    const std::size_t steps = program.steps.size();
    for (std::size_t start = 0; start < steps; start += chunk) {
      std::vector<bool> keep(steps, true);
      for (std::size_t i = start; i < std::min(start + chunk, steps); ++i) {
        keep[i] = false;
      }
      candidates.push_back(Keep(program, std::move(keep)));
    }
    const std::vector<bool> shown = shows(candidates);
    std::size_t best = candidates.size();
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (!shown[i]) continue;
      if (best == candidates.size() ||
          candidates[i].steps.size() < candidates[best].steps.size()) {
        best = i;
      }
    }
    if (best != candidates.size()) {
      program = std::move(candidates[best]);
      chunk = std::min(chunk, std::max<std::size_t>(program.steps.size(), 1));
    } else if (chunk == 1) {
      return program;
    } else {
      chunk /= 2;
    }
  }
}

}  // namespace plumbline::semantics
