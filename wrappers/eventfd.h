// A counter in the kernel that can be waited for: eventfd(2).

#ifndef WRAPPERS_EVENTFD_H_
#define WRAPPERS_EVENTFD_H_

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

#include "wrappers/eventfd_constants.h"
#include "wrappers/fd.h"
#include "wrappers/result.h"

namespace plumbline {

// An eventfd. It is readable while the counter is above 0, and writable while 1
// can be added.
//
// Thread-safety: Add and Take may be called from any threads at once; the
// kernel does each as a whole. Close and moving may not, while another thread
// uses it. Fork: the child shares the counter.
class EventFd : public FdOwner {
 public:
  // The counter never is more.
  static constexpr std::uint64_t kMax = 0xfffffffffffffffe;

  // Closed.
  constexpr EventFd() = default;

  // eventfd(2): a counter that starts at `initial`. Fails with EMFILE, ENFILE,
  // ENODEV and ENOMEM.
  static Result<EventFd> Create(unsigned initial = 0,
                                EventFdFlags flags = EventFdFlags::kCloexec) {
    const int raw = ::eventfd(initial, flags.bits());
    if (raw < 0) [[unlikely]]
      return internal::Failed("eventfd", initial, flags);
    return EventFd(OwnedFd::Adopt(raw));
  }
  // Takes a descriptor that eventfd(2) made.
  static constexpr EventFd Adopt(OwnedFd fd) { return EventFd(std::move(fd)); }

  // write(2): adds `value`. Waits while the counter would get above kMax, or
  // fails with EAGAIN if it is nonblocking. Fails with EINVAL for kMax + 1, and
  // with EINTR.
  Result<void> Add(std::uint64_t value = 1) const {
    if (::write(raw(), &value, sizeof(value)) < 0) [[unlikely]]
      return internal::Failed(
          "write", raw(), argument::Text{&value, sizeof(value)}, sizeof(value));
    return {};
  }

  // read(2): returns the counter and makes it 0; with kSemaphore returns 1 and
  // takes 1 off. Waits while it is 0, or fails with EAGAIN if it is
  // nonblocking. Fails with EINTR.
  Result<std::uint64_t> Take() const {
    std::uint64_t value;
    if (::read(raw(), &value, sizeof(value)) < 0) [[unlikely]]
      return internal::Failed("read", raw(), static_cast<void*>(&value),
                              sizeof(value));
    return value;
  }

 private:
  constexpr explicit EventFd(OwnedFd fd) : FdOwner(std::move(fd)) {}
};

}  // namespace plumbline

#endif  // WRAPPERS_EVENTFD_H_
