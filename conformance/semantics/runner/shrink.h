// Makes a program smaller: takes steps out, and repairs what named them.

#ifndef CONFORMANCE_SEMANTICS_RUNNER_SHRINK_H_
#define CONFORMANCE_SEMANTICS_RUNNER_SHRINK_H_

#include <functional>
#include <vector>

#include "conformance/semantics/model/program.h"

namespace plumbline::semantics {

// The program without the steps of which `keep` is false, and without those
// that use what these would have made.
Program Keep(const Program& program, std::vector<bool> keep);

// Of each program, whether it still shows what is looked for.
using ShowsIt =
    std::function<std::vector<bool>(const std::vector<Program>& programs)>;

// The smallest program that `shows` still says so of, by taking out ever fewer
// steps at once. Asks about many candidates at a time, as each time may take
// as long as a target takes to start.
Program Shrink(Program program, const ShowsIt& shows);

}  // namespace plumbline::semantics

#endif  // CONFORMANCE_SEMANTICS_RUNNER_SHRINK_H_
