// One step of a program: what it may do in a state, and the state after it.

#ifndef CONFORMANCE_SEMANTICS_MODEL_STEPPER_H_
#define CONFORMANCE_SEMANTICS_MODEL_STEPPER_H_

#include <initializer_list>
#include <optional>
#include <string>
#include <utility>

#include "conformance/semantics/model/judge.h"
#include "conformance/semantics/model/outcome.h"
#include "conformance/semantics/model/program.h"
#include "conformance/semantics/model/rules.h"
#include "conformance/semantics/model/state.h"

namespace plumbline::semantics {

// Changes `state` by what a report says, if the rules allow that.
class Stepper {
 public:
  // `main_acts`: whether it is the main thread's step after which the others
  // settle.
  Stepper(const Target& target, State& state, RuleCounts& exercised,
          bool main_acts = true)
      : target_(target),
        state_(state),
        exercised_(exercised),
        main_acts_(main_acts) {}

  // A step ended as `report` says, at some time within `when`. False if that
  // breaks a rule: then violation() is it, and the state is of no use.
  bool End(const Step& step, const Report& report, const Interval& when);

  // A step's process has ended, in the step or before it.
  bool Gone(const Step& step, const Report& report, const Interval& when);

  // A thread's step sleeps in its call. False if it should not.
  bool Sleep(const Step& step, const Report& report);
  // What sleeps still does so at a time in `when`. False if it should not.
  bool GoesOnSleeping(const Step& step, int number, const Interval& when);
  // After a step: what has no claim to be told next any more.
  void DropClaims(const Interval& when);

  // The handlers that ran in a step that sends or lets through signals, which
  // may be those of what it sent. False if they should not.
  bool TakesLate(const Step& step, const Report& report);
  // All signals that were to be handled were. False if not.
  bool NothingIsDue(int step);

  // The signals of which one ends the process; 0 if none does.
  SignalMask doomed() const { return doomed_; }
  // The signals that may end the program in the step, which does not return.
  SignalMask MayKillProgram(const Step& step) {
    const SignalMask deadly = MayKill(step);
    return process_ == 0 ? deadly : 0;
  }

  // Those that may end it when a call that sleeps is over, and with it the mask
  // that kept them out.
  SignalMask MayKillAsleep() const;

  const Violation& violation() const { return violation_; }

 private:
  using Failure = std::pair<Errno, Rule>;

  // ---- checking ----
  bool Holds(Rule rule, bool holds, std::string_view expected);
  bool FailsWith(Errno error, Rule rule);
  bool FailsWithAny(std::initializer_list<Failure> failures);
  bool Returns(std::int64_t result, Rule rule);
  bool ReturnsZero(Rule rule) { return Returns(0, rule); }
  // Of a call that is there since a release: whether its failure with ENOSYS
  // holds on an older kernel, or false if it fails so on another; nothing if it
  // is to be judged as any.
  std::optional<bool> IsAbsent(KernelRelease since, Rule rule);
  // The call failed with EINTR, and may have.
  bool WasInterrupted(bool restarts);

  // ---- processes ----
  // The step in hand is one of this thread.
  void Become(int thread);
  ProcessState& Here() {
    return state_.processes[static_cast<std::size_t>(process_)];
  }
  const ProcessState& Here() const {
    return state_.processes[static_cast<std::size_t>(process_)];
  }
  ProcessState& ProcessOf(const ThreadState& thread) {
    return state_.processes[static_cast<std::size_t>(thread.process)];
  }
  const ProcessState& ProcessOf(const ThreadState& thread) const {
    return state_.processes[static_cast<std::size_t>(thread.process)];
  }
  // The first thread of the process of the step in hand.
  ThreadState& MainThread() {
    return state_.threads[static_cast<std::size_t>(process_)];
  }
  bool DoFork(const Step& step);

  // ---- descriptors ----
  // The open file description that the step in hand uses by a number; -1 if
  // there is none.
  int DescriptionOf(std::int64_t fd) const;
  bool IsOpen(std::int64_t fd) const { return DescriptionOf(fd) >= 0; }
  void Hold(const Step& step);
  bool MayHaveRestarted() const;
  void Release();
  int LowestFree(std::int64_t from) const;
  int Open(Object object, Flags access, Flags status);
  void Install(int fd, int description, bool cloexec);
  bool MakesOne(int description, bool cloexec, std::int64_t from = 0);
  void Close(int fd);
  void Unreference(int description);
  int NumberOf(const FdRef& fd) const;

  // ---- readiness ----
  Readiness Ready(int description, const Interval& when, int depth = 0) const;
  Readiness ReadyForInstance(int description) const;
  Readiness Reportable(const Interest& interest, const Interval& when,
                       int depth) const;
  bool HasRivals(const Interest& interest) const;
  void Edge(int object, Events events, Likely likely, int depth = 0);
  void TellOver(Object& timer);
  int CanTake(int signal) const;
  void EdgeOfSignals(SignalMask signals);
  // Whether SA_RESTART makes it go on after a handler.
  static bool MayRestart(const Step& step);
  // Whether a call has nothing to wait for.
  Likely Done(const Step& step, const Interval& when) const;
  Likely PollDone(const Step& step, const Interval& when) const;

  // ---- calls ----
  bool DoPipe2(const Step& step);
  bool DoSocketpair(const Step& step);
  bool DoFifo(const Step& step);
  bool DoEventfd(const Step& step);
  bool DoTimerfdCreate(const Step& step);
  bool DoTimerfdSettime(const Step& step);
  bool DoTimerfdGettime(const Step& step);
  bool DoSignalfd(const Step& step);
  bool DoEpollCreate1(const Step& step);
  bool DoEpollCtl(const Step& step);
  bool DoEpollWait(const Step& step);
  bool DoPoll(const Step& step);
  bool DoSelect(const Step& step);
  bool DoRead(const Step& step);
  bool DoWrite(const Step& step);
  bool DoClose(const Step& step);
  bool DoDup(const Step& step);
  bool DoDup2(const Step& step);
  bool DoCloseRange(const Step& step);
  bool DoFcntl(const Step& step);
  bool DoKill(const Step& step);
  bool DoSigprocmask(const Step& step);
  bool DoSigpending();
  bool DoSigaction(const Step& step);
  bool DoSigtimedwait(const Step& step);
  bool DoSigsuspend(const Step& step);
  bool DoSetrlimit(const Step& step);
  bool DoNanosleep(const Step& step);
  bool Call_(const Step& step);

  bool ReadPipe(const Step& step, int description);
  bool ReadEventfd(const Step& step, int description);
  bool ReadTimerfd(const Step& step, int description);
  bool ReadSignalfd(const Step& step, int description);
  bool WritePipe(const Step& step, int description);
  bool WriteEventfd(const Step& step, int description);
  bool Gives(const Step& step, const std::vector<Chunk>& bytes, Rule rule);

  // ---- sockets ----
  Object& Peer(const Object& end) {
    return state_.objects[static_cast<std::size_t>(end.peer)];
  }
  const Object& Peer(const Object& end) const {
    return state_.objects[static_cast<std::size_t>(end.peer)];
  }
  bool IsHungUp(const Object& end) const;
  bool ReadSocket(const Step& step, int description, std::int64_t size);
  bool ReadNothing(const Description& file, Object& end);
  bool ReadStream(const Step& step, Object& end, std::int64_t size);
  bool ReadMessage(const Step& step, Object& end, std::int64_t size);
  bool WriteSocket(const Step& step, int description, std::int64_t size);
  bool WriteToGone(Object& end, int number, std::int64_t size);
  void CloseSocket(int number);
  Readiness SocketReady(const Object& end) const;
  Likely SocketWriteDone(const Object& end, std::int64_t size) const;
  void NoteSleepingWriter(const Step& step);
  bool IsByDuplicate(const Interest& interest) const;
  Likely WillExpire(const Object& object, int depth = 0) const;
  int EpollDepth(int description, int depth = 0) const;
  int EpollHeight(int object, int depth = 0) const;
  bool Reaches(int from, int object, int depth = 0) const;

  // ---- signals ----
  void Send(std::vector<PendingSignal>& queue, SignalMask blocked,
            PendingSignal signal);
  static void Interrupt(ThreadState& thread, int signal);
  void SendToProcess(PendingSignal signal);
  void SendToThread(int thread, PendingSignal signal);
  SignalMask PendingOf(int thread) const;
  SignalMask MayKill(const Step& step);
  void LookForDoom(int thread, SignalMask mask);
  int ThreadOf(std::int64_t number) const;
  bool IsIdle(int thread) const;
  SignalMask BlockedBy(int thread) const;
  SignalMask BlockedInCall(const ThreadState& thread) const;
  void BeginInThread();
  void DropIgnored(std::vector<PendingSignal>& queue, SignalMask blocked) const;
  SignalMask Deadly(SignalMask signals) const;
  // Whether its handlers are of signals that it sends or lets through.
  static bool HandlesLate(const Step& step);
  bool TakesHandled(const Report& report, SignalMask mask);
  bool TakesSignal(SignalMask signals, std::string_view record,
                   bool by_signalfd, Rule rule);
  // The mask of the thread while the step's call waits.
  SignalMask MaskDuring(const Step& step) const;
  Action& ActionOf(int signal) {
    return Here().actions[static_cast<std::size_t>(signal)];
  }
  const Action& ActionOf(int signal) const {
    return Here().actions[static_cast<std::size_t>(signal)];
  }
  ThreadState& Thread() {
    return state_.threads[static_cast<std::size_t>(thread_)];
  }
  const ThreadState& Thread() const {
    return state_.threads[static_cast<std::size_t>(thread_)];
  }

  const Target& target_;
  State& state_;
  RuleCounts& exercised_;
  const bool main_acts_;
  Violation violation_;
  SignalMask doomed_ = 0;

  // Of the step in hand.
  const Report* report_ = nullptr;
  Interval when_;
  int thread_ = 0;
  int process_ = 0;
  std::int64_t fd_limit_ = 0;  // when its call began
  SignalMask mask_in_call_ = 0;
  bool was_signalled_ = false;  // while it slept
};

}  // namespace plumbline::semantics

#endif  // CONFORMANCE_SEMANTICS_MODEL_STEPPER_H_
