// The commands. Each prints its result and says how the program exits; an error
// is for the caller to print.

#ifndef PLUMBLINE_TOOLS_CLI_COMMANDS_H_
#define PLUMBLINE_TOOLS_CLI_COMMANDS_H_

#include <span>
#include <string_view>

#include "tools/cli/declarations.h"
#include "tools/cli/embedded_file.h"
#include "tools/cli/error.h"
#include "tools/cli/host.h"
#include "tools/cli/options.h"

namespace plumbline::cli {

// What the commands work with.
struct World {
  const Declarations& declarations;
  // By the name of their target: of the ABI, and of errors.
  std::span<const EmbeddedFile> checkers;
  std::span<const EmbeddedFile> error_checkers;
  std::string_view errors;    // the error tables, in JSON
  std::string_view programs;  // the provocations, in JSON
  const Host& host;
};

Result<Exit> RunCheck(const World& world, const CheckOptions& options);
Result<Exit> RunErrors(const World& world, const ErrorsOptions& options);
Result<Exit> RunShow(const World& world, const ShowOptions& options);
Result<Exit> RunTargets(const World& world, const TargetsOptions& options);

// The target's one of these checkers; nullptr if there is none.
const EmbeddedFile* FindChecker(std::span<const EmbeddedFile> checkers,
                                const Target& target);

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_COMMANDS_H_
