#include "tools/harvest/declarations.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "tools/harvest/type_names.h"

namespace plumbline::harvest {
namespace {

// Attributes by which a call is judged, compiled or linked otherwise.
constexpr std::array<std::string_view, 13> kAttributes = {"alloc_align",
                                                          "alloc_size",
                                                          "const",
                                                          "deprecated",
                                                          "format",
                                                          "format_arg",
                                                          "malloc",
                                                          "nonnull",
                                                          "noreturn",
                                                          "pure",
                                                          "returns_nonnull",
                                                          "returns_twice",
                                                          "warn_unused_result"};

std::uint64_t NotNegative(long long number) {
  return number < 0 ? 0 : static_cast<std::uint64_t>(number);
}

class Visitor {
 public:
  Visitor(ClangUnit& unit, const std::function<bool(int)>& wanted,
          TextPool& texts, Facts& facts)
      : unit_(unit), wanted_(wanted), texts_(texts), facts_(facts) {
    policy_ = clang_getCursorPrintingPolicy(unit.cursor());
    clang_PrintingPolicy_setProperty(policy_, CXPrintingPolicy_TerseOutput, 1);
  }
  ~Visitor() { clang_PrintingPolicy_dispose(policy_); }
  Visitor(const Visitor&) = delete;
  Visitor& operator=(const Visitor&) = delete;

  void Run() { clang_visitChildren(unit_.cursor(), Visit, this); }

 private:
  static CXChildVisitResult Visit(CXCursor cursor, CXCursor,
                                  CXClientData data) {
    static_cast<Visitor*>(data)->Take(cursor);
    return CXChildVisit_Continue;
  }

  void Take(CXCursor cursor) {
    const CXCursorKind kind = clang_getCursorKind(cursor);
    switch (kind) {
      case CXCursor_StructDecl:
      case CXCursor_UnionDecl:
      case CXCursor_EnumDecl:
      case CXCursor_TypedefDecl:
      case CXCursor_FunctionDecl:
      case CXCursor_VarDecl:
        break;
      default:
        return;
    }
    const int file = unit_.FileOf(clang_getCursorLocation(cursor));
    if (file < 0 || !wanted_(file)) return;
    // Of an unknown type, for which clang goes on with int.
    if (clang_isInvalidDeclaration(cursor) != 0 &&
        kind != CXCursor_StructDecl && kind != CXCursor_UnionDecl)
      return;
    file_ = file;
    switch (kind) {
      case CXCursor_StructDecl:
      case CXCursor_UnionDecl:
        TakeRecord(cursor);
        break;
      case CXCursor_EnumDecl:
        TakeEnum(cursor);
        break;
      case CXCursor_TypedefDecl:
        TakeTypedef(cursor);
        break;
      case CXCursor_FunctionDecl:
        TakeFunction(cursor);
        break;
      default:
        TakeVariable(cursor);
        break;
    }
  }

  std::string_view Keep(std::string_view text) { return texts_.Keep(text); }

  // Remembers where the type is declared, as the file depends on that one.
  void Use(CXType type) {
    while (true) {
      switch (type.kind) {
        case CXType_ConstantArray:
        case CXType_IncompleteArray:
          type = clang_getArrayElementType(type);
          continue;
        case CXType_Elaborated:
          type = clang_Type_getNamedType(type);
          continue;
        case CXType_Typedef:
        case CXType_Record:
        case CXType_Enum: {
          const CXCursor declaration = clang_getTypeDeclaration(type);
          const int file = unit_.FileOf(clang_getCursorLocation(declaration));
          if (file >= 0 && file != file_) facts_.uses.emplace(file_, file);
          return;
        }
        default:
          return;
      }
    }
  }

  void TakeRecord(CXCursor cursor) {
    const bool defined = clang_isCursorDefinition(cursor) != 0;
    // A forward declaration of what is defined elsewhere adds nothing.
    if (!defined && clang_Cursor_isNull(clang_getCursorDefinition(cursor)) == 0)
      return;
    TakeNested(cursor);
    const std::string name = TagOf(cursor);
    if (name.empty()) return;
    Type type;
    type.kind = clang_getCursorKind(cursor) == CXCursor_UnionDecl
                    ? TypeKind::kUnion
                    : TypeKind::kStruct;
    type.name = Keep(name);
    Measure(clang_getCursorType(cursor), type);
    if (type.complete) AddFields(cursor, "", 0, type.fields);
    facts_.types.push_back({file_, std::move(type)});
  }

  // Types with a tag, and enumerators, that are declared inside of a record
  // are seen outside of it.
  void TakeNested(CXCursor record) {
    clang_visitChildren(
        record,
        [](CXCursor cursor, CXCursor, CXClientData data) {
          auto* self = static_cast<Visitor*>(data);
          switch (clang_getCursorKind(cursor)) {
            case CXCursor_StructDecl:
            case CXCursor_UnionDecl:
              self->TakeRecord(cursor);
              break;
            case CXCursor_EnumDecl:
              self->TakeEnum(cursor);
              break;
            default:
              break;
          }
          return CXChildVisit_Continue;
        },
        this);
  }

  void Measure(CXType type, Type& out) {
    // A function has no size, whatever a compiler gives it.
    const CXType canonical = clang_getCanonicalType(type);
    // clang gives 1 for a record with a field of an unknown type.
    const CXCursor declaration = clang_getTypeDeclaration(canonical);
    if (canonical.kind == CXType_FunctionProto ||
        canonical.kind == CXType_FunctionNoProto ||
        clang_isInvalidDeclaration(declaration) != 0) {
      out.complete = false;
      return;
    }
    const long long size = clang_Type_getSizeOf(type);
    const long long alignment = clang_Type_getAlignOf(type);
    out.complete = size >= 0 && alignment > 0;
    if (!out.complete) return;
    out.size = static_cast<std::uint64_t>(size);
    out.alignment = static_cast<std::uint64_t>(alignment);
  }

  void AddFields(CXCursor record, const std::string& prefix, std::uint64_t base,
                 std::vector<Field>& fields) {
    struct Context {
      Visitor* self;
      const std::string& prefix;
      std::uint64_t base;
      std::vector<Field>& fields;
    } context{this, prefix, base, fields};
    clang_Type_visitFields(
        clang_getCursorType(record),
        [](CXCursor field, CXClientData data) {
          auto* in = static_cast<Context*>(data);
          in->self->AddField(field, in->prefix, in->base, in->fields);
          return CXVisit_Continue;
        },
        &context);
  }

  void AddField(CXCursor cursor, const std::string& prefix, std::uint64_t base,
                std::vector<Field>& fields) {
    const CXType type = clang_getCursorType(cursor);
    Use(type);
    const std::string name = TakeText(clang_getCursorSpelling(cursor));
    const std::uint64_t offset =
        base + NotNegative(clang_Cursor_getOffsetOfField(cursor));
    Field field;
    field.offset = offset;
    field.bit_field = clang_Cursor_isBitField(cursor) != 0;
    const CXType canonical = clang_getCanonicalType(type);
    const bool is_record = canonical.kind == CXType_Record;
    const CXCursor declaration = clang_getTypeDeclaration(canonical);
    if (is_record && IsUnnamed(declaration)) {
      // A member without a name gives its own members to the type around it.
      if (!name.empty()) AddPlain(field, prefix + name, type, fields);
      AddFields(declaration, name.empty() ? prefix : prefix + name + ".",
                offset, fields);
      return;
    }
    if (field.bit_field) {
      // Padding is no member.
      if (name.empty()) return;
      field.width = NotNegative(clang_getFieldDeclBitWidth(cursor));
      field.path = Keep(prefix + name);
      field.type = Keep(TypeName(type));
      fields.push_back(field);
      return;
    }
    AddPlain(field, prefix + name, type, fields);
    // The members of an array of an unnamed type: those of its first element.
    CXType element = canonical;
    while (element.kind == CXType_ConstantArray ||
           element.kind == CXType_IncompleteArray)
      element = clang_getCanonicalType(clang_getArrayElementType(element));
    const CXCursor inner = clang_getTypeDeclaration(element);
    if (!is_record && element.kind == CXType_Record && IsUnnamed(inner))
      AddFields(inner, prefix + name + "[].", offset, fields);
  }

  void AddPlain(Field field, const std::string& path, CXType type,
                std::vector<Field>& fields) {
    field.width = NotNegative(clang_Type_getSizeOf(type)) * 8;
    field.path = Keep(path);
    field.type = Keep(TypeName(type));
    fields.push_back(field);
  }

  void TakeEnum(CXCursor cursor) {
    if (clang_isCursorDefinition(cursor) == 0) return;
    const CXType integer = clang_getEnumDeclIntegerType(cursor);
    const std::string name = TagOf(cursor);
    if (!name.empty()) {
      Type type;
      type.kind = TypeKind::kEnum;
      type.name = Keep(name);
      Measure(clang_getCursorType(cursor), type);
      type.is = Keep(TypeName(integer));
      facts_.types.push_back({file_, std::move(type)});
    }
    enum_type_ = Keep(TypeName(integer));
    clang_visitChildren(
        cursor,
        [](CXCursor child, CXCursor, CXClientData data) {
          if (clang_getCursorKind(child) == CXCursor_EnumConstantDecl)
            static_cast<Visitor*>(data)->TakeEnumerator(child);
          return CXChildVisit_Continue;
        },
        this);
  }

  void TakeEnumerator(CXCursor cursor) {
    Constant constant;
    constant.kind = ConstantKind::kEnumerator;
    constant.name = Keep(TakeText(clang_getCursorSpelling(cursor)));
    constant.use = Use::kConstant;
    const CXType type = clang_getCanonicalType(clang_getCursorType(cursor));
    // An enumerator has type int where its value fits.
    const long long value = clang_getEnumConstantDeclValue(cursor);
    const unsigned long long whole =
        clang_getEnumConstantDeclUnsignedValue(cursor);
    constant.type =
        type.kind == CXType_Enum ? enum_type_ : Keep(TypeName(type));
    const bool is_unsigned = constant.type.starts_with("unsigned");
    constant.value = Keep(is_unsigned ? fmt::format_int(whole).str()
                                      : fmt::format_int(value).str());
    facts_.constants.push_back({file_, constant});
  }

  void TakeTypedef(CXCursor cursor) {
    const CXType is = clang_getTypedefDeclUnderlyingType(cursor);
    Use(is);
    Type type;
    type.kind = TypeKind::kTypedef;
    type.name = Keep(TakeText(clang_getCursorSpelling(cursor)));
    Measure(clang_getCursorType(cursor), type);
    type.is = Keep(TypeName(is));
    // Of a type that has this name only.
    if (type.is == type.name) {
      const CXCursor named =
          clang_getTypeDeclaration(clang_getCanonicalType(is));
      const CXCursorKind kind = clang_getCursorKind(named);
      type.is = kind == CXCursor_UnionDecl  ? "union {}"
                : kind == CXCursor_EnumDecl ? "enum {}"
                                            : "struct {}";
      // It may ask for more alignment than the type has by itself, and no
      // program has the type without it.
      for (auto known = facts_.types.rbegin(); known != facts_.types.rend();
           ++known) {
        if (known->fact.name != type.name || known->fact.kind == type.kind)
          continue;
        known->fact.alignment = type.alignment;
        break;
      }
    }
    facts_.types.push_back({file_, std::move(type)});
  }

  void TakeFunction(CXCursor cursor) {
    Declaration declaration;
    const std::string name = TakeText(clang_getCursorSpelling(cursor));
    const CXType type = clang_getCursorType(cursor);
    UseSignature(type);
    declaration.name = Keep(name);
    declaration.type = Keep(TypeName(type));
    const std::string printed =
        TakeText(clang_getCursorPrettyPrinted(cursor, policy_));
    std::string attributes = CallersAttributes(printed);
    // Of gcc's attributes this one is a part of the type.
    if (TakeText(clang_getTypeSpelling(type)).find("noreturn") !=
        std::string::npos)
      attributes = Sorted(attributes, "noreturn");
    if (clang_Cursor_isFunctionInlined(cursor) != 0)
      attributes = Sorted(attributes,
                          clang_Cursor_getStorageClass(cursor) == CX_SC_Static
                              ? "static-inline"
                              : "inline");
    declaration.attributes = Keep(attributes);
    declaration.symbol = SymbolOf(cursor);
    facts_.declarations.push_back({file_, declaration});
  }

  void UseSignature(CXType type) {
    Use(clang_getResultType(type));
    const int count = clang_getNumArgTypes(type);
    for (int i = 0; i < count; ++i)
      Use(clang_getArgType(type, static_cast<unsigned>(i)));
  }

  void TakeVariable(CXCursor cursor) {
    Declaration declaration;
    declaration.kind = DeclarationKind::kVariable;
    declaration.name = Keep(TakeText(clang_getCursorSpelling(cursor)));
    Use(clang_getCursorType(cursor));
    declaration.type = Keep(TypeName(clang_getCursorType(cursor)));
    declaration.attributes = Keep(CallersAttributes(
        TakeText(clang_getCursorPrettyPrinted(cursor, policy_))));
    declaration.symbol = SymbolOf(cursor);
    facts_.declarations.push_back({file_, declaration});
  }

  // The name that __asm__ gives to the linker; "" if there is none.
  std::string_view SymbolOf(CXCursor cursor) {
    std::string label;
    clang_visitChildren(
        cursor,
        [](CXCursor child, CXCursor, CXClientData data) {
          if (clang_getCursorKind(child) != CXCursor_AsmLabelAttr)
            return CXChildVisit_Continue;
          *static_cast<std::string*>(data) =
              TakeText(clang_getCursorSpelling(child));
          return CXChildVisit_Break;
        },
        &label);
    return Keep(label);
  }

  static std::string Sorted(const std::string& words, std::string_view more) {
    std::set<std::string> all = {std::string(more)};
    std::size_t start = 0;
    while (start < words.size()) {
      const std::size_t end = std::min(words.find(' ', start), words.size());
      all.insert(words.substr(start, end - start));
      start = end + 1;
    }
    std::string out;
    for (const std::string& word : all) {
      if (!out.empty()) out += ' ';
      out += word;
    }
    return out;
  }

  ClangUnit& unit_;
  const std::function<bool(int)>& wanted_;
  TextPool& texts_;
  Facts& facts_;
  CXPrintingPolicy policy_;
  int file_ = kNoFile;
  std::string_view enum_type_;
};

}  // namespace

void CollectDeclarations(ClangUnit& unit,
                         const std::function<bool(int file)>& wanted,
                         TextPool& texts, Facts& facts) {
  Visitor(unit, wanted, texts, facts).Run();
}

std::string CallersAttributes(std::string_view printed) {
  std::set<std::string> found;
  constexpr std::string_view kStart = "__attribute__((";
  for (std::size_t at = printed.find(kStart); at != std::string_view::npos;
       at = printed.find(kStart, at + 1)) {
    std::size_t i = at + kStart.size();
    std::size_t depth = 0;
    std::string word;
    bool in_string = false;
    // An attribute's text, without spaces, and a deprecation's without reason.
    for (; i < printed.size(); ++i) {
      const char c = printed[i];
      if (c == '"') in_string = !in_string;
      if (!in_string && c == '(') ++depth;
      if (!in_string && c == ')') {
        if (depth == 0) break;
        --depth;
      }
      if (c != ' ') word += c;
    }
    std::string name = word.substr(0, word.find('('));
    if (name.starts_with("__") && name.ends_with("__") && name.size() > 4)
      name = name.substr(2, name.size() - 4);
    if (std::find(kAttributes.begin(), kAttributes.end(), name) ==
        kAttributes.end())
      continue;
    std::string arguments =
        word.find('(') == std::string::npos ? "" : word.substr(word.find('('));
    if (name == "deprecated" || name == "warn_unused_result" ||
        arguments == "()")
      arguments.clear();
    found.insert(name + arguments);
  }
  std::string out;
  for (const std::string& word : found) {
    if (!out.empty()) out += ' ';
    out += word;
  }
  return out;
}

}  // namespace plumbline::harvest
