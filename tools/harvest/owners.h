// Whose a header is that programs do not include by its own name.

#ifndef PLUMBLINE_TOOLS_HARVEST_OWNERS_H_
#define PLUMBLINE_TOOLS_HARVEST_OWNERS_H_

#include <vector>

#include "tools/harvest/clang_unit.h"
#include "tools/harvest/directives.h"

namespace plumbline::harvest {

// By header: the public one to include for what it says, or itself.
// `includes` are the headers that each one includes.
std::vector<int> FindOwners(const std::vector<int>& public_headers,
                            const std::vector<std::vector<int>>& includes,
                            const HeaderFiles& files,
                            const std::vector<Directives>& directives);

}  // namespace plumbline::harvest

#endif  // PLUMBLINE_TOOLS_HARVEST_OWNERS_H_
