// The rules of the model: what each says, and where that is written.
//
// A rule is counted as exercised when a program came to where it decides, so
// that it could have been broken.

#ifndef CONFORMANCE_SEMANTICS_MODEL_RULES_H_
#define CONFORMANCE_SEMANTICS_MODEL_RULES_H_

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace plumbline::semantics {

// RULE(name, id, source, statement). The ids are kept for ever: a rule that
// goes takes its id with it.
#define PLUMBLINE_SEMANTICS_RULES(RULE)                                        \
  /* Descriptors. */                                                           \
  RULE(kFdLowest, "fd.1", "open(2) DESCRIPTION; dup(2)",                       \
       "a new descriptor has the lowest number that is not open")              \
  RULE(kFdClosed, "fd.2", "close(2) ERRORS; each call's page",                 \
       "a call on a number that is not open fails with EBADF")                 \
  RULE(kFdClose, "fd.3", "close(2)", "close of an open descriptor succeeds")   \
  RULE(kDupSame, "fd.4", "dup(2) dup2", "dup2 to itself does nothing")         \
  RULE(kDup2Replaces, "fd.5", "dup(2) dup2",                                   \
       "dup2 gives the number asked for, and closes what it was")              \
  RULE(kDup3Same, "fd.6", "dup(2) dup3", "dup3 to itself fails with EINVAL")   \
  RULE(kDupShares, "fd.7", "dup(2); fcntl(2) F_SETFL",                         \
       "duplicates share the status flags of their file")                      \
  RULE(kCloexecApart, "fd.8", "dup(2); fcntl(2) F_SETFD",                      \
       "close-on-exec is each descriptor's own, and not copied by dup")        \
  RULE(kDupfdLowest, "fd.9", "fcntl(2) F_DUPFD",                               \
       "F_DUPFD gives the lowest free number at or above its argument")        \
  RULE(kDupfdRange, "fd.10", "fcntl(2) ERRORS EINVAL",                         \
       "F_DUPFD fails with EINVAL below 0 and from RLIMIT_NOFILE on")          \
  RULE(kFdLimit, "fd.11", "getrlimit(2) RLIMIT_NOFILE; each call's EMFILE",    \
       "no number from RLIMIT_NOFILE on is given out: EMFILE")                 \
  RULE(kDup2Range, "fd.12", "dup(2) ERRORS EBADF",                             \
       "dup2 and dup3 to a number out of range fail with EBADF")               \
  RULE(kCloseRange, "fd.13", "close_range(2)",                                 \
       "close_range closes all from first to last, and nothing else")          \
  RULE(kCloseRangeOrder, "fd.14", "close_range(2) ERRORS EINVAL",              \
       "close_range fails with EINVAL if first is above last")                 \
  RULE(kCloseRangeCloexec, "fd.15", "close_range(2) CLOSE_RANGE_CLOEXEC",      \
       "CLOSE_RANGE_CLOEXEC marks instead of closing")                         \
  RULE(kGetfl, "fd.16", "fcntl(2) F_GETFL; open(2)",                           \
       "F_GETFL gives the access mode and the status flags that were set")     \
  RULE(kBadFlags, "fd.17", "each call's EINVAL",                               \
       "flags that a call does not have are EINVAL")                           \
  RULE(kWrongKind, "fd.18", "each call's ERRORS",                              \
       "a call on another kind of descriptor fails as its page says")          \
  RULE(kCloseRangeIs, "fd.19", "close_range(2) VERSIONS",                      \
       "close_range is there since Linux 5.9, its CLOEXEC since 5.11")         \
  RULE(kFdHeld, "fd.20",                                                       \
       "close(2) NOTES, Multithreaded processes and close()",                  \
       "a call that sleeps keeps its file, though its descriptor is closed")   \
  /* Processes. */                                                             \
  RULE(kForkShares, "fork.1", "fork(2)",                                       \
       "the child's descriptors are copies that share open file descriptions") \
  RULE(kForkApart, "fork.2", "fork(2); close(2)",                              \
       "what a process closes stays open in the other")                        \
  RULE(kForkSignals, "fork.3", "fork(2); sigpending(2)",                       \
       "the child has its parent's mask and actions, and no pending signal")   \
  RULE(kExit, "fork.4", "_exit(2)",                                            \
       "a process that ends closes its descriptors, and its status is told")   \
  /* Pipes. */                                                                 \
  RULE(kPipeOrder, "pipe.1", "pipe(7)",                                        \
       "what is read is what was written, in order, once")                     \
  RULE(kPipeEmpty, "pipe.2", "pipe(7) I/O on pipes; read(2) EAGAIN",           \
       "reading an empty pipe that has a writer waits, or is EAGAIN")          \
  RULE(kPipeEof, "pipe.3", "pipe(7) I/O on pipes",                             \
       "reading an empty pipe without a writer returns 0")                     \
  RULE(kPipeBroken, "pipe.4", "pipe(7) I/O on pipes; write(2) EPIPE",          \
       "writing without a reader is EPIPE, after SIGPIPE")                     \
  RULE(kPipeAtomic, "pipe.5", "pipe(7) PIPE_BUF",                              \
       "up to PIPE_BUF bytes are written as a whole, or EAGAIN")               \
  RULE(kPipePartial, "pipe.6", "pipe(7) PIPE_BUF",                             \
       "of more, a nonblocking write does a part, or is EAGAIN")               \
  RULE(kPipeCapacity, "pipe.7", "pipe(7) Pipe capacity",                       \
       "a pipe holds no more than its capacity, and takes what has room")      \
  RULE(kPipePacket, "pipe.8", "pipe(2) O_DIRECT",                              \
       "in packet mode a read gives one write, and drops its rest")            \
  RULE(kPipeSize, "pipe.9", "fcntl(2) F_SETPIPE_SZ",                           \
       "the capacity is a power of two of pages, and at least what was asked") \
  RULE(kPipeEnds, "pipe.10", "read(2), write(2) EBADF",                        \
       "the read end can't be written, nor the write end read: EBADF")         \
  RULE(kPipeIn, "pipe.11", "poll(2); pipe(7)",                                 \
       "the read end has EPOLLIN exactly while there is data")                 \
  RULE(kPipeOut, "pipe.12", "poll(2); pipe(7)",                                \
       "the write end has EPOLLOUT while there is room")                       \
  RULE(kPipeHup, "pipe.13", "poll(2) POLLHUP",                                 \
       "the read end has EPOLLHUP exactly while there is no writer")           \
  RULE(kPipeErr, "pipe.14", "poll(2) POLLERR",                                 \
       "the write end has EPOLLERR exactly while there is no reader")          \
  /* Sockets: pairs of AF_UNIX. */                                             \
  RULE(kSocketStream, "socket.1", "unix(7) SOCK_STREAM; epoll(7)",             \
       "a stream gives what the other end wrote, in order, all that fits")     \
  RULE(kSocketMessage, "socket.2", "unix(7) SOCK_DGRAM; socket(2)",            \
       "a read of messages gives one, in order, and drops its rest")           \
  RULE(kSocketEmpty, "socket.3", "recv(2) DESCRIPTION",                        \
       "reading when nothing is there waits, or is EAGAIN")                    \
  RULE(kSocketEof, "socket.4", "recv(2) RETURN VALUE; poll(2) POLLHUP",        \
       "once the other end is closed, a connection gives 0 after its data")    \
  RULE(kSocketReset, "socket.5", "unix(7) ERRORS ECONNRESET; socket(2)",       \
       "of an end closed with data unread, ECONNRESET is told, and once")      \
  RULE(kSocketBroken, "socket.6", "write(2), send(2) EPIPE; socket(2)",        \
       "writing when the other end is closed is EPIPE, after SIGPIPE")         \
  RULE(kSocketRefused, "socket.7", "unix(7) ECONNREFUSED; send(2) ENOTCONN",   \
       "a datagram to a closed end is ECONNREFUSED, those after it ENOTCONN")  \
  RULE(kSocketRoom, "socket.8", "socket(7) SO_SNDBUF; send(2) EAGAIN",         \
       "with little unread a write does all; else it waits, or is EAGAIN")     \
  RULE(kSocketAtomic, "socket.9", "send(2) EMSGSIZE; unix(7)",                 \
       "a message is written as a whole, or not at all")                       \
  RULE(kSocketReliable, "socket.10", "unix(7) SOCK_DGRAM",                     \
       "what was sent is not lost")                                            \
  RULE(kSocketIn, "socket.11", "poll(2); socket(7) I/O events",                \
       "EPOLLIN while there is data, and else at most at the end")             \
  RULE(kSocketOut, "socket.12", "poll(2); socket(7) SO_SNDBUF",                \
       "EPOLLOUT while little is unread at the other end")                     \
  RULE(kSocketHup, "socket.13", "poll(2) POLLHUP; socket(7) I/O events",       \
       "EPOLLHUP exactly while the other end of a connection is closed")       \
  RULE(kSocketRdhup, "socket.14", "poll(2) POLLRDHUP",                         \
       "EPOLLRDHUP, if asked for, once the other end of a stream is closed")   \
  RULE(kSocketErr, "socket.15", "poll(2) POLLERR",                             \
       "EPOLLERR exactly while ECONNRESET was not told")                       \
  /* eventfd. */                                                               \
  RULE(kEventfdTake, "eventfd.1", "eventfd(2) read",                           \
       "read gives the counter and makes it 0")                                \
  RULE(kEventfdSemaphore, "eventfd.2", "eventfd(2) EFD_SEMAPHORE",             \
       "as a semaphore, read gives 1 and takes 1")                             \
  RULE(kEventfdZero, "eventfd.3", "eventfd(2) read",                           \
       "read of 0 waits, or is EAGAIN")                                        \
  RULE(kEventfdAdd, "eventfd.4", "eventfd(2) write", "write adds its number")  \
  RULE(kEventfdFull, "eventfd.5", "eventfd(2) write",                          \
       "write beyond 2^64 - 2 waits, or is EAGAIN")                            \
  RULE(kEventfdSize, "eventfd.6", "eventfd(2) ERRORS EINVAL",                  \
       "fewer than 8 bytes, or the number 2^64 - 1, are EINVAL")               \
  RULE(kEventfdIn, "eventfd.7", "eventfd(2) poll",                             \
       "EPOLLIN exactly while the counter is above 0")                         \
  RULE(kEventfdOut, "eventfd.8", "eventfd(2) poll",                            \
       "EPOLLOUT exactly while 1 could be written")                            \
  /* timerfd. */                                                               \
  RULE(kTimerNotEarly, "timerfd.1", "timerfd_create(2)",                       \
       "no expiration before its time")                                        \
  RULE(kTimerCount, "timerfd.2", "timerfd_create(2) read",                     \
       "read gives the expirations since it was set or read")                  \
  RULE(kTimerWaits, "timerfd.3", "timerfd_create(2) read",                     \
       "read without an expiration waits, or is EAGAIN")                       \
  RULE(kTimerSize, "timerfd.4", "timerfd_create(2) read",                      \
       "fewer than 8 bytes are EINVAL")                                        \
  RULE(kTimerDisarm, "timerfd.5", "timerfd_create(2) timerfd_settime",         \
       "a value of 0 disarms, and a new setting forgets expirations")          \
  RULE(kTimerGettime, "timerfd.6", "timerfd_create(2) timerfd_gettime",        \
       "the value is what is left until the next expiration")                  \
  RULE(kTimerInterval, "timerfd.7", "timerfd_create(2) timerfd_gettime",       \
       "the interval is the one that was set")                                 \
  RULE(kTimerInvalid, "timerfd.8", "timerfd_create(2) ERRORS",                 \
       "times that are none are EINVAL")                                       \
  RULE(kTimerIn, "timerfd.9", "timerfd_create(2) poll",                        \
       "EPOLLIN exactly while there are expirations that were not read")       \
  /* Signals. */                                                               \
  RULE(kSignalBlocked, "signal.1", "signal(7) Signal mask",                    \
       "a blocked signal stays pending")                                       \
  RULE(kSignalDelivered, "signal.2", "signal(7); sigaction(2)",                \
       "a signal that is not blocked has its action at once")                  \
  RULE(kSignalOnce, "signal.3", "signal(7) Queueing and delivery",             \
       "a standard signal that is pending is not queued again")                \
  RULE(kSignalQueue, "signal.4", "signal(7) Real-time signals",                \
       "real-time signals are queued, the lowest first, in order")             \
  RULE(kSignalIgnored, "signal.5", "signal(7); sigaction(2)",                  \
       "an ignored signal that is not blocked is dropped")                     \
  RULE(kSignalPending, "signal.6", "sigpending(2)",                            \
       "sigpending gives those of the thread and of the process")              \
  RULE(kSignalMask, "signal.7", "sigprocmask(2)",                              \
       "sigprocmask gives the mask before, and never blocks SIGKILL, SIGSTOP") \
  RULE(kSignalTaken, "signal.8", "sigtimedwait(2)",                            \
       "sigtimedwait takes a pending signal of its set")                       \
  RULE(kSignalTimeout, "signal.9", "sigtimedwait(2) EAGAIN",                   \
       "sigtimedwait without one is EAGAIN, not before its time")              \
  RULE(kSignalKill, "signal.10", "sigaction(2) ERRORS EINVAL",                 \
       "the action of SIGKILL and SIGSTOP can't be changed")                   \
  RULE(kSignalInterrupts, "signal.11", "signal(7) Interruption",               \
       "a call fails with EINTR only if a handler ran")                        \
  RULE(kSignalRestarts, "signal.12", "signal(7) Interruption; sigaction(2)",   \
       "with SA_RESTART, read and write go on")                                \
  RULE(kSignalSuspends, "signal.13", "sigsuspend(2), pause(2)",                \
       "sigsuspend and pause return after a handler, with EINTR")              \
  /* signalfd. */                                                              \
  RULE(kSignalfdTakes, "signalfd.1", "signalfd(2)",                            \
       "read takes the pending signals of the mask")                           \
  RULE(kSignalfdInfo, "signalfd.2", "signalfd(2) signalfd_siginfo",            \
       "the record has number, code, sender and value as they were sent")      \
  RULE(kSignalfdEmpty, "signalfd.3", "signalfd(2) read",                       \
       "read without one waits, or is EAGAIN")                                 \
  RULE(kSignalfdSize, "signalfd.4", "signalfd(2) read EINVAL",                 \
       "less than a record is EINVAL")                                         \
  RULE(kSignalfdIn, "signalfd.5", "signalfd(2) poll",                          \
       "EPOLLIN exactly while a signal of the mask is pending")                \
  RULE(kSignalfdUpdate, "signalfd.6", "signalfd(2)",                           \
       "signalfd of one that is open replaces its mask")                       \
  /* epoll. */                                                                 \
  RULE(kEpollExists, "epoll.1", "epoll_ctl(2) EEXIST",                         \
       "what is registered is not added again")                                \
  RULE(kEpollMissing, "epoll.2", "epoll_ctl(2) ENOENT",                        \
       "what is not registered is not modified or deleted")                    \
  RULE(kEpollSelf, "epoll.3", "epoll_ctl(2) EINVAL",                           \
       "an instance does not watch itself")                                    \
  RULE(kEpollNoEpoll, "epoll.4", "epoll_ctl(2), epoll_wait(2) EINVAL",         \
       "what is no instance is EINVAL")                                        \
  RULE(kEpollMax, "epoll.5", "epoll_wait(2) EINVAL",                           \
       "maxevents below 1 is EINVAL")                                          \
  RULE(kEpollLoop, "epoll.6", "epoll_ctl(2) ELOOP",                            \
       "no cycle of instances, and none nested more than 5 deep")              \
  RULE(kEpollExclusive, "epoll.7", "epoll_ctl(2) EPOLLEXCLUSIVE",              \
       "EPOLLEXCLUSIVE only with ADD, with few flags, and of no instance")     \
  RULE(kEpollReady, "epoll.8", "epoll(7); epoll_wait(2)",                      \
       "what is ready and registered is reported")                             \
  RULE(kEpollQuiet, "epoll.9", "epoll(7); epoll_wait(2)",                      \
       "what is not ready is not reported")                                    \
  RULE(kEpollEvents, "epoll.10", "epoll_ctl(2)",                               \
       "the events are those that are ready and asked for, ERR and HUP too")   \
  RULE(kEpollData, "epoll.11", "epoll_ctl(2) epoll_data_t",                    \
       "the data is what was registered last")                                 \
  RULE(kEpollCount, "epoll.12", "epoll_wait(2)",                               \
       "at most maxevents, each registration once")                            \
  RULE(kEpollEdge, "epoll.13", "epoll(7) Level-triggered and edge-triggered",  \
       "with EPOLLET an event is reported once until there is a new one")      \
  RULE(kEpollEdgeNew, "epoll.14",                                              \
       "epoll(7) Level-triggered and edge-triggered",                          \
       "with EPOLLET each new readiness is reported")                          \
  RULE(kEpollOneshot, "epoll.15", "epoll_ctl(2) EPOLLONESHOT",                 \
       "with EPOLLONESHOT nothing after an event until EPOLL_CTL_MOD")         \
  RULE(kEpollDuplicate, "epoll.16", "epoll(7) Questions and answers, 6",       \
       "closing a descriptor ends its registration with its last duplicate")   \
  RULE(kEpollTimeout, "epoll.17", "epoll_wait(2)",                             \
       "none are reported only when the time is over")                         \
  RULE(kEpollFair, "epoll.18", "epoll_wait(2) NOTES",                          \
       "with few maxevents, successive calls go round what is ready")          \
  RULE(kEpollNested, "epoll.19", "epoll(7) Questions and answers, 3",          \
       "an instance is readable while it has events")                          \
  RULE(kEpollPwait2Is, "epoll.20", "epoll_wait(2) VERSIONS",                   \
       "epoll_pwait2 is there since Linux 5.11")                               \
  /* poll and select. */                                                       \
  RULE(kPollEvents, "poll.1", "poll(2)",                                       \
       "revents are what is ready of what was asked, and ERR, HUP, NVAL")      \
  RULE(kPollCount, "poll.2", "poll(2)", "the result is how many have revents") \
  RULE(kPollNval, "poll.3", "poll(2) POLLNVAL",                                \
       "POLLNVAL exactly for numbers that are not open; below 0 is ignored")   \
  RULE(kPollTimeout, "poll.4", "poll(2)",                                      \
       "0 is returned only when the time is over")                             \
  RULE(kPollLimit, "poll.5", "poll(2) ERRORS EINVAL",                          \
       "more than RLIMIT_NOFILE entries are EINVAL")                           \
  /* Waiting. */                                                               \
  RULE(kWaitBlocks, "wait.1", "each call's page",                              \
       "a call sleeps only while what it waits for is not there")              \
  RULE(kWaitWakes, "wait.2", "each call's page",                               \
       "a call that sleeps returns when what it waits for is there")           \
  RULE(kSleepNotEarly, "wait.3", "nanosleep(2)",                               \
       "a sleep is not shorter than asked for")                                \
  RULE(kWaitNegative, "wait.5", "nanosleep(2) ERRORS; each call's EINVAL",     \
       "a time below 0 is EINVAL")                                             \
  RULE(kEnds, "wait.4", "_exit(2); signal(7)",                                 \
       "a program ends as its signals say")

enum class Rule : std::uint8_t {
#define PLUMBLINE_RULE(name, id, source, statement) name,
  PLUMBLINE_SEMANTICS_RULES(PLUMBLINE_RULE)
#undef PLUMBLINE_RULE
};

struct RuleText {
  std::string_view id;
  std::string_view source;
  std::string_view statement;
};

// In the order of Rule.
std::span<const RuleText> AllRules();
inline const RuleText& TextOf(Rule rule) {
  return AllRules()[static_cast<std::size_t>(rule)];
}

#define PLUMBLINE_RULE(name, id, source, statement) +1
constexpr std::size_t kRules = 0 PLUMBLINE_SEMANTICS_RULES(PLUMBLINE_RULE);
#undef PLUMBLINE_RULE

// How often each was exercised.
using RuleCounts = std::array<std::uint64_t, kRules>;

}  // namespace plumbline::semantics

#endif  // CONFORMANCE_SEMANTICS_MODEL_RULES_H_
