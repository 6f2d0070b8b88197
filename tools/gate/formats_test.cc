#include "tools/gate/formats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/cli/json.h"
#include "tools/gate/gate.h"
#include "tools/gate/testing.h"

namespace plumbline::gate {
namespace {

using testing::HasSubstr;
using testing::Not;

Report Small() {
  std::vector<harvest::Surface> before, after;
  before.push_back(SurfaceOf(
      "header|glibc|a.h|includable||\n"
      "section|glibc|a.h|\nmacro|A<b>|if|dgp|int|1\nmacro|C|if|dgp|int|1\n"
      "macro|L_MAX|if|dgp|int|1\n"));
  after.push_back(
      SurfaceOf("header|glibc|a.h|includable||\n"
                "section|glibc|a.h|\nmacro|A<b>|if|dgp|int|2\n"
                "macro|C|if|dgp|long|1\nmacro|L_MAX|if|dgp|int|2\n"));
  return *CompareAll(before, after, {});
}

TEST(GateText, IsForPeople) {
  const std::string text = GateText(Small(), {});
  EXPECT_THAT(text, HasSubstr("glibc 2.99, kernel headers 6.9.2 → "));
  EXPECT_THAT(text, HasSubstr("A<b> of <a.h>: 1 became 2."));
  EXPECT_THAT(text, HasSubstr("1 breaking, 1 notable, 1 benign"));
  EXPECT_THAT(text, Not(HasSubstr("L_MAX")));
  EXPECT_THAT(text, Not(HasSubstr("\033")));
  EXPECT_LT(text.find("breaking  Constants"), text.find("notable  Constants"));
}

TEST(GateText, ShowsAllAndColours) {
  const std::string text = GateText(Small(), {.colour = true, .all = true});
  EXPECT_THAT(text, HasSubstr("L_MAX of <a.h>: 1 became 2. [counter]"));
  EXPECT_THAT(text, HasSubstr("\033["));
}

TEST(GateJson, HasItsSchema) {
  const auto json = cli::ParseJson(GateJson(Small()));
  ASSERT_TRUE(json);
  EXPECT_EQ(cli::Text(*json, "schema"), "plumbline.gate/1");
  EXPECT_EQ((*json)["old"]["libc"], "glibc 2.99");
  EXPECT_EQ((*json)["counts"]["breaking"], 1);
  ASSERT_EQ((*json)["findings"].size(), 3u);
  const auto& first = (*json)["findings"][0];
  EXPECT_EQ(first["id"], "constant-value-changed");
  EXPECT_EQ(first["name"], "A<b>");
  EXPECT_EQ(first["owner"], "a.h");
  EXPECT_EQ(first["side"], "glibc");
  EXPECT_EQ(first["old"], "1");
  EXPECT_EQ(first["new"], "2");
  EXPECT_EQ(first["archs"][0], "amd64");
  EXPECT_TRUE(first.contains("story"));
  const auto& complete = (*json)["completeness"]["amd64"]["old"];
  EXPECT_EQ(complete["headers"], 1);
  EXPECT_EQ(complete["macros"], 3);
  EXPECT_EQ(complete["evaluated"], 3);
}

// Each form names the architectures that were not compared, and why.
TEST(Formats, SayWhatIsLeftOut) {
  Report report = Small();
  EXPECT_EQ(LeftOutText(report), "");
  EXPECT_THAT(GateText(report, {}), Not(HasSubstr("left out")));
  report.left_out = {{"armel", false}, {"mips", false}, {"riscv64", true}};
  const std::string words = "not in NEW: armel, mips; not in OLD: riscv64";
  EXPECT_THAT(GateText(report, {}), HasSubstr("left out: " + words));
  EXPECT_THAT(GateMarkdown(report), HasSubstr("Left out: " + words));
  EXPECT_THAT(GateHtml(report), HasSubstr("left out: " + words));
  EXPECT_THAT(GateJunit(report),
              HasSubstr("classname=\"riscv64\" name=\"compared\"><skipped "
                        "message=\"not in OLD\""));
  EXPECT_THAT(GateJunit(report), HasSubstr("skipped=\"3\""));
  const auto json = cli::ParseJson(GateJson(report));
  ASSERT_TRUE(json);
  ASSERT_EQ((*json)["left_out"].size(), 3u);
  EXPECT_EQ((*json)["left_out"][0]["arch"], "armel");
  EXPECT_EQ((*json)["left_out"][0]["lacked_by"], "new");
  EXPECT_EQ((*json)["left_out"][2]["lacked_by"], "old");
}

}  // namespace
}  // namespace plumbline::gate
