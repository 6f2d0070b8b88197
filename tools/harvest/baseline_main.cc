// baseline: lists, shows, adds and refreshes recorded surfaces.

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tools/cli/entry.h"
#include "tools/cli/error.h"
#include "tools/cli/output.h"
#include "tools/cli/progress.h"
#include "tools/harvest/baseline_writer.h"
#include "tools/harvest/baselines.h"
#include "tools/harvest/harvest.h"
#include "tools/harvest/packages.h"
#include "tools/harvest/surface_text.h"

namespace plumbline::harvest {
namespace {

using cli::Exit;
using cli::Fail;
using cli::Result;

constexpr const char* kBash = "/bin/bash";

struct Options {
  std::string store;
  std::string output;
  std::string name;  // a baseline's, or a release's
  std::string arch;  // to show
  std::vector<std::string> archs;
  std::vector<std::string> files;
  bool again = false;
  int limit = 600;
};

// Where tools/plumbline says that the workspace is.
std::string Workspace() {
  const char* const folder = std::getenv("PLUMBLINE_WORKSPACE");
  return folder != nullptr && *folder != '\0' ? folder : ".";
}

Result<void> List(const Options& options) {
  const Result<BaselineStore> store = BaselineStore::Open(options.store);
  if (!store) return tl::unexpected(store.error());
  std::string text;
  for (const std::string_view release : store->index().releases) {
    // Architectures by what they were recorded from.
    std::map<std::pair<std::string_view, std::string_view>,
             std::vector<std::string_view>>
        archs;
    for (const Baseline& baseline : store->index().baselines) {
      if (baseline.release == release)
        archs[{baseline.libc, baseline.kernel_headers}].push_back(
            baseline.arch);
    }
    for (const auto& [from, names] : archs)
      text += fmt::format("{:<10} {:<12} headers {:<10} {}\n", release,
                          from.first, from.second, fmt::join(names, " "));
  }
  return cli::WriteOutput(options.output, text);
}

Result<void> Show(const Options& options) {
  if (const Result<void> writable = cli::CheckWritable(options.output);
      !writable)
    return writable;
  const Result<BaselineStore> store = BaselineStore::Open(options.store);
  if (!store) return tl::unexpected(store.error());
  const Result<const Baseline*> baseline =
      store->Find(options.name, options.arch);
  if (!baseline) return tl::unexpected(baseline.error());
  const Result<std::string> text = store->ReadText(**baseline);
  if (!text) return tl::unexpected(text.error());
  return cli::WriteOutput(options.output, *text);
}

Result<void> AddAndTell(const Options& options,
                        const std::vector<NewBaseline>& baselines) {
  cli::Progress progress(STDERR_FILENO);
  const Result<void> done =
      AddBaselines(options.store, baselines,
                   [&](std::string_view what) { progress.Show(what); });
  if (!done) return done;
  // What was recorded has to come out again as it went in.
  const Result<BaselineStore> store = BaselineStore::Open(options.store);
  if (!store) return tl::unexpected(store.error());
  for (const NewBaseline& baseline : baselines) {
    const Result<Surface> surface =
        ReadSurface(baseline.text, baseline.release);
    if (!surface) return tl::unexpected(surface.error());
    const auto found = store->Find(baseline.release, surface->arch);
    if (!found) return tl::unexpected(found.error());
    const auto text = store->ReadText(**found);
    if (!text) return tl::unexpected(text.error());
    if (*text != baseline.text)
      return Fail("internal error: {} of {} is not read as it was written",
                  surface->arch, baseline.release);
  }
  return {};
}

Result<void> Add(const Options& options) {
  std::vector<NewBaseline> baselines;
  std::set<std::string> archs;
  for (const std::string& file : options.files) {
    const Result<Surface> surface = ReadSurfaceFile(file);
    if (!surface) return tl::unexpected(surface.error());
    if (surface->packages.empty())
      return Fail(
          "{}: names no packages, so nobody could record it again; a baseline "
          "is recorded by snapshot --debs",
          file);
    if (!archs.emplace(surface->arch).second)
      return Fail("{}: another file is of {}, too", file, surface->arch);
    baselines.push_back({options.name, WriteSurface(*surface)});
  }
  return AddAndTell(options, baselines);
}

Result<std::string> Record(const std::string& folder, const std::string& arch,
                           int limit) {
  std::vector<std::string> debs;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".deb")
      debs.push_back(entry.path().string());
  }
  if (error) return Fail("{}: {}", folder, error.message());
  std::sort(debs.begin(), debs.end());
  const Result<UnpackedPackages> packages = UnpackPackages(debs);
  if (!packages) return tl::unexpected(packages.error());
  Result<Sysroot> sysroot = ReadSysroot(
      packages->root,
      {.arch = arch, .uapi_names = packages->uapi_names, .nothing_else = true});
  if (!sysroot) return tl::unexpected(sysroot.error());
  sysroot->packages = packages->packages;
  const Result<Surface> surface =
      Harvest(*sysroot, {.limit = std::chrono::seconds(limit)});
  if (!surface) return tl::unexpected(surface.error());
  return WriteSurface(*surface);
}

Result<std::string> FetchAndRecord(const Options& options,
                                   const std::string& arch,
                                   cli::Progress& progress) {
  progress.Show(fmt::format("{} of {}: packages", arch, options.name));
  std::vector<std::string> arguments = {Workspace() +
                                        "/tools/toolchains/fetch_libc.sh"};
  if (options.again) arguments.emplace_back("--again");
  arguments.push_back(options.name);
  arguments.push_back(arch);
  Result<std::string> folder = RunTool(kBash, arguments);
  if (!folder) return tl::unexpected(folder.error());
  while (folder->ends_with('\n')) folder->pop_back();
  progress.Show(fmt::format("{} of {}: headers", arch, options.name));
  return Record(*folder, arch, options.limit);
}

Result<void> Refresh(const Options& options) {
  std::vector<std::string> archs = options.archs;
  if (archs.empty() || archs == std::vector<std::string>{"all"}) {
    archs.clear();
    for (const Architecture& arch : Architectures())
      archs.emplace_back(arch.name);
  }
  for (const std::string& arch : archs) {
    if (FindArchitecture(arch) == nullptr)
      return Fail("there is no architecture '{}'", arch);
  }
  std::string missing;
  for (const std::string& arch : archs) {
    cli::Progress progress(STDERR_FILENO);
    const Result<std::string> text = FetchAndRecord(options, arch, progress);
    progress.Clear();
    if (!text) {
      missing += fmt::format("\n  {}: {}", arch, text.error().message);
      continue;
    }
    // One after the other, as an interrupted run is to keep what it has.
    if (const Result<void> done = AddAndTell(options, {{options.name, *text}});
        !done)
      return done;
    std::fputs(
        fmt::format("{} of {} is recorded\n", arch, options.name).c_str(),
        stdout);
    std::fflush(stdout);
  }
  if (!missing.empty())
    return Fail("not recorded of {}, and left as it was:{}", options.name,
                missing);
  return {};
}

Result<Exit> Main(int argc, const char* const* argv) {
  Options options;
  options.store = Workspace() + "/conformance/baselines/data";
  CLI::App app("Recorded surfaces of C libraries and kernel headers.",
               "plumbline baseline");
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  tools/plumbline baseline list\n"
      "  tools/plumbline baseline show glibc-2.36 --arch s390x -o "
      "s390x.surface\n"
      "  tools/plumbline baseline add bookworm s390x.surface\n"
      "  tools/plumbline baseline refresh sid --again --arch amd64,arm64\n\n"
      "Exit status: 0; 2 when the work could not be done.");
  const auto common = [&](CLI::App* command) {
    command
        ->add_option("--store", options.store,
                     "The folder (default: conformance/baselines/data)")
        ->type_name("DIR");
    return command;
  };
  const auto output = [&](CLI::App* command) {
    command
        ->add_option("-o,--output", options.output,
                     "Write to FILE, whole or not at all")
        ->type_name("FILE");
  };
  CLI::App* list = common(app.add_subcommand("list", "What is recorded"));
  output(list);
  CLI::App* show = common(
      app.add_subcommand("show", "A recorded surface, as snapshot wrote it"));
  show->add_option("name", options.name, "bookworm, or glibc-2.36")
      ->required()
      ->type_name("NAME");
  show->add_option("--arch", options.arch, "The architecture")
      ->required()
      ->type_name("A");
  output(show);
  CLI::App* add = common(app.add_subcommand(
      "add",
      "Records surfaces that snapshot --debs made, one an architecture"));
  add->add_option("release", options.name, "The release that they are of")
      ->required()
      ->type_name("RELEASE");
  add->add_option("files", options.files, "Surfaces")
      ->required()
      ->type_name("FILE…");
  CLI::App* refresh = common(app.add_subcommand(
      "refresh", "Fetches a Debian release's packages, and records them"));
  refresh->add_option("release", options.name, "bookworm, trixie, sid …")
      ->required()
      ->type_name("RELEASE");
  refresh
      ->add_option("--arch", options.archs,
                   "Architectures, with commas (default: all)")
      ->delimiter(',')
      ->type_name("A,…");
  refresh->add_flag("--again", options.again,
                    "Fetch packages even if there are some: sid moves");
  refresh
      ->add_option("--limit", options.limit,
                   "Seconds after which headers that come to no end are given "
                   "up")
      ->type_name("S")
      ->capture_default_str()
      ->check(CLI::Range(1, 86400));
  if (const auto exit = cli::Parse(app, argc, argv)) return *exit;
  const Result<void> done = *list   ? List(options)
                            : *show ? Show(options)
                            : *add  ? Add(options)
                                    : Refresh(options);
  if (!done) return tl::unexpected(done.error());
  return Exit::kAsPromised;
}

}  // namespace
}  // namespace plumbline::harvest

int main(int argc, char** argv) {
  return plumbline::cli::RunMain(plumbline::harvest::Main, argc, argv);
}
