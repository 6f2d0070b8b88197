// What programs and libraries ask of the C library, to leave out of a report
// what can't affect them.

#ifndef PLUMBLINE_TOOLS_GATE_BINARY_H_
#define PLUMBLINE_TOOLS_GATE_BINARY_H_

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tools/cli/error.h"
#include "tools/gate/report.h"
#include "tools/gate/rules.h"

namespace plumbline::gate {

// A file that was read.
struct Program {
  std::string path;
  std::string name;  // as it was given, or as others need it
  std::string arch;
};

struct Imports {
  // Names with the version that each was linked with; "" if none.
  std::set<std::pair<std::string, std::string>> symbols;
  std::set<std::string> names;
  // Libraries by soname, with the version nodes that are asked of each.
  std::set<std::pair<std::string, std::string>> nodes;
  std::set<std::string> needed;
  std::vector<Program> files;
  // Libraries that are needed and were not found.
  std::set<std::string> missing;
};

// Reads the files and the libraries that they need, those that need others
// too, found in the folders. The C library's own are not followed.
cli::Result<Imports> ReadImports(const std::vector<std::string>& files,
                                 const std::vector<std::string>& folders);

// Adds what the files' debug information says of the types of findings.
cli::Result<void> ExamineTypes(const Imports& imports,
                               const std::vector<harvest::Surface>& before,
                               const std::vector<harvest::Surface>& after,
                               Report& report);

// Leaves what can affect them: of symbols that they import, of types that they
// were compiled with, of prototypes that a new build of them would see, and of
// the stories of these. Macros leave no trace in a program.
void Narrow(const Imports& imports, const SeverityOptions& severities,
            Report& report);

}  // namespace plumbline::gate

#endif  // PLUMBLINE_TOOLS_GATE_BINARY_H_
