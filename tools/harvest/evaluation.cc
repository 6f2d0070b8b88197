#include "tools/harvest/evaluation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <set>
#include <unordered_set>
#include <utility>

#include "tools/harvest/type_names.h"

namespace plumbline::harvest {
namespace {

using cli::Result;

constexpr std::string_view kPrefix = "plumbline_";

// Whether the text has the form of an integer or is empty, and needs no look
// at other macros.
bool IsLiteral(std::string_view text) {
  for (const char c : text) {
    if (IsIdentifierStart(c) && !(c >= 'a' && c <= 'f') &&
        !(c >= 'A' && c <= 'F') && c != 'x' && c != 'X' && c != 'u' &&
        c != 'U' && c != 'l' && c != 'L')
      return false;
  }
  return Identifiers(text).empty();
}

// Whether a declaration that holds the text may swallow the lines after it.
bool IsUnsafe(std::string_view text) {
  int depth = 0;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == '\\') {
        ++i;
      } else if (c == quote) {
        quote = 0;
      }
      continue;
    }
    if (c == '"' || c == '\'') quote = c;
    if (c == '(' || c == '[') ++depth;
    if (c == ')' || c == ']') --depth;
    if (depth < 0 || c == ';' || c == '{' || c == '}') return true;
  }
  return depth != 0 || quote != 0;
}

std::string Quoted(const char* text) {
  std::string out = "\"";
  for (; *text != '\0'; ++text) {
    const auto c = static_cast<unsigned char>(*text);
    switch (c) {
      case '"':
      case '\\':
        out += '\\';
        out += static_cast<char>(c);
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (c < 0x20 || c == 0x7f) {
          out += fmt::format("\\{:03o}", c);
        } else {
          out += static_cast<char>(c);
        }
    }
  }
  return out + '"';
}

// The probe declares a constant: a pointer has its const after the star.
std::string WithoutProbesConst(std::string type) {
  for (const std::string_view pointer : {"(*const)", "*const"}) {
    const std::size_t at = type.find(pointer);
    if (at == std::string::npos) continue;
    if (pointer.front() != '(' && at + pointer.size() != type.size()) continue;
    type.erase(type.find("const", at), 5);
    return type;
  }
  if (type.starts_with("const ") && type.find('*') == std::string::npos)
    type.erase(0, 6);
  return type;
}

// The first 'word' that a message quotes.
std::string_view QuotedIn(std::string_view message) {
  const std::size_t start = message.find('\'');
  if (start == std::string_view::npos) return {};
  const std::size_t end = message.find('\'', start + 1);
  if (end == std::string_view::npos) return {};
  return message.substr(start + 1, end - start - 1);
}

// What a macro's replacement holds, or what that leads to.
enum Traits : unsigned {
  kUnsafe = 1,  // see IsUnsafe()
  kOther = 2,   // what may be no number
  kImpure = 4,  // what is not of numbers and other macros only
};

// Words that a number can be made of.
constexpr auto kNumbersWords =
    std::to_array<std::string_view>({"char", "double", "float", "int", "long",
                                     "short", "signed", "sizeof", "unsigned"});

// Types that are numbers, if not the same everywhere.
constexpr auto kNumberTypes = std::to_array<std::string_view>(
    {"__be16",   "__be32",   "__be64",  "__le16",  "__le32", "__le64",
     "__s16",    "__s32",    "__s64",   "__s8",    "__u16",  "__u32",
     "__u64",    "__u8",     "int32_t", "int64_t", "size_t", "uint16_t",
     "uint32_t", "uint64_t", "uint8_t"});

// Takes an integer literal in any number of parentheses, maybe with a minus:
// its value, and its type by the rules of C (6.4.4.1). False if it is another
// thing.
bool ReadLiteral(std::string_view text, unsigned long_bits,
                 EvaluatedMacro& out) {
  const auto trim = [&text] {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
  };
  trim();
  while (text.starts_with('(') && text.ends_with(')')) {
    text = text.substr(1, text.size() - 2);
    trim();
  }
  const bool minus = text.starts_with('-');
  if (minus) text.remove_prefix(1);
  trim();
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text.starts_with('0')) {
    base = 8;
  }
  std::uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc()) return false;
  std::string suffix(end, text.data() + text.size());
  for (char& c : suffix) {
    if (c == 'U') c = 'u';
  }
  bool is_unsigned = suffix.find('u') != std::string::npos;
  if (is_unsigned && suffix.front() == 'u') {
    suffix.erase(0, 1);
  } else if (is_unsigned && suffix.back() == 'u') {
    suffix.pop_back();
  }
  unsigned rank = 0;  // int, long, long long
  if (suffix == "l" || suffix == "L") {
    rank = 1;
  } else if (suffix == "ll" || suffix == "LL") {
    rank = 2;
  } else if (!suffix.empty()) {
    return false;
  }
  const bool may_be_unsigned = is_unsigned || base != 10;
  while (true) {
    if (rank > 2) return false;
    const unsigned bits = rank == 0 ? 32 : rank == 1 ? long_bits : 64;
    if (!is_unsigned && value >> (bits - 1) == 0) break;
    if (may_be_unsigned && (bits == 64 || value >> bits == 0)) {
      is_unsigned = true;
      break;
    }
    ++rank;
  }
  // What is below zero would wrap.
  if (minus && is_unsigned) return false;
  constexpr std::array<std::string_view, 3> kRanks = {"int", "long",
                                                      "long long"};
  out.use = Use::kConstant;
  out.type = fmt::format("{}{}", is_unsigned ? "unsigned " : "", kRanks[rank]);
  out.value = fmt::format("{}{}", minus && value != 0 ? "-" : "", value);
  return true;
}

bool IsInteger(CXType type) {
  const CXType canonical = clang_getCanonicalType(type);
  return (canonical.kind >= CXType_Bool && canonical.kind <= CXType_Int128) ||
         canonical.kind == CXType_Enum;
}

bool IsUnsigned(CXType type) {
  const CXType canonical = clang_getCanonicalType(type);
  return canonical.kind >= CXType_Bool && canonical.kind <= CXType_UInt128;
}

}  // namespace

Probes::Probes(const std::vector<MacroDefinition>& macros,
               std::vector<const MacroDefinition*> wanted,
               unsigned lines_before, Knowledge& knowledge)
    : macros_(macros), lines_before_(lines_before), knowledge_(knowledge) {
  in_force_.reserve(macros.size() * 2);
  for (const MacroDefinition& macro : macros) in_force_[macro.name] = &macro;
  Examine();

  results_.reserve(wanted.size());
  texts_.resize(wanted.size());
  known_.resize(wanted.size());
  for (const MacroDefinition* macro : wanted) {
    const std::size_t index = results_.size();
    EvaluatedMacro& result = results_.emplace_back();
    result.definition = macro;
    const auto found = traits_.find(macro->name);
    const unsigned traits = found == traits_.end() ? 0 : found->second;
    if (macro->text.empty()) {
      result.use = Use::kEmpty;
    } else if ((traits & kUnsafe) != 0) {
      result.value = macro->text;
    } else if (macro->function_like) {
      Add(index, Probe::Form::kOnes);
      if (!macro->parameters.empty() && !macro->parameters.ends_with("..."))
        Add(index, Probe::Form::kType);
    } else if ((traits & kImpure) == 0 &&
               ReadLiteral(macro->text, knowledge.long_bits, result)) {
      // No compiler has to be asked what 0x4a is.
    } else if ((traits & kImpure) == 0) {
      texts_[index] = TextsOf(*macro);
      const auto known = knowledge.by_texts.find(texts_[index]);
      if (known != knowledge.by_texts.end()) {
        result = known->second;
        result.definition = macro;
        known_[index] = true;
      } else {
        Add(index, Probe::Form::kNumber);
      }
    } else if ((traits & kOther) == 0) {
      Add(index, Probe::Form::kNumber);
    } else {
      Add(index, Probe::Form::kPlain);
      // What has its own name is an enumerator, and no address.
      if (!IsLiteral(macro->text) && macro->text != macro->name)
        Add(index, Probe::Form::kAddress);
    }
  }
  messages_.resize(probes_.size());
  variables_.resize(probes_.size(), clang_getNullCursor());
}

// Finds the traits of each macro, its own and those of what it leads to.
void Probes::Examine() {
  std::unordered_map<std::string_view, std::vector<std::string_view>> users;
  std::vector<std::string_view> open;
  for (const auto& [name, macro] : in_force_) {
    unsigned traits =
        knowledge_.undefined.contains(name) ? unsigned{kImpure} : 0;
    // A pointer, or an array.
    if (macro->text.find_first_of("*\"") != std::string::npos)
      traits |= kOther | kImpure;
    if (!IsLiteral(macro->text)) {
      if (IsUnsafe(macro->text)) traits |= kUnsafe;
      const std::vector<std::string_view> parameters =
          Identifiers(macro->parameters);
      bool is_tag = false;
      for (const std::string_view used : Identifiers(macro->text)) {
        const bool was_tag = std::exchange(is_tag, false);
        if (was_tag || std::find(parameters.begin(), parameters.end(), used) !=
                           parameters.end())
          continue;
        if (used == "struct" || used == "union" || used == "enum") {
          is_tag = true;
          traits |= kImpure;
        } else if (used != name && in_force_.contains(used)) {
          users[used].push_back(name);
        } else if (std::find(kNumberTypes.begin(), kNumberTypes.end(), used) !=
                   kNumberTypes.end()) {
          traits |= kImpure;
        } else if (std::find(kNumbersWords.begin(), kNumbersWords.end(),
                             used) == kNumbersWords.end()) {
          traits |= kOther | kImpure;
        }
      }
    }
    if (traits == 0) continue;
    traits_[name] = traits;
    open.push_back(name);
  }
  while (!open.empty()) {
    const std::string_view name = open.back();
    open.pop_back();
    const auto found = users.find(name);
    if (found == users.end()) continue;
    const unsigned traits = traits_[name];
    for (const std::string_view user : found->second) {
      unsigned& its = traits_[user];
      if ((its | traits) == its) continue;
      its |= traits;
      open.push_back(user);
    }
  }
}

// The macro's name, and the texts of all that it leads to.
std::string Probes::TextsOf(const MacroDefinition& macro) const {
  std::string texts = macro.name;
  std::set<std::string_view> seen;
  std::vector<std::string_view> open = {macro.name};
  while (!open.empty()) {
    const auto found = in_force_.find(open.back());
    open.pop_back();
    if (found == in_force_.end() || !seen.insert(found->first).second) continue;
    const MacroDefinition& one = *found->second;
    texts += fmt::format("\n{}({}) {}", one.name, one.parameters, one.text);
    for (const std::string_view used : Identifiers(one.text))
      open.push_back(used);
  }
  return texts;
}

void Probes::Add(std::size_t macro, Probe::Form form) {
  const MacroDefinition& definition = *results_[macro].definition;
  const std::size_t number = probes_.size();
  std::string expression = definition.name;
  if (form == Probe::Form::kOnes || form == Probe::Form::kType) {
    expression += '(';
    const auto commas = std::count(definition.parameters.begin(),
                                   definition.parameters.end(), ',');
    if (!definition.parameters.empty()) {
      for (int i = 0; i < commas; ++i) expression += "1,";
      expression += form == Probe::Form::kOnes ? "1" : "int";
    }
    expression += ')';
  }
  probes_.push_back({macro, form, expression});
  if (form == Probe::Form::kAddress) {
    text_ +=
        fmt::format("static const unsigned long {}{} = (unsigned long)({});\n",
                    kPrefix, number, expression);
  } else if (form == Probe::Form::kNumber) {
    text_ += fmt::format("static const __auto_type {}{} = ({});\n", kPrefix,
                         number, expression);
  } else {
    text_ += fmt::format("static const __typeof__({}) {}{} = ({});\n",
                         expression, kPrefix, number, expression);
  }
}

CXChildVisitResult Probes::Visit(CXCursor cursor, CXCursor, CXClientData data) {
  auto* self = static_cast<Probes*>(data);
  if (clang_getCursorKind(cursor) != CXCursor_VarDecl)
    return CXChildVisit_Continue;
  const CXString spelling = clang_getCursorSpelling(cursor);
  const std::string_view name = clang_getCString(spelling);
  std::size_t number = 0;
  if (name.starts_with(kPrefix)) {
    const auto [end, error] = std::from_chars(
        name.data() + kPrefix.size(), name.data() + name.size(), number);
    if (error == std::errc() && end == name.data() + name.size() &&
        number < self->variables_.size())
      self->variables_[number] = cursor;
  }
  clang_disposeString(spelling);
  return CXChildVisit_Continue;
}

void Probes::Read(ClangUnit& unit) {
  addresses_.resize(results_.size());
  std::unordered_set<std::string> undeclared_functions;
  for (const Diagnostic& diagnostic : unit.Diagnostics()) {
    if (diagnostic.file != kMainFile || diagnostic.line <= lines_before_)
      continue;
    const std::size_t number = diagnostic.line - lines_before_ - 1;
    if (diagnostic.message.starts_with("implicit declaration of function"))
      undeclared_functions.emplace(QuotedIn(diagnostic.message));
    if (number < messages_.size() && messages_[number].empty())
      messages_[number] = diagnostic.message;
  }
  clang_visitChildren(unit.cursor(), Visit, this);

  // Backwards, so that an address is known before its macro's own probe.
  std::vector<bool> settled(results_.size(), false);
  for (std::size_t number = probes_.size(); number-- > 0;) {
    const auto& [macro, form, expression] = probes_[number];
    const CXCursor variable = variables_[number];
    const bool good =
        messages_[number].empty() && clang_Cursor_isNull(variable) == 0;
    if (form == Probe::Form::kAddress) {
      if (!good) continue;
      const CXEvalResult value = clang_Cursor_Evaluate(variable);
      if (value != nullptr && clang_EvalResult_getKind(value) == CXEval_Int)
        addresses_[macro] =
            fmt::format_int(clang_EvalResult_getAsUnsigned(value)).str();
      if (value != nullptr) clang_EvalResult_dispose(value);
      continue;
    }
    if (good) {
      TakeValue(macro, variable);
      results_[macro].expression = expression;
      settled[macro] = true;
    } else if (form != Probe::Form::kType && !settled[macro]) {
      Refuse(macro, messages_[number]);
      // An expression that is not constant has a type all the same.
      if (results_[macro].use == Use::kRuntime &&
          clang_Cursor_isNull(variable) == 0) {
        results_[macro].type =
            WithoutProbesConst(TypeName(clang_getCursorType(variable)));
      }
    }
  }
  // A function that is declared by its use only is declared nowhere.
  if (!undeclared_functions.empty()) {
    const auto is_undeclared = [&](std::string_view name) {
      return undeclared_functions.contains(std::string(name));
    };
    for (EvaluatedMacro& result : results_) {
      if (result.use != Use::kRuntime) continue;
      std::string_view function;
      if (LeadsTo(result.definition->text, [&](std::string_view name) {
            if (!is_undeclared(name)) return false;
            function = name;
            return true;
          })) {
        result.use = Use::kUnevaluable;
        result.type.clear();
        result.value = fmt::format("'{}' is not declared", function);
      }
    }
  }
}

void Probes::TakeValue(std::size_t macro, CXCursor variable) {
  EvaluatedMacro& result = results_[macro];
  CXType type = clang_getCursorType(variable);
  result.type = WithoutProbesConst(TypeName(type));
  const CXEvalResult value = clang_Cursor_Evaluate(variable);
  result.use = Use::kConstant;
  if (value != nullptr) {
    switch (clang_EvalResult_getKind(value)) {
      case CXEval_Int:
        if (!IsInteger(type)) break;
        result.value =
            IsUnsigned(type)
                ? fmt::format_int(clang_EvalResult_getAsUnsigned(value)).str()
                : fmt::format_int(clang_EvalResult_getAsLongLong(value)).str();
        break;
      case CXEval_Float: {
        const double number = clang_EvalResult_getAsDouble(value);
        // Beyond a double: the text is all there is.
        if (std::isfinite(number) || result.type == "double" ||
            result.type == "float")
          result.value = fmt::format("{:a}", number);
        break;
      }
      case CXEval_StrLiteral:
        result.value = Quoted(clang_EvalResult_getAsStr(value));
        break;
      default:
        break;
    }
    clang_EvalResult_dispose(value);
  }
  if (result.value.empty()) {
    const bool is_pointer = clang_getCanonicalType(type).kind == CXType_Pointer;
    result.value = is_pointer && !addresses_[macro].empty()
                       ? addresses_[macro]
                       : result.definition->text;
  }
}

void Probes::Refuse(std::size_t macro, const std::string& message) {
  EvaluatedMacro& result = results_[macro];
  result.value = result.definition->text;
  if (message.find("not a compile-time constant") != std::string::npos ||
      message.find("implicit declaration of function") != std::string::npos) {
    result.use = Use::kRuntime;
  } else if (message.starts_with("use of undeclared identifier") ||
             message.find("incomplete type") != std::string::npos) {
    result.use = message.find("'const void'") != std::string::npos
                     ? Use::kRuntime
                     : Use::kUnevaluable;
    if (result.use == Use::kUnevaluable) result.value = message;
  } else {
    result.use = Use::kText;
  }
}

void Probes::TellMembers(
    const std::function<bool(std::string_view)>& is_member) {
  for (EvaluatedMacro& result : results_) {
    if (result.use != Use::kUnevaluable) continue;
    if (!is_member(QuotedIn(result.value))) continue;
    result.use = Use::kText;
    result.value = result.definition->text;
  }
}

bool Probes::LeadsTo(std::string_view text,
                     const std::function<bool(std::string_view)>& found) const {
  std::unordered_set<std::string_view> seen;
  std::vector<std::string_view> open = {text};
  while (!open.empty()) {
    const std::string_view next = open.back();
    open.pop_back();
    for (const std::string_view name : Identifiers(next)) {
      if (!seen.insert(name).second) continue;
      if (found(name)) return true;
      const auto macro = in_force_.find(name);
      if (macro != in_force_.end()) open.push_back(macro->second->text);
    }
  }
  return false;
}

Result<void> Probes::TryIf(const std::vector<std::string>& options,
                           const HeaderFiles& files) {
  // The macros that are needed are written out, so that no header is read.
  std::string defines, lines;
  std::unordered_set<std::string_view> seen;
  std::vector<std::string_view> open;
  std::vector<std::size_t> asked;
  for (std::size_t i = 0; i < results_.size(); ++i) {
    EvaluatedMacro& result = results_[i];
    if (result.use != Use::kConstant || result.definition->function_like ||
        result.value.empty() || known_[i])
      continue;
    const char first = result.value.front();
    const bool is_number =
        (first == '-' || (first >= '0' && first <= '9')) &&
        result.value.find_first_of(".xp") == std::string::npos &&
        !result.type.ends_with('*') && result.type != "double" &&
        result.type != "float" && result.type != "long double";
    if (!is_number) continue;
    if (IsLiteral(result.definition->text) &&
        result.definition->text.find_first_of("~<-'") == std::string::npos) {
      result.use = Use::kIf;
      continue;
    }
    std::string value = result.value;
    if (value == "-9223372036854775808") {
      value = "(-9223372036854775807-1)";
    } else if (value.size() >= 19 && value.front() != '-') {
      value += 'u';
    }
    lines += fmt::format("#if ({}) == ({})\n#else\n#error no\n#endif\n",
                         result.definition->name, value);
    asked.push_back(i);
    open.push_back(result.definition->name);
  }
  if (asked.empty()) {
    Remember();
    return {};
  }
  while (!open.empty()) {
    const std::string_view name = open.back();
    open.pop_back();
    const auto macro = in_force_.find(name);
    if (macro == in_force_.end() || !seen.insert(name).second) continue;
    const MacroDefinition& definition = *macro->second;
    defines += fmt::format(
        "#define {}{} {}\n", definition.name,
        definition.function_like ? "(" + definition.parameters + ")" : "",
        definition.text);
    for (const std::string_view used : Identifiers(definition.text))
      open.push_back(used);
  }
  const auto first_line =
      static_cast<unsigned>(std::count(defines.begin(), defines.end(), '\n'));
  std::vector<std::string> with_undef = options;
  with_undef.push_back("-Wundef");
  Result<ClangUnit> unit = ClangUnit::Parse(defines + lines, with_undef,
                                            ClangUnit::Detail::kParse, files);
  if (!unit) return tl::unexpected(unit.error());
  std::unordered_set<std::size_t> refused;
  for (const Diagnostic& diagnostic : unit->Diagnostics()) {
    if (diagnostic.file == kMainFile && diagnostic.line > first_line)
      refused.insert((diagnostic.line - first_line - 1) / 4);
  }
  for (std::size_t k = 0; k < asked.size(); ++k) {
    if (!refused.contains(k)) results_[asked[k]].use = Use::kIf;
  }
  Remember();
  return {};
}

void Probes::Remember() {
  for (std::size_t i = 0; i < results_.size(); ++i) {
    if (!texts_[i].empty() && !known_[i])
      knowledge_.by_texts.emplace(std::move(texts_[i]), results_[i]);
  }
}

}  // namespace plumbline::harvest
