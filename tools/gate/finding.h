// What differs between two surfaces, and how much it matters.

#ifndef PLUMBLINE_TOOLS_GATE_FINDING_H_
#define PLUMBLINE_TOOLS_GATE_FINDING_H_

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline::gate {

enum class Severity : std::uint8_t { kBreaking, kNotable, kBenign };
inline constexpr std::array kSeverities = {
    Severity::kBreaking, Severity::kNotable, Severity::kBenign};

enum class Side : std::uint8_t { kGlibc, kUapi, kElf };

// The stable ids of findings, in the order in which they are told.
enum class Id : std::uint8_t {
  kSymbolRemoved,
  kSymbolVersionRemoved,
  kSymbolDefaultVersionChanged,
  kSymbolMoved,
  kSymbolSizeChanged,
  kConstantValueChanged,
  kConstantTypeChanged,
  kConstantNotConstant,
  kConstantRemoved,
  kTypeSizeChanged,
  kTypeAlignmentChanged,
  kTypeRemoved,
  kFieldOffsetChanged,
  kFieldTypeChanged,
  kFieldRemoved,
  kFieldRenamed,
  kFieldAdded,
  kPrototypeChanged,
  kPrototypeRemoved,
  kHeaderRemoved,
  kHeaderConflict,
  kMacroUnevaluable,
  kBehaviourChanged,
  kSymbolAdded,
  kConstantAdded,
  kTypeAdded,
  kPrototypeAdded,
  kHeaderAdded,
};

// What is known of all findings of an id.
struct Kind {
  Id id;
  std::string_view name;      // "constant-value-changed"
  Severity severity;          // unless a rule says otherwise
  std::string_view title;     // "Constants with another value"
  std::string_view affected;  // who is
  std::string_view advice;    // what they can do
};

std::span<const Kind> Kinds();
const Kind& KindOf(Id id);

// What is special about one finding, for rules to refer to.
enum class Circumstance : std::uint8_t {
  kNone,
  kGrown,         // a number that is greater than it was
  kText,          // neither old nor new is a value, only text
  kReserved,      // takes what was reserved or padding
  kAtEnd,         // a type that has all it had, and more after it
  kMoved,         // another header or library has it now
  kQualifiers,    // types that differ in const, volatile or restrict only
  kSameSize,      // of another type that has the same size
  kAttributes,    // only attributes or the symbol behind a name differ
  kPosix,         // hidden by _POSIX_C_SOURCE only
  kInternal,      // a header that no program includes by its name
  kNotValued,     // was no constant before either
  kBuiltWithNew,  // all programs that were asked about have the new one
  kRepaired,      // a check that holds now, and did not
  kWrongBefore,   // a check that did not hold before either, or was not made
  kUnchecked,     // a check that can't be made any more
  kCheckedNow,    // a check that holds, and could not be made before
  kSameErrno,     // an errno that is the same, and of the kernel or the library
};

// How a program that is built already sees what changed.
enum class Sees : std::uint8_t {
  kOld,    // as it was
  kNew,    // as it is now
  kSame,   // the change is none to what is built: only a new build sees it
  kOther,  // as neither
};

struct ProgramView {
  std::string file;
  std::string header;  // that its debug information names
  std::string is;      // "24 bytes, tv_usec at 8 with 64 bits"
  Sees sees = Sees::kOld;

  bool operator==(const ProgramView&) const = default;
};

std::string_view NameOf(Severity severity);
std::string_view NameOf(Side side);
std::string_view NameOf(Sees sees);
std::optional<Severity> SeverityNamed(std::string_view name);

struct Finding {
  Id id = Id::kSymbolRemoved;
  Severity severity = Severity::kBreaking;
  Side side = Side::kGlibc;
  std::string owner = {};  // a header, or a library's soname
  std::string name = {};   // "B9600", "struct stat.st_size", "open@GLIBC_2.2.5"
  std::string old_is = {}, new_is = {};
  std::string variant = {};  // "", or "time64" and the like
  Circumstance circumstance = Circumstance::kNone;
  std::string detail = {};  // where a name has gone, why it fails
  std::vector<std::string> archs = {};
  std::string rule = {};   // which set its severity, if one did
  std::string story = {};  // that it is a part of, if any
  // Of types, if programs were asked about.
  std::vector<ProgramView> programs = {};

  bool operator==(const Finding&) const = default;
};

// "caller was compiled with the old one (16 bytes)".
std::string Text(const ProgramView& view);

// One sentence: what changed, and what programs see of it.
std::string Text(const Finding& finding);

}  // namespace plumbline::gate

#endif  // PLUMBLINE_TOOLS_GATE_FINDING_H_
