#include "tools/cli/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace plumbline::cli {
namespace {

using testing::HasSubstr;

const Target kTarget = {"i386/time64", "i386", "time64", "i686-linux-gnu",
                        "i386"};

std::string ReportOf(const std::string& checks) {
  return R"({"schema": "plumbline.report/1", "arch": "i386", "variant": "time64", "libc": "glibc 2.36",
    "kernel": "6.1.0", "kernel_headers": "6.1.170", "facts": 12, "microseconds": 34, "checks": [)" +
         checks + "]}";
}

std::string Refusal(const std::string& text) {
  const Result<Report> report = ParseReport(text, kTarget);
  return report ? "" : report.error().message;
}

TEST(ParseReport, ReadsAndSortsChecks) {
  const Result<Report> report = ParseReport(
      ReportOf(
          R"({"check": "Symbol/z", "kind": "symbols", "status": "skipped", "reason": "why"},
        {"check": "Constant/A", "kind": "constants", "status": "failed", "pinned": true, "declared": "1",
         "seen": "2", "where": "bindings/x.toml:1"})"),
      kTarget);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->facts, 12u);
  EXPECT_EQ(report->microseconds, 34u);
  ASSERT_EQ(report->checks.size(), 2u);
  const Check& check = report->checks[0];
  EXPECT_EQ(check.name, "Constant/A");
  EXPECT_EQ(check.status, Status::kFailed);
  EXPECT_TRUE(check.pinned);
  EXPECT_EQ(check.declared, "1");
  EXPECT_EQ(check.seen, "2");
  EXPECT_EQ(check.where, "bindings/x.toml:1");
  EXPECT_EQ(report->checks[1].reason, "why");
}

TEST(ParseReport, ReadsDeviations) {
  const Result<Report> report = ParseReport(
      ReportOf(
          R"({"check": "Errors/a", "kind": "errors", "status": "deviation", "reason": "why", "declared": "EIO",
        "seen": "0", "where": "conformance/ledger/qemu-user.toml:1"})"),
      kTarget);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->checks[0].status, Status::kDeviation);
  EXPECT_EQ(report->checks[0].reason, "why");
  EXPECT_THAT(Refusal(ReportOf(
                  R"({"check": "A", "kind": "sizes", "status": "deviation"})")),
              HasSubstr("excuses A without a reason"));
}

TEST(ParseReport, RefusesWhatIsNoReport) {
  EXPECT_THAT(Refusal(""), HasSubstr("JSON"));
  EXPECT_THAT(Refusal("[1]"), HasSubstr("schema"));
  EXPECT_THAT(Refusal(R"({"schema": "plumbline.report/2"})"),
              HasSubstr("'plumbline.report/2'"));
  EXPECT_THAT(
      Refusal(
          R"({"schema": "plumbline.report/1", "arch": "i386", "variant": ""})"),
      HasSubstr("is that of i386"));
}

TEST(ParseReport, RefusesAReportThatProvesNothing) {
  EXPECT_THAT(Refusal(ReportOf("")), HasSubstr("no checks"));
}

TEST(ParseReport, RefusesIncompleteChecks) {
  EXPECT_THAT(Refusal(ReportOf(
                  R"({"check": "A", "kind": "constants", "status": "maybe"})")),
              HasSubstr("status"));
  EXPECT_THAT(Refusal(ReportOf(R"({"kind": "constants", "status": "passed"})")),
              HasSubstr("name"));
  EXPECT_THAT(Refusal(ReportOf("7")), HasSubstr("name"));
  EXPECT_THAT(Refusal(ReportOf(
                  R"({"check": "A", "kind": "sizes", "status": "skipped"})")),
              HasSubstr("skips A without a reason"));
}

}  // namespace
}  // namespace plumbline::cli
