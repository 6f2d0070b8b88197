#include "tools/cli/results.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace plumbline::cli {
namespace {

constexpr std::string_view kKinds[] = {"constants", "sizes", "offsets",
                                       "prototypes", "symbols"};

std::vector<std::string> NamesOf(
    const std::vector<const TargetResult*>& targets) {
  std::vector<std::string> names;
  for (const TargetResult* result : targets)
    names.push_back(result->target.name);
  return names;
}

// The word as a shell takes it.
std::string Quoted(const std::string& word) {
  constexpr std::string_view kSafe =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+,./"
      ":=@%";
  if (word.find_first_not_of(kSafe) == std::string::npos) return word;
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

}  // namespace

void Counts::Add(Status status) {
  switch (status) {
    case Status::kPassed:
      ++passed;
      break;
    case Status::kFailed:
      ++failed;
      break;
    case Status::kSkipped:
      ++skipped;
      break;
    case Status::kDeviation:
      ++deviations;
      break;
  }
}

void Counts::Add(const Counts& other) {
  passed += other.passed;
  failed += other.failed;
  skipped += other.skipped;
  deviations += other.deviations;
}

Counts TargetResult::Count() const {
  Counts counts;
  for (const Check& check : report.checks) counts.Add(check.status);
  if (outcome == Outcome::kSkipped) ++counts.skipped;
  return counts;
}

Counts TargetResult::Count(std::string_view kind) const {
  Counts counts;
  for (const Check& check : report.checks) {
    if (check.kind == kind) counts.Add(check.status);
  }
  return counts;
}

std::size_t TargetResult::Pinned() const {
  return static_cast<std::size_t>(std::count_if(
      report.checks.begin(), report.checks.end(), [](const Check& check) {
        return check.status == Status::kPassed && check.pinned;
      }));
}

std::size_t TargetResult::FactsPerSecond() const {
  if (report.microseconds == 0) return 0;
  return static_cast<std::size_t>(report.facts * 1'000'000 /
                                  report.microseconds);
}

std::string TargetResult::RunnerText() const {
  return emulator.empty() ? std::string(RunnerName(by)) : emulator;
}

Counts CheckResults::Count() const {
  Counts counts;
  for (const TargetResult& target : targets) counts.Add(target.Count());
  return counts;
}

std::vector<std::string> CheckResults::Kinds() const {
  std::set<std::string> more;
  for (const TargetResult& target : targets) {
    for (const Check& check : target.report.checks) more.insert(check.kind);
  }
  std::vector<std::string> kinds;
  const bool others_alone =
      !more.empty() &&
      std::all_of(more.begin(), more.end(), [](const std::string& kind) {
        return kind == "errors" || kind == "surface";
      });
  if (!others_alone) kinds.assign(std::begin(kKinds), std::end(kKinds));
  for (const std::string_view kind : kKinds) more.erase(std::string(kind));
  kinds.insert(kinds.end(), more.begin(), more.end());
  return kinds;
}

namespace {

std::vector<SharedFailure> Shared(const CheckResults& results, Status status) {
  using Key = std::tuple<std::string, std::string, std::string, std::string,
                         std::string>;
  std::map<Key, SharedFailure> failures;
  for (const TargetResult& target : results.targets) {
    for (const Check& check : target.report.checks) {
      if (check.status != status) continue;
      SharedFailure& failure = failures[{
          check.name, check.where, check.declared, check.seen, check.reason}];
      failure.check = check;
      failure.targets.push_back(&target);
    }
  }
  std::vector<SharedFailure> sorted;
  for (auto& [key, failure] : failures) sorted.push_back(std::move(failure));
  return sorted;
}

}  // namespace

std::vector<SharedFailure> Failures(const CheckResults& results) {
  return Shared(results, Status::kFailed);
}

std::vector<SharedDeviation> Deviations(const CheckResults& results) {
  return Shared(results, Status::kDeviation);
}

std::vector<SharedSkip> Skips(const CheckResults& results) {
  std::map<std::string, SharedSkip> skips;
  const auto add = [&](const std::string& reason, const TargetResult& target) {
    SharedSkip& skip = skips[reason];
    skip.reason = reason;
    ++skip.count;
    if (skip.targets.empty() || skip.targets.back() != target.target.name) {
      skip.targets.push_back(target.target.name);
    }
  };
  for (const TargetResult& target : results.targets) {
    if (target.outcome == Outcome::kSkipped) add(target.reason, target);
    for (const Check& check : target.report.checks) {
      if (check.status == Status::kSkipped) add(check.reason, target);
    }
  }
  std::vector<SharedSkip> sorted;
  for (auto& [reason, skip] : skips) sorted.push_back(std::move(skip));
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const SharedSkip& a, const SharedSkip& b) {
                     return a.count > b.count;
                   });
  return sorted;
}

std::string TargetNames(const CheckResults& results,
                        const std::vector<std::string>& names) {
  return fmt::format("{}",
                     fmt::join(ShortNames(results.declared, names), ", "));
}

std::string AgainCommand(const CheckResults& results,
                         const SharedFailure& failure) {
  return fmt::format(
      "tools/plumbline check --arch {}{} --only {}",
      fmt::join(ShortNames(results.declared, NamesOf(failure.targets)), ","),
      results.qemu.empty() ? "" : " --qemu " + Quoted(results.qemu),
      Quoted(failure.check.name));
}

std::string Surroundings(const SharedFailure& failure) {
  const bool errors = failure.check.kind == "errors";
  std::set<std::string> libcs;
  std::set<std::string> versions;
  for (const TargetResult* result : failure.targets) {
    libcs.insert(result->report.libc);
    versions.insert(errors ? result->report.kernel
                           : result->report.kernel_headers);
  }
  return fmt::format("{}, {} {}", fmt::join(libcs, " or "),
                     errors ? "kernel" : "kernel headers",
                     fmt::join(versions, " or "));
}

std::string CountsLine(const Counts& counts) {
  std::string line = fmt::format("{} passed, {} failed, {} skipped",
                                 counts.passed, counts.failed, counts.skipped);
  if (counts.deviations > 0) {
    line += fmt::format(", {} known deviation{}", counts.deviations,
                        counts.deviations == 1 ? "" : "s");
  }
  return line;
}

}  // namespace plumbline::cli
