#include "fuzz/program_of_bytes.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

namespace plumbline::fuzz {
namespace {

using namespace semantics;

// What a descriptor is of.
enum class Made : std::uint8_t {
  kReadEnd,
  kWriteEnd,
  kEventfd,
  kTimerfd,
  kSignalfd,
  kEpoll,
  kSocket,
  kOther,
};

struct Live {
  FdRef fd;
  Made made = Made::kOther;
};

Made MadeBy(const std::vector<Live>& live, const Step& step, int part) {
  switch (step.call) {
    case Call::kPipe2:
      return part == 0 ? Made::kReadEnd : Made::kWriteEnd;
    case Call::kSocketpair:
      return Made::kSocket;
    case Call::kFifo:
      return Made::kReadEnd;
    case Call::kEventfd:
      return Made::kEventfd;
    case Call::kTimerfdCreate:
      return Made::kTimerfd;
    case Call::kSignalfd:
      return Made::kSignalfd;
    case Call::kEpollCreate1:
      return Made::kEpoll;
    case Call::kDup:
    case Call::kDup2:
    case Call::kDup3:
    case Call::kFcntl:
      for (const Live& one : live) {
        if (one.fd == step[0].fd) return one.made;
      }
      return Made::kOther;
    default:
      return Made::kOther;
  }
}

// fcntl makes a descriptor by some of its operations only.
bool Makes(const Step& step) {
  return step.call != Call::kFcntl || step[1].word == Word::kDupfd ||
         step[1].word == Word::kDupfdCloexec;
}

std::vector<Live> LiveAt(const Program& program, std::size_t place) {
  std::vector<Live> live;
  for (std::size_t i = 0; i < place; ++i) {
    const Step& step = program.steps[i];
    if (!Makes(step)) continue;
    for (int part = 0; part < DescriptorsOf(step.call); ++part) {
      live.push_back(
          {{static_cast<int>(i), part, -1}, MadeBy(live, step, part)});
    }
  }
  return live;
}

// What the call's argument is to be of; nothing if any will do.
std::vector<Made> Wanted(Call call, std::size_t argument) {
  switch (call) {
    case Call::kEpollCtl:
      if (argument != 0) return {};
      return {Made::kEpoll};
    case Call::kEpollWait:
    case Call::kEpollPwait:
    case Call::kEpollPwait2:
      return {Made::kEpoll};
    case Call::kTimerfdSettime:
    case Call::kTimerfdGettime:
      return {Made::kTimerfd};
    case Call::kSignalfd:
    case Call::kReadSiginfo:
      return {Made::kSignalfd};
    case Call::kRead:
      return {Made::kReadEnd, Made::kSocket};
    case Call::kWrite:
      return {Made::kWriteEnd, Made::kSocket};
    case Call::kRead8:
      return {Made::kEventfd, Made::kTimerfd};
    case Call::kWrite8:
      return {Made::kEventfd};
    default:
      return {};
  }
}

// Those that mean something to the call. That of another kind of descriptor may
// be the same number on a target, and so is not wrong.
Flags ChooseFlags(Choices& choices, Call call, std::size_t argument,
                  const Step& step) {
  std::vector<Flags> known;
  switch (call) {
    case Call::kPipe2:
      known = {kONonblock, kOCloexec, kODirect};
      break;
    case Call::kFifo:
      known = {kONonblock, kOCloexec};
      break;
    case Call::kEventfd:
      known = {kEfdNonblock, kEfdSemaphore, kEfdCloexec};
      break;
    case Call::kTimerfdCreate:
      known = {kTfdNonblock, kTfdCloexec};
      break;
    case Call::kTimerfdSettime:
      known = {kTfdTimerAbstime, kTfdTimerCancelOnSet};
      break;
    case Call::kSignalfd:
      known = {kSfdNonblock, kSfdCloexec};
      break;
    case Call::kEpollCreate1:
      known = {kEpollCloexec};
      break;
    case Call::kDup3:
      known = {kOCloexec};
      break;
    case Call::kCloseRange:
      known = {kCloseRangeCloexec};
      break;
    case Call::kSigaction:
      known = {kSaRestart};
      break;
    case Call::kSocketpair: {
      Flags flags =
          choices.OneOf<Flags>({kSockStream, kSockDgram, kSockSeqpacket});
      if (!choices.OneIn(4)) flags |= kSockNonblock;
      return flags;
    }
    case Call::kFcntl:
      if (argument == 2 && step[1].word == Word::kSetfd) known = {kFdCloexec};
      if (argument == 2 && step[1].word == Word::kSetfl) known = {kONonblock};
      break;
    default:
      break;
  }
  // The first of most keeps the main thread from sleeping: more often than not.
  Flags flags = 0;
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (choices.Below(8) < (i == 0 ? 6 : 3)) flags |= known[i];
  }
  const bool has_wrong_ones =
      call != Call::kFcntl && call != Call::kSigaction && call != Call::kFifo;
  if (has_wrong_ones && choices.OneIn(32)) flags |= kOAppend;
  return flags;
}

Word ChooseWord(Choices& choices, Call call) {
  switch (call) {
    case Call::kTimerfdCreate:
      return choices.OneOf(
          {Word::kClockMonotonic, Word::kClockRealtime, Word::kClockBoottime});
    case Call::kEpollCtl:
      return choices.OneOf({Word::kEpollCtlAdd, Word::kEpollCtlAdd,
                            Word::kEpollCtlMod, Word::kEpollCtlDel});
    case Call::kFcntl:
      return choices.OneOf({Word::kDupfd, Word::kDupfdCloexec, Word::kGetfd,
                            Word::kSetfd, Word::kGetfl, Word::kSetfl,
                            Word::kGetpipeSz, Word::kSetpipeSz});
    case Call::kSigprocmask:
      return choices.OneOf(
          {Word::kSigBlock, Word::kSigUnblock, Word::kSigSetmask});
    default:
      return choices.OneOf({Word::kHandler, Word::kIgnore, Word::kDefault});
  }
}

int ChooseSignal(Choices& choices, Call call) {
  if (call == Call::kSigaction && choices.OneIn(16)) {
    return choices.OneOf({9, 19});
  }
  return choices.OneOf({10, 10, 12, 13, 17, kSigRtmin, kSigRtmin, kSigRtmin + 1,
                        14, 15, 18, 64});
}

SignalMask ChooseSignals(Choices& choices) {
  constexpr int kSignals[] = {10, 12, 13, 17, kSigRtmin, kSigRtmin + 1, 9, 18};
  SignalMask mask = 0;
  const int bits = choices.Below(256);
  for (int i = 0; i < 8; ++i) {
    if ((bits >> i & 1) != 0) mask |= MaskOf(kSignals[i]);
  }
  return mask;
}

Events ChooseEvents(Choices& choices, Call call) {
  Events events = choices.OneOf<Events>(
      {kIn, kIn, kOut, kIn | kOut, kIn, 0, kIn | kRdhup, kPri | kErr});
  if (call != Call::kEpollCtl) return events;
  const int flags = choices.Below(64);
  if ((flags & 1) != 0) events |= kEt;
  if ((flags & 6) == 6) events |= kOneshot;
  if ((flags & 56) == 56) events |= kExclusive;
  return events;
}

std::int64_t ChooseNumber(Choices& choices, Call call, std::size_t argument,
                          const Step& step) {
  constexpr std::int64_t kUs = 1000;
  constexpr std::int64_t kMs = 1'000'000;
  // Of a wait in a second thread: for ever, too.
  const std::int64_t milliseconds =
      step.thread != 0 && choices.OneIn(2)
          ? -1
          : choices.OneOf<std::int64_t>({0, 0, 0, 0, 0, 1, 0, 2});
  const std::int64_t nanoseconds =
      milliseconds < 0 ? -1 : (choices.OneIn(32) ? -2 : milliseconds * kMs);
  switch (call) {
    case Call::kEventfd:
      return choices.OneOf<std::int64_t>({0, 0, 1, 2, 3, 4294967295});
    case Call::kTimerfdSettime:
      return argument == 2 ? choices.OneOf<std::int64_t>(
                                 {50 * kUs, 1, 200 * kUs, kMs, 50 * kUs, 1,
                                  20 * kMs, 0, 300 * kUs, 0, -1})
                           : choices.OneOf<std::int64_t>(
                                 {0, 0, 100 * kUs, 300 * kUs, kMs, 1, -1});
    case Call::kEpollWait:
    case Call::kEpollPwait:
      if (argument == 2) return milliseconds;
      return choices.OneOf<std::int64_t>({8, 1, 2, 3, 8, 1, 0, -1});
    case Call::kEpollPwait2:
      if (argument == 2) return nanoseconds;
      return choices.OneOf<std::int64_t>({8, 1, 2, 3, 8, 1, 0, -1});
    case Call::kPoll:
      return milliseconds;
    case Call::kPpoll:
    case Call::kSelect:
    case Call::kPselect:
    case Call::kSigtimedwait:
      return nanoseconds;
    case Call::kRead:
    case Call::kWrite:
      if (argument == 2) return choices.Below(256);
      return choices.OneOf<std::int64_t>({1, 2, 3, 8, 10, 100, 4095, 4096, 4097,
                                          5000, 8192, 60000, 65536, 70000, 0});
    case Call::kRead8:
      return choices.OneOf<std::int64_t>({8, 8, 8, 8, 4, 16, 0});
    case Call::kReadSiginfo:
      return choices.OneOf<std::int64_t>({1, 2, 3, 0});
    case Call::kFcntl:
      if (step[1].word == Word::kSetpipeSz) {
        return choices.OneOf<std::int64_t>(
            {1, 4096, 5000, 8192, 16384, 65536, 131072, 0, -1});
      }
      return choices.OneOf<std::int64_t>({0, 5, 3, 20, 62, 63, 64, 65, -1});
    case Call::kSigqueue:
      return choices.Below(256);
    case Call::kTgkill:
      return choices.Below(4);
    case Call::kJoin:
    case Call::kFork:
      return 1 + choices.Below(3);
    case Call::kExit:
      return choices.Below(4);
    case Call::kSetrlimit:
      return choices.OneOf<std::int64_t>({64, 3, 4, 6, 8, 12, 65, 200, 0});
    case Call::kNanosleep:
      return choices.OneOf<std::int64_t>({1, 60 * kUs, 250 * kUs, 0, -1});
    default:
      return choices.Below(256);
  }
}

std::int64_t ChooseUnsigned(Choices& choices, Call call, std::size_t place) {
  if (call == Call::kWrite8) {
    return choices.OneOf<std::int64_t>({1, 0, 2, 5, -2, -2, -3, -1});
  }
  // Data that tells registrations apart, and now and then does not.
  return choices.OneIn(8) ? -1 : static_cast<std::int64_t>(place);
}

}  // namespace

int Choices::Below(int end) {
  if (bytes_.empty()) return 0;
  const int byte = bytes_.front();
  bytes_ = bytes_.subspan(1);
  return byte % end;
}

FdRef ChooseFd(Choices& choices, const Program& program, std::size_t place,
               Call call, std::size_t argument) {
  std::vector<Live> live = LiveAt(program, place);
  const int how = choices.Below(32);
  // A new signalfd.
  if (call == Call::kSignalfd && how < 24) return {-1, 0, -1};
  if (live.empty() || how == 31) {
    return {-1, 0, choices.OneOf({-1, 3, 4, 5, 9, 63, 64, 77})};
  }
  if (how < 28) {
    const std::vector<Made> wanted = Wanted(call, argument);
    const auto is_other = [&](const Live& one) {
      // A FIFO is both ends.
      const Step& step = program.steps[static_cast<std::size_t>(one.fd.step)];
      const bool is_fifo = step.call == Call::kFifo && call == Call::kWrite;
      return !is_fifo &&
             std::find(wanted.begin(), wanted.end(), one.made) == wanted.end();
    };
    if (!wanted.empty() && !std::all_of(live.begin(), live.end(), is_other)) {
      std::erase_if(live, is_other);
    }
  }
  return live[static_cast<std::size_t>(
                  choices.Below(std::min(static_cast<int>(live.size()), 256)))]
      .fd;
}

void ChangeArgument(Choices& choices, const Program& program, std::size_t place,
                    std::size_t at, Step& step) {
  Argument& argument = step.arguments[at];
  switch (KindsOf(step.call)[at]) {
    case Kind::kFd:
      argument.fd = ChooseFd(choices, program, place, step.call, at);
      return;
    case Kind::kFds:
    case Kind::kPolls:
      argument.polls.clear();
      for (int i = choices.Below(4); i > 0; --i) {
        const FdRef fd = ChooseFd(choices, program, place, step.call, at);
        const bool is_set = KindsOf(step.call)[at] == Kind::kFds;
        const auto same = [&](const PollRef& p) { return p.fd == fd; };
        // FD_SET takes no number below 0, and a set has each once.
        if (is_set && (fd.step < 0 || std::any_of(argument.polls.begin(),
                                                  argument.polls.end(), same)))
          continue;
        argument.polls.push_back(
            {fd, is_set ? 0 : ChooseEvents(choices, step.call)});
      }
      return;
    case Kind::kNumber:
      argument.number = ChooseNumber(choices, step.call, at, step);
      if (step.call == Call::kFcntl &&
          (step[1].word == Word::kSetfd || step[1].word == Word::kSetfl)) {
        argument.number = static_cast<std::int64_t>(
            ChooseFlags(choices, step.call, at, step));
      }
      return;
    case Kind::kUnsigned:
      argument.number = ChooseUnsigned(choices, step.call, place);
      return;
    case Kind::kFlags:
      argument.number =
          static_cast<std::int64_t>(ChooseFlags(choices, step.call, at, step));
      return;
    case Kind::kEvents:
      argument.number =
          static_cast<std::int64_t>(ChooseEvents(choices, step.call));
      return;
    case Kind::kSignal:
      argument.number = ChooseSignal(choices, step.call);
      return;
    case Kind::kSignals:
      argument.number = static_cast<std::int64_t>(ChooseSignals(choices));
      argument.is_null =
          (step.call == Call::kEpollPwait || step.call == Call::kEpollPwait2 ||
           step.call == Call::kPpoll || step.call == Call::kPselect) &&
          choices.OneIn(2);
      if (argument.is_null) argument.number = 0;
      return;
    case Kind::kWord:
      argument.word = ChooseWord(choices, step.call);
      // What fcntl's argument is hangs on it.
      if (step.call == Call::kFcntl && at == 1 && step.arguments.size() > 2) {
        ChangeArgument(choices, program, place, 2, step);
      }
      return;
  }
}

Step NextStep(Choices& choices, const Program& before) {
  Step step;
  step.call = static_cast<Call>(choices.Below(kCalls));
  const int thread = choices.Below(16);
  if (thread > 12 && step.call != Call::kJoin && step.call != Call::kFork)
    step.thread = thread - 12;
  const std::size_t count = KindsOf(step.call).size();
  for (std::size_t i = 0; i < count; ++i) {
    step.arguments.emplace_back();
    ChangeArgument(choices, before, before.steps.size(), i, step);
  }
  return step;
}

Program ProgramOf(std::span<const std::uint8_t> bytes, std::size_t most_steps) {
  Choices choices(bytes);
  Program program{"1", {}};
  while (choices.AreLeft() && program.steps.size() < most_steps) {
    program.steps.push_back(NextStep(choices, program));
  }
  return program;
}

}  // namespace plumbline::fuzz
