// Waiting for many descriptors, which the kernel remembers: epoll(7).

#ifndef WRAPPERS_EPOLL_H_
#define WRAPPERS_EPOLL_H_

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <time.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>

#include "wrappers/epoll_constants.h"
#include "wrappers/fd.h"
#include "wrappers/result.h"
#include "wrappers/signal_set.h"
#include "wrappers/timeout.h"

namespace plumbline {

// What happened to a registered descriptor, and the data that it was registered
// with. Not initialised until a wait fills it in.
//
// The data is 64 bits, which are a number: that of the descriptor, or that
// which a pointer is. So whichever was registered, any of the three can be
// asked for. C code that shares the instance finds the number in `data.u64`,
// and only where the byte order is little in `data.fd` too.
//
// Thread-safety and fork: a value. What its data refers to is borrowed.
class EpollEvent {
 public:
  EpollEvent() = default;
  constexpr EpollEvent(EpollEvents events, std::uint64_t data)
      : raw_{events.bits(), {.u64 = data}} {}

  constexpr EpollEvents events() const {
    return EpollEvents::FromBits(raw_.events);
  }

  constexpr std::uint64_t data() const { return raw_.data.u64; }
  // As Register sets it, unless it is told otherwise. The number may be another
  // file's by now: see Epoll.
  constexpr BorrowedFd fd() const {
    return BorrowedFd::FromRaw(static_cast<int>(data()));
  }
  void* pointer() const {
    return reinterpret_cast<void*>(static_cast<std::uintptr_t>(data()));
  }

 private:
  // Packed on some architectures: no reference to what is in it.
  epoll_event raw_;
};
// An array of these is one of those.
static_assert(std::is_standard_layout_v<EpollEvent>);
static_assert(std::is_trivial_v<EpollEvent>);
static_assert(sizeof(EpollEvent) == sizeof(epoll_event));
static_assert(alignof(EpollEvent) == alignof(epoll_event));

namespace internal {

// What a void* may point to. Deduced, so that the number 0 is no pointer.
template <typename T>
concept Pointee = std::is_convertible_v<T*, void*>;

inline epoll_event* RawEvents(std::span<EpollEvent> events) {
  return reinterpret_cast<epoll_event*>(events.data());
}

// What is too much for an int stays too much: the kernel refuses kMost.
inline int MaxEvents(std::span<EpollEvent> events) {
  constexpr std::size_t kMost = std::numeric_limits<int>::max();
  return static_cast<int>(events.size() < kMost ? events.size() : kMost);
}

// Whether epoll_pwait2(2) has been found to be there, or not to be. To know it
// costs less than to ask each time, and lets a success leave errno alone.
extern std::atomic<bool> epoll_pwait2_is_present;
extern std::atomic<bool> epoll_pwait2_is_absent;

// The C library's, which glibc has since 2.35 and others need not have.
inline int CallEpollPwait2([[maybe_unused]] int epoll,
                           [[maybe_unused]] std::span<EpollEvent> events,
                           [[maybe_unused]] const PreciseTimeout& timeout,
                           [[maybe_unused]] const sigset_t* mask) {
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 35)
  return ::epoll_pwait2(epoll, RawEvents(events), MaxEvents(events),
                        timeout.get(), mask);
#else
  errno = ENOSYS;
  return -1;
#endif
}

// epoll_pwait2(2) if there is one, or epoll_pwait(2), and remembers which.
[[gnu::cold]] int FindEpollPwait2(int epoll, std::span<EpollEvent> events,
                                  const PreciseTimeout& timeout,
                                  const sigset_t* mask);
// The same if there is none any more; fails as before if that was not why.
[[gnu::cold]] int FindLostEpollPwait2(int epoll, std::span<EpollEvent> events,
                                      const PreciseTimeout& timeout,
                                      const sigset_t* mask);
// Names the one that there is.
[[gnu::cold]] Error EpollPwait2Failed(int epoll, std::span<EpollEvent> events,
                                      const PreciseTimeout& timeout,
                                      const sigset_t* mask);

template <typename = void>
Result<std::span<EpollEvent>> EpollPwait2(int epoll,
                                          std::span<EpollEvent> events,
                                          const PreciseTimeout& timeout,
                                          const sigset_t* mask) {
  int ready;
  if (epoll_pwait2_is_present.load(std::memory_order_relaxed)) [[likely]] {
    ready = CallEpollPwait2(epoll, events, timeout, mask);
    if (ready < 0) [[unlikely]]
      ready = FindLostEpollPwait2(epoll, events, timeout, mask);
  } else {
    ready = FindEpollPwait2(epoll, events, timeout, mask);
  }
  if (ready < 0) [[unlikely]]
    return EpollPwait2Failed(epoll, events, timeout, mask);
  return events.first(static_cast<unsigned>(ready));
}

}  // namespace internal

// An epoll instance: a list of descriptors in the kernel, each with the events
// that are waited for and data that comes with them. It is itself readable
// while a registered descriptor has an event, so it can be registered with
// another one.
//
// What is registered is the open file description, under the number that the
// descriptor has then. Closing the descriptor takes it out of the list only if
// it was the last one of its file: while there is a duplicate, also in a child,
// events go on to come, and can't be stopped, as the number is that of nothing
// or of another file. So Unregister it before it is closed.
//
// Thread-safety: all but Close, Release and moving may be called from any
// threads at once, also while others wait: they see a change at once. What
// Unregister takes out may be among what a wait of another thread has returned
// already. Fork: the child shares the list, so what one registers, modifies or
// unregisters the other one sees; the numbers are of the one that registered.
class Epoll : public FdOwner {
 public:
  // Closed.
  constexpr Epoll() = default;

  // epoll_create1(2): with nothing registered. Fails with EMFILE, ENFILE and
  // ENOMEM, and with EINVAL for unknown flags.
  static Result<Epoll> Create(EpollFlags flags = EpollFlags::kCloexec) {
    const int raw = ::epoll_create1(flags.bits());
    if (raw < 0) [[unlikely]]
      return internal::Failed("epoll_create1", flags);
    return Epoll(OwnedFd::Adopt(raw));
  }
  // Takes a descriptor that epoll_create1(2) made.
  static constexpr Epoll Adopt(OwnedFd fd) { return Epoll(std::move(fd)); }

  // epoll_ctl(2): from now on waits for `events` of `fd`; its number is the
  // data. kErr and kHup are waited for in any case.
  //
  // An event comes again while it lasts, with kEt only when something happens
  // anew, and with kOneshot once, until Modify.
  //
  // With kExclusive, of several instances that do so with the same file at
  // least one is woken, rather than all. Beside it only kIn, kOut, kErr, kHup,
  // kEt and kWakeup are allowed, `fd` can't be an instance, and it can't be
  // modified: EINVAL. kWakeup keeps the system from suspending until the event
  // has been handled, which is when the next wait begins. That needs
  // CAP_BLOCK_SUSPEND, and neither kEt nor kOneshot; check it, as without the
  // capability the kernel ignores kWakeup and does not say so. Nor does it say
  // that it does not know a bit.
  //
  // Fails with EEXIST if it is registered, EPERM if there is nothing to wait
  // for (a regular file, a directory), EBADF, EINVAL if it is this instance,
  // ELOOP if instances would wait for each other or are nested more than 5
  // deep, ENOSPC above fs.epoll.max_user_watches, and ENOMEM.
  Result<void> Register(BorrowedFd fd, EpollEvents events) const {
    return Control(EpollOperation::kAdd, fd, events, Data(fd));
  }
  // epoll_ctl(2): the same, with a number as data.
  Result<void> Register(BorrowedFd fd, EpollEvents events,
                        std::uint64_t data) const {
    return Control(EpollOperation::kAdd, fd, events, data);
  }
  // epoll_ctl(2): the same, with a pointer, for EpollEvent::pointer. It is not
  // owned.
  template <internal::Pointee T>
  Result<void> Register(BorrowedFd fd, EpollEvents events, T* data) const {
    return Control(EpollOperation::kAdd, fd, events, Data(data));
  }

  // epoll_ctl(2): replaces the events and the data of `fd`, which becomes its
  // number, and looks anew whether they are there: also with kEt and kOneshot
  // one that lasts comes again. Fails with ENOENT if it is not registered,
  // EBADF, EINVAL if kExclusive is or was among the events, and ENOMEM.
  Result<void> Modify(BorrowedFd fd, EpollEvents events) const {
    return Control(EpollOperation::kMod, fd, events, Data(fd));
  }
  // epoll_ctl(2): the same, with a number as data.
  Result<void> Modify(BorrowedFd fd, EpollEvents events,
                      std::uint64_t data) const {
    return Control(EpollOperation::kMod, fd, events, data);
  }
  // epoll_ctl(2): the same, with a pointer, for EpollEvent::pointer. It is not
  // owned.
  template <internal::Pointee T>
  Result<void> Modify(BorrowedFd fd, EpollEvents events, T* data) const {
    return Control(EpollOperation::kMod, fd, events, Data(data));
  }

  // epoll_ctl(2): no longer waits for `fd`. Fails with ENOENT if it is not
  // registered, and with EBADF.
  Result<void> Unregister(BorrowedFd fd) const {
    if (::epoll_ctl(raw(), EPOLL_CTL_DEL, fd.raw(), nullptr) != 0) [[unlikely]]
      return internal::Failed("epoll_ctl", raw(), EpollOperation::kDel, fd,
                              nullptr);
    return {};
  }

  // epoll_wait(2): waits until a registered descriptor has an event, for
  // milliseconds that are rounded up. Fills in the start of `events`, which it
  // returns: as many as there are and fit, none if the time is over. Those that
  // don't fit come with the next calls, so that none is forgotten.
  //
  // Fails with EINTR, with EINVAL for no `events` or more than INT_MAX bytes of
  // them, and with EBADF and EINVAL if it is closed or no epoll instance.
  //
  // This and those below are templates, so that only who calls them compiles
  // what makes a span.
  template <typename = void>
  Result<std::span<EpollEvent>> Wait(std::span<EpollEvent> events,
                                     PollTimeout timeout) const {
    const int ready =
        ::epoll_wait(raw(), internal::RawEvents(events),
                     internal::MaxEvents(events), timeout.milliseconds());
    if (ready < 0) [[unlikely]]
      return internal::Failed(
          "epoll_wait", raw(), static_cast<const void*>(events.data()),
          internal::MaxEvents(events), timeout.milliseconds());
    return events.first(static_cast<unsigned>(ready));
  }

  // epoll_pwait(2): the same, with `mask` as the thread's signal mask while it
  // waits: a signal that is blocked but not in `mask` can't be missed between a
  // look at what its handler left and the wait. If it arrives, also if it was
  // pending before, its handler runs and this fails with EINTR, unless there
  // are events.
  template <typename = void>
  Result<std::span<EpollEvent>> Pwait(std::span<EpollEvent> events,
                                      PollTimeout timeout,
                                      const SignalSet& mask) const {
    const int ready = ::epoll_pwait(raw(), internal::RawEvents(events),
                                    internal::MaxEvents(events),
                                    timeout.milliseconds(), mask.get());
    if (ready < 0) [[unlikely]]
      return internal::Failed(
          "epoll_pwait", raw(), static_cast<const void*>(events.data()),
          internal::MaxEvents(events), timeout.milliseconds(),
          argument::SignalSet{mask.get()});
    return events.first(static_cast<unsigned>(ready));
  }

  // epoll_pwait2(2): as Wait, for nanoseconds.
  //
  // Where there is none, as before Linux 5.11 and glibc 2.35, and in some
  // emulators and sandboxes, it is epoll_pwait(2): then the time is rounded up
  // to milliseconds, is PollTimeout::kMax of them at most, and the error names
  // that call. It is remembered, so one that fails is not made each time.
  template <typename = void>
  Result<std::span<EpollEvent>> Pwait2(std::span<EpollEvent> events,
                                       const PreciseTimeout& timeout) const {
    return internal::EpollPwait2(raw(), events, timeout, nullptr);
  }
  // epoll_pwait2(2): as Pwait, for nanoseconds, and with the same exception.
  template <typename = void>
  Result<std::span<EpollEvent>> Pwait2(std::span<EpollEvent> events,
                                       const PreciseTimeout& timeout,
                                       const SignalSet& mask) const {
    return internal::EpollPwait2(raw(), events, timeout, mask.get());
  }

 private:
  constexpr explicit Epoll(OwnedFd fd) : FdOwner(std::move(fd)) {}

  static constexpr std::uint64_t Data(BorrowedFd fd) {
    return static_cast<unsigned>(fd.raw());
  }
  static std::uint64_t Data(void* pointer) {
    return reinterpret_cast<std::uintptr_t>(pointer);
  }

  // epoll_ctl(2), but EPOLL_CTL_DEL.
  Result<void> Control(EpollOperation operation, BorrowedFd fd,
                       EpollEvents events, std::uint64_t data) const {
    EpollEvent event(events, data);
    epoll_event* const raw_event = reinterpret_cast<epoll_event*>(&event);
    if (::epoll_ctl(raw(), static_cast<int>(operation), fd.raw(), raw_event) !=
        0) [[unlikely]]
      return internal::Failed("epoll_ctl", raw(), operation, fd,
                              argument::EpollEvent{raw_event});
    return {};
  }
};

}  // namespace plumbline

#endif  // WRAPPERS_EPOLL_H_
