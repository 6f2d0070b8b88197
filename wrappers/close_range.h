// Closing many descriptors at once: close_range(2), closefrom(3).
//
// What an OwnedFd or another owner has is closed too, and it does not know: it
// closes the number again later, which may be another file's by then. So this
// is for a child after fork(2), before it executes a program; there both may be
// called, as neither takes a lock or memory.

#ifndef WRAPPERS_CLOSE_RANGE_H_
#define WRAPPERS_CLOSE_RANGE_H_

#include <unistd.h>

#include <limits>

#include "wrappers/close_range_constants.h"
#include "wrappers/result.h"

namespace plumbline {

// As `last`: all from `first` on.
inline constexpr unsigned kLastFd = std::numeric_limits<unsigned>::max();

// close_range(2): closes the descriptors from `first` to `last`, both included;
// those that are not open are passed over, and what closing fails with is lost.
// With kCloexec they are not closed, but get the close-on-exec flag, which is
// safe where descriptors have owners. With kUnshare other threads, and
// processes that share the descriptors, keep theirs. Fails with EINVAL if
// `first` is over `last`, with ENOSYS before Linux 5.9, with EINVAL for
// kCloexec before 5.11, and with EMFILE and ENOMEM.
inline Result<void> CloseRange(unsigned first, unsigned last,
                               CloseRangeFlags flags = {}) {
  if (::close_range(first, last, static_cast<int>(flags.bits())) != 0)
      [[unlikely]]
    return internal::Failed("close_range", first, last, flags);
  return {};
}

// closefrom(3): closes `first` and all above; all if it is below 0. Where the
// kernel has no close_range(2), one by one, as /proc/self/fd lists them; if
// that can't be read, the process is aborted.
inline void CloseFrom(int first) { ::closefrom(first); }

}  // namespace plumbline

#endif  // WRAPPERS_CLOSE_RANGE_H_
