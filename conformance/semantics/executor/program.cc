#include "conformance/semantics/executor/program.h"

#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <time.h>

#include <iterator>
#include <limits>

namespace plumbline::executor {
namespace {

// What a step's arguments are, a letter each:
//   d  a descriptor              f  flags or another name, or a number
//   v  fcntl's: d or f           i  an int
//   n  nanoseconds               m  milliseconds
//   u  a number of 64 bits without a sign
//   z  a size                    c  a count of records
//   b  a byte                    t  a thread or process
//   s  a signal                  S  signals         Z  signals or null
//   p  descriptors and events    l  descriptors
struct Syntax {
  std::string_view name;
  Call call;
  const char* kinds;
  const char* usage;
};

constexpr Syntax kSyntax[] = {
    {"pipe2", Call::kPipe2, "f", "FLAGS"},
    {"socketpair", Call::kSocketpair, "f", "TYPE"},
    {"fifo", Call::kFifo, "f", "FLAGS"},
    {"eventfd", Call::kEventfd, "uf", "VALUE FLAGS"},
    {"timerfd_create", Call::kTimerfdCreate, "ff", "CLOCK FLAGS"},
    {"epoll_create1", Call::kEpollCreate1, "f", "FLAGS"},
    {"signalfd", Call::kSignalfd, "dSf", "FD SIGNALS FLAGS"},
    {"timerfd_settime", Call::kTimerfdSettime, "dfnn",
     "FD FLAGS VALUE INTERVAL"},
    {"timerfd_gettime", Call::kTimerfdGettime, "d", "FD"},
    {"epoll_ctl", Call::kEpollCtl, "dfdfu", "EPFD OP FD EVENTS DATA"},
    {"epoll_wait", Call::kEpollWait, "dim", "EPFD MAX MS"},
    {"epoll_pwait", Call::kEpollPwait, "dimZ", "EPFD MAX MS SIGNALS"},
    {"epoll_pwait2", Call::kEpollPwait2, "dinZ", "EPFD MAX NS SIGNALS"},
    {"poll", Call::kPoll, "pm", "FD:EVENTS,… MS"},
    {"ppoll", Call::kPpoll, "pnZ", "FD:EVENTS,… NS SIGNALS"},
    {"select", Call::kSelect, "llln", "READ WRITE EXCEPT NS"},
    {"pselect", Call::kPselect, "lllnZ", "READ WRITE EXCEPT NS SIGNALS"},
    {"read", Call::kRead, "dz", "FD SIZE"},
    {"read_siginfo", Call::kReadSiginfo, "dc", "FD COUNT"},
    {"write", Call::kWrite, "dzb", "FD SIZE FIRST"},
    {"write8", Call::kWrite8, "du", "FD VALUE"},
    {"read8", Call::kRead8, "dz", "FD SIZE"},
    {"close", Call::kClose, "d", "FD"},
    {"dup", Call::kDup, "d", "FD"},
    {"dup2", Call::kDup2, "dd", "FD FD"},
    {"dup3", Call::kDup3, "ddf", "FD FD FLAGS"},
    {"close_range", Call::kCloseRange, "vvf", "FD FD FLAGS"},
    {"fcntl", Call::kFcntl, "dfv", "FD OPERATION ARG"},
    {"kill", Call::kKill, "s", "SIGNAL"},
    {"sigqueue", Call::kSigqueue, "si", "SIGNAL VALUE"},
    {"tgkill", Call::kTgkill, "ts", "THREAD SIGNAL"},
    {"sigprocmask", Call::kSigprocmask, "fS", "HOW SIGNALS"},
    {"sigpending", Call::kSigpending, "", ""},
    {"sigaction", Call::kSigaction, "saf", "SIGNAL DFL|IGN|HANDLER FLAGS"},
    {"sigtimedwait", Call::kSigtimedwait, "Sn", "SIGNALS NS"},
    {"sigsuspend", Call::kSigsuspend, "S", "SIGNALS"},
    {"pause", Call::kPause, "", ""},
    {"setrlimit", Call::kSetrlimit, "u", "N"},
    {"nanosleep", Call::kNanosleep, "n", "NS"},
    {"join", Call::kJoin, "t", "THREAD"},
    {"fork", Call::kFork, "t", "PROCESS"},
    {"_exit", Call::kExit, "b", "STATUS"},
};

// A program that has more of them is wrong in any case.
constexpr int kMaxWords = kMaxArguments + 4;

int SplitWords(std::string_view line, std::string_view* words) {
  int count = 0;
  size_t i = 0;
  while (count < kMaxWords) {
    while (i < line.size() && (line[i] == ' ' || line[i] == '\t')) ++i;
    if (i == line.size() || line[i] == '#') break;
    const size_t first = i;
    while (i < line.size() && line[i] != ' ' && line[i] != '\t' &&
           line[i] != '#') {
      ++i;
    }
    words[count++] = line.substr(first, i - first);
  }
  return count;
}

// Takes what is before the next separator off the front.
std::string_view Next(char separator, std::string_view* rest) {
  const size_t end = rest->find(separator);
  const std::string_view piece = rest->substr(0, end);
  *rest = end == std::string_view::npos ? std::string_view()
                                        : rest->substr(end + 1);
  return piece;
}

// A decimal or 0x number of at most 64 bits.
bool ParseMagnitude(std::string_view word, uint64_t* number) {
  unsigned base = 10;
  if (word.starts_with("0x")) {
    base = 16;
    word.remove_prefix(2);
  }
  if (word.empty()) return false;
  uint64_t value = 0;
  for (const char c : word) {
    unsigned digit = 0;
    if (c >= '0' && c <= '9') {
      digit = static_cast<unsigned>(c - '0');
    } else if (base == 16 && c >= 'a' && c <= 'f') {
      digit = static_cast<unsigned>(c - 'a') + 10;
    } else {
      return false;
    }
    if (value > (UINT64_MAX - digit) / base) return false;
    value = value * base + digit;
  }
  *number = value;
  return true;
}

bool LooksLikeNumber(std::string_view word) {
  return !word.empty() &&
         ((word[0] >= '0' && word[0] <= '9') || word[0] == '-');
}

bool ParseSigned(std::string_view word, int64_t* number) {
  const bool negative = word.starts_with("-");
  if (negative) word.remove_prefix(1);
  uint64_t magnitude = 0;
  if (!ParseMagnitude(word, &magnitude)) return false;
  if (magnitude > static_cast<uint64_t>(INT64_MAX)) return false;
  *number = static_cast<int64_t>(magnitude);
  if (negative) *number = -*number;
  return true;
}

}  // namespace

Text& Parser::Message() {
  error_.Clear();
  error_.PutUnsigned(line_);
  error_.Put(' ');
  return error_;
}

Parser::Status Parser::Fail() {
  state_ = State::kPassingOver;
  return Status::kError;
}

Parser::Status Parser::Feed(std::string_view line) {
  ++line_;
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  std::string_view words[kMaxWords];
  const int count = SplitWords(line, words);
  if (count == 0) return Status::kMore;
  if (words[0] == "program") {
    const State was = state_;
    const uint64_t number = program_->number;
    const uint64_t begin = program_->line;
    if (!Begin(count == 2 ? words[1] : std::string_view())) return Fail();
    if (was != State::kInside) return Status::kMore;
    // The answer is the one that this line cuts off; this one goes on.
    Message().Put("program ");
    error_.PutUnsigned(number);
    error_.Put(" of line ");
    error_.PutUnsigned(begin);
    error_.Put(" has no `end`; write it after its last step");
    return Status::kError;
  }
  if (words[0] == "end") {
    const State was = state_;
    state_ = State::kOutside;
    if (was == State::kInside && count == 1) return Status::kProgram;
    if (was == State::kPassingOver) return Status::kMore;
    if (was == State::kInside) {
      Message().Put("nothing may follow `end`");
    } else {
      Message().Put("`end` without a program; write `program NUMBER` first");
    }
    return Status::kError;
  }
  if (state_ == State::kPassingOver) return Status::kMore;
  if (state_ == State::kOutside) {
    Message().Put("`");
    error_.Put(words[0].substr(0, 60));
    error_.Put("` is in no program; write `program NUMBER` first");
    return Fail();
  }
  return ParseStep(words, count) ? Status::kMore : Fail();
}

Parser::Status Parser::Finish() {
  const State was = state_;
  state_ = State::kOutside;
  if (was != State::kInside) return Status::kMore;
  Message().Put("the input ends in program ");
  error_.PutUnsigned(program_->number);
  error_.Put("; write `end` after its last step");
  return Status::kError;
}

bool Parser::Begin(std::string_view number) {
  program_->step_count = 0;
  program_->entry_count = 0;
  program_->last_thread = 0;
  program_->processes = 0;
  program_->takes_time = false;
  threads_ = 0;
  program_->line = line_;
  if (!ParseMagnitude(number, &program_->number)) {
    Message().Put("write `program NUMBER`, with nothing after it");
    return false;
  }
  state_ = State::kInside;
  return true;
}

bool Parser::ParseStep(const std::string_view* words, int count) {
  if (program_->step_count == kMaxSteps) {
    Message().Put("a program has at most ");
    error_.PutNumber(kMaxSteps);
    error_.Put(" steps");
    return false;
  }
  int64_t thread = 0;
  if (words[0].starts_with('@')) {
    if (!ParseThread(words[0], &thread)) return false;
    ++words;
    --count;
    if (count == 0) {
      Message().Put("a step is missing after the thread: `@1 read $0 8`");
      return false;
    }
  }
  const Syntax* syntax = nullptr;
  for (const Syntax& known : kSyntax) {
    if (known.name == words[0]) syntax = &known;
  }
  if (syntax == nullptr) {
    Message().Put("there is no step `");
    error_.Put(words[0].substr(0, 60));
    error_.Put("`; the README.md of the executor lists them");
    return false;
  }
  const std::string_view kinds = syntax->kinds;
  if (kinds.size() != static_cast<size_t>(count - 1)) {
    Message().Put("write `");
    error_.Put(syntax->name);
    if (!kinds.empty()) error_.Put(' ');
    error_.Put(syntax->usage);
    error_.Put("`, with ");
    error_.PutUnsigned(kinds.size());
    error_.Put(kinds.size() == 1 ? " argument" : " arguments");
    return false;
  }
  Step& step = program_->steps[program_->step_count];
  step.call = syntax->call;
  step.thread = static_cast<uint8_t>(thread);
  step.no_signals = false;
  step.signals = SignalSet();
  for (int i = 0; i < static_cast<int>(kinds.size()); ++i) {
    const char kind = kinds[static_cast<size_t>(i)];
    if (!ParseArgument(kind, words[i + 1], i, &step)) return false;
    if ((kind == 'n' || kind == 'm') && step.arguments[i].number > 0)
      program_->takes_time = true;
  }
  if (!MayBeOf(step)) return false;
  int last = step.thread;
  threads_ |= 1U << last;
  if (step.call == Call::kFork) {
    last = static_cast<int>(step.arguments[0].number);
    program_->processes |= 1U << last;
  }
  if (last > program_->last_thread) program_->last_thread = last;
  ++program_->step_count;
  return true;
}

bool Parser::ParseThread(std::string_view word, int64_t* thread) {
  return ParseInteger(word.substr(1), "the thread or process after @", 1,
                      kMaxThread, thread);
}

// Whether such a step is one of its thread.
bool Parser::MayBeOf(const Step& step) {
  const auto has = [](uint32_t set, int64_t number) {
    return ((set >> number) & 1) != 0;
  };
  switch (step.call) {
    case Call::kJoin:
      if (step.thread == 0) return true;
      Message().Put("only the main thread joins; leave the @ out");
      return false;
    case Call::kExit:
      if (has(program_->processes, step.thread)) return true;
      Message().Put("only a process that `fork` made ends so: `@1 _exit 0`");
      return false;
    case Call::kFork: {
      if (step.thread != 0) {
        Message().Put("only the main thread forks; leave the @ out");
        return false;
      }
      const int64_t number = step.arguments[0].number;
      if (!has(threads_ | program_->processes, number)) return true;
      Message().Put("the number ");
      error_.PutNumber(number);
      error_.Put(" is that of a thread or process before it; take another");
      return false;
    }
    default:
      return true;
  }
}

bool Parser::ParseArgument(char kind, std::string_view word, int index,
                           Step* step) {
  Value& value = step->arguments[index];
  value = Value();
  switch (kind) {
    case 'd':
      return ParseDescriptor(word, &value);
    case 'v':
      return word.starts_with('$') ? ParseDescriptor(word, &value)
                                   : ParseNames(word, &value.number);
    case 'f':
      return ParseNames(word, &value.number);
    case 'a': {
      constexpr std::string_view kActions[] = {"DFL", "IGN", "HANDLER"};
      for (size_t i = 0; i < std::size(kActions); ++i) {
        value.number = static_cast<int64_t>(i);
        if (word == kActions[i]) return true;
      }
      Message().Put("the action is DFL, IGN or HANDLER");
      return false;
    }
    case 'i':
    case 'm':
      return ParseInteger(word, "this number", INT_MIN, INT_MAX, &value.number);
    case 'n': {
      // A target's time_t may have 32 bits.
      constexpr int64_t kBillion = 1000000000;
      constexpr int64_t kMost = sizeof(time_t) == 4
                                    ? int64_t{INT32_MAX} * kBillion
                                    : std::numeric_limits<int64_t>::max();
      return ParseInteger(word, "a time in nanoseconds", -kMost, kMost,
                          &value.number);
    }
    case 'u': {
      uint64_t number = 0;
      if (!ParseMagnitude(word, &number)) {
        Message().Put("`");
        error_.Put(word.substr(0, 60));
        error_.Put("` is no number from 0 to 18446744073709551615");
        return false;
      }
      value.number = static_cast<int64_t>(number);
      return true;
    }
    case 'z':
      return ParseInteger(word, "a size", 0, kMaxSize, &value.number);
    case 'c':
      return ParseInteger(word, "a count of records", 0, kMaxRecords,
                          &value.number);
    case 'b':
      return ParseInteger(
          word, step->call == Call::kExit ? "the status" : "the first byte", 0,
          255, &value.number);
    case 't':
      return ParseInteger(
          word, step->call == Call::kFork ? "the process" : "the thread",
          step->call == Call::kTgkill ? 0 : 1, kMaxThread, &value.number);
    case 's': {
      int signal = 0;
      if (!ParseSignal(word, &signal)) return false;
      value.number = signal;
      return true;
    }
    case 'S':
      return ParseSignals(word, false, step);
    case 'Z':
      return ParseSignals(word, true, step);
    case 'p':
      return ParseList(word, true, index, step);
    default:
      return ParseList(word, false, index, step);
  }
}

bool Parser::ParseInteger(std::string_view word, const char* what,
                          int64_t least, int64_t most, int64_t* number) {
  if (ParseSigned(word, number) && *number >= least && *number <= most)
    return true;
  Message().Put("`");
  error_.Put(word.substr(0, 60));
  error_.Put("`: ");
  error_.Put(what);
  error_.Put(" is to be a number from ");
  error_.PutNumber(least);
  error_.Put(" to ");
  error_.PutNumber(most);
  return false;
}

bool Parser::ParseNames(std::string_view word, int64_t* number) {
  *number = 0;
  std::string_view rest = word;
  do {
    const std::string_view name = Next('|', &rest);
    int64_t value = 0;
    if (LooksLikeNumber(name)) {
      if (!ParseInteger(name, "a number of flags", INT_MIN, UINT_MAX, &value))
        return false;
    } else if (!FindName(name, &value)) {
      Message().Put("there is no name `");
      error_.Put(name.substr(0, 60));
      error_.Put("`; `executor --names` prints those that there are");
      return false;
    }
    *number |= value;
  } while (!rest.empty() || word.ends_with('|'));
  return true;
}

bool Parser::ParseDescriptor(std::string_view word, Value* value) {
  if (!word.starts_with('$'))
    return ParseInteger(word, "a descriptor", INT_MIN, INT_MAX, &value->number);
  std::string_view rest = word.substr(1);
  const std::string_view step = Next('.', &rest);
  int64_t number = 0;
  if (!ParseSigned(step, &number) || number < 0 ||
      number >= program_->step_count) {
    Message().Put("`");
    error_.Put(word.substr(0, 60));
    error_.Put("` names no step before this one (number ");
    error_.PutNumber(program_->step_count);
    error_.Put(")");
    return false;
  }
  value->step = static_cast<int16_t>(number);
  if (word.find('.') == std::string_view::npos || rest == "0") return true;
  value->which = 1;
  if (rest == "1") return true;
  Message().Put("`");
  error_.Put(word.substr(0, 60));
  error_.Put("`: a step makes two descriptors at most, .0 and .1");
  return false;
}

bool Parser::ParseSignal(std::string_view word, int* signal) {
  if (FindSignal(word, signal)) return true;
  Message().Put("there is no signal `");
  error_.Put(word.substr(0, 60));
  error_.Put("`; write SIGUSR1, SIGRTMIN+1 or a number");
  return false;
}

bool Parser::ParseSignals(std::string_view word, bool or_null, Step* step) {
  if (word == "none") return true;
  if (or_null && word == "null") {
    step->no_signals = true;
    return true;
  }
  std::string_view rest = word;
  do {
    int signal = 0;
    const std::string_view name = Next(',', &rest);
    if (!ParseSignal(name, &signal)) return false;
    if (signal == 0) {
      Message().Put("signal 0 can be in no set; `none` is the empty set");
      return false;
    }
    step->signals.Add(signal);
  } while (!rest.empty() || word.ends_with(','));
  return true;
}

bool Parser::ParseList(std::string_view word, bool with_events, int index,
                       Step* step) {
  step->arguments[index].number = program_->entry_count;
  step->counts[index] = -1;
  if (word == "-") return true;
  step->counts[index] = 0;
  std::string_view rest = word;
  do {
    if (program_->entry_count == kMaxEntries) {
      Message().Put("the lists of a program have at most ");
      error_.PutNumber(kMaxEntries);
      error_.Put(" descriptors");
      return false;
    }
    Entry& entry = program_->entries[program_->entry_count];
    entry = Entry();
    std::string_view piece = Next(',', &rest);
    const bool has_events = piece.find(':') != std::string_view::npos;
    if (!ParseDescriptor(Next(':', &piece), &entry.fd)) return false;
    if (has_events != with_events) {
      Message().Put(with_events ? "write `FD:EVENTS,FD:EVENTS`, or - for none"
                                : "write `FD,FD`, or - for none");
      return false;
    }
    if (with_events) {
      int64_t events = 0;
      if (!ParseNames(piece, &events)) return false;
      if (events < 0 || events > UINT16_MAX) {
        Message().Put("poll's events have 16 bits");
        return false;
      }
      // Its number is another on SPARC.
      if ((events & EPOLLRDHUP) != 0 && EPOLLRDHUP != POLLRDHUP) {
        events = (events & ~int64_t{EPOLLRDHUP}) | POLLRDHUP;
      }
      entry.events = static_cast<short>(events);
    }
    ++program_->entry_count;
    ++step->counts[index];
  } while (!rest.empty() || word.ends_with(','));
  return true;
}

}  // namespace plumbline::executor
