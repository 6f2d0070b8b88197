#include "tools/harvest/owners.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace plumbline::harvest {
namespace {

// "bits/fcntl-linux.h": "fcntl".
std::string_view Stem(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  return name.substr(0, name.find_first_of("-."));
}

// How much of their names two headers have in common: of struct_timespec.h and
// time.h, "time".
std::size_t Likeness(std::string_view one, std::string_view other) {
  // Shorter ones are chance.
  constexpr std::size_t kLeast = 3;
  one = Stem(one);
  other = Stem(other);
  if (one == other) return one.size() + other.size();
  std::size_t most = 0;
  for (std::size_t i = 0; i < one.size(); ++i) {
    for (std::size_t length = most + 1; i + length <= one.size(); ++length) {
      if (other.find(one.substr(i, length)) == std::string_view::npos) break;
      most = length;
    }
  }
  return most < kLeast ? 0 : most;
}

}  // namespace

std::vector<int> FindOwners(const std::vector<int>& public_headers,
                            const std::vector<std::vector<int>>& includes,
                            const HeaderFiles& files,
                            const std::vector<Directives>& directives) {
  const std::set<int> is_public(public_headers.begin(), public_headers.end());
  std::map<std::string_view, int> by_name;
  for (const int header : public_headers) by_name[files[header].name] = header;
  std::vector<std::vector<int>> includers(includes.size());
  for (std::size_t file = 0; file < includes.size(); ++file) {
    for (const int included : includes[file]) {
      if (static_cast<std::size_t>(included) < includers.size())
        includers[static_cast<std::size_t>(included)].push_back(
            static_cast<int>(file));
    }
  }

  std::vector<int> owners(static_cast<std::size_t>(files.size()));
  for (int header = 0; header < files.size(); ++header) {
    int& owner = owners[static_cast<std::size_t>(header)];
    owner = header;
    if (is_public.contains(header)) continue;
    // By how many steps they include it.
    std::vector<std::vector<int>> levels = {{header}};
    std::set<int> seen = {header};
    while (!levels.back().empty()) {
      std::vector<int> next;
      for (const int file : levels.back()) {
        for (const int includer : includers[static_cast<std::size_t>(file)]) {
          if (seen.insert(includer).second) next.push_back(includer);
        }
      }
      std::sort(next.begin(), next.end());
      levels.push_back(std::move(next));
    }
    // The nearest, best one of a like name.
    for (const std::vector<int>& level : levels) {
      std::size_t most = 0;
      for (const int file : level) {
        if (!is_public.contains(file)) continue;
        const std::size_t likeness =
            Likeness(files[header].name, files[file].name);
        if (owner == header || likeness > most) {
          owner = file;
          most = likeness;
        }
      }
      if (owner != header) break;
    }
    // Rather the one that glibc's header says to use instead. Of two, it may be
    // the one that does not include it.
    const auto told =
        by_name.find(directives[static_cast<std::size_t>(header)].instead);
    if (told != by_name.end() &&
        (owner == header || seen.contains(told->second)))
      owner = told->second;
  }
  return owners;
}

}  // namespace plumbline::harvest
