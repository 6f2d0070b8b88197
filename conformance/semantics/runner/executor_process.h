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

// A target that runs until it is ended, as it may take long to start. One that
// writes nothing before its input ends is started once more for what comes
// after. What can't be asked, ends early or writes what is no outcome is a
// TargetError.
class RunningTarget {
 public:
  // Starts the command.
  explicit RunningTarget(std::vector<std::string> command);
  // Kills what was not ended.
  ~RunningTarget();
  RunningTarget(const RunningTarget&) = delete;
  RunningTarget& operator=(const RunningTarget&) = delete;

  using Next = std::function<bool(Program& program)>;
  using Take = std::function<void(
      const Program& program, const Outcome& outcome, const std::string& text)>;
  // Gives it programs until `next` has none, and gives each to `take` with its
  // outcome, in the order in which these come. No two may have the same name.
  // Returns when all have come.
  void Run(const Next& next, const Take& take);

  // The text of one program's outcome.
  std::string Ask(const Program& program);

  // Has it end, which is to be with status 0.
  void End();

 private:
  class Process;

  const std::vector<std::string> command_;
  std::unique_ptr<Process> process_;
  bool writes_at_end_ = false;
};

}  // namespace plumbline::semantics

#endif  // CONFORMANCE_SEMANTICS_RUNNER_EXECUTOR_PROCESS_H_
