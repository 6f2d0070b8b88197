#include "tools/cli/value.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace plumbline::cli {
namespace {

TEST(Value, IsDecimalIfSmall) {
  EXPECT_EQ(ShortValue("SIGINT", 2), "2");
  EXPECT_EQ(FullValue("SIGINT", 255), "255");
  EXPECT_EQ(FullValue("SIGINT", 0), "0");
}

TEST(Value, IsHexadecimalIfNot) {
  EXPECT_EQ(ShortValue("EPOLLRDHUP", 0x2000), "0x2000");
  EXPECT_EQ(FullValue("EPOLLRDHUP", 0x2000), "0x2000 (8192)");
  EXPECT_EQ(FullValue("X", UINT64_MAX),
            "0xffffffffffffffff (18446744073709551615)");
}

TEST(Value, IsOctalWherePeopleThinkInOctal) {
  EXPECT_EQ(ShortValue("O_DIRECT", 040000), "040000");
  EXPECT_EQ(FullValue("O_DIRECT", 040000), "0x4000 (040000, 16384)");
  EXPECT_EQ(ShortValue("S_IRWXU", 0700), "0700");
  EXPECT_EQ(ShortValue("O_RDWR", 2), "2");
}

TEST(Value, IsDecimalIfNegative) {
  EXPECT_EQ(ShortValue("AT_FDCWD", -100), "-100");
  EXPECT_EQ(FullValue("O_X", INT64_MIN), "-9223372036854775808");
}

}  // namespace
}  // namespace plumbline::cli
