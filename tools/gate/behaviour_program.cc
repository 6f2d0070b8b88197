#include "tools/gate/behaviour_program.h"

#include <fcntl.h>
#include <gelf.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>

#include "tools/cli/descriptor.h"

namespace plumbline::gate {
namespace {

namespace fs = std::filesystem;
using cli::Fail;
using cli::Result;

struct EndElf {
  void operator()(Elf* elf) const { elf_end(elf); }
};
using ElfFile = std::unique_ptr<Elf, EndElf>;

// A version that the program asks a library for.
struct Need {
  std::string node;
  std::size_t library = 0;  // by number
  Elf_Data* data = nullptr;
  int offset = 0;  // of its entry
  bool used = false;
};

class Adapting {
 public:
  Adapting(Elf* elf, std::span<const Exports> sides)
      : elf_(elf), sides_(sides) {}

  // False if the file is damaged.
  bool Run(Adapted& to) {
    elf_flagelf(elf_, ELF_C_SET, ELF_F_LAYOUT);
    GElf_Ehdr file;
    if (gelf_getehdr(elf_, &file) == nullptr) return false;
    to.missing.resize(sides_.size());
    to.machine = {file.e_machine, file.e_ident[EI_CLASS],
                  file.e_ident[EI_DATA]};
    return ReadInterpreter(to) && ReadSections() && EditSymbols(to) &&
           EditNeeds() && elf_update(elf_, ELF_C_WRITE) >= 0;
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
      std::size_t size = 0;
      const char* bytes = elf_rawfile(elf_, &size);
      if (bytes == nullptr || header.p_filesz == 0 || header.p_offset > size ||
          header.p_filesz > size - header.p_offset)
        return false;
      to.interpreter.assign(bytes + header.p_offset, header.p_filesz - 1);
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
        names_ = header.sh_link;
      } else if (header.sh_type == SHT_GNU_versym) {
        versions_ = data;
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
        needs_[need.vna_other] = {node, i, data, place, false};
        place += static_cast<int>(need.vna_next);
      }
      at += static_cast<int>(library.vn_next);
    }
    return true;
  }

  bool AllHave(std::string_view name, std::string_view node) const {
    return std::all_of(sides_.begin(), sides_.end(), [&](const Exports& side) {
      const auto found = side.find(name);
      return found != side.end() && found->second.contains(node);
    });
  }

  bool AllHave(std::string_view name) const {
    return std::all_of(sides_.begin(), sides_.end(), [&](const Exports& side) {
      return side.contains(name);
    });
  }

  // The version that the symbol is to be asked for; none is any.
  std::optional<GElf_Versym> Choose(std::string_view name,
                                    GElf_Versym version) const {
    if (AllHave(name, needs_.at(version).node)) return version;
    for (const auto& [other, need] : needs_) {
      if (AllHave(name, need.node)) return other;
    }
    return std::nullopt;
  }

  bool EditSymbols(Adapted& to) {
    GElf_Sym symbol;
    for (int i = 1; gelf_getsym(symbols_, i, &symbol) != nullptr; ++i) {
      GElf_Versym version = 0;
      if (gelf_getversym(versions_, i, &version) == nullptr) return false;
      const char* name = elf_strptr(elf_, names_, symbol.st_name);
      if (name == nullptr) return false;
      const auto need = needs_.find(version);
      if (need == needs_.end()) continue;
      to.imports.emplace_back(name);
      // What only the dynamic linker defines is of no public version.
      const auto chosen = Choose(name, version);
      if (chosen == version) {
        need->second.used = true;
        continue;
      }
      GElf_Versym other = chosen.value_or(VER_NDX_GLOBAL);
      if (chosen) needs_.at(*chosen).used = true;
      if (gelf_update_versym(versions_, i, &other) == 0) return false;
      if (AllHave(name)) continue;
      for (std::size_t side = 0; side < sides_.size(); ++side) {
        if (!sides_[side].contains(std::string_view(name)))
          to.missing[side].emplace(name);
      }
      symbol.st_info = GELF_ST_INFO(STB_WEAK, GELF_ST_TYPE(symbol.st_info));
      if (gelf_update_sym(symbols_, i, &symbol) == 0) return false;
    }
    elf_flagdata(symbols_, ELF_C_SET, ELF_F_DIRTY);
    elf_flagdata(versions_, ELF_C_SET, ELF_F_DIRTY);
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
      GElf_Vernaux entry;
      if (gelf_getvernaux(need.data, need.offset, &entry) == nullptr)
        return false;
      if (used == needs_.end()) {
        entry.vna_flags |= VER_FLG_WEAK;
      } else {
        GElf_Vernaux other;
        if (gelf_getvernaux(used->second.data, used->second.offset, &other) ==
            nullptr)
          return false;
        entry.vna_hash = other.vna_hash;
        entry.vna_name = other.vna_name;
      }
      if (gelf_update_vernaux(need.data, need.offset, &entry) == 0)
        return false;
      elf_flagdata(need.data, ELF_C_SET, ELF_F_DIRTY);
    }
    return true;
  }

  Elf* elf_;
  std::span<const Exports> sides_;
  Elf_Data* symbols_ = nullptr;
  Elf_Data* versions_ = nullptr;
  std::size_t names_ = 0;  // the section of symbols' names
  std::map<GElf_Versym, Need> needs_;
};

}  // namespace

Result<Machine> MachineOf(const std::string& file) {
  elf_version(EV_CURRENT);
  const cli::Descriptor descriptor(open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!descriptor) return Fail("it can't be opened");
  const ElfFile elf(elf_begin(descriptor.get(), ELF_C_READ, nullptr));
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
    for (const harvest::Symbol& symbol : library.symbols)
      exports[std::string(symbol.name)].emplace(symbol.version);
  }
  return exports;
}

Result<Adapted> Adapt(const std::string& program, const std::string& to,
                      std::span<const Exports> sides) {
  elf_version(EV_CURRENT);
  std::error_code error;
  fs::copy_file(program, to, error);
  if (!error)
    fs::permissions(to, fs::perms::owner_all, fs::perm_options::replace, error);
  if (error) return Fail("{}: {}", program, error.message());
  const cli::Descriptor file(open(to.c_str(), O_RDWR | O_CLOEXEC));
  if (!file) return Fail("{}: can't be opened", to);
  const ElfFile elf(elf_begin(file.get(), ELF_C_RDWR, nullptr));
  Adapted adapted;
  if (elf == nullptr || elf_kind(elf.get()) != ELF_K_ELF ||
      !Adapting(elf.get(), sides).Run(adapted) || adapted.interpreter.empty())
    return Fail("{}: this is no program that a C library could be loaded for",
                program);
  return adapted;
}

}  // namespace plumbline::gate
