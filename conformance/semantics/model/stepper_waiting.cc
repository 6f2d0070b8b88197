// What is ready, what becomes so, and the calls that wait for it.

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "conformance/semantics/model/pipe_room.h"
#include "conformance/semantics/model/stepper.h"

namespace plumbline::semantics {
namespace {

constexpr int kDeepest = 8;

constexpr Events kOnce = kErr | kHup;
constexpr Events kReadable = kIn | kRdnorm | kRdband | kHup | kErr;
constexpr Events kWritable = kOut | kWrnorm | kWrband | kErr;

// A timeout of so many units; what no Time holds is the longest one. Below 0
// there is none.
Time TimeOf(std::int64_t number, Time unit) {
  if (number < 0) return -1;
  return number > kNever / unit ? kNever : number * unit;
}

// `timeout` is not negative.
Time After(Time since, Time timeout) {
  return since > kNever - timeout ? kNever : since + timeout;
}

Likely Least(Likely a, Likely b) { return std::min(a, b); }
Likely Most(Likely a, Likely b) { return std::max(a, b); }

template <typename T>
std::optional<T> Number(std::string_view text) {
  T number{};
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

// Whether an event is one of this end: data is news to readers only.
bool Concerns(const Description& file, Events events) {
  return (events & kOnce) != 0 || ((events & kIn) != 0 && file.reads) ||
         ((events & kOut) != 0 && file.writes);
}

// Which rule says when an event is there.
Rule RuleOf(ObjectKind kind, Event event) {
  switch (kind) {
    case ObjectKind::kPipe:
      return event == kIn    ? Rule::kPipeIn
             : event == kOut ? Rule::kPipeOut
             : event == kHup ? Rule::kPipeHup
                             : Rule::kPipeErr;
    case ObjectKind::kEventfd:
      return event == kIn ? Rule::kEventfdIn : Rule::kEventfdOut;
    case ObjectKind::kTimerfd:
      return Rule::kTimerIn;
    case ObjectKind::kSignalfd:
      return Rule::kSignalfdIn;
    case ObjectKind::kEpoll:
      return Rule::kEpollNested;
    case ObjectKind::kSocket:
      return event == kIn      ? Rule::kSocketIn
             : event == kOut   ? Rule::kSocketOut
             : event == kHup   ? Rule::kSocketHup
             : event == kRdhup ? Rule::kSocketRdhup
                               : Rule::kSocketErr;
    case ObjectKind::kNull:
      break;
  }
  return Rule::kPollEvents;
}

// Whether the timer is over at a time within `when`.
Likely IsOver(const Object& timer, const Interval& when) {
  if (when.before >= timer.told_over) return Likely::kYes;
  if (timer.first_after != kNever && when.before >= timer.first_after + kLate) {
    return Likely::kYes;
  }
  return when.after >= timer.first_before ? Likely::kMaybe : Likely::kNo;
}

}  // namespace

Readiness Stepper::Ready(int description, const Interval& when,
                         int depth) const {
  Readiness ready;
  const Description& file = state_.At(description);
  const Object& object = state_.ObjectOf(description);
  switch (object.kind) {
    case ObjectKind::kPipe:
      if (file.reads) {
        if (!object.chunks.empty()) {
          ready.Add(kIn, Likely::kYes);
          ready.Add(kRdnorm, Likely::kMaybe);
        }
        if (object.writers == 0) ready.Add(kHup, Likely::kYes);
      }
      if (file.writes) {
        const Likely room = PipeRoom::Of(object, target_.page_size).HasPage();
        ready.Add(kOut, room);
        ready.Add(kWrnorm, Least(room, Likely::kMaybe));
        if (object.readers == 0) ready.Add(kErr, Likely::kYes);
      }
      break;
    case ObjectKind::kEventfd:
      if (object.counter > 0) ready.Add(kIn, Likely::kYes);
      if (object.counter < ~std::uint64_t{0} - 1) {
        ready.Add(kOut, Likely::kYes);
      }
      break;
    case ObjectKind::kTimerfd:
      ready.Add(kIn, IsOver(object, when));
      break;
    case ObjectKind::kSignalfd:
      // One that its mask lets through may be seen before it is handled.
      for (const int signal : report_->handled) {
        if ((object.signals & MaskOf(signal)) != 0) {
          ready.Add(kIn, Likely::kMaybe);
        }
      }
      if ((PendingOf(thread_) & object.signals) != 0) {
        // Of a thread's own, others that wait for the same instance may have
        // seen nothing, and with that have taken it off its list.
        const bool is_shared =
            state_.has_forked ||
            (state_.threads[1].exists &&
             (MaskOfAll(Here().pending) & object.signals) == 0);
        ready.Add(kIn, is_shared && depth > 0 ? Likely::kMaybe : Likely::kYes);
      } else if (state_.has_forked && depth > 0) {
        // signalfd(2), epoll(7) semantics: an instance is told of the signals
        // of the process that registered it, whoever waits.
        for (int i = 0; i < kMaxThreads; ++i) {
          const ThreadState& other =
              state_.threads[static_cast<std::size_t>(i)];
          if (other.exists && (PendingOf(i) & object.signals) != 0) {
            ready.Add(kIn, Likely::kMaybe);
          }
        }
      }
      break;
    case ObjectKind::kEpoll:
      if (depth < kDeepest) {
        for (const Interest& interest : object.interests) {
          const Readiness inner = Reportable(interest, when, depth + 1);
          if (inner.possible != 0) {
            ready.Add(kIn, inner.sure != 0 ? Likely::kYes : Likely::kMaybe);
          }
        }
        if (ready.possible != 0) ready.Add(kRdnorm, Likely::kMaybe);
      }
      break;
    case ObjectKind::kSocket:
      return SocketReady(object);
    case ObjectKind::kNull:
      ready.Add(kIn | kOut, Likely::kYes);
      ready.Add(kRdnorm | kWrnorm, Likely::kMaybe);
      break;
  }
  return ready;
}

// As an instance sees it, which may have been told by another process.
Readiness Stepper::ReadyForInstance(int description) const {
  return Ready(description, when_, state_.has_forked ? 1 : 0);
}

// What epoll_wait would give for it.
Readiness Stepper::Reportable(const Interest& interest, const Interval& when,
                              int depth) const {
  Readiness ready = Ready(interest.description, when, depth);
  ready.sure &= interest.Wanted();
  ready.possible &= interest.Wanted();
  // Of several exclusive registrations one at least is told, while one waits.
  if (interest.Has(kExclusive) && HasRivals(interest)) ready.sure = 0;
  if (!interest.Has(kEt)) return ready;
  if (interest.edge == Likely::kNo) return {};
  const bool is_sure =
      interest.edge == Likely::kYes && (ready.sure & interest.news) != 0;
  if (!is_sure) ready.sure = 0;
  return ready;
}

// One that was passed over has no claim any more once it is not ready: who
// polls the instance then takes it out of the list.
void Stepper::DropClaims(const Interval& when) {
  const Report none;
  report_ = &none;
  for (Object& instance : state_.objects) {
    if (!instance.has_claims) continue;
    for (Interest& interest : instance.interests) {
      if (Reportable(interest, when, 1).sure != 0) continue;
      interest.turn = instance.turns;
    }
  }
}

// Whether there is another exclusive registration of the same object.
bool Stepper::HasRivals(const Interest& interest) const {
  const int watched = state_.At(interest.description).object;
  for (const Object& object : state_.objects) {
    for (const Interest& other : object.interests) {
      if (&other != &interest && other.Has(kExclusive) &&
          state_.At(other.description).object == watched) {
        return true;
      }
    }
  }
  return false;
}

// What happened to an object may be news to who watches it.
void Stepper::Edge(int object, Events events, Likely likely, int depth) {
  if (depth > kDeepest) return;
  for (std::size_t i = 0; i < state_.objects.size(); ++i) {
    bool woke = false;
    for (Interest& interest : state_.objects[i].interests) {
      if (state_.At(interest.description).object != object) continue;
      if ((interest.Wanted() & events) == 0) continue;
      if (!Concerns(state_.At(interest.description), events)) continue;
      interest.edge = Most(interest.edge, likely);
      if (likely == Likely::kYes) interest.news |= interest.Wanted() & events;
      woke = true;
    }
    if (woke) {
      Edge(static_cast<int>(i), kIn | kRdnorm, Likely::kMaybe, depth + 1);
    }
  }
}

void Stepper::EdgeOfSignals(SignalMask signals) {
  for (std::size_t i = 0; i < state_.objects.size(); ++i) {
    const Object& object = state_.objects[i];
    if (object.kind != ObjectKind::kSignalfd) continue;
    const bool is_sure = (object.signals & signals) != 0 && !state_.has_forked;
    Edge(static_cast<int>(i), kIn, is_sure ? Likely::kYes : Likely::kMaybe);
  }
}

// It was seen to be over.
void Stepper::TellOver(Object& timer) {
  timer.first_after = std::min(timer.first_after, when_.after);
  timer.told_over = std::min(timer.told_over, when_.after);
}

// ---- whether calls wait ---------------------------------------------------

Likely Stepper::PollDone(const Step& step, const Interval& when) const {
  Likely done = Likely::kNo;
  for (const PollRef& poll : step[0].polls) {
    const int fd = NumberOf(poll.fd);
    if (fd < 0) continue;
    if (!IsOpen(fd)) return Likely::kYes;
    const Readiness ready = Ready(DescriptionOf(fd), when);
    const Events wanted = poll.events | kOnce;
    if ((ready.sure & wanted) != 0) return Likely::kYes;
    if ((ready.possible & wanted) != 0) done = Likely::kMaybe;
  }
  return done;
}

bool Stepper::MayRestart(const Step& step) {
  switch (step.call) {
    case Call::kRead:
    case Call::kRead8:
    case Call::kReadSiginfo:
    case Call::kWrite:
    case Call::kWrite8:
      return true;
    default:
      return false;
  }
}

Likely Stepper::Done(const Step& step, const Interval& when) const {
  // What a handler interrupts returns too.
  const SignalMask waiting = PendingOf(step.thread) & ~MaskDuring(step);
  Likely done = waiting != 0 ? Likely::kMaybe : Likely::kNo;
  // A handler ends all but what SA_RESTART lets go on.
  for (int signal = 1; signal <= 64 && !MayRestart(step); ++signal) {
    if ((waiting & MaskOf(signal)) != 0 &&
        ActionOf(signal).disposition == Word::kHandler) {
      return Likely::kYes;
    }
  }
  const auto file_of = [&](std::size_t i) {
    return DescriptionOf(NumberOf(step[i].fd));
  };
  const auto timed_out = [&](std::int64_t timeout, Time unit) {
    // Nanoseconds can be negative otherwise than as no timeout.
    if (timeout < -1 && unit == 1) return Likely::kYes;
    if (timeout < 0) return Likely::kNo;
    const Time since =
        state_.threads[static_cast<std::size_t>(step.thread)].sleeping >= 0
            ? state_.threads[static_cast<std::size_t>(step.thread)].since
            : when.before;
    const Time end = After(since, TimeOf(timeout, unit));
    if (when.before > After(end, kLate)) return Likely::kYes;
    return when.after >= end ? Likely::kMaybe : Likely::kNo;
  };
  switch (step.call) {
    case Call::kRead:
    case Call::kRead8:
    case Call::kReadSiginfo: {
      const int file = file_of(0);
      // What was closed meanwhile goes on to wait.
      if (file < 0) return Likely::kMaybe;
      if ((state_.At(file).status & kONonblock) != 0) return Likely::kMaybe;
      const Readiness ready = Ready(file, when);
      if ((ready.sure & (kIn | kHup)) != 0) return Likely::kYes;
      if ((ready.possible & (kIn | kHup)) != 0) done = Likely::kMaybe;
      return done;
    }
    case Call::kWrite:
    case Call::kWrite8: {
      const int file = file_of(0);
      if (file < 0) return Likely::kMaybe;
      if ((state_.At(file).status & kONonblock) != 0) return Likely::kMaybe;
      const Object& object = state_.ObjectOf(file);
      if (object.kind == ObjectKind::kEventfd) {
        const std::uint64_t room = ~std::uint64_t{0} - 1 - object.counter;
        return step[1].bits() <= room ? Likely::kYes : done;
      }
      if (object.kind == ObjectKind::kSocket) {
        return Most(
            done, SocketWriteDone(
                      object, step.call == Call::kWrite8 ? 8 : step[1].number));
      }
      // Bytes may go in by and by.
      return Likely::kMaybe;
    }
    case Call::kEpollWait:
    case Call::kEpollPwait:
    case Call::kEpollPwait2: {
      done = Most(done,
                  timed_out(step[2].number,
                            step.call == Call::kEpollPwait2 ? 1 : 1'000'000));
      const int file = file_of(0);
      if (file < 0) return Likely::kMaybe;
      const Readiness ready = Ready(file, when);
      if ((ready.sure & kIn) != 0) return Likely::kYes;
      return ready.possible != 0 ? Likely::kMaybe : done;
    }
    case Call::kPoll:
    case Call::kPpoll:
      done = Most(done, timed_out(step[1].number,
                                  step.call == Call::kPpoll ? 1 : 1'000'000));
      return Most(done, PollDone(step, when));
    case Call::kSelect:
    case Call::kPselect:
      return Likely::kMaybe;
    case Call::kSigtimedwait:
      done = Most(done, timed_out(step[1].number, 1));
      if ((PendingOf(step.thread) & step[0].signals()) != 0) {
        return Likely::kYes;
      }
      return done;
    case Call::kSigsuspend:
    case Call::kPause:
      return done;
    case Call::kNanosleep:
      if (step[0].number < 0) return Likely::kYes;
      return Most(done, timed_out(step[0].number, 1));
    default:
      return Likely::kYes;
  }
}

// ---- poll and select ------------------------------------------------------

bool Stepper::DoPoll(const Step& step) {
  const bool is_poll = step.call == Call::kPoll;
  if (report_->error == Errno::kEINTR) return WasInterrupted(false);
  const std::vector<PollRef>& polls = step[0].polls;
  if (!is_poll && step[1].number < -1) {
    return FailsWith(Errno::kEINVAL, Rule::kWaitNegative);
  }
  if (static_cast<std::int64_t>(polls.size()) > fd_limit_) {
    return FailsWith(Errno::kEINVAL, Rule::kPollLimit);
  }
  if (!Holds(Rule::kPollCount,
             report_->error == Errno::kNone &&
                 (report_->output.size() == polls.size()),
             "gives revents for each")) {
    return false;
  }
  std::int64_t count = 0;
  for (std::size_t i = 0; i < polls.size(); ++i) {
    const auto revents = ParseEvents(report_->output[i]);
    if (!Holds(Rule::kPollEvents, revents.has_value(),
               "gives events that exist")) {
      return false;
    }
    if (*revents != 0) ++count;
    const int fd = NumberOf(polls[i].fd);
    if (!IsOpen(fd)) {
      const Events expected = fd < 0 ? Events{0} : Events{kNval};
      if (!Holds(
              Rule::kPollNval, *revents == expected,
              "gives " + EventsText(expected) + " for " + std::to_string(fd))) {
        return false;
      }
      continue;
    }
    const Readiness ready = Ready(DescriptionOf(fd), when_);
    const Events wanted = polls[i].events | kOnce;
    const Object& object = state_.ObjectOf(DescriptionOf(fd));
    const Events sure = ready.sure & wanted;
    const Events possible = ready.possible & wanted;
    // Of what became so while it waited, only what it saw first is told.
    const Interval start{report_->before, report_->before};
    const Events at_start = object.kind == ObjectKind::kTimerfd
                                ? Ready(DescriptionOf(fd), start).sure & wanted
                                : sure;
    for (const Event event : {kIn, kOut, kHup, kErr, kRdhup}) {
      if ((wanted & event) == 0) continue;
      if (event == kRdhup && object.kind != ObjectKind::kSocket) continue;
      const bool is_given = (*revents & event) != 0;
      if (!Holds(RuleOf(object.kind, event),
                 is_given ? (possible & event) != 0 : (at_start & event) == 0,
                 std::string(is_given ? "does not give " : "gives ") +
                     EventsText(event) + " for " + std::to_string(fd))) {
        return false;
      }
    }
    if (!Holds(Rule::kPollEvents,
               (*revents & ~possible) == 0 && (at_start & ~*revents) == 0,
               "gives " + EventsText(sure) +
                   (possible != sure ? " and perhaps " + EventsText(possible)
                                     : "") +
                   " for " + std::to_string(fd))) {
      return false;
    }
    if (object.kind == ObjectKind::kTimerfd) {
      Object& timer = state_.ObjectOf(DescriptionOf(fd));
      if ((*revents & kIn) != 0) {
        TellOver(timer);
      }
    }
  }
  if (!Holds(Rule::kPollCount, report_->result == count,
             "returns " + std::to_string(count))) {
    return false;
  }
  if (count != 0) return true;
  const std::int64_t timeout = step[1].number;
  const Time least = TimeOf(timeout, is_poll ? 1'000'000 : 1);
  return Holds(Rule::kPollTimeout,
               timeout >= 0 && report_->after - report_->before >= least,
               "waits for as long as asked");
}

bool Stepper::DoSelect(const Step& step) {
  if (report_->error == Errno::kEINTR) return WasInterrupted(false);
  const bool is_negative = step[3].number < -1;
  for (std::size_t set = 0; set < 3; ++set) {
    for (const PollRef& poll : step[set].polls) {
      const int fd = NumberOf(poll.fd);
      if (fd >= 0 && !IsOpen(fd)) {
        if (is_negative) {
          return FailsWithAny({{Errno::kEINVAL, Rule::kWaitNegative},
                               {Errno::kEBADF, Rule::kFdClosed}});
        }
        return FailsWith(Errno::kEBADF, Rule::kFdClosed);
      }
    }
  }
  if (is_negative) return FailsWith(Errno::kEINVAL, Rule::kWaitNegative);
  if (!Holds(Rule::kPollCount,
             report_->error == Errno::kNone && report_->output.size() == 3,
             "gives three sets")) {
    return false;
  }
  constexpr Events kOf[] = {kReadable, kWritable, kPri};
  std::int64_t count = 0;
  for (std::size_t set = 0; set < 3; ++set) {
    std::string_view text = report_->output[set];
    text.remove_prefix(std::min<std::size_t>(2, text.size()));
    std::vector<int> given;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find(','), text.size());
      if (const auto fd = Number<int>(text.substr(0, end))) {
        given.push_back(*fd);
      }
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    count += static_cast<std::int64_t>(given.size());
    for (const PollRef& poll : step[set].polls) {
      const int fd = NumberOf(poll.fd);
      if (fd < 0) continue;  // what no set can hold is left out
      const Readiness ready = Ready(DescriptionOf(fd), when_);
      const bool is_given =
          std::find(given.begin(), given.end(), fd) != given.end();
      Object& object = state_.ObjectOf(DescriptionOf(fd));
      if (!Holds(Rule::kPollEvents,
                 is_given ? (ready.possible & kOf[set]) != 0
                          : (ready.sure & kOf[set]) == 0,
                 is_given ? "does not give " + std::to_string(fd)
                          : "gives " + std::to_string(fd))) {
        return false;
      }
      if (is_given && kOf[set] == kReadable &&
          object.kind == ObjectKind::kTimerfd) {
        TellOver(object);
      }
    }
  }
  if (!Holds(Rule::kPollCount, report_->result == count,
             "returns " + std::to_string(count))) {
    return false;
  }
  if (count != 0) return true;
  return Holds(
      Rule::kPollTimeout,
      step[3].number >= 0 && report_->after - report_->before >= step[3].number,
      "waits for as long as asked");
}

// ---- epoll ----------------------------------------------------------------

// Instances below and with it, on the longest way.
int Stepper::EpollDepth(int description, int depth) const {
  const Object& object = state_.ObjectOf(description);
  if (object.kind != ObjectKind::kEpoll || depth > kDeepest) return 0;
  int below = 0;
  for (const Interest& interest : object.interests) {
    below = std::max(below, EpollDepth(interest.description, depth + 1));
  }
  return below + 1;
}

// Instances above it, on the longest way.
int Stepper::EpollHeight(int object, int depth) const {
  int above = 0;
  if (depth > kDeepest) return above;
  for (std::size_t i = 0; i < state_.objects.size(); ++i) {
    for (const Interest& interest : state_.objects[i].interests) {
      if (state_.At(interest.description).object != object) continue;
      above = std::max(above, EpollHeight(static_cast<int>(i), depth + 1) + 1);
    }
  }
  return above;
}

bool Stepper::Reaches(int from, int object, int depth) const {
  if (from == object) return true;
  if (depth > kDeepest) return false;
  for (const Interest& interest :
       state_.objects[static_cast<std::size_t>(from)].interests) {
    if (Reaches(state_.At(interest.description).object, object, depth + 1)) {
      return true;
    }
  }
  return false;
}

bool Stepper::DoEpollCtl(const Step& step) {
  const int epfd = NumberOf(step[0].fd);
  const int fd = NumberOf(step[2].fd);
  const Word operation = step[1].word;
  const Events events = step[3].events();
  if (!IsOpen(epfd) || !IsOpen(fd)) {
    return FailsWith(Errno::kEBADF, Rule::kFdClosed);
  }
  const int epoll = DescriptionOf(epfd);
  const int file = DescriptionOf(fd);
  if (state_.ObjectOf(epoll).kind != ObjectKind::kEpoll) {
    return FailsWith(Errno::kEINVAL, Rule::kEpollNoEpoll);
  }
  if (state_.At(epoll).object == state_.At(file).object) {
    return FailsWith(Errno::kEINVAL, Rule::kEpollSelf);
  }
  const bool adds = operation == Word::kEpollCtlAdd;
  const bool watches_epoll = state_.ObjectOf(file).kind == ObjectKind::kEpoll;
  std::vector<Interest>& interests = state_.ObjectOf(epoll).interests;
  const auto found = std::find_if(
      interests.begin(), interests.end(),
      [&](const Interest& i) { return i.fd == fd && i.description == file; });
  const bool is_registered = found != interests.end();
  if ((events & kExclusive) != 0 && operation != Word::kEpollCtlDel) {
    constexpr Events kAllowed =
        kIn | kOut | kErr | kHup | kWakeup | kEt | kExclusive;
    if (!adds || watches_epoll || (events & ~kAllowed) != 0) {
      return FailsWith(Errno::kEINVAL, Rule::kEpollExclusive);
    }
  }
  if (adds && watches_epoll) {
    const int object = state_.At(epoll).object;
    const bool cycle = Reaches(state_.At(file).object, object);
    const int nested = EpollHeight(object) + 1 + EpollDepth(file);
    if (cycle) {
      return FailsWithAny({{Errno::kELOOP, Rule::kEpollLoop}});
    }
    if (nested > 5 && report_->error == Errno::kELOOP) {
      return FailsWith(Errno::kELOOP, Rule::kEpollLoop);
    }
  }
  if (adds) {
    if (is_registered) return FailsWith(Errno::kEEXIST, Rule::kEpollExists);
    if (!ReturnsZero(Rule::kEpollExists)) return false;
    Interest interest;
    interest.fd = fd;
    interest.description = file;
    interest.events = events;
    interest.data = step[4].bits();
    interest.turn = interest.earliest_turn = state_.ObjectOf(epoll).turns;
    interests.push_back(interest);
  } else {
    if (!is_registered) {
      return FailsWith(Errno::kENOENT, Rule::kEpollMissing);
    }
    if (operation == Word::kEpollCtlDel) {
      if (!ReturnsZero(Rule::kEpollMissing)) return false;
      interests.erase(found);
      return true;
    }
    if (found->Has(kExclusive)) {
      return FailsWith(Errno::kEINVAL, Rule::kEpollExclusive);
    }
    if (!ReturnsZero(Rule::kEpollMissing)) return false;
    found->events = events;
    found->data = step[4].bits();
    found->disabled = false;
    found->edge = Likely::kNo;
  }
  // What is ready now is news to this registration.
  Interest& interest = adds ? interests.back() : *found;
  const Readiness ready = ReadyForInstance(file);
  if ((ready.possible & interest.Wanted()) != 0) {
    interest.edge = Most(interest.edge, (ready.sure & interest.Wanted()) != 0
                                            ? Likely::kYes
                                            : Likely::kMaybe);
  }
  // A timer that runs will be.
  const Likely expires = WillExpire(state_.ObjectOf(file));
  interest.edge = Most(interest.edge, expires);
  interest.news = (ready.sure & interest.Wanted()) |
                  (expires == Likely::kYes ? Events{kIn} : Events{0});
  Edge(state_.At(epoll).object, kIn | kRdnorm, Likely::kMaybe);
  return true;
}

// Whether time alone makes it ready: a timer that runs, or maybe an instance
// that watches one.
Likely Stepper::WillExpire(const Object& object, int depth) const {
  if (object.kind == ObjectKind::kTimerfd) {
    return object.first_after != kNever ? Likely::kYes : Likely::kNo;
  }
  if (depth > kDeepest) return Likely::kNo;
  for (const Interest& interest : object.interests) {
    const Object& watched = state_.ObjectOf(interest.description);
    if (WillExpire(watched, depth + 1) != Likely::kNo) return Likely::kMaybe;
  }
  return Likely::kNo;
}

// Whether its number is no longer that of the file, which a duplicate keeps.
bool Stepper::IsByDuplicate(const Interest& interest) const {
  return Here().DescriptionOf(interest.fd) != interest.description;
}

bool Stepper::DoEpollWait(const Step& step) {
  const int epfd = NumberOf(step[0].fd);
  const std::int64_t most = step[1].number;
  if (step.call == Call::kEpollPwait2) {
    if (target_.may_lack_calls && report_->error == Errno::kENOSYS) return true;
    if (const auto told = IsAbsent({5, 11}, Rule::kEpollPwait2Is)) return *told;
  }
  const bool is_open = IsOpen(epfd);
  const bool is_epoll = is_open && state_.ObjectOf(DescriptionOf(epfd)).kind ==
                                       ObjectKind::kEpoll;
  if (step.call == Call::kEpollPwait2 && step[2].number < -1 &&
      report_->error == Errno::kEINVAL) {
    return Holds(Rule::kWaitNegative, true, {});
  }
  if (most < 1) {
    if (!is_open) {
      return FailsWithAny({{Errno::kEINVAL, Rule::kEpollMax},
                           {Errno::kEBADF, Rule::kFdClosed}});
    }
    return FailsWith(Errno::kEINVAL, Rule::kEpollMax);
  }
  if (!is_open) return FailsWith(Errno::kEBADF, Rule::kFdClosed);
  if (!is_epoll) return FailsWith(Errno::kEINVAL, Rule::kEpollNoEpoll);
  if (report_->error == Errno::kEINTR) return WasInterrupted(false);

  const int epoll = DescriptionOf(epfd);
  const Interval start{when_.before, when_.before};
  Object& instance = state_.ObjectOf(epoll);
  const auto given = static_cast<std::int64_t>(report_->output.size());
  if (!Holds(Rule::kEpollCount,
             report_->error == Errno::kNone && report_->result == given &&
                 given <= most,
             "returns as many events as it gives, at most " +
                 std::to_string(most))) {
    return false;
  }
  std::vector<bool> reported(instance.interests.size());
  for (const std::string& word : report_->output) {
    const std::size_t colon = std::min(word.find(':'), word.size() - 1);
    const auto events = ParseEvents(std::string_view(word).substr(0, colon));
    const auto data =
        Number<std::uint64_t>(std::string_view(word).substr(colon + 1));
    if (!Holds(Rule::kEpollData, events && data, "gives EVENTS:DATA")) {
      return false;
    }
    // Which one it is: of those with the data, one that could be.
    std::size_t chosen = instance.interests.size();
    bool chosen_fits = false;
    bool chosen_is_sure = false;
    bool has_data = false;
    for (std::size_t i = 0; i < instance.interests.size(); ++i) {
      const Interest& interest = instance.interests[i];
      if (interest.data != *data || reported[i]) continue;
      has_data = true;
      const Readiness ready = Reportable(interest, when_, 1);
      if ((*events & ~ready.possible) != 0 || *events == 0) continue;
      // Rather one that must be given just so than one that may be; of those
      // the one whose turn it is.
      const Events sure = Reportable(interest, start, 1).sure;
      const bool fits = (sure & ~*events) == 0;
      const bool is_better = chosen == instance.interests.size() ||
                             std::tuple(!fits, sure == 0, interest.turn) <
                                 std::tuple(!chosen_fits, !chosen_is_sure,
                                            instance.interests[chosen].turn);
      if (is_better) {
        chosen = i;
        chosen_fits = fits;
        chosen_is_sure = sure != 0;
      }
    }
    if (!Holds(Rule::kEpollData, has_data,
               "gives only data that is registered, and once")) {
      return false;
    }
    if (chosen == instance.interests.size()) {
      // Say which rule it is that forbids this.
      for (const Interest& interest : instance.interests) {
        if (interest.data != *data) continue;
        if (interest.disabled) {
          return Holds(Rule::kEpollOneshot, false,
                       "nothing before EPOLL_CTL_MOD");
        }
        const Readiness ready = ReadyForInstance(interest.description);
        if (interest.Has(kEt) && interest.edge == Likely::kNo &&
            (ready.possible & interest.Wanted()) != 0) {
          return Holds(Rule::kEpollEdge, false, "nothing, as nothing is new");
        }
        if ((ready.possible & interest.Wanted()) != 0) {
          return Holds(
              Rule::kEpollEvents, false,
              "gives " + EventsText(ready.possible & interest.Wanted()));
        }
      }
      return Holds(Rule::kEpollQuiet, false, "nothing, as it is not ready");
    }
    reported[chosen] = true;
    Interest& interest = instance.interests[chosen];
    const Readiness at_start = Reportable(interest, start, 1);
    if (!Holds(Rule::kEpollEvents, (at_start.sure & ~*events) == 0,
               "gives " + EventsText(at_start.sure))) {
      return false;
    }
    if (!Holds(Rule::kEpollQuiet, true, {})) return false;
  }
  // Where one was left out that has the data of one that was given, it may have
  // been the other that was.
  for (std::size_t i = 0; i < instance.interests.size(); ++i) {
    const Interest& one = instance.interests[i];
    if (reported[i] || Reportable(one, when_, 1).possible == 0) continue;
    for (std::size_t j = 0; j < instance.interests.size(); ++j) {
      if (reported[j] && instance.interests[j].data == one.data) {
        state_.is_lost = true;
      }
    }
  }
  // What must have been given, if there was room.
  bool left_out = false;
  for (std::size_t i = 0; i < instance.interests.size(); ++i) {
    const Interest& interest = instance.interests[i];
    if (interest.disabled) Holds(Rule::kEpollOneshot, true, {});
    if (interest.Has(kEt) && interest.edge == Likely::kNo) {
      Holds(Rule::kEpollEdge, true, {});
    }
    if (reported[i]) continue;
    const Readiness at_start = Reportable(interest, start, 1);
    if (at_start.sure == 0) continue;
    left_out = true;
    if (given == most) continue;
    const bool nested =
        state_.ObjectOf(interest.description).kind == ObjectKind::kEpoll;
    return Holds(IsByDuplicate(interest) ? Rule::kEpollDuplicate
                 : nested                ? Rule::kEpollNested
                 : interest.Has(kEt)     ? Rule::kEpollEdgeNew
                                         : Rule::kEpollReady,
                 false,
                 "gives " + EventsText(at_start.sure) + ":" +
                     std::to_string(interest.data));
  }
  // One that was left out is before those that were given in its place.
  for (std::size_t i = 0; i < instance.interests.size(); ++i) {
    if (!reported[i]) continue;
    for (std::size_t j = 0; j < instance.interests.size() && left_out; ++j) {
      const Interest& other = instance.interests[j];
      if (reported[j] || other.Has(kEt) ||
          Reportable(other, start, 1).sure == 0) {
        continue;
      }
      if (!Holds(Rule::kEpollFair,
                 instance.interests[i].earliest_turn <= other.turn,
                 "gives " + std::to_string(other.data) + " before " +
                     std::to_string(instance.interests[i].data))) {
        return false;
      }
    }
  }
  ++instance.turns;
  instance.has_claims = left_out;
  for (std::size_t i = 0; i < instance.interests.size(); ++i) {
    Interest& interest = instance.interests[i];
    Object& object = state_.ObjectOf(interest.description);
    const Readiness ready = ReadyForInstance(interest.description);
    if (!reported[i]) {
      // What was not ready leaves the list, until there is news; if it was
      // looked at, which it need not have been after as many as were asked for.
      if (ready.possible == 0 && object.kind != ObjectKind::kTimerfd &&
          object.kind != ObjectKind::kEpoll) {
        interest.edge =
            given == most ? Least(interest.edge, Likely::kMaybe) : Likely::kNo;
        interest.news = 0;
      }
      // One that was not there to be passed over has no claim.
      const Readiness at_start = Reportable(interest, start, 1);
      if (at_start.sure == 0) interest.turn = instance.turns;
      if (at_start.possible == 0) interest.earliest_turn = instance.turns;
      continue;
    }
    interest.turn = interest.earliest_turn = instance.turns;
    const bool nested = object.kind == ObjectKind::kEpoll;
    if (IsByDuplicate(interest)) Holds(Rule::kEpollDuplicate, true, {});
    Holds(nested              ? Rule::kEpollNested
          : interest.Has(kEt) ? Rule::kEpollEdgeNew
                              : Rule::kEpollReady,
          true, {});
    if (object.kind == ObjectKind::kTimerfd) {
      TellOver(object);
      interest.edge = object.interval != 0 ? Likely::kMaybe : Likely::kNo;
    } else {
      // Who waited while a long write went on may have seen its beginning.
      const bool may_go_on = report_->before < object.long_write_end;
      interest.edge = nested || may_go_on ? Likely::kMaybe : Likely::kNo;
    }
    interest.news = 0;
    if (interest.Has(kOneshot)) interest.disabled = true;
  }
  if (given != 0) return true;
  const std::int64_t timeout = step[2].number;
  const Time least =
      TimeOf(timeout, step.call == Call::kEpollPwait2 ? 1 : 1'000'000);
  return Holds(Rule::kEpollTimeout,
               timeout >= 0 && report_->after - report_->before >= least,
               "waits for as long as asked");
}

}  // namespace plumbline::semantics
