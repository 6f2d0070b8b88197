// A build tree of glibc, as a sysroot: what a developer has before installing.

#ifndef PLUMBLINE_TOOLS_HARVEST_BUILD_TREE_H_
#define PLUMBLINE_TOOLS_HARVEST_BUILD_TREE_H_

#include <filesystem>

#include "tools/cli/error.h"
#include "tools/harvest/packages.h"

namespace plumbline::harvest {

// Makes a sysroot in a folder of its own: the tree's `make install-headers`
// installs the headers there (gnu/stubs.h and gnu/lib-names.h, which only
// `make install` does, are made as it makes them), libraries are linked from
// the tree by the names that it installs them by (soversions.mk), and the
// kernel's headers are those of --with-headers, as config.make has it, or else
// the compiler's. An error says what is not built, and which command does.
cli::Result<TemporaryFolder> StageBuildTree(const std::filesystem::path& tree);

// The libraries alone, as files of ROOT/lib, for programs to run with.
cli::Result<void> CopyBuiltLibraries(const std::filesystem::path& tree,
                                     const std::filesystem::path& root);

}  // namespace plumbline::harvest

#endif  // PLUMBLINE_TOOLS_HARVEST_BUILD_TREE_H_
