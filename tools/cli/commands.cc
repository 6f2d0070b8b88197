#include "tools/cli/commands.h"

namespace plumbline::cli {

const EmbeddedFile* FindChecker(std::span<const EmbeddedFile> checkers,
                                const Target& target) {
  for (const EmbeddedFile& checker : checkers) {
    if (checker.name == target.name) return &checker;
  }
  return nullptr;
}

}  // namespace plumbline::cli
