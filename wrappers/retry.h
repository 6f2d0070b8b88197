// Calling again what a signal interrupted, where that is what the caller wants.

#ifndef WRAPPERS_RETRY_H_
#define WRAPPERS_RETRY_H_

#include <errno.h>

#include <chrono>
#include <utility>

#include "wrappers/result.h"

namespace plumbline {

// Calls `call()`, which returns a Result, until it does not fail with EINTR.
//
//   Result<std::size_t> n = RetryOnEintr([&] { return Read(fd, buffer); });
//
// No wrapper retries by itself. close(2) must not be called again; OwnedFd
// never is.
template <typename Call>
auto RetryOnEintr(Call&& call) -> decltype(call()) {
  while (true) {
    auto result = call();
    if (result || result.error() != EINTR) return result;
  }
}

// The same of a call with a timeout: `call(remaining)` is given what is left
// until `deadline`, 0 when it has passed. It is called at least once.
//
//   RetryOnEintrUntil(steady_clock::now() + 5s, [&](auto remaining) {
//     return epoll.Wait(events, remaining);
//   });
template <typename Call>
auto RetryOnEintrUntil(std::chrono::steady_clock::time_point deadline,
                       Call&& call)
    -> decltype(call(std::chrono::steady_clock::duration())) {
  while (true) {
    const auto now = std::chrono::steady_clock::now();
    auto result =
        call(deadline > now ? deadline - now
                            : std::chrono::steady_clock::duration::zero());
    if (result || result.error() != EINTR) return result;
  }
}

}  // namespace plumbline

#endif  // WRAPPERS_RETRY_H_
