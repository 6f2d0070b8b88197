// Random bytes of the kernel: getrandom(2).

#ifndef WRAPPERS_RANDOM_H_
#define WRAPPERS_RANDOM_H_

#include <sys/random.h>
#include <sys/types.h>

#include <cstddef>
#include <span>

#include "wrappers/random_constants.h"
#include "wrappers/result.h"

namespace plumbline {

namespace internal {

inline Result<std::size_t> GetRandom(std::byte* bytes, std::size_t size,
                                     RandomFlags flags) {
  const ssize_t count = ::getrandom(bytes, size, flags.bits());
  if (count < 0) [[unlikely]]
    return Failed("getrandom", static_cast<void*>(bytes), size, flags);
  return static_cast<std::size_t>(count);
}

}  // namespace internal

// getrandom(2): fills `buffer` with random bytes, and returns how many. Once
// the kernel has gathered enough randomness since boot, up to 256 are never
// fewer than asked for, and no signal interrupts that; of more, a signal or the
// kernel's limit may leave some out. Before, it waits, and fails with EINTR if
// a signal interrupts the wait, or with EAGAIN if kNonblock is given; with
// kInsecure, since Linux 5.6, it does not wait. Fails with EINVAL for a flag
// that the kernel does not know.
inline Result<std::size_t> GetRandom(std::span<std::byte> buffer,
                                     RandomFlags flags = {}) {
  return internal::GetRandom(buffer.data(), buffer.size(), flags);
}

// getrandom(2): fills all of `buffer` with random bytes, however large it is,
// by as many calls as that takes. Fails as GetRandom does; how much was filled
// then does not matter, as to try again is to fill all of it again.
inline Result<void> FillRandom(std::span<std::byte> buffer,
                               RandomFlags flags = {}) {
  // Not by spans, whose making would double what this header costs.
  for (std::size_t filled = 0; filled < buffer.size();) {
    const Result<std::size_t> count = internal::GetRandom(
        buffer.data() + filled, buffer.size() - filled, flags);
    if (!count) [[unlikely]]
      return count.error();
    filled += *count;
  }
  return {};
}

}  // namespace plumbline

#endif  // WRAPPERS_RANDOM_H_
