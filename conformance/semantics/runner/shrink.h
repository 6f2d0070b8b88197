// Makes a program smaller: takes steps out, and repairs what named them.

#ifndef CONFORMANCE_SEMANTICS_RUNNER_SHRINK_H_
#define CONFORMANCE_SEMANTICS_RUNNER_SHRINK_H_

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include "conformance/semantics/model/program.h"

namespace plumbline::semantics {

// The program without the steps of which `keep` is false, and without those
// that use what these would have made.
Program Keep(const Program& program, std::vector<bool> keep);

// One program on its way to be smaller, by taking out ever fewer steps at once.
class Shrinking {
 public:
  explicit Shrinking(Program program)
      : program_(std::move(program)),
        chunk_(std::max<std::size_t>(program_.steps.size() / 2, 1)) {}

  // Smaller ones to be tried; none when it is as small as it gets.
  std::vector<Program> Candidates() const;
  // Which of them still show what is looked for.
  void Take(std::vector<Program> candidates, const std::vector<bool>& shown);

  const Program& program() const { return program_; }

 private:
  Program program_;
  std::size_t chunk_;  // of steps that are taken out; 0 at the end
};

// A smaller program in the place of the one with the index.
struct Candidate {
  std::size_t index = 0;
  Program program;
};

// Of each candidate, whether it still shows what is looked for.
using ShowsIt =
    std::function<std::vector<bool>(const std::vector<Candidate>& candidates)>;

// The smallest programs that `shows` still says so of. Asks about the
// candidates of all at a time, as each time may take as long as a target takes
// to start.
std::vector<Program> Shrink(std::vector<Program> programs,
                            const ShowsIt& shows);

}  // namespace plumbline::semantics

#endif  // CONFORMANCE_SEMANTICS_RUNNER_SHRINK_H_
