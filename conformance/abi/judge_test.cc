#include "conformance/abi/judge.h"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <deque>
#include <map>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace plumbline::abi {

// Chosen by GoogleTest where a check is compared or printed.
void PrintTo(const Check& check, std::ostream* out) {
  *out << check.name << " " << StatusName(check.status) << ": declared "
       << check.declared << ", seen " << check.seen << ", at " << check.where;
}

namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr unsigned kShown =
    PLUMBLINE_PRESENT | PLUMBLINE_VISIBLE_STRICT | PLUMBLINE_FROM_LIBC;
constexpr unsigned kInKernel = PLUMBLINE_PRESENT | PLUMBLINE_FROM_UAPI;

// One of everything, and all as declared. A test changes one thing; exactly one
// check may then fail, and must say the right thing.
class JudgeTest : public testing::Test {
 protected:
  JudgeTest() {
    target_.arch = "amd64";
    target_.libc = "glibc 2.36";
    target_.kernel = "6.1.0";
    target_.libc_release = {2, 36, 0};
    target_.header_release = {2, 36, 0};
    target_.kernel_headers = {6, 1, 0};

    Row("primitive", {{"name", "long"},
                      {"where", "models.toml:9"},
                      {"size", "8"},
                      {"align", "8"},
                      {"class", "signed"}});
    Fact("primitive:long") = {0, 8, 0, 8, PLUMBLINE_LONG, PLUMBLINE_PRESENT};

    Row("constant", {{"name", "ONE"},
                     {"where", "one.toml:3"},
                     {"origin", "uapi:linux/one.h"},
                     {"header", "one.h"},
                     {"uapi", "linux/one.h"},
                     {"type", "int"},
                     {"value", "16"},
                     {"uapi_value", "16"},
                     {"in_if", "1"}});
    Fact("constant:ONE@libc") = {
        0,
        16,
        4,
        0,
        PLUMBLINE_INT,
        kShown | PLUMBLINE_IN_IF | PLUMBLINE_CONSTANT_EXPRESSION};
    Fact("constant:ONE@uapi") = {
        0, 16, 4, 0, PLUMBLINE_INT, kInKernel | PLUMBLINE_IN_IF};

    Row("type", {{"name", "struct one"},
                 {"where", "one.toml:5"},
                 {"header", "one.h"},
                 {"uapi", "linux/one.h"},
                 {"kind", "struct"},
                 {"size", "24"},
                 {"align", "8"}});
    Fact("type:struct one@libc") = {0, 24, 0, 8, PLUMBLINE_OTHER, kShown};
    Fact("type:struct one@uapi") = {0, 24, 0, 8, PLUMBLINE_OTHER, kInKernel};

    Row("field", {{"name", "struct one"},
                  {"where", "one.toml:6"},
                  {"header", "one.h"},
                  {"uapi", "linux/one.h"},
                  {"field", "in.a"},
                  {"offset", "4"},
                  {"size", "4"},
                  {"class", "signed"}});
    Fact("field:struct one:in.a@libc") = {
        0, 4, 4, 0, PLUMBLINE_INT, PLUMBLINE_PRESENT};
    Fact("field:struct one:in.a@uapi") = {
        0, 4, 4, 0, PLUMBLINE_INT, PLUMBLINE_PRESENT};

    Row("field", {{"name", "struct one"},
                  {"where", "one.toml:7"},
                  {"header", "one.h"},
                  {"field", "bits"},
                  {"offset", "8"},
                  {"bits", "3"},
                  {"bit_offset", "66"},
                  {"class", "unsigned"}});
    Fact("field:struct one:bits@libc") = {
        0, 0, 0, 0, PLUMBLINE_OTHER, PLUMBLINE_PRESENT};
    Evaluate("field:struct one:bits@libc", [] { return 66ll << 16 | 3; });

    Row("type", {{"name", "one_t"},
                 {"where", "one.toml:8"},
                 {"header", "one.h"},
                 {"kind", "scalar"},
                 {"size", "4"},
                 {"align", "4"},
                 {"class", "unsigned"}});
    Fact("type:one_t@libc") = {0, 4, 0, 4, PLUMBLINE_UNSIGNED_INT, kShown};

    // A real function, since the dynamic linker is asked where it is.
    symbols_ = ReadLibcSymbols();
    const std::vector<SymbolVersion>& versions =
        symbols_->find("getpid")->second;
    EXPECT_EQ(versions.size(), 1u);
    node_ = versions[0].node;
    Row("function", {{"name", "getpid"},
                     {"where", "one.toml:9"},
                     {"header", "one.h"},
                     {"prototype", "int getpid(void)"},
                     {"noexcept", "1"},
                     {"symbol", "getpid"},
                     {"versions", node_.substr(6)}});
    Fact("prototype:getpid@c") = {0, 1, 0, 0, PLUMBLINE_OTHER, kShown};
    Fact("prototype:getpid@c++") = {
        0, 1, 0, 0, PLUMBLINE_OTHER, PLUMBLINE_PRESENT | PLUMBLINE_NOEXCEPT};
    Bind("address:getpid", dlvsym(RTLD_DEFAULT, "getpid", node_.c_str()));
    texts_["prototype:getpid@c++"] =
        "constexpr f(Seen) [with Seen = long int (*)(int) noexcept]";

    for (const char* key :
         {"environment:glibc", "environment:glibc_minor",
          "environment:kernel_headers", "environment:char_min"}) {
      Fact(key) = {
          0, 0, 0, 0, PLUMBLINE_INT, PLUMBLINE_PRESENT | PLUMBLINE_NEGATIVE};
    }
  }

  // A row of the table; its cells can be changed by Set.
  void Row(const std::string& kind, std::map<std::string, std::string> cells) {
    rows_.push_back({kind, std::move(cells)});
  }

  // Changes a cell of the row of a thing ("ONE"), or of a field ("struct
  // one.in.a").
  void Set(const std::string& of, const std::string& key,
           const std::string& value) {
    int found = 0;
    for (auto& [kind, cells] : rows_) {
      std::string name = cells.at("name");
      if (kind == "field") name += "." + cells.at("field");
      if (name != of) continue;
      cells[key] = value;
      ++found;
    }
    ASSERT_EQ(found, 1) << of;
  }

  plumbline_fact& Fact(const std::string& key) { return facts_[key]; }

  void Evaluate(const std::string& key, long long (*evaluate)()) {
    runtime_[key] = {0, nullptr, evaluate};
  }

  void Bind(const std::string& key, void* address) {
    runtime_[key] = {0, reinterpret_cast<void (*)()>(address), nullptr};
  }

  // Takes the fact out, as where a header lacks the name.
  void Lack(const std::string& key, const char* why) {
    Fact(key) = {0, 0, 0, 0, PLUMBLINE_OTHER, 0};
    texts_[key] = why;
  }

  std::vector<Check> JudgeAll() {
    std::string text;
    std::map<std::string, int> counts;
    for (auto& [kind, cells] : rows_) {
      text += kind;
      for (const auto& [key, value] : cells) {
        if (!value.empty()) text += "\t" + key + "=" + value;
      }
      text += "\n";
      ++counts[kind];
    }
    if (census_.empty()) {
      census_ = "census\twhere=one.toml:1";
      for (const auto& [kind, count] : counts)
        census_ += "\t" + kind + "=" + std::to_string(count);
    }
    text += census_ + "\n";
    // Maps keep their elements in place, and so the store's pointers right.
    FactStore store;
    for (auto& [key, fact] : facts_) {
      fact.key = HashKey(key);
      store.Add(std::span<const plumbline_fact>(&fact, 1));
    }
    for (auto& [key, fact] : runtime_) {
      fact.key = HashKey(key);
      store.Add(std::span<const plumbline_runtime_fact>(&fact, 1));
    }
    std::deque<plumbline_text> texts;
    for (auto& [key, words] : texts_) {
      texts.push_back({HashKey(key), words});
      store.Add(std::span<const plumbline_text>(&texts.back(), 1));
    }
    const Table tables[] = {{"one", text}};
    return Judge(tables, store, symbols_, target_);
  }

  std::vector<Check> With(Status status) {
    std::vector<Check> result;
    for (Check& check : JudgeAll()) {
      if (check.status == status) result.push_back(std::move(check));
    }
    return result;
  }
  std::vector<Check> Failures() { return With(Status::kFailed); }
  std::vector<Check> Skips() { return With(Status::kSkipped); }

  Check Named(const std::string& name) {
    for (Check& check : JudgeAll()) {
      if (check.name == name) return check;
    }
    ADD_FAILURE() << "no check " << name;
    return {};
  }

  // What the header says to a program and what the row says otherwise, for
  // tests that add a constant.
  void AddConstant(const std::string& name,
                   std::map<std::string, std::string> cells) {
    cells.insert({{"name", name},
                  {"where", "one.toml:20"},
                  {"header", "one.h"},
                  {"type", "int"}});
    Row("constant", std::move(cells));
    Fact("constant:" + name + "@libc") = {0, 0, 4, 0, PLUMBLINE_INT, kShown};
  }

  std::vector<std::pair<std::string, std::map<std::string, std::string>>> rows_;
  std::map<std::string, plumbline_fact> facts_;
  std::map<std::string, plumbline_runtime_fact> runtime_;
  std::map<std::string, const char*> texts_;
  std::string census_;
  std::optional<SymbolTable> symbols_;
  std::string node_;
  Target target_;
};

auto IsCheck(const std::string& name, const std::string& declared,
             const std::string& seen, const std::string& where) {
  return AllOf(Field("name", &Check::name, name),
               Field("declared", &Check::declared, declared),
               Field("seen", &Check::seen, seen),
               Field("where", &Check::where, where));
}

auto IsSkip(const std::string& name, const std::string& reason) {
  return AllOf(Field("name", &Check::name, name),
               Field("reason", &Check::reason, HasSubstr(reason)));
}

TEST_F(JudgeTest, AllIsAsDeclared) {
  const std::vector<Check> checks = JudgeAll();
  std::vector<std::string> names;
  for (const Check& check : checks) {
    EXPECT_EQ(check.status, Status::kPassed) << testing::PrintToString(check);
    EXPECT_EQ(check.declared + check.seen + check.reason, "");
    names.push_back(std::string(KindName(check.kind)) + " " + check.name);
  }
  EXPECT_THAT(
      names,
      ElementsAre(
          "sizes DataModel/long", "constants Constant/ONE",
          "sizes Layout/one/size", "sizes Layout/one/align",
          "offsets Layout/one/in/a/offset", "sizes Layout/one/in/a/size",
          "offsets Layout/one/bits/offset", "sizes Layout/one/bits/size",
          "sizes Layout/one_t/size", "sizes Layout/one_t/align",
          "prototypes Prototype/getpid", "symbols Symbol/getpid",
          "completeness Completeness/one", "completeness Completeness/facts"));
}

// --------------------------------------------------------------------------
// Constants: value, type, use in #if.

TEST_F(JudgeTest, ConstantOfAnotherValue) {
  Set("ONE", "value", "17");
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck("Constant/ONE", "0x11 (17)",
                                  "0x10 (16) in <one.h>", "one.toml:3")));
}

TEST_F(JudgeTest, ConstantOfAnotherValueInTheKernelsHeader) {
  Fact("constant:ONE@uapi").value = 9;
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck("Constant/ONE", "0x10 (16)",
                                  "9 in <linux/one.h>", "one.toml:3")));
}

TEST_F(JudgeTest, ConstantOfAnotherValueInBothHeaders) {
  Set("ONE", "value", "1");
  Set("ONE", "uapi_value", "1");
  EXPECT_THAT(
      Failures(),
      ElementsAre(IsCheck("Constant/ONE", "1",
                          "0x10 (16) in <one.h>; 0x10 (16) in <linux/one.h>",
                          "one.toml:3")));
}

TEST_F(JudgeTest, MinusOneIsNotTheLargestNumber) {
  Set("ONE", "value", "-1");
  plumbline_fact& fact = Fact("constant:ONE@libc");
  fact.value = ~0ull;
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck(
                  "Constant/ONE", "-1",
                  "0xffffffffffffffff (18446744073709551615) in <one.h>",
                  "one.toml:3")));
  fact.flags |= PLUMBLINE_NEGATIVE;
  EXPECT_THAT(Failures(), IsEmpty());
  Set("ONE", "value", "18446744073709551615");
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck("Constant/ONE",
                                  "0xffffffffffffffff (18446744073709551615)",
                                  "-1 in <one.h>", "one.toml:3")));
}

TEST_F(JudgeTest, TheSmallestNumber) {
  Set("ONE", "value", "-9223372036854775808");
  Fact("constant:ONE@libc").value = 1ull << 63;
  Fact("constant:ONE@libc").flags |= PLUMBLINE_NEGATIVE;
  EXPECT_THAT(Failures(), IsEmpty());
}

TEST_F(JudgeTest, ConstantOfAnotherType) {
  Fact("constant:ONE@libc").type = PLUMBLINE_UNSIGNED_INT;
  EXPECT_THAT(Failures(), ElementsAre(IsCheck("Constant/ONE", "type int",
                                              "type unsigned int in <one.h>",
                                              "one.toml:3")));
  Fact("constant:ONE@libc").type = PLUMBLINE_OTHER;
  EXPECT_THAT(Failures(), ElementsAre(IsCheck(
                              "Constant/ONE", "type int",
                              "type a type that is not arithmetic in <one.h>",
                              "one.toml:3")));
}

TEST_F(JudgeTest, ThePromisedTypeIsThatOfTheHeaderThatProgramsInclude) {
  Fact("constant:ONE@uapi").type = PLUMBLINE_UNSIGNED_LONG;
  Fact("constant:ONE@uapi").flags &= ~unsigned{PLUMBLINE_IN_IF};
  EXPECT_THAT(Failures(), IsEmpty());
  // With no header of libc's, that is the kernel's.
  Set("ONE", "header", "");
  facts_.erase("constant:ONE@libc");
  EXPECT_THAT(
      Failures(),
      ElementsAre(IsCheck(
          "Constant/ONE", "type int; #if evaluates it to its value",
          "type unsigned long in <linux/one.h>; #if does not in <linux/one.h>",
          "one.toml:3")));
}

TEST_F(JudgeTest, PointerConstant) {
  Set("ONE", "type", "void (*)(int)");
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck("Constant/ONE", "type void (*)(int)",
                                  "type int in <one.h>", "one.toml:3")));
  Fact("constant:ONE@libc").type = PLUMBLINE_POINTER;
  EXPECT_THAT(Failures(), IsEmpty());
}

TEST_F(JudgeTest, ConstantThatIfCannotEvaluate) {
  Fact("constant:ONE@libc").flags &= ~unsigned{PLUMBLINE_IN_IF};
  EXPECT_THAT(Failures(), ElementsAre(IsCheck(
                              "Constant/ONE", "#if evaluates it to its value",
                              "#if does not in <one.h>", "one.toml:3")));
}

TEST_F(JudgeTest, ConstantThatIfEvaluatesUnexpectedly) {
  Set("ONE", "in_if", "");
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck("Constant/ONE", "#if can't evaluate it",
                                  "#if evaluates it to its value in <one.h>",
                                  "one.toml:3")));
}

// --------------------------------------------------------------------------
// Constants that are evaluated at run time.

TEST_F(JudgeTest, RuntimeConstant) {
  AddConstant("RUN", {{"runtime", "1"}, {"value", "34"}});
  Evaluate("constant:RUN@libc", [] { return 34ll; });
  EXPECT_THAT(Failures(), IsEmpty());
  Evaluate("constant:RUN@libc", [] { return 35ll; });
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck("Constant/RUN", "0x22 (34)",
                                  "0x23 (35) in <one.h>", "one.toml:20")));
}

TEST_F(JudgeTest, RuntimeConstantThatIsAConstantExpression) {
  AddConstant("RUN", {{"runtime", "1"}, {"value", "34"}});
  Evaluate("constant:RUN@libc", [] { return 34ll; });
  Fact("constant:RUN@libc").flags |= PLUMBLINE_CONSTANT_EXPRESSION;
  EXPECT_THAT(
      Failures(),
      ElementsAre(IsCheck("Constant/RUN", "evaluated at run time",
                          "a constant expression in <one.h>", "one.toml:20")));
}

TEST_F(JudgeTest, Bounds) {
  AddConstant("RUN", {{"runtime", "1"}, {"at_least", "-2"}, {"at_most", "64"}});
  for (long long (*evaluate)() :
       {+[] { return -2ll; }, +[] { return 0ll; }, +[] { return 64ll; }}) {
    Evaluate("constant:RUN@libc", evaluate);
    EXPECT_THAT(Failures(), IsEmpty());
  }
  Evaluate("constant:RUN@libc", [] { return -3ll; });
  EXPECT_THAT(Failures(), ElementsAre(IsCheck("Constant/RUN", "at least -2",
                                              "-3 in <one.h>", "one.toml:20")));
  Evaluate("constant:RUN@libc", [] { return 65ll; });
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck("Constant/RUN", "at most 64",
                                  "0x41 (65) in <one.h>", "one.toml:20")));
}

TEST_F(JudgeTest, RuntimeConstantOfAProgramThatWasNotRun) {
  AddConstant("RUN", {{"runtime", "1"}, {"value", "34"}});
  EXPECT_THAT(Skips(),
              ElementsAre(IsSkip("Constant/RUN", "the program was not run")));
  EXPECT_THAT(Failures(), IsEmpty());
  // What is known all the same, counts.
  Fact("constant:RUN@libc").type = PLUMBLINE_LONG;
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck("Constant/RUN", "type int",
                                  "type long in <one.h>", "one.toml:20")));
  EXPECT_THAT(Skips(), IsEmpty());
}

// --------------------------------------------------------------------------
// Feature-test macros, and whose definition it is.

TEST_F(JudgeTest, HiddenWithoutAMacro) {
  Fact("constant:ONE@libc").flags &= ~unsigned{PLUMBLINE_VISIBLE_STRICT};
  EXPECT_THAT(
      Failures(),
      ElementsAre(IsCheck("Constant/ONE", "no feature-test macro needed",
                          "<one.h> hides it under -std=c11", "one.toml:3")));
}

TEST_F(JudgeTest, ShownWithoutTheMacro) {
  Set("ONE", "feature", "_GNU_SOURCE");
  Fact("constant:ONE@libc").flags |= PLUMBLINE_VISIBLE_FEATURE;
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck("Constant/ONE", "_GNU_SOURCE needed",
                                  "<one.h> shows it without", "one.toml:3")));
  Fact("constant:ONE@libc").flags &= ~unsigned{PLUMBLINE_VISIBLE_STRICT};
  EXPECT_THAT(Failures(), IsEmpty());
}

TEST_F(JudgeTest, NotShownByTheMacro) {
  Set("ONE", "feature", "_POSIX_C_SOURCE=199309L");
  Fact("constant:ONE@libc").flags &= ~unsigned{PLUMBLINE_VISIBLE_STRICT};
  EXPECT_THAT(
      Failures(),
      ElementsAre(IsCheck("Constant/ONE", "shown by _POSIX_C_SOURCE=199309L",
                          "<one.h> hides it even so", "one.toml:3")));
}

TEST_F(JudgeTest, VisibilityOfTypesAndFunctions) {
  Fact("type:struct one@libc").flags &= ~unsigned{PLUMBLINE_VISIBLE_STRICT};
  Fact("prototype:getpid@c").flags &= ~unsigned{PLUMBLINE_VISIBLE_STRICT};
  EXPECT_THAT(
      Failures(),
      ElementsAre(IsCheck("Layout/one/size", "no feature-test macro needed",
                          "<one.h> hides it under -std=c11", "one.toml:5"),
                  IsCheck("Prototype/getpid", "no feature-test macro needed",
                          "<one.h> hides it under -std=c11", "one.toml:9")));
}

TEST_F(JudgeTest, TheKernelsDefinitionIncludedByLibc) {
  plumbline_fact& fact = Fact("constant:ONE@libc");
  fact.flags =
      (fact.flags & ~unsigned{PLUMBLINE_FROM_LIBC}) | PLUMBLINE_FROM_UAPI;
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck("Constant/ONE", "libc's own definition",
                                  "a kernel header's, included by libc's",
                                  "one.toml:3")));
  Set("ONE", "shared", "1");
  EXPECT_THAT(Failures(), IsEmpty());
}

TEST_F(JudgeTest, LibcsOwnDefinitionOfWhatShouldBeShared) {
  Set("struct one", "shared", "1");
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck("Layout/one/size",
                                  "the kernel header's definition (shared)",
                                  "libc's own", "one.toml:5")));
}

// --------------------------------------------------------------------------
// Availability, on each axis and both ways.

TEST_F(JudgeTest, MissingInLibcsHeader) {
  Lack("constant:ONE@libc", "'ONE' undeclared here");
  EXPECT_THAT(Failures(), ElementsAre(IsCheck(
                              "Constant/ONE", "present in <one.h>",
                              "absent: 'ONE' undeclared here", "one.toml:3")));
}

TEST_F(JudgeTest, MissingInTheKernelsHeader) {
  Lack("constant:ONE@uapi", "there is no header <linux/one.h>");
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck("Constant/ONE", "present in <linux/one.h>",
                                  "absent: there is no header <linux/one.h>",
                                  "one.toml:3")));
}

TEST_F(JudgeTest, PresentWhereItIsDeclaredAbsent) {
  Set("ONE", "absent", "1");
  EXPECT_THAT(Failures(), ElementsAre(IsCheck(
                              "Constant/ONE", "absent on amd64",
                              "present in <one.h>; present in <linux/one.h>",
                              "one.toml:3")));
  Lack("constant:ONE@libc", "");
  Lack("constant:ONE@uapi", "");
  EXPECT_THAT(Failures(), IsEmpty());
}

TEST_F(JudgeTest, NewerThanTheLibrary) {
  Set("ONE", "glibc", "2.37");
  EXPECT_THAT(Failures(), ElementsAre(IsCheck(
                              "Constant/ONE",
                              "absent before glibc 2.37 (headers are of 2.36)",
                              "present in <one.h>", "one.toml:3")));
  Lack("constant:ONE@libc", "'ONE' undeclared here");
  EXPECT_THAT(Failures(), IsEmpty());
  // The kernel's header has its own axis.
  Lack("constant:ONE@uapi", "'ONE' undeclared here");
  EXPECT_THAT(Failures(), ElementsAre(IsCheck(
                              "Constant/ONE", "present in <linux/one.h>",
                              "absent: 'ONE' undeclared here", "one.toml:3")));
}

TEST_F(JudgeTest, AsOldAsTheLibrary) {
  Set("ONE", "glibc", "2.36");
  EXPECT_THAT(Failures(), IsEmpty());
  Lack("constant:ONE@libc", "'ONE' undeclared here");
  EXPECT_THAT(Failures(), ElementsAre(IsCheck(
                              "Constant/ONE", "present in <one.h>",
                              "absent: 'ONE' undeclared here", "one.toml:3")));
}

TEST_F(JudgeTest, ReleasesAreNumbers) {
  Set("ONE", "glibc", "2.4");
  EXPECT_THAT(Failures(), IsEmpty());
}

TEST_F(JudgeTest, NewerThanTheKernelsHeaders) {
  Set("ONE", "headers", "6.2");
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck(
                  "Constant/ONE",
                  "absent before the kernel headers of 6.2 (they are of 6.1)",
                  "present in <linux/one.h>", "one.toml:3")));
  Lack("constant:ONE@uapi", "'ONE' undeclared here");
  EXPECT_THAT(Failures(), IsEmpty());
  // libc's header has it on its own, unless it shares the kernel's.
  Set("ONE", "shared", "1");
  Fact("constant:ONE@libc").flags ^= PLUMBLINE_FROM_LIBC | PLUMBLINE_FROM_UAPI;
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck(
                  "Constant/ONE",
                  "absent before the kernel headers of 6.2 (they are of 6.1)",
                  "present in <one.h>", "one.toml:3")));
}

TEST_F(JudgeTest, TheRunningKernelDoesNotMatterToHeaders) {
  Set("ONE", "kernel", "99.9");
  Set("getpid", "kernel", "99.9");
  EXPECT_THAT(Failures(), IsEmpty());
}

// musl has what the kernel's header has, but not all of it.
TEST_F(JudgeTest, MissingInOneCLibrary) {
  target_.libc = "musl 1.2.5";
  target_.header_release = target_.libc_release = {1, 2, 5};
  Set("ONE", "libc_absent", "1");
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck("Constant/ONE", "absent from musl 1.2.5",
                                  "present in <one.h>", "one.toml:3")));
  Lack("constant:ONE@libc", "'ONE' undeclared here");
  EXPECT_THAT(Failures(), IsEmpty());
  Lack("constant:ONE@uapi", "'ONE' undeclared here");
  EXPECT_THAT(Failures(), ElementsAre(IsCheck(
                              "Constant/ONE", "present in <linux/one.h>",
                              "absent: 'ONE' undeclared here", "one.toml:3")));
}

TEST_F(JudgeTest, NewerThanMusl) {
  target_.libc = "musl 1.2.5";
  target_.header_release = target_.libc_release = {1, 2, 5};
  Set("ONE", "musl", "1.2.5");
  EXPECT_THAT(Failures(), IsEmpty());
  Set("ONE", "musl", "1.2.6");
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck(
                  "Constant/ONE",
                  "absent before musl 1.2.6 (headers are of musl 1.2.5)",
                  "present in <one.h>", "one.toml:3")));
}

TEST_F(JudgeTest, MissingTypeTakesItsFieldsWithIt) {
  Lack("type:struct one@libc", "unknown type");
  Lack("field:struct one:in.a@libc", "unknown type");
  Lack("field:struct one:bits@libc", "unknown type");
  EXPECT_THAT(
      Failures(),
      ElementsAre(IsCheck("Layout/one/size", "present in <one.h>",
                          "absent: unknown type", "one.toml:5"),
                  IsCheck("Layout/one/in/a/offset", "present in <one.h>",
                          "absent: unknown type", "one.toml:6"),
                  IsCheck("Layout/one/bits/offset", "present in <one.h>",
                          "absent: unknown type", "one.toml:7")));
}

TEST_F(JudgeTest, NobodyAskedTheCompiler) {
  facts_.erase("constant:ONE@uapi");
  facts_.erase("primitive:long");
  facts_.erase("field:struct one:in.a@libc");
  EXPECT_THAT(
      Failures(),
      ElementsAre(
          IsCheck("DataModel/long", "a fact to judge",
                  "nobody asked the compiler", "models.toml:9"),
          IsCheck("Constant/ONE", "a fact to judge",
                  "nobody asked the compiler for constant:ONE@uapi",
                  "one.toml:3"),
          IsCheck("Layout/one/in/a/offset", "a fact to judge",
                  "nobody asked the compiler for field:struct one:in.a@libc",
                  "one.toml:6")));
}

// --------------------------------------------------------------------------
// Data models, types and fields.

TEST_F(JudgeTest, PrimitiveTypes) {
  Set("long", "size", "4");
  EXPECT_THAT(Failures(), ElementsAre(IsCheck("DataModel/long", "size 4",
                                              "size 8", "models.toml:9")));
  Set("long", "size", "8");
  Set("long", "align", "2");
  EXPECT_THAT(Failures(), ElementsAre(IsCheck("DataModel/long", "alignment 2",
                                              "alignment 8", "models.toml:9")));
  Set("long", "align", "8");
  Set("long", "class", "unsigned");
  EXPECT_THAT(Failures(), ElementsAre(IsCheck("DataModel/long", "unsigned",
                                              "signed", "models.toml:9")));
}

TEST_F(JudgeTest, PlainCharIsAsTheTargetHasIt) {
  Row("primitive", {{"name", "char"},
                    {"where", "models.toml:9"},
                    {"size", "1"},
                    {"align", "1"},
                    {"class", "signed"}});
  Fact("primitive:char") = {0, 1, 0, 1, PLUMBLINE_CHAR, PLUMBLINE_PRESENT};
  EXPECT_THAT(Failures(), IsEmpty());
  Fact("environment:char_min").flags = PLUMBLINE_PRESENT;
  EXPECT_THAT(Failures(), ElementsAre(IsCheck("DataModel/char", "signed",
                                              "unsigned", "models.toml:9")));
}

TEST_F(JudgeTest, SizeOfAType) {
  Fact("type:struct one@libc").value = 32;
  EXPECT_THAT(Failures(), ElementsAre(IsCheck("Layout/one/size", "24",
                                              "32 in <one.h>", "one.toml:5")));
}

TEST_F(JudgeTest, SizeOfATypeInTheKernelsHeader) {
  Fact("type:struct one@uapi").value = 32;
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck("Layout/one/size", "24",
                                  "32 in <linux/one.h>", "one.toml:5")));
}

TEST_F(JudgeTest, AlignmentOfAType) {
  Set("struct one", "align", "4");
  EXPECT_THAT(
      Failures(),
      ElementsAre(IsCheck("Layout/one/align", "4",
                          "8 in <one.h>; 8 in <linux/one.h>", "one.toml:5")));
}

TEST_F(JudgeTest, SignednessOfAScalar) {
  Fact("type:one_t@libc").type = PLUMBLINE_INT;
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck("Layout/one_t/size", "unsigned",
                                  "signed in <one.h>", "one.toml:8")));
}

TEST_F(JudgeTest, OffsetOfAField) {
  Set("struct one.in.a", "offset", "8");
  EXPECT_THAT(
      Failures(),
      ElementsAre(IsCheck("Layout/one/in/a/offset", "8",
                          "4 in <one.h>; 4 in <linux/one.h>", "one.toml:6")));
}

TEST_F(JudgeTest, OffsetOfAFieldOnOneSide) {
  Fact("field:struct one:in.a@uapi").value = 0;
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck("Layout/one/in/a/offset", "4",
                                  "0 in <linux/one.h>", "one.toml:6")));
}

TEST_F(JudgeTest, SizeOfAField) {
  Fact("field:struct one:in.a@libc").size = 8;
  EXPECT_THAT(Failures(), ElementsAre(IsCheck("Layout/one/in/a/size", "4",
                                              "8 in <one.h>", "one.toml:6")));
}

TEST_F(JudgeTest, SignednessOfAField) {
  Fact("field:struct one:in.a@libc").type = PLUMBLINE_UNSIGNED_INT;
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck("Layout/one/in/a/size", "signed",
                                  "unsigned in <one.h>", "one.toml:6")));
  Fact("field:struct one:in.a@libc").type = PLUMBLINE_POINTER;
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck("Layout/one/in/a/size", "signed",
                                  "pointer in <one.h>", "one.toml:6")));
}

TEST_F(JudgeTest, AFlexibleArrayHasNoSize) {
  Set("struct one.in.a", "size", "");
  Fact("field:struct one:in.a@libc").size = 0;
  EXPECT_THAT(Failures(), IsEmpty());
}

TEST_F(JudgeTest, PlaceOfABitField) {
  Evaluate("field:struct one:bits@libc", [] { return 64ll << 16 | 3; });
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck("Layout/one/bits/offset", "bit 66",
                                  "bit 64 in <one.h>", "one.toml:7")));
}

TEST_F(JudgeTest, WidthOfABitField) {
  Evaluate("field:struct one:bits@libc", [] { return 66ll << 16 | 4; });
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck("Layout/one/bits/size", "3 bits",
                                  "4 bits in <one.h>", "one.toml:7")));
}

TEST_F(JudgeTest, BitFieldOfAProgramThatWasNotRun) {
  runtime_.erase("field:struct one:bits@libc");
  EXPECT_THAT(
      Skips(),
      ElementsAre(IsSkip("Layout/one/bits/offset", "the program was not run"),
                  IsSkip("Layout/one/bits/size", "the program was not run")));
  EXPECT_THAT(Failures(), IsEmpty());
}

// --------------------------------------------------------------------------
// Functions.

TEST_F(JudgeTest, AnotherPrototypeInC) {
  Fact("prototype:getpid@c").value = 0;
  EXPECT_THAT(
      Failures(),
      ElementsAre(IsCheck("Prototype/getpid", "int getpid(void)",
                          "long int (*)(int) noexcept in C", "one.toml:9")));
}

TEST_F(JudgeTest, AnotherPrototypeInCxx) {
  Fact("prototype:getpid@c++").value = 0;
  EXPECT_THAT(
      Failures(),
      ElementsAre(IsCheck("Prototype/getpid", "int getpid(void)",
                          "long int (*)(int) noexcept in C++", "one.toml:9")));
}

TEST_F(JudgeTest, NotNoexcept) {
  Fact("prototype:getpid@c++").flags = PLUMBLINE_PRESENT;
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck("Prototype/getpid", "noexcept in C++",
                                  "not noexcept in C++", "one.toml:9")));
}

TEST_F(JudgeTest, UnexpectedlyNoexcept) {
  Set("getpid", "noexcept", "");
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck("Prototype/getpid", "not noexcept in C++",
                                  "noexcept in C++", "one.toml:9")));
}

TEST_F(JudgeTest, FunctionThatIsNotExported) {
  symbols_->erase("getpid");
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck("Symbol/getpid", "getpid @@" + node_,
                                  "getpid not exported", "one.toml:9")));
}

TEST_F(JudgeTest, FunctionOfAnotherVersion) {
  Set("getpid", "versions", "2.99");
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck("Symbol/getpid", "getpid @@GLIBC_2.99",
                                  "getpid @@" + node_, "one.toml:9")));
}

TEST_F(JudgeTest, FunctionOfOneVersionMore) {
  Set("getpid", "versions", "2.0,2.1");
  (*symbols_)["getpid"] = {
      {"GLIBC_2.2", true}, {"GLIBC_2.1", false}, {"GLIBC_2.0", false}};
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck(
                  "Symbol/getpid", "getpid @GLIBC_2.0 @@GLIBC_2.1",
                  "getpid @GLIBC_2.0 @GLIBC_2.1 @@GLIBC_2.2", "one.toml:9")));
}

TEST_F(JudgeTest, FunctionOfAnotherDefaultVersion) {
  Set("getpid", "versions", "2.0,2.1");
  (*symbols_)["getpid"] = {{"GLIBC_2.0", true}, {"GLIBC_2.1", false}};
  EXPECT_THAT(Failures(), ElementsAre(IsCheck(
                              "Symbol/getpid", "getpid @GLIBC_2.0 @@GLIBC_2.1",
                              "getpid @@GLIBC_2.0 @GLIBC_2.1", "one.toml:9")));
}

TEST_F(JudgeTest, FunctionThatACallDoesNotReach) {
  Bind("address:getpid", dlsym(RTLD_DEFAULT, "getppid"));
  EXPECT_THAT(
      Failures(),
      ElementsAre(IsCheck("Symbol/getpid", "a call binds to getpid@" + node_,
                          "it binds to another symbol", "one.toml:9")));
}

TEST_F(JudgeTest, FunctionThatNoCallWasLinkedTo) {
  runtime_.erase("address:getpid");
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck("Symbol/getpid", "a call binds to getpid",
                                  "no call could be linked", "one.toml:9")));
}

TEST_F(JudgeTest, WhereNothingRunsNoCallIsLinked) {
  target_.runs = false;
  Bind("address:getpid", dlsym(RTLD_DEFAULT, "getppid"));
  EXPECT_THAT(Failures(), IsEmpty());
  runtime_.erase("address:getpid");
  EXPECT_THAT(Failures(), IsEmpty());
  Set("getpid", "versions", "2.99");
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck("Symbol/getpid", "getpid @@GLIBC_2.99",
                                  "getpid @@" + node_, "one.toml:9")));
}

TEST_F(JudgeTest, ALibraryWithoutVersions) {
  target_.runs = false;
  Set("getpid", "versions", "");
  (*symbols_)["getpid"] = {{"", true}};
  EXPECT_THAT(Failures(), IsEmpty());
  symbols_->erase("getpid");
  std::vector<std::string> failed;
  for (const Check& check : Failures()) failed.push_back(check.name);
  EXPECT_THAT(failed, ElementsAre("Symbol/getpid"));
}

TEST_F(JudgeTest, FunctionByAnotherSymbol) {
  // As where 64-bit time sends a call elsewhere.
  Set("getpid", "symbol", "getppid");
  Set("getpid", "versions",
      symbols_->find("getppid")->second[0].node.substr(6));
  Bind("address:getpid", dlsym(RTLD_DEFAULT, "getppid"));
  EXPECT_THAT(Failures(), IsEmpty());
}

TEST_F(JudgeTest, FunctionNewerThanTheLibrary) {
  Set("getpid", "glibc", "2.37");
  Lack("prototype:getpid@c", "");
  Lack("prototype:getpid@c++", "");
  runtime_.erase("address:getpid");
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck("Symbol/getpid", "getpid not exported",
                                  "getpid @@" + node_, "one.toml:9")));
  symbols_->erase("getpid");
  EXPECT_THAT(Failures(), IsEmpty());
}

TEST_F(JudgeTest, ALibraryNewerThanItsHeaders) {
  // The program was built with older headers than the library that it runs
  // with.
  Set("getpid", "glibc", "2.36");
  target_.header_release = {2, 35, 0};
  Lack("prototype:getpid@c", "");
  Lack("prototype:getpid@c++", "");
  runtime_.erase("address:getpid");
  EXPECT_THAT(Failures(), IsEmpty());
}

TEST_F(JudgeTest, FunctionThatIsAbsent) {
  Set("getpid", "absent", "1");
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck("Prototype/getpid", "absent on amd64",
                                  "present in <one.h>", "one.toml:9"),
                          IsCheck("Symbol/getpid", "getpid not exported",
                                  "getpid @@" + node_, "one.toml:9")));
}

TEST_F(JudgeTest, FunctionWithoutWrapper) {
  Row("function", {{"name", "futex"},
                   {"where", "one.toml:20"},
                   {"symbol", "futex"},
                   {"no_wrapper", "1"}});
  const std::vector<Check> checks = JudgeAll();
  for (const Check& check : checks) EXPECT_NE(check.name, "Prototype/futex");
  EXPECT_THAT(Failures(), IsEmpty());
  (*symbols_)["futex"] = {{"GLIBC_2.40", true}};
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck("Symbol/futex", "futex not exported",
                                  "futex @@GLIBC_2.40", "one.toml:20")));
}

TEST_F(JudgeTest, AStaticallyLinkedProgramHasNoSymbols) {
  symbols_.reset();
  EXPECT_THAT(Skips(),
              ElementsAre(IsSkip("Symbol/getpid", "statically linked")));
  EXPECT_THAT(Failures(), IsEmpty());
}

// --------------------------------------------------------------------------
// Pinned declarations.

TEST_F(JudgeTest, Pinned) {
  EXPECT_FALSE(Named("Constant/ONE").pinned);
  Set("ONE", "pinned", "1");
  Set("struct one", "pinned", "1");
  Set("struct one.in.a", "pinned", "1");
  Set("getpid", "pinned", "1");
  std::vector<std::string> pinned;
  for (const Check& check : JudgeAll()) {
    if (check.pinned) pinned.push_back(check.name);
  }
  // The library is another thing than the list in glibc's source, so no symbol
  // is pinned.
  EXPECT_THAT(pinned, ElementsAre("Constant/ONE", "Layout/one/size",
                                  "Layout/one/align", "Layout/one/in/a/offset",
                                  "Layout/one/in/a/size", "Prototype/getpid"));
}

// --------------------------------------------------------------------------
// Completeness: nothing is left out unseen.

TEST_F(JudgeTest, ADroppedRow) {
  JudgeAll();  // takes the census
  const auto constant = rows_[1];
  ASSERT_EQ(constant.second.at("name"), "ONE");
  rows_.erase(rows_.begin() + 1);
  EXPECT_THAT(
      Failures(),
      ElementsAre(IsCheck("Completeness/one", "1 of kind constant",
                          "0 in the generated tests", "one.toml:1"),
                  IsCheck("Completeness/facts", "a check for every fact",
                          "2 facts that nothing judges", "")));
}

TEST_F(JudgeTest, ARowTooMany) {
  JudgeAll();
  rows_.push_back(rows_[1]);
  EXPECT_THAT(Failures(),
              ElementsAre(IsCheck("Completeness/one", "1 of kind constant",
                                  "2 in the generated tests", "one.toml:1")));
}

TEST_F(JudgeTest, ADroppedCensus) {
  census_ = "census";
  const std::vector<Check> failures = Failures();
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_EQ(failures[0].name, "Completeness/one");
  EXPECT_THAT(failures[0].seen, HasSubstr("2 in the generated tests"));
}

TEST_F(JudgeTest, AFactThatNothingJudges) {
  Fact("constant:LOST@libc") = {0, 1, 4, 0, PLUMBLINE_INT, kShown};
  EXPECT_THAT(Failures(), ElementsAre(IsCheck(
                              "Completeness/facts", "a check for every fact",
                              "1 facts that nothing judges", "")));
}

TEST_F(JudgeTest, NoRowsAtAll) {
  JudgeAll();
  rows_.clear();
  std::vector<std::string> failed;
  for (const Check& check : Failures()) failed.push_back(check.name);
  EXPECT_THAT(failed, ElementsAre("Completeness/one", "Completeness/facts"));
}

// --------------------------------------------------------------------------
// Releases and targets.

TEST(ParseVersion, Versions) {
  EXPECT_EQ(ParseVersion("2.36"), (Version{2, 36, 0}));
  EXPECT_EQ(ParseVersion("6.1.170"), (Version{6, 1, 170}));
  EXPECT_EQ(ParseVersion("2.2.5"), (Version{2, 2, 5}));
  EXPECT_EQ(ParseVersion("6"), (Version{6, 0, 0}));
  EXPECT_EQ(ParseVersion("6.1-rc3"), (Version{6, 1, 0}));
  EXPECT_EQ(ParseVersion(""), (Version{}));
  EXPECT_LT(ParseVersion("2.4"), ParseVersion("2.10"));
  EXPECT_LT(ParseVersion("2.36"), ParseVersion("2.36.1"));
}

TEST(DescribeHeaders, Releases) {
  FactStore store;
  const plumbline_fact facts[] = {
      {HashKey("environment:glibc"), 2, 4, 0, PLUMBLINE_INT, PLUMBLINE_PRESENT},
      {HashKey("environment:glibc_minor"), 35, 4, 0, PLUMBLINE_INT,
       PLUMBLINE_PRESENT},
      {HashKey("environment:kernel_headers"), 0x060203, 4, 0, PLUMBLINE_INT,
       PLUMBLINE_PRESENT},
  };
  store.Add(std::span<const plumbline_fact>(facts));
  const Target target = DescribeHeaders("i386", "time64", store);
  EXPECT_EQ(target.arch, "i386");
  EXPECT_EQ(target.variant, "time64");
  EXPECT_EQ(target.header_release, (Version{2, 35, 0}));
  EXPECT_EQ(target.kernel_headers, (Version{6, 2, 3}));
  EXPECT_EQ(target.libc, "glibc 2.35");
}

TEST(DescribeHeaders, ReleasesOfMusl) {
  FactStore store;
  const plumbline_fact facts[] = {
      {HashKey("environment:musl"), 0x010205, 4, 0, PLUMBLINE_INT,
       PLUMBLINE_PRESENT},
  };
  store.Add(std::span<const plumbline_fact>(facts));
  const Target target = DescribeHeaders("amd64", "", store);
  EXPECT_EQ(target.header_release, (Version{1, 2, 5}));
  EXPECT_EQ(target.libc, "musl 1.2.5");
}

}  // namespace
}  // namespace plumbline::abi
