#include "tools/harvest/baseline_sets.h"

#include <algorithm>
#include <optional>
#include <set>

namespace plumbline::harvest {
namespace {

using cli::Fail;
using cli::Result;
using Archs = std::set<std::string_view>;

Archs Intersection(const Archs& a, const Archs& b) {
  Archs both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(),
                        std::inserter(both, both.end()));
  return both;
}

std::string Join(const Archs& archs) {
  std::string text;
  for (const std::string_view arch : archs) {
    if (!text.empty()) text += ',';
    text += arch;
  }
  return text;
}

std::optional<std::size_t> Number(
    std::string_view name, const std::vector<std::string_view>& releases) {
  const auto found = std::find(releases.begin(), releases.end(), name);
  if (found == releases.end()) return std::nullopt;
  return static_cast<std::size_t>(found - releases.begin());
}

// Releases that follow each other, and the architectures that are in wherever
// one of these releases has them.
class Group {
 public:
  explicit Group(std::size_t first) : first_(first), last_(first) {}

  // Takes the release in, if one list of architectures does for all then.
  bool Extend(std::size_t release, const std::vector<Archs>& in,
              const std::vector<Archs>& there) {
    Archs all = archs_;
    all.insert(in[release].begin(), in[release].end());
    for (std::size_t i = first_; i <= release; ++i) {
      if (Intersection(all, there[i]) != in[i]) return false;
    }
    archs_ = all;
    last_ = release;
    return true;
  }

  bool empty() const { return archs_.empty(); }

  std::string Text(const std::vector<Archs>& there,
                   const std::vector<std::string_view>& releases) const {
    std::string text;
    const bool from_start = first_ == 0;
    const bool to_end = last_ + 1 == releases.size();
    if (!from_start || !to_end) {
      if (!from_start) text += releases[first_];
      if (first_ != last_ || from_start || to_end) {
        text += "..";
        if (!to_end) text += releases[last_];
      }
    }
    Archs out;
    for (std::size_t i = first_; i <= last_; ++i)
      out.insert(there[i].begin(), there[i].end());
    for (const std::string_view arch : archs_) out.erase(arch);
    if (out.empty()) return text.empty() ? ".." : text;
    const std::string named = Join(archs_);
    const std::string others = Join(out);
    text += ':';
    text += named.size() <= others.size() + 1 ? named : "!" + others;
    return text;
  }

 private:
  std::size_t first_, last_;
  Archs archs_;
};

Result<bool> IsInWord(std::string_view word, const BaselinePlace& place,
                      const std::vector<std::string_view>& releases) {
  const std::size_t colon = word.find(':');
  const std::string_view range = word.substr(0, colon);
  std::size_t first = 0;
  std::size_t last = releases.size();
  if (!range.empty()) {
    const std::size_t dots = range.find("..");
    const std::string_view from = range.substr(0, dots);
    const std::string_view to =
        dots == std::string_view::npos ? from : range.substr(dots + 2);
    const auto from_number = Number(from, releases);
    const auto to_number = Number(to, releases);
    if ((!from.empty() && !from_number) || (!to.empty() && !to_number))
      return Fail("'{}' names a release that is not there", word);
    if (from_number) first = *from_number;
    if (to_number) last = *to_number;
  }
  if (place.release < first || place.release > last) return false;
  if (colon == std::string_view::npos) return true;
  std::string_view archs = word.substr(colon + 1);
  const bool others = archs.starts_with('!');
  if (others) archs.remove_prefix(1);
  bool listed = false;
  while (!archs.empty()) {
    const std::size_t comma = archs.find(',');
    listed = listed || archs.substr(0, comma) == place.arch;
    if (comma == std::string_view::npos) break;
    archs.remove_prefix(comma + 1);
  }
  return listed != others;
}

}  // namespace

std::string WriteSet(const BaselineSet& set,
                     const std::vector<BaselinePlace>& places,
                     const std::vector<std::string_view>& releases) {
  std::vector<Archs> in(releases.size());
  std::vector<Archs> there(releases.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    there[places[i].release].insert(places[i].arch);
    if (set.test(i)) in[places[i].release].insert(places[i].arch);
  }
  std::string text;
  for (std::size_t at = 0; at < releases.size();) {
    Group group(at);
    std::size_t next = at;
    while (next < releases.size() && group.Extend(next, in, there)) ++next;
    at = next;
    if (group.empty()) continue;
    if (!text.empty()) text += ' ';
    text += group.Text(there, releases);
  }
  return text;
}

Result<bool> IsInSet(std::string_view text, const BaselinePlace& place,
                     const std::vector<std::string_view>& releases) {
  bool in = false;
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    const Result<bool> here = IsInWord(text.substr(0, space), place, releases);
    if (!here) return here;
    in = in || *here;
    if (space == std::string_view::npos) break;
    text.remove_prefix(space + 1);
  }
  return in;
}

}  // namespace plumbline::harvest
