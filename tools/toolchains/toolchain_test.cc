// What every compiler is expected to do, on each architecture that is checked.
// PLUMBLINE_CROSS is the triple of one that isn't this machine's own.
#include <gtest/gtest.h>

#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

// The machine's own headers are not the target's: one that no C library has
// must not be found by a cross compiler.
#if defined(PLUMBLINE_CROSS) && __has_include(<CLI/CLI.hpp>)
#error "a cross compiler sees the headers of /usr/include"
#endif

TEST(Toolchain, SpeaksCxx20) { EXPECT_GE(__cplusplus, 202002L); }

TEST(Toolchain, RedactsTheDate) {
  EXPECT_STREQ(__DATE__ __TIME__, "redactedredacted");
}

TEST(Toolchain, LinksExceptions) {
  EXPECT_THROW(throw std::runtime_error("thrown"), std::runtime_error);
}

TEST(Toolchain, LinksThreads) {
  int ran = 0;
  std::thread([&ran] { ran = 1; }).join();
  EXPECT_EQ(ran, 1);
}

// Otherwise the build's own C library would be what is checked.
TEST(Toolchain, RunsWithTheTargetsLibc) {
  std::ifstream maps("/proc/self/maps");
  std::string libc;
  for (std::string line; std::getline(maps, line);) {
    if (line.find("/libc.so.6") != std::string::npos) {
      libc = line.substr(line.find('/'));
      break;
    }
  }
  EXPECT_NE(libc, "");
#ifdef PLUMBLINE_CROSS
  EXPECT_TRUE(libc.starts_with("/usr/" PLUMBLINE_CROSS "/lib")) << libc;
#endif
}

}  // namespace
