#include "conformance/semantics/model/judge.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "conformance/semantics/model/stepper.h"

namespace plumbline::semantics {
namespace {

// When every timer is over.
constexpr Time kAtLast = std::numeric_limits<Time>::max() / 2;

// A step that began, and what ended until the next one did, in the order in
// which that was seen.
struct Group {
  std::size_t step = 0;
  std::vector<const Report*> reports;
};

// Of the reports of one step: after them no more is to be looked at, or the
// next step is.
enum class Verdict { kFails, kAllowed, kGoesOn };

// Tries the orders in which the reports of each group may have happened.
class Search {
 public:
  Search(const Target& target, const Program& program, const Outcome& outcome,
         RuleCounts& exercised)
      : target_(target),
        program_(program),
        outcome_(outcome),
        exercised_(exercised) {}

  std::optional<Violation> Run() {
    if (!MakeGroups()) return violation_;
    State state = InitialState(target_);
    // Of the numbers up to the highest those that are no processes.
    std::array<bool, kMaxThreads> forks{};
    std::size_t last = 0;
    for (const Step& step : program_.steps) {
      const bool is_fork = step.call == Call::kFork;
      const auto number =
          static_cast<std::size_t>(is_fork ? step[0].number : step.thread);
      last = std::max(last, number);
      if (is_fork) forks[number] = true;
    }
    for (std::size_t i = 1; i <= last; ++i) {
      state.threads[i].is_named = !forks[i];
    }
    if (From(0, state)) return std::nullopt;
    return violation_;
  }

  bool was_lost() const { return was_lost_; }

 private:
  const Step& StepOf(const Report& report) const {
    return program_.steps[static_cast<std::size_t>(report.step)];
  }

  // Keeps what went wrong farthest on, as an order that fails early was not
  // what happened.
  Verdict Fail(const Violation& violation, std::size_t at) {
    if (!has_violation_ || at > farthest_) {
      violation_ = violation;
      farthest_ = at;
      has_violation_ = true;
    }
    return Verdict::kFails;
  }

  bool Malformed(std::string what) {
    ++exercised_[static_cast<std::size_t>(Rule::kEnds)];
    Fail({static_cast<int>(groups_.size()), Rule::kEnds,
          "a report of each step in order", std::move(what)},
         std::numeric_limits<std::size_t>::max());
    return false;
  }

  bool MakeGroups() {
    std::vector<bool> sleeps(program_.steps.size());
    // By thread, the step that sleeps; there can't be two.
    std::array<int, kMaxThreads> sleeper;
    sleeper.fill(-1);
    std::vector<const Report*> ended;
    for (const Report& report : outcome_.reports) {
      const auto step = static_cast<std::size_t>(report.step);
      if (report.step < 0 || step >= program_.steps.size()) {
        return Malformed(report.line);
      }
      int& sleeping =
          sleeper[static_cast<std::size_t>(program_.steps[step].thread)];
      if (report.sleeps && sleeping >= 0) return Malformed(report.line);
      if (report.sleeps) {
        sleeping = report.step;
      } else if (sleeping == report.step) {
        sleeping = -1;
      }
      if (step == groups_.size()) {
        const bool is_busy = sleeping >= 0 && sleeping != report.step;
        if (report.is_busy != is_busy) return Malformed(report.line);
        groups_.push_back({step, {&report}});
        // What ended since this step began may be its doing, though it was
        // seen first.
        for (const Report* before : ended) {
          const bool is_later = before->after > report.before;
          groups_[is_later || step == 0 ? step : step - 1].reports.push_back(
              before);
        }
        ended.clear();
      } else if (step < groups_.size() && sleeps[step]) {
        ended.push_back(&report);
      } else {
        return Malformed(report.line);
      }
      sleeps[step] = report.sleeps;
    }
    // A write that hangs may have written a part, of which what ended since
    // then tells: the model does not follow that.
    is_cut_ = outcome_.ending == Ending::kHung && !ended.empty() &&
              groups_.size() < program_.steps.size() &&
              program_.steps[groups_.size()].call == Call::kWrite;
    if (is_cut_) return true;
    for (const Report* before : ended) groups_.back().reports.push_back(before);
    return true;
  }

  // Whether what was reported from a step on is possible. `state` is used up.
  bool From(std::size_t at, State& state) {
    for (; at < groups_.size(); ++at) {
      const std::vector<const Report*>& reports = groups_[at].reports;
      // Copies cost most of the time: where there is one order, none is made.
      if (reports.size() > 1) return InSomeOrder(at, state);
      const Verdict verdict = InOrder(at, reports, state);
      if (verdict != Verdict::kGoesOn) return verdict == Verdict::kAllowed;
    }
    return Ends(state);
  }

  bool InSomeOrder(std::size_t at, const State& before) {
    const Group& group = groups_[at];
    std::vector<std::size_t> order(group.reports.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    do {
      std::vector<const Report*> reports;
      for (const std::size_t i : order) reports.push_back(group.reports[i]);
      if (!IsPossible(reports)) continue;
      State state = before;
      const Verdict verdict = InOrder(at, reports, state);
      if (verdict == Verdict::kAllowed) return true;
      if (verdict == Verdict::kGoesOn && From(at + 1, state)) return true;
    } while (std::next_permutation(order.begin(), order.end()));
    return false;
  }

  // What ended before another began did not come after it.
  bool IsPossible(const std::vector<const Report*>& reports) const {
    for (std::size_t i = 0; i + 1 < reports.size(); ++i) {
      const Report& later = *reports[i];
      const Report& earlier = *reports[i + 1];
      if (!later.sleeps && !earlier.sleeps && earlier.after < later.before) {
        return false;
      }
    }
    return true;
  }

  Verdict InOrder(std::size_t at, const std::vector<const Report*>& reports,
                  State& state) {
    const Report& first = *groups_[at].reports.front();
    Stepper stepper(target_, state, exercised_, StepOf(first).thread == 0);
    Time end = first.after;
    for (const Report* report : reports) {
      const Step& step = StepOf(*report);
      if (report->is_busy) continue;
      if (report->sleeps) {
        if (!stepper.Sleep(step, *report)) {
          return Fail(stepper.violation(), at);
        }
        if (state.is_lost) return IsLost();
        continue;
      }
      // What slept ended since this step began, or just before that.
      const bool is_since = first.before <= report->after;
      const Interval when{
          is_since ? std::max(report->before, first.before) : report->before,
          report->after};
      end = std::max(end, report->after);
      if (!(report->is_gone ? stepper.Gone(step, *report, when)
                            : stepper.End(step, *report, when))) {
        return Fail(stepper.violation(), at);
      }
      if (state.is_lost) return IsLost();
    }
    if (stepper.doomed() != 0) return IsKilledBy(stepper.doomed(), at);
    for (const Report* report : reports) {
      if (report->is_busy) continue;
      if (!stepper.TakesLate(StepOf(*report), *report)) {
        return Fail(stepper.violation(), at);
      }
    }
    if (!stepper.NothingIsDue(first.step)) {
      return Fail(stepper.violation(), at);
    }
    if (state.is_lost) return IsLost();
    if (is_cut_ && at + 1 == groups_.size()) return IsLost();
    for (const ThreadState& thread : state.threads) {
      if (thread.sleeping < 0) continue;
      const Step& step =
          program_.steps[static_cast<std::size_t>(thread.sleeping)];
      if (!stepper.GoesOnSleeping(step, thread.sleeping, {end, end})) {
        return Fail(stepper.violation(), at);
      }
    }
    stepper.DropClaims({end, end});
    return Verdict::kGoesOn;
  }

  Verdict IsLost() {
    was_lost_ = true;
    return Verdict::kAllowed;
  }

  Verdict IsKilledBy(SignalMask signals, std::size_t at) {
    ++exercised_[static_cast<std::size_t>(Rule::kEnds)];
    if (outcome_.ending == Ending::kKilled &&
        (signals & MaskOf(outcome_.signal)) != 0) {
      return Verdict::kAllowed;
    }
    return Fail({static_cast<int>(at), Rule::kEnds,
                 "is ended by " + SignalsText(signals), Ended()},
                at);
  }

  std::string Ended() const {
    switch (outcome_.ending) {
      case Ending::kExited:
        return "end exited";
      case Ending::kKilled:
        return "end killed " + SignalText(outcome_.signal);
      case Ending::kHung:
        return "end hung";
    }
    return "";
  }

  bool Ends(State& state) {
    const std::size_t at = groups_.size();
    const bool is_whole = at == program_.steps.size();
    Stepper stepper(target_, state, exercised_);
    ++exercised_[static_cast<std::size_t>(Rule::kEnds)];
    if (outcome_.ending == Ending::kKilled) {
      SignalMask deadly = stepper.MayKillAsleep();
      if (!is_whole) deadly |= stepper.MayKillProgram(program_.steps[at]);
      if ((deadly & MaskOf(outcome_.signal)) != 0) return true;
    }
    if (outcome_.ending == Ending::kHung && !is_whole) {
      const Step* waits = &program_.steps[at];
      int number = static_cast<int>(at);
      if (waits->call == Call::kJoin) {
        const auto joined = static_cast<std::size_t>((*waits)[0].number);
        number = state.threads[joined].sleeping;
        waits = number < 0 ? nullptr
                           : &program_.steps[static_cast<std::size_t>(number)];
      }
      if (waits != nullptr) {
        if (stepper.GoesOnSleeping(*waits, number, {kAtLast, kAtLast})) {
          return true;
        }
        Fail(stepper.violation(), at);
        return false;
      }
    }
    if (outcome_.ending == Ending::kExited && is_whole) return true;
    Fail({static_cast<int>(at), Rule::kEnds,
          is_whole ? "end exited" : "goes on with its steps", Ended()},
         at);
    return false;
  }

  const Target& target_;
  const Program& program_;
  const Outcome& outcome_;
  RuleCounts& exercised_;
  std::vector<Group> groups_;
  bool is_cut_ = false;
  Violation violation_;
  bool has_violation_ = false;
  bool was_lost_ = false;
  std::size_t farthest_ = 0;
};

}  // namespace

State InitialState(const Target& target) {
  State state;
  ProcessState& process = state.processes[0];
  process.exists = true;
  process.fd_limit = target.fd_limit;
  // 0, 1 and 2 are /dev/null, which no step should touch.
  process.fds.resize(3);
  Object null;
  null.kind = ObjectKind::kNull;
  state.objects.push_back(null);
  Description description;
  description.object = 0;
  description.access = kORdwr;
  description.references = 3;
  state.descriptions.push_back(description);
  for (Descriptor& fd : process.fds) fd.description = 0;
  state.threads[0].exists = state.threads[0].is_named = true;
  return state;
}

std::optional<Violation> Judge::Check(const Program& program,
                                      const Outcome& outcome) {
  Search search(target_, program, outcome, exercised_);
  std::optional<Violation> violation = search.Run();
  if (!violation && search.was_lost()) ++lost_;
  return violation;
}

}  // namespace plumbline::semantics
