#include "conformance/abi/libc_symbols.h"

#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cstdint>

namespace plumbline::abi {
namespace {

// Bit 15 of a version index marks a version that is not the default (ELF gABI,
// symbol versioning). Older elf.h lack a name for the mask.
constexpr uint16_t kVersionHidden = 0x8000;

// The tables that a loaded object's dynamic section points at.
struct DynamicTables {
  const char* strings = nullptr;
  const ElfW(Sym) * symbols = nullptr;
  const uint32_t* gnu_hash = nullptr;
  const uint32_t* sysv_hash = nullptr;
  const uint16_t* version_indices = nullptr;
  const ElfW(Verdef) * version_definitions = nullptr;
};

template <typename T>
const T* At(uintptr_t address) {
  return reinterpret_cast<const T*>(address);
}

DynamicTables FindTables(const dl_phdr_info& object) {
  DynamicTables tables;
  for (int i = 0; i < object.dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = object.dlpi_phdr[i];
    if (header.p_type != PT_DYNAMIC) continue;
    for (const auto* entry = At<ElfW(Dyn)>(object.dlpi_addr + header.p_vaddr);
         entry->d_tag != DT_NULL; ++entry) {
      // Most ports relocate these pointers in place; those with a read-only
      // dynamic section (MIPS, RISC-V) leave them relative to the load address.
      uintptr_t value = entry->d_un.d_ptr;
      if (value < object.dlpi_addr) value += object.dlpi_addr;
      switch (entry->d_tag) {
        case DT_STRTAB:
          tables.strings = At<char>(value);
          break;
        case DT_SYMTAB:
          tables.symbols = At<ElfW(Sym)>(value);
          break;
        case DT_GNU_HASH:
          tables.gnu_hash = At<uint32_t>(value);
          break;
        case DT_HASH:
          tables.sysv_hash = At<uint32_t>(value);
          break;
        case DT_VERSYM:
          tables.version_indices = At<uint16_t>(value);
          break;
        case DT_VERDEF:
          tables.version_definitions = At<ElfW(Verdef)>(value);
          break;
      }
    }
  }
  return tables;
}

// A loaded object knows how many symbols it has only through its hash table:
// the last one ends the last chain.
size_t CountSymbols(const DynamicTables& tables) {
  if (tables.gnu_hash == nullptr) {
    // Two-word header: buckets, chains. (Alpha and s390x have 64-bit words
    // here, and a GNU hash table too.)
    return tables.sysv_hash != nullptr ? tables.sysv_hash[1] : 0;
  }
  const uint32_t bucket_count = tables.gnu_hash[0];
  const uint32_t first_symbol = tables.gnu_hash[1];
  const uint32_t bloom_words = tables.gnu_hash[2];
  const uint32_t* buckets =
      tables.gnu_hash + 4 +
      size_t{bloom_words} * (sizeof(ElfW(Addr)) / sizeof(uint32_t));
  const uint32_t* chains = buckets + bucket_count;
  uint32_t last = 0;
  for (uint32_t i = 0; i < bucket_count; ++i) last = std::max(last, buckets[i]);
  if (last < first_symbol) return first_symbol;
  while ((chains[last - first_symbol] & 1) == 0) ++last;
  return size_t{last} + 1;
}

std::map<uint16_t, std::string> ReadVersionNames(const DynamicTables& tables) {
  std::map<uint16_t, std::string> names;
  const ElfW(Verdef)* definition = tables.version_definitions;
  while (definition != nullptr) {
    const auto base = reinterpret_cast<uintptr_t>(definition);
    const auto* name = At<ElfW(Verdaux)>(base + definition->vd_aux);
    names[definition->vd_ndx] = tables.strings + name->vda_name;
    definition = definition->vd_next == 0
                     ? nullptr
                     : At<ElfW(Verdef)>(base + definition->vd_next);
  }
  return names;
}

SymbolTable ReadSymbols(const DynamicTables& tables) {
  SymbolTable result;
  const std::map<uint16_t, std::string> names = ReadVersionNames(tables);
  const size_t count = CountSymbols(tables);
  for (size_t i = 1; i < count; ++i) {
    const ElfW(Sym)& symbol = tables.symbols[i];
    if (symbol.st_shndx == SHN_UNDEF) continue;
    const uint16_t index = tables.version_indices != nullptr
                               ? tables.version_indices[i]
                               : uint16_t{1};
    const auto name =
        names.find(static_cast<uint16_t>(index & ~kVersionHidden));
    result[tables.strings + symbol.st_name].push_back(
        {name == names.end() ? "" : name->second,
         (index & kVersionHidden) == 0});
  }
  return result;
}

int Visit(dl_phdr_info* object, size_t, void* result) {
  const std::string_view path = object->dlpi_name;
  const std::string_view name = path.substr(path.rfind('/') + 1);
  if (!name.starts_with("libc.so.")) return 0;
  const DynamicTables tables = FindTables(*object);
  if (tables.strings == nullptr || tables.symbols == nullptr) return 0;
  *static_cast<std::optional<SymbolTable>*>(result) = ReadSymbols(tables);
  return 1;
}

}  // namespace

std::optional<SymbolTable> ReadLibcSymbols() {
  std::optional<SymbolTable> result;
  dl_iterate_phdr(Visit, &result);
  return result;
}

}  // namespace plumbline::abi
