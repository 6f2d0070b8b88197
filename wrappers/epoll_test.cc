#include "wrappers/epoll.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <future>
#include <iterator>
#include <ostream>
#include <span>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "wrappers/eventfd.h"
#include "wrappers/retry.h"
#include "wrappers/testing/capabilities.h"
#include "wrappers/testing/child.h"
#include "wrappers/testing/interruptions.h"
#include "wrappers/testing/result_assertions.h"
#include "wrappers/testing/result_matchers.h"
#include "wrappers/testing/signals.h"

namespace plumbline {

// For GoogleTest's messages.
void PrintTo(const EpollEvent& event, std::ostream* out) {
  *out << "{events=0x" << std::hex << event.events().bits() << ", data=0x"
       << event.data() << std::dec << "}";
}

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;
using testing::UnorderedElementsAre;
using testing_support::Blocked;
using testing_support::InChild;
using testing_support::InChildWithoutCapabilities;
using testing_support::Interruptible;
using testing_support::Interruptions;

template <typename... Arguments>
concept Creates = requires(Arguments... arguments) {
  Epoll::Create(arguments...);
};
static_assert(Creates<> && Creates<EpollFlags>);
static_assert(!Creates<int> && !Creates<EventFdFlags>);

template <typename... Arguments>
concept Registers = requires(const Epoll epoll, Arguments... arguments) {
  epoll.Register(arguments...);
  epoll.Modify(arguments...);
};
static_assert(Registers<BorrowedFd, EpollEvents>);
static_assert(Registers<EventFd, EpollEvents, std::uint64_t>);
static_assert(Registers<BorrowedFd, EpollEvents, int>);
static_assert(Registers<BorrowedFd, EpollEvents, void*>);
static_assert(Registers<BorrowedFd, EpollEvents, EventFd*>);
static_assert(!Registers<BorrowedFd, EpollEvents, const EventFd*>);
static_assert(!Registers<BorrowedFd, EpollEvents, void (*)()>);
static_assert(!Registers<BorrowedFd, EpollEvents, BorrowedFd>);
static_assert(!Registers<BorrowedFd, int>);
static_assert(!Registers<BorrowedFd, EpollFlags>);
static_assert(!Registers<int, EpollEvents>);

template <typename... Arguments>
concept Waits = requires(const Epoll epoll, Arguments... arguments) {
  epoll.Wait(arguments...);
};
static_assert(Waits<std::span<EpollEvent>, PollTimeout>);
static_assert(Waits<std::vector<EpollEvent>&, std::chrono::nanoseconds>);
static_assert(Waits<EpollEvent (&)[4], std::chrono::duration<double>>);
static_assert(!Waits<std::span<const EpollEvent>, PollTimeout>);
static_assert(!Waits<std::span<epoll_event>, PollTimeout>);
static_assert(!Waits<std::span<EpollEvent>, int>);
static_assert(!Waits<std::span<EpollEvent>>);

// They are cancellation points.
static_assert(!noexcept(Epoll().Wait({}, 0s)));
static_assert(!noexcept(Epoll().Pwait({}, 0s, SignalSet())));
static_assert(!noexcept(Epoll().Pwait2({}, 0s)));

static_assert(std::is_same_v<decltype(Epoll().Wait({}, 0s)),
                             Result<std::span<EpollEvent>>>);
static_assert(!std::is_copy_constructible_v<Epoll>);
static_assert(EpollEvent(EpollEvents::kIn, 5).events() == EpollEvents::kIn);
static_assert(EpollEvent(EpollEvents::kIn, 5).data() == 5);
static_assert(EpollEvent(EpollEvents::kIn, 5).fd() == BorrowedFd::FromRaw(5));

MATCHER_P2(Is, events, data, "") {
  return arg.events() == events && arg.data() == std::uint64_t{data};
}

std::uint64_t NumberOf(BorrowedFd fd) {
  return static_cast<std::uint64_t>(fd.raw());
}

// What is ready now, as a copy. At most 8.
std::vector<EpollEvent> Ready(const Epoll& epoll) {
  EpollEvent events[8];
  const auto ready = epoll.Wait(events, 0s);
  EXPECT_SUCCEEDS(ready);
  if (!ready) return {};
  return {ready->begin(), ready->end()};
}

// Without a wait for it.
EventFd NewEvent(unsigned initial = 0) {
  return EventFd::Create(initial,
                         EventFdFlags::kCloexec | EventFdFlags::kNonblock)
      .value();
}

OwnedFd Duplicate(BorrowedFd fd) {
  return OwnedFd::Adopt(fcntl(fd.raw(), F_DUPFD_CLOEXEC, 0));
}

struct Pipe {
  Pipe() {
    int fds[2];
    EXPECT_EQ(pipe2(fds, O_CLOEXEC), 0);
    read = OwnedFd::Adopt(fds[0]);
    write = OwnedFd::Adopt(fds[1]);
  }
  OwnedFd read, write;
};

// Until a thread of this process sleeps, as it does when it waits. Nothing
// depends on it but that the case of interest is the one that is tested.
void WaitUntilAsleep(pid_t thread) {
  const std::string path =
      "/proc/self/task/" + std::to_string(thread) + "/stat";
  while (true) {
    std::ifstream file(path);
    std::string text;
    std::getline(file, text);
    const std::size_t name_end = text.rfind(')');
    ASSERT_NE(name_end, text.npos) << path << ": " << text;
    if (text.substr(name_end, 3) == ") S") return;
    std::this_thread::yield();
  }
}

// A thread that makes `call`, and by then is likely to wait in it.
template <typename Call>
std::thread InThread(Call call) {
  std::promise<pid_t> number;
  std::future<pid_t> told = number.get_future();
  std::thread thread([number = std::move(number), call]() mutable {
    number.set_value(gettid());
    call();
  });
  WaitUntilAsleep(told.get());
  return thread;
}

// Whether the kernel has it, whatever the wrapper knows of that.
bool HasEpollPwait2() {
  const int saved = errno;
  const bool has =
      syscall(SYS_epoll_pwait2, -1, nullptr, 1, nullptr, nullptr, 8) != -1 ||
      errno != ENOSYS;
  errno = saved;
  return has;
}

// Whether a process can lose it.
bool CanDenyEpollPwait2() {
  return !HasEpollPwait2() ||
         (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, nullptr) != 0 &&
          errno == EFAULT);
}

// From now on this process has none.
void DenyEpollPwait2() {
  if (!HasEpollPwait2()) return;
  sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_epoll_pwait2, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program = {std::size(filter), filter};
  EXPECT_EQ(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
  EXPECT_EQ(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
  EXPECT_FALSE(HasEpollPwait2());
}

// Sets what is known of epoll_pwait2(2), until its end.
enum class Pwait2 { kUnknown, kPresent, kAbsent };
class KnownOfPwait2 {
 public:
  explicit KnownOfPwait2(Pwait2 what) {
    internal::epoll_pwait2_is_present = what == Pwait2::kPresent;
    internal::epoll_pwait2_is_absent = what == Pwait2::kAbsent;
  }
  ~KnownOfPwait2() {
    internal::epoll_pwait2_is_present = false;
    internal::epoll_pwait2_is_absent = false;
  }
  KnownOfPwait2(const KnownOfPwait2&) = delete;
  KnownOfPwait2& operator=(const KnownOfPwait2&) = delete;

  static Pwait2 Now() {
    if (internal::epoll_pwait2_is_present) return Pwait2::kPresent;
    if (internal::epoll_pwait2_is_absent) return Pwait2::kAbsent;
    return Pwait2::kUnknown;
  }
};

TEST(EpollEvent, IsAnEpollEvent) {
  EpollEvent ours(EpollEvents::kIn | EpollEvents::kEt, 0xfedcba9876543210);
  epoll_event theirs;
  std::memcpy(&theirs, &ours, sizeof(theirs));
  EXPECT_EQ(std::uint32_t{theirs.events}, EPOLLIN | EPOLLET);
  EXPECT_EQ(std::uint64_t{theirs.data.u64}, 0xfedcba9876543210);
}

TEST(EpollEvent, HasOneNumberAsDescriptorAndPointer) {
  EXPECT_EQ(EpollEvent({}, 7).fd().raw(), 7);
  EXPECT_EQ(EpollEvent({}, 0xffffffff).fd(), BorrowedFd());
  int object;
  const auto number = reinterpret_cast<std::uintptr_t>(&object);
  EXPECT_EQ(EpollEvent({}, number).pointer(), &object);
}

TEST(EpollEvents, HaveTheNumbersOfTheHeader) {
  EXPECT_EQ(EpollEvents::kIn.bits(), EPOLLIN);
  EXPECT_EQ(EpollEvents::kPri.bits(), EPOLLPRI);
  EXPECT_EQ(EpollEvents::kOut.bits(), EPOLLOUT);
  EXPECT_EQ(EpollEvents::kErr.bits(), EPOLLERR);
  EXPECT_EQ(EpollEvents::kHup.bits(), EPOLLHUP);
  EXPECT_EQ(EpollEvents::kRdhup.bits(), EPOLLRDHUP);
  EXPECT_EQ(EpollEvents::kRdnorm.bits(), EPOLLRDNORM);
  EXPECT_EQ(EpollEvents::kRdband.bits(), EPOLLRDBAND);
  EXPECT_EQ(EpollEvents::kWrnorm.bits(), EPOLLWRNORM);
  EXPECT_EQ(EpollEvents::kWrband.bits(), EPOLLWRBAND);
  EXPECT_EQ(EpollEvents::kMsg.bits(), EPOLLMSG);
  EXPECT_EQ(EpollEvents::kExclusive.bits(), EPOLLEXCLUSIVE);
  EXPECT_EQ(EpollEvents::kWakeup.bits(), EPOLLWAKEUP);
  EXPECT_EQ(EpollEvents::kOneshot.bits(), EPOLLONESHOT);
  EXPECT_EQ(EpollEvents::kEt.bits(), EPOLLET);
}

// Its descriptor.

TEST(Epoll, IsClosedOnExecUnlessToldOtherwise) {
  const Epoll usual = Epoll::Create().value();
  EXPECT_EQ(fcntl(usual.fd().raw(), F_GETFD), FD_CLOEXEC);
  const Epoll plain = Epoll::Create({}).value();
  EXPECT_EQ(fcntl(plain.fd().raw(), F_GETFD), 0);
}

TEST(Epoll, RefusesAFlagOfAnotherCall) {
  const Result<Epoll> made = Epoll::Create(EpollFlags::FromBits(O_NONBLOCK));
  EXPECT_EQ(errno, EINVAL);
  ASSERT_FAILS(made, EINVAL);
  EXPECT_EQ(made.error().ToString(),
            "epoll_create1(0x800) = EINVAL (Invalid argument): flags has "
            "another bit than EPOLL_CLOEXEC");
  EXPECT_TRUE(made.error().documented());
}

TEST(Epoll, RefusesAFlagThatIsNone) {
  EXPECT_FAILS(Epoll::Create(EpollFlags::FromBits(0x40000000)), EINVAL);
}

// What each function does without a descriptor.
void ExpectClosed(const Epoll& epoll) {
  const EventFd event = NewEvent(1);
  EpollEvent events[1];
  EXPECT_FALSE(epoll.is_open());
  EXPECT_FAILS(epoll.Register(event, EpollEvents::kIn), EBADF);
  EXPECT_FAILS(epoll.Register(event, EpollEvents::kIn, 0), EBADF);
  EXPECT_FAILS(epoll.Register(event, EpollEvents::kIn, events), EBADF);
  EXPECT_FAILS(epoll.Modify(event, EpollEvents::kIn), EBADF);
  EXPECT_FAILS(epoll.Modify(event, EpollEvents::kIn, 0), EBADF);
  EXPECT_FAILS(epoll.Modify(event, EpollEvents::kIn, events), EBADF);
  EXPECT_FAILS(epoll.Unregister(event), EBADF);
  EXPECT_FAILS(epoll.Wait(events, PollTimeout::Infinite()), EBADF);
  EXPECT_FAILS(epoll.Pwait(events, PollTimeout::Infinite(), SignalSet()),
               EBADF);
  for (const auto state : {Pwait2::kUnknown, Pwait2::kAbsent}) {
    const KnownOfPwait2 known(state);
    EXPECT_FAILS(epoll.Pwait2(events, PreciseTimeout::Infinite()), EBADF);
    EXPECT_FAILS(
        epoll.Pwait2(events, PreciseTimeout::Infinite(), SignalSet::All()),
        EBADF);
  }
}

TEST(Epoll, FailsIfItNeverWasOpen) { ExpectClosed(Epoll()); }

TEST(Epoll, MovesItsDescriptor) {
  const EventFd event = NewEvent(1);
  Epoll first = Epoll::Create().value();
  const int raw = first.fd().raw();
  EXPECT_SUCCEEDS(first.Register(event, EpollEvents::kIn));
  Epoll second = std::move(first);
  EXPECT_EQ(second.fd().raw(), raw);
  ExpectClosed(first);  // NOLINT: what is left of it is the question
  EXPECT_THAT(Ready(second), SizeIs(1));
  first = std::move(second);
  EXPECT_THAT(Ready(first), SizeIs(1));
}

TEST(Epoll, ClosesOnce) {
  Epoll epoll = Epoll::Create().value();
  EXPECT_SUCCEEDS(epoll.Close());
  EXPECT_FAILS(epoll.Close(), EBADF);
  ExpectClosed(epoll);
}

TEST(Epoll, AdoptsAndReleases) {
  const EventFd event = NewEvent(1);
  Epoll epoll = Epoll::Adopt(OwnedFd::Adopt(::epoll_create1(EPOLL_CLOEXEC)));
  EXPECT_SUCCEEDS(epoll.Register(event, EpollEvents::kIn));
  EXPECT_THAT(Ready(epoll), SizeIs(1));
  const OwnedFd fd = epoll.Release();
  EXPECT_TRUE(fd.is_open());
  ExpectClosed(epoll);
}

TEST(Epoll, WhatIsNoInstanceIsRefused) {
  const EventFd event = NewEvent(1);
  const Epoll epoll = Epoll::Adopt(Duplicate(event));
  EpollEvent events[1];
  EXPECT_FAILS(epoll.Register(event, EpollEvents::kIn), EINVAL);
  EXPECT_FAILS(epoll.Modify(event, EpollEvents::kIn), EINVAL);
  EXPECT_FAILS(epoll.Unregister(event), EINVAL);
  EXPECT_FAILS(epoll.Wait(events, 0s), EINVAL);
  EXPECT_FAILS(epoll.Pwait(events, 0s, SignalSet()), EINVAL);
  EXPECT_FAILS(epoll.Pwait2(events, 0s), EINVAL);
}

// Registering.

TEST(Epoll, TellsOfWhatIsRegistered) {
  const EventFd set = NewEvent(1);
  const EventFd unset = NewEvent();
  const EventFd other = NewEvent(1);
  const Epoll epoll = Epoll::Create().value();
  EXPECT_THAT(Ready(epoll), IsEmpty());
  EXPECT_SUCCEEDS(epoll.Register(set, EpollEvents::kIn));
  EXPECT_SUCCEEDS(epoll.Register(unset, EpollEvents::kIn));
  EXPECT_THAT(Ready(epoll), ElementsAre(Is(EpollEvents::kIn, NumberOf(set))));
  EXPECT_EQ(Ready(epoll)[0].fd(), set.fd());
}

TEST(Epoll, TellsAllEventsOfADescriptorAtOnce) {
  const EventFd event = NewEvent(1);
  const Epoll epoll = Epoll::Create().value();
  const EpollEvents both = EpollEvents::kIn | EpollEvents::kOut;
  EXPECT_SUCCEEDS(epoll.Register(event, both));
  EXPECT_THAT(Ready(epoll), ElementsAre(Is(both, NumberOf(event))));
}

TEST(Epoll, KeepsEveryBitOfANumber) {
  const EventFd event = NewEvent(1);
  const Epoll epoll = Epoll::Create().value();
  EXPECT_SUCCEEDS(epoll.Register(event, EpollEvents::kIn, 0xfedcba9876543210));
  EXPECT_THAT(Ready(epoll),
              ElementsAre(Is(EpollEvents::kIn, 0xfedcba9876543210)));
  EXPECT_SUCCEEDS(epoll.Modify(event, EpollEvents::kIn, 0));
  EXPECT_THAT(Ready(epoll), ElementsAre(Is(EpollEvents::kIn, 0u)));
}

TEST(Epoll, KeepsAPointer) {
  struct Connection {
    int number;
  };
  Connection first = {1};
  Connection second = {2};
  const EventFd event = NewEvent(1);
  const Epoll epoll = Epoll::Create().value();
  EXPECT_SUCCEEDS(epoll.Register(event, EpollEvents::kIn, &first));
  ASSERT_THAT(Ready(epoll), SizeIs(1));
  EXPECT_EQ(static_cast<Connection*>(Ready(epoll)[0].pointer()), &first);
  EXPECT_SUCCEEDS(epoll.Modify(event, EpollEvents::kIn, &second));
  ASSERT_THAT(Ready(epoll), SizeIs(1));
  EXPECT_EQ(static_cast<Connection*>(Ready(epoll)[0].pointer()), &second);
}

TEST(Epoll, ModifyReplacesEventsAndData) {
  const EventFd event = NewEvent(1);
  const Epoll epoll = Epoll::Create().value();
  EXPECT_SUCCEEDS(epoll.Register(event, EpollEvents::kIn, 77));
  EXPECT_SUCCEEDS(epoll.Modify(event, EpollEvents::kOut));
  EXPECT_THAT(Ready(epoll),
              ElementsAre(Is(EpollEvents::kOut, NumberOf(event))));
  EXPECT_SUCCEEDS(epoll.Modify(event, {}));
  EXPECT_THAT(Ready(epoll), IsEmpty());
}

TEST(Epoll, ForgetsWhatIsUnregistered) {
  const EventFd event = NewEvent(1);
  const Epoll epoll = Epoll::Create().value();
  EXPECT_SUCCEEDS(epoll.Register(event, EpollEvents::kIn));
  EXPECT_SUCCEEDS(epoll.Unregister(event));
  EXPECT_THAT(Ready(epoll), IsEmpty());
  EXPECT_SUCCEEDS(epoll.Register(event, EpollEvents::kIn));
  EXPECT_THAT(Ready(epoll), SizeIs(1));
}

TEST(Epoll, RegistersOnce) {
  const EventFd event = NewEvent();
  const Epoll epoll = Epoll::Create().value();
  EXPECT_SUCCEEDS(epoll.Register(event, EpollEvents::kIn));
  const Result<void> again =
      epoll.Register(event, EpollEvents::kIn | EpollEvents::kEt, 0x123);
  EXPECT_EQ(errno, EEXIST);
  ASSERT_FAILS(again, EEXIST);
  EXPECT_EQ(again.error().ToString(),
            "epoll_ctl(" + std::to_string(epoll.fd().raw()) +
                ", EPOLL_CTL_ADD, " + std::to_string(event.fd().raw()) +
                ", {events=EPOLLIN|EPOLLET, data=0x123}) = EEXIST (File "
                "exists): " +
                again.error().explanation());
  EXPECT_TRUE(again.error().documented());
}

TEST(Epoll, ChangesOnlyWhatIsRegistered) {
  const EventFd event = NewEvent();
  const Epoll epoll = Epoll::Create().value();
  const std::string start = "epoll_ctl(" + std::to_string(epoll.fd().raw());
  const std::string number = std::to_string(event.fd().raw());
  const Result<void> modified = epoll.Modify(event, EpollEvents::kOut);
  ASSERT_FAILS(modified, ENOENT);
  EXPECT_THAT(modified.error().ToString(),
              StartsWith(start + ", EPOLL_CTL_MOD, " + number +
                         ", {events=EPOLLOUT, data=0x"));
  EXPECT_THAT(modified.error().explanation(), HasSubstr("EPOLL_CTL_MOD"));
  const Result<void> unregistered = epoll.Unregister(event);
  EXPECT_EQ(errno, ENOENT);
  ASSERT_FAILS(unregistered, ENOENT);
  EXPECT_THAT(
      unregistered.error().ToString(),
      StartsWith(start + ", EPOLL_CTL_DEL, " + number + ", NULL) = ENOENT ("));
  EXPECT_TRUE(unregistered.error().documented());
}

TEST(Epoll, RefusesWhatIsNotOpen) {
  const Epoll epoll = Epoll::Create().value();
  EXPECT_FAILS(epoll.Register({}, EpollEvents::kIn), EBADF);
  EXPECT_FAILS(epoll.Modify({}, EpollEvents::kIn), EBADF);
  EXPECT_FAILS(epoll.Unregister({}), EBADF);
}

TEST(Epoll, RefusesWhatCanNotBeWaitedFor) {
  const OwnedFd file = OwnedFd::Adopt(memfd_create("regular", MFD_CLOEXEC));
  ASSERT_TRUE(file.is_open());
  const OwnedFd folder =
      OwnedFd::Adopt(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  ASSERT_TRUE(folder.is_open());
  const Epoll epoll = Epoll::Create().value();
  EXPECT_FAILS(epoll.Register(file, EpollEvents::kIn), EPERM);
  const Result<void> registered = epoll.Register(folder, EpollEvents::kIn);
  ASSERT_FAILS(registered, EPERM);
  EXPECT_TRUE(registered.error().documented());
}

TEST(Epoll, OverlooksBitsThatTheKernelDoesNotKnow) {
  const EventFd event = NewEvent(1);
  const Epoll epoll = Epoll::Create().value();
  const EpollEvents unknown = EpollEvents::FromBits(0x00100000);
  EXPECT_SUCCEEDS(epoll.Register(event, EpollEvents::kIn | unknown));
  EXPECT_THAT(Ready(epoll), ElementsAre(Is(EpollEvents::kIn, NumberOf(event))));
}

// How events come.

TEST(Epoll, TellsAgainWhatLasts) {
  const EventFd event = NewEvent(1);
  const Epoll epoll = Epoll::Create().value();
  EXPECT_SUCCEEDS(epoll.Register(event, EpollEvents::kIn));
  EXPECT_THAT(Ready(epoll), SizeIs(1));
  EXPECT_THAT(Ready(epoll), SizeIs(1));
  EXPECT_RETURNS(event.Take(), 1u);
  EXPECT_THAT(Ready(epoll), IsEmpty());
}

TEST(Epoll, TellsOfAnEdgeOnce) {
  const EventFd event = NewEvent(1);
  const Epoll epoll = Epoll::Create().value();
  const EpollEvents edge = EpollEvents::kIn | EpollEvents::kEt;
  EXPECT_SUCCEEDS(epoll.Register(event, edge));
  EXPECT_THAT(Ready(epoll), ElementsAre(Is(EpollEvents::kIn, NumberOf(event))));
  EXPECT_THAT(Ready(epoll), IsEmpty());
  EXPECT_SUCCEEDS(event.Add());
  EXPECT_THAT(Ready(epoll), SizeIs(1));
  EXPECT_THAT(Ready(epoll), IsEmpty());
  // Modify looks anew.
  EXPECT_SUCCEEDS(epoll.Modify(event, edge));
  EXPECT_THAT(Ready(epoll), SizeIs(1));
  EXPECT_THAT(Ready(epoll), IsEmpty());
}

TEST(Epoll, TellsOnceOfAOneshotUntilItIsModified) {
  const EventFd event = NewEvent(1);
  const Epoll epoll = Epoll::Create().value();
  const EpollEvents once = EpollEvents::kIn | EpollEvents::kOneshot;
  EXPECT_SUCCEEDS(epoll.Register(event, once, 1));
  EXPECT_THAT(Ready(epoll), ElementsAre(Is(EpollEvents::kIn, 1u)));
  EXPECT_SUCCEEDS(event.Add());
  EXPECT_THAT(Ready(epoll), IsEmpty());
  EXPECT_FAILS(epoll.Register(event, once), EEXIST);
  EXPECT_SUCCEEDS(epoll.Modify(event, once, 2));
  EXPECT_THAT(Ready(epoll), ElementsAre(Is(EpollEvents::kIn, 2u)));
  EXPECT_THAT(Ready(epoll), IsEmpty());
}

TEST(Epoll, TellsUnaskedOfAHangUp) {
  Pipe pipe;
  const Epoll epoll = Epoll::Create().value();
  EXPECT_SUCCEEDS(epoll.Register(pipe.read, {}));
  EXPECT_THAT(Ready(epoll), IsEmpty());
  EXPECT_SUCCEEDS(pipe.write.Close());
  EXPECT_THAT(Ready(epoll),
              ElementsAre(Is(EpollEvents::kHup, NumberOf(pipe.read))));
}

TEST(Epoll, TellsUnaskedOfAnError) {
  Pipe pipe;
  const Epoll epoll = Epoll::Create().value();
  EXPECT_SUCCEEDS(epoll.Register(pipe.write, {}));
  EXPECT_THAT(Ready(epoll), IsEmpty());
  EXPECT_SUCCEEDS(pipe.read.Close());
  EXPECT_THAT(Ready(epoll),
              ElementsAre(Is(EpollEvents::kErr, NumberOf(pipe.write))));
}

TEST(Epoll, TellsOfAPeerThatShutDownItsWritingHalf) {
  int fds[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
  const OwnedFd first = OwnedFd::Adopt(fds[0]);
  const OwnedFd second = OwnedFd::Adopt(fds[1]);
  const Epoll epoll = Epoll::Create().value();
  EXPECT_SUCCEEDS(epoll.Register(first, EpollEvents::kRdhup));
  EXPECT_THAT(Ready(epoll), IsEmpty());
  ASSERT_EQ(shutdown(second.raw(), SHUT_WR), 0);
  EXPECT_THAT(Ready(epoll),
              ElementsAre(Is(EpollEvents::kRdhup, NumberOf(first))));
}

// EPOLLEXCLUSIVE and EPOLLWAKEUP, as epoll_ctl(2) has it.

TEST(Epoll, ExclusiveGoesOnlyWithSomeEvents) {
  const EpollEvents allowed[] = {EpollEvents(),       EpollEvents::kIn,
                                 EpollEvents::kOut,   EpollEvents::kErr,
                                 EpollEvents::kHup,   EpollEvents::kEt,
                                 EpollEvents::kWakeup};
  const EpollEvents refused[] = {EpollEvents::kPri,
                                 EpollEvents::kRdhup,
                                 EpollEvents::kRdnorm,
                                 EpollEvents::kRdband,
                                 EpollEvents::kWrnorm,
                                 EpollEvents::kWrband,
                                 EpollEvents::kOneshot,
                                 EpollEvents::kMsg,
                                 EpollEvents::FromBits(1 << 20)};
  const EventFd event = NewEvent();
  const Epoll epoll = Epoll::Create().value();
  EpollEvents all;
  for (const EpollEvents events : allowed) {
    SCOPED_TRACE(events.bits());
    EXPECT_SUCCEEDS(epoll.Register(event, events | EpollEvents::kExclusive));
    EXPECT_SUCCEEDS(epoll.Unregister(event));
    all |= events;
  }
  EXPECT_SUCCEEDS(epoll.Register(event, all | EpollEvents::kExclusive));
  EXPECT_SUCCEEDS(epoll.Unregister(event));
  for (const EpollEvents events : refused) {
    SCOPED_TRACE(events.bits());
    const Result<void> registered = epoll.Register(
        event, EpollEvents::kIn | events | EpollEvents::kExclusive);
    ASSERT_FAILS(registered, EINVAL);
    EXPECT_THAT(registered.error().arguments(), HasSubstr("EPOLLEXCLUSIVE"));
    EXPECT_TRUE(registered.error().documented());
    EXPECT_FAILS(epoll.Unregister(event), ENOENT);
  }
}

TEST(Epoll, ExclusiveIsNotModified) {
  const EventFd event = NewEvent();
  const Epoll epoll = Epoll::Create().value();
  const EpollEvents exclusive = EpollEvents::kIn | EpollEvents::kExclusive;
  EXPECT_SUCCEEDS(epoll.Register(event, EpollEvents::kIn));
  EXPECT_FAILS(epoll.Modify(event, exclusive), EINVAL);
  EXPECT_SUCCEEDS(epoll.Unregister(event));
  EXPECT_SUCCEEDS(epoll.Register(event, exclusive));
  EXPECT_FAILS(epoll.Modify(event, EpollEvents::kIn), EINVAL);
  EXPECT_FAILS(epoll.Modify(event, exclusive), EINVAL);
}

TEST(Epoll, ExclusiveIsNotForAnInstance) {
  const Epoll inner = Epoll::Create().value();
  const Epoll outer = Epoll::Create().value();
  EXPECT_FAILS(
      outer.Register(inner, EpollEvents::kIn | EpollEvents::kExclusive),
      EINVAL);
}

TEST(Epoll, ExclusiveWakesOneInstanceAtLeast) {
  const EventFd event = NewEvent();
  const EventFd stop = NewEvent();
  std::vector<std::thread> waiting;
  std::atomic<int> found = 0;
  for (int i = 0; i < 4; ++i) {
    waiting.push_back(InThread([&] {
      const Epoll epoll = Epoll::Create().value();
      EXPECT_SUCCEEDS(
          epoll.Register(event, EpollEvents::kIn | EpollEvents::kExclusive, 1));
      EXPECT_SUCCEEDS(epoll.Register(stop, EpollEvents::kIn, 2));
      EpollEvent events[1];
      EXPECT_THAT(epoll.Wait(events, PollTimeout::Infinite()),
                  Returns(SizeIs(1)));
      if (events[0].data() == 2) return;
      ++found;
      EXPECT_SUCCEEDS(stop.Add());
    }));
  }
  EXPECT_SUCCEEDS(event.Add());
  for (std::thread& one : waiting) one.join();
  EXPECT_GE(found, 1);
}

// The events that the kernel has noted for the only registered descriptor.
EpollEvents Noted(const Epoll& epoll) {
  std::ifstream file("/proc/self/fdinfo/" + std::to_string(epoll.fd().raw()));
  for (std::string word; file >> word;) {
    if (word != "events:") continue;
    unsigned bits = 0;
    file >> std::hex >> bits;
    return EpollEvents::FromBits(bits);
  }
  ADD_FAILURE() << "nothing is registered";
  return {};
}

TEST(Epoll, WakeupIsIgnoredWithoutTheCapability) {
  InChildWithoutCapabilities([] {
    const EventFd event = NewEvent(1);
    const Epoll epoll = Epoll::Create().value();
    EXPECT_SUCCEEDS(
        epoll.Register(event, EpollEvents::kIn | EpollEvents::kWakeup));
    EXPECT_TRUE(Noted(epoll).Contains(EpollEvents::kIn));
    EXPECT_FALSE(Noted(epoll).Contains(EpollEvents::kWakeup));
    EXPECT_THAT(Ready(epoll),
                ElementsAre(Is(EpollEvents::kIn, NumberOf(event))));
  });
}

TEST(Epoll, WakeupIsAsked) {
  const Epoll epoll = Epoll::Create().value();
  const Result<void> registered =
      epoll.Register({}, EpollEvents::kIn | EpollEvents::kWakeup);
  ASSERT_FAILS(registered, EBADF);
  EXPECT_THAT(registered.error().arguments(),
              HasSubstr("{events=EPOLLIN|EPOLLWAKEUP,"));
}

// Instances in instances.

TEST(Epoll, AnInstanceIsReadableWhileItHasEvents) {
  const EventFd event = NewEvent();
  const Epoll inner = Epoll::Create().value();
  const Epoll outer = Epoll::Create().value();
  EXPECT_SUCCEEDS(inner.Register(event, EpollEvents::kIn));
  EXPECT_SUCCEEDS(outer.Register(inner, EpollEvents::kIn));
  EXPECT_THAT(Ready(outer), IsEmpty());
  EXPECT_SUCCEEDS(event.Add());
  EXPECT_THAT(Ready(outer), ElementsAre(Is(EpollEvents::kIn, NumberOf(inner))));
  EXPECT_RETURNS(event.Take(), 1u);
  EXPECT_THAT(Ready(outer), IsEmpty());
}

TEST(Epoll, AnInstanceCanNotWaitForItself) {
  const Epoll epoll = Epoll::Create().value();
  EXPECT_FAILS(epoll.Register(epoll, EpollEvents::kIn), EINVAL);
}

TEST(Epoll, InstancesCanNotWaitForEachOther) {
  const Epoll first = Epoll::Create().value();
  const Epoll second = Epoll::Create().value();
  EXPECT_SUCCEEDS(first.Register(second, EpollEvents::kIn));
  const Result<void> circle = second.Register(first, EpollEvents::kIn);
  ASSERT_FAILS(circle, ELOOP);
  EXPECT_TRUE(circle.error().documented());
}

TEST(Epoll, InstancesAreNotNestedAsDeepAsOneLikes) {
  std::vector<Epoll> instances;
  instances.push_back(Epoll::Create().value());
  Result<void> registered;
  while (registered && instances.size() < 20) {
    instances.push_back(Epoll::Create().value());
    registered = instances.back().Register(instances.end()[-2], {});
  }
  EXPECT_FAILS(registered, ELOOP);
  EXPECT_GT(instances.size(), 5u);
}

// What is registered is the open file description.

TEST(Epoll, ClosingADescriptorUnregistersIt) {
  EventFd event = NewEvent(1);
  const Epoll epoll = Epoll::Create().value();
  EXPECT_SUCCEEDS(epoll.Register(event, EpollEvents::kIn));
  EXPECT_SUCCEEDS(event.Close());
  EXPECT_THAT(Ready(epoll), IsEmpty());
}

TEST(Epoll, ADuplicateKeepsAClosedDescriptorRegistered) {
  EventFd event = NewEvent(1);
  OwnedFd duplicate = Duplicate(event);
  const BorrowedFd number = event.fd();
  const Epoll epoll = Epoll::Create().value();
  EXPECT_SUCCEEDS(epoll.Register(event, EpollEvents::kIn));
  EXPECT_SUCCEEDS(event.Close());
  EXPECT_THAT(Ready(epoll),
              ElementsAre(Is(EpollEvents::kIn, NumberOf(number))));
  EXPECT_FAILS(epoll.Unregister(number), EBADF);
  EXPECT_FAILS(epoll.Unregister(duplicate), ENOENT);
  EXPECT_SUCCEEDS(duplicate.Close());
  EXPECT_THAT(Ready(epoll), IsEmpty());
}

TEST(Epoll, ADuplicateIsRegisteredForItself) {
  const EventFd event = NewEvent(1);
  const OwnedFd duplicate = Duplicate(event);
  const Epoll epoll = Epoll::Create().value();
  EXPECT_SUCCEEDS(epoll.Register(event, EpollEvents::kIn));
  EXPECT_SUCCEEDS(epoll.Register(duplicate, EpollEvents::kOut));
  EXPECT_THAT(Ready(epoll),
              UnorderedElementsAre(Is(EpollEvents::kIn, NumberOf(event)),
                                   Is(EpollEvents::kOut, NumberOf(duplicate))));
}

TEST(Epoll, AChildSharesTheList) {
  const EventFd first = NewEvent(1);
  const EventFd second = NewEvent(1);
  const EventFd third = NewEvent(1);
  const Epoll epoll = Epoll::Create().value();
  EXPECT_SUCCEEDS(epoll.Register(first, EpollEvents::kIn));
  EXPECT_SUCCEEDS(epoll.Register(second, EpollEvents::kIn));
  InChild([&] {
    EXPECT_THAT(Ready(epoll), SizeIs(2));
    EXPECT_SUCCEEDS(epoll.Unregister(first));
    EXPECT_SUCCEEDS(epoll.Modify(second, EpollEvents::kOut, 2));
    EXPECT_SUCCEEDS(epoll.Register(third, EpollEvents::kIn, 3));
  });
  EXPECT_THAT(Ready(epoll), UnorderedElementsAre(Is(EpollEvents::kOut, 2u),
                                                 Is(EpollEvents::kIn, 3u)));
}

TEST(Epoll, AChildHoldsWhatTheParentCloses) {
  EventFd event = NewEvent(1);
  const std::uint64_t number = NumberOf(event);
  const Epoll epoll = Epoll::Create().value();
  EXPECT_SUCCEEDS(epoll.Register(event, EpollEvents::kIn));
  Pipe pipe;
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    // Until the parent has seen it.
    char byte;
    close(pipe.write.raw());
    _exit(read(pipe.read.raw(), &byte, 1) == 0 ? 0 : 1);
  }
  EXPECT_SUCCEEDS(event.Close());
  EXPECT_THAT(Ready(epoll), ElementsAre(Is(EpollEvents::kIn, number)));
  EXPECT_SUCCEEDS(pipe.write.Close());
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_THAT(Ready(epoll), IsEmpty());
}

// Waiting.

TEST(EpollWait, ReturnsTheStartOfWhatItWasGiven) {
  const EventFd event = NewEvent(1);
  const Epoll epoll = Epoll::Create().value();
  EXPECT_SUCCEEDS(epoll.Register(event, EpollEvents::kIn));
  std::vector<EpollEvent> events(3, EpollEvent(EpollEvents::kPri, 99));
  const auto ready = epoll.Wait(events, PollTimeout::Infinite());
  ASSERT_THAT(ready, Returns(SizeIs(1)));
  EXPECT_EQ(ready->data(), events.data());
  EXPECT_THAT(events, ElementsAre(Is(EpollEvents::kIn, NumberOf(event)),
                                  Is(EpollEvents::kPri, 99u),
                                  Is(EpollEvents::kPri, 99u)));
}

TEST(EpollWait, TellsTheRestLater) {
  std::vector<EventFd> all;
  const Epoll epoll = Epoll::Create().value();
  for (unsigned i = 0; i < 5; ++i) {
    all.push_back(NewEvent(1));
    EXPECT_SUCCEEDS(epoll.Register(all.back(), EpollEvents::kIn, i));
  }
  std::array<int, 5> found = {};
  for (int i = 0; i < 5; ++i) {
    std::array<EpollEvent, 2> events;
    const auto ready = epoll.Wait(events, 0s);
    ASSERT_THAT(ready, Returns(SizeIs(2)));
    for (const EpollEvent& one : *ready)
      ++found[static_cast<std::size_t>(one.data())];
  }
  EXPECT_THAT(found, ElementsAre(2, 2, 2, 2, 2));
}

TEST(EpollWait, NeedsRoom) {
  const Epoll epoll = Epoll::Create().value();
  const auto ready = epoll.Wait({}, 1500us);
  EXPECT_EQ(errno, EINVAL);
  ASSERT_FAILS(ready, EINVAL);
  EXPECT_EQ(ready.error().ToString(),
            "epoll_wait(" + std::to_string(epoll.fd().raw()) +
                ", NULL, 0, 2) = EINVAL (Invalid argument): " +
                ready.error().explanation());
  EXPECT_TRUE(ready.error().documented());
  EXPECT_FAILS(epoll.Pwait({}, 0s, SignalSet()), EINVAL);
  EXPECT_FAILS(epoll.Pwait2({}, 0s), EINVAL);
  EXPECT_FAILS(epoll.Pwait2({}, 0s, SignalSet()), EINVAL);
}

// More events than an int can count, of which only the first exists. As an int
// their number would be 1, or below 0.
std::span<EpollEvent> TooMany(EpollEvent* first) {
  // Unknown to the compiler, which would warn.
  EpollEvent* volatile start = first;
  const std::size_t more = sizeof(std::size_t) > sizeof(int) ? INT_MAX : 0;
  return {start, more + INT_MAX + (more > 0 ? 3 : 1)};
}

TEST(EpollWait, MoreThanAnIntIsTooMany) {
  const EventFd event = NewEvent(1);
  const Epoll epoll = Epoll::Create().value();
  EXPECT_SUCCEEDS(epoll.Register(event, EpollEvents::kIn));
  EpollEvent first(EpollEvents::kPri, 99);
  const std::span<EpollEvent> events = TooMany(&first);
  const auto ready = epoll.Wait(events, 0s);
  ASSERT_FAILS(ready, EINVAL);
  EXPECT_THAT(ready.error().arguments(), EndsWith(", 2147483647, 0"));
  EXPECT_TRUE(ready.error().documented());
  EXPECT_FAILS(epoll.Pwait(events, 0s, SignalSet()), EINVAL);
  for (const auto state : {Pwait2::kUnknown, Pwait2::kAbsent}) {
    const KnownOfPwait2 known(state);
    EXPECT_FAILS(epoll.Pwait2(events, 0s), EINVAL);
  }
  EXPECT_THAT(first, Is(EpollEvents::kPri, 99u));
}

TEST(EpollWait, WaitsForTheTimeAtLeast) {
  const EventFd event = NewEvent();
  const Epoll epoll = Epoll::Create().value();
  EXPECT_SUCCEEDS(epoll.Register(event, EpollEvents::kIn));
  EpollEvent events[1];
  const auto start = steady_clock::now();
  EXPECT_THAT(epoll.Wait(events, 20ms), Returns(IsEmpty()));
  EXPECT_GE(steady_clock::now() - start, 20ms);
}

TEST(EpollWait, RoundsUp) {
  const Epoll epoll = Epoll::Create().value();
  EpollEvent events[1];
  for (const std::chrono::nanoseconds time : {1ns, 999'999ns, 1'000'000ns}) {
    const auto start = steady_clock::now();
    EXPECT_THAT(epoll.Wait(events, time), Returns(IsEmpty()));
    EXPECT_GE(steady_clock::now() - start, 1ms);
  }
  const auto start = steady_clock::now();
  EXPECT_THAT(epoll.Wait(events, 1'000'001ns), Returns(IsEmpty()));
  EXPECT_GE(steady_clock::now() - start, 2ms);
}

TEST(EpollWait, TakesAnyDuration) {
  const Epoll closed;
  EpollEvent events[1];
  const auto milliseconds = [&](PollTimeout timeout) {
    const std::string text = closed.Wait(events, timeout).error().arguments();
    return text.substr(text.rfind(' ') + 1);
  };
  EXPECT_EQ(milliseconds(0s), "0");
  EXPECT_EQ(milliseconds(-1h), "0");
  EXPECT_EQ(milliseconds(3s), "3000");
  EXPECT_EQ(milliseconds(std::chrono::duration<double>(0.0015)), "2");
  EXPECT_EQ(milliseconds(std::chrono::hours::max()), "2147483647");
  EXPECT_EQ(milliseconds(PollTimeout::Infinite()), "-1");
}

TEST(EpollWait, ReturnsAtOnceIfTheTimeIsNegative) {
  const Epoll epoll = Epoll::Create().value();
  EpollEvent events[1];
  EXPECT_THAT(epoll.Wait(events, -1h), Returns(IsEmpty()));
}

TEST(EpollWait, EndsBeforeTheLongestTime) {
  const EventFd event = NewEvent(1);
  const Epoll epoll = Epoll::Create().value();
  EXPECT_SUCCEEDS(epoll.Register(event, EpollEvents::kIn));
  EpollEvent events[1];
  EXPECT_THAT(epoll.Wait(events, std::chrono::hours::max()),
              Returns(SizeIs(1)));
}

TEST(EpollWait, ReportsASignalAndIsCalledAgainByRetry) {
  const Epoll epoll = Epoll::Create().value();
  EpollEvent events[1];
  const Interruptions interruptions;
  const auto ready = epoll.Wait(events, PollTimeout::Infinite());
  EXPECT_EQ(errno, EINTR);
  ASSERT_FAILS(ready, EINTR);
  EXPECT_THAT(ready.error().ToString(),
              AllOf(StartsWith("epoll_wait(" +
                               std::to_string(epoll.fd().raw()) + ", 0x"),
                    EndsWith(", 1, -1) = EINTR (Interrupted system call): a "
                             "signal handler interrupts the wait")));
  EXPECT_TRUE(ready.error().documented());
  const auto deadline = steady_clock::now() + 20ms;
  EXPECT_THAT(RetryOnEintrUntil(deadline,
                                [&](auto remaining) {
                                  return epoll.Wait(events, remaining);
                                }),
              Returns(IsEmpty()));
  EXPECT_GE(steady_clock::now(), deadline);
}

TEST(EpollWait, LeavesErrnoAlone) {
  const EventFd event = NewEvent(1);
  EpollEvent events[1];
  errno = EDOM;
  const Epoll epoll = Epoll::Create().value();
  EXPECT_SUCCEEDS(epoll.Register(event, EpollEvents::kIn));
  EXPECT_SUCCEEDS(epoll.Modify(event, EpollEvents::kIn));
  EXPECT_SUCCEEDS(epoll.Wait(events, 0s));
  EXPECT_SUCCEEDS(epoll.Pwait(events, 0s, SignalSet()));
  EXPECT_SUCCEEDS(epoll.Unregister(event));
  EXPECT_EQ(errno, EDOM);
}

// Threads.

TEST(EpollWait, IsWokenByAnotherThread) {
  const EventFd event = NewEvent();
  const Epoll epoll = Epoll::Create().value();
  EXPECT_SUCCEEDS(epoll.Register(event, EpollEvents::kIn));
  std::thread waiting = InThread([&] {
    EpollEvent events[1];
    EXPECT_THAT(epoll.Wait(events, PollTimeout::Infinite()),
                Returns(ElementsAre(Is(EpollEvents::kIn, NumberOf(event)))));
  });
  EXPECT_SUCCEEDS(event.Add());
  waiting.join();
}

TEST(EpollWait, SeesWhatAnotherThreadRegistersAndUnregisters) {
  const EventFd first = NewEvent();
  const EventFd second = NewEvent(1);
  const Epoll epoll = Epoll::Create().value();
  EXPECT_SUCCEEDS(epoll.Register(first, EpollEvents::kIn));
  std::thread waiting = InThread([&] {
    EpollEvent events[2];
    EXPECT_THAT(epoll.Wait(events, PollTimeout::Infinite()),
                Returns(ElementsAre(Is(EpollEvents::kIn, 2u))));
  });
  EXPECT_SUCCEEDS(epoll.Unregister(first));
  EXPECT_SUCCEEDS(first.Add());
  EXPECT_SUCCEEDS(epoll.Register(second, EpollEvents::kIn, 2));
  waiting.join();
}

TEST(EpollWait, SeesWhatAnotherThreadModifies) {
  const EventFd event = NewEvent();
  const Epoll epoll = Epoll::Create().value();
  EXPECT_SUCCEEDS(epoll.Register(event, EpollEvents::kIn, 1));
  std::thread waiting = InThread([&] {
    EpollEvent events[1];
    EXPECT_THAT(epoll.Wait(events, PollTimeout::Infinite()),
                Returns(ElementsAre(Is(EpollEvents::kOut, 2u))));
  });
  EXPECT_SUCCEEDS(epoll.Modify(event, EpollEvents::kOut, 2));
  waiting.join();
}

TEST(EpollWait, WakesEveryThreadWhileTheEventLasts) {
  const EventFd event = NewEvent();
  const Epoll epoll = Epoll::Create().value();
  EXPECT_SUCCEEDS(epoll.Register(event, EpollEvents::kIn));
  std::vector<std::thread> waiting;
  for (int i = 0; i < 4; ++i) {
    waiting.push_back(InThread([&] {
      EpollEvent events[1];
      EXPECT_THAT(epoll.Wait(events, PollTimeout::Infinite()),
                  Returns(SizeIs(1)));
    }));
  }
  EXPECT_SUCCEEDS(event.Add());
  for (std::thread& one : waiting) one.join();
}

TEST(EpollWait, GivesAnEdgeToOneThread) {
  const EventFd event = NewEvent();
  const EventFd stop = NewEvent();
  const Epoll epoll = Epoll::Create().value();
  EXPECT_SUCCEEDS(
      epoll.Register(event, EpollEvents::kIn | EpollEvents::kEt, 1));
  std::atomic<int> found = 0;
  std::vector<std::thread> waiting;
  for (int i = 0; i < 4; ++i) {
    waiting.push_back(InThread([&] {
      for (bool stopped = false; !stopped;) {
        EpollEvent events[2];
        const auto ready = epoll.Wait(events, PollTimeout::Infinite());
        ASSERT_SUCCEEDS(ready);
        for (const EpollEvent& one : *ready) {
          if (one.data() == 1) {
            ++found;
          } else {
            stopped = true;
          }
        }
      }
    }));
  }
  EXPECT_SUCCEEDS(event.Add());
  EXPECT_SUCCEEDS(stop.Add());
  EXPECT_SUCCEEDS(epoll.Register(stop, EpollEvents::kIn, 2));
  for (std::thread& one : waiting) one.join();
  EXPECT_EQ(found, 1);
}

TEST(EpollWait, IsACancellationPoint) {
  const Epoll epoll = Epoll::Create().value();
  pthread_t waiting;
  ASSERT_EQ(pthread_create(
                &waiting, nullptr,
                [](void* argument) -> void* {
                  EpollEvent events[1];
                  (void)static_cast<const Epoll*>(argument)->Wait(
                      events, PollTimeout::Infinite());
                  return nullptr;
                },
                const_cast<Epoll*>(&epoll)),
            0);
  EXPECT_EQ(pthread_cancel(waiting), 0);
  void* result = nullptr;
  EXPECT_EQ(pthread_join(waiting, &result), 0);
  EXPECT_EQ(result, PTHREAD_CANCELED);
}

// Signals.

TEST(EpollPwait, TellsWhatIsReady) {
  const EventFd event = NewEvent(1);
  const Epoll epoll = Epoll::Create().value();
  EXPECT_SUCCEEDS(epoll.Register(event, EpollEvents::kIn));
  EpollEvent events[2];
  EXPECT_THAT(epoll.Pwait(events, PollTimeout::Infinite(), SignalSet::All()),
              Returns(ElementsAre(Is(EpollEvents::kIn, NumberOf(event)))));
}

TEST(EpollPwait, WaitsForTheTimeAtLeast) {
  const Epoll epoll = Epoll::Create().value();
  EpollEvent events[1];
  const auto start = steady_clock::now();
  EXPECT_THAT(epoll.Pwait(events, 4'000'001ns, SignalSet()),
              Returns(IsEmpty()));
  EXPECT_GE(steady_clock::now() - start, 5ms);
}

TEST(EpollPwait, LetsAPendingSignalThroughWhileItWaits) {
  const Interruptible interruptible(SIGUSR1);
  const Blocked blocked(SIGUSR1);
  const Epoll epoll = Epoll::Create().value();
  EpollEvent events[1];
  ASSERT_EQ(raise(SIGUSR1), 0);
  ASSERT_EQ(interruptible.handled(), 0);
  const auto ready = epoll.Pwait(events, 10s, blocked.before());
  EXPECT_EQ(errno, EINTR);
  ASSERT_FAILS(ready, EINTR);
  EXPECT_EQ(interruptible.handled(), 1);
  EXPECT_TRUE(blocked.blocked());
  EXPECT_THAT(ready.error().ToString(),
              AllOf(StartsWith("epoll_pwait(" +
                               std::to_string(epoll.fd().raw()) + ", 0x"),
                    HasSubstr(", 1, 10000, ["),
                    EndsWith("]) = EINTR (Interrupted system call): a signal "
                             "handler interrupts the wait")));
  EXPECT_TRUE(ready.error().documented());
}

TEST(EpollPwait, BlocksWhatTheMaskBlocks) {
  const Interruptible interruptible(SIGUSR1);
  const Blocked blocked(SIGUSR1);
  const Epoll epoll = Epoll::Create().value();
  EpollEvent events[1];
  ASSERT_EQ(raise(SIGUSR1), 0);
  EXPECT_THAT(epoll.Pwait(events, 2ms, SignalSet{SIGUSR1}), Returns(IsEmpty()));
  EXPECT_THAT(epoll.Pwait(events, 2ms, SignalSet::All()), Returns(IsEmpty()));
  EXPECT_EQ(interruptible.handled(), 0);
  EXPECT_TRUE(blocked.pending());
}

// epoll_pwait2(2), as the kernel has it or not, and without.

class EpollPwait2 : public testing::TestWithParam<Pwait2> {
 private:
  const KnownOfPwait2 known_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(, EpollPwait2,
                         testing::Values(Pwait2::kUnknown, Pwait2::kAbsent),
                         [](const auto& one) {
                           return one.param == Pwait2::kUnknown ? "AsItIs"
                                                                : "Without";
                         });

TEST_P(EpollPwait2, TellsWhatIsReady) {
  const EventFd event = NewEvent(1);
  const Epoll epoll = Epoll::Create().value();
  EXPECT_SUCCEEDS(epoll.Register(event, EpollEvents::kIn));
  // The second of each goes the shorter way, if there is one.
  for (int i = 0; i < 2; ++i) {
    EpollEvent events[2];
    const auto ready = epoll.Pwait2(events, PreciseTimeout::Infinite());
    ASSERT_THAT(ready,
                Returns(ElementsAre(Is(EpollEvents::kIn, NumberOf(event)))));
    EXPECT_EQ(ready->data(), events);
    EXPECT_THAT(
        epoll.Pwait2(events, PreciseTimeout::Infinite(), SignalSet::All()),
        Returns(SizeIs(1)));
  }
}

TEST_P(EpollPwait2, WaitsForTheTimeAtLeast) {
  const Epoll epoll = Epoll::Create().value();
  EpollEvent events[1];
  for (int i = 0; i < 2; ++i) {
    const auto start = steady_clock::now();
    EXPECT_THAT(epoll.Pwait2(events, 5'000'001ns), Returns(IsEmpty()));
    EXPECT_GE(steady_clock::now() - start, 5'000'001ns);
  }
}

TEST_P(EpollPwait2, ReturnsAtOnceIfTheTimeIsNegative) {
  const Epoll epoll = Epoll::Create().value();
  EpollEvent events[1];
  EXPECT_THAT(epoll.Pwait2(events, -1h), Returns(IsEmpty()));
}

TEST_P(EpollPwait2, EndsBeforeTheLongestTime) {
  const EventFd event = NewEvent(1);
  const Epoll epoll = Epoll::Create().value();
  EXPECT_SUCCEEDS(epoll.Register(event, EpollEvents::kIn));
  EpollEvent events[1];
  EXPECT_THAT(epoll.Pwait2(events, std::chrono::hours::max()),
              Returns(SizeIs(1)));
}

TEST_P(EpollPwait2, LetsAPendingSignalThroughWhileItWaits) {
  const Interruptible interruptible(SIGUSR1);
  const Blocked blocked(SIGUSR1);
  const Epoll epoll = Epoll::Create().value();
  EpollEvent events[1];
  for (int times = 1; times <= 2; ++times) {
    ASSERT_EQ(raise(SIGUSR1), 0);
    const auto ready = epoll.Pwait2(events, 10s, blocked.before());
    EXPECT_EQ(errno, EINTR);
    ASSERT_FAILS(ready, EINTR);
    EXPECT_EQ(interruptible.handled(), times);
    EXPECT_TRUE(blocked.blocked());
    EXPECT_TRUE(ready.error().documented());
  }
}

TEST_P(EpollPwait2, BlocksWhatTheMaskBlocks) {
  const Interruptible interruptible(SIGUSR1);
  const Blocked blocked(SIGUSR1);
  const Epoll epoll = Epoll::Create().value();
  EpollEvent events[1];
  ASSERT_EQ(raise(SIGUSR1), 0);
  EXPECT_THAT(epoll.Pwait2(events, 2ms, SignalSet{SIGUSR1}),
              Returns(IsEmpty()));
  // Without a mask, it is as outside.
  EXPECT_THAT(epoll.Pwait2(events, 2ms), Returns(IsEmpty()));
  EXPECT_EQ(interruptible.handled(), 0);
  EXPECT_TRUE(blocked.pending());
}

TEST_P(EpollPwait2, LeavesErrnoAlone) {
  const EventFd event = NewEvent(1);
  const Epoll epoll = Epoll::Create().value();
  EXPECT_SUCCEEDS(epoll.Register(event, EpollEvents::kIn));
  EpollEvent events[1];
  errno = EDOM;
  EXPECT_SUCCEEDS(epoll.Pwait2(events, 0s));
  EXPECT_EQ(errno, EDOM);
  EXPECT_SUCCEEDS(epoll.Pwait2(events, 0s, SignalSet()));
  EXPECT_EQ(errno, EDOM);
}

TEST(EpollPwait2Error, NamesTheCall) {
  if (!HasEpollPwait2()) GTEST_SKIP() << "there is no epoll_pwait2";
  const KnownOfPwait2 known(Pwait2::kUnknown);
  const Epoll closed;
  EpollEvent events[8];
  for (int i = 0; i < 2; ++i) {
    const auto ready = closed.Pwait2(events, 1500us, SignalSet{SIGINT});
    EXPECT_EQ(errno, EBADF);
    ASSERT_FAILS(ready, EBADF);
    EXPECT_EQ(ready.error().function(), "epoll_pwait2");
    EXPECT_THAT(ready.error().arguments(),
                AllOf(StartsWith("-1, 0x"),
                      EndsWith(", 8, {tv_sec=0, tv_nsec=1500000}, [INT]")));
    EXPECT_TRUE(ready.error().documented());
    EXPECT_EQ(KnownOfPwait2::Now(), Pwait2::kPresent);
  }
  EXPECT_THAT(
      closed.Pwait2(events, PreciseTimeout::Infinite()).error().arguments(),
      EndsWith(", 8, NULL, NULL"));
}

TEST(EpollPwait2Fallback, RoundsUpAndNamesItsCall) {
  const KnownOfPwait2 known(Pwait2::kAbsent);
  const Epoll closed;
  EpollEvent events[8];
  const auto arguments = [&](const PreciseTimeout& timeout) {
    const auto ready = closed.Pwait2(events, timeout, SignalSet{SIGINT});
    EXPECT_EQ(errno, EBADF);
    EXPECT_EQ(ready.error().function(), "epoll_pwait");
    EXPECT_TRUE(ready.error().documented());
    return ready.error().arguments();
  };
  EXPECT_THAT(arguments(0s), EndsWith(", 8, 0, [INT]"));
  EXPECT_THAT(arguments(1ns), EndsWith(", 8, 1, [INT]"));
  EXPECT_THAT(arguments(1ms), EndsWith(", 8, 1, [INT]"));
  EXPECT_THAT(arguments(1'000'001ns), EndsWith(", 8, 2, [INT]"));
  EXPECT_THAT(arguments(7s + 1ns), EndsWith(", 8, 7001, [INT]"));
  EXPECT_THAT(arguments(2'147'483'646ms), EndsWith(", 8, 2147483646, [INT]"));
  EXPECT_THAT(arguments(2'147'483'647ms), EndsWith(", 8, 2147483647, [INT]"));
  EXPECT_THAT(arguments(2'147'483'648ms), EndsWith(", 8, 2147483647, [INT]"));
  EXPECT_THAT(arguments(2'147'484s), EndsWith(", 8, 2147483647, [INT]"));
  EXPECT_THAT(arguments(std::chrono::hours::max()),
              EndsWith(", 8, 2147483647, [INT]"));
  EXPECT_THAT(arguments(PreciseTimeout::Infinite()),
              EndsWith(", 8, -1, [INT]"));
  EXPECT_THAT(closed.Pwait2(events, 0s).error().arguments(),
              EndsWith(", 8, 0, NULL"));
}

TEST(EpollPwait2Fallback, IsUsedWhenThereIsNone) {
  if (!CanDenyEpollPwait2()) GTEST_SKIP() << "there is no seccomp filter";
  InChild([] {
    DenyEpollPwait2();
    const KnownOfPwait2 known(Pwait2::kUnknown);
    const EventFd event = NewEvent(1);
    const Epoll epoll = Epoll::Create().value();
    EXPECT_SUCCEEDS(epoll.Register(event, EpollEvents::kIn));
    EpollEvent events[2];
    errno = EDOM;
    EXPECT_THAT(epoll.Pwait2(events, 0s), Returns(SizeIs(1)));
    EXPECT_EQ(errno, EDOM);
    EXPECT_EQ(KnownOfPwait2::Now(), Pwait2::kAbsent);
  });
}

TEST(EpollPwait2Fallback, IsUsedWhenThereIsNoneAnyMore) {
  if (!HasEpollPwait2()) GTEST_SKIP() << "there never was an epoll_pwait2";
  if (!CanDenyEpollPwait2()) GTEST_SKIP() << "there is no seccomp filter";
  InChild([] {
    const KnownOfPwait2 known(Pwait2::kUnknown);
    const EventFd event = NewEvent(1);
    const Epoll epoll = Epoll::Create().value();
    EXPECT_SUCCEEDS(epoll.Register(event, EpollEvents::kIn));
    EpollEvent events[2];
    EXPECT_THAT(epoll.Pwait2(events, 0s), Returns(SizeIs(1)));
    EXPECT_EQ(KnownOfPwait2::Now(), Pwait2::kPresent);
    DenyEpollPwait2();
    EXPECT_THAT(epoll.Pwait2(events, 0s),
                Returns(ElementsAre(Is(EpollEvents::kIn, NumberOf(event)))));
    EXPECT_EQ(KnownOfPwait2::Now(), Pwait2::kAbsent);
    EXPECT_FAILS(Epoll().Pwait2(events, 0s), EBADF);
  });
}

}  // namespace
}  // namespace plumbline
