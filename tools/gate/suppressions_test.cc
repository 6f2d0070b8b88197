#include "tools/gate/suppressions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/gate/gate.h"
#include "tools/gate/testing.h"

namespace plumbline::gate {
namespace {

using testing::HasSubstr;

constexpr std::chrono::year_month_day kToday{
    std::chrono::year(2027), std::chrono::month(1), std::chrono::day(31)};

Report OneFinding() {
  std::vector<harvest::Surface> before, after;
  for (const char* arch : {"amd64", "i386"}) {
    before.push_back(
        SurfaceOf("section|glibc|a.h|\nmacro|A|if|dgp|int|1\n", arch));
    after.push_back(
        SurfaceOf("section|glibc|a.h|\nmacro|A|if|dgp|int|2\n", arch));
  }
  return *CompareAll(before, after, {});
}

// What is left when the text, with the rest that each needs, is applied.
Report With(const std::string& text, const std::string& day = "2027-01-31") {
  Report report = OneFinding();
  const auto read =
      ParseSuppressions("[[suppression]]\n" + text +
                            "\nreason = \"known\"\nexpires = " + day + "\n",
                        "s.toml");
  EXPECT_TRUE(read) << read.error().message;
  if (read) Suppress(*read, kToday, report);
  return report;
}

TEST(Suppressions, HideWhatTheyName) {
  const Report report = With("id = \"constant-value-changed\"\nname = \"A\"");
  EXPECT_TRUE(report.findings.empty());
  EXPECT_FALSE(report.Breaks());
  ASSERT_EQ(report.suppressed.size(), 1u);
  EXPECT_EQ(report.suppressed[0].reason, "known");
}

TEST(Suppressions, OfAnArchitectureLeaveTheOthers) {
  const Report report =
      With("id = \"constant-value-changed\"\narchs = [\"i386\"]");
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].archs, (std::vector<std::string>{"amd64"}));
  EXPECT_TRUE(report.complaints.empty());
}

TEST(Suppressions, OneThatHidesNothingIsAFailure) {
  const Report report = With("id = \"constant-value-changed\"\nname = \"B\"");
  EXPECT_EQ(report.findings.size(), 1u);
  ASSERT_EQ(report.complaints.size(), 1u);
  EXPECT_THAT(report.complaints[0], HasSubstr("s.toml:1: there is no finding"));
  EXPECT_TRUE(report.Breaks());
}

TEST(Suppressions, OneThatHasExpiredHidesNothing) {
  const Report report = With("id = \"constant-value-changed\"", "2027-01-30");
  EXPECT_EQ(report.findings.size(), 1u);
  ASSERT_EQ(report.complaints.size(), 1u);
  EXPECT_THAT(report.complaints[0], HasSubstr("expired on 2027-01-30"));
}

TEST(Suppressions, BadFilesAreRefusedWithTheirLine) {
  const auto complaint = [](const std::string& text) {
    const auto read = ParseSuppressions(text, "s.toml");
    return read ? std::string() : read.error().message;
  };
  const std::string start = "[[suppression]]\n";
  // toml++ 3.3 asserts that it does not read this.
  EXPECT_EQ(complaint(start + "[[[suppression]]\n[id[supp id[supp "),
            "s.toml: this is no TOML");
  // It takes these for unreachable; the fuzzer sees whether it still does.
  EXPECT_THAT(complaint("\u00e9id = 1\n"), HasSubstr("s.toml:1: "));
  EXPECT_THAT(complaint("\ufe7fid = 1\n"), HasSubstr("s.toml:1: "));
  EXPECT_THAT(complaint("\u2c60id = 1\n"), HasSubstr("s.toml:1: "));
  EXPECT_THAT(complaint(start + "id = \n"), HasSubstr("s.toml:2: "));
  EXPECT_THAT(complaint(start + "ids = \"a\"\n"), HasSubstr("s.toml:2: there"));
  EXPECT_THAT(complaint("[suppression]\n"), HasSubstr("s.toml:1: "));
  EXPECT_THAT(complaint(start + "name = \"a\"\n"), HasSubstr("id or a story"));
  EXPECT_THAT(complaint(start + "id = \"a\"\nexpires = 2027-01-01\n"),
              HasSubstr("has a reason"));
  EXPECT_THAT(complaint(start + "id = \"a\"\nreason = \"b\"\n"),
              HasSubstr("a day on which"));
  EXPECT_THAT(
      complaint(start + "id = \"a\"\nreason = \"b\"\nexpires = \"2027\"\n"),
      HasSubstr("s.toml:4: expires"));
  EXPECT_EQ(complaint(""), "");
}

TEST(ParseDay, TakesDaysOnly) {
  EXPECT_EQ(*ParseDay("2027-01-31"), kToday);
  EXPECT_FALSE(ParseDay("2027-02-30"));
  EXPECT_FALSE(ParseDay("2027-1-3"));
  EXPECT_FALSE(ParseDay("tomorrow"));
}

}  // namespace
}  // namespace plumbline::gate
