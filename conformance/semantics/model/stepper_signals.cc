// Signals: sending, blocking, handling, and taking them.

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "conformance/semantics/model/stepper.h"

namespace plumbline::semantics {
namespace {

constexpr SignalMask kNeverBlocked = MaskOf(9) | MaskOf(19);
// What is ignored by default: SIGCHLD, SIGCONT, SIGURG, SIGWINCH.
constexpr SignalMask kIgnoredByDefault =
    MaskOf(17) | MaskOf(18) | MaskOf(23) | MaskOf(28);

bool IsRealTime(int signal) { return signal >= kSigRtmin; }

std::string Record(const PendingSignal& signal) {
  // The value is the signal that killed it.
  const bool is_killed = signal.code == "CLD_KILLED";
  const bool is_of_child = is_killed || signal.code == "CLD_EXITED";
  return SignalText(signal.signal) + ":" + signal.code + ":" +
         (is_killed ? SignalText(static_cast<int>(signal.value))
                    : std::to_string(signal.value)) +
         (is_of_child ? ":other:self" : ":self:self");
}

}  // namespace

SignalMask Stepper::PendingOf(int thread) const {
  const ThreadState& own = state_.threads[static_cast<std::size_t>(thread)];
  return MaskOfAll(ProcessOf(own).pending) | MaskOfAll(own.pending);
}

SignalMask Stepper::MaskDuring(const Step& step) const {
  const SignalMask own =
      state_.threads[static_cast<std::size_t>(step.thread)].mask;
  const auto other = [&](std::size_t i) {
    return step[i].is_null ? own : step[i].signals() & ~kNeverBlocked;
  };
  switch (step.call) {
    case Call::kEpollPwait:
    case Call::kEpollPwait2:
      return other(3);
    case Call::kPpoll:
      return other(2);
    case Call::kPselect:
      return other(4);
    case Call::kSigsuspend:
      return other(0);
    case Call::kSigtimedwait:
      // What it waits for is not handled.
      return own | step[0].signals();
    default:
      return own;
  }
}

// ---- sending --------------------------------------------------------------

// `blocked`: by whom it is for.
void Stepper::Send(std::vector<PendingSignal>& queue, SignalMask blocked,
                   PendingSignal signal) {
  Here().is_new = false;
  const SignalMask mask = MaskOf(signal.signal);
  const Word disposition = ActionOf(signal.signal).disposition;
  const bool is_ignored =
      disposition == Word::kIgnore ||
      (disposition == Word::kDefault && (mask & kIgnoredByDefault) != 0);
  if (is_ignored && (blocked & mask) == 0) {
    Holds(Rule::kSignalIgnored, true, {});
    return;
  }
  if (!IsRealTime(signal.signal) && (MaskOfAll(queue) & mask) != 0) {
    Holds(Rule::kSignalOnce, true, {});
    return;
  }
  queue.push_back(std::move(signal));
  EdgeOfSignals(mask);
}

// Whoever sleeps and lets the signal through returns, or looks again. So Linux
// does to all that wait for it in sigtimedwait, of whom one takes it.
void Stepper::Interrupt(ThreadState& thread, int signal) {
  const SignalMask deaf = thread.mask_during & ~thread.waits_for;
  if (thread.sleeping < 0 || (deaf & MaskOf(signal)) != 0) return;
  thread.was_signalled = true;
}

void Stepper::SendToProcess(PendingSignal signal) {
  for (ThreadState& thread : state_.threads) {
    if (thread.process == process_) Interrupt(thread, signal.signal);
  }
  Send(Here().pending, BlockedBy(process_), std::move(signal));
}

void Stepper::SendToThread(int thread, PendingSignal signal) {
  ThreadState& to = state_.threads[static_cast<std::size_t>(thread)];
  Interrupt(to, signal.signal);
  Send(to.pending, BlockedBy(thread), std::move(signal));
}

// Those whose action is the default, which ends the program.
SignalMask Stepper::Deadly(SignalMask signals) const {
  SignalMask deadly = 0;
  for (int signal = 1; signal <= 64; ++signal) {
    if ((signals & MaskOf(signal) & ~kIgnoredByDefault) == 0) continue;
    if (ActionOf(signal).disposition == Word::kDefault) {
      deadly |= MaskOf(signal);
    }
  }
  return deadly;
}

// The executor blocks all signals in a thread that has no step; the main one
// always has one in a program without others.
bool Stepper::IsIdle(int thread) const {
  if (thread == 0) return !main_acts_;
  return thread != thread_ &&
         state_.threads[static_cast<std::size_t>(thread)].sleeping < 0;
}

SignalMask Stepper::BlockedBy(int thread) const {
  const ThreadState& its = state_.threads[static_cast<std::size_t>(thread)];
  if (IsIdle(thread)) return ~kNeverBlocked;
  return its.sleeping >= 0 ? BlockedInCall(its) : its.mask;
}

SignalMask Stepper::BlockedInCall(const ThreadState& thread) const {
  // What it waits for and has not blocked has its action all the same, but no
  // handler runs.
  SignalMask acts = thread.waits_for & ~thread.mask;
  for (int signal = 1; signal <= 64; ++signal) {
    if (ActionOf(signal).disposition == Word::kHandler) acts &= ~MaskOf(signal);
  }
  return thread.mask_during & ~acts;
}

// What is pending when a step begins and is not blocked is taken before the
// call. What is ignored goes; what is handled is told when the step ends.
void Stepper::BeginInThread() {
  if (Thread().sleeping >= 0) return;
  if (!Thread().exists) {
    // A second thread, at its first step.
    Thread().exists = true;
    Thread().mask = state_.threads[0].mask;
  }
  DropIgnored(Thread().pending, Thread().mask);
  DropIgnored(Here().pending, Thread().mask);
}

void Stepper::DropIgnored(std::vector<PendingSignal>& queue,
                          SignalMask blocked) const {
  std::erase_if(queue, [&](const PendingSignal& pending) {
    const SignalMask bit = MaskOf(pending.signal);
    const Word disposition = ActionOf(pending.signal).disposition;
    return (blocked & bit) == 0 &&
           (disposition == Word::kIgnore ||
            (disposition == Word::kDefault && (bit & kIgnoredByDefault) != 0));
  });
}

// Of another process it is its own doom: see Gone.
void Stepper::LookForDoom(int thread, SignalMask mask) {
  if (process_ == 0) doomed_ |= Deadly(PendingOf(thread) & ~mask);
}

SignalMask Stepper::MayKillAsleep() const {
  SignalMask deadly = 0;
  for (int i = 0; i < kMaxThreads; ++i) {
    const ThreadState& any = state_.threads[static_cast<std::size_t>(i)];
    if (any.process != process_ || any.sleeping < 0) continue;
    deadly |= Deadly(PendingOf(i) & ~any.mask);
  }
  return deadly;
}

SignalMask Stepper::MayKill(const Step& step) {
  Become(step.thread);
  const ThreadState& own = Thread();
  const SignalMask mask = own.exists ? own.mask : state_.threads[0].mask;
  // Before the call.
  const SignalMask at_once = Deadly(PendingOf(step.thread) & ~mask);
  switch (step.call) {
    case Call::kKill:
    case Call::kSigqueue: {
      SignalMask loose = ~mask | kNeverBlocked;
      for (const ThreadState& any : state_.threads) {
        if (any.process == process_ && any.sleeping >= 0) {
          loose |= ~BlockedInCall(any);
        }
      }
      return at_once | Deadly(MaskOf(static_cast<int>(step[0].number)) & loose);
    }
    case Call::kTgkill: {
      const int thread = ThreadOf(step[0].number);
      if (thread < 0) return at_once;
      const ThreadState& to = state_.threads[static_cast<std::size_t>(thread)];
      SignalMask loose = kNeverBlocked;
      if (thread == step.thread) loose |= ~mask;
      if (to.sleeping >= 0) loose |= ~BlockedInCall(to);
      return at_once | Deadly(MaskOf(static_cast<int>(step[1].number)) & loose);
    }
    case Call::kSigprocmask: {
      SignalMask now = mask;
      if (step[0].word == Word::kSigUnblock) now &= ~step[1].signals();
      if (step[0].word == Word::kSigSetmask) now = step[1].signals();
      return at_once | Deadly(PendingOf(step.thread) & ~now);
    }
    case Call::kWrite:
    case Call::kWrite8: {
      const int description = DescriptionOf(NumberOf(step[0].fd));
      if (description < 0 || state_.ObjectOf(description).readers > 0) {
        return at_once;
      }
      if (state_.ObjectOf(description).kind == ObjectKind::kSocket &&
          !IsHungUp(state_.ObjectOf(description))) {
        return at_once;
      }
      return at_once | Deadly(MaskOf(13) & ~mask);
    }
    default:
      return at_once | Deadly(PendingOf(step.thread) & ~MaskDuring(step));
  }
}

// The thread that has the number in the process of the step in hand; -1 if it
// has none.
int Stepper::ThreadOf(std::int64_t number) const {
  const int thread = number == 0 ? process_ : static_cast<int>(number);
  const ThreadState& there = state_.threads[static_cast<std::size_t>(thread)];
  const bool is_there = number == 0 || there.is_named;
  return is_there && there.process == process_ ? thread : -1;
}

bool Stepper::DoKill(const Step& step) {
  const bool to_thread = step.call == Call::kTgkill;
  const bool queues = step.call == Call::kSigqueue;
  const int thread = to_thread ? ThreadOf(step[0].number) : process_;
  const int signal = static_cast<int>(step[to_thread ? 1 : 0].number);
  if (thread < 0) {
    // The executor has no number of a thread that no step names.
    return FailsWith(Errno::kEINVAL, Rule::kSignalBlocked);
  }
  if (!ReturnsZero(Rule::kSignalBlocked)) return false;
  PendingSignal sent;
  sent.signal = signal;
  sent.code = to_thread ? "SI_TKILL" : queues ? "SI_QUEUE" : "SI_USER";
  // An int of the executor's.
  if (queues) sent.value = static_cast<std::int32_t>(step[1].number);
  if (to_thread) {
    SendToThread(thread, std::move(sent));
    LookForDoom(thread, BlockedBy(thread));
  } else {
    // Of threads one may drop what is ignored, while another blocks it.
    for (int i = 0; i < kMaxThreads; ++i) {
      const ThreadState& any = state_.threads[static_cast<std::size_t>(i)];
      const SignalMask differ = BlockedBy(i) ^ BlockedBy(process_);
      if (any.exists && any.process == process_ && !IsIdle(i) &&
          (differ & MaskOf(signal)) != 0 &&
          ActionOf(signal).disposition != Word::kHandler &&
          (ActionOf(signal).disposition == Word::kIgnore ||
           (MaskOf(signal) & kIgnoredByDefault) != 0)) {
        state_.is_lost = true;
      }
    }
    SendToProcess(std::move(sent));
    for (int i = 0; i < kMaxThreads; ++i) {
      const ThreadState& any = state_.threads[static_cast<std::size_t>(i)];
      if (any.exists && any.process == process_) LookForDoom(i, BlockedBy(i));
    }
  }
  return true;
}

// ---- handlers -------------------------------------------------------------

bool Stepper::HandlesLate(const Step& step) {
  switch (step.call) {
    case Call::kKill:
    case Call::kSigqueue:
    case Call::kTgkill:
    case Call::kSigprocmask:
    case Call::kWrite:
    case Call::kWrite8:
      return true;
    default:
      return false;
  }
}

bool Stepper::TakesLate(const Step& step, const Report& report) {
  if (report.sleeps || report.is_gone || report.is_busy || !HandlesLate(step))
    return true;
  report_ = &report;
  Become(step.thread);
  return TakesHandled(report, Thread().mask);
}

// What ran while the step did: each was pending, not in `mask`, and has a
// handler.
bool Stepper::TakesHandled(const Report& report, SignalMask mask) {
  for (const int signal : report.handled) {
    bool taken = false;
    const auto ran =
        std::find(Thread().ran.begin(), Thread().ran.end(), signal);
    if (ran != Thread().ran.end()) {
      Thread().ran.erase(ran);
      continue;
    }
    for (std::vector<PendingSignal>* queue :
         {&Thread().pending, &Here().pending}) {
      const auto found = std::find_if(
          queue->begin(), queue->end(),
          [&](const PendingSignal& p) { return p.signal == signal; });
      if (found == queue->end()) continue;
      queue->erase(found);
      taken = true;
      break;
    }
    if (!Holds(Rule::kSignalDelivered,
               taken && (mask & MaskOf(signal)) == 0 &&
                   ActionOf(signal).disposition == Word::kHandler,
               "no handler of " + SignalText(signal))) {
      return false;
    }
  }
  return true;
}

// How many threads that sleep in a step don't block it.
int Stepper::CanTake(int signal) const {
  int count = 0;
  for (const ThreadState& thread : state_.threads) {
    if (thread.exists && thread.process == process_ && thread.sleeping >= 0 &&
        (thread.mask & MaskOf(signal)) == 0) {
      ++count;
    }
  }
  return count;
}

// Called when a step that may have let signals through has ended.
bool Stepper::NothingIsDue(int step) {
  Report none;
  none.step = step;
  if (report_ == nullptr) report_ = &none;
  // What a call goes on after is told when that ends. Also what is for the
  // process may be handled there, before the thread that it was sent by does.
  for (ThreadState& thread : state_.threads) {
    if (!thread.exists || thread.sleeping < 0 || !thread.restarts) continue;
    process_ = thread.process;
    for (std::vector<PendingSignal>* queue :
         {&thread.pending, &Here().pending}) {
      std::erase_if(*queue, [&](const PendingSignal& pending) {
        const Action& action = ActionOf(pending.signal);
        const bool runs = (thread.mask & MaskOf(pending.signal)) == 0 &&
                          action.disposition == Word::kHandler &&
                          (action.flags & kSaRestart) != 0;
        if (!runs) return false;
        // Of several that sleep, any may have been chosen.
        if (queue == &Here().pending && CanTake(pending.signal) > 1) {
          state_.is_lost = true;
        }
        Holds(Rule::kSignalRestarts, true, {});
        thread.ran.push_back(pending.signal);
        return true;
      });
    }
  }
  for (int i = 0; i < kMaxThreads; ++i) {
    ThreadState& thread = state_.threads[static_cast<std::size_t>(i)];
    if (!thread.exists) continue;
    process_ = thread.process;
    if (IsIdle(i)) continue;
    const SignalMask loose = PendingOf(i) & ~BlockedBy(i);
    // One thread may have dropped what is ignored, while another blocks it.
    if (i != process_ && (loose & kIgnoredByDefault) != 0) {
      state_.is_lost = true;
      return true;
    }
    for (int signal = 1; signal <= 64; ++signal) {
      if ((loose & MaskOf(signal)) == 0) continue;
      if (!Holds(Rule::kSignalDelivered, (doomed_ & MaskOf(signal)) != 0,
                 "the action of " + SignalText(signal) + " at once")) {
        return false;
      }
    }
  }
  return true;
}

bool Stepper::DoSigprocmask(const Step& step) {
  const SignalMask mask = step[1].signals();
  const SignalMask before = Thread().mask;
  const Rule rule = std::exchange(Here().is_new, false) ? Rule::kForkSignals
                                                        : Rule::kSignalMask;
  if (!ReturnsZero(rule) ||
      !Holds(
          rule,
          !report_->output.empty() && report_->output[0] == SignalsText(before),
          "gives " + SignalsText(before))) {
    return false;
  }
  SignalMask now = before;
  if (step[0].word == Word::kSigBlock) now |= mask;
  if (step[0].word == Word::kSigUnblock) now &= ~mask;
  if (step[0].word == Word::kSigSetmask) now = mask;
  now &= ~kNeverBlocked;
  Thread().mask = now;
  // What is ignored goes when it is let through.
  DropIgnored(Thread().pending, now);
  DropIgnored(Here().pending, now);
  LookForDoom(thread_, now);
  return true;
}

bool Stepper::DoSigpending() {
  const SignalMask pending = PendingOf(thread_);
  const std::optional<SignalMask> given =
      report_->output.empty() ? std::nullopt : ParseSignals(report_->output[0]);
  for (int signal = 1; signal <= 64 && given; ++signal) {
    if ((*given & ~pending & MaskOf(signal)) == 0) continue;
    if (ActionOf(signal).disposition == Word::kIgnore &&
        !Holds(Rule::kSignalIgnored, false,
               SignalText(signal) + " is dropped, as it is ignored")) {
      return false;
    }
  }
  const Rule rule = Here().is_new ? Rule::kForkSignals : Rule::kSignalPending;
  return ReturnsZero(rule) &&
         Holds(rule,
               !report_->output.empty() &&
                   report_->output[0] == SignalsText(pending),
               "gives " + SignalsText(pending));
}

bool Stepper::DoSigaction(const Step& step) {
  const int signal = static_cast<int>(step[0].number);
  if ((MaskOf(signal) & kNeverBlocked) != 0) {
    return FailsWith(Errno::kEINVAL, Rule::kSignalKill);
  }
  if (!ReturnsZero(Rule::kSignalDelivered)) return false;
  ActionOf(signal) = {step[1].word, step[2].flags()};
  const bool ignores = step[1].word == Word::kIgnore ||
                       (step[1].word == Word::kDefault &&
                        (MaskOf(signal) & kIgnoredByDefault) != 0);
  if (!ignores) return true;
  // POSIX: what is pending is dropped, blocked or not.
  const auto drop = [&](std::vector<PendingSignal>& queue) {
    std::erase_if(queue, [&](const PendingSignal& pending) {
      return pending.signal == signal;
    });
  };
  drop(Here().pending);
  for (ThreadState& thread : state_.threads) {
    if (thread.process == process_) drop(thread.pending);
  }
  return true;
}

// ---- taking ---------------------------------------------------------------

// A record "SIGNAL:CODE:VALUE:PID:UID:…" of a pending signal of `signals`,
// which is taken.
bool Stepper::TakesSignal(SignalMask signals, std::string_view record,
                          bool by_signalfd, Rule rule) {
  std::string expected;
  for (std::vector<PendingSignal>* queue :
       {&Thread().pending, &Here().pending}) {
    // Of each queue standard ones before real-time ones, in any order; of
    // those the lowest. Which queue is first is not said.
    const SignalMask pending = MaskOfAll(*queue) & signals;
    SignalMask allowed = pending & (MaskOf(32) - 1);
    if (allowed == 0) allowed = pending & ~(pending - 1);
    SignalMask seen = 0;
    for (auto at = queue->begin(); at != queue->end(); ++at) {
      const SignalMask bit = MaskOf(at->signal);
      // Each number's first.
      if ((allowed & bit) == 0 || (seen & bit) != 0) continue;
      seen |= bit;
      std::string wanted = Record(*at);
      if (!expected.empty()) expected += " or ";
      expected += wanted;
      bool matches = record.starts_with(wanted);
      // The C library's sigtimedwait says SI_USER for SI_TKILL.
      if (!matches && !by_signalfd && at->code == "SI_TKILL") {
        PendingSignal user = *at;
        user.code = "SI_USER";
        matches = record.starts_with(Record(user));
      }
      if (!matches) continue;
      if (IsRealTime(at->signal)) Holds(Rule::kSignalQueue, true, {});
      queue->erase(at);
      return Holds(rule, true, {});
    }
  }
  // Which rule it is that forbids this.
  const int given = ParseSignal(record.substr(0, record.find(':'))).value_or(0);
  if (IsRealTime(given) && !expected.empty()) rule = Rule::kSignalQueue;
  if (given != 0 && !IsRealTime(given) &&
      (PendingOf(thread_) & MaskOf(given)) == 0) {
    rule = Rule::kSignalOnce;
  }
  return Holds(rule, false,
               expected.empty() ? "no signal" : "gives " + expected);
}

bool Stepper::DoSigtimedwait(const Step& step) {
  const SignalMask signals = step[0].signals() & ~kNeverBlocked;
  const std::int64_t timeout = step[1].number;
  if (report_->error == Errno::kEINTR) return WasInterrupted(false);
  if (timeout < -1 && report_->error == Errno::kEINVAL) {
    return Holds(Rule::kWaitNegative, true, {});
  }
  if (report_->error == Errno::kEAGAIN) {
    return Holds(Rule::kSignalTaken, (PendingOf(thread_) & signals) == 0,
                 "takes a pending signal") &&
           Holds(Rule::kSignalTimeout,
                 timeout >= 0 && report_->after - report_->before >= timeout,
                 "waits for as long as asked");
  }
  if (!Holds(Rule::kSignalTaken,
             report_->error == Errno::kNone && !report_->output.empty(),
             "takes a signal")) {
    return false;
  }
  return TakesSignal(signals, report_->output[0], false, Rule::kSignalTaken);
}

bool Stepper::DoSigsuspend(const Step&) {
  return FailsWith(Errno::kEINTR, Rule::kSignalSuspends) &&
         Holds(Rule::kSignalSuspends, !report_->handled.empty(),
               "returns after a handler");
}

bool Stepper::DoSignalfd(const Step& step) {
  const int fd = NumberOf(step[0].fd);
  const SignalMask signals = step[1].signals() & ~kNeverBlocked;
  const Flags flags = step[2].flags();
  if ((flags & ~(kSfdCloexec | kSfdNonblock)) != 0) {
    return FailsWithAny(
        {{Errno::kEINVAL, Rule::kBadFlags}, {Errno::kEBADF, Rule::kFdClosed}});
  }
  if (fd == -1) {
    if (LowestFree(0) < 0) return FailsWith(Errno::kEMFILE, Rule::kFdLimit);
    Object object;
    object.kind = ObjectKind::kSignalfd;
    object.signals = signals;
    return MakesOne(Open(std::move(object), kORdwr,
                         (flags & kSfdNonblock) != 0 ? kONonblock : Flags{0}),
                    (flags & kSfdCloexec) != 0);
  }
  if (!IsOpen(fd)) return FailsWith(Errno::kEBADF, Rule::kFdClosed);
  const int description = DescriptionOf(fd);
  Object& object = state_.ObjectOf(description);
  if (object.kind != ObjectKind::kSignalfd) {
    return FailsWith(Errno::kEINVAL, Rule::kWrongKind);
  }
  if (!Returns(fd, Rule::kSignalfdUpdate)) return false;
  object.signals = signals;
  state_.made[static_cast<std::size_t>(report_->step)] = {fd, -1};
  EdgeOfSignals(PendingOf(thread_));
  return true;
}

bool Stepper::ReadSignalfd(const Step& step, int description) {
  const Description& file = state_.At(description);
  Object& object = state_.ObjectOf(description);
  const bool records = step.call == Call::kReadSiginfo;
  const std::int64_t room = records ? step[1].number : step[1].number / 128;
  if (room < 1) return FailsWith(Errno::kEINVAL, Rule::kSignalfdSize);
  const SignalMask pending = PendingOf(thread_) & object.signals;
  if (report_->error == Errno::kEAGAIN) {
    return Holds(Rule::kSignalfdEmpty,
                 (file.status & kONonblock) != 0 && pending == 0,
                 "gives the pending signals");
  }
  if (!Holds(Rule::kSignalfdTakes,
             report_->error == Errno::kNone && pending != 0,
             pending != 0 ? "gives signals" : "waits")) {
    return false;
  }
  std::int64_t there = 0;
  for (const std::vector<PendingSignal>* queue :
       {&Thread().pending, &Here().pending}) {
    for (const PendingSignal& one : *queue) {
      if ((object.signals & MaskOf(one.signal)) != 0) ++there;
    }
  }
  const std::int64_t expected = std::min(room, there);
  if (!Returns(expected * 128, Rule::kSignalfdTakes)) return false;
  if (!records) {
    // Which ones is not printed; take what would have come first.
    for (std::int64_t i = 0; i < expected; ++i) {
      const SignalMask left = PendingOf(thread_) & object.signals;
      for (std::vector<PendingSignal>* queue :
           {&Thread().pending, &Here().pending}) {
        const auto found = std::find_if(
            queue->begin(), queue->end(), [&](const PendingSignal& p) {
              return MaskOf(p.signal) == (left & ~(left - 1));
            });
        if (found == queue->end()) continue;
        queue->erase(found);
        break;
      }
    }
    return true;
  }
  for (std::int64_t i = 0; i < expected; ++i) {
    if (static_cast<std::size_t>(i) >= report_->output.size()) {
      return Holds(Rule::kSignalfdTakes, false, "prints each record");
    }
    if (!TakesSignal(object.signals,
                     report_->output[static_cast<std::size_t>(i)], true,
                     Rule::kSignalfdInfo)) {
      return false;
    }
  }
  return true;
}

}  // namespace plumbline::semantics
