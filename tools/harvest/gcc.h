// The cross gcc of an architecture, where clang has no back end for it.

#ifndef PLUMBLINE_TOOLS_HARVEST_GCC_H_
#define PLUMBLINE_TOOLS_HARVEST_GCC_H_

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tools/cli/error.h"
#include "tools/harvest/architectures.h"
#include "tools/harvest/packages.h"

namespace plumbline::harvest {

struct Gcc {
  std::string program;      // /usr/bin/alpha-linux-gnu-gcc
  std::string own_headers;  // its stddef.h and others
  // Holds macros.h, which gives clang the macros that gcc predefines.
  std::shared_ptr<TemporaryFolder> folder;

  std::string macros() const { return folder->path() / "macros.h"; }
};

cli::Result<Gcc> FindGcc(const Architecture& arch);

}  // namespace plumbline::harvest

#endif  // PLUMBLINE_TOOLS_HARVEST_GCC_H_
