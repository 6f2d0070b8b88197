#include "conformance/semantics/runner/shrink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/semantics/generator/generator.h"

namespace plumbline::semantics {
namespace {

Program Parse(const std::string& text) {
  std::vector<Program> programs;
  ParseError error;
  EXPECT_TRUE(ParsePrograms("program x\n" + text + "end\n", programs, error))
      << error.message;
  return programs[0];
}

TEST(Keep, RenumbersWhatIsLeft) {
  const Program program =
      Parse("eventfd 0 0\npipe2 0\ndup $1.1\nwrite $2 1 0\nread8 $0 8\n");
  EXPECT_EQ(Keep(program, {false, true, true, true, true}),
            Parse("pipe2 0\ndup $0.1\nwrite $1 1 0\n"));
}

TEST(Keep, LeavesOutWhatUsesWhatIsGone) {
  const Program program = Parse(
      "pipe2 0\ndup $0\ndup $1\npoll $2:EPOLLIN 0\nselect $1 - - 0\n"
      "pause\n");
  EXPECT_EQ(Keep(program, {false, true, true, true, true, true}),
            Parse("pause\n"));
}

TEST(Keep, LeavesOutStepsOfAProcessThatIsNotMade) {
  const Program program =
      Parse("fork 1\n@1 pause\nfork 2\n@2 dup 0\ndup $3\n@1 _exit 0\n");
  EXPECT_EQ(Keep(program, {false, true, true, true, true, true}),
            Parse("fork 2\n@2 dup 0\ndup $1\n"));
}

// Whatever is taken out, the rest can be read again.
TEST(Keep, MakesProgramsThatCanBeRead) {
  for (std::uint64_t i = 0; i < 500; ++i) {
    const Program program = GenerateProgram(3, i, 20);
    std::vector<bool> keep(program.steps.size());
    for (std::size_t j = 0; j < keep.size(); ++j) keep[j] = (i >> j % 9) & 1;
    const Program smaller = Keep(program, keep);
    std::vector<Program> again;
    ParseError error;
    ASSERT_TRUE(ParsePrograms(ToText(smaller), again, error)) << error.message;
    EXPECT_EQ(again[0], smaller);
  }
}

// Which candidates have a step of each of these calls.
std::vector<bool> Have(const std::vector<Candidate>& candidates,
                       const std::vector<std::vector<Call>>& calls) {
  std::vector<bool> shown;
  for (const Candidate& one : candidates) {
    const std::vector<Step>& steps = one.program.steps;
    const std::vector<Call>& needed = calls[one.index];
    shown.push_back(std::all_of(needed.begin(), needed.end(), [&](Call call) {
      return std::any_of(steps.begin(), steps.end(),
                         [&](const Step& s) { return s.call == call; });
    }));
  }
  return shown;
}

TEST(Shrink, FindsTheStepsThatMatter) {
  const std::vector<Program> programs = {
      Parse("eventfd 0 0\nepoll_create1 0\npipe2 0\nsigpending\nclose $0\n"
            "epoll_wait $1 1 0\npause\nwrite $2.1 1 7\nsigpending\n"),
      Parse("sigpending\npause\n"), Parse("eventfd 0 0\nclose $0\n")};
  int asked = 0;
  const std::vector<Program> smallest =
      Shrink(programs, [&](const std::vector<Candidate>& candidates) {
        ++asked;
        return Have(candidates, {{Call::kWrite, Call::kEpollWait},
                                 {Call::kPause},
                                 {Call::kEventfd, Call::kClose}});
      });
  EXPECT_THAT(smallest,
              testing::ElementsAre(Parse("epoll_create1 0\npipe2 0\n"
                                         "epoll_wait $0 1 0\nwrite $1.1 1 7\n"),
                                   Parse("pause\n"), programs[2]));
  // All are asked about at once.
  EXPECT_LT(asked, 20);
}

TEST(Shrink, LeavesWhatCanNotBeSmaller) {
  const std::vector<Program> programs = {Parse("pause\n")};
  EXPECT_EQ(Shrink(programs,
                   [](const std::vector<Candidate>& candidates) {
                     return std::vector<bool>(candidates.size());
                   }),
            programs);
}

}  // namespace
}  // namespace plumbline::semantics
