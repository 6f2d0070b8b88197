// The types that a program was compiled with, as its debug information (DWARF)
// has them.

#ifndef PLUMBLINE_TOOLS_GATE_DEBUG_TYPES_H_
#define PLUMBLINE_TOOLS_GATE_DEBUG_TYPES_H_

#include <compare>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "tools/cli/error.h"

namespace plumbline::gate {

// A member, with the path and the numbers that a surface gives it.
struct DebugField {
  std::string path;
  std::uint64_t offset = 0;  // in bits
  std::uint64_t width = 0;   // in bits; 0 for a flexible array
  bool bit_field = false;

  auto operator<=>(const DebugField&) const = default;
};

struct DebugType {
  // As a finding names it: "struct stat", "time_t"; of an enumerator, its name.
  std::string name;
  std::string file;  // where it is declared, as the compiler called the file
  bool is_enumerator = false;
  std::uint64_t size = 0;  // in bytes
  std::string value;       // of an enumerator
  std::vector<DebugField> fields;

  auto operator<=>(const DebugType&) const = default;
};

struct DebugTypes {
  bool any = false;  // whether there is debug information
  // What it refers to and is not there: .dwo files, what dwz has taken out.
  std::set<std::string> missing;
  // Each once, though several units of a program declare it.
  std::set<DebugType> types;
};

// Reads what the file says of types and enumerators of these names, from
// itself, or from its separate debug file where that is in one of the usual
// places. `path` is an ELF file; damaged debug information is an error.
cli::Result<DebugTypes> ReadDebugTypes(const std::string& path,
                                       const std::set<std::string>& names);

}  // namespace plumbline::gate

#endif  // PLUMBLINE_TOOLS_GATE_DEBUG_TYPES_H_
