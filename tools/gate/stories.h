// Findings that belong together, told as one.

#ifndef PLUMBLINE_TOOLS_GATE_STORIES_H_
#define PLUMBLINE_TOOLS_GATE_STORIES_H_

#include <vector>

#include "tools/gate/finding.h"
#include "tools/gate/report.h"

namespace plumbline::gate {

// Sets the story of each finding that has one, and returns them, the worst
// first. Known stories are in a table; others are joined by what they share:
// a type, a function, the version of new defaults, a header that has gone.
std::vector<Story> TellStories(std::vector<Finding>& findings);

// Counts anew, after findings were taken out; an empty story goes.
void Recount(Report& report);

}  // namespace plumbline::gate

#endif  // PLUMBLINE_TOOLS_GATE_STORIES_H_
