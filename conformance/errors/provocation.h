// How one declared error is made to happen.
//
//   PROVOKE(epoll_ctl, EINVAL, fd_is_epfd) {
//     const int epfd = MUST(epoll_create1(0));
//     epoll_event event = {};
//     CALL(epoll_ctl(epfd, EPOLL_CTL_ADD, epfd, &event));
//   }
//
// Each runs in a child process of its own, so it sets up what it needs by plain
// calls and leaves cleaning up to the process's end. This header is compiled
// with every provocation for every architecture, so it includes next to
// nothing.

#ifndef PLUMBLINE_CONFORMANCE_ERRORS_PROVOCATION_H_
#define PLUMBLINE_CONFORMANCE_ERRORS_PROVOCATION_H_

#include <errno.h>
#include <stddef.h>

namespace plumbline::errors {

struct Provocation {
  const char* function;
  const char* operation;  // "F_SETLK" of fcntl; "" if the function has none
  const char* error;
  const char* id;
  const char* file;
  int line;
  // Shows that an error can't be provoked, by REASON.
  bool is_reason;
  void (*body)();
  Provocation* next;
};

// Adds it to what AllProvocations() returns.
struct Registration {
  explicit Registration(Provocation& provocation);
};

// The first of all that are linked in; in no particular order.
const Provocation* AllProvocations();

// What the macros below call.
void Watch(const void* object, size_t size, const char* name);
// Whether the call is to be made now: a provocation that has both CALL_RAW and
// CALL_LIBC is run twice, once for each.
bool WantRaw();
bool WantLibc();
void SnapshotsOutside(void (*leave)(), void (*enter)());
void Before();
void After(long result, int error);
void Expect(bool holds, bool is_effect, const char* text);
void Holds(bool holds, const char* text);
[[noreturn]] void Broken(const char* text);
[[noreturn]] void Skip(const char* reason);

inline long ToLong(long result) { return result; }
inline long ToLong(const volatile void* result) {
  return reinterpret_cast<long>(result);
}

inline bool Failed(long result) { return result == -1; }
inline bool Failed(const volatile void* result) {
  return result == nullptr || ToLong(result) == -1;
}

template <typename Result>
Result Must(Result result, const char* text) {
  if (Failed(result)) Broken(text);
  return result;
}

}  // namespace plumbline::errors

#define PLUMBLINE_PROVOCATION(is_reason, function, operation, error, id, name) \
  static void name();                                                          \
  static ::plumbline::errors::Provocation name##_entry = {                     \
      function, operation, error, id,     __FILE__,                            \
      __LINE__, is_reason, name,  nullptr};                                    \
  static const ::plumbline::errors::Registration name##_registration(          \
      name##_entry);                                                           \
  static void name()

// Makes `function` fail with `error` under the condition that is declared as
// `id`, by exactly one CALL or CALL_RAW.
#define PROVOKE(function, error, id)                       \
  PLUMBLINE_PROVOCATION(false, #function, "", #error, #id, \
                        Provoke_##function##_##error##_##id)

// The same for one operation of a function that has several, such as F_SETLK.
#define PROVOKE_OPERATION(function, operation, error, id)          \
  PLUMBLINE_PROVOCATION(false, #function, #operation, #error, #id, \
                        Provoke_##function##_##operation##_##error##_##id)

// Shows by HOLDS(…) that the reason is true for which a declared error can't be
// provoked (class impossible, or fault where nothing can inject one).
#define REASON(function, error, id)                       \
  PLUMBLINE_PROVOCATION(true, #function, "", #error, #id, \
                        Reason_##function##_##error##_##id)
#define REASON_OPERATION(function, operation, error, id)          \
  PLUMBLINE_PROVOCATION(true, #function, #operation, #error, #id, \
                        Reason_##function##_##operation##_##error##_##id)

// The call that is to fail, as a user of the C library makes it.
#define CALL(...)                                                           \
  do {                                                                      \
    ::plumbline::errors::Before();                                          \
    errno = 0;                                                              \
    const long plumbline_result = ::plumbline::errors::ToLong(__VA_ARGS__); \
    const int plumbline_error = errno;                                      \
    ::plumbline::errors::After(plumbline_result, plumbline_error);          \
  } while (false)

// The call that is to fail, as the system call itself: syscall(SYS_…, …). For
// arguments that the C library's function might crash on, or does not pass on.
#define CALL_RAW(...)                                      \
  do {                                                     \
    if (::plumbline::errors::WantRaw()) CALL(__VA_ARGS__); \
  } while (false)

// The same by the C library's function. What it does is declared by `libc` in
// the error table.
#define CALL_LIBC(...)                                      \
  do {                                                      \
    if (::plumbline::errors::WantLibc()) CALL(__VA_ARGS__); \
  } while (false)

// The set-up brought this process into something that its state can't be looked
// at from, such as a cgroup without memory. CALL leaves it by `leave`, looks,
// and goes back by `enter` for the call; after the call it leaves for good.
#define SNAPSHOTS_OUTSIDE(leave, enter) \
  ::plumbline::errors::SnapshotsOutside(leave, enter)

// The object is not to be changed by the call that fails.
#define WATCH(object) \
  ::plumbline::errors::Watch(&(object), sizeof(object), #object)

// A call of the set-up: -1 or a null pointer ends the provocation as broken.
#define MUST(...) ::plumbline::errors::Must((__VA_ARGS__), #__VA_ARGS__)

// What must be so after the call, beside that nothing changed.
#define EXPECT(...) \
  ::plumbline::errors::Expect((__VA_ARGS__), false, #__VA_ARGS__)

// What the call did although it failed; declared by `effect` in the error
// table.
#define EFFECT(...) \
  ::plumbline::errors::Expect((__VA_ARGS__), true, #__VA_ARGS__)

// A fact that a REASON rests on.
#define HOLDS(...) ::plumbline::errors::Holds((__VA_ARGS__), #__VA_ARGS__)

// This machine can't do it, whatever it is asked for; says why.
#define SKIP(reason) ::plumbline::errors::Skip(reason)

#endif  // PLUMBLINE_CONFORMANCE_ERRORS_PROVOCATION_H_
