#include "tools/cli/names.h"

#include <fnmatch.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <tuple>
#include <utility>

namespace plumbline::cli {
namespace {

std::string LowerCase(std::string_view text) {
  std::string lower;
  std::transform(
      text.begin(), text.end(), std::back_inserter(lower),
      [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

}  // namespace

bool IsGlob(std::string_view name) {
  return name.find_first_of("*?[") != std::string_view::npos;
}

bool MatchesGlob(const std::string& pattern, const std::string& name) {
  return pattern == name || fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before;
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before = std::exchange(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replace, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

std::vector<std::string> NearNames(std::string_view name,
                                   std::span<const std::string> candidates,
                                   std::size_t limit) {
  const std::string lower = LowerCase(name);
  const std::size_t furthest = std::max<std::size_t>(1, name.size() / 3);
  std::vector<std::tuple<std::size_t, std::size_t, std::string>> near;
  for (const std::string& candidate : candidates) {
    const std::size_t longer = std::max(candidate.size(), name.size());
    const std::size_t shorter = std::min(candidate.size(), name.size());
    if (longer - shorter > furthest) continue;
    const std::size_t distance = EditDistance(lower, LowerCase(candidate));
    if (distance > furthest) continue;
    near.emplace_back(distance, EditDistance(name, candidate), candidate);
  }
  std::sort(near.begin(), near.end());
  near.erase(std::unique(near.begin(), near.end()), near.end());
  if (near.size() > limit) near.resize(limit);
  std::vector<std::string> names;
  for (auto& [folded, exact, candidate] : near)
    names.push_back(std::move(candidate));
  return names;
}

std::string DidYouMean(std::string_view name,
                       std::span<const std::string> candidates) {
  const std::vector<std::string> near = NearNames(name, candidates);
  if (near.empty()) return "";
  std::string text = "; did you mean ";
  for (std::size_t i = 0; i < near.size(); ++i) {
    if (i > 0) text += i + 1 == near.size() ? " or " : ", ";
    text += near[i];
  }
  return text + "?";
}

}  // namespace plumbline::cli
