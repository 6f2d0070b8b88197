#include "tools/cli/commands.h"

#include <unistd.h>

#include <string>

#include "tools/cli/descriptor.h"

namespace plumbline::cli {

const EmbeddedFile* FindChecker(std::span<const EmbeddedFile> checkers,
                                const Target& target) {
  for (const EmbeddedFile& checker : checkers) {
    if (checker.name == target.name) return &checker;
  }
  return nullptr;
}

void Complain(std::string_view message) {
  std::string line = "plumbline: ";
  line += message;
  line += '\n';
  // If standard error can't be written to, there is nobody to tell.
  WriteAll(STDERR_FILENO, line);
}

}  // namespace plumbline::cli
