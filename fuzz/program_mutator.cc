#include "fuzz/program_mutator.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "conformance/semantics/runner/shrink.h"
#include "fuzz/program_of_bytes.h"

namespace plumbline::fuzz {
namespace {

using namespace semantics;

constexpr std::int64_t kMillisecond = 1'000'000;
constexpr int kThreads = 3;
// Of all the lists of a program, what an executor takes.
constexpr std::size_t kMostPolls = 8;

// Bytes that make the choices of one step.
constexpr std::size_t kBytesOfStep = 48;

void Bound(std::int64_t& number, std::int64_t least, std::int64_t most) {
  number = std::clamp(number, least, most);
}

// References to the steps from `place` on are to those that are `by` later.
void Shift(Step& step, int place, int by) {
  ForEachFd(step, [&](FdRef& fd) {
    if (fd.step >= place) fd.step += by;
  });
}

// What names a step that is none, or no more, is another descriptor.
void Repair(Choices& choices, Program& program) {
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    const Call call = program.steps[i].call;
    ForEachFd(program.steps[i], [&](FdRef& fd) {
      if (fd.step < 0) return;
      const auto step = static_cast<std::size_t>(fd.step);
      if (step >= i || fd.part >= DescriptorsOf(program.steps[step].call)) {
        fd = ChooseFd(choices, program, i, call, 0);
      }
    });
    // A set for select has each descriptor once, and none by a number.
    if (call != Call::kSelect && call != Call::kPselect) continue;
    for (Argument& set : program.steps[i].arguments) {
      std::vector<PollRef> once;
      for (const PollRef& poll : set.polls) {
        if (poll.fd.step >= 0 &&
            std::find(once.begin(), once.end(), poll) == once.end()) {
          once.push_back(poll);
        }
      }
      set.polls = std::move(once);
    }
  }
}

bool Sleeps(const Step& step) {
  switch (step.call) {
    case Call::kPause:
    case Call::kSigsuspend:
      return true;
    case Call::kEpollWait:
    case Call::kEpollPwait:
    case Call::kEpollPwait2:
      return step.call == Call::kEpollPwait2 ? step[2].number == -1
                                             : step[2].number < 0;
    case Call::kPoll:
    case Call::kPpoll:
    case Call::kSigtimedwait:
      return step[1].number == -1;
    case Call::kSelect:
    case Call::kPselect:
      return step[3].number == -1;
    default:
      return false;
  }
}

void TameNumbers(Step& step) {
  constexpr std::int64_t kInt = std::numeric_limits<std::int32_t>::max();
  constexpr std::int64_t kSoon = 2 * kMillisecond;
  // Longer than a program takes; but the main thread may wait for it.
  constexpr std::int64_t kFar = 20 * kMillisecond;
  std::vector<Argument>& arguments = step.arguments;
  switch (step.call) {
    case Call::kEventfd:
      Bound(arguments[0].number, 0, 4294967295);
      break;
    case Call::kTimerfdSettime:
      for (const std::size_t i : {2u, 3u}) {
        Bound(arguments[i].number, -kMillisecond, kFar);
      }
      break;
    case Call::kEpollWait:
    case Call::kEpollPwait:
      Bound(arguments[1].number, -2, 100);
      Bound(arguments[2].number, -1, 2);
      break;
    case Call::kEpollPwait2:
      Bound(arguments[1].number, -2, 100);
      Bound(arguments[2].number, -kSoon, kSoon);
      break;
    case Call::kPoll:
      Bound(arguments[1].number, -1, 2);
      break;
    case Call::kPpoll:
    case Call::kSigtimedwait:
      Bound(arguments[1].number, -kSoon, kSoon);
      break;
    case Call::kSelect:
    case Call::kPselect:
      Bound(arguments[3].number, -kSoon, kSoon);
      break;
    case Call::kRead:
    case Call::kRead8:
      Bound(arguments[1].number, 0, 200'000);
      break;
    case Call::kWrite:
      Bound(arguments[1].number, 0, 200'000);
      Bound(arguments[2].number, 0, 255);
      break;
    case Call::kReadSiginfo:
      Bound(arguments[1].number, 0, 64);
      break;
    case Call::kFcntl:
      if (arguments[1].word == Word::kSetfd) {
        arguments[2].number &= kFdCloexec;
      } else if (arguments[1].word == Word::kSetfl) {
        arguments[2].number &= kONonblock;
      } else {
        Bound(arguments[2].number, -kInt, kInt);
      }
      break;
    case Call::kSigqueue:
      Bound(arguments[1].number, -kInt, kInt);
      break;
    case Call::kTgkill:
      Bound(arguments[0].number, 0, kThreads);
      break;
    case Call::kExit:
      Bound(arguments[0].number, 0, 255);
      break;
    case Call::kSetrlimit:
      Bound(arguments[0].number, 0, 1024);
      break;
    case Call::kNanosleep:
      Bound(arguments[0].number, -kMillisecond, kSoon);
      break;
    case Call::kJoin:
    case Call::kFork:
      Bound(arguments[0].number, 1, kThreads);
      step.thread = 0;
      break;
    default:
      break;
  }
  // A stopped process goes on for nobody, and one that SIGQUIT ends leaves a
  // core.
  if (step.call == Call::kKill || step.call == Call::kSigqueue) {
    std::int64_t& signal = arguments[0].number;
    if (signal == 19 || signal == 3) signal = 15;
  }
  if (step.call == Call::kTgkill) {
    std::int64_t& signal = arguments[1].number;
    if (signal == 19 || signal == 3) signal = 15;
  }
  for (Argument& argument : arguments) {
    if (argument.polls.size() > kMostPolls) argument.polls.resize(kMostPolls);
  }
}

// A number is one thread's or one process's, and only processes exit. What
// would be otherwise is another step.
void TameProcesses(Program& program) {
  const Step harmless = {Call::kSigpending, 0, {}};
  std::array<bool, kThreads + 1> is_used{};
  std::array<bool, kThreads + 1> is_forked{};
  for (Step& step : program.steps) {
    if (step.call == Call::kFork) {
      const auto number = static_cast<std::size_t>(step[0].number);
      if (is_used[number]) {
        step = harmless;
      } else {
        is_used[number] = is_forked[number] = true;
      }
    } else if (step.call == Call::kExit &&
               !is_forked[static_cast<std::size_t>(step.thread)]) {
      const auto process = std::find(is_forked.begin(), is_forked.end(), true);
      if (process == is_forked.end()) {
        step = harmless;
      } else {
        step.thread = static_cast<int>(process - is_forked.begin());
      }
    }
    is_used[static_cast<std::size_t>(step.thread)] = true;
  }
}

bool HasNumber(Kind kind) {
  return kind == Kind::kNumber || kind == Kind::kUnsigned;
}

}  // namespace

void Tame(Program& program) {
  int next_thread = 0;
  for (Step& step : program.steps) {
    TameNumbers(step);
    if (step.thread == 0 && Sleeps(step)) {
      step.thread = 1 + next_thread++ % kThreads;
    }
  }
  TameProcesses(program);
}

std::size_t ProgramMutator::Below(std::size_t end) {
  return end == 0 ? 0 : random_() % end;
}

Program ProgramMutator::Mutate(Program program, std::size_t most_steps) {
  program.name.assign(1, '1');
  for (std::size_t i = 1 + Below(3); i > 0; --i) {
    MutateOnce(program);
    Finish(program, most_steps);
  }
  return program;
}

Program ProgramMutator::Cross(const Program& one, const Program& other,
                              std::size_t most_steps) {
  Program program{"1", {}};
  const std::size_t kept = 1 + Below(one.steps.size());
  program.steps.assign(one.steps.begin(),
                       one.steps.begin() + static_cast<std::ptrdiff_t>(std::min(
                                               kept, one.steps.size())));
  const std::size_t first = Below(other.steps.size());
  const std::size_t end = first + 1 + Below(other.steps.size() - first);
  const int by =
      static_cast<int>(program.steps.size()) - static_cast<int>(first);
  for (std::size_t i = first; i < std::min(end, other.steps.size()); ++i) {
    Step step = other.steps[i];
    ForEachFd(step, [&](FdRef& fd) {
      if (fd.step < 0) return;
      // What its program made before that part is something of this one.
      fd.step = static_cast<std::size_t>(fd.step) < first
                    ? std::numeric_limits<int>::max()
                    : fd.step + by;
    });
    program.steps.push_back(std::move(step));
  }
  Finish(program, most_steps);
  return program;
}

void ProgramMutator::Finish(Program& program, std::size_t most_steps) {
  if (program.steps.size() > most_steps) program.steps.resize(most_steps);
  std::array<std::uint8_t, 256> bytes;
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random_());
  Choices choices(bytes);
  Repair(choices, program);
  Tame(program);
}

void ProgramMutator::MutateOnce(Program& program) {
  if (program.steps.empty()) return Insert(program);
  switch (Below(8)) {
    case 0:
    case 1:
      return Insert(program);
    case 2:
      return Remove(program);
    case 3:
      return Repeat(program);
    default:
      return ChangeStep(program);
  }
}

void ProgramMutator::Insert(Program& program) {
  std::array<std::uint8_t, kBytesOfStep> bytes;
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random_());
  Choices choices(bytes);
  const std::size_t place = Below(program.steps.size() + 1);
  Program before{program.name,
                 {program.steps.begin(),
                  program.steps.begin() + static_cast<std::ptrdiff_t>(place)}};
  Step step = NextStep(choices, before);
  for (std::size_t i = place; i < program.steps.size(); ++i) {
    Shift(program.steps[i], static_cast<int>(place), 1);
  }
  program.steps.insert(
      program.steps.begin() + static_cast<std::ptrdiff_t>(place),
      std::move(step));
}

void ProgramMutator::Remove(Program& program) {
  const std::size_t count = program.steps.size();
  const std::size_t first = Below(count);
  const std::size_t end =
      std::min(count, first + 1 + Below(Below(4) == 0 ? 6 : 1));
  if (Below(2) == 0) {
    std::vector<bool> keep(count, true);
    for (std::size_t i = first; i < end; ++i) keep[i] = false;
    program = Keep(program, std::move(keep));
    return;
  }
  // Those that use what these made use something else.
  program.steps.erase(
      program.steps.begin() + static_cast<std::ptrdiff_t>(first),
      program.steps.begin() + static_cast<std::ptrdiff_t>(end));
  for (std::size_t i = first; i < program.steps.size(); ++i) {
    ForEachFd(program.steps[i], [&](FdRef& fd) {
      if (fd.step >= static_cast<int>(end)) {
        fd.step -= static_cast<int>(end - first);
      } else if (fd.step >= static_cast<int>(first)) {
        fd.step = std::numeric_limits<int>::max();
      }
    });
  }
}

void ProgramMutator::Repeat(Program& program) {
  const std::size_t from = Below(program.steps.size());
  const std::size_t place = from + 1 + Below(program.steps.size() - from);
  Step step = program.steps[from];
  for (std::size_t i = place; i < program.steps.size(); ++i) {
    Shift(program.steps[i], static_cast<int>(place), 1);
  }
  program.steps.insert(
      program.steps.begin() + static_cast<std::ptrdiff_t>(place),
      std::move(step));
}

void ProgramMutator::ChangeStep(Program& program) {
  const std::size_t place = Below(program.steps.size());
  Step& step = program.steps[place];
  const std::size_t count = step.arguments.size();
  std::array<std::uint8_t, kBytesOfStep> bytes;
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random_());
  Choices choices(bytes);
  const std::size_t what = Below(10);
  if (what == 0) {
    // In another thread.
    step.thread = step.thread != 0 ? 0 : 1 + static_cast<int>(Below(kThreads));
  } else if (what == 1) {
    // Another call, with other arguments.
    Program before{
        program.name,
        {program.steps.begin(),
         program.steps.begin() + static_cast<std::ptrdiff_t>(place)}};
    step = NextStep(choices, before);
  } else if (count != 0 && what == 2) {
    ChangeNumber(step);
  } else if (count != 0) {
    ChangeArgument(choices, program, place, Below(count), step);
  }
}

void ProgramMutator::ChangeNumber(Step& step) {
  const std::span<const Kind> kinds = KindsOf(step.call);
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (!HasNumber(kinds[i]) || Below(2) == 0) continue;
    std::array<std::uint8_t, sizeof(std::int64_t)> bytes{};
    std::memcpy(bytes.data(), &step.arguments[i].number, bytes.size());
    change_(bytes.data(), bytes.size(), bytes.size());
    std::memcpy(&step.arguments[i].number, bytes.data(), bytes.size());
  }
}

}  // namespace plumbline::fuzz
