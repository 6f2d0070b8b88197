// The C library of a side, as files that programs can be started with.

#ifndef PLUMBLINE_TOOLS_GATE_BEHAVIOUR_SYSROOT_H_
#define PLUMBLINE_TOOLS_GATE_BEHAVIOUR_SYSROOT_H_

#include <string>
#include <vector>

#include "tools/cli/error.h"
#include "tools/gate/behaviour_program.h"
#include "tools/gate/source.h"

namespace plumbline::gate {

// The sysroot that `name`, an OLD or NEW, stands for: itself, or what its
// packages hold or its build tree has, put into `folder`. What is recorded has
// no files to run.
cli::Result<std::string> SysrootOf(const std::string& name,
                                   const std::string& arch,
                                   const std::string& folder,
                                   const SourceTools& tools);

struct LibraryFiles {
  std::string loader;
  std::vector<std::string> folders;  // that hold its libraries
};

// Where a sysroot has the loader that programs ask for as `interpreter`, and
// the libraries with it; all are to be of that machine.
cli::Result<LibraryFiles> FindLibraryFiles(const std::string& root,
                                           const std::string& interpreter,
                                           const Machine& machine);

}  // namespace plumbline::gate

#endif  // PLUMBLINE_TOOLS_GATE_BEHAVIOUR_SYSROOT_H_
