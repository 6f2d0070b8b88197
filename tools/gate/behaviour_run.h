// Running checkers with the C library of one side.

#ifndef PLUMBLINE_TOOLS_GATE_BEHAVIOUR_RUN_H_
#define PLUMBLINE_TOOLS_GATE_BEHAVIOUR_RUN_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "tools/cli/error.h"
#include "tools/cli/report.h"
#include "tools/gate/behaviour_program.h"
#include "tools/gate/behaviour_sysroot.h"

namespace plumbline::gate {

// How programs of an architecture run here.
struct Emulator {
  std::string path;     // "" in place
  std::string release;  // "7.2.22"

  // "qemu-user 7.2.22", or "".
  std::string Name() const;
};

// By the list of architectures beside the programs. An error says what is
// missing.
cli::Result<Emulator> FindEmulator(const std::string& arch,
                                   const std::string& programs);

// One side: a C library, and the programs that are run with it.
struct BehaviourSide {
  std::string name;  // OLD or NEW as it was given
  std::string root;
  LibraryFiles library;
  std::vector<std::string> preload;  // libraries that programs do not name
  std::string errors, executor;      // programs of the target
  // Functions that the library does not have: their errors are skipped.
  std::set<std::string, std::less<>> missing;
};

struct BehaviourCall {
  std::string arch;
  std::string kernel_arch;  // this machine's
  Emulator emulator;
  std::string semantics;  // a program of this machine
  std::uint64_t programs = 500;
  std::uint64_t seed = 1;
};

// All checks, or those whose names fit one of these patterns. An error is that
// the library can't run them.
cli::Result<std::vector<cli::Check>> RunChecks(
    const BehaviourSide& side, const BehaviourCall& call,
    const std::vector<std::string>& only = {});

}  // namespace plumbline::gate

#endif  // PLUMBLINE_TOOLS_GATE_BEHAVIOUR_RUN_H_
