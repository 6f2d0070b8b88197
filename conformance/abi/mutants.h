// Judges changed declarations one at a time: each change must be noticed.

#ifndef PLUMBLINE_CONFORMANCE_ABI_MUTANTS_H_
#define PLUMBLINE_CONFORMANCE_ABI_MUTANTS_H_

#include <iosfwd>
#include <optional>
#include <span>

#include "conformance/abi/judge.h"

namespace plumbline::abi {

// Reads mutants from `in` and writes a verdict for each to `out`, a line each:
//   NAME TAB number of failed checks TAB names of the first few
//
// A mutant is a line `mutant NAME`, then for each changed family a line `family
// NAME` followed by lines `-ROW` (this row is taken out) and `+ROW` (this one
// is put in, where the one before was taken out, or at the end). A line `facts
// FILE` replaces facts by those of FILE, raw records as in the section
// plumbline_facts. Returns false, with a message to `err`, when the input makes
// no sense.
bool JudgeMutants(std::istream& in, std::ostream& out, std::ostream& err,
                  std::span<const Table> tables, const FactStore& facts,
                  const std::optional<SymbolTable>& symbols,
                  const Target& target);

}  // namespace plumbline::abi

#endif  // PLUMBLINE_CONFORMANCE_ABI_MUTANTS_H_
