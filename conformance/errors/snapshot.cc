#include "conformance/errors/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <initializer_list>

namespace plumbline::errors {
namespace {

char file[16384];  // what ReadFile read last

[[gnu::format(printf, 2, 3)]] void Add(Snapshot& to, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const size_t room = sizeof(to.text) - to.size;
  const int length = vsnprintf(to.text + to.size, room, format, arguments);
  va_end(arguments);
  if (length > 0 && static_cast<size_t>(length) < room) to.size += length;
}

bool ReadFile(const char* path) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  size_t size = 0;
  while (size < sizeof(file) - 1) {
    const ssize_t count = read(fd, file + size, sizeof(file) - 1 - size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    size += count;
  }
  file[size] = '\0';
  close(fd);
  return true;
}

bool StartsWith(const char* line, const char* start) {
  return strncmp(line, start, strlen(start)) == 0;
}

// A timer's remaining time and count of expirations change by themselves.
bool ChangesByItself(const char* line) {
  return StartsWith(line, "it_value:") || StartsWith(line, "ticks:");
}

void AddLines(Snapshot& to, const char* prefix,
              bool (*wanted)(const char* line)) {
  char* rest = nullptr;
  for (char* line = strtok_r(file, "\n", &rest); line != nullptr;
       line = strtok_r(nullptr, "\n", &rest)) {
    if (wanted(line)) Add(to, "%s%s\n", prefix, line);
  }
}

struct DirectoryEntry {
  unsigned long long inode;
  long long next;
  unsigned short length;
  unsigned char type;
  char name[256];
};

void AddDescriptors(Snapshot& to) {
  alignas(DirectoryEntry) static char entries[32768];
  const int folder = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  static int descriptors[4096];
  size_t count = 0;
  long length;
  while ((length = syscall(SYS_getdents64, folder, entries, sizeof(entries))) >
         0) {
    for (long at = 0; at < length;) {
      const auto* entry = reinterpret_cast<const DirectoryEntry*>(entries + at);
      at += entry->length;
      const int fd = atoi(entry->name);
      if (entry->name[0] != '.' && fd != folder && count < 4096)
        descriptors[count++] = fd;
    }
  }
  close(folder);
  for (size_t i = 0; i < count; ++i) {
    char path[64];
    char target[256];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptors[i]);
    const ssize_t size = readlink(path, target, sizeof(target) - 1);
    target[size < 0 ? 0 : size] = '\0';
    char prefix[64];
    snprintf(prefix, sizeof(prefix), "fd %d ", descriptors[i]);
    Add(to, "%s%s\n", prefix, target);
    snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", descriptors[i]);
    if (ReadFile(path))
      AddLines(to, prefix,
               [](const char* line) { return !ChangesByItself(line); });
  }
}

void AddSignals(Snapshot& to) {
  sigset_t set;
  sigprocmask(SIG_BLOCK, nullptr, &set);
  Add(to, "blocked signals");
  for (int i = 1; i < NSIG; ++i)
    if (sigismember(&set, i) == 1) Add(to, " %d", i);
  Add(to, "\npending signals");
  sigemptyset(&set);
  sigpending(&set);
  for (int i = 1; i < NSIG; ++i)
    if (sigismember(&set, i) == 1) Add(to, " %d", i);
  Add(to, "\n");
  for (int i = 1; i < NSIG; ++i) {
    struct sigaction action = {};
    if (sigaction(i, nullptr, &action) == 0 && action.sa_handler != SIG_DFL)
      Add(to, "signal %d handler %p flags %#x\n", i,
          reinterpret_cast<void*>(action.sa_handler),
          static_cast<unsigned>(action.sa_flags));
  }
}

void AddLimits(Snapshot& to) {
  for (int i = 0; i < static_cast<int>(RLIM_NLIMITS); ++i) {
    rlimit limit = {};
    if (getrlimit(static_cast<__rlimit_resource_t>(i), &limit) == 0)
      Add(to, "limit %d %llu %llu\n", i,
          static_cast<unsigned long long>(limit.rlim_cur),
          static_cast<unsigned long long>(limit.rlim_max));
  }
}

void AddProcess(Snapshot& to) {
  char name[17] = "";
  prctl(PR_GET_NAME, name);
  Add(to, "name %s\n", name);
  for (const int get :
       {PR_GET_DUMPABLE, PR_GET_KEEPCAPS, PR_GET_SECUREBITS, PR_GET_TIMERSLACK,
        PR_GET_NO_NEW_PRIVS, PR_GET_THP_DISABLE}) {
    Add(to, "prctl %d: %d\n", get, prctl(get, 0, 0, 0, 0));
  }
  for (const int get : {PR_GET_PDEATHSIG, PR_GET_CHILD_SUBREAPER}) {
    int value = -1;
    prctl(get, &value);
    Add(to, "prctl %d: %d\n", get, value);
  }
  if (ReadFile("/proc/self/status")) {
    AddLines(to, "", [](const char* line) {
      return StartsWith(line, "Cap") || StartsWith(line, "Uid") ||
             StartsWith(line, "Gid") || StartsWith(line, "Seccomp") ||
             StartsWith(line, "TracerPid");
    });
  }
  if (ReadFile("/proc/self/timers"))
    AddLines(to, "timer ", [](const char*) { return true; });
}

// The length of the line that starts there.
size_t LineLength(const char* text) { return strcspn(text, "\n"); }

// A line of `one` that is not in `other`; null if there is none.
const char* Missing(const char* one, const char* other) {
  for (const char* line = one; *line != '\0';) {
    const size_t length = LineLength(line);
    bool found = false;
    for (const char* at = other; *at != '\0' && !found;) {
      const size_t its = LineLength(at);
      found = its == length && memcmp(at, line, length) == 0;
      at += its + (at[its] != '\0');
    }
    if (!found) return line;
    line += length + (line[length] != '\0');
  }
  return nullptr;
}

// An inode's number differs from run to run: "pipe:[4242]" becomes "pipe:[]".
void HideNumbers(char* text) {
  char* to = text;
  for (const char* from = text; *from != '\0'; ++from) {
    *to++ = *from;
    if (*from != '[') continue;
    const size_t digits = strspn(from + 1, "0123456789");
    if (from[1 + digits] == ']') from += digits;
  }
  *to = '\0';
}

}  // namespace

void Snapshot::Take() {
  const int saved = errno;
  size = 0;
  text[0] = '\0';
  AddLimits(*this);
  // The descriptors' limit may be used up; reading /proc needs one more.
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  rlimit raised = limit;
  raised.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &raised);
  AddDescriptors(*this);
  AddProcess(*this);
  setrlimit(RLIMIT_NOFILE, &limit);
  AddSignals(*this);
  errno = saved;
}

bool FirstDifference(const Snapshot& before, const Snapshot& after, char* text,
                     size_t size) {
  const char* was = Missing(before.text, after.text);
  const char* is = Missing(after.text, before.text);
  if (was == nullptr && is == nullptr) return false;
  if (was == nullptr) {
    // Which number a new descriptor gets depends on what was open before.
    const bool descriptor = StartsWith(is, "fd ");
    const char* what = descriptor ? is + 3 + strcspn(is + 3, " \n") : is;
    snprintf(text, size, "there is now: %s%.*s", descriptor ? "fd" : "",
             static_cast<int>(LineLength(what)), what);
  } else if (is == nullptr) {
    snprintf(text, size, "there is no more: %.*s",
             static_cast<int>(LineLength(was)), was);
  } else {
    snprintf(text, size, "was: %.*s; is: %.*s",
             static_cast<int>(LineLength(was)), was,
             static_cast<int>(LineLength(is)), is);
  }
  HideNumbers(text);
  return true;
}

}  // namespace plumbline::errors
