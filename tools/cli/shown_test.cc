#include "tools/cli/shown.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "tools/cli/embedded_data.h"
#include "tools/cli/table.h"

namespace plumbline::cli {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

const Declarations& Real() {
  static const Declarations declarations =
      Declarations::Parse(EmbeddedDeclarations().front().bytes).value();
  return declarations;
}

std::string Show(const std::string& name) {
  std::string text;
  for (const Entry* entry : Real().Find(name)) {
    text += AsText(ShowOne(Real(), *entry, Real().targets()), Real().targets(),
                   false);
  }
  return text;
}

TEST(ShowOne, ConstantWithAColumnPerValue) {
  const std::string text = Show("O_DIRECT");
  EXPECT_THAT(text, HasSubstr("O_DIRECT: constant"));
  EXPECT_THAT(text, ContainsRegex("page +open\\(2\\)"));
  EXPECT_THAT(text, ContainsRegex("needs +.*_GNU_SOURCE"));
  EXPECT_THAT(text, HasSubstr("all others"));
  EXPECT_THAT(text, HasSubstr("040000,"));
}

TEST(ShowOne, ConstantThatIsEqualEverywhere) {
  EXPECT_THAT(Show("EPOLLIN"),
              HasSubstr("       all\n-----  ---\nvalue  1\ntype   int\n"));
}

TEST(ShowOne, StructByEitherName) {
  const std::string text = Show("epoll_event");
  EXPECT_EQ(text, Show("struct epoll_event"));
  EXPECT_THAT(text, ContainsRegex("amd64 .*x32 +all others"));
  EXPECT_THAT(text, ContainsRegex("packed +yes +no"));
  EXPECT_THAT(text, ContainsRegex("data +epoll_data_t +4 +8 +8 +8"));
}

TEST(ShowOne, FunctionWithItsVersions) {
  const std::string text = Show("epoll_wait");
  EXPECT_THAT(text,
              HasSubstr("int epoll_wait(int, struct epoll_event *, int, int)"));
  EXPECT_THAT(text, HasSubstr("-1 and errno"));
  EXPECT_THAT(text, HasSubstr("@@GLIBC_2.3.2"));
}

TEST(ShowOne, SymbolOfTheVariant) {
  EXPECT_THAT(Show("clock_gettime"), HasSubstr("__clock_gettime64"));
}

// Whatever is declared can be shown in 100 columns, in every format.
TEST(ShowOne, EverythingThatIsDeclared) {
  ASSERT_GT(Real().entries().size(), 900u);
  for (const Entry& entry : Real().entries()) {
    const Shown shown = ShowOne(Real(), entry, Real().targets());
    std::istringstream lines(AsText(shown, Real().targets(), false));
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(DisplayWidth(line), 100u) << entry.name << ": " << line;
    }
    EXPECT_THAT(AsMarkdown(shown, Real().targets()), HasSubstr("| --- |"))
        << entry.name;
  }
}

TEST(ShowMany, IsOneTableOfNamesAndValues) {
  std::vector<Entry> entries;
  for (const Entry* entry : Real().Find("EPOLL_CTL_*"))
    entries.push_back(*entry);
  const Shown shown = ShowMany(entries, Real().targets());
  EXPECT_EQ(AsText(shown, Real().targets(), false),
            "3 constants\n"
            "\n"
            "constant       type  all\n"
            "-------------  ----  ---\n"
            "EPOLL_CTL_ADD  int   1\n"
            "EPOLL_CTL_DEL  int   2\n"
            "EPOLL_CTL_MOD  int   3\n");
}

constexpr const char* kSmall = R"raw({"schema": "plumbline.declarations/1",
  "targets": [{"name": "a", "arch": "a", "triple": "a-linux-gnu"},
              {"name": "b", "arch": "b", "triple": "b-linux-gnu"}],
  "families": [{"name": "f", "title": "the family"}],
  "entries": [
    {"kind": "constant", "name": "HERE", "family": "f", "where": "f.toml:1", "page": "f(2)",
     "facts": [
      {"targets": ["a"], "type": "int", "at_least": 5, "runtime": true,
       "origin": "uapi:x.h", "uapi": "x.h", "pinned": true,
       "since": {"headers": "6.9", "kernel": "6.9"}},
      {"targets": ["b"], "absent": true}]},
    {"kind": "function", "name": "raw", "family": "f", "where": "f.toml:2",
     "facts": [
      {"targets": ["a", "b"], "prototype": "long raw(void)", "failure": "number",
       "syscall": "raw", "origin": "man:raw(2)"}]}]})raw";

std::string ShowSmall(const std::string& name,
                      const std::vector<std::string>& archs) {
  const Declarations declarations = Declarations::Parse(kSmall).value();
  const std::vector<Target> chosen =
      SelectArchitectures(declarations.targets(), archs).value();
  const Entry entry = declarations.Find(name).front()->On(chosen);
  return AsText(ShowOne(declarations, entry, chosen), chosen, false);
}

TEST(ShowOne, WhatIsAbsentSomewhere) {
  EXPECT_EQ(ShowSmall("HERE", {"all"}),
            "HERE: constant\n"
            "  page           f(2)\n"
            "  family         the family\n"
            "  evaluated      at run time\n"
            "  kernel header  x.h\n"
            "  since          kernel headers 6.9, kernel 6.9\n"
            "  origin         uapi:x.h\n"
            "  checked        with the kernel's header; pinned (guards against "
            "change, no proof)\n"
            "  declared at    f.toml:1\n"
            "\n"
            "       a           b\n"
            "-----  ----------  ------\n"
            "value  at least 5  absent\n"
            "type   int         -\n");
}

TEST(ShowOne, WhatIsAbsentOnAllThatAreShown) {
  EXPECT_THAT(ShowSmall("HERE", {"b"}), HasSubstr("  b\n  ------\n  absent\n"));
}

TEST(ShowOne, FunctionThatLibcLacks) {
  const std::string text = ShowSmall("raw", {"a"});
  EXPECT_THAT(text, ContainsRegex("failure +returns the error number"));
  EXPECT_THAT(text, ContainsRegex("symbol +none in libc"));
  EXPECT_THAT(text, Not(HasSubstr("noexcept")));
}

TEST(Declarations, RefusesAnotherSchema) {
  EXPECT_FALSE(Declarations::Parse("{}"));
  EXPECT_FALSE(Declarations::Parse("{"));
  EXPECT_FALSE(Declarations::Parse(
      R"({"schema": "plumbline.declarations/1", "targets": [], "entries": []})"));
}

}  // namespace
}  // namespace plumbline::cli
