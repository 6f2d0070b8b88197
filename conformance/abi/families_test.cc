#include "conformance/abi/families.h"

#include <gtest/gtest.h>

namespace plumbline::abi {
namespace {

TEST(Families, AreNamedByTheirFile) {
  EXPECT_TRUE(IsOfFamilies("bindings/epoll.toml:12", "epoll"));
  EXPECT_TRUE(IsOfFamilies("bindings/epoll.errors.toml:12", "io,epoll"));
  EXPECT_TRUE(IsOfFamilies("epoll.toml", "epoll,io"));
  EXPECT_FALSE(IsOfFamilies("bindings/epoll.toml:12", "poll"));
  EXPECT_FALSE(IsOfFamilies("bindings/poll.toml:12", "epoll,io"));
  EXPECT_FALSE(IsOfFamilies("bindings/epoll.toml:12", ""));
  EXPECT_FALSE(IsOfFamilies("", "epoll"));
}

}  // namespace
}  // namespace plumbline::abi
