#include "conformance/abi/judge.h"

#include <dlfcn.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <iterator>
#include <map>
#include <utility>

namespace plumbline::abi {
namespace {

using TypeCode = plumbline_type;

struct TypeName {
  TypeCode code;
  std::string_view name;
};
constexpr TypeName kTypeNames[] = {
    {PLUMBLINE_OTHER, "a type that is not arithmetic"},
    {PLUMBLINE_CHAR, "char"},
    {PLUMBLINE_SIGNED_CHAR, "signed char"},
    {PLUMBLINE_UNSIGNED_CHAR, "unsigned char"},
    {PLUMBLINE_SHORT, "short"},
    {PLUMBLINE_UNSIGNED_SHORT, "unsigned short"},
    {PLUMBLINE_INT, "int"},
    {PLUMBLINE_UNSIGNED_INT, "unsigned int"},
    {PLUMBLINE_LONG, "long"},
    {PLUMBLINE_UNSIGNED_LONG, "unsigned long"},
    {PLUMBLINE_LONG_LONG, "long long"},
    {PLUMBLINE_UNSIGNED_LONG_LONG, "unsigned long long"},
    {PLUMBLINE_BOOL, "_Bool"},
    {PLUMBLINE_FLOAT, "float"},
    {PLUMBLINE_DOUBLE, "double"},
    {PLUMBLINE_LONG_DOUBLE, "long double"},
    {PLUMBLINE_POINTER, "a pointer"},
};

std::string_view NameOf(unsigned code) {
  for (const TypeName& type : kTypeNames) {
    if (type.code == code) return type.name;
  }
  return "an unknown type";
}

bool HasType(unsigned code, std::string_view declared) {
  if (declared.find('*') != std::string_view::npos)
    return code == PLUMBLINE_POINTER;
  return NameOf(code) == declared;
}

// signed, unsigned, floating, pointer or aggregate.
std::string_view ClassOf(unsigned code, bool char_is_signed) {
  switch (code) {
    case PLUMBLINE_CHAR:
      return char_is_signed ? "signed" : "unsigned";
    case PLUMBLINE_SIGNED_CHAR:
    case PLUMBLINE_SHORT:
    case PLUMBLINE_INT:
    case PLUMBLINE_LONG:
    case PLUMBLINE_LONG_LONG:
      return "signed";
    case PLUMBLINE_UNSIGNED_CHAR:
    case PLUMBLINE_UNSIGNED_SHORT:
    case PLUMBLINE_UNSIGNED_INT:
    case PLUMBLINE_UNSIGNED_LONG:
    case PLUMBLINE_UNSIGNED_LONG_LONG:
    case PLUMBLINE_BOOL:
      return "unsigned";
    case PLUMBLINE_FLOAT:
    case PLUMBLINE_DOUBLE:
    case PLUMBLINE_LONG_DOUBLE:
      return "floating";
    case PLUMBLINE_POINTER:
      return "pointer";
    default:
      return "aggregate";
  }
}

// An integer of any C type: the 64 bits, and whether they are a negative
// number's.
struct Integer {
  uint64_t bits = 0;
  bool negative = false;
  bool operator==(const Integer&) const = default;
};

Integer ParseInteger(std::string_view text) {
  Integer result;
  result.negative = text.starts_with('-');
  if (result.negative) text.remove_prefix(1);
  std::from_chars(text.data(), text.data() + text.size(), result.bits);
  if (result.negative) result.bits = 0 - result.bits;
  return result;
}

Integer ValueOf(const plumbline_fact& fact) {
  return {fact.value, (fact.flags & PLUMBLINE_NEGATIVE) != 0};
}

Integer FromSigned(long long value) {
  return {static_cast<uint64_t>(value), value < 0};
}

bool Less(const Integer& a, const Integer& b) {
  if (a.negative != b.negative) return a.negative;
  return a.bits < b.bits;
}

std::string Print(const Integer& value) {
  char text[48];
  if (value.negative) {
    std::snprintf(text, sizeof text, "-%llu",
                  static_cast<unsigned long long>(0 - value.bits));
  } else if (value.bits < 10) {
    std::snprintf(text, sizeof text, "%llu",
                  static_cast<unsigned long long>(value.bits));
  } else {
    std::snprintf(text, sizeof text, "0x%llx (%llu)",
                  static_cast<unsigned long long>(value.bits),
                  static_cast<unsigned long long>(value.bits));
  }
  return text;
}

std::string Join(std::initializer_list<std::string_view> parts) {
  size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  std::string result;
  result.reserve(size);
  for (const std::string_view part : parts) result += part;
  return result;
}

// "struct epoll_event" → "epoll_event"
std::string_view WithoutTag(std::string_view name) {
  const size_t space = name.find(' ');
  return space == std::string_view::npos ? name : name.substr(space + 1);
}

std::string_view SideName(std::string_view side) {
  return side == "libc" ? "header" : "uapi";
}

std::string HeaderOf(const Row& row, std::string_view side) {
  return Join({"<", row[SideName(side)], ">"});
}

// The words after "Seen = " in GCC's and Clang's spelling of a function
// template.
std::string SeenType(std::string_view pretty) {
  const size_t start = pretty.rfind("Seen = ");
  if (start == std::string_view::npos) return std::string(pretty);
  std::string_view type = pretty.substr(start + 7);
  if (type.ends_with(']')) type.remove_suffix(1);
  return std::string(type);
}

// Gathers what speaks against one check.
class Verdict {
 public:
  Verdict(std::string name, Kind kind, const Row& row) {
    check_.name = std::move(name);
    check_.kind = kind;
    check_.pinned = row.Has("pinned");
    check_.where = row["where"];
  }

  void Against(std::string_view declared, std::string_view seen) {
    check_.status = Status::kFailed;
    // Two headers may differ from one declaration.
    if (declared != last_declared_) Append(check_.declared, declared);
    if (declared != last_declared_ || seen != last_seen_) {
      Append(check_.seen, seen);
    }
    last_declared_ = declared;
    last_seen_ = seen;
  }

  void Skip(std::string_view reason) {
    if (check_.status == Status::kFailed) return;
    check_.status = Status::kSkipped;
    check_.reason = reason;
  }

  void Unpin() { check_.pinned = false; }

  Check Take() { return std::move(check_); }

 private:
  static void Append(std::string& text, std::string_view more) {
    if (!text.empty()) text += "; ";
    text += more;
  }

  Check check_;
  std::string last_declared_;
  std::string last_seen_;
};

class Judging {
 public:
  Judging(const FactStore& facts, const std::optional<SymbolTable>& symbols,
          const Target& target)
      : facts_(facts), symbols_(symbols), target_(target) {
    const plumbline_fact* fact = facts.Find("environment:char_min");
    char_is_signed_ =
        fact == nullptr || (fact->flags & PLUMBLINE_NEGATIVE) != 0;
  }

  FamilyVerdict Family(const Table& table);

 private:
  void Primitive(const Row& row);
  void Constant(const Row& row);
  void Type(const Row& row);
  void Field(const Row& row);
  void Function(const Row& row);
  void Symbol(const Row& row);
  void Census(const Row& census, std::string_view family,
              const std::map<std::string_view, size_t>& seen);

  // The fact behind `key`, marked as judged.
  const plumbline_fact* Fact(const std::string& key) {
    const plumbline_fact* fact = facts_.Find(key);
    if (fact != nullptr) verdict_.judged.insert(fact->key);
    return fact;
  }

  // Why the row's thing is not to be there on a side; "" if it is to be there.
  std::string WhyAbsent(const Row& row, std::string_view side) const;

  // The row's fact on one side, if it is there and ought to be; otherwise
  // nullptr, and `verdict` knows when that is wrong. A side that the row does
  // not name gives nullptr.
  const plumbline_fact* Expect(const Row& row, std::string_view side,
                               const std::string& key, Verdict& verdict);

  void JudgeValue(const Row& row, std::string_view side,
                  const plumbline_fact& fact, Verdict& verdict);
  void JudgeVisibility(const Row& row, const plumbline_fact& fact,
                       Verdict& verdict);

  void Add(Verdict& verdict) { verdict_.checks.push_back(verdict.Take()); }

  const FactStore& facts_;
  const std::optional<SymbolTable>& symbols_;
  const Target& target_;
  bool char_is_signed_ = true;
  FamilyVerdict verdict_;
};

std::string Text(const Version& version) {
  return std::to_string(version.major) + "." + std::to_string(version.minor);
}

std::string Judging::WhyAbsent(const Row& row, std::string_view side) const {
  if (row.Has("absent")) return Join({"absent on ", target_.arch});
  if (side == "libc" && row.Has("libc_absent"))
    return Join({"absent from ", target_.libc});
  if (side == "libc" && row.Has("musl") &&
      target_.header_release < ParseVersion(row["musl"])) {
    return Join({"absent before musl ", row["musl"], " (headers are of ",
                 target_.libc, ")"});
  }
  const bool kernel_side = side == "uapi" || row.Has("shared");
  if (side == "libc" && row.Has("glibc") &&
      target_.header_release < ParseVersion(row["glibc"])) {
    return Join({"absent before glibc ", row["glibc"], " (headers are of ",
                 Text(target_.header_release), ")"});
  }
  if (kernel_side && row.Has("headers") &&
      target_.kernel_headers < ParseVersion(row["headers"])) {
    return Join({"absent before the kernel headers of ", row["headers"],
                 " (they are of ", Text(target_.kernel_headers), ")"});
  }
  return "";
}

const plumbline_fact* Judging::Expect(const Row& row, std::string_view side,
                                      const std::string& key,
                                      Verdict& verdict) {
  if (!row.Has(SideName(side))) return nullptr;
  const plumbline_fact* fact = Fact(key);
  if (fact == nullptr) {
    verdict.Against("a fact to judge",
                    Join({"nobody asked the compiler for ", key}));
    return nullptr;
  }
  const bool present = (fact->flags & PLUMBLINE_PRESENT) != 0;
  const std::string absent = WhyAbsent(row, side);
  if (absent.empty() && !present) {
    verdict.Against(Join({"present in ", HeaderOf(row, side)}),
                    Join({"absent: ", facts_.Text(key)}));
    return nullptr;
  }
  if (!absent.empty() && present) {
    verdict.Against(absent, Join({"present in ", HeaderOf(row, side)}));
    return nullptr;
  }
  return present ? fact : nullptr;
}

void Judging::JudgeVisibility(const Row& row, const plumbline_fact& fact,
                              Verdict& verdict) {
  const bool strict = (fact.flags & PLUMBLINE_VISIBLE_STRICT) != 0;
  const std::string header = HeaderOf(row, "libc");
  if (!row.Has("feature")) {
    if (!strict) {
      verdict.Against("no feature-test macro needed",
                      Join({header, " hides it under -std=c11"}));
    }
  } else {
    if (strict) {
      verdict.Against(Join({row["feature"], " needed"}),
                      Join({header, " shows it without"}));
    }
    if ((fact.flags & PLUMBLINE_VISIBLE_FEATURE) == 0) {
      verdict.Against(Join({"shown by ", row["feature"]}),
                      Join({header, " hides it even so"}));
    }
  }
  const bool shared = row.Has("shared");
  if ((fact.flags & PLUMBLINE_FROM_UAPI) != 0 && !shared) {
    verdict.Against("libc's own definition",
                    "a kernel header's, included by libc's");
  } else if ((fact.flags & PLUMBLINE_FROM_LIBC) != 0 && shared) {
    verdict.Against("the kernel header's definition (shared)", "libc's own");
  }
}

void Judging::Primitive(const Row& row) {
  const std::string_view name = row["name"];
  Verdict verdict(Join({"DataModel/", name}), Kind::kSize, row);
  const plumbline_fact* fact = Fact(Join({"primitive:", name}));
  if (fact == nullptr) {
    verdict.Against("a fact to judge", "nobody asked the compiler");
  } else {
    if (fact->value != row.Number("size")) {
      verdict.Against(Join({"size ", row["size"]}),
                      Join({"size ", std::to_string(fact->value)}));
    }
    if (fact->align != row.Number("align")) {
      verdict.Against(Join({"alignment ", row["align"]}),
                      Join({"alignment ", std::to_string(fact->align)}));
    }
    const std::string_view seen = ClassOf(fact->type, char_is_signed_);
    if (seen != row["class"]) verdict.Against(row["class"], seen);
  }
  Add(verdict);
}

void Judging::Constant(const Row& row) {
  const std::string_view name = row["name"];
  Verdict verdict(Join({"Constant/", name}), Kind::kConstant, row);
  // The type and the use in #if are promised of the header that programs
  // include.
  const std::string_view promised = row.Has("header") ? "libc" : "uapi";
  for (const std::string_view side : {"libc", "uapi"}) {
    const std::string key = Join({"constant:", name, "@", side});
    const plumbline_fact* fact = Expect(row, side, key, verdict);
    if (fact == nullptr) continue;
    const std::string in_header = Join({" in ", HeaderOf(row, side)});
    if (side == "libc") JudgeVisibility(row, *fact, verdict);
    if (side == promised) {
      if (!HasType(fact->type, row["type"])) {
        verdict.Against(Join({"type ", row["type"]}),
                        Join({"type ", NameOf(fact->type), in_header}));
      }
      const bool in_if = (fact->flags & PLUMBLINE_IN_IF) != 0;
      if (row.Has("in_if") && !in_if) {
        verdict.Against("#if evaluates it to its value",
                        Join({"#if does not", in_header}));
      } else if (!row.Has("in_if") && in_if) {
        verdict.Against("#if can't evaluate it",
                        Join({"#if evaluates it to its value", in_header}));
      }
    }
    JudgeValue(row, side, *fact, verdict);
  }
  Add(verdict);
}

void Judging::JudgeValue(const Row& row, std::string_view side,
                         const plumbline_fact& fact, Verdict& verdict) {
  const std::string in_header = Join({" in ", HeaderOf(row, side)});
  Integer seen = ValueOf(fact);
  if (side == "libc" && row.Has("runtime")) {
    if ((fact.flags & PLUMBLINE_CONSTANT_EXPRESSION) != 0) {
      verdict.Against("evaluated at run time",
                      Join({"a constant expression", in_header}));
    }
    const plumbline_runtime_fact* runtime =
        facts_.FindRuntime(Join({"constant:", row["name"], "@libc"}));
    if (runtime == nullptr || runtime->evaluate == nullptr) {
      verdict.Skip("evaluated at run time, and the program was not run");
      return;
    }
    seen = FromSigned(runtime->evaluate());
  }
  const std::string_view value = row[side == "libc" ? "value" : "uapi_value"];
  if (!value.empty() && seen != ParseInteger(value)) {
    verdict.Against(Print(ParseInteger(value)), Print(seen) + in_header);
  }
  if (side != "libc")
    return;  // the kernel's header has a number of its own, or none
  if (row.Has("at_least") && Less(seen, ParseInteger(row["at_least"]))) {
    verdict.Against(Join({"at least ", row["at_least"]}),
                    Print(seen) + in_header);
  }
  if (row.Has("at_most") && Less(ParseInteger(row["at_most"]), seen)) {
    verdict.Against(Join({"at most ", row["at_most"]}),
                    Print(seen) + in_header);
  }
}

void Judging::Type(const Row& row) {
  const std::string_view name = row["name"];
  const std::string_view shown = WithoutTag(name);
  Verdict size(Join({"Layout/", shown, "/size"}), Kind::kSize, row);
  Verdict align(Join({"Layout/", shown, "/align"}), Kind::kSize, row);
  for (const std::string_view side : {"libc", "uapi"}) {
    const plumbline_fact* fact =
        Expect(row, side, Join({"type:", name, "@", side}), size);
    if (fact == nullptr) continue;
    const std::string in_header = Join({" in ", HeaderOf(row, side)});
    if (side == "libc") JudgeVisibility(row, *fact, size);
    if (fact->value != row.Number("size")) {
      size.Against(row["size"], std::to_string(fact->value) + in_header);
    }
    if (row.Has("class")) {
      const std::string_view seen = ClassOf(fact->type, char_is_signed_);
      if (seen != row["class"])
        size.Against(row["class"], Join({seen, in_header}));
    }
    if (fact->align != row.Number("align")) {
      align.Against(row["align"], std::to_string(fact->align) + in_header);
    }
  }
  Add(size);
  Add(align);
}

void Judging::Field(const Row& row) {
  const std::string_view name = row["name"];
  std::string base = Join({"Layout/", WithoutTag(name), "/", row["field"]});
  std::replace(base.begin(), base.end(), '.', '/');
  Verdict offset(base + "/offset", Kind::kOffset, row);
  Verdict size(base + "/size", Kind::kSize, row);
  for (const std::string_view side : {"libc", "uapi"}) {
    const std::string key =
        Join({"field:", name, ":", row["field"], "@", side});
    const plumbline_fact* fact = Expect(row, side, key, offset);
    if (fact == nullptr) continue;
    const std::string in_header = Join({" in ", HeaderOf(row, side)});
    if (row.Has("bits")) {
      const plumbline_runtime_fact* runtime = facts_.FindRuntime(key);
      if (runtime == nullptr || runtime->evaluate == nullptr) {
        offset.Skip(
            "a bit-field's place is found at run time, and the program was not "
            "run");
        size.Skip(
            "a bit-field's width is found at run time, and the program was not "
            "run");
        continue;
      }
      const long long place =
          runtime->evaluate();  // the first bit, and how many
      if (place >> 16 != static_cast<long long>(row.Number("bit_offset"))) {
        offset.Against(Join({"bit ", row["bit_offset"]}),
                       Join({"bit ", std::to_string(place >> 16), in_header}));
      }
      if ((place & 0xffff) != static_cast<long long>(row.Number("bits"))) {
        size.Against(
            Join({row["bits"], " bits"}),
            Join({std::to_string(place & 0xffff), " bits", in_header}));
      }
      continue;
    }
    if (fact->value != row.Number("offset")) {
      offset.Against(row["offset"], std::to_string(fact->value) + in_header);
    }
    if (row.Has("size") && fact->size != row.Number("size")) {
      size.Against(row["size"], std::to_string(fact->size) + in_header);
    }
    const std::string_view seen = ClassOf(fact->type, char_is_signed_);
    if (seen != row["class"])
      size.Against(row["class"], Join({seen, in_header}));
  }
  Add(offset);
  Add(size);
}

void Judging::Function(const Row& row) {
  const std::string_view name = row["name"];
  if (!row.Has("no_wrapper")) {
    Verdict verdict(Join({"Prototype/", name}), Kind::kPrototype, row);
    const std::string cxx_key = Join({"prototype:", name, "@c++"});
    const plumbline_fact* cxx = Expect(row, "libc", cxx_key, verdict);
    const plumbline_fact* c =
        Expect(row, "libc", Join({"prototype:", name, "@c"}), verdict);
    if (c != nullptr) JudgeVisibility(row, *c, verdict);
    const std::string_view text = facts_.Text(cxx_key);
    const std::string seen = text.empty() ? "another type" : SeenType(text);
    if (c != nullptr && c->value != 1) {
      verdict.Against(row["prototype"], Join({seen, " in C"}));
    }
    if (cxx != nullptr && cxx->value != 1) {
      verdict.Against(row["prototype"], Join({seen, " in C++"}));
    }
    if (cxx != nullptr &&
        row.Has("noexcept") != ((cxx->flags & PLUMBLINE_NOEXCEPT) != 0)) {
      const std::string_view words[] = {"not noexcept in C++",
                                        "noexcept in C++"};
      verdict.Against(words[row.Has("noexcept")], words[!row.Has("noexcept")]);
    }
    Add(verdict);
  }
  Symbol(row);
}

std::string Print(std::vector<SymbolVersion> versions) {
  if (versions.empty()) return "not exported";
  std::sort(versions.begin(), versions.end(),
            [](const SymbolVersion& a, const SymbolVersion& b) {
              return a.node < b.node;
            });
  std::string text;
  for (const SymbolVersion& version : versions) {
    if (!text.empty()) text += " ";
    text += (version.is_default ? "@@" : "@") + version.node;
  }
  return text;
}

void Judging::Symbol(const Row& row) {
  const std::string_view name = row["name"];
  const std::string_view symbol = row["symbol"];
  Verdict verdict(Join({"Symbol/", name}), Kind::kSymbol, row);
  verdict.Unpin();  // its origin is the list in glibc's source; the library is
                    // another thing
  if (!symbols_) {
    verdict.Skip("a statically linked program has no versioned symbols");
    Add(verdict);
    return;
  }
  std::vector<SymbolVersion> declared;
  const bool exported =
      !row.Has("absent") && !row.Has("no_wrapper") &&
      (!row.Has("glibc") ||
       target_.libc_release >= ParseVersion(row["glibc"])) &&
      (!row.Has("musl") || target_.libc_release >= ParseVersion(row["musl"]));
  if (exported) {
    std::string_view nodes = row["versions"];
    while (!nodes.empty()) {
      const size_t comma = nodes.find(',');
      declared.push_back({Join({"GLIBC_", nodes.substr(0, comma)}), false});
      nodes = comma == std::string_view::npos ? std::string_view()
                                              : nodes.substr(comma + 1);
    }
    if (declared.empty()) declared.push_back({});  // musl has no versions
    declared.back().is_default = true;
  }
  const auto found = symbols_->find(symbol);
  const std::vector<SymbolVersion> seen =
      found == symbols_->end() ? std::vector<SymbolVersion>() : found->second;
  if (const std::string a = Print(declared), b = Print(seen); a != b) {
    verdict.Against(Join({symbol, " ", a}), Join({symbol, " ", b}));
  } else if (exported && target_.runs) {
    // The header may send a call to another symbol (__clock_gettime64); what
    // the linker bound must be what is declared.
    const plumbline_runtime_fact* bound =
        facts_.FindRuntime(Join({"address:", name}));
    if (bound != nullptr && bound->address != nullptr) {
      void* expected = dlvsym(RTLD_DEFAULT, std::string(symbol).c_str(),
                              declared.back().node.c_str());
      if (reinterpret_cast<void*>(bound->address) != expected) {
        verdict.Against(
            Join({"a call binds to ", symbol, "@", declared.back().node}),
            "it binds to another symbol");
      }
    } else if (WhyAbsent(row, "libc").empty()) {
      verdict.Against(Join({"a call binds to ", symbol}),
                      "no call could be linked");
    }
  }
  Add(verdict);
}

void Judging::Census(const Row& census, std::string_view family,
                     const std::map<std::string_view, size_t>& seen) {
  Verdict verdict(Join({"Completeness/", family}), Kind::kCompleteness, census);
  for (const std::string_view kind :
       {"constant", "type", "field", "function", "primitive"}) {
    const auto found = seen.find(kind);
    const size_t count = found == seen.end() ? 0 : found->second;
    if (count != census.Number(kind)) {
      verdict.Against(
          Join({std::to_string(census.Number(kind)), " of kind ", kind}),
          Join({std::to_string(count), " in the generated tests"}));
    }
  }
  Add(verdict);
}

FamilyVerdict Judging::Family(const Table& table) {
  const std::vector<Row> rows = ReadRows(table.text);
  std::map<std::string_view, size_t> seen;
  const Row none("census");
  const Row* census = &none;
  for (const Row& row : rows) {
    ++seen[row.kind()];
    if (row.kind() == "constant") {
      Constant(row);
    } else if (row.kind() == "type") {
      Type(row);
    } else if (row.kind() == "field") {
      Field(row);
    } else if (row.kind() == "function") {
      Function(row);
    } else if (row.kind() == "primitive") {
      Primitive(row);
    } else if (row.kind() == "census") {
      census = &row;
    }
  }
  Census(*census, table.family, seen);
  return std::move(verdict_);
}

// The environment's facts are not judged but used.
constexpr std::string_view kEnvironment[] = {
    "environment:glibc", "environment:glibc_minor", "environment:musl",
    "environment:kernel_headers", "environment:char_min"};

}  // namespace

Version ParseVersion(std::string_view text) {
  Version version;
  unsigned* const parts[] = {&version.major, &version.minor, &version.patch};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (unsigned* part : parts) {
    at = std::from_chars(at, end, *part).ptr;
    if (at == end || *at != '.') break;
    ++at;
  }
  return version;
}

Target DescribeHeaders(std::string_view arch, std::string_view variant,
                       const FactStore& facts) {
  Target target;
  target.arch = arch;
  target.variant = variant;
  if (const plumbline_fact* fact = facts.Find("environment:kernel_headers")) {
    const auto code = static_cast<unsigned>(fact->value);
    target.kernel_headers = {code >> 16, code >> 8 & 0xff, code & 0xff};
  }
  const plumbline_fact* major = facts.Find("environment:glibc");
  const plumbline_fact* minor = facts.Find("environment:glibc_minor");
  if (major != nullptr && minor != nullptr) {
    target.header_release = {static_cast<unsigned>(major->value),
                             static_cast<unsigned>(minor->value), 0};
  }
  target.libc = "glibc " + Text(target.header_release);
  if (const plumbline_fact* fact = facts.Find("environment:musl")) {
    const auto code = static_cast<unsigned>(fact->value);
    target.header_release = {code >> 16, code >> 8 & 0xff, code & 0xff};
    target.libc = "musl " + Text(target.header_release) + "." +
                  std::to_string(target.header_release.patch);
  }
  target.libc_release = target.header_release;
  return target;
}

FamilyVerdict JudgeFamily(const Table& table, const FactStore& facts,
                          const std::optional<SymbolTable>& symbols,
                          const Target& target) {
  return Judging(facts, symbols, target).Family(table);
}

Check JudgeLeftovers(const FactStore& facts, size_t judged) {
  for (const std::string_view key : kEnvironment)
    judged += facts.Find(key) != nullptr;
  const Row row("completeness");
  Verdict verdict("Completeness/facts", Kind::kCompleteness, row);
  if (judged != facts.all().size()) {
    verdict.Against("a check for every fact",
                    std::to_string(facts.all().size() - judged) +
                        " facts that nothing judges");
  }
  return verdict.Take();
}

std::vector<Check> Judge(std::span<const Table> tables, const FactStore& facts,
                         const std::optional<SymbolTable>& symbols,
                         const Target& target) {
  std::vector<Check> checks;
  size_t judged = 0;
  for (const Table& table : tables) {
    FamilyVerdict verdict = JudgeFamily(table, facts, symbols, target);
    judged += verdict.judged.size();
    std::move(verdict.checks.begin(), verdict.checks.end(),
              std::back_inserter(checks));
  }
  checks.push_back(JudgeLeftovers(facts, judged));
  return checks;
}

const char* KindName(Kind kind) {
  switch (kind) {
    case Kind::kConstant:
      return "constants";
    case Kind::kSize:
      return "sizes";
    case Kind::kOffset:
      return "offsets";
    case Kind::kPrototype:
      return "prototypes";
    case Kind::kSymbol:
      return "symbols";
    case Kind::kError:
      return "errors";
    case Kind::kCompleteness:
      return "completeness";
  }
  return "";
}

const char* StatusName(Status status) {
  switch (status) {
    case Status::kPassed:
      return "passed";
    case Status::kFailed:
      return "failed";
    case Status::kSkipped:
      return "skipped";
    case Status::kDeviation:
      return "deviation";
  }
  return "";
}

}  // namespace plumbline::abi
