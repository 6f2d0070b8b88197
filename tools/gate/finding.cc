#include "tools/gate/finding.h"

#include <fmt/format.h>

namespace plumbline::gate {
namespace {

constexpr std::string_view kBinaries = "programs that are built already";
constexpr std::string_view kSources = "programs that are compiled anew";
constexpr std::string_view kBothSides =
    "programs and libraries of which one part is compiled anew, and bindings "
    "in other languages";

constexpr Kind kKinds[] = {
    {Id::kSymbolRemoved, "symbol-removed", Severity::kBreaking,
     "Symbols that are gone", kBinaries,
     "They do not start, or fail at the call. Keep the old library for them, "
     "or build them anew without the symbol."},
    {Id::kSymbolVersionRemoved, "symbol-version-removed", Severity::kBreaking,
     "Version nodes that are gone", kBinaries,
     "What asks for the node does not start. Build it anew."},
    {Id::kSymbolDefaultVersionChanged, "symbol-default-version-changed",
     Severity::kNotable, "Symbols with a new default version", kSources,
     "What is built already keeps the old version. A new build takes the new "
     "one, which may mean something else, and does not run with the old "
     "library. Read what changed before building anew."},
    {Id::kSymbolMoved, "symbol-moved", Severity::kNotable,
     "Symbols that another library has now", kBinaries,
     "Fine with the dynamic linker, if the library they name is still there. "
     "Link with the new one."},
    {Id::kSymbolSizeChanged, "symbol-size-changed", Severity::kBreaking,
     "Objects of another size or kind", kBinaries,
     "Copies of the object in programs have the old size. Build them anew."},
    {Id::kConstantValueChanged, "constant-value-changed", Severity::kBreaking,
     "Constants with another value", kBothSides,
     "Build all that exchange the value together; look for copies of the old "
     "one in bindings, files and protocols."},
    {Id::kConstantTypeChanged, "constant-type-changed", Severity::kNotable,
     "Constants of another type", kSources,
     "Look at formats, overloads and comparisons that use it."},
    {Id::kConstantNotConstant, "constant-not-constant", Severity::kBreaking,
     "Names that are not constant any more", kSources,
     "Array sizes, case labels and #if with it do not compile. Ask at run "
     "time, or use a constant of your own."},
    {Id::kConstantRemoved, "constant-removed", Severity::kBreaking,
     "Constants that are gone", kSources,
     "They do not compile, or #ifdef takes another way in silence."},
    {Id::kTypeSizeChanged, "type-size-changed", Severity::kBreaking,
     "Types of another size", kBothSides,
     "Build all that exchange the type together."},
    {Id::kTypeAlignmentChanged, "type-alignment-changed", Severity::kBreaking,
     "Types of another alignment", kBothSides,
     "Build all that exchange the type together."},
    {Id::kTypeRemoved, "type-removed", Severity::kBreaking,
     "Types that are gone", kSources, "They do not compile."},
    {Id::kFieldOffsetChanged, "field-offset-changed", Severity::kBreaking,
     "Fields at another offset", kBothSides,
     "Build all that exchange the type together."},
    {Id::kFieldTypeChanged, "field-type-changed", Severity::kBreaking,
     "Fields and types that are of another type", kBothSides,
     "Build all that exchange the type together."},
    {Id::kFieldRemoved, "field-removed", Severity::kBreaking,
     "Fields that are gone", kSources, "They do not compile."},
    {Id::kFieldRenamed, "field-renamed", Severity::kBreaking,
     "Fields of another name", kSources,
     "Use the new name; the layout is the same."},
    {Id::kFieldAdded, "field-added", Severity::kNotable, "New fields",
     kBothSides,
     "Initialise it; what was built before does not, and does not know it."},
    {Id::kPrototypeChanged, "prototype-changed", Severity::kBreaking,
     "Functions and variables of another type", kSources,
     "Calls, pointers to the function and definitions of your own may not "
     "compile, or convert otherwise."},
    {Id::kPrototypeRemoved, "prototype-removed", Severity::kBreaking,
     "Functions, variables and function-like macros that are gone", kSources,
     "They do not compile."},
    {Id::kHeaderRemoved, "header-removed", Severity::kBreaking,
     "Headers that are gone", kSources, "They do not compile."},
    {Id::kHeaderConflict, "header-conflict", Severity::kBreaking,
     "Headers that can't be included as before", kSources,
     "Include them in separate files, or in the order that is named."},
    {Id::kMacroUnevaluable, "macro-unevaluable", Severity::kBreaking,
     "Macros that can't be evaluated any more", kSources,
     "What uses the macro does not compile; report it to the header's "
     "authors."},
    {Id::kBehaviourChanged, "behaviour-changed", Severity::kBreaking,
     "Functions that behave otherwise",
     "programs that call them; where the symbol has a new default version, "
     "those "
     "that are built anew",
     "Look for what relies on the old outcome. --run --only NAME runs one "
     "check again; tools/plumbline errors FUNCTION ERRNO prints the program "
     "that a check of an error is."},
    {Id::kSymbolAdded, "symbol-added", Severity::kBenign, "New symbols",
     kSources, "What uses it does not run with the old library."},
    {Id::kConstantAdded, "constant-added", Severity::kBenign, "New constants",
     kSources, "A program's own name of that spelling may clash."},
    {Id::kTypeAdded, "type-added", Severity::kBenign, "New types", kSources,
     "A program's own name of that spelling may clash."},
    {Id::kPrototypeAdded, "prototype-added", Severity::kBenign,
     "New functions, variables and function-like macros", kSources,
     "A program's own name of that spelling may clash."},
    {Id::kHeaderAdded, "header-added", Severity::kBenign, "New headers",
     kSources, "Nothing."},
};

std::string Quoted(std::string_view text) {
  return text.empty() ? std::string("nothing") : std::string(text);
}

// "X of <owner>", or "X of libc.so.6".
std::string Subject(const Finding& finding) {
  std::string subject =
      finding.side == Side::kElf
          ? fmt::format("{} of {}", finding.name, finding.owner)
          : fmt::format("{} of <{}>", finding.name, finding.owner);
  if (!finding.variant.empty())
    subject += fmt::format(" ({})", finding.variant);
  return subject;
}

std::string Sentence(const Finding& finding) {
  const std::string subject = Subject(finding);
  const auto changed = [&](std::string_view what) {
    return fmt::format("{}: {}{} became {}", subject, what,
                       Quoted(finding.old_is), Quoted(finding.new_is));
  };
  switch (finding.id) {
    case Id::kSymbolRemoved:
      return subject + " is gone";
    case Id::kSymbolVersionRemoved:
      return fmt::format("{} does not define version node {} any more",
                         finding.owner, finding.name);
    case Id::kSymbolDefaultVersionChanged:
      return changed("the default version ");
    case Id::kSymbolMoved:
      return fmt::format("{} moved to {}", subject, finding.new_is);
    case Id::kSymbolSizeChanged:
    case Id::kConstantValueChanged:
    case Id::kConstantNotConstant:
    case Id::kFieldTypeChanged:
    case Id::kPrototypeChanged:
    case Id::kHeaderConflict:
    case Id::kMacroUnevaluable:
    case Id::kBehaviourChanged:
      return changed("");
    case Id::kConstantTypeChanged:
      return changed("the type ");
    case Id::kTypeSizeChanged:
      return changed("the size ");
    case Id::kTypeAlignmentChanged:
      return changed("the alignment ");
    case Id::kFieldOffsetChanged:
      return changed("the offset ");
    case Id::kFieldRenamed:
      return fmt::format("{} is now called {}", subject, finding.new_is);
    case Id::kConstantRemoved:
    case Id::kTypeRemoved:
    case Id::kFieldRemoved:
    case Id::kPrototypeRemoved:
      return fmt::format("{} is gone; it was {}", subject,
                         Quoted(finding.old_is));
    case Id::kHeaderRemoved:
      return fmt::format("<{}> is gone", finding.owner);
    case Id::kHeaderAdded:
      return fmt::format("<{}> is new", finding.owner);
    case Id::kSymbolAdded:
      return subject + " is new";
    case Id::kConstantAdded:
    case Id::kTypeAdded:
    case Id::kFieldAdded:
    case Id::kPrototypeAdded:
      return fmt::format("{} is new: {}", subject, Quoted(finding.new_is));
  }
  return subject;
}

}  // namespace

std::span<const Kind> Kinds() { return kKinds; }

const Kind& KindOf(Id id) {
  static_assert(std::size(kKinds) ==
                static_cast<std::size_t>(Id::kHeaderAdded) + 1);
  return kKinds[static_cast<std::size_t>(id)];
}

std::string_view NameOf(Severity severity) {
  constexpr std::array<std::string_view, 3> kNames = {"breaking", "notable",
                                                      "benign"};
  return kNames[static_cast<std::size_t>(severity)];
}

std::string_view NameOf(Side side) {
  constexpr std::array<std::string_view, 3> kNames = {"glibc", "uapi", "elf"};
  return kNames[static_cast<std::size_t>(side)];
}

std::string_view NameOf(Sees sees) {
  constexpr std::array<std::string_view, 4> kNames = {"old", "new", "same",
                                                      "other"};
  return kNames[static_cast<std::size_t>(sees)];
}

std::optional<Severity> SeverityNamed(std::string_view name) {
  for (const Severity severity : kSeverities) {
    if (NameOf(severity) == name) return severity;
  }
  return std::nullopt;
}

std::string Text(const ProgramView& view) {
  switch (view.sees) {
    case Sees::kOld:
      return fmt::format("{} was compiled with the old one ({})", view.file,
                         view.is);
    case Sees::kNew:
      return fmt::format(
          "{} was compiled with the new one already, and is not affected ({})",
          view.file, view.is);
    case Sees::kSame:
      return fmt::format(
          "{} stays as it is, only a new build of it sees this ({})", view.file,
          view.is);
    case Sees::kOther:
      break;
  }
  return fmt::format(
      "{} was compiled with neither the old nor the new one ({})", view.file,
      view.is);
}

std::string Text(const Finding& finding) {
  std::string text = Sentence(finding);
  if (!finding.detail.empty()) text += fmt::format(" ({})", finding.detail);
  for (const ProgramView& view : finding.programs)
    text += fmt::format("; {}", Text(view));
  return text + ".";
}

}  // namespace plumbline::gate
