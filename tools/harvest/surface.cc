#include "tools/harvest/surface.h"

#include <algorithm>

namespace plumbline::harvest {
namespace {

template <typename T>
void SortByKey(std::vector<T>& all) {
  std::sort(all.begin(), all.end(),
            [](const T& a, const T& b) { return a.Key() < b.Key(); });
}

}  // namespace

void Surface::Sort() {
  SortByKey(packages);
  SortByKey(headers);
  SortByKey(conflicts);
  SortByKey(sections);
  SortByKey(libraries);
  for (Section& section : sections) {
    SortByKey(section.constants);
    SortByKey(section.function_macros);
    SortByKey(section.types);
    SortByKey(section.declarations);
    std::sort(section.absent.begin(), section.absent.end());
  }
  for (Library& library : libraries) {
    std::sort(library.nodes.begin(), library.nodes.end());
    SortByKey(library.symbols);
  }
}

Completeness Count(const Surface& surface, Side side) {
  Completeness count;
  for (const Header& header : surface.headers) {
    if (header.side == side) ++count.headers;
  }
  for (const Section& section : surface.sections) {
    if (section.side != side || !section.variant.empty()) continue;
    for (const Constant& constant : section.constants) {
      if (constant.kind == ConstantKind::kEnumerator) {
        ++count.enumerators;
      } else {
        ++count.macros;
        ++count.macros_by_use[static_cast<std::size_t>(constant.use)];
      }
    }
    count.function_macros += section.function_macros.size();
    count.prototypes += section.declarations.size();
    for (const Type& type : section.types) {
      if (type.kind == TypeKind::kTypedef) ++count.typedefs;
      if (type.kind != TypeKind::kStruct && type.kind != TypeKind::kUnion)
        continue;
      if (type.complete) ++count.records;
      count.fields += type.fields.size();
    }
  }
  return count;
}

std::string_view NameOf(Side side) {
  return side == Side::kGlibc ? "glibc" : "uapi";
}

std::string_view NameOf(Use use) {
  constexpr std::array<std::string_view, kUses> kNames = {
      "if", "constant", "runtime", "unevaluable", "empty", "text"};
  return kNames[static_cast<std::size_t>(use)];
}

std::string_view NameOf(ConstantKind kind) {
  return kind == ConstantKind::kMacro ? "macro" : "enumerator";
}

std::string_view NameOf(TypeKind kind) {
  constexpr std::array<std::string_view, 4> kNames = {"struct", "union", "enum",
                                                      "typedef"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view NameOf(DeclarationKind kind) {
  return kind == DeclarationKind::kFunction ? "function" : "variable";
}

std::string_view NameOf(HeaderStatus status) {
  constexpr std::array<std::string_view, kHeaderStatuses> kNames = {
      "includable", "needs", "internal", "unreached", "fails"};
  return kNames[static_cast<std::size_t>(status)];
}

}  // namespace plumbline::harvest
