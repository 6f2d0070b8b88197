#include "tools/cli/targets.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "tools/cli/names.h"

namespace plumbline::cli {
namespace {

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

}  // namespace

Result<std::vector<Target>> SelectArchitectures(std::span<const Target> all,
                                                std::span<const std::string> words) {
  const std::vector<std::string> architectures = Architectures(all);
  std::vector<std::string> known = Names(all);
  known.insert(known.end(), architectures.begin(), architectures.end());
  for (const std::string& word : words) {
    if (word == "all" || Contains(known, word)) continue;
    return Fail("unknown architecture '{}'{}; known are {}, and all for all of them", word,
                DidYouMean(word, known), fmt::join(architectures, ", "));
  }
  std::vector<Target> chosen;
  for (const Target& target : all) {
    if (Contains(words, "all") || Contains(words, target.arch) || Contains(words, target.name)) {
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
    return Fail("unknown target '{}'{}; `plumbline targets` lists them", name, DidYouMean(name, known));
  }
  std::vector<Target> chosen;
  for (const Target& target : all) {
    if (Contains(names, target.name)) chosen.push_back(target);
  }
  return chosen;
}

std::vector<std::string> ShortNames(std::span<const Target> all, std::span<const std::string> names) {
  std::set<std::string> partial;  // architectures of which a target is not among the names
  for (const Target& target : all) {
    if (!Contains(names, target.name)) partial.insert(target.arch);
  }
  std::vector<std::string> result;
  for (const Target& target : all) {
    if (!Contains(names, target.name)) continue;
    const std::string& name = partial.contains(target.arch) ? target.name : target.arch;
    if (!Contains(result, name)) result.push_back(name);
  }
  return result;
}

}  // namespace plumbline::cli
