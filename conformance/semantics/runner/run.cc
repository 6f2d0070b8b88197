#include "conformance/semantics/runner/run.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>

#include "conformance/semantics/generator/generator.h"
#include "conformance/semantics/runner/executor_process.h"
#include "conformance/semantics/runner/shrink.h"

namespace plumbline::semantics {
namespace {

constexpr std::uint64_t kProgressEvery = 500;
// A disagreement that hangs on time may not show each time.
constexpr int kTries = 3;

// Judges programs of a list, and gives what each broke.
std::vector<std::optional<Violation>> JudgeAll(
    const RunOptions& options, const std::vector<Program>& programs) {
  std::vector<std::optional<Violation>> violations;
  Judge judge(options.target);
  std::size_t at = 0;
  RunPrograms(
      options.command,
      [&](Program& program) {
        if (at == programs.size()) return false;
        program = programs[at];
        program.name = std::to_string(at);
        ++at;
        return true;
      },
      [&](const Program& program, const Outcome& outcome, const std::string&) {
        violations.push_back(judge.Check(program, outcome));
      });
  return violations;
}

// A program that breaks the rule, with as few steps as can be.
Program Smallest(const RunOptions& options, const Program& program, Rule rule) {
  return Shrink(program, [&](const std::vector<Program>& candidates) {
    std::vector<bool> shown(candidates.size());
    for (int i = 0; i < kTries; ++i) {
      const auto violations = JudgeAll(options, candidates);
      for (std::size_t j = 0; j < violations.size(); ++j) {
        if (violations[j] && violations[j]->rule == rule) shown[j] = true;
      }
    }
    return shown;
  });
}

void CountTraits(const Program& program, const Outcome& outcome,
                 RunResult& result) {
  const Traits traits = TraitsOf(program);
  bool slept = false;
  bool expired = false;
  for (const Report& report : outcome.reports) {
    slept = slept || report.sleeps;
    if (report.sleeps) continue;
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
  if (slept) ++result.threads;
  if (expired) ++result.timers;
  if (traits.signals) ++result.signals;
  if (traits.duplicates) ++result.duplicates;
}

}  // namespace

Disagreement Replay(const RunOptions& options, const Program& program,
                    bool& allowed) {
  Disagreement result;
  result.name = program.name;
  result.program = program;
  allowed = true;
  Judge judge(options.target);
  bool given = false;
  RunPrograms(
      options.command,
      [&](Program& one) {
        if (std::exchange(given, true)) return false;
        one = program;
        return true;
      },
      [&](const Program& one, const Outcome& outcome, const std::string& text) {
        result.outcome = outcome;
        result.text = text;
        if (const auto violation = judge.Check(one, outcome)) {
          result.violation = *violation;
          allowed = false;
        }
      });
  return result;
}

RunResult Run(const RunOptions& options,
              const std::function<void(std::uint64_t done)>& progress) {
  RunResult result;
  Judge judge(options.target);
  std::uint64_t next = 0;
  std::array<int, kRules> kept{};
  const auto start = std::chrono::steady_clock::now();
  RunPrograms(
      options.command,
      [&](Program& program) {
        if (next == options.programs) return false;
        if (options.first_only && result.disagreeing != 0) return false;
        program = GenerateProgram(options.seed, next++, options.steps);
        return true;
      },
      [&](const Program& program, const Outcome& outcome,
          const std::string& text) {
        if (options.first_only && result.disagreeing != 0) return;
        if (++result.programs % kProgressEvery == 0) progress(result.programs);
        CountTraits(program, outcome, result);
        const auto violation = judge.Check(program, outcome);
        if (!violation) return;
        ++result.disagreeing;
        int& of_rule = kept[static_cast<std::size_t>(violation->rule)];
        if (++of_rule > options.per_rule) return;
        result.disagreements.push_back(
            {program.name, program, outcome, text, *violation});
      });
  result.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count();
  result.rules = judge.exercised();
  if (options.first_only) return result;
  for (Disagreement& disagreement : result.disagreements) {
    Program smallest =
        Smallest(options, disagreement.program, disagreement.violation.rule);
    smallest.name = disagreement.name;
    // What it shows now; or, if it does not any more, what was seen first.
    for (int i = 0; i < kTries; ++i) {
      bool allowed = true;
      Disagreement again = Replay(options, smallest, allowed);
      if (allowed) continue;
      disagreement = std::move(again);
      break;
    }
  }
  return result;
}

}  // namespace plumbline::semantics
