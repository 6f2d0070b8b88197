#include "tools/cli/declarations.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "tools/cli/names.h"

namespace plumbline::cli {
namespace {

constexpr std::string_view kSchema = "plumbline.declarations/1";

std::vector<std::string> Strings(const Json& list) {
  std::vector<std::string> strings;
  for (const Json& item : list) {
    if (item.is_string()) strings.push_back(item.get<std::string>());
  }
  return strings;
}

Target ReadTarget(const Json& json) {
  return {Text(json, "name"),    Text(json, "arch"),
          Text(json, "variant"), Text(json, "triple"),
          Text(json, "qemu"),    !json.contains("runs") || Flag(json, "runs")};
}

Entry ReadEntry(Json& json) {
  Entry entry = {Text(json, "kind"),
                 Text(json, "name"),
                 Text(json, "family"),
                 Text(json, "where"),
                 Text(json, "about"),
                 Text(json, "page"),
                 {}};
  if (!json.contains("facts")) return entry;
  for (Json& facts : json["facts"]) {
    std::vector<std::string> targets = Strings(Field(facts, "targets"));
    entry.facts.push_back({std::move(targets), std::move(facts)});
  }
  return entry;
}

bool IsOneOf(std::string_view text,
             std::initializer_list<std::string_view> known) {
  return std::find(known.begin(), known.end(), text) != known.end();
}

}  // namespace

std::string_view Entry::plain_name() const {
  const std::string_view all = name;
  for (const std::string_view tag : {"struct ", "union ", "enum "}) {
    if (all.starts_with(tag)) return all.substr(tag.size());
  }
  return all;
}

Json Entry::AsJson() const {
  Json list = Json::array();
  for (const Facts& group : facts) {
    list.push_back(group.json);
    list.back()["targets"] = group.targets;
  }
  return {{"kind", kind},   {"name", name},   {"family", family},
          {"where", where}, {"about", about}, {"page", page},
          {"facts", list}};
}

Entry Entry::On(const std::vector<Target>& targets) const {
  Entry result = *this;
  for (Facts& group : result.facts) {
    std::erase_if(group.targets, [&](const std::string& shared) {
      return std::none_of(
          targets.begin(), targets.end(),
          [&](const Target& target) { return target.name == shared; });
    });
  }
  std::erase_if(result.facts,
                [](const Facts& group) { return group.targets.empty(); });
  return result;
}

Result<Declarations> Declarations::Parse(std::string_view text) {
  std::optional<Json> json = ParseJson(text);
  if (!json || Text(*json, "schema") != kSchema) {
    return Fail("the declarations are not of the schema {}", kSchema);
  }
  Declarations declarations;
  for (const Json& target : Field(*json, "targets")) {
    declarations.targets_.push_back(ReadTarget(target));
    const Target& read = declarations.targets_.back();
    if (read.name.empty() || read.arch.empty())
      return Fail("the declarations have a target without name");
  }
  for (const Json& family : Field(*json, "families")) {
    declarations.family_titles_[Text(family, "name")] = Text(family, "title");
  }
  for (Json& entry : (*json)["entries"]) {
    declarations.entries_.push_back(ReadEntry(entry));
    const Entry& read = declarations.entries_.back();
    if (read.name.empty() ||
        !IsOneOf(read.kind, {"constant", "type", "function"})) {
      return Fail("the declarations have an entry '{}' of unknown kind '{}'",
                  read.name, read.kind);
    }
  }
  if (declarations.targets_.empty() || declarations.entries_.empty()) {
    return Fail("the declarations have no targets or no entries");
  }
  return declarations;
}

std::string Declarations::FamilyTitle(const std::string& family) const {
  const auto found = family_titles_.find(family);
  return found == family_titles_.end() ? family : found->second;
}

std::vector<const Entry*> Declarations::Find(const std::string& name) const {
  std::vector<const Entry*> found;
  for (const Entry& entry : entries_) {
    if (MatchesGlob(name, entry.name) ||
        MatchesGlob(name, std::string(entry.plain_name()))) {
      found.push_back(&entry);
    }
  }
  return found;
}

std::vector<std::string> Declarations::PlainNames() const {
  std::vector<std::string> names;
  for (const Entry& entry : entries_) names.emplace_back(entry.plain_name());
  return names;
}

}  // namespace plumbline::cli
