// Where a command's result goes: standard output, or a file that is whole or
// not there.

#ifndef PLUMBLINE_TOOLS_CLI_OUTPUT_H_
#define PLUMBLINE_TOOLS_CLI_OUTPUT_H_

#include <string>
#include <string_view>

#include "tools/cli/error.h"

namespace plumbline::cli {

// Writes the file by way of a temporary one beside it, so that a reader sees
// the old file or the new one, and nothing is left behind where that fails.
// What is not a regular file (a device, a pipe) is written to as it is.
Result<void> WriteFile(const std::string& path, std::string_view text);

// Says early what WriteFile() would say after long work: no such folder, no
// permission.
Result<void> CheckWritable(const std::string& path);

// Writes to the file, or to standard output if `path` is empty or "-".
Result<void> WriteOutput(const std::string& path, std::string_view text);

// Whether WriteOutput() writes to standard output.
inline bool IsStandardOutput(std::string_view path) {
  return path.empty() || path == "-";
}

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_OUTPUT_H_
