// Functions that a C library has from a release on. With an older one it is the
// system call, or ENOSYS where its number is unknown, too.

#ifndef PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_FALLBACKS_H_
#define PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_FALLBACKS_H_

#include <signal.h>
#include <sys/epoll.h>
#include <time.h>

namespace plumbline::executor {

int CallEpollPwait2(int epfd, epoll_event* events, int most,
                    const timespec* timeout, const sigset_t* mask);
int CallCloseRange(unsigned first, unsigned last, int flags);
int CallTgkill(int group, int thread, int signal);

}  // namespace plumbline::executor

#endif  // PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_FALLBACKS_H_
