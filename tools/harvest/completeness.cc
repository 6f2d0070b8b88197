#include "tools/harvest/completeness.h"

#include <fmt/format.h>

#include <iterator>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace plumbline::harvest {
namespace {

// A line for the macros of a header that are not worth anything for the same
// reason.
void AddMacros(const Surface& surface, std::string& out) {
  constexpr std::size_t kMost = 4;
  for (const Section& section : surface.sections) {
    if (!section.variant.empty()) continue;
    std::map<std::pair<Use, std::string_view>, std::vector<std::string_view>>
        reasons;
    for (const Constant& constant : section.constants) {
      if (constant.use == Use::kUnevaluable || constant.use == Use::kRuntime)
        reasons[{constant.use, constant.value}].push_back(constant.name);
    }
    for (const auto& [reason, names] : reasons) {
      std::string list;
      for (std::size_t i = 0; i < names.size() && i < kMost; ++i)
        list += fmt::format("{}{}", i > 0 ? ", " : "", names[i]);
      if (names.size() > kMost)
        list += fmt::format(" and {} more", names.size() - kMost);
      fmt::format_to(
          std::back_inserter(out), "<{}> {} {}: {}\n", section.owner, list,
          reason.first == Use::kRuntime
              ? (names.size() > 1 ? "are not constant" : "is not constant")
              : "can't be evaluated",
          reason.second);
    }
  }
}

}  // namespace

std::string CompletenessText(const Surface& surface, std::size_t foreign) {
  std::string out = fmt::format("{}, {}, kernel headers {}\n\n", surface.arch,
                                surface.libc, surface.kernel_headers);
  const auto to = std::back_inserter(out);
  const Completeness glibc = Count(surface, Side::kGlibc);
  const Completeness uapi = Count(surface, Side::kUapi);
  const auto row = [&to](std::string_view name, std::uint64_t one,
                         std::uint64_t other) {
    fmt::format_to(to, "{:<28}{:>8}{:>8}\n", name, one, other);
  };
  fmt::format_to(to, "{:<28}{:>8}{:>8}\n", "", "glibc", "uapi");
  row("headers", glibc.headers, uapi.headers);
  row("object-like macros", glibc.macros, uapi.macros);
  const auto use = [&](std::string_view name, Use which) {
    const auto i = static_cast<std::size_t>(which);
    row(name, glibc.macros_by_use.at(i), uapi.macros_by_use.at(i));
  };
  use("  constants, also for #if", Use::kIf);
  use("  constants", Use::kConstant);
  use("  not constant", Use::kRuntime);
  use("  can't be evaluated", Use::kUnevaluable);
  use("  empty", Use::kEmpty);
  use("  no expressions", Use::kText);
  row("function-like macros", glibc.function_macros, uapi.function_macros);
  row("enumerators", glibc.enumerators, uapi.enumerators);
  row("structs and unions", glibc.records, uapi.records);
  row("their fields", glibc.fields, uapi.fields);
  row("typedefs", glibc.typedefs, uapi.typedefs);
  row("functions and variables", glibc.prototypes, uapi.prototypes);
  std::size_t symbols = 0;
  for (const Library& library : surface.libraries)
    symbols += library.symbols.size();
  fmt::format_to(to, "\n{} symbols of {} libraries\n", symbols,
                 surface.libraries.size());
  if (foreign > 0)
    fmt::format_to(to, "{} headers are neither glibc's nor the kernel's\n",
                   foreign);
  AddMacros(surface, out);
  for (const Header& header : surface.headers) {
    if (header.status == HeaderStatus::kFails)
      fmt::format_to(to, "<{}> can't be included: {}\n", header.path,
                     header.detail);
    if (header.status == HeaderStatus::kNeeds)
      fmt::format_to(to, "<{}> needs others before it: {}\n", header.path,
                     header.detail);
    if (header.status == HeaderStatus::kUnreached)
      fmt::format_to(to, "<{}> is internal, and no header includes it\n",
                     header.path);
  }
  for (const Conflict& conflict : surface.conflicts)
    fmt::format_to(to, "<{}> and <{}> can't be included together: {}\n",
                   conflict.first, conflict.second, conflict.reason);
  return out;
}

}  // namespace plumbline::harvest
