#include "conformance/abi/mutants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

namespace plumbline::abi {
namespace {

using ::testing::HasSubstr;

constexpr unsigned kShown = PLUMBLINE_PRESENT | PLUMBLINE_VISIBLE_STRICT;

const plumbline_fact kFacts[] = {
    {HashKey("constant:ONE@libc"), 1, 4, 0, PLUMBLINE_INT, kShown},
    {HashKey("constant:TWO@libc"), 2, 4, 0, PLUMBLINE_INT, kShown},
    {HashKey("type:three_t@libc"), 4, 0, 4, PLUMBLINE_INT, kShown},
};

#define ONE "constant\tname=ONE\twhere=a.toml:1\theader=a.h\ttype=int\tvalue=1"
#define TWO "constant\tname=TWO\twhere=a.toml:2\theader=a.h\ttype=int\tvalue=2"
#define THREE                                                          \
  "type\tname=three_t\twhere=b.toml:1\theader=b.h\tkind=scalar\tsize=" \
  "4\talign=4\tclass=signed"

const Table kTables[] = {
    {"a", ONE "\n" TWO "\ncensus\twhere=a.toml:1\tconstant=2\n"},
    {"b", THREE "\ncensus\twhere=b.toml:1\ttype=1\n"},
};

struct Result {
  bool ok;
  std::string out;
  std::string err;
};

Result JudgeText(const std::string& input) {
  FactStore facts;
  facts.Add(std::span<const plumbline_fact>(kFacts));
  Target target;
  target.arch = "amd64";
  std::istringstream in(input);
  std::ostringstream out, err;
  const bool ok =
      JudgeMutants(in, out, err, kTables, facts, std::nullopt, target);
  return {ok, out.str(), err.str()};
}

// A file that goes away with its scope.
class FactsFile {
 public:
  explicit FactsFile(std::string_view bytes) {
    name_ = testing::TempDir() + "/mutants_test_facts";
    std::ofstream(name_, std::ios::binary) << bytes;
  }
  ~FactsFile() { std::remove(name_.c_str()); }
  FactsFile(const FactsFile&) = delete;
  FactsFile& operator=(const FactsFile&) = delete;
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

std::string_view Bytes(const plumbline_fact& fact) {
  return {reinterpret_cast<const char*>(&fact), sizeof fact};
}

TEST(JudgeMutants, NoMutants) {
  const Result result = JudgeText("");
  EXPECT_TRUE(result.ok);
  EXPECT_EQ(result.out + result.err, "");
}

TEST(JudgeMutants, AMutantThatChangesNothingSurvives) {
  EXPECT_EQ(JudgeText("mutant nothing\n").out, "nothing\t0\t\n");
  EXPECT_EQ(JudgeText("mutant same\nfamily a\n-" ONE "\n+" ONE "\n").out,
            "same\t0\t\n");
}

TEST(JudgeMutants, AChangedRow) {
  const Result result = JudgeText(
      "mutant value of ONE\n"
      "family a\n"
      "-" ONE
      "\n"
      "+constant\tname=ONE\twhere=a.toml:1\theader=a.h\ttype=int\tvalue=3\n");
  EXPECT_TRUE(result.ok) << result.err;
  EXPECT_EQ(result.out, "value of ONE\t1\tConstant/ONE\n");
}

TEST(JudgeMutants, MutantsDoNotAddUp) {
  const std::string one =
      "mutant one\nfamily a\n-" ONE
      "\n+constant\tname=ONE\theader=a.h\ttype=int\tvalue=3\n";
  const std::string two =
      "mutant two\nfamily a\n-" TWO
      "\n+constant\tname=TWO\theader=a.h\ttype=long\tvalue=2\n";
  EXPECT_EQ(JudgeText(one + two + "mutant nothing\n").out,
            "one\t1\tConstant/ONE\ntwo\t1\tConstant/TWO\nnothing\t0\t\n");
}

TEST(JudgeMutants, ADroppedRow) {
  EXPECT_EQ(JudgeText("mutant drop\nfamily a\n-" TWO "\n").out,
            "drop\t2\tCompleteness/a Completeness/facts\n");
}

TEST(JudgeMutants, ADroppedCensus) {
  EXPECT_EQ(
      JudgeText("mutant drop\nfamily b\n-census\twhere=b.toml:1\ttype=1\n").out,
      "drop\t1\tCompleteness/b\n");
}

TEST(JudgeMutants, AnAddedRow) {
  EXPECT_EQ(
      JudgeText("mutant add\nfamily "
                "a\n+constant\tname=FOUR\theader=a.h\ttype=int\tvalue=4\n")
          .out,
      "add\t2\tConstant/FOUR Completeness/a\n");
}

TEST(JudgeMutants, SeveralRowsOfSeveralFamilies) {
  const Result result = JudgeText(
      "mutant several\n"
      "family a\n"
      "-" ONE
      "\n"
      "+constant\tname=ONE\theader=a.h\ttype=int\tvalue=3\n"
      "-" TWO
      "\n"
      "+constant\tname=TWO\theader=a.h\ttype=int\tvalue=3\n"
      "family b\n"
      "-" THREE
      "\n"
      "+type\tname=three_t\theader=b.h\tkind=scalar\tsize=8\talign="
      "8\tclass=unsigned\n");
  EXPECT_EQ(result.out,
            "several\t4\tConstant/ONE Constant/TWO Layout/three_t/size "
            "Layout/three_t/align\n");
}

TEST(JudgeMutants, NamesTheFirstFewOnly) {
  const Result result = JudgeText(
      "mutant many\nfamily a\n"
      "+constant\tname=A\theader=a.h\ttype=int\tvalue=1\n"
      "+constant\tname=B\theader=a.h\ttype=int\tvalue=1\n"
      "+constant\tname=C\theader=a.h\ttype=int\tvalue=1\n"
      "+constant\tname=D\theader=a.h\ttype=int\tvalue=1\n");
  EXPECT_EQ(result.out,
            "many\t5\tConstant/A Constant/B Constant/C Constant/D\n");
}

TEST(JudgeMutants, ChangedFacts) {
  plumbline_fact fact = kFacts[1];
  fact.value = 3;
  const FactsFile file(Bytes(fact));
  EXPECT_EQ(
      JudgeText("mutant header\nfacts " + file.name() + "\nmutant nothing\n")
          .out,
      "header\t1\tConstant/TWO\nnothing\t0\t\n");
}

TEST(JudgeMutants, FactsThatNothingJudges) {
  plumbline_fact fact = kFacts[1];
  fact.key = HashKey("constant:FIVE@libc");
  const FactsFile file(Bytes(fact));
  EXPECT_EQ(JudgeText("mutant header\nfacts " + file.name() + "\n").out,
            "header\t1\tCompleteness/facts\n");
}

TEST(JudgeMutants, FactsThatAreNone) {
  const FactsFile file("not a whole record");
  const Result result = JudgeText("mutant header\nfacts " + file.name() + "\n");
  EXPECT_FALSE(result.ok);
  EXPECT_EQ(result.err, "header: " + file.name() + " holds no facts\n");
  EXPECT_FALSE(JudgeText("mutant header\nfacts /nowhere/at/all\n").ok);
}

TEST(JudgeMutants, ARowThatIsNotThere) {
  const Result result =
      JudgeText("mutant wrong\nfamily a\n-constant\tname=FIVE\n");
  EXPECT_FALSE(result.ok);
  EXPECT_EQ(result.err, "wrong: a row to change is not in family a\n");
}

TEST(JudgeMutants, PartOfARowIsNoRow) {
  EXPECT_FALSE(JudgeText("mutant wrong\nfamily a\n-constant\tname=ONE\n").ok);
  EXPECT_FALSE(JudgeText("mutant wrong\nfamily a\n-census\n").ok);
}

TEST(JudgeMutants, AFamilyThatIsNotThere) {
  const Result result = JudgeText("mutant wrong\nfamily c\n-" ONE "\n");
  EXPECT_FALSE(result.ok);
  EXPECT_THAT(result.err, HasSubstr("wrong: there is no family c"));
}

TEST(JudgeMutants, InputThatMakesNoSense) {
  EXPECT_THAT(JudgeText("nonsense\n").err,
              HasSubstr("not part of a mutant: nonsense"));
  EXPECT_THAT(JudgeText("mutant x\n-" ONE "\n").err,
              HasSubstr("not part of a mutant: -constant"));
  EXPECT_FALSE(JudgeText("mutant x\n+" ONE "\n").ok);
}

}  // namespace
}  // namespace plumbline::abi
