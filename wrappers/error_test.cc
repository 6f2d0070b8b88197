#include "wrappers/error.h"

#include <errno.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <limits>
#include <new>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <vector>

#include "wrappers/constant_names.h"
#include "wrappers/dup_constants.h"
#include "wrappers/epoll_constants.h"
#include "wrappers/prctl_constants.h"
#include "wrappers/result.h"
#include "wrappers/testing/result_matchers.h"

// What this thread has allocated, by whichever function.

namespace {

thread_local std::size_t allocations = 0;

}  // namespace

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
// The sanitizer has the allocator, and tells of it. gcc does not have the
// header, sanitizer/allocator_interface.h.
extern "C" int __sanitizer_install_malloc_and_free_hooks(  // NOLINT
    void (*allocated)(const volatile void*, std::size_t),
    void (*freed)(const volatile void*));

namespace {

[[maybe_unused]] const int kHooks = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void*, std::size_t) { ++allocations; },
    [](const volatile void*) {});

}  // namespace
#else
// Those of the C library's library are used by operator new too.
extern "C" {

void* __libc_malloc(std::size_t size);                           // NOLINT
void* __libc_calloc(std::size_t count, std::size_t size);        // NOLINT
void* __libc_realloc(void* memory, std::size_t size);            // NOLINT
void* __libc_memalign(std::size_t alignment, std::size_t size);  // NOLINT

void* malloc(std::size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  ++allocations;
  return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) {
  ++allocations;
  return __libc_realloc(memory, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  ++allocations;
  return __libc_memalign(alignment, size);
}

}  // extern "C"
#endif

namespace plumbline {
namespace internal {

// What others have the printer spell by a list of its own.
struct TestOptions {
  unsigned bits() const { return value; }
  unsigned value;
};
template <>
inline constexpr ArgumentKind kKindOf<TestOptions> = ArgumentKind::kWaitOptions;

struct TestInterest {
  unsigned bits() const { return value; }
  unsigned value;
};
template <>
inline constexpr ArgumentKind kKindOf<TestInterest> =
    ArgumentKind::kSelectorEvents;

}  // namespace internal

namespace {

using internal::ArgumentKind;
using internal::ConstantName;
using internal::ConstantsType;
using internal::Failed;
using internal::FailedWith;
using internal::FindConstantsType;
using internal::Spell;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// A new kind is to be tested below.
static_assert(static_cast<int>(ArgumentKind::kTruncated) == 24);

// In a container, in another's memory, by memcpy: a value.
static_assert(sizeof(Error) == 64);
static_assert(std::is_trivially_copyable_v<Error>);
static_assert(std::is_nothrow_copy_constructible_v<Error>);
static_assert(std::is_trivially_destructible_v<Error>);

template <typename... Arguments>
Error Make(int number, const char* function, const Arguments&... arguments) {
  return FailedWith(number, function, arguments...);
}

// As an error has these arguments.
template <typename... Arguments>
std::string Printed(const Arguments&... arguments) {
  return Make(EINVAL, "call", arguments...).arguments();
}

sigset_t Signals(std::initializer_list<int> signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  return set;
}

sigset_t AllBut(std::initializer_list<int> signals) {
  sigset_t set;
  sigfillset(&set);
  for (const int signal : signals) sigdelset(&set, signal);
  return set;
}

TEST(Error, TellsTheFunctionAndTheNumber) {
  const Error error = Make(EEXIST, "epoll_ctl");
  EXPECT_EQ(error.function(), "epoll_ctl");
  EXPECT_EQ(error.number(), EEXIST);
}

TEST(Error, IsComparedWithNumbers) {
  const Error error = Make(EEXIST, "epoll_ctl");
  EXPECT_TRUE(error == EEXIST);
  EXPECT_TRUE(EEXIST == error);
  EXPECT_FALSE(error == EBADF);
  EXPECT_TRUE(error != EBADF);
  EXPECT_FALSE(error != EEXIST);
}

TEST(Error, TakesErrnoAndLeavesIt) {
  errno = ENOSPC;
  const Error error = Failed("write", 3);
  EXPECT_EQ(error.number(), ENOSPC);
  EXPECT_EQ(errno, ENOSPC);
}

TEST(Error, TakesTheNumberThatTheFunctionReturned) {
  sigset_t set = Signals({SIGINT});
  errno = EDOM;
  const int number = pthread_sigmask(77, &set, nullptr);
  ASSERT_EQ(number, EINVAL);
  const Error error =
      FailedWith(number, "pthread_sigmask", 77, argument::SignalSet{&set},
                 argument::SignalSet{nullptr});
  EXPECT_EQ(error, EINVAL);
  EXPECT_EQ(errno, EDOM);
  EXPECT_EQ(error.ToString(),
            "pthread_sigmask(77, [INT], NULL) = EINVAL (Invalid argument): "
            "set is no null pointer, and how is none of SIG_BLOCK, "
            "SIG_UNBLOCK, SIG_SETMASK; or the system call's sigsetsize is not "
            "the size of the kernel's signal set");
}

TEST(Error, HasTheNumbersName) {
  EXPECT_EQ(Make(EEXIST, "f").name(), "EEXIST");
  EXPECT_EQ(Make(EBADF, "f").name(), "EBADF");
  // Of two names that which errno(3) calls the number's.
  EXPECT_EQ(Make(EWOULDBLOCK, "f").name(), "EAGAIN");
  EXPECT_EQ(Make(EDEADLOCK, "f").name(), "EDEADLK");
}

TEST(Error, HasANameForWhateverTheCLibraryHasOneFor) {
  for (int number = 1; number < 200; ++number) {
    const std::string name = Make(number, "f").name();
    if (strerrorname_np(number) == nullptr) {
      EXPECT_EQ(name, "E" + std::to_string(number));
    } else if (number != ENOTSUP) {  // which is EOPNOTSUPP too
      EXPECT_EQ(name, strerrorname_np(number));
    }
  }
  EXPECT_EQ(Make(9999, "f").name(), "E9999");
  EXPECT_EQ(Make(0, "f").name(), "E0");
  EXPECT_EQ(Make(-1, "f").name(), "E-1");
}

// The arguments, as strace prints them.

TEST(ErrorArguments, AreSeparated) {
  EXPECT_EQ(Printed(), "");
  EXPECT_EQ(Printed(1), "1");
  EXPECT_EQ(Printed(1, nullptr, 2), "1, NULL, 2");
}

TEST(ErrorArguments, Null) {
  EXPECT_EQ(Printed(nullptr), "NULL");
  EXPECT_EQ(Printed(static_cast<void*>(nullptr)), "NULL");
  EXPECT_EQ(Printed(static_cast<const char*>(nullptr)), "NULL");
  EXPECT_EQ(Printed(static_cast<const timespec*>(nullptr)), "NULL");
  EXPECT_EQ(Printed(static_cast<const itimerspec*>(nullptr)), "NULL");
  EXPECT_EQ(Printed(static_cast<const timeval*>(nullptr)), "NULL");
  EXPECT_EQ(Printed(argument::Text{nullptr, 8}), "NULL");
  EXPECT_EQ(Printed(argument::SignalSet{nullptr}), "NULL");
  EXPECT_EQ(Printed(argument::SignalAction{nullptr}), "NULL");
  EXPECT_EQ(Printed(argument::EpollEvent{nullptr}), "NULL");
  EXPECT_EQ(Printed(argument::Sigevent{nullptr, 0}), "NULL");
  EXPECT_EQ(Printed(argument::PollFds{nullptr, 2}), "NULL");
  EXPECT_EQ(Printed(argument::FdSet{nullptr, 2}), "NULL");
  EXPECT_EQ(Printed(argument::Iovecs{nullptr, 2}), "NULL");
  EXPECT_EQ(Printed(argument::Offset{nullptr}), "NULL");
  EXPECT_EQ(Printed(argument::Fds{nullptr}), "NULL");
}

template <typename T>
std::string Least() {
  return Printed(std::numeric_limits<T>::min());
}
template <typename T>
std::string Most() {
  return Printed(std::numeric_limits<T>::max());
}

TEST(ErrorArguments, Integers) {
  EXPECT_EQ(Printed(-1), "-1");
  EXPECT_EQ(Printed(true, false), "1, 0");
  EXPECT_EQ(Least<int>(), "-2147483648");
  EXPECT_EQ(Most<int>(), "2147483647");
  EXPECT_EQ(Most<unsigned>(), "4294967295");
  EXPECT_EQ(Least<long long>(), "-9223372036854775808");
  EXPECT_EQ(Most<long long>(), "9223372036854775807");
  EXPECT_EQ(Most<unsigned long long>(), "18446744073709551615");
  EXPECT_EQ(Least<long>(), std::to_string(std::numeric_limits<long>::min()));
  EXPECT_EQ(Most<long>(), std::to_string(std::numeric_limits<long>::max()));
  EXPECT_EQ(Most<std::size_t>(),
            std::to_string(std::numeric_limits<std::size_t>::max()));
  // About where the narrower form ends.
  EXPECT_EQ(Printed(2147483647LL, 2147483648LL), "2147483647, 2147483648");
  EXPECT_EQ(Printed(-2147483648LL, -2147483649LL), "-2147483648, -2147483649");
  EXPECT_EQ(Printed(4294967295ULL, 4294967296ULL), "4294967295, 4294967296");
}

TEST(ErrorArguments, HexadecimalNumbersAndPointers) {
  EXPECT_EQ(Printed(argument::Hex{0x40}), "0x40");
  EXPECT_EQ(Printed(argument::Hex{0xffffffff}), "0xffffffff");
  EXPECT_EQ(Printed(reinterpret_cast<void*>(0x1234)), "0x1234");
  EXPECT_EQ(Printed(reinterpret_cast<void*>(~std::uintptr_t{0})),
            sizeof(void*) == 8 ? "0xffffffffffffffff" : "0xffffffff");
}

std::string Quoted(std::string_view text) {
  return Printed(argument::Text{text.data(), text.size()});
}

TEST(ErrorArguments, Text) {
  EXPECT_EQ(Printed("plumb"), "\"plumb\"");
  EXPECT_EQ(Printed(""), "\"\"");
  EXPECT_EQ(Quoted(""), "\"\"");
  // So much of a string as was said, be there more or not.
  EXPECT_EQ(Printed(argument::Text{"plumbline", 5}), "\"plumb\"");
}

TEST(ErrorArguments, TextIsEscaped) {
  EXPECT_EQ(Quoted("\"\\"), R"("\"\\")");
  EXPECT_EQ(Quoted("\t\n\v\f\r"), R"("\t\n\v\f\r")");
  EXPECT_EQ(Quoted(" ~\x7f\x1f"), R"(" ~\177\37")");
  EXPECT_EQ(Quoted(std::string("\x01\0\0\0", 4)), R"("\1\0\0\0")");
  EXPECT_EQ(Quoted("\xff\xc3\xa4"), R"("\377\303\244")");
  // No digit of the text becomes one of the escape.
  EXPECT_EQ(Quoted(std::string("\0000\001"
                               "9\001a",
                               6)),
            R"("\0000\0019\1a")");
}

TEST(ErrorArguments, OfLongTextTheStartIsKept) {
  EXPECT_EQ(Printed("24 letters are kept, all"),
            "\"24 letters are kept, all\"");
  EXPECT_EQ(Printed("25 letters are not kept, "),
            "\"25 letters are not kept,\"...");
  // Two numbers fit behind it.
  EXPECT_EQ(Printed(std::string(1000, 'x').c_str(), 1, 2),
            '"' + std::string(24, 'x') + "\"..., 1, 2");
  // Where little room is left, it still is said that there was text.
  EXPECT_EQ(Printed(1, 2, 3, 4, 5, 6, 7, "text"),
            sizeof(void*) == 8 ? "1, 2, 3, 4, 5, 6, 7, \"te\"..."
                               : "1, 2, 3, 4, 5, 6, 7, \"text\"");
}

TEST(ErrorArguments, Times) {
  EXPECT_EQ(Printed(timespec{1, 5}), "{tv_sec=1, tv_nsec=5}");
  const timespec before = {-1, 999'999'999};
  EXPECT_EQ(Printed(&before), "{tv_sec=-1, tv_nsec=999999999}");
  const auto most = std::numeric_limits<time_t>::max();
  EXPECT_EQ(Printed(timespec{most, 0}),
            "{tv_sec=" + std::to_string(most) + ", tv_nsec=0}");
  const timeval micro = {3, 999'999};
  EXPECT_EQ(Printed(&micro), "{tv_sec=3, tv_usec=999999}");
}

TEST(ErrorArguments, TimerSettings) {
  const itimerspec setting = {{1, 2}, {3, 4}};
  const char* const text =
      "{it_interval={tv_sec=1, tv_nsec=2}, it_value={tv_sec=3, tv_nsec=4}}";
  EXPECT_EQ(Printed(setting), text);
  EXPECT_EQ(Printed(&setting), text);
}

TEST(ErrorArguments, Signals) {
  using argument::Signal;
  EXPECT_EQ(Printed(Signal{SIGINT}), "SIGINT");
  EXPECT_EQ(Printed(Signal{SIGCHLD}), "SIGCHLD");
  EXPECT_EQ(Printed(Signal{SIGRTMIN}), "SIGRTMIN");
  EXPECT_EQ(Printed(Signal{SIGRTMIN + 2}), "SIGRTMIN+2");
  EXPECT_EQ(Printed(Signal{SIGRTMAX}),
            "SIGRTMIN+" + std::to_string(SIGRTMAX - SIGRTMIN));
  EXPECT_EQ(Printed(Signal{SIGRTMAX + 1}), std::to_string(SIGRTMAX + 1));
  EXPECT_EQ(Printed(Signal{0}), "0");
  EXPECT_EQ(Printed(Signal{-1}), "-1");
  // The C library's own.
  EXPECT_EQ(Printed(Signal{SIGRTMIN - 1}), std::to_string(SIGRTMIN - 1));
}

std::string Printed(const sigset_t& set) {
  return Printed(argument::SignalSet{&set});
}

TEST(ErrorArguments, SetsOfSignals) {
  EXPECT_EQ(Printed(Signals({})), "[]");
  EXPECT_EQ(Printed(Signals({SIGINT, SIGHUP})), "[HUP INT]");
  EXPECT_EQ(Printed(Signals({SIGRTMIN, SIGRTMIN + 1})), "[RTMIN RTMIN+1]");
  EXPECT_EQ(Printed(Signals({1})), "[HUP]");
  EXPECT_EQ(Printed(Signals({SIGRTMAX})),
            "[RTMIN+" + std::to_string(SIGRTMAX - SIGRTMIN) + "]");
}

TEST(ErrorArguments, OfASetOfMostSignalsThoseThatAreMissing) {
  EXPECT_EQ(Printed(AllBut({})), "~[]");
  EXPECT_EQ(Printed(AllBut({SIGINT, SIGRTMIN + 1})), "~[INT RTMIN+1]");
  EXPECT_EQ(Printed(AllBut({SIGRTMAX})),
            "~[RTMIN+" + std::to_string(SIGRTMAX - SIGRTMIN) + "]");
}

TEST(ErrorArguments, SignalActions) {
  struct sigaction action = {};
  action.sa_handler = SIG_IGN;
  action.sa_mask = Signals({SIGINT});
  action.sa_flags = SA_RESTART;
  EXPECT_EQ(Printed(argument::SignalAction{&action}),
            "{sa_handler=SIG_IGN, sa_mask=[INT], sa_flags=SA_RESTART}");
  action.sa_handler = SIG_DFL;
  action.sa_mask = Signals({});
  action.sa_flags = 0;
  EXPECT_EQ(Printed(argument::SignalAction{&action}),
            "{sa_handler=SIG_DFL, sa_mask=[], sa_flags=0}");
  action.sa_handler = reinterpret_cast<void (*)(int)>(0x4000);
  EXPECT_EQ(Printed(argument::SignalAction{&action}),
            "{sa_handler=0x4000, sa_mask=[], sa_flags=0}");
}

TEST(ErrorArguments, EpollEvents) {
  epoll_event event = {};
  event.events = EPOLLIN | EPOLLET;
  event.data.u64 = 0x500000007;
  EXPECT_EQ(Printed(argument::EpollEvent{&event}),
            "{events=EPOLLIN|EPOLLET, data=0x500000007}");
  event.events = 0x01000000;
  event.data.u64 = 0;
  EXPECT_EQ(Printed(argument::EpollEvent{&event}),
            "{events=0x1000000, data=0x0}");
}

TEST(ErrorArguments, Sigevents) {
  sigevent event = {};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = SIGALRM;
  EXPECT_EQ(Printed(argument::Sigevent{&event, 7}),
            "{sigev_signo=SIGALRM, sigev_notify=SIGEV_SIGNAL}");
  event.sigev_notify = SIGEV_THREAD_ID;
  EXPECT_EQ(Printed(argument::Sigevent{&event, 7}),
            "{sigev_signo=SIGALRM, sigev_notify=SIGEV_THREAD_ID, "
            "sigev_notify_thread_id=7}");
  event.sigev_notify = 77;
  event.sigev_value.sival_ptr = reinterpret_cast<void*>(0x1000);
  EXPECT_THAT(Printed(argument::Sigevent{&event, 7}),
              AllOf(StartsWith("{sigev_value={sival_int="),
                    EndsWith(", sival_ptr=0x1000}, sigev_signo=SIGALRM, "
                             "sigev_notify=0x4d}")));
}

TEST(ErrorArguments, PollFds) {
  const pollfd fds[] = {{3, POLLIN, POLLERR},
                        {-1, 0, 0},
                        {4, POLLIN | POLLOUT, 0},
                        {5, POLLIN, 0},
                        {6, POLLIN, 0}};
  EXPECT_EQ(Printed(argument::PollFds{fds, 0}), "[]");
  EXPECT_EQ(Printed(argument::PollFds{fds, 1}), "[{fd=3, events=POLLIN}]");
  EXPECT_EQ(Printed(argument::PollFds{fds, 2}),
            "[{fd=3, events=POLLIN}, {fd=-1, events=0}]");
  const char* const four =
      "[{fd=3, events=POLLIN}, {fd=-1, events=0}, "
      "{fd=4, events=POLLIN|POLLOUT}, {fd=5, events=POLLIN}";
  EXPECT_EQ(Printed(argument::PollFds{fds, 4}), std::string(four) + "]");
  EXPECT_EQ(Printed(argument::PollFds{fds, 5}), std::string(four) + ", ...]");
  EXPECT_EQ(Printed(argument::PollFds{fds, 5, 1}),
            "[{fd=3, events=POLLIN}, ...]");
  EXPECT_EQ(Printed(argument::PollFds{fds, 5, 0}), "[...]");
}

TEST(ErrorArguments, FdSets) {
  fd_set set;
  FD_ZERO(&set);
  EXPECT_EQ(Printed(argument::FdSet{&set, FD_SETSIZE}), "[]");
  for (const int fd : {0, 5, 1023}) FD_SET(fd, &set);
  EXPECT_EQ(Printed(argument::FdSet{&set, FD_SETSIZE}), "[0 5 1023]");
  EXPECT_EQ(Printed(argument::FdSet{&set, 1023}), "[0 5]");
  EXPECT_EQ(Printed(argument::FdSet{&set, 6}), "[0 5]");
  EXPECT_EQ(Printed(argument::FdSet{&set, 5}), "[0]");
  EXPECT_EQ(Printed(argument::FdSet{&set, FD_SETSIZE, 1}), "[0 ...]");
  EXPECT_EQ(Printed(argument::FdSet{&set, 6, 2}), "[0 5]");
  FD_SET(700, &set);
  EXPECT_EQ(Printed(argument::FdSet{&set, FD_SETSIZE}), "[0 5 700 ...]");
  // No more than there are descriptors.
  EXPECT_EQ(Printed(argument::FdSet{&set, 100'000}), "[0 5 700 ...]");
}

TEST(ErrorArguments, Iovecs) {
  const iovec buffers[] = {{reinterpret_cast<void*>(0x1000), 8},
                           {nullptr, 0},
                           {reinterpret_cast<void*>(0x2000), 1}};
  EXPECT_EQ(Printed(argument::Iovecs{buffers, 0}), "[]");
  EXPECT_EQ(Printed(argument::Iovecs{buffers, 2}),
            "[{iov_base=0x1000, iov_len=8}, {iov_base=NULL, iov_len=0}]");
  EXPECT_EQ(Printed(argument::Iovecs{buffers, 3}),
            "[{iov_base=0x1000, iov_len=8}, {iov_base=NULL, iov_len=0}, ...]");
  EXPECT_EQ(Printed(argument::Iovecs{buffers, 3, 1}),
            "[{iov_base=0x1000, iov_len=8}, ...]");
  EXPECT_EQ(Printed(argument::Iovecs{buffers, 3, 0}), "[...]");
}

TEST(ErrorArguments, OffsetsAndPairsOfDescriptors) {
  const std::int64_t offset = -4096;
  EXPECT_EQ(Printed(argument::Offset{&offset}), "[-4096]");
  const int fds[] = {3, 4};
  EXPECT_EQ(Printed(argument::Fds{fds}), "[3, 4]");
}

TEST(ErrorArguments, Flags) {
  EXPECT_EQ(Printed(EpollEvents::kIn), "EPOLLIN");
  EXPECT_EQ(Printed(EpollEvents::kEt | EpollEvents::kIn), "EPOLLIN|EPOLLET");
  EXPECT_EQ(Printed(EpollEvents()), "0");
  EXPECT_EQ(Printed(EpollEvents::kIn | EpollEvents::FromBits(0x01004000)),
            "EPOLLIN|0x1004000");
  EXPECT_EQ(Printed(EpollEvents::FromBits(0x01000000)), "0x1000000");
  EXPECT_EQ(Printed(EpollFlags::kCloexec), "EPOLL_CLOEXEC");
}

TEST(ErrorArguments, Enumerations) {
  EXPECT_EQ(Printed(EpollOperation::kAdd), "EPOLL_CTL_ADD");
  EXPECT_EQ(Printed(static_cast<EpollOperation>(99)), "0x63");
  // No mask: 2 and 1 are not 3.
  EXPECT_EQ(
      Printed(static_cast<EpollOperation>(EPOLL_CTL_ADD | EPOLL_CTL_DEL | 4)),
      "0x7");
}

TEST(ErrorArguments, ListsOfThePrintersOwn) {
  EXPECT_EQ(Printed(internal::TestOptions{WEXITED | WNOWAIT}),
            "WEXITED|WNOWAIT");
  EXPECT_EQ(Printed(internal::TestInterest{3}), "kRead|kWrite");
}

TEST(ErrorArguments, WhatDoesNotFitIsLeftOut) {
  const std::string text = Printed(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
  EXPECT_THAT(text, StartsWith("1, 2, 3, 4, 5, 6, 7, 8, 9, 10"));
  EXPECT_THAT(text, EndsWith(", ..."));
  EXPECT_THAT(text, Not(HasSubstr("12")));
  // Nor is what is behind it, though there is room.
  const itimerspec setting = {};
  EXPECT_EQ(Printed(setting, 1, setting, 2), Printed(setting, 1) + ", ...");
}

// However the memory before it happens to look.
TEST(ErrorArguments, WhatDoesNotFitIsSaidToBeLeftOut) {
  const itimerspec setting = {};
  for (unsigned byte = 0; byte < 256; ++byte) {
    const argument::Hex hex = {byte * 0x01010101};
    EXPECT_EQ(Printed(hex, hex, hex, hex, hex, hex, setting),
              Printed(hex, hex, hex, hex, hex, hex) + ", ...");
  }
}

// Of all lengths, so that each end of the memory is met.
TEST(ErrorArguments, FillTheMemoryAndNoMore) {
  for (int count = 0; count < 64; ++count) {
    internal::ArgumentPacker packer("f", EINVAL);
    std::string expected;
    for (int i = 0; i < count; ++i) {
      packer.Add(nullptr);
      packer.Add(i);
      expected += (i == 0 ? "NULL, " : ", NULL, ") + std::to_string(i);
    }
    const std::string text = packer.error().arguments();
    if (count * 6 + 1 <= 51) {
      EXPECT_EQ(text, expected);
    } else if (text != expected) {
      EXPECT_THAT(text, EndsWith(", ..."));
      EXPECT_THAT(expected, StartsWith(text.substr(0, text.size() - 3)));
    }
  }
}

// What the manual says of it.

TEST(ErrorExplanation, IsWhatIsDeclared) {
  const Error error = Make(EEXIST, "epoll_ctl", 4, EpollOperation::kAdd, 5);
  EXPECT_TRUE(error.documented());
  EXPECT_EQ(error.explanation(),
            "op is EPOLL_CTL_ADD, and fd is in the interest list already");
}

TEST(ErrorExplanation, HasAllConditions) {
  EXPECT_EQ(Make(EBADF, "close", 3).explanation(),
            "fd is not open; or fd is below 0");
  EXPECT_EQ(Make(ELOOP, "epoll_ctl", 4, EpollOperation::kAdd, 5).explanation(),
            "op is EPOLL_CTL_ADD, and the instances would watch each other in "
            "a circle; or op is EPOLL_CTL_ADD, and instances would be nested "
            "more than 5 deep");
}

TEST(ErrorExplanation, IsOfTheOperation) {
  EXPECT_EQ(Make(ENOENT, "epoll_ctl", 4, EpollOperation::kMod, 5).explanation(),
            "op is EPOLL_CTL_MOD, and fd is not in the interest list");
  EXPECT_EQ(Make(ENOENT, "epoll_ctl", 4, EpollOperation::kDel, 5).explanation(),
            "op is EPOLL_CTL_DEL, and fd is not in the interest list");
  // "EPOLL_CTL_ADD or EPOLL_CTL_MOD"
  for (const auto operation : {EpollOperation::kAdd, EpollOperation::kMod}) {
    EXPECT_THAT(Make(EFAULT, "epoll_ctl", 4, operation, 5).explanation(),
                HasSubstr("event can't be read"));
  }
  EXPECT_FALSE(Make(EFAULT, "epoll_ctl", 4, EpollOperation::kDel).documented());
}

TEST(ErrorExplanation, OfAnUnknownOperationIsThatItIsUnknown) {
  const char* const unknown =
      "op is none of EPOLL_CTL_ADD, EPOLL_CTL_MOD, EPOLL_CTL_DEL";
  EXPECT_EQ(
      Make(EINVAL, "epoll_ctl", 4, EpollOperation(99), 5).explanation(),
      std::string("epfd is no epoll instance; or fd is epfd; or ") + unknown);
  EXPECT_THAT(
      Make(EINVAL, "epoll_ctl", 4, EpollOperation::kAdd, 5).explanation(),
      AllOf(StartsWith("epfd is no epoll instance; or fd is epfd; or "),
            HasSubstr("op is EPOLL_CTL_ADD, and events has beside"),
            Not(HasSubstr(unknown)), Not(HasSubstr("op is EPOLL_CTL_MOD"))));
}

TEST(ErrorExplanation, OfTheOperationComesBeforeThatOfTheFunction) {
  EXPECT_EQ(Make(EINVAL, "fcntl", 3, FcntlCommand::kDupfd, -1).explanation(),
            "arg is below 0; or arg is RLIMIT_NOFILE or more; or op is none "
            "that this kernel knows");
  EXPECT_EQ(
      Make(EMFILE, "fcntl", 3, FcntlCommand::kDupfd, -1).explanation(),
      "the process has as many open descriptors as RLIMIT_NOFILE allows; or "
      "all descriptors from arg to RLIMIT_NOFILE are open, though lower ones "
      "are free");
  // F_GETFD is no part of F_DUPFD's, nor F_DUPFD of F_DUPFD_CLOEXEC's.
  EXPECT_FALSE(Make(EMFILE, "fcntl", 3, FcntlCommand::kGetfd).documented());
  EXPECT_EQ(Make(EFAULT, "prctl", PrctlOption::kSetName, nullptr).explanation(),
            "name can't be read");
  EXPECT_FALSE(Make(EFAULT, "prctl", PrctlOption::kGetDumpable).documented());
}

// The page names it, Linux never does it: what does it after all may be
// another kernel.
TEST(ErrorExplanation, IsThePagesIfNothingElseFits) {
  const Error error = Make(ENOBUFS, "accept4", 3);
  EXPECT_TRUE(error.documented());
  EXPECT_EQ(error.explanation(),
            "the limit of a socket's buffers leaves no memory");
  EXPECT_THAT(Make(EINVAL, "prctl", PrctlOption::kGetDumpable).explanation(),
              Not(HasSubstr("does not name")));
}

// Of two errors at once each has its own condition already.
TEST(ErrorExplanation, HasNoPairsOfErrors) {
  EXPECT_THAT(Make(EBADF, "epoll_ctl", 4, EpollOperation::kAdd).explanation(),
              AllOf(HasSubstr("fd is not open"),
                    Not(HasSubstr("and epfd is no epoll instance"))));
}

TEST(ErrorExplanation, OfWhatIsNotDeclaredSaysSo) {
  const Error error = Make(EXDEV, "eventfd", 0, 0);
  EXPECT_FALSE(error.documented());
  EXPECT_EQ(error.explanation(),
            "EXDEV is not documented for eventfd: Invalid cross-device link");
  EXPECT_EQ(error.ToString(),
            "eventfd(0, 0) = EXDEV (Invalid cross-device link): EXDEV is not "
            "documented for eventfd: Invalid cross-device link");
  EXPECT_EQ(Make(9999, "close", 3).explanation(),
            "E9999 is not documented for close: Unknown error 9999");
  EXPECT_FALSE(Make(EBADF, "no_such_function").documented());
  EXPECT_FALSE(Make(EBADF, "").documented());
}

TEST(ErrorExplanation, IsTheLibrarysOwnReasonWhereItRefused) {
  const Error error = Make(EINVAL, "close", argument::Reason{"it is mine"}, 3);
  EXPECT_TRUE(error.documented());
  EXPECT_EQ(error.explanation(), "it is mine");
  EXPECT_EQ(error.ToString(),
            "close(3) = EINVAL (Invalid argument): it is mine");
  EXPECT_EQ(Make(EINVAL, "f", argument::Reason{"so"}).ToString(),
            "f() = EINVAL (Invalid argument): so");
}

TEST(Error, ToStringHasItAll) {
  epoll_event event = {};
  event.events = EPOLLIN;
  event.data.u64 = 5;
  EXPECT_EQ(Make(EEXIST, "epoll_ctl", 4, EpollOperation::kAdd, 5,
                 argument::EpollEvent{&event})
                .ToString(),
            "epoll_ctl(4, EPOLL_CTL_ADD, 5, {events=EPOLLIN, data=0x5}) = "
            "EEXIST (File exists): op is EPOLL_CTL_ADD, and fd is in the "
            "interest list already");
}

TEST(Error, WithoutACallIsNone) {
  const Error none;
  EXPECT_EQ(none.number(), 0);
  EXPECT_EQ(none.function(), "");
  EXPECT_EQ(none.ToString(),
            "() = E0 (Success): E0 is not documented for : Success");
}

TEST(Error, LeavesErrnoAlone) {
  const Error declared = Make(EBADF, "close", "text", timespec{1, 2});
  const Error undeclared = Make(9999, "close", argument::Signal{99});
  for (const Error& error : {declared, undeclared}) {
    errno = EDOM;
    const Error copy = error;
    EXPECT_EQ(errno, EDOM);
    (void)copy.name();
    EXPECT_EQ(errno, EDOM);
    (void)copy.arguments();
    EXPECT_EQ(errno, EDOM);
    (void)copy.explanation();
    EXPECT_EQ(errno, EDOM);
    (void)copy.documented();
    EXPECT_EQ(errno, EDOM);
    (void)copy.ToString();
    EXPECT_EQ(errno, EDOM);
  }
}

// Whatever is packed: some functions that look at it set errno.
TEST(Error, LeavesErrnoAloneWhenItIsMade) {
  const sigset_t set = AllBut({});
  const epoll_event event = {};
  const pollfd fds[] = {{3, POLLIN, 0}};
  errno = EDOM;
  const Error error =
      Failed("f", argument::SignalSet{&set}, argument::EpollEvent{&event},
             argument::PollFds{fds, 1}, "text", timespec{});
  EXPECT_EQ(errno, EDOM);
  EXPECT_EQ(error, EDOM);
}

// One that reads, and one that fails.
Result<int> Half(int number) {
  errno = EINVAL;
  if (number % 2 != 0) return Failed("half", number, "of what is odd");
  return number / 2;
}

TEST(Error, AllocatesOnlyWhatIsMadeText) {
  const sigset_t set = AllBut({SIGINT});
  const epoll_event event = {};
  const pollfd fds[] = {{3, POLLIN, 0}};
  fd_set descriptors;
  FD_ZERO(&descriptors);
  const iovec buffer = {nullptr, 0};
  bool right = true;
  const std::size_t before = allocations;
  // Where the call succeeds.
  const Result<int> half = Half(4);
  right = right && half && *half == 2;
  // Where it fails.
  const Result<int> none = Half(3);
  right = right && !none && none.error() == EINVAL && none.error() != EBADF;
  Error error = Failed("f", argument::SignalSet{&set},
                       argument::EpollEvent{&event}, argument::PollFds{fds, 1},
                       "a text that is longer than what is kept of it");
  error = Failed("f", argument::FdSet{&descriptors, FD_SETSIZE},
                 argument::Iovecs{&buffer, 1}, timespec{}, itimerspec{},
                 EpollEvents::kIn, 1LL << 40);
  const Error copy = error;
  right = right && copy.number() == EINVAL && copy.function() == "f";
  const Result<int> moved = Half(3)
                                .and_then(Half)
                                .transform([](int n) { return n; })
                                .or_else([](const Error& why) -> Result<int> {
                                  return why.number();
                                });
  right = right && moved.value() == EINVAL;
  const std::size_t after = allocations;
  EXPECT_EQ(after, before);
  EXPECT_TRUE(right);
  // And it would be seen.
  EXPECT_NE(error.ToString(), "");
  EXPECT_GT(allocations, after);
}

TEST(Error, TextIsMadeInManyThreadsAtOnce) {
  const Error error = Make(EINVAL, "epoll_ctl", 4, EpollOperation::kAdd, 5);
  const std::string expected = error.ToString();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 10; ++j) EXPECT_EQ(error.ToString(), expected);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// The names of constants.

TEST(ConstantNames, AreFoundByTheirType) {
  const ConstantsType* const type = FindConstantsType("EpollOperation");
  ASSERT_NE(type, nullptr);
  EXPECT_EQ(type->name, "EpollOperation");
  EXPECT_FALSE(type->flags);
  EXPECT_EQ(FindConstantsType("NoSuchType"), nullptr);
  EXPECT_EQ(FindConstantsType(""), nullptr);
}

TEST(ConstantNames, EveryTypeHasSome) {
  std::set<std::string_view> types;
  for (const ConstantsType& type : internal::AllConstantsTypes()) {
    EXPECT_TRUE(types.insert(type.name).second)
        << type.name << " is there twice";
    EXPECT_FALSE(type.names.empty()) << type.name;
    std::set<std::string_view> names;
    for (const ConstantName& one : type.names)
      EXPECT_TRUE(names.insert(one.name).second) << one.name;
  }
  EXPECT_GT(types.size(), 15u);
}

// Each constant is spelled so that it is known again.
TEST(ConstantNames, EveryConstantIsSpelledByANameOfItsValue) {
  for (const ConstantsType& type : internal::AllConstantsTypes()) {
    for (const ConstantName& one : type.names) {
      const std::uint32_t value = static_cast<std::uint32_t>(one.value);
      const std::string spelled = Spell(type, value);
      bool known = false;
      for (const ConstantName& other : type.names) {
        known = known || (other.name == spelled &&
                          static_cast<std::uint32_t>(other.value) == value);
      }
      EXPECT_TRUE(known) << type.name << ": " << one.name << " is spelled "
                         << spelled;
    }
  }
}

TEST(ConstantNames, OfAMaskTheLargestComeFirst) {
  constexpr ConstantName kNames[] = {
      {1, "ONE"}, {2, "TWO"}, {3, "BOTH"}, {0x80000000, "TOP"}};
  const ConstantsType flags = {"Test", true, kNames};
  EXPECT_EQ(Spell(flags, 1), "ONE");
  EXPECT_EQ(Spell(flags, 3), "BOTH");
  EXPECT_EQ(Spell(flags, 0x80000003), "BOTH|TOP");
  EXPECT_EQ(Spell(flags, 0x80000002), "TWO|TOP");
  EXPECT_EQ(Spell(flags, 0x16), "TWO|0x14");
  EXPECT_EQ(Spell(flags, 0x14), "0x14");
  EXPECT_EQ(Spell(flags, 0), "0");
  const ConstantsType numbers = {"Test", false, kNames};
  EXPECT_EQ(Spell(numbers, 3), "BOTH");
  EXPECT_EQ(Spell(numbers, 0x80000003), "0x80000003");
  EXPECT_EQ(Spell(numbers, 0), "0");
  constexpr ConstantName kZero[] = {{0, "NONE"}, {1, "ONE"}};
  EXPECT_EQ(Spell({"Test", true, kZero}, 0), "NONE");
  EXPECT_EQ(Spell({"Test", true, kZero}, 1), "ONE");
}

}  // namespace
}  // namespace plumbline
