#ifndef WRAPPERS_ARGUMENT_KIND_H_
#define WRAPPERS_ARGUMENT_KIND_H_

#include <cstdint>

namespace plumbline::internal {

// How an argument of a failed call is kept in an Error, and printed.
enum class ArgumentKind : std::uint8_t {
  kNull,
  kInt32,
  kUint32,
  kInt64,
  kUint64,
  kHex32,
  kPointer,
  kText,            // a string's start
  kTimespec,        // {tv_sec=1, tv_nsec=5}
  kItimerspec,      // {it_interval={…}, it_value={…}}
  kTimeval,         // {tv_sec=1, tv_usec=5}
  kSignalSet,       // [INT CHLD]
  kSignal,          // SIGINT
  kEpollEvent,      // {events=EPOLLIN, data=0x5}
  kPollFds,         // [{fd=3, events=POLLIN}, …]
  kFdSet,           // [3 5 …]
  kFds,             // [3, 4]
  kSelectorEvents,  // kRead|kWrite
  kWaitOptions,     // WEXITED|WNOWAIT
  kReason,          // no argument: a pointer to text that says why
  kIovecs,          // [{iov_base=0x7ffd40, iov_len=8}, …]
  kOffset,          // [4096]
  kSignalAction,    // {sa_handler=SIG_IGN, sa_mask=[], sa_flags=0}
  kSigevent,        // {sigev_signo=SIGALRM, sigev_notify=SIGEV_SIGNAL}
  kTruncated,       // … and what did not fit
  // From here on: a constant of constant_names.h's type number N.
  kFirstConstants = 64,
};

constexpr ArgumentKind ConstantsKind(int number) {
  return static_cast<ArgumentKind>(
      static_cast<int>(ArgumentKind::kFirstConstants) + number);
}

// Of the types that tools/codegen writes.
template <typename Type>
inline constexpr ArgumentKind kKindOf = ArgumentKind::kNull;

}  // namespace plumbline::internal

#endif  // WRAPPERS_ARGUMENT_KIND_H_
