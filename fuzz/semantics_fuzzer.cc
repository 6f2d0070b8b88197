// Programs that reach new rules and branches of the model, run by an executor:
// what it does, the model allows. Only the model is instrumented, so coverage
// is the model's.
//
// An input is the text of a program, as `plumbline replay` takes it; any other
// bytes are the choices that make one. PLUMBLINE_FUZZ_EXECUTOR is the executor.

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "conformance/semantics/model/judge.h"
#include "conformance/semantics/model/outcome.h"
#include "conformance/semantics/model/program.h"
#include "conformance/semantics/runner/c_program.h"
#include "conformance/semantics/runner/deviations.h"
#include "conformance/semantics/runner/executor_process.h"
#include "conformance/semantics/runner/shrink.h"
#include "fuzz/program_mutator.h"
#include "fuzz/program_of_bytes.h"

// libFuzzer's: of bytes that it changes, in which numbers that were compared
// with may turn up.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* bytes, std::size_t size,
                                        std::size_t capacity);

// The model's counters of branches, which the linker finds.
extern "C" std::uint8_t __start___sancov_cntrs[];
extern "C" std::uint8_t __stop___sancov_cntrs[];

namespace plumbline::fuzz {
namespace {

using namespace semantics;

constexpr std::size_t kMostSteps = 40;
// Enough of one disagreement to believe in it; and how often it is looked for,
// as the executor sees second threads from outside, and may be late.
constexpr int kBelieved = 2;
constexpr int kRepetitions = 30;
constexpr int kTries = 3;

// Two rules that one program exercised, as a branch of its own.
constexpr std::size_t kRules = std::tuple_size_v<RuleCounts>;
[[gnu::section(
    "__libfuzzer_extra_counters")]] std::uint8_t pairs[kRules * kRules];

struct Seen {
  std::string text;
  Outcome outcome;
  std::optional<Violation> violation;
};

#ifdef __aarch64__
constexpr char kArchitecture[] = "arm64";
#else
constexpr char kArchitecture[] = "amd64";
#endif

KernelRelease RunningKernel() {
  utsname running = {};
  ::uname(&running);
  return ParseKernelRelease(running.release).value_or(kNewestKernel);
}

Place PlaceHere() {
  Place place;
  place.architecture = place.kernel_architecture = kArchitecture;
  place.kernel = RunningKernel();
  return place;
}

class Fuzzer {
 public:
  Fuzzer()
      : command_{Executor()},
        target_{.kernel = RunningKernel(),
                .page_size = ::sysconf(_SC_PAGESIZE)},
        known_(PlaceHere()),
        judge_(target_),
        // Few programs sleep for ever, and they should not take long.
        quick_({Executor(), "--watchdog=60"}) {}

  void Run(const Program& program) {
    ++programs_;
    const RuleCounts before = judge_.exercised();
    Seen seen = Look(quick_, program, judge_);
    if (seen.violation && !IsKnown(program, *seen.violation)) {
      LookAgain(program, *seen.violation);
    }
    if (seen.outcome.ending == Ending::kHung) {
      // It would be kept, and so would many that take as long.
      std::memset(__start___sancov_cntrs, 0,
                  static_cast<std::size_t>(__stop___sancov_cntrs -
                                           __start___sancov_cntrs));
      ++hung_;
      return;
    }
    CountPairs(before);
  }

  void Report() const {
    std::size_t exercised = 0;
    for (const std::uint64_t count : judge_.exercised()) {
      if (count != 0) ++exercised;
    }
    std::fprintf(stderr,
                 "semantics_fuzzer: %llu programs, %llu of which hung, %llu "
                 "disagreed and not again; %zu of %zu rules exercised\n",
                 static_cast<unsigned long long>(programs_),
                 static_cast<unsigned long long>(hung_),
                 static_cast<unsigned long long>(seen_once_), exercised,
                 kRules);
    if (told_.empty()) return;
    std::fprintf(stderr, "semantics_fuzzer: %zu kinds of disagreement\n",
                 told_.size());
    std::_Exit(1);
  }

 private:
  static const char* Executor() {
    const char* executor = std::getenv("PLUMBLINE_FUZZ_EXECUTOR");
    if (executor != nullptr) return executor;
    std::fputs(
        "semantics_fuzzer: PLUMBLINE_FUZZ_EXECUTOR is to be the path "
        "of the executor\n",
        stderr);
    std::_Exit(2);
  }

  static Seen Look(RunningTarget& target, const Program& program,
                   Judge& judge) {
    Seen seen;
    seen.text = target.Ask(program);
    std::string message;
    if (!ParseOutcome(seen.text, seen.outcome, message)) {
      throw TargetError{message};
    }
    seen.violation = judge.Check(program, seen.outcome);
    return seen;
  }

  // Whether the ledger has it.
  bool IsKnown(const Program& program, const Violation& violation) const {
    return known_.Find(program, violation) != nullptr;
  }

  // Of programs, which of them break the rule in one of some tries.
  std::vector<bool> Break(const std::vector<Program>& programs, Rule rule) {
    std::vector<bool> broken(programs.size());
    Judge judge(target_);
    for (std::size_t i = 0; i < programs.size(); ++i) {
      for (int n = 0; n < kTries && !broken[i]; ++n) {
        const Seen seen = Look(quick_, programs[i], judge);
        broken[i] = seen.violation && seen.violation->rule == rule;
      }
    }
    return broken;
  }

  // With the time that the executor gives a program of itself.
  void LookAgain(const Program& program, const Violation& first) {
    if (!patient_) patient_.emplace(command_);
    Judge judge(target_);
    std::optional<Seen> last;
    int disagreed = 0;
    for (int i = 0; i < kRepetitions && disagreed < kBelieved; ++i) {
      Seen seen = Look(*patient_, program, judge);
      if (seen.outcome.ending == Ending::kHung) i += kRepetitions / kTries;
      if (!seen.violation || IsKnown(program, *seen.violation)) continue;
      ++disagreed;
      last = std::move(seen);
    }
    if (disagreed < kBelieved) {
      ++seen_once_;
      std::fprintf(stderr, "semantics_fuzzer: seen %d times in %d, %s: %s\n%s",
                   1 + disagreed, kRepetitions + 1,
                   std::string(TextOf(first.rule).id).c_str(),
                   first.expected.c_str(), ToText(program).c_str());
      return;
    }
    const Rule rule = last->violation->rule;
    const Program small =
        Shrink({program}, [&](const std::vector<Candidate>& candidates) {
          std::vector<Program> programs;
          for (const Candidate& one : candidates) {
            programs.push_back(one.program);
          }
          return Break(programs, rule);
        }).front();
    for (int i = 0; i < kRepetitions; ++i) {
      Seen seen = Look(*patient_, small, judge);
      if (!seen.violation || seen.violation->rule != rule) continue;
      if (!IsKnown(small, *seen.violation)) Tell(small, seen);
      return;
    }
    Tell(program, *last);
  }

  void Tell(const Program& program, const Seen& seen) {
    const Violation& violation = *seen.violation;
    const std::string kind = KindOf(program, violation);
    if (!told_.insert(kind).second) return;
    std::fprintf(
        stderr,
        "\nDISAGREEMENT  %s  %s\n  source    %s\n  expected  %s\n  seen      "
        "%s\n\n%s%s\n%s",
        std::string(TextOf(violation.rule).id).c_str(),
        std::string(TextOf(violation.rule).statement).c_str(),
        std::string(TextOf(violation.rule).source).c_str(),
        violation.expected.c_str(), violation.seen.c_str(),
        ToText(program).c_str(), seen.text.c_str(), CProgram(program).c_str());
    std::fputs(
        "\nPut the program into a file, and run: tools/plumbline replay "
        "FILE\n",
        stderr);
    if (!goes_on_) std::abort();
  }

  // The rule, and the calls of the smallest program.
  static std::string KindOf(const Program& program,
                            const Violation& violation) {
    std::set<std::string_view> calls;
    for (const Step& step : program.steps) calls.insert(NameOf(step.call));
    std::string kind(TextOf(violation.rule).id);
    for (const std::string_view call : calls) {
      kind += ' ';
      kind += call;
    }
    return kind;
  }

  void CountPairs(const RuleCounts& before) {
    const RuleCounts& now = judge_.exercised();
    std::vector<std::size_t> rules;
    for (std::size_t i = 0; i < kRules; ++i) {
      if (now[i] != before[i]) rules.push_back(i);
    }
    for (const std::size_t one : rules) {
      for (const std::size_t other : rules) pairs[one * kRules + other] = 1;
    }
  }

  const std::vector<std::string> command_;
  const Target target_;
  const Deviations known_;
  Judge judge_;
  RunningTarget quick_;
  std::optional<RunningTarget> patient_;
  // With it, all that is found is told, each kind once.
  const bool goes_on_ = std::getenv("PLUMBLINE_FUZZ_GO_ON") != nullptr;
  std::set<std::string> told_;
  std::uint64_t programs_ = 0;
  std::uint64_t hung_ = 0;
  std::uint64_t seen_once_ = 0;
};

// Never ended: libFuzzer ends the process as it likes.
Fuzzer& TheFuzzer() {
  static auto* const fuzzer = [] {
    auto* const made = new Fuzzer;
    std::atexit([] { TheFuzzer().Report(); });
    return made;
  }();
  return *fuzzer;
}

Program ProgramIn(const std::uint8_t* data, std::size_t size) {
  std::vector<Program> programs;
  ParseError error;
  if (ParsePrograms({reinterpret_cast<const char*>(data), size}, programs,
                    error) &&
      programs.size() == 1) {
    return std::move(programs.front());
  }
  Program program = ProgramOf({data, size}, kMostSteps);
  Tame(program);
  return program;
}

// Writes what fits of it.
std::size_t Write(Program program, std::uint8_t* data, std::size_t capacity) {
  std::string text = ToText(program);
  while (text.size() > capacity && !program.steps.empty()) {
    program.steps.pop_back();
    text = ToText(program);
  }
  const std::size_t size = std::min(text.size(), capacity);
  std::memcpy(data, text.data(), size);
  return size;
}

}  // namespace
}  // namespace plumbline::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace plumbline::fuzz;
  try {
    TheFuzzer().Run(ProgramIn(data, size));
  } catch (const plumbline::semantics::TargetError& error) {
    std::fprintf(stderr, "semantics_fuzzer: %s\n", error.message.c_str());
    std::abort();
  }
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data,
                                               std::size_t size,
                                               std::size_t capacity,
                                               unsigned seed) {
  using namespace plumbline::fuzz;
  ProgramMutator mutator(seed, LLVMFuzzerMutate);
  return Write(mutator.Mutate(ProgramIn(data, size), kMostSteps), data,
               capacity);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(
    const std::uint8_t* data1, std::size_t size1, const std::uint8_t* data2,
    std::size_t size2, std::uint8_t* out, std::size_t capacity, unsigned seed) {
  using namespace plumbline::fuzz;
  ProgramMutator mutator(seed, LLVMFuzzerMutate);
  return Write(mutator.Cross(ProgramIn(data1, size1), ProgramIn(data2, size2),
                             kMostSteps),
               out, capacity);
}
