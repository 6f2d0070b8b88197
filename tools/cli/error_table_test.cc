#include "tools/cli/error_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace plumbline::cli {
namespace {

using ::testing::ElementsAre;

std::string Entry(const std::string& rest) {
  return R"({"condition": "c", "layer": "kernel", "source": "f(2) man-pages 6.20", )" +
         rest + "}";
}

ErrorTable Example() {
  const std::string text =
      R"({"schema": "plumbline.errors/1", "entries": [)" +
      Entry(R"("function": "f", "errno": "EIO", "status": "documented",
               "class": "fault", "provoked_on": ["native"])") +
      "," + Entry(R"("function": "f", "errno": "EBADF", "status": "documented",
               "class": "unprivileged", "provoked_on": ["a", "b"])") +
      "," + Entry(R"("function": "f", "errno": "EBADF", "status": "observed",
               "class": "unprivileged", "provoked_on": ["a"])") +
      "," + Entry(R"("function": "f", "operation": "G", "errno": "ELOOP",
               "status": "never", "class": "unprivileged", "provoked_on": []
               )") +
      "," + Entry(R"("function": "f", "operation": "G", "errno": "EPERM",
               "status": "observed", "class": "unprivileged",
               "provoked_on": ["c"])") +
      "]}";
  return *ErrorTable::Parse(text);
}

TEST(ErrorTable, Lists) {
  const ErrorTable table = Example();
  EXPECT_THAT(table.Functions(), ElementsAre("f"));
  EXPECT_THAT(table.Operations("f"), ElementsAre("G"));
  EXPECT_THAT(table.Errnos("f"), ElementsAre("EBADF", "EIO", "ELOOP", "EPERM"));
  // Not where root's provocations are.
  EXPECT_THAT(table.everywhere(), ElementsAre("a", "b", "c"));
  EXPECT_EQ(table.entries()[3].of(), "f/G");
  EXPECT_EQ(table.entries()[0].page(), "f(2)");
}

// What is observed only is no documented pair, what never happens is one that
// is not provoked.
TEST(ErrorTable, Counts) {
  const ErrorCounts counts = Example().Count().at(0);
  EXPECT_EQ(counts.page, "f(2)");
  EXPECT_EQ(counts.conditions, 5u);
  EXPECT_EQ(counts.observed, 2u);
  EXPECT_EQ(counts.never, 1u);
  EXPECT_EQ(counts.provoked, 4u);
  EXPECT_EQ(counts.pairs, 4u);
  EXPECT_EQ(counts.documented_pairs, 3u);
  EXPECT_EQ(counts.documented_provoked, 2u);
}

TEST(ErrorTable, RefusesOthers) {
  EXPECT_FALSE(ErrorTable::Parse("{"));
  EXPECT_FALSE(ErrorTable::Parse(R"({"schema": "plumbline.errors/2"})"));
  EXPECT_FALSE(
      ErrorTable::Parse(R"({"schema": "plumbline.errors/1", "entries": []})"));
  EXPECT_FALSE(ErrorTable::Parse(
      R"({"schema": "plumbline.errors/1", "entries": [{"errno": "EIO"}]})"));
}

}  // namespace
}  // namespace plumbline::cli
