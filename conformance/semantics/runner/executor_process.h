// Runs programs on a target: by a command that reads programs from its standard
// input and writes outcomes to its standard output (executor/README.md).

#ifndef CONFORMANCE_SEMANTICS_RUNNER_EXECUTOR_PROCESS_H_
#define CONFORMANCE_SEMANTICS_RUNNER_EXECUTOR_PROCESS_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "conformance/semantics/model/outcome.h"
#include "conformance/semantics/model/program.h"

namespace plumbline::semantics {

// What went wrong, if the target could not be asked.
struct TargetError {
  std::string message;
};

// Starts `command`, gives it programs until `next` has none, and gives each to
// `take` with its outcome, in the order in which these come. No two may have
// the same name. Throws TargetError if the command can't be
// started, ends early, or writes what is no outcome.
void RunPrograms(
    const std::vector<std::string>& command,
    const std::function<bool(Program& program)>& next,
    const std::function<void(const Program& program, const Outcome& outcome,
                             const std::string& text)>& take);

// A target that goes on running, and is asked about one program at a time.
// Throws TargetError as RunPrograms does.
class RunningTarget {
 public:
  explicit RunningTarget(std::vector<std::string> command);
  ~RunningTarget();
  RunningTarget(const RunningTarget&) = delete;
  RunningTarget& operator=(const RunningTarget&) = delete;

  // The text of the program's outcome.
  std::string Ask(const Program& program);

 private:
  class Process;

  const std::vector<std::string> command_;
  std::unique_ptr<Process> process_;
};

}  // namespace plumbline::semantics

#endif  // CONFORMANCE_SEMANTICS_RUNNER_EXECUTOR_PROCESS_H_
