#include "conformance/semantics/executor/fallbacks.h"

#include <errno.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__GLIBC__) && defined(__GLIBC_PREREQ)
#define PLUMBLINE_GLIBC(major, minor) __GLIBC_PREREQ(major, minor)
#else
#define PLUMBLINE_GLIBC(major, minor) 0
#endif

namespace plumbline::executor {

int CallEpollPwait2(int epfd, epoll_event* events, int most,
                    const timespec* timeout, const sigset_t* mask) {
#if PLUMBLINE_GLIBC(2, 35)
  return epoll_pwait2(epfd, events, most, timeout, mask);
#elif defined(SYS_epoll_pwait2)
  struct {
    int64_t seconds;
    int64_t nanoseconds;
  } time = {};
  if (timeout != nullptr) time = {timeout->tv_sec, timeout->tv_nsec};
  return static_cast<int>(syscall(SYS_epoll_pwait2, epfd, events, most,
                                  timeout == nullptr ? nullptr : &time, mask,
                                  (SIGRTMAX + 1) / 8));
#else
  (void)epfd, (void)events, (void)most, (void)timeout, (void)mask;
  errno = ENOSYS;
  return -1;
#endif
}

int CallCloseRange(unsigned first, unsigned last, int flags) {
#if PLUMBLINE_GLIBC(2, 34)
  return close_range(first, last, flags);
#elif defined(SYS_close_range)
  return static_cast<int>(syscall(SYS_close_range, first, last, flags));
#else
  (void)first, (void)last, (void)flags;
  errno = ENOSYS;
  return -1;
#endif
}

int CallTgkill(int group, int thread, int signal) {
#if PLUMBLINE_GLIBC(2, 30)
  return tgkill(group, thread, signal);
#else
  return static_cast<int>(syscall(SYS_tgkill, group, thread, signal));
#endif
}

}  // namespace plumbline::executor
