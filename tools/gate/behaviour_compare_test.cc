#include "tools/gate/behaviour_compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tools/gate/rules.h"

namespace plumbline::gate {
namespace {

using cli::Check;
using cli::Status;
using testing::ElementsAre;
using testing::IsEmpty;

Check CheckOf(const std::string& name, Status status,
              const std::string& text = "") {
  Check check;
  check.name = name;
  check.kind = "errors";
  check.status = status;
  check.where = "bindings/a.errors.toml:7";
  if (status == Status::kSkipped) {
    check.reason = text;
  } else if (status != Status::kPassed) {
    check.declared = "EINVAL when it is wrong";
    check.seen = text;
  }
  return check;
}

std::vector<std::string> Names(const std::vector<Difference>& differences) {
  std::vector<std::string> names;
  for (const Difference& one : differences) names.push_back(one.name());
  return names;
}

// The severity and rule that a step from one outcome to the other gets.
std::string Told(const Check& before, const Check& after) {
  std::vector<Finding> findings = {
      FindingOf({before, after}, "libc.so.6", "amd64")};
  Judge(findings, {});
  return std::string(NameOf(findings[0].severity)) + " " + findings[0].rule;
}

TEST(BehaviourCompareTest, EqualOutcomesAreNoDifference) {
  const std::vector<Check> checks = {
      CheckOf("a", Status::kPassed), CheckOf("b", Status::kFailed, "EPERM"),
      CheckOf("c", Status::kSkipped, "it is so since glibc 2.99"),
      CheckOf("d", Status::kDeviation, "hangs")};
  const BehaviourComparison same = CompareChecks(checks, checks);
  EXPECT_THAT(same.differences, IsEmpty());
  EXPECT_EQ(same.counts.at("errors").on_both, 3u);
  EXPECT_EQ(same.counts.at("errors").skipped, 1u);
}

TEST(BehaviourCompareTest, EachOtherOutcomeIsADifference) {
  const std::vector<Check> before = {
      CheckOf("a", Status::kPassed), CheckOf("b", Status::kFailed, "EPERM"),
      CheckOf("c", Status::kFailed, "EPERM"),
      CheckOf("d", Status::kSkipped, "no such call"),
      CheckOf("e", Status::kPassed)};
  const std::vector<Check> after = {
      CheckOf("a", Status::kFailed, "ENOSYS"), CheckOf("b", Status::kPassed),
      CheckOf("c", Status::kFailed, "succeeds"), CheckOf("d", Status::kPassed),
      CheckOf("e", Status::kPassed)};
  EXPECT_THAT(Names(CompareChecks(before, after).differences),
              ElementsAre("a", "b", "c", "d"));
}

// Why a check is not made may be told in other words; it is not made.
TEST(BehaviourCompareTest, ReasonsOfSkipsAreNotCompared) {
  const BehaviourComparison compared =
      CompareChecks({CheckOf("a", Status::kSkipped, "one reason")},
                    {CheckOf("a", Status::kSkipped, "another")});
  EXPECT_THAT(compared.differences, IsEmpty());
}

TEST(BehaviourCompareTest, WhatOneSideLacksIsSkippedThere) {
  const BehaviourComparison compared =
      CompareChecks({CheckOf("a", Status::kPassed)},
                    {CheckOf("b", Status::kFailed, "hangs")});
  ASSERT_THAT(Names(compared.differences), ElementsAre("a", "b"));
  EXPECT_EQ(compared.differences[0].after.status, Status::kSkipped);
  EXPECT_EQ(compared.differences[1].before.status, Status::kSkipped);
}

TEST(BehaviourCompareTest, WhatIsNotRepeatedIsNotKept) {
  std::vector<Difference> differences = {
      {CheckOf("steady", Status::kPassed),
       CheckOf("steady", Status::kFailed, "EPERM")},
      {CheckOf("once", Status::kPassed),
       CheckOf("once", Status::kFailed, "hangs")},
      {CheckOf("otherwise", Status::kPassed),
       CheckOf("otherwise", Status::kFailed, "ENOSYS")}};
  const std::vector<Check> before = {CheckOf("once", Status::kPassed),
                                     CheckOf("otherwise", Status::kPassed),
                                     CheckOf("steady", Status::kPassed)};
  const std::vector<Check> after = {
      CheckOf("once", Status::kPassed),
      CheckOf("otherwise", Status::kFailed, "EPERM"),
      CheckOf("steady", Status::kFailed, "EPERM")};
  EXPECT_EQ(KeepRepeated(before, after, differences), 2u);
  EXPECT_THAT(Names(differences), ElementsAre("steady"));
}

TEST(BehaviourCompareTest, SeveritiesFollowFromWhatIsDeclared) {
  const Check passed = CheckOf("a", Status::kPassed);
  const Check failed = CheckOf("a", Status::kFailed, "EPERM");
  const Check hangs = CheckOf("a", Status::kFailed, "hangs");
  const Check skipped = CheckOf("a", Status::kSkipped, "before glibc 2.99");
  const Check known = CheckOf("a", Status::kDeviation, "EPERM");
  Check layer = CheckOf("a", Status::kFailed, "a system call failed with it");
  layer.declared = "layer libc";
  EXPECT_EQ(Told(passed, failed), "breaking ");
  EXPECT_EQ(Told(passed, layer), "benign layer");
  EXPECT_EQ(Told(layer, passed), "benign layer");
  EXPECT_EQ(Told(layer, failed), "notable wrong-before");
  EXPECT_EQ(Told(passed, known), "breaking ");
  EXPECT_EQ(Told(failed, passed), "notable repaired");
  EXPECT_EQ(Told(failed, hangs), "notable wrong-before");
  EXPECT_EQ(Told(skipped, failed), "notable wrong-before");
  EXPECT_EQ(Told(passed, skipped), "notable unchecked");
  EXPECT_EQ(Told(skipped, passed), "benign checked-now");
}

TEST(BehaviourCompareTest, AFindingSaysWhatWasDeclaredAndWhere) {
  const Finding finding = FindingOf(
      {CheckOf("Errors/eventfd/EINVAL/flags", Status::kPassed),
       CheckOf("Errors/eventfd/EINVAL/flags", Status::kFailed, "ENOSYS")},
      "libc.so.6", "amd64");
  EXPECT_EQ(Text(finding),
            "Errors/eventfd/EINVAL/flags of libc.so.6: as declared became "
            "ENOSYS (declared: EINVAL when it is wrong; "
            "bindings/a.errors.toml:7).");
}

}  // namespace
}  // namespace plumbline::gate
