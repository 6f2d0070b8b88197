// Facts as they are found: each with the file that it is in, before owners are
// known.

#ifndef PLUMBLINE_TOOLS_HARVEST_FACTS_H_
#define PLUMBLINE_TOOLS_HARVEST_FACTS_H_

#include <set>
#include <string>
#include <vector>

#include "tools/harvest/surface.h"

namespace plumbline::harvest {

template <typename Fact>
struct InFile {
  int file;
  Fact fact;
};

struct Facts {
  std::vector<InFile<Constant>> constants;
  std::vector<InFile<FunctionMacro>> function_macros;
  std::vector<std::string> expressions;  // by function-like macro: its use
  std::vector<InFile<Type>> types;
  std::vector<InFile<Declaration>> declarations;
  // Pairs of files: the first uses a name that the second declares.
  std::set<std::pair<int, int>> uses;
};

}  // namespace plumbline::harvest

#endif  // PLUMBLINE_TOOLS_HARVEST_FACTS_H_
