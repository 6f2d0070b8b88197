// The programs that are run on both C libraries: they were linked with this
// machine's, and are to start on older ones.

#ifndef PLUMBLINE_TOOLS_GATE_BEHAVIOUR_PROGRAM_H_
#define PLUMBLINE_TOOLS_GATE_BEHAVIOUR_PROGRAM_H_

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/cli/error.h"
#include "tools/harvest/surface.h"

namespace plumbline::gate {

// What a file is a program or library of.
struct Machine {
  int machine = 0;     // EM_X86_64
  int bits = 0;        // ELFCLASS64
  int byte_order = 0;  // ELFDATA2LSB

  bool operator==(const Machine&) const = default;
};

// An error says what is wrong with the file, without its name.
cli::Result<Machine> MachineOf(const std::string& file);

// Name → the versions that some library of a side defines it in.
using Exports =
    std::map<std::string, std::set<std::string, std::less<>>, std::less<>>;
Exports ExportsOf(const harvest::Surface& surface);

struct Adapted {
  std::string interpreter;  // that the program asks for
  Machine machine;
  // Names that are imported, each once.
  std::vector<std::string> imports;
  // Of these, by side, those that it lacks: their address is 0 there.
  std::vector<std::set<std::string, std::less<>>> missing;
};

// Makes `to` a copy of the program that starts on all of these sides. A symbol
// whose version one of them lacks is asked for in an older version, which all
// have; else without one; and as a weak symbol, if a side does not have it at
// all. Versions that nothing asks for any more need not be there.
cli::Result<Adapted> Adapt(const std::string& program, const std::string& to,
                           std::span<const Exports> sides);

}  // namespace plumbline::gate

#endif  // PLUMBLINE_TOOLS_GATE_BEHAVIOUR_PROGRAM_H_
