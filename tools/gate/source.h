// What OLD and NEW of a gate stand for.

#ifndef PLUMBLINE_TOOLS_GATE_SOURCE_H_
#define PLUMBLINE_TOOLS_GATE_SOURCE_H_

#include <memory>
#include <string>
#include <vector>

#include "tools/cli/error.h"
#include "tools/harvest/surface.h"

namespace plumbline::gate {

// The programs that make surfaces and fetch packages; "" if there are none.
struct SourceTools {
  std::string snapshot;    // //tools/harvest:snapshot
  std::string fetch_libc;  // tools/toolchains/fetch_libc.sh
};

// As PLUMBLINE_SNAPSHOT and PLUMBLINE_WORKSPACE say, or beside this program.
SourceTools FindTools();

// The surfaces that `name` stands for, in order of architectures:
//   a recorded surface; a folder of them; a folder of .deb files; a sysroot;
//   host; debian:RELEASE.
// `archs` are those to take; none: what there is, or this machine's.
cli::Result<std::vector<harvest::Surface>> ReadSurfaces(
    const std::string& name, const std::vector<std::string>& archs,
    const SourceTools& tools);

// The name of this machine's architecture: "amd64".
std::string NativeArchitecture();

}  // namespace plumbline::gate

#endif  // PLUMBLINE_TOOLS_GATE_SOURCE_H_
