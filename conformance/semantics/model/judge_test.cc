#include "conformance/semantics/model/judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/semantics/model/outcome.h"
#include "conformance/semantics/model/program.h"

namespace plumbline::semantics {
namespace {

// A program, what a target says that it did, and the rule that this breaks;
// none if it is as the manual pages say. Times are added: each step takes 10
// ns.
struct Story {
  std::string_view name;
  std::string_view program;
  std::string_view outcome;
  std::string_view rule;
};

// "0 3 -" becomes "0 3 - 100 110"; what has its times keeps them.
std::string WithTimes(std::string_view lines) {
  std::string text = "outcome x\n";
  int time = 100;
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    std::string line(lines.substr(0, end));
    lines.remove_prefix(end + 1);
    const bool has_times = line.find('@') != std::string::npos;
    if (has_times) line.erase(line.find('@'), 1);
    if (!line.starts_with("end") && !has_times) {
      std::size_t at = line.find(' ', line.find(' ') + 1);
      at = std::min(line.find(' ', at + 1), line.size());
      line.insert(at,
                  " " + std::to_string(time) + " " + std::to_string(time + 10));
      time += 20;
    }
    text += line + "\n";
  }
  return text;
}

class JudgeStory : public testing::TestWithParam<Story> {};

TEST_P(JudgeStory, IsJudged) {
  std::vector<Program> programs;
  ParseError error;
  const std::string text =
      "program x\n" + std::string(GetParam().program) + "end\n";
  ASSERT_TRUE(ParsePrograms(text, programs, error)) << error.message;
  Outcome outcome;
  std::string message;
  ASSERT_TRUE(ParseOutcome(WithTimes(GetParam().outcome), outcome, message))
      << message;
  Judge judge{Target{}};
  const std::optional<Violation> violation = judge.Check(programs[0], outcome);
  EXPECT_EQ(violation ? TextOf(violation->rule).id : "", GetParam().rule)
      << (violation ? violation->expected : "");
  if (violation) {
    // What a rule forbids, it must have been asked about.
    EXPECT_GT(judge.exercised()[static_cast<std::size_t>(violation->rule)], 0u);
  }
}

std::string NameOf(const testing::TestParamInfo<Story>& info) {
  return std::string(info.param.name);
}

constexpr std::string_view kPipe = "pipe2 O_NONBLOCK\n";
constexpr std::string_view kStream = "socketpair SOCK_STREAM|SOCK_NONBLOCK\n";
constexpr std::string_view kMessages =
    "socketpair SOCK_SEQPACKET|SOCK_NONBLOCK\nwrite $0 3 1\nwrite $0 1 9\n"
    "read $0.1 2\nread $0.1 8\nread $0.1 8\n";
constexpr std::string_view kEmpty =
    "socketpair SOCK_DGRAM|SOCK_NONBLOCK\nwrite $0 0 0\nwrite $0 1 9\n"
    "read $0.1 8\nread $0.1 8\nread $0.1 8\n";
constexpr std::string_view kHungUp =
    "socketpair SOCK_STREAM|SOCK_NONBLOCK\nwrite $0.1 1 9\nclose $0.1\n"
    "poll $0:EPOLLRDHUP 0\nread $0 8\nread $0 8\n";
constexpr std::string_view kReset =
    "socketpair SOCK_STREAM|SOCK_NONBLOCK\nwrite $0 1 9\nclose $0.1\n"
    "poll $0:0 0\nread $0 8\nread $0 8\n";
constexpr std::string_view kRefused =
    "socketpair SOCK_DGRAM|SOCK_NONBLOCK\nwrite $0.1 1 9\nclose $0.1\n"
    "write $0 1 0\nwrite $0 1 0\nread $0 8\n";
constexpr std::string_view kFull =
    "socketpair SOCK_STREAM|SOCK_NONBLOCK\nepoll_create1 0\n"
    "epoll_ctl $1 EPOLL_CTL_ADD $0 EPOLLOUT|EPOLLET 5\nepoll_wait $1 8 0\n"
    "write $0 100000 0\nwrite $0 1 0\nepoll_wait $1 8 0\n"
    "read8 $0.1 100000\nepoll_wait $1 8 0\n";
constexpr std::string_view kWatched =
    "epoll_create1 0\neventfd 1 EFD_NONBLOCK\n"
    "epoll_ctl $0 EPOLL_CTL_ADD $1 EPOLLIN 7\nepoll_wait $0 8 0\n";
constexpr std::string_view kRest =
    "epoll_create1 0\npipe2 0\n@1 read $1 2\n"
    "epoll_ctl $0 EPOLL_CTL_ADD $1 EPOLLIN|EPOLLET 9\n"
    "@2 epoll_wait $0 1 -1\nwrite $1.1 3 32\nepoll_wait $0 8 0\n";
constexpr std::string_view kRivals =
    "epoll_create1 0\neventfd 0 0\ndup $1\n"
    "epoll_ctl $0 EPOLL_CTL_ADD $1 EPOLLIN|EPOLLEXCLUSIVE 1\n"
    "epoll_ctl $0 EPOLL_CTL_ADD $2 EPOLLIN|EPOLLEXCLUSIVE 2\n"
    "@1 epoll_wait $0 8 -1\nwrite8 $1 1\n";
constexpr std::string_view kAlike =
    "epoll_create1 0\neventfd 1 0\neventfd 1 0\n"
    "epoll_ctl $0 EPOLL_CTL_ADD $1 EPOLLIN|EPOLLET 7\n"
    "epoll_ctl $0 EPOLL_CTL_ADD $2 EPOLLIN 7\n"
    "epoll_wait $0 1 0\nepoll_wait $0 8 0\n";
constexpr std::string_view kFifo =
    "fifo O_NONBLOCK\npoll $0:EPOLLIN|EPOLLOUT 0\nwrite $0 3 1\nread $0 8\n"
    "read $0 8\n";
constexpr std::string_view kTaken =
    "sigprocmask SIG_BLOCK SIGCHLD\nepoll_create1 0\nsignalfd -1 SIGCHLD 0\n"
    "@1 epoll_pwait $1 8 -1 none\nkill SIGCHLD\nread_siginfo $2 1\n";
constexpr std::string_view kEdge =
    "epoll_create1 0\neventfd 1 EFD_NONBLOCK\n"
    "epoll_ctl $0 EPOLL_CTL_ADD $1 EPOLLIN|EPOLLET 7\nepoll_wait $0 8 0\n"
    "epoll_wait $0 8 0\n";
constexpr std::string_view kOneShot =
    "epoll_create1 0\neventfd 1 EFD_NONBLOCK\n"
    "epoll_ctl $0 EPOLL_CTL_ADD $1 EPOLLIN|EPOLLONESHOT 7\n"
    "epoll_wait $0 8 0\nepoll_wait $0 8 0\n"
    "epoll_ctl $0 EPOLL_CTL_MOD $1 EPOLLIN|EPOLLONESHOT 8\n"
    "epoll_wait $0 8 0\n";
constexpr std::string_view kDuplicate =
    "epoll_create1 0\neventfd 1 EFD_NONBLOCK\ndup $1\n"
    "epoll_ctl $0 EPOLL_CTL_ADD $1 EPOLLIN 7\nclose $1\nepoll_wait $0 8 0\n";
constexpr std::string_view kFair =
    "epoll_create1 0\neventfd 1 0\neventfd 1 0\n"
    "epoll_ctl $0 EPOLL_CTL_ADD $1 EPOLLIN 1\n"
    "epoll_ctl $0 EPOLL_CTL_ADD $2 EPOLLIN 2\n"
    "epoll_wait $0 1 0\nepoll_wait $0 1 0\n";
constexpr std::string_view kPassedOver =
    "epoll_create1 0\neventfd 3 0\nepoll_ctl $0 EPOLL_CTL_ADD $1 EPOLLIN 5\n"
    "socketpair SOCK_DGRAM|SOCK_NONBLOCK\n"
    "epoll_ctl $0 EPOLL_CTL_ADD $3 EPOLLIN|EPOLLOUT 7\nepoll_wait $0 1 0\n"
    "epoll_ctl $0 EPOLL_CTL_MOD $3 EPOLLIN 12\npoll $0:EPOLLIN 0\n"
    "write $3.1 3 49\nepoll_wait $0 1 0\n";
constexpr std::string_view kSemaphore =
    "eventfd 2 EFD_NONBLOCK|EFD_SEMAPHORE\nread8 $0 8\n";
constexpr std::string_view kTimer =
    "timerfd_create CLOCK_MONOTONIC TFD_NONBLOCK\n"
    "timerfd_settime $0 0 1000 100\nread8 $0 8\n";
constexpr std::string_view kCountedTimer =
    "timerfd_create CLOCK_MONOTONIC TFD_NONBLOCK\n"
    "timerfd_settime $0 0 1000 100\ntimerfd_gettime $0\nread8 $0 8\n";
constexpr std::string_view kQueue =
    "sigprocmask SIG_BLOCK SIGRTMIN,SIGRTMIN+1,SIGUSR1\n"
    "sigqueue SIGRTMIN+1 1\nsigqueue SIGRTMIN 2\nsigqueue SIGRTMIN 3\n"
    "signalfd -1 SIGRTMIN,SIGRTMIN+1 SFD_NONBLOCK\nread_siginfo $4 3\n";
constexpr std::string_view kForks =
    "sigprocmask SIG_BLOCK SIGUSR1,SIGCHLD\nkill SIGUSR1\npipe2 O_NONBLOCK\n"
    "fork 1\n@1 sigpending\nclose $2.1\n@1 write $2.1 2 1\nread $2.0 8\n"
    "@1 _exit 7\nread $2.0 8\nsigtimedwait SIGCHLD 0\n";
constexpr std::string_view kCloses =
    "pipe2 0\n@1 read $0.0 8\nclose $0.0\nwrite $0.1 1 5\n"
    "poll $0.1:EPOLLOUT 0\n";
constexpr std::string_view kWakes = "eventfd 0 0\n@1 read8 $0 8\nwrite8 $0 5\n";

TEST(KernelRelease, IsRead) {
  EXPECT_EQ(ParseKernelRelease("6.1"), (KernelRelease{6, 1}));
  EXPECT_EQ(ParseKernelRelease("6.12.38+deb13-amd64"), (KernelRelease{6, 12}));
  EXPECT_EQ(ParseKernelRelease("5.10-rc3"), (KernelRelease{5, 10}));
  EXPECT_LT((KernelRelease{5, 10}), (KernelRelease{6, 1}));
  EXPECT_LT((KernelRelease{6, 1}), (KernelRelease{6, 10}));
  EXPECT_LT((KernelRelease{6, 18}), kNewestKernel);
  for (const std::string_view text :
       {"", "6", "6.", "x.1", "6.x", "6.1x", " 6.1", "99999999999.1"}) {
    EXPECT_EQ(ParseKernelRelease(text), std::nullopt) << text;
  }
}

// What is since a release fails before it, and only then.
TEST(Judge, KnowsReleases) {
  const auto broken_on = [](KernelRelease kernel, std::string_view step,
                            std::string_view error) -> std::string {
    std::vector<Program> programs;
    ParseError parse_error;
    EXPECT_TRUE(ParsePrograms(
        "program x\nepoll_create1 0\n" + std::string(step) + "\nend\n",
        programs, parse_error));
    Outcome outcome;
    std::string message;
    EXPECT_TRUE(ParseOutcome(
        WithTimes("0 3 -\n1 " + std::string(error) + "\nend exited\n"), outcome,
        message));
    Judge judge{Target{.kernel = kernel}};
    const auto violation = judge.Check(programs[0], outcome);
    return violation ? std::string(TextOf(violation->rule).id) : "";
  };
  constexpr std::string_view kWait = "epoll_pwait2 $0 8 0 null";
  EXPECT_EQ(broken_on({5, 10}, kWait, "-1 ENOSYS"), "");
  EXPECT_EQ(broken_on({5, 10}, kWait, "0 -"), "epoll.20");
  EXPECT_EQ(broken_on({5, 11}, kWait, "-1 ENOSYS"), "epoll.20");
  EXPECT_EQ(broken_on({6, 1}, kWait, "0 -"), "");
  constexpr std::string_view kClose = "close_range 3 3 0";
  EXPECT_EQ(broken_on({4, 19}, kClose, "-1 ENOSYS"), "");
  EXPECT_EQ(broken_on({5, 8}, kClose, "0 -"), "fd.19");
  EXPECT_EQ(broken_on({5, 9}, kClose, "-1 ENOSYS"), "fd.19");
  EXPECT_EQ(broken_on({5, 9}, kClose, "0 -"), "");
  constexpr std::string_view kMark = "close_range 3 3 CLOSE_RANGE_CLOEXEC";
  EXPECT_EQ(broken_on({5, 10}, kMark, "-1 EINVAL"), "");
  EXPECT_EQ(broken_on({5, 10}, kMark, "0 -"), "fd.19");
  EXPECT_EQ(broken_on({5, 11}, kMark, "0 -"), "");
}

INSTANTIATE_TEST_SUITE_P(
    All, JudgeStory,
    testing::Values(
        Story{"LowestNumber", kPipe, "0 3,4 -\nend exited\n", ""},
        Story{"NotTheLowestNumber", kPipe, "0 4,5 -\nend exited\n", "fd.1"},
        Story{"ClosedTwice", "eventfd 0 0\nclose $0\nclose $0\n",
              "0 3 -\n1 0 -\n2 -1 EBADF\nend exited\n", ""},
        Story{"ClosedTwiceWithoutError", "eventfd 0 0\nclose $0\nclose $0\n",
              "0 3 -\n1 0 -\n2 0 -\nend exited\n", "fd.2"},
        Story{"CloexecIsCopied",
              "eventfd 0 EFD_CLOEXEC\ndup $0\nfcntl $1 F_GETFD 0\n",
              "0 3 -\n1 4 -\n2 1 - FD_CLOEXEC\nend exited\n", "fd.8"},
        Story{"StatusIsShared",
              "eventfd 0 0\ndup $0\nfcntl $0 F_SETFL O_NONBLOCK\n"
              "fcntl $1 F_GETFL 0\n",
              "0 3 -\n1 4 -\n2 0 -\n3 2050 - O_RDWR|O_NONBLOCK\nend exited\n",
              ""},
        Story{"StatusIsNotShared",
              "eventfd 0 0\ndup $0\nfcntl $0 F_SETFL O_NONBLOCK\n"
              "fcntl $1 F_GETFL 0\n",
              "0 3 -\n1 4 -\n2 0 -\n3 2 - O_RDWR\nend exited\n", "fd.16"},
        Story{"BytesInOrder", "pipe2 O_NONBLOCK\nwrite $0.1 3 1\nread $0 8\n",
              "0 3,4 -\n1 3 -\n2 3 - 010203\nend exited\n", ""},
        Story{"BytesInAnotherOrder",
              "pipe2 O_NONBLOCK\nwrite $0.1 3 1\nread $0 8\n",
              "0 3,4 -\n1 3 -\n2 3 - 030201\nend exited\n", "pipe.1"},
        Story{"BytesTwice",
              "pipe2 O_NONBLOCK\nwrite $0.1 3 1\nread $0 8\nread $0 8\n",
              "0 3,4 -\n1 3 -\n2 3 - 010203\n3 3 - 010203\nend exited\n",
              "pipe.2"},
        Story{"AtomicWriteInPart", "pipe2 O_NONBLOCK\nwrite $0.1 4096 0\n",
              "0 3,4 -\n1 4000 -\nend exited\n", "pipe.5"},
        Story{"MoreThanItsCapacity", "pipe2 O_NONBLOCK\nwrite $0.1 70000 0\n",
              "0 3,4 -\n1 70000 -\nend exited\n", "pipe.7"},
        Story{"NoReader",
              "sigaction SIGPIPE IGN 0\npipe2 0\nclose $1\nwrite $1.1 1 0\n",
              "0 0 -\n1 3,4 -\n2 0 -\n3 -1 EPIPE\nend exited\n", ""},
        Story{"NoReaderEnds", "pipe2 0\nclose $0\nwrite $0.1 1 0\n",
              "0 3,4 -\n1 0 -\nend killed SIGPIPE\n", ""},
        Story{"NoReaderButNoSignal", "pipe2 0\nclose $0\nwrite $0.1 1 0\n",
              "0 3,4 -\n1 0 -\n2 -1 EPIPE\nend exited\n", "wait.4"},
        Story{"HangUp",
              "pipe2 O_NONBLOCK\nclose $0.1\npoll $0:0 0\nread $0 1\n",
              "0 3,4 -\n1 0 -\n2 1 - POLLHUP\n3 0 - \nend exited\n", ""},
        Story{"NoHangUp", "pipe2 O_NONBLOCK\nclose $0.1\npoll $0:0 0\n",
              "0 3,4 -\n1 0 -\n2 0 - 0\nend exited\n", "pipe.13"},
        Story{"SemaphoreTakesOne", kSemaphore, "0 3 -\n1 8 - 1\nend exited\n",
              ""},
        Story{"SemaphoreTakesAll", kSemaphore, "0 3 -\n1 8 - 2\nend exited\n",
              "eventfd.2"},
        Story{"EventfdWouldBlock", "eventfd 0 EFD_NONBLOCK\nread8 $0 8\n",
              "0 3 -\n1 8 - 0\nend exited\n", "eventfd.3"},
        Story{"TimerInTime", kTimer,
              "0 3 - @10 20\n1 0 - @30 40\n2 8 - @1300 1310 3\nend exited\n",
              ""},
        Story{"TimerEarly", kTimer,
              "0 3 - @10 20\n1 0 - @30 40\n2 8 - @900 910 1\nend exited\n",
              "timerfd.1"},
        Story{"TimerOnceMore", kTimer,
              "0 3 - @10 20\n1 0 - @30 40\n2 8 - @1300 1310 4\nend exited\n",
              "timerfd.2"},
        Story{"TimerOnceLess", kTimer,
              "0 3 - @10 20\n1 0 - @30 40\n2 8 - @1300 1310 2\nend exited\n",
              "timerfd.2"},
        // What is counted is no more to be noticed, only what comes after it.
        Story{"TimerCountedThenLate", kCountedTimer,
              "0 3 - @10 20\n1 0 - @30 40\n2 0 - @1300 1310 35 100\n"
              "3 8 - @1700 1710 3\nend exited\n",
              ""},
        Story{"TimerCountedThenOnceLess", kCountedTimer,
              "0 3 - @10 20\n1 0 - @30 40\n2 0 - @1300 1310 35 100\n"
              "3 8 - @1700 1710 2\nend exited\n",
              "timerfd.2"},
        Story{"TimerCountedThenTooLate", kCountedTimer,
              "0 3 - @10 20\n1 0 - @30 40\n2 0 - @1300 1310 35 100\n"
              "3 8 - @400001700 400001710 3\nend exited\n",
              "timerfd.2"},
        Story{"RealTimeSignalsInOrder", kQueue,
              "0 0 - none\n1 0 -\n2 0 -\n3 0 -\n4 3 -\n"
              "5 384 - SIGRTMIN:SI_QUEUE:2:self:self:0:0 "
              "SIGRTMIN:SI_QUEUE:3:self:self:0:0 "
              "SIGRTMIN+1:SI_QUEUE:1:self:self:0:0\nend exited\n",
              ""},
        Story{"RealTimeSignalsAsSent", kQueue,
              "0 0 - none\n1 0 -\n2 0 -\n3 0 -\n4 3 -\n"
              "5 384 - SIGRTMIN+1:SI_QUEUE:1:self:self:0:0 "
              "SIGRTMIN:SI_QUEUE:2:self:self:0:0 "
              "SIGRTMIN:SI_QUEUE:3:self:self:0:0\nend exited\n",
              "signal.4"},
        Story{
            "StandardSignalTwice",
            "sigprocmask SIG_BLOCK SIGUSR1\nkill SIGUSR1\nkill SIGUSR1\n"
            "sigtimedwait SIGUSR1 0\nsigtimedwait SIGUSR1 0\n",
            "0 0 - none\n1 0 -\n2 0 -\n3 10 - SIGUSR1:SI_USER:0:self:self:0:0\n"
            "4 10 - SIGUSR1:SI_USER:0:self:self:0:0\nend exited\n",
            "signal.3"},
        Story{"IgnoredButPending",
              "sigaction SIGUSR1 IGN 0\nkill SIGUSR1\nsigpending\n",
              "0 0 -\n1 0 -\n2 0 - SIGUSR1\nend exited\n", "signal.5"},
        Story{"RealTimeSignalsAsOne", kQueue,
              "0 0 - none\n1 0 -\n2 0 -\n3 0 -\n4 3 -\n"
              "5 256 - SIGRTMIN:SI_QUEUE:2:self:self:0:0 "
              "SIGRTMIN+1:SI_QUEUE:1:self:self:0:0\nend exited\n",
              "signalfd.1"},
        Story{"BlockedSignalEnds",
              "sigprocmask SIG_BLOCK SIGUSR1\nkill SIGUSR1\nsigpending\n",
              "0 0 - none\nend killed SIGUSR1\n", "wait.4"},
        Story{"SignalEnds", "kill SIGUSR1\npause\n", "end killed SIGUSR1\n",
              ""},
        Story{"HandlerDoesNotRun",
              "sigaction SIGUSR1 HANDLER 0\nkill SIGUSR1\n",
              "0 0 -\n1 0 -\nend exited\n", "signal.2"},
        Story{"HandlerRuns", "sigaction SIGUSR1 HANDLER 0\nkill SIGUSR1\n",
              "0 0 -\n1 0 - handled:SIGUSR1\nend exited\n", ""},
        Story{"LevelAgain", kWatched,
              "0 3 -\n1 4 -\n2 0 -\n3 1 - EPOLLIN:7\nend exited\n", ""},
        Story{"ReadyButNotReported", kWatched,
              "0 3 -\n1 4 -\n2 0 -\n3 0 -\nend exited\n", "epoll.8"},
        Story{"OtherData", kWatched,
              "0 3 -\n1 4 -\n2 0 -\n3 1 - EPOLLIN:8\nend exited\n", "epoll.11"},
        Story{"ReportedTwice", kWatched,
              "0 3 -\n1 4 -\n2 0 -\n3 2 - EPOLLIN:7 EPOLLIN:7\nend exited\n",
              "epoll.11"},
        Story{"OtherEvents", kWatched,
              "0 3 -\n1 4 -\n2 0 -\n3 1 - EPOLLIN|EPOLLOUT:7\nend exited\n",
              "epoll.10"},
        Story{"EdgeOnce", kEdge,
              "0 3 -\n1 4 -\n2 0 -\n3 1 - EPOLLIN:7\n4 0 -\nend exited\n", ""},
        Story{"EdgeAsLevel", kEdge,
              "0 3 -\n1 4 -\n2 0 -\n3 1 - EPOLLIN:7\n4 1 - EPOLLIN:7\n"
              "end exited\n",
              "epoll.13"},
        Story{"EdgeLost", kEdge,
              "0 3 -\n1 4 -\n2 0 -\n3 0 -\n4 0 -\n"
              "end exited\n",
              "epoll.14"},
        Story{"EdgeOfTheTimerOfANestedInstance",
              "timerfd_create CLOCK_MONOTONIC 0\n"
              "timerfd_settime $0 0 200 0\nepoll_create1 0\n"
              "epoll_create1 0\nepoll_ctl $3 EPOLL_CTL_ADD $0 EPOLLIN 5\n"
              "epoll_ctl $2 EPOLL_CTL_ADD $3 EPOLLIN|EPOLLET 6\n"
              "epoll_wait $2 1 2\n",
              "0 3 - @10 20\n1 0 - @30 40\n2 4 - @41 42\n3 5 - @43 44\n"
              "4 0 - @45 46\n5 0 - @47 48\n6 1 - @49 240 EPOLLIN:6\n"
              "end exited\n",
              ""},
        Story{"OneShot", kOneShot,
              "0 3 -\n1 4 -\n2 0 -\n3 1 - EPOLLIN:7\n4 0 -\n5 0 -\n"
              "6 1 - EPOLLIN:8\nend exited\n",
              ""},
        Story{"OneShotTwice", kOneShot,
              "0 3 -\n1 4 -\n2 0 -\n3 1 - EPOLLIN:7\n4 1 - EPOLLIN:7\n5 0 -\n"
              "6 1 - EPOLLIN:8\nend exited\n",
              "epoll.15"},
        Story{"ModifyDoesNotArm", kOneShot,
              "0 3 -\n1 4 -\n2 0 -\n3 1 - EPOLLIN:7\n4 0 -\n5 0 -\n6 0 -\n"
              "end exited\n",
              "epoll.8"},
        Story{"DuplicateLives", kDuplicate,
              "0 3 -\n1 4 -\n2 5 -\n3 0 -\n4 0 -\n5 1 - EPOLLIN:7\n"
              "end exited\n",
              ""},
        Story{"CloseEndsRegistration", kDuplicate,
              "0 3 -\n1 4 -\n2 5 -\n3 0 -\n4 0 -\n5 0 -\nend exited\n",
              "epoll.16"},
        Story{"RoundRobin", kFair,
              "0 3 -\n1 4 -\n2 5 -\n3 0 -\n4 0 -\n5 1 - EPOLLIN:2\n"
              "6 1 - EPOLLIN:1\nend exited\n",
              ""},
        Story{"Starving", kFair,
              "0 3 -\n1 4 -\n2 5 -\n3 0 -\n4 0 -\n5 1 - EPOLLIN:1\n"
              "6 1 - EPOLLIN:1\nend exited\n",
              "epoll.18"},
        Story{"PassedOverAndNotReadySince", kPassedOver,
              "0 3 -\n1 4 -\n2 0 -\n3 5,6 -\n4 0 -\n5 1 - EPOLLIN:5\n6 0 -\n"
              "7 1 - POLLIN\n8 3 -\n9 1 - EPOLLIN:5\nend exited\n",
              ""},
        Story{"PassedOverUnseen",
              "sigprocmask SIG_BLOCK SIGUSR2\nepoll_create1 0\n"
              "eventfd 1 0\nsignalfd -1 SIGUSR2 SFD_NONBLOCK\n"
              "epoll_ctl $1 EPOLL_CTL_ADD $3 EPOLLIN|EPOLLET 4\n"
              "epoll_ctl $1 EPOLL_CTL_ADD $2 EPOLLIN 8\ntgkill 0 SIGUSR2\n"
              "@1 epoll_wait $1 1 -1\nepoll_wait $1 8 0\n",
              "0 0 - none\n1 3 -\n2 4 -\n3 5 -\n4 0 -\n5 0 -\n6 0 -\n"
              "7 1 - EPOLLIN:8\n8 2 - EPOLLIN:4 EPOLLIN:8\nend exited\n",
              ""},
        Story{"CallMissing", "epoll_create1 0\nepoll_pwait2 $0 8 0 null\n",
              "0 3 -\n1 -1 ENOSYS\nend exited\n", "epoll.20"},
        Story{"WaitTooShort", "epoll_create1 0\nepoll_wait $0 8 1\n",
              "0 3 - @10 20\n1 0 - @30 900000\nend exited\n", "epoll.17"},
        Story{"WaitLongEnough", "epoll_create1 0\nepoll_wait $0 8 1\n",
              "0 3 - @10 20\n1 0 - @30 1000030\nend exited\n", ""},
        Story{"WokenByAWrite", kWakes,
              "0 3 -\n1 sleeps - @110 200\n2 8 - @300 310\n"
              "1 8 - @110 320 5\nend exited\n",
              ""},
        Story{"SleepsOn", kWakes,
              "0 3 -\n1 sleeps - @110 200\n2 8 - @300 310\nend exited\n",
              "wait.2"},
        Story{"SleepsForNothing", "eventfd 1 0\n@1 read8 $0 8\n",
              "0 3 -\n1 sleeps - @110 200\nend exited\n", "wait.1"},
        Story{"Hangs", "eventfd 0 0\nread8 $0 8\n", "0 3 -\nend hung\n", ""},
        Story{"HangsForNothing", "eventfd 1 0\nread8 $0 8\n",
              "0 3 -\nend hung\n", "wait.2"},
        Story{"EndsEarly", "eventfd 1 0\nread8 $0 8\n", "0 3 -\nend exited\n",
              "wait.4"},
        Story{"LimitWasHigherWhenItBegan",
              "eventfd 0 0\n@1 poll $0:EPOLLIN,$0:EPOLLIN -1\nsetrlimit 1\n"
              "write8 $0 1\n",
              "0 3 -\n1 sleeps - @110 200\n2 0 - @210 220\n3 8 - @230 240\n"
              "1 2 - @110 250 POLLIN POLLIN\nend exited\n",
              ""},
        Story{"LimitIsLower",
              "eventfd 1 0\nsetrlimit 1\npoll $0:EPOLLIN,$0:EPOLLIN -1\n",
              "0 3 -\n1 0 -\n2 2 - POLLIN POLLIN\nend exited\n", "poll.5"},
        Story{"InterruptedByASignalThatAnotherTook", kTaken,
              "0 0 - none\n1 3 -\n2 4 -\n3 sleeps - @170 200\n4 0 - @210 220\n"
              "5 128 - @230 240 SIGCHLD:SI_USER:0:self:self\n"
              "3 -1 EINTR @170 250\nend exited\n",
              ""},
        Story{"SleepsOnAsAnotherTookTheSignal", kTaken,
              "0 0 - none\n1 3 -\n2 4 -\n3 sleeps - @170 200\n4 0 - @210 220\n"
              "5 128 - @230 240 SIGCHLD:SI_USER:0:self:self\nend exited\n",
              ""},
        Story{"AReaderThatWaitedTellsOfTheRest", kRest,
              "0 3 -\n1 4,5 -\n2 sleeps - @150 160\n3 0 - @170 180\n"
              "4 sleeps - @190 200\n5 3 - @210 220\n"
              "4 1 - @190 230 EPOLLIN:9\n2 2 - @150 240 2021\n"
              "6 1 - @250 260 EPOLLIN:9\nend exited\n",
              ""},
        Story{"AnotherThreadHandlesFirst",
              "sigaction SIGUSR2 HANDLER SA_RESTART\neventfd 0 0\n"
              "@1 read8 $1 8\nsigqueue SIGUSR2 1\n",
              "0 0 -\n1 3 -\n2 sleeps - @150 160\n3 0 - @170 180\n"
              "end exited\n",
              ""},
        Story{"NobodyHandles",
              "sigaction SIGUSR2 HANDLER 0\neventfd 0 0\n@1 read8 $1 8\n"
              "sigqueue SIGUSR2 1\n",
              "0 0 -\n1 3 -\n2 sleeps - @150 160\n3 0 - @170 180\n"
              "end exited\n",
              "signal.2"},
        Story{"OneOfTwoExclusiveIsTold", kRivals,
              "0 3 -\n1 4 -\n2 5 -\n3 0 -\n4 0 -\n5 sleeps - @210 220\n"
              "6 8 - @230 240\n5 1 - @210 250 EPOLLIN:1\nend exited\n",
              ""},
        Story{"WhichOfTwoAlikeIsNotTold", kAlike,
              "0 3 -\n1 4 -\n2 5 -\n3 0 -\n4 0 -\n5 1 - EPOLLIN:7\n"
              "6 2 - EPOLLIN:7 EPOLLIN:7\nend exited\n",
              ""},
        Story{"BothOfTwoAlikeAreTold", kAlike,
              "0 3 -\n1 4 -\n2 5 -\n3 0 -\n4 0 -\n5 1 - EPOLLIN:8\n"
              "end hung\n",
              "epoll.11"},
        Story{"ASleeperEndsBeforeTheNextStepBegins",
              "timerfd_create CLOCK_MONOTONIC 0\n"
              "timerfd_settime $0 0 1000 100\n@1 read8 $0 8\nepoll_create1 0\n",
              "0 3 - @10 20\n1 0 - @30 40\n2 sleeps - @50 900\n"
              "3 4 - @1200 1210\n2 8 - @50 1090 1\nend exited\n",
              ""},
        Story{"FifoHasBothEnds", kFifo,
              "0 3 -\n1 1 - POLLOUT\n2 3 -\n3 3 - 010203\n4 -1 EAGAIN\n"
              "end exited\n",
              ""},
        Story{"FifoHangsUp", kFifo, "0 3 -\n1 1 - POLLOUT|POLLHUP\nend hung\n",
              "pipe.13"},
        Story{"FifoEnds", kFifo,
              "0 3 -\n1 1 - POLLOUT\n2 3 -\n3 3 - 010203\n4 0 -\nend hung\n",
              "pipe.2"},
        Story{"PselectTells", "eventfd 1 0\npselect $0 $0 - 0 none\n",
              "0 3 -\n1 2 - r:3 w:3 e:\nend exited\n", ""},
        Story{"PselectTellsNothing", "eventfd 1 0\npselect $0 - - 0 none\n",
              "0 3 -\n1 0 - r: w: e:\nend exited\n", "poll.1"},
        Story{"PselectLetsASignalThrough",
              "sigaction SIGUSR1 HANDLER 0\nsigprocmask SIG_BLOCK SIGUSR1\n"
              "kill SIGUSR1\npselect - - - -1 none\n",
              "0 0 -\n1 0 - none\n2 0 -\n3 -1 EINTR handled:SIGUSR1\n"
              "end exited\n",
              ""},
        Story{"Forks", kForks,
              "0 0 - none\n1 0 -\n2 3,4 -\n3 0 -\n4 0 - none\n5 0 -\n6 2 -\n"
              "7 2 - 0102\n8 gone - exited:7\n9 0 -\n"
              "10 17 - SIGCHLD:CLD_EXITED:7:other:self:0:0\nend exited\n",
              ""},
        Story{"ForksWithPendingSignals", kForks,
              "0 0 - none\n1 0 -\n2 3,4 -\n3 0 -\n4 0 - SIGUSR1\nend exited\n",
              "fork.3"},
        Story{"ForksAndShares", kForks,
              "0 0 - none\n1 0 -\n2 3,4 -\n3 0 -\n4 0 - none\n5 0 -\n"
              "6 -1 EBADF\nend exited\n",
              "pipe.5"},
        Story{"ExitsWithAnotherStatus", kForks,
              "0 0 - none\n1 0 -\n2 3,4 -\n3 0 -\n4 0 - none\n5 0 -\n6 2 -\n"
              "7 2 - 0102\n8 gone - exited:0\nend exited\n",
              "fork.4"},
        Story{"ExitsAndKeepsItsDescriptors", kForks,
              "0 0 - none\n1 0 -\n2 3,4 -\n3 0 -\n4 0 - none\n5 0 -\n6 2 -\n"
              "7 2 - 0102\n8 gone - exited:7\n9 -1 EAGAIN\nend exited\n",
              "pipe.3"},
        Story{
            "ExitsUnnoticed", kForks,
            "0 0 - none\n1 0 -\n2 3,4 -\n3 0 -\n4 0 - none\n5 0 -\n6 2 -\n"
            "7 2 - 0102\n8 gone - exited:7\n9 0 -\n10 -1 EAGAIN\nend exited\n",
            "signal.8"},
        Story{"GoneWithoutACause", "fork 1\n@1 sigpending\n",
              "0 0 -\n1 gone - exited:0\nend exited\n", "wait.4"},
        Story{"GoneAsAThread", "@1 sigpending\n",
              "0 gone - exited:0\nend exited\n", "fork.4"},
        Story{"BusyWithNothing", "@1 sigpending\n@1 sigpending\n",
              "0 0 - none\n1 busy -\nend exited\n", "wait.4"},
        Story{"SleepsOnWhatIsClosed", kCloses,
              "0 3,4 -\n1 sleeps - @30 40\n2 0 - @50 60\n3 1 - @70 90\n"
              "1 1 - @30 95 05\n4 1 - @100 110 POLLERR|POLLOUT\nend exited\n",
              ""},
        // It begins again, and then finds no descriptor.
        Story{"SleepsOnWhatIsClosedUntilASignal",
              "pipe2 0\nsigaction SIGUSR1 HANDLER SA_RESTART\n@1 read $0 8\n"
              "close $0\ntgkill 1 SIGUSR1\n",
              "0 3,4 -\n1 0 -\n2 sleeps - @50 60\n3 0 - @70 80\n4 0 - @90 100\n"
              "2 -1 EBADF @50 110 handled:SIGUSR1\nend exited\n",
              ""},
        Story{"LetsGoOfWhatIsClosed", kCloses,
              "0 3,4 -\n1 sleeps - @30 40\n2 0 - @50 60\n3 -1 EPIPE @70 90\n"
              "end exited\n",
              "pipe.5"},
        Story{"BothEndsOfAStream",
              "socketpair SOCK_STREAM|SOCK_NONBLOCK\nwrite $0 2 1\n"
              "write $0 2 11\nwrite $0.1 1 7\nread $0.1 3\nread $0.1 3\n"
              "read $0 3\nfcntl $0 F_GETFL 0\nfcntl $0 F_GETPIPE_SZ 0\n"
              "timerfd_gettime $0\nepoll_wait $0 1 0\n",
              "0 3,4 -\n1 2 -\n2 2 -\n3 1 -\n4 3 - 01020b\n5 1 - 0c\n"
              "6 1 - 07\n7 2050 - O_RDWR|O_NONBLOCK\n8 -1 EBADF\n"
              "9 -1 EINVAL\n10 -1 EINVAL\nend exited\n",
              ""},
        Story{"AStreamHasNoBoundaries",
              "socketpair SOCK_STREAM|SOCK_NONBLOCK\nwrite $0 1 1\n"
              "write $0 1 2\nread $0.1 8\n",
              "0 3,4 -\n1 1 -\n2 1 -\n3 1 - 01\nend exited\n", "socket.1"},
        Story{"Messages", kMessages,
              "0 3,4 -\n1 3 -\n2 1 -\n3 2 - 0102\n4 1 - 09\n5 -1 EAGAIN\n"
              "end exited\n",
              ""},
        Story{"TheRestOfAMessageIsKept", kMessages,
              "0 3,4 -\n1 3 -\n2 1 -\n3 2 - 0102\n4 1 - 03\nend hung\n",
              "socket.2"},
        Story{"AnEmptyMessageIsTaken", kEmpty,
              "0 3,4 -\n1 0 -\n2 1 -\n3 0 -\n4 1 - 09\n5 -1 EAGAIN\n"
              "end exited\n",
              ""},
        Story{"AnEmptyMessageStays", kEmpty,
              "0 3,4 -\n1 0 -\n2 1 -\n3 0 -\n4 0 -\n5 1 - 09\n"
              "end exited\n",
              ""},
        Story{"AnEmptyMessageIsLeftOut", kEmpty,
              "0 3,4 -\n1 0 -\n2 1 -\n3 1 - 09\nend hung\n", "socket.2"},
        Story{"OfThreeEmptyMessagesNoneIsLeft",
              "socketpair SOCK_DGRAM|SOCK_NONBLOCK\nwrite $0 0 0\n"
              "read $0.1 8\nwrite $0 0 0\nwrite $0 0 0\nread $0.1 8\n"
              "read $0.1 8\nread $0.1 8\n",
              "0 3,4 -\n1 0 -\n2 0 -\n3 0 -\n4 0 -\n5 0 -\n6 0 -\n"
              "7 -1 EAGAIN\nend exited\n",
              ""},
        Story{"HungUp", kHungUp,
              "0 3,4 -\n1 1 -\n2 0 -\n3 1 - POLLHUP|POLLRDHUP\n4 1 - 09\n"
              "5 0 -\nend exited\n",
              ""},
        Story{"HungUpOnlyIfAsked", kHungUp,
              "0 3,4 -\n1 1 -\n2 0 -\n3 1 - POLLRDHUP\nend hung\n",
              "socket.13"},
        Story{"RdhupMissing", kHungUp,
              "0 3,4 -\n1 1 -\n2 0 -\n3 1 - POLLHUP\nend hung\n", "socket.14"},
        Story{"RdhupUnasked", kReset,
              "0 3,4 -\n1 1 -\n2 0 -\n3 1 - POLLERR|POLLHUP|POLLRDHUP\n"
              "end hung\n",
              "poll.1"},
        Story{"NoEnd", kHungUp,
              "0 3,4 -\n1 1 -\n2 0 -\n3 1 - POLLHUP|POLLRDHUP\n4 1 - 09\n"
              "5 -1 EAGAIN\nend exited\n",
              "socket.4"},
        Story{"Reset", kReset,
              "0 3,4 -\n1 1 -\n2 0 -\n3 1 - POLLERR|POLLHUP\n"
              "4 -1 ECONNRESET\n5 0 -\nend exited\n",
              ""},
        Story{"ResetIsNoError", kReset,
              "0 3,4 -\n1 1 -\n2 0 -\n3 1 - POLLHUP\nend hung\n", "socket.15"},
        Story{"ResetIsNotTold", kReset,
              "0 3,4 -\n1 1 -\n2 0 -\n3 1 - POLLERR|POLLHUP\n4 0 -\n"
              "end hung\n",
              "socket.5"},
        Story{"ResetIsToldTwice", kReset,
              "0 3,4 -\n1 1 -\n2 0 -\n3 1 - POLLERR|POLLHUP\n"
              "4 -1 ECONNRESET\n5 -1 ECONNRESET\nend exited\n",
              "socket.5"},
        Story{"NothingThere", "socketpair SOCK_STREAM\nread $0 1\n",
              "0 3,4 -\n1 0 -\nend exited\n", "socket.3"},
        Story{"BrokenStream",
              "sigaction SIGPIPE HANDLER 0\nsocketpair SOCK_STREAM\n"
              "close $1\nwrite $1.1 1 0\n",
              "0 0 -\n1 3,4 -\n2 0 -\n3 -1 EPIPE handled:SIGPIPE\n"
              "end exited\n",
              ""},
        Story{"BrokenStreamKills",
              "socketpair SOCK_STREAM\nclose $0\nwrite $0.1 1 0\n",
              "0 3,4 -\n1 0 -\nend killed SIGPIPE\n", ""},
        Story{"BrokenSeqpacketWithoutSignal",
              "socketpair SOCK_SEQPACKET\nclose $0\nwrite $0.1 1 0\n",
              "0 3,4 -\n1 0 -\n2 -1 EPIPE\nend exited\n", "socket.6"},
        Story{"BrokenSeqpacketKills",
              "socketpair SOCK_SEQPACKET\nclose $0\nwrite $0.1 1 0\n",
              "0 3,4 -\n1 0 -\nend killed SIGPIPE\n", ""},
        Story{"ADatagramKillsNobody",
              "socketpair SOCK_DGRAM\nclose $0\nwrite $0.1 1 0\n",
              "0 3,4 -\n1 0 -\nend killed SIGPIPE\n", "wait.4"},
        Story{"Refused", kRefused,
              "0 3,4 -\n1 1 -\n2 0 -\n3 -1 ECONNREFUSED\n4 -1 ENOTCONN\n"
              "5 1 - 09\nend exited\n",
              ""},
        Story{"RefusedAgain", kRefused,
              "0 3,4 -\n1 1 -\n2 0 -\n3 -1 ECONNREFUSED\n"
              "4 -1 ECONNREFUSED\nend hung\n",
              "socket.7"},
        Story{"RefusedAndLost", kRefused,
              "0 3,4 -\n1 1 -\n2 0 -\n3 -1 ECONNREFUSED\n4 -1 ENOTCONN\n"
              "5 -1 EAGAIN\nend exited\n",
              "socket.10"},
        Story{"LittleHasNoRoom",
              "socketpair SOCK_STREAM|SOCK_NONBLOCK\n"
              "write $0 100 0\n",
              "0 3,4 -\n1 -1 EAGAIN\nend exited\n", "socket.8"},
        Story{"LittleIsNotWritable",
              "socketpair SOCK_STREAM|SOCK_NONBLOCK\nwrite $0 100 0\n"
              "poll $0:EPOLLOUT 0\n",
              "0 3,4 -\n1 100 -\n2 0 - 0\nend exited\n", "socket.12"},
        Story{"NothingIsReadable",
              "socketpair SOCK_STREAM|SOCK_NONBLOCK\npoll $0:EPOLLIN 0\n",
              "0 3,4 -\n1 1 - POLLIN\nend exited\n", "socket.11"},
        Story{"APartOfAMessage",
              "socketpair SOCK_DGRAM|SOCK_NONBLOCK\nwrite $0 100000 0\n",
              "0 3,4 -\n1 50000 -\nend exited\n", "socket.9"},
        Story{"TooLongAMessage",
              "socketpair SOCK_DGRAM|SOCK_NONBLOCK\nwrite $0 1000000 0\n",
              "0 3,4 -\n1 -1 EMSGSIZE\nend exited\n", ""},
        Story{"AShortMessageIsNotTooLong",
              "socketpair SOCK_DGRAM|SOCK_NONBLOCK\nwrite $0 10 0\n",
              "0 3,4 -\n1 -1 EMSGSIZE\nend exited\n", "socket.9"},
        Story{"RoomIsNews", kFull,
              "0 3,4 -\n1 5 -\n2 0 -\n3 1 - EPOLLOUT:5\n4 60000 -\n"
              "5 -1 EAGAIN\n6 0 -\n7 60000 - 0\n8 1 - EPOLLOUT:5\n"
              "end exited\n",
              ""},
        Story{"RoomIsNoNews", kFull,
              "0 3,4 -\n1 5 -\n2 0 -\n3 1 - EPOLLOUT:5\n4 60000 -\n"
              "5 -1 EAGAIN\n6 0 -\n7 60000 - 0\n8 0 -\nend exited\n",
              "epoll.14"},
        Story{"AMessageWakes",
              "socketpair SOCK_DGRAM\n@1 read $0 8\n"
              "write $0.1 0 0\n",
              "0 3,4 -\n1 sleeps - @110 200\n2 0 - @300 310\n"
              "1 0 - @110 320\nend exited\n",
              ""},
        Story{"AMessageDoesNotWake",
              "socketpair SOCK_DGRAM\n@1 read $0 8\n"
              "write $0.1 0 0\n",
              "0 3,4 -\n1 sleeps - @110 200\n2 0 - @300 310\nend exited\n",
              "wait.2"},
        Story{"InterruptedByNothing", "epoll_create1 0\nepoll_wait $0 8 1\n",
              "0 3 -\n1 -1 EINTR\nend exited\n", "signal.11"}),
    NameOf);

constexpr std::string_view kTwice =
    "eventfd 0 0\n@1 read8 $0 8\n@1 write8 $0 1\n";
constexpr std::string_view kTwoWait =
    "sigprocmask SIG_BLOCK SIGRTMIN\n@1 sigtimedwait SIGRTMIN -1\n"
    "@2 sigtimedwait SIGRTMIN -1\nsigqueue SIGRTMIN 2\n";
constexpr std::string_view kUpdate =
    "signalfd -1 SIGUSR1 0\nsignalfd $0 SIGUSR2 0\nclose $1\n";
constexpr std::string_view kUnnamed = "tgkill 2 SIGUSR1\n@1 eventfd 0 0\n";
constexpr std::string_view kNotYet = "tgkill 1 SIGUSR1\n@1 eventfd 0 0\n";
constexpr std::string_view kToMain = "@1 tgkill 0 SIGUSR1\neventfd 0 0\n";

INSTANTIATE_TEST_SUITE_P(
    Threads, JudgeStory,
    testing::Values(
        Story{"BusyAsItSleeps", kTwice,
              "0 3 -\n1 sleeps - @110 200\n2 busy - @210 210\nend exited\n",
              ""},
        Story{"BusyWithNothing", "@1 eventfd 1 0\n@1 eventfd 1 0\n",
              "0 3 -\n1 busy -\nend exited\n", "wait.4"},
        Story{"DoesAnotherStepAsItSleeps", kTwice,
              "0 3 -\n1 sleeps - @110 200\n2 8 - @210 220\nend exited\n",
              "wait.4"},
        Story{"IsKilledAsItBegins", kNotYet, "0 0 -\nend killed SIGUSR1\n", ""},
        Story{"BeginsThoughItWasKilled", kNotYet, "0 0 -\n1 3 -\nend exited\n",
              "signal.2"},
        Story{"ThreadAboveThoseThatAreNamed", kUnnamed,
              "0 -1 EINVAL\n1 3 -\nend exited\n", ""},
        Story{"ThreadOfNoName", kUnnamed, "0 0 -\n1 3 -\nend exited\n",
              "signal.1"},
        Story{"MainIsKilledByItsNextStep", kToMain,
              "0 0 -\nend killed SIGUSR1\n", ""},
        Story{"MainGoesOnThoughItWasKilled", kToMain,
              "0 0 -\n1 3 -\nend exited\n", "signal.2"},
        Story{"MainHasNoOtherStep", "@1 tgkill 0 SIGUSR1\n",
              "0 0 -\nend exited\n", ""},
        Story{"WhatIsIgnoredGoesAsMainGoesOn",
              "@1 tgkill 0 SIGCONT\nsigpending\n",
              "0 0 -\n1 0 - none\nend exited\n", ""},
        Story{"SigsuspendLetsIn",
              "sigprocmask SIG_BLOCK SIGUSR1\n@1 sigsuspend none\n"
              "kill SIGUSR1\n",
              "0 0 - none\n1 sleeps - @110 200\nend killed SIGUSR1\n", ""},
        Story{"WhatIsHandledAsItBeginsEndsNoCall",
              "@1 eventfd 0 0\nsigaction SIGUSR1 HANDLER 0\n"
              "sigprocmask SIG_BLOCK SIGUSR1\nkill SIGUSR1\n"
              "@1 sigsuspend none\n",
              "0 3 -\n1 0 -\n2 0 - none\n3 0 -\n4 sleeps - @210 300\n"
              "end exited\n",
              ""},
        Story{"WhatItWaitsForAndDoesNotBlockEndsIt",
              "@1 sigtimedwait SIGUSR1 -1\ntgkill 1 SIGUSR1\n",
              "0 sleeps - @110 200\nend killed SIGUSR1\n", ""},
        Story{"WhatSigsuspendLetsInAndIsIgnoredGoes",
              "sigprocmask SIG_BLOCK SIGUSR1\nsigaction SIGUSR1 IGN 0\n"
              "@1 sigsuspend none\nkill SIGUSR1\n",
              "0 0 - none\n1 0 -\n2 sleeps - @210 300\n3 0 - @310 320\n"
              "end exited\n",
              ""},
        Story{"WhatIsIgnoredInterruptsAsItIsLetIn",
              "sigprocmask SIG_BLOCK SIGCONT\nkill SIGCONT\n"
              "epoll_create1 0\nepoll_pwait $2 8 -1 none\nsigpending\n",
              "0 0 - none\n1 0 -\n2 3 -\n3 -1 EINTR\n4 0 - none\n"
              "end exited\n",
              ""},
        Story{"WhatItsMaskKeptOutEndsItAfterwards",
              "@1 ppoll - 1000000 SIGUSR1\nsigprocmask SIG_BLOCK SIGUSR1\n"
              "kill SIGUSR1\neventfd 0 0\n",
              "0 sleeps - @110 200\n1 0 - @210 220 none\n2 0 - @230 240\n"
              "end killed SIGUSR1\n",
              ""},
        Story{"SigsuspendDropsWhatIsIgnored",
              "sigaction SIGUSR1 IGN 0\nsigprocmask SIG_BLOCK SIGUSR1\n"
              "kill SIGUSR1\n@1 sigsuspend none\n",
              "0 0 -\n1 0 - none\n2 0 -\n3 sleeps - @210 300\nend exited\n",
              ""},
        Story{"SigsuspendKeepsOut", "@1 sigsuspend SIGUSR1\ntgkill 1 SIGUSR1\n",
              "0 sleeps - @110 200\n1 0 - @210 220\nend exited\n", ""},
        Story{"OneOfTwoThatWaitTakesIt", kTwoWait,
              "0 0 - none\n1 sleeps - @110 200\n2 sleeps - @210 300\n"
              "3 0 - @310 320\n1 34 - @110 330 SIGRTMIN:SI_QUEUE:2:self:self\n"
              "2 -1 EINTR @210 340\nend exited\n",
              ""},
        Story{"WhatASleepingWriteDidIsRead",
              "pipe2 0\n@1 read $0 3\n@2 write $0.1 200000 7\n",
              "0 3,4 - @10 20\n1 sleeps - @110 200\n2 sleeps - @210 300\n"
              "1 3 - @110 330 070809\nend exited\n",
              ""},
        Story{"WhatEndedBeforeAHangingWrite",
              "pipe2 0\n@1 read $0 3\nwrite $0.1 65536 7\n"
              "write $0.1 4096 0\n",
              "0 3,4 - @10 20\n1 sleeps - @110 200\n2 65536 - @210 300\n"
              "1 3 - @110 330 070809\nend hung\n",
              ""},
        Story{"WhatAHangingWriteDidIsRead",
              "pipe2 0\n@1 read $0 10\nwrite $0.1 200000 7\n",
              "0 3,4 - @10 20\n1 sleeps - @110 200\n"
              "1 10 - @110 330 0708090a0b0c0d0e0f10\nend hung\n",
              ""}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Times, JudgeStory,
    testing::Values(Story{"SleepBelowZero", "nanosleep -1\n",
                          "0 -1 EINVAL\nend exited\n", ""},
                    Story{"SleepBelowZeroIsNone", "nanosleep -1\n",
                          "0 0 -\nend exited\n", "wait.5"},
                    Story{"PpollBelowZero", "ppoll - -2 null\n",
                          "0 -1 EINVAL\nend exited\n", ""},
                    Story{"PpollBelowZeroIsNone", "ppoll - -2 null\n",
                          "0 0 -\nend exited\n", "wait.5"},
                    Story{"PselectBelowZero", "pselect - - - -2 null\n",
                          "0 -1 EINVAL\nend exited\n", ""},
                    Story{"PselectBelowZeroIsNone", "pselect - - - -2 null\n",
                          "0 0 - r: w: e:\nend exited\n", "wait.5"},
                    Story{"EpollBelowZero",
                          "epoll_create1 0\nepoll_pwait2 $0 1 -2 null\n",
                          "0 3 -\n1 -1 EINVAL\nend exited\n", ""},
                    Story{"SigtimedwaitBelowZero", "sigtimedwait SIGUSR1 -2\n",
                          "0 -1 EINVAL\nend exited\n", ""},
                    Story{"SigtimedwaitHasNoTimeout",
                          "sigtimedwait SIGUSR1 -1\n",
                          "0 -1 EAGAIN\nend exited\n", "signal.9"}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Made, JudgeStory,
    testing::Values(Story{"SignalfdThatIsUpdated", kUpdate,
                          "0 3 -\n1 3 -\n2 0 -\nend exited\n", ""},
                    Story{"SignalfdThatIsUpdatedIsNone", kUpdate,
                          "0 3 -\n1 3 -\n2 -1 EBADF\nend exited\n", "fd.3"}),
    NameOf);

TEST(Rules, HaveIdsOfTheirOwnAndSources) {
  std::vector<std::string> ids;
  for (const RuleText& rule : AllRules()) {
    EXPECT_THAT(ids, testing::Not(testing::Contains(std::string(rule.id))));
    ids.emplace_back(rule.id);
    EXPECT_NE(rule.source, "");
    EXPECT_NE(rule.statement, "");
  }
}

}  // namespace
}  // namespace plumbline::semantics
