#include "tools/gate/rules.h"

#include <gtest/gtest.h>

#include "tools/gate/testing.h"

namespace plumbline::gate {
namespace {

const std::string kSection = "section|uapi|linux/a.h|\n";

// The one finding between the two, judged.
Finding Judged(const std::string& before, const std::string& after,
               const SeverityOptions& options = {}) {
  std::vector<Finding> findings =
      Compare(SurfaceOf(kSection + before), SurfaceOf(kSection + after));
  Judge(findings, options);
  EXPECT_EQ(findings.size(), 1u);
  return findings.empty() ? Finding() : findings[0];
}

Finding Value(const std::string& name, int before, int after,
              const SeverityOptions& options = {}) {
  const auto macro = [&](int value) {
    return "macro|" + name + "|if|-|int|" + std::to_string(value) + "\n";
  };
  return Judged(macro(before), macro(after), options);
}

TEST(Rules, ACounterThatGrowsIsBenign) {
  EXPECT_EQ(Value("IFLA_MAX", 5, 6).severity, Severity::kBenign);
  EXPECT_EQ(Value("IFLA_MAX", 5, 6).rule, "counter");
  EXPECT_EQ(Value("NUM_THINGS", 5, 6).severity, Severity::kBenign);
  EXPECT_EQ(Value("__NL_LAST", 5, 6).severity, Severity::kBenign);
}

TEST(Rules, ACounterThatShrinksIsNot) {
  EXPECT_EQ(Value("IFLA_MAX", 6, 5).severity, Severity::kBreaking);
}

TEST(Rules, OtherNamesAreNoCounters) {
  EXPECT_EQ(Value("O_MAXIMAL", 5, 6).severity, Severity::kBreaking);
  EXPECT_EQ(Value("B9600", 13, 9600).severity, Severity::kBreaking);
}

TEST(Rules, StrictHasNone) {
  EXPECT_EQ(Value("IFLA_MAX", 5, 6, {.strict = true, .overrides = {}}).severity,
            Severity::kBreaking);
}

TEST(Rules, UsersOverrideThem) {
  const auto with = [](std::string_view text) {
    const auto choice = ParseOverride(text);
    EXPECT_TRUE(choice) << choice.error().message;
    return SeverityOptions{.strict = false, .overrides = {*choice}};
  };
  EXPECT_EQ(Value("A_MAX", 5, 6, with("counter=notable")).severity,
            Severity::kNotable);
  EXPECT_EQ(
      Value("A_MAX", 5, 6, with("constant-value-changed=breaking")).severity,
      Severity::kBreaking);
  EXPECT_EQ(Value("A_MAX", 5, 6, with("counter/B_*=breaking")).severity,
            Severity::kBenign);
  EXPECT_EQ(Value("A_MAX", 5, 6, with("counter/A_*=breaking")).severity,
            Severity::kBreaking);
}

TEST(Rules, OverridesOfNothingAreRefused) {
  EXPECT_FALSE(ParseOverride("counter"));
  EXPECT_FALSE(ParseOverride("counter=bad"));
  EXPECT_FALSE(ParseOverride("counters=benign"));
}

TEST(Rules, ReservedSpaceIsBenign) {
  const std::string before = "struct|s|-|8|4|\n|a|0|4|int\n|__pad|4|4|int\n";
  std::vector<Finding> findings = Compare(
      SurfaceOf(kSection + before),
      SurfaceOf(kSection + "struct|s|-|8|4|\n|a|0|4|int\n|b|4|4|int\n"));
  Judge(findings, {});
  ASSERT_EQ(findings.size(), 2u);
  for (const Finding& finding : findings) {
    EXPECT_EQ(finding.severity, Severity::kBenign) << Text(finding);
    EXPECT_EQ(finding.rule, "reserved-space");
  }
}

TEST(Rules, WhatMovesIsNotable) {
  std::vector<Finding> findings =
      Compare(SurfaceOf("section|uapi|linux/a.h|\nmacro|A|if|-|int|1\n"),
              SurfaceOf("section|uapi|linux/b.h|\nmacro|A|if|-|int|1\n"));
  Judge(findings, {});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].severity, Severity::kNotable);
  EXPECT_EQ(findings[0].detail, "<linux/b.h> has it now");
}

TEST(Rules, EachHasAReasonAndLowersSomething) {
  for (const Rule& rule : Rules()) {
    EXPECT_FALSE(rule.why.empty()) << rule.name;
    bool lowers = false;
    for (const Kind& kind : Kinds()) {
      if ((rule.ids.empty() || FitsOne(rule.ids, kind.name)) &&
          rule.severity > kind.severity)
        lowers = true;
    }
    EXPECT_TRUE(lowers) << rule.name;
  }
}

TEST(Kinds, AreInTheOrderOfTheirIds) {
  for (const Kind& kind : Kinds()) EXPECT_EQ(KindOf(kind.id).name, kind.name);
}

TEST(Fits, Patterns) {
  EXPECT_TRUE(Fits("*", ""));
  EXPECT_TRUE(Fits("*_MAX", "A_MAX"));
  EXPECT_FALSE(Fits("*_MAX", "A_MAXI"));
  EXPECT_TRUE(Fits("__*_LAST", "__A_LAST_LAST"));
  EXPECT_TRUE(Fits("a?c", "abc"));
  EXPECT_FALSE(Fits("a?c", "ac"));
  EXPECT_TRUE(FitsOne("a b*", "bc"));
  EXPECT_FALSE(FitsOne("", "a"));
}

}  // namespace
}  // namespace plumbline::gate
