// All facts of one side's headers in one variant.

#ifndef PLUMBLINE_TOOLS_HARVEST_HEADER_HARVEST_H_
#define PLUMBLINE_TOOLS_HARVEST_HEADER_HARVEST_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/harvest/evaluation.h"
#include "tools/harvest/facts.h"
#include "tools/harvest/gcc.h"
#include "tools/harvest/grouping.h"
#include "tools/harvest/sysroot.h"

namespace plumbline::harvest {

// One way to compile: a variant of surface.h and the macros that ask for it.
struct Variant {
  std::string name = {};
  char letter = 0;  // of its visibility, if it has one
  std::vector<std::string> defines = {};
};

// What including the headers of one side in one variant shows.
struct HeaderHarvest {
  Facts facts;
  Plan plan;  // its discoveries are emptied
  // By header: those that it needs before it.
  std::map<int, std::set<int>> needs;
  // By header: those of the other side that come with it.
  std::map<int, std::set<int>> brings;
  // By header: those that it includes itself.
  std::vector<std::vector<int>> includes;
  std::set<int> seen;  // headers that were entered
};

// The headers of a side that programs include by their own names.
std::vector<int> PublicHeaders(Side side, const HeaderFiles& files,
                               const std::vector<Directives>& directives);

// What is read, and with what.
struct Source {
  const Sysroot& sysroot;
  const HeaderFiles& files;
  const std::vector<Directives>& directives;  // by header
  const Gcc* gcc;  // nullptr where clang knows the architecture
};

// `groups` are those of another variant's plan, if they are known already;
// `knowledge` is what other variants have found out.
cli::Result<HeaderHarvest> HarvestHeaders(
    const Source& source, Side side, const Variant& variant,
    const std::vector<std::vector<int>>* groups, Knowledge& knowledge,
    TextPool& texts);

}  // namespace plumbline::harvest

#endif  // PLUMBLINE_TOOLS_HARVEST_HEADER_HARVEST_H_
