#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tools/cli/colour.h"
#include "tools/cli/commands.h"
#include "tools/cli/names.h"
#include "tools/cli/output.h"
#include "tools/cli/shown.h"

namespace plumbline::cli {
namespace {

std::string AsJson(const std::vector<Entry>& entries) {
  Json list = Json::array();
  for (const Entry& entry : entries) list.push_back(entry.AsJson());
  return Print({{"schema", "plumbline.show/1"}, {"entries", list}});
}

// One thing in full, or a table per kind of things.
std::vector<Shown> Arrange(const World& world, const std::string& name,
                           const std::vector<Entry>& entries,
                           const std::vector<Target>& chosen) {
  std::vector<Shown> result;
  if (!IsGlob(name) || entries.size() == 1) {
    for (const Entry& entry : entries)
      result.push_back(ShowOne(world.declarations, entry, chosen));
    return result;
  }
  for (const char* kind : {"constant", "type", "function"}) {
    std::vector<Entry> of_kind;
    std::copy_if(entries.begin(), entries.end(), std::back_inserter(of_kind),
                 [&](const Entry& entry) { return entry.kind == kind; });
    if (!of_kind.empty()) result.push_back(ShowMany(of_kind, chosen));
  }
  return result;
}

}  // namespace

Result<Exit> RunShow(const World& world, const ShowOptions& options) {
  const std::vector<Target>& all = world.declarations.targets();
  const Result<std::vector<Target>> chosen = SelectArchitectures(
      all,
      options.archs.empty() ? std::vector<std::string>{"all"} : options.archs);
  if (!chosen) return tl::unexpected(chosen.error());

  std::vector<Entry> entries;
  for (const Entry* entry : world.declarations.Find(options.name))
    entries.push_back(entry->On(*chosen));
  if (entries.empty() && IsGlob(options.name))
    return Fail("nothing is declared that fits '{}'", options.name);
  if (entries.empty()) {
    return Fail("'{}' is not declared{}", options.name,
                DidYouMean(options.name, world.declarations.PlainNames()));
  }

  std::string text;
  if (options.output.format == Format::kJson) {
    text = AsJson(entries);
  } else {
    const bool markdown = options.output.format == Format::kMarkdown;
    const bool colour =
        IsStandardOutput(options.output.path) && UseColour(STDOUT_FILENO);
    for (const Shown& shown : Arrange(world, options.name, entries, *chosen)) {
      if (!text.empty()) text += '\n';
      text += markdown ? AsMarkdown(shown, *chosen)
                       : AsText(shown, *chosen, colour);
    }
  }
  const Result<void> written = WriteOutput(options.output.path, text);
  if (!written) return tl::unexpected(written.error());
  return Exit::kAsPromised;
}

}  // namespace plumbline::cli
