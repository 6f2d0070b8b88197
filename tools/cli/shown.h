// What `show` says of a declared thing: what is the same everywhere, and what is not.

#ifndef PLUMBLINE_TOOLS_CLI_SHOWN_H_
#define PLUMBLINE_TOOLS_CLI_SHOWN_H_

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tools/cli/declarations.h"
#include "tools/cli/grid.h"

namespace plumbline::cli {

struct Shown {
  std::string title;                                          // "O_DIRECT: constant, flags of open"
  std::vector<std::pair<std::string, std::string>> everywhere;  // "header", "fcntl.h"
  Grid grid;
};

// One thing in full.
Shown ShowOne(const Declarations& declarations, const Entry& entry);

// Many things of one kind, a row for each.
Shown ShowMany(std::span<const Entry> entries, std::span<const Target> chosen);

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_SHOWN_H_
