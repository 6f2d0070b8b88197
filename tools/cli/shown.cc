#include "tools/cli/shown.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "tools/cli/attributes.h"
#include "tools/cli/colour.h"
#include "tools/cli/table.h"
#include "tools/cli/value.h"

namespace plumbline::cli {
namespace {

constexpr std::size_t kWidth = 100;
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
  OneEntry(const Declarations& declarations, const Entry& entry,
           std::span<const Target> chosen)
      : entry_(entry), chosen_(chosen) {
    for (const Facts& facts : entry.facts) ReadGroup(facts);
    shown_.title = fmt::format("{}: {}", entry.name, entry.kind);
    AddToHead("about", entry.about);
    AddToHead("page", entry.page);
    AddToHead("family", declarations.FamilyTitle(entry.family));
    ChooseRows();
    AddToHead("declared at", entry.where);
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

  void AddToHead(const std::string& label, const std::string& text) {
    if (!text.empty()) shown_.head.emplace_back(label, text);
  }

  // The targets that have the thing, by the text that the label has there.
  std::vector<std::pair<std::string, std::vector<std::string>>> Texts(
      const std::string& label) const {
    std::vector<std::pair<std::string, std::vector<std::string>>> texts;
    for (const Group& group : groups_) {
      if (group.facts->absent()) continue;
      const std::string text = TextOf(group, label);
      auto found =
          std::find_if(texts.begin(), texts.end(),
                       [&](const auto& each) { return each.first == text; });
      if (found == texts.end()) found = texts.insert(found, {text, {}});
      const std::vector<std::string>& targets = group.facts->targets;
      found->second.insert(found->second.end(), targets.begin(), targets.end());
    }
    return texts;
  }

  // The one text that it has everywhere, or a line per group of targets.
  std::string HeadText(const std::string& label) const {
    const auto texts = Texts(label);
    if (texts.size() == 1) return texts.front().first;
    std::vector<std::vector<std::string>> groups;
    for (const auto& [text, targets] : texts) groups.push_back(targets);
    const std::vector<std::string> titles = GroupTitles(chosen_, groups);
    std::string lines;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      lines += fmt::format("{}{}: {}", i == 0 ? "" : "\n", titles[i],
                           texts[i].first);
    }
    return lines;
  }

  Place PlaceOf(const std::string& label) const {
    for (const Group& group : groups_) {
      const auto found = group.attributes.find(label);
      if (found != group.attributes.end()) return found->second.place;
    }
    return Place::kHead;
  }

  void ChooseRows() {
    bool differ = false;
    for (const std::string& label : labels_.names()) {
      differ =
          differ || (PlaceOf(label) != Place::kHead && Texts(label).size() > 1);
    }
    for (const std::string& label : labels_.names()) {
      const Place place = PlaceOf(label);
      const bool equal = Texts(label).size() == 1;
      if (place == Place::kTable ||
          (place == Place::kTableOrHead && !(equal && differ))) {
        rows_.push_back(label);
      } else {
        AddToHead(label, HeadText(label));
      }
    }
  }

  // The type that a field has on most targets.
  std::string UsualType(const std::string& member) const {
    std::map<std::string, std::size_t> targets;
    for (const Group& group : groups_) {
      const auto found = group.members.find(member);
      if (found == group.members.end()) continue;
      targets[found->second.type] += group.facts->targets.size();
    }
    const auto usual = std::max_element(
        targets.begin(), targets.end(),
        [](const auto& a, const auto& b) { return a.second < b.second; });
    return usual == targets.end() ? "" : usual->first;
  }

  void FillGrid() {
    Grid& grid = shown_.grid;
    for (const std::string& label : rows_) grid.AddRow({label, ""});
    if (!members_.names().empty()) grid.AddRow({"field", "type"});
    for (const std::string& member : members_.names()) {
      grid.AddRow({member, UsualType(member)});
    }
    if (rows_.empty() && members_.names().empty()) grid.AddRow({"", ""});
    for (const Group& group : groups_)
      grid.AddColumn(group.facts->targets, Cells(group));
  }

  std::vector<std::string> Cells(const Group& group) const {
    std::vector<std::string> cells;
    for (const std::string& label : rows_)
      cells.push_back(TextOf(group, label));
    if (!members_.names().empty())
      cells.push_back(group.facts->absent() ? kNothing : Places());
    for (const std::string& member : members_.names()) {
      const auto found = group.members.find(member);
      std::string cell = kNothing;
      if (found != group.members.end()) {
        cell = found->second.extent;
        if (found->second.type != UsualType(member)) {
          cell += "\n" + found->second.type;
        }
      }
      cells.push_back(std::move(cell));
    }
    if (cells.empty()) cells.emplace_back();
    if (group.facts->absent()) cells.front() = kAbsent;
    return cells;
  }

  const Entry& entry_;
  std::span<const Target> chosen_;
  Shown shown_;
  std::vector<Group> groups_;
  Order labels_;
  Order members_;
  std::vector<std::string> rows_;  // labels of attributes that are in the grid
};

const Facts* FactsOn(const Entry& entry, const std::string& target) {
  for (const Facts& facts : entry.facts) {
    if (std::find(facts.targets.begin(), facts.targets.end(), target) !=
        facts.targets.end()) {
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
    if (attribute.label == "value" || attribute.label == "size")
      return attribute.text;
  }
  return kNothing;
}

// The C type of a constant, or the kind of a type, if it is the same
// everywhere.
std::string CommonType(const Entry& entry) {
  std::set<std::string> types;
  for (const Facts& facts : entry.facts) {
    if (!facts.absent())
      types.insert(Text(facts.json, entry.kind == "type" ? "kind" : "type"));
  }
  return types.size() == 1 ? *types.begin() : "";
}

}  // namespace

Shown ShowOne(const Declarations& declarations, const Entry& entry,
              std::span<const Target> chosen) {
  return OneEntry(declarations, entry, chosen).Take();
}

Shown ShowMany(std::span<const Entry> entries, std::span<const Target> chosen) {
  const std::string& kind = entries.front().kind;
  Shown shown;
  shown.title = fmt::format("{} {}s", entries.size(), kind);
  shown.grid = Grid({kind, kind == "type" ? "kind, size" : "type"});
  for (const Entry& entry : entries)
    shown.grid.AddRow({entry.name, CommonType(entry)});
  for (const Target& target : chosen) {
    std::vector<std::string> cells;
    for (const Entry& entry : entries)
      cells.push_back(Summary(entry, FactsOn(entry, target.name)));
    shown.grid.AddColumn({target.name}, cells);
  }
  return shown;
}

std::string AsText(const Shown& shown, std::span<const Target> chosen,
                   bool colour) {
  std::string text = Paint(shown.title, Colour::kBold, colour) + '\n';
  Table head({{""}, {""}});
  for (const auto& [label, value] : shown.head) head.Add({label, value});
  text += head.Text({.width = kWidth, .indent = 2});
  return text + '\n' + shown.grid.Text(chosen, kWidth, colour);
}

std::string AsMarkdown(const Shown& shown, std::span<const Target> chosen) {
  std::string text = "## " + EscapeMarkdown(shown.title) + "\n\n";
  for (const auto& [label, value] : shown.head) {
    text += fmt::format("- {}: {}\n", label, EscapeMarkdown(value));
  }
  if (!shown.head.empty()) text += '\n';
  return text + shown.grid.Markdown(chosen);
}

}  // namespace plumbline::cli
