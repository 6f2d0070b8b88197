#include "conformance/semantics/executor/names.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>

#include "conformance/semantics/executor/large_file.h"

// What an older C library may lack; the kernel's numbers are the same
// everywhere.
#ifndef CLOSE_RANGE_UNSHARE
#define CLOSE_RANGE_UNSHARE (1U << 1)
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif
#ifndef F_SETPIPE_SZ
#define F_SETPIPE_SZ 1031
#define F_GETPIPE_SZ 1032
#endif
#ifndef EPOLLNVAL
#define EPOLLNVAL 0x20
#endif
#ifndef SI_KERNEL
#define SI_KERNEL 0x80
#endif
#ifndef SI_TKILL
#define SI_TKILL (-6)
#endif

namespace plumbline::executor {
namespace {

struct Name {
  const char* name;
  int64_t number;
};

#define NAME(name) \
  { #name, static_cast < int64_t>(name) }

// The first name of a number is the one that is printed.
const Name kErrnos[] = {
    NAME(EPERM),
    NAME(ENOENT),
    NAME(ESRCH),
    NAME(EINTR),
    NAME(EIO),
    NAME(ENXIO),
    NAME(E2BIG),
    NAME(ENOEXEC),
    NAME(EBADF),
    NAME(ECHILD),
    NAME(EAGAIN),
    NAME(ENOMEM),
    NAME(EACCES),
    NAME(EFAULT),
    NAME(ENOTBLK),
    NAME(EBUSY),
    NAME(EEXIST),
    NAME(EXDEV),
    NAME(ENODEV),
    NAME(ENOTDIR),
    NAME(EISDIR),
    NAME(EINVAL),
    NAME(ENFILE),
    NAME(EMFILE),
    NAME(ENOTTY),
    NAME(ETXTBSY),
    NAME(EFBIG),
    NAME(ENOSPC),
    NAME(ESPIPE),
    NAME(EROFS),
    NAME(EMLINK),
    NAME(EPIPE),
    NAME(EDOM),
    NAME(ERANGE),
    NAME(EDEADLK),
    NAME(ENAMETOOLONG),
    NAME(ENOLCK),
    NAME(ENOSYS),
    NAME(ENOTEMPTY),
    NAME(ELOOP),
    NAME(ENOMSG),
    NAME(EIDRM),
    NAME(ENOSTR),
    NAME(ENODATA),
    NAME(ETIME),
    NAME(ENOSR),
    NAME(ENOLINK),
    NAME(EPROTO),
    NAME(EBADMSG),
    NAME(EOVERFLOW),
    NAME(EILSEQ),
    NAME(EUSERS),
    NAME(ENOTSOCK),
    NAME(EDESTADDRREQ),
    NAME(EMSGSIZE),
    NAME(EPROTOTYPE),
    NAME(ENOPROTOOPT),
    NAME(EPROTONOSUPPORT),
    NAME(ESOCKTNOSUPPORT),
    NAME(EOPNOTSUPP),
    NAME(EPFNOSUPPORT),
    NAME(EAFNOSUPPORT),
    NAME(EADDRINUSE),
    NAME(EADDRNOTAVAIL),
    NAME(ENETDOWN),
    NAME(ENETUNREACH),
    NAME(ENETRESET),
    NAME(ECONNABORTED),
    NAME(ECONNRESET),
    NAME(ENOBUFS),
    NAME(EISCONN),
    NAME(ENOTCONN),
    NAME(ESHUTDOWN),
    NAME(ETOOMANYREFS),
    NAME(ETIMEDOUT),
    NAME(ECONNREFUSED),
    NAME(EHOSTDOWN),
    NAME(EHOSTUNREACH),
    NAME(EALREADY),
    NAME(EINPROGRESS),
    NAME(ESTALE),
    NAME(EDQUOT),
    NAME(ECANCELED),
    NAME(EOWNERDEAD),
    NAME(ENOTRECOVERABLE),
};

const Name kSignals[] = {
    NAME(SIGHUP),    NAME(SIGINT),  NAME(SIGQUIT),  NAME(SIGILL),
    NAME(SIGTRAP),   NAME(SIGABRT), NAME(SIGBUS),   NAME(SIGFPE),
    NAME(SIGKILL),   NAME(SIGUSR1), NAME(SIGSEGV),  NAME(SIGUSR2),
    NAME(SIGPIPE),   NAME(SIGALRM), NAME(SIGTERM),  NAME(SIGCHLD),
    NAME(SIGCONT),   NAME(SIGSTOP), NAME(SIGTSTP),  NAME(SIGTTIN),
    NAME(SIGTTOU),   NAME(SIGURG),  NAME(SIGXCPU),  NAME(SIGXFSZ),
    NAME(SIGVTALRM), NAME(SIGPROF), NAME(SIGWINCH), NAME(SIGIO),
    NAME(SIGPWR),    NAME(SIGSYS),
#ifdef SIGSTKFLT
    NAME(SIGSTKFLT),
#endif
#ifdef SIGEMT
    NAME(SIGEMT),
#endif
};

const Name kSignalCodes[] = {
    NAME(SI_USER),
    NAME(SI_QUEUE),
    NAME(SI_TIMER),
    NAME(SI_TKILL),
    NAME(SI_ASYNCIO),
    NAME(SI_MESGQ),
    NAME(SI_KERNEL),
    // Of SIGCHLD; no step makes the kernel send another signal.
    NAME(CLD_EXITED),
    NAME(CLD_KILLED),
    NAME(CLD_DUMPED),
};

const Name kEpollEvents[] = {
    NAME(EPOLLIN),     NAME(EPOLLPRI),     NAME(EPOLLOUT),
    NAME(EPOLLERR),    NAME(EPOLLHUP),     NAME(EPOLLNVAL),
    NAME(EPOLLRDNORM), NAME(EPOLLRDBAND),  NAME(EPOLLWRNORM),
    NAME(EPOLLWRBAND), NAME(EPOLLMSG),     NAME(EPOLLRDHUP),
    NAME(EPOLLET),     NAME(EPOLLONESHOT), NAME(EPOLLEXCLUSIVE),
    NAME(EPOLLWAKEUP),
};

// Where POLLWRNORM is POLLOUT (MIPS, SPARC) the latter is printed.
const Name kPollEvents[] = {
    NAME(POLLIN),     NAME(POLLPRI),    NAME(POLLOUT),    NAME(POLLERR),
    NAME(POLLHUP),    NAME(POLLNVAL),   NAME(POLLRDNORM), NAME(POLLRDBAND),
    NAME(POLLWRNORM), NAME(POLLWRBAND), NAME(POLLMSG),    NAME(POLLRDHUP),
};

const Name kAccessModes[] = {NAME(O_RDONLY), NAME(O_WRONLY), NAME(O_RDWR)};

// O_SYNC has the bits of O_DSYNC.
const Name kOpenFlags[] = {
    NAME(O_NONBLOCK),  NAME(O_CLOEXEC),  NAME(O_APPEND), NAME(O_ASYNC),
    NAME(O_DIRECT),    NAME(O_SYNC),     NAME(O_DSYNC),  NAME(O_NOATIME),
    NAME(O_CREAT),     NAME(O_EXCL),     NAME(O_NOCTTY), NAME(O_TRUNC),
    NAME(O_DIRECTORY), NAME(O_NOFOLLOW), NAME(O_PATH),
};

const Name kDescriptorFlags[] = {NAME(FD_CLOEXEC)};

const Name kOthers[] = {
    NAME(SOCK_STREAM),
    NAME(SOCK_DGRAM),
    NAME(SOCK_SEQPACKET),
    NAME(SOCK_NONBLOCK),
    NAME(SOCK_CLOEXEC),
    NAME(EFD_NONBLOCK),
    NAME(EFD_CLOEXEC),
    NAME(EFD_SEMAPHORE),
    NAME(TFD_NONBLOCK),
    NAME(TFD_CLOEXEC),
    NAME(TFD_TIMER_ABSTIME),
    NAME(TFD_TIMER_CANCEL_ON_SET),
    NAME(SFD_NONBLOCK),
    NAME(SFD_CLOEXEC),
    NAME(EPOLL_CLOEXEC),
    NAME(EPOLL_CTL_ADD),
    NAME(EPOLL_CTL_MOD),
    NAME(EPOLL_CTL_DEL),
    NAME(CLOCK_REALTIME),
    NAME(CLOCK_MONOTONIC),
    NAME(CLOCK_BOOTTIME),
    NAME(CLOCK_REALTIME_ALARM),
    NAME(CLOCK_BOOTTIME_ALARM),
    NAME(CLOCK_TAI),
    NAME(CLOCK_MONOTONIC_RAW),
    NAME(CLOCK_REALTIME_COARSE),
    NAME(CLOCK_MONOTONIC_COARSE),
    NAME(CLOCK_PROCESS_CPUTIME_ID),
    NAME(CLOCK_THREAD_CPUTIME_ID),
    NAME(F_DUPFD),
    NAME(F_DUPFD_CLOEXEC),
    NAME(F_GETFD),
    NAME(F_SETFD),
    NAME(F_GETFL),
    NAME(F_SETFL),
    NAME(F_GETPIPE_SZ),
    NAME(F_SETPIPE_SZ),
    NAME(SIG_BLOCK),
    NAME(SIG_UNBLOCK),
    NAME(SIG_SETMASK),
    NAME(SA_RESTART),
    NAME(SA_NODEFER),
    NAME(SA_RESETHAND),
    NAME(SA_SIGINFO),
    NAME(SA_ONSTACK),
    NAME(SA_NOCLDSTOP),
    NAME(SA_NOCLDWAIT),
    NAME(CLOSE_RANGE_UNSHARE),
    NAME(CLOSE_RANGE_CLOEXEC),
};

#undef NAME

template <typename Function>
void ForEach(Function function) {
  for (const Name& name : kEpollEvents) function(name);
  for (const Name& name : kPollEvents) function(name);
  for (const Name& name : kAccessModes) function(name);
  for (const Name& name : kOpenFlags) function(name);
  for (const Name& name : kDescriptorFlags) function(name);
  for (const Name& name : kOthers) function(name);
}

uint32_t Hash(std::string_view text) {
  uint32_t hash = 2166136261U;
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

// By open addressing: a name of a program is looked up once per occurrence.
class Index {
 public:
  Index() {
    ForEach([this](const Name& name) { Insert(name); });
  }

  const Name* Find(std::string_view text) const {
    for (uint32_t i = Hash(text);; ++i) {
      const Name* name = slots_[i % kSlots];
      if (name == nullptr || text == name->name) return name;
    }
  }

 private:
  static constexpr uint32_t kSlots = 512;

  void Insert(const Name& name) {
    uint32_t i = Hash(name.name);
    while (slots_[i % kSlots] != nullptr) ++i;
    slots_[i % kSlots] = &name;
  }

  const Name* slots_[kSlots] = {};
};

template <size_t kCount>
const Name* FindNumber(const Name (&names)[kCount], int64_t number) {
  for (const Name& name : names) {
    if (name.number == number) return &name;
  }
  return nullptr;
}

template <size_t kCount>
void PutBits(Text& text, const Name (&names)[kCount], uint32_t bits) {
  if (bits == 0) {
    text.Put('0');
    return;
  }
  bool first = true;
  const auto separate = [&] {
    if (!first) text.Put('|');
    first = false;
  };
  for (const Name& name : names) {
    const uint32_t number = static_cast<uint32_t>(name.number);
    if (number == 0 || (bits & number) != number) continue;
    separate();
    text.Put(name.name);
    bits &= ~number;
  }
  if (bits == 0) return;
  separate();
  text.Put("0x");
  text.PutHex(bits, 1);
}

bool ParseSmall(std::string_view text, int* number) {
  if (text.empty() || text.size() > 3) return false;
  *number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    *number = 10 * *number + (c - '0');
  }
  return true;
}

}  // namespace

bool FindName(std::string_view name, int64_t* value) {
  static const Index index;
  const Name* found = index.Find(name);
  if (found == nullptr) return false;
  *value = found->number;
  return true;
}

bool FindSignal(std::string_view name, int* signal) {
  if (ParseSmall(name, signal)) return *signal <= kLastSignal;
  constexpr std::string_view kFirst = "SIGRTMIN";
  if (name.starts_with(kFirst)) {
    name.remove_prefix(kFirst.size());
    int offset = 0;
    if (!name.empty()) {
      if (name[0] != '+' || !ParseSmall(name.substr(1), &offset)) return false;
    }
    *signal = SIGRTMIN + offset;
    return *signal <= SIGRTMAX;
  }
  if (name == "SIGRTMAX") {
    *signal = SIGRTMAX;
    return true;
  }
  for (const Name& known : kSignals) {
    if (name != known.name) continue;
    *signal = static_cast<int>(known.number);
    return true;
  }
  return false;
}

void PutErrno(Text& text, int error) {
  if (const Name* name = FindNumber(kErrnos, error)) {
    text.Put(name->name);
  } else {
    text.PutNumber(error);
  }
}

void PutSignal(Text& text, int signal) {
  if (const Name* name = FindNumber(kSignals, signal)) {
    text.Put(name->name);
  } else if (signal >= SIGRTMIN && signal <= SIGRTMAX) {
    text.Put("SIGRTMIN");
    if (signal == SIGRTMIN) return;
    text.Put('+');
    text.PutNumber(signal - SIGRTMIN);
  } else {
    text.PutNumber(signal);
  }
}

void PutSignals(Text& text, const SignalSet& signals) {
  bool first = true;
  const auto put = [&](int signal) {
    if (!signals.Has(signal)) return;
    if (!first) text.Put(',');
    first = false;
    PutSignal(text, signal);
  };
  for (const Name& name : kSignals) put(static_cast<int>(name.number));
  for (int signal = SIGRTMIN; signal <= SIGRTMAX; ++signal) put(signal);
  if (first) text.Put("none");
}

void PutSignalCode(Text& text, int code) {
  if (const Name* name = FindNumber(kSignalCodes, code)) {
    text.Put(name->name);
  } else {
    text.PutNumber(code);
  }
}

void PutEpollEvents(Text& text, uint32_t events) {
  PutBits(text, kEpollEvents, events);
}

void PutPollEvents(Text& text, short events) {
  PutBits(text, kPollEvents, static_cast<unsigned short>(events));
}

void PutOpenFlags(Text& text, int flags) {
  const int mode = flags & O_ACCMODE;
  if (const Name* name = FindNumber(kAccessModes, mode)) {
    text.Put(name->name);
  } else {
    text.PutNumber(mode);
  }
  const int rest = flags & ~O_ACCMODE & ~kLargeFile;
  if (rest == 0) return;
  text.Put('|');
  PutBits(text, kOpenFlags, static_cast<uint32_t>(rest));
}

void PutDescriptorFlags(Text& text, int flags) {
  PutBits(text, kDescriptorFlags, static_cast<uint32_t>(flags));
}

void VisitNames(void (*visit)(const char* name, int64_t number)) {
  ForEach([visit](const Name& name) { visit(name.name, name.number); });
  for (const Name& name : kSignals) visit(name.name, name.number);
  visit("SIGRTMIN", SIGRTMIN);
  visit("SIGRTMAX", SIGRTMAX);
  for (const Name& name : kSignalCodes) visit(name.name, name.number);
  for (const Name& name : kErrnos) visit(name.name, name.number);
}

}  // namespace plumbline::executor
