// What is made and changed can be run: both readers take it, it refers to what
// is there, and it does not wait for long.

#include "fuzz/program_mutator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/semantics/executor/program.h"
#include "conformance/semantics/model/program.h"
#include "fuzz/program_of_bytes.h"

namespace plumbline::fuzz {
namespace {

using semantics::Call;
using semantics::ParseError;
using semantics::Program;
using semantics::Step;

constexpr std::size_t kMostSteps = 40;

std::vector<std::uint8_t> RandomBytes(std::mt19937& random, std::size_t size) {
  std::vector<std::uint8_t> bytes(size);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

// Any change of bytes.
std::size_t Scramble(std::uint8_t* bytes, std::size_t size, std::size_t) {
  static std::mt19937 random(5);
  for (std::size_t i = 0; i < size; ++i) {
    if (random() % 3 == 0) bytes[i] = static_cast<std::uint8_t>(random());
  }
  return size;
}

// "" if both readers take it.
std::string Refusal(const Program& program) {
  const std::string text = ToText(program);
  std::vector<Program> again;
  ParseError error;
  if (!ParsePrograms(text, again, error)) return error.message + "\n" + text;
  if (again.size() != 1 || again.front() != program) return "other\n" + text;
  static executor::Program read;
  executor::Parser parser(&read);
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    if (parser.Feed(rest.substr(0, end)) == executor::Parser::Status::kError) {
      return std::string(parser.error()) + "\n" + text;
    }
    rest.remove_prefix(end + 1);
  }
  return "";
}

bool SleepsForEver(const Step& step) {
  switch (step.call) {
    case Call::kPause:
    case Call::kSigsuspend:
      return true;
    case Call::kEpollWait:
    case Call::kEpollPwait:
      return step[2].number < 0 || step[2].number > 100;
    case Call::kPoll:
      return step[1].number < 0 || step[1].number > 100;
    case Call::kPpoll:
      return step[1].number == -1 || step[1].number > 100'000'000;
    case Call::kNanosleep:
      return step[0].number > 100'000'000;
    default:
      return false;
  }
}

void ExpectGood(const Program& program) {
  ASSERT_EQ(Refusal(program), "");
  ASSERT_LE(program.steps.size(), kMostSteps);
  for (const Step& step : program.steps) {
    ASSERT_FALSE(step.thread == 0 && SleepsForEver(step)) << ToText(program);
  }
}

TEST(ProgramOf, AnyBytesMakeAProgram) {
  std::mt19937 random(1);
  std::set<Call> calls;
  for (int i = 0; i < 3000; ++i) {
    Program program =
        ProgramOf(RandomBytes(random, random() % 400), kMostSteps);
    Tame(program);
    ExpectGood(program);
    for (const Step& step : program.steps) calls.insert(step.call);
  }
  EXPECT_EQ(calls.size(), static_cast<std::size_t>(semantics::kCalls));
}

TEST(ProgramOf, TheSameBytesMakeTheSameProgram) {
  std::mt19937 random(2);
  const std::vector<std::uint8_t> bytes = RandomBytes(random, 300);
  EXPECT_EQ(ProgramOf(bytes, kMostSteps), ProgramOf(bytes, kMostSteps));
  EXPECT_TRUE(ProgramOf({}, kMostSteps).steps.empty());
}

TEST(ProgramMutator, KeepsProgramsGood) {
  std::mt19937 random(3);
  Program program = ProgramOf(RandomBytes(random, 300), kMostSteps);
  Tame(program);
  int changed = 0;
  for (std::uint32_t seed = 0; seed < 10'000; ++seed) {
    ProgramMutator mutator(seed, Scramble);
    Program other = mutator.Mutate(program, kMostSteps);
    ExpectGood(other);
    if (HasFatalFailure()) return;
    if (other != program) ++changed;
    program = std::move(other);
  }
  EXPECT_GT(changed, 8'000);
}

TEST(ProgramMutator, CrossesPrograms) {
  std::mt19937 random(4);
  for (std::uint32_t seed = 0; seed < 3'000; ++seed) {
    Program one = ProgramOf(RandomBytes(random, 200), kMostSteps);
    Program other = ProgramOf(RandomBytes(random, 200), kMostSteps);
    ProgramMutator mutator(seed, Scramble);
    ExpectGood(mutator.Cross(one, other, kMostSteps));
    if (HasFatalFailure()) return;
  }
}

TEST(ProgramMutator, OfNothing) {
  ProgramMutator mutator(1, Scramble);
  ExpectGood(mutator.Mutate({"x", {}}, kMostSteps));
  ExpectGood(mutator.Cross({"x", {}}, {"y", {}}, kMostSteps));
}

}  // namespace
}  // namespace plumbline::fuzz
