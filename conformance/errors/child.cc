#include "conformance/errors/child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <utility>

#include "conformance/errors/snapshot.h"
#include "conformance/errors/trace.h"

namespace plumbline::errors {
namespace {

Provocation* first = nullptr;

// The child's own; what the body's macros write to.
Outcome* outcome = nullptr;
Pass pass = Pass::kRaw;

Snapshot before;
Snapshot after;

// Of SNAPSHOTS_OUTSIDE.
void (*leave_for_snapshot)() = nullptr;
void (*enter_for_call)() = nullptr;

struct Watched {
  const void* object;
  size_t size;
  const char* name;
  char copy[4096];
};
Watched watched[8];
size_t watched_count = 0;

void Write(char (&to)[256], const char* text) {
  if (to[0] == '\0') snprintf(to, sizeof(to), "%s", text);
}

rlimit limits[RLIM_NLIMITS];

void ReadLimits() {
  for (int i = 0; i < static_cast<int>(RLIM_NLIMITS); ++i)
    getrlimit(static_cast<__rlimit_resource_t>(i), &limits[i]);
}

bool LimitsAreLower() {
  for (int i = 0; i < static_cast<int>(RLIM_NLIMITS); ++i) {
    rlimit now = {};
    getrlimit(static_cast<__rlimit_resource_t>(i), &now);
    if (now.rlim_cur < limits[i].rlim_cur) return true;
  }
  return false;
}

// Interrupts what waits after so many seconds, and again each second after
// that, until it is called with false.
void Interrupt(bool on, int seconds) {
  struct sigaction action = {};
  action.sa_handler = [](int) {};
  if (on) sigaction(SIGALRM, &action, nullptr);
  const itimerval timer = {{1, 0}, {seconds, 1000}};
  const itimerval none = {};
  setitimer(ITIMER_REAL, on ? &timer : &none, nullptr);
  if (!on) signal(SIGALRM, SIG_DFL);
}

// What each child does. An emulator translates code where it runs first: after
// this it need not do so in every child.
void Rehearse() {
  ReadLimits();
  LimitsAreLower();
  before.Take();
  after.Take();
  char text[256];
  FirstDifference(before, after, text, sizeof(text));
}

[[noreturn]] void RunBody(const Provocation& provocation) {
  // So that what it forks ends with it, and kill(0, …) meets nobody else.
  setsid();
  // An emulator says there that its program crashed.
  const int null = open("/dev/null", O_RDWR);
  dup2(null, STDERR_FILENO);
  close(null);
  const rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  if (pass == Pass::kUnprivileged) GiveUpPrivileges();
  if (pass == Pass::kTraced) AskToBeTraced();
  ReadLimits();
  provocation.body();
  outcome->finished = true;
  _exit(0);
}

}  // namespace

void GiveUpPrivileges() {
  constexpr uid_t kNobody = 65534;
  if (setresgid(kNobody, kNobody, kNobody) == 0 &&
      setresuid(kNobody, kNobody, kNobody) == 0) {
    // Changing the user clears it, and with it one's own /proc is unreadable.
    prctl(PR_SET_DUMPABLE, 1);
  }
  const char* folder = getenv("TEST_TMPDIR");
  if (folder != nullptr && access(folder, W_OK) != 0)
    setenv("TEST_TMPDIR", "/tmp", 1);
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[2] = {};
  syscall(SYS_capset, &header, none);
}

Registration::Registration(Provocation& provocation) {
  provocation.next = first;
  first = &provocation;
}

const Provocation* AllProvocations() { return first; }

void Watch(const void* object, size_t size, const char* name) {
  if (watched_count == sizeof(watched) / sizeof(*watched) ||
      size > sizeof(watched->copy)) {
    Broken("WATCH: too many objects, or too large a one");
  }
  watched[watched_count] = {
      .object = object, .size = size, .name = name, .copy = {}};
  memcpy(watched[watched_count].copy, object, size);
  ++watched_count;
}

bool WantRaw() {
  outcome->is_raw = pass != Pass::kLibc;
  return outcome->is_raw;
}

bool WantLibc() {
  outcome->has_libc = true;
  return pass == Pass::kLibc;
}

void SnapshotsOutside(void (*leave)(), void (*enter)()) {
  leave_for_snapshot = leave;
  enter_for_call = enter;
}

void Before() {
  ++outcome->calls;
  outcome->limited = LimitsAreLower();
  if (leave_for_snapshot != nullptr) leave_for_snapshot();
  before.Take();
  if (enter_for_call != nullptr) enter_for_call();
  if (pass == Pass::kTraced) MarkCall();
}

void After(long result, int error) {
  if (pass == Pass::kTraced) MarkCall();
  if (leave_for_snapshot != nullptr) leave_for_snapshot();
  after.Take();
  outcome->result = result;
  outcome->error = error;
  if (outcome->changed[0] == '\0')
    FirstDifference(before, after, outcome->changed, sizeof(outcome->changed));
  for (size_t i = 0; i < watched_count && outcome->changed[0] == '\0'; ++i) {
    if (memcmp(watched[i].object, watched[i].copy, watched[i].size) != 0) {
      snprintf(outcome->changed, sizeof(outcome->changed), "%s was written to",
               watched[i].name);
    }
  }
}

void Expect(bool holds, bool is_effect, const char* text) {
  if (!holds) {
    Write(outcome->expected, text);
  } else if (is_effect) {
    ++outcome->effects;
  }
}

void Holds(bool holds, const char* text) {
  if (holds) {
    ++outcome->reasons;
  } else {
    Write(outcome->expected, text);
  }
}

void Broken(const char* text) {
  if (outcome->broken[0] == '\0') {
    snprintf(outcome->broken, sizeof(outcome->broken), "%s: %s", text,
             strerror(errno));
  }
  _exit(0);
}

void Skip(const char* reason) {
  Write(outcome->skipped, reason);
  _exit(0);
}

Outcome Run(const Provocation& provocation, Pass which, int seconds) {
  void* const memory = mmap(nullptr, sizeof(Outcome), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    perror("mmap");
    exit(2);
  }
  outcome = static_cast<Outcome*>(memory);
  // QEMU forgets its translations when memory is shared for the first time.
  static bool rehearsed = false;
  if (!std::exchange(rehearsed, true)) Rehearse();
  memset(outcome, 0, sizeof(Outcome));
  pass = which;
  fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) RunBody(provocation);
  if (child < 0) {
    snprintf(outcome->broken, sizeof(outcome->broken), "fork: %s",
             strerror(errno));
  }
  int status = 0;
  if (child > 0 && pass == Pass::kTraced)
    outcome->kernel_error = Trace(child, seconds, &status);
  if (child > 0 && pass != Pass::kTraced) {
    Interrupt(true, seconds);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
      outcome->hung = true;
      kill(child, SIGKILL);
    }
    Interrupt(false, 0);
  }
  // What it forked.
  if (child > 0) kill(-child, SIGKILL);
  if (WIFSIGNALED(status) && !outcome->hung) outcome->signal = WTERMSIG(status);
  const Outcome found = *outcome;
  munmap(memory, sizeof(Outcome));
  outcome = nullptr;
  return found;
}

}  // namespace plumbline::errors
