// From facts by file to a surface's sections by owner, with all variants.

#ifndef PLUMBLINE_TOOLS_HARVEST_ASSEMBLY_H_
#define PLUMBLINE_TOOLS_HARVEST_ASSEMBLY_H_

#include <string>
#include <vector>

#include "tools/harvest/header_harvest.h"

namespace plumbline::harvest {

struct VariantFacts {
  Variant variant;
  Facts facts;
};

// Adds the sections of one side. The first variant is the one of _GNU_SOURCE,
// or the only one. `owners` are by header.
void AddSections(Side side, std::vector<VariantFacts> variants,
                 const std::vector<int>& owners, const HeaderFiles& files,
                 Surface& surface);

// Adds what there is to say of the side's headers themselves.
void AddHeaders(Side side, const HeaderHarvest& harvest,
                const std::vector<int>& owners, const HeaderFiles& files,
                Surface& surface);

}  // namespace plumbline::harvest

#endif  // PLUMBLINE_TOOLS_HARVEST_ASSEMBLY_H_
