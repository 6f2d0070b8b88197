#include "tools/cli/targets.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "tools/cli/names.h"

namespace plumbline::cli {
namespace {

// From more names than this on, the largest group is called "all others".
constexpr std::size_t kFew = 3;

bool Contains(std::span<const std::string> names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<std::string> Architectures(std::span<const Target> all) {
  std::vector<std::string> names;
  for (const Target& target : all) {
    if (!Contains(names, target.arch)) names.push_back(target.arch);
  }
  return names;
}

std::vector<std::string> Names(std::span<const Target> all) {
  std::vector<std::string> names;
  for (const Target& target : all) names.push_back(target.name);
  return names;
}

// Variants of several architectures of which every target is among the names,
// but of its architecture not all are.
std::set<std::string> WholeVariants(std::span<const Target> all,
                                    std::span<const std::string> names,
                                    const std::set<std::string>& partial) {
  std::map<std::string, int> targets;
  for (const Target& target : all) {
    if (!target.variant.empty()) ++targets[target.variant];
  }
  std::set<std::string> whole;
  for (const auto& [variant, count] : targets) {
    if (count > 1) whole.insert(variant);
  }
  for (const Target& target : all) {
    if (!Contains(names, target.name) || !partial.contains(target.arch)) {
      whole.erase(target.variant);
    }
  }
  return whole;
}

}  // namespace

Result<std::vector<Target>> SelectArchitectures(
    std::span<const Target> all, std::span<const std::string> words) {
  const std::vector<std::string> architectures = Architectures(all);
  std::vector<std::string> known = Names(all);
  for (const Target& target : all) {
    known.push_back(target.arch);
    if (!target.variant.empty()) known.push_back(target.variant);
  }
  for (const std::string& word : words) {
    if (word == "all" || Contains(known, word)) continue;
    return Fail(
        "unknown architecture '{}'{}; known are {}, and all for all of them",
        word, DidYouMean(word, known), fmt::join(architectures, ", "));
  }
  std::vector<Target> chosen;
  for (const Target& target : all) {
    const bool of_variant =
        !target.variant.empty() && Contains(words, target.variant);
    if (Contains(words, "all") || Contains(words, target.arch) ||
        Contains(words, target.name) || of_variant) {
      chosen.push_back(target);
    }
  }
  return chosen;
}

Result<std::vector<Target>> SelectTargets(std::span<const Target> all,
                                          std::span<const std::string> names) {
  const std::vector<std::string> known = Names(all);
  for (const std::string& name : names) {
    if (Contains(known, name)) continue;
    return Fail("unknown target '{}'{}; `plumbline targets` lists them", name,
                DidYouMean(name, known));
  }
  std::vector<Target> chosen;
  for (const Target& target : all) {
    if (Contains(names, target.name)) chosen.push_back(target);
  }
  return chosen;
}

std::vector<std::string> ShortNames(std::span<const Target> all,
                                    std::span<const std::string> names) {
  std::set<std::string>
      partial;  // architectures of which a target is not among the names
  for (const Target& target : all) {
    if (!Contains(names, target.name)) partial.insert(target.arch);
  }
  const std::set<std::string> whole = WholeVariants(all, names, partial);
  std::vector<std::string> result;
  for (const Target& target : all) {
    if (!Contains(names, target.name)) continue;
    std::string name = target.name;
    if (!partial.contains(target.arch)) name = target.arch;
    if (whole.contains(target.variant)) name = target.variant;
    if (!Contains(result, name)) result.push_back(name);
  }
  return result;
}

std::vector<std::string> GroupTitles(
    std::span<const Target> all,
    std::span<const std::vector<std::string>> groups) {
  if (groups.size() == 1 && all.size() > kFew) return {"all"};
  std::vector<std::string> titles;
  std::size_t largest = 0;
  std::vector<std::size_t> sizes;
  for (const std::vector<std::string>& group : groups) {
    const std::vector<std::string> names = ShortNames(all, group);
    titles.push_back(fmt::format("{}", fmt::join(names, " ")));
    sizes.push_back(names.size());
    if (sizes.back() > sizes[largest]) largest = sizes.size() - 1;
  }
  if (groups.size() > 1 && sizes[largest] > kFew)
    titles[largest] = "all others";
  return titles;
}

}  // namespace plumbline::cli
