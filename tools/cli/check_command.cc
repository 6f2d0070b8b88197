#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <iterator>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "tools/cli/check_formats.h"
#include "tools/cli/checker.h"
#include "tools/cli/colour.h"
#include "tools/cli/commands.h"
#include "tools/cli/descriptor.h"
#include "tools/cli/emulators.h"
#include "tools/cli/entry.h"
#include "tools/cli/error_table.h"
#include "tools/cli/names.h"
#include "tools/cli/output.h"
#include "tools/cli/process.h"
#include "tools/cli/progress.h"
#include "tools/cli/results.h"

namespace plumbline::cli {
namespace {

// Errors are provoked where programs run, by those of the default variant.
bool HasErrors(const Target& target) {
  return target.runs && target.variant.empty();
}

// A surface is of all variants.
bool HasSurface(const Target& target) { return target.variant.empty(); }

// Whether anything is checked there of the kinds that are asked for.
bool HasAny(const Target& target, const CheckOptions& options) {
  return options.abi || (options.errors && HasErrors(target)) ||
         (options.surface && HasSurface(target));
}

// Leaves kinds of checks out that --only rules out, as they take their time.
Result<CheckOptions> NarrowKinds(CheckOptions options) {
  constexpr std::string_view kErrors = "Errors/", kSurface = "Surface";
  const std::string_view only = options.only;
  const std::string_view literal = only.substr(0, only.find_first_of("*?[\\"));
  const bool glob = literal.size() < only.size();
  const auto may_fit = [&](std::string_view start) {
    return literal.starts_with(start) || (glob && start.starts_with(literal));
  };
  if (!only.empty()) {
    options.abi = options.abi && !literal.starts_with(kErrors) &&
                  !literal.starts_with(kSurface);
    options.errors = options.errors && may_fit(kErrors);
    options.surface = options.surface && may_fit(kSurface);
  }
  if (options.abi || options.errors || options.surface) return options;
  return Fail("--only {}: no check of this kind has such a name; see --kind",
              options.only);
}

Result<std::vector<Target>> ChooseAmongAll(const World& world,
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

Result<std::vector<Target>> ChooseTargets(const World& world,
                                          const CheckOptions& options) {
  Result<std::vector<Target>> chosen = ChooseAmongAll(world, options);
  if (!chosen || options.abi) return chosen;
  for (const Target& target : *chosen) {
    const auto named = [&](const std::vector<std::string>& words) {
      return std::find(words.begin(), words.end(), target.name) != words.end();
    };
    if (HasAny(target, options) ||
        !(named(options.archs) || named(options.targets)))
      continue;
    if (options.surface)
      return Fail("{}: its surface is that of {}", target.name, target.arch);
    return Fail("{}: errors are not provoked there{}", target.name,
                target.runs ? "; they are on " + target.arch
                            : ", as its programs can't run");
  }
  std::erase_if(*chosen,
                [&](const Target& target) { return !HasAny(target, options); });
  if (chosen->empty() && options.surface)
    return Fail("none of these targets has a surface of its own");
  if (chosen->empty())
    return Fail("errors are provoked on none of these targets");
  return chosen;
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

Result<Report> RunErrorChecker(std::string_view program, const Target& target,
                               const Runner& runner,
                               const CheckOptions& options,
                               const std::string& classes) {
  CheckerCall call;
  call.options.push_back(classes);
  if (!options.only.empty())
    call.options.insert(call.options.end(), {"--only", options.only});
  call.may_be_empty = !options.only.empty();
  // Some provocations wait, and an emulator is slow.
  call.limits.time = std::chrono::minutes(15);
  Result<Report> report = RunChecker(program, target, runner, call);
  constexpr std::string_view kIts = "its ";
  if (!report && report.error().message.starts_with(kIts))
    return Fail("its error {}", report.error().message.substr(kIts.size()));
  return report;
}

// Where the sysroot of a target is: here, or the cross compiler's.
std::string Sysroot(const World& world, const Target& target) {
  const bool here =
      target.arch ==
      NativeArchitecture(world.host, world.declarations.targets());
  return here ? "/" : "/usr/" + target.triple;
}

// The checker of surfaces is a program beside this one, as it needs libclang,
// which is a shared library. "" if it is not there.
std::string SurfaceChecker() {
  const char* told = std::getenv("PLUMBLINE_SURFACE_CHECKER");
  if (told != nullptr) return told;
  std::error_code error;
  const std::filesystem::path beside =
      std::filesystem::read_symlink("/proc/self/exe", error).parent_path() /
      "surface_checker";
  return std::filesystem::is_regular_file(beside, error) ? beside.string() : "";
}

Result<Report> CheckSurface(const World& world, const Target& target) {
  const std::string program = SurfaceChecker();
  if (program.empty()) {
    Report report;
    report.checks.push_back(
        {.name = "Surface",
         .kind = "surface",
         .status = Status::kSkipped,
         .declared = "",
         .seen = "",
         .where = "",
         .reason = "surface_checker is not beside this program: run "
                   "tools/plumbline check in the source tree"});
    return report;
  }
  const Descriptor file(open(program.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file)
    return Fail("its surface can't be checked: {} is missing", program);
  const Result<Finished> finished =
      RunProgram(file, "",
                 {program, "--report", "--arch", target.arch, "--sysroot",
                  Sysroot(world, target)});
  if (!finished) return tl::unexpected(finished.error());
  if (!finished->Succeeded()) {
    std::string_view why = finished->errors;
    while (why.ends_with('\n')) why.remove_suffix(1);
    constexpr std::string_view kPrefix = "plumbline: ";
    if (why.starts_with(kPrefix)) why.remove_prefix(kPrefix.size());
    return Fail("its surface can't be checked: {}",
                why.empty() ? finished->Describe() : std::string(why));
  }
  return ParseReport(finished->output, target);
}

// Adds the checks of a report on the same target. Facts are of the ABI, where
// it was checked.
void Merge(Report& report, Report more) {
  if (report.libc.empty()) {
    std::swap(report, more);
    if (more.checks.empty()) return;
  }
  report.checks.insert(report.checks.end(),
                       std::make_move_iterator(more.checks.begin()),
                       std::make_move_iterator(more.checks.end()));
  std::stable_sort(
      report.checks.begin(), report.checks.end(),
      [](const Check& a, const Check& b) { return a.name < b.name; });
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
  const bool errors = options.errors && HasErrors(target);
  const bool runs_programs = options.abi || errors;
  const EmbeddedFile* checker = FindChecker(world.checkers, target);
  const EmbeddedFile* error_checker = FindChecker(world.error_checkers, target);
  if ((options.abi && checker == nullptr) ||
      (errors && error_checker == nullptr)) {
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
  if (runs_programs && runner.by == RunBy::kNobody) {
    return not_checked(
        missing, runner.install.empty()
                     ? runner.missing
                     : fmt::format("{}: apt-get install {}", runner.missing,
                                   runner.install));
  }
  // Beside the others, as it takes some seconds.
  std::future<Result<Report>> surface;
  if (options.surface && HasSurface(target))
    surface = std::async(std::launch::async,
                         [&] { return CheckSurface(world, target); });
  if (options.abi) {
    Result<Report> report = RunChecker(checker->bytes, target, runner);
    if (!report) return not_checked(Outcome::kUnusable, report.error().message);
    result.report = std::move(*report);
  }
  if (errors) {
    Result<Report> report = RunErrorChecker(error_checker->bytes, target,
                                            runner, options, "--unprivileged");
    if (!report) return not_checked(Outcome::kUnusable, report.error().message);
    Merge(result.report, std::move(*report));
  }
  if (surface.valid()) {
    Result<Report> report = surface.get();
    if (!report) return not_checked(Outcome::kUnusable, report.error().message);
    Merge(result.report, std::move(*report));
  }
  return result;
}

// Provokes on the targets of this machine's kernel, one after the other, what
// needs privileges: it may change what the others would notice. Without
// privileges the checker says what it skips.
void ProvokeWithPrivileges(const World& world, const CheckOptions& options,
                           Progress& progress,
                           std::vector<TargetResult>& results) {
  for (TargetResult& result : results) {
    if (result.outcome != Outcome::kChecked || result.by != RunBy::kKernel ||
        !HasErrors(result.target)) {
      continue;
    }
    const Runner runner =
        FindRunner(world.host, world.declarations.targets(), result.target);
    std::future<Result<Report>> running = std::async(std::launch::async, [&] {
      return RunErrorChecker(
          FindChecker(world.error_checkers, result.target)->bytes,
          result.target, runner, options, "--privileged");
    });
    while (running.wait_for(std::chrono::milliseconds(200)) !=
           std::future_status::ready) {
      progress.Show(fmt::format("checking errors that need privileges on {}",
                                result.target.name));
    }
    Result<Report> report = running.get();
    if (report) {
      Merge(result.report, std::move(*report));
    } else {
      result.outcome = Outcome::kUnusable;
      result.reason = report.error().message;
      result.report = {};
    }
  }
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
  lock.unlock();
  if (options.errors) ProvokeWithPrivileges(world, options, progress, results);
  return results;
}

// Keeps the checks that --only names.
Result<void> KeepOnly(const World& world, const CheckOptions& options,
                      std::vector<TargetResult>& results) {
  const std::string& only = options.only;
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
  if (options.errors) {
    // Their checkers were asked for no others, so they tell no other names.
    const Result<ErrorTable> table = ErrorTable::Parse(world.errors);
    if (!table) return tl::unexpected(table.error());
    for (const ErrorEntry& entry : table->entries()) {
      if (MatchesGlob(only, entry.provocation)) {
        return Fail("--only {}: none of these is provoked on these targets",
                    only);
      }
      names.push_back(entry.provocation);
    }
  }
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
    if (const Result<void> kept = KeepOnly(world, options, results.targets);
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

Result<Exit> RunCheck(const World& world, const CheckOptions& all) {
  const Result<CheckOptions> narrowed = NarrowKinds(all);
  if (!narrowed) return tl::unexpected(narrowed.error());
  const CheckOptions& options = *narrowed;
  if (options.qemu.empty()) return CheckAndWrite(world, options);
  const Result<Host> host = WithEmulators(
      world.host, world.declarations.targets(), options.qemu, CacheFolder());
  if (!host) return tl::unexpected(host.error());
  return CheckAndWrite({.declarations = world.declarations,
                        .checkers = world.checkers,
                        .error_checkers = world.error_checkers,
                        .errors = world.errors,
                        .programs = world.programs,
                        .host = *host},
                       options);
}

}  // namespace plumbline::cli
