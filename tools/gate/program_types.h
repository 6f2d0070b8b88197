// Findings of types, held against the types that programs were compiled with.

#ifndef PLUMBLINE_TOOLS_GATE_PROGRAM_TYPES_H_
#define PLUMBLINE_TOOLS_GATE_PROGRAM_TYPES_H_

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tools/gate/debug_types.h"
#include "tools/gate/finding.h"
#include "tools/harvest/surface.h"

namespace plumbline::gate {

// A program or library, by the name that reports call it.
struct ProgramTypes {
  std::string file;
  std::string arch;
  DebugTypes debug;
};

// The names of types and enumerators that the findings are of, as debug
// information is asked for them.
std::set<std::string> NamesOfTypes(const std::vector<Finding>& findings);

// Adds to each finding what programs see of its type. A type of a program is
// the surface's if it has its name and its header: the header that debug
// information names is looked up below each folder "include" of its path, among
// the headers of the surfaces, which say by which header it is included. Where
// that one does not have the type (pid_t is in many), it is the only one of
// that name of the same side. A header in bits/ that no surface knows is of
// another release, and its types go by their names.
void TellPrograms(const std::vector<ProgramTypes>& programs,
                  const std::vector<harvest::Surface>& before,
                  const std::vector<harvest::Surface>& after,
                  std::vector<Finding>& findings);

}  // namespace plumbline::gate

#endif  // PLUMBLINE_TOOLS_GATE_PROGRAM_TYPES_H_
