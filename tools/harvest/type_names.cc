#include "tools/harvest/type_names.h"

#include <fmt/format.h>

#include "tools/harvest/clang_unit.h"

namespace plumbline::harvest {
namespace {

std::string Qualifiers(CXType type) {
  std::string words;
  if (clang_isConstQualifiedType(type) != 0) words += "const ";
  if (clang_isVolatileQualifiedType(type) != 0) words += "volatile ";
  return words;
}

std::string_view Keyword(CXCursor declaration) {
  switch (clang_getCursorKind(declaration)) {
    case CXCursor_UnionDecl:
      return "union";
    case CXCursor_EnumDecl:
      return "enum";
    default:
      return "struct";
  }
}

std::string Joined(std::string base, const std::string& declarator) {
  if (declarator.empty()) return base;
  if (declarator.front() == '[') return base + declarator;
  return base + " " + declarator;
}

// The type around a declarator, as C writes it from the inside out.
std::string Around(CXType type, std::string declarator) {
  switch (type.kind) {
    case CXType_Pointer: {
      const CXType pointee = clang_getPointeeType(type);
      std::string star = "*";
      const std::string words = Qualifiers(type);
      if (!words.empty()) {
        star += words;
        if (declarator.empty()) star.pop_back();
      }
      declarator = star + declarator;
      switch (pointee.kind) {
        case CXType_FunctionProto:
        case CXType_FunctionNoProto:
        case CXType_ConstantArray:
        case CXType_IncompleteArray:
        case CXType_VariableArray:
          declarator = "(" + declarator + ")";
          break;
        default:
          break;
      }
      return Around(pointee, std::move(declarator));
    }
    case CXType_ConstantArray:
      return Around(
          clang_getArrayElementType(type),
          fmt::format("{}[{}]", declarator, clang_getArraySize(type)));
    case CXType_IncompleteArray:
    case CXType_VariableArray:
      return Around(clang_getArrayElementType(type), declarator + "[]");
    case CXType_FunctionNoProto:
      return Around(clang_getResultType(type), declarator + "()");
    case CXType_FunctionProto: {
      std::string list;
      const int count = clang_getNumArgTypes(type);
      for (int i = 0; i < count; ++i) {
        if (i > 0) list += ", ";
        list += Around(clang_getArgType(type, static_cast<unsigned>(i)), "");
      }
      if (clang_isFunctionTypeVariadic(type) != 0)
        list += list.empty() ? "..." : ", ...";
      if (list.empty()) list = "void";
      return Around(clang_getResultType(type), declarator + "(" + list + ")");
    }
    case CXType_Record:
    case CXType_Enum: {
      const CXCursor declaration = clang_getTypeDeclaration(type);
      const std::string tag = TagOf(declaration);
      const std::string words = Qualifiers(type);
      if (tag.empty())
        return Joined(fmt::format("{}{} {{}}", words, Keyword(declaration)),
                      declarator);
      const bool has_tag =
          !TakeText(clang_getCursorSpelling(declaration)).empty() &&
          clang_Cursor_isAnonymous(declaration) == 0;
      if (has_tag &&
          TakeText(clang_getTypeSpelling(type)).find(' ') != std::string::npos)
        return Joined(fmt::format("{}{} {}", words, Keyword(declaration), tag),
                      declarator);
      return Joined(words + tag, declarator);
    }
    default:
      return Joined(TakeText(clang_getTypeSpelling(type)), declarator);
  }
}

}  // namespace

std::string TagOf(CXCursor declaration) {
  const std::string spelling = TakeText(clang_getCursorSpelling(declaration));
  if (!spelling.empty() && spelling.find('(') == std::string::npos)
    return spelling;
  // Of a type without a tag, clang's name for it is the typedef's.
  CXType type = clang_getCanonicalType(clang_getCursorType(declaration));
  std::string name = TakeText(clang_getTypeSpelling(type));
  if (name.find('(') != std::string::npos ||
      name.find(' ') != std::string::npos)
    return "";
  return name;
}

bool IsUnnamed(CXCursor declaration) { return TagOf(declaration).empty(); }

std::string TypeName(CXType type) {
  return Around(clang_getCanonicalType(type), "");
}

}  // namespace plumbline::harvest
