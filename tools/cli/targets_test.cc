#include "tools/cli/targets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<Target> kAll = {
    {"amd64", "amd64", "", "x86_64-linux-gnu", "x86_64"},
    {"i386", "i386", "", "i686-linux-gnu", "i386"},
    {"i386/time64", "i386", "time64", "i686-linux-gnu", "i386"},
    {"x32", "x32", "", "x86_64-linux-gnux32", ""},
    {"sh4", "sh4", "", "sh4-linux-gnu", "sh4"},
    {"sh4/time64", "sh4", "time64", "sh4-linux-gnu", "sh4"},
};

std::vector<std::string> Names(const Result<std::vector<Target>>& targets) {
  std::vector<std::string> names;
  for (const Target& target : targets.value()) names.push_back(target.name);
  return names;
}

Result<std::vector<Target>> Architectures(
    const std::vector<std::string>& words) {
  return SelectArchitectures(kAll, words);
}

TEST(SelectArchitectures, TakesAllVariantsInDeclaredOrder) {
  EXPECT_THAT(Names(Architectures({"i386", "amd64"})),
              ElementsAre("amd64", "i386", "i386/time64"));
  EXPECT_THAT(Names(Architectures({"i386/time64"})),
              ElementsAre("i386/time64"));
  EXPECT_THAT(Names(Architectures({"time64"})),
              ElementsAre("i386/time64", "sh4/time64"));
  EXPECT_EQ(Names(Architectures({"all"})).size(), kAll.size());
}

TEST(SelectArchitectures, RefusesOthers) {
  const auto refused = Architectures({"i386", "amd46"});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message,
              HasSubstr("'amd46'; did you mean amd64"));
}

TEST(SelectTargets, TakesExactlyTheNamed) {
  EXPECT_THAT(Names(SelectTargets(kAll, std::vector<std::string>{"i386"})),
              ElementsAre("i386"));
  EXPECT_FALSE(SelectTargets(kAll, std::vector<std::string>{"time64"}));
}

std::vector<std::string> Short(const std::vector<std::string>& names) {
  return ShortNames(kAll, names);
}

TEST(ShortNames, FoldsVariants) {
  EXPECT_THAT(Short({"i386/time64", "i386", "amd64"}),
              ElementsAre("amd64", "i386"));
  EXPECT_THAT(Short({"i386"}), ElementsAre("i386"));
  EXPECT_THAT(Short({"i386/time64"}), ElementsAre("i386/time64"));
  EXPECT_THAT(Short({"i386/time64", "sh4/time64", "x32"}),
              ElementsAre("time64", "x32"));
  EXPECT_THAT(Short({"i386/time64", "sh4/time64", "sh4"}),
              ElementsAre("i386/time64", "sh4"));
}

TEST(GroupTitles, NamesAllOthers) {
  const std::vector<std::vector<std::string>> one = {
      {"amd64", "i386", "i386/time64", "x32", "sh4", "sh4/time64"}};
  EXPECT_THAT(GroupTitles(kAll, one), ElementsAre("all"));
  const std::vector<std::vector<std::string>> two = {
      {"amd64", "x32", "i386", "i386/time64"}, {"sh4", "sh4/time64"}};
  EXPECT_THAT(GroupTitles(kAll, two), ElementsAre("amd64 i386 x32", "sh4"));
  const std::vector<std::vector<std::string>> many = {
      {"amd64", "x32", "i386", "sh4"}, {"i386/time64", "sh4/time64"}};
  EXPECT_THAT(GroupTitles(kAll, many), ElementsAre("all others", "time64"));
}

}  // namespace
}  // namespace plumbline::cli
