// Pairs of small surfaces, and what is to be found between them. The findings
// follow from what was changed, each way.

#include "tools/gate/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

#include "tools/gate/gate.h"
#include "tools/gate/testing.h"

namespace plumbline::gate {
namespace {

using Lines = std::vector<std::string>;

struct Case {
  const char* name;
  std::string before, after;
  Lines there;  // from before to after
  Lines back;   // from after to before
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

const std::string kSection = "section|glibc|fcntl.h|\n";
const std::string kUapi = "section|uapi|linux/a.h|\n";
const std::string kLibc =
    "library|libc.so.6\nnode|GLIBC_2.2.5\nnode|GLIBC_2.9\n";

// A struct of these fields.
std::string Struct(const std::string& size, const std::string& alignment,
                   const std::string& fields) {
  return kSection + "struct|s|dgp|" + size + "|" + alignment + "|\n" + fields;
}

const std::vector<Case>& Cases() {
  static const std::vector<Case> kCases = {
      {"constant_value",
       kSection + "macro|O_A|if|dgp|int|1\n",
       kSection + "macro|O_A|if|dgp|int|2\n",
       {"constant-value-changed|O_A|1|2"},
       {"constant-value-changed|O_A|2|1"}},
      {"constant_type",
       kSection + "macro|O_A|if|dgp|int|1\n",
       kSection + "macro|O_A|if|dgp|unsigned int|1\n",
       {"constant-type-changed|O_A|int|unsigned int"},
       {"constant-type-changed|O_A|unsigned int|int"}},
      {"a_new_value_says_more_than_its_type",
       kSection + "macro|O_A|if|dgp|int|1\n",
       kSection + "macro|O_A|if|dgp|long|2\n",
       {"constant-value-changed|O_A|1|2"},
       {"constant-value-changed|O_A|2|1"}},
      {"constant_to_run_time",
       kSection + "macro|O_A|if|dgp|int|1\n",
       kSection + "macro|O_A|runtime|dgp|long|sysconf(1)\n",
       {"constant-not-constant|O_A|1|not constant: sysconf(1)"},
       {"constant-value-changed|O_A|not constant: sysconf(1)|1"}},
      {"not_for_if",
       kSection + "macro|O_A|if|dgp|int|1\n",
       kSection + "macro|O_A|constant|dgp|int|1\n",
       {"constant-not-constant|O_A|1|1, but not for #if"},
       {}},
      {"unevaluable",
       kSection + "macro|O_A|if|dgp|int|1\n",
       kSection + "macro|O_A|unevaluable|dgp||no type\n",
       {"macro-unevaluable|O_A|1|not evaluable: no type"},
       {"constant-value-changed|O_A|not evaluable: no type|1"}},
      {"constant_gone",
       kSection + "macro|O_A|if|dgp|int|1\n",
       kSection,
       {"constant-removed|O_A|1|"},
       {"constant-added|O_A||1"}},
      {"enumerator_to_macro_is_nothing",
       kSection + "enumerator|O_A|constant|dgp|int|1\n",
       kSection + "macro|O_A|constant|dgp|int|1\n",
       {},
       {}},
      {"a_macro_beside_an_enumerator_is_nothing",
       kSection + "enumerator|O_A|constant|dgp|int|1\n",
       kSection +
           "macro|O_A|constant|dgp|int|1\nenumerator|O_A|constant|dgp|int|1\n",
       {},
       {}},
      {"constant_hidden_by_default",
       kSection + "macro|O_A|if|dgp|int|1\n",
       kSection + "macro|O_A|if|gp|int|1\n",
       {"constant-removed|O_A|1|"},
       {"constant-added|O_A||1"}},
      {"another_form_by_default_is_not_hidden",
       kSection + "function|f|dgp|int (int)||\n",
       kSection + "function|f|g|int (int)||f_new\n"
                  "section|glibc|fcntl.h|default\nfunction|f|d|int (int)||\n"
                  "section|glibc|fcntl.h|posix\nfunction|f|p|int (int)||\n",
       {"prototype-changed|f|int (int)|int (int) as f_new"},
       {"prototype-changed|f|int (int) as f_new|int (int)"}},
      {"moved_to_another_header",
       kSection + "macro|O_A|if|dgp|int|1\n",
       "section|glibc|sys/a.h|\nmacro|O_A|if|dgp|int|1\n",
       {"constant-removed|O_A|1|"},
       {"constant-removed|O_A|1|"}},
      {"left_to_the_kernels_header_that_comes_with_it",
       "header|glibc|fcntl.h|includable||linux/a.h\n"
       "header|uapi|linux/a.h|includable||\n" +
           kSection + "macro|O_A|if|dgp|int|1\n" + kUapi +
           "macro|O_A|if|-|int|1\n",
       "header|glibc|fcntl.h|includable||linux/a.h\n"
       "header|uapi|linux/a.h|includable||\n" +
           kUapi + "macro|O_A|if|-|int|1\n",
       {},
       {}},
      {"left_to_the_kernels_header_with_another_value",
       "header|glibc|fcntl.h|includable||linux/a.h\n"
       "header|uapi|linux/a.h|includable||\n" +
           kSection + "macro|O_A|if|dgp|int|1\n" + kUapi +
           "macro|O_A|if|-|int|3\n",
       "header|glibc|fcntl.h|includable||linux/a.h\n"
       "header|uapi|linux/a.h|includable||\n" +
           kUapi + "macro|O_A|if|-|int|3\n",
       {"constant-value-changed|O_A|1|3"},
       {"constant-value-changed|O_A|3|1"}},
      {"left_to_a_header_that_does_not_come_with_it",
       "header|glibc|fcntl.h|includable||\n"
       "header|uapi|linux/a.h|includable||\n" +
           kSection + "macro|O_A|if|dgp|int|1\n" + kUapi +
           "macro|O_A|if|-|int|1\n",
       "header|glibc|fcntl.h|includable||\n"
       "header|uapi|linux/a.h|includable||\n" +
           kUapi + "macro|O_A|if|-|int|1\n",
       {"constant-removed|O_A|1|"},
       {"constant-added|O_A||1"}},
      {"function_macro_parameters",
       kSection + "function-macro|F|a|text|dgp||\n",
       kSection + "function-macro|F|x, y|text|dgp||\n",
       {"prototype-changed|F(a)|F(a)|F(x, y)"},
       {"prototype-changed|F(x, y)|F(x, y)|F(a)"}},
      {"function_macro_parameter_names_are_nothing",
       kSection + "function-macro|F|a|text|dgp||\n",
       kSection + "function-macro|F|x|text|dgp||\n",
       {},
       {}},
      {"function_macro_value",
       kSection + "function-macro|F|a|if|dgp|int|1\n",
       kSection + "function-macro|F|a|if|dgp|int|2\n",
       {"constant-value-changed|F(a)|1|2"},
       {"constant-value-changed|F(a)|2|1"}},
      {"function_to_macro_is_nothing",
       kSection + "function|F|dgp|int (int)||\n",
       kSection + "function-macro|F|a|text|dgp||\n",
       {},
       {}},
      {"type_gone",
       Struct("4", "4", "|a|0|4|int\n"),
       kSection,
       {"type-removed|struct s|4 bytes|"},
       {"type-added|struct s||4 bytes"}},
      {"field_added_at_the_end",
       Struct("4", "4", "|a|0|4|int\n"),
       Struct("8", "4", "|a|0|4|int\n|b|4|4|int\n"),
       {"field-added|struct s.b||int at 4", "type-size-changed|struct s|4|8"},
       {"field-removed|struct s.b|int|", "type-size-changed|struct s|8|4"}},
      {"field_carved_from_padding",
       Struct("8", "8", "|a|0|4|int\n"),
       Struct("8", "8", "|a|0|4|int\n|b|4|4|int\n"),
       {"field-added|struct s.b||int at 4"},
       {"field-removed|struct s.b|int|"}},
      {"fields_swapped",
       Struct("8", "4", "|a|0|4|int\n|b|4|4|int\n"),
       Struct("8", "4", "|b|0|4|int\n|a|4|4|int\n"),
       {"field-offset-changed|struct s.a|0|4",
        "field-offset-changed|struct s.b|4|0"},
       {"field-offset-changed|struct s.a|4|0",
        "field-offset-changed|struct s.b|0|4"}},
      {"field_type",
       Struct("4", "4", "|a|0|4|int\n"),
       Struct("4", "4", "|a|0|4|unsigned int\n"),
       {"field-type-changed|struct s.a|int|unsigned int"},
       {"field-type-changed|struct s.a|unsigned int|int"}},
      {"field_renamed",
       Struct("4", "4", "|a|0|4|int\n"),
       Struct("4", "4", "|b|0|4|int\n"),
       {"field-renamed|struct s.a|a|b"},
       {"field-renamed|struct s.b|b|a"}},
      {"bit_field_width",
       Struct("4", "4", "|a|0|:3|unsigned int\n"),
       Struct("4", "4", "|a|0|:4|unsigned int\n"),
       {"field-type-changed|struct s.a|unsigned int : 3|unsigned int : 4"},
       {"field-type-changed|struct s.a|unsigned int : 4|unsigned int : 3"}},
      {"alignment",
       Struct("8", "4", "|a|0|8|long\n"),
       Struct("8", "8", "|a|0|8|long\n"),
       {"type-alignment-changed|struct s|4|8"},
       {"type-alignment-changed|struct s|8|4"}},
      {"typedef_of_the_same_size",
       kSection + "typedef|t|dgp|8|8|long\n",
       kSection + "typedef|t|dgp|8|8|long long\n",
       {"field-type-changed|t|long|long long"},
       {"field-type-changed|t|long long|long"}},
      {"prototype",
       kSection + "function|f|dgp|int (int)||\n",
       kSection + "function|f|dgp|long (int)||\n",
       {"prototype-changed|f|int (int)|long (int)"},
       {"prototype-changed|f|long (int)|int (int)"}},
      {"prototype_gone",
       kSection + "function|f|dgp|int (int)||\n",
       kSection,
       {"prototype-removed|f|int (int)|"},
       {"prototype-added|f||int (int)"}},
      {"attributes",
       kSection + "function|f|dgp|int (int)||\n",
       kSection + "function|f|dgp|int (int)|noreturn|\n",
       {"prototype-changed|f|int (int)|int (int) [noreturn]"},
       {"prototype-changed|f|int (int) [noreturn]|int (int)"}},
      {"only_with_64_bits_of_time",
       kSection + "typedef|t|dgp|4|4|long\n"
                  "section|glibc|fcntl.h|time64\ntypedef|t|dgp|8|8|long long\n",
       kSection + "typedef|t|dgp|4|4|long\n"
                  "section|glibc|fcntl.h|time64\ntypedef|t|dgp|8|4|long long\n",
       {"type-alignment-changed|t|8|4"},
       {"type-alignment-changed|t|4|8"}},
      {"header_gone",
       "header|glibc|a.h|includable||\n",
       "",
       {"header-removed|a.h|includable|"},
       {"header-added|a.h||includable"}},
      {"header_of_the_other_side_is_the_same_file",
       "header|glibc|a.h|includable||\n",
       "header|uapi|a.h|includable||\n",
       {},
       {}},
      {"header_fails",
       "header|glibc|a.h|includable||\n",
       "header|glibc|a.h|fails|no b.h|\n",
       {"header-conflict|a.h|includable|not includable: no b.h"},
       {}},
      {"conflict",
       "header|uapi|a.h|includable||\nheader|uapi|b.h|includable||\n",
       "header|uapi|a.h|includable||\nheader|uapi|b.h|includable||\n"
       "conflict|uapi|a.h|b.h|both define X\n",
       {"header-conflict|b.h|includable together|apart only"},
       {}},
      {"symbol_gone",
       kLibc + "symbol|f|GLIBC_2.2.5|default|func|global|0\n",
       kLibc,
       {"symbol-removed|f@GLIBC_2.2.5|func|"},
       {"symbol-added|f@GLIBC_2.2.5||func"}},
      {"node_gone",
       kLibc,
       "library|libc.so.6\nnode|GLIBC_2.2.5\n",
       {"symbol-version-removed|GLIBC_2.9||"},
       {}},
      {"new_default_version",
       kLibc + "symbol|f|GLIBC_2.2.5|default|func|global|0\n",
       kLibc + "symbol|f|GLIBC_2.2.5|hidden|func|global|0\n"
               "symbol|f|GLIBC_2.9|default|func|global|0\n",
       {"symbol-default-version-changed|f|GLIBC_2.2.5|GLIBC_2.9"},
       {"symbol-default-version-changed|f|GLIBC_2.9|GLIBC_2.2.5",
        "symbol-removed|f@GLIBC_2.9|func|"}},
      {"no_default_any_more",
       kLibc + "symbol|f|GLIBC_2.2.5|default|func|global|0\n",
       kLibc + "symbol|f|GLIBC_2.2.5|hidden|func|global|0\n",
       {"symbol-default-version-changed|f|GLIBC_2.2.5|"},
       {}},
      {"symbol_moved",
       kLibc + "library|libm.so.6\nnode|GLIBC_2.2.5\n"
               "symbol|f|GLIBC_2.2.5|default|func|global|0\n",
       kLibc + "symbol|f|GLIBC_2.2.5|default|func|global|0\n"
               "library|libm.so.6\nnode|GLIBC_2.2.5\n",
       {"symbol-moved|f@GLIBC_2.2.5|libm.so.6|libc.so.6"},
       {"symbol-moved|f@GLIBC_2.2.5|libc.so.6|libm.so.6"}},
      {"symbol_moved_and_the_old_node_is_gone",
       kLibc + "library|libm.so.6\nnode|GLIBC_2.2.5\n"
               "symbol|f|GLIBC_2.2.5|default|func|global|0\n",
       kLibc + "symbol|f|GLIBC_2.2.5|default|func|global|0\n"
               "library|libm.so.6\n",
       {"symbol-removed|f@GLIBC_2.2.5|func|",
        "symbol-version-removed|GLIBC_2.2.5||"},
       {"symbol-moved|f@GLIBC_2.2.5|libc.so.6|libm.so.6"}},
      {"object_size",
       kLibc + "symbol|o|GLIBC_2.2.5|default|object|global|4\n",
       kLibc + "symbol|o|GLIBC_2.2.5|default|object|global|8\n",
       {"symbol-size-changed|o@GLIBC_2.2.5|object of 4 bytes|object of 8 "
        "bytes"},
       {"symbol-size-changed|o@GLIBC_2.2.5|object of 8 bytes|object of 4 "
        "bytes"}},
      {"an_ifunc_is_a_function",
       kLibc + "symbol|f|GLIBC_2.2.5|default|func|global|0\n",
       kLibc + "symbol|f|GLIBC_2.2.5|default|ifunc|global|0\n",
       {},
       {}},
  };
  return kCases;
}

class Compared : public testing::TestWithParam<Case> {};

TEST_P(Compared, There) {
  EXPECT_EQ(Told(GetParam().before, GetParam().after), GetParam().there);
}

TEST_P(Compared, AndBack) {
  EXPECT_EQ(Told(GetParam().after, GetParam().before), GetParam().back);
}

TEST_P(Compared, EqualIsNothing) {
  EXPECT_EQ(Told(GetParam().before, GetParam().before), Lines());
  EXPECT_EQ(Told(GetParam().after, GetParam().after), Lines());
}

INSTANTIATE_TEST_SUITE_P(Table, Compared, testing::ValuesIn(Cases()),
                         [](const testing::TestParamInfo<Case>& one) {
                           return one.param.name;
                         });

TEST(CompareAll, FoldsArchitectures) {
  std::vector<harvest::Surface> before, after;
  for (const char* arch : {"amd64", "arm64", "i386"}) {
    before.push_back(SurfaceOf(kSection + "macro|A|if|dgp|int|1\n", arch));
    after.push_back(SurfaceOf(
        kSection + "macro|A|if|dgp|int|" + (arch[0] == 'i' ? "3" : "2") + "\n",
        arch));
  }
  const auto report = CompareAll(before, after, {});
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_EQ(report->findings.size(), 2u);
  EXPECT_EQ(report->findings[0].archs, (Lines{"amd64", "arm64"}));
  EXPECT_EQ(report->findings[1].archs, (Lines{"i386"}));
  EXPECT_TRUE(report->Breaks());
}

TEST(CompareAll, AnArchitectureWithoutCounterpartIsAnError) {
  std::vector<harvest::Surface> one, both;
  one.push_back(SurfaceOf("", "amd64"));
  both.push_back(SurfaceOf("", "amd64"));
  both.push_back(SurfaceOf("", "i386"));
  EXPECT_FALSE(CompareAll(one, both, {}));
  EXPECT_FALSE(CompareAll(both, one, {}));
  EXPECT_TRUE(CompareAll(one, one, {}));
  EXPECT_FALSE(CompareAll({}, one, {}));
}

}  // namespace
}  // namespace plumbline::gate
