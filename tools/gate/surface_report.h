// A target's surface held against the recorded one of the same C library, as a
// checker's report.

#ifndef PLUMBLINE_TOOLS_GATE_SURFACE_REPORT_H_
#define PLUMBLINE_TOOLS_GATE_SURFACE_REPORT_H_

#include <string>
#include <string_view>

#include "tools/harvest/surface.h"

namespace plumbline::gate {

// In JSON, of schema plumbline.report/1: a check for each header and library of
// the baseline that is as recorded, and one for each thing that differs. The
// kernel's headers are left out, with the reason, where they are of another
// release than the baseline's, and all where it is a cross compiler's sysroot
// of another build. `name` is the baseline's: "bookworm".
std::string SurfaceReport(const harvest::Surface& baseline,
                          const harvest::Surface& seen, std::string_view name);

// That of a C library of which nothing is recorded: one skip.
std::string NoBaselineReport(const harvest::Surface& seen);

}  // namespace plumbline::gate

#endif  // PLUMBLINE_TOOLS_GATE_SURFACE_REPORT_H_
