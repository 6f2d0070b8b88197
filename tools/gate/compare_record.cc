#include "tools/gate/compare_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace plumbline::gate {
namespace {

using harvest::Constant;
using harvest::Declaration;
using harvest::DeclarationKind;
using harvest::FunctionMacro;
using harvest::Section;
using harvest::Type;
using harvest::Use;

Finding Of(Id id, const Section& section, std::string name, std::string was,
           std::string is, Circumstance circumstance = Circumstance::kNone) {
  return {.id = id,
          .side = section.side == harvest::Side::kGlibc ? Side::kGlibc
                                                        : Side::kUapi,
          .owner = std::string(section.owner),
          .name = std::move(name),
          .old_is = std::move(was),
          .new_is = std::move(is),
          .circumstance = circumstance};
}

bool IsValue(Use use) { return use == Use::kIf || use == Use::kConstant; }

// Whether `after` is the greater number.
bool IsGrown(std::string_view before, std::string_view after) {
  const auto number = [](std::string_view text) -> std::optional<__int128> {
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    std::uint64_t value = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
      return std::nullopt;
    return negative ? -static_cast<__int128>(value)
                    : static_cast<__int128>(value);
  };
  const auto a = number(before);
  const auto b = number(after);
  return a && b && *b > *a;
}

// What a macro or enumerator is, in words of a reader.
std::string Describe(Use use, std::string_view value) {
  switch (use) {
    case Use::kIf:
    case Use::kConstant:
      return std::string(value);
    case Use::kRuntime:
      return fmt::format("not constant: {}", value);
    case Use::kUnevaluable:
      return fmt::format("not evaluable: {}", value);
    case Use::kEmpty:
      return "defined as nothing";
    case Use::kText:
      return value.empty() ? "no expression"
                           : fmt::format("no expression: {}", value);
  }
  return "";
}

// The same for constants and function-like macros, which have the same columns.
template <typename T>
void CompareUse(const Section& section, const std::string& name,
                const T& before, const T& after, std::vector<Finding>& out) {
  const std::string was = Describe(before.use, before.value);
  const std::string is = Describe(after.use, after.value);
  if (IsValue(before.use) && IsValue(after.use)) {
    if (before.value != after.value)
      out.push_back(Of(Id::kConstantValueChanged, section, name, was, is,
                       IsGrown(before.value, after.value)
                           ? Circumstance::kGrown
                           : Circumstance::kNone));
    // A new value says more than its type does.
    if (before.value == after.value && before.type != after.type)
      out.push_back(Of(Id::kConstantTypeChanged, section, name,
                       std::string(before.type), std::string(after.type)));
    if (before.use == Use::kIf && after.use == Use::kConstant)
      out.push_back(Of(Id::kConstantNotConstant, section, name, was,
                       is + ", but not for #if"));
    return;
  }
  if (after.use == Use::kUnevaluable) {
    if (before.use == Use::kUnevaluable) return;
    out.push_back(Of(Id::kMacroUnevaluable, section, name, was, is,
                     IsValue(before.use) || before.use == Use::kRuntime
                         ? Circumstance::kNone
                         : Circumstance::kNotValued));
    return;
  }
  if (IsValue(before.use)) {
    out.push_back(Of(Id::kConstantNotConstant, section, name, was, is));
    return;
  }
  if (was == is) return;
  out.push_back(
      Of(Id::kConstantValueChanged, section, name, was, is,
         IsValue(after.use) ? Circumstance::kNotValued : Circumstance::kText));
}

// Feature-test macros that showed the name, and do not any more.
void CompareVisibility(Id removed, Id added, const Section& section,
                       const std::string& name, const std::string& what,
                       std::string_view before, std::string_view after,
                       std::vector<Finding>& out) {
  if (before == after || before == harvest::kNoVisibility ||
      after == harvest::kNoVisibility)
    return;
  for (const auto& [letter, variant] :
       {std::pair('d', "default"), std::pair('p', "posix")}) {
    const bool was = before.find(letter) != std::string_view::npos;
    const bool is = after.find(letter) != std::string_view::npos;
    if (was == is) continue;
    Finding finding = Of(
        was ? removed : added, section, name, was ? what : "", was ? "" : what,
        letter == 'p' ? Circumstance::kPosix : Circumstance::kNone);
    finding.variant = variant;
    finding.detail = was ? "_GNU_SOURCE still shows it" : "";
    out.push_back(std::move(finding));
  }
}

// "a, ...": how many there are, and whether any number may follow.
std::pair<std::ptrdiff_t, bool> Arity(std::string_view parameters) {
  return {parameters.empty()
              ? 0
              : std::count(parameters.begin(), parameters.end(), ',') + 1,
          parameters.ends_with("...")};
}

std::string NameOf(const FunctionMacro& macro) {
  return fmt::format("{}({})", macro.name, macro.parameters);
}

std::string NameOf(const Type& type) {
  return type.kind == harvest::TypeKind::kTypedef
             ? std::string(type.name)
             : fmt::format("{} {}", harvest::NameOf(type.kind), type.name);
}

std::string Describe(const Type& type) {
  if (type.kind == harvest::TypeKind::kTypedef) return std::string(type.is);
  if (!type.complete) return "of no known size";
  return fmt::format("{} bytes", type.size);
}

std::string Describe(const Declaration& declaration) {
  std::string text(declaration.type);
  if (!declaration.attributes.empty())
    text += fmt::format(" [{}]", declaration.attributes);
  if (!declaration.symbol.empty())
    text += fmt::format(" as {}", declaration.symbol);
  return text;
}

std::string OffsetText(const harvest::Field& field) {
  return field.offset % 8 == 0 && !field.bit_field
             ? fmt::format("{}", field.offset / 8)
             : fmt::format("{} bits", field.offset);
}

std::string WidthText(const harvest::Field& field) {
  return field.bit_field ? fmt::format("{} : {}", field.type, field.width)
                         : std::string(field.type);
}

const harvest::Field* FieldOf(const Type& type, std::string_view path) {
  const auto found =
      std::find_if(type.fields.begin(), type.fields.end(),
                   [&](const auto& field) { return field.path == path; });
  return found == type.fields.end() ? nullptr : &*found;
}

bool Overlaps(const harvest::Field& a, const harvest::Field& b) {
  return a.offset < b.offset + b.width && b.offset < a.offset + a.width;
}

// Compares the fields of two versions of a struct or union.
class Fields {
 public:
  Fields(const Section& section, const Type& before, const Type& after,
         std::vector<Finding>& out)
      : section_(section), before_(before), after_(after), out_(out) {}

  void Compare() {
    for (const harvest::Field& field : before_.fields) {
      const harvest::Field* now = FieldOf(after_, field.path);
      if (now == nullptr) {
        Gone(field);
      } else {
        Both(field, *now);
      }
    }
    for (const harvest::Field& field : after_.fields) {
      if (FieldOf(before_, field.path) == nullptr) Added(field);
    }
  }

  // Whether the new type has all that the old one had, where it was.
  static bool Keeps(const Type& before, const Type& after) {
    return std::all_of(before.fields.begin(), before.fields.end(),
                       [&](const harvest::Field& field) {
                         const harvest::Field* now = FieldOf(after, field.path);
                         return (now != nullptr && *now == field) ||
                                IsReservedName(field.path);
                       });
  }

 private:
  void Add(Id id, std::string_view path, std::string was, std::string is,
           Circumstance circumstance = Circumstance::kNone,
           std::string detail = "") {
    Finding finding =
        Of(id, section_, fmt::format("{}.{}", NameOf(before_), path),
           std::move(was), std::move(is), circumstance);
    finding.detail = std::move(detail);
    out_.push_back(std::move(finding));
  }

  void Both(const harvest::Field& a, const harvest::Field& b) {
    const bool reserved = IsReservedName(a.path);
    if (a.offset != b.offset)
      Add(Id::kFieldOffsetChanged, a.path, OffsetText(a), OffsetText(b),
          reserved ? Circumstance::kReserved : Circumstance::kNone);
    const bool same_width = a.width == b.width && a.bit_field == b.bit_field;
    if (a.type == b.type && same_width) return;
    Circumstance circumstance = Circumstance::kNone;
    if (reserved) {
      circumstance = Circumstance::kReserved;
    } else if (same_width) {
      circumstance = WithoutQualifiers(a.type) == WithoutQualifiers(b.type)
                         ? Circumstance::kQualifiers
                         : Circumstance::kSameSize;
    }
    Add(Id::kFieldTypeChanged, a.path, WidthText(a), WidthText(b), circumstance,
        same_width ? "" : fmt::format("{} bits became {}", a.width, b.width));
  }

  void Gone(const harvest::Field& field) {
    const bool reserved = IsReservedName(field.path);
    if (!reserved) {
      for (const harvest::Field& other : after_.fields) {
        if (other.offset == field.offset && other.width == field.width &&
            other.type == field.type &&
            FieldOf(before_, other.path) == nullptr) {
          Add(Id::kFieldRenamed, field.path, std::string(field.path),
              std::string(other.path));
          return;
        }
      }
    }
    Add(Id::kFieldRemoved, field.path, WidthText(field), "",
        reserved ? Circumstance::kReserved : Circumstance::kNone);
  }

  void Added(const harvest::Field& field) {
    bool renamed = false, used = false;
    for (const harvest::Field& other : before_.fields) {
      const bool gone = FieldOf(after_, other.path) == nullptr;
      if (gone && other.offset == field.offset && other.width == field.width &&
          other.type == field.type && !IsReservedName(other.path))
        renamed = true;
      // A member of a new union beside what was there before takes no space
      // of its own.
      if (Overlaps(other, field) && !IsReservedName(other.path)) used = true;
    }
    if (renamed) return;
    const bool inside = field.offset + field.width <= before_.size * 8;
    Add(Id::kFieldAdded, field.path, "",
        fmt::format("{} at {}", WidthText(field), OffsetText(field)),
        inside && !used                     ? Circumstance::kReserved
        : Keeps(before_, after_) && !inside ? Circumstance::kAtEnd
                                            : Circumstance::kNone);
  }

  const Section& section_;
  const Type& before_;
  const Type& after_;
  std::vector<Finding>& out_;
};

Circumstance MovedIf(const void* now) {
  return now == nullptr ? Circumstance::kNone : Circumstance::kMoved;
}

std::string WhereNow(const void* now, std::string_view owner) {
  return now == nullptr ? std::string() : fmt::format("<{}> has it now", owner);
}

}  // namespace

std::string WithoutQualifiers(std::string_view type) {
  std::string plain;
  while (!type.empty()) {
    const bool starts_word =
        plain.empty() || !(isalnum(static_cast<unsigned char>(plain.back())) ||
                           plain.back() == '_');
    bool skipped = false;
    for (const std::string_view word :
         {"const", "volatile", "restrict", "__restrict"}) {
      const bool whole =
          type.starts_with(word) &&
          (type.size() == word.size() ||
           !(isalnum(static_cast<unsigned char>(type[word.size()])) ||
             type[word.size()] == '_'));
      if (starts_word && whole) {
        type.remove_prefix(word.size());
        skipped = true;
        break;
      }
    }
    if (skipped) continue;
    if (type.front() != ' ') {
      plain += type.front();
    } else if (!plain.empty() && plain.back() != ' ' && plain.back() != '*' &&
               plain.back() != '(') {
      plain += ' ';
    }
    type.remove_prefix(1);
  }
  while (plain.ends_with(' ')) plain.pop_back();
  return plain;
}

bool IsReservedName(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  std::string name(dot == std::string_view::npos ? path : path.substr(dot + 1));
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  for (const std::string_view word :
       {"reserved", "rsvd", "resv", "unused", "spare", "__pad", "_pad"}) {
    if (name.find(word) != std::string::npos) return true;
  }
  return name.starts_with("pad") || name.starts_with("__rsv") ||
         name.starts_with("rsv");
}

void CompareRecord(const Section& section, const Constant& before,
                   const Constant& after, std::vector<Finding>& out) {
  const std::string name(before.name);
  CompareUse(section, name, before, after, out);
  CompareVisibility(Id::kConstantRemoved, Id::kConstantAdded, section, name,
                    Describe(before.use, before.value), before.visible,
                    after.visible, out);
}

void CompareRecord(const Section& section, const FunctionMacro& before,
                   const FunctionMacro& after, std::vector<Finding>& out) {
  const std::string name = NameOf(before);
  if (Arity(before.parameters) != Arity(after.parameters))
    out.push_back(
        Of(Id::kPrototypeChanged, section, name, name, NameOf(after)));
  CompareUse(section, name, before, after, out);
  CompareVisibility(Id::kPrototypeRemoved, Id::kPrototypeAdded, section, name,
                    name, before.visible, after.visible, out);
}

void CompareRecord(const Section& section, const Type& before,
                   const Type& after, std::vector<Finding>& out) {
  const std::string name = NameOf(before);
  CompareVisibility(Id::kTypeRemoved, Id::kTypeAdded, section, name,
                    Describe(before), before.visible, after.visible, out);
  if (!before.complete || !after.complete) {
    if (before.complete)
      out.push_back(Of(Id::kTypeSizeChanged, section, name, Describe(before),
                       Describe(after)));
    return;
  }
  if (before.size != after.size)
    out.push_back(Of(Id::kTypeSizeChanged, section, name,
                     fmt::format("{}", before.size),
                     fmt::format("{}", after.size),
                     after.size > before.size && !before.fields.empty() &&
                             Fields::Keeps(before, after)
                         ? Circumstance::kAtEnd
                         : Circumstance::kNone));
  if (before.alignment != after.alignment)
    out.push_back(Of(Id::kTypeAlignmentChanged, section, name,
                     fmt::format("{}", before.alignment),
                     fmt::format("{}", after.alignment)));
  if (before.is != after.is)
    out.push_back(Of(Id::kFieldTypeChanged, section, name,
                     std::string(before.is), std::string(after.is),
                     before.size == after.size ? Circumstance::kSameSize
                                               : Circumstance::kNone));
  Fields(section, before, after, out).Compare();
}

void CompareRecord(const Section& section, const Declaration& before,
                   const Declaration& after, std::vector<Finding>& out) {
  const std::string name(before.name);
  CompareVisibility(Id::kPrototypeRemoved, Id::kPrototypeAdded, section, name,
                    Describe(before), before.visible, after.visible, out);
  if (before.type != after.type) {
    out.push_back(
        Of(Id::kPrototypeChanged, section, name, std::string(before.type),
           std::string(after.type),
           WithoutQualifiers(before.type) == WithoutQualifiers(after.type)
               ? Circumstance::kQualifiers
               : Circumstance::kNone));
  } else if (before.attributes != after.attributes ||
             before.symbol != after.symbol) {
    out.push_back(Of(Id::kPrototypeChanged, section, name, Describe(before),
                     Describe(after), Circumstance::kAttributes));
  }
}

void RecordGone(const Section& section, const Constant& gone,
                const Constant* now, std::string_view owner,
                std::vector<Finding>& out) {
  out.push_back(
      Of(Id::kConstantRemoved, section, std::string(gone.name),
         Describe(gone.use, gone.value), "",
         now == nullptr && !IsValue(gone.use) && gone.use != Use::kRuntime
             ? Circumstance::kNotValued
             : MovedIf(now)));
  out.back().detail = WhereNow(now, owner);
  if (now != nullptr) CompareRecord(section, gone, *now, out);
}

void RecordGone(const Section& section, const FunctionMacro& gone,
                const FunctionMacro* now, std::string_view owner,
                std::vector<Finding>& out) {
  out.push_back(Of(Id::kPrototypeRemoved, section, NameOf(gone),
                   "a function-like macro", "", MovedIf(now)));
  out.back().detail = WhereNow(now, owner);
  if (now != nullptr) CompareRecord(section, gone, *now, out);
}

void RecordGone(const Section& section, const Type& gone, const Type* now,
                std::string_view owner, std::vector<Finding>& out) {
  out.push_back(Of(Id::kTypeRemoved, section, NameOf(gone), Describe(gone), "",
                   MovedIf(now)));
  out.back().detail = WhereNow(now, owner);
  if (now != nullptr) CompareRecord(section, gone, *now, out);
}

void RecordGone(const Section& section, const Declaration& gone,
                const Declaration* now, std::string_view owner,
                std::vector<Finding>& out) {
  out.push_back(Of(Id::kPrototypeRemoved, section, std::string(gone.name),
                   Describe(gone), "", MovedIf(now)));
  out.back().detail = WhereNow(now, owner);
  if (now != nullptr) CompareRecord(section, gone, *now, out);
}

void RecordAdded(const Section& section, const Constant& added,
                 std::vector<Finding>& out) {
  out.push_back(Of(Id::kConstantAdded, section, std::string(added.name), "",
                   Describe(added.use, added.value)));
}

void RecordAdded(const Section& section, const FunctionMacro& added,
                 std::vector<Finding>& out) {
  out.push_back(Of(Id::kPrototypeAdded, section, NameOf(added), "",
                   "a function-like macro"));
}

void RecordAdded(const Section& section, const Type& added,
                 std::vector<Finding>& out) {
  out.push_back(
      Of(Id::kTypeAdded, section, NameOf(added), "", Describe(added)));
}

void RecordAdded(const Section& section, const Declaration& added,
                 std::vector<Finding>& out) {
  out.push_back(Of(Id::kPrototypeAdded, section, std::string(added.name), "",
                   Describe(added)));
}

}  // namespace plumbline::gate
