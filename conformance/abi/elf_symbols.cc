#include "conformance/abi/elf_symbols.h"

#include <gelf.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>

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

// "" where the file says that a name is outside of its strings.
std::string StringAt(Elf* elf, std::size_t section, std::size_t offset) {
  const char* const text = elf_strptr(elf, section, offset);
  return text == nullptr ? "" : text;
}

std::map<GElf_Versym, std::string> ReadVersionNames(Elf* elf,
                                                    Elf_Scn* section) {
  std::map<GElf_Versym, std::string> names;
  GElf_Shdr header;
  if (section == nullptr || gelf_getshdr(section, &header) == nullptr) {
    return names;
  }
  Elf_Data* data = elf_getdata(section, nullptr);
  if (data == nullptr) return names;
  const auto is_inside = [&](std::uint64_t offset) {
    return offset < data->d_size &&
           offset <= std::uint64_t{std::numeric_limits<int>::max()};
  };
  GElf_Verdef definition;
  for (std::uint64_t offset = 0;
       is_inside(offset) &&
       gelf_getverdef(data, static_cast<int>(offset), &definition) != nullptr;
       offset += definition.vd_next) {
    const std::uint64_t first = offset + definition.vd_aux;
    GElf_Verdaux auxiliary;
    if (is_inside(first) &&
        gelf_getverdaux(data, static_cast<int>(first), &auxiliary) != nullptr) {
      names[definition.vd_ndx] =
          StringAt(elf, header.sh_link, auxiliary.vda_name);
    }
    if (definition.vd_next == 0) break;
  }
  return names;
}

}  // namespace

SymbolTable ReadElfSymbols(Elf* elf) {
  SymbolTable table;
  const Sections sections = FindSections(elf);
  GElf_Shdr header;
  if (sections.symbols == nullptr ||
      gelf_getshdr(sections.symbols, &header) == nullptr) {
    return table;
  }
  const auto names = ReadVersionNames(elf, sections.definitions);
  Elf_Data* data = elf_getdata(sections.symbols, nullptr);
  GElf_Sym symbol;
  for (int i = 1; gelf_getsym(data, i, &symbol) != nullptr; ++i) {
    if (symbol.st_shndx == SHN_UNDEF) continue;
    GElf_Versym version = 1;
    if (sections.versions != nullptr) {
      gelf_getversym(sections.versions, i, &version);
    }
    const auto name =
        names.find(static_cast<GElf_Versym>(version & ~kVersionHidden));
    table[StringAt(elf, header.sh_link, symbol.st_name)].push_back(
        {name == names.end() ? "" : name->second,
         (version & kVersionHidden) == 0});
  }
  return table;
}

}  // namespace plumbline::abi
