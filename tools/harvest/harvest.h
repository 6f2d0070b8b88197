// The whole surface of a sysroot.

#ifndef PLUMBLINE_TOOLS_HARVEST_HARVEST_H_
#define PLUMBLINE_TOOLS_HARVEST_HARVEST_H_

#include <chrono>

#include "tools/cli/error.h"
#include "tools/harvest/surface.h"
#include "tools/harvest/sysroot.h"

namespace plumbline::harvest {

struct HarvestOptions {
  // For each side's headers. One that includes itself without end takes any
  // time.
  std::chrono::seconds limit{60};
  // To measure by the cross gcc where clang knows the architecture, too.
  bool by_gcc = false;
  // _FORTIFY_SOURCE of one more variant of the C library's headers; 0 for none.
  int fortify = 0;
};

// Reads headers in two processes of its own, and libraries meanwhile.
cli::Result<Surface> Harvest(const Sysroot& sysroot,
                             const HarvestOptions& options);

}  // namespace plumbline::harvest

#endif  // PLUMBLINE_TOOLS_HARVEST_HARVEST_H_
