#include "tools/gate/stories.h"

#include <gtest/gtest.h>

#include "tools/gate/formats.h"
#include "tools/gate/gate.h"
#include "tools/gate/testing.h"

namespace plumbline::gate {
namespace {

Report Between(const std::string& before, const std::string& after) {
  std::vector<harvest::Surface> one, other;
  one.push_back(SurfaceOf(before));
  other.push_back(SurfaceOf(after));
  auto report = CompareAll(one, other, {});
  EXPECT_TRUE(report);
  return *std::move(report);
}

const std::string kLibc =
    "library|libc.so.6\nnode|GLIBC_2.2.5\nnode|GLIBC_2.42\n";

TEST(Stories, TermiosSpeedsAreOne) {
  const Report report = Between(
      "section|glibc|termios.h|\nmacro|B9600|if|dgp|int|13\n"
      "function|cfsetospeed|dgp|int (int)||\n" +
          kLibc + "symbol|cfsetospeed|GLIBC_2.2.5|default|func|global|0\n",
      "section|glibc|termios.h|\nmacro|B9600|if|dgp|unsigned int|9600\n"
      "function|cfsetospeed|dgp|int (unsigned int)||\n" +
          kLibc +
          "symbol|cfsetospeed|GLIBC_2.2.5|hidden|func|global|0\n"
          "symbol|cfsetospeed|GLIBC_2.42|default|func|global|0\n");
  ASSERT_EQ(report.stories.size(), 1u);
  EXPECT_EQ(report.stories[0].id, "termios-speed");
  EXPECT_EQ(report.stories[0].findings, 3u);
  EXPECT_EQ(report.stories[0].severity, Severity::kBreaking);
  for (const Finding& finding : report.findings)
    EXPECT_EQ(finding.story, "termios-speed") << Text(finding);
}

TEST(Stories, AnotherConstantOfTheHeaderIsNoPart) {
  const Report report =
      Between("section|glibc|termios.h|\nmacro|VMIN|if|dgp|int|13\n",
              "section|glibc|termios.h|\nmacro|VMIN|if|dgp|int|9600\n");
  EXPECT_TRUE(report.stories.empty());
}

TEST(Stories, APrototypeAndANewDefaultOfOneFunction) {
  const Report report =
      Between("section|glibc|a.h|\nfunction|f|dgp|int (int)||\n" + kLibc +
                  "symbol|f|GLIBC_2.2.5|default|func|global|0\n",
              "section|glibc|a.h|\nfunction|f|dgp|long (int)||\n" + kLibc +
                  "symbol|f|GLIBC_2.2.5|hidden|func|global|0\n"
                  "symbol|f|GLIBC_2.42|default|func|global|0\n");
  ASSERT_EQ(report.stories.size(), 1u);
  EXPECT_EQ(report.stories[0].id, "function:f");
  EXPECT_EQ(report.stories[0].findings, 2u);
}

TEST(Stories, ATypeIsOne) {
  const Report report = Between(
      "section|glibc|a.h|\nstruct|s|dgp|4|4|\n|a|0|4|int\n",
      "section|glibc|a.h|\nstruct|s|dgp|8|4|\n|b|0|4|int\n|a|4|4|int\n");
  ASSERT_EQ(report.stories.size(), 1u);
  EXPECT_EQ(report.stories[0].id, "type:a.h:struct s");
  EXPECT_EQ(report.stories[0].findings, 3u);
}

TEST(Stories, AHeaderThatIsGoneTakesItsNames) {
  const Report report = Between(
      "header|glibc|a.h|includable||\n"
      "section|glibc|a.h|\nmacro|A|if|dgp|int|1\nmacro|B|if|dgp|int|1\n",
      "");
  ASSERT_EQ(report.stories.size(), 1u);
  EXPECT_EQ(report.stories[0].id, "header:a.h");
  EXPECT_EQ(report.stories[0].findings, 3u);
}

TEST(Stories, HeadersOfTheKernelThatAreGoneAreOne) {
  const Report report = Between(
      "header|uapi|linux/a.h|includable||\nheader|uapi|linux/b.h|includable||\n"
      "section|uapi|linux/a.h|\nmacro|A|if|-|int|1\n"
      "section|uapi|linux/b.h|\nmacro|B|if|-|int|1\n",
      "");
  ASSERT_EQ(report.stories.size(), 1u);
  EXPECT_EQ(report.stories[0].id, "headers:uapi");
  EXPECT_EQ(report.stories[0].title, "2 headers of the kernel are gone");
  EXPECT_EQ(report.stories[0].findings, 4u);
}

// What is known of, then the C library's, then the kernel's.
TEST(Paragraphs, AreInOrder) {
  const Report report = Between(
      "section|glibc|b.h|\nmacro|B|if|dgp|int|1\n"
      "section|glibc|termios.h|\nmacro|B9600|if|dgp|int|13\n"
      "section|uapi|a.h|\nmacro|A|if|-|int|1\n",
      "section|glibc|b.h|\nmacro|B|if|dgp|int|2\n"
      "section|glibc|termios.h|\nmacro|B9600|if|dgp|int|9600\n"
      "section|uapi|a.h|\nmacro|A|if|-|int|2\n");
  std::vector<std::string> names;
  for (const Paragraph& paragraph : Paragraphs(report))
    names.push_back(paragraph.first().name);
  EXPECT_EQ(names, (std::vector<std::string>{"B9600", "B", "A"}));
}

}  // namespace
}  // namespace plumbline::gate
