#include "conformance/abi/known_deviations.h"

#include <gtest/gtest.h>

#include <vector>

namespace plumbline::abi {
namespace {

constexpr ledger::Row kRows[] = {
    {"Constant/A", "7.2", "0x2 in <a.h>", "the reason", "l.toml:1"},
    {"Constant/GONE", "7.2", "0x3", "r", "l.toml:9"},
    {"Errors/of/ANOTHER/checker", "7.2", "0x3", "r", "l.toml:17"},
};

Check Passed() {
  Check check = {};
  check.name = "Constant/A";
  check.kind = Kind::kConstant;
  check.where = "bindings/a.toml:3";
  return check;
}

Check Failed(const std::string& seen) {
  Check check = Passed();
  check.status = Status::kFailed;
  check.declared = "0x1";
  check.seen = seen;
  return check;
}

std::vector<Check> Applied(std::vector<Check> checks, const char* emulator) {
  ApplyLedger(ledger::Ledger(kRows, emulator), checks);
  return checks;
}

TEST(ApplyLedger, ListedAndHappens) {
  const Check check = Applied({Failed("0x2 in <a.h>")}, "qemu-user 7.2.1")[0];
  EXPECT_EQ(check.status, Status::kDeviation);
  EXPECT_EQ(check.reason, "the reason");
  EXPECT_EQ(check.where, "l.toml:1");
  EXPECT_EQ(check.declared, "0x1");
}

TEST(ApplyLedger, ListedAndDoesNotHappen) {
  const Check check = Applied({Passed()}, "qemu-user 7.2.1")[0];
  EXPECT_EQ(check.status, Status::kFailed);
  EXPECT_EQ(check.declared, "deviation: 0x2 in <a.h>");
  EXPECT_EQ(check.seen, "no deviation");
  EXPECT_EQ(check.where, "l.toml:1");
  EXPECT_EQ(check.reason,
            "listed in l.toml:1 as a deviation of qemu-user 7.2, but it no "
            "longer happens");
}

TEST(ApplyLedger, HappensOtherwise) {
  const Check check = Applied({Failed("0x7")}, "qemu-user 7.2.1")[0];
  EXPECT_EQ(check.status, Status::kFailed);
  EXPECT_EQ(check.declared, "0x1");
  EXPECT_EQ(check.seen, "0x7");
  EXPECT_EQ(check.where, "bindings/a.toml:3");
  EXPECT_EQ(check.reason,
            "deviates otherwise than listed: l.toml:1 says 0x2 in <a.h>");
}

TEST(ApplyLedger, WhereNothingEmulates) {
  EXPECT_EQ(Applied({Passed()}, "").size(), 1u);
  EXPECT_EQ(Applied({Passed()}, "")[0].status, Status::kPassed);
  EXPECT_EQ(Applied({Failed("0x2 in <a.h>")}, "")[0].status, Status::kFailed);
}

TEST(ApplyLedger, NoCheckOfThatName) {
  const std::vector<Check> checks = Applied({Passed()}, "qemu-user 7.2.1");
  ASSERT_EQ(checks.size(), 2u);
  EXPECT_EQ(checks[1].name, "Ledger/Constant/GONE");
  EXPECT_EQ(checks[1].status, Status::kFailed);
  EXPECT_EQ(checks[1].where, "l.toml:9");
  EXPECT_EQ(checks[1].seen, "no check of that name");
}

}  // namespace
}  // namespace plumbline::abi
