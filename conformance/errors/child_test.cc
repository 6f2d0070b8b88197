#include "conformance/errors/child.h"

#include <errno.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <string_view>

#include "conformance/errors/helpers.h"

PROVOKE(f, EBADF, plain) {
  const int fd = ClosedDescriptor();
  CALL(close(fd));
}

PROVOKE(f, EBADF, leaks) {
  CALL([] {
    MUST(open("/dev/null", O_RDONLY));
    return close(-1);
  }());
}

PROVOKE(f, EBADF, moves_an_offset) {
  const int fd = MUST(open("/proc/self/exe", O_RDONLY));
  CALL([&] {
    MUST(lseek(fd, 10, SEEK_SET));
    return close(-1);
  }());
}

PROVOKE(f, EBADF, changes_a_flag) {
  const int fd = MUST(open("/dev/null", O_RDONLY));
  CALL([&] {
    MUST(fcntl(fd, F_SETFL, O_NONBLOCK));
    return close(-1);
  }());
}

PROVOKE(f, EBADF, adds_a_watch) {
  const int epfd = MUST(epoll_create1(0));
  int ends[2];
  MUST(pipe(ends));
  CALL([&] {
    epoll_event event = {};
    MUST(epoll_ctl(epfd, EPOLL_CTL_ADD, ends[0], &event));
    return close(-1);
  }());
}

PROVOKE(f, EBADF, blocks_a_signal) {
  CALL([] {
    sigset_t set;
    sigfillset(&set);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    return close(-1);
  }());
}

PROVOKE(f, EBADF, writes_to_an_argument) {
  int number = 1;
  WATCH(number);
  CALL([&] {
    number = 2;
    return close(-1);
  }());
}

PROVOKE(f, EBADF, timer_runs_on) {
  const int fd = MUST(timerfd_create(CLOCK_MONOTONIC, 0));
  itimerspec soon = {{0, 1000000}, {0, 1000000}};
  MUST(timerfd_settime(fd, 0, &soon, nullptr));
  CALL([] {
    usleep(5000);
    return close(-1);
  }());
}

PROVOKE(f, EBADF, no_descriptor_left) {
  UseUpDescriptors();
  CALL(close(-1));
}

int inside = -1;

void Leave() {
  close(inside);
  inside = -1;
}

void Enter() { inside = MUST(open("/dev/null", O_RDONLY)); }

PROVOKE(f, EBADF, looked_at_from_outside) {
  SNAPSHOTS_OUTSIDE(Leave, Enter);
  Enter();
  CALL(inside >= 0 ? close(-1) : 0);
  EXPECT(inside == -1);
}

PROVOKE(f, EFAULT, two_ways) {
  int ends[2];
  MUST(pipe(ends));
  void* const bad = BadAddress();
  CALL_RAW(syscall(SYS_write, ends[1], bad, 1));
  CALL_LIBC(*static_cast<volatile char*>(bad));
}

PROVOKE(f, EINVAL, set_up_fails) {
  MUST(close(-1));
  CALL(close(-1));
}

PROVOKE(f, EINVAL, skipped) { SKIP("no such thing here"); }

PROVOKE(f, EINTR, interrupted) {
  InterruptSoon();
  CALL(pause());
}

PROVOKE(f, EINVAL, hangs) {
  while (pause() != 0) {
  }
}

PROVOKE(f, EINVAL, by_hand) {
  CALL([] {
    errno = EINVAL;
    return -1;
  }());
}

PROVOKE(f, EBADF, effect) {
  CALL(close(-1));
  EFFECT(true);
  EXPECT(1 > 2);
}

REASON(f, EINVAL, reason) {
  HOLDS(close(-1) == -1);
  HOLDS(close(-1) == 0);
}

namespace plumbline::errors {
namespace {

using testing::HasSubstr;
using testing::StrEq;

const Provocation& Find(std::string_view id) {
  const Provocation* at = AllProvocations();
  while (at->id != id) at = at->next;
  return *at;
}

Outcome RunAs(std::string_view id, Pass pass) {
  return Run(Find(id), pass, 10);
}

Outcome RunRaw(std::string_view id) { return RunAs(id, Pass::kRaw); }

TEST(Run, TellsWhatTheCallDid) {
  const Outcome outcome = RunRaw("plain");
  EXPECT_EQ(outcome.calls, 1);
  EXPECT_EQ(outcome.result, -1);
  EXPECT_EQ(outcome.error, EBADF);
  EXPECT_THAT(outcome.changed, StrEq(""));
  EXPECT_TRUE(outcome.finished);
  EXPECT_FALSE(outcome.limited);
}

TEST(Run, NoticesChanges) {
  EXPECT_THAT(RunRaw("leaks").changed, HasSubstr("/dev/null"));
  EXPECT_THAT(RunRaw("moves_an_offset").changed, HasSubstr("pos:"));
  EXPECT_THAT(RunRaw("changes_a_flag").changed, HasSubstr("flags:"));
  EXPECT_THAT(RunRaw("adds_a_watch").changed, HasSubstr("tfd:"));
  EXPECT_THAT(RunRaw("blocks_a_signal").changed, HasSubstr("blocked signals"));
  EXPECT_THAT(RunRaw("writes_to_an_argument").changed, HasSubstr("number"));
}

TEST(Run, ARunningTimerIsNoChange) {
  EXPECT_THAT(RunRaw("timer_runs_on").changed, StrEq(""));
}

TEST(Run, WorksWithoutADescriptorLeft) {
  const Outcome outcome = RunRaw("no_descriptor_left");
  EXPECT_EQ(outcome.error, EBADF);
  EXPECT_TRUE(outcome.limited);
  EXPECT_THAT(outcome.changed, StrEq(""));
}

TEST(Run, LooksFromOutsideAndCallsInside) {
  const Outcome outcome = RunRaw("looked_at_from_outside");
  EXPECT_EQ(outcome.error, EBADF);
  EXPECT_STREQ(outcome.changed, "");
  EXPECT_STREQ(outcome.expected, "");
}

TEST(Run, DoesEachWayInAProcessOfItsOwn) {
  const Outcome raw = RunRaw("two_ways");
  EXPECT_EQ(raw.error, EFAULT);
  EXPECT_TRUE(raw.has_libc);
  EXPECT_EQ(RunAs("two_ways", Pass::kLibc).signal, SIGSEGV);
}

TEST(Run, TellsABrokenSetUpFromASkip) {
  EXPECT_THAT(RunRaw("set_up_fails").broken, HasSubstr("close(-1)"));
  EXPECT_THAT(RunRaw("skipped").skipped, StrEq("no such thing here"));
}

TEST(Run, IsInterrupted) { EXPECT_EQ(RunRaw("interrupted").error, EINTR); }

TEST(Run, EndsWhatHangs) {
  EXPECT_TRUE(errors::Run(Find("hangs"), Pass::kRaw, 0).hung);
}

TEST(Run, CountsEffectsAndReasons) {
  const Outcome outcome = RunRaw("effect");
  EXPECT_EQ(outcome.effects, 1);
  EXPECT_THAT(outcome.expected, HasSubstr("1 > 2"));
  const Outcome reason = RunRaw("reason");
  EXPECT_EQ(reason.reasons, 1);
  EXPECT_THAT(reason.expected, HasSubstr("close(-1) == 0"));
}

TEST(Run, TracedTellsTheKernelFromTheLibrary) {
  EXPECT_EQ(RunAs("plain", Pass::kTraced).kernel_error, EBADF);
  EXPECT_EQ(RunAs("interrupted", Pass::kTraced).kernel_error, EINTR);
  EXPECT_EQ(RunAs("by_hand", Pass::kTraced).kernel_error, 0);
  EXPECT_EQ(RunAs("plain", Pass::kRaw).kernel_error, 0);
}

TEST(Run, LeavesNothingOpenHere) {
  const int before = open("/dev/null", O_RDONLY);
  close(before);
  for (int i = 0; i < 20; ++i) RunRaw("plain");
  const int after = open("/dev/null", O_RDONLY);
  close(after);
  EXPECT_EQ(before, after);
}

}  // namespace
}  // namespace plumbline::errors
