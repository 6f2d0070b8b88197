// The commands. Each prints its result and says how the program exits; an error
// is for the caller to print.

#ifndef PLUMBLINE_TOOLS_CLI_COMMANDS_H_
#define PLUMBLINE_TOOLS_CLI_COMMANDS_H_

#include <span>

#include "tools/cli/declarations.h"
#include "tools/cli/embedded_file.h"
#include "tools/cli/error.h"
#include "tools/cli/host.h"
#include "tools/cli/options.h"

namespace plumbline::cli {

// What the commands work with.
struct World {
  const Declarations& declarations;
  std::span<const EmbeddedFile> checkers;  // by the name of their target
  const Host& host;
};

Result<Exit> RunCheck(const World& world, const CheckOptions& options);
Result<Exit> RunShow(const World& world, const ShowOptions& options);
Result<Exit> RunTargets(const World& world, const TargetsOptions& options);

// The embedded checker of the target; nullptr if there is none.
const EmbeddedFile* FindChecker(const World& world, const Target& target);

// Prints "plumbline: MESSAGE" to standard error.
void Complain(std::string_view message);

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_COMMANDS_H_
