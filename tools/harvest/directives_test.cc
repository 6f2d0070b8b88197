#include "tools/harvest/directives.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline::harvest {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Directives, TellsWhatIsTestedDefinedAndUndefined) {
  const Directives found = ScanDirectives(
      "#ifndef A\n"
      "  #  define B(x) 1 /* #undef C\n#undef D */\n"
      "#if defined(E) && \\\n F > 0x1f\n"
      "#elif G\n"
      "// #ifdef H\n"
      "const char *text = \"\\\"#ifdef I\";\n"
      "#undef J // K\n");
  EXPECT_THAT(found.tested, ElementsAre("A", "E", "F", "G"));
  EXPECT_THAT(found.defined, ElementsAre("B"));
  EXPECT_THAT(found.undefined, ElementsAre("J"));
}

TEST(Directives, AnApostropheOfProseHidesNothing) {
  const Directives found = ScanDirectives("#error Don't\n#ifdef A\n");
  EXPECT_THAT(found.tested, ElementsAre("A"));
}

TEST(Directives, TellsWhichHeaderToUseInstead) {
  EXPECT_EQ(ScanDirectives("# error \"Never use <bits/a.h> directly; include "
                           "<a.h> instead.\"\n")
                .instead,
            "a.h");
  EXPECT_EQ(ScanDirectives("#error \"<a.h> needs a compiler\"\n").instead, "");
}

TEST(Directives, AnUnfinishedCommentEndsWithTheFile) {
  EXPECT_THAT(ScanDirectives("/* \n#ifdef A\n").tested, IsEmpty());
}

TEST(WithoutComments, KeepsLiterals) {
  EXPECT_EQ(WithoutComments("a /* b */  c \"/* d */\" // e"),
            "a c \"/* d */\"");
  EXPECT_EQ(WithoutComments("a\\\n  b"), "a b");
}

TEST(Identifiers, AreNoPartsOfNumbersAndLiterals) {
  EXPECT_THAT(Identifiers("0x1fUL + a1 * 'b' \"c\" 1e5f d"),
              ElementsAre("a1", "d"));
}

}  // namespace
}  // namespace plumbline::harvest
