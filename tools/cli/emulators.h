// Other emulators than the installed ones: what --qemu names.

#ifndef PLUMBLINE_TOOLS_CLI_EMULATORS_H_
#define PLUMBLINE_TOOLS_CLI_EMULATORS_H_

#include <span>
#include <string>

#include "tools/cli/error.h"
#include "tools/cli/host.h"
#include "tools/cli/targets.h"

namespace plumbline::cli {

// The host as it is with the emulators of `named` alone: a folder that holds
// qemu-NAME or qemu-NAME-static, or has them in usr/bin; one such program; or a
// release ("10.0") that tools/toolchains/fetch_qemu.sh has put into `cache`.
Result<Host> WithEmulators(Host host, std::span<const Target> targets,
                           const std::string& named, const std::string& cache);

// The folder of what was fetched: $PLUMBLINE_CACHE, or ~/.cache/plumbline.
std::string CacheFolder();

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_EMULATORS_H_
