#include "wrappers/pidfd.h"

#include <errno.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

#include "wrappers/testing/child.h"
#include "wrappers/testing/interruptions.h"
#include "wrappers/testing/result_assertions.h"
#include "wrappers/testing/result_matchers.h"
#include "wrappers/testing/signals.h"

namespace plumbline {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::Eq;
using testing::HasSubstr;
using testing::Optional;
using testing::Property;
using testing::StartsWith;
using testing_support::Blocked;
using testing_support::InChild;
using testing_support::Interruptions;

template <typename... Arguments>
concept Opens = requires(Arguments... arguments) {
  PidFd::Open(arguments...);
};
static_assert(Opens<pid_t, PidFdFlags>);
static_assert(!Opens<pid_t, unsigned>);
static_assert(!Opens<pid_t, PidFdSignalFlags>);

template <typename... Arguments>
concept Waits = requires(const PidFd& process, Arguments... arguments) {
  process.Wait(arguments...);
};
static_assert(Waits<WaitOptions>);
static_assert(!Waits<int>);

// No process has it: they are at most 4194304.
constexpr pid_t kNoProcess = std::numeric_limits<pid_t>::max();

// A child that does `run()` and exits with what that returns. It is killed, if
// it is still there, at the end.
class Process {
 public:
  template <typename Run>
  explicit Process(Run run) : pid_(fork()) {
    EXPECT_GE(pid_, 0);
    if (pid_ != 0) return;
    // So that it does not outlive a test that dies.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    _exit(run());
  }
  // One that does nothing.
  Process() : Process(Pause) {}
  ~Process() {
    // What was waited for is no child any more, and its number may be
    // another's.
    if (pid_ <= 0 || waitpid(pid_, nullptr, WNOHANG) != 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  static int Pause() {
    while (true) pause();
  }

  pid_t pid() const { return pid_; }
  PidFd Open(PidFdFlags flags = {}) const {
    return PidFd::Open(pid_, flags).value();
  }

 private:
  const pid_t pid_;
};

PidFd Self() { return PidFd::Open(getpid()).value(); }

struct Pipe {
  OwnedFd reader, writer;

  Pipe() {
    int fds[2];
    EXPECT_EQ(pipe2(fds, O_CLOEXEC), 0);
    reader = OwnedFd::Adopt(fds[0]);
    writer = OwnedFd::Adopt(fds[1]);
  }
  void Write(int value) const {
    EXPECT_EQ(write(writer.raw(), &value, sizeof(value)),
              static_cast<ssize_t>(sizeof(value)));
  }
  // Waits until there is one; none if nobody can write any more.
  std::optional<int> Read() const {
    int value = 0;
    if (read(reader.raw(), &value, sizeof(value)) <= 0) return std::nullopt;
    return value;
  }
};

bool IsReadable(BorrowedFd fd, int milliseconds) {
  pollfd one = {fd.raw(), POLLIN, 0};
  const int ready = poll(&one, 1, milliseconds);
  EXPECT_GE(ready, 0);
  return (one.revents & POLLIN) != 0;
}

auto Is(ChildState state, int status) {
  return AllOf(Property("state", &ChildStatus::state, state),
               Property("status", &ChildStatus::status, status));
}

TEST(ChildState, HasTheNumbersOfTheManual) {
  EXPECT_EQ(static_cast<int>(ChildState::kExited), CLD_EXITED);
  EXPECT_EQ(static_cast<int>(ChildState::kKilled), CLD_KILLED);
  EXPECT_EQ(static_cast<int>(ChildState::kDumped), CLD_DUMPED);
  EXPECT_EQ(static_cast<int>(ChildState::kTrapped), CLD_TRAPPED);
  EXPECT_EQ(static_cast<int>(ChildState::kStopped), CLD_STOPPED);
  EXPECT_EQ(static_cast<int>(ChildState::kContinued), CLD_CONTINUED);
}

TEST(ChildStatus, IsWhatASiginfoHas) {
  siginfo_t info = {};
  info.si_code = CLD_DUMPED;
  info.si_status = SIGQUIT;
  info.si_pid = 123;
  info.si_uid = 456;
  const ChildStatus status(info);
  EXPECT_THAT(status, Is(ChildState::kDumped, SIGQUIT));
  EXPECT_EQ(status.pid(), 123);
  EXPECT_EQ(status.uid(), 456u);
}

TEST(ChildStatus, HasEndedIfNoMoreCanHappen) {
  const auto has_ended = [](int code) {
    siginfo_t info = {};
    info.si_code = code;
    return ChildStatus(info).has_ended();
  };
  EXPECT_TRUE(has_ended(CLD_EXITED));
  EXPECT_TRUE(has_ended(CLD_KILLED));
  EXPECT_TRUE(has_ended(CLD_DUMPED));
  EXPECT_FALSE(has_ended(CLD_TRAPPED));
  EXPECT_FALSE(has_ended(CLD_STOPPED));
  EXPECT_FALSE(has_ended(CLD_CONTINUED));
}

TEST(PidFd, OpensAProcess) {
  const Process process;
  const PidFd fd = PidFd::Open(process.pid()).value();
  EXPECT_TRUE(fd.is_open());
  EXPECT_EQ(fcntl(fd.fd().raw(), F_GETFD), FD_CLOEXEC);
  EXPECT_EQ(fcntl(fd.fd().raw(), F_GETFL) & O_NONBLOCK, 0);
}

TEST(PidFd, IsNonblockingIfToldSo) {
  const Process process;
  const Result<PidFd> fd = PidFd::Open(process.pid(), PidFdFlags::kNonblock);
  if (!fd && fd.error() == EINVAL) GTEST_SKIP() << "Linux before 5.10";
  ASSERT_SUCCEEDS(fd);
  EXPECT_EQ(fcntl(fd->fd().raw(), F_GETFL) & O_NONBLOCK, O_NONBLOCK);
  EXPECT_FAILS(fd->Wait(), EAGAIN);
  EXPECT_THAT(fd->TryWait(), Returns(Eq(std::nullopt)));
  EXPECT_SUCCEEDS(fd->SendSignal(SIGKILL));
  EXPECT_TRUE(IsReadable(*fd, -1));
  EXPECT_THAT(fd->Wait(), Returns(Is(ChildState::kKilled, SIGKILL)));
}

TEST(PidFd, OpensNothingThatIsNoProcess) {
  EXPECT_FAILS(PidFd::Open(0), EINVAL);
  EXPECT_FAILS(PidFd::Open(-1), EINVAL);
  const Result<PidFd> opened = PidFd::Open(kNoProcess);
  ASSERT_FAILS(opened, ESRCH);
  EXPECT_EQ(opened.error().ToString(),
            "pidfd_open(2147483647, 0) = ESRCH (No such process): pid is no "
            "process");
  EXPECT_TRUE(opened.error().documented());
}

TEST(PidFd, RefusesUnknownFlags) {
  const Result<PidFd> opened =
      PidFd::Open(getpid(), PidFdFlags::kNonblock | PidFdFlags::FromBits(0x2));
  ASSERT_FAILS(opened, EINVAL);
  EXPECT_EQ(opened.error().arguments(),
            std::to_string(getpid()) + ", PIDFD_NONBLOCK|0x2");
  EXPECT_TRUE(opened.error().documented());
}

TEST(PidFd, OpensAThreadIfToldSo) {
  const Pipe started, ending;
  std::thread thread([&] {
    started.Write(static_cast<int>(syscall(SYS_gettid)));
    ending.Read();
  });
  const pid_t number = started.Read().value_or(0);
  const Result<PidFd> usual = PidFd::Open(number);
  EXPECT_THAT(usual, testing::AnyOf(FailsWith(EINVAL), FailsWith(ENOENT)));
  const Result<PidFd> fd = PidFd::Open(number, PidFdFlags::kThread);
  const bool known = fd || fd.error() != EINVAL;
  ending.Write(0);
  thread.join();
  if (!known) GTEST_SKIP() << "Linux before 6.9";
  ASSERT_SUCCEEDS(fd);
  EXPECT_TRUE(IsReadable(*fd, -1));
}

TEST(PidFd, IsReadableWhenTheProcessHasEnded) {
  const Process process;
  const PidFd fd = process.Open();
  EXPECT_FALSE(IsReadable(fd, 0));
  EXPECT_SUCCEEDS(fd.SendSignal(SIGTERM));
  EXPECT_TRUE(IsReadable(fd, -1));
  EXPECT_SUCCEEDS(fd.Wait());
  EXPECT_TRUE(IsReadable(fd, 0));
}

TEST(PidFd, WaitsForAnExit) {
  const Process process([] { return 0x103; });
  const Result<ChildStatus> status = process.Open().Wait();
  ASSERT_THAT(status, Returns(Is(ChildState::kExited, 3)));
  EXPECT_EQ(status->pid(), process.pid());
  EXPECT_EQ(status->uid(), getuid());
  EXPECT_TRUE(status->has_ended());
}

TEST(PidFd, WaitsForADeathByASignal) {
  const Process process;
  const PidFd fd = process.Open();
  EXPECT_SUCCEEDS(fd.SendSignal(SIGTERM));
  EXPECT_THAT(fd.Wait(), Returns(Is(ChildState::kKilled, SIGTERM)));
}

TEST(PidFd, WaitsForAStopAndForGoingOn) {
  const Process process;
  const PidFd fd = process.Open();
  EXPECT_SUCCEEDS(fd.SendSignal(SIGSTOP));
  const Result<ChildStatus> stopped = fd.Wait(WaitOptions::kStopped);
  ASSERT_THAT(stopped, Returns(Is(ChildState::kStopped, SIGSTOP)));
  EXPECT_FALSE(stopped->has_ended());
  EXPECT_SUCCEEDS(fd.SendSignal(SIGCONT));
  EXPECT_THAT(fd.Wait(WaitOptions::kStopped | WaitOptions::kContinued),
              Returns(Is(ChildState::kContinued, SIGCONT)));
  EXPECT_SUCCEEDS(fd.SendSignal(SIGKILL));
  EXPECT_THAT(fd.Wait(WaitOptions::kStopped | WaitOptions::kExited),
              Returns(Is(ChildState::kKilled, SIGKILL)));
}

TEST(PidFd, TellsOfACoreDump) {
  std::string pattern;
  std::getline(std::ifstream("/proc/sys/kernel/core_pattern"), pattern);
  if (pattern.empty() || pattern[0] == '|' || pattern[0] == '/')
    GTEST_SKIP() << "core dumps leave the test's folder: " << pattern;
  std::string folder = testing::TempDir() + "pidfd_test.XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const Process process([&folder] {
    rlimit limit = {};
    getrlimit(RLIMIT_CORE, &limit);
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 65536);
    setrlimit(RLIMIT_CORE, &limit);
    if (chdir(folder.c_str()) != 0) return 1;
    signal(SIGQUIT, SIG_DFL);
    kill(getpid(), SIGQUIT);
    return Process::Pause();
  });
  const Result<ChildStatus> status =
      process.Open().Wait(WaitOptions::kExited | WaitOptions::kNowait);
  // There is none if the limit does not let one be written.
  int word = 0;
  ASSERT_EQ(waitpid(process.pid(), &word, 0), process.pid());
  EXPECT_THAT(status, Returns(Is(WCOREDUMP(word) ? ChildState::kDumped
                                                 : ChildState::kKilled,
                                 SIGQUIT)));
  std::filesystem::remove_all(folder);
}

TEST(PidFd, TellsOfATrap) {
  const Process process([] {
    if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) return 1;
    raise(SIGUSR1);
    return 0;
  });
  const PidFd fd = process.Open();
  const Result<ChildStatus> status =
      fd.Wait(WaitOptions::kExited | WaitOptions::kStopped);
  ASSERT_SUCCEEDS(status);
  if (status->state() == ChildState::kExited && status->status() == 1)
    GTEST_SKIP() << "nothing can be traced";
  EXPECT_THAT(*status, Is(ChildState::kTrapped, SIGUSR1));
  EXPECT_FALSE(status->has_ended());
}

TEST(PidFd, LeavesAChildToBeWaitedForAgainIfToldSo) {
  const Process process([] { return 7; });
  const PidFd fd = process.Open();
  const auto exited = Is(ChildState::kExited, 7);
  EXPECT_THAT(fd.Wait(WaitOptions::kExited | WaitOptions::kNowait),
              Returns(exited));
  EXPECT_THAT(fd.TryWait(WaitOptions::kExited | WaitOptions::kNowait),
              Returns(Optional(exited)));
  EXPECT_THAT(fd.Wait(), Returns(exited));
  EXPECT_FAILS(fd.Wait(), ECHILD);
  EXPECT_FAILS(fd.TryWait(), ECHILD);
}

TEST(PidFd, TellsOfNoChangeWithoutWaiting) {
  const Process process;
  const PidFd fd = process.Open();
  errno = EDOM;
  EXPECT_THAT(fd.TryWait(WaitOptions::kExited | WaitOptions::kStopped |
                         WaitOptions::kContinued),
              Returns(Eq(std::nullopt)));
  EXPECT_EQ(errno, EDOM);
  EXPECT_SUCCEEDS(fd.SendSignal(SIGSTOP));
  EXPECT_SUCCEEDS(fd.Wait(WaitOptions::kStopped | WaitOptions::kNowait));
  EXPECT_THAT(fd.TryWait(), Returns(Eq(std::nullopt)));
  EXPECT_THAT(fd.TryWait(WaitOptions::kStopped),
              Returns(Optional(Is(ChildState::kStopped, SIGSTOP))));
}

TEST(PidFd, WaitsForAChangeOfSomeKind) {
  const Process process;
  const PidFd fd = process.Open();
  const Result<ChildStatus> none = fd.Wait({});
  ASSERT_FAILS(none, EINVAL);
  EXPECT_THAT(none.error().ToString(),
              AllOf(StartsWith("waitid(P_PIDFD, " +
                               std::to_string(fd.fd().raw()) + ", 0x"),
                    HasSubstr(", 0) = EINVAL (Invalid argument): ")));
  const Result<std::optional<ChildStatus>> unknown = fd.TryWait(
      WaitOptions::kStopped | WaitOptions::kExited | WaitOptions::kContinued |
      WaitOptions::kNowait | WaitOptions::FromBits(0x100000));
  ASSERT_FAILS(unknown, EINVAL);
  EXPECT_THAT(unknown.error().arguments(),
              EndsWith(", WNOHANG|WSTOPPED|WEXITED|WCONTINUED|WNOWAIT|"
                       "0x100000"));
}

TEST(PidFd, IsWaitedForByAParentOnly) {
  const Process process([] { return 0; });
  const PidFd fd = process.Open();
  InChild([&] { EXPECT_FAILS(fd.Wait(), ECHILD); });
  EXPECT_SUCCEEDS(fd.Wait());
  EXPECT_FAILS(Self().Wait(), ECHILD);
}

TEST(PidFd, ReportsASignalThatInterruptsTheWait) {
  const Process process;
  const PidFd fd = process.Open();
  const Interruptions interruptions;
  const Result<ChildStatus> status = fd.Wait();
  EXPECT_EQ(errno, EINTR);
  EXPECT_FAILS(status, EINTR);
  EXPECT_THAT(fd.TryWait(), Returns(Eq(std::nullopt)));
}

TEST(PidFd, AWaitOfOneThreadIsEndedByASignalOfAnother) {
  const Process process;
  const PidFd fd = process.Open();
  std::thread waiter([&] {
    EXPECT_THAT(fd.Wait(), Returns(Is(ChildState::kKilled, SIGKILL)));
  });
  EXPECT_SUCCEEDS(fd.SendSignal(SIGKILL));
  waiter.join();
}

// What came of a signal that this thread has blocked.
siginfo_t Take(int signal) {
  siginfo_t info = {};
  EXPECT_EQ(sigwaitinfo(SignalSet{signal}.get(), &info), signal);
  return info;
}

TEST(PidFd, SendsASignalAsKillDoes) {
  const Blocked blocked(SIGUSR1);
  EXPECT_SUCCEEDS(Self().SendSignal(SIGUSR1));
  const siginfo_t info = Take(SIGUSR1);
  EXPECT_EQ(info.si_code, SI_USER);
  EXPECT_EQ(info.si_pid, getpid());
  EXPECT_EQ(info.si_uid, getuid());
}

siginfo_t Queued(int signal, int value) {
  siginfo_t info = {};
  info.si_signo = signal;
  info.si_code = SI_QUEUE;
  info.si_pid = 123;
  info.si_uid = 456;
  info.si_value.sival_int = value;
  return info;
}

TEST(PidFd, SendsWhatAHandlerIsToBeTold) {
  const Blocked blocked(SIGUSR1);
  EXPECT_SUCCEEDS(Self().SendSignal(SIGUSR1, Queued(SIGUSR1, 789)));
  const siginfo_t info = Take(SIGUSR1);
  EXPECT_EQ(info.si_code, SI_QUEUE);
  EXPECT_EQ(info.si_pid, 123);
  EXPECT_EQ(info.si_uid, 456u);
  EXPECT_EQ(info.si_value.sival_int, 789);
}

TEST(PidFd, SendsNoInfoOfAnotherSignal) {
  const PidFd self = Self();
  const Result<void> sent = self.SendSignal(SIGURG, Queued(SIGWINCH, 1));
  ASSERT_FAILS(sent, EINVAL);
  EXPECT_THAT(
      sent.error().arguments(),
      AllOf(StartsWith(std::to_string(self.fd().raw()) + ", SIGURG, 0x"),
            EndsWith(", 0")));
  EXPECT_THAT(sent.error().explanation(),
              HasSubstr("info is of another signal than sig"));
}

TEST(PidFd, SendsNoForgedInfoToOthers) {
  const Process process;
  siginfo_t info = Queued(SIGUSR1, 1);
  info.si_code = SI_USER;
  EXPECT_FAILS(process.Open().SendSignal(SIGUSR1, info), EPERM);
}

TEST(PidFd, SendsNothingThatIsNoSignal) {
  const PidFd self = Self();
  EXPECT_SUCCEEDS(self.SendSignal(0));
  const Result<void> sent = self.SendSignal(_NSIG);
  ASSERT_FAILS(sent, EINVAL);
  EXPECT_EQ(sent.error().ToString(),
            "pidfd_send_signal(" + std::to_string(self.fd().raw()) +
                ", 65, NULL, 0) = EINVAL (Invalid argument): " +
                sent.error().explanation());
  EXPECT_THAT(sent.error().explanation(),
              HasSubstr("sig is over the largest signal"));
}

TEST(PidFd, RefusesUnknownFlagsOfASignal) {
  const PidFd self = Self();
  const Result<void> sent =
      self.SendSignal(SIGURG, PidFdSignalFlags::FromBits(0x100));
  ASSERT_FAILS(sent, EINVAL);
  EXPECT_EQ(sent.error().arguments(),
            std::to_string(self.fd().raw()) + ", SIGURG, NULL, 0x100");
  EXPECT_FAILS(self.SendSignal(SIGURG, Queued(SIGURG, 1),
                               PidFdSignalFlags::FromBits(0x100)),
               EINVAL);
}

TEST(PidFd, SendsASignalToAProcessGroup) {
  Pipe pipe;
  const Process leader([&pipe] {
    setpgid(0, 0);
    if (fork() == 0) Process::Pause();
    pipe.Write(0);
    return Process::Pause();
  });
  ASSERT_EQ(pipe.Read(), 0);
  const PidFd fd = leader.Open();
  const Result<void> sent =
      fd.SendSignal(SIGKILL, PidFdSignalFlags::kProcessGroup);
  if (!sent && sent.error() == EINVAL) {
    kill(-leader.pid(), SIGKILL);
    GTEST_SKIP() << "Linux before 6.9";
  }
  EXPECT_SUCCEEDS(sent);
  EXPECT_THAT(fd.Wait(), Returns(Is(ChildState::kKilled, SIGKILL)));
  // The leader's child had it open too.
  EXPECT_SUCCEEDS(pipe.writer.Close());
  EXPECT_EQ(pipe.Read(), std::nullopt);
}

TEST(PidFd, TellsThatAProcessIsGone) {
  const Process process([] { return 0; });
  const PidFd fd = process.Open();
  EXPECT_SUCCEEDS(fd.Wait());
  const Result<void> sent = fd.SendSignal(SIGKILL);
  ASSERT_FAILS(sent, ESRCH);
  EXPECT_EQ(sent.error().ToString(),
            "pidfd_send_signal(" + std::to_string(fd.fd().raw()) +
                ", SIGKILL, NULL, 0) = ESRCH (No such process): the process "
                "has ended, and was waited for");
  EXPECT_FAILS(fd.GetFd(0), ESRCH);
}

TEST(PidFd, DuplicatesADescriptor) {
  Pipe pipe;
  pipe.Write(5);
  Result<OwnedFd> duplicate = Self().GetFd(pipe.reader.raw());
  ASSERT_SUCCEEDS(duplicate);
  EXPECT_NE(duplicate->raw(), pipe.reader.raw());
  EXPECT_EQ(fcntl(duplicate->raw(), F_GETFD), FD_CLOEXEC);
  pipe.reader = *std::move(duplicate);
  EXPECT_EQ(pipe.Read(), 5);
}

TEST(PidFd, DuplicatesADescriptorOfAnotherProcess) {
  Pipe pipe;
  const Process process([&pipe] {
    const Pipe own;
    own.Write(42);
    pipe.Write(own.reader.raw());
    return Process::Pause();
  });
  const int number = pipe.Read().value_or(-1);
  Result<OwnedFd> duplicate = process.Open().GetFd(number);
  if (!duplicate && duplicate.error() == EPERM)
    GTEST_SKIP() << "a child can't be traced";
  ASSERT_SUCCEEDS(duplicate);
  pipe.reader = *std::move(duplicate);
  EXPECT_EQ(pipe.Read(), 42);
}

TEST(PidFd, DuplicatesAnEventfd) {
  const OwnedFd original = OwnedFd::Adopt(eventfd(6, EFD_CLOEXEC));
  const OwnedFd duplicate = Self().GetFd(original.raw()).value();
  eventfd_t value = 0;
  EXPECT_EQ(eventfd_read(duplicate.raw(), &value), 0);
  EXPECT_EQ(value, 6u);
}

TEST(PidFd, DuplicatesNothingThatIsNotOpen) {
  const PidFd self = Self();
  const Result<OwnedFd> duplicate = self.GetFd(1 << 30);
  ASSERT_FAILS(duplicate, EBADF);
  EXPECT_EQ(duplicate.error().ToString(),
            "pidfd_getfd(" + std::to_string(self.fd().raw()) +
                ", 1073741824, 0) = EBADF (Bad file descriptor): " +
                duplicate.error().explanation());
  EXPECT_THAT(duplicate.error().explanation(),
              HasSubstr("targetfd is not open in the other process"));
}

TEST(PidFd, DuplicatesNothingOfWhatMayNotBeTraced) {
  // The test itself is the process that may not be.
  const PidFd self = Self();
  ASSERT_EQ(prctl(PR_SET_DUMPABLE, 0), 0);
  int seen = -1;
  const Pipe pipe;
  {
    const Process tracer([&] {
      constexpr uid_t kNobody = 65534;
      if (geteuid() == 0 && setresuid(kNobody, kNobody, kNobody) != 0) {
        pipe.Write(-1);
        return 1;
      }
      const Result<OwnedFd> duplicate = self.GetFd(0);
      pipe.Write(duplicate ? 0 : duplicate.error().number());
      return 0;
    });
    seen = pipe.Read().value_or(0);
  }
  ASSERT_EQ(prctl(PR_SET_DUMPABLE, 1), 0);
  if (seen == -1) GTEST_SKIP() << "root can't become another user";
  EXPECT_EQ(seen, EPERM);
}

TEST(PidFd, IsNoOtherDescriptor) {
  const OwnedFd fd = OwnedFd::Adopt(eventfd(0, EFD_CLOEXEC));
  const PidFd wrong = PidFd::Adopt(OwnedFd::Adopt(dup(fd.raw())));
  EXPECT_FAILS(wrong.SendSignal(0), EBADF);
  EXPECT_FAILS(wrong.GetFd(0), EBADF);
  EXPECT_FAILS(wrong.Wait(), EBADF);
}

TEST(PidFd, MovesItsDescriptor) {
  const Process process;
  PidFd first = process.Open();
  const int raw = first.fd().raw();
  PidFd second = std::move(first);
  EXPECT_EQ(second.fd().raw(), raw);
  EXPECT_FALSE(first.is_open());  // NOLINT: what is left of it is the question
  EXPECT_FAILS(first.SendSignal(0), EBADF);
  first = std::move(second);
  EXPECT_SUCCEEDS(first.SendSignal(0));
}

TEST(PidFd, ClosesOnce) {
  PidFd self = Self();
  EXPECT_SUCCEEDS(self.Close());
  EXPECT_FALSE(self.is_open());
  EXPECT_FAILS(self.Close(), EBADF);
  EXPECT_FAILS(self.SendSignal(SIGKILL), EBADF);
  EXPECT_FAILS(self.SendSignal(SIGKILL, Queued(SIGKILL, 1)), EBADF);
  EXPECT_FAILS(self.GetFd(0), EBADF);
  EXPECT_FAILS(self.TryWait(), EBADF);
  const Result<ChildStatus> status = self.Wait();
  ASSERT_FAILS(status, EBADF);
  EXPECT_THAT(status.error().arguments(),
              AllOf(StartsWith("P_PIDFD, -1, 0x"), EndsWith(", WEXITED")));
}

TEST(PidFd, AdoptsAndReleases) {
  const Process process([] { return 1; });
  PidFd fd = PidFd::Adopt(process.Open().Release());
  EXPECT_THAT(fd.Wait(), Returns(Is(ChildState::kExited, 1)));
  const OwnedFd released = fd.Release();
  EXPECT_TRUE(released.is_open());
  EXPECT_FALSE(fd.is_open());
}

TEST(PidFd, LeavesErrnoAlone) {
  const Process process([] { return 0; });
  errno = EDOM;
  {
    const PidFd fd = process.Open();
    EXPECT_SUCCEEDS(fd.SendSignal(0));
    EXPECT_SUCCEEDS(Self().GetFd(STDIN_FILENO));
    EXPECT_SUCCEEDS(fd.Wait());
    EXPECT_EQ(errno, EDOM);
    const Result<void> sent = fd.SendSignal(0);
    EXPECT_EQ(errno, ESRCH);
    EXPECT_FAILS(sent, ESRCH);
  }
  EXPECT_EQ(errno, ESRCH);
}

}  // namespace
}  // namespace plumbline
