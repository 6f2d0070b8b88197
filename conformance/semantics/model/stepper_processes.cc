// Processes: what fork copies and what it shares, and how they end.

#include <string>
#include <utility>

#include "conformance/semantics/model/stepper.h"

namespace plumbline::semantics {
namespace {

constexpr int kSigchld = 17;

}  // namespace

void Stepper::Become(int thread) {
  thread_ = thread;
  process_ = Thread().process;
}

bool Stepper::DoFork(const Step& step) {
  const auto number = static_cast<int>(step[0].number);
  if (report_->error == Errno::kEAGAIN || report_->error == Errno::kENOMEM) {
    // The machine has no room for another; the step makes none.
    state_.is_lost = true;
    return true;
  }
  if (!ReturnsZero(Rule::kForkShares)) return false;
  ProcessState& made = state_.processes[static_cast<std::size_t>(number)];
  made = Here();
  made.is_new = true;
  made.pending.clear();
  for (const Descriptor& descriptor : made.fds) {
    if (descriptor.description < 0) continue;
    ++state_.At(descriptor.description).references;
  }
  ThreadState thread;
  thread.exists = true;
  thread.process = number;
  thread.mask = Thread().mask;
  state_.threads[static_cast<std::size_t>(number)] = std::move(thread);
  state_.has_forked = true;
  return true;
}

bool Stepper::Gone(const Step& step, const Report& report,
                   const Interval& when) {
  report_ = &report;
  when_ = when;
  Become(step.thread);
  if (!Holds(Rule::kExit, process_ != 0, "goes on, as it is no process")) {
    return false;
  }
  if (!Here().exists) return true;
  const std::string how = report.output.empty() ? "" : report.output[0];
  PendingSignal told;
  told.signal = kSigchld;
  if (step.call == Call::kExit) {
    told.code = "CLD_EXITED";
    told.value = step[0].number;
  } else {
    told.code = "CLD_KILLED";
    const SignalMask deadly = MayKill(step);
    for (int signal = 1; signal <= 64; ++signal) {
      if ((deadly & MaskOf(signal)) == 0) continue;
      if (how == "killed:" + SignalText(signal)) told.value = signal;
    }
  }
  const Action& parents =
      state_.processes[0].actions[static_cast<std::size_t>(kSigchld)];
  // wait(2): of one whose parent ignores SIGCHLD, nobody is told how it ended.
  const bool is_told = parents.disposition != Word::kIgnore;
  const std::string expected =
      step.call == Call::kExit
          ? "exited:" + std::to_string(told.value)
          : "killed:" + SignalText(static_cast<int>(told.value));
  if (is_told &&
      !Holds(
          step.call == Call::kExit ? Rule::kExit : Rule::kEnds,
          told.value != 0 || step.call == Call::kExit ? how == expected : false,
          step.call == Call::kExit ? "ends as " + expected
                                   : "goes on with its steps")) {
    return false;
  }
  for (std::size_t fd = 0; fd < Here().fds.size(); ++fd) {
    if (IsOpen(static_cast<std::int64_t>(fd))) Close(static_cast<int>(fd));
  }
  Here() = {};
  Thread().exists = false;
  if (!is_told) return true;
  Become(0);
  // It may come while the main thread is still in its step.
  if (main_acts_ && (Thread().mask & MaskOf(kSigchld)) == 0) {
    state_.is_lost = true;
  }
  SendToProcess(std::move(told));
  Become(step.thread);
  return true;
}

}  // namespace plumbline::semantics
