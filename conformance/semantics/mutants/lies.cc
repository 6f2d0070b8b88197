// A C library that lies, to be put before the real one (LD_PRELOAD) when the
// executor runs: each lie is what an emulator or sandbox could get wrong.
// PLUMBLINE_LIE names the one that is told; without it the truth is.
//
//   PLUMBLINE_LIE=edge_as_level LD_PRELOAD=./liblies.so ./executor < programs
//
// A new lie is a line of LIES and a place below that asks Told(kItsName).

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>

namespace {

#define LIES(LIE)                                          \
  /* epoll_ctl */                                          \
  LIE(kEdgeAsLevel, "edge_as_level")                       \
  LIE(kLevelAsEdge, "level_as_edge")                       \
  LIE(kOneshotNotDisabled, "oneshot_not_disabled")         \
  LIE(kAlwaysOneshot, "always_oneshot")                    \
  LIE(kModDoesNothing, "mod_does_nothing")                 \
  LIE(kModLosesData, "mod_loses_data")                     \
  LIE(kAddTwice, "add_twice")                              \
  LIE(kDelOfNothing, "del_of_nothing")                     \
  LIE(kDelKeeps, "del_keeps")                              \
  LIE(kDataHalved, "data_halved")                          \
  LIE(kWatchesItself, "watches_itself")                    \
  LIE(kLoopAsInvalid, "loop_as_invalid")                   \
  LIE(kOutNotWatched, "out_not_watched")                   \
  LIE(kExclusiveUnchecked, "exclusive_unchecked")          \
  LIE(kCtlBadFdInvalid, "ctl_bad_fd_invalid")              \
  /* epoll_wait */                                         \
  LIE(kWaitDoesNotWait, "wait_does_not_wait")              \
  LIE(kHupOnlyAskedFor, "hup_only_asked_for")              \
  LIE(kErrOnlyAskedFor, "err_only_asked_for")              \
  LIE(kOneTooFew, "one_too_few")                           \
  LIE(kOneTwice, "one_twice")                              \
  LIE(kNoRoomAllowed, "no_room_allowed")                   \
  LIE(kOutUnasked, "out_unasked")                          \
  LIE(kStarves, "starves")                                 \
  LIE(kDataSwapped, "data_swapped")                        \
  LIE(kMaskIgnored, "mask_ignored")                        \
  LIE(kMaskNotRestored, "mask_not_restored")               \
  LIE(kNoEpollIsBadFd, "no_epoll_is_bad_fd")               \
  LIE(kInterruptedByNothing, "interrupted_by_nothing")     \
  /* poll and select */                                    \
  LIE(kNvalMissing, "nval_missing")                        \
  LIE(kPollHupMissing, "poll_hup_missing")                 \
  LIE(kPollCountsMore, "poll_counts_more")                 \
  LIE(kPollDoesNotWait, "poll_does_not_wait")              \
  LIE(kPollOutMissing, "poll_out_missing")                 \
  LIE(kPollInUnasked, "poll_in_unasked")                   \
  LIE(kSelectCountsLess, "select_counts_less")             \
  LIE(kSelectWriteMissing, "select_write_missing")         \
  /* eventfd */                                            \
  LIE(kSemaphoreTakesAll, "semaphore_takes_all")           \
  LIE(kAlwaysSemaphore, "always_semaphore")                \
  LIE(kZeroIsRead, "zero_is_read")                         \
  LIE(kOverflowAccepted, "overflow_accepted")              \
  LIE(kMostAccepted, "most_accepted")                      \
  LIE(kInitialLost, "initial_lost")                        \
  /* timerfd */                                            \
  LIE(kTicksOneMore, "ticks_one_more")                     \
  LIE(kTicksAlwaysOne, "ticks_always_one")                 \
  LIE(kIntervalLost, "interval_lost")                      \
  LIE(kNotDisarmed, "not_disarmed")                        \
  LIE(kTimerEarly, "timer_early")                          \
  LIE(kNegativeTime, "negative_time")                      \
  LIE(kGettimeZero, "gettime_zero")                        \
  LIE(kSleepShort, "sleep_short")                          \
  /* pipes */                                              \
  LIE(kEofAsAgain, "eof_as_again")                         \
  LIE(kByteLost, "byte_lost")                              \
  LIE(kByteChanged, "byte_changed")                        \
  LIE(kAtomicInPart, "atomic_in_part")                     \
  LIE(kFullAccepted, "full_accepted")                      \
  LIE(kBrokenWithoutSignal, "broken_without_signal")       \
  LIE(kPacketModeLost, "packet_mode_lost")                 \
  /* sockets */                                            \
  LIE(kMessagesJoined, "messages_joined")                  \
  LIE(kMessageRestKept, "message_rest_kept")               \
  LIE(kMessageInPart, "message_in_part")                   \
  LIE(kEmptyMessageLost, "empty_message_lost")             \
  LIE(kDatagramsConnected, "datagrams_connected")          \
  LIE(kSocketEofAsAgain, "socket_eof_as_again")            \
  LIE(kSocketHupIfAsked, "socket_hup_if_asked")            \
  LIE(kRdhupUnasked, "rdhup_unasked")                      \
  LIE(kRdhupMissing, "rdhup_missing")                      \
  LIE(kResetHidden, "reset_hidden")                        \
  LIE(kResetForEver, "reset_for_ever")                     \
  LIE(kResetNoError, "reset_no_error")                     \
  LIE(kStreamBrokenSilently, "stream_broken_silently")     \
  LIE(kRefusedAsBroken, "refused_as_broken")               \
  LIE(kSocketFullAccepted, "socket_full_accepted")         \
  LIE(kSocketNeverNonblocking, "socket_never_nonblocking") \
  /* descriptors */                                        \
  LIE(kCloseTwice, "close_twice")                          \
  LIE(kCloseEndsRegistration, "close_ends_registration")   \
  LIE(kDupNotLowest, "dup_not_lowest")                     \
  LIE(kDupCopiesCloexec, "dup_copies_cloexec")             \
  LIE(kDup2SameInvalid, "dup2_same_invalid")               \
  LIE(kDup3SameAllowed, "dup3_same_allowed")               \
  LIE(kSetflIgnored, "setfl_ignored")                      \
  LIE(kGetflLosesNonblock, "getfl_loses_nonblock")         \
  LIE(kCloseRangeOneLess, "close_range_one_less")          \
  LIE(kDupfdNotLowest, "dupfd_not_lowest")                 \
  /* processes */                                          \
  LIE(kForkDropsCloexec, "fork_drops_cloexec")             \
  LIE(kForkKeepsPending, "fork_keeps_pending")             \
  LIE(kForkForgetsMask, "fork_forgets_mask")               \
  LIE(kForkOpensNull, "fork_opens_null")                   \
  LIE(kExitStatusLost, "exit_status_lost")                 \
  LIE(kExitAsKill, "exit_as_kill")                         \
  /* signals */                                            \
  LIE(kRealTimeCoalesced, "real_time_coalesced")           \
  LIE(kPendingLost, "pending_lost")                        \
  LIE(kMaskBeforeLost, "mask_before_lost")                 \
  LIE(kUnblockIgnored, "unblock_ignored")                  \
  LIE(kTimedwaitEarly, "timedwait_early")                  \
  LIE(kValueLost, "value_lost")                            \
  LIE(kSignalfdValueLost, "signalfd_value_lost")           \
  LIE(kSignalfdCodeLost, "signalfd_code_lost")             \
  LIE(kSignalfdOneAtATime, "signalfd_one_at_a_time")       \
  LIE(kSignalfdKeepsMask, "signalfd_keeps_mask")           \
  LIE(kKillActionAllowed, "kill_action_allowed")

enum Lie {
  kTruth,
#define LIE(name, text) name,
  LIES(LIE)
#undef LIE
};

Lie told = kTruth;
// The executor itself, which is not lied to; its programs are its children.
pid_t executor = 0;

bool Told(Lie lie) { return told == lie && getpid() != executor; }

[[gnu::constructor]] void Choose() {
  executor = getpid();
  const char* const name = getenv("PLUMBLINE_LIE");
  if (name == nullptr) return;
#define LIE(lie, text) \
  if (strcmp(name, text) == 0) told = lie;
  LIES(LIE)
#undef LIE
  if (told == kTruth) _exit(3);
}

// The real function of the name.
template <typename Function>
Function* Real(const char* name, Function*) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}
#define REAL(name)                 \
  static auto* const real_##name = \
      Real(#name, static_cast<decltype(name)*>(nullptr))

// What a descriptor is, as far as some lies need to know.
enum class Kind : unsigned char {
  kOther,
  kEventfd,
  kTimerfd,
  kSignalfd,
  kEpoll,
  kPipe,
  kStream,
  kDatagram,
  kSeqpacket
};
Kind kinds[1024];
// Of a socket, what was not told of a message; and whether it was reset.
struct Rest {
  char bytes[64];
  size_t size;
  bool was_reset;
};
Rest rests[1024];

void Note(int fd, Kind kind) {
  if (fd < 0 || fd >= 1024) return;
  kinds[fd] = kind;
  rests[fd] = {};
}
Kind KindOf(int fd) { return fd >= 0 && fd < 1024 ? kinds[fd] : Kind::kOther; }
bool HasMessages(int fd) {
  return KindOf(fd) == Kind::kDatagram || KindOf(fd) == Kind::kSeqpacket;
}
bool IsSocket(int fd) { return KindOf(fd) == Kind::kStream || HasMessages(fd); }

// What a message has more than was asked for comes with the next read.
template <typename Read>
ssize_t ReadWithRest(int fd, void* buffer, size_t size, Read read) {
  Rest& rest = rests[fd];
  if (rest.size == 0) {
    char message[sizeof(rest.bytes)];
    const ssize_t count =
        recv(fd, message, sizeof(message), MSG_PEEK | MSG_DONTWAIT | MSG_TRUNC);
    // Looking takes the error.
    if (count < 0 && errno == ECONNRESET) return -1;
    const bool is_more = count > static_cast<ssize_t>(size) && size > 0 &&
                         count <= static_cast<ssize_t>(sizeof(message));
    const ssize_t given = read(fd, buffer, size);
    if (is_more && given >= 0) {
      rest.size = static_cast<size_t>(count - given);
      memcpy(rest.bytes, message + given, rest.size);
    }
    return given;
  }
  const size_t given = std::min(size, rest.size);
  memcpy(buffer, rest.bytes, given);
  memmove(rest.bytes, rest.bytes + given, rest.size - given);
  rest.size -= given;
  return static_cast<ssize_t>(given);
}

// Leaves out events, and what has none left.
int Filter(epoll_event* events, int count, uint32_t keep) {
  int kept = 0;
  for (int i = 0; i < count; ++i) {
    events[i].events &= keep;
    if (events[i].events != 0) events[kept++] = events[i];
  }
  return kept;
}

// What all kinds of epoll_wait lie about, once `count` events were had.
int AfterWait(epoll_event* events, int most, int count) {
  if (count < 0) {
    if (Told(kNoRoomAllowed) && errno == EINVAL && most <= 0) return 0;
    if (Told(kNoEpollIsBadFd) && errno == EINVAL && most > 0) errno = EBADF;
    return count;
  }
  if (Told(kHupOnlyAskedFor)) return Filter(events, count, ~uint32_t{EPOLLHUP});
  if (Told(kErrOnlyAskedFor)) return Filter(events, count, ~uint32_t{EPOLLERR});
  if (Told(kRdhupMissing)) return Filter(events, count, ~uint32_t{EPOLLRDHUP});
  for (int i = 0; Told(kRdhupUnasked) && i < count; ++i) {
    if ((events[i].events & EPOLLHUP) != 0) events[i].events |= EPOLLRDHUP;
  }
  if (Told(kOneTooFew) && count > 1) return count - 1;
  if (Told(kOneTwice) && count > 0 && count < most) {
    events[count] = events[0];
    return count + 1;
  }
  if (Told(kOutUnasked)) {
    for (int i = 0; i < count; ++i) events[i].events |= EPOLLOUT;
  }
  if (Told(kDataSwapped) && count > 1) {
    // Packed on some architectures: no reference to what is in it.
    const uint64_t first = events[0].data.u64;
    events[0].data.u64 = events[1].data.u64;
    events[1].data.u64 = first;
  }
  static int calls = 0;
  if (Told(kInterruptedByNothing) && ++calls % 7 == 0) {
    errno = EINTR;
    return -1;
  }
  return count;
}

// Always those with the least data first, whoever waited longer.
template <typename Wait>
int Starve(epoll_event* events, int most, Wait wait) {
  epoll_event all[64];
  const int count = wait(all, 64);
  if (count <= 0) return count;
  std::sort(all, all + count, [](const epoll_event& a, const epoll_event& b) {
    return a.data.u64 < b.data.u64;
  });
  const int given = std::min(count, most);
  std::copy(all, all + given, events);
  return given;
}

int AfterPoll(pollfd* fds, nfds_t size, int count) {
  if (count < 0) return count;
  const auto drop = [&](short events) {
    int left = 0;
    for (nfds_t i = 0; i < size; ++i) {
      fds[i].revents = static_cast<short>(fds[i].revents & ~events);
      if (fds[i].revents != 0) ++left;
    }
    return left;
  };
  // Of sockets, events that were not asked for.
  const auto drop_unasked = [&](short events) {
    int left = 0;
    for (nfds_t i = 0; i < size; ++i) {
      if (IsSocket(fds[i].fd)) {
        fds[i].revents =
            static_cast<short>(fds[i].revents & (fds[i].events | ~events));
      }
      if (fds[i].revents != 0) ++left;
    }
    return left;
  };
  if (Told(kSocketHupIfAsked)) return drop_unasked(POLLHUP);
  if (Told(kResetNoError)) return drop_unasked(POLLERR);
  if (Told(kRdhupMissing)) return drop(POLLRDHUP);
  if (Told(kNvalMissing)) return drop(POLLNVAL);
  if (Told(kPollHupMissing)) return drop(POLLHUP);
  if (Told(kPollOutMissing)) return drop(POLLOUT);
  if (Told(kPollCountsMore) && count > 0) return count + 1;
  if (Told(kPollInUnasked) && size > 0) {
    if (fds[0].revents == 0) ++count;
    fds[0].revents |= POLLIN;
  }
  return count;
}

bool IsPending(int signal) {
  sigset_t pending;
  sigemptyset(&pending);
  sigpending(&pending);
  return sigismember(&pending, signal) == 1;
}

}  // namespace

extern "C" {

int epoll_create1(int flags) {
  REAL(epoll_create1);
  const int fd = real_epoll_create1(flags);
  Note(fd, Kind::kEpoll);
  return fd;
}

int epoll_ctl(int epfd, int operation, int fd, epoll_event* event) noexcept {
  REAL(epoll_ctl);
  epoll_event changed = *event;
  const bool exclusive = (changed.events & EPOLLEXCLUSIVE) != 0;
  if (Told(kEdgeAsLevel)) changed.events &= ~uint32_t{EPOLLET};
  if (Told(kLevelAsEdge)) changed.events |= EPOLLET;
  if (Told(kOneshotNotDisabled)) changed.events &= ~uint32_t{EPOLLONESHOT};
  if (Told(kAlwaysOneshot) && !exclusive) changed.events |= EPOLLONESHOT;
  if (Told(kModDoesNothing) && operation == EPOLL_CTL_MOD) return 0;
  if (Told(kModLosesData) && operation == EPOLL_CTL_MOD) changed.data.u64 = 0;
  if (Told(kDelKeeps) && operation == EPOLL_CTL_DEL) return 0;
  if (Told(kDataHalved)) changed.data.u64 &= 0xffffffff;
  if (Told(kOutNotWatched)) changed.events &= ~uint32_t{EPOLLOUT};
  if (Told(kExclusiveUnchecked)) changed.events &= ~uint32_t{EPOLLEXCLUSIVE};
  const int result = real_epoll_ctl(epfd, operation, fd, &changed);
  if (result == 0) return result;
  if (Told(kAddTwice) && errno == EEXIST) return 0;
  if (Told(kDelOfNothing) && errno == ENOENT) return 0;
  if (Told(kWatchesItself) && errno == EINVAL && epfd == fd) return 0;
  if (Told(kLoopAsInvalid) && errno == ELOOP) errno = EINVAL;
  if (Told(kCtlBadFdInvalid) && errno == EBADF) errno = EINVAL;
  return result;
}

int epoll_wait(int epfd, epoll_event* events, int most, int timeout) {
  REAL(epoll_wait);
  if (Told(kWaitDoesNotWait) && timeout > 0) timeout = 0;
  if (Told(kStarves) && most > 0) {
    return Starve(events, most, [&](epoll_event* all, int size) {
      return real_epoll_wait(epfd, all, size, timeout);
    });
  }
  return AfterWait(events, most, real_epoll_wait(epfd, events, most, timeout));
}

int epoll_pwait(int epfd, epoll_event* events, int most, int timeout,
                const sigset_t* mask) {
  REAL(epoll_pwait);
  if (Told(kWaitDoesNotWait) && timeout > 0) timeout = 0;
  if (Told(kMaskIgnored)) mask = nullptr;
  const int count = real_epoll_pwait(epfd, events, most, timeout, mask);
  if (Told(kMaskNotRestored) && mask != nullptr) {
    const int error = errno;
    pthread_sigmask(SIG_SETMASK, mask, nullptr);
    errno = error;
  }
  return AfterWait(events, most, count);
}

int epoll_pwait2(int epfd, epoll_event* events, int most,
                 const timespec* timeout, const sigset_t* mask) {
  REAL(epoll_pwait2);
  const timespec none = {};
  if (Told(kWaitDoesNotWait) && timeout != nullptr) timeout = &none;
  if (Told(kMaskIgnored)) mask = nullptr;
  return AfterWait(events, most,
                   real_epoll_pwait2(epfd, events, most, timeout, mask));
}

int poll(pollfd* fds, nfds_t size, int timeout) {
  REAL(poll);
  if (Told(kPollDoesNotWait) && timeout > 0) timeout = 0;
  return AfterPoll(fds, size, real_poll(fds, size, timeout));
}

int ppoll(pollfd* fds, nfds_t size, const timespec* timeout,
          const sigset_t* mask) {
  REAL(ppoll);
  const timespec none = {};
  if (Told(kPollDoesNotWait) && timeout != nullptr) timeout = &none;
  return AfterPoll(fds, size, real_ppoll(fds, size, timeout, mask));
}

int select(int end, fd_set* reads, fd_set* writes, fd_set* excepts,
           timeval* timeout) {
  REAL(select);
  int count = real_select(end, reads, writes, excepts, timeout);
  if (Told(kSelectCountsLess) && count > 1) return count - 1;
  if (Told(kSelectWriteMissing) && count > 0 && writes != nullptr) {
    for (int fd = 0; fd < end; ++fd) {
      if (FD_ISSET(fd, writes)) --count;
    }
    FD_ZERO(writes);
  }
  return count;
}

int eventfd(unsigned value, int flags) noexcept {
  REAL(eventfd);
  if (Told(kSemaphoreTakesAll)) flags &= ~EFD_SEMAPHORE;
  if (Told(kAlwaysSemaphore)) flags |= EFD_SEMAPHORE;
  if (Told(kInitialLost)) value = 0;
  const int fd = real_eventfd(value, flags);
  Note(fd, Kind::kEventfd);
  return fd;
}

int timerfd_create(clockid_t clock, int flags) noexcept {
  REAL(timerfd_create);
  const int fd = real_timerfd_create(clock, flags);
  Note(fd, Kind::kTimerfd);
  return fd;
}

int timerfd_settime(int fd, int flags, const itimerspec* value,
                    itimerspec* before) noexcept {
  REAL(timerfd_settime);
  itimerspec changed = *value;
  const bool disarms =
      changed.it_value.tv_sec == 0 && changed.it_value.tv_nsec == 0;
  if (Told(kIntervalLost)) changed.it_interval = {};
  if (Told(kNotDisarmed) && disarms) return 0;
  if (Told(kTimerEarly) && (flags & TFD_TIMER_ABSTIME) == 0 && !disarms &&
      changed.it_value.tv_sec >= 0) {
    changed.it_value = {0, 1};
  }
  const int result = real_timerfd_settime(fd, flags, &changed, before);
  if (Told(kNegativeTime) && result != 0 && errno == EINVAL) return 0;
  return result;
}

int timerfd_gettime(int fd, itimerspec* value) noexcept {
  REAL(timerfd_gettime);
  const int result = real_timerfd_gettime(fd, value);
  if (Told(kGettimeZero) && result == 0) *value = {};
  return result;
}

int nanosleep(const timespec* time, timespec* left) {
  REAL(nanosleep);
  if (Told(kSleepShort)) return 0;
  return real_nanosleep(time, left);
}

int signalfd(int fd, const sigset_t* signals, int flags) noexcept {
  REAL(signalfd);
  if (Told(kSignalfdKeepsMask) && KindOf(fd) == Kind::kSignalfd) return fd;
  const int made = real_signalfd(fd, signals, flags);
  Note(made, Kind::kSignalfd);
  return made;
}

int pipe2(int* ends, int flags) noexcept {
  REAL(pipe2);
  if (Told(kPacketModeLost)) flags &= ~O_DIRECT;
  const int result = real_pipe2(ends, flags);
  if (result == 0) {
    Note(ends[0], Kind::kPipe);
    Note(ends[1], Kind::kPipe);
  }
  return result;
}

int socketpair(int domain, int type, int protocol, int* ends) noexcept {
  REAL(socketpair);
  constexpr int kFlags = SOCK_NONBLOCK | SOCK_CLOEXEC;
  int real_type = type;
  if (Told(kMessagesJoined)) real_type = SOCK_STREAM | (type & kFlags);
  if (Told(kDatagramsConnected) && (type & ~kFlags) == SOCK_DGRAM) {
    real_type = SOCK_SEQPACKET | (type & kFlags);
  }
  if (Told(kSocketNeverNonblocking)) real_type &= ~SOCK_NONBLOCK;
  const int result = real_socketpair(domain, real_type, protocol, ends);
  if (result == 0) {
    const int of = type & ~kFlags;
    for (const int end : {ends[0], ends[1]}) {
      Note(end, of == SOCK_STREAM  ? Kind::kStream
                : of == SOCK_DGRAM ? Kind::kDatagram
                                   : Kind::kSeqpacket);
    }
  }
  return result;
}

ssize_t read(int fd, void* buffer, size_t size) {
  REAL(read);
  const Kind kind = KindOf(fd);
  if (Told(kMessageRestKept) && HasMessages(fd)) {
    return ReadWithRest(fd, buffer, size, real_read);
  }
  if (Told(kResetForEver) && IsSocket(fd) && rests[fd].was_reset) {
    errno = ECONNRESET;
    return -1;
  }
  if (Told(kSignalfdOneAtATime) && kind == Kind::kSignalfd) {
    size = std::min(size, sizeof(signalfd_siginfo));
  }
  const ssize_t count = real_read(fd, buffer, size);
  if (IsSocket(fd) && count < 0 && errno == ECONNRESET) {
    if (Told(kResetHidden)) return real_read(fd, buffer, size);
    rests[fd].was_reset = true;
  }
  if (Told(kSocketEofAsAgain) && kind == Kind::kStream && count == 0 &&
      size > 0) {
    errno = EAGAIN;
    return -1;
  }
  uint64_t number = 0;
  if (count == 8) memcpy(&number, buffer, 8);
  if (kind == Kind::kTimerfd && count == 8) {
    if (Told(kTicksOneMore)) ++number;
    if (Told(kTicksAlwaysOne)) number = 1;
    memcpy(buffer, &number, 8);
  }
  if (Told(kZeroIsRead) && kind == Kind::kEventfd && count < 0 &&
      errno == EAGAIN) {
    memset(buffer, 0, 8);
    return 8;
  }
  if (kind == Kind::kPipe) {
    if (Told(kEofAsAgain) && count == 0 && size > 0) {
      errno = EAGAIN;
      return -1;
    }
    if (Told(kByteLost) && count > 1) return count - 1;
    if (Told(kByteChanged) && count > 0) *static_cast<char*>(buffer) ^= 1;
  }
  if (kind == Kind::kSignalfd && count > 0) {
    auto* const info = static_cast<signalfd_siginfo*>(buffer);
    if (Told(kSignalfdValueLost)) info->ssi_int = 0;
    if (Told(kSignalfdCodeLost)) info->ssi_code = 0;
  }
  return count;
}

ssize_t write(int fd, const void* buffer, size_t size) {
  REAL(write);
  const Kind kind = KindOf(fd);
  if (Told(kAtomicInPart) && kind == Kind::kPipe && size > 1 && size <= 4096) {
    --size;
  }
  if (HasMessages(fd)) {
    if (Told(kMessageInPart) && size > 1) --size;
    if (Told(kEmptyMessageLost) && size == 0) return 0;
  }
  if (Told(kStreamBrokenSilently) && kind == Kind::kStream) {
    return send(fd, buffer, size, MSG_NOSIGNAL);
  }
  sigset_t broken;
  sigset_t before;
  const bool hides = Told(kBrokenWithoutSignal) && kind == Kind::kPipe;
  if (hides) {
    sigemptyset(&broken);
    sigaddset(&broken, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken, &before);
  }
  const ssize_t count = real_write(fd, buffer, size);
  if (hides) {
    const int error = errno;
    if (count < 0 && error == EPIPE) {
      const timespec none = {};
      sigtimedwait(&broken, nullptr, &none);
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = error;
  }
  if (count >= 0) return count;
  if (Told(kRefusedAsBroken) && errno == ECONNREFUSED) errno = EPIPE;
  if (Told(kSocketFullAccepted) && IsSocket(fd) && errno == EAGAIN) {
    return static_cast<ssize_t>(size);
  }
  if (Told(kOverflowAccepted) && kind == Kind::kEventfd && errno == EAGAIN) {
    return 8;
  }
  if (Told(kMostAccepted) && kind == Kind::kEventfd && errno == EINVAL) {
    return 8;
  }
  if (Told(kFullAccepted) && kind == Kind::kPipe && errno == EAGAIN) {
    return static_cast<ssize_t>(size);
  }
  return count;
}

pid_t fork() noexcept {
  REAL(fork);
  // The executor's own, whose children are its programs.
  const bool is_step = getpid() != executor;
  sigset_t pending;
  sigemptyset(&pending);
  sigpending(&pending);
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = real_fork();
  if (pid == 0 && is_step) {
    for (int fd = 3; fd < 64; ++fd) {
      const int flags = fcntl(fd, F_GETFD);
      if (Told(kForkDropsCloexec) && flags == FD_CLOEXEC) close(fd);
      if (Told(kForkOpensNull) && flags >= 0) dup2(0, fd);
    }
    for (int signal = 1; signal < NSIG && Told(kForkKeepsPending); ++signal) {
      if (sigismember(&pending, signal) == 1) kill(getpid(), signal);
    }
    if (Told(kForkForgetsMask)) sigemptyset(&before);
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return pid;
}

void _exit(int status) {
  REAL(_exit);
  // A program's process, whose parent is not the executor.
  const bool is_step = getpid() != executor && getppid() != executor;
  if (Told(kExitAsKill) && is_step) kill(getpid(), SIGKILL);
  real__exit(Told(kExitStatusLost) && is_step ? 0 : status);
  __builtin_unreachable();
}

int close(int fd) {
  REAL(close);
  if (Told(kCloseEndsRegistration)) {
    for (int epoll = 0; epoll < 1024; ++epoll) {
      if (kinds[epoll] != Kind::kEpoll || epoll == fd) continue;
      epoll_event none = {};
      epoll_ctl(epoll, EPOLL_CTL_DEL, fd, &none);
    }
  }
  const int result = real_close(fd);
  if (result == 0) Note(fd, Kind::kOther);
  if (Told(kCloseTwice) && result != 0 && errno == EBADF) return 0;
  return result;
}

int fcntl(int fd, int operation, ...) {
  REAL(fcntl);
  va_list arguments;
  va_start(arguments, operation);
  void* const argument = va_arg(arguments, void*);
  va_end(arguments);
  if (Told(kSetflIgnored) && operation == F_SETFL) {
    return real_fcntl(fd, F_GETFL) < 0 ? -1 : 0;
  }
  void* given = argument;
  const bool duplicates = operation == F_DUPFD || operation == F_DUPFD_CLOEXEC;
  if (Told(kDupfdNotLowest) && duplicates &&
      reinterpret_cast<intptr_t>(argument) < 40 &&
      reinterpret_cast<intptr_t>(argument) >= 0) {
    given = reinterpret_cast<void*>(intptr_t{41});
  }
  const int result = real_fcntl(fd, operation, given);
  if (duplicates && result >= 0) Note(result, KindOf(fd));
  if (Told(kGetflLosesNonblock) && operation == F_GETFL && result >= 0) {
    return result & ~O_NONBLOCK;
  }
  return result;
}

int dup(int fd) noexcept {
  REAL(dup);
  int made;
  if (Told(kDupNotLowest)) {
    made = fcntl(fd, F_DUPFD, 42);
  } else if (Told(kDupCopiesCloexec)) {
    made = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  } else {
    made = real_dup(fd);
  }
  if (made >= 0) Note(made, KindOf(fd));
  return made;
}

int dup2(int from, int to) noexcept {
  REAL(dup2);
  if (Told(kDup2SameInvalid) && from == to) {
    errno = EINVAL;
    return -1;
  }
  const int made = real_dup2(from, to);
  if (made >= 0) Note(made, KindOf(from));
  return made;
}

int dup3(int from, int to, int flags) noexcept {
  REAL(dup3);
  if (Told(kDup3SameAllowed) && from == to) return to;
  const int made = real_dup3(from, to, flags);
  if (made >= 0) Note(made, KindOf(from));
  return made;
}

int close_range(unsigned first, unsigned last, int flags) noexcept {
  REAL(close_range);
  if (Told(kCloseRangeOneLess) && last > first) --last;
  return real_close_range(first, last, flags);
}

int sigqueue(pid_t process, int signal, sigval value) noexcept {
  REAL(sigqueue);
  if (Told(kRealTimeCoalesced) && IsPending(signal)) return 0;
  if (Told(kValueLost)) value.sival_int = 0;
  return real_sigqueue(process, signal, value);
}

int sigpending(sigset_t* pending) noexcept {
  REAL(sigpending);
  const int result = real_sigpending(pending);
  if (Told(kPendingLost)) sigemptyset(pending);
  return result;
}

int pthread_sigmask(int how, const sigset_t* signals,
                    sigset_t* before) noexcept {
  REAL(pthread_sigmask);
  if (Told(kUnblockIgnored) && how == SIG_UNBLOCK) signals = nullptr;
  const int result = real_pthread_sigmask(how, signals, before);
  if (Told(kMaskBeforeLost) && before != nullptr) sigemptyset(before);
  return result;
}

int sigtimedwait(const sigset_t* signals, siginfo_t* info,
                 const timespec* timeout) {
  REAL(sigtimedwait);
  const timespec none = {};
  if (Told(kTimedwaitEarly)) timeout = &none;
  return real_sigtimedwait(signals, info, timeout);
}

int sigaction(int signal, const struct sigaction* action,
              struct sigaction* before) noexcept {
  REAL(sigaction);
  const int result = real_sigaction(signal, action, before);
  if (Told(kKillActionAllowed) && result != 0 && errno == EINVAL) return 0;
  return result;
}

}  // extern "C"
