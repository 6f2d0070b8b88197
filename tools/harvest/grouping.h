// Which headers can be parsed together. Most can: a few units then hold all of
// them, and each header still says there what it says alone.

#ifndef PLUMBLINE_TOOLS_HARVEST_GROUPING_H_
#define PLUMBLINE_TOOLS_HARVEST_GROUPING_H_

#include <map>
#include <string>
#include <vector>

#include "tools/harvest/directives.h"
#include "tools/harvest/discovery.h"

namespace plumbline::harvest {

struct Group {
  std::vector<int> roots;  // in the order in which they are included
  Discovery discovery;
};

// Two headers that can't be included together.
struct Clash {
  int first = kNoFile, second = kNoFile;
  std::string reason;
};

struct Plan {
  std::vector<Group> groups;
  // Headers that are no C when they are included by themselves, and why; they
  // are in no group.
  std::map<int, std::string> failing;
  std::vector<Clash> clashes;
  int parses = 0;
};

// `directives` are by header.
cli::Result<Plan> MakeGroups(std::vector<int> roots,
                             const std::vector<std::string>& options,
                             const HeaderFiles& files,
                             const std::vector<Directives>& directives);

}  // namespace plumbline::harvest

#endif  // PLUMBLINE_TOOLS_HARVEST_GROUPING_H_
