#include "tools/cli/names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumbline::cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(MatchesGlob, TakesNamesAndPatterns) {
  EXPECT_TRUE(MatchesGlob("EPOLL*", "EPOLLIN"));
  EXPECT_FALSE(MatchesGlob("EPOLL*", "epoll_wait"));
  EXPECT_TRUE(MatchesGlob("Layout/*/offset", "Layout/epoll_event/data/offset"));
  EXPECT_TRUE(MatchesGlob("a[0]", "a[0]"));
  EXPECT_TRUE(IsGlob("O_?"));
  EXPECT_FALSE(IsGlob("O_DIRECT"));
}

TEST(EditDistance, CountsEdits) {
  EXPECT_EQ(EditDistance("", "abc"), 3u);
  EXPECT_EQ(EditDistance("EPOLIN", "EPOLLIN"), 1u);
  EXPECT_EQ(EditDistance("stat", "tsat"), 1u);
  EXPECT_EQ(EditDistance("same", "same"), 0u);
}

const std::vector<std::string> kNames = {"EPOLLET", "EPOLLIN", "EPOLLOUT",
                                         "epoll_wait", "SIGINT"};

TEST(NearNames, PutsTheNearestFirst) {
  EXPECT_EQ(NearNames("EPOLLN", kNames).front(), "EPOLLIN");
  EXPECT_THAT(NearNames("epollin", kNames, 1), ElementsAre("EPOLLIN"));
  EXPECT_THAT(NearNames("something_else", kNames), IsEmpty());
}

TEST(NearNames, NamesEachOnce) {
  const std::vector<std::string> twice = {"stat", "stat"};
  EXPECT_THAT(NearNames("stta", twice), ElementsAre("stat"));
}

TEST(DidYouMean, IsASentenceOrNothing) {
  EXPECT_EQ(DidYouMean("SIGIN", kNames), "; did you mean SIGINT?");
  EXPECT_EQ(DidYouMean("xyz", kNames), "");
}

}  // namespace
}  // namespace plumbline::cli
