#include "conformance/semantics/runner/c_program.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline::semantics {
namespace {

// Where the main thread waits until a second one sleeps or is done.
constexpr std::string_view kHead = R"(#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static unsigned char bytes[1 << 20];

static void say(int step, long result) {
  int error = errno;
  flockfile(stdout);
  printf("%d: %ld%s%s\n", step, result, result < 0 ? " " : "",
         result < 0 ? strerror(error) : "");
  fflush(stdout);
  funlockfile(stdout);
}

static void handler(int signal) { (void)signal; }

static sigset_t set_of(const int* signals) {
  sigset_t set;
  sigemptyset(&set);
  for (; *signals != 0; ++signals) sigaddset(&set, *signals);
  return set;
}

static struct timespec time_of(long long ns) {
  struct timespec time = {ns / 1000000000, ns % 1000000000};
  if (time.tv_nsec < 0) {
    time.tv_nsec += 1000000000;
    time.tv_sec -= 1;
  }
  return time;
}

static void settle(void) { usleep(20000); }

)";

// Of a program that forks: descriptors that one process makes have the same
// names in the other.
constexpr std::string_view kForkHead = R"(#include <sys/mman.h>

static int (*made)[2];

static void share(void) {
  made = mmap(NULL, sizeof(*made) * 256, PROT_READ | PROT_WRITE,
              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  memset(made, -1, sizeof(*made) * 256);
}

)";

std::string Variable(const FdRef& fd) {
  if (fd.step < 0) return std::to_string(fd.number);
  return "fd" + std::to_string(fd.step) + "[" + std::to_string(fd.part) + "]";
}

std::string SetOf(SignalMask signals) {
  std::string text = "(int[]){";
  for (int signal = 1; signal <= 64; ++signal) {
    if ((signals & MaskOf(signal)) != 0) text += SignalText(signal) + ", ";
  }
  return text + "0}";
}

// The signal as C names it.
std::string SignalOf(const Argument& argument) {
  return SignalText(static_cast<int>(argument.number));
}

std::string MaskOf_(const Argument& argument, std::string& before) {
  if (argument.is_null) return "NULL";
  before += "    sigset_t mask = set_of(" + SetOf(argument.signals()) + ");\n";
  return "&mask";
}

std::string Polls(const std::vector<PollRef>& polls) {
  std::string text = "    struct pollfd polls[] = {";
  for (const PollRef& poll : polls) {
    std::string events = EventsText(poll.events);
    // EPOLLIN is POLLIN.
    for (std::size_t at = events.find("EPOLL"); at != std::string::npos;
         at = events.find("EPOLL", at)) {
      events.erase(at, 1);
    }
    text += "{" + Variable(poll.fd) + ", " + events + ", 0}, ";
  }
  return text + "{-1, 0, 0}};\n";
}

std::string TimeOf(const Argument& argument, std::string_view name) {
  return "    struct timespec " + std::string(name) + " = time_of(" +
         std::to_string(argument.number) + "LL);\n";
}

// What comes before the call, the call, and what is printed of it beside the
// result.
struct Parts {
  std::string before;
  std::string call;
  std::string after;
};

constexpr std::string_view kPrintEvents =
    "    for (long i = 0; i < result; ++i)\n"
    "      printf(\"   events %#x, data %llu\\n\", events[i].events,\n"
    "             (unsigned long long)events[i].data.u64);\n";
constexpr std::string_view kPrintPolls =
    "    for (int i = 0; i < count; ++i)\n"
    "      printf(\"   revents %#x\\n\", (unsigned)polls[i].revents);\n";

Parts PartsOf(const Step& step) {
  Parts parts;
  std::string& before = parts.before;
  std::string& call = parts.call;
  const auto fd = [&](std::size_t i) { return Variable(step[i].fd); };
  const auto number = [&](std::size_t i) {
    return std::to_string(step[i].number);
  };
  const auto flags = [&](std::size_t i) { return FlagsText(step[i].flags()); };
  const auto word = [&](std::size_t i) {
    return std::string(WordText(step[i].word));
  };
  switch (step.call) {
    case Call::kPipe2:
    case Call::kSocketpair:
    case Call::kFifo:
    case Call::kEventfd:
    case Call::kTimerfdCreate:
    case Call::kEpollCreate1:
    case Call::kDup:
    case Call::kDup2:
    case Call::kDup3:
    case Call::kSignalfd:
    case Call::kFcntl:
      break;  // below, as they make descriptors
    case Call::kTimerfdSettime:
      before += TimeOf(step[2], "value") + TimeOf(step[3], "interval");
      if ((step[1].flags() & kTfdTimerAbstime) != 0) {
        before +=
            "    struct timespec now;\n"
            "    clock_gettime(CLOCK_MONOTONIC, &now);  // the timer's clock\n"
            "    value = time_of(now.tv_sec * 1000000000LL + now.tv_nsec + " +
            number(2) + "LL);\n";
      }
      before += "    struct itimerspec time = {interval, value};\n";
      call = "timerfd_settime(" + fd(0) + ", " + flags(1) + ", &time, NULL)";
      break;
    case Call::kTimerfdGettime:
      before += "    struct itimerspec time;\n";
      call = "timerfd_gettime(" + fd(0) + ", &time)";
      parts.after =
          "    printf(\"   value %lld.%09ld\\n\", "
          "(long long)time.it_value.tv_sec, (long)time.it_value.tv_nsec);\n";
      break;
    case Call::kEpollCtl:
      before += "    struct epoll_event event = {" +
                EventsText(step[3].events()) +
                ", {.u64 = " + std::to_string(step[4].bits()) + "ULL}};\n";
      call = "epoll_ctl(" + fd(0) + ", " + word(1) + ", " + fd(2) + ", &event)";
      break;
    case Call::kEpollWait:
      before += "    struct epoll_event events[64];\n";
      call = "epoll_wait(" + fd(0) + ", events, " + number(1) + ", " +
             number(2) + ")";
      parts.after = kPrintEvents;
      break;
    case Call::kEpollPwait:
    case Call::kEpollPwait2: {
      before += "    struct epoll_event events[64];\n";
      const std::string mask = MaskOf_(step[3], before);
      std::string timeout = number(2);
      if (step.call == Call::kEpollPwait2) {
        before += TimeOf(step[2], "timeout");
        timeout = step[2].number < 0 ? "NULL" : "&timeout";
      }
      call =
          (step.call == Call::kEpollPwait ? "epoll_pwait(" : "epoll_pwait2(") +
          fd(0) + ", events, " + number(1) + ", " + timeout + ", " + mask + ")";
      parts.after = kPrintEvents;
      break;
    }
    case Call::kPoll:
    case Call::kPpoll: {
      before += Polls(step[0].polls) + "    const int count = " +
                std::to_string(step[0].polls.size()) + ";\n";
      if (step.call == Call::kPoll) {
        call = "poll(polls, count, " + number(1) + ")";
      } else {
        before += TimeOf(step[1], "timeout");
        const std::string mask = MaskOf_(step[2], before);
        call = "ppoll(polls, count, " +
               std::string(step[1].number < 0 ? "NULL" : "&timeout") + ", " +
               mask + ")";
      }
      parts.after = kPrintPolls;
      break;
    }
    case Call::kSelect:
    case Call::kPselect: {
      before += "    fd_set sets[3];\n";
      for (std::size_t set = 0; set < 3; ++set) {
        const std::string name = "&sets[" + std::to_string(set) + "]";
        before += "    FD_ZERO(" + name + ");\n";
        for (const PollRef& poll : step[set].polls) {
          before += "    if (" + Variable(poll.fd) + " >= 0) FD_SET(" +
                    Variable(poll.fd) + ", " + name + ");\n";
        }
      }
      const std::string sets = "(64, &sets[0], &sets[1], &sets[2], ";
      if (step.call == Call::kSelect) {
        before += "    struct timeval timeout = {0, " +
                  std::to_string(step[3].number / 1000) + "};\n";
        call = "select" + sets + "&timeout)";
      } else {
        before += TimeOf(step[3], "timeout");
        const std::string mask = MaskOf_(step[4], before);
        call = "pselect" + sets + (step[3].number < 0 ? "NULL" : "&timeout") +
               ", " + mask + ")";
      }
      break;
    }
    case Call::kRead:
      call = "read(" + fd(0) + ", bytes, " + number(1) + ")";
      break;
    case Call::kRead8:
      before += "    uint64_t number = 0;\n";
      call = "read(" + fd(0) + ", &number, " + number(1) + ")";
      parts.after =
          "    printf(\"   number %llu\\n\", (unsigned long long)number);\n";
      break;
    case Call::kReadSiginfo:
      before += "    struct signalfd_siginfo info[16];\n";
      call = "read(" + fd(0) + ", info, " + number(1) + " * sizeof(*info))";
      parts.after =
          "    for (long i = 0; i < result / (long)sizeof(*info); ++i)\n"
          "      printf(\"   signal %u, code %d, value %d\\n\", "
          "info[i].ssi_signo,\n"
          "             info[i].ssi_code, info[i].ssi_int);\n";
      break;
    case Call::kWrite:
      before += "    for (int i = 0; i < " + number(1) +
                "; ++i) bytes[i] = (unsigned char)(" + number(2) + " + i);\n";
      call = "write(" + fd(0) + ", bytes, " + number(1) + ")";
      break;
    case Call::kWrite8:
      before +=
          "    uint64_t number = " + std::to_string(step[1].bits()) + "ULL;\n";
      call = "write(" + fd(0) + ", &number, 8)";
      break;
    case Call::kClose:
      call = "close(" + fd(0) + ")";
      break;
    case Call::kCloseRange:
      call = "syscall(SYS_close_range, " + fd(0) + ", " + fd(1) + ", " +
             flags(2) + ")";
      break;
    case Call::kKill:
      call = "kill(getpid(), " + SignalOf(step[0]) + ")";
      break;
    case Call::kSigqueue:
      call = "sigqueue(getpid(), " + SignalOf(step[0]) +
             ", (union sigval){.sival_int = " + number(1) + "})";
      break;
    case Call::kTgkill:
      call = step[0].number == 0 ? "raise(" + SignalOf(step[1]) + ")"
                                 : "pthread_kill(thread" + number(0) + ", " +
                                       SignalOf(step[1]) + ")";
      break;
    case Call::kSigprocmask:
      before +=
          "    sigset_t set = set_of(" + SetOf(step[1].signals()) + ");\n";
      call = "pthread_sigmask(" + word(0) + ", &set, NULL)";
      break;
    case Call::kSigpending:
      before += "    sigset_t set;\n";
      call = "sigpending(&set)";
      parts.after =
          "    for (int i = 1; i < NSIG; ++i)\n"
          "      if (sigismember(&set, i) == 1) printf(\"   pending %d\\n\", "
          "i);\n";
      break;
    case Call::kSigaction: {
      const Word disposition = step[1].word;
      before += "    struct sigaction action = {.sa_handler = " +
                std::string(disposition == Word::kIgnore    ? "SIG_IGN"
                            : disposition == Word::kDefault ? "SIG_DFL"
                                                            : "handler") +
                ", .sa_flags = " + flags(2) + "};\n";
      call = "sigaction(" + SignalOf(step[0]) + ", &action, NULL)";
      break;
    }
    case Call::kSigtimedwait:
      before += "    sigset_t set = set_of(" + SetOf(step[0].signals()) +
                ");\n" + TimeOf(step[1], "timeout");
      call = "sigtimedwait(&set, NULL, &timeout)";
      break;
    case Call::kSigsuspend:
      before +=
          "    sigset_t set = set_of(" + SetOf(step[0].signals()) + ");\n";
      call = "sigsuspend(&set)";
      break;
    case Call::kPause:
      call = "pause()";
      break;
    case Call::kSetrlimit:
      before +=
          "    struct rlimit limit;\n    getrlimit(RLIMIT_NOFILE, &limit);\n"
          "    limit.rlim_cur = " +
          number(0) + ";\n";
      call = "setrlimit(RLIMIT_NOFILE, &limit)";
      break;
    case Call::kNanosleep:
      before += TimeOf(step[0], "time");
      call = "nanosleep(&time, NULL)";
      break;
    case Call::kJoin:
      call = "pthread_join(thread" + number(0) + ", NULL)";
      break;
    case Call::kFork:
      call = "fork()";
      parts.after = "    if (result == 0) process" + number(0) + "();\n";
      break;
    case Call::kExit:
      before += "    _exit(" + number(0) + ");\n";
      call = "0";
      break;
  }
  if (!call.empty()) return parts;
  switch (step.call) {
    case Call::kPipe2:
      call = "pipe2(FD, " + flags(0) + ")";
      break;
    case Call::kSocketpair:
      call = "socketpair(AF_UNIX, " + flags(0) + ", 0, FD)";
      break;
    case Call::kFifo:
      before +=
          "    char path[] = \"/tmp/fifo-XXXXXX\";\n"
          "    close(mkstemp(path));\n"
          "    unlink(path);\n"
          "    mkfifo(path, 0600);\n";
      call = "(*FD = open(path, O_RDWR | " + flags(0) + "))";
      parts.after = "    unlink(path);\n";
      break;
    case Call::kEventfd:
      call = "(*FD = eventfd(" + number(0) + "u, " + flags(1) + "))";
      break;
    case Call::kTimerfdCreate:
      call = "(*FD = timerfd_create(" + word(0) + ", " + flags(1) + "))";
      break;
    case Call::kEpollCreate1:
      call = "(*FD = epoll_create1(" + flags(0) + "))";
      break;
    case Call::kDup:
      call = "(*FD = dup(" + fd(0) + "))";
      break;
    case Call::kDup2:
      call = "(*FD = dup2(" + fd(0) + ", " + fd(1) + "))";
      break;
    case Call::kDup3:
      call = "(*FD = dup3(" + fd(0) + ", " + fd(1) + ", " + flags(2) + "))";
      break;
    case Call::kSignalfd:
      before +=
          "    sigset_t set = set_of(" + SetOf(step[1].signals()) + ");\n";
      call = "(*FD = signalfd(" + fd(0) + ", &set, " + flags(2) + "))";
      break;
    default: {
      const Word command = step[1].word;
      const bool has_flags = command == Word::kSetfd || command == Word::kSetfl;
      call = "(*FD = fcntl(" + fd(0) + ", " + word(1) + ", " +
             (has_flags ? flags(2) : number(2)) + "))";
      break;
    }
  }
  return parts;
}

// Which of a program's threads are processes, and from which step on; -1.
std::array<int, 4> ForksOf(const Program& program) {
  std::array<int, 4> forks;
  forks.fill(-1);
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    const Step& step = program.steps[i];
    if (step.call != Call::kFork) continue;
    forks[static_cast<std::size_t>(step[0].number)] = static_cast<int>(i);
  }
  return forks;
}

std::string CodeOf(const Step& step, std::size_t i) {
  const std::string number = std::to_string(i);
  Parts parts = PartsOf(step);
  if (const std::size_t at = parts.call.find("FD");
      at != std::string::npos && DescriptorsOf(step.call) > 0) {
    const std::size_t place = parts.call.find(
        step.call == Call::kPipe2 || step.call == Call::kSocketpair ? "FD"
                                                                    : "*FD");
    const bool star = parts.call[place] == '*';
    parts.call.replace(place, star ? 3 : 2, (star ? "*fd" : "fd") + number);
  }
  return "  {  // " + ToText(step) + "\n" + parts.before +
         "    const long result = " + parts.call + ";\n    say(" + number +
         ", result);\n" + parts.after + "  }\n";
}

}  // namespace

std::string CProgram(const Program& program) {
  const std::array<int, 4> forks = ForksOf(program);
  const bool has_forks = std::any_of(forks.begin(), forks.end(),
                                     [](int fork) { return fork >= 0; });
  std::string text(kHead);
  if (has_forks) text += kForkHead;
  std::string body;
  if (has_forks) body += "  share();\n";
  std::string threads;
  std::array<std::string, 4> processes;
  bool joined[4] = {};
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    const Step& step = program.steps[i];
    const std::string number = std::to_string(i);
    if (DescriptorsOf(step.call) > 0 && has_forks) {
      text += "#define fd" + number + " made[" + number + "]\n";
    } else if (DescriptorsOf(step.call) > 0) {
      text += "static int fd" + number + "[2] = {-1, -1};\n";
    }
    const auto thread = static_cast<std::size_t>(step.thread);
    if (thread != 0 && forks[thread] < 0 && !joined[thread]) {
      joined[thread] = true;
      text += "static pthread_t thread" + std::to_string(thread) + ";\n";
    }
  }
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    const Step& step = program.steps[i];
    const std::string number = std::to_string(i);
    const std::string code = CodeOf(step, i);
    // A process waits as long while another does a step.
    for (std::size_t n = 1; n < processes.size(); ++n) {
      if (forks[n] < 0 || static_cast<int>(i) <= forks[n]) continue;
      if (step.thread == static_cast<int>(n)) processes[n] += code;
      processes[n] += "  settle();\n";
    }
    if (step.thread == 0) {
      body += code + "  settle();\n";
      continue;
    }
    if (forks[static_cast<std::size_t>(step.thread)] >= 0) {
      body += "  settle();  // " + ToText(step) + "\n";
      continue;
    }
    threads += "static void* step" + number + "(void* unused) {\n" + code +
               "  return unused;\n}\n\n";
    body += "  pthread_create(&thread" + std::to_string(step.thread) +
            ", NULL, step" + number + ", NULL);\n  settle();\n";
  }
  for (std::size_t n = 1; n < processes.size(); ++n) {
    if (forks[n] < 0) continue;
    threads += "static void process" + std::to_string(n) +
               "(void) {\n  settle();\n" + processes[n] + "  _exit(0);\n}\n\n";
  }
  return text + "\n" + threads + "int main(void) {\n" + body +
         "  return 0;\n}\n";
}

}  // namespace plumbline::semantics
