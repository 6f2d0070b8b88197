// The programs that are run on both C libraries: they were linked with this
// machine's, and are to start on older ones.

#ifndef PLUMBLINE_TOOLS_GATE_BEHAVIOUR_PROGRAM_H_
#define PLUMBLINE_TOOLS_GATE_BEHAVIOUR_PROGRAM_H_

#include <map>
#include <set>
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

// What the libraries of one side define.
struct Export {
  std::set<std::string, std::less<>> versions;
  std::string by_default;  // that the linker takes; "" if it takes none
};
using Exports = std::map<std::string, Export, std::less<>>;
Exports ExportsOf(const harvest::Surface& surface);

struct Adapted {
  std::string interpreter;  // that the program asks for
  Machine machine;
  // Names that are imported, each once.
  std::vector<std::string> imports;
  // Of these, those that the side lacks: their address is 0 there.
  std::set<std::string, std::less<>> missing;
};

// Makes `to` a copy of the program that starts with the libraries of a side. A
// symbol whose version they lack is asked for in the version that a program
// that is linked with them has, and as a weak one if there is no such.
cli::Result<Adapted> Adapt(const std::string& program, const std::string& to,
                           const Exports& side);

}  // namespace plumbline::gate

#endif  // PLUMBLINE_TOOLS_GATE_BEHAVIOUR_PROGRAM_H_
