// The whole comparison: surfaces of several architectures to a report.

#ifndef PLUMBLINE_TOOLS_GATE_GATE_H_
#define PLUMBLINE_TOOLS_GATE_GATE_H_

#include <vector>

#include "tools/cli/error.h"
#include "tools/gate/report.h"
#include "tools/gate/rules.h"
#include "tools/harvest/surface.h"

namespace plumbline::gate {

// Pairs the surfaces by architecture; one without a counterpart is an error,
// as nothing is skipped in silence.
cli::Result<Report> CompareAll(const std::vector<harvest::Surface>& before,
                               const std::vector<harvest::Surface>& after,
                               const SeverityOptions& severities);

// Adds what was found otherwise than in the surfaces.
void AddFindings(std::vector<Finding> more, const SeverityOptions& severities,
                 Report& report);

}  // namespace plumbline::gate

#endif  // PLUMBLINE_TOOLS_GATE_GATE_H_
