// snapshot: records the surface of a sysroot or of Debian packages.

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "tools/cli/entry.h"
#include "tools/cli/error.h"
#include "tools/cli/output.h"
#include "tools/harvest/build_tree.h"
#include "tools/harvest/completeness.h"
#include "tools/harvest/harvest.h"
#include "tools/harvest/packages.h"
#include "tools/harvest/surface_json.h"
#include "tools/harvest/surface_text.h"

namespace plumbline::harvest {
namespace {

using cli::Exit;
using cli::Fail;
using cli::Result;

struct Options {
  std::string sysroot, build;
  std::vector<std::string> debs;
  std::string arch;
  std::string output;
  std::string format = "text";
  int limit = 600;
  bool by_gcc = false;
  int fortify = 0;
};

Result<void> Run(const Options& options) {
  if (int{!options.sysroot.empty()} + int{!options.build.empty()} +
          int{!options.debs.empty()} !=
      1)
    return Fail(
        "one of --sysroot DIR, --build DIR and --debs FILE… says what to "
        "record");
  const Result<void> writable = cli::CheckWritable(options.output);
  if (!writable) return writable;
  SysrootOptions about{.arch = options.arch};
  std::optional<UnpackedPackages> packages;
  std::optional<TemporaryFolder> staged;
  std::filesystem::path root = options.sysroot;
  if (!options.build.empty()) {
    Result<TemporaryFolder> folder = StageBuildTree(options.build);
    if (!folder) return tl::unexpected(folder.error());
    staged.emplace(*std::move(folder));
    root = staged->path();
    about.nothing_else = true;
  }
  if (!options.debs.empty()) {
    Result<UnpackedPackages> unpacked = UnpackPackages(options.debs);
    if (!unpacked) return tl::unexpected(unpacked.error());
    packages.emplace(*std::move(unpacked));
    root = packages->root;
    about.uapi_names = packages->uapi_names;
    about.nothing_else = true;
  }
  Result<Sysroot> sysroot = ReadSysroot(root, about);
  if (!sysroot) return tl::unexpected(sysroot.error());
  if (packages) sysroot->packages = packages->packages;
  const Result<Surface> surface =
      Harvest(*sysroot, {.limit = std::chrono::seconds(options.limit),
                         .by_gcc = options.by_gcc,
                         .fortify = options.fortify});
  if (!surface) return tl::unexpected(surface.error());
  const Result<void> written = cli::WriteOutput(
      options.output, options.format == "json"
                          ? SurfaceJson(*surface, sysroot->foreign)
                          : WriteSurface(*surface));
  if (!written) return written;
  const std::string counts = CompletenessText(*surface, sysroot->foreign);
  std::fputs(counts.c_str(),
             cli::IsStandardOutput(options.output) ? stderr : stdout);
  return {};
}

Result<Exit> Main(int argc, const char* const* argv) {
  Options options;
  CLI::App app("Records the surface of a C library and its kernel headers.",
               "plumbline snapshot");
  app.footer(
      "Examples:\n"
      "  tools/plumbline snapshot --sysroot / -o here.surface\n"
      "  tools/plumbline snapshot --sysroot /usr/s390x-linux-gnu -o "
      "s390x.surface\n"
      "  tools/plumbline snapshot --debs libc6_*.deb libc6-dev_*.deb "
      "linux-libc-dev_*.deb -o new.surface\n"
      "  tools/plumbline snapshot --build ~/glibc/build -o mine.surface\n\n"
      "Exit status: 0; 2 when the work could not be done.");
  app.add_option(
         "--sysroot", options.sysroot,
         "A folder with usr/include, or a cross compiler's with include")
      ->type_name("DIR");
  app.add_option("--build", options.build,
                 "A folder that glibc is built in: its libraries, the headers "
                 "that it installs, and the kernel's that it was configured "
                 "with")
      ->type_name("DIR");
  app.add_option("--debs", options.debs,
                 "Packages: libc6, libc6-dev and linux-libc-dev")
      ->type_name("FILE…");
  app.add_option("--arch", options.arch,
                 "The architecture, where libc.so.6 does not tell it")
      ->type_name("A");
  app.add_option("-o,--output", options.output,
                 "Write to FILE, whole or not at all (else to standard output)")
      ->type_name("FILE");
  app.add_option("--format", options.format,
                 "text, which other commands read, or json")
      ->type_name("F")
      ->capture_default_str()
      ->check(CLI::IsMember({"text", "json"}));
  app.add_option("--limit", options.limit,
                 "Seconds after which headers that come to no end are given up")
      ->type_name("S")
      ->capture_default_str()
      ->check(CLI::Range(1, 86400));
  app.add_option("--fortify", options.fortify,
                 "Record too what is different with -O2 -D_FORTIFY_SOURCE=N")
      ->type_name("N")
      ->check(CLI::Range(1, 3));
  app.add_flag(
      "--gcc", options.by_gcc,
      "Measure by the cross gcc, even if clang knows the architecture");
  if (const auto exit = cli::Parse(app, argc, argv)) return *exit;
  const Result<void> done = Run(options);
  if (!done) return tl::unexpected(done.error());
  return Exit::kAsPromised;
}

}  // namespace
}  // namespace plumbline::harvest

int main(int argc, char** argv) {
  return plumbline::cli::RunMain(plumbline::harvest::Main, argc, argv);
}
