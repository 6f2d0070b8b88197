#include "tools/gate/program_types.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "tools/gate/merge.h"

namespace plumbline::gate {
namespace {

using harvest::Constant;
using harvest::Header;
using harvest::HeaderStatus;
using harvest::Section;
using harvest::Surface;
using harvest::Type;
using harvest::TypeKind;

// What findings are of types and of what is inside of them; of constants, only
// enumerators leave a trace.
bool IsOfType(Id id) {
  switch (id) {
    case Id::kTypeSizeChanged:
    case Id::kTypeAlignmentChanged:
    case Id::kTypeRemoved:
    case Id::kFieldOffsetChanged:
    case Id::kFieldTypeChanged:
    case Id::kFieldRemoved:
    case Id::kFieldRenamed:
    case Id::kFieldAdded:
      return true;
    default:
      return false;
  }
}

bool IsOfConstant(Id id) {
  return id == Id::kConstantValueChanged || id == Id::kConstantTypeChanged ||
         id == Id::kConstantRemoved;
}

// "struct stat" and "st_size", of "struct stat.st_size".
std::pair<std::string_view, std::string_view> Split(std::string_view name) {
  const std::size_t dot = name.find('.');
  return {name.substr(0, dot),
          dot == std::string_view::npos ? "" : name.substr(dot + 1)};
}

std::string NameOf(const Type& type) {
  return type.kind == TypeKind::kTypedef
             ? std::string(type.name)
             : fmt::format("{} {}", harvest::NameOf(type.kind), type.name);
}

// A type as the surface has it, in the words of debug information.
DebugType Layout(const Type& type) {
  DebugType layout;
  layout.size = type.size;
  for (const harvest::Field& field : type.fields)
    layout.fields.push_back(
        {std::string(field.path), field.offset, field.width, field.bit_field});
  return layout;
}

bool SameLayout(const DebugType& a, const DebugType& b) {
  if (a.size != b.size || a.value != b.value ||
      a.fields.size() != b.fields.size())
    return false;
  const std::set<DebugField> fields(a.fields.begin(), a.fields.end());
  return std::all_of(b.fields.begin(), b.fields.end(),
                     [&](const auto& field) { return fields.contains(field); });
}

// All that one surface has of the names that are asked about.
class Known {
 public:
  struct Form {
    std::string_view variant;
    DebugType layout;
  };
  using Place = std::pair<harvest::Side, std::string>;

  Known(const Surface& surface, const std::set<std::string>& names)
      : surface_(surface) {
    for (const Section& section : surface.sections) {
      for (const Type& type : section.types) {
        if (!type.complete) continue;
        std::string name = NameOf(type);
        if (names.contains(name)) Add(section, std::move(name), Layout(type));
      }
      for (const Constant& constant : section.constants) {
        std::string name(constant.name);
        if (constant.kind != harvest::ConstantKind::kEnumerator ||
            !names.contains(name))
          continue;
        DebugType layout;
        layout.value = constant.value;
        Add(section, std::move(name), std::move(layout));
      }
    }
  }

  // Which header of which side has the type.
  std::optional<Place> Resolve(const DebugType& type) const {
    bool is_internal = false;
    const Header* header = HeaderOf(type.file, is_internal);
    if (header == nullptr && !is_internal) return std::nullopt;
    const harvest::Side side =
        header == nullptr ? harvest::Side::kGlibc : header->side;
    std::vector<Place> places;
    for (const auto& [key, forms] : forms_) {
      if (key.second == type.name && key.first.first == side)
        places.push_back(key.first);
    }
    if (header != nullptr) {
      const Place own(side, header->status == HeaderStatus::kInternal
                                ? header->detail
                                : header->path);
      if (std::find(places.begin(), places.end(), own) != places.end())
        return own;
    }
    if (places.size() != 1) return std::nullopt;
    return places.front();
  }

  // In all variants, the common one first.
  const std::vector<Form>& FormsOf(const Place& place,
                                   const std::string& name) const {
    static const std::vector<Form> kNone;
    const auto found = forms_.find({place, name});
    return found == forms_.end() ? kNone : found->second;
  }

 private:
  void Add(const Section& section, std::string name, DebugType layout) {
    forms_[{{section.side, std::string(section.owner)}, std::move(name)}]
        .push_back({section.variant, std::move(layout)});
  }

  const Header* HeaderOf(std::string_view path, bool& is_internal) const {
    constexpr std::string_view kFolder = "include/";
    for (std::size_t at = path.find(kFolder); at != std::string_view::npos;
         at = path.find(kFolder, at + 1)) {
      if (at > 0 && path[at - 1] != '/') continue;
      std::string_view below = path.substr(at + kFolder.size());
      // Debian's folder of one architecture.
      const std::size_t slash = below.find('/');
      if (slash != std::string_view::npos &&
          below.substr(0, slash).find("-linux-") != std::string_view::npos)
        below.remove_prefix(slash + 1);
      for (const harvest::Side side : harvest::kSides) {
        if (const Header* header =
                Find(surface_.headers, std::tuple(side, below)))
          return header;
      }
      is_internal = is_internal || below.starts_with("bits/");
    }
    return nullptr;
  }

  const Surface& surface_;
  std::map<std::pair<Place, std::string>, std::vector<Form>> forms_;
};

const Known::Form* FormOf(const std::vector<Known::Form>& forms,
                          std::string_view variant) {
  const Known::Form* common = nullptr;
  for (const Known::Form& form : forms) {
    if (form.variant == variant) return &form;
    if (form.variant.empty()) common = &form;
  }
  return common;
}

const DebugField* FieldOf(const DebugType& type, std::string_view path) {
  const auto found =
      std::find_if(type.fields.begin(), type.fields.end(),
                   [&](const auto& field) { return field.path == path; });
  return found == type.fields.end() ? nullptr : &*found;
}

// The part of a layout that the finding is of.
std::string FacetOf(const Finding& finding, const DebugType& type) {
  if (type.is_enumerator || IsOfConstant(finding.id)) return type.value;
  const auto [name, path] = Split(finding.name);
  if (path.empty()) return fmt::format("{} bytes", type.size);
  const DebugField* field = FieldOf(type, path);
  if (field == nullptr)
    return fmt::format("{} bytes, without {}", type.size, path);
  const bool whole = field->offset % 8 == 0 && !field->bit_field;
  return fmt::format("{} bytes, {} at {}{} with {} bits", type.size, path,
                     whole ? field->offset / 8 : field->offset,
                     whole ? "" : " bits", field->width);
}

// The same without the size of the whole, which other findings are of.
std::string PartOf(const Finding& finding, const DebugType& type) {
  const std::string text = FacetOf(finding, type);
  const std::size_t comma = text.find(", ");
  return comma == std::string::npos ? text : text.substr(comma + 2);
}

// Nothing of these is in a program that is built already.
bool IsOnlyOfSources(const Finding& finding) {
  return finding.id == Id::kFieldRenamed || finding.id == Id::kTypeRemoved ||
         finding.id == Id::kTypeAlignmentChanged ||
         finding.id == Id::kConstantRemoved ||
         finding.id == Id::kConstantTypeChanged ||
         finding.variant == "default" || finding.variant == "posix";
}

// How the program sees it; nullopt if it has the type in the form of another
// variant (compiled with _FILE_OFFSET_BITS=64, say), which the finding is not
// of.
std::optional<Sees> Judged(const Finding& finding, const DebugType& type,
                           const std::vector<Known::Form>& before,
                           const std::vector<Known::Form>& after) {
  const auto is = [&](const Known::Form& form) {
    return SameLayout(form.layout, type);
  };
  const Known::Form* was = FormOf(before, finding.variant);
  const Known::Form* now = FormOf(after, finding.variant);
  const bool is_old = was != nullptr && is(*was);
  const bool is_new = now != nullptr && is(*now);
  if (!is_old && !is_new &&
      (std::any_of(before.begin(), before.end(), is) ||
       std::any_of(after.begin(), after.end(), is)))
    return std::nullopt;
  if (is_new && !is_old) return Sees::kNew;
  if (IsOnlyOfSources(finding)) return Sees::kSame;
  if (is_old && !is_new) return Sees::kOld;
  if (is_old) return Sees::kSame;
  const std::string part = PartOf(finding, type);
  const bool old_part = was != nullptr && part == PartOf(finding, was->layout);
  const bool new_part = now != nullptr && part == PartOf(finding, now->layout);
  if (old_part && new_part) return Sees::kSame;
  if (old_part || new_part) return old_part ? Sees::kOld : Sees::kNew;
  return Sees::kOther;
}

const Surface* Of(const std::vector<Surface>& surfaces, std::string_view arch) {
  const auto found =
      std::find_if(surfaces.begin(), surfaces.end(),
                   [&](const Surface& one) { return one.arch == arch; });
  return found == surfaces.end() ? nullptr : &*found;
}

// The types of one program, by the header and the name that findings have.
using Placed =
    std::multimap<std::pair<Known::Place, std::string>, const DebugType*>;

Placed Place(const DebugTypes& debug, const Known& before, const Known& after) {
  Placed placed;
  for (const DebugType& type : debug.types) {
    std::set<Known::Place> places;
    for (const Known* known : {&before, &after}) {
      if (const auto place = known->Resolve(type)) places.insert(*place);
    }
    for (const Known::Place& place : places)
      placed.emplace(std::pair(place, type.name), &type);
  }
  return placed;
}

// "bits/types/struct_timeval.h", of the whole path.
std::string BelowInclude(const std::string& path) {
  const std::size_t at = path.rfind("include/");
  return at == std::string::npos ? path : path.substr(at + 8);
}

}  // namespace

std::set<std::string> NamesOfTypes(const std::vector<Finding>& findings) {
  std::set<std::string> names;
  for (const Finding& finding : findings) {
    if (IsOfType(finding.id)) names.emplace(Split(finding.name).first);
    if (IsOfConstant(finding.id)) names.insert(finding.name);
  }
  return names;
}

void TellPrograms(const std::vector<ProgramTypes>& programs,
                  const std::vector<Surface>& before,
                  const std::vector<Surface>& after,
                  std::vector<Finding>& findings) {
  const std::set<std::string> names = NamesOfTypes(findings);
  std::map<std::string, std::pair<Known, Known>> known;
  for (const ProgramTypes& program : programs) {
    const Surface* was = Of(before, program.arch);
    const Surface* now = Of(after, program.arch);
    if (was == nullptr || now == nullptr || program.debug.types.empty())
      continue;
    const auto& [old_known, new_known] =
        known.try_emplace(program.arch, Known(*was, names), Known(*now, names))
            .first->second;
    const Placed placed = Place(program.debug, old_known, new_known);
    for (Finding& finding : findings) {
      if (finding.side == Side::kElf ||
          !(IsOfType(finding.id) || IsOfConstant(finding.id)) ||
          std::find(finding.archs.begin(), finding.archs.end(), program.arch) ==
              finding.archs.end())
        continue;
      const Known::Place place(finding.side == Side::kGlibc
                                   ? harvest::Side::kGlibc
                                   : harvest::Side::kUapi,
                               finding.owner);
      const std::string name(IsOfType(finding.id) ? Split(finding.name).first
                                                  : finding.name);
      const auto [first, last] = placed.equal_range({place, name});
      for (auto at = first; at != last; ++at) {
        const DebugType& type = *at->second;
        const auto sees = Judged(finding, type, old_known.FormsOf(place, name),
                                 new_known.FormsOf(place, name));
        if (!sees) continue;
        finding.programs.push_back({program.file, BelowInclude(type.file),
                                    FacetOf(finding, type), *sees});
      }
    }
  }
  for (Finding& finding : findings) {
    if (!finding.programs.empty() &&
        std::all_of(
            finding.programs.begin(), finding.programs.end(),
            [](const ProgramView& view) { return view.sees == Sees::kNew; }))
      finding.circumstance = Circumstance::kBuiltWithNew;
  }
}

}  // namespace plumbline::gate
