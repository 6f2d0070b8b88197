#include "conformance/abi/agreement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <span>
#include <string>
#include <string_view>

namespace plumbline::abi {
namespace {

using testing::HasSubstr;

constexpr plumbline_fact kFacts[] = {{0x1f, 0x2a, 4, 8, PLUMBLINE_INT, 1}};

Check Judged(std::string_view text) {
  const std::string name = testing::TempDir() + "/facts";
  std::ofstream(name) << text;
  FactStore facts;
  facts.Add(std::span(kFacts));
  return JudgeAgreement(facts, name);
}

TEST(Agreement, OfTheSameFacts) {
  const Check check = Judged("0x1f\t0x2a\t4\t8\t6\t1\tA_NAME\n");
  EXPECT_EQ(check.status, Status::kPassed) << check.seen;
}

TEST(Agreement, FailsForAnother) {
  EXPECT_THAT(Judged("0x1f\t0x2b\t4\t8\t6\t1\n").seen,
              HasSubstr("another fact 0x1f"));
  EXPECT_THAT(Judged("0x1e\t0x2a\t4\t8\t6\t1\n").seen,
              HasSubstr("another fact 0x1e"));
  EXPECT_THAT(Judged("").seen, HasSubstr("no facts in the file"));
}

TEST(Agreement, RefusesWhatIsNoFact) {
  for (const char* const key : {"x", "0x", "-1", "1f", "0x1fz", "0x-1",
                                "0x123456789abcdef01", "constant:EPOLLIN"}) {
    EXPECT_THAT(Judged(std::string(key) + "\t2a\t4\t8\t6\t1\n").seen,
                HasSubstr("a line that holds no fact"))
        << key;
  }
  EXPECT_THAT(Judged("0x1f\t0x2a\t4\n").seen,
              HasSubstr("a line that holds no fact"));
}

}  // namespace
}  // namespace plumbline::abi
