// Against the C library of this process, and what the dynamic linker says of
// it.

#include "conformance/abi/libc_symbols.h"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace plumbline::abi {
namespace {

using ::testing::Contains;
using ::testing::Ge;
using ::testing::Key;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

const SymbolTable& Symbols() {
  static const auto* const symbols = new SymbolTable(ReadLibcSymbols().value());
  return *symbols;
}

const std::vector<SymbolVersion>& VersionsOf(std::string_view name) {
  static const auto* const none = new std::vector<SymbolVersion>();
  const auto found = Symbols().find(name);
  return found == Symbols().end() ? *none : found->second;
}

long Defaults(const std::vector<SymbolVersion>& versions) {
  return std::count_if(
      versions.begin(), versions.end(),
      [](const SymbolVersion& version) { return version.is_default; });
}

TEST(LibcSymbols, AreRead) { ASSERT_TRUE(ReadLibcSymbols().has_value()); }

TEST(LibcSymbols, HaveWhatEveryPortExports) {
  for (const std::string_view name :
       {"epoll_ctl", "read", "malloc", "clock_gettime"}) {
    ASSERT_THAT(VersionsOf(name), Not(::testing::IsEmpty())) << name;
    EXPECT_EQ(Defaults(VersionsOf(name)), 1) << name;
    for (const SymbolVersion& version : VersionsOf(name)) {
      EXPECT_THAT(version.node, StartsWith("GLIBC_")) << name;
    }
  }
}

TEST(LibcSymbols, EpollCtlHasOneVersion) {
  EXPECT_THAT(VersionsOf("epoll_ctl"), SizeIs(1));
}

// pthread_sigmask came to libc in 2.32, beside the node of the port that
// libpthread had.
TEST(LibcSymbols, ASymbolOfSeveralVersionsHasOneDefault) {
  const std::vector<SymbolVersion>& versions = VersionsOf("pthread_sigmask");
  ASSERT_THAT(versions, SizeIs(Ge(2)));
  EXPECT_EQ(Defaults(versions), 1);
  for (const SymbolVersion& version : versions) {
    EXPECT_EQ(version.is_default, version.node == "GLIBC_2.32") << version.node;
  }
}

TEST(LibcSymbols, LackWhatIsNotExported) {
  EXPECT_THAT(Symbols(), Not(Contains(Key("plumbline_has_no_such_symbol"))));
  EXPECT_THAT(Symbols(),
              Not(Contains(Key("futex"))));  // a system call without a wrapper
  EXPECT_THAT(Symbols(), Not(Contains(Key(""))));
}

// Undefined symbols are in the same table: libc needs these of the dynamic
// linker.
TEST(LibcSymbols, LackWhatLibcImports) {
  EXPECT_THAT(Symbols(), Not(Contains(Key("_dl_argv"))));
  EXPECT_THAT(Symbols(), Not(Contains(Key("__tls_get_addr"))));
}

TEST(LibcSymbols, AreAllThere) {
  // Each port of glibc 2.34 and later exports some 2500 to 3100.
  EXPECT_THAT(Symbols(), SizeIs(Ge(2000)));
}

TEST(LibcSymbols, AgreeWithTheDynamicLinker) {
  int checked = 0;
  for (const auto& [name, versions] : Symbols()) {
    const std::string& symbol = name;
    EXPECT_LE(Defaults(versions), 1) << symbol;
    for (const SymbolVersion& version : versions) {
      if (version.node.empty()) continue;
      dlerror();
      // A thread-local variable or a null definition may well be at address 0.
      dlvsym(RTLD_DEFAULT, symbol.c_str(), version.node.c_str());
      const char* error = dlerror();
      EXPECT_EQ(error, nullptr)
          << symbol << "@" << version.node << ": " << error;
      dlvsym(RTLD_DEFAULT, symbol.c_str(), "GLIBC_1.99");
      EXPECT_NE(dlerror(), nullptr) << symbol;
      ++checked;
    }
  }
  EXPECT_GE(checked, 2000);
}

// A version that libc has not is none that the linker finds.
TEST(LibcSymbols, HaveEveryVersionThatTheDynamicLinkerFinds) {
  std::vector<std::string> nodes;
  for (const auto& [name, versions] : Symbols()) {
    for (const SymbolVersion& version : versions) {
      if (std::find(nodes.begin(), nodes.end(), version.node) == nodes.end()) {
        nodes.push_back(version.node);
      }
    }
  }
  for (const std::string name :
       {"epoll_ctl", "pthread_sigmask", "memcpy", "timer_create", "fstat",
        "closefrom", "sigaction", "clock_nanosleep"}) {
    const std::vector<SymbolVersion>& versions = VersionsOf(name);
    for (const std::string& node : nodes) {
      const bool listed = std::any_of(versions.begin(), versions.end(),
                                      [&node](const SymbolVersion& version) {
                                        return version.node == node;
                                      });
      EXPECT_EQ(dlvsym(RTLD_DEFAULT, name.c_str(), node.c_str()) != nullptr,
                listed)
          << name << "@" << node;
    }
  }
}

// A plain reference binds to the default.
TEST(LibcSymbols, TheDefaultIsWhatAPlainLookUpFinds) {
  for (const std::string name :
       {"epoll_ctl", "pthread_sigmask", "timer_create", "closefrom"}) {
    for (const SymbolVersion& version : VersionsOf(name)) {
      if (!version.is_default) continue;
      EXPECT_EQ(dlsym(RTLD_DEFAULT, name.c_str()),
                dlvsym(RTLD_DEFAULT, name.c_str(), version.node.c_str()))
          << name;
    }
  }
}

}  // namespace
}  // namespace plumbline::abi
