#include "conformance/ledger/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace plumbline::ledger {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kCheck = "Errors/epoll_wait/EFAULT/unwritable";

constexpr Row kRows[] = {
    {kCheck, "7.2 8.0", "EINVAL", "the buffer is checked too late",
     "conformance/ledger/qemu-user.toml:12"},
    {kCheck, "10.0", "0", "the buffer is not checked",
     "conformance/ledger/qemu-user.toml:20"},
    {"Errors/gone/EIO/x", "7.2", "0", "r",
     "conformance/ledger/qemu-user.toml:28"},
    {"Constant/GONE", "7.2", "0", "r", "conformance/ledger/qemu-user.toml:36"},
};

TEST(Ledger, ListedAndHappensAsListed) {
  const Ledger ledger(kRows, "qemu-user 7.2.22");
  const Verdict verdict = ledger.Judge(kCheck, Outcome::kFailed, "EINVAL");
  EXPECT_EQ(verdict.status, Status::kDeviation);
  EXPECT_EQ(verdict.remark, "the buffer is checked too late");
  EXPECT_EQ(verdict.row, &kRows[0]);
}

TEST(Ledger, ListedButNoLongerHappens) {
  const Ledger ledger(kRows, "qemu-user 7.2.22");
  const Verdict verdict = ledger.Judge(kCheck, Outcome::kPassed, "");
  EXPECT_EQ(verdict.status, Status::kFailed);
  EXPECT_EQ(verdict.remark,
            "listed in conformance/ledger/qemu-user.toml:12 as a deviation of "
            "qemu-user 7.2, but it no longer happens");
}

// Of an emulator that uses what nobody gave it.
TEST(Ledger, OneOfWhatMayHappen) {
  constexpr Row kEither[] = {
      {kCheck, "7.2", "EINVAL\nhangs", "it is not read", "l.toml:1"}};
  const Ledger ledger(kEither, "qemu-user 7.2.22");
  for (const char* seen : {"EINVAL", "hangs"}) {
    EXPECT_EQ(ledger.Judge(kCheck, Outcome::kFailed, seen).status,
              Status::kDeviation);
    EXPECT_TRUE(ledger.Expects(kCheck, seen));
  }
  for (const char* seen : {"", "hang", "EINVAL\nhangs"}) {
    const Verdict verdict = ledger.Judge(kCheck, Outcome::kFailed, seen);
    EXPECT_EQ(verdict.status, Status::kFailed) << seen;
    EXPECT_EQ(verdict.remark,
              "deviates otherwise than listed: l.toml:1 says EINVAL or hangs");
    EXPECT_FALSE(ledger.Expects(kCheck, seen));
  }
}

TEST(Ledger, AnotherWrongAnswerThanTheListedOne) {
  const Ledger ledger(kRows, "qemu-user 7.2.22");
  for (const char* seen : {"0", "EINVA", "EINVAL ", ""}) {
    const Verdict verdict = ledger.Judge(kCheck, Outcome::kFailed, seen);
    EXPECT_EQ(verdict.status, Status::kFailed) << seen;
    EXPECT_EQ(verdict.remark,
              "deviates otherwise than listed: "
              "conformance/ledger/qemu-user.toml:12 says EINVAL");
  }
}

TEST(Ledger, EachReleaseHasItsOwn) {
  const Ledger ledger(kRows, "qemu-user 10.0.13");
  EXPECT_EQ(ledger.Judge(kCheck, Outcome::kFailed, "0").status,
            Status::kDeviation);
  EXPECT_EQ(ledger.Judge(kCheck, Outcome::kFailed, "EINVAL").status,
            Status::kFailed);
}

TEST(Ledger, ComparesWholeReleases) {
  for (const char* emulator :
       {"qemu-user 7.2", "qemu-user 7.2.0", "qemu-user 8.0.50"}) {
    EXPECT_EQ(Ledger(kRows, emulator)
                  .Judge(kCheck, Outcome::kFailed, "EINVAL")
                  .status,
              Status::kDeviation)
        << emulator;
  }
  for (const char* emulator :
       {"qemu-user 7.20.1", "qemu-user 17.2.1", "qemu-user 7", "qemu-user 7.",
        "qemu-user ", "qemu-user 7.2x"}) {
    EXPECT_EQ(Ledger(kRows, emulator)
                  .Judge(kCheck, Outcome::kFailed, "EINVAL")
                  .status,
              Status::kFailed)
        << emulator;
  }
}

TEST(Ledger, AReleaseThatNobodyListed) {
  const Ledger ledger(kRows, "qemu-user 9.1.0");
  const Verdict verdict = ledger.Judge(kCheck, Outcome::kFailed, "EINVAL");
  EXPECT_EQ(verdict.status, Status::kFailed);
  EXPECT_EQ(
      verdict.remark,
      "listed in conformance/ledger/qemu-user.toml:12 as a deviation of "
      "qemu-user 7.2, 8.0; listed in conformance/ledger/qemu-user.toml:20 as a "
      "deviation of qemu-user 10.0, not of the qemu-user 9.1.0 that runs");
  EXPECT_EQ(ledger.Judge(kCheck, Outcome::kPassed, "").status, Status::kPassed);
  EXPECT_EQ(ledger.Judge(kCheck, Outcome::kPassed, "").remark, "");
}

TEST(Ledger, AppliesToNothingElse) {
  for (const char* emulator : {"qemu-user 7.2.22", "", "gvisor 7.2"}) {
    const Ledger ledger(kRows, emulator);
    for (const auto& [outcome, status] :
         {std::pair(Outcome::kPassed, Status::kPassed),
          std::pair(Outcome::kFailed, Status::kFailed),
          std::pair(Outcome::kSkipped, Status::kSkipped)}) {
      const Verdict verdict = ledger.Judge("Errors/other", outcome, "EINVAL");
      EXPECT_EQ(verdict.status, status);
      EXPECT_EQ(verdict.row, nullptr);
      EXPECT_EQ(verdict.remark, "");
    }
  }
}

TEST(Ledger, DoesNotApplyWhereNothingEmulates) {
  for (const char* emulator : {"", "qemu-system 7.2.22"}) {
    const Ledger ledger(kRows, emulator);
    EXPECT_EQ(ledger.Judge(kCheck, Outcome::kFailed, "EINVAL").status,
              Status::kFailed);
    EXPECT_EQ(ledger.Judge(kCheck, Outcome::kPassed, "").status,
              Status::kPassed);
    EXPECT_THAT(ledger.WithoutCheck({"Errors"}, {}), IsEmpty());
  }
}

TEST(Ledger, ExpectsWhatItListsForTheRelease) {
  const Ledger ledger(kRows, "qemu-user 7.2.22");
  EXPECT_TRUE(ledger.Expects(kCheck, kRows[0].seen));
  EXPECT_FALSE(ledger.Expects(kCheck, "something else"));
  EXPECT_FALSE(ledger.Expects("Errors/no/such/check", kRows[0].seen));
  EXPECT_FALSE(Ledger(kRows, "").Expects(kCheck, kRows[0].seen));
}

TEST(Ledger, ASkipIsASkip) {
  const Ledger ledger(kRows, "qemu-user 7.2.22");
  EXPECT_EQ(ledger.Judge(kCheck, Outcome::kSkipped, "").status,
            Status::kSkipped);
}

TEST(Ledger, FindsRowsWithoutACheck) {
  const Ledger ledger(kRows, "qemu-user 7.2.22");
  EXPECT_THAT(ledger.WithoutCheck({"Errors"}, {kCheck}),
              ElementsAre(&kRows[2]));
  EXPECT_THAT(ledger.WithoutCheck({"Errors"}, {}),
              ElementsAre(&kRows[0], &kRows[2]));
  EXPECT_THAT(ledger.WithoutCheck({"Constant", "Layout"}, {}),
              ElementsAre(&kRows[3]));
  EXPECT_THAT(Ledger(kRows, "qemu-user 10.0.13")
                  .WithoutCheck({"Errors", "Constant"}, {}),
              ElementsAre(&kRows[1]));
}

TEST(Ledger, MayBeEmpty) {
  const Ledger ledger({}, "qemu-user 7.2.22");
  EXPECT_EQ(ledger.Judge(kCheck, Outcome::kFailed, "x").status,
            Status::kFailed);
  EXPECT_THAT(ledger.WithoutCheck({"Errors"}, {}), IsEmpty());
}

}  // namespace
}  // namespace plumbline::ledger
