#include "conformance/semantics/executor/program.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>

#include <memory>
#include <string>
#include <string_view>

namespace plumbline::executor {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class ParserTest : public testing::Test {
 protected:
  // The status of the last line that is not kMore, or kMore.
  Parser::Status Feed(std::string_view text) {
    Parser::Status last = Parser::Status::kMore;
    while (!text.empty()) {
      const size_t end = text.find('\n');
      const Parser::Status status = parser_.Feed(text.substr(0, end));
      if (status != Parser::Status::kMore) last = status;
      if (end == std::string_view::npos) break;
      text.remove_prefix(end + 1);
    }
    return last;
  }

  // Of a program with that one step.
  const Step& StepOf(const std::string& line) {
    EXPECT_EQ(Feed("program 1\n" + line + "\nend\n"), Parser::Status::kProgram)
        << line << ": " << parser_.error();
    EXPECT_EQ(parser_.program().step_count, 1);
    return parser_.program().steps[0];
  }

  // Of a program with those lines, the first of which is the second line.
  std::string ErrorOf(const std::string& lines) {
    Parser parser(program_.get());
    std::string text = "program 1\n" + lines + "\nend\n";
    std::string error;
    for (std::string_view rest = text; !rest.empty();) {
      const size_t end = rest.find('\n');
      if (parser.Feed(rest.substr(0, end)) == Parser::Status::kError) {
        EXPECT_EQ(error, "") << "a second error";
        error = parser.error();
      }
      rest.remove_prefix(end + 1);
    }
    return error;
  }

  std::unique_ptr<Program> program_ = std::make_unique<Program>();
  Parser parser_{program_.get()};
};

TEST_F(ParserTest, ReadsTheProgramOfTheReadme) {
  ASSERT_EQ(Feed("program 17\n"
                 "pipe2 O_NONBLOCK\n"
                 "epoll_create1 0\n"
                 "epoll_ctl $1 EPOLL_CTL_ADD $0.0 EPOLLIN|EPOLLET 7\n"
                 "@1 epoll_wait $1 4 -1\n"
                 "write $0.1 3 100\n"
                 "join 1\n"
                 "end\n"),
            Parser::Status::kProgram);
  const Program& program = parser_.program();
  EXPECT_EQ(program.number, 17u);
  EXPECT_EQ(program.line, 1u);
  EXPECT_EQ(program.step_count, 6);
  EXPECT_EQ(program.last_thread, 1);

  EXPECT_EQ(program.steps[0].call, Call::kPipe2);
  EXPECT_EQ(program.steps[0].arguments[0].number, O_NONBLOCK);
  EXPECT_EQ(program.steps[0].thread, 0);

  const Step& ctl = program.steps[2];
  EXPECT_EQ(ctl.arguments[0].step, 1);
  EXPECT_EQ(ctl.arguments[0].which, 0);
  EXPECT_EQ(ctl.arguments[1].number, EPOLL_CTL_ADD);
  EXPECT_EQ(ctl.arguments[2].step, 0);
  EXPECT_EQ(ctl.arguments[3].number,
            static_cast<int64_t>(EPOLLIN | static_cast<uint32_t>(EPOLLET)));
  EXPECT_EQ(ctl.arguments[4].number, 7);

  const Step& wait = program.steps[3];
  EXPECT_EQ(wait.thread, 1);
  EXPECT_EQ(wait.arguments[2].number, -1);
  EXPECT_EQ(wait.arguments[2].step, -1);

  EXPECT_EQ(program.steps[4].arguments[0].which, 1);
  EXPECT_EQ(program.steps[5].call, Call::kJoin);
}

TEST_F(ParserTest, PassesOverCommentsBlanksAndCarriageReturns) {
  ASSERT_EQ(Feed("# first\r\n"
                 "\r\n"
                 "  program\t3 # the third\r\n"
                 "\tclose  4# closes\r\n"
                 "end\r\n"),
            Parser::Status::kProgram);
  EXPECT_EQ(parser_.program().number, 3u);
  EXPECT_EQ(parser_.program().line, 3u);
  EXPECT_EQ(parser_.program().steps[0].arguments[0].number, 4);
}

TEST_F(ParserTest, ReadsProgramsOneAfterTheOther) {
  EXPECT_EQ(Feed("program 1\npause\n@2 pause\nend\n"),
            Parser::Status::kProgram);
  EXPECT_EQ(parser_.program().last_thread, 2);
  EXPECT_EQ(Feed("program 2\nend\n"), Parser::Status::kProgram);
  EXPECT_EQ(parser_.program().number, 2u);
  EXPECT_EQ(parser_.program().step_count, 0);
  EXPECT_EQ(parser_.program().last_thread, 0);
  EXPECT_EQ(parser_.Finish(), Parser::Status::kMore);
}

TEST_F(ParserTest, TakesNumbersOf64Bits) {
  const Step& step = StepOf("write8 5 18446744073709551615");
  EXPECT_EQ(static_cast<uint64_t>(step.arguments[1].number), UINT64_MAX);
  EXPECT_EQ(StepOf("timerfd_settime 3 TFD_TIMER_ABSTIME 1000000000 -5")
                .arguments[3]
                .number,
            -5);
}

TEST_F(ParserTest, TakesNumbersForNames) {
  EXPECT_EQ(StepOf("epoll_create1 0x40").arguments[0].number, 0x40);
  EXPECT_EQ(StepOf("epoll_create1 -1").arguments[0].number, -1);
  EXPECT_EQ(StepOf("epoll_create1 1|O_NONBLOCK").arguments[0].number,
            1 | O_NONBLOCK);
  EXPECT_EQ(StepOf("timerfd_create CLOCK_BOOTTIME 0").arguments[0].number,
            CLOCK_BOOTTIME);
}

TEST_F(ParserTest, ReadsSignals) {
  const Step& some = StepOf("sigprocmask SIG_BLOCK SIGUSR1,SIGRTMIN+1");
  EXPECT_TRUE(some.signals.Has(SIGUSR1));
  EXPECT_TRUE(some.signals.Has(SIGRTMIN + 1));
  EXPECT_FALSE(some.signals.Has(SIGUSR2));
  EXPECT_FALSE(some.signals.Has(SIGRTMIN));
  EXPECT_FALSE(some.no_signals);
  EXPECT_FALSE(StepOf("sigsuspend none").signals.Has(SIGUSR1));
  EXPECT_TRUE(StepOf("epoll_pwait 3 1 0 null").no_signals);
  EXPECT_EQ(StepOf("kill SIGRTMAX").arguments[0].number, SIGRTMAX);
  EXPECT_EQ(StepOf("kill 0").arguments[0].number, 0);
}

TEST_F(ParserTest, ReadsListsOfDescriptors) {
  const Step& poll = StepOf("poll 3:POLLIN|POLLOUT,-1:0 100");
  EXPECT_EQ(poll.counts[0], 2);
  EXPECT_EQ(program_->entries[0].events, POLLIN | POLLOUT);
  EXPECT_EQ(program_->entries[1].fd.number, -1);
  // By either name, whose numbers differ on SPARC.
  StepOf("poll 3:EPOLLIN|EPOLLRDHUP,4:POLLRDHUP 0");
  EXPECT_EQ(program_->entries[0].events, POLLIN | POLLRDHUP);
  EXPECT_EQ(program_->entries[1].events, POLLRDHUP);
  EXPECT_EQ(StepOf("poll - 0").counts[0], -1);

  ASSERT_EQ(Feed("program 2\npipe2 0\nselect $0.0,7 - $0.1 -1\nend\n"),
            Parser::Status::kProgram);
  const Step& select = program_->steps[1];
  EXPECT_EQ(select.counts[0], 2);
  EXPECT_EQ(select.counts[1], -1);
  EXPECT_EQ(select.counts[2], 1);
  const Entry& last = program_->entries[select.arguments[2].number];
  EXPECT_EQ(last.fd.step, 0);
  EXPECT_EQ(last.fd.which, 1);
}

TEST_F(ParserTest, SaysWhatIsWrongAndWhatIsRight) {
  EXPECT_THAT(ErrorOf("epol_wait 3 1 0"),
              AllOf(StartsWith("2 "), HasSubstr("`epol_wait`")));
  EXPECT_THAT(ErrorOf("pause\nepoll_wait 3 1"),
              AllOf(StartsWith("3 "), HasSubstr("`epoll_wait EPFD MAX MS`")));
  EXPECT_THAT(ErrorOf("epoll_create1 EPOLL_CLOEXCE"),
              AllOf(HasSubstr("`EPOLL_CLOEXCE`"), HasSubstr("--names")));
  EXPECT_THAT(ErrorOf("epoll_create1 O_NONBLOCK|"), HasSubstr("name"));
  EXPECT_THAT(ErrorOf("read $0 8"), HasSubstr("before this one (number 0)"));
  EXPECT_THAT(ErrorOf("pipe2 0\nclose $0.2"), HasSubstr(".0 and .1"));
  EXPECT_THAT(ErrorOf("read three 8"), HasSubstr("`three`: a descriptor"));
  EXPECT_THAT(ErrorOf("read 3 -1"), HasSubstr("from 0 to 2097152"));
  EXPECT_THAT(ErrorOf("write8 3 18446744073709551616"),
              HasSubstr("18446744073709551615"));
  EXPECT_THAT(ErrorOf("write 3 8 256"), HasSubstr("from 0 to 255"));
  EXPECT_THAT(ErrorOf("kill SIGUSR3"), HasSubstr("`SIGUSR3`"));
  EXPECT_THAT(ErrorOf("kill SIGRTMIN+99"), HasSubstr("`SIGRTMIN+99`"));
  EXPECT_THAT(ErrorOf("sigsuspend null"), HasSubstr("`null`"));
  EXPECT_THAT(ErrorOf("sigsuspend 0"), HasSubstr("`none`"));
  EXPECT_THAT(ErrorOf("sigaction SIGUSR1 RUN 0"), HasSubstr("HANDLER"));
  EXPECT_THAT(ErrorOf("@4 pause"), HasSubstr("from 1 to 3"));
  EXPECT_THAT(ErrorOf("@1"), HasSubstr("a step is missing"));
  EXPECT_THAT(ErrorOf("@1 join 2"), HasSubstr("main thread"));
  EXPECT_THAT(ErrorOf("join 0"), HasSubstr("from 1 to 3"));
  EXPECT_THAT(ErrorOf("fork 0"), HasSubstr("from 1 to 3"));
  EXPECT_THAT(ErrorOf("@1 fork 2"), HasSubstr("main thread"));
  EXPECT_THAT(ErrorOf("_exit 0"), HasSubstr("`fork`"));
  EXPECT_THAT(ErrorOf("@1 _exit 0"), HasSubstr("`fork`"));
  EXPECT_THAT(ErrorOf("fork 1\nfork 1"), HasSubstr("take another"));
  EXPECT_THAT(ErrorOf("@1 pause\nfork 1"), HasSubstr("take another"));
  EXPECT_THAT(ErrorOf("fork 1\n@1 _exit 256"), HasSubstr("from 0 to 255"));
  EXPECT_THAT(ErrorOf("poll 3 0"), HasSubstr("FD:EVENTS"));
  EXPECT_THAT(ErrorOf("select 3:POLLIN - - 0"), HasSubstr("`FD,FD`"));
  EXPECT_THAT(ErrorOf("poll 3:0x10000 0"), HasSubstr("16 bits"));
}

TEST_F(ParserTest, GoesOnAfterAWrongProgram) {
  EXPECT_EQ(Feed("program 1\nfoo\nbar\n"), Parser::Status::kError);
  EXPECT_EQ(Feed("foo\nend\nprogram 2\npause\nend\n"),
            Parser::Status::kProgram);
  EXPECT_EQ(parser_.program().number, 2u);
  EXPECT_EQ(parser_.program().step_count, 1);
}

TEST_F(ParserTest, AMissingEndCostsOneProgram) {
  EXPECT_EQ(Feed("program 1\npause\nprogram 2\n"), Parser::Status::kError);
  EXPECT_EQ(parser_.error(),
            "3 program 1 of line 1 has no `end`; write it after its last step");
  EXPECT_EQ(Feed("pause\nend\n"), Parser::Status::kProgram);
  EXPECT_EQ(parser_.program().number, 2u);
}

TEST_F(ParserTest, KnowsTheEndOfTheInput) {
  EXPECT_EQ(Feed("program 1\npause\n"), Parser::Status::kMore);
  EXPECT_EQ(parser_.Finish(), Parser::Status::kError);
  EXPECT_THAT(std::string(parser_.error()), HasSubstr("write `end`"));
  EXPECT_EQ(parser_.Finish(), Parser::Status::kMore);
}

TEST_F(ParserTest, WantsAProgramFirst) {
  EXPECT_EQ(Feed("pause\n"), Parser::Status::kError);
  EXPECT_EQ(parser_.error(),
            "1 `pause` is in no program; write `program NUMBER` first");
  // Told once.
  EXPECT_EQ(Feed("pause\n"), Parser::Status::kMore);
  EXPECT_EQ(Feed("program one\n"), Parser::Status::kError);
  EXPECT_EQ(Feed("end\nend\n"), Parser::Status::kError);
  EXPECT_THAT(std::string(parser_.error()), StartsWith("5 `end` without"));
  EXPECT_EQ(Feed("program 1 2\n"), Parser::Status::kError);
  EXPECT_EQ(Feed("program 1\nend 1\n"), Parser::Status::kError);
}

TEST_F(ParserTest, LimitsAProgram) {
  std::string steps;
  for (int i = 0; i < kMaxSteps; ++i) steps += "pause\n";
  EXPECT_EQ(Feed("program 1\n" + steps + "end\n"), Parser::Status::kProgram);
  EXPECT_EQ(parser_.program().step_count, kMaxSteps);
  EXPECT_THAT(ErrorOf(steps + "pause"), HasSubstr("at most 256 steps"));

  std::string list = "3:0";
  for (int i = 1; i < kMaxEntries; ++i) list += ",3:0";
  StepOf("poll " + list + " 0");
  EXPECT_THAT(ErrorOf("poll " + list + ",3:0 0"),
              HasSubstr("at most 1024 descriptors"));
}

TEST(SignalNames, AreWrittenInTheOrderOfTheTable) {
  char buffer[128];
  Text text(buffer, sizeof(buffer));
  SignalSet set;
  PutSignals(text, set);
  text.Put(' ');
  set.Add(SIGRTMIN + 1);
  set.Add(SIGUSR2);
  set.Add(SIGUSR1);
  PutSignals(text, set);
  EXPECT_EQ(text.view(), "none SIGUSR1,SIGUSR2,SIGRTMIN+1");
}

TEST(FlagNames, AreJoined) {
  char buffer[128];
  Text text(buffer, sizeof(buffer));
  PutEpollEvents(text, EPOLLIN | EPOLLHUP | (1u << 25));
  text.Put(' ');
  PutEpollEvents(text, 0);
  text.Put(' ');
  PutOpenFlags(text, O_WRONLY | O_NONBLOCK);
  EXPECT_EQ(text.view(), "EPOLLIN|EPOLLHUP|0x2000000 0 O_WRONLY|O_NONBLOCK");
}

TEST(TextTest, SaysWhenItIsFull) {
  char buffer[4];
  Text text(buffer, sizeof(buffer));
  text.PutNumber(-12);
  EXPECT_EQ(text.view(), "-12");
  text.PutHex(10, 2);
  EXPECT_TRUE(text.overflowed());
  text.Clear();
  text.PutHex(0xabc, 2);
  EXPECT_EQ(text.view(), "abc");
  EXPECT_FALSE(text.overflowed());
}

TEST(TextTest, WritesTheLargestNumbers) {
  char buffer[128];
  Text text(buffer, sizeof(buffer));
  text.PutNumber(INT64_MIN);
  text.Put(' ');
  text.PutUnsigned(UINT64_MAX);
  text.Put(' ');
  text.PutHex(UINT64_MAX, 1);
  text.PutHex(0, 1);
  EXPECT_EQ(text.view(),
            "-9223372036854775808 18446744073709551615 ffffffffffffffff0");
}

}  // namespace
}  // namespace plumbline::executor
