// Running a target's checker: the program that compares the target with what is
// declared.

#ifndef PLUMBLINE_TOOLS_CLI_CHECKER_H_
#define PLUMBLINE_TOOLS_CLI_CHECKER_H_

#include <string>
#include <string_view>
#include <vector>

#include "tools/cli/error.h"
#include "tools/cli/host.h"
#include "tools/cli/process.h"
#include "tools/cli/report.h"

namespace plumbline::cli {

struct CheckerCall {
  std::vector<std::string> options;  // beside those of every checker
  bool may_be_empty = false;         // whether it may report no checks
  Limits limits;
};

// Runs the checker, whose bytes are `program`, by `runner`. An error says why
// the target could not be checked.
Result<Report> RunChecker(std::string_view program, const Target& target,
                          const Runner& runner, const CheckerCall& call = {});

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_CHECKER_H_
