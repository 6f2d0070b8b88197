#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tools/cli/check_formats.h"
#include "tools/cli/checker.h"
#include "tools/cli/colour.h"
#include "tools/cli/commands.h"
#include "tools/cli/emulators.h"
#include "tools/cli/names.h"
#include "tools/cli/output.h"
#include "tools/cli/progress.h"
#include "tools/cli/results.h"

namespace plumbline::cli {
namespace {

Result<std::vector<Target>> ChooseTargets(const World& world,
                                          const CheckOptions& options) {
  const std::vector<Target>& all = world.declarations.targets();
  if (!options.targets.empty()) return SelectTargets(all, options.targets);
  if (!options.archs.empty()) return SelectArchitectures(all, options.archs);
  std::vector<Target> native;
  for (const Target& target : all) {
    if (target.runs && RunsNatively(world.host, all, target)) {
      native.push_back(target);
    }
  }
  if (native.empty()) {
    return Fail(
        "no target is declared for this machine ({}); name one with --arch",
        world.host.machine);
  }
  return native;
}

// Whether the user named the target, rather than took what there is.
bool AskedByName(const CheckOptions& options, const Target& target) {
  const auto names = [&](const std::vector<std::string>& words) {
    return std::find(words.begin(), words.end(), target.name) != words.end() ||
           (target.runs &&
            std::find(words.begin(), words.end(), target.arch) != words.end());
  };
  return names(options.archs) || names(options.targets);
}

TargetResult CheckTarget(const World& world, const CheckOptions& options,
                         const Target& target) {
  const std::vector<Target>& all = world.declarations.targets();
  TargetResult result;
  result.target = target;
  const auto not_checked = [&](Outcome outcome, std::string reason) {
    result.outcome = outcome;
    result.reason = std::move(reason);
    return result;
  };
  // This machine's own architecture is what the default is about; it may not be
  // missing.
  const bool wanted = AskedByName(options, target) ||
                      (options.archs.empty() && options.targets.empty() &&
                       target.arch == NativeArchitecture(world.host, all));
  const Outcome missing = wanted ? Outcome::kUnusable : Outcome::kSkipped;
  const EmbeddedFile* checker = FindChecker(world, target);
  if (checker == nullptr) {
    if (world.host.find_program(CompilerName(target))) {
      return not_checked(missing,
                         "its checker is not in this program; `plumbline "
                         "targets` lists those that are");
    }
    return not_checked(
        missing,
        fmt::format(
            "its checker was not built: apt-get install {}, and build again",
            CompilerPackage(world.host, all, target)));
  }
  const Runner runner = FindRunner(world.host, all, target);
  result.by = runner.by;
  result.emulator = EmulatorName(runner);
  if (runner.by == RunBy::kNobody) {
    return not_checked(
        missing, runner.install.empty()
                     ? runner.missing
                     : fmt::format("{}: apt-get install {}", runner.missing,
                                   runner.install));
  }
  Result<Report> report = RunChecker(checker->bytes, target, runner);
  if (!report) return not_checked(Outcome::kUnusable, report.error().message);
  result.report = std::move(*report);
  return result;
}

// Checks as many targets at a time as there are processors, in the order of the
// targets.
std::vector<TargetResult> CheckTargets(const World& world,
                                       const CheckOptions& options,
                                       const std::vector<Target>& targets) {
  std::vector<TargetResult> results(targets.size());
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t done = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < targets.size(); i = next++) {
      results[i] = CheckTarget(world, options, targets[i]);
      const std::lock_guard lock(mutex);
      ++done;
      changed.notify_one();
    }
  };
  const std::size_t processors =
      std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::jthread> workers;
  for (std::size_t i = 0; i < std::min(processors, targets.size()); ++i)
    workers.emplace_back(work);

  Progress progress(STDERR_FILENO);
  std::unique_lock lock(mutex);
  while (done < targets.size()) {
    progress.Show(
        fmt::format("checking: {} of {} targets done", done, targets.size()));
    changed.wait_for(lock, std::chrono::milliseconds(200));
  }
  return results;
}

// Keeps the checks that --only names.
Result<void> KeepOnly(const std::string& only,
                      std::vector<TargetResult>& results) {
  std::vector<std::string> names;
  std::size_t kept = 0;
  bool any_checked = false;
  for (TargetResult& result : results) {
    any_checked = any_checked || result.outcome == Outcome::kChecked;
    std::vector<Check>& checks = result.report.checks;
    for (const Check& check : checks) names.push_back(check.name);
    std::erase_if(checks, [&](const Check& check) {
      return !MatchesGlob(only, check.name);
    });
    kept += checks.size();
  }
  if (kept > 0 || !any_checked) return {};
  return Fail("no check of these targets is named '{}'{}", only,
              DidYouMean(only, names));
}

std::string Rendered(const CheckResults& results, const OutputOptions& output) {
  switch (output.format) {
    case Format::kText:
      return CheckText(
          results, IsStandardOutput(output.path) && UseColour(STDOUT_FILENO));
    case Format::kJson:
      return CheckJson(results);
    case Format::kMarkdown:
      return CheckMarkdown(results);
    case Format::kJunit:
      return CheckJunit(results);
    case Format::kHtml:
      return CheckHtml(results);
  }
  return "";
}

bool NoneIsEmulated(const World& world, const std::vector<Target>& targets) {
  return std::all_of(targets.begin(), targets.end(), [&](const Target& target) {
    return !target.runs ||
           RunsNatively(world.host, world.declarations.targets(), target);
  });
}

Result<Exit> CheckAndWrite(const World& world, const CheckOptions& options) {
  const Result<std::vector<Target>> targets = ChooseTargets(world, options);
  if (!targets) return tl::unexpected(targets.error());
  if (!options.qemu.empty() && NoneIsEmulated(world, *targets)) {
    return Fail(
        "--qemu {}: none of these targets is emulated here; name others with "
        "--arch",
        options.qemu);
  }
  if (const Result<void> writable = CheckWritable(options.output.path);
      !writable) {
    return tl::unexpected(writable.error());
  }

  CheckResults results;
  results.declared = world.declarations.targets();
  results.qemu = options.qemu;
  results.targets = CheckTargets(world, options, *targets);
  results.times = options.times || (options.output.format == Format::kText &&
                                    IsStandardOutput(options.output.path) &&
                                    isatty(STDOUT_FILENO) != 0);
  bool unusable = false;
  for (const TargetResult& result : results.targets) {
    if (result.outcome != Outcome::kUnusable) continue;
    unusable = true;
    Complain(fmt::format("{}: {}", result.target.name, result.reason));
  }
  if (!options.only.empty()) {
    if (const Result<void> kept = KeepOnly(options.only, results.targets);
        !kept) {
      return tl::unexpected(kept.error());
    }
  }
  const Result<void> written =
      WriteOutput(options.output.path, Rendered(results, options.output));
  if (!written) return tl::unexpected(written.error());
  const bool any_checked =
      std::any_of(results.targets.begin(), results.targets.end(),
                  [](const TargetResult& result) {
                    return result.outcome == Outcome::kChecked;
                  });
  if (!any_checked && !unusable)
    Complain("none of these targets could be checked");
  if (unusable || !any_checked) return Exit::kCouldNotWork;
  return results.Count().failed > 0 ? Exit::kCheckFailed : Exit::kAsPromised;
}

}  // namespace

Result<Exit> RunCheck(const World& world, const CheckOptions& options) {
  if (options.qemu.empty()) return CheckAndWrite(world, options);
  const Result<Host> host = WithEmulators(
      world.host, world.declarations.targets(), options.qemu, CacheFolder());
  if (!host) return tl::unexpected(host.error());
  return CheckAndWrite({world.declarations, world.checkers, *host}, options);
}

}  // namespace plumbline::cli
