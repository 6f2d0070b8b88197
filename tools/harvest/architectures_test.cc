#include "tools/harvest/architectures.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>
#include <string>

namespace plumbline::harvest {
namespace {

// By name: the triple that data_models.toml gives it.
std::map<std::string, std::string> Declared() {
  std::map<std::string, std::string> declared;
  std::ifstream in("bindings/data_models.toml");
  const std::regex line_of(R"((\w+)\s*=\s*\{ triple = "([^"]+)\".*)");
  std::smatch match;
  for (std::string line; std::getline(in, line);) {
    if (std::regex_match(line, match, line_of)) declared[match[1]] = match[2];
  }
  return declared;
}

TEST(Architectures, AreThoseThatAreDeclared) {
  std::map<std::string, std::string> known;
  for (const Architecture& architecture : Architectures())
    known[std::string(architecture.name)] = architecture.triple;
  EXPECT_EQ(known, Declared());
}

TEST(Architectures, AreFoundByName) {
  ASSERT_NE(FindArchitecture("s390x"), nullptr);
  EXPECT_EQ(FindArchitecture("s390x")->elf_endian, 2);
  EXPECT_EQ(FindArchitecture("pdp11"), nullptr);
}

}  // namespace
}  // namespace plumbline::harvest
