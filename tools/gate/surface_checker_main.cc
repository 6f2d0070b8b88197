// surface_checker: the checker of a target's surface, which `plumbline check`
// runs. Not in the plumbline program, as libclang reads the headers.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <vector>

#include "tools/cli/entry.h"
#include "tools/cli/error.h"
#include "tools/cli/output.h"
#include "tools/gate/source.h"
#include "tools/gate/surface_report.h"
#include "tools/harvest/baselines.h"

namespace plumbline::gate {
namespace {

using cli::Exit;
using cli::Fail;
using cli::Result;
using harvest::Surface;

// "glibc 2.36": "glibc-2.36", which names its baseline.
std::string NameOf(const Surface& surface) {
  std::string name(surface.libc);
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

Result<std::string> ReportOf(const std::string& sysroot,
                             const std::string& arch) {
  const SourceTools tools = FindTools();
  if (tools.baselines.empty())
    return Fail("PLUMBLINE_WORKSPACE does not say where the baselines are");
  const auto store = harvest::BaselineStore::Open(tools.baselines);
  if (!store) return tl::unexpected(store.error());
  const Result<std::vector<Surface>> seen =
      ReadSurfaces(sysroot, {arch}, tools);
  if (!seen) return tl::unexpected(seen.error());
  const Surface& surface = seen->front();
  const std::string name = NameOf(surface);
  const auto known = store->Architectures(name);
  if (!known ||
      std::find(known->begin(), known->end(), surface.arch) == known->end())
    return NoBaselineReport(surface);
  const auto baseline = store->Find(name, surface.arch);
  if (!baseline) return tl::unexpected(baseline.error());
  const Result<Surface> recorded = store->Read(**baseline);
  if (!recorded) return tl::unexpected(recorded.error());
  return SurfaceReport(*recorded, surface, name);
}

Result<Exit> Main(int argc, const char* const* argv) {
  std::string sysroot, arch;
  bool report = false;
  CLI::App app(
      "Compares the surface of a sysroot with the baseline of the same C "
      "library.",
      "surface_checker");
  app.add_option("--sysroot", sysroot, "Its root folder")
      ->type_name("DIR")
      ->required();
  app.add_option("--arch", arch, "Its architecture")
      ->type_name("A")
      ->required();
  app.add_flag("--report", report,
               "Print a report of schema plumbline.report/1")
      ->required();
  if (const auto exit = cli::Parse(app, argc, argv)) return *exit;
  const Result<std::string> text = ReportOf(sysroot, arch);
  if (!text) return tl::unexpected(text.error());
  const Result<void> written = cli::WriteOutput("", *text);
  if (!written) return tl::unexpected(written.error());
  return Exit::kAsPromised;
}

}  // namespace
}  // namespace plumbline::gate

int main(int argc, char** argv) {
  return plumbline::cli::RunMain(plumbline::gate::Main, argc, argv);
}
