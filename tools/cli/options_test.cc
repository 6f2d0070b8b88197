#include "tools/cli/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <variant>

namespace plumbline::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Result<Options> Parse(std::vector<const char*> words) {
  words.insert(words.begin(), "plumbline");
  return ParseCommandLine(static_cast<int>(words.size()), words.data());
}

std::string Refusal(const std::vector<const char*>& words) {
  const Result<Options> options = Parse(words);
  return options ? "" : options.error().message;
}

template <typename T>
T Parsed(const std::vector<const char*>& words) {
  const Result<Options> options = Parse(words);
  if (!options) ADD_FAILURE() << options.error().message;
  return std::get<T>(options.value());
}

TEST(Options, OfCheck) {
  const auto check = Parsed<CheckOptions>(
      {"check", "--arch", "amd64,i386", "--arch=x32", "--only", "Constant/*",
       "--format", "junit", "-o", "file", "--kind", "abi", "--times"});
  EXPECT_THAT(check.archs, ElementsAre("amd64", "i386", "x32"));
  EXPECT_EQ(check.only, "Constant/*");
  EXPECT_EQ(check.output.format, Format::kJunit);
  EXPECT_EQ(check.output.path, "file");
  EXPECT_TRUE(check.times);
  EXPECT_EQ(check.qemu, "");
  EXPECT_EQ(Parsed<CheckOptions>({"check", "--qemu", "10.0"}).qemu, "10.0");
  EXPECT_THAT(
      Parsed<CheckOptions>({"check", "--target", "i386/time64"}).targets,
      ElementsAre("i386/time64"));
}

TEST(Options, OfShow) {
  const auto show = Parsed<ShowOptions>({"show", "--arch", "i386", "EPOLLIN"});
  EXPECT_EQ(show.name, "EPOLLIN");
  EXPECT_THAT(show.archs, ElementsAre("i386"));
  EXPECT_EQ(show.output.format, Format::kText);
}

TEST(Options, Help) {
  EXPECT_THAT(Parsed<HelpOptions>({"--help"}).text, HasSubstr("check"));
  for (const char* command : {"check", "show", "targets", "test", "mutate"}) {
    EXPECT_THAT(Parsed<HelpOptions>({command, "--help"}).text,
                HasSubstr(std::string("\n  tools/plumbline ") + command))
        << "an example";
  }
}

TEST(Options, RefusesUnknownFormats) {
  EXPECT_EQ(Refusal({"check", "--format", "pdf"}),
            "check has no format 'pdf'; --format takes text, json, markdown, "
            "junit, html");
  EXPECT_EQ(Refusal({"show", "X", "--format", "junit"}),
            "show has no format 'junit'; --format takes text, json, markdown");
}

TEST(Options, RefusesKindsThatAreNotThere) {
  EXPECT_EQ(Refusal({"check", "--kind", "abi,semantics"}),
            "--kind semantics can't be checked yet; --kind takes abi, errors, "
            "surface");
  EXPECT_EQ(Refusal({"check", "--kind", "x"}),
            "unknown kind of checks 'x'; --kind takes abi, errors, surface");
}

TEST(Options, RefusesWhatMakesNoSense) {
  EXPECT_THAT(Refusal({}), HasSubstr("name a command: check, errors"));
  EXPECT_THAT(Refusal({"chekc"}),
              HasSubstr("no command 'chekc'; did you mean check?"));
  EXPECT_THAT(Refusal({"show"}), HasSubstr("see plumbline show --help"));
  EXPECT_THAT(Refusal({"show", "A", "B"}),
              HasSubstr("see plumbline show --help"));
  EXPECT_THAT(Refusal({"check", "--frobnicate"}), HasSubstr("--frobnicate"));
  EXPECT_THAT(Refusal({"check", "--arch", "i386", "--target", "i386"}),
              HasSubstr("--target"));
}

TEST(Options, SendsWhatNeedsTheSourcesThere) {
  EXPECT_EQ(
      Refusal({"test", "//...", "--test_output=all"}),
      "`test` needs the source tree: run it as `tools/plumbline test` there");
  EXPECT_EQ(Refusal({"mutate", "abi"}),
            "`mutate` needs the source tree: run it as `tools/plumbline "
            "mutate` there");
}

}  // namespace
}  // namespace plumbline::cli
