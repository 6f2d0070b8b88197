#include "conformance/semantics/model/program.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

namespace plumbline::semantics {
namespace {

constexpr int kMaxSteps = 1000;
constexpr int kThreads = 3;

struct Spec {
  std::string_view name;
  int descriptors;  // that it makes
  std::vector<Kind> kinds;
};

// In the order of Call.
const std::vector<Spec>& Specs() {
  using enum Kind;
  static const auto* const specs = new std::vector<Spec>{
      {"pipe2", 2, {kFlags}},
      {"socketpair", 2, {kFlags}},
      {"fifo", 1, {kFlags}},
      {"eventfd", 1, {kNumber, kFlags}},
      {"timerfd_create", 1, {kWord, kFlags}},
      {"timerfd_settime", 0, {kFd, kFlags, kNumber, kNumber}},
      {"timerfd_gettime", 0, {kFd}},
      {"signalfd", 1, {kFd, kSignals, kFlags}},
      {"epoll_create1", 1, {kFlags}},
      {"epoll_ctl", 0, {kFd, kWord, kFd, kEvents, kUnsigned}},
      {"epoll_wait", 0, {kFd, kNumber, kNumber}},
      {"epoll_pwait", 0, {kFd, kNumber, kNumber, kSignals}},
      {"epoll_pwait2", 0, {kFd, kNumber, kNumber, kSignals}},
      {"poll", 0, {kPolls, kNumber}},
      {"ppoll", 0, {kPolls, kNumber, kSignals}},
      {"select", 0, {kFds, kFds, kFds, kNumber}},
      {"pselect", 0, {kFds, kFds, kFds, kNumber, kSignals}},
      {"read", 0, {kFd, kNumber}},
      {"read_siginfo", 0, {kFd, kNumber}},
      {"write", 0, {kFd, kNumber, kNumber}},
      {"read8", 0, {kFd, kNumber}},
      {"write8", 0, {kFd, kUnsigned}},
      {"close", 0, {kFd}},
      {"dup", 1, {kFd}},
      {"dup2", 1, {kFd, kFd}},
      {"dup3", 1, {kFd, kFd, kFlags}},
      {"close_range", 0, {kFd, kFd, kFlags}},
      // The last argument is flags for F_SETFD and F_SETFL.
      {"fcntl", 1, {kFd, kWord, kNumber}},
      {"kill", 0, {kSignal}},
      {"sigqueue", 0, {kSignal, kNumber}},
      {"tgkill", 0, {kNumber, kSignal}},
      {"sigprocmask", 0, {kWord, kSignals}},
      {"sigpending", 0, {}},
      {"sigaction", 0, {kSignal, kWord, kFlags}},
      {"sigtimedwait", 0, {kSignals, kNumber}},
      {"sigsuspend", 0, {kSignals}},
      {"pause", 0, {}},
      {"setrlimit", 0, {kNumber}},
      {"nanosleep", 0, {kNumber}},
      {"join", 0, {kNumber}},
      {"fork", 0, {kNumber}},
      {"_exit", 0, {kNumber}},
  };
  return *specs;
}

const Spec& SpecOf(Call call) {
  return Specs()[static_cast<std::size_t>(call)];
}

// Whether fcntl's argument is flags, which have names.
bool TakesFlags(const Step& step) {
  return step.call == Call::kFcntl &&
         (step[1].word == Word::kSetfd || step[1].word == Word::kSetfl);
}

// ---- to text ----

std::string FdText(const FdRef& fd) {
  if (fd.step < 0) return std::to_string(fd.number);
  std::string text = "$" + std::to_string(fd.step);
  if (fd.part != 0) text += "." + std::to_string(fd.part);
  return text;
}

std::string PollsText(const std::vector<PollRef>& polls, bool with_events) {
  if (polls.empty()) return "-";
  std::string text;
  for (const PollRef& poll : polls) {
    if (!text.empty()) text += ',';
    text += FdText(poll.fd);
    if (with_events) text += ':' + EventsText(poll.events);
  }
  return text;
}

std::string ArgumentText(Kind kind, const Argument& argument) {
  switch (kind) {
    case Kind::kFd:
      return FdText(argument.fd);
    case Kind::kFds:
      return PollsText(argument.polls, false);
    case Kind::kPolls:
      return PollsText(argument.polls, true);
    case Kind::kNumber:
      return std::to_string(argument.number);
    case Kind::kUnsigned:
      return std::to_string(argument.bits());
    case Kind::kFlags:
      return FlagsText(argument.flags());
    case Kind::kEvents:
      return EventsText(argument.events());
    case Kind::kSignal:
      return SignalText(static_cast<int>(argument.number));
    case Kind::kSignals:
      return argument.is_null ? "null" : SignalsText(argument.signals());
    case Kind::kWord:
      return std::string(WordText(argument.word));
  }
  return "?";
}

// ---- from text ----

template <typename T>
bool ParseNumber(std::string_view text, T& number) {
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

class Parser {
 public:
  Parser(std::string_view text, std::vector<Program>& programs,
         ParseError& error)
      : rest_(text), programs_(programs), error_(error) {}

  bool Parse() {
    while (!rest_.empty()) {
      const std::size_t end = rest_.find('\n');
      std::string_view line = rest_.substr(0, end);
      rest_.remove_prefix(end == std::string_view::npos ? rest_.size()
                                                        : end + 1);
      ++error_.line;
      line = line.substr(0, line.find('#'));
      words_.clear();
      while (true) {
        const std::size_t start = line.find_first_not_of(" \t\r");
        if (start == std::string_view::npos) break;
        line.remove_prefix(start);
        const std::size_t length =
            std::min(line.find_first_of(" \t\r"), line.size());
        words_.push_back(line.substr(0, length));
        line.remove_prefix(length);
      }
      if (!words_.empty() && !ParseLine()) return false;
    }
    if (inside_) return Fail("the last program has no 'end'");
    return true;
  }

 private:
  bool Fail(std::string message) {
    error_.message = std::move(message);
    return false;
  }

  bool ParseLine() {
    if (!inside_) {
      if (words_[0] != "program" || words_.size() != 2) {
        return Fail("expected 'program NAME'");
      }
      programs_.push_back({std::string(words_[1]), {}});
      inside_ = true;
      return true;
    }
    if (words_[0] == "end") {
      inside_ = false;
      return words_.size() == 1 || Fail("'end' takes nothing");
    }
    if (programs_.back().steps.size() >= kMaxSteps) {
      return Fail("a program has at most " + std::to_string(kMaxSteps) +
                  " steps");
    }
    return ParseStep();
  }

  bool ParseStep() {
    Step step;
    std::size_t next = 0;
    if (words_[0][0] == '@') {
      if (!ParseNumber(words_[0].substr(1), step.thread) || step.thread < 1 ||
          step.thread > kThreads || words_.size() < 2) {
        return Fail("expected '@THREAD CALL', where THREAD is 1 to 3");
      }
      next = 1;
    }
    const std::vector<Spec>& specs = Specs();
    std::size_t call = 0;
    while (call < specs.size() && specs[call].name != words_[next]) ++call;
    if (call == specs.size()) {
      return Fail("there is no call '" + std::string(words_[next]) + "'");
    }
    step.call = static_cast<Call>(call);
    const std::vector<Kind>& kinds = specs[call].kinds;
    if (words_.size() - next - 1 != kinds.size()) {
      return Fail("'" + std::string(specs[call].name) + "' takes " +
                  std::to_string(kinds.size()) + " arguments");
    }
    for (std::size_t i = 0; i < kinds.size(); ++i) {
      const std::string_view word = words_[next + 1 + i];
      Argument& argument = step.arguments.emplace_back();
      Kind kind = kinds[i];
      if (i == 2 && TakesFlags(step)) kind = Kind::kFlags;
      if (!ParseArgument(kind, word, argument)) {
        return error_.message.empty()
                   ? Fail("'" + std::string(word) + "' is no argument of '" +
                          std::string(specs[call].name) + "'")
                   : false;
      }
    }
    if (!CheckThreads(step)) return false;
    programs_.back().steps.push_back(std::move(step));
    return true;
  }

  // Of those that name threads and processes: whether there can be such.
  bool CheckThreads(const Step& step) {
    const std::vector<Step>& before = programs_.back().steps;
    const auto has = [&](auto test) {
      return std::any_of(before.begin(), before.end(), test);
    };
    const auto makes = [](std::int64_t number) {
      return [number](const Step& s) {
        return s.call == Call::kFork && s[0].number == number;
      };
    };
    switch (step.call) {
      case Call::kTgkill:
      case Call::kJoin:
      case Call::kFork: {
        const int least = step.call == Call::kTgkill ? 0 : 1;
        if (step[0].number < least || step[0].number > kThreads) {
          return Fail("expected a number from " + std::to_string(least) +
                      " to " + std::to_string(kThreads));
        }
        if (step.call == Call::kTgkill) return true;
        if (step.thread != 0) return Fail("that is for the main thread only");
        if (step.call == Call::kJoin) return true;
        const auto uses = [&](const Step& s) {
          return s.thread == step[0].number;
        };
        return (!has(makes(step[0].number)) && !has(uses)) ||
               Fail("a step before it has that number");
      }
      case Call::kExit:
        return has(makes(step.thread)) || Fail("only a forked process exits");
      default:
        return true;
    }
  }

  bool ParseFd(std::string_view text, FdRef& fd) {
    if (text.empty() || text[0] != '$') return ParseNumber(text, fd.number);
    text.remove_prefix(1);
    const std::size_t dot = text.find('.');
    if (dot != std::string_view::npos &&
        !ParseNumber(text.substr(dot + 1), fd.part)) {
      return false;
    }
    if (!ParseNumber(text.substr(0, dot), fd.step) || fd.step < 0) return false;
    const std::vector<Step>& steps = programs_.back().steps;
    if (static_cast<std::size_t>(fd.step) >= steps.size()) {
      return Fail("step " + std::to_string(fd.step) + " is not before this");
    }
    const int made =
        DescriptorsOf(steps[static_cast<std::size_t>(fd.step)].call);
    if (fd.part < 0 || fd.part >= made) {
      return Fail("step " + std::to_string(fd.step) + " makes " +
                  std::to_string(made) + " descriptors");
    }
    return true;
  }

  bool ParsePolls(std::string_view text, bool with_events,
                  std::vector<PollRef>& polls) {
    if (text == "-") return true;
    while (true) {
      const std::size_t end = text.find(',');
      const std::string_view part = text.substr(0, end);
      const std::size_t colon = part.find(':');
      if (with_events != (colon != std::string_view::npos)) return false;
      PollRef& poll = polls.emplace_back();
      if (!ParseFd(part.substr(0, colon), poll.fd)) return false;
      if (with_events) {
        const auto events = ParseEvents(part.substr(colon + 1));
        if (!events) return false;
        poll.events = *events;
      }
      if (end == std::string_view::npos) return true;
      text.remove_prefix(end + 1);
    }
  }

  bool ParseArgument(Kind kind, std::string_view text, Argument& argument) {
    const auto take = [&](const auto& parsed) {
      if (parsed) argument.number = static_cast<std::int64_t>(*parsed);
      return parsed.has_value();
    };
    switch (kind) {
      case Kind::kFd:
        return ParseFd(text, argument.fd);
      case Kind::kFds:
        return ParsePolls(text, false, argument.polls);
      case Kind::kPolls:
        return ParsePolls(text, true, argument.polls);
      case Kind::kNumber:
        return ParseNumber(text, argument.number);
      case Kind::kUnsigned: {
        std::uint64_t bits = 0;
        if (!ParseNumber(text, bits)) return false;
        argument.number = static_cast<std::int64_t>(bits);
        return true;
      }
      case Kind::kFlags:
        return take(ParseFlags(text));
      case Kind::kEvents:
        return take(ParseEvents(text));
      case Kind::kSignal:
        return take(ParseSignal(text));
      case Kind::kSignals:
        argument.is_null = text == "null";
        return argument.is_null || take(ParseSignals(text));
      case Kind::kWord: {
        const auto word = ParseWord(text);
        if (word) argument.word = *word;
        return word.has_value();
      }
    }
    return false;
  }

  std::string_view rest_;
  std::vector<Program>& programs_;
  ParseError& error_;
  std::vector<std::string_view> words_;
  bool inside_ = false;
};

}  // namespace

std::string_view NameOf(Call call) { return SpecOf(call).name; }
int DescriptorsOf(Call call) { return SpecOf(call).descriptors; }
std::span<const Kind> KindsOf(Call call) { return SpecOf(call).kinds; }

std::string ToText(const Step& step) {
  const Spec& spec = SpecOf(step.call);
  std::string text;
  if (step.thread != 0) text = "@" + std::to_string(step.thread) + " ";
  text += spec.name;
  for (std::size_t i = 0; i < spec.kinds.size(); ++i) {
    const Kind kind = i == 2 && TakesFlags(step) ? Kind::kFlags : spec.kinds[i];
    text += ' ' + ArgumentText(kind, step.arguments[i]);
  }
  return text;
}

std::string ToText(const Program& program) {
  std::string text = "program " + program.name + "\n";
  for (const Step& step : program.steps) text += ToText(step) + "\n";
  return text + "end\n";
}

bool ParsePrograms(std::string_view text, std::vector<Program>& programs,
                   ParseError& error) {
  error = {};
  return Parser(text, programs, error).Parse();
}

}  // namespace plumbline::semantics
