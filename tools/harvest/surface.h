// A surface: all that a program can see through the public headers of a C
// library and of the kernel, and through the library's symbols.
//
// What headers say is keyed by side, owner (the public header that a program
// includes for it), variant, kind and name, as unrelated headers reuse names.
// Texts are views into the surface's own pool.

#ifndef PLUMBLINE_TOOLS_HARVEST_SURFACE_H_
#define PLUMBLINE_TOOLS_HARVEST_SURFACE_H_

#include <array>
#include <compare>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <vector>

#include "tools/harvest/text_pool.h"

namespace plumbline::harvest {

enum class Side : std::uint8_t { kGlibc, kUapi };
inline constexpr std::array kSides = {Side::kGlibc, Side::kUapi};

// What a name of the preprocessor or an enumerator is good for.
enum class Use : std::uint8_t {
  kIf,           // #if evaluates it, and to the same value
  kConstant,     // a constant expression, but not for #if
  kRuntime,      // an expression whose value is not constant: SIGSTKSZ
  kUnevaluable,  // an expression that no program can evaluate
  kEmpty,        // a macro that is only defined
  kText,         // not an expression: a type, an attribute, an initialiser
};
inline constexpr std::size_t kUses = 6;

enum class ConstantKind : std::uint8_t { kMacro, kEnumerator };

// An object-like macro or an enumerator.
struct Constant {
  ConstantKind kind = ConstantKind::kMacro;
  std::string_view name;
  Use use = Use::kText;
  std::string_view visible;  // see Visibility
  std::string_view type;     // of C, without typedefs; "" if it has none
  // Of kIf and kConstant: a decimal integer, a hexadecimal floating-point
  // number, a string literal, or what an address is made of. Of kRuntime and
  // kText: the macro's text. Of kUnevaluable: the reason.
  std::string_view value;

  auto Key() const { return std::tuple(kind, name); }
  bool operator==(const Constant&) const = default;
};

struct FunctionMacro {
  std::string_view name;
  std::string_view parameters;  // "a, b, ..."
  std::string_view visible;
  // What it is with arguments that are all 1, or that end in a type, as those
  // of _IOR do.
  Use use = Use::kText;
  std::string_view type;
  std::string_view value;  // as a constant's

  auto Key() const { return name; }
  bool operator==(const FunctionMacro&) const = default;
};

// A member of a struct or union, with those of its unnamed members and of
// members of an unnamed type: "sub.x".
struct Field {
  std::string_view path;
  std::uint64_t offset = 0;  // in bits
  std::uint64_t width = 0;   // in bits; 0 for a flexible array
  bool bit_field = false;
  std::string_view type;

  bool operator==(const Field&) const = default;
};

enum class TypeKind : std::uint8_t { kStruct, kUnion, kEnum, kTypedef };

struct Type {
  TypeKind kind = TypeKind::kStruct;
  std::string_view name;
  std::string_view visible;
  bool complete = true;
  std::uint64_t size = 0;       // in bytes
  std::uint64_t alignment = 0;  // in bytes
  // Of a typedef, the type that it names; of an enum, its integer type.
  std::string_view is;
  std::vector<Field> fields;

  auto Key() const { return std::tuple(kind, name); }
  bool operator==(const Type&) const = default;
};

enum class DeclarationKind : std::uint8_t { kFunction, kVariable };

struct Declaration {
  DeclarationKind kind = DeclarationKind::kFunction;
  std::string_view name;
  std::string_view visible;
  std::string_view type;  // "int (const char *, ...)"
  // Sorted, with spaces: "deprecated inline nonnull(1,2) noreturn".
  std::string_view attributes;
  std::string_view symbol;  // what the linker is asked for, if not the name

  auto Key() const { return std::tuple(kind, name); }
  bool operator==(const Declaration&) const = default;
};

// The feature-test macros that show a name are letters: d for none defined
// (the default), g for _GNU_SOURCE, p for _POSIX_C_SOURCE=200809L. The
// kernel's headers know none: "-".
inline constexpr std::string_view kNoVisibility = "-";

// What one header promises in one variant. The variant "" is that of
// _GNU_SOURCE. Another one holds only what differs there: "default", "posix"
// (of feature-test macros), "lfs" (_FILE_OFFSET_BITS=64) and "time64" (with
// _TIME_BITS=64 too). "fortify2" (-O2 -D_FORTIFY_SOURCE=2) is recorded on
// request only.
struct Section {
  Side side = Side::kGlibc;
  std::string_view owner;
  std::string_view variant;
  std::vector<Constant> constants;
  std::vector<FunctionMacro> function_macros;
  std::vector<Type> types;
  std::vector<Declaration> declarations;
  // Of the variants lfs, time64 and fortify: names of the variant "" that are
  // not there, each with its kind: "function lockf64".
  std::vector<std::string_view> absent;

  auto Key() const { return std::tuple(side, owner, variant); }
  bool operator==(const Section&) const = default;
};

// How a header can be included.
enum class HeaderStatus : std::uint8_t {
  kIncludable,  // by itself
  kNeeds,       // after others, which are named
  kInternal,    // by its owner only
  kUnreached,   // internal, and no other header includes it
  kFails,       // by no C program; the reason is given
};
inline constexpr std::size_t kHeaderStatuses = 5;

struct Header {
  Side side = Side::kGlibc;
  std::string_view path;
  HeaderStatus status = HeaderStatus::kIncludable;
  std::string_view detail;  // the headers needed, the owner, or the reason
  // The other side's headers that come with it, with spaces between them: what
  // glibc leaves to the kernel's headers is no less there for a program.
  std::string_view brings;

  auto Key() const { return std::tuple(side, path); }
  bool operator==(const Header&) const = default;
};

// Two headers that no program can include together: the second says why.
struct Conflict {
  Side side = Side::kGlibc;
  std::string_view first, second;
  std::string_view reason;

  auto Key() const { return std::tuple(side, first, second); }
  bool operator==(const Conflict&) const = default;
};

struct Symbol {
  std::string_view name;
  std::string_view version;  // "" if it has none
  bool is_default = true;    // name@@version, which the linker takes
  std::string_view type;     // func, object, tls, ifunc, notype
  std::string_view binding;  // global, weak, unique
  // Of objects. That of a function is no promise, and changes with each build.
  std::uint64_t size = 0;

  auto Key() const { return std::tuple(name, version); }
  bool operator==(const Symbol&) const = default;
};

struct Library {
  std::string_view soname;
  std::vector<std::string_view> nodes;  // version nodes that it defines
  std::vector<Symbol> symbols;

  auto Key() const { return soname; }
  bool operator==(const Library&) const = default;
};

struct Package {
  std::string_view name, version, arch, sha256;

  auto Key() const { return std::tuple(name, arch); }
  bool operator==(const Package&) const = default;
};

// How much was there, and what became of it.
struct Completeness {
  std::uint64_t headers = 0;
  std::uint64_t macros = 0;  // definitions seen, object-like
  std::array<std::uint64_t, kUses> macros_by_use = {};
  std::uint64_t function_macros = 0;
  std::uint64_t enumerators = 0;
  std::uint64_t records = 0;  // structs and unions
  std::uint64_t fields = 0;
  std::uint64_t typedefs = 0;
  std::uint64_t prototypes = 0;

  bool operator==(const Completeness&) const = default;
};

struct Surface {
  std::string_view arch;
  std::string_view libc;            // "glibc 2.36"
  std::string_view kernel_headers;  // "6.1.176"
  std::vector<Package> packages;
  std::vector<Header> headers;
  std::vector<Conflict> conflicts;
  std::vector<Section> sections;
  std::vector<Library> libraries;
  TextPool texts;

  // Brings all into the one order that it is written in.
  void Sort();
};

// Counts what the surface holds of the side, without its further variants.
Completeness Count(const Surface& surface, Side side);

// The words of the text format and of messages.
std::string_view NameOf(Side side);
std::string_view NameOf(Use use);
std::string_view NameOf(ConstantKind kind);
std::string_view NameOf(TypeKind kind);
std::string_view NameOf(DeclarationKind kind);
std::string_view NameOf(HeaderStatus status);

}  // namespace plumbline::harvest

#endif  // PLUMBLINE_TOOLS_HARVEST_SURFACE_H_
