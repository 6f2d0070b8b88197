// Compares two surfaces of one architecture. Pure: no files, no clock.

#ifndef PLUMBLINE_TOOLS_GATE_COMPARE_H_
#define PLUMBLINE_TOOLS_GATE_COMPARE_H_

#include <vector>

#include "tools/gate/finding.h"
#include "tools/harvest/surface.h"

namespace plumbline::gate {

// Both are sorted. Severities are those of the ids; rules come after.
std::vector<Finding> Compare(const harvest::Surface& before,
                             const harvest::Surface& after);

// The three parts of it.
void CompareHeaders(const harvest::Surface& before,
                    const harvest::Surface& after, std::vector<Finding>& out);
void CompareNames(const harvest::Surface& before, const harvest::Surface& after,
                  std::vector<Finding>& out);
void CompareSymbols(const harvest::Surface& before,
                    const harvest::Surface& after, std::vector<Finding>& out);

}  // namespace plumbline::gate

#endif  // PLUMBLINE_TOOLS_GATE_COMPARE_H_
