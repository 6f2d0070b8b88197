#include "tools/harvest/symbols.h"

#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>

#include "tools/cli/descriptor.h"
#include "tools/harvest/elf_handle.h"

namespace plumbline::harvest {
namespace {

using cli::Fail;
using cli::Result;

// Bits of an entry of .gnu.version.
constexpr unsigned kHidden = 0x8000;
constexpr unsigned kVersionMask = 0x7fff;

constexpr std::string_view kPrivateNode = "GLIBC_PRIVATE";

// The sections that say what is exported.
struct Sections {
  Elf_Scn* symbols = nullptr;
  GElf_Shdr symbols_header = {};
  Elf_Scn* versions = nullptr;
  Elf_Scn* definitions = nullptr;
  GElf_Shdr definitions_header = {};
  Elf_Scn* dynamic = nullptr;
  GElf_Shdr dynamic_header = {};
};

std::string_view TypeName(unsigned char info) {
  switch (GELF_ST_TYPE(info)) {
    case STT_FUNC:
      return "func";
    case STT_OBJECT:
    case STT_COMMON:
      return "object";
    case STT_TLS:
      return "tls";
    case STT_GNU_IFUNC:
      return "ifunc";
    default:
      return "notype";
  }
}

std::string_view BindingName(unsigned char info) {
  switch (GELF_ST_BIND(info)) {
    case STB_WEAK:
      return "weak";
    case STB_GNU_UNIQUE:
      return "unique";
    default:
      return "global";
  }
}

class LibraryReader {
 public:
  LibraryReader(const std::string& path, Elf* elf, TextPool& texts)
      : path_(path), elf_(elf), texts_(texts) {}

  Result<Library> Read() {
    GElf_Ehdr header;
    if (gelf_getehdr(elf_, &header) == nullptr) return Damaged("ELF header");
    if (header.e_type != ET_DYN)
      return Fail("{}: an ELF file, but no shared library", path_);
    if (header.e_shnum == 0 && header.e_shoff == 0)
      return Fail("{}: has no section headers", path_);
    const Result<void> done =
        FindSections()
            .and_then([this] { return ReadDefinitions(); })
            .and_then([this] { return ReadName(); })
            .and_then([this] { return ReadSymbols(); });
    if (!done) return tl::unexpected(done.error());
    return std::move(library_);
  }

 private:
  tl::unexpected<cli::Error> Damaged(std::string_view what) {
    const int number = elf_errno();
    return Fail("{}: damaged: {}{}{}", path_, what, number != 0 ? ": " : "",
                number != 0 ? elf_errmsg(number) : "");
  }

  Result<void> FindSections() {
    Elf_Scn* section = nullptr;
    while ((section = elf_nextscn(elf_, section)) != nullptr) {
      GElf_Shdr header;
      if (gelf_getshdr(section, &header) == nullptr)
        return Damaged("section header");
      switch (header.sh_type) {
        case SHT_DYNSYM:
          sections_.symbols = section;
          sections_.symbols_header = header;
          break;
        case SHT_GNU_versym:
          sections_.versions = section;
          break;
        case SHT_GNU_verdef:
          sections_.definitions = section;
          sections_.definitions_header = header;
          break;
        case SHT_DYNAMIC:
          sections_.dynamic = section;
          sections_.dynamic_header = header;
          break;
        default:
          break;
      }
    }
    if (sections_.symbols == nullptr) return Damaged("no dynamic symbols");
    return {};
  }

  // A name of a table of strings; nullptr if there is none.
  const char* String(std::uint32_t table, std::size_t offset) {
    return elf_strptr(elf_, table, offset);
  }

  Result<void> ReadDefinitions() {
    if (sections_.definitions == nullptr) return {};
    Elf_Data* data = elf_getdata(sections_.definitions, nullptr);
    if (data == nullptr) return Damaged("version definitions");
    std::size_t offset = 0;
    for (GElf_Word i = 0; i < sections_.definitions_header.sh_info; ++i) {
      GElf_Verdef definition;
      GElf_Verdaux name;
      if (gelf_getverdef(data, static_cast<int>(offset), &definition) ==
              nullptr ||
          gelf_getverdaux(data, static_cast<int>(offset + definition.vd_aux),
                          &name) == nullptr)
        return Damaged("version definitions");
      const char* text =
          String(sections_.definitions_header.sh_link, name.vda_name);
      if (text == nullptr) return Damaged("a version's name");
      // The first names the file itself.
      if ((definition.vd_flags & VER_FLG_BASE) == 0) {
        const std::string_view kept = texts_.Keep(text);
        versions_[definition.vd_ndx & kVersionMask] = kept;
        if (kept != kPrivateNode) library_.nodes.push_back(kept);
      }
      if (definition.vd_next == 0) break;
      offset += definition.vd_next;
    }
    return {};
  }

  Result<void> ReadName() {
    library_.soname =
        texts_.Keep(std::filesystem::path(path_).filename().string());
    if (sections_.dynamic == nullptr) return {};
    Elf_Data* data = elf_getdata(sections_.dynamic, nullptr);
    if (data == nullptr) return Damaged("dynamic section");
    const std::size_t size = gelf_fsize(elf_, ELF_T_DYN, 1, EV_CURRENT);
    if (size == 0) return Damaged("dynamic section");
    for (std::size_t i = 0; i < data->d_size / size; ++i) {
      GElf_Dyn entry;
      if (gelf_getdyn(data, static_cast<int>(i), &entry) == nullptr)
        return Damaged("dynamic section");
      if (entry.d_tag == DT_NULL) break;
      if (entry.d_tag != DT_SONAME) continue;
      const char* text =
          String(sections_.dynamic_header.sh_link, entry.d_un.d_val);
      if (text == nullptr || *text == '\0') return Damaged("its name (SONAME)");
      library_.soname = texts_.Keep(text);
    }
    return {};
  }

  Result<void> ReadSymbols() {
    Elf_Data* data = elf_getdata(sections_.symbols, nullptr);
    if (data == nullptr) return Damaged("dynamic symbols");
    Elf_Data* versions = nullptr;
    if (sections_.versions != nullptr) {
      versions = elf_getdata(sections_.versions, nullptr);
      if (versions == nullptr) return Damaged("symbol versions");
    }
    const std::size_t size = gelf_fsize(elf_, ELF_T_SYM, 1, EV_CURRENT);
    if (size == 0 || data->d_size % size != 0)
      return Damaged("dynamic symbols");
    for (std::size_t i = 1; i < data->d_size / size; ++i) {
      GElf_Sym symbol;
      if (gelf_getsym(data, static_cast<int>(i), &symbol) == nullptr)
        return Damaged("dynamic symbols");
      unsigned version = 1;
      if (versions != nullptr) {
        GElf_Versym word;
        if (gelf_getversym(versions, static_cast<int>(i), &word) == nullptr)
          return Damaged("symbol versions");
        version = word;
      }
      const Result<void> taken = Take(symbol, version);
      if (!taken) return taken;
    }
    std::sort(library_.nodes.begin(), library_.nodes.end());
    std::sort(
        library_.symbols.begin(), library_.symbols.end(),
        [](const Symbol& a, const Symbol& b) { return a.Key() < b.Key(); });
    const auto same = [](const Symbol& a, const Symbol& b) {
      return a.Key() == b.Key();
    };
    // m68k's and others' libraries list a few symbols twice, all the same.
    library_.symbols.erase(
        std::unique(library_.symbols.begin(), library_.symbols.end(), same),
        library_.symbols.end());
    return {};
  }

  Result<void> Take(const GElf_Sym& symbol, unsigned version) {
    const unsigned binding = GELF_ST_BIND(symbol.st_info);
    const unsigned visibility = GELF_ST_VISIBILITY(symbol.st_other);
    const unsigned index = version & kVersionMask;
    if (symbol.st_shndx == SHN_UNDEF || binding == STB_LOCAL ||
        visibility == STV_HIDDEN || visibility == STV_INTERNAL || index == 0)
      return {};
    const unsigned kind = GELF_ST_TYPE(symbol.st_info);
    if (kind == STT_SECTION || kind == STT_FILE) return {};
    const char* name = String(sections_.symbols_header.sh_link, symbol.st_name);
    if (name == nullptr || *name == '\0') return Damaged("a symbol's name");
    Symbol one;
    one.name = texts_.Keep(name);
    if (index > 1) {
      const auto found = versions_.find(index);
      if (found == versions_.end())
        return Damaged("a symbol of a version that is not defined");
      one.version = found->second;
    }
    // What the C library's own libraries have of each other is no promise.
    if (one.version == kPrivateNode) return {};
    // The linker's mark of a version node is no symbol for programs.
    if (symbol.st_shndx == SHN_ABS && one.name == one.version) return {};
    one.is_default = (version & kHidden) == 0;
    one.type = TypeName(symbol.st_info);
    one.binding = BindingName(symbol.st_info);
    if (kind == STT_OBJECT || kind == STT_TLS || kind == STT_COMMON)
      one.size = symbol.st_size;
    library_.symbols.push_back(one);
    return {};
  }

  const std::string& path_;
  Elf* elf_;
  TextPool& texts_;
  Sections sections_;
  std::map<unsigned, std::string_view> versions_;
  Library library_;
};

}  // namespace

Result<Library> ReadLibrary(const std::string& path, TextPool& texts) {
  elf_version(EV_CURRENT);
  const cli::Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return Fail("{}: {}", path, std::strerror(errno));
  // Read, not mapped: a file that shrinks meanwhile is an error, no SIGBUS.
  const ElfHandle elf(elf_begin(file.get(), ELF_C_READ, nullptr));
  if (elf == nullptr || elf_kind(elf.get()) != ELF_K_ELF)
    return Fail("{}: not an ELF file, or a damaged one", path);
  return LibraryReader(path, elf.get(), texts).Read();
}

}  // namespace plumbline::harvest
