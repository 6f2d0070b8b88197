#include "conformance/semantics/runner/run.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "conformance/semantics/runner/executor_process.h"
#include "conformance/semantics/runner/shrink.h"

namespace plumbline::semantics {
namespace {

constexpr std::uint64_t kProgressEvery = 500;
// A disagreement that hangs on time may not show each time.
constexpr int kTries = 3;
constexpr int kRepetitions = 90;
constexpr int kFewRepetitions = 8;
// So often at least it must show in them: a machine that is busy for a moment
// makes one more of any.
constexpr int kAgain = 2;
// So many of those that an entry of the ledger may explain are looked at
// closer.
constexpr std::size_t kMadeSmall = 3;
constexpr std::uint64_t kProgramsPerSeenOnce = 20'000;

// Programs of a run are named by their numbers.
std::size_t Index(const Program& program) { return std::stoull(program.name); }

bool IsEarlier(const Disagreement& a, const Disagreement& b) {
  return Index(a.program) < Index(b.program);
}

// Runs programs of a list, which get their places in it as names.
void RunAll(RunningTarget& target, const std::vector<Program>& programs,
            const RunningTarget::Take& take) {
  std::size_t at = 0;
  target.Run(
      [&](Program& program) {
        if (at == programs.size()) return false;
        program = programs[at];
        program.name = std::to_string(at);
        ++at;
        return true;
      },
      take);
}

// Judges programs of a list, and gives what each broke.
std::vector<std::optional<Violation>> JudgeAll(
    const RunOptions& options, RunningTarget& target,
    const std::vector<Program>& programs) {
  std::vector<std::optional<Violation>> violations(programs.size());
  Judge judge(options.target);
  RunAll(
      target, programs,
      [&](const Program& program, const Outcome& outcome, const std::string&) {
        violations[Index(program)] = judge.Check(program, outcome);
      });
  return violations;
}

// Why the entry is wrong, by what its program broke each time; "" if one time
// was as listed.
template <typename Iterator>
std::string FailureOf(const KnownDeviation& known, Iterator begin,
                      Iterator end) {
  std::string failure = "it no longer happens: take it out, or the version";
  for (auto at = begin; at != end; ++at) {
    if (!*at) continue;
    const Violation& violation = (*at)->violation;
    if (TextOf(violation.rule).id != known.rule) {
      failure = "it breaks " + std::string(TextOf(violation.rule).id);
    } else if (!IsSeen(known, violation)) {
      failure = "it does '" + SeenOf(violation) + "'";
    } else {
      return {};
    }
  }
  return failure;
}

// Each with as few steps as still break the rule, and what it shows then.
void MakeSmall(const RunOptions& options, RunningTarget& target,
               const std::vector<Disagreement*>& disagreements) {
  std::vector<Program> programs;
  for (const Disagreement* one : disagreements) {
    programs.push_back(one->program);
  }
  const std::vector<Program> smallest =
      Shrink(programs, [&](const std::vector<Candidate>& candidates) {
        std::vector<Program> tries;
        for (int i = 0; i < kTries; ++i) {
          for (const Candidate& one : candidates) tries.push_back(one.program);
        }
        const auto violations = JudgeAll(options, target, tries);
        std::vector<bool> shown(candidates.size());
        for (std::size_t i = 0; i < violations.size(); ++i) {
          const std::size_t of = i % candidates.size();
          const Disagreement& one = *disagreements[candidates[of].index];
          if (violations[i] && violations[i]->rule == one.violation.rule) {
            shown[of] = true;
          }
        }
        return shown;
      });
  // What is not shown any more stays as it was seen first.
  std::vector<Program> tries;
  for (int i = 0; i < kTries; ++i) {
    tries.insert(tries.end(), smallest.begin(), smallest.end());
  }
  Judge judge(options.target);
  std::vector<bool> is_shown(disagreements.size());
  RunAll(target, tries,
         [&](const Program& program, const Outcome& outcome,
             const std::string& text) {
           const std::size_t of = Index(program) % disagreements.size();
           const auto violation = judge.Check(program, outcome);
           if (is_shown[of] || !violation) return;
           is_shown[of] = true;
           Disagreement& one = *disagreements[of];
           one.program = smallest[of];
           one.program.name = one.name;
           one.outcome = outcome;
           one.text = text;
           one.violation = *violation;
         });
}

// In how many of so many repetitions each breaks a rule.
std::vector<int> TimesShown(const RunOptions& options, RunningTarget& target,
                            const std::vector<Disagreement>& disagreements,
                            int repetitions) {
  std::vector<Program> copies;
  for (const Disagreement& one : disagreements) {
    copies.insert(copies.end(), static_cast<std::size_t>(repetitions),
                  one.program);
  }
  std::vector<int> times(disagreements.size());
  if (copies.empty()) return times;
  const auto violations = JudgeAll(options, target, copies);
  for (std::size_t i = 0; i < violations.size(); ++i) {
    if (violations[i]) ++times[i / static_cast<std::size_t>(repetitions)];
  }
  return times;
}

// Repeats what disagreed. Where there is more of a rule than is kept, it was
// seen more than once already.
void PutSeenOnceApart(const RunOptions& options, RunningTarget& target,
                      RunResult& result) {
  if (result.disagreeing != result.disagreements.size()) return;
  const std::vector<int> times =
      TimesShown(options, target, result.disagreements, kRepetitions);
  std::vector<Disagreement> again;
  for (std::size_t i = 0; i < times.size(); ++i) {
    (times[i] >= kAgain ? again : result.seen_once)
        .push_back(std::move(result.disagreements[i]));
  }
  // More than a few are a fault that shows rarely, such as a wake-up that is
  // lost now and then.
  if (result.seen_once.size() > 1 + result.programs / kProgramsPerSeenOnce) {
    for (Disagreement& one : result.seen_once) again.push_back(std::move(one));
    result.seen_once.clear();
  }
  result.disagreeing = again.size();
  result.disagreements = std::move(again);
}

// The same a few times only, for what ends a run: what agrees then is
// forgotten.
void KeepShownAgain(const RunOptions& options, RunningTarget& target,
                    RunResult& result) {
  const std::vector<int> times =
      TimesShown(options, target, result.disagreements, kFewRepetitions);
  std::vector<Disagreement> again;
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (times[i] == 0) continue;
    again.push_back(std::move(result.disagreements[i]));
  }
  result.disagreeing = again.size();
  result.disagreements = std::move(again);
}

// Keeps those that come first in the run, so that what is told hangs on the
// seed only; outcomes come in any order.
void Keep(Disagreement one, const RunOptions& options,
          std::vector<Disagreement>& kept) {
  const Rule rule = one.violation.rule;
  kept.insert(std::upper_bound(kept.begin(), kept.end(), one, IsEarlier),
              std::move(one));
  int of_rule = 0;
  for (auto at = kept.begin(); at != kept.end(); ++at) {
    if (at->violation.rule != rule || ++of_rule <= options.per_rule) continue;
    kept.erase(at);
    return;
  }
}

// The programs of the ledger, each a few times: those that are listed for this
// place must do what is listed, and the others what is allowed.
void ReplayListed(const RunOptions& options, RunningTarget& target,
                  RunResult& result) {
  std::vector<Program> programs;
  for (const DeviatingProgram& one : DeviatingPrograms()) {
    programs.insert(programs.end(), kTries, DeviatingProgramNamed(one.name));
  }
  std::vector<std::optional<Disagreement>> replayed(programs.size());
  Judge judge(options.target);
  RunAll(target, programs,
         [&](const Program& program, const Outcome& outcome,
             const std::string& text) {
           if (const auto violation = judge.Check(program, outcome)) {
             replayed[Index(program)] = {program.name, program, outcome, text,
                                         *violation};
           }
         });
  auto next = replayed.begin();
  for (const DeviatingProgram& one : DeviatingPrograms()) {
    const auto listed = std::find_if(
        result.deviations.begin(), result.deviations.end(),
        [&](const ListedDeviation& d) { return d.known->program == one.name; });
    const auto end = next + kTries;
    if (listed != result.deviations.end()) {
      listed->failure = FailureOf(*listed->known, next, end);
    } else {
      const auto broken =
          std::find_if(next, end, [&](const std::optional<Disagreement>& d) {
            return d && IsAbout(TextOf(d->violation.rule).id, options.groups);
          });
      if (broken != end) {
        (*broken)->name = std::string(one.name);
        ++result.disagreeing;
        result.disagreements.push_back(std::move(**broken));
      }
    }
    next = end;
  }
}

void CountTraits(const Program& program, const Outcome& outcome,
                 RunResult& result) {
  const Traits traits = TraitsOf(program);
  bool slept = false;
  bool expired = false;
  for (const Report& report : outcome.reports) {
    slept = slept || report.sleeps;
    // What was not done is no step.
    const bool is_done =
        !report.is_busy && !(report.is_gone && report.output.empty());
    if (report.sleeps || !is_done) continue;
    ++result.steps;
    if (report.error == Errno::kNone) ++result.succeeded;
    if (report.step < 0 ||
        static_cast<std::size_t>(report.step) >= program.steps.size()) {
      continue;
    }
    const Step& step = program.steps[static_cast<std::size_t>(report.step)];
    expired = expired || (step.call == Call::kNanosleep && traits.timers) ||
              (step.call == Call::kTimerfdSettime && step[2].number > 0 &&
               step[2].number < 1'000'000);
  }
  if (slept && traits.threads) ++result.threads;
  if (expired) ++result.timers;
  if (traits.signals) ++result.signals;
  if (traits.duplicates) ++result.duplicates;
}

}  // namespace

bool IsAbout(std::string_view rule, const std::vector<std::string>& groups) {
  const std::string_view group = rule.substr(0, rule.find('.'));
  return groups.empty() ||
         std::find(groups.begin(), groups.end(), group) != groups.end();
}

std::vector<Replayed> Replay(const RunOptions& options,
                             const std::vector<Program>& programs) {
  std::vector<Replayed> replayed(programs.size());
  Judge judge(options.target);
  RunningTarget target(options.command);
  RunAll(
      target, programs,
      [&](const Program& program, const Outcome& outcome, const std::string&) {
        replayed[Index(program)] = {outcome, judge.Check(program, outcome)};
      });
  target.End();
  return replayed;
}

RunResult Run(const RunOptions& options,
              const std::function<void(std::uint64_t done)>& progress) {
  RunResult result;
  Judge judge(options.target);
  const Deviations known(options.place);
  for (const KnownDeviation* one : known.entries()) {
    if (!IsAbout(one->rule, options.groups)) continue;
    result.deviations.push_back({one, 0, {}});
  }
  // What the ledger may explain, by its entries.
  std::map<const KnownDeviation*, std::vector<Disagreement>> explained;
  std::uint64_t next = 0;
  const auto start = std::chrono::steady_clock::now();
  RunningTarget target(options.command);
  const auto generate = [&](Program& program) {
    if (next == options.programs) return false;
    if (options.first_only && result.disagreeing != 0) return false;
    program = GenerateProgram(options.seed, next++, options.steps, options.mix);
    return true;
  };
  const auto judge_one = [&](const Program& program, const Outcome& outcome,
                             const std::string& text) {
    if (++result.programs % kProgressEvery == 0) progress(result.programs);
    CountTraits(program, outcome, result);
    const auto violation = judge.Check(program, outcome);
    if (!violation || !IsAbout(TextOf(violation->rule).id, options.groups)) {
      return;
    }
    Disagreement one{program.name, program, outcome, text, *violation};
    if (const KnownDeviation* listed = known.Find(program, *violation)) {
      for (ListedDeviation& deviation : result.deviations) {
        if (deviation.known == listed) ++deviation.programs;
      }
      explained[listed].push_back(std::move(one));
      return;
    }
    ++result.disagreeing;
    Keep(std::move(one), options, result.disagreements);
  };
  do {
    target.Run(generate, judge_one);
    // What is not seen again ends nothing.
    if (options.first_only) KeepShownAgain(options, target, result);
  } while (next < options.programs && result.disagreeing == 0);
  result.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count();
  result.rules = judge.exercised();
  result.lost = judge.lost();
  if (options.first_only) {
    target.End();
    result.deviations.clear();
    return result;
  }
  // All else in the same run of the target, which may take long to start.
  PutSeenOnceApart(options, target, result);
  std::vector<Disagreement*> to_be_small;
  for (Disagreement& one : result.disagreements) to_be_small.push_back(&one);
  for (auto& [entry, its] : explained) {
    std::sort(its.begin(), its.end(), IsEarlier);
    its.resize(std::min(its.size(), kMadeSmall));
    for (Disagreement& one : its) to_be_small.push_back(&one);
  }
  if (!to_be_small.empty()) MakeSmall(options, target, to_be_small);
  // A small program that the ledger does not explain shows another fault.
  for (const KnownDeviation* entry : known.entries()) {
    for (Disagreement& one : explained[entry]) {
      if (known.Find(one.program, one.violation) != nullptr) continue;
      ++result.disagreeing;
      result.disagreements.push_back(std::move(one));
    }
  }
  ReplayListed(options, target, result);
  target.End();
  return result;
}

}  // namespace plumbline::semantics
