#include "tools/harvest/surface_json.h"

#include <string_view>
#include <vector>

#include "tools/cli/json.h"

namespace plumbline::harvest {
namespace {

using cli::Json;

// Bytes that are no UTF-8, as a string literal may have them, are replaced.
std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json Words(std::string_view text) {
  Json words = Json::array();
  while (!text.empty()) {
    const std::size_t end = text.find(' ');
    words.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return words;
}

// A list with an element a line. Only one element is ever there as Json: all
// of them would take many times the text.
template <typename T, typename Make>
void AddList(std::string& out, std::string_view name, const std::vector<T>& all,
             const Make& make) {
  out += ",\n\"";
  out += name;
  out += "\": [";
  bool first = true;
  for (const T& one : all) {
    out += first ? "\n" : ",\n";
    first = false;
    out += Dump(make(one));
  }
  out += "]";
}

Json Of(const Constant& constant);
Json Of(const FunctionMacro& macro);
Json Of(const Field& field);
Json Of(const Type& type);
Json Of(const Declaration& declaration);
Json Of(const Symbol& symbol);

template <typename T>
Json ListOf(const std::vector<T>& all) {
  Json list = Json::array();
  for (const T& one : all) list.push_back(Of(one));
  return list;
}

Json Of(const Package& package) {
  return {{"name", package.name},
          {"version", package.version},
          {"arch", package.arch},
          {"sha256", package.sha256}};
}

Json Of(const Header& header) {
  return {{"side", NameOf(header.side)},
          {"path", header.path},
          {"status", NameOf(header.status)},
          {"detail", header.detail},
          {"brings", Words(header.brings)}};
}

Json Of(const Conflict& conflict) {
  return {{"side", NameOf(conflict.side)},
          {"first", conflict.first},
          {"second", conflict.second},
          {"reason", conflict.reason}};
}

Json Of(const Constant& constant) {
  return {{"kind", NameOf(constant.kind)}, {"name", constant.name},
          {"use", NameOf(constant.use)},   {"visible", constant.visible},
          {"type", constant.type},         {"value", constant.value}};
}

Json Of(const FunctionMacro& macro) {
  return {{"name", macro.name},       {"parameters", macro.parameters},
          {"use", NameOf(macro.use)}, {"visible", macro.visible},
          {"type", macro.type},       {"value", macro.value}};
}

Json Of(const Field& field) {
  return {{"path", field.path},
          {"offset_bits", field.offset},
          {"width_bits", field.width},
          {"bit_field", field.bit_field},
          {"type", field.type}};
}

Json Of(const Type& type) {
  Json json = {{"kind", NameOf(type.kind)},
               {"name", type.name},
               {"visible", type.visible},
               {"complete", type.complete}};
  if (type.complete) {
    json["size"] = type.size;
    json["alignment"] = type.alignment;
  }
  json["is"] = type.is;
  json["fields"] = ListOf(type.fields);
  return json;
}

Json Of(const Declaration& declaration) {
  return {{"kind", NameOf(declaration.kind)},
          {"name", declaration.name},
          {"visible", declaration.visible},
          {"type", declaration.type},
          {"attributes", Words(declaration.attributes)},
          {"symbol", declaration.symbol}};
}

Json Of(const Section& section) {
  return {{"side", NameOf(section.side)},
          {"owner", section.owner},
          {"variant", section.variant},
          {"constants", ListOf(section.constants)},
          {"function_macros", ListOf(section.function_macros)},
          {"types", ListOf(section.types)},
          {"declarations", ListOf(section.declarations)},
          {"absent", section.absent}};
}

Json Of(const Symbol& symbol) {
  return {{"name", symbol.name},          {"version", symbol.version},
          {"default", symbol.is_default}, {"type", symbol.type},
          {"binding", symbol.binding},    {"size", symbol.size}};
}

Json Of(const Library& library) {
  return {{"soname", library.soname},
          {"nodes", library.nodes},
          {"symbols", ListOf(library.symbols)}};
}

Json CompletenessOf(const Surface& surface, Side side) {
  const Completeness count = Count(surface, side);
  const auto use = [&count](Use which) {
    return count.macros_by_use.at(static_cast<std::size_t>(which));
  };
  Json json = {{"headers", count.headers},
               {"macros", count.macros},
               {"evaluated", use(Use::kIf) + use(Use::kConstant)},
               {"not_constant", use(Use::kRuntime)},
               {"unresolved", use(Use::kUnevaluable)},
               {"empty", use(Use::kEmpty)},
               {"no_expression", use(Use::kText)},
               {"function_macros", count.function_macros},
               {"enumerators", count.enumerators},
               {"records", count.records},
               {"fields", count.fields},
               {"typedefs", count.typedefs},
               {"prototypes", count.prototypes}};
  Json statuses = Json::object();
  for (std::size_t i = 0; i < kHeaderStatuses; ++i) {
    std::size_t headers = 0;
    for (const Header& header : surface.headers) {
      if (header.side == side && static_cast<std::size_t>(header.status) == i)
        ++headers;
    }
    statuses[std::string(NameOf(static_cast<HeaderStatus>(i)))] = headers;
  }
  json["headers_by_status"] = std::move(statuses);
  Json unresolved = Json::array();
  for (const Section& section : surface.sections) {
    if (section.side != side || !section.variant.empty()) continue;
    for (const Constant& constant : section.constants) {
      if (constant.use == Use::kUnevaluable)
        unresolved.push_back({{"header", section.owner},
                              {"name", constant.name},
                              {"reason", constant.value}});
    }
  }
  json["unresolved_macros"] = std::move(unresolved);
  return json;
}

}  // namespace

std::string SurfaceJson(const Surface& surface, std::size_t foreign) {
  std::size_t symbols = 0;
  for (const Library& library : surface.libraries)
    symbols += library.symbols.size();
  const Json completeness = {{"glibc", CompletenessOf(surface, Side::kGlibc)},
                             {"uapi", CompletenessOf(surface, Side::kUapi)},
                             {"foreign_headers", foreign},
                             {"libraries", surface.libraries.size()},
                             {"symbols", symbols}};
  std::string out = "{\"schema\": \"plumbline.snapshot/1\"";
  const auto add = [&out](std::string_view name, const Json& value) {
    out += ",\n\"";
    out += name;
    out += "\": ";
    out += Dump(value);
  };
  add("arch", surface.arch);
  add("libc", surface.libc);
  add("kernel_headers", surface.kernel_headers);
  add("completeness", completeness);
  const auto of = [](const auto& one) { return Of(one); };
  AddList(out, "packages", surface.packages, of);
  AddList(out, "headers", surface.headers, of);
  AddList(out, "conflicts", surface.conflicts, of);
  AddList(out, "sections", surface.sections, of);
  AddList(out, "libraries", surface.libraries, of);
  out += "}\n";
  return out;
}

}  // namespace plumbline::harvest
