// Against what the dynamic linker has of the same file, and files that lie.

#include "conformance/abi/elf_symbols.h"

#include <dlfcn.h>
#include <elf.h>
#include <gmock/gmock.h>
#include <gnu/libc-version.h>
#include <gtest/gtest.h>
#include <link.h>

#include <cstddef>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

namespace plumbline::abi {
namespace {

using Bytes = std::vector<char>;

// The C library of this process, as a file.
Bytes Libc() {
  Dl_info info;
  EXPECT_NE(::dladdr(reinterpret_cast<void*>(&::gnu_get_libc_version), &info),
            0);
  std::ifstream file(info.dli_fname, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

SymbolTable SymbolsOf(Bytes& bytes) {
  elf_version(EV_CURRENT);
  Elf* const elf = elf_memory(bytes.data(), bytes.size());
  EXPECT_NE(elf, nullptr);
  SymbolTable symbols = ReadElfSymbols(elf);
  elf_end(elf);
  return symbols;
}

// Changes the header of the section of this type.
void ChangeSection(Bytes& bytes, unsigned type,
                   const std::function<void(ElfW(Shdr) &)>& change) {
  ElfW(Ehdr) header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  for (std::size_t i = 0; i < header.e_shnum; ++i) {
    char* const at = bytes.data() + header.e_shoff + i * header.e_shentsize;
    ElfW(Shdr) section;
    std::memcpy(&section, at, sizeof(section));
    if (section.sh_type != type) continue;
    change(section);
    std::memcpy(at, &section, sizeof(section));
    return;
  }
  FAIL() << "no section of type " << type;
}

TEST(ElfSymbols, AreThoseOfTheLoadedLibrary) {
  Bytes bytes = Libc();
  const SymbolTable in_file = SymbolsOf(bytes);
  const SymbolTable loaded = ReadLibcSymbols().value();
  ASSERT_EQ(in_file.size(), loaded.size());
  for (const auto& [name, versions] : loaded) {
    const auto found = in_file.find(name);
    ASSERT_NE(found, in_file.end()) << name;
    ASSERT_EQ(found->second.size(), versions.size()) << name;
    for (std::size_t i = 0; i < versions.size(); ++i) {
      EXPECT_EQ(found->second[i].node, versions[i].node) << name;
      EXPECT_EQ(found->second[i].is_default, versions[i].is_default) << name;
    }
  }
}

TEST(ElfSymbols, EntriesWithoutSize) {
  Bytes bytes = Libc();
  ChangeSection(bytes, SHT_DYNSYM,
                [](ElfW(Shdr) & section) { section.sh_entsize = 0; });
  (void)SymbolsOf(bytes);
}

TEST(ElfSymbols, NamesThatAreInNoStrings) {
  Bytes bytes = Libc();
  ChangeSection(bytes, SHT_DYNSYM,
                [](ElfW(Shdr) & section) { section.sh_link = 0; });
  ChangeSection(bytes, SHT_GNU_verdef,
                [](ElfW(Shdr) & section) { section.sh_link = 0xffff; });
  for (const auto& [name, versions] : SymbolsOf(bytes)) EXPECT_EQ(name, "");
}

TEST(ElfSymbols, VersionsBeyondTheFile) {
  Bytes bytes = Libc();
  ElfW(Off) start = 0;
  ChangeSection(bytes, SHT_GNU_verdef,
                [&](ElfW(Shdr) & section) { start = section.sh_offset; });
  ElfW(Verdef) definition;
  std::memcpy(&definition, bytes.data() + start, sizeof(definition));
  definition.vd_aux = definition.vd_next = 0xfffffff0;
  std::memcpy(bytes.data() + start, &definition, sizeof(definition));
  const SymbolTable symbols = SymbolsOf(bytes);
  ASSERT_TRUE(symbols.contains("read"));
  EXPECT_EQ(symbols.at("read").at(0).node, "");
}

TEST(ElfSymbols, OfAFileThatIsCutShort) {
  const Bytes whole = Libc();
  ElfW(Ehdr) header;
  std::memcpy(&header, whole.data(), sizeof(header));
  for (const std::size_t size : {sizeof(header), whole.size() / 2,
                                 static_cast<std::size_t>(header.e_shoff)}) {
    Bytes bytes(whole.begin(), whole.begin() + static_cast<long>(size));
    (void)SymbolsOf(bytes);
  }
}

}  // namespace
}  // namespace plumbline::abi
