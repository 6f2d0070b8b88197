#include "tools/harvest/discovery.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tools/harvest/directives.h"

namespace plumbline::harvest {
namespace {

using cli::Result;

// Collects while libclang visits a unit's cursors.
struct Collector {
  ClangUnit& unit;
  Discovery& out;
  std::vector<std::pair<unsigned, int>> top;  // line of the text, file

  void AddInclusion(CXCursor cursor) {
    const CXFile included = clang_getIncludedFile(cursor);
    if (included == nullptr) return;
    unsigned line = 0;
    const int from = unit.FileOf(clang_getCursorLocation(cursor), &line);
    const int to = unit.FileOf(included);
    if (from == kMainFile) {
      top.emplace_back(line, to);
      return;
    }
    if (from < 0 || to < 0) return;
    const auto needed = static_cast<std::size_t>(std::max(from, to)) + 1;
    if (out.includes.size() < needed) out.includes.resize(needed);
    out.includes[static_cast<std::size_t>(from)].push_back(to);
  }

  void AddMacro(CXCursor cursor) {
    const CXSourceRange extent = clang_getCursorExtent(cursor);
    CXFile file = nullptr;
    unsigned start = 0, end = 0;
    clang_getFileLocation(clang_getRangeStart(extent), &file, nullptr, nullptr,
                          &start);
    if (file == nullptr) return;  // the compiler's own
    clang_getFileLocation(clang_getRangeEnd(extent), nullptr, nullptr, nullptr,
                          &end);
    MacroDefinition macro;
    macro.file = unit.FileOf(file);
    if (macro.file < 0) return;
    std::string_view text = unit.TextOf(file);
    if (end > text.size() || start >= end) return;
    text = text.substr(start, end - start);
    std::size_t length = 0;
    while (length < text.size() && IsIdentifierPart(text[length])) ++length;
    macro.name = text.substr(0, length);
    text.remove_prefix(length);
    macro.function_like = text.starts_with('(');
    std::string rest = WithoutComments(text);
    if (macro.function_like) {
      const std::size_t close = rest.find(')');
      if (close == std::string::npos) return;
      for (const char c : rest.substr(1, close - 1)) {
        if (c == ' ') continue;
        macro.parameters += c;
        if (c == ',') macro.parameters += ' ';
      }
      rest.erase(0, close + 1);
    }
    rest.erase(0, rest.find_first_not_of(' '));
    macro.text = std::move(rest);
    out.macros.push_back(std::move(macro));
  }

  static CXChildVisitResult Visit(CXCursor cursor, CXCursor,
                                  CXClientData data) {
    auto& self = *static_cast<Collector*>(data);
    switch (clang_getCursorKind(cursor)) {
      case CXCursor_MacroDefinition:
        self.AddMacro(cursor);
        break;
      case CXCursor_InclusionDirective:
        self.AddInclusion(cursor);
        break;
      default:
        break;
    }
    return CXChildVisit_Continue;
  }
};

}  // namespace

std::string IncludeText(const std::vector<int>& roots,
                        const HeaderFiles& files) {
  std::string text;
  for (const int root : roots) {
    // clang has one of its own, which does not go on to the C library's, as its
    // limits.h does; gcc has none.
    const bool hidden =
        files[root].side == Side::kGlibc && files[root].name == "tgmath.h";
    text += hidden ? fmt::format("#include \"{}\"\n", files[root].file.string())
                   : fmt::format("#include <{}>\n", files[root].name);
  }
  return text;
}

Result<Discovery> Discover(const std::vector<int>& roots,
                           const std::vector<std::string>& options,
                           const HeaderFiles& files) {
  Result<ClangUnit> unit =
      ClangUnit::Parse(IncludeText(roots, files), options,
                       ClangUnit::Detail::kPreprocessor, files);
  if (!unit) return tl::unexpected(unit.error());
  Discovery out;
  Collector collector{*unit, out, {}};
  clang_visitChildren(unit->cursor(), Collector::Visit, &collector);
  out.errors = unit->Diagnostics();
  std::erase_if(out.errors,
                [](const Diagnostic& one) { return !one.is_error; });

  const int bound = unit->FileBound();
  out.includes.resize(static_cast<std::size_t>(bound));
  std::vector<int> starts(roots.size(), kNoFile);
  for (const auto& [line, file] : collector.top) {
    if (line >= 1 && line <= roots.size()) starts[line - 1] = file;
  }
  std::vector<int> open;
  for (std::size_t i = 0; i < roots.size(); ++i) {
    FileSet& closure = out.closures.emplace_back(bound);
    open = {roots[i]};
    if (starts[i] >= 0) open.push_back(starts[i]);
    while (!open.empty()) {
      const int file = open.back();
      open.pop_back();
      if (!closure.Add(file)) continue;
      const auto& next = out.includes[static_cast<std::size_t>(file)];
      open.insert(open.end(), next.begin(), next.end());
    }
  }
  return out;
}

}  // namespace plumbline::harvest
