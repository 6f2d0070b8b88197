#include "tools/harvest/grouping.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <queue>
#include <set>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "tools/harvest/known_apart.h"

namespace plumbline::harvest {
namespace {

using cli::Result;

// Each round separates something, or is the last; this only bounds mistakes.
constexpr int kMostRounds = 20;

// One attempt to have these headers in one unit: what must leave it.
class Attempt {
 public:
  // `after` is what earlier attempts have found: by header, those that must
  // come after it.
  Attempt(const std::vector<int>& roots, const Discovery& discovery,
          const HeaderFiles& files, const std::vector<Directives>& directives,
          std::map<int, std::set<int>>& after)
      : roots_(roots),
        discovery_(discovery),
        files_(files),
        directives_(directives),
        after_(after) {
    const std::size_t bound = discovery.includes.size();
    holders_.assign(bound, FileSet(static_cast<int>(roots.size())));
    first_.assign(bound, -1);
    for (std::size_t file = 0; file < bound; ++file) {
      for (std::size_t i = 0; i < roots.size(); ++i) {
        if (!discovery.closures[i].Has(static_cast<int>(file))) continue;
        if (first_[file] < 0) first_[file] = static_cast<int>(i);
        holders_[file].Add(static_cast<int>(i));
      }
    }
  }

  // Headers whose own files have errors that no other file explains.
  std::map<int, std::string> suspects;
  std::set<int> victims;
  std::vector<Clash> clashes;
  std::vector<int> order;  // of what stays

  void Judge() {
    for (const Diagnostic& error : discovery_.errors) JudgeError(error);
    JudgeMacros();
    JudgeConditions();
    // Else these would come again as the next group, and again.
    if (victims.size() == roots_.size()) victims.erase(roots_.front());
    Arrange();
  }

 private:
  const FileSet& Holders(int file) const {
    return holders_[static_cast<std::size_t>(file)];
  }

  // The roots that come with one file and not with the other.
  std::vector<int> With(int file, int without) const {
    std::vector<int> found;
    for (int i = 0; i < static_cast<int>(roots_.size()); ++i) {
      if (Holders(file).Has(i) && (without < 0 || !Holders(without).Has(i)))
        found.push_back(roots_[static_cast<std::size_t>(i)]);
    }
    return found;
  }

  bool Together(int one, int other) const {
    for (int i = 0; i < static_cast<int>(roots_.size()); ++i) {
      if (Holders(one).Has(i) && Holders(other).Has(i)) return true;
    }
    return false;
  }

  // Sends the fewer headers away. False if no program has both anyway.
  bool Separate(int one, int other, const std::string& reason) {
    if (!pairs_.emplace(std::min(one, other), std::max(one, other)).second)
      return true;
    const std::vector<int> ones = With(one, other);
    const std::vector<int> others = With(other, one);
    if (others.empty()) return false;
    // One that always brings the other works, but not after the other alone.
    if (ones.empty()) {
      victims.insert(others.begin(), others.end());
      return true;
    }
    clashes.push_back({one, other, reason});
    const std::vector<int>& fewer =
        ones.size() <= others.size() ? ones : others;
    victims.insert(fewer.begin(), fewer.end());
    return true;
  }

  void JudgeError(const Diagnostic& error) {
    if (error.file == kMainFile && error.line >= 1 &&
        error.line <= roots_.size()) {
      suspects.emplace(roots_[error.line - 1], error.message);
      return;
    }
    if (error.file < 0) return;
    for (const int other : error.others) {
      if (Separate(error.file, other, error.message)) return;
    }
    for (const int root : With(error.file, -1))
      suspects.emplace(root, error.message);
  }

  void JudgeMacros() {
    for (const MacroDefinition& macro : discovery_.macros) {
      const auto [known, is_new] = defined_.emplace(macro.name, &macro);
      if (is_new) continue;
      const MacroDefinition& before = *known->second;
      if (before.file != macro.file &&
          (before.text != macro.text ||
           before.parameters != macro.parameters) &&
          !Together(before.file, macro.file)) {
        Separate(macro.file, before.file,
                 fmt::format("both define {}", macro.name));
      }
      known->second = &macro;
    }
  }

  // A file that asks for a macro which some other file has defined by chance
  // must come before that one.
  void JudgeConditions() {
    std::unordered_map<std::string_view, std::vector<int>> definers;
    for (const MacroDefinition& macro : discovery_.macros) {
      std::vector<int>& all = definers[macro.name];
      if (all.empty() || all.back() != macro.file) all.push_back(macro.file);
    }
    for (int file = 0; file < files_.size(); ++file) {
      const int first = FirstOf(file);
      if (first < 0) continue;
      const Directives& mentioned = directives_[static_cast<std::size_t>(file)];
      for (const auto* names : {&mentioned.tested, &mentioned.undefined}) {
        for (const std::string& name : *names) {
          const auto found = definers.find(name);
          if (found == definers.end()) continue;
          // "Define it if nobody has": what it is then is the same.
          if (names == &mentioned.tested &&
              std::binary_search(mentioned.defined.begin(),
                                 mentioned.defined.end(), name) &&
              files_[file].side == Side::kGlibc)
            continue;
          for (const int definer : found->second) MustPrecede(file, definer);
        }
      }
    }
  }

  int FirstOf(int file) const {
    return static_cast<std::size_t>(file) < first_.size()
               ? first_[static_cast<std::size_t>(file)]
               : -1;
  }

  void MustPrecede(int file, int definer) {
    if (file == definer || Together(file, definer)) return;
    if (!ordered_.emplace(file, definer).second) return;
    // The file itself if it is a root, else the first that comes with it.
    int before = FirstOf(file);
    for (int i = 0; i < static_cast<int>(roots_.size()); ++i) {
      if (roots_[static_cast<std::size_t>(i)] == file) before = i;
    }
    for (int i = 0; i < static_cast<int>(roots_.size()); ++i) {
      if (Holders(definer).Has(i) && i != before)
        after_[roots_[static_cast<std::size_t>(before)]].insert(
            roots_[static_cast<std::size_t>(i)]);
    }
  }

  // Puts what stays into an order that MustPrecede() allows; what would have to
  // precede itself leaves.
  void Arrange() {
    std::map<int, int> waits;  // of those that are left: for how many others
    for (const int root : roots_) {
      if (!victims.contains(root)) waits[root] = 0;
    }
    for (const auto& [before, afters] : after_) {
      if (!waits.contains(before)) continue;
      for (const int after : afters) {
        const auto found = waits.find(after);
        if (found != waits.end()) ++found->second;
      }
    }
    // Of those that can be next, the one that was the first before.
    std::map<int, int> places;
    for (std::size_t i = 0; i < roots_.size(); ++i)
      places[roots_[i]] = static_cast<int>(i);
    std::priority_queue<int, std::vector<int>, std::greater<>> ready;
    for (const auto& [root, count] : waits) {
      if (count == 0) ready.push(places[root]);
    }
    const auto release = [&](int root) {
      waits.erase(root);
      const auto found = after_.find(root);
      if (found == after_.end()) return;
      for (const int after : found->second) {
        const auto waiting = waits.find(after);
        if (waiting != waits.end() && --waiting->second == 0)
          ready.push(places[after]);
      }
    };
    while (!waits.empty()) {
      if (!ready.empty()) {
        const int next = roots_[static_cast<std::size_t>(ready.top())];
        ready.pop();
        order.push_back(next);
        release(next);
        continue;
      }
      // A circle: the one that the most others wait for leaves, as it asks for
      // what all of them define.
      int victim = kNoFile;
      std::size_t most = 0;
      for (const auto& [root, count] : waits) {
        const auto found = after_.find(root);
        if (found != after_.end() && found->second.size() > most) {
          victim = root;
          most = found->second.size();
        }
      }
      victims.insert(victim);
      release(victim);
    }
  }

  const std::vector<int>& roots_;
  const Discovery& discovery_;
  const HeaderFiles& files_;
  const std::vector<Directives>& directives_;
  std::vector<FileSet> holders_;  // by file: places of the roots it comes with
  std::vector<int> first_;        // by file: the first of them
  std::unordered_map<std::string_view, const MacroDefinition*> defined_;
  std::set<std::pair<int, int>> pairs_;
  std::set<std::pair<int, int>> ordered_;
  std::map<int, std::set<int>>& after_;
};

class Planner {
 public:
  Planner(const std::vector<std::string>& options, const HeaderFiles& files,
          const std::vector<Directives>& directives)
      : options_(options), files_(files), directives_(directives) {}

  Result<Plan> Make(std::vector<int> pending) {
    // Those that are known to be apart wait for their group.
    std::map<int, std::vector<int>> later;
    std::vector<int> suspects;
    std::erase_if(pending, [&](int root) {
      for (const KnownApart& known : kKnownApart) {
        if (known.side != files_[root].side ||
            known.header != files_[root].name)
          continue;
        (known.group == 0 ? suspects : later[known.group]).push_back(root);
        return true;
      }
      return false;
    });
    for (const int root : suspects) {
      const Result<std::string> alone = ErrorAlone(root);
      if (!alone) return tl::unexpected(alone.error());
      if (alone->empty()) {
        pending.push_back(root);
      } else {
        plan_.failing.emplace(root, *alone);
      }
    }
    SortByPlace(pending);
    for (int group = 0; !pending.empty() || !later.empty(); ++group) {
      const auto known = later.find(group);
      if (known != later.end()) {
        pending.insert(pending.end(), known->second.begin(),
                       known->second.end());
        SortByPlace(pending);
        later.erase(known);
      }
      if (pending.empty()) continue;
      std::vector<int> evicted;
      const Result<void> done = MakeGroup(std::move(pending), evicted);
      if (!done) return tl::unexpected(done.error());
      pending = std::move(evicted);
    }
    return std::move(plan_);
  }

 private:
  Result<Discovery> Parse(const std::vector<int>& roots) {
    ++plan_.parses;
    return Discover(roots, options_, files_);
  }

  // The first error of the header by itself; "" if it has none.
  Result<std::string> ErrorAlone(int root) {
    const auto known = alone_.find(root);
    if (known != alone_.end()) return known->second;
    const Result<Discovery> discovery = Parse({root});
    if (!discovery) return tl::unexpected(discovery.error());
    return alone_[root] = discovery->errors.empty()
                              ? std::string()
                              : discovery->errors.front().message;
  }

  Result<void> MakeGroup(std::vector<int> current, std::vector<int>& evicted) {
    std::map<int, std::set<int>> after;
    for (int round = 0; round < kMostRounds && !current.empty(); ++round) {
      Result<Discovery> discovery = Parse(current);
      if (!discovery) return tl::unexpected(discovery.error());
      Attempt attempt(current, *discovery, files_, directives_, after);
      attempt.Judge();
      for (Clash& clash : attempt.clashes) {
        if (pairs_.insert(std::minmax(clash.first, clash.second)).second)
          plan_.clashes.push_back(std::move(clash));
      }
      std::set<int> failing;
      for (const auto& [root, message] : attempt.suspects) {
        if (attempt.victims.contains(root)) continue;
        const Result<std::string> alone = ErrorAlone(root);
        if (!alone) return tl::unexpected(alone.error());
        if (alone->empty()) continue;
        plan_.failing.emplace(root, *alone);
        failing.insert(root);
      }
      if (failing.empty() && attempt.victims.empty()) {
        if (!attempt.suspects.empty() && current.size() > 1) {
          // Something among the others breaks them, whatever it is.
          for (const auto& [root, message] : attempt.suspects)
            attempt.victims.insert(root);
          if (attempt.victims.size() == current.size())
            attempt.victims.erase(attempt.victims.begin());
          std::erase_if(attempt.order, [&attempt](int root) {
            return attempt.victims.contains(root);
          });
        } else if (attempt.order == current) {
          plan_.groups.push_back({std::move(current), *std::move(discovery)});
          SortByPlace(evicted);
          return {};
        }
      }
      evicted.insert(evicted.end(), attempt.victims.begin(),
                     attempt.victims.end());
      current = attempt.order;
      std::erase_if(current,
                    [&failing](int root) { return failing.contains(root); });
    }
    // Nothing is lost where that came to no end: each is a group of its own.
    for (const int root : current) {
      Result<Discovery> discovery = Parse({root});
      if (!discovery) return tl::unexpected(discovery.error());
      plan_.groups.push_back({{root}, *std::move(discovery)});
    }
    SortByPlace(evicted);
    return {};
  }

  // By name, but for those whose place is known.
  void SortByPlace(std::vector<int>& roots) const {
    std::vector<std::tuple<std::string_view, std::size_t, int>> places;
    for (const int root : roots) {
      std::tuple<std::string_view, std::size_t, int> place(
          files_[root].name, kKnownPlaces.size(), root);
      for (std::size_t i = 0; i < kKnownPlaces.size(); ++i) {
        if (kKnownPlaces[i].side == files_[root].side &&
            kKnownPlaces[i].header == files_[root].name)
          place = {kKnownPlaces[i].as, i, root};
      }
      places.push_back(place);
    }
    std::sort(places.begin(), places.end());
    for (std::size_t i = 0; i < roots.size(); ++i)
      roots[i] = std::get<2>(places[i]);
  }

  const std::vector<std::string>& options_;
  const HeaderFiles& files_;
  const std::vector<Directives>& directives_;
  std::map<int, std::string> alone_;
  std::set<std::pair<int, int>> pairs_;
  Plan plan_;
};

}  // namespace

Result<Plan> MakeGroups(std::vector<int> roots,
                        const std::vector<std::string>& options,
                        const HeaderFiles& files,
                        const std::vector<Directives>& directives) {
  return Planner(options, files, directives).Make(std::move(roots));
}

}  // namespace plumbline::harvest
