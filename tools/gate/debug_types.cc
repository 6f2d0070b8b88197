#include "tools/gate/debug_types.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gelf.h>

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "tools/cli/descriptor.h"

namespace plumbline::gate {
namespace {

using cli::Fail;
using cli::Result;

// Deeper than any type of a header; damaged ones may refer to themselves.
constexpr int kDeepest = 64;

struct EndDwfl {
  void operator()(Dwfl* dwfl) const { dwfl_end(dwfl); }
};

std::string_view TagWord(int tag) {
  switch (tag) {
    case DW_TAG_structure_type:
    case DW_TAG_class_type:
      return "struct ";
    case DW_TAG_union_type:
      return "union ";
    case DW_TAG_enumeration_type:
      return "enum ";
    default:
      return "";
  }
}

bool IsRecord(int tag) {
  return tag == DW_TAG_structure_type || tag == DW_TAG_class_type ||
         tag == DW_TAG_union_type;
}

std::optional<std::uint64_t> Number(Dwarf_Die* die, unsigned name) {
  Dwarf_Attribute attribute;
  Dwarf_Word value = 0;
  if (dwarf_attr_integrate(die, name, &attribute) == nullptr ||
      dwarf_formudata(&attribute, &value) != 0)
    return std::nullopt;
  return value;
}

bool Flag(Dwarf_Die* die, unsigned name) {
  Dwarf_Attribute attribute;
  bool value = false;
  return dwarf_attr_integrate(die, name, &attribute) != nullptr &&
         dwarf_formflag(&attribute, &value) == 0 && value;
}

std::string NameOf(Dwarf_Die* die) {
  const char* name = dwarf_diename(die);
  return name == nullptr ? "" : name;
}

std::string TextOf(Dwarf_Die* die, unsigned name) {
  Dwarf_Attribute attribute;
  const char* text = dwarf_attr(die, name, &attribute) == nullptr
                         ? nullptr
                         : dwarf_formstring(&attribute);
  return text == nullptr ? "" : text;
}

// How many sections of one of these names have content.
std::size_t CountSections(Elf* elf,
                          std::initializer_list<std::string_view> of) {
  std::size_t strings = 0, count = 0;
  if (elf == nullptr || elf_getshdrstrndx(elf, &strings) != 0) return 0;
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(elf, section)) != nullptr) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr) continue;
    const char* name = elf_strptr(elf, strings, header.sh_name);
    if (name != nullptr && header.sh_type != SHT_NOBITS &&
        std::find(of.begin(), of.end(), std::string_view(name)) != of.end())
      ++count;
  }
  return count;
}

class Reader {
 public:
  Reader(const std::set<std::string>& names, bool big_endian, DebugTypes& to)
      : names_(names), big_endian_(big_endian), to_(to) {}

  // False if it is damaged.
  bool ReadAll(Dwarf* dwarf) {
    if (dwarf == nullptr || !seen_.insert(dwarf).second) return true;
    Dwarf_CU* unit = nullptr;
    while (true) {
      Dwarf_Half version = 0;
      std::uint8_t kind = 0;
      Dwarf_Die die, split;
      const int got =
          dwarf_get_units(dwarf, unit, &unit, &version, &kind, &die, &split);
      if (got != 0) return got > 0;
      if (kind == DW_UT_skeleton) {
        if (!ReadSplit(&die, &split)) return false;
      } else if (!Children(&die, 0)) {
        return false;
      }
    }
  }

 private:
  // A .dwo file has the unit, and may have units of types beside it.
  bool ReadSplit(Dwarf_Die* skeleton, Dwarf_Die* split) {
    std::string name = TextOf(skeleton, DW_AT_dwo_name);
    if (name.empty()) name = TextOf(skeleton, DW_AT_GNU_dwo_name);
    name = name.empty() ? "a .dwo file"
                        : std::filesystem::path(name).filename().string();
    if (split->cu == nullptr) {
      to_.missing.insert(std::move(name));
      return true;
    }
    Dwarf* dwarf = dwarf_cu_getdwarf(split->cu);
    // elfutils reads one section of a name; gcc makes one of each type.
    Elf* elf = dwarf_getelf(dwarf);
    if (CountSections(elf, {".debug_types.dwo"}) > 1 ||
        CountSections(elf, {".debug_info.dwo"}) > 1)
      to_.missing.insert(std::move(name));
    return ReadAll(dwarf);
  }

  // Calls act(child) for each; false if something is damaged. Damage may lead
  // back, so an offset has to be beyond the last.
  template <typename Act>
  bool ForEachChild(Dwarf_Die* parent, Act act) {
    Dwarf_Die child;
    int got = dwarf_child(parent, &child);
    Dwarf_Off last = 0;
    while (got == 0) {
      const Dwarf_Off at = dwarf_dieoffset(&child);
      if (at <= last || dwarf_tag(&child) == DW_TAG_invalid) return false;
      last = at;
      if (!act(&child)) return false;
      Dwarf_Die next;
      got = dwarf_siblingof(&child, &next);
      child = next;
    }
    return got > 0;
  }

  bool Children(Dwarf_Die* parent, int depth) {
    if (depth > kDeepest) return false;
    return ForEachChild(parent,
                        [&](Dwarf_Die* child) { return Take(child, depth); });
  }

  bool Take(Dwarf_Die* die, int depth) {
    const int tag = dwarf_tag(die);
    switch (tag) {
      case DW_TAG_imported_unit:
        return Import(die, depth);
      case DW_TAG_namespace:
        return Children(die, depth + 1);
      case DW_TAG_structure_type:
      case DW_TAG_class_type:
      case DW_TAG_union_type:
        // C++ has the types that are declared in it as its children.
        return TakeType(die, tag) && Children(die, depth + 1);
      case DW_TAG_enumeration_type:
        return TakeType(die, tag) && TakeEnumerators(die);
      case DW_TAG_typedef:
        return TakeType(die, tag);
      default:
        return true;
    }
  }

  // Units of this file are read as they come. Those that dwz has moved to a
  // file of several programs are this program's only where it imports them.
  bool Import(Dwarf_Die* die, int depth) {
    Dwarf_Attribute attribute;
    Dwarf_Die unit;
    if (dwarf_attr(die, DW_AT_import, &attribute) == nullptr) return false;
    if (dwarf_formref_die(&attribute, &unit) == nullptr) {
      const unsigned form = dwarf_whatform(&attribute);
      if (form != DW_FORM_GNU_ref_alt && form != DW_FORM_ref_sup4 &&
          form != DW_FORM_ref_sup8)
        return false;
      to_.missing.insert("what .gnu_debugaltlink names");
      return true;
    }
    if (dwarf_cu_getdwarf(unit.cu) == dwarf_cu_getdwarf(die->cu) ||
        !imported_.emplace(unit.addr).second)
      return true;
    return Children(&unit, depth + 1);
  }

  // The file that declares it; nullopt if what says so is damaged.
  // dwarf_decl_file() asserts that there is a table of files, and looks for a
  // split unit's in the wrong unit.
  static std::optional<std::string> FileOf(Dwarf_Die* die) {
    const auto number = Number(die, DW_AT_decl_file);
    if (!number) return "";
    Dwarf_Die unit;
    Dwarf_Files* files = nullptr;
    std::size_t count = 0;
    if (dwarf_diecu(die, &unit, nullptr, nullptr) == nullptr ||
        dwarf_getsrcfiles(&unit, &files, &count) != 0 || *number >= count)
      return std::nullopt;
    const char* file = dwarf_filesrc(files, *number, nullptr, nullptr);
    return file == nullptr ? "" : file;
  }

  bool TakeType(Dwarf_Die* die, int tag) {
    const std::string name = NameOf(die);
    if (name.empty() || Flag(die, DW_AT_declaration)) return true;
    if (!TakeAs(std::string(TagWord(tag)) + name, die, die)) return false;
    if (tag != DW_TAG_typedef) return true;
    // A type without a name, which a surface has by this name too.
    std::optional<Dwarf_Die> is = TypeOf(die);
    if (!is || !NameOf(&*is).empty()) return true;
    const std::string_view word = TagWord(dwarf_tag(&*is));
    return word.empty() || TakeAs(std::string(word) + name, die, &*is);
  }

  bool TakeAs(const std::string& name, Dwarf_Die* declared, Dwarf_Die* is) {
    if (!names_.contains(name)) return true;
    const auto file = FileOf(declared);
    if (!file) return false;
    Dwarf_Word size = 0;
    // Without a size it is a function's type, or one that is only declared.
    if (dwarf_aggregate_size(is, &size) != 0) return true;
    DebugType type;
    type.name = name;
    type.file = *file;
    type.size = size;
    if (IsRecord(dwarf_tag(is)) && !Fields(is, "", 0, 0, type.fields))
      return false;
    to_.types.insert(std::move(type));
    return true;
  }

  bool TakeEnumerators(Dwarf_Die* die) {
    return ForEachChild(die, [&](Dwarf_Die* child) {
      std::string name = NameOf(child);
      if (dwarf_tag(child) != DW_TAG_enumerator || !names_.contains(name))
        return true;
      Dwarf_Attribute attribute;
      Dwarf_Sword value = 0;
      if (dwarf_attr(child, DW_AT_const_value, &attribute) == nullptr ||
          dwarf_formsdata(&attribute, &value) != 0)
        return false;
      const auto file = FileOf(die);
      if (!file) return false;
      // An enum whose type is unsigned has its values as that.
      Dwarf_Word whole = 0;
      const bool is_unsigned = dwarf_whatform(&attribute) == DW_FORM_udata &&
                               dwarf_formudata(&attribute, &whole) == 0;
      DebugType enumerator;
      enumerator.name = std::move(name);
      enumerator.file = *file;
      enumerator.is_enumerator = true;
      enumerator.value =
          is_unsigned ? fmt::format("{}", whole) : fmt::format("{}", value);
      to_.types.insert(std::move(enumerator));
      return true;
    });
  }

  static std::optional<Dwarf_Die> TypeOf(Dwarf_Die* die) {
    Dwarf_Attribute attribute;
    Dwarf_Die type;
    if (dwarf_attr_integrate(die, DW_AT_type, &attribute) == nullptr ||
        dwarf_formref_die(&attribute, &type) == nullptr)
      return std::nullopt;
    return type;
  }

  // What const and volatile are of.
  static std::optional<Dwarf_Die> Plain(std::optional<Dwarf_Die> type) {
    for (int depth = 0; type && depth < kDeepest; ++depth) {
      const int tag = dwarf_tag(&*type);
      if (tag != DW_TAG_const_type && tag != DW_TAG_volatile_type &&
          tag != DW_TAG_restrict_type && tag != DW_TAG_atomic_type)
        break;
      type = TypeOf(&*type);
    }
    return type;
  }

  // The offset in bits of a member, from the start of its type.
  std::optional<std::uint64_t> OffsetOf(Dwarf_Die* member,
                                        std::uint64_t bits) const {
    if (const auto offset = Number(member, DW_AT_data_bit_offset))
      return offset;
    Dwarf_Attribute attribute;
    std::uint64_t bytes = 0;
    if (dwarf_attr_integrate(member, DW_AT_data_member_location, &attribute) !=
        nullptr) {
      Dwarf_Word value = 0;
      Dwarf_Op* expression = nullptr;
      std::size_t length = 0;
      if (dwarf_formudata(&attribute, &value) == 0) {
        bytes = value;
      } else if (dwarf_getlocation(&attribute, &expression, &length) == 0 &&
                 length == 1 && expression[0].atom == DW_OP_plus_uconst) {
        // What compilers wrote before DWARF 3.
        bytes = expression[0].number;
      } else {
        return std::nullopt;
      }
    }
    std::uint64_t offset = bytes * 8;
    // Before DWARF 5: from the most significant bit of the unit of storage.
    if (const auto from_top = Number(member, DW_AT_bit_offset)) {
      auto storage = Number(member, DW_AT_byte_size);
      if (!storage) {
        Dwarf_Word size = 0;
        auto type = TypeOf(member);
        if (!type || dwarf_aggregate_size(&*type, &size) != 0)
          return std::nullopt;
        storage = size;
      }
      offset += big_endian_ ? *from_top : *storage * 8 - *from_top - bits;
    }
    return offset;
  }

  // The members of a record, as harvest/declarations.cc takes them.
  bool Fields(Dwarf_Die* record, const std::string& prefix, std::uint64_t base,
              int depth, std::vector<DebugField>& to) {
    if (depth > kDeepest) return false;
    return ForEachChild(record, [&](Dwarf_Die* member) {
      // A static member of C++ is declared here, and has no place in it.
      if (dwarf_tag(member) != DW_TAG_member ||
          Flag(member, DW_AT_declaration) || Flag(member, DW_AT_external))
        return true;
      return Member(member, prefix, base, depth, to);
    });
  }

  bool Member(Dwarf_Die* member, const std::string& prefix, std::uint64_t base,
              int depth, std::vector<DebugField>& to) {
    const std::string name = NameOf(member);
    const auto bits = Number(member, DW_AT_bit_size);
    const auto offset = OffsetOf(member, bits.value_or(0));
    auto type = Plain(TypeOf(member));
    if (!offset || !type) return false;
    DebugField field{.path = prefix + name,
                     .offset = base + *offset,
                     .width = bits.value_or(0),
                     .bit_field = bits.has_value()};
    Dwarf_Word size = 0;
    // An array without a bound has no size.
    if (!bits && dwarf_aggregate_size(&*type, &size) == 0)
      field.width = size * 8;
    if (!name.empty()) to.push_back(field);
    std::string below = name.empty() ? prefix : prefix + name + ".";
    if (dwarf_tag(&*type) == DW_TAG_array_type) {
      type = Plain(TypeOf(&*type));
      if (!type) return false;
      below = prefix + name + "[].";
    }
    if (!IsRecord(dwarf_tag(&*type)) || !NameOf(&*type).empty()) return true;
    return Fields(&*type, below, field.offset, depth + 1, to);
  }

  const std::set<std::string>& names_;
  bool big_endian_;
  DebugTypes& to_;
  std::set<Dwarf*> seen_;
  std::set<void*> imported_;
};

}  // namespace

Result<DebugTypes> ReadDebugTypes(const std::string& path,
                                  const std::set<std::string>& names) {
  // What libdwfl knows of the places: /usr/lib/debug/.build-id, and beside the
  // file, in .debug, and below /usr/lib/debug by .gnu_debuglink.
  static const Dwfl_Callbacks kCallbacks = {
      .find_elf = dwfl_build_id_find_elf,
      .find_debuginfo = dwfl_standard_find_debuginfo,
      .section_address = dwfl_offline_section_address,
      .debuginfo_path = nullptr};
  const std::unique_ptr<Dwfl, EndDwfl> dwfl(dwfl_begin(&kCallbacks));
  const auto damaged = [&](int number, const char* why) {
    return Fail(
        "{}: its debug information is damaged{}{}; build it anew, or take the "
        "debug information out (strip --strip-debug)",
        path, number != 0 ? ": " : "", number != 0 ? why : "");
  };
  const auto unusable = [&] {
    const int number = dwfl_errno();
    return damaged(number, number != 0 ? dwfl_errmsg(number) : "");
  };
  if (dwfl == nullptr) return unusable();
  dwfl_report_begin(dwfl.get());
  Dwfl_Module* module = dwfl_report_offline(dwfl.get(), "", path.c_str(), -1);
  dwfl_report_end(dwfl.get(), nullptr, nullptr);
  DebugTypes types;
  if (module == nullptr) return unusable();
  Dwarf_Addr bias = 0;
  Elf* elf = dwfl_module_getelf(module, &bias);
  Dwarf* dwarf = dwfl_module_getdwarf(module, &bias);
  if (dwarf == nullptr) {
    if (CountSections(elf, {".debug_info", ".zdebug_info"}) > 0)
      return unusable();
    return types;
  }
  types.any = true;
  GElf_Ehdr header;
  const bool big_endian = gelf_getehdr(elf, &header) != nullptr &&
                          header.e_ident[EI_DATA] == ELFDATA2MSB;
  if (!Reader(names, big_endian, types).ReadAll(dwarf)) {
    const int number = dwarf_errno();
    return damaged(number, number != 0 ? dwarf_errmsg(number) : "");
  }
  return types;
}

}  // namespace plumbline::gate
