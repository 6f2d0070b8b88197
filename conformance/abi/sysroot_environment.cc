#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <string>

#include "conformance/abi/environment.h"

// The target's libc.so; static_facts.py writes it beside the facts.
extern "C" const char plumbline_sysroot_libc[];

namespace plumbline::abi {
namespace {

// Bit 15 of a version index marks a version that is not the default.
constexpr GElf_Versym kVersionHidden = 0x8000;

// The sections of a shared library that symbol versioning is spread over.
struct Sections {
  Elf_Scn* symbols = nullptr;
  Elf_Data* versions = nullptr;
  Elf_Scn* definitions = nullptr;
};

Sections FindSections(Elf* elf) {
  Sections sections;
  for (Elf_Scn* section = elf_nextscn(elf, nullptr); section != nullptr;
       section = elf_nextscn(elf, section)) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr) continue;
    if (header.sh_type == SHT_DYNSYM) sections.symbols = section;
    if (header.sh_type == SHT_GNU_versym) {
      sections.versions = elf_getdata(section, nullptr);
    }
    if (header.sh_type == SHT_GNU_verdef) sections.definitions = section;
  }
  return sections;
}

std::map<GElf_Versym, std::string> ReadVersionNames(Elf* elf,
                                                    Elf_Scn* section) {
  std::map<GElf_Versym, std::string> names;
  GElf_Shdr header;
  if (section == nullptr || gelf_getshdr(section, &header) == nullptr) {
    return names;
  }
  Elf_Data* data = elf_getdata(section, nullptr);
  GElf_Verdef definition;
  for (int offset = 0; gelf_getverdef(data, offset, &definition) != nullptr;
       offset += static_cast<int>(definition.vd_next)) {
    GElf_Verdaux auxiliary;
    if (gelf_getverdaux(data, offset + static_cast<int>(definition.vd_aux),
                        &auxiliary) != nullptr) {
      names[definition.vd_ndx] =
          elf_strptr(elf, header.sh_link, auxiliary.vda_name);
    }
    if (definition.vd_next == 0) break;
  }
  return names;
}

SymbolTable ReadSymbols(Elf* elf) {
  SymbolTable table;
  const Sections sections = FindSections(elf);
  GElf_Shdr header;
  if (sections.symbols == nullptr ||
      gelf_getshdr(sections.symbols, &header) == nullptr) {
    return table;
  }
  const auto names = ReadVersionNames(elf, sections.definitions);
  Elf_Data* data = elf_getdata(sections.symbols, nullptr);
  const auto count = static_cast<int>(header.sh_size / header.sh_entsize);
  for (int i = 1; i < count; ++i) {
    GElf_Sym symbol;
    if (gelf_getsym(data, i, &symbol) == nullptr) continue;
    if (symbol.st_shndx == SHN_UNDEF) continue;
    GElf_Versym version = 1;
    if (sections.versions != nullptr) {
      gelf_getversym(sections.versions, i, &version);
    }
    const auto name =
        names.find(static_cast<GElf_Versym>(version & ~kVersionHidden));
    table[elf_strptr(elf, header.sh_link, symbol.st_name)].push_back(
        {name == names.end() ? "" : name->second,
         (version & kVersionHidden) == 0});
  }
  return table;
}

// A checker without its target's library has nothing to say.
[[noreturn]] void Fail(const std::string& reason) {
  std::cerr << plumbline_sysroot_libc << ": " << reason << "\n";
  std::exit(2);
}

}  // namespace

Environment Observe(std::string_view arch, std::string_view variant,
                    const FactStore& facts) {
  Target target = DescribeHeaders(arch, variant, facts);
  target.runs = false;
  elf_version(EV_CURRENT);
  const int file = open(plumbline_sysroot_libc, O_RDONLY | O_CLOEXEC);
  if (file < 0) Fail("cannot be opened");
  Elf* elf = elf_begin(file, ELF_C_READ, nullptr);
  if (elf == nullptr || elf_kind(elf) != ELF_K_ELF) Fail("is no ELF file");
  SymbolTable symbols = ReadSymbols(elf);
  elf_end(elf);
  close(file);
  if (symbols.empty()) Fail("exports no symbols");
  return {target, std::move(symbols)};
}

}  // namespace plumbline::abi
