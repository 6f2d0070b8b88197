#include "tools/gate/behaviour_program.h"

#include <fcntl.h>
#include <gelf.h>
#include <limits.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "tools/cli/descriptor.h"
#include "tools/harvest/elf_handle.h"

namespace plumbline::gate {
namespace {

namespace fs = std::filesystem;
using cli::Fail;
using cli::Result;
using harvest::ElfHandle;

// A version that the program asks a library for.
struct Need {
  std::string node;
  std::size_t library = 0;  // by number
  GElf_Vernaux entry = {};
  GElf_Off at = 0;  // of the entry, in the file
  bool used = false;
};

// What programs/older_libc.c calls where a library has no function of the name.
constexpr std::pair<std::string_view, std::string_view> kStandIns[] = {
    {"stat", "__xstat"},   {"stat64", "__xstat64"},
    {"lstat", "__lxstat"}, {"lstat64", "__lxstat64"},
    {"fstat", "__fxstat"}, {"fstat64", "__fxstat64"},
};

class Adapting {
 public:
  Adapting(int file, Elf* elf, const Exports& side)
      : file_(file), elf_(elf), side_(side) {}

  // False if the file is damaged.
  bool Run(Adapted& to) {
    GElf_Ehdr file;
    if (gelf_getehdr(elf_, &file) == nullptr) return false;
    little_endian_ = file.e_ident[EI_DATA] == ELFDATA2LSB;
    to.machine = {file.e_machine, file.e_ident[EI_CLASS],
                  file.e_ident[EI_DATA]};
    return ReadInterpreter(to) && ReadSections() && EditSymbols(to) &&
           EditNeeds();
  }

 private:
  bool ReadInterpreter(Adapted& to) {
    std::size_t count = 0;
    if (elf_getphdrnum(elf_, &count) != 0) return false;
    for (std::size_t i = 0; i < count; ++i) {
      GElf_Phdr header;
      if (gelf_getphdr(elf_, static_cast<int>(i), &header) == nullptr)
        return false;
      if (header.p_type != PT_INTERP) continue;
      std::array<char, PATH_MAX> path = {};
      if (header.p_filesz == 0 || header.p_filesz > path.size() ||
          pread(file_, path.data(), header.p_filesz,
                static_cast<off_t>(header.p_offset)) !=
              static_cast<ssize_t>(header.p_filesz))
        return false;
      to.interpreter.assign(path.data(), header.p_filesz - 1);
    }
    return true;
  }

  bool ReadSections() {
    Elf_Scn* section = nullptr;
    while ((section = elf_nextscn(elf_, section)) != nullptr) {
      GElf_Shdr header;
      if (gelf_getshdr(section, &header) == nullptr) return false;
      Elf_Data* const data = elf_getdata(section, nullptr);
      if (header.sh_type == SHT_DYNSYM) {
        symbols_ = data;
        symbols_header_ = header;
      } else if (header.sh_type == SHT_GNU_versym) {
        versions_ = data;
        versions_at_ = header.sh_offset;
      } else if (header.sh_type == SHT_GNU_verneed) {
        if (!ReadNeeds(data, header)) return false;
      }
    }
    return symbols_ != nullptr && versions_ != nullptr && !needs_.empty();
  }

  bool ReadNeeds(Elf_Data* data, const GElf_Shdr& header) {
    int at = 0;
    for (std::size_t i = 0; i < header.sh_info; ++i) {
      GElf_Verneed library;
      if (gelf_getverneed(data, at, &library) == nullptr) return false;
      int place = at + static_cast<int>(library.vn_aux);
      for (int k = 0; k < library.vn_cnt; ++k) {
        GElf_Vernaux need;
        if (gelf_getvernaux(data, place, &need) == nullptr) return false;
        const char* node = elf_strptr(elf_, header.sh_link, need.vna_name);
        if (node == nullptr) return false;
        needs_[need.vna_other] = {
            node, i, need, header.sh_offset + static_cast<GElf_Off>(place)};

        place += static_cast<int>(need.vna_next);
      }
      at += static_cast<int>(library.vn_next);
    }
    return true;
  }

  // The version that the symbol is to be asked for; nullopt if there is none
  // that can be.
  std::optional<GElf_Versym> Choose(std::string_view name,
                                    GElf_Versym version) const {
    const auto found = side_.find(name);
    if (found == side_.end()) return std::nullopt;
    const Export& its = found->second;
    if (its.versions.contains(needs_.at(version).node)) return version;
    for (const auto& [other, need] : needs_) {
      if (need.node == its.by_default) return other;
    }
    // Without a version there may be an older one than that.
    if (its.versions.size() == 1) return VER_NDX_GLOBAL;
    return std::nullopt;
  }

  bool EditSymbols(Adapted& to) {
    GElf_Sym symbol;
    for (int i = 1; gelf_getsym(symbols_, i, &symbol) != nullptr; ++i) {
      GElf_Versym version = 0;
      if (gelf_getversym(versions_, i, &version) == nullptr) return false;
      const char* name =
          elf_strptr(elf_, symbols_header_.sh_link, symbol.st_name);
      if (name == nullptr) return false;
      if (!needs_.contains(version)) continue;
      to.imports.emplace_back(name);
      const std::optional<GElf_Versym> chosen = Choose(name, version);
      GElf_Versym wanted = chosen.value_or(VER_NDX_GLOBAL);
      if (const auto need = needs_.find(wanted); need != needs_.end())
        need->second.used = true;
      const auto index = static_cast<GElf_Off>(i);
      if (wanted != version && !Write(versions_at_ + 2 * index, wanted, 2))
        return false;
      if (chosen) continue;
      to.missing.emplace(name);
      // Elf64_Sym has it behind the name, and Elf32_Sym behind the size.
      const GElf_Off info = symbols_header_.sh_offset +
                            index * symbols_header_.sh_entsize +
                            (symbols_header_.sh_entsize == 24 ? 4 : 12);
      if (!Write(info, GELF_ST_INFO(STB_WEAK, GELF_ST_TYPE(symbol.st_info)), 1))
        return false;
    }
    for (const auto& [name, stand_in] : kStandIns) {
      const auto found = to.missing.find(name);
      if (found != to.missing.end() && side_.contains(stand_in))
        to.missing.erase(found);
    }
    return true;
  }

  // The loader looks for each version, used or not: an unused one becomes the
  // same as a used one of its library.
  bool EditNeeds() {
    for (const auto& [version, need] : needs_) {
      if (need.used) continue;
      const auto used = std::find_if(
          needs_.begin(), needs_.end(), [&, &unused = need](const auto& other) {
            return other.second.used && other.second.library == unused.library;
          });
      // vna_flags is behind vna_hash, and vna_name behind vna_other.
      const bool written =
          used == needs_.end()
              ? Write(need.at + 4, need.entry.vna_flags | VER_FLG_WEAK, 2)
              : Write(need.at, used->second.entry.vna_hash, 4) &&
                    Write(need.at + 8, used->second.entry.vna_name, 4);
      if (!written) return false;
    }
    return true;
  }

  bool Write(GElf_Off at, std::uint64_t value, std::size_t size) const {
    std::array<unsigned char, 4> bytes = {};
    for (std::size_t i = 0; i < size; ++i)
      bytes.at(little_endian_ ? i : size - 1 - i) =
          static_cast<unsigned char>(value >> (8 * i));
    return pwrite(file_, bytes.data(), size, static_cast<off_t>(at)) ==
           static_cast<ssize_t>(size);
  }

  int file_;
  Elf* elf_;
  const Exports& side_;
  Elf_Data* symbols_ = nullptr;
  Elf_Data* versions_ = nullptr;
  GElf_Shdr symbols_header_ = {};
  GElf_Off versions_at_ = 0;  // in the file
  bool little_endian_ = true;
  std::map<GElf_Versym, Need> needs_;
};

}  // namespace

Result<Machine> MachineOf(const std::string& file) {
  elf_version(EV_CURRENT);
  const cli::Descriptor descriptor(open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!descriptor) return Fail("it can't be opened");
  const ElfHandle elf(elf_begin(descriptor.get(), ELF_C_READ, nullptr));
  GElf_Ehdr header;
  if (elf == nullptr || elf_kind(elf.get()) != ELF_K_ELF ||
      gelf_getehdr(elf.get(), &header) == nullptr)
    return Fail("it is no ELF file");
  return Machine{header.e_machine, header.e_ident[EI_CLASS],
                 header.e_ident[EI_DATA]};
}

Exports ExportsOf(const harvest::Surface& surface) {
  Exports exports;
  for (const harvest::Library& library : surface.libraries) {
    for (const harvest::Symbol& symbol : library.symbols) {
      Export& its = exports[std::string(symbol.name)];
      its.versions.emplace(symbol.version);
      if (symbol.is_default) its.by_default = symbol.version;
    }
  }
  return exports;
}

Result<Adapted> Adapt(const std::string& program, const std::string& to,
                      const Exports& side) {
  elf_version(EV_CURRENT);
  std::error_code error;
  fs::copy_file(program, to, error);
  if (!error)
    fs::permissions(to, fs::perms::owner_all, fs::perm_options::replace, error);
  if (error) return Fail("{}: {}", program, error.message());
  const cli::Descriptor file(open(to.c_str(), O_RDWR | O_CLOEXEC));
  if (!file) return Fail("{}: can't be opened", to);
  const ElfHandle elf(elf_begin(file.get(), ELF_C_READ, nullptr));
  Adapted adapted;
  if (elf == nullptr || elf_kind(elf.get()) != ELF_K_ELF ||
      !Adapting(file.get(), elf.get(), side).Run(adapted) ||
      adapted.interpreter.empty())
    return Fail("{}: this is no program that a C library could be loaded for",
                program);
  return adapted;
}

}  // namespace plumbline::gate
