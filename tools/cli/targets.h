// The targets that are declared, and choosing among them.

#ifndef PLUMBLINE_TOOLS_CLI_TARGETS_H_
#define PLUMBLINE_TOOLS_CLI_TARGETS_H_

#include <span>
#include <string>
#include <vector>

#include "tools/cli/error.h"

namespace plumbline::cli {

struct Target {
  std::string name;     // "i386", "i386/time64"
  std::string arch;     // "i386"
  std::string variant;  // "", "time64"
  std::string triple;   // "i686-linux-gnu"
  std::string qemu;     // name of its qemu-user emulator; "" if there is none
  bool runs = true;     // else its checker is a program of the build machine's
                        // kind, which judges it from its object files
};

// The targets that the words name, in the order of `all`: an architecture with
// all its variants ("i386"), one of them ("i386/time64"), a variant on all that
// have it
// ("time64"), or "all".
Result<std::vector<Target>> SelectArchitectures(
    std::span<const Target> all, std::span<const std::string> words);

// The targets of exactly these names.
Result<std::vector<Target>> SelectTargets(std::span<const Target> all,
                                          std::span<const std::string> names);

// The targets' names, in the order of `all`, with "i386" standing for i386 and
// i386/time64 where both are among them, and "time64" for that variant
// everywhere.
std::vector<std::string> ShortNames(std::span<const Target> all,
                                    std::span<const std::string> names);

// A title for each of the groups into which all targets fall: "amd64 x32", "all
// others".
std::vector<std::string> GroupTitles(
    std::span<const Target> all,
    std::span<const std::vector<std::string>> groups);

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_TARGETS_H_
