// What `check` found, on all its targets.

#ifndef PLUMBLINE_TOOLS_CLI_RESULTS_H_
#define PLUMBLINE_TOOLS_CLI_RESULTS_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tools/cli/host.h"
#include "tools/cli/report.h"
#include "tools/cli/targets.h"

namespace plumbline::cli {

struct Counts {
  std::size_t passed = 0;
  std::size_t failed = 0;
  std::size_t skipped = 0;
  std::size_t deviations = 0;  // known ones, neither passed nor failed

  void Add(Status status);
  void Add(const Counts& other);
  std::size_t all() const { return passed + failed + skipped + deviations; }
};

enum class Outcome {
  kChecked,
  kSkipped,   // left out for a reason that the user accepts
  kUnusable,  // it could not be checked, and that is an error
};

struct TargetResult {
  Target target;
  Outcome outcome = Outcome::kChecked;
  std::string reason;  // why it was not checked
  RunBy by = RunBy::kNobody;
  Report report;              // if it was checked
  std::string emulator = {};  // "qemu-user 7.2.22", if there is one

  Counts Count() const;
  Counts Count(std::string_view kind) const;

  // How many of the passed checks are pinned only.
  std::size_t Pinned() const;

  std::size_t FactsPerSecond() const;

  // "native", "qemu-user 7.2.22", "object files" or "none".
  std::string RunnerText() const;
};

struct CheckResults {
  std::vector<Target> declared;  // all targets, for the names of several
  std::vector<TargetResult> targets;
  bool times = false;     // print what differs from run to run
  std::string qemu = {};  // what --qemu named

  Counts Count() const;

  // Kinds of checks: those of the ABI, if it was checked, then what else there
  // is.
  std::vector<std::string> Kinds() const;
};

// A failure, a known deviation, or the reason of skips, with all targets that
// share it.
struct SharedFailure {
  Check check;
  std::vector<const TargetResult*> targets;
};
std::vector<SharedFailure> Failures(const CheckResults& results);

using SharedDeviation = SharedFailure;
std::vector<SharedDeviation> Deviations(const CheckResults& results);

struct SharedSkip {
  std::string reason;
  std::size_t count = 0;
  std::vector<std::string> targets;
};
// The most frequent first.
std::vector<SharedSkip> Skips(const CheckResults& results);

// "amd64, i386" for i386 and i386/time64.
std::string TargetNames(const CheckResults& results,
                        const std::vector<std::string>& names);

// How to run just this check again.
std::string AgainCommand(const CheckResults& results,
                         const SharedFailure& failure);

// The libraries, and headers or kernels, of the targets that a check failed on.
std::string Surroundings(const SharedFailure& failure);

// "N passed, N failed, N skipped", and ", N known deviations" if there are any.
std::string CountsLine(const Counts& counts);

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_RESULTS_H_
