#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/abi/environment.h"

namespace plumbline::abi {
namespace {

TEST(Observe, ThisProcess) {
  FactStore store;
  const plumbline_fact facts[] = {
      {HashKey("environment:glibc"), 2, 4, 0, PLUMBLINE_INT, PLUMBLINE_PRESENT},
      {HashKey("environment:glibc_minor"), 5, 4, 0, PLUMBLINE_INT,
       PLUMBLINE_PRESENT},
  };
  store.Add(std::span<const plumbline_fact>(facts));
  const Environment environment = Observe("i386", "time64", store);
  const Target& target = environment.target;
  EXPECT_TRUE(target.runs);
  EXPECT_EQ(target.arch, "i386");
  // The library is the running one, whatever the headers are.
  EXPECT_EQ(target.header_release, (Version{2, 5, 0}));
  EXPECT_THAT(target.libc, testing::MatchesRegex("glibc [0-9]+\\.[0-9]+.*"));
  EXPECT_GE(target.libc_release, (Version{2, 17, 0}));
  EXPECT_THAT(target.kernel, testing::MatchesRegex("[0-9]+\\.[0-9]+[0-9.]*"));
  ASSERT_TRUE(environment.symbols.has_value());
  EXPECT_TRUE(environment.symbols->contains("epoll_ctl"));
}

}  // namespace
}  // namespace plumbline::abi
