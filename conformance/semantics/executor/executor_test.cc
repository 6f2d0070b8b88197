// Programs of every kind of step, and what the manual pages say that they do.

#include <errno.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

#include "conformance/semantics/executor/supervisor.h"

namespace plumbline::executor {
namespace {

using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

Options DefaultOptions() {
  Options options;
  // An emulator's translation of a first program takes its time.
  options.watchdog_ms = 20000;
  if (getenv("PLUMBLINE_EMULATOR") != nullptr) options.steady_us = 300;
  return options;
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// What the executor writes for that input.
std::string RawOutcomesOf(const std::string& input, const Options& options) {
  FILE* const file = tmpfile();
  if (file == nullptr) {
    ADD_FAILURE() << "tmpfile: " << strerror(errno);
    return "";
  }
  fwrite(input.data(), 1, input.size(), file);
  fflush(file);
  rewind(file);
  int ends[2];
  if (pipe(ends) != 0) {
    ADD_FAILURE() << "pipe: " << strerror(errno);
    return "";
  }
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(fileno(file), STDIN_FILENO);
    dup2(ends[1], STDOUT_FILENO);
    _exit(Supervise(options));
  }
  fclose(file);
  close(ends[1]);
  std::string output;
  char buffer[4096];
  for (ssize_t count; (count = read(ends[0], buffer, sizeof(buffer))) > 0;)
    output.append(buffer, static_cast<size_t>(count));
  close(ends[0]);
  int status = 0;
  waitpid(pid, &status, 0);
  EXPECT_EQ(status, 0);
  return output;
}

struct Line {
  std::string step;
  std::string result;
  std::string error;
  int64_t before = 0;
  int64_t after = 0;
  // Each with a space before it.
  std::string printed;
};

Line Parse(const std::string& text) {
  Line line;
  std::istringstream stream(text);
  stream >> line.step >> line.result >> line.error >> line.before >> line.after;
  EXPECT_FALSE(stream.fail()) << text;
  std::getline(stream, line.printed);
  return line;
}

// The lines of one program's outcome, without the first; of steps without the
// times, which are in order.
std::vector<std::string> OutcomeOf(const std::string& steps,
                                   const Options& options = DefaultOptions()) {
  std::vector<std::string> outcome;
  const std::vector<std::string> lines =
      Lines(RawOutcomesOf("program 5\n" + steps + "end\n", options));
  if (lines.empty() || lines[0] != "outcome 5") return lines;
  for (size_t i = 1; i < lines.size(); ++i) {
    if (lines[i].starts_with("end ")) {
      outcome.push_back(lines[i]);
      continue;
    }
    const Line line = Parse(lines[i]);
    EXPECT_LE(line.before, line.after) << lines[i];
    outcome.push_back(line.step + " " + line.result + " " + line.error +
                      line.printed);
  }
  return outcome;
}

// How long each step of a program without threads took, in nanoseconds.
std::vector<int64_t> TimesOf(const std::string& steps) {
  std::vector<int64_t> times;
  for (const std::string& text : Lines(
           RawOutcomesOf("program 5\n" + steps + "end\n", DefaultOptions()))) {
    if (text.starts_with("outcome") || text.starts_with("end")) continue;
    const Line line = Parse(text);
    times.push_back(line.after - line.before);
  }
  return times;
}

// Descriptors

TEST(Executor, RunsAnEmptyProgram) {
  EXPECT_THAT(OutcomeOf(""), ElementsAre("end exited"));
}

TEST(Executor, BeginsWithDescriptorThree) {
  EXPECT_THAT(OutcomeOf("pipe2 0\neventfd 0 0\nfcntl 2 F_GETFD 0\n"),
              ElementsAre("0 3,4 -", "1 5 -", "2 0 - 0", "end exited"));
}

TEST(Executor, PipesCarryBytes) {
  EXPECT_THAT(OutcomeOf("pipe2 O_NONBLOCK\n"
                        "write $0.1 3 254\n"
                        "read $0.0 8\n"
                        "read $0.0 8\n"
                        "close $0.1\n"
                        "read $0.0 8\n"
                        "read $0.1 8\n"),
              ElementsAre("0 3,4 -", "1 3 -", "2 3 - feff00", "3 -1 EAGAIN",
                          "4 0 -", "5 0 -", "6 -1 EBADF", "end exited"));
}

TEST(Executor, LongReadsAreHashed) {
  std::string bytes;
  uint64_t hash = 0xcbf29ce484222325u;
  uint64_t word = 0;
  for (uint64_t i = 0; i < 100; ++i) {
    word |= i << i % 8 * 8;
    if (i % 8 == 7 || i == 99) {
      hash = (hash ^ word) * 0x100000001b3u;
      hash ^= hash >> 32;
      word = 0;
    }
    char digits[3];
    snprintf(digits, sizeof(digits), "%02x", static_cast<unsigned>(i));
    if (i < 64) bytes += digits;
  }
  char end[32];
  snprintf(end, sizeof(end), "+36#%016llx",
           static_cast<unsigned long long>(hash));
  EXPECT_THAT(OutcomeOf("pipe2 0\nwrite $0.1 100 0\nread $0.0 1000\n"),
              ElementsAre("0 3,4 -", "1 100 -", "2 100 - " + bytes + end,
                          "end exited"));
}

TEST(Executor, LargestSizes) {
  EXPECT_THAT(OutcomeOf("pipe2 O_NONBLOCK\n"
                        "fcntl $0.0 F_SETPIPE_SZ 1048576\n"
                        "fcntl $0.1 F_GETPIPE_SZ 0\n"
                        "write $0.1 2097152 255\n"),
              ElementsAre("0 3,4 -", "1 1048576 -", "2 1048576 -",
                          "3 1048576 -", "end exited"));
}

TEST(Executor, Socketpairs) {
  EXPECT_THAT(
      OutcomeOf("socketpair SOCK_SEQPACKET|SOCK_NONBLOCK\n"
                "write $0.0 4 1\n"
                "write $0.0 4 5\n"
                "read $0.1 3\n"
                "read $0.1 9\n"
                "read $0.1 9\n"
                "socketpair 77\n"),
      ElementsAre("0 3,4 -", "1 4 -", "2 4 -", "3 3 - 010203", "4 4 - 05060708",
                  "5 -1 EAGAIN", "6 -1 EINVAL", "end exited"));
}

TEST(Executor, Fifos) {
  EXPECT_THAT(
      OutcomeOf("fifo O_NONBLOCK\n"
                "read $0 1\n"
                "write $0 1 7\n"
                "read $0 1\n"
                "fcntl $0 F_GETFL 0\n"),
      ElementsAre("0 3 -", "1 -1 EAGAIN", "2 1 -", "3 1 - 07",
                  MatchesRegex("4 [0-9]+ - O_RDWR.O_NONBLOCK"), "end exited"));
}

TEST(Executor, Eventfds) {
  EXPECT_THAT(
      OutcomeOf("eventfd 3 EFD_NONBLOCK|EFD_SEMAPHORE\n"
                "read8 $0 8\n"
                "write8 $0 18446744073709551614\n"
                "write8 $0 18446744073709551612\n"
                "write8 $0 18446744073709551615\n"
                "read8 $0 4\n"
                "eventfd 5 0\n"
                "read8 $6 100\n"),
      ElementsAre("0 3 -", "1 8 - 1", "2 -1 EAGAIN", "3 8 -", "4 -1 EINVAL",
                  "5 -1 EINVAL", "6 4 -", "7 8 - 5", "end exited"));
}

TEST(Executor, DescriptorsAreDuplicated) {
  EXPECT_THAT(
      OutcomeOf("eventfd 0 EFD_CLOEXEC\n"
                "dup $0\n"
                "dup2 $0 10\n"
                "dup2 $0 $0\n"
                "dup3 $0 11 O_CLOEXEC\n"
                "dup3 $0 $0 0\n"
                "fcntl $0 F_DUPFD 20\n"
                "fcntl $0 F_DUPFD_CLOEXEC 20\n"
                "fcntl $1 F_GETFD 0\n"
                "fcntl $7 F_GETFD 0\n"
                "fcntl $1 F_SETFD FD_CLOEXEC\n"
                "fcntl $1 F_GETFD 0\n"
                "close_range 5 $7 0\n"
                "close $7\n"
                "close $1\n"
                "close $1\n"),
      ElementsAre("0 3 -", "1 4 -", "2 10 -", "3 3 -", "4 11 -", "5 -1 EINVAL",
                  "6 20 -", "7 21 -", "8 0 - 0", "9 1 - FD_CLOEXEC", "10 0 -",
                  "11 1 - FD_CLOEXEC", AnyOf("12 0 -", "12 -1 ENOSYS"),
                  AnyOf("13 -1 EBADF", "13 0 -"), "14 0 -", "15 -1 EBADF",
                  "end exited"));
}

TEST(Executor, StatusFlags) {
  EXPECT_THAT(
      OutcomeOf("pipe2 0\n"
                "fcntl $0.1 F_SETFL O_NONBLOCK|O_APPEND\n"
                "fcntl $0.1 F_GETFL 0\n"
                "fcntl $0.0 F_GETFL 0\n"),
      ElementsAre("0 3,4 -", "1 0 -",
                  MatchesRegex("2 [0-9]+ - O_WRONLY.O_NONBLOCK.O_APPEND"),
                  // qemu-user 10.0 tells of O_LARGEFILE, too.
                  MatchesRegex("3 [0-9]+ - O_RDONLY"), "end exited"));
}

TEST(Executor, TheLimitOfDescriptors) {
  EXPECT_THAT(OutcomeOf("setrlimit 5\n"
                        "pipe2 0\n"
                        "eventfd 0 0\n"
                        "close $1.0\n"
                        "eventfd 0 0\n"
                        "read $2 8\n"),
              ElementsAre("0 0 -", "1 3,4 -", "2 -1 EMFILE", "3 0 -", "4 3 -",
                          "5 -1 EBADF", "end exited"));
  EXPECT_THAT(OutcomeOf("eventfd 0 0\ndup2 $0 63\ndup2 $0 64\n"),
              ElementsAre("0 3 -", "1 63 -", "2 -1 EBADF", "end exited"));
}

// Waiting

TEST(Executor, Epoll) {
  EXPECT_THAT(
      OutcomeOf("epoll_create1 EPOLL_CLOEXEC\n"
                "eventfd 1 0\n"
                "epoll_ctl $0 EPOLL_CTL_ADD $1 EPOLLIN 18446744073709551615\n"
                "epoll_ctl $0 EPOLL_CTL_ADD $1 EPOLLIN 1\n"
                "epoll_wait $0 4 0\n"
                "epoll_ctl $0 EPOLL_CTL_MOD $1 EPOLLIN|EPOLLOUT|EPOLLET 8\n"
                "epoll_pwait $0 4 0 null\n"
                "epoll_pwait $0 4 0 SIGUSR1\n"
                "epoll_ctl $0 EPOLL_CTL_DEL $1 0 0\n"
                "epoll_wait $0 4 0\n"
                "epoll_wait $0 0 0\n"
                "epoll_wait $1 1 0\n"),
      ElementsAre("0 3 -", "1 4 -", "2 0 -", "3 -1 EEXIST",
                  "4 1 - EPOLLIN:18446744073709551615", "5 0 -",
                  "6 1 - EPOLLIN|EPOLLOUT:8", "7 0 -", "8 0 -", "9 0 -",
                  "10 -1 EINVAL", "11 -1 EINVAL", "end exited"));
}

TEST(Executor, EpollPrintsEachEvent) {
  // The order is the kernel's own.
  EXPECT_THAT(OutcomeOf("epoll_create1 0\n"
                        "eventfd 1 0\n"
                        "eventfd 0 0\n"
                        "epoll_ctl $0 EPOLL_CTL_ADD $1 EPOLLIN 1\n"
                        "epoll_ctl $0 EPOLL_CTL_ADD $2 EPOLLOUT 2\n"
                        "epoll_wait $0 4 0\n"),
              ElementsAre("0 3 -", "1 4 -", "2 5 -", "3 0 -", "4 0 -",
                          AnyOf("5 2 - EPOLLIN:1 EPOLLOUT:2",
                                "5 2 - EPOLLOUT:2 EPOLLIN:1"),
                          "end exited"));
}

TEST(Executor, EpollPwait2) {
  // Linux has it since 5.11, QEMU's user mode not yet.
  EXPECT_THAT(
      OutcomeOf("epoll_create1 0\n"
                "eventfd 1 0\n"
                "epoll_ctl $0 EPOLL_CTL_ADD $1 EPOLLIN 7\n"
                "epoll_pwait2 $0 4 -1 none\n"),
      ElementsAre("0 3 -", "1 4 -", "2 0 -",
                  AnyOf("3 1 - EPOLLIN:7", "3 -1 ENOSYS"), "end exited"));
}

TEST(Executor, Poll) {
  EXPECT_THAT(
      OutcomeOf("pipe2 0\n"
                "poll $0.0:POLLIN,$0.1:POLLOUT,-1:POLLIN,60:0 -1\n"
                "close $0.1\n"
                "ppoll $0.0:POLLIN -1 null\n"
                "ppoll - 0 none\n"
                "ppoll - -2 none\n"),
      ElementsAre("0 3,4 -", "1 2 - 0 POLLOUT 0 POLLNVAL", "2 0 -",
                  "3 1 - POLLHUP", "4 0 -", "5 -1 EINVAL", "end exited"));
}

TEST(Executor, Select) {
  EXPECT_THAT(OutcomeOf("socketpair SOCK_STREAM\n"
                        "write $0.1 1 0\n"
                        "select $0.0,$0.1 $0.0,$0.1 $0.0 -1\n"
                        "pselect $0.1 - - 1000 none\n"
                        "pselect 60 - - 0 null\n"
                        "select - - - 0\n"),
              ElementsAre("0 3,4 -", "1 1 -",
                          "2 3 - r:3 w:3,4 e:", "3 0 - r: w: e:", "4 -1 EBADF",
                          "5 0 - r: w: e:", "end exited"));
}

TEST(Executor, WaitsAsLongAsItIsTold) {
  const std::vector<int64_t> times = TimesOf(
      "epoll_create1 0\n"
      "epoll_wait $0 1 2\n"
      "poll - 3\n"
      "ppoll - 4000000 null\n"
      "select - - - 5000000\n"
      "pselect - - - 6000000 null\n"
      "nanosleep 7000000\n");
  ASSERT_THAT(times, SizeIs(7));
  for (size_t i = 1; i < times.size(); ++i)
    EXPECT_GE(times[i], static_cast<int64_t>(i + 1) * 1000000) << i;
}

// Timers

TEST(Executor, Timers) {
  EXPECT_THAT(
      OutcomeOf("timerfd_create CLOCK_MONOTONIC TFD_NONBLOCK\n"
                "timerfd_gettime $0\n"
                "timerfd_settime $0 0 1000000000000 5000\n"
                "read8 $0 8\n"
                "timerfd_settime $0 0 0 0\n"
                "timerfd_gettime $0\n"
                "timerfd_settime $0 0 -1 0\n"
                "timerfd_create CLOCK_MONOTONIC 1\n"),
      ElementsAre("0 3 -", "1 0 - 0 0", "2 0 -", "3 -1 EAGAIN", "4 0 -",
                  "5 0 - 0 0", "6 -1 EINVAL", "7 -1 EINVAL", "end exited"));
}

TEST(Executor, TimersExpire) {
  EXPECT_THAT(OutcomeOf("timerfd_create CLOCK_MONOTONIC 0\n"
                        "timerfd_settime $0 0 1000 0\n"
                        "read8 $0 8\n"
                        "timerfd_settime $0 TFD_TIMER_ABSTIME 1000000 0\n"
                        "read8 $0 8\n"
                        "timerfd_create CLOCK_REALTIME 0\n"
                        "dup $5\n"
                        "timerfd_settime $6 TFD_TIMER_ABSTIME 1000000 0\n"
                        "read8 $6 8\n"),
              ElementsAre("0 3 -", "1 0 -", "2 8 - 1", "3 0 -", "4 8 - 1",
                          "5 4 -", "6 5 -", "7 0 -", "8 8 - 1", "end exited"));
}

TEST(Executor, TimersTellWhatIsLeft) {
  const std::vector<std::string> lines = OutcomeOf(
      "timerfd_create CLOCK_MONOTONIC 0\n"
      "timerfd_settime $0 TFD_TIMER_ABSTIME 1000000000000 7000000\n"
      "timerfd_gettime $0\n");
  ASSERT_THAT(lines, SizeIs(4));
  int64_t left = 0;
  int64_t interval = 0;
  std::istringstream stream(lines[2].substr(strlen("2 0 - ")));
  stream >> left >> interval;
  EXPECT_GT(left, 900000000000);
  EXPECT_LE(left, 1000000000000);
  EXPECT_EQ(interval, 7000000);
}

// Signals

TEST(Executor, SignalsHaveTheirDefaultActions) {
  EXPECT_THAT(OutcomeOf("kill 0\nkill SIGURG\nkill SIGUSR1\nkill SIGUSR2\n"),
              ElementsAre("0 0 -", "1 0 -", "end killed SIGUSR1"));
  EXPECT_THAT(OutcomeOf("kill SIGRTMIN+2\n"),
              ElementsAre("end killed SIGRTMIN+2"));
}

TEST(Executor, SigpipeKills) {
  EXPECT_THAT(OutcomeOf("pipe2 0\nclose $0.0\nwrite $0.1 1 0\nclose $0.1\n"),
              ElementsAre("0 3,4 -", "1 0 -", "end killed SIGPIPE"));
  EXPECT_THAT(
      OutcomeOf("pipe2 0\n"
                "close $0.0\n"
                "sigaction SIGPIPE IGN 0\n"
                "write $0.1 1 0\n"),
      ElementsAre("0 3,4 -", "1 0 -", "2 0 -", "3 -1 EPIPE", "end exited"));
}

TEST(Executor, HandlersAreNoted) {
  EXPECT_THAT(
      OutcomeOf("sigaction SIGUSR1 HANDLER 0\n"
                "sigaction SIGUSR2 HANDLER SA_RESETHAND|SA_SIGINFO\n"
                "kill SIGUSR1\n"
                "sigprocmask SIG_BLOCK SIGUSR1,SIGUSR2\n"
                "kill SIGUSR1\n"
                "kill SIGUSR2\n"
                "sigpending\n"
                "sigprocmask SIG_UNBLOCK SIGUSR1\n"
                "sigprocmask SIG_SETMASK none\n"
                "kill SIGUSR2\n"),
      ElementsAre("0 0 -", "1 0 -", "2 0 - handled:SIGUSR1", "3 0 - none",
                  "4 0 -", "5 0 -", "6 0 - SIGUSR1,SIGUSR2",
                  "7 0 - SIGUSR1,SIGUSR2 handled:SIGUSR1",
                  "8 0 - SIGUSR2 handled:SIGUSR2", "end killed SIGUSR2"));
  EXPECT_THAT(OutcomeOf("sigaction SIGKILL HANDLER 0\n"
                        "sigprocmask 77 SIGUSR1\n"),
              ElementsAre("0 -1 EINVAL", "1 -1 EINVAL", "end exited"));
}

TEST(Executor, SignalsAreWaitedFor) {
  EXPECT_THAT(
      OutcomeOf("sigprocmask SIG_BLOCK SIGUSR1,SIGRTMIN\n"
                "sigtimedwait SIGUSR1 0\n"
                "sigqueue SIGRTMIN -5\n"
                "sigqueue SIGRTMIN 6\n"
                "kill SIGUSR1\n"
                "tgkill 0 SIGUSR1\n"
                "sigtimedwait SIGRTMIN -1\n"
                "sigtimedwait SIGRTMIN 1000000\n"
                "sigtimedwait SIGUSR1 1000000\n"
                "sigtimedwait SIGUSR1 1000000\n"
                "sigtimedwait SIGUSR1,SIGRTMIN 1000\n"),
      ElementsAre(
          "0 0 - none", "1 -1 EAGAIN", "2 0 -", "3 0 -", "4 0 -", "5 0 -",
          MatchesRegex("6 [0-9]+ - SIGRTMIN:SI_QUEUE:-5:"
                       "self:self:0:0"),
          MatchesRegex("7 [0-9]+ - SIGRTMIN:SI_QUEUE:6:self:self:0:0"),
          // signal(7): which of a thread's and a process's pending ones
          // comes first is not said.
          MatchesRegex("8 [0-9]+ - SIGUSR1:SI_(USER|TKILL):0:self:self:0:0"),
          MatchesRegex("9 [0-9]+ - SIGUSR1:SI_(USER|TKILL):0:self:self:0:0"),
          "10 -1 EAGAIN", "end exited"));
}

TEST(Executor, SignalsAreReadFromADescriptor) {
  // QEMU's user mode loses the value where it is the upper half of a pointer.
  const std::string value =
      getenv("PLUMBLINE_EMULATOR") != nullptr ? "[09]" : "9";
  EXPECT_THAT(OutcomeOf("sigprocmask SIG_BLOCK SIGUSR1,SIGUSR2,SIGRTMIN+1\n"
                        "signalfd -1 SIGUSR1,SIGRTMIN+1 SFD_NONBLOCK\n"
                        "sigqueue SIGRTMIN+1 9\n"
                        "kill SIGUSR1\n"
                        "kill SIGUSR2\n"
                        "read_siginfo $1 1\n"
                        "read_siginfo $1 4\n"
                        "read_siginfo $1 4\n"
                        "signalfd $1 SIGUSR2 0\n"
                        "read_siginfo $8 2\n"
                        "read_siginfo $1 0\n"),
              ElementsAre("0 0 - none", "1 3 -", "2 0 -", "3 0 -", "4 0 -",
                          "5 128 - SIGUSR1:SI_USER:0:self:self:0:0",
                          MatchesRegex("6 128 - SIGRTMIN.1:SI_QUEUE:" + value +
                                       ":self:self:0:0"),
                          "7 -1 EAGAIN", "8 3 -",
                          "9 128 - SIGUSR2:SI_USER:0:self:self:0:0",
                          "10 -1 EINVAL", "end exited"));
}

TEST(Executor, SignalsInterrupt) {
  // Pending, so that the call that unblocks it is interrupted at once.
  const std::string pending =
      "sigaction SIGUSR1 HANDLER SA_RESTART\n"
      "sigprocmask SIG_BLOCK SIGUSR1\n"
      "kill SIGUSR1\n";
  EXPECT_THAT(
      OutcomeOf(pending + "sigsuspend none\nsigpending\n"),
      ElementsAre("0 0 -", "1 0 - none", "2 0 -", "3 -1 EINTR handled:SIGUSR1",
                  "4 0 - none", "end exited"));
  EXPECT_THAT(OutcomeOf(pending + "ppoll - -1 none\n"),
              ElementsAre("0 0 -", "1 0 - none", "2 0 -",
                          "3 -1 EINTR handled:SIGUSR1", "end exited"));
  EXPECT_THAT(OutcomeOf(pending + "pselect - - - -1 none\n"),
              ElementsAre("0 0 -", "1 0 - none", "2 0 -",
                          "3 -1 EINTR handled:SIGUSR1", "end exited"));
  EXPECT_THAT(
      OutcomeOf(pending + "epoll_create1 0\nepoll_pwait $3 1 -1 none\n"),
      ElementsAre("0 0 -", "1 0 - none", "2 0 -", "3 3 -",
                  "4 -1 EINTR handled:SIGUSR1", "end exited"));
}

// Threads

TEST(Threads, AStepThatDoesNotWaitIsDoneAtOnce) {
  EXPECT_THAT(
      OutcomeOf("@1 pipe2 0\n"
                "@1 write $0.1 2 7\n"
                "@2 read $0.0 5\n"
                "eventfd 0 0\n"),
      ElementsAre("0 3,4 -", "1 2 -", "2 2 - 0708", "3 5 -", "end exited"));
}

TEST(Threads, AWriteWakesAReader) {
  EXPECT_THAT(
      OutcomeOf("pipe2 0\n"
                "@1 read $0.0 8\n"
                "eventfd 0 0\n"
                "write $0.1 3 1\n"
                "join 1\n"
                "@1 read $0.0 8\n"
                "close $0.1\n"),
      ElementsAre("0 3,4 -", "1 sleeps -", "2 5 -", "3 3 -", "1 3 - 010203",
                  "4 0 -", "5 sleeps -", "6 0 -", "5 0 -", "end exited"));
}

TEST(Threads, AnEventfdWakesEpollWait) {
  EXPECT_THAT(OutcomeOf("eventfd 0 0\n"
                        "epoll_create1 0\n"
                        "epoll_ctl $1 EPOLL_CTL_ADD $0 EPOLLIN|EPOLLET 42\n"
                        "@1 epoll_wait $1 8 -1\n"
                        "@1 pause\n"
                        "write8 $0 1\n"
                        "join 1\n"),
              ElementsAre("0 3 -", "1 4 -", "2 0 -", "3 sleeps -", "4 busy -",
                          "5 8 -", "3 1 - EPOLLIN:42", "6 0 -", "end exited"));
}

TEST(Threads, OneOfTwoReadersGetsTheBytes) {
  EXPECT_THAT(
      OutcomeOf("pipe2 0\n"
                "@1 read $0.0 1\n"
                "@2 read $0.0 1\n"
                "write $0.1 1 8\n"
                "write $0.1 1 9\n"),
      AnyOf(ElementsAre("0 3,4 -", "1 sleeps -", "2 sleeps -", "3 1 -",
                        "1 1 - 08", "4 1 -", "2 1 - 09", "end exited"),
            ElementsAre("0 3,4 -", "1 sleeps -", "2 sleeps -", "3 1 -",
                        "2 1 - 08", "4 1 -", "1 1 - 09", "end exited")));
}

TEST(Threads, BothWaitersOfPollAreWoken) {
  EXPECT_THAT(OutcomeOf("eventfd 0 0\n"
                        "@1 poll $0:POLLIN -1\n"
                        "@2 ppoll $0:POLLIN -1 null\n"
                        "@3 select $0 - - -1\n"
                        "write8 $0 1\n"),
              ElementsAre("0 3 -", "1 sleeps -", "2 sleeps -", "3 sleeps -",
                          "4 8 -", "1 1 - POLLIN", "2 1 - POLLIN",
                          "3 1 - r:3 w: e:", "end exited"));
}

TEST(Threads, AThreadWakesAnother) {
  EXPECT_THAT(OutcomeOf("eventfd 0 0\n"
                        "@1 read8 $0 8\n"
                        "@2 write8 $0 5\n"
                        "join 1\n"
                        "join 2\n"
                        "join 3\n"),
              ElementsAre("0 3 -", "1 sleeps -", "1 8 - 5", "2 8 -", "3 0 -",
                          "4 0 -", "5 0 -", "end exited"));
}

TEST(Threads, JoinWaitsForTheEnd) {
  const std::vector<std::string> lines =
      OutcomeOf("@1 nanosleep 300000000\njoin 1\n");
  EXPECT_THAT(lines, ElementsAre("0 sleeps -", "1 0 -", "0 0 -", "end exited"));
}

TEST(Threads, TheMainThreadMayWaitToo) {
  EXPECT_THAT(OutcomeOf("pipe2 0\n"
                        "timerfd_create CLOCK_MONOTONIC 0\n"
                        "timerfd_settime $1 0 300000000 0\n"
                        "@1 read8 $1 8\n"
                        "read8 $1 0\n"
                        "nanosleep 600000000\n"),
              ElementsAre("0 3,4 -", "1 5 -", "2 0 -", "3 sleeps -",
                          "4 -1 EINVAL", "5 0 -", "3 8 - 1", "end exited"));
}

TEST(Threads, AHandlerInterruptsOrRestarts) {
  EXPECT_THAT(
      OutcomeOf("pipe2 0\n"
                "sigaction SIGUSR1 HANDLER SA_RESTART\n"
                "sigaction SIGUSR2 HANDLER 0\n"
                "@1 read $0.0 4\n"
                "tgkill 1 SIGUSR1\n"
                "tgkill 1 SIGUSR1\n"
                "tgkill 1 SIGUSR2\n"),
      ElementsAre("0 3,4 -", "1 0 -", "2 0 -", "3 sleeps -", "4 0 -", "5 0 -",
                  "6 0 -", "3 -1 EINTR handled:SIGUSR1,SIGUSR1,SIGUSR2",
                  "end exited"));
  EXPECT_THAT(OutcomeOf("pipe2 0\n"
                        "sigaction SIGUSR1 HANDLER SA_RESTART\n"
                        "@1 read $0.0 4\n"
                        "tgkill 1 SIGUSR1\n"
                        "write $0.1 1 3\n"),
              ElementsAre("0 3,4 -", "1 0 -", "2 sleeps -", "3 0 -", "4 1 -",
                          "2 1 - 03 handled:SIGUSR1", "end exited"));
  // signal(7): never restarted.
  EXPECT_THAT(OutcomeOf("epoll_create1 0\n"
                        "sigaction SIGUSR1 HANDLER SA_RESTART\n"
                        "@1 epoll_wait $0 1 -1\n"
                        "tgkill 1 SIGUSR1\n"),
              ElementsAre("0 3 -", "1 0 -", "2 sleeps -", "3 0 -",
                          "2 -1 EINTR handled:SIGUSR1", "end exited"));
}

TEST(Threads, TheyInheritTheMask) {
  EXPECT_THAT(OutcomeOf("sigprocmask SIG_BLOCK SIGUSR1\n"
                        "@1 sigprocmask SIG_BLOCK SIGUSR2\n"
                        "sigprocmask SIG_SETMASK none\n"
                        "@1 sigprocmask SIG_SETMASK none\n"
                        "@2 sigprocmask SIG_SETMASK none\n"),
              ElementsAre("0 0 - none", "1 0 - SIGUSR1", "2 0 - SIGUSR1",
                          "3 0 - SIGUSR1,SIGUSR2", "4 0 - none", "end exited"));
}

TEST(Threads, ASignalOfTheProcessGoesToTheThreadThatTakesIt) {
  EXPECT_THAT(OutcomeOf("sigaction SIGUSR1 HANDLER 0\n"
                        "@1 pause\n"
                        "sigprocmask SIG_BLOCK SIGUSR1\n"
                        "kill SIGUSR1\n"),
              ElementsAre("0 0 -", "1 sleeps -", "2 0 - none", "3 0 -",
                          "1 -1 EINTR handled:SIGUSR1", "end exited"));
  // The main one is preferred.
  EXPECT_THAT(OutcomeOf("sigaction SIGUSR1 HANDLER 0\n"
                        "@1 pause\n"
                        "kill SIGUSR1\n"),
              ElementsAre("0 0 -", "1 sleeps -", "2 0 - handled:SIGUSR1",
                          "end exited"));
}

TEST(Threads, SignalsWaitForTheNextStep) {
  EXPECT_THAT(OutcomeOf("sigaction SIGUSR1 HANDLER 0\n"
                        "@1 eventfd 0 0\n"
                        "tgkill 1 SIGUSR1\n"
                        "@1 eventfd 0 0\n"),
              ElementsAre("0 0 -", "1 3 -", "2 0 -", "3 4 - handled:SIGUSR1",
                          "end exited"));
}

TEST(Threads, SigtimedwaitIsWoken) {
  // The kernel says SI_TKILL, of which glibc makes SI_USER.
  EXPECT_THAT(
      OutcomeOf("sigprocmask SIG_BLOCK SIGUSR1\n"
                "@1 sigtimedwait SIGUSR1 -1\n"
                "tgkill 1 SIGUSR1\n"),
      ElementsAre("0 0 - none", "1 sleeps -", "2 0 -",
                  MatchesRegex("1 [0-9]+ - "
                               "SIGUSR1:SI_(TKILL|USER):0:self:self:0:0"),
                  "end exited"));
}

TEST(Threads, AThreadThatNoStepNamesIsNone) {
  EXPECT_THAT(OutcomeOf("tgkill 2 SIGUSR1\n"),
              ElementsAre("0 -1 EINVAL", "end exited"));
}

TEST(Threads, TheirWatcherNeedsNoDescriptor) {
  EXPECT_THAT(OutcomeOf("pipe2 0\n"
                        "setrlimit 4\n"
                        "@1 read $0.0 1\n"
                        "close_range 5 4294967295 0\n"
                        "eventfd 0 0\n"
                        "write $0.1 1 1\n"),
              ElementsAre("0 3,4 -", "1 0 -", "2 sleeps -",
                          AnyOf("3 0 -", "3 -1 ENOSYS"), "4 -1 EMFILE", "5 1 -",
                          "2 1 - 01", "end exited"));
}

// One that a failed step would have made is -1, and so the last of all.
TEST(Threads, AreSeenAfterEveryDescriptorWasClosed) {
  for (const std::string_view last : {"$1", "4294967295", "-1"}) {
    EXPECT_THAT(OutcomeOf("setrlimit 4\npipe2 0\nepoll_create1 0\n"
                          "close_range 3 " +
                          std::string(last) + " 0\n@1 pause\n"),
                ElementsAre("0 0 -", "1 -1 EMFILE", "2 3 -", "3 0 -",
                            "4 sleeps -", "end exited"))
        << last;
  }
}

TEST(Threads, SigpipeOfAThreadKillsAll) {
  EXPECT_THAT(OutcomeOf("pipe2 0\nclose $0.0\n@1 write $0.1 1 0\npause\n"),
              ElementsAre("0 3,4 -", "1 0 -", "end killed SIGPIPE"));
}

TEST(Threads, WhatStillSleepsEndsWithTheProgram) {
  EXPECT_THAT(
      OutcomeOf("@1 pause\n@2 pause\n@3 pause\n"),
      ElementsAre("0 sleeps -", "1 sleeps -", "2 sleeps -", "end exited"));
}

// The watchdog

Options ShortWatchdog() {
  Options options = DefaultOptions();
  options.watchdog_ms = getenv("PLUMBLINE_EMULATOR") != nullptr ? 2000 : 500;
  return options;
}

TEST(Watchdog, EndsAProgramThatHangs) {
  EXPECT_THAT(OutcomeOf("pipe2 0\nread $0.0 1\nclose $0.0\n", ShortWatchdog()),
              ElementsAre("0 3,4 -", "end hung"));
}

TEST(Watchdog, ReportsThreadsThatEnded) {
  EXPECT_THAT(
      OutcomeOf("@1 nanosleep 300000000\n@2 pause\npause\n", ShortWatchdog()),
      ElementsAre("0 sleeps -", "1 sleeps -", "0 0 -", "end hung"));
}

TEST(Watchdog, WaitsForATime) {
  EXPECT_THAT(OutcomeOf("epoll_create1 0\nepoll_wait $0 1 300\nnanosleep 0\n",
                        ShortWatchdog()),
              ElementsAre("0 3 -", "1 0 -", "2 0 -", "end exited"));
  EXPECT_THAT(OutcomeOf("timerfd_create CLOCK_MONOTONIC 0\n"
                        "timerfd_settime $0 0 300000000 0\nread8 $0 8\n",
                        ShortWatchdog()),
              ElementsAre("0 3 -", "1 0 -", "2 8 - 1", "end exited"));
}

TEST(Watchdog, SoonEndsWhatWaitsForNoTime) {
  Options options = DefaultOptions();
  options.watchdog_ms = 20000;
  const auto before = std::chrono::steady_clock::now();
  EXPECT_THAT(OutcomeOf("fork 1\n@1 pause\npause\n", options),
              ElementsAre("0 0 -", "1 sleeps -", "end hung"));
  EXPECT_LT(std::chrono::steady_clock::now() - before,
            std::chrono::seconds(10));
}

TEST(Watchdog, EndsAJoinAndAStop) {
  EXPECT_THAT(OutcomeOf("@1 pause\njoin 1\n", ShortWatchdog()),
              ElementsAre("0 sleeps -", "end hung"));
  EXPECT_THAT(OutcomeOf("kill SIGSTOP\n", ShortWatchdog()),
              ElementsAre("end hung"));
}

// Programs

// Each line of outcomes, steps by their results only.
std::vector<std::string> Shortened(const std::string& outcomes) {
  std::vector<std::string> lines;
  for (const std::string& line : Lines(outcomes)) {
    if (line[0] >= '0' && line[0] <= '9') {
      lines.push_back(Parse(line).result);
    } else {
      lines.push_back(line);
    }
  }
  return lines;
}

TEST(Programs, EachIsForItself) {
  EXPECT_THAT(Shortened(RawOutcomesOf("program 1\n"
                                      "sigprocmask SIG_BLOCK SIGUSR1\n"
                                      "eventfd 0 0\n"
                                      "setrlimit 3\n"
                                      "end\n"
                                      "program 2\n"
                                      "eventfd 0 0\n"
                                      "kill SIGUSR1\n"
                                      "end\n",
                                      DefaultOptions())),
              ElementsAre("outcome 1", "0", "3", "0", "end exited", "outcome 2",
                          "3", "end killed SIGUSR1"));
}

// What programs leave behind, one of each kind.
constexpr std::string_view kLeavesMuch[] = {
    "pipe2 0\nsetrlimit 1000\nfcntl $0.0 F_DUPFD 950\n",
    "setrlimit 4\npipe2 0\n",
    "sigprocmask SIG_BLOCK SIGUSR1,SIGRTMIN\nkill SIGUSR1\n"
    "sigqueue SIGRTMIN 1\nsigqueue SIGRTMIN 2\n",
    "sigaction SIGUSR1 IGN 0\nsigaction SIGUSR2 HANDLER SA_RESTART\n"
    "sigaction SIGPIPE HANDLER 0\n",
    "close 0\nclose 1\n",
    "dup2 0 2\nfcntl 2 F_SETFD FD_CLOEXEC\n",
    "close_range 3 4294967295 0\n",
    "close_range 0 4294967295 0\n",
    "timerfd_create CLOCK_MONOTONIC 0\ntimerfd_settime $0 0 1000 1000\n",
    "sigprocmask SIG_BLOCK SIGUSR1\n@1 pause\n@2 nanosleep 10000000000\n"
    "tgkill 1 SIGUSR1\ntgkill 2 SIGUSR1\ntgkill 0 SIGUSR1\n",
    "pipe2 0\nclose $0.0\nsigprocmask SIG_BLOCK SIGPIPE\n@1 write $0.1 1 0\n",
    "eventfd 0 0\n@1 read8 $0 8\n@2 poll $0:POLLIN -1\n@3 pause\n",
    "epoll_create1 0\neventfd 0 0\nepoll_ctl $0 EPOLL_CTL_ADD $1 EPOLLIN 1\n"
    "sigprocmask SIG_BLOCK SIGUSR1\n@1 epoll_pwait $0 1 -1 SIGUSR2\n"
    "kill SIGUSR2\n",
    "sigprocmask SIG_BLOCK SIGUSR1\n@1 epoll_pwait2 7 1 -1 none\n"
    "@2 sigtimedwait SIGUSR2,SIGRTMAX -1\n@3 sigsuspend SIGUSR1\n",
    "close_range 3 4294967295 0\n@1 pause\n",
    "setrlimit 4\npipe2 0\nclose_range 3 $1 0\n@1 pause\n",
    "kill SIGTERM\n",
    "kill SIGSTOP\n",
};

// Whatever ran before it in its process, it finds the same.
constexpr std::string_view kFinds =
    "sigprocmask SIG_BLOCK none\nsigpending\npipe2 0\ndup 0\ndup $2.1\n"
    "fcntl 0 F_GETFD 0\nfcntl 2 F_GETFD 0\nfcntl 5 F_GETFL 0\n"
    "fcntl $2.0 F_DUPFD 63\nfcntl $2.0 F_DUPFD 64\nsetrlimit 1024\n"
    "fcntl $2.0 F_DUPFD 900\nfcntl $2.0 F_DUPFD 950\npoll 60:POLLIN 0\n"
    "read $2.0 0\ntgkill 1 SIGUSR1\ntgkill 2 SIGUSR1\n"
    "sigaction SIGUSR2 HANDLER 0\nkill SIGUSR2\nsigtimedwait SIGUSR1 0\n";
constexpr std::string_view kFindsInThreads =
    "@1 sigprocmask SIG_BLOCK none\n@1 sigpending\n@2 eventfd 0 0\n"
    "@2 sigtimedwait SIGUSR1,SIGPIPE 0\n@1 read8 $2 8\nwrite8 $2 5\n"
    "tgkill 3 SIGUSR1\n";
constexpr std::string_view kEnds = "kill SIGUSR1\nkill SIGUSR2\n";

// The outcome of program 2, without times.
std::vector<std::string> SecondOutcomeOf(const std::string& input,
                                         const Options& options) {
  std::vector<std::string> found;
  bool wanted = false;
  for (const std::string& text : Lines(RawOutcomesOf(input, options))) {
    // What is not run leaves nothing.
    EXPECT_FALSE(text.starts_with("error ")) << text;
    if (text.starts_with("outcome ")) {
      wanted = text == "outcome 2";
    } else if (wanted && text.starts_with("end ")) {
      found.push_back(text);
    } else if (wanted) {
      const Line line = Parse(text);
      found.push_back(line.step + " " + line.result + " " + line.error +
                      line.printed);
    }
  }
  return found;
}

TEST(Programs, FindNothingOfOthers) {
  Options options = DefaultOptions();
  // For the one that stops itself.
  options.watchdog_ms = getenv("PLUMBLINE_EMULATOR") != nullptr ? 2000 : 500;
  for (const std::string_view finds : {kFinds, kFindsInThreads, kEnds}) {
    const std::string second = "program 2\n" + std::string(finds) + "end\n";
    options.programs_per_child = 1;
    const std::vector<std::string> alone = SecondOutcomeOf(second, options);
    ASSERT_THAT(alone, Not(IsEmpty()));
    options.programs_per_child = 1000;
    for (const std::string_view leaves : kLeavesMuch) {
      // The process has second threads already, or has none.
      for (const std::string_view first : {"", "@1 nanosleep 1\n"}) {
        const std::string input = "program 0\n" + std::string(first) +
                                  "end\nprogram 1\n" + std::string(leaves) +
                                  "end\n" + second;
        EXPECT_EQ(SecondOutcomeOf(input, options), alone) << input;
      }
    }
  }
}

TEST(Programs, ErrorsAreInTheirPlace) {
  Options options = DefaultOptions();
  options.programs_at_once = 3;
  const std::vector<std::string> lines =
      Lines(RawOutcomesOf("program 1\n"
                          "nanosleep 20000000\n"
                          "end\n"
                          "program 2\n"
                          "nanosleeep 1\n"
                          "end\n"
                          "program 3\n"
                          "end\n"
                          "program 4\n",
                          options));
  ASSERT_THAT(lines, SizeIs(7));
  EXPECT_EQ(lines[0], "outcome 1");
  EXPECT_THAT(lines[3], StartsWith("error 5 there is no step `nanosleeep`"));
  EXPECT_EQ(lines[4], "outcome 3");
  EXPECT_THAT(lines[6], StartsWith("error 9 the input ends in program 4"));
}

TEST(Programs, ManyAtOnceKeepTheirOrder) {
  Options options = DefaultOptions();
  options.programs_at_once = 16;
  constexpr int kPrograms = 200;
  std::string input;
  std::vector<std::string> expected;
  for (int i = 0; i < kPrograms; ++i) {
    const std::string number = std::to_string(i);
    // The earlier ones of each ten wait longer.
    input += "program " + number + "\nnanosleep " +
             std::to_string((10 - i % 10) * 1000000) + "\neventfd 1" + number +
             " 0\n@1 read8 $1 8\nend\n";
    expected.insert(expected.end(),
                    {"outcome " + number, "0", "3", "8", "end exited"});
  }
  EXPECT_EQ(Shortened(RawOutcomesOf(input, options)), expected);
}

TEST(Programs, ManyHangAtOnce) {
  Options options = ShortWatchdog();
  options.programs_at_once = 8;
  std::string input;
  std::vector<std::string> expected;
  for (int i = 0; i < 16; ++i) {
    const std::string number = std::to_string(i);
    input += "program " + number + (i % 2 == 0 ? "\npause\nend\n" : "\nend\n");
    expected.push_back("outcome " + number);
    expected.push_back(i % 2 == 0 ? "end hung" : "end exited");
  }
  EXPECT_EQ(Shortened(RawOutcomesOf(input, options)), expected);
}

TEST(Processes, ShareDescriptions) {
  EXPECT_THAT(OutcomeOf("pipe2 O_NONBLOCK\n"
                        "fork 1\n"
                        "@1 write $0.1 2 7\n"
                        "read $0.0 8\n"
                        "@1 fcntl $0.0 F_SETFL 0\n"
                        "fcntl $0.0 F_GETFL 0\n"),
              ElementsAre("0 3,4 -", "1 0 -", "2 2 -", "3 2 - 0708", "4 0 -",
                          MatchesRegex("5 [0-9]+ - O_RDONLY"), "end exited"));
}

TEST(Processes, HaveDescriptorsOfTheirOwn) {
  EXPECT_THAT(
      OutcomeOf("eventfd 1 EFD_NONBLOCK\n"
                "fork 1\n"
                "@1 close $0\n"
                "@1 read8 $0 8\n"
                "read8 $0 8\n"
                "@1 dup 0\n"
                "@1 fcntl $5 F_GETFD 0\n"
                "close $5\n"
                "@1 fcntl $5 F_GETFD 0\n"),
      ElementsAre("0 3 -", "1 0 -", "2 0 -", "3 -1 EBADF", "4 8 - 1", "5 3 -",
                  "6 0 - 0", "7 0 -", "8 0 - 0", "end exited"));
}

TEST(Processes, SleepAndAreWoken) {
  EXPECT_THAT(OutcomeOf("pipe2 0\n"
                        "fork 2\n"
                        "@2 close $0.1\n"
                        "@2 read $0.0 8\n"
                        "@2 sigpending\n"
                        "close $0.1\n"
                        "join 2\n"),
              ElementsAre("0 3,4 -", "1 0 -", "2 0 -", "3 sleeps -", "4 busy -",
                          "5 0 -", "3 0 -", "6 0 -", "end exited"));
}

TEST(Processes, HaveTheMaskAndNoSignals) {
  EXPECT_THAT(OutcomeOf("sigprocmask SIG_BLOCK SIGUSR1\n"
                        "kill SIGUSR1\n"
                        "fork 1\n"
                        "@1 sigpending\n"
                        "@1 kill SIGUSR1\n"
                        "@1 sigprocmask SIG_BLOCK SIGUSR2\n"
                        "@1 sigpending\n"
                        "sigprocmask SIG_BLOCK none\n"),
              ElementsAre("0 0 - none", "1 0 -", "2 0 -", "3 0 - none", "4 0 -",
                          "5 0 - SIGUSR1", "6 0 - SIGUSR1", "7 0 - SIGUSR1",
                          "end exited"));
}

TEST(Processes, AreNotJoinedBeforeTheyAreForked) {
  EXPECT_THAT(OutcomeOf("join 1\n"
                        "fork 1\n"
                        "@1 eventfd 0 0\n"
                        "join 1\n"),
              ElementsAre("0 0 -", "1 0 -", "2 3 -", "3 0 -", "end exited"));
}

TEST(Processes, EndAsTheyAreToldTo) {
  EXPECT_THAT(
      OutcomeOf("sigprocmask SIG_BLOCK SIGCHLD\n"
                "signalfd -1 SIGCHLD SFD_NONBLOCK\n"
                "fork 1\n"
                "@1 _exit 3\n"
                "read_siginfo $1 1\n"
                "@1 dup 0\n"
                "join 1\n"
                "fork 2\n"
                "@2 kill SIGTERM\n"
                "sigtimedwait SIGCHLD 0\n"),
      ElementsAre("0 0 - none", "1 3 -", "2 0 -", "3 gone - exited:3",
                  "4 128 - SIGCHLD:CLD_EXITED:3:other:self:0:0", "5 gone -",
                  "6 0 -", "7 0 -", "8 gone - killed:SIGTERM",
                  MatchesRegex("9 [0-9]+ - SIGCHLD:CLD_KILLED:SIGTERM:"
                               "other:self:0:0"),
                  "end exited"));
}

// wait(2): a process that ignores SIGCHLD is told nothing of its children.
TEST(Processes, EndUnnoticed) {
  EXPECT_THAT(OutcomeOf("pipe2 0\n"
                        "sigaction SIGCHLD IGN 0\n"
                        "fork 1\n"
                        "close $0.1\n"
                        "@1 _exit 0\n"
                        "read $0.0 1\n"),
              ElementsAre("0 3,4 -", "1 0 -", "2 0 -", "3 0 -", "4 gone -",
                          "5 0 -", "end exited"));
}

// Also one with all descriptors taken, and one that comes to those of the
// watcher.
TEST(Processes, AreSeenBesideManyDescriptors) {
  EXPECT_THAT(OutcomeOf("setrlimit 4\n"
                        "dup 0\n"
                        "dup 0\n"
                        "fork 1\n"
                        "@1 pause\n"
                        "dup 0\n"),
              ElementsAre("0 0 -", "1 3 -", "2 -1 EMFILE", "3 0 -",
                          "4 sleeps -", "5 -1 EMFILE", "end exited"));
  EXPECT_THAT(OutcomeOf("close_range 3 4294967295 0\n"
                        "fork 1\n"
                        "@1 pause\n"
                        "@2 pause\n"
                        "close_range 3 4294967295 0\n"),
              ElementsAre("0 0 -", "1 0 -", "2 sleeps -", "3 sleeps -", "4 0 -",
                          "end exited"));
}

TEST(Processes, TellOfTheirOwnHandlersOnly) {
  EXPECT_THAT(OutcomeOf("sigaction SIGCHLD HANDLER 0\n"
                        "fork 1\n"
                        "@1 _exit 0\n"
                        "fork 2\n"
                        "@2 sigpending\n"),
              ElementsAre("0 0 -", "1 0 -", "2 gone - exited:0",
                          "3 0 - handled:SIGCHLD", "4 0 - none", "end exited"));
}

// What one program forked is not there in the next, nor is its SIGCHLD.
TEST(Processes, AreOfOneProgram) {
  std::string input;
  std::vector<std::string> expected;
  for (int i = 0; i < 6; ++i) {
    const std::string number = std::to_string(i);
    const bool forks = i % 2 == 0;
    input += "program " + number + "\nsigpending\n" +
             (forks ? "fork 1\n" : "eventfd 0 0\n") +
             (forks ? "@1 pause\n" : "@1 read8 $1 8\n") + "end\n";
    expected.insert(
        expected.end(),
        {"outcome " + number, "0", forks ? "0" : "3", "sleeps", "end exited"});
  }
  EXPECT_EQ(Shortened(RawOutcomesOf(input, DefaultOptions())), expected);
}

// Nor is the step that it was in when its program was killed.
TEST(Processes, AreForgottenWithTheirProgram) {
  const std::string forks = "fork 1\n@1 pause\n";
  EXPECT_EQ(Shortened(RawOutcomesOf("program 1\n" + forks +
                                        "kill SIGTERM\nend\nprogram 2\n" +
                                        forks + "end\n",
                                    DefaultOptions())),
            (std::vector<std::string>{"outcome 1", "0", "sleeps",
                                      "end killed SIGTERM", "outcome 2", "0",
                                      "sleeps", "end exited"}));
}

TEST(Programs, TheLongestOutcomeFits) {
  std::string steps = "eventfd 1 0\nepoll_create1 0\n";
  for (int i = 2; i < 52; ++i) steps += "dup $0\n";
  std::string events;
  for (int i = 2; i < 52; ++i) {
    steps += "epoll_ctl $1 EPOLL_CTL_ADD $" + std::to_string(i) +
             " EPOLLIN|EPOLLOUT 1844674407370955161\n";
    events += " EPOLLIN|EPOLLOUT:1844674407370955161";
  }
  for (int i = 102; i < 256; ++i) steps += "epoll_wait $1 1000 0\n";
  const std::vector<std::string> lines = OutcomeOf(steps);
  ASSERT_THAT(lines, SizeIs(257));
  EXPECT_EQ(lines[255], "255 50 -" + events);
}

}  // namespace
}  // namespace plumbline::executor
