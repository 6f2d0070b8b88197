#include "conformance/semantics/model/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/semantics/generator/generator.h"
#include "conformance/semantics/model/outcome.h"

namespace plumbline::semantics {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Every call, with every kind of argument.
constexpr std::string_view kEvery = R"(program every
pipe2 O_NONBLOCK|O_CLOEXEC|O_DIRECT
socketpair SOCK_STREAM|SOCK_NONBLOCK
eventfd 3 EFD_CLOEXEC|EFD_NONBLOCK|EFD_SEMAPHORE
timerfd_create CLOCK_BOOTTIME TFD_CLOEXEC|TFD_NONBLOCK
timerfd_settime $3 TFD_TIMER_ABSTIME|TFD_TIMER_CANCEL_ON_SET -1 1000
timerfd_gettime $3
signalfd -1 SIGUSR1,SIGRTMIN,SIGRTMIN+1 SFD_CLOEXEC|SFD_NONBLOCK
epoll_create1 EPOLL_CLOEXEC
epoll_ctl $7 EPOLL_CTL_ADD $0.1 EPOLLOUT|EPOLLET 18446744073709551615
epoll_wait $7 8 -1
epoll_pwait $7 8 0 null
epoll_pwait2 $7 8 1000000 none
poll $0:EPOLLIN,$0.1:0,-1:EPOLLPRI 0
ppoll - 0 SIGUSR1
select $0,$0.1 - $2 0
read $0 4096
read_siginfo $6 2
write $0.1 70000 255
read8 $2 8
write8 $2 18446744073709551614
close $0
dup $2
dup2 $2 $3
dup3 $2 77 O_CLOEXEC
close_range $2 63 CLOSE_RANGE_CLOEXEC
fcntl $2 F_DUPFD 20
fcntl $2 F_SETFL O_NONBLOCK
fcntl $2 F_SETFD FD_CLOEXEC
kill SIGUSR1
sigqueue SIGRTMIN+1 -5
tgkill 1 SIGUSR2
sigprocmask SIG_BLOCK none
sigpending
sigaction SIGPIPE HANDLER SA_RESTART|SA_RESETHAND|SA_NODEFER
sigtimedwait SIGCHLD 0
sigsuspend none
@3 pause
setrlimit 8
nanosleep 1
join 3
end
)";

TEST(Program, TextIsReadAndWritten) {
  std::vector<Program> programs;
  ParseError error;
  ASSERT_TRUE(ParsePrograms(kEvery, programs, error)) << error.message;
  ASSERT_EQ(programs.size(), 1u);
  EXPECT_EQ(ToText(programs[0]), kEvery);
}

// What is generated is read back as it was.
TEST(Program, TextOfWhateverIsGenerated) {
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const Program program = GenerateProgram(5, i, 20);
    std::vector<Program> programs;
    ParseError error;
    ASSERT_TRUE(ParsePrograms(ToText(program), programs, error))
        << error.message;
    ASSERT_THAT(programs, ElementsAre(program));
  }
}

TEST(Program, IsTheSameOfTheSameSeed) {
  EXPECT_EQ(GenerateProgram(1, 7, 20), GenerateProgram(1, 7, 20));
  EXPECT_NE(GenerateProgram(1, 7, 20).steps, GenerateProgram(2, 7, 20).steps);
  EXPECT_NE(GenerateProgram(1, 7, 20).steps, GenerateProgram(1, 8, 20).steps);
}

TEST(Program, CommentsAndSpaceAreLeftOut) {
  std::vector<Program> programs;
  ParseError error;
  ASSERT_TRUE(ParsePrograms("# a\n\nprogram  x # b\r\n\teventfd 1  0\nend\n",
                            programs, error));
  EXPECT_EQ(ToText(programs[0]), "program x\neventfd 1 0\nend\n");
}

struct Bad {
  std::string_view text;
  int line;
  std::string_view message;
};

class BadProgram : public testing::TestWithParam<Bad> {};

TEST_P(BadProgram, IsToldWhereAndWhy) {
  std::vector<Program> programs;
  ParseError error;
  ASSERT_FALSE(ParsePrograms(GetParam().text, programs, error));
  EXPECT_EQ(error.line, GetParam().line);
  EXPECT_THAT(error.message, HasSubstr(std::string(GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadProgram,
    testing::Values(
        Bad{"eventfd 0 0\n", 1, "expected 'program NAME'"},
        Bad{"program\n", 1, "expected 'program NAME'"},
        Bad{"program a\neventfd 0 0\n", 2, "has no 'end'"},
        Bad{"program a\nopen 0\nend\n", 2, "there is no call 'open'"},
        Bad{"program a\neventfd 0\nend\n", 2, "'eventfd' takes 2 arguments"},
        Bad{"program a\neventfd x 0\nend\n", 2, "'x' is no argument"},
        Bad{"program a\neventfd 0 EFD_X\nend\n", 2, "'EFD_X' is no argument"},
        Bad{"program a\nread $0 1\nend\n", 2, "step 0 is not before this"},
        Bad{"program a\neventfd 0 0\nread $0.1 1\nend\n", 3,
            "step 0 makes 1 descriptors"},
        Bad{"program a\npause\nread $0 1\nend\n", 3,
            "step 0 makes 0 descriptors"},
        Bad{"program a\n@4 pause\nend\n", 2, "THREAD is 1 to 3"},
        Bad{"program a\n@1\nend\n", 2, "THREAD is 1 to 3"},
        Bad{"program a\nkill SIGFOO\nend\n", 2, "'SIGFOO' is no argument"},
        Bad{"program a\nkill SIGRTMIN+99\nend\n", 2, "is no argument"},
        Bad{"program a\npoll 3 0\nend\n", 2, "'3' is no argument"},
        Bad{"program a\nend x\n", 2, "'end' takes nothing"}));

TEST(Outcome, IsRead) {
  Outcome outcome;
  std::string message;
  ASSERT_TRUE(
      ParseOutcome("outcome 17\n0 3,4 - 10 20\n1 sleeps - 30 40\n"
                   "2 -1 EAGAIN 50 60 EPOLLIN:7 x "
                   "handled:SIGUSR1,SIGRTMIN+1\nend killed SIGPIPE\n",
                   outcome, message))
      << message;
  EXPECT_EQ(outcome.name, "17");
  ASSERT_EQ(outcome.reports.size(), 3u);
  EXPECT_EQ(outcome.reports[0].result, 3);
  EXPECT_EQ(outcome.reports[0].second, 4);
  EXPECT_TRUE(outcome.reports[1].sleeps);
  EXPECT_EQ(outcome.reports[2].error, Errno::kEAGAIN);
  EXPECT_EQ(outcome.reports[2].before, 50);
  EXPECT_EQ(outcome.reports[2].after, 60);
  EXPECT_THAT(outcome.reports[2].output, ElementsAre("EPOLLIN:7", "x"));
  EXPECT_THAT(outcome.reports[2].handled, ElementsAre(10, 35));
  EXPECT_EQ(outcome.ending, Ending::kKilled);
  EXPECT_EQ(outcome.signal, 13);
}

TEST(Outcome, IsRefusedIfItIsNone) {
  for (const char* text :
       {"", "outcome 1\n", "outcom 1\nend exited\n", "outcome 1\nend so\n",
        "outcome 1\n0 x - 1 2\nend exited\n", "outcome 1\n0 1 -\nend exited\n",
        "outcome 1\n0 1 - 1 2 handled:X\nend exited\n",
        "outcome 1\nend exited\n0 1 - 1 2\n"}) {
    Outcome outcome;
    std::string message;
    EXPECT_FALSE(ParseOutcome(text, outcome, message)) << text;
    EXPECT_NE(message, "");
  }
}

}  // namespace
}  // namespace plumbline::semantics
