#include <errno.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <set>
#include <string>
#include <vector>

#include "conformance/errors/grid.h"

namespace plumbline::errors {
namespace {

using abi::Check;
using abi::Row;
using abi::Status;
using testing::HasSubstr;

constexpr char kTable[] =
    "error\tof=f\tfunction=f\terrno=EBADF\tnumber=9\tid=closed\twhere=f.toml:"
    "1\n"
    "error\tof=f\tfunction=f\terrno=EBADF\tnumber=9\tid=path\twhere=f.toml:2\n"
    "error\tof=f\tfunction=f\terrno=EINVAL\tnumber=22\tid=bad\twhere=f.toml:3\n"
    "error\tof=f/GET\tfunction=f\terrno=EFAULT\tnumber=14\tid=to\n"
    "error\tof=f/GET_ALL\tfunction=f\terrno=EACCES\tnumber=13\tid=all\n"
    "error\tof=g\tfunction=g\terrno=EPERM\tnumber=1\tid=not_allowed\n";

constexpr Circumstances kHere = {.kernel = {6, 1, 0}, .glibc = {2, 36, 0}};

GridCall Call(const char* function, const char* operation = "",
              const char* general = "") {
  return {function, operation, general, nullptr, {}};
}

GridOutcome Failing(const std::set<int>& errors) {
  GridOutcome outcome;
  outcome.calls = 100;
  for (const int error : errors) {
    outcome.failures[error] = {
        7, "f(closed descriptor, null) = -1 E" + std::to_string(error)};
  }
  return outcome;
}

Check JudgeText(const std::string& table, const GridCall& call,
                const GridOutcome& outcome) {
  return JudgeGrid(call, outcome, abi::ReadRows(table), kHere);
}

TEST(JudgeGridTest, AcceptsWhatTheTableHas) {
  EXPECT_EQ(JudgeText(kTable, Call("f"), Failing({EBADF, EINVAL})).status,
            Status::kPassed);
}

TEST(JudgeGridTest, RefusesAnyOther) {
  const Check check =
      JudgeText(kTable, Call("f"), Failing({EBADF, ENOTTY, ESPIPE}));
  EXPECT_EQ(check.status, Status::kFailed);
  EXPECT_EQ(check.name, "Grid/f");
  EXPECT_EQ(check.declared, "EBADF EINVAL");
  EXPECT_EQ(check.seen, "ENOTTY ESPIPE");
  EXPECT_EQ(check.where, "f.toml:1");
  EXPECT_THAT(check.reason, HasSubstr("f(closed descriptor, null) = -1 E25 "
                                      "(7 of 100 calls)"));
}

TEST(JudgeGridTest, NoticesEveryErrnoThatTheTableLoses) {
  const std::string table = kTable;
  for (const char* const error : {"EBADF", "EINVAL"}) {
    std::string rest;
    for (size_t start = 0; start < table.size();) {
      const size_t end = table.find('\n', start) + 1;
      const std::string line = table.substr(start, end - start);
      if (line.find(error) == std::string::npos) rest += line;
      start = end;
    }
    const Check check = JudgeText(rest, Call("f"), Failing({EBADF, EINVAL}));
    EXPECT_EQ(check.status, Status::kFailed);
    EXPECT_EQ(check.seen, error);
  }
}

TEST(JudgeGridTest, NamesWhatHasNoName) {
  EXPECT_EQ(JudgeText(kTable, Call("f"), Failing({512})).seen, "errno 512");
}

TEST(JudgeGridTest, AnOperationHasTheFunctionsErrorsAndItsOwn) {
  EXPECT_EQ(
      JudgeText(kTable, Call("f", "GET"), Failing({EBADF, EFAULT})).status,
      Status::kPassed);
  EXPECT_EQ(JudgeText(kTable, Call("f", "SET"), Failing({EFAULT})).seen,
            "EFAULT");
  EXPECT_EQ(JudgeText(kTable, Call("f"), Failing({EFAULT})).seen, "EFAULT");
  EXPECT_EQ(JudgeText(kTable, Call("f", "GET"), Failing({EPERM})).seen,
            "EPERM");
}

TEST(JudgeGridTest, AnOperationHasTheErrorsOfTheOneThatItIsPartOf) {
  EXPECT_EQ(
      JudgeText(kTable, Call("f", "GET_ALL", "GET"), Failing({EFAULT, EACCES}))
          .status,
      Status::kPassed);
  EXPECT_EQ(JudgeText(kTable, Call("f", "GET_ALL"), Failing({EFAULT})).seen,
            "EFAULT");
}

TEST(JudgeGridTest, WhatLinuxNeverReturnsIsNotAllowed) {
  constexpr char kNever[] =
      "error\tof=f\tfunction=f\terrno=EINTR\tnumber=4\tid=signal\tstatus="
      "never\t"
      "instead=EBUSY\tinstead_number=16\n";
  EXPECT_EQ(JudgeText(kNever, Call("f"), Failing({EBUSY})).status,
            Status::kPassed);
  EXPECT_EQ(JudgeText(kNever, Call("f"), Failing({EINTR})).seen, "EINTR");
}

TEST(JudgeGridTest, WhatIsOfAnotherReleaseOrArchitectureIsNotAllowed) {
  for (const char* const cell :
       {"since_kernel=6.2", "until_kernel=6.1", "absent=1"}) {
    const std::string row =
        std::string("error\tof=f\tfunction=f\terrno=EBUSY\tnumber=16\tid=x\t") +
        cell + "\n";
    EXPECT_EQ(JudgeText(row, Call("f"), Failing({EBUSY})).seen, "EBUSY")
        << cell;
  }
}

TEST(JudgeGridTest, NoticesWhatEndedTheChild) {
  GridOutcome outcome = Failing({EBADF});
  outcome.end = "killed by SIGSEGV";
  outcome.last = "f(pidfd, null)";
  const Check check = JudgeText(kTable, Call("f"), outcome);
  EXPECT_EQ(check.status, Status::kFailed);
  EXPECT_EQ(check.seen, "killed by SIGSEGV");
  EXPECT_EQ(check.reason, "f(pidfd, null)");
  EXPECT_EQ(JudgeText(kTable, Call("f"), {}).seen, "no call was made");
}

TEST(JudgeGridFunctionsTest, EveryFunctionIsInOneOfBothLists) {
  const std::vector<Row> rows = abi::ReadRows(kTable);
  const std::vector<GridCall> f = {Call("f"), Call("f", "GET")};
  const std::vector<GridCall> both = {Call("f"), Call("g")};
  const std::vector<NotInGrid> g = {{"g", "it ends the machine"}};
  EXPECT_EQ(JudgeGridFunctions(f, g, rows).status, Status::kPassed);
  EXPECT_EQ(JudgeGridFunctions(both, {}, rows).status, Status::kPassed);
  EXPECT_THAT(JudgeGridFunctions(f, {}, rows).seen, HasSubstr("g is not call"));
  EXPECT_THAT(JudgeGridFunctions(both, g, rows).seen, HasSubstr("g is called"));
  EXPECT_THAT(JudgeGridFunctions({}, g, rows).seen, HasSubstr("f is not call"));
  EXPECT_THAT(JudgeGridFunctions(both, {}, abi::ReadRows("")).seen,
              HasSubstr("f is not declared"));
}

TEST(GridCallsTest, NamesAreUnique) {
  std::set<std::string> names;
  for (const GridCall& call : GridCalls())
    EXPECT_TRUE(names.insert(GridName(call)).second) << GridName(call);
}

TEST(GridCallsTest, EveryParameterHasAValue) {
  for (const GridCall& call : GridCalls()) {
    EXPECT_LE(call.parameters.size(), size_t{kMostParameters});
    for (const Domain& domain : call.parameters) {
      EXPECT_FALSE(domain.empty()) << GridName(call);
      EXPECT_LE(domain.size(), size_t{256}) << GridName(call);
    }
  }
}

TEST(GridCallsTest, HasManyKindsOfDescriptors) {
  std::set<std::string> names;
  for (const Value& value : DescriptorKinds())
    EXPECT_TRUE(names.insert(value.name).second) << value.name;
  EXPECT_GE(names.size(), size_t{40});
}

long FailsAsAsked(const long* arguments) {
  errno = static_cast<int>(arguments[0]);
  return arguments[0] == 0 ? 0 : -1;
}

TEST(RunGridTest, CountsFailures) {
  const GridCall call = {
      "f",
      "",
      "",
      FailsAsAsked,
      {{{"0", nullptr, 0}, {"1", nullptr, 1}, {"2", nullptr, 2}},
       {{"a", nullptr, 0}, {"b", [] { return Unavailable(); }}}}};
  const GridOutcome outcome = RunGrid(call, 100, 10);
  EXPECT_EQ(outcome.end, "");
  EXPECT_EQ(outcome.calls, 3);
  EXPECT_EQ(outcome.succeeded, 1);
  ASSERT_EQ(outcome.failures.size(), 2U);
  EXPECT_EQ(outcome.failures.at(EPERM).count, 1);
  EXPECT_EQ(outcome.failures.at(ENOENT).example, "f(2, a) = -1 ENOENT");
  EXPECT_EQ(outcome.unavailable.at("b"), 3);
}

TEST(RunGridTest, TakesPairsWhereAllAreTooMany) {
  const Domain values = {{"0", nullptr, 0},
                         {"1", nullptr, 0},
                         {"2", nullptr, 0},
                         {"3", nullptr, 0}};
  const GridCall call = {"f", "", "", FailsAsAsked, {values, values, values}};
  EXPECT_EQ(RunGrid(call, 64, 10).calls, 64);
  EXPECT_EQ(RunGrid(call, 63, 10).calls, 1 + 3 * 3 + 3 * 9);
}

TEST(RunGridTest, InterruptsWhatWaits) {
  const GridCall call = {
      "pause", "", "", [](const long*) -> long { return pause(); }, {}};
  EXPECT_EQ(RunGrid(call, 1, 10).failures.at(EINTR).example,
            "pause() = -1 EINTR");
}

TEST(RunGridTest, TellsWhatCrashesAndWhatHangs) {
  for (const bool isolated : {false, true}) {
    GridCall crash = {"f",
                      "",
                      "",
                      [](const long*) -> long { return raise(SIGKILL); },
                      {{{"x", nullptr, 0}}}};
    crash.isolated = isolated;
    const GridOutcome crashed = RunGrid(crash, 1, 10);
    EXPECT_EQ(crashed.end, "killed by SIGKILL");
    EXPECT_EQ(crashed.last, "f(x)");
    GridCall hang = crash;
    hang.call = [](const long*) -> long {
      for (;;) pause();
    };
    EXPECT_EQ(RunGrid(hang, 1, 0).end, "hangs");
  }
}

}  // namespace
}  // namespace plumbline::errors
