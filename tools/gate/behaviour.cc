#include "tools/gate/behaviour.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <system_error>
#include <utility>

#include "tools/cli/progress.h"
#include "tools/gate/behaviour_compare.h"
#include "tools/gate/behaviour_run.h"
#include "tools/harvest/packages.h"

namespace plumbline::gate {
namespace {

namespace fs = std::filesystem;
using cli::Check;
using cli::Fail;
using cli::Result;
using harvest::Surface;

using Checks = std::vector<Check>;

// A difference has to show so often after the first time.
constexpr int kRepetitions = 3;

const Surface& Of(const std::vector<Surface>& surfaces, std::string_view arch) {
  return *std::find_if(surfaces.begin(), surfaces.end(),
                       [&](const Surface& one) { return one.arch == arch; });
}

// The libraries of a side that programs need and do not name, as a newer one
// has all in libc.so.6: what they import is in these alone.
std::vector<std::string> Preload(const Surface& surface,
                                 const std::vector<std::string>& imports) {
  const auto has = [](const harvest::Library& library,
                      std::string_view symbol) {
    return std::any_of(
        library.symbols.begin(), library.symbols.end(),
        [&](const harvest::Symbol& one) { return one.name == symbol; });
  };
  const auto named = [](const harvest::Library& library) {
    return library.soname.starts_with("libc.so.") ||
           library.soname.starts_with("libm.so.") ||
           library.soname.starts_with("ld");
  };
  std::vector<std::string> preload;
  for (const char* start : {"libpthread.so.", "libdl.so.", "librt.so."}) {
    for (const harvest::Library& library : surface.libraries) {
      if (!library.soname.starts_with(start)) continue;
      if (std::any_of(
              imports.begin(), imports.end(), [&](const std::string& symbol) {
                return has(library, symbol) &&
                       std::none_of(surface.libraries.begin(),
                                    surface.libraries.end(),
                                    [&](const auto& other) {
                                      return named(other) && has(other, symbol);
                                    });
              }))
        preload.emplace_back(library.soname);
    }
  }
  return preload;
}

class Comparing {
 public:
  Comparing(const BehaviourOptions& options, const SourceTools& tools,
            const std::string& folder)
      : options_(options), tools_(tools), folder_(folder) {}

  Result<void> Compare(const Surface& before, const Surface& after,
                       Behaviour& to) {
    const std::string arch(before.arch);
    call_.arch = arch;
    call_.kernel_arch = NativeArchitecture();
    call_.semantics = options_.programs + "/semantics";
    const Result<Emulator> emulator = FindEmulator(arch, options_.programs);
    if (!emulator) return tl::unexpected(emulator.error());
    call_.emulator = *emulator;
    progress_.Show(fmt::format("preparing programs of {}", arch));
    if (const auto ready = Prepare(before, after); !ready) return ready;

    const auto first = Run("running", options_.only);
    if (!first) return tl::unexpected(first.error());
    if (first->first.empty() && first->second.empty())
      return Fail("--only {}: no check of {} is named so",
                  fmt::join(options_.only, " --only "), arch);
    BehaviourComparison comparison = CompareChecks(first->first, first->second);
    std::vector<Difference>& differences = comparison.differences;
    std::size_t unsteady = 0;
    for (int i = 0; i < kRepetitions && !differences.empty(); ++i) {
      std::vector<std::string> names;
      for (const Difference& one : differences) names.push_back(one.name());
      const auto again = Run("repeating what differs", names);
      if (!again) return tl::unexpected(again.error());
      unsteady += KeepRepeated(again->first, again->second, differences);
    }
    for (const Difference& one : differences)
      to.findings.push_back(FindingOf(one, Library(after), arch));
    BehaviourRun run;
    run.arch = arch;
    run.runner = call_.emulator.path.empty() ? "native" : call_.emulator.Name();
    for (const auto& [kind, count] : comparison.counts)
      run.counts.push_back({kind, count.on_both, count.skipped});
    run.differences = differences.size();
    run.unsteady = unsteady;
    run.missing = {missing_.begin(), missing_.end()};
    to.runs.push_back(std::move(run));
    return {};
  }

 private:
  // Finds each side's library, and makes copies of the programs that start
  // with it.
  Result<void> Prepare(const Surface& before, const Surface& after) {
    missing_.clear();
    const std::array<const Surface*, 2> surfaces = {&before, &after};
    const std::array<const char*, 2> words = {"old", "new"};
    for (std::size_t i = 0; i < 2; ++i) {
      BehaviourSide& side = sides_[i];
      side.name = i == 0 ? options_.before : options_.after;
      const std::string own =
          fmt::format("{}/{}-{}", folder_, words[i], call_.arch);
      fs::create_directories(own + "/root");
      const Exports exports = ExportsOf(*surfaces[i]);
      const auto adapt = [&](std::string_view what) {
        return Adapt(
            fmt::format("{}/{}_of_{}", options_.programs, what, call_.arch),
            fmt::format("{}/{}", own, what), exports);
      };
      const Result<Adapted> errors = adapt("errors");
      if (!errors) return tl::unexpected(errors.error());
      const Result<Adapted> executor = adapt("executor");
      if (!executor) return tl::unexpected(executor.error());
      side.errors = own + "/errors";
      side.executor = own + "/executor";
      side.missing = errors->missing;
      missing_.insert(side.missing.begin(), side.missing.end());
      const Result<std::string> root =
          SysrootOf(side.name, call_.arch, own + "/root", tools_);
      if (!root) return tl::unexpected(root.error());
      side.root = *root;
      Result<LibraryFiles> library =
          FindLibraryFiles(side.root, errors->interpreter, errors->machine);
      if (!library) return tl::unexpected(library.error());
      side.library = *std::move(library);
      std::vector<std::string> imports = errors->imports;
      imports.insert(imports.end(), executor->imports.begin(),
                     executor->imports.end());
      side.preload = Preload(*surfaces[i], imports);
    }
    return {};
  }

  // On both sides at the same time.
  Result<std::pair<Checks, Checks>> Run(std::string_view what,
                                        const std::vector<std::string>& only) {
    std::future<Result<Checks>> old_running = std::async(
        std::launch::async, [&] { return RunChecks(sides_[0], call_, only); });
    std::future<Result<Checks>> new_running = std::async(
        std::launch::async, [&] { return RunChecks(sides_[1], call_, only); });
    for (const auto* running : {&old_running, &new_running}) {
      while (running->wait_for(std::chrono::milliseconds(200)) !=
             std::future_status::ready)
        progress_.Show(fmt::format("{} on {}", what, call_.arch));
    }
    Result<Checks> before = old_running.get();
    Result<Checks> after = new_running.get();
    if (!before) return tl::unexpected(before.error());
    if (!after) return tl::unexpected(after.error());
    return std::pair(*std::move(before), *std::move(after));
  }

  static std::string Library(const Surface& surface) {
    for (const harvest::Library& library : surface.libraries) {
      if (library.soname.starts_with("libc.so."))
        return std::string(library.soname);
    }
    return "libc.so.6";
  }

  const BehaviourOptions& options_;
  const SourceTools& tools_;
  const std::string folder_;
  cli::Progress progress_{STDERR_FILENO};
  BehaviourCall call_;
  std::array<BehaviourSide, 2> sides_;
  std::set<std::string> missing_;
};

}  // namespace

std::string FindPrograms() {
  if (const char* folder = std::getenv("PLUMBLINE_GATE_PROGRAMS"))
    return folder;
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error).parent_path() / "programs";
}

Result<Behaviour> CompareBehaviour(const BehaviourOptions& options,
                                   const BothSurfaces& surfaces,
                                   const SourceTools& tools) {
  const auto folder = harvest::TemporaryFolder::Make();
  if (!folder) return tl::unexpected(folder.error());
  Comparing comparing(options, tools, folder->path());
  Behaviour behaviour;
  for (const Surface& before : surfaces.before) {
    const auto compared =
        comparing.Compare(before, Of(surfaces.after, before.arch), behaviour);
    if (!compared) return tl::unexpected(compared.error());
  }
  return behaviour;
}

}  // namespace plumbline::gate
