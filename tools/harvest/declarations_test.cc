#include "tools/harvest/declarations.h"

#include <gtest/gtest.h>

namespace plumbline::harvest {
namespace {

TEST(CallersAttributes, KeepsThoseThatACallerDependsOn) {
  EXPECT_EQ(CallersAttributes(
                "void f(char *) __attribute__((nothrow)) "
                "__attribute__((nonnull(1, 2))) __attribute__((noreturn))"),
            "nonnull(1,2) noreturn");
  EXPECT_EQ(CallersAttributes("int f(void)"), "");
}

TEST(CallersAttributes, LeavesOutReasons) {
  EXPECT_EQ(CallersAttributes(
                "int f() __attribute__((deprecated(\"use (g)\", \"\")))"),
            "deprecated");
}

}  // namespace
}  // namespace plumbline::harvest
