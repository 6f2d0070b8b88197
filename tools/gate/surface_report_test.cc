#include "tools/gate/surface_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tools/cli/json.h"
#include "tools/gate/testing.h"

namespace plumbline::gate {
namespace {

using testing::HasSubstr;

constexpr std::string_view kRecorded =
    "header|glibc|a.h|includable||\nheader|glibc|b.h|includable||\n"
    "header|uapi|linux/c.h|includable||\n"
    "section|glibc|a.h|\nmacro|A|if|dgp|int|1\n"
    "section|uapi|linux/c.h|\nmacro|C|if|-|int|1\n"
    "library|libx.so.1\nnode|V_1\nsymbol|x|V_1|default|func|global|0\n";

harvest::Surface Changed(std::string_view from, std::string_view to) {
  std::string text(kRecorded);
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos);
  return SurfaceOf(text.replace(at, from.size(), to));
}

// By name of the check: its status.
std::map<std::string, std::string> Statuses(const std::string& report) {
  std::map<std::string, std::string> statuses;
  const auto json = cli::ParseJson(report);
  EXPECT_TRUE(json);
  for (const auto& check : (*json)["checks"])
    statuses[check["check"]] = check["status"];
  return statuses;
}

TEST(SurfaceReport, PassesEachHeaderAndLibraryThatIsAsRecorded) {
  const harvest::Surface same = SurfaceOf(kRecorded);
  const std::string report = SurfaceReport(same, same, "glibc-2.99");
  const std::map<std::string, std::string> wanted = {
      {"Surface/glibc/a.h", "passed"},
      {"Surface/glibc/b.h", "passed"},
      {"Surface/uapi/linux/c.h", "passed"},
      {"Surface/elf/libx.so.1", "passed"}};
  EXPECT_EQ(Statuses(report), wanted);
  const auto json = cli::ParseJson(report);
  EXPECT_EQ((*json)["schema"], "plumbline.report/1");
  EXPECT_EQ((*json)["libc"], "glibc 2.99");
}

TEST(SurfaceReport, SaysWhatWasRecordedAndWhatIsThere) {
  const std::string report = SurfaceReport(
      SurfaceOf(kRecorded), Changed("|A|if|dgp|int|1", "|A|if|dgp|int|2"),
      "glibc-2.99");
  auto statuses = Statuses(report);
  EXPECT_EQ(statuses["Surface/glibc/a.h/constant-value-changed/A"], "failed");
  EXPECT_FALSE(statuses.contains("Surface/glibc/a.h"));
  EXPECT_EQ(statuses["Surface/glibc/b.h"], "passed");
  EXPECT_THAT(report, HasSubstr("conformance/baselines glibc-2.99/amd64"));
  const auto json = cli::ParseJson(report);
  EXPECT_EQ((*json)["checks"][0]["declared"], "1");
  EXPECT_EQ((*json)["checks"][0]["seen"], "2");
}

TEST(SurfaceReport, NoticesWhatIsGoneAndWhatIsNew) {
  auto gone = Statuses(
      SurfaceReport(SurfaceOf(kRecorded),
                    Changed("symbol|x|V_1|default|func|global|0\n", ""), "n"));
  EXPECT_EQ(gone["Surface/elf/libx.so.1/symbol-removed/x@V_1"], "failed");
  auto added = Statuses(
      SurfaceReport(SurfaceOf(kRecorded),
                    Changed("macro|C|if|-|int|1\n",
                            "macro|C|if|-|int|1\nmacro|D|if|-|int|1\n"),
                    "n"));
  EXPECT_EQ(added["Surface/uapi/linux/c.h/constant-added/D"], "failed");
}

// Debian's kernel headers move within a release, and the C library's do not.
TEST(SurfaceReport, LeavesOtherKernelHeadersOutAndSaysSo) {
  harvest::Surface other = Changed("|C|if|-|int|1", "|C|if|-|int|2");
  other.kernel_headers = "6.9.3";
  const std::string report = SurfaceReport(SurfaceOf(kRecorded), other, "n");
  auto statuses = Statuses(report);
  EXPECT_EQ(statuses["Surface/uapi"], "skipped");
  EXPECT_EQ(statuses.size(), 4u);
  EXPECT_THAT(report, HasSubstr("6.9.3 here, and 6.9.2 in the baseline"));
}

// Another build of a machine's own is compared, and is to be the same.
TEST(SurfaceReport, SkipsCrossCompilersPackagesOfAnotherBuild) {
  const std::string recorded = "package|libc6-dev|2.99-9|amd64|\n";
  const std::string other = "package|libc6-dev-amd64-cross|2.99-8cross1|all|\n";
  const auto statuses = [&](const std::string& before,
                            const std::string& after) {
    return Statuses(SurfaceReport(SurfaceOf(before + std::string(kRecorded)),
                                  SurfaceOf(after + std::string(kRecorded)),
                                  "n"));
  };
  const std::map<std::string, std::string> skipped = {{"Surface", "skipped"}};
  EXPECT_EQ(statuses(recorded, other), skipped);
  EXPECT_EQ(statuses(other, other).size(), 4u);
  EXPECT_EQ(statuses(recorded, "package|libc6-dev|2.99-10|amd64|\n").size(),
            4u);
}

TEST(SurfaceReport, SkipsWhatHasNoBaseline) {
  const std::string report = NoBaselineReport(SurfaceOf(kRecorded));
  const std::map<std::string, std::string> wanted = {{"Surface", "skipped"}};
  EXPECT_EQ(Statuses(report), wanted);
  EXPECT_THAT(report, HasSubstr("no baseline is recorded of glibc 2.99"));
}

}  // namespace
}  // namespace plumbline::gate
