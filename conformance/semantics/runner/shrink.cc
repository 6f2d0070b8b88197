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

std::vector<Program> Shrinking::Candidates() const {
  if (chunk_ == 0) return {};
  std::vector<Program> candidates;
  const std::size_t steps = program_.steps.size();
  for (std::size_t start = 0; start < steps; start += chunk_) {
    std::vector<bool> keep(steps, true);
    for (std::size_t i = start; i < std::min(start + chunk_, steps); ++i) {
      keep[i] = false;
    }
    candidates.push_back(Keep(program_, std::move(keep)));
  }
  return candidates;
}

void Shrinking::Take(std::vector<Program> candidates,
                     const std::vector<bool>& shown) {
  std::size_t best = candidates.size();
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (!shown[i]) continue;
    if (best == candidates.size() ||
        candidates[i].steps.size() < candidates[best].steps.size()) {
      best = i;
    }
  }
  if (best != candidates.size()) {
    program_ = std::move(candidates[best]);
    chunk_ = std::min(chunk_, std::max<std::size_t>(program_.steps.size(), 1));
  } else {
    chunk_ /= 2;
  }
}

std::vector<Program> Shrink(std::vector<Program> programs,
                            const ShowsIt& shows) {
  std::vector<Shrinking> all;
  for (Program& program : programs) all.emplace_back(std::move(program));
  while (true) {
    std::vector<Candidate> asked;
    std::vector<std::vector<Program>> candidates;
    for (std::size_t i = 0; i < all.size(); ++i) {
      candidates.push_back(all[i].Candidates());
      for (const Program& one : candidates.back()) asked.push_back({i, one});
    }
    if (asked.empty()) break;
    const std::vector<bool> shown = shows(asked);
    auto next = shown.begin();
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto end = next + static_cast<std::ptrdiff_t>(candidates[i].size());
      if (next != end) {
        all[i].Take(std::move(candidates[i]), std::vector<bool>(next, end));
      }
      next = end;
    }
  }
  programs.clear();
  for (const Shrinking& one : all) programs.push_back(one.program());
  return programs;
}

}  // namespace plumbline::semantics
