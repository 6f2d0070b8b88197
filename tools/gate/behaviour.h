// Behaviour: the checks of errors and of programs of system calls, with the C
// library of OLD and with that of NEW, on this kernel.

#ifndef PLUMBLINE_TOOLS_GATE_BEHAVIOUR_H_
#define PLUMBLINE_TOOLS_GATE_BEHAVIOUR_H_

#include <string>
#include <vector>

#include "tools/cli/error.h"
#include "tools/gate/finding.h"
#include "tools/gate/report.h"
#include "tools/gate/source.h"

namespace plumbline::gate {

struct BehaviourOptions {
  std::string before, after;  // OLD and NEW
  std::string programs;       // the folder of what is run; see programs/BUILD
  std::vector<std::string> only;  // patterns of checks' names; none is all
};

struct Behaviour {
  std::vector<Finding> findings;
  std::vector<BehaviourRun> runs;
};

// The folder of programs, as PLUMBLINE_GATE_PROGRAMS says, or beside this
// program.
std::string FindPrograms();

// On the architectures of the surfaces, which say what the libraries export.
// What differs has to do so again when it is repeated.
cli::Result<Behaviour> CompareBehaviour(const BehaviourOptions& options,
                                        const BothSurfaces& surfaces,
                                        const SourceTools& tools);

}  // namespace plumbline::gate

#endif  // PLUMBLINE_TOOLS_GATE_BEHAVIOUR_H_
