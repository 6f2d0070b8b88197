// What `show` says of a declared thing: labelled lines, and a table with a
// column per target.

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
  std::string title;  // "O_DIRECT: constant"
  std::vector<std::pair<std::string, std::string>> head;  // "header", "fcntl.h"
  Grid grid;
};

// One thing in full.
Shown ShowOne(const Declarations& declarations, const Entry& entry,
              std::span<const Target> chosen);

// Many things of one kind, a row for each.
Shown ShowMany(std::span<const Entry> entries, std::span<const Target> chosen);

// For people: lines of at most 100 columns, if no single word is longer.
std::string AsText(const Shown& shown, std::span<const Target> chosen,
                   bool colour);

std::string AsMarkdown(const Shown& shown, std::span<const Target> chosen);

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_SHOWN_H_
