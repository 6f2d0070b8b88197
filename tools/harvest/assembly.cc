#include "tools/harvest/assembly.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "tools/harvest/surface_text.h"

namespace plumbline::harvest {
namespace {

// The facts of one kind, by owner and key.
template <typename Fact>
using Sorted =
    std::map<std::pair<std::string_view, decltype(Fact().Key())>, Fact>;

// Of what is said twice, the fuller: a complete type, all attributes.
void Merge(Constant&, const Constant&) {}
void Merge(FunctionMacro&, const FunctionMacro&) {}
void Merge(Type& into, const Type& from) {
  if (!into.complete && from.complete) into = from;
}
void Merge(Declaration& into, const Declaration& from) {
  if (into.symbol.empty()) into.symbol = from.symbol;
  if (from.attributes.size() > into.attributes.size())
    into.attributes = from.attributes;
}

template <typename Fact>
Sorted<Fact> Sort(const std::vector<InFile<Fact>>& facts,
                  const std::vector<int>& owners, const HeaderFiles& files) {
  Sorted<Fact> sorted;
  for (const auto& [file, fact] : facts) {
    const int owner = owners[static_cast<std::size_t>(file)];
    const auto [at, is_new] = sorted.emplace(
        std::pair(std::string_view(files[owner].name), fact.Key()), fact);
    if (!is_new) Merge(at->second, fact);
  }
  return sorted;
}

std::string_view KindName(const Constant& fact) { return NameOf(fact.kind); }
std::string_view KindName(const FunctionMacro&) { return "function-macro"; }
std::string_view KindName(const Type& fact) { return NameOf(fact.kind); }
std::string_view KindName(const Declaration& fact) { return NameOf(fact.kind); }

std::vector<Constant>& ListIn(Section& section, const Constant&) {
  return section.constants;
}
std::vector<FunctionMacro>& ListIn(Section& section, const FunctionMacro&) {
  return section.function_macros;
}
std::vector<Type>& ListIn(Section& section, const Type&) {
  return section.types;
}
std::vector<Declaration>& ListIn(Section& section, const Declaration&) {
  return section.declarations;
}

class Assembler {
 public:
  Assembler(Side side, const std::vector<VariantFacts>& variants,
            const std::vector<int>& owners, const HeaderFiles& files,
            Surface& surface)
      : side_(side),
        variants_(variants),
        owners_(owners),
        files_(files),
        surface_(surface) {}

  void Run() {
    AddKind(&Facts::constants);
    AddKind(&Facts::function_macros);
    AddKind(&Facts::types);
    AddKind(&Facts::declarations);
    for (auto& [key, section] : sections_)
      surface_.sections.push_back(std::move(section));
  }

 private:
  Section& SectionOf(std::string_view owner, std::string_view variant) {
    const auto [at, is_new] = sections_.try_emplace(std::pair(owner, variant));
    if (is_new) {
      at->second.side = side_;
      at->second.owner = surface_.texts.Keep(owner);
      at->second.variant = surface_.texts.Keep(variant);
    }
    return at->second;
  }

  template <typename Fact>
  void AddKind(std::vector<InFile<Fact>> Facts::*list) {
    Sorted<Fact> base = Sort(variants_[0].facts.*list, owners_, files_);
    std::map<const Fact*, std::string> letters;
    std::vector<std::pair<std::string_view, Sorted<Fact>>> overlays;
    for (std::size_t i = 1; i < variants_.size(); ++i) {
      const Variant& variant = variants_[i].variant;
      Sorted<Fact> other = Sort(variants_[i].facts.*list, owners_, files_);
      for (const auto& [key, fact] : base) {
        const auto found = other.find(key);
        if (found == other.end()) {
          if (variant.letter == 0)
            absent_.emplace_back(key.first, variant.name,
                                 surface_.texts.Keep(fmt::format(
                                     "{} {}", KindName(fact), fact.name)));
        } else if (found->second == fact) {
          if (variant.letter != 0) letters[&fact] += variant.letter;
          other.erase(found);
        }
      }
      overlays.emplace_back(variant.name, std::move(other));
    }
    for (auto& [key, fact] : base) {
      Fact out = fact;
      std::string visible = letters[&fact];
      if (variants_[0].variant.letter != 0)
        visible += variants_[0].variant.letter;
      std::sort(visible.begin(), visible.end());
      out.visible =
          visible.empty() ? kNoVisibility : surface_.texts.Keep(visible);
      ListIn(SectionOf(key.first, ""), out).push_back(std::move(out));
    }
    for (std::size_t i = 1; i < variants_.size(); ++i) {
      const Variant& variant = variants_[i].variant;
      for (auto& [key, fact] : overlays[i - 1].second) {
        Fact out = fact;
        const char letter =
            variant.letter != 0 ? variant.letter : variants_[0].variant.letter;
        out.visible = surface_.texts.Keep(std::string_view(&letter, 1));
        ListIn(SectionOf(key.first, variant.name), out)
            .push_back(std::move(out));
      }
    }
    for (const auto& [owner, variant, name] : absent_)
      SectionOf(owner, variant).absent.push_back(name);
    absent_.clear();
  }

  Side side_;
  const std::vector<VariantFacts>& variants_;
  const std::vector<int>& owners_;
  const HeaderFiles& files_;
  Surface& surface_;
  std::map<std::pair<std::string_view, std::string_view>, Section> sections_;
  std::vector<std::tuple<std::string_view, std::string_view, std::string_view>>
      absent_;
};

}  // namespace

void AddSections(Side side, std::vector<VariantFacts> variants,
                 const std::vector<int>& owners, const HeaderFiles& files,
                 Surface& surface) {
  Assembler(side, variants, owners, files, surface).Run();
}

void AddHeaders(Side side, const HeaderHarvest& harvest,
                const std::vector<int>& owners, const HeaderFiles& files,
                Surface& surface) {
  for (int file = 0; file < files.size(); ++file) {
    if (files[file].side != side) continue;
    Header header;
    header.side = side;
    header.path = surface.texts.Keep(files[file].name);
    const int owner = owners[static_cast<std::size_t>(file)];
    const auto failing = harvest.plan.failing.find(file);
    const auto needs = harvest.needs.find(file);
    if (owner != file) {
      header.status = harvest.seen.contains(file) ? HeaderStatus::kInternal
                                                  : HeaderStatus::kUnreached;
      header.detail = surface.texts.Keep(files[owner].name);
    } else if (failing != harvest.plan.failing.end()) {
      header.status = HeaderStatus::kFails;
      header.detail = surface.texts.Keep(OneColumn(failing->second));
    } else if (needs != harvest.needs.end()) {
      header.status = HeaderStatus::kNeeds;
      std::string list;
      for (const int need : needs->second)
        list += (list.empty() ? "" : " ") + files[need].name;
      header.detail = surface.texts.Keep(list);
    } else if (!harvest.seen.contains(file)) {
      header.status = HeaderStatus::kUnreached;
    }
    const auto brings = harvest.brings.find(file);
    if (brings != harvest.brings.end()) {
      std::string list;
      for (const int other : brings->second)
        list += (list.empty() ? "" : " ") + files[other].name;
      header.brings = surface.texts.Keep(list);
    }
    surface.headers.push_back(header);
  }
  std::set<std::pair<std::string_view, std::string_view>> known;
  for (const Clash& clash : harvest.plan.clashes) {
    if (clash.first >= files.size() || clash.second >= files.size()) continue;
    Conflict conflict;
    conflict.side = side;
    conflict.first = surface.texts.Keep(
        std::min(files[clash.first].name, files[clash.second].name));
    conflict.second = surface.texts.Keep(
        std::max(files[clash.first].name, files[clash.second].name));
    conflict.reason = surface.texts.Keep(OneColumn(clash.reason));
    if (known.emplace(conflict.first, conflict.second).second)
      surface.conflicts.push_back(conflict);
  }
}

}  // namespace plumbline::harvest
