// What a program that is linked with this machine's glibc needs to start, and
// to run, with an older one too. The symbols' versions are tools/gate's to see
// to (behaviour_program.h); this is the rest. OLDER_LIBC of BUILD has the
// linker call a __wrap_ function for each of its name; where the library lacks
// the function itself, its address is 0.

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// The start. Since 2.34 the library calls a program's own constructors, and the
// program passes it no function for that. An older library then calls none, so
// it is passed one after all; a newer one calls that as an old program's.

typedef int Main(int, char**, char**);
typedef void Constructor(int, char**, char**);

extern Constructor* __init_array_start[] __attribute__((visibility("hidden")));
extern Constructor* __init_array_end[] __attribute__((visibility("hidden")));
// Not on every architecture.
extern void _init(void) __attribute__((weak, visibility("hidden")));

static void CallConstructors(int argc, char** argv, char** environment) {
  if (_init != NULL) _init();
  const ptrdiff_t count = __init_array_end - __init_array_start;
  for (ptrdiff_t i = 0; i < count; ++i)
    __init_array_start[i](argc, argv, environment);
}

#ifdef __powerpc__

// There, what the start passes is in a table.
typedef struct {
  void* small_data;
  Main* main;
  Constructor* init;
  void (*fini)(void);
} Table;

int __real___libc_start_main(int argc, char** argv, char** environment,
                             void* auxiliary, void (*linker_fini)(void),
                             const Table* table, char** stack_end);

int __wrap___libc_start_main(int argc, char** argv, char** environment,
                             void* auxiliary, void (*linker_fini)(void),
                             const Table* table, char** stack_end);

int __wrap___libc_start_main(int argc, char** argv, char** environment,
                             void* auxiliary, void (*linker_fini)(void),
                             const Table* table, char** stack_end) {
  static Table with_init;
  with_init = *table;
  if (with_init.init == NULL) with_init.init = CallConstructors;
  return __real___libc_start_main(argc, argv, environment, auxiliary,
                                  linker_fini, &with_init, stack_end);
}

#else

int __real___libc_start_main(Main* its_main, int argc, char** argv,
                             Constructor* init, void (*fini)(void),
                             void (*linker_fini)(void), void* stack_end);

int __wrap___libc_start_main(Main* its_main, int argc, char** argv,
                             Constructor* init, void (*fini)(void),
                             void (*linker_fini)(void), void* stack_end);

int __wrap___libc_start_main(Main* its_main, int argc, char** argv,
                             Constructor* init, void (*fini)(void),
                             void (*linker_fini)(void), void* stack_end) {
  return __real___libc_start_main(its_main, argc, argv,
                                  init != NULL ? init : CallConstructors, fini,
                                  linker_fini, stack_end);
}

#endif

// stat. Before 2.33 the functions were in each program, and called these.

#if defined(__x86_64__) || defined(__s390x__) || defined(__powerpc64__)
#define STAT_VERSION 1
#elif defined(__aarch64__) || defined(__riscv)
#define STAT_VERSION 0
#else
#define STAT_VERSION 3
#endif

#define WRAP_STAT(name, old, how, type)                         \
  int old(int, how, struct type*) __attribute__((weak));        \
  int __real_##name(how, struct type*) __attribute__((weak));   \
  int __wrap_##name(how, struct type*);                         \
  int __wrap_##name(how file, struct type* to) {                \
    return __real_##name != NULL ? __real_##name(file, to)      \
                                 : old(STAT_VERSION, file, to); \
  }

WRAP_STAT(stat, __xstat, const char*, stat)
WRAP_STAT(lstat, __lxstat, const char*, stat)
WRAP_STAT(fstat, __fxstat, int, stat)
WRAP_STAT(stat64, __xstat64, const char*, stat64)
WRAP_STAT(lstat64, __lxstat64, const char*, stat64)
WRAP_STAT(fstat64, __fxstat64, int, stat64)

// Calls without a function before 2.34 and 2.35: a program makes the system
// call.

int __real_close_range(unsigned, unsigned, int) __attribute__((weak));
int __wrap_close_range(unsigned, unsigned, int);
int __wrap_close_range(unsigned first, unsigned last, int flags) {
  if (__real_close_range != NULL) return __real_close_range(first, last, flags);
  return (int)syscall(SYS_close_range, first, last, flags);
}

int __real_epoll_pwait2(int, struct epoll_event*, int, const struct timespec*,
                        const sigset_t*) __attribute__((weak));
int __wrap_epoll_pwait2(int, struct epoll_event*, int, const struct timespec*,
                        const sigset_t*);
int __wrap_epoll_pwait2(int epfd, struct epoll_event* events, int most,
                        const struct timespec* timeout, const sigset_t* mask) {
  if (__real_epoll_pwait2 != NULL)
    return __real_epoll_pwait2(epfd, events, most, timeout, mask);
  // The kernel's has 64 bits each.
  struct {
    long long seconds;
    long long nanoseconds;
  } time = {0, 0};
  if (timeout != NULL && sizeof(*timeout) != sizeof(time)) {
    time.seconds = timeout->tv_sec;
    time.nanoseconds = timeout->tv_nsec;
    timeout = (const void*)&time;
  }
  return (int)syscall(SYS_epoll_pwait2, epfd, events, most, timeout, mask,
                      (SIGRTMAX + 1) / 8);
}

// A version that libraries before 2.34 have timers in, where programs of 2.34
// have these in its own: it has to be among those that the program names.

#if defined(__x86_64__) && defined(__LP64__) || defined(__s390x__) || \
    defined(__alpha__) ||                                             \
    defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
int TimerDeleteOf2_3_3(void*);
__asm__(".symver TimerDeleteOf2_3_3, timer_delete@GLIBC_2.3.3");
int (*const kNamesGlibc2_3_3)(void*) = TimerDeleteOf2_3_3;
#endif

// Since 2.32: whether there is one thread only, as far as the library knows.

char __libc_single_threaded = 0;

// Names, since 2.32: the same with every library.

const char* strerrorname_np(int error) {
  switch (error) {
#define NAME(error) \
  case error:       \
    return #error
    NAME(EPERM);
    NAME(ENOENT);
    NAME(ESRCH);
    NAME(EINTR);
    NAME(EIO);
    NAME(ENXIO);
    NAME(E2BIG);
    NAME(ENOEXEC);
    NAME(EBADF);
    NAME(ECHILD);
    NAME(EAGAIN);
    NAME(ENOMEM);
    NAME(EACCES);
    NAME(EFAULT);
    NAME(ENOTBLK);
    NAME(EBUSY);
    NAME(EEXIST);
    NAME(EXDEV);
    NAME(ENODEV);
    NAME(ENOTDIR);
    NAME(EISDIR);
    NAME(EINVAL);
    NAME(ENFILE);
    NAME(EMFILE);
    NAME(ENOTTY);
    NAME(ETXTBSY);
    NAME(EFBIG);
    NAME(ENOSPC);
    NAME(ESPIPE);
    NAME(EROFS);
    NAME(EMLINK);
    NAME(EPIPE);
    NAME(EDOM);
    NAME(ERANGE);
    NAME(EDEADLK);
    NAME(ENAMETOOLONG);
    NAME(ENOLCK);
    NAME(ENOSYS);
    NAME(ENOTEMPTY);
    NAME(ELOOP);
    NAME(ENOMSG);
    NAME(EIDRM);
    NAME(ECHRNG);
    NAME(EL2NSYNC);
    NAME(EL3HLT);
    NAME(EL3RST);
    NAME(ELNRNG);
    NAME(EUNATCH);
    NAME(ENOCSI);
    NAME(EL2HLT);
    NAME(EBADE);
    NAME(EBADR);
    NAME(EXFULL);
    NAME(ENOANO);
    NAME(EBADRQC);
    NAME(EBADSLT);
    NAME(EBFONT);
    NAME(ENOSTR);
    NAME(ENODATA);
    NAME(ETIME);
    NAME(ENOSR);
    NAME(ENONET);
    NAME(ENOPKG);
    NAME(EREMOTE);
    NAME(ENOLINK);
    NAME(EADV);
    NAME(ESRMNT);
    NAME(ECOMM);
    NAME(EPROTO);
    NAME(EMULTIHOP);
    NAME(EDOTDOT);
    NAME(EBADMSG);
    NAME(EOVERFLOW);
    NAME(ENOTUNIQ);
    NAME(EBADFD);
    NAME(EREMCHG);
    NAME(ELIBACC);
    NAME(ELIBBAD);
    NAME(ELIBSCN);
    NAME(ELIBMAX);
    NAME(ELIBEXEC);
    NAME(EILSEQ);
    NAME(ERESTART);
    NAME(ESTRPIPE);
    NAME(EUSERS);
    NAME(ENOTSOCK);
    NAME(EDESTADDRREQ);
    NAME(EMSGSIZE);
    NAME(EPROTOTYPE);
    NAME(ENOPROTOOPT);
    NAME(EPROTONOSUPPORT);
    NAME(ESOCKTNOSUPPORT);
    NAME(EOPNOTSUPP);
    NAME(EPFNOSUPPORT);
    NAME(EAFNOSUPPORT);
    NAME(EADDRINUSE);
    NAME(EADDRNOTAVAIL);
    NAME(ENETDOWN);
    NAME(ENETUNREACH);
    NAME(ENETRESET);
    NAME(ECONNABORTED);
    NAME(ECONNRESET);
    NAME(ENOBUFS);
    NAME(EISCONN);
    NAME(ENOTCONN);
    NAME(ESHUTDOWN);
    NAME(ETOOMANYREFS);
    NAME(ETIMEDOUT);
    NAME(ECONNREFUSED);
    NAME(EHOSTDOWN);
    NAME(EHOSTUNREACH);
    NAME(EALREADY);
    NAME(EINPROGRESS);
    NAME(ESTALE);
    NAME(EUCLEAN);
    NAME(ENOTNAM);
    NAME(ENAVAIL);
    NAME(EISNAM);
    NAME(EREMOTEIO);
    NAME(EDQUOT);
    NAME(ENOMEDIUM);
    NAME(EMEDIUMTYPE);
    NAME(ECANCELED);
    NAME(ENOKEY);
    NAME(EKEYEXPIRED);
    NAME(EKEYREVOKED);
    NAME(EKEYREJECTED);
    NAME(EOWNERDEAD);
    NAME(ENOTRECOVERABLE);
    NAME(ERFKILL);
    NAME(EHWPOISON);
#undef NAME
    default:
      return NULL;
  }
}

const char* sigabbrev_np(int signal) {
  switch (signal) {
#define NAME(signal) \
  case SIG##signal:  \
    return #signal
    NAME(HUP);
    NAME(INT);
    NAME(QUIT);
    NAME(ILL);
    NAME(TRAP);
    NAME(ABRT);
    NAME(BUS);
    NAME(FPE);
    NAME(KILL);
    NAME(USR1);
    NAME(SEGV);
    NAME(USR2);
    NAME(PIPE);
    NAME(ALRM);
    NAME(TERM);
    NAME(CHLD);
    NAME(CONT);
    NAME(STOP);
    NAME(TSTP);
    NAME(TTIN);
    NAME(TTOU);
    NAME(URG);
    NAME(XCPU);
    NAME(XFSZ);
    NAME(VTALRM);
    NAME(PROF);
    NAME(WINCH);
    NAME(IO);
    NAME(PWR);
    NAME(SYS);
#undef NAME
    default:
      return NULL;
  }
}
