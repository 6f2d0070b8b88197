// What the programs' main functions have in common.

#ifndef PLUMBLINE_TOOLS_CLI_ENTRY_H_
#define PLUMBLINE_TOOLS_CLI_ENTRY_H_

#include <CLI/CLI.hpp>
#include <optional>
#include <string_view>

#include "tools/cli/error.h"

namespace plumbline::cli {

// Prints "plumbline: MESSAGE" to standard error.
void Complain(std::string_view message);

// Parses a command line. The status to exit with, if there is no more to do:
// help is printed, and what is wrong is told.
std::optional<Exit> Parse(CLI::App& app, int argc, const char* const* argv);

// What main() returns. Tells the command's error; an exception is a fault of
// the program's own. Files that it opens do not take the number of a standard
// stream that the caller closed.
int RunMain(Result<Exit> (*command)(int argc, const char* const* argv),
            int argc, const char* const* argv);

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_ENTRY_H_
