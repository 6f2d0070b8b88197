#include "tools/gate/binary.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gelf.h>
#include <libelf.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <map>
#include <optional>
#include <system_error>

#include "tools/cli/descriptor.h"
#include "tools/gate/debug_types.h"
#include "tools/gate/program_types.h"
#include "tools/gate/stories.h"
#include "tools/harvest/architectures.h"
#include "tools/harvest/elf_handle.h"

namespace plumbline::gate {
namespace {

using cli::Fail;
using cli::Result;

constexpr std::string_view kLibc =
    "libc.so.* libm.so.* libpthread.so.* libdl.so.* librt.so.* libutil.so.* "
    "libanl.so.* libresolv.so.* libnsl.so.* libcrypt.so.* libthread_db.so.* "
    "libBrokenLocale.so.* libmvec.so.* ld-linux*.so.* ld.so.* ld64.so.* "
    "libnss_*.so.* libc_malloc_debug.so.* libmemusage.so libpcprofile.so";

// The dynamic symbols, versions and needed libraries of one file.
class File {
 public:
  File(Elf* elf, Imports& to) : elf_(elf), to_(to) {}

  // False if it is damaged. A program that is linked statically has none.
  bool Read() {
    Elf_Scn* section = nullptr;
    while ((section = elf_nextscn(elf_, section)) != nullptr) {
      GElf_Shdr header;
      if (gelf_getshdr(section, &header) == nullptr) return false;
      switch (header.sh_type) {
        case SHT_GNU_verneed:
          if (!ReadVersions(section, header)) return false;
          break;
        case SHT_GNU_versym:
          versions_ = elf_getdata(section, nullptr);
          break;
        case SHT_DYNAMIC:
          if (!ReadNeeded(section, header)) return false;
          break;
        case SHT_DYNSYM:
          symbols_ = section;
          break;
        default:
          break;
      }
    }
    return symbols_ == nullptr || ReadSymbols();
  }

  const std::set<std::string>& needed() const { return needed_; }

 private:
  std::optional<std::string> TextAt(std::size_t section, std::size_t offset) {
    const char* text = elf_strptr(elf_, section, offset);
    if (text == nullptr) return std::nullopt;
    return text;
  }

  bool ReadVersions(Elf_Scn* section, const GElf_Shdr& header) {
    Elf_Data* data = elf_getdata(section, nullptr);
    if (data == nullptr) return false;
    int at = 0;
    for (GElf_Word i = 0; i < header.sh_info; ++i) {
      GElf_Verneed need;
      if (gelf_getverneed(data, at, &need) == nullptr) return false;
      const auto soname = TextAt(header.sh_link, need.vn_file);
      if (!soname) return false;
      int inner = at + static_cast<int>(need.vn_aux);
      for (GElf_Half k = 0; k < need.vn_cnt; ++k) {
        GElf_Vernaux version;
        if (gelf_getvernaux(data, inner, &version) == nullptr) return false;
        const auto name = TextAt(header.sh_link, version.vna_name);
        if (!name) return false;
        to_.nodes.emplace(*soname, *name);
        names_[version.vna_other & 0x7fff] = *name;
        if (version.vna_next == 0) break;
        inner += static_cast<int>(version.vna_next);
      }
      if (need.vn_next == 0) break;
      at += static_cast<int>(need.vn_next);
    }
    return true;
  }

  bool ReadNeeded(Elf_Scn* section, const GElf_Shdr& header) {
    Elf_Data* data = elf_getdata(section, nullptr);
    if (data == nullptr) return false;
    GElf_Dyn entry;
    for (int i = 0; gelf_getdyn(data, i, &entry) != nullptr; ++i) {
      if (entry.d_tag == DT_NULL) break;
      if (entry.d_tag != DT_NEEDED) continue;
      const auto name = TextAt(header.sh_link, entry.d_un.d_val);
      if (!name) return false;
      needed_.insert(*name);
    }
    return true;
  }

  bool ReadSymbols() {
    GElf_Shdr header;
    Elf_Data* data = elf_getdata(symbols_, nullptr);
    if (data == nullptr || gelf_getshdr(symbols_, &header) == nullptr)
      return false;
    GElf_Sym symbol;
    for (int i = 1; gelf_getsym(data, i, &symbol) != nullptr; ++i) {
      // A program's copy of a library's object is defined in it.
      const bool copied = GELF_ST_TYPE(symbol.st_info) == STT_OBJECT;
      if (symbol.st_shndx != SHN_UNDEF && !copied) continue;
      const auto name = TextAt(header.sh_link, symbol.st_name);
      if (!name) return false;
      GElf_Versym version = 0;
      if (versions_ != nullptr) gelf_getversym(versions_, i, &version);
      const auto found = names_.find(version & 0x7fff);
      if (symbol.st_shndx != SHN_UNDEF && found == names_.end()) continue;
      to_.names.insert(*name);
      to_.symbols.emplace(*name, found == names_.end() ? "" : found->second);
    }
    return true;
  }

  Elf* elf_;
  Imports& to_;
  Elf_Data* versions_ = nullptr;
  Elf_Scn* symbols_ = nullptr;
  std::map<GElf_Versym, std::string> names_;
  std::set<std::string> needed_;
};

// The architecture that the file's header names; "" if it is none of ours.
std::string ArchitectureOf(Elf* elf) {
  GElf_Ehdr header;
  if (gelf_getehdr(elf, &header) == nullptr) return "";
  for (const harvest::Architecture& arch : harvest::Architectures()) {
    if (header.e_machine == arch.machine &&
        header.e_ident[EI_CLASS] == arch.elf_class &&
        header.e_ident[EI_DATA] == arch.elf_endian &&
        (arch.machine != EM_ARM || ((header.e_flags & EF_ARM_ABI_FLOAT_HARD) !=
                                    0) == (arch.name == "armhf")))
      return std::string(arch.name);
  }
  return "";
}

Result<std::set<std::string>> ReadFile(const std::string& path,
                                       const std::string& name, Imports& to) {
  const cli::Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return Fail("{}: can't be opened", path);
  const harvest::ElfHandle elf(elf_begin(file.get(), ELF_C_READ, nullptr));
  if (elf == nullptr || elf_kind(elf.get()) != ELF_K_ELF)
    return Fail("{}: this is no ELF program or library", path);
  // libelf gives no sections where they are beyond the end of the file.
  if (elf_nextscn(elf.get(), nullptr) == nullptr)
    return Fail("{}: it has no section headers, or is cut off", path);
  File reader(elf.get(), to);
  if (!reader.Read()) return Fail("{}: the ELF file is damaged", path);
  to.files.push_back({path, name, ArchitectureOf(elf.get())});
  return reader.needed();
}

bool IsImported(const Imports& imports, const Finding& finding) {
  const std::size_t at = finding.name.find('@');
  const std::string name = finding.name.substr(0, at);
  const std::string version =
      at == std::string::npos ? "" : finding.name.substr(at + 1);
  return imports.symbols.contains({name, version});
}

bool Matters(const Imports& imports, const Finding& finding) {
  switch (finding.id) {
    case Id::kSymbolRemoved:
    case Id::kSymbolMoved:
    case Id::kSymbolSizeChanged:
      return IsImported(imports, finding);
    case Id::kSymbolVersionRemoved:
      return imports.nodes.contains({finding.owner, finding.name});
    // What a new build of them would take instead.
    case Id::kSymbolDefaultVersionChanged:
    case Id::kPrototypeChanged:
    case Id::kPrototypeRemoved:
      return imports.names.contains(
          finding.name.substr(0, finding.name.find('(')));
    // An error of a function, "Errors/epoll_ctl/EINVAL/…"; a program of
    // several calls matters to all.
    case Id::kBehaviourChanged: {
      constexpr std::string_view kErrors = "Errors/";
      if (!finding.name.starts_with(kErrors)) return true;
      const std::string rest = finding.name.substr(kErrors.size());
      return imports.names.contains(rest.substr(0, rest.find('/')));
    }
    default:
      return false;
  }
}

}  // namespace

Result<Imports> ReadImports(const std::vector<std::string>& files,
                            const std::vector<std::string>& folders) {
  elf_version(EV_CURRENT);
  Imports imports;
  std::deque<std::pair<std::string, std::string>> waiting;  // path and name
  for (const std::string& file : files) waiting.emplace_back(file, file);
  std::set<std::string> seen;
  while (!waiting.empty()) {
    const Result<std::set<std::string>> needed =
        ReadFile(waiting.front().first, waiting.front().second, imports);
    if (!needed) return tl::unexpected(needed.error());
    waiting.pop_front();
    for (const std::string& soname : *needed) {
      imports.needed.insert(soname);
      if (FitsOne(kLibc, soname) || !seen.insert(soname).second) continue;
      std::error_code error;
      const auto folder = std::find_if(
          folders.begin(), folders.end(), [&](const std::string& one) {
            return std::filesystem::is_regular_file(
                std::filesystem::path(one) / soname, error);
          });
      if (folder == folders.end()) {
        imports.missing.insert(soname);
      } else {
        waiting.emplace_back(std::filesystem::path(*folder) / soname, soname);
      }
    }
  }
  return imports;
}

Result<void> ExamineTypes(const Imports& imports,
                          const std::vector<harvest::Surface>& before,
                          const std::vector<harvest::Surface>& after,
                          Report& report) {
  const std::set<std::string> names = NamesOfTypes(report.findings);
  std::vector<ProgramTypes> programs;
  for (const Program& file : imports.files) {
    if (std::none_of(
            report.archs.begin(), report.archs.end(),
            [&](const ArchReport& arch) { return arch.arch == file.arch; }))
      return file.arch.empty()
                 ? Fail("{}: of an architecture that is not known", file.name)
                 : Fail("{}: of {}, which is not compared: see --arch",
                        file.name, file.arch);
    Result<DebugTypes> types = ReadDebugTypes(file.path, names);
    if (!types) return tl::unexpected(types.error());
    report.examined.push_back({file.name,
                               types->any,
                               {types->missing.begin(), types->missing.end()}});
    programs.push_back({file.name, file.arch, *std::move(types)});
  }
  TellPrograms(programs, before, after, report.findings);
  return {};
}

void Narrow(const Imports& imports, const SeverityOptions& severities,
            Report& report) {
  std::set<std::string> archs;
  for (const Program& file : imports.files) archs.insert(file.arch);
  for (Finding& finding : report.findings)
    std::erase_if(finding.archs, [&](const std::string& arch) {
      return !archs.contains(arch);
    });
  std::erase_if(report.findings,
                [](const Finding& finding) { return finding.archs.empty(); });
  const auto matters = [&](const Finding& finding) {
    return !finding.programs.empty() || Matters(imports, finding);
  };
  std::set<std::string> stories;
  for (const Finding& finding : report.findings) {
    if (!finding.story.empty() && matters(finding))
      stories.insert(finding.story);
  }
  // A story's constants matter to whoever calls its functions.
  const auto of_story = [&](const Finding& finding) {
    return finding.side != Side::kElf && stories.contains(finding.story) &&
           finding.id != Id::kPrototypeChanged;
  };
  std::erase_if(report.findings, [&](const Finding& finding) {
    return !matters(finding) && !of_story(finding);
  });
  // What programs have decides with the rules.
  Judge(report.findings, severities);
  Fold(report.findings);
  Recount(report);
  report.scope = fmt::format(
      "only what can affect {} file{} that import {} symbols; types as their "
      "debug information has them; macros leave no trace in them, and are told "
      "with the functions that they belong to",
      imports.files.size(), imports.files.size() == 1 ? "" : "s",
      imports.symbols.size());
  std::vector<std::string> without, missing;
  for (const Examined& file : report.examined) {
    if (!file.has_types) without.push_back(file.file);
    for (const std::string& part : file.missing)
      missing.push_back(fmt::format("{} of {}", part, file.file));
  }
  if (!without.empty())
    report.scope += fmt::format(
        "; no debug information, so types could not be looked at (build with "
        "-g, or install the -dbgsym package): {}",
        fmt::join(without, ", "));
  if (!missing.empty())
    report.scope += fmt::format(
        "; debug information that is not there, or that elfutils can't read, "
        "so its types were not looked at: {}",
        fmt::join(missing, ", "));
  if (!imports.missing.empty())
    report.scope += fmt::format("; not found, so not read: {}",
                                fmt::join(imports.missing, ", "));
}

}  // namespace plumbline::gate
