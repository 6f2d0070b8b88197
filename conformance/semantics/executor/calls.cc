#include "conformance/semantics/executor/calls.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
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

#include "conformance/semantics/executor/fallbacks.h"
#include "conformance/semantics/executor/handled.h"
#include "conformance/semantics/executor/names.h"
#include "conformance/semantics/executor/pattern.h"

namespace plumbline::executor {
namespace {

constexpr int64_t kBillion = 1000000000;
constexpr int kThreads = kMaxThread + 1;
constexpr size_t kShownBytes = 64;

// By step; -1 for none.
int (*made)[2];

// What timerfd_settime adds to for TFD_TIMER_ABSTIME, by descriptor.
constexpr int kKnownClocks = 1024;
clockid_t clocks[kKnownClocks];

// Each thread has its own. Pages that nobody writes to cost nothing.
unsigned char read_buffers[kThreads][kMaxSize];
// As many as a program can register.
epoll_event event_buffers[kThreads][kMaxSteps];
pollfd poll_buffers[kThreads][kMaxEntries];

timespec ToTimespec(int64_t nanoseconds) {
  int64_t seconds = nanoseconds / kBillion;
  int64_t rest = nanoseconds % kBillion;
  if (rest < 0) {
    --seconds;
    rest += kBillion;
  }
  timespec time = {};
  time.tv_sec = static_cast<time_t>(seconds);
  time.tv_nsec = static_cast<long>(rest);
  return time;
}

int64_t ToNanoseconds(const timespec& time) {
  return static_cast<int64_t>(time.tv_sec) * kBillion + time.tv_nsec;
}

sigset_t ToSigset(const SignalSet& signals) {
  sigset_t set;
  sigemptyset(&set);
  for (int signal = 1; signal <= kLastSignal; ++signal) {
    if (signals.Has(signal)) sigaddset(&set, signal);
  }
  return set;
}

SignalSet FromSigset(const sigset_t& set) {
  SignalSet signals;
  for (int signal = 1; signal <= SIGRTMAX; ++signal) {
    if (sigismember(&set, signal) == 1) signals.Add(signal);
  }
  return signals;
}

void NoteClock(int descriptor, clockid_t clock) {
  if (descriptor >= 0 && descriptor < kKnownClocks) clocks[descriptor] = clock;
}

clockid_t ClockOf(int descriptor) {
  return descriptor >= 0 && descriptor < kKnownClocks ? clocks[descriptor]
                                                      : CLOCK_MONOTONIC;
}

uint64_t Fnv1a(const unsigned char* bytes, size_t size) {
  uint64_t hash = 0xcbf29ce484222325U;
  for (size_t i = 0; i < size; ++i) hash = (hash ^ bytes[i]) * 0x100000001b3U;
  return hash;
}

// What signalfd and sigtimedwait have in common.
struct SignalInfo {
  int signal;
  int code;
  int value;
  int64_t pid;
  int64_t uid;
  int64_t tid;
  uint32_t overrun;
};

// The kernel tells of a child, and with its status. Codes of those who send
// signals are not above 0.
bool IsOfChild(int64_t signal, int64_t code) {
  return signal == SIGCHLD && code > 0 && code != SI_KERNEL;
}

void PutIdentity(Text& text, int64_t id, int64_t own) {
  text.Put(':');
  if (id == own) {
    text.Put("self");
  } else if (id == 0) {
    text.Put('0');
  } else {
    text.Put("other");
  }
}

void PutSignalInfo(Text& text, const SignalInfo& info) {
  text.Put(' ');
  PutSignal(text, info.signal);
  text.Put(':');
  PutSignalCode(text, info.code);
  text.Put(':');
  if (info.signal == SIGCHLD &&
      (info.code == CLD_KILLED || info.code == CLD_DUMPED)) {
    PutSignal(text, info.value);
  } else {
    text.PutNumber(info.value);
  }
  PutIdentity(text, info.pid, getpid());
  // Root's number says nothing where there is no sender.
  PutIdentity(text, info.uid, info.pid == 0 ? -1 : int64_t{getuid()});
  PutIdentity(text, info.tid, syscall(SYS_gettid));
  text.Put(':');
  text.PutUnsigned(info.overrun);
}

// A name that no other process uses.
void MakeFifo(int step, char* path, size_t size) {
  const char* folder = getenv("TEST_TMPDIR");
  if (folder == nullptr) folder = getenv("TMPDIR");
  if (folder == nullptr) folder = access("/tmp", W_OK) == 0 ? "/tmp" : "";
  snprintf(path, size, "%s/plumbline-fifo-%d-%d", folder,
           static_cast<int>(getpid()), step);
  // Left behind by a process of the same number that was killed.
  unlink(path);
  if (mkfifo(path, 0600) != 0) Broken("mkfifo in $TMPDIR or /tmp", errno);
}

}  // namespace

int64_t Now() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return ToNanoseconds(now);
}

void PrepareCalls(const Program& program, int (*made_by_steps)[2]) {
  made = made_by_steps;
  for (int i = 0; i < program.step_count; ++i) made[i][0] = made[i][1] = -1;
  for (clockid_t& clock : clocks) clock = CLOCK_MONOTONIC;
}

// One step's call, from its arguments to its line.
class Caller::Performance {
 public:
  Performance(Caller& caller, const Program& program, int step, Text& line)
      : caller_(caller),
        program_(program),
        number_(step),
        step_(program.steps[step]),
        line_(line) {}

  void Do();

 private:
  // Calls, between two looks at the clock.
  template <typename Function>
  bool Time(Function call) {
    before_ = Now();
    caller_.AboutToCall(before_);
    result_ = call();
    error_ = errno;
    after_ = Now();
    return result_ != -1;
  }

  int64_t Number(int i) const { return step_.arguments[i].number; }
  int Int(int i) const { return static_cast<int>(Number(i)); }
  int Resolve(const Value& value) const {
    return value.step < 0 ? static_cast<int>(value.number)
                          : made[value.step][value.which];
  }
  int Descriptor(int i) const { return Resolve(step_.arguments[i]); }
  size_t Size(int i) const { return static_cast<size_t>(Number(i)); }

  const sigset_t* Signals() {
    if (step_.no_signals) return nullptr;
    signals_ = ToSigset(step_.signals);
    return &signals_;
  }

  // -1 is no timeout.
  const timespec* Timeout(int i) {
    if (Number(i) == -1) return nullptr;
    timeout_ = ToTimespec(Number(i));
    return &timeout_;
  }

  // Writes the line up to what the step prints.
  void PutLine();
  // The step made descriptors.
  void Made(int first, int second = -1);

  void DoEpoll();
  void DoPoll();
  void DoSelect();
  void DoRead();
  void DoWrite();
  void DoDuplicate();
  void DoFcntl();
  void DoTimer();
  void DoSignals();

  Caller& caller_;
  const Program& program_;
  const int number_;
  const Step& step_;
  Text& line_;
  int64_t before_ = 0;
  int64_t after_ = 0;
  int64_t result_ = 0;
  int error_ = 0;
  int made_count_ = 0;
  sigset_t signals_;
  timespec timeout_ = {};
};

void Caller::Perform(const Program& program, int step, Text& line) {
  Performance(*this, program, step, line).Do();
  PutHandled(line);
  line.Put('\n');
}

void Caller::Performance::PutLine() {
  line_.PutNumber(number_);
  line_.Put(' ');
  if (made_count_ == 2) {
    line_.PutNumber(made[number_][0]);
    line_.Put(',');
    line_.PutNumber(made[number_][1]);
  } else {
    line_.PutNumber(result_);
  }
  line_.Put(' ');
  if (result_ == -1) {
    PutErrno(line_, error_);
  } else {
    line_.Put('-');
  }
  line_.Put(' ');
  line_.PutNumber(before_);
  line_.Put(' ');
  line_.PutNumber(after_);
}

void Caller::Performance::Made(int first, int second) {
  made[number_][0] = first;
  made[number_][1] = second;
  made_count_ = second == -1 ? 1 : 2;
}

void Caller::Performance::Do() {
  switch (step_.call) {
    case Call::kPipe2: {
      int ends[2];
      if (Time([&] { return pipe2(ends, Int(0)); })) Made(ends[0], ends[1]);
      return PutLine();
    }
    case Call::kSocketpair: {
      int ends[2];
      if (Time([&] { return socketpair(AF_UNIX, Int(0), 0, ends); }))
        Made(ends[0], ends[1]);
      return PutLine();
    }
    case Call::kFifo: {
      char path[PATH_MAX];
      MakeFifo(number_, path, sizeof(path));
      if (Time([&] { return open(path, O_RDWR | Int(0)); }))
        Made(static_cast<int>(result_));
      unlink(path);
      return PutLine();
    }
    case Call::kEventfd:
      if (Time([&] {
            return eventfd(static_cast<unsigned>(Number(0)), Int(1));
          })) {
        Made(static_cast<int>(result_));
      }
      return PutLine();
    case Call::kEpollCreate1:
      if (Time([&] { return epoll_create1(Int(0)); }))
        Made(static_cast<int>(result_));
      return PutLine();
    case Call::kSignalfd: {
      const int descriptor = Descriptor(0);
      const sigset_t* signals = Signals();
      if (Time([&] { return signalfd(descriptor, signals, Int(2)); }))
        Made(static_cast<int>(result_));
      return PutLine();
    }
    case Call::kTimerfdCreate:
    case Call::kTimerfdSettime:
    case Call::kTimerfdGettime:
      return DoTimer();
    case Call::kEpollCtl:
    case Call::kEpollWait:
    case Call::kEpollPwait:
    case Call::kEpollPwait2:
      return DoEpoll();
    case Call::kPoll:
    case Call::kPpoll:
      return DoPoll();
    case Call::kSelect:
    case Call::kPselect:
      return DoSelect();
    case Call::kRead:
    case Call::kReadSiginfo:
    case Call::kRead8:
      return DoRead();
    case Call::kWrite:
    case Call::kWrite8:
      return DoWrite();
    case Call::kClose: {
      const int descriptor = Descriptor(0);
      Time([&] { return close(descriptor); });
      return PutLine();
    }
    case Call::kDup:
    case Call::kDup2:
    case Call::kDup3:
      return DoDuplicate();
    case Call::kCloseRange: {
      const unsigned first = static_cast<unsigned>(Descriptor(0));
      const unsigned last = static_cast<unsigned>(Descriptor(1));
      Time([&] { return CallCloseRange(first, last, Int(2)); });
      return PutLine();
    }
    case Call::kFcntl:
      return DoFcntl();
    case Call::kKill:
    case Call::kSigqueue:
    case Call::kTgkill:
    case Call::kSigprocmask:
    case Call::kSigpending:
    case Call::kSigaction:
    case Call::kSigtimedwait:
    case Call::kSigsuspend:
    case Call::kPause:
      return DoSignals();
    case Call::kSetrlimit: {
      rlimit limit = {};
      getrlimit(RLIMIT_NOFILE, &limit);
      limit.rlim_cur = static_cast<rlim_t>(Number(0));
      Time([&] { return setrlimit(RLIMIT_NOFILE, &limit); });
      return PutLine();
    }
    case Call::kNanosleep: {
      const timespec time = ToTimespec(Number(0));
      Time([&] { return nanosleep(&time, nullptr); });
      return PutLine();
    }
    case Call::kJoin:
      Time([&] {
        caller_.Join(Int(0));
        return 0;
      });
      return PutLine();
    case Call::kFork:
      Time([&] { return caller_.Fork(Int(0)); });
      return PutLine();
    case Call::kExit:
      // It does not return, and its line is written by who sees that it ended.
      Time([&]() -> int { _exit(Int(0)); });
      return;
  }
}

void Caller::Performance::DoTimer() {
  if (step_.call == Call::kTimerfdCreate) {
    if (Time([&] { return timerfd_create(Int(0), Int(1)); })) {
      Made(static_cast<int>(result_));
      NoteClock(made[number_][0], Int(0));
    }
    return PutLine();
  }
  const int descriptor = Descriptor(0);
  itimerspec setting = {};
  if (step_.call == Call::kTimerfdGettime) {
    Time([&] { return timerfd_gettime(descriptor, &setting); });
    PutLine();
    if (result_ == -1) return;
    line_.Put(' ');
    line_.PutNumber(ToNanoseconds(setting.it_value));
    line_.Put(' ');
    line_.PutNumber(ToNanoseconds(setting.it_interval));
    return;
  }
  const int flags = Int(1);
  int64_t value = Number(2);
  setting.it_interval = ToTimespec(Number(3));
  Time([&] {
    // Within the times that are told, as the timer's clock counts from here.
    if ((flags & TFD_TIMER_ABSTIME) != 0 && value != 0) {
      timespec now = {};
      clock_gettime(ClockOf(descriptor), &now);
      value += ToNanoseconds(now);
    }
    setting.it_value = ToTimespec(value);
    return timerfd_settime(descriptor, flags, &setting, nullptr);
  });
  PutLine();
}

void Caller::Performance::DoEpoll() {
  const int epfd = Descriptor(0);
  if (step_.call == Call::kEpollCtl) {
    const int descriptor = Descriptor(2);
    epoll_event event = {};
    event.events = static_cast<uint32_t>(Number(3));
    event.data.u64 = static_cast<uint64_t>(Number(4));
    Time([&] { return epoll_ctl(epfd, Int(1), descriptor, &event); });
    return PutLine();
  }
  epoll_event* const events = event_buffers[caller_.number_];
  const int most = Int(1);
  if (step_.call == Call::kEpollWait) {
    Time([&] { return epoll_wait(epfd, events, most, Int(2)); });
  } else {
    const sigset_t* signals = Signals();
    if (step_.call == Call::kEpollPwait) {
      Time([&] { return epoll_pwait(epfd, events, most, Int(2), signals); });
    } else {
      const timespec* timeout = Timeout(2);
      Time([&] {
        return CallEpollPwait2(epfd, events, most, timeout, signals);
      });
    }
  }
  PutLine();
  for (int64_t i = 0; i < result_ && i < kMaxSteps; ++i) {
    line_.Put(' ');
    PutEpollEvents(line_, events[i].events);
    line_.Put(':');
    line_.PutUnsigned(events[i].data.u64);
  }
}

void Caller::Performance::DoPoll() {
  pollfd* const polled = poll_buffers[caller_.number_];
  const int count = step_.counts[0] < 0 ? 0 : step_.counts[0];
  const Entry* const entries = program_.entries + Number(0);
  for (int i = 0; i < count; ++i)
    polled[i] = {Resolve(entries[i].fd), entries[i].events, 0};
  const nfds_t size = static_cast<nfds_t>(count);
  if (step_.call == Call::kPoll) {
    Time([&] { return poll(polled, size, Int(1)); });
  } else {
    const timespec* timeout = Timeout(1);
    const sigset_t* signals = Signals();
    Time([&] { return ppoll(polled, size, timeout, signals); });
  }
  PutLine();
  for (int i = 0; i < count && result_ != -1; ++i) {
    line_.Put(' ');
    PutPollEvents(line_, polled[i].revents);
  }
}

void Caller::Performance::DoSelect() {
  fd_set sets[3];
  fd_set* given[3] = {};
  int highest = -1;
  for (int i = 0; i < 3; ++i) {
    FD_ZERO(&sets[i]);
    if (step_.counts[i] < 0) continue;
    given[i] = &sets[i];
    for (int k = 0; k < step_.counts[i]; ++k) {
      const int descriptor = Resolve(program_.entries[Number(i) + k].fd);
      // FD_SET of another number writes elsewhere.
      if (descriptor < 0 || descriptor >= FD_SETSIZE) continue;
      FD_SET(descriptor, &sets[i]);
      if (descriptor > highest) highest = descriptor;
    }
  }
  const timespec* timeout = Timeout(3);
  if (step_.call == Call::kSelect) {
    timeval time = {};
    if (timeout != nullptr) {
      time.tv_sec = timeout->tv_sec;
      time.tv_usec = static_cast<suseconds_t>(timeout->tv_nsec / 1000);
    }
    Time([&] {
      return select(highest + 1, given[0], given[1], given[2],
                    timeout == nullptr ? nullptr : &time);
    });
  } else {
    const sigset_t* signals = Signals();
    Time([&] {
      return pselect(highest + 1, given[0], given[1], given[2], timeout,
                     signals);
    });
  }
  PutLine();
  for (int i = 0; i < 3 && result_ != -1; ++i) {
    line_.Put(' ');
    line_.Put("rwe"[i]);
    line_.Put(':');
    bool first = true;
    for (int descriptor = 0; descriptor <= highest; ++descriptor) {
      if (!FD_ISSET(descriptor, &sets[i])) continue;
      if (!first) line_.Put(',');
      first = false;
      line_.PutNumber(descriptor);
    }
  }
}

void Caller::Performance::DoRead() {
  const int descriptor = Descriptor(0);
  unsigned char* const buffer = read_buffers[caller_.number_];
  size_t size = Size(1);
  if (step_.call == Call::kReadSiginfo) size *= sizeof(signalfd_siginfo);
  Time([&] { return static_cast<int64_t>(read(descriptor, buffer, size)); });
  PutLine();
  if (result_ <= 0) return;
  const size_t count = static_cast<size_t>(result_);
  if (step_.call == Call::kReadSiginfo) {
    for (size_t at = 0; at + sizeof(signalfd_siginfo) <= count;
         at += sizeof(signalfd_siginfo)) {
      signalfd_siginfo info;
      memcpy(&info, buffer + at, sizeof(info));
      PutSignalInfo(line_, {.signal = static_cast<int>(info.ssi_signo),
                            .code = info.ssi_code,
                            .value = IsOfChild(info.ssi_signo, info.ssi_code)
                                         ? info.ssi_status
                                         : info.ssi_int,
                            .pid = info.ssi_pid,
                            .uid = info.ssi_uid,
                            .tid = info.ssi_tid,
                            .overrun = info.ssi_overrun});
    }
  } else if (step_.call == Call::kRead8) {
    uint64_t value = 0;
    if (count != sizeof(value)) return;
    memcpy(&value, buffer, sizeof(value));
    line_.Put(' ');
    line_.PutUnsigned(value);
  } else {
    line_.Put(' ');
    for (size_t i = 0; i < count && i < kShownBytes; ++i)
      line_.PutHex(buffer[i], 2);
    if (count <= kShownBytes) return;
    line_.Put('+');
    line_.PutUnsigned(count - kShownBytes);
    line_.Put('#');
    line_.PutHex(Fnv1a(buffer, count), 16);
  }
}

void Caller::Performance::DoWrite() {
  const int descriptor = Descriptor(0);
  const uint64_t value = static_cast<uint64_t>(Number(1));
  const void* const bytes = step_.call == Call::kWrite
                                ? Pattern(Int(2))
                                : static_cast<const void*>(&value);
  const size_t size = step_.call == Call::kWrite ? Size(1) : sizeof(value);
  Time([&] { return static_cast<int64_t>(write(descriptor, bytes, size)); });
  PutLine();
}

void Caller::Performance::DoDuplicate() {
  const int from = Descriptor(0);
  switch (step_.call) {
    case Call::kDup:
      Time([&] { return dup(from); });
      break;
    case Call::kDup2: {
      const int to = Descriptor(1);
      Time([&] { return dup2(from, to); });
      break;
    }
    default: {
      const int to = Descriptor(1);
      Time([&] { return dup3(from, to, Int(2)); });
      break;
    }
  }
  if (result_ != -1) {
    Made(static_cast<int>(result_));
    NoteClock(static_cast<int>(result_), ClockOf(from));
  }
  PutLine();
}

void Caller::Performance::DoFcntl() {
  const int descriptor = Descriptor(0);
  const int operation = Int(1);
  const int argument = Descriptor(2);
  Time([&] { return fcntl(descriptor, operation, argument); });
  const int result = static_cast<int>(result_);
  const bool duplicated = operation == F_DUPFD || operation == F_DUPFD_CLOEXEC;
  if (result != -1 && duplicated) {
    Made(result);
    NoteClock(result, ClockOf(descriptor));
  }
  PutLine();
  if (result == -1) return;
  if (operation == F_GETFL) {
    line_.Put(' ');
    PutOpenFlags(line_, result);
  } else if (operation == F_GETFD) {
    line_.Put(' ');
    PutDescriptorFlags(line_, result);
  }
}

void Caller::Performance::DoSignals() {
  switch (step_.call) {
    case Call::kKill: {
      const pid_t pid = getpid();
      Time([&] { return kill(pid, Int(0)); });
      return PutLine();
    }
    case Call::kSigqueue: {
      const pid_t pid = getpid();
      sigval value = {};
      value.sival_int = Int(1);
      Time([&] { return sigqueue(pid, Int(0), value); });
      return PutLine();
    }
    case Call::kTgkill: {
      const pid_t pid = getpid();
      const int thread = caller_.ThreadId(Int(0));
      Time([&] { return CallTgkill(pid, thread, Int(1)); });
      return PutLine();
    }
    case Call::kSigprocmask: {
      const sigset_t* signals = Signals();
      sigset_t was;
      sigemptyset(&was);
      Time([&] {
        // It returns the errno.
        errno = pthread_sigmask(Int(0), signals, &was);
        return errno == 0 ? 0 : -1;
      });
      PutLine();
      if (result_ == -1) return;
      line_.Put(' ');
      return PutSignals(line_, FromSigset(was));
    }
    case Call::kSigpending: {
      sigset_t pending;
      sigemptyset(&pending);
      Time([&] { return sigpending(&pending); });
      PutLine();
      if (result_ == -1) return;
      line_.Put(' ');
      return PutSignals(line_, FromSigset(pending));
    }
    case Call::kSigaction: {
      struct sigaction action = {};
      sigemptyset(&action.sa_mask);
      switch (static_cast<Action>(Number(1))) {
        case Action::kDefault:
          action.sa_handler = SIG_DFL;
          break;
        case Action::kIgnore:
          action.sa_handler = SIG_IGN;
          break;
        case Action::kHandler:
          action.sa_handler = NoteSignal;
          break;
      }
      action.sa_flags = Int(2);
      Time([&] { return sigaction(Int(0), &action, nullptr); });
      return PutLine();
    }
    case Call::kSigtimedwait: {
      const sigset_t* signals = Signals();
      const timespec* timeout = Timeout(1);
      siginfo_t info = {};
      Time([&] { return sigtimedwait(signals, &info, timeout); });
      PutLine();
      if (result_ == -1) return;
      return PutSignalInfo(line_,
                           {.signal = info.si_signo,
                            .code = info.si_code,
                            .value = IsOfChild(info.si_signo, info.si_code)
                                         ? info.si_status
                                         : info.si_value.sival_int,
                            .pid = info.si_pid,
                            .uid = info.si_uid,
                            .tid = 0,
                            .overrun = 0});
    }
    case Call::kSigsuspend: {
      const sigset_t* signals = Signals();
      Time([&] { return sigsuspend(signals); });
      return PutLine();
    }
    default:
      Time([] { return pause(); });
      return PutLine();
  }
}

}  // namespace plumbline::executor
