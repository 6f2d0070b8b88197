// What must not compile. Without a macro this file does; with one of those
// below it must not, and the compiler's message must hold the words behind the
// macro. does_not_compile_test.py compiles it once for each.

#include <unistd.h>

#include <utility>

#include "wrappers/epoll.h"
#include "wrappers/eventfd.h"
#include "wrappers/fd.h"
#include "wrappers/flags.h"
#include "wrappers/result.h"

namespace plumbline {

[[maybe_unused]] void DoesNotCompile(const OwnedFd& owned, EventFd event) {
#ifdef EVENTFD_FLAGS_FOR_EPOLL  // plumbline::EpollFlags
  (void)Epoll::Create(EventFdFlags::kCloexec);
#endif
#ifdef EVENTFD_CONSTANT_FOR_EPOLL  // plumbline::EpollFlags
  (void)Epoll::Create(EFD_CLOEXEC);
#endif
#ifdef EPOLL_CONSTANT_FOR_EPOLL  // plumbline::EpollFlags
  (void)Epoll::Create(EPOLL_CLOEXEC);
#endif
#ifdef INT_FOR_EVENT_MASK  // plumbline::Epoll::Register(
  (void)event;
  (void)Epoll().Register(owned, EPOLLIN);
#endif
#ifdef MIXED_FLAGS  // no match for
  (void)(EventFdFlags::kCloexec | EpollFlags::kCloexec);
#endif
#ifdef FLAGS_WITH_AN_INT  // no match for
  (void)(EventFdFlags::kCloexec | EFD_NONBLOCK);
#endif
#ifdef FLAGS_ARE_NO_INT  // cannot convert
  [[maybe_unused]] const int bits = EventFdFlags::kCloexec;
#endif
#ifdef COPY_OF_AN_OWNER  // use of deleted function
  [[maybe_unused]] const OwnedFd copy = owned;
#endif
#ifdef COPY_OF_A_FACILITY  // use of deleted function
  [[maybe_unused]] const EventFd copy = event;
#endif
#ifdef OWNER_FROM_AN_INT  // no matching function
  [[maybe_unused]] const OwnedFd from_int(3);
#endif
#ifdef BORROWED_FROM_AN_INT  // no matching function
  [[maybe_unused]] const BorrowedFd from_int(3);
#endif
#ifdef COMPARED_WITH_AN_INT  // use of deleted function
  [[maybe_unused]] const bool same = owned == 3;
#endif
#ifdef BORROWED_COMPARED_WITH_AN_INT  // use of deleted function
  [[maybe_unused]] const bool same = owned.borrow() == 3;
#endif
#ifdef RESULT_IGNORED  // ignoring returned value
  event.Add(1);
#endif
#ifdef RELEASED_AND_LOST  // ignoring return value
  event.Release();
#endif
}

}  // namespace plumbline
