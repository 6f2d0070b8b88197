// The functions' parameters, and the values that each is given.

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <climits>
#include <initializer_list>
#include <span>
#include <string_view>

#include "conformance/errors/grid.h"

// What Debian 12's headers lack.
#ifndef F_DUPFD_QUERY
#define F_DUPFD_QUERY (1024 + 3)
#endif
#ifndef F_CREATED_QUERY
#define F_CREATED_QUERY (1024 + 4)
#endif
#ifndef F_GETOWNER_UIDS
#define F_GETOWNER_UIDS 17
#endif
#ifndef FUTEX_LOCK_PI2
#define FUTEX_LOCK_PI2 13
#endif
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#define MFD_EXEC 16U
#endif
#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#define PR_SET_VMA_ANON_NAME 0
#endif
#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_GET_MDWE 66
#endif
#ifndef PR_GET_AUXV
#define PR_GET_AUXV 0x41555856
#endif
#ifndef PR_RISCV_SET_ICACHE_FLUSH_CTX
#define PR_RISCV_SET_ICACHE_FLUSH_CTX 71
#endif
#ifndef PR_FUTEX_HASH
#define PR_FUTEX_HASH 78
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

namespace plumbline::errors {
namespace {

// Plainly the system call, or a function of the C library that looks at none of
// its arguments itself.
template <long kNumber>
long Raw(const long* a) {
  return syscall(kNumber, a[0], a[1], a[2], a[3], a[4], a[5]);
}

template <typename Object>
Object* Zeroed() {
  return static_cast<Object*>(ZeroedObject(sizeof(Object)));
}

template <typename Pointer>
long AsArgument(Pointer* pointer) {
  return reinterpret_cast<long>(pointer);
}

template <typename To>
To* As(long argument) {
  return reinterpret_cast<To*>(argument);
}

int AsInt(long argument) { return static_cast<int>(argument); }

Domain operator+(Domain first, const Domain& rest) {
  first.insert(first.end(), rest.begin(), rest.end());
  return first;
}

#define NUMBER(number) \
  Value { #number, nullptr, static_cast < long>(number) }
// A value whose body follows.
#define VALUE(name, ...) \
  Value { name, []() -> long __VA_ARGS__ }
// An object of zeros that can be read and written.
#define OBJECT(name, type)                          \
  Value {                                           \
    name, [] { return AsArgument(Zeroed<type>()); } \
  }

// --- descriptors ---

long Or(long fd) { return fd >= 0 ? fd : Unavailable(); }

long Reopened(Kept number, int flags) {
  char path[64];
  snprintf(path, sizeof(path), "/proc/self/fd/%d", number);
  return Or(open(path, flags));
}

long EndOfPipe(int end) {
  int ends[2];
  return pipe(ends) == 0 ? ends[end] : Unavailable();
}

long PipeWithData() {
  int ends[2];
  if (pipe(ends) != 0 || write(ends[1], "data", 4) != 4) return Unavailable();
  return ends[0];
}

long FullPipe() {
  int ends[2];
  static const char kBlock[65536] = {};
  if (pipe(ends) != 0) return Unavailable();
  fcntl(ends[1], F_SETFL, O_NONBLOCK);
  while (write(ends[1], kBlock, sizeof(kBlock)) > 0) {
  }
  fcntl(ends[1], F_SETFL, 0);
  return ends[1];
}

long HalfPipe(int end) {
  int ends[2];
  if (pipe(ends) != 0) return Unavailable();
  close(ends[1 - end]);
  return ends[end];
}

long PairedSocket(int type, bool peer_is_closed = false) {
  int ends[2];
  if (socketpair(AF_UNIX, type, 0, ends) != 0) return Unavailable();
  if (peer_is_closed) close(ends[1]);
  return ends[0];
}

// Bound to a name that the kernel chooses.
long ListeningSocket(bool has_connection) {
  const int server = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  socklen_t size = sizeof(address.sun_family);
  if (bind(server, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(server, 1) != 0) {
    return Unavailable();
  }
  if (has_connection) {
    size = sizeof(address);
    getsockname(server, reinterpret_cast<sockaddr*>(&address), &size);
    const int client = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(client, reinterpret_cast<sockaddr*>(&address), size) != 0)
      return Unavailable();
  }
  return server;
}

long Terminal(bool other_end) {
  const int master = posix_openpt(O_RDWR | O_NOCTTY);
  if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0)
    return Unavailable();
  if (!other_end) return master;
  char path[64];
  if (ptsname_r(master, path, sizeof(path)) != 0) return Unavailable();
  return Or(open(path, O_RDWR | O_NOCTTY));
}

long SignalDescriptor() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  return Or(signalfd(-1, &set, 0));
}

long SealedFile() {
  const int fd = memfd_create("sealed", MFD_ALLOW_SEALING);
  if (fd < 0 || ftruncate(fd, 4096) != 0 ||
      fcntl(fd, F_ADD_SEALS,
            F_SEAL_SEAL | F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK) != 0) {
    return Unavailable();
  }
  return fd;
}

long ProcessDescriptor(pid_t process) {
  return Or(syscall(SYS_pidfd_open, process, 0));
}

#ifdef SYS_userfaultfd
long FaultDescriptor() {
  constexpr long kUserModeOnly = 1;
  return Or(syscall(SYS_userfaultfd, O_CLOEXEC | kUserModeOnly));
}
#endif

#ifdef SYS_fanotify_init
long FanotifyDescriptor() {
  constexpr long kReportFid = 0x200;
  return Or(syscall(SYS_fanotify_init, kReportFid, O_RDONLY));
}
#endif

#ifdef SYS_io_uring_setup
long RingDescriptor() {
  char parameters[120] = {};
  return Or(syscall(SYS_io_uring_setup, 1, parameters));
}
#endif

const Domain& NoDescriptors() {
  static const Domain kValues = {
      VALUE("closed descriptor", { return kFirstKept - 1; }),
      NUMBER(-1),
      NUMBER(INT_MAX),
      NUMBER(INT_MIN),
      VALUE("RLIMIT_NOFILE", { return kDescriptorLimit; }),
      VALUE("RLIMIT_NOFILE - 1", { return kDescriptorLimit - 1; }),
  };
  return kValues;
}

const Domain& OpenDescriptors() {
  static const Domain kValues = {
      VALUE("regular file", { return Reopened(kKeptFile, O_RDWR); }),
      VALUE("file open for reading", { return Reopened(kKeptFile, O_RDONLY); }),
      VALUE("file open for writing", { return Reopened(kKeptFile, O_WRONLY); }),
      VALUE("file open for appending",
            { return Reopened(kKeptFile, O_WRONLY | O_APPEND); }),
      VALUE("file open with O_DIRECT",
            { return Reopened(kKeptFile, O_RDWR | O_DIRECT); }),
      VALUE("file open with O_PATH", { return Reopened(kKeptFile, O_PATH); }),
      VALUE("directory", { return Or(open("/tmp", O_RDONLY | O_DIRECTORY)); }),
      VALUE("file of /proc", { return Or(open("/proc/self/stat", O_RDONLY)); }),
      VALUE("directory of /proc/PID",
            { return Or(open("/proc/self", O_RDONLY | O_DIRECTORY)); }),
      VALUE("namespace", { return Or(open("/proc/self/ns/uts", O_RDONLY)); }),
      VALUE("own memory", { return Or(open("/proc/self/mem", O_RDWR)); }),
      VALUE("/dev/null", { return Or(open("/dev/null", O_RDWR)); }),
      VALUE("/dev/zero", { return Or(open("/dev/zero", O_RDWR)); }),
      VALUE("/dev/full", { return Or(open("/dev/full", O_RDWR)); }),
      VALUE("/dev/urandom", { return Or(open("/dev/urandom", O_RDWR)); }),
      VALUE("terminal", { return Terminal(true); }),
      VALUE("terminal's master", { return Terminal(false); }),
      VALUE("FIFO", { return Reopened(kKeptFifo, O_RDWR); }),
      VALUE("pipe's read end", { return EndOfPipe(0); }),
      VALUE("pipe's write end", { return EndOfPipe(1); }),
      VALUE("read end of a pipe with data", { return PipeWithData(); }),
      VALUE("full pipe's write end", { return FullPipe(); }),
      VALUE("read end without a writer", { return HalfPipe(0); }),
      VALUE("write end without a reader", { return HalfPipe(1); }),
      VALUE("stream socket", { return PairedSocket(SOCK_STREAM); }),
      VALUE("stream socket without a peer",
            { return PairedSocket(SOCK_STREAM, true); }),
      VALUE("datagram socket", { return PairedSocket(SOCK_DGRAM); }),
      VALUE("datagram socket without a peer",
            { return PairedSocket(SOCK_DGRAM, true); }),
      VALUE("packet socket", { return PairedSocket(SOCK_SEQPACKET); }),
      VALUE("unconnected socket",
            { return Or(socket(AF_UNIX, SOCK_STREAM, 0)); }),
      VALUE("listening socket", { return ListeningSocket(false); }),
      VALUE("listening socket with a connection",
            { return ListeningSocket(true); }),
      VALUE("TCP socket", { return Or(socket(AF_INET, SOCK_STREAM, 0)); }),
      VALUE("UDP socket", { return Or(socket(AF_INET, SOCK_DGRAM, 0)); }),
      VALUE("netlink socket",
            { return Or(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE)); }),
      VALUE("epoll instance", { return Or(epoll_create1(0)); }),
      VALUE("eventfd", { return Or(eventfd(0, 0)); }),
      VALUE("eventfd as a semaphore",
            { return Or(eventfd(1, EFD_SEMAPHORE | EFD_NONBLOCK)); }),
      VALUE("signalfd", { return SignalDescriptor(); }),
      VALUE("timerfd", { return Or(timerfd_create(CLOCK_MONOTONIC, 0)); }),
      VALUE("inotify instance", { return Or(inotify_init1(0)); }),
      VALUE("pidfd", { return ProcessDescriptor(getpid()); }),
      VALUE("pidfd of process 1", { return ProcessDescriptor(1); }),
      VALUE("pidfd of an ended process",
            { return Or(dup(kKeptEndedProcess)); }),
      VALUE("memfd", { return Or(memfd_create("file", MFD_ALLOW_SEALING)); }),
      VALUE("memfd with all seals", { return SealedFile(); }),
#ifdef SYS_userfaultfd
      VALUE("userfaultfd", { return FaultDescriptor(); }),
#endif
#ifdef SYS_fanotify_init
      VALUE("fanotify group", { return FanotifyDescriptor(); }),
#endif
#ifdef SYS_io_uring_setup
      VALUE("io_uring", { return RingDescriptor(); }),
#endif
  };
  return kValues;
}

// All kinds, with these (of other lists or of OpenDescriptors()) as good ones.
Domain Descriptors(std::initializer_list<const char*> good) {
  Domain domain;
  for (const char* const name : good) {
    for (const Value& value : DescriptorKinds()) {
      if (strcmp(value.name, name) == 0) domain.push_back(value);
    }
  }
  for (const Value& value : DescriptorKinds()) {
    bool is_good = false;
    for (const char* const name : good)
      is_good |= strcmp(value.name, name) == 0;
    if (!is_good) domain.push_back(value);
  }
  return domain;
}

// --- memory ---

const Domain& BadToRead() {
  static const Domain kValues = {
      VALUE("unmapped",
            {
              static void* const kUnmapped =
                  mmap(nullptr, 65536, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
                       -1, 0);
              return AsArgument(kUnmapped);
            }),
      VALUE("the last address", { return -1; }),
#ifdef __LP64__  // on 32 bits, something can be there
      VALUE("half of the address space", { return LONG_MIN; }),
#endif
      VALUE("2 bytes before the end of memory",
            { return AsArgument(static_cast<char*>(ZeroedObject(16)) + 14); }),
  };
  return kValues;
}

Domain Null() {
  return {VALUE("null", { return 0; })};
}

Domain BadToWrite() {
  return BadToRead() + Domain{VALUE("read-only", {
           static void* const kReadOnly = mmap(
               nullptr, 65536, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
           return AsArgument(kReadOnly);
         })};
}

Domain Readable(const Domain& good) { return good + Null() + BadToRead(); }
Domain Writable(const Domain& good) { return good + Null() + BadToWrite(); }

Domain Buffer() {
  return {VALUE("64 KiB", { return AsArgument(ZeroedObject(65536)); })};
}

Domain Sizes() {
  return {NUMBER(8),       NUMBER(0),         NUMBER(1),       NUMBER(7),
          NUMBER(128),     NUMBER(4096),      NUMBER(65536),   NUMBER(65537),
          NUMBER(INT_MAX), NUMBER(SSIZE_MAX), NUMBER(SIZE_MAX)};
}

// Any number that could stand for flags, a mask or an amount.
Domain Numbers(const Domain& good) {
  return good + Domain{NUMBER(0),      NUMBER(1),       NUMBER(2),
                       NUMBER(3),      NUMBER(4),       NUMBER(8),
                       NUMBER(16),     NUMBER(-1),      NUMBER(0x100),
                       NUMBER(0x1000), NUMBER(INT_MAX), NUMBER(INT_MIN)};
}

Domain Flags(const Domain& good) {
  return good +
         Domain{NUMBER(0x40), NUMBER(0x10000000), NUMBER(-1), NUMBER(INT_MIN)};
}

Value Time(const char* name, long (*make)()) { return {name, make}; }

template <long kSeconds, long kNanoseconds>
long MakeTime() {
  timespec* const time = Zeroed<timespec>();
  time->tv_sec = kSeconds;
  time->tv_nsec = kNanoseconds;
  return AsArgument(time);
}

#define TIME(seconds, nanoseconds) \
  Time("{" #seconds " s, " #nanoseconds " ns}", MakeTime<seconds, nanoseconds>)

Domain Times() {
  return {TIME(0, 0),  TIME(0, 100000),     TIME(1, 0),
          TIME(0, -1), TIME(0, 1000000000), TIME(0, 999999999),
          TIME(-1, 0), TIME(LONG_MAX, 0)};
}

template <long kIntervalNs, long kSeconds, long kNanoseconds>
long MakeTimer() {
  itimerspec* const time = Zeroed<itimerspec>();
  time->it_interval.tv_nsec = kIntervalNs;
  time->it_value.tv_sec = kSeconds;
  time->it_value.tv_nsec = kNanoseconds;
  return AsArgument(time);
}

#define TIMER(interval, seconds, nanoseconds)                              \
  Time("{every " #interval " ns, in " #seconds " s, " #nanoseconds " ns}", \
       MakeTimer<interval, seconds, nanoseconds>)

Domain Timers() {
  return {TIMER(0, 1000, 0),  TIMER(0, 0, 0),
          TIMER(1, 1000, 0),  TIMER(0, 0, 1000000000),
          TIMER(0, 0, -1),    TIMER(0, -1, 0),
          TIMER(-1, 1000, 0), TIMER(1000000000, 1000, 0),
          TIMER(-1, 0, 0),    TIMER(0, LONG_MAX, 0)};
}

// --- signals and processes ---

// None that does anything, as it may reach the parent or process 1: SIGURG is
// ignored by who does not ask for it.
Domain Signals() {
  return {NUMBER(0),  NUMBER(SIGURG),  NUMBER(SIGRTMAX + 1),
          NUMBER(-1), NUMBER(INT_MAX), NUMBER(INT_MIN)};
}

Domain SignalNumbers() {
  return {NUMBER(SIGURG),       NUMBER(0),  NUMBER(1),        NUMBER(SIGKILL),
          NUMBER(SIGSTOP),      NUMBER(32), NUMBER(SIGRTMIN), NUMBER(SIGRTMAX),
          NUMBER(SIGRTMAX + 1), NUMBER(-1), NUMBER(INT_MAX),  NUMBER(INT_MIN)};
}

// Never -1, which means every process.
Domain Processes() {
  return {VALUE("own process", { return getpid(); }),
          NUMBER(0),
          VALUE("parent", { return getppid(); }),
          NUMBER(1),
          NUMBER(0x3fffffff),
          NUMBER(INT_MAX),
          NUMBER(INT_MIN),
          NUMBER(-0x3fffffff)};
}

Domain Threads() {
  return {VALUE("own thread", { return syscall(SYS_gettid); }),
          NUMBER(0),
          NUMBER(1),
          NUMBER(0x3fffffff),
          NUMBER(INT_MAX),
          NUMBER(INT_MIN),
          NUMBER(-1)};
}

constexpr long kSignalSetSize = (_NSIG - 1) / 8;

Domain SignalSets() {
  return {
      OBJECT("no signals", sigset_t),
      VALUE("{SIGUSR1}",
            {
              sigset_t* const set = Zeroed<sigset_t>();
              sigaddset(set, SIGUSR1);
              return AsArgument(set);
            }),
      VALUE("{SIGKILL}",
            {
              sigset_t* const set = Zeroed<sigset_t>();
              sigaddset(set, SIGKILL);
              return AsArgument(set);
            }),
      VALUE("{SIGURG}, pending",
            {
              sigset_t* const set = Zeroed<sigset_t>();
              sigaddset(set, SIGURG);
              return AsArgument(set);
            }),
  };
}

// As pselect6's last argument has it.
struct MaskAndSize {
  const void* mask;
  size_t size;
};

// --- clocks ---

Domain Clocks() {
  return {
      NUMBER(CLOCK_MONOTONIC),
      NUMBER(CLOCK_REALTIME),
      NUMBER(CLOCK_PROCESS_CPUTIME_ID),
      NUMBER(CLOCK_THREAD_CPUTIME_ID),
      NUMBER(CLOCK_MONOTONIC_RAW),
      NUMBER(CLOCK_REALTIME_COARSE),
      NUMBER(CLOCK_MONOTONIC_COARSE),
      NUMBER(CLOCK_BOOTTIME),
      NUMBER(CLOCK_REALTIME_ALARM),
      NUMBER(CLOCK_BOOTTIME_ALARM),
      NUMBER(10),
      NUMBER(CLOCK_TAI),
      NUMBER(12),
      NUMBER(15),
      NUMBER(16),
      NUMBER(-1),
      NUMBER(INT_MAX),
      NUMBER(INT_MIN),
      // Clocks of descriptors and processes: see clock_gettime(2).
      VALUE(
          "clock of a regular file",
          { return ~static_cast<long>(Reopened(kKeptFile, O_RDWR)) << 3 | 3; }),
      VALUE("clock of a closed descriptor",
            { return ~static_cast<long>(kFirstKept - 1) << 3 | 3; }),
      VALUE("clock of /dev/ptp0",
            { return ~Or(open("/dev/ptp0", O_RDWR)) << 3 | 3; }),
      VALUE("CPU-time clock of the own process",
            { return ~static_cast<long>(getpid()) << 3 | 2; }),
      VALUE("CPU-time clock of process 1", { return ~1L << 3 | 2; }),
      VALUE("CPU-time clock of no process", { return ~0x3fffffL << 3 | 2; }),
      VALUE("CPU-time clock of the own thread",
            { return ~syscall(SYS_gettid) << 3 | 6; }),
  };
}

long Timer() {
  int id = 0;
  sigevent event = {};
  event.sigev_notify = SIGEV_NONE;
  return syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &id) == 0
             ? id
             : Unavailable();
}

// --- paths ---

Domain Paths() {
  return Domain{
      VALUE("\"/\"", { return AsArgument("/"); }),
      VALUE("\"\"", { return AsArgument(""); }),
      VALUE("\".\"", { return AsArgument("."); }),
      VALUE("\"/proc/self/stat\"", { return AsArgument("/proc/self/stat"); }),
      VALUE("\"/nonexistent\"", { return AsArgument("/nonexistent"); }),
      VALUE("\"nonexistent\"", { return AsArgument("nonexistent"); }),
      VALUE("\"/proc/self/stat/x\"",
            { return AsArgument("/proc/self/stat/x"); }),
      VALUE("\"/proc/self/fd/0\"", { return AsArgument("/proc/self/fd/0"); }),
      VALUE("\"/proc/self/fd/63\"", { return AsArgument("/proc/self/fd/63"); }),
      VALUE("\"/proc/1/cwd/x\"", { return AsArgument("/proc/1/cwd/x"); }),
      VALUE("a name of 256",
            { return AsArgument(memset(ZeroedObject(512), 'x', 256)); }),
      VALUE("a path of 4096",
            {
              char* const path = static_cast<char*>(ZeroedObject(8192));
              for (int i = 0; i < 4096; ++i) path[i] = i % 2 ? '.' : '/';
              return AsArgument(path);
            }),
      VALUE("a path without end",
            { return AsArgument(memset(ZeroedObject(65536), '/', 65536)); }),
  };
}

// --- system calls that differ between architectures ---

long Select(const long* a) {
#if defined(SYS__newselect)
  return syscall(SYS__newselect, a[0], a[1], a[2], a[3], a[4]);
#elif defined(SYS_select)
  return syscall(SYS_select, a[0], a[1], a[2], a[3], a[4]);
#else
  return syscall(SYS_pselect6, a[0], a[1], a[2], a[3], a[4], 0L);
#endif
}

long Pselect(const long* a) {
  MaskAndSize mask = {As<void>(a[5]), static_cast<size_t>(kSignalSetSize)};
  return syscall(SYS_pselect6, a[0], a[1], a[2], a[3], a[4], &mask);
}

long EpollWait(const long* a) {
#ifdef SYS_epoll_wait
  return syscall(SYS_epoll_wait, a[0], a[1], a[2], a[3]);
#else
  return syscall(SYS_epoll_pwait, a[0], a[1], a[2], a[3], 0L, kSignalSetSize);
#endif
}

long Fcntl(const long* a) {
#ifdef SYS_fcntl64
  return syscall(SYS_fcntl64, a[0], a[1], a[2]);
#else
  return syscall(SYS_fcntl, a[0], a[1], a[2]);
#endif
}

long Sigaction(const long* a) {
#if defined(__sparc__)
  return syscall(SYS_rt_sigaction, a[0], a[1], a[2], 0L, kSignalSetSize);
#else
  return syscall(SYS_rt_sigaction, a[0], a[1], a[2], kSignalSetSize, 0L);
#endif
}

long Fstat(const long* a) {
#if defined(SYS_fstat64) && !defined(__LP64__)
  return syscall(SYS_fstat64, a[0], a[1]);
#else
  return syscall(SYS_fstat, a[0], a[1]);
#endif
}

// The largest of a kernel's own structures: sigaction, stat.
struct Room {
  char bytes[256];
};

// --- the parts of calls ---

Domain EpollEvents() {
  return Readable({VALUE("{EPOLLIN}",
                         {
                           epoll_event* const event = Zeroed<epoll_event>();
                           event->events = EPOLLIN;
                           return AsArgument(event);
                         }),
                   VALUE("{EPOLLIN | EPOLLEXCLUSIVE}",
                         {
                           epoll_event* const event = Zeroed<epoll_event>();
                           event->events = EPOLLIN | EPOLLEXCLUSIVE;
                           return AsArgument(event);
                         }),
                   VALUE("{all events}",
                         {
                           epoll_event* const event = Zeroed<epoll_event>();
                           event->events = ~0U;
                           return AsArgument(event);
                         }),
                   VALUE("{EPOLLWAKEUP}", {
                     epoll_event* const event = Zeroed<epoll_event>();
                     event->events = EPOLLWAKEUP;
                     return AsArgument(event);
                   })});
}

long WatchingEpoll() {
  const int epfd = epoll_create1(0);
  epoll_event event = {};
  event.events = EPOLLIN;
  if (epfd < 0 || epoll_ctl(epfd, EPOLL_CTL_ADD, eventfd(1, 0), &event) != 0) {
    return Unavailable();
  }
  return epfd;
}

Domain EpollInstances() {
  return Domain{VALUE("epoll instance with an event",
                      { return WatchingEpoll(); })} +
         Descriptors({"epoll instance"});
}

Domain EventArrays() { return Writable(Buffer()); }

Domain MaxEvents() {
  return {NUMBER(1),           NUMBER(0),       NUMBER(-1),
          NUMBER(INT_MIN),     NUMBER(INT_MAX), NUMBER(INT_MAX / 16),
          NUMBER(INT_MAX / 12)};
}

Domain Timeouts() {
  return {NUMBER(0), NUMBER(-1), NUMBER(INT_MIN), NUMBER(1), NUMBER(INT_MAX)};
}

Domain PollArrays() {
  return Writable({VALUE("{closed descriptor}",
                         {
                           pollfd* const array =
                               static_cast<pollfd*>(ZeroedObject(65536));
                           array->fd = kFirstKept - 1;
                           array->events = POLLIN;
                           return AsArgument(array);
                         }),
                   VALUE("{pipe's read end}", {
                     pollfd* const array =
                         static_cast<pollfd*>(ZeroedObject(65536));
                     for (int i = 0; i < 4096; ++i) array[i].fd = -1;
                     array->fd = static_cast<int>(EndOfPipe(0));
                     array->events = POLLIN;
                     return AsArgument(array);
                   })});
}
Domain PollCounts() {
  return {NUMBER(1),
          NUMBER(0),
          NUMBER(2),
          VALUE("RLIMIT_NOFILE", { return kDescriptorLimit; }),
          VALUE("RLIMIT_NOFILE + 1", { return kDescriptorLimit + 1; }),
          NUMBER(-1),
          NUMBER(INT_MAX)};
}

Domain DescriptorSets() {
  return Writable({OBJECT("no descriptors", fd_set),
                   VALUE("{pipe's read end}",
                         {
                           fd_set* const set = Zeroed<fd_set>();
                           FD_SET(static_cast<int>(EndOfPipe(0)), set);
                           return AsArgument(set);
                         }),
                   VALUE("{regular file}",
                         {
                           fd_set* const set = Zeroed<fd_set>();
                           FD_SET(static_cast<int>(Reopened(kKeptFile, O_RDWR)),
                                  set);
                           return AsArgument(set);
                         }),
                   VALUE("{closed descriptor}", {
                     fd_set* const set = Zeroed<fd_set>();
                     FD_SET(kFirstKept - 1, set);
                     return AsArgument(set);
                   })});
}
Domain SetSizes() {
  return {NUMBER(64), NUMBER(0),       NUMBER(1),    NUMBER(1024),
          NUMBER(-1), NUMBER(INT_MIN), NUMBER(1025), NUMBER(INT_MAX)};
}

template <long kSeconds, long kMicroseconds>
long MakeTimeval() {
  timeval* const time = Zeroed<timeval>();
  time->tv_sec = kSeconds;
  time->tv_usec = static_cast<suseconds_t>(kMicroseconds);
  return AsArgument(time);
}
#define TIMEVAL(seconds, microseconds)           \
  Time("{" #seconds " s, " #microseconds " us}", \
       MakeTimeval<seconds, microseconds>)
Domain Timevals() {
  return {TIMEVAL(0, 0),  TIMEVAL(0, 100),     TIMEVAL(-1, 0),
          TIMEVAL(0, -1), TIMEVAL(0, 1000000), TIMEVAL(LONG_MAX, LONG_MAX)};
}

template <size_t kFirst, size_t kSecond>
long MakeVector() {
  iovec* const vector = static_cast<iovec*>(ZeroedObject(65536));
  void* const memory = ZeroedObject(65536);
  vector[0] = {memory, kFirst};
  vector[1] = {memory, kSecond};
  return AsArgument(vector);
}

Domain Vectors() {
  return Readable(
      {Value{"{8, 8}", MakeVector<8, 8>}, Value{"{0, 0}", MakeVector<0, 0>},
       Value{"{65537, 8}", MakeVector<65537, 8>},
       Value{"{SIZE_MAX, 8}", MakeVector<SIZE_MAX, 8>},
       Value{"{SSIZE_MAX, SSIZE_MAX}", MakeVector<SSIZE_MAX, SSIZE_MAX>},
       VALUE("{unmapped}", {
         iovec* const vector = static_cast<iovec*>(ZeroedObject(65536));
         vector[0] = {As<void>(-4096), 8};
         vector[1] = {As<void>(-4096), 8};
         return AsArgument(vector);
       })});
}
Domain VectorSizes() {
  return {NUMBER(1),    NUMBER(0),  NUMBER(2),      NUMBER(1024),
          NUMBER(1025), NUMBER(-1), NUMBER(INT_MAX)};
}

Domain Offsets() {
  const auto offset = [](const char* name, long (*make)()) {
    return Value{name, make};
  };
  return Null() +
         Domain{OBJECT("&0", off64_t),
                offset("&-1",
                       [] {
                         off64_t* const at = Zeroed<off64_t>();
                         *at = -1;
                         return AsArgument(at);
                       }),
                offset("&INT64_MAX",
                       [] {
                         off64_t* const at = Zeroed<off64_t>();
                         *at = INT64_MAX;
                         return AsArgument(at);
                       })} +
         BadToWrite();
}

// A lock; `long` stands for what the kernel's own fcntl has.
template <typename Lock, short kType, short kWhence, long kStart, long kLength>
long MakeLock() {
  Lock* const lock = Zeroed<Lock>();
  lock->l_type = kType;
  lock->l_whence = kWhence;
  lock->l_start = kStart;
  lock->l_len = kLength;
  return AsArgument(lock);
}
#define LOCK(type, whence, start, length)                \
  Value {                                                \
    "{" #type ", " #whence ", " #start ", " #length "}", \
        MakeLock<Lock, type, whence, start, length>      \
  }

template <typename Lock>
Domain Locks() {
  return Writable({LOCK(F_WRLCK, SEEK_SET, 0, 0), LOCK(F_RDLCK, SEEK_SET, 0, 1),
                   LOCK(F_UNLCK, SEEK_SET, 0, 0), LOCK(9, SEEK_SET, 0, 0),
                   LOCK(F_WRLCK, 9, 0, 0), LOCK(F_WRLCK, SEEK_SET, -1, 0),
                   LOCK(F_WRLCK, SEEK_END, LONG_MAX, LONG_MAX),
                   LOCK(F_WRLCK, SEEK_SET, LONG_MAX, LONG_MAX),
                   LOCK(F_WRLCK, SEEK_SET, 1, -2),
                   LOCK(F_WRLCK, SEEK_CUR, LONG_MIN, 0)});
}

template <int kType, int kId>
long MakeOwner() {
  const int type = kType;  // which may be none of the enumeration
  f_owner_ex* const owner = Zeroed<f_owner_ex>();
  memcpy(&owner->type, &type, sizeof(type));
  owner->pid = kId;
  return AsArgument(owner);
}

template <uint64_t kHint>
long MakeHint() {
  uint64_t* const hint = Zeroed<uint64_t>();
  *hint = kHint;
  return AsArgument(hint);
}

struct Operation {
  const char* name;
  int number;
  Domain argument;
};

#define OPERATION(name, ...) \
  { #name, name, __VA_ARGS__ }

// What can't be called with such arguments, and why.
constexpr std::span<const NotInGrid> kNotInGrid;

void AddFcntl(std::vector<GridCall>& calls) {
  const Domain numbers = Numbers({});
  const Domain signals = SignalNumbers() + Domain{NUMBER(SIGRTMAX + 2)};
  const Domain owners = {VALUE("own process", { return getpid(); }),
                         NUMBER(0),
                         NUMBER(1),
                         VALUE("own process group", { return -getpid(); }),
                         NUMBER(0x3fffffff),
                         NUMBER(-0x3fffffff),
                         NUMBER(INT_MAX),
                         NUMBER(INT_MIN)};
  const Domain leases = {NUMBER(F_RDLCK), NUMBER(F_WRLCK), NUMBER(F_UNLCK),
                         NUMBER(9), NUMBER(-1)};
  const Domain hints =
      Readable({Value{"&0", MakeHint<0>}, Value{"&5", MakeHint<5>},
                Value{"&6", MakeHint<6>}, Value{"&-1", MakeHint<UINT64_MAX>}});
  const Domain bases = {
      NUMBER(0),
      VALUE("RLIMIT_NOFILE - 1", { return kDescriptorLimit - 1; }),
      VALUE("RLIMIT_NOFILE", { return kDescriptorLimit; }),
      NUMBER(-1),
      NUMBER(INT_MAX),
      NUMBER(INT_MIN)};
  const std::vector<Operation> operations = {
      OPERATION(F_DUPFD, bases),
      OPERATION(F_DUPFD_CLOEXEC, bases),
      OPERATION(F_DUPFD_QUERY, Descriptors({})),
      OPERATION(F_CREATED_QUERY, numbers),
      OPERATION(F_GETFD, numbers),
      OPERATION(F_SETFD, numbers),
      OPERATION(F_GETFL, numbers),
      OPERATION(F_SETFL, numbers + Domain{NUMBER(O_APPEND), NUMBER(O_ASYNC),
                                          NUMBER(O_DIRECT), NUMBER(O_NOATIME),
                                          NUMBER(O_NONBLOCK)}),
      OPERATION(F_GETLK, Locks<struct flock>()),
      OPERATION(F_SETLK, Locks<struct flock>()),
      OPERATION(F_SETLKW, Locks<struct flock>()),
      OPERATION(F_OFD_GETLK, Locks<struct flock64>()),
      OPERATION(F_OFD_SETLK, Locks<struct flock64>()),
      OPERATION(F_OFD_SETLKW, Locks<struct flock64>()),
      OPERATION(F_GETOWN, numbers),
      OPERATION(F_SETOWN, owners),
      OPERATION(F_GETOWN_EX, Writable({OBJECT("f_owner_ex", f_owner_ex)})),
      OPERATION(F_SETOWN_EX,
                Readable({Value{"{F_OWNER_TID, 0}", MakeOwner<0, 0>},
                          Value{"{F_OWNER_PID, 1}", MakeOwner<1, 1>},
                          Value{"{F_OWNER_PGRP, 0x3fffffff}",
                                MakeOwner<2, 0x3fffffff>},
                          Value{"{F_OWNER_PID, -1}", MakeOwner<1, -1>},
                          Value{"{3, 0}", MakeOwner<3, 0>},
                          Value{"{-1, 0}", MakeOwner<-1, 0>}})),
      OPERATION(F_GETOWNER_UIDS, Writable(Buffer())),
      OPERATION(F_GETSIG, numbers),
      OPERATION(F_SETSIG, signals),
      OPERATION(F_GETLEASE, numbers),
      OPERATION(F_SETLEASE, leases),
      OPERATION(F_NOTIFY, numbers + Domain{NUMBER(DN_ACCESS), NUMBER(DN_DELETE),
                                           NUMBER(DN_MULTISHOT)}),
      OPERATION(F_GETPIPE_SZ, numbers),
      OPERATION(F_SETPIPE_SZ,
                numbers + Domain{NUMBER(65536), NUMBER(1 << 20),
                                 NUMBER((1 << 20) + 1), NUMBER(1 << 30)}),
      OPERATION(F_GET_SEALS, numbers),
      OPERATION(F_ADD_SEALS,
                numbers + Domain{NUMBER(F_SEAL_FUTURE_WRITE), NUMBER(0x20)}),
      OPERATION(F_GET_RW_HINT, Writable({OBJECT("hint", uint64_t)})),
      OPERATION(F_SET_RW_HINT, hints),
      OPERATION(F_GET_FILE_RW_HINT, Writable({OBJECT("hint", uint64_t)})),
      OPERATION(F_SET_FILE_RW_HINT, hints),
  };
  for (const Operation& operation : operations) {
    const Value number = {operation.name, nullptr, operation.number};
    calls.push_back({"fcntl",
                     operation.name,
                     "",
                     Fcntl,
                     {Descriptors({"regular file", "pipe's read end", "memfd",
                                   "directory"}),
                      {number},
                      operation.argument}});
  }
  calls.push_back({"fcntl",
                   "",
                   "",
                   Fcntl,
                   {Descriptors({"regular file"}),
                    {NUMBER(100), NUMBER(-1), NUMBER(1023), NUMBER(1100),
                     NUMBER(INT_MAX), NUMBER(INT_MIN)},
                    numbers}});
}

// A futex's word: the value of `val` is 0 as well.
template <uint32_t kWord>
long MakeWord() {
  uint32_t* const word = Zeroed<uint32_t>();
  *word = kWord;
  return AsArgument(word);
}

Domain Words() {
  return Writable({Value{"&0", MakeWord<0>},
                   // Never the number of another thread that lives: who waits
                   // for its lock isn't interrupted.
                   Value{"&no thread", MakeWord<0x3ffffff0>},
                   Value{"&FUTEX_OWNER_DIED", MakeWord<FUTEX_OWNER_DIED>},
                   Value{"&FUTEX_WAITERS", MakeWord<FUTEX_WAITERS>},
                   VALUE("&own thread",
                         {
                           uint32_t* const word = Zeroed<uint32_t>();
                           *word = static_cast<uint32_t>(syscall(SYS_gettid));
                           return AsArgument(word);
                         }),
                   VALUE("unaligned", {
                     return AsArgument(static_cast<char*>(ZeroedObject(16)) +
                                       1);
                   })});
}

void AddFutex(std::vector<GridCall>& calls) {
  const Domain no_time = Null();
  const Domain ignored = {NUMBER(0), NUMBER(-1)};
  const Domain values = {NUMBER(0), NUMBER(1), NUMBER(-1), NUMBER(INT_MAX),
                         NUMBER(INT_MIN)};
  const Domain amounts = {NUMBER(1),  NUMBER(0),       NUMBER(2),
                          NUMBER(-1), NUMBER(INT_MAX), NUMBER(INT_MIN)};
  const Domain times = Times() + Null() + BadToRead();
  // Who waits for such a lock is not interrupted.
  const Domain soon = Domain{TIME(0, 0), TIME(1, 0), TIME(0, -1),
                             TIME(0, 1000000000), TIME(-1, 0)} +
                      BadToRead();
  const Domain bits = {NUMBER(-1), NUMBER(0), NUMBER(1)};
  const Domain works = {NUMBER(0), NUMBER(FUTEX_OP(FUTEX_OP_SET, 1, 0, 0)),
                        NUMBER(FUTEX_OP(9, 0, 0, 0)),
                        NUMBER(FUTEX_OP(0, 0, 9, 0)),
                        NUMBER(FUTEX_OP(FUTEX_OP_OPARG_SHIFT, 32, 0, 0))};
  const Domain other =
      Words() + Domain{VALUE("the same", { return ArgumentAt(0); })};
  struct Futex {
    const char* name;
    int number;
    Domain val, timeout, uaddr2, val3;
  };
  const std::vector<Futex> operations = {
      {"FUTEX_WAIT", FUTEX_WAIT, values, times, ignored, ignored},
      {"FUTEX_WAKE", FUTEX_WAKE, amounts, ignored, ignored, ignored},
      {"FUTEX_FD", FUTEX_FD, Signals(), ignored, ignored, ignored},
      {"FUTEX_REQUEUE", FUTEX_REQUEUE, amounts, amounts, other, ignored},
      {"FUTEX_CMP_REQUEUE", FUTEX_CMP_REQUEUE, amounts, amounts, other, values},
      {"FUTEX_WAKE_OP", FUTEX_WAKE_OP, amounts, amounts, other, works},
      {"FUTEX_LOCK_PI", FUTEX_LOCK_PI, ignored, soon, ignored, ignored},
      {"FUTEX_LOCK_PI2", FUTEX_LOCK_PI2, ignored, soon, ignored, ignored},
      {"FUTEX_UNLOCK_PI", FUTEX_UNLOCK_PI, ignored, ignored, ignored, ignored},
      {"FUTEX_TRYLOCK_PI", FUTEX_TRYLOCK_PI, ignored, ignored, ignored,
       ignored},
      {"FUTEX_WAIT_BITSET", FUTEX_WAIT_BITSET, values, times, ignored, bits},
      {"FUTEX_WAKE_BITSET", FUTEX_WAKE_BITSET, amounts, ignored, ignored, bits},
      {"FUTEX_WAIT_REQUEUE_PI", FUTEX_WAIT_REQUEUE_PI, values, soon, other,
       ignored},
      {"FUTEX_CMP_REQUEUE_PI", FUTEX_CMP_REQUEUE_PI, amounts, amounts, other,
       values},
  };
  for (const Futex& futex : operations) {
    calls.push_back({"futex",
                     futex.name,
                     "",
                     Raw<SYS_futex>,
                     {Words(),
                      {{futex.name, nullptr, futex.number},
                       {"… | FUTEX_PRIVATE_FLAG", nullptr,
                        futex.number | FUTEX_PRIVATE_FLAG},
                       {"… | FUTEX_CLOCK_REALTIME", nullptr,
                        futex.number | FUTEX_CLOCK_REALTIME}},
                      futex.val,
                      futex.timeout,
                      futex.uaddr2,
                      futex.val3}});
  }
  calls.push_back(
      {"futex",
       "",
       "",
       Raw<SYS_futex>,
       {Words(),
        {NUMBER(14), NUMBER(127), NUMBER(-1), NUMBER(0x200), NUMBER(INT_MIN)},
        values,
        no_time,
        other,
        values}});
}

// What only other architectures have is asked for everywhere.
void AddPrctl(std::vector<GridCall>& calls) {
  const Domain few = {NUMBER(0), NUMBER(1), NUMBER(-1)};
  const Domain numbers = Numbers({});
  const Domain to = Writable(Buffer());
  const Domain from = Readable(Buffer());
  const Domain addresses = numbers + BadToRead();
  struct Option {
    const char* name;
    long number;
    Domain second;
    const char* general = "";
    Domain third = {}, fourth = {};
  };
  // Leaves out what ends the process or can't be told from a crash:
  // SECCOMP_MODE_STRICT, and a dispatch of system calls that is in order.
  const std::vector<Option> options = {
      OPERATION(PR_SET_PDEATHSIG, SignalNumbers()),
      OPERATION(PR_GET_PDEATHSIG, to),
      OPERATION(PR_GET_DUMPABLE, numbers),
      OPERATION(PR_SET_DUMPABLE, numbers),
      OPERATION(PR_GET_UNALIGN, to),
      OPERATION(PR_SET_UNALIGN, numbers),
      OPERATION(PR_GET_KEEPCAPS, numbers),
      OPERATION(PR_SET_KEEPCAPS, numbers),
      OPERATION(PR_GET_FPEMU, to),
      OPERATION(PR_SET_FPEMU, numbers),
      OPERATION(PR_GET_FPEXC, to),
      OPERATION(PR_SET_FPEXC, numbers),
      OPERATION(PR_GET_TIMING, numbers),
      OPERATION(PR_SET_TIMING, numbers),
      OPERATION(PR_SET_NAME, from),
      OPERATION(PR_GET_NAME, to),
      OPERATION(PR_GET_ENDIAN, to),
      OPERATION(PR_SET_ENDIAN, numbers),
      OPERATION(PR_GET_SECCOMP, numbers),
      OPERATION(PR_SET_SECCOMP, {NUMBER(2), NUMBER(0), NUMBER(3), NUMBER(-1)},
                "", from),
      OPERATION(PR_CAPBSET_READ, numbers),
      OPERATION(PR_CAPBSET_DROP, numbers),
      OPERATION(PR_GET_TSC, to),
      OPERATION(PR_SET_TSC, {NUMBER(1), NUMBER(0), NUMBER(3), NUMBER(-1)}),
      OPERATION(PR_GET_SECUREBITS, numbers),
      OPERATION(PR_SET_SECUREBITS, numbers),
      OPERATION(PR_SET_TIMERSLACK, numbers),
      OPERATION(PR_GET_TIMERSLACK, numbers),
      OPERATION(PR_MCE_KILL, numbers, "", few),
      {"PR_MCE_KILL_CLEAR",
       PR_MCE_KILL,
       {NUMBER(PR_MCE_KILL_CLEAR)},
       "PR_MCE_KILL",
       few},
      {"PR_MCE_KILL_SET",
       PR_MCE_KILL,
       {NUMBER(PR_MCE_KILL_SET)},
       "PR_MCE_KILL",
       numbers},
      OPERATION(PR_MCE_KILL_GET, numbers),
      OPERATION(PR_SET_PTRACER, Processes() + Domain{NUMBER(-1)}),
      OPERATION(PR_SET_CHILD_SUBREAPER, numbers),
      OPERATION(PR_GET_CHILD_SUBREAPER, to),
      OPERATION(PR_SET_NO_NEW_PRIVS, numbers),
      OPERATION(PR_GET_NO_NEW_PRIVS, numbers),
      OPERATION(PR_GET_TID_ADDRESS, to),
      OPERATION(PR_SET_THP_DISABLE, numbers),
      OPERATION(PR_GET_THP_DISABLE, numbers),
      OPERATION(PR_MPX_ENABLE_MANAGEMENT, few),
      OPERATION(PR_MPX_DISABLE_MANAGEMENT, few),
      OPERATION(PR_SET_FP_MODE, numbers),
      OPERATION(PR_GET_FP_MODE, numbers),
      OPERATION(PR_CAP_AMBIENT, {NUMBER(0), NUMBER(5), NUMBER(-1)}, "", few),
      {"PR_CAP_AMBIENT_IS_SET",
       PR_CAP_AMBIENT,
       {NUMBER(PR_CAP_AMBIENT_IS_SET)},
       "PR_CAP_AMBIENT",
       numbers},
      {"PR_CAP_AMBIENT_RAISE",
       PR_CAP_AMBIENT,
       {NUMBER(PR_CAP_AMBIENT_RAISE)},
       "PR_CAP_AMBIENT",
       numbers},
      {"PR_CAP_AMBIENT_LOWER",
       PR_CAP_AMBIENT,
       {NUMBER(PR_CAP_AMBIENT_LOWER)},
       "PR_CAP_AMBIENT",
       numbers},
      {"PR_CAP_AMBIENT_CLEAR_ALL",
       PR_CAP_AMBIENT,
       {NUMBER(PR_CAP_AMBIENT_CLEAR_ALL)},
       "PR_CAP_AMBIENT",
       few},
      OPERATION(PR_SVE_SET_VL, numbers),
      OPERATION(PR_SVE_GET_VL, numbers),
      OPERATION(PR_GET_SPECULATION_CTRL, numbers),
      OPERATION(PR_SET_SPECULATION_CTRL,
                {NUMBER(0), NUMBER(1), NUMBER(2), NUMBER(3), NUMBER(-1)}, "",
                {NUMBER(PR_SPEC_ENABLE), NUMBER(PR_SPEC_DISABLE),
                 NUMBER(PR_SPEC_FORCE_DISABLE), NUMBER(PR_SPEC_DISABLE_NOEXEC),
                 NUMBER(0), NUMBER(-1)}),
      OPERATION(PR_PAC_RESET_KEYS, numbers),
      OPERATION(PR_SET_TAGGED_ADDR_CTRL, numbers),
      OPERATION(PR_GET_TAGGED_ADDR_CTRL, numbers),
      OPERATION(PR_SET_IO_FLUSHER, numbers),
      OPERATION(PR_GET_IO_FLUSHER, numbers),
      OPERATION(PR_SET_SYSCALL_USER_DISPATCH,
                {NUMBER(0), NUMBER(3), NUMBER(-1)}, "", few, few),
      OPERATION(PR_SET_VMA,
                {NUMBER(PR_SET_VMA_ANON_NAME), NUMBER(1), NUMBER(-1)}, "", from,
                {NUMBER(4096), NUMBER(0), NUMBER(-1)}),
      OPERATION(PR_SET_MDWE, numbers),
      OPERATION(PR_GET_MDWE, numbers),
      OPERATION(PR_GET_AUXV, to, "", Sizes()),
      OPERATION(PR_RISCV_SET_ICACHE_FLUSH_CTX, numbers, "", few),
      OPERATION(PR_FUTEX_HASH, numbers, "", few),
      OPERATION(PR_SET_MM, {NUMBER(0), NUMBER(99), NUMBER(-1)}, "", addresses),
#define SET_MM(name) \
  {#name, PR_SET_MM, {NUMBER(name)}, "PR_SET_MM", addresses, few}
      SET_MM(PR_SET_MM_START_CODE),
      SET_MM(PR_SET_MM_END_CODE),
      SET_MM(PR_SET_MM_START_DATA),
      SET_MM(PR_SET_MM_END_DATA),
      SET_MM(PR_SET_MM_START_STACK),
      SET_MM(PR_SET_MM_START_BRK),
      SET_MM(PR_SET_MM_BRK),
      SET_MM(PR_SET_MM_ARG_START),
      SET_MM(PR_SET_MM_ARG_END),
      SET_MM(PR_SET_MM_ENV_START),
      SET_MM(PR_SET_MM_ENV_END),
      {"PR_SET_MM_AUXV",
       PR_SET_MM,
       {NUMBER(PR_SET_MM_AUXV)},
       "PR_SET_MM",
       from,
       Sizes()},
      {"PR_SET_MM_EXE_FILE",
       PR_SET_MM,
       {NUMBER(PR_SET_MM_EXE_FILE)},
       "PR_SET_MM",
       Descriptors({"regular file"})},
      {"PR_SET_MM_MAP",
       PR_SET_MM,
       {NUMBER(PR_SET_MM_MAP)},
       "PR_SET_MM",
       from,
       {NUMBER(104), NUMBER(88), NUMBER(0), NUMBER(-1)}},
      {"PR_SET_MM_MAP_SIZE",
       PR_SET_MM,
       {NUMBER(PR_SET_MM_MAP_SIZE)},
       "PR_SET_MM",
       to,
       few},
  };
  for (const Option& option : options) {
    const bool is_query = std::string_view(option.name).starts_with("PR_GET_");
    calls.push_back({"prctl",
                     option.name,
                     option.general,
                     Raw<SYS_prctl>,
                     {{{option.name, nullptr, option.number}},
                      option.second,
                      option.third.empty() ? few : option.third,
                      option.fourth.empty() ? few : option.fourth,
                      few},
                     false,
                     !is_query});
  }
  calls.push_back({"prctl",
                   "",
                   "",
                   Raw<SYS_prctl>,
                   {{NUMBER(0), NUMBER(1000), NUMBER(-1), NUMBER(INT_MAX)},
                    few,
                    few,
                    few,
                    few},
                   false,
                   true});
}

void AddSignals(std::vector<GridCall>& calls) {
  const Domain actions =
      Readable({OBJECT("default", Room), VALUE("all bits",
                                               {
                                                 return AsArgument(memset(
                                                     ZeroedObject(sizeof(Room)),
                                                     -1, sizeof(Room)));
                                               })}) +
      Null();
  const Domain old = Null() + Writable({OBJECT("object", Room)});
  const Domain how = {NUMBER(SIG_BLOCK),   NUMBER(SIG_UNBLOCK),
                      NUMBER(SIG_SETMASK), NUMBER(3),
                      NUMBER(-1),          NUMBER(INT_MAX)};
  const Domain sets = Readable(SignalSets());
  // These can't be told from the C library's own crash.
  const Domain safe_sets = SignalSets() + Null();
  const Domain changed_sets = Domain{OBJECT("set", sigset_t)} + Null();
  calls.insert(
      calls.end(),
      {{"sigaction", "", "", Sigaction, {SignalNumbers(), actions, old}},
       {"sigprocmask",
        "",
        "",
        [](const long* a) {
          return syscall(SYS_rt_sigprocmask, a[0], a[1], a[2], kSignalSetSize);
        },
        {how, Null() + sets, old}},
       {"pthread_sigmask",
        "",
        "",
        [](const long* a) -> long {
          return pthread_sigmask(AsInt(a[0]), As<sigset_t>(a[1]),
                                 As<sigset_t>(a[2]));
        },
        {how, safe_sets, changed_sets},
        true},
       {"sigpending",
        "",
        "",
        [](const long* a) {
          return syscall(SYS_rt_sigpending, a[0], kSignalSetSize);
        },
        {Writable({OBJECT("set", sigset_t)})}},
       {"sigsuspend",
        "",
        "",
        [](const long* a) {
          return syscall(SYS_rt_sigsuspend, a[0], kSignalSetSize);
        },
        {sets}},
       {"sigwaitinfo",
        "",
        "",
        [](const long* a) {
          return syscall(SYS_rt_sigtimedwait, a[0], a[1], 0L, kSignalSetSize);
        },
        {sets, Null() + Writable({OBJECT("info", siginfo_t)})}},
       {"sigtimedwait",
        "",
        "",
        [](const long* a) {
          return syscall(SYS_rt_sigtimedwait, a[0], a[1], a[2], kSignalSetSize);
        },
        {sets, Null() + Writable({OBJECT("info", siginfo_t)}),
         Times() + Null() + BadToRead()}},
       {"sigwait",
        "",
        "",
        [](const long* a) -> long {
          sigset_t urgent;
          sigemptyset(&urgent);
          sigaddset(&urgent, SIGURG);
          sigprocmask(SIG_BLOCK, &urgent, nullptr);
          kill(getpid(), SIGURG);
          return sigwait(As<sigset_t>(a[0]), As<int>(a[1]));
        },
        // An empty set would wait without an end.
        {Readable({SignalSets().back()}), {OBJECT("number", int)}},
        true},
       {"pause", "", "", [](const long*) -> long { return pause(); }, {}},
       {"sigemptyset",
        "",
        "",
        [](const long* a) -> long { return sigemptyset(As<sigset_t>(a[0])); },
        {changed_sets}},
       {"sigfillset",
        "",
        "",
        [](const long* a) -> long { return sigfillset(As<sigset_t>(a[0])); },
        {changed_sets}},
       {"sigaddset",
        "",
        "",
        [](const long* a) -> long {
          return sigaddset(As<sigset_t>(a[0]), AsInt(a[1]));
        },
        {changed_sets, SignalNumbers()}},
       {"sigdelset",
        "",
        "",
        [](const long* a) -> long {
          return sigdelset(As<sigset_t>(a[0]), AsInt(a[1]));
        },
        {changed_sets, SignalNumbers()}},
       {"sigismember",
        "",
        "",
        [](const long* a) -> long {
          return sigismember(As<sigset_t>(a[0]), AsInt(a[1]));
        },
        {changed_sets, SignalNumbers()}},
       {"kill", "", "", Raw<SYS_kill>, {Processes(), Signals()}},
       {"tgkill",
        "",
        "",
        Raw<SYS_tgkill>,
        {Processes() + Domain{NUMBER(-1)}, Threads(), Signals()}},
       {"raise",
        "",
        "",
        [](const long* a) -> long { return raise(AsInt(a[0])); },
        {Signals()}},
       {"pthread_kill",
        "",
        "",
        [](const long* a) -> long {
          return pthread_kill(pthread_self(), AsInt(a[0]));
        },
        {Signals()},
        true},
       {"sigqueue",
        "",
        "",
        [](const long* a) -> long {
          return sigqueue(AsInt(a[0]), AsInt(a[1]), {});
        },
        {Processes(), Signals()}},
       {"pthread_sigqueue",
        "",
        "",
        [](const long* a) -> long {
          return pthread_sigqueue(pthread_self(), AsInt(a[0]), {});
        },
        {Signals()},
        true},
       {"signalfd",
        "",
        "",
        [](const long* a) {
          return syscall(SYS_signalfd4, a[0], a[1], kSignalSetSize, a[2]);
        },
        {Domain{NUMBER(-1)} + Descriptors({"signalfd"}), sets,
         Flags({NUMBER(0), NUMBER(SFD_CLOEXEC), NUMBER(SFD_NONBLOCK)})}}});
}

void AddClocks(std::vector<GridCall>& calls) {
  const Domain out = Writable({OBJECT("timespec", timespec)});
  const Domain old = Null() + Writable({OBJECT("itimerspec", itimerspec)});
  const Domain times = Readable(Times());
  const Domain timers = Readable(Timers());
  const Domain events =
      Readable({VALUE("{SIGEV_NONE}",
                      {
                        sigevent* const event = Zeroed<sigevent>();
                        event->sigev_notify = SIGEV_NONE;
                        return AsArgument(event);
                      }),
                VALUE("{SIGEV_SIGNAL, SIGURG}",
                      {
                        sigevent* const event = Zeroed<sigevent>();
                        event->sigev_notify = SIGEV_SIGNAL;
                        event->sigev_signo = SIGURG;
                        return AsArgument(event);
                      }),
                VALUE("{SIGEV_SIGNAL, 65}",
                      {
                        sigevent* const event = Zeroed<sigevent>();
                        event->sigev_notify = SIGEV_SIGNAL;
                        event->sigev_signo = SIGRTMAX + 1;
                        return AsArgument(event);
                      }),
                VALUE("{SIGEV_THREAD_ID, no thread}",
                      {
                        sigevent* const event = Zeroed<sigevent>();
                        event->sigev_notify = SIGEV_SIGNAL | SIGEV_THREAD_ID;
                        event->sigev_signo = SIGURG;
                        return AsArgument(event);
                      }),
                VALUE("{99}", {
                  sigevent* const event = Zeroed<sigevent>();
                  event->sigev_notify = 99;
                  return AsArgument(event);
                })});
  const Domain ids = {VALUE("timer", { return Timer(); }), NUMBER(9999),
                      NUMBER(-1), NUMBER(INT_MAX), NUMBER(INT_MIN)};
  const Domain timer_flags =
      Flags({NUMBER(0), NUMBER(TIMER_ABSTIME), NUMBER(2), NUMBER(3)});
  const Domain descriptors = Descriptors({"timerfd"});
  calls.insert(
      calls.end(),
      {{"clock_getres",
        "",
        "",
        Raw<SYS_clock_getres>,
        {Clocks(), Null() + out}},
       {"clock_gettime", "", "", Raw<SYS_clock_gettime>, {Clocks(), out}},
       {"clock_settime",
        "",
        "",
        Raw<SYS_clock_settime>,
        // Nothing that could be in order, should it have the privilege.
        {Clocks(), Readable({TIME(0, -1), TIME(0, 1000000000), TIME(-1, 0)})}},
       {"clock_nanosleep",
        "",
        "",
        Raw<SYS_clock_nanosleep>,
        {Clocks(), timer_flags, times, Null() + out}},
       {"clock_getcpuclockid",
        "",
        "",
        [](const long* a) -> long {
          return clock_getcpuclockid(AsInt(a[0]), As<clockid_t>(a[1]));
        },
        {Processes() + Domain{NUMBER(-1)}, {OBJECT("clock", clockid_t)}},
        true},
       {"nanosleep", "", "", Raw<SYS_nanosleep>, {times, Null() + out}},
       {"timer_create",
        "",
        "",
        Raw<SYS_timer_create>,
        {Clocks(), events, Writable({OBJECT("timer", long)})},
        false,
        true},
       {"timer_settime",
        "",
        "",
        Raw<SYS_timer_settime>,
        {ids, timer_flags, timers, old},
        false,
        true},
       {"timer_gettime",
        "",
        "",
        Raw<SYS_timer_gettime>,
        {ids, Writable({OBJECT("itimerspec", itimerspec)})},
        false,
        true},
       {"timer_getoverrun",
        "",
        "",
        Raw<SYS_timer_getoverrun>,
        {ids},
        false,
        true},
       {"timer_delete", "", "", Raw<SYS_timer_delete>, {ids}, false, true},
       {"timerfd_create",
        "",
        "",
        Raw<SYS_timerfd_create>,
        {Clocks(),
         Flags({NUMBER(0), NUMBER(TFD_CLOEXEC), NUMBER(TFD_NONBLOCK)})}},
       {"timerfd_settime",
        "",
        "",
        Raw<SYS_timerfd_settime>,
        {descriptors, timer_flags, timers, old}},
       {"timerfd_gettime",
        "",
        "",
        Raw<SYS_timerfd_gettime>,
        {descriptors, Writable({OBJECT("itimerspec", itimerspec)})}}});
}

void AddFiles(std::vector<GridCall>& calls) {
  const Domain any = Descriptors({"regular file"});
  const Domain cloexec = Flags(
      {NUMBER(0), NUMBER(O_CLOEXEC), NUMBER(O_NONBLOCK), NUMBER(1), NUMBER(2)});
  const Domain numbers = {Value{"64", nullptr, kFirstKept},
                          NUMBER(0),
                          NUMBER(-1),
                          NUMBER(INT_MAX),
                          NUMBER(3),
                          VALUE("RLIMIT_NOFILE", { return kDescriptorLimit; })};
  const Domain pairs = Writable({OBJECT("int[2]", int[2])});
  const Domain splice_flags = Flags(
      {NUMBER(0), NUMBER(2), NUMBER(1), NUMBER(4), NUMBER(8), NUMBER(16)});
  calls.insert(
      calls.end(),
      {{"close", "", "", Raw<SYS_close>, {any}},
       {"close_range",
        "",
        "",
        [](const long* a) {
#ifdef SYS_close_range
          return syscall(SYS_close_range, a[0], a[1], a[2]);
#else
          return syscall(436, a[0], a[1], a[2]);
#endif
        },
        {numbers,
         numbers,
         {NUMBER(0), NUMBER(2), NUMBER(4), NUMBER(6), NUMBER(1), NUMBER(8),
          NUMBER(-1)}},
        false,
        true},
       {"dup", "", "", Raw<SYS_dup>, {any}},
       {"dup2",
        "",
        "",
        [](const long* a) -> long { return dup2(AsInt(a[0]), AsInt(a[1])); },
        {any, any + Domain{VALUE("the same", { return ArgumentAt(0); })}}},
       {"dup3",
        "",
        "",
        Raw<SYS_dup3>,
        {any, any + Domain{VALUE("the same", { return ArgumentAt(0); })},
         cloexec}},
       {"read",
        "",
        "",
        Raw<SYS_read>,
        {Descriptors({"regular file", "eventfd"}), Writable(Buffer()),
         Sizes()}},
       {"write",
        "",
        "",
        Raw<SYS_write>,
        {Descriptors({"regular file", "eventfd"}), Readable(Buffer()),
         Sizes()}},
       {"readv",
        "",
        "",
        Raw<SYS_readv>,
        {Descriptors({"regular file", "eventfd"}), Vectors(), VectorSizes()}},
       {"writev",
        "",
        "",
        Raw<SYS_writev>,
        {Descriptors({"regular file", "eventfd"}), Vectors(), VectorSizes()}},
       {"fstat", "", "", Fstat, {any, Writable({OBJECT("stat", Room)})}},
       {"statx",
        "",
        "",
        Raw<SYS_statx>,
        {Domain{NUMBER(AT_FDCWD)} + any, Readable(Paths()),
         Flags({NUMBER(0), NUMBER(AT_EMPTY_PATH), NUMBER(AT_SYMLINK_NOFOLLOW),
                NUMBER(AT_STATX_SYNC_TYPE), NUMBER(1)}),
         Flags({NUMBER(0x7ff), NUMBER(0), NUMBER(0x1000)}),
         Writable({OBJECT("statx", struct statx)})}},
       {"eventfd", "", "", Raw<SYS_eventfd2>, {Numbers({}), cloexec}},
       {"eventfd_read",
        "",
        "",
        [](const long* a) -> long {
          return eventfd_read(AsInt(a[0]), As<eventfd_t>(a[1]));
        },
        {Descriptors({"eventfd", "eventfd as a semaphore"}),
         Writable({OBJECT("value", eventfd_t)})}},
       {"eventfd_write",
        "",
        "",
        [](const long* a) -> long {
          return eventfd_write(AsInt(a[0]), static_cast<eventfd_t>(a[1]));
        },
        {Descriptors({"eventfd", "eventfd as a semaphore"}),
         {NUMBER(1), NUMBER(0), NUMBER(-1), NUMBER(-2), NUMBER(INT_MAX)}}},
       {"inotify_init",
        "",
        "",
        [](const long*) -> long { return inotify_init(); },
        {}},
       {"inotify_init1", "", "", Raw<SYS_inotify_init1>, {cloexec}},
       {"inotify_add_watch",
        "",
        "",
        Raw<SYS_inotify_add_watch>,
        {Descriptors({"inotify instance"}),
         Readable(Paths()),
         {NUMBER(IN_ALL_EVENTS), NUMBER(0), NUMBER(-1), NUMBER(IN_MASK_ADD),
          NUMBER(IN_MASK_ADD | IN_MASK_CREATE | IN_OPEN), NUMBER(0x100000),
          NUMBER(IN_ONLYDIR | IN_OPEN), NUMBER(INT_MIN)}}},
       {"inotify_rm_watch",
        "",
        "",
        Raw<SYS_inotify_rm_watch>,
        {Descriptors({"inotify instance"}), Numbers({})}},
       {"memfd_create",
        "",
        "",
        Raw<SYS_memfd_create>,
        {Readable(Domain{VALUE("a name of 249",
                               {
                                 return AsArgument(
                                     memset(ZeroedObject(256), 'x', 249));
                               }),
                         VALUE("a name of 250",
                               {
                                 return AsArgument(
                                     memset(ZeroedObject(256), 'x', 250));
                               })} +
                  Paths()),
         Flags({NUMBER(0), NUMBER(MFD_CLOEXEC), NUMBER(MFD_ALLOW_SEALING),
                NUMBER(MFD_HUGETLB), NUMBER(MFD_HUGETLB | 30U << 26),
                NUMBER(MFD_HUGETLB | 63U << 26), NUMBER(MFD_NOEXEC_SEAL),
                NUMBER(MFD_EXEC), NUMBER(MFD_EXEC | MFD_NOEXEC_SEAL)})}},
       {"pidfd_open",
        "",
        "",
        Raw<SYS_pidfd_open>,
        {Processes() + Domain{NUMBER(-1)} + Threads(),
         Flags({NUMBER(0), NUMBER(O_NONBLOCK), NUMBER(O_EXCL), NUMBER(1)})}},
       {"pidfd_getfd",
        "",
        "",
        Raw<SYS_pidfd_getfd>,
        {Descriptors({"pidfd"}), any, Flags({NUMBER(0), NUMBER(1)})}},
       {"pidfd_send_signal",
        "",
        "",
        Raw<SYS_pidfd_send_signal>,
        {Descriptors({"pidfd"}), Signals(),
         Null() + Readable({OBJECT("{0, SI_USER}", siginfo_t),
                            VALUE("{SIGURG, SI_QUEUE}",
                                  {
                                    siginfo_t* const info = Zeroed<siginfo_t>();
                                    info->si_signo = SIGURG;
                                    info->si_code = SI_QUEUE;
                                    return AsArgument(info);
                                  }),
                            VALUE("{SIGURG, SI_TKILL}",
                                  {
                                    siginfo_t* const info = Zeroed<siginfo_t>();
                                    info->si_signo = SIGURG;
                                    info->si_code = SI_TKILL;
                                    return AsArgument(info);
                                  })}),
         Flags({NUMBER(0), NUMBER(1), NUMBER(2), NUMBER(4), NUMBER(8)})}},
       {"pipe",
        "",
        "",
        // Where pipe has a system call of its own, not all give it an argument.
        [](const long* a) { return syscall(SYS_pipe2, a[0], 0L); },
        {pairs}},
       {"pipe2",
        "",
        "",
        Raw<SYS_pipe2>,
        {pairs, cloexec + Domain{NUMBER(O_DIRECT), NUMBER(O_EXCL)}}},
       {"splice",
        "",
        "",
        Raw<SYS_splice>,
        {Descriptors({"read end of a pipe with data", "regular file"}),
         Offsets(),
         Descriptors({"pipe's write end", "regular file"}),
         Offsets(),
         {NUMBER(4), NUMBER(0), NUMBER(-1), NUMBER(INT_MAX)},
         splice_flags}},
       {"tee",
        "",
        "",
        Raw<SYS_tee>,
        {Descriptors({"read end of a pipe with data"}),
         Descriptors({"pipe's write end"}),
         {NUMBER(4), NUMBER(0), NUMBER(-1)},
         splice_flags}},
       {"vmsplice",
        "",
        "",
        Raw<SYS_vmsplice>,
        {Descriptors({"pipe's write end"}), Vectors(), VectorSizes(),
         splice_flags}},
       {"getrandom",
        "",
        "",
        Raw<SYS_getrandom>,
        {Writable(Buffer()), Sizes(),
         Flags({NUMBER(0), NUMBER(1), NUMBER(2), NUMBER(4), NUMBER(3),
                NUMBER(6), NUMBER(8)})}}});
}

void AddWaits(std::vector<GridCall>& calls) {
  const Domain masks =
      Null() + Domain{OBJECT("no signals", sigset_t)} + BadToRead();
  const Domain times = Domain{TIME(0, 0)} + Null() + Times() + BadToRead();
  const Domain sets = Null() + DescriptorSets();
  calls.insert(
      calls.end(),
      {{"epoll_create",
        "",
        "",
        [](const long* a) -> long { return epoll_create(AsInt(a[0])); },
        {Numbers({NUMBER(1)})}},
       {"epoll_create1",
        "",
        "",
        Raw<SYS_epoll_create1>,
        {Flags({NUMBER(0), NUMBER(EPOLL_CLOEXEC), NUMBER(O_NONBLOCK),
                NUMBER(1)})}},
       {"epoll_ctl",
        "",
        "",
        Raw<SYS_epoll_ctl>,
        {Domain{VALUE("epoll instance with an event",
                      { return WatchingEpoll(); })} +
             Descriptors({"epoll instance"}),
         {NUMBER(EPOLL_CTL_ADD), NUMBER(EPOLL_CTL_DEL), NUMBER(EPOLL_CTL_MOD),
          NUMBER(0), NUMBER(4), NUMBER(-1)},
         Descriptors({"pipe's read end", "regular file"}) +
             Domain{VALUE("the same", { return ArgumentAt(0); })},
         EpollEvents()}},
       {"epoll_wait",
        "",
        "",
        EpollWait,
        {EpollInstances(), EventArrays(), MaxEvents(), Timeouts()}},
       {"epoll_pwait",
        "",
        "",
        [](const long* a) {
          return syscall(SYS_epoll_pwait, a[0], a[1], a[2], a[3], a[4],
                         kSignalSetSize);
        },
        {EpollInstances(), EventArrays(), MaxEvents(), Timeouts(), masks}},
       {"epoll_pwait2",
        "",
        "",
        [](const long* a) {
#ifdef SYS_epoll_pwait2
          return syscall(SYS_epoll_pwait2, a[0], a[1], a[2], a[3], a[4],
                         kSignalSetSize);
#else
          return syscall(441, a[0], a[1], a[2], a[3], a[4], kSignalSetSize);
#endif
        },
        {EpollInstances(), EventArrays(), MaxEvents(), times, masks}},
       {"poll",
        "",
        "",
        [](const long* a) -> long {
          return poll(As<pollfd>(a[0]), static_cast<nfds_t>(a[1]), AsInt(a[2]));
        },
        {PollArrays(), PollCounts(), Timeouts()}},
       {"ppoll",
        "",
        "",
        [](const long* a) {
          return syscall(SYS_ppoll, a[0], a[1], a[2], a[3], kSignalSetSize);
        },
        {PollArrays(), PollCounts(), times, masks}},
       {"select",
        "",
        "",
        Select,
        {SetSizes(), sets, sets, sets, Timevals() + Null() + BadToRead()}},
       {"pselect",
        "",
        "",
        Pselect,
        {SetSizes(), sets, sets, sets, times, masks}}});
}

void AddSockets(std::vector<GridCall>& calls) {
  const Domain length = Writable({VALUE("&110",
                                        {
                                          socklen_t* const size =
                                              Zeroed<socklen_t>();
                                          *size = sizeof(sockaddr_un);
                                          return AsArgument(size);
                                        }),
                                  OBJECT("&0", socklen_t), VALUE("&-1", {
                                    socklen_t* const size = Zeroed<socklen_t>();
                                    *size = static_cast<socklen_t>(-1);
                                    return AsArgument(size);
                                  })});
  calls.insert(
      calls.end(),
      {{"socketpair",
        "",
        "",
#ifdef SYS_socketpair
        Raw<SYS_socketpair>,
#else
        [](const long* a) -> long {
          return socketpair(AsInt(a[0]), AsInt(a[1]), AsInt(a[2]),
                            As<int>(a[3]));
        },
#endif
        {{NUMBER(AF_UNIX), NUMBER(AF_UNSPEC), NUMBER(AF_INET), NUMBER(AF_INET6),
          NUMBER(AF_NETLINK), NUMBER(AF_PACKET), NUMBER(AF_TIPC),
          NUMBER(AF_MAX), NUMBER(-1), NUMBER(INT_MAX)},
         Flags({NUMBER(SOCK_STREAM), NUMBER(SOCK_DGRAM), NUMBER(SOCK_SEQPACKET),
                NUMBER(SOCK_RAW), NUMBER(SOCK_RDM), NUMBER(0), NUMBER(10),
                NUMBER(11), NUMBER(15), NUMBER(INT_MAX)}),
         {NUMBER(0), NUMBER(1), NUMBER(6), NUMBER(17), NUMBER(255), NUMBER(256),
          NUMBER(-1), NUMBER(INT_MAX)},
         Writable({OBJECT("int[2]", int[2])})}},
       {"shutdown",
        "",
        "",
        [](const long* a) -> long {
          return shutdown(AsInt(a[0]), AsInt(a[1]));
        },
        {Descriptors({"stream socket"}),
         {NUMBER(SHUT_RD), NUMBER(SHUT_WR), NUMBER(SHUT_RDWR), NUMBER(3),
          NUMBER(-1), NUMBER(INT_MAX)}}},
       {"accept4",
        "",
        "",
#ifdef SYS_accept4
        Raw<SYS_accept4>,
#else
        [](const long* a) -> long {
          return accept4(AsInt(a[0]), As<sockaddr>(a[1]), As<socklen_t>(a[2]),
                         AsInt(a[3]));
        },
#endif
        {Descriptors({"listening socket with a connection"}),
         Null() + Writable(Buffer()), length,
         Flags({NUMBER(0), NUMBER(SOCK_CLOEXEC), NUMBER(SOCK_NONBLOCK),
                NUMBER(1)})}}});
}

}  // namespace

const Domain& DescriptorKinds() {
  static const Domain kValues = OpenDescriptors() + NoDescriptors();
  return kValues;
}

std::vector<GridCall> GridCalls() {
  std::vector<GridCall> calls;
  AddWaits(calls);
  AddFiles(calls);
  AddSockets(calls);
  AddSignals(calls);
  AddClocks(calls);
  AddFcntl(calls);
  AddFutex(calls);
  AddPrctl(calls);
  return calls;
}

std::span<const NotInGrid> FunctionsNotInGrid() { return kNotInGrid; }

}  // namespace plumbline::errors
