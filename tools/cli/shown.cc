#include "tools/cli/shown.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "tools/cli/attributes.h"
#include "tools/cli/table.h"
#include "tools/cli/value.h"

namespace plumbline::cli {
namespace {

constexpr const char* kNothing = "-";
constexpr const char* kAbsent = "absent";

std::string Places() { return "offset" + std::string(kNoBreakSpace) + "size"; }

// Things in the order in which they were first seen.
class Order {
 public:
  void Add(const std::string& name) {
    if (known_.insert(name).second) names_.push_back(name);
  }
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::set<std::string> known_;
  std::vector<std::string> names_;
};

// The facts of a group, by label and by field.
struct Group {
  const Facts* facts = nullptr;
  std::map<std::string, Attribute> attributes;
  std::map<std::string, Member> members;
};

std::string TextOf(const Group& group, const std::string& label) {
  const auto found = group.attributes.find(label);
  return found == group.attributes.end() ? kNothing : found->second.text;
}

class OneEntry {
 public:
  OneEntry(const Declarations& declarations, const Entry& entry) : entry_(entry) {
    for (const Facts& facts : entry.facts) ReadGroup(facts);
    shown_.title = fmt::format("{}: {}{}{}", entry.name, entry.kind, entry.about.empty() ? "" : ", ", entry.about);
    Everywhere("page", entry.page);
    Everywhere("family", declarations.FamilyTitle(entry.family));
    ChooseRows();
    Everywhere("declared at", entry.where);
    FillGrid();
  }

  Shown Take() { return std::move(shown_); }

 private:
  void ReadGroup(const Facts& facts) {
    Group group = {&facts, {}, {}};
    if (!facts.absent()) {
      for (Attribute& attribute : AttributesOf(entry_, facts)) {
        labels_.Add(attribute.label);
        group.attributes.emplace(attribute.label, attribute);
      }
      for (Member& member : MembersOf(facts)) {
        members_.Add(member.name);
        group.members.emplace(member.name, member);
      }
    }
    groups_.push_back(std::move(group));
  }

  void Everywhere(const std::string& label, const std::string& text) {
    if (!text.empty()) shown_.everywhere.emplace_back(label, text);
  }

  // The text that the label has on all targets that have the thing, if it is one.
  std::optional<Attribute> Common(const std::string& label) const {
    std::optional<Attribute> common;
    for (const Group& group : groups_) {
      if (group.facts->absent()) continue;
      const auto found = group.attributes.find(label);
      if (found == group.attributes.end()) return std::nullopt;
      if (common && common->text != found->second.text) return std::nullopt;
      common = found->second;
    }
    return common;
  }

  void ChooseRows() {
    for (const std::string& label : labels_.names()) {
      const std::optional<Attribute> common = Common(label);
      if (common && !common->core) {
        Everywhere(label, common->text);
      } else {
        rows_.push_back(label);
      }
    }
  }

  // The type of a field, if it is the same wherever there is the field.
  std::optional<std::string> CommonType(const std::string& member) const {
    std::optional<std::string> type;
    for (const Group& group : groups_) {
      const auto found = group.members.find(member);
      if (found == group.members.end()) continue;
      if (type && *type != found->second.type) return std::nullopt;
      type = found->second.type;
    }
    return type;
  }

  void FillGrid() {
    Grid& grid = shown_.grid;
    for (const std::string& label : rows_) grid.AddRow({label, ""});
    if (!members_.names().empty()) grid.AddRow({"field", "type"});
    for (const std::string& member : members_.names()) {
      grid.AddRow({member, CommonType(member).value_or("")});
    }
    if (rows_.empty() && members_.names().empty()) grid.AddRow({"", ""});
    for (const Group& group : groups_) grid.AddColumn(group.facts->targets, Cells(group));
  }

  std::vector<std::string> Cells(const Group& group) const {
    std::vector<std::string> cells;
    for (const std::string& label : rows_) cells.push_back(TextOf(group, label));
    if (!members_.names().empty()) cells.push_back(group.facts->absent() ? kNothing : Places());
    for (const std::string& member : members_.names()) {
      const auto found = group.members.find(member);
      std::string cell = kNothing;
      if (found != group.members.end()) {
        cell = found->second.place;
        if (!CommonType(member)) cell += "\n" + found->second.type;
      }
      cells.push_back(std::move(cell));
    }
    if (cells.empty()) cells.emplace_back();
    if (group.facts->absent()) cells.front() = kAbsent;
    return cells;
  }

  const Entry& entry_;
  Shown shown_;
  std::vector<Group> groups_;
  Order labels_;
  Order members_;
  std::vector<std::string> rows_;  // labels of attributes that are in the grid
};

const Facts* FactsOn(const Entry& entry, const std::string& target) {
  for (const Facts& facts : entry.facts) {
    if (std::find(facts.targets.begin(), facts.targets.end(), target) != facts.targets.end()) {
      return &facts;
    }
  }
  return nullptr;
}

// What a list says of a thing on one target.
std::string Summary(const Entry& entry, const Facts* facts) {
  if (facts == nullptr) return kNothing;
  if (facts->absent()) return kAbsent;
  const Json& json = facts->json;
  if (entry.kind == "constant" && !Field(json, "value").is_null()) {
    return ShortValue(entry.name, Field(json, "value"));
  }
  if (entry.kind == "function") return Text(json, "prototype");
  for (const Attribute& attribute : AttributesOf(entry, *facts)) {
    if (attribute.core && attribute.label != "is") return attribute.text;
  }
  return kNothing;
}

// The C type of a constant, or the kind of a type, if it is the same everywhere.
std::string CommonType(const Entry& entry) {
  std::set<std::string> types;
  for (const Facts& facts : entry.facts) {
    if (!facts.absent()) types.insert(Text(facts.json, entry.kind == "type" ? "kind" : "type"));
  }
  return types.size() == 1 ? *types.begin() : "";
}

}  // namespace

Shown ShowOne(const Declarations& declarations, const Entry& entry) {
  return OneEntry(declarations, entry).Take();
}

Shown ShowMany(std::span<const Entry> entries, std::span<const Target> chosen) {
  const std::string& kind = entries.front().kind;
  Shown shown;
  shown.title = fmt::format("{} {}s", entries.size(), kind);
  shown.grid = Grid({kind, kind == "type" ? "kind, size" : "type"});
  for (const Entry& entry : entries) shown.grid.AddRow({entry.name, CommonType(entry)});
  for (const Target& target : chosen) {
    std::vector<std::string> cells;
    for (const Entry& entry : entries) cells.push_back(Summary(entry, FactsOn(entry, target.name)));
    shown.grid.AddColumn({target.name}, cells);
  }
  return shown;
}

}  // namespace plumbline::cli
