#include "tools/cli/check_formats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tools/cli/json.h"

namespace plumbline::cli {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

const std::vector<Target> kAll = {
    {"amd64", "amd64", "", "x86_64-linux-gnu", "x86_64"},
    {"i386", "i386", "", "i686-linux-gnu", "i386"},
    {"i386/time64", "i386", "time64", "i686-linux-gnu", "i386"},
    {"alpha", "alpha", "", "alpha-linux-gnu", "alpha"},
};

Check Passed(const std::string& name, const std::string& kind,
             bool pinned = false) {
  return {name, kind, Status::kPassed, pinned, "", "", "bindings/x.toml:1", ""};
}

Check Failed(const std::string& seen) {
  return {"Constant/EPOLLIN",
          "constants",
          Status::kFailed,
          false,
          "0x1",
          seen,
          "bindings/epoll.toml:12",
          ""};
}

Check Skipped(const std::string& name) {
  return {name, "symbols", Status::kSkipped,   false, "",
          "",   "",        "linked statically"};
}

TargetResult Checked(const Target& target, std::vector<Check> checks) {
  return {target,
          Outcome::kChecked,
          "",
          RunBy::kKernel,
          {"glibc 2.36", "6.1.0", "6.1.170", 4711, 5000, std::move(checks)}};
}

CheckResults Results(const std::string& seen_on_amd64) {
  CheckResults results;
  results.declared = kAll;
  results.targets = {
      Checked(kAll[0],
              {Failed(seen_on_amd64), Passed("Layout/a/size", "sizes", true),
               Skipped("Symbol/a")}),
      Checked(kAll[1], {Failed("0x2"), Passed("Layout/a/size", "sizes"),
                        Skipped("Symbol/a")}),
      Checked(kAll[2], {Failed("0x2"), Passed("Layout/a/size", "sizes"),
                        Skipped("Symbol/b")}),
      {kAll[3],
       Outcome::kSkipped,
       "qemu-alpha-static is missing",
       RunBy::kNobody,
       {}},
  };
  return results;
}

TEST(CheckText, IsATableThenFailuresThenSkips) {
  EXPECT_EQ(
      CheckText(Results("0x2"), false),
      R"(target       constants  sizes  offsets  prototypes  symbols  conformance  pinned  facts
-----------  ---------  -----  -------  ----------  -------  -----------  ------  -----
amd64            0/1/0      1        -           -    0/0/1            0       1   4711
i386             0/1/0      1        -           -    0/0/1            1       0   4711
i386/time64      0/1/0      1        -           -    0/0/1            1       0   4711

A number alone is of passed checks, three are passed/failed/skipped. Of the passed ones,
conformance holds the target against another source; pinned guards against change, no proof.

amd64, i386: glibc 2.36, kernel 6.1.0, kernel headers 6.1.170, native

FAILED  Constant/EPOLLIN  on amd64, i386
  declared  0x1  bindings/epoll.toml:12
  seen      0x2  glibc 2.36, kernel headers 6.1.170
  again     tools/plumbline check --arch amd64,i386 --only Constant/EPOLLIN

SKIPPED
  3  linked statically             amd64, i386
  1  qemu-alpha-static is missing  alpha

3 passed, 3 failed, 4 skipped
)");
}

TEST(CheckText, FoldsOnlyEqualFailures) {
  const std::string text = CheckText(Results("0x30"), false);
  EXPECT_THAT(text, HasSubstr("FAILED  Constant/EPOLLIN  on amd64\n"));
  EXPECT_THAT(text, HasSubstr("FAILED  Constant/EPOLLIN  on i386\n"));
}

TEST(CheckText, NamesAllThatWasSeen) {
  CheckResults results = Results("0x2");
  results.targets[0].report.kernel_headers = "5.10.0";
  EXPECT_THAT(
      CheckText(results, false),
      HasSubstr(
          "seen      0x2  glibc 2.36, kernel headers 5.10.0 or 6.1.170\n"));
}

TEST(CheckText, PrintsTheSpeedIfAsked) {
  CheckResults results = Results("0x2");
  EXPECT_THAT(CheckText(results, false), Not(HasSubstr("facts/s")));
  results.times = true;
  EXPECT_THAT(CheckText(results, false), HasSubstr("942200"));
}

TEST(CheckText, HasNoEmptyParts) {
  CheckResults results;
  results.declared = kAll;
  results.targets = {
      Checked(kAll[0], {Passed("Constant/A", "constants"),
                        Passed("Completeness/x", "completeness")})};
  const std::string text = CheckText(results, false);
  EXPECT_THAT(text, Not(HasSubstr("FAILED")));
  EXPECT_THAT(text, Not(HasSubstr("SKIPPED")));
  EXPECT_THAT(text, HasSubstr("completeness"));
  EXPECT_THAT(text, EndsWith("\n2 passed, 0 failed, 0 skipped\n"));
}

TEST(CheckText, ColoursFailures) {
  EXPECT_THAT(CheckText(Results("0x2"), true),
              HasSubstr("\033[1;31mFAILED\033[0m"));
  EXPECT_THAT(CheckText(Results("0x2"), false), Not(HasSubstr("\033")));
}

TEST(CheckJson, HasTheSchema) {
  const Json json = ParseJson(CheckJson(Results("0x2"))).value();
  EXPECT_EQ(json["schema"], "plumbline.check/1");
  ASSERT_EQ(json["targets"].size(), 4u);
  const Json& i386 = json["targets"][1];
  EXPECT_EQ(i386["arch"], "i386");
  EXPECT_EQ(i386["variant"], "");
  EXPECT_EQ(i386["libc"], "glibc 2.36");
  EXPECT_EQ(i386["kernel"], "6.1.0");
  EXPECT_EQ(i386["runner"], "native");
  for (const char* kind : {"constants", "sizes", "offsets", "prototypes",
                           "symbols", "errors", "programs"}) {
    for (const char* status : {"passed", "failed", "skipped"}) {
      EXPECT_TRUE(i386["counts"][kind][status].is_number())
          << kind << " " << status;
    }
  }
  EXPECT_EQ(i386["counts"]["constants"]["failed"], 1);
  const Json& failure = i386["failures"][0];
  EXPECT_EQ(failure["check"], "Constant/EPOLLIN");
  EXPECT_EQ(failure["declared"], "0x1");
  EXPECT_EQ(failure["seen"], "0x2");
  EXPECT_EQ(failure["where"], "bindings/epoll.toml:12");
  EXPECT_EQ(i386["deviations"], Json::array());
  EXPECT_EQ(i386["skips"][0]["check"], "Symbol/a");
  EXPECT_EQ(i386["skips"][0]["reason"], "linked statically");
  EXPECT_EQ(json["targets"][3]["skips"][0]["reason"],
            "qemu-alpha-static is missing");
  EXPECT_FALSE(i386.contains("microseconds"));
}

TEST(CheckJson, TellsOfTargetsThatCouldNotBeChecked) {
  CheckResults results = Results("0x2");
  results.targets[2].outcome = Outcome::kUnusable;
  results.targets[2].reason = "its checker was killed by SIGSEGV";
  const Json json = ParseJson(CheckJson(results)).value();
  EXPECT_EQ(json["targets"].size(), 3u);
  EXPECT_EQ(json["errors"][0]["variant"], "time64");
  EXPECT_EQ(json["errors"][0]["reason"], "its checker was killed by SIGSEGV");
}

// The same results, but that two of the failures are known deviations.
CheckResults Deviating() {
  CheckResults results = Results("0x2");
  for (std::size_t i : {1, 2}) {
    Check& check = results.targets[i].report.checks[0];
    check.status = Status::kDeviation;
    check.reason = "it is known";
    check.where = "conformance/ledger/qemu-user.toml:12";
    results.targets[i].by = RunBy::kQemu;
    results.targets[i].emulator = "qemu-user 7.2.22";
  }
  return results;
}

TEST(Deviations, AreNeitherPassedNorFailed) {
  const Counts counts = Deviating().Count();
  EXPECT_EQ(counts.passed, 3u);
  EXPECT_EQ(counts.failed, 1u);
  EXPECT_EQ(counts.skipped, 4u);
  EXPECT_EQ(counts.deviations, 2u);
  EXPECT_EQ(CountsLine(counts),
            "3 passed, 1 failed, 4 skipped, 2 known deviations");
}

TEST(Deviations, InText) {
  const std::string text = CheckText(Deviating(), false);
  EXPECT_THAT(text, HasSubstr("  pinned  facts  deviations\n"));
  EXPECT_THAT(text, HasSubstr("amd64            0/1/0      1"));
  EXPECT_THAT(text, HasSubstr("i386                 0      1"));
  EXPECT_THAT(text, HasSubstr("\nKNOWN DEVIATIONS\n"
                              "  Constant/EPOLLIN  it is known  i386\n"));
  EXPECT_THAT(
      text,
      HasSubstr(
          "i386: glibc 2.36, kernel 6.1.0, kernel headers 6.1.170, qemu-user "
          "7.2.22\n"));
  EXPECT_THAT(
      text, EndsWith("\n3 passed, 1 failed, 4 skipped, 2 known deviations\n"));
}

TEST(Deviations, InJson) {
  const Json json = ParseJson(CheckJson(Deviating())).value();
  const Json& i386 = json["targets"][1];
  EXPECT_EQ(i386["runner"], "qemu-user 7.2.22");
  EXPECT_EQ(i386["counts"]["constants"]["deviations"], 1);
  EXPECT_EQ(i386["counts"]["constants"]["failed"], 0);
  EXPECT_EQ(i386["failures"], Json::array());
  ASSERT_EQ(i386["deviations"].size(), 1u);
  EXPECT_EQ(i386["deviations"][0]["check"], "Constant/EPOLLIN");
  EXPECT_EQ(i386["deviations"][0]["reason"], "it is known");
  EXPECT_EQ(i386["deviations"][0]["seen"], "0x2");
  EXPECT_EQ(json["counts"]["deviations"], 2);
}

TEST(Deviations, InMarkdownAndJunit) {
  const std::string markdown = CheckMarkdown(Deviating());
  EXPECT_THAT(markdown, HasSubstr("## Known deviations"));
  EXPECT_THAT(markdown, HasSubstr("| Constant/EPOLLIN | i386 | 0x1 | 0x2 | it "
                                  "is known | conformance/ledger/"));
  EXPECT_THAT(markdown, HasSubstr("| qemu-user 7.2.22 |"));
  const std::string junit = CheckJunit(Deviating());
  EXPECT_THAT(junit, HasSubstr("tests=\"10\" failures=\"1\""));
  EXPECT_THAT(
      junit, HasSubstr("<property name=\"deviation\" value=\"it is known\"/>"));
}

TEST(CheckMarkdown, HasTables) {
  const std::string text = CheckMarkdown(Results("0x2"));
  EXPECT_THAT(text, HasSubstr("| amd64 | 0/1/0 |"));
  EXPECT_THAT(text, HasSubstr("## Failures"));
  EXPECT_THAT(text,
              HasSubstr("| Constant/EPOLLIN | amd64, i386 | 0x1 | 0x2 |"));
  EXPECT_THAT(text, EndsWith("\n3 passed, 3 failed, 4 skipped\n"));
}

TEST(CheckJunit, HasASuitePerTarget) {
  const std::string text = CheckJunit(Results("a<\"b\">&"));
  EXPECT_THAT(
      text,
      HasSubstr("tests=\"10\" failures=\"3\" errors=\"0\" skipped=\"4\""));
  EXPECT_THAT(text, HasSubstr("<testsuite name=\"i386/time64\" tests=\"3\" "
                              "failures=\"1\" errors=\"0\" skipped=\"1\">"));
  EXPECT_THAT(text, HasSubstr("seen a&lt;&quot;b&quot;&gt;&amp;"));
  EXPECT_THAT(text, HasSubstr("<skipped message=\"linked statically\"/>"));
  EXPECT_THAT(text,
              HasSubstr("<skipped message=\"qemu-alpha-static is missing\"/>"));
}

TEST(AgainCommand, NamesTheEmulators) {
  CheckResults results = Results("0x2");
  results.qemu = "my qemu";
  EXPECT_EQ(AgainCommand(results, {Failed("0x2"), {&results.targets[0]}}),
            "tools/plumbline check --arch amd64 --qemu 'my qemu' --only "
            "Constant/EPOLLIN");
}

TEST(CheckHtml, HasAVerdict) {
  const auto has = [](const std::string& style, const std::string& verdict) {
    return HasSubstr("<p class=\"verdict " + style + "\">" + verdict + "</p>");
  };
  CheckResults results = Results("0x2");
  EXPECT_THAT(CheckHtml(results),
              has("failed", "3 checks failed on 3 targets"));
  for (TargetResult& target : results.targets) {
    for (Check& check : target.report.checks) {
      if (check.status == Status::kFailed) check.status = Status::kDeviation;
    }
  }
  EXPECT_THAT(CheckHtml(results),
              has("passed", "As declared, but for 3 known deviations"));
  for (TargetResult& target : results.targets) {
    std::erase_if(target.report.checks, [](const Check& check) {
      return check.status == Status::kDeviation;
    });
  }
  EXPECT_THAT(CheckHtml(results),
              has("passed", "All that was checked is as declared"));
  results.targets[3].outcome = Outcome::kUnusable;
  EXPECT_THAT(CheckHtml(results),
              has("failed", "1 target could not be checked"));
  results.targets.erase(results.targets.begin(), results.targets.begin() + 3);
  results.targets[0].outcome = Outcome::kSkipped;
  EXPECT_THAT(CheckHtml(results), has("skipped", "Nothing was checked"));
}

TEST(AgainCommand, IsSafeForAShell) {
  const CheckResults results = Results("0x2");
  SharedFailure failure = {Failed("0x2"), {&results.targets[2]}};
  failure.check.name = "Layout/a'b/x y";
  EXPECT_EQ(
      AgainCommand(results, failure),
      "tools/plumbline check --arch i386/time64 --only 'Layout/a'\\''b/x y'");
}

}  // namespace
}  // namespace plumbline::cli
