#include "conformance/errors/judge.h"

#include <errno.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cstring>
#include <string>

namespace plumbline::errors {
namespace {

using abi::Check;
using abi::Row;
using abi::Status;
using testing::HasSubstr;

constexpr char kPlain[] =
    "error\tof=f\tfunction=f\terrno=EINVAL\tnumber=22\tid=bad\twhere=f.toml:3\t"
    "when=x is bad\tlayer=kernel\tstatus=documented\tclass=unprivileged\t"
    "failure=errno";

// The plain row with more cells; the last of a name counts.
std::string With(const std::string& cells) {
  std::string row = kPlain;
  size_t start = 0;
  while (start < cells.size()) {
    size_t end = cells.find(' ', start);
    if (end == std::string::npos) end = cells.size();
    const std::string cell = cells.substr(start, end - start);
    const std::string key = "\t" + cell.substr(0, cell.find('=') + 1);
    const size_t at = row.find(key);
    if (at != std::string::npos) row.erase(at, row.find('\t', at + 1) - at);
    row += "\t" + cell;
    start = end + 1;
  }
  return row;
}

Outcome Failing(int error) {
  Outcome outcome = {};
  outcome.calls = 1;
  outcome.finished = true;
  outcome.result = -1;
  outcome.error = error;
  return outcome;
}

Outcome Succeeding() {
  Outcome outcome = Failing(0);
  outcome.result = 0;
  return outcome;
}

Check JudgeRow(const std::string& row, const Observation& observation,
               const Circumstances& where = {.kernel = {6, 1, 0},
                                             .glibc = {2, 36, 0}}) {
  return Judge(Row(row), false, observation, where);
}

TEST(Judge, PassesWhatIsAsDeclared) {
  const Check check = JudgeRow(kPlain, {.raw = Failing(EINVAL)});
  EXPECT_EQ(check.status, Status::kPassed) << check.seen;
  EXPECT_EQ(check.name, "Errors/f/EINVAL/bad");
  EXPECT_EQ(check.where, "f.toml:3");
}

TEST(Judge, FailsAnotherErrno) {
  const Check check = JudgeRow(kPlain, {.raw = Failing(EPERM)});
  EXPECT_EQ(check.status, Status::kFailed);
  EXPECT_EQ(check.declared, "EINVAL when x is bad");
  EXPECT_EQ(check.seen, "EPERM");
}

TEST(Judge, FailsSuccess) {
  EXPECT_EQ(JudgeRow(kPlain, {.raw = Succeeding()}).seen, "succeeds");
}

TEST(Judge, ErrnoIsOfNoAccountWhereTheCallSucceeds) {
  Outcome outcome = Succeeding();
  outcome.error = EINVAL;
  EXPECT_EQ(JudgeRow(kPlain, {.raw = outcome}).seen, "succeeds");
}

TEST(Judge, ReturnedNumberCountsWhereTheFunctionReturnsIt) {
  Outcome outcome = Succeeding();
  outcome.result = EINVAL;
  EXPECT_EQ(JudgeRow(With("failure=number"), {.raw = outcome}).status,
            Status::kPassed);
  Outcome failing = Failing(EINVAL);
  EXPECT_EQ(JudgeRow(With("failure=number"), {.raw = failing}).status,
            Status::kFailed);
  // The system call under it does not.
  failing.is_raw = true;
  EXPECT_EQ(JudgeRow(With("failure=number"), {.raw = failing}).status,
            Status::kPassed);
}

TEST(Judge, FailsWhatCrashesHangsOrEndsEarly) {
  Outcome killed = {};
  killed.calls = 1;
  killed.signal = SIGSEGV;
  EXPECT_EQ(JudgeRow(kPlain, {.raw = killed}).seen, "killed by SIGSEGV");
  Outcome hung = {};
  hung.calls = 1;
  hung.hung = true;
  EXPECT_EQ(JudgeRow(kPlain, {.raw = hung}).seen, "hangs");
  Outcome ended = Failing(EINVAL);
  ended.finished = false;
  EXPECT_EQ(JudgeRow(kPlain, {.raw = ended}).status, Status::kFailed);
}

TEST(Judge, FailsNoCallAndTwoCalls) {
  for (const int calls : {0, 2}) {
    Outcome outcome = Failing(EINVAL);
    outcome.calls = calls;
    EXPECT_EQ(JudgeRow(kPlain, {.raw = outcome}).status, Status::kFailed)
        << calls;
  }
}

TEST(Judge, FailsABrokenSetUpEvenIfTheErrnoIsRight) {
  Outcome outcome = Failing(EINVAL);
  std::strcpy(outcome.broken, "line 3: pipe(ends)");
  EXPECT_THAT(JudgeRow(kPlain, {.raw = outcome}).seen,
              HasSubstr("set-up failed: line 3"));
}

TEST(Judge, SkipsWithTheReason) {
  Outcome outcome = {};
  std::strcpy(outcome.skipped, "needs root");
  const Check check = JudgeRow(kPlain, {.raw = outcome});
  EXPECT_EQ(check.status, Status::kSkipped);
  EXPECT_EQ(check.reason, "needs root");
}

TEST(Judge, FailsAChangeThatIsNotDeclared) {
  Outcome outcome = Failing(EINVAL);
  std::strcpy(outcome.changed, "fd 7 pipe");
  EXPECT_THAT(JudgeRow(kPlain, {.raw = outcome}).seen, HasSubstr("fd 7 pipe"));
}

TEST(Judge, FailsAnExpectationThatDoesNotHold) {
  Outcome outcome = Failing(EINVAL);
  std::strcpy(outcome.expected, "count == 3");
  EXPECT_THAT(JudgeRow(kPlain, {.raw = outcome}).seen, HasSubstr("count == 3"));
}

TEST(Judge, ADeclaredEffectMustShow) {
  Outcome outcome = Failing(EINVAL);
  EXPECT_EQ(JudgeRow(With("effect=closes"), {.raw = outcome}).status,
            Status::kFailed);
  outcome.effects = 1;
  std::strcpy(outcome.changed, "fd 7 is gone");
  EXPECT_EQ(JudgeRow(With("effect=closes"), {.raw = outcome}).status,
            Status::kPassed);
  EXPECT_EQ(JudgeRow(kPlain, {.raw = outcome}).status, Status::kFailed);
}

TEST(Judge, NeverMeansTheOtherOutcome) {
  const std::string never = With("status=never instead=succeeds");
  EXPECT_EQ(JudgeRow(never, {.raw = Succeeding()}).status, Status::kPassed);
  EXPECT_EQ(JudgeRow(never, {.raw = Failing(EINVAL)}).status, Status::kFailed);
  const std::string other = With("status=never instead=EPERM instead_number=1");
  EXPECT_EQ(JudgeRow(other, {.raw = Failing(EPERM)}).status, Status::kPassed);
  EXPECT_EQ(JudgeRow(other, {.raw = Succeeding()}).status, Status::kFailed);
}

TEST(Judge, ANamespaceHasItsOwnErrno) {
  const std::string row = With("in_namespace=EPERM in_namespace_number=1");
  Circumstances inside = {.kernel = {6, 1, 0}, .glibc = {2, 36, 0}};
  inside.in_namespace = true;
  EXPECT_EQ(JudgeRow(row, {.raw = Failing(EPERM)}, inside).status,
            Status::kPassed);
  EXPECT_EQ(JudgeRow(row, {.raw = Failing(EINVAL)}, inside).status,
            Status::kFailed);
  EXPECT_EQ(JudgeRow(row, {.raw = Failing(EINVAL)}).status, Status::kPassed);
}

TEST(Judge, SkipsWhatIsOfAnotherRelease) {
  EXPECT_EQ(
      JudgeRow(With("since_kernel=6.13"), {.raw = Failing(EINVAL)}).reason,
      "it is so since Linux 6.13");
  EXPECT_EQ(JudgeRow(With("until_glibc=2.36"), {.raw = Failing(EINVAL)}).reason,
            "it was so before glibc 2.36");
  EXPECT_EQ(JudgeRow(With("since_kernel=6.1 until_kernel=6.2"),
                     {.raw = Failing(EINVAL)})
                .status,
            Status::kPassed);
}

TEST(Judge, TheLibraryDoesAsDeclared) {
  Outcome crashed = {};
  crashed.signal = SIGSEGV;
  Outcome hung = {};
  hung.hung = true;
  const struct {
    const char* libc;
    Outcome outcome;
  } cases[] = {{"fails", Failing(EINVAL)},
               {"succeeds", Succeeding()},
               {"crashes", crashed},
               {"hangs", hung}};
  for (const auto& declared : cases) {
    for (const auto& seen : cases) {
      const Check check =
          JudgeRow(With(std::string("libc=") + declared.libc),
                   {.raw = Failing(EINVAL), .libc = seen.outcome});
      EXPECT_EQ(check.status == Status::kPassed, declared.libc == seen.libc)
          << declared.libc << " " << seen.libc;
    }
  }
  EXPECT_EQ(JudgeRow(With("libc=fails"), {.raw = Failing(EINVAL)}).status,
            Status::kFailed);
  EXPECT_EQ(
      JudgeRow(kPlain, {.raw = Failing(EINVAL), .libc = Succeeding()}).status,
      Status::kFailed);
}

TEST(Judge, TheLayerIsWhoSaidSo) {
  Outcome by_kernel = Failing(EINVAL);
  by_kernel.kernel_error = EINVAL;
  const Outcome by_library = Failing(EINVAL);
  EXPECT_EQ(
      JudgeRow(kPlain, {.raw = Failing(EINVAL), .traced = by_kernel}).status,
      Status::kPassed);
  EXPECT_EQ(
      JudgeRow(kPlain, {.raw = Failing(EINVAL), .traced = by_library}).status,
      Status::kFailed);
  EXPECT_EQ(JudgeRow(With("layer=libc"),
                     {.raw = Failing(EINVAL), .traced = by_library})
                .status,
            Status::kPassed);
  EXPECT_EQ(JudgeRow(With("layer=libc"),
                     {.raw = Failing(EINVAL), .traced = by_kernel})
                .status,
            Status::kFailed);
}

TEST(Judge, AClassShows) {
  Outcome limited = Failing(EINVAL);
  limited.limited = true;
  EXPECT_EQ(JudgeRow(kPlain, {.raw = limited}).status, Status::kFailed);
  EXPECT_EQ(JudgeRow(With("class=limit"), {.raw = limited}).status,
            Status::kPassed);
  EXPECT_EQ(JudgeRow(With("class=limit"), {.raw = Failing(EINVAL)}).status,
            Status::kFailed);
  Outcome skipped = {};
  std::strcpy(skipped.skipped, "needs root");
  const Observation needs = {.raw = Failing(EINVAL), .unprivileged = skipped};
  const Observation needs_not = {.raw = Failing(EINVAL),
                                 .unprivileged = Failing(EINVAL)};
  EXPECT_EQ(JudgeRow(With("class=privileged"), needs).status, Status::kPassed);
  EXPECT_EQ(JudgeRow(With("class=privileged"), needs_not).status,
            Status::kFailed);
  EXPECT_EQ(JudgeRow(kPlain, needs).status, Status::kFailed);
  Outcome refused = {};
  std::strcpy(refused.skipped, "a user namespace is refused here");
  EXPECT_EQ(JudgeRow(kPlain, {.raw = Failing(EINVAL), .unprivileged = refused})
                .status,
            Status::kPassed);
  EXPECT_EQ(JudgeRow(kPlain, needs_not).status, Status::kPassed);
}

TEST(Judge, AReasonMustHold) {
  const std::string row = With("class=impossible why=because");
  Outcome holds = {};
  holds.finished = true;
  holds.reasons = 1;
  const Circumstances where = {};
  EXPECT_EQ(Judge(Row(row), true, {.raw = holds}, where).status,
            Status::kPassed);
  Outcome unseen = holds;
  unseen.reasons = 0;
  EXPECT_EQ(Judge(Row(row), true, {.raw = unseen}, where).status,
            Status::kFailed);
  Outcome wrong = holds;
  std::strcpy(wrong.expected, "access(…) != 0");
  EXPECT_EQ(Judge(Row(row), true, {.raw = wrong}, where).status,
            Status::kFailed);
  // What can be provoked is no matter of reasons, and the reverse.
  EXPECT_EQ(Judge(Row(kPlain), true, {.raw = holds}, where).status,
            Status::kFailed);
  EXPECT_EQ(Judge(Row(row), false, {.raw = Failing(EINVAL)}, where).status,
            Status::kFailed);
}

TEST(Judge, WhatHasNoCounterpartFails) {
  EXPECT_EQ(WithoutProvocation(Row(kPlain)).status, Status::kFailed);
  const Provocation provocation = {"fcntl", "F_SETLK",         "EAGAIN",
                                   "held",  "fcntl_errors.cc", 12,
                                   false,   nullptr,           nullptr};
  const Check check = WithoutCondition(provocation);
  EXPECT_EQ(check.status, Status::kFailed);
  EXPECT_EQ(check.name, "Errors/fcntl/F_SETLK/EAGAIN/held");
  EXPECT_EQ(check.where, "fcntl_errors.cc:12");
}

}  // namespace
}  // namespace plumbline::errors
