// Judges what a program did: whether the model allows it, and if not, which
// rule it breaks.

#ifndef CONFORMANCE_SEMANTICS_MODEL_JUDGE_H_
#define CONFORMANCE_SEMANTICS_MODEL_JUDGE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "conformance/semantics/model/kernel_release.h"
#include "conformance/semantics/model/outcome.h"
#include "conformance/semantics/model/program.h"
#include "conformance/semantics/model/rules.h"
#include "conformance/semantics/model/state.h"

namespace plumbline::semantics {

// What the rules hang on, beside the program.
struct Target {
  // Some rules are since a release. The newest, if it is not known.
  KernelRelease kernel = kNewestKernel;
  std::int64_t page_size = 4096;
  std::int64_t fd_limit = 64;  // RLIMIT_NOFILE that a program starts with
  // ENOSYS of epoll_pwait2 and close_range, whatever the release: of emulators.
  bool may_lack_calls = false;
};

// Why an outcome is not allowed.
struct Violation {
  int step = 0;  // that broke it
  Rule rule = Rule::kFdLowest;
  std::string expected;
  std::string seen;
};

// Judges outcomes, and counts what that exercised.
//
// Thread-safety: one thread at a time.
class Judge {
 public:
  explicit Judge(const Target& target) : target_(target) {}

  // What is wrong with the outcome of the program; nothing if it is allowed.
  std::optional<Violation> Check(const Program& program,
                                 const Outcome& outcome);

  const RuleCounts& exercised() const { return exercised_; }
  // How many outcomes were not judged to their end: a step did what the model
  // does not follow.
  std::uint64_t lost() const { return lost_; }

 private:
  const Target target_;
  RuleCounts exercised_{};
  std::uint64_t lost_ = 0;
};

// The state of a new process.
State InitialState(const Target& target);

}  // namespace plumbline::semantics

#endif  // CONFORMANCE_SEMANTICS_MODEL_JUDGE_H_
