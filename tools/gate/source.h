// What OLD and NEW of a gate stand for.

#ifndef PLUMBLINE_TOOLS_GATE_SOURCE_H_
#define PLUMBLINE_TOOLS_GATE_SOURCE_H_

#include <memory>
#include <string>
#include <vector>

#include "tools/cli/error.h"
#include "tools/gate/report.h"
#include "tools/harvest/surface.h"

namespace plumbline::gate {

// The programs that make surfaces and fetch packages; "" if there are none.
struct SourceTools {
  std::string snapshot;    // //tools/harvest:snapshot
  std::string fetch_libc;  // tools/toolchains/fetch_libc.sh
  std::string baselines;   // conformance/baselines/data
  int fortify = 0;         // of snapshots: what else they are to record
};

// As PLUMBLINE_SNAPSHOT and PLUMBLINE_WORKSPACE say, or beside this program.
SourceTools FindTools();

struct BothSurfaces {
  std::vector<harvest::Surface> before;
  std::vector<harvest::Surface> after;
  std::vector<LeftOut> left_out = {};  // of "all": what one side lacks
};

// The surfaces that the two names stand for, in order of architectures:
//   a baseline; a recorded surface; a folder of them; a folder of .deb files;
//   a sysroot; build:DIR, in which glibc is built; host; debian:RELEASE.
// `archs` are those to take. "all" are those that baselines and folders of
// surfaces have in common; none is what there is, where a baseline and a
// release have that of the other one, or this machine's.
cli::Result<BothSurfaces> ReadBoth(const std::string& before,
                                   const std::string& after,
                                   std::vector<std::string> archs,
                                   const SourceTools& tools);

// The surfaces of one of these, of the architectures; none: all that there are.
cli::Result<std::vector<harvest::Surface>> ReadSurfaces(
    const std::string& name, const std::vector<std::string>& archs,
    const SourceTools& tools);

// The name of this machine's architecture: "amd64".
std::string NativeArchitecture();

}  // namespace plumbline::gate

#endif  // PLUMBLINE_TOOLS_GATE_SOURCE_H_
