#include "conformance/errors/grid.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <set>

#include "conformance/errors/child.h"

namespace plumbline::errors {
namespace {

// Which value each parameter has.
using Combination = std::array<uint8_t, kMostParameters>;

// What the child tells, in memory that it shares with its parent.
struct Shared {
  struct Failure {
    int error;
    long count;
    size_t first;  // the combination
  };
  Failure failures[64];
  size_t failure_count;
  bool too_many_failures;
  long calls;
  long succeeded;
  size_t at;  // the combination being tried
  long unavailable[kMostParameters][256];
  bool called;
  bool finished;
  char broken[256];
};

Shared* shared = nullptr;

constexpr size_t kObjectRoom = 65536;
constexpr size_t kGuard = 65536;
constexpr int kObjects = 16;
char* objects = nullptr;
int object_count = 0;
long arguments[kMostParameters];
int made = 0;
bool unavailable = false;

void Ignore(int) {}

// The set-up's calls: -1 ends the child.
template <typename Result>
Result Need(Result result, const char* text) {
  if (ToLong(result) == -1) {
    snprintf(shared->broken, sizeof(shared->broken), "%s: %s", text,
             strerror(errno));
    _exit(0);
  }
  return result;
}
#define NEED(...) Need((__VA_ARGS__), #__VA_ARGS__)

// Adds all combinations of `chosen` parameters, with the good value of the
// others.
void AddProduct(const GridCall& call, const std::vector<size_t>& chosen,
                std::set<Combination>& to) {
  Combination combination = {};
  for (;;) {
    to.insert(combination);
    size_t digit = 0;
    while (digit < chosen.size()) {
      const size_t parameter = chosen[digit];
      if (++combination[parameter] < call.parameters[parameter].size()) break;
      combination[parameter] = 0;
      ++digit;
    }
    if (digit == chosen.size()) return;
  }
}

// Calls `found` with each choice of `size` of the parameters.
template <typename Found>
void Choose(size_t of, size_t size, size_t from, std::vector<size_t>& chosen,
            const Found& found) {
  if (chosen.size() == size) {
    found(chosen);
    return;
  }
  for (size_t next = from; next < of; ++next) {
    chosen.push_back(next);
    Choose(of, size, next + 1, chosen, found);
    chosen.pop_back();
  }
}

std::vector<Combination> Combinations(const GridCall& call, long most) {
  const size_t count = call.parameters.size();
  // Calls that take a process each are too dear for all pairs under an
  // emulator.
  const size_t least = call.isolated ? 1 : 2;
  size_t together = count;
  for (; together > least; --together) {
    long total = 0;
    std::vector<size_t> chosen;
    Choose(count, together, 0, chosen, [&](const std::vector<size_t>& some) {
      long product = 1;
      for (const size_t i : some)
        product *= static_cast<long>(call.parameters[i].size());
      total += product;
    });
    if (total <= most) break;
  }
  std::set<Combination> all;
  std::vector<size_t> chosen;
  Choose(count, together, 0, chosen,
         [&](const std::vector<size_t>& some) { AddProduct(call, some, all); });
  return {all.begin(), all.end()};
}

std::string Show(const GridCall& call, const Combination& combination) {
  std::string text = call.function;
  text += '(';
  for (size_t i = 0; i < call.parameters.size(); ++i) {
    if (i != 0) text += ", ";
    text += call.parameters[i][combination[i]].name;
  }
  return text + ')';
}

std::string ErrorName(int error) {
  const char* name = strerrorname_np(error);
  return name != nullptr && error != 0 ? name
                                       : "errno " + std::to_string(error);
}

void OpenKept() {
  const auto keep = [](int fd, Kept number) {
    NEED(fcntl(fd, F_DUPFD, number));
    close(fd);
  };
  const char* const set = getenv("TEST_TMPDIR");
  std::string folder = std::string(set != nullptr ? set : "/tmp") + "/XXXXXX";
  NEED(mkdtemp(folder.data()) != nullptr ? 0 : -1);
  const std::string path = folder + "/x";
  keep(NEED(open(path.c_str(), O_RDWR | O_CREAT, 0600)), kKeptFile);
  unlink(path.c_str());
  NEED(mkfifo(path.c_str(), 0600));
  keep(NEED(open(path.c_str(), O_RDWR)), kKeptFifo);
  unlink(path.c_str());
  rmdir(folder.c_str());
  const pid_t process = NEED(fork());
  if (process == 0) _exit(0);
#ifdef SYS_pidfd_open
  const long pidfd = syscall(SYS_pidfd_open, process, 0);
  if (pidfd >= 0) keep(static_cast<int>(pidfd), kKeptEndedProcess);
#endif
  waitpid(process, nullptr, 0);
}

void CloseAllButKept() {
  for (int fd = 3; fd < kFirstKept; ++fd) close(fd);
  close(kDescriptorLimit - 1);
}

void SetUp() {
  setsid();
  const rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  GiveUpPrivileges();
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // forgotten when the user changes
  const int null = NEED(open("/dev/null", O_RDWR));
  for (int fd = 0; fd < 3; ++fd) NEED(dup2(null, fd));
  const rlimit descriptors = {kDescriptorLimit, kDescriptorLimit};
  NEED(setrlimit(RLIMIT_NOFILE, &descriptors));
  // These are what a call's arguments can have the kernel send.
  for (const int number : {SIGPIPE, SIGIO, SIGURG, SIGXFSZ, SIGHUP})
    signal(number, SIG_IGN);
  for (int number = SIGRTMIN; number <= SIGRTMAX; ++number)
    signal(number, SIG_IGN);
  const size_t step = kObjectRoom + kGuard;
  objects =
      static_cast<char*>(NEED(mmap(nullptr, kObjects * step + kGuard, PROT_NONE,
                                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)));
  objects += kGuard;
  for (int i = 0; i < kObjects; ++i)
    NEED(mprotect(objects + i * step, kObjectRoom, PROT_READ | PROT_WRITE));
  OpenKept();
  CloseAllButKept();
}

void Count(int error, size_t at) {
  Shared::Failure* const end = shared->failures + shared->failure_count;
  Shared::Failure* const found = std::find_if(
      shared->failures, end,
      [&](const Shared::Failure& failure) { return failure.error == error; });
  if (found == std::end(shared->failures)) {
    shared->too_many_failures = true;
    return;
  }
  if (found == end) {
    *found = {error, 0, at};
    ++shared->failure_count;
  }
  ++found->count;
}

// From now on, what waits is interrupted, whatever calls before did to signals.
void InterruptCalls(bool on) {
  if (on) {
    struct sigaction action = {};
    action.sa_handler = Ignore;
    sigaction(SIGALRM, &action, nullptr);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
  }
  // Its type is int on sparc64.
  const suseconds_t every = on ? 1000 : 0;
  const itimerval timer = {{0, every}, {0, every}};
  setitimer(ITIMER_REAL, &timer, nullptr);
}

void CallOnce(const GridCall& call, const Combination& combination, size_t at) {
  shared->at = at;
  object_count = 0;
  for (made = 0; made < static_cast<int>(call.parameters.size()); ++made) {
    unavailable = false;
    const uint8_t which = combination[static_cast<size_t>(made)];
    const Value& value = call.parameters[static_cast<size_t>(made)][which];
    arguments[made] = value.make != nullptr ? value.make() : value.number;
    if (unavailable) {
      ++shared->unavailable[made][which];
      return;
    }
  }
  ++shared->calls;
  InterruptCalls(true);
  errno = 0;
  const long result = call.call(arguments);
  const int error = errno;
  InterruptCalls(false);
  if (call.returns_number && result != 0) {
    Count(static_cast<int>(result), at);
  } else if (!call.returns_number && result == -1 && error != 0) {
    Count(error, at);
  } else {
    ++shared->succeeded;
  }
}

// Does all but the call. An emulator translates code where it runs first, and a
// process that is forked for one call would do so for each.
void Rehearse(GridCall call, const Combination& combination) {
  call.call = [](const long*) { return 0L; };
  CallOnce(call, combination, 0);
  CloseAllButKept();
  *shared = {};
}

void CallAll(const GridCall& call,
             const std::vector<Combination>& combinations) {
  SetUp();
  if (call.isolated) Rehearse(call, combinations.front());
  for (size_t at = 0; at < combinations.size(); ++at) {
    if (!call.isolated) {
      CallOnce(call, combinations[at], at);
      CloseAllButKept();
      continue;
    }
    const pid_t process = NEED(fork());
    if (process == 0) {
      CallOnce(call, combinations[at], at);
      _exit(0);
    }
    int status = 0;
    while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
    }
    // The parent sees the same end.
    if (WIFSIGNALED(status)) {
      signal(WTERMSIG(status), SIG_DFL);
      raise(WTERMSIG(status));
    }
  }
}

std::string SignalName(int signal) {
  const char* name = sigabbrev_np(signal);
  return name != nullptr ? std::string("SIG") + name
                         : "signal " + std::to_string(signal);
}

// Waits for the child's end; what was wrong with it, or "".
std::string WaitFor(pid_t child, int seconds) {
  timespec start = {};
  clock_gettime(CLOCK_MONOTONIC, &start);
  int status = 0;
  bool hung = false;
  for (;;) {
    const pid_t ended = waitpid(child, &status, WNOHANG);
    if (ended == child || (ended < 0 && errno != EINTR)) break;
    timespec now = {};
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!hung && now.tv_sec - start.tv_sec > seconds) {
      hung = true;
      kill(-child, SIGKILL);
      kill(child, SIGKILL);
    }
    const timespec pause = {0, 2000000};
    nanosleep(&pause, nullptr);
  }
  kill(-child, SIGKILL);
  if (hung) return "hangs";
  if (WIFSIGNALED(status)) return "killed by " + SignalName(WTERMSIG(status));
  return "";
}

}  // namespace

long Unavailable() {
  unavailable = true;
  return -1;
}

long ArgumentAt(int index) { return arguments[index]; }

void* ZeroedObject(size_t size) {
  if (size > kObjectRoom || object_count == kObjects) _exit(3);
  char* const room =
      objects + static_cast<size_t>(object_count++) * (kObjectRoom + kGuard);
  const size_t used = (size + 15) / 16 * 16;
  memset(room + kObjectRoom - used, 0, used);
  return room + kObjectRoom - used;
}

GridOutcome RunGrid(const GridCall& call, long most, int seconds) {
  const std::vector<Combination> combinations = Combinations(call, most);
  void* const memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    perror("mmap");
    exit(2);
  }
  shared = static_cast<Shared*>(memory);
  fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    CallAll(call, combinations);
    shared->finished = true;
    _exit(0);
  }
  GridOutcome outcome;
  outcome.end = child < 0 ? strerror(errno) : WaitFor(child, seconds);
  if (shared->broken[0] != '\0') {
    outcome.end = std::string("set-up failed: ") + shared->broken;
  } else if (outcome.end.empty() && !shared->finished) {
    outcome.end = "ends before the grid's end";
  }
  if (shared->too_many_failures) outcome.end = "fails in over 64 ways";
  if (!outcome.end.empty()) outcome.last = Show(call, combinations[shared->at]);
  outcome.calls = shared->calls;
  outcome.succeeded = shared->succeeded;
  for (size_t i = 0; i < shared->failure_count; ++i) {
    const Shared::Failure& failure = shared->failures[i];
    outcome.failures[failure.error] = {
        failure.count, Show(call, combinations[failure.first]) +
                           (call.returns_number ? " = " : " = -1 ") +
                           ErrorName(failure.error)};
  }
  for (size_t i = 0; i < call.parameters.size(); ++i) {
    for (size_t j = 0; j < call.parameters[i].size(); ++j) {
      if (shared->unavailable[i][j] != 0)
        outcome.unavailable[call.parameters[i][j].name] +=
            shared->unavailable[i][j];
    }
  }
  munmap(memory, sizeof(Shared));
  shared = nullptr;
  return outcome;
}

}  // namespace plumbline::errors
