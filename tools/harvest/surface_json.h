// A surface as JSON for other programs, by the schema plumbline.snapshot/1,
// which README.md describes. The text is what surfaces are kept in.

#ifndef PLUMBLINE_TOOLS_HARVEST_SURFACE_JSON_H_
#define PLUMBLINE_TOOLS_HARVEST_SURFACE_JSON_H_

#include <cstddef>
#include <string>

#include "tools/harvest/surface.h"

namespace plumbline::harvest {

// `foreign`: see CompletenessText().
std::string SurfaceJson(const Surface& surface, std::size_t foreign);

}  // namespace plumbline::harvest

#endif  // PLUMBLINE_TOOLS_HARVEST_SURFACE_JSON_H_
