#include "conformance/semantics/runner/deviations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace plumbline::semantics {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr KnownDeviation kKnown[] = {
    {"qemu-user", "s390x", "7.2 10.0", "eventfd.1", "eventfd_duplicate_read",
     "8 - 72057594037927936", "", "", ""},
    {"linux", "amd64", "all", "wait.2", "exclusive_and_reader", "sleeps on", "",
     "", ""},
};

Program Parsed(std::string_view steps) {
  std::vector<Program> programs;
  ParseError error;
  EXPECT_TRUE(ParsePrograms("program 1\n" + std::string(steps) + "end\n",
                            programs, error))
      << error.message;
  return programs.at(0);
}

Violation Broken(Rule rule, std::string seen = {}) {
  return {.step = 0, .rule = rule, .expected = {}, .seen = std::move(seen)};
}

Deviations On(std::string architecture, std::string kernel,
              std::string emulator) {
  return Deviations({std::move(architecture),
                     std::move(kernel),
                     std::move(emulator),
                     kNewestKernel,
                     {}},
                    kKnown);
}

TEST(Deviations, AreOfAPlace) {
  EXPECT_THAT(On("s390x", "amd64", "qemu-user 7.2.22").entries(),
              ElementsAre(&kKnown[0], &kKnown[1]));
  EXPECT_THAT(On("s390x", "amd64", "qemu-user 10.0.2").entries(),
              ElementsAre(&kKnown[0], &kKnown[1]));
  // Another release, another architecture, no emulator.
  EXPECT_THAT(On("s390x", "amd64", "qemu-user 8.2.1").entries(),
              ElementsAre(&kKnown[1]));
  EXPECT_THAT(On("mips", "amd64", "qemu-user 7.2.22").entries(),
              ElementsAre(&kKnown[1]));
  EXPECT_THAT(On("s390x", "s390x", "").entries(), IsEmpty());
  EXPECT_THAT(On("", "", "").entries(), IsEmpty());
}

TEST(Deviations, OfMuslAreOfTheProgramsAndARelease) {
  constexpr KnownDeviation kMusl[] = {{"musl", "s390x", "1.2.3 1.2.4", "fd.17",
                                       "dup3_flags", "20 -", "", "", ""}};
  const auto on = [&](std::string architecture, std::string libc) {
    Place place;
    place.architecture = std::move(architecture);
    place.libc = std::move(libc);
    return Deviations(place, kMusl).entries();
  };
  EXPECT_THAT(on("s390x", "musl 1.2.3"), ElementsAre(&kMusl[0]));
  EXPECT_THAT(on("s390x", "musl 1.2.4"), ElementsAre(&kMusl[0]));
  EXPECT_THAT(on("s390x", "musl 1.2.5"), IsEmpty());
  EXPECT_THAT(on("s390x", ""), IsEmpty());
  EXPECT_THAT(on("arm64", "musl 1.2.3"), IsEmpty());
}

TEST(Deviations, OfLinuxAreSinceARelease) {
  constexpr KnownDeviation kSince[] = {{"linux", "amd64", "since 6.5", "wait.2",
                                        "exclusive_and_reader", "sleeps on", "",
                                        "", ""}};
  const auto count = [&](KernelRelease kernel) {
    return Deviations({"amd64", "amd64", "", kernel}, kSince).entries().size();
  };
  EXPECT_EQ(count({5, 10}), 0u);
  EXPECT_EQ(count({6, 4}), 0u);
  EXPECT_EQ(count({6, 5}), 1u);
  EXPECT_EQ(count({7, 0}), 1u);
  EXPECT_EQ(count(kNewestKernel), 1u);
}

TEST(Deviations, ExplainWhatHasTheirStepsAndBreaksTheirRule) {
  const Deviations known = On("s390x", "amd64", "qemu-user 7.2.22");
  const Program same = Parsed(
      "pipe2 O_NONBLOCK\neventfd 1 EFD_NONBLOCK\nfcntl $1 F_DUPFD_CLOEXEC 9\n"
      "read8 $2 8\n");
  EXPECT_EQ(known.Find(same, Broken(Rule::kEventfdTake)), &kKnown[0]);
  EXPECT_EQ(known.Find(same, Broken(Rule::kFdLowest)), nullptr);
  // Another way to make a duplicate is another fault.
  EXPECT_EQ(known.Find(Parsed("eventfd 1 0\ndup $0\nread8 $1 8\n"),
                       Broken(Rule::kEventfdTake)),
            nullptr);
}

// What another call closes is told by that call's entries only; a close_range
// is a close, too.
TEST(Deviations, OfCloseRangeAreNotOfClose) {
  constexpr KnownDeviation kClosed[] = {
      {"qemu-user", "arm64", "7.2", "fd.2", "eventfd_closed_by_close_range",
       "-1 EINVAL", "", "", ""},
      {"qemu-user", "arm64", "7.2", "socket.6", "seqpacket_without_sigpipe",
       "-1 EPIPE", "", "", ""}};
  Place place;
  place.architecture = "arm64";
  place.emulator = "qemu-user 7.2.22";
  const Deviations known(place, kClosed);
  const auto found = [&](std::string_view text, Rule rule) {
    return known.Find(Parsed(text), Broken(rule));
  };
  EXPECT_EQ(found("eventfd 0 0\nclose_range $0 $0 0\nwrite $0 1 97\n",
                  Rule::kFdClosed),
            &kClosed[0]);
  EXPECT_EQ(found("eventfd 0 0\nclose $0\nwrite $0 1 97\n", Rule::kFdClosed),
            nullptr);
  EXPECT_EQ(found("socketpair SOCK_SEQPACKET\nclose_range $0 $0 0\n"
                  "write $0.1 1 97\n",
                  Rule::kSocketBroken),
            &kClosed[1]);
}

TEST(Deviations, SeeTheStepWithoutItsNumberAndTimes) {
  EXPECT_EQ(SeenOf(Broken(Rule::kEventfdTake,
                          "2 8 - 38250106470894 38250106490030 720")),
            "8 - 720");
  EXPECT_EQ(SeenOf(Broken(Rule::kEventfdTake, "2 -1 EAGAIN 12 13")),
            "-1 EAGAIN");
  EXPECT_EQ(SeenOf(Broken(Rule::kWaitWakes, "3 sleeps on")), "sleeps on");
  EXPECT_TRUE(IsSeen(kKnown[1], Broken(Rule::kWaitWakes, "3 sleeps on")));
  EXPECT_FALSE(IsSeen(kKnown[1], Broken(Rule::kWaitWakes, "3 0 - 1 2")));
}

TEST(Deviations, AllProgramsOfTheLedgerCanBeRead) {
  EXPECT_THAT(KnownDeviations(), testing::Not(IsEmpty()));
  for (const KnownDeviation& known : KnownDeviations()) {
    EXPECT_THAT(DeviatingProgramNamed(known.program).steps,
                testing::Not(IsEmpty()));
  }
}

}  // namespace
}  // namespace plumbline::semantics
