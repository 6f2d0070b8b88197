// How complete a surface is, in words.

#ifndef PLUMBLINE_TOOLS_HARVEST_COMPLETENESS_H_
#define PLUMBLINE_TOOLS_HARVEST_COMPLETENESS_H_

#include <string>

#include "tools/harvest/surface.h"

namespace plumbline::harvest {

// A table of counts, and lines for macros that have no value and for each
// header that is not as the others. `foreign` headers of the sysroot are
// neither the C library's nor the kernel's.
std::string CompletenessText(const Surface& surface, std::size_t foreign);

}  // namespace plumbline::harvest

#endif  // PLUMBLINE_TOOLS_HARVEST_COMPLETENESS_H_
