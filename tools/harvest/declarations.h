// Types, functions, variables and enumerators of a parsed unit.

#ifndef PLUMBLINE_TOOLS_HARVEST_DECLARATIONS_H_
#define PLUMBLINE_TOOLS_HARVEST_DECLARATIONS_H_

#include <functional>

#include "tools/harvest/clang_unit.h"
#include "tools/harvest/facts.h"

namespace plumbline::harvest {

// Adds what the files that are wanted declare. Texts go to the pool.
void CollectDeclarations(ClangUnit& unit,
                         const std::function<bool(int file)>& wanted,
                         TextPool& texts, Facts& facts);

// Sorted words for those of clang's printed attributes that a caller of the
// function depends on: "deprecated nonnull(1,2) noreturn".
std::string CallersAttributes(std::string_view printed);

}  // namespace plumbline::harvest

#endif  // PLUMBLINE_TOOLS_HARVEST_DECLARATIONS_H_
