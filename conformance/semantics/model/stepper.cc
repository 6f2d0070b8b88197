#include "conformance/semantics/model/stepper.h"

#include <string>
#include <vector>

namespace plumbline::semantics {

// ---- checking -------------------------------------------------------------

bool Stepper::Holds(Rule rule, bool holds, std::string_view expected) {
  ++exercised_[static_cast<std::size_t>(rule)];
  if (holds) return true;
  violation_ = {report_->step, rule, std::string(expected), report_->line};
  return false;
}

bool Stepper::FailsWith(Errno error, Rule rule) {
  if (report_->error == error) return Holds(rule, true, {});
  return Holds(rule, false, "fails with " + std::string(ErrnoText(error)));
}

// Of several reasons to fail, any may be the one that is told.
bool Stepper::FailsWithAny(std::initializer_list<Failure> failures) {
  std::string expected = "fails with ";
  for (const auto& [error, rule] : failures) {
    if (report_->error == error) return Holds(rule, true, {});
    if (&error != &failures.begin()->first) expected += " or ";
    expected += ErrnoText(error);
  }
  return Holds(failures.begin()->second, false, expected);
}

bool Stepper::Returns(std::int64_t result, Rule rule) {
  if (report_->error == Errno::kNone && report_->result == result) {
    return Holds(rule, true, {});
  }
  return Holds(rule, false, "returns " + std::to_string(result));
}

std::optional<bool> Stepper::IsAbsent(KernelRelease since, Rule rule) {
  if (target_.kernel < since) return FailsWith(Errno::kENOSYS, rule);
  if (!Holds(rule, report_->error != Errno::kENOSYS, "is there")) return false;
  return std::nullopt;
}

bool Stepper::WasInterrupted(bool restarts) {
  // One that is ignored by default, but was blocked when it came, wakes too.
  const SignalMask blocked = Thread().mask & mask_in_call_;
  const bool is_pending = (PendingOf(thread_) & ~blocked) != 0;
  const bool has_cause =
      !report_->handled.empty() || is_pending || (was_signalled_ && !restarts);
  if (!Holds(Rule::kSignalInterrupts, has_cause,
             "EINTR only after a handler")) {
    return false;
  }
  DropIgnored(Thread().pending, blocked);
  DropIgnored(Here().pending, blocked);
  if (!restarts) return true;
  bool all_restart = true;
  for (const int signal : report_->handled) {
    all_restart = all_restart && (ActionOf(signal).flags & kSaRestart) != 0;
  }
  return Holds(Rule::kSignalRestarts, !all_restart,
               "goes on after handlers with SA_RESTART");
}

// ---- steps ----------------------------------------------------------------

bool Stepper::End(const Step& step, const Report& report,
                  const Interval& when) {
  report_ = &report;
  when_ = when;
  Become(step.thread);
  BeginInThread();
  fd_limit_ = Thread().sleeping >= 0 ? Thread().fd_limit : Here().fd_limit;
  was_signalled_ = Thread().was_signalled;
  const bool may_have_restarted = MayHaveRestarted();
  Thread().was_signalled = false;
  Thread().sleeping = -1;
  if (static_cast<std::size_t>(report.step) >= state_.made.size()) {
    state_.made.resize(static_cast<std::size_t>(report.step) + 1, {-1, -1});
  }
  mask_in_call_ = MaskDuring(step);
  if (may_have_restarted) {
    state_.is_lost = true;
    return true;
  }
  const bool is_allowed =
      (HandlesLate(step) ||
       TakesHandled(report, mask_in_call_ & Thread().mask)) &&
      Call_(step);
  Release();
  return is_allowed;
}

bool Stepper::Sleep(const Step& step, const Report& report) {
  report_ = &report;
  when_ = {report.before, report.after};
  Become(step.thread);
  BeginInThread();
  Thread().ran.clear();
  for (std::vector<PendingSignal>* queue :
       {&Thread().pending, &Here().pending}) {
    std::erase_if(*queue, [&](const PendingSignal& pending) {
      const bool runs = (Thread().mask & MaskOf(pending.signal)) == 0 &&
                        ActionOf(pending.signal).disposition == Word::kHandler;
      if (runs) Thread().ran.push_back(pending.signal);
      return runs;
    });
  }
  if (!Holds(Rule::kWaitBlocks, Done(step, when_) != Likely::kYes,
             "returns, as there is what it waits for")) {
    return false;
  }
  Thread().sleeping = report.step;
  Thread().restarts = MayRestart(step);
  Thread().since = report.before;
  Thread().mask_during = MaskDuring(step);
  Thread().waits_for =
      step.call == Call::kSigtimedwait ? step[0].signals() : SignalMask{0};
  Thread().fd_limit = Here().fd_limit;
  Thread().was_signalled = false;
  Thread().polls = step.call == Call::kPoll || step.call == Call::kPpoll ||
                   step.call == Call::kSelect || step.call == Call::kPselect;
  Hold(step);
  LookForDoom(thread_, MaskDuring(step));
  NoteSleepingWriter(step);
  DropIgnored(Thread().pending, MaskDuring(step));
  DropIgnored(Here().pending, MaskDuring(step));
  // Which part of a larger write was done by then is not said.
  constexpr std::int64_t kPipeBuf = 4096;
  if (step.call == Call::kWrite && step[1].number > kPipeBuf) {
    state_.is_lost = true;
  }
  return true;
}

bool Stepper::GoesOnSleeping(const Step& step, int number,
                             const Interval& when) {
  Report report;
  report.step = number;
  report.line = std::to_string(number) + " sleeps on";
  report_ = &report;
  when_ = when;
  Become(step.thread);
  if (MayHaveRestarted()) return true;
  return Holds(Rule::kWaitWakes, Done(step, when_) != Likely::kYes,
               "returns, as there is what it waits for");
}

bool Stepper::Call_(const Step& step) {
  switch (step.call) {
    case Call::kPipe2:
      return DoPipe2(step);
    case Call::kSocketpair:
      return DoSocketpair(step);
    case Call::kFifo:
      return DoFifo(step);
    case Call::kEventfd:
      return DoEventfd(step);
    case Call::kTimerfdCreate:
      return DoTimerfdCreate(step);
    case Call::kTimerfdSettime:
      return DoTimerfdSettime(step);
    case Call::kTimerfdGettime:
      return DoTimerfdGettime(step);
    case Call::kSignalfd:
      return DoSignalfd(step);
    case Call::kEpollCreate1:
      return DoEpollCreate1(step);
    case Call::kEpollCtl:
      return DoEpollCtl(step);
    case Call::kEpollWait:
    case Call::kEpollPwait:
    case Call::kEpollPwait2:
      return DoEpollWait(step);
    case Call::kPoll:
    case Call::kPpoll:
      return DoPoll(step);
    case Call::kSelect:
    case Call::kPselect:
      return DoSelect(step);
    case Call::kRead:
    case Call::kRead8:
    case Call::kReadSiginfo:
      return DoRead(step);
    case Call::kWrite:
    case Call::kWrite8:
      return DoWrite(step);
    case Call::kClose:
      return DoClose(step);
    case Call::kDup:
      return DoDup(step);
    case Call::kDup2:
    case Call::kDup3:
      return DoDup2(step);
    case Call::kCloseRange:
      return DoCloseRange(step);
    case Call::kFcntl:
      return DoFcntl(step);
    case Call::kKill:
    case Call::kSigqueue:
    case Call::kTgkill:
      return DoKill(step);
    case Call::kSigprocmask:
      return DoSigprocmask(step);
    case Call::kSigpending:
      return DoSigpending();
    case Call::kSigaction:
      return DoSigaction(step);
    case Call::kSigtimedwait:
      return DoSigtimedwait(step);
    case Call::kSigsuspend:
    case Call::kPause:
      return DoSigsuspend(step);
    case Call::kSetrlimit:
      return DoSetrlimit(step);
    case Call::kNanosleep:
      return DoNanosleep(step);
    case Call::kJoin:
      return true;
    case Call::kFork:
      return DoFork(step);
    case Call::kExit:
      return Holds(Rule::kExit, false, "ends the process");
  }
  return true;
}

bool Stepper::DoNanosleep(const Step& step) {
  if (report_->error == Errno::kEINTR) return WasInterrupted(false);
  if (step[0].number < 0) return FailsWith(Errno::kEINVAL, Rule::kWaitNegative);
  return ReturnsZero(Rule::kSleepNotEarly) &&
         Holds(Rule::kSleepNotEarly,
               report_->after - report_->before >= step[0].number,
               "sleeps for as long as asked");
}

}  // namespace plumbline::semantics
