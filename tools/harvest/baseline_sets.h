// Sets of baselines, as a store of baselines writes them: by releases and
// architectures, so that a set that goes on to the newest release is written
// the same when a newer one comes.

#ifndef PLUMBLINE_TOOLS_HARVEST_BASELINE_SETS_H_
#define PLUMBLINE_TOOLS_HARVEST_BASELINE_SETS_H_

#include <bitset>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tools/cli/error.h"

namespace plumbline::harvest {

inline constexpr std::size_t kMostBaselines = 512;
using BaselineSet = std::bitset<kMostBaselines>;

// Where a baseline is: its release, the oldest being number 0, and its
// architecture.
struct BaselinePlace {
  std::size_t release = 0;
  std::string_view arch;
};

// Words between spaces, each RELEASES:ARCHITECTURES. RELEASES is empty (all),
// `a`, `a..b`, `a..` or `..b`; ARCHITECTURES, with its colon, is left out where
// it is all, and after `!` are those that are not in.
std::string WriteSet(const BaselineSet& set,
                     const std::vector<BaselinePlace>& places,
                     const std::vector<std::string_view>& releases);

// Whether the baseline is in the set, or what is wrong with the text.
cli::Result<bool> IsInSet(std::string_view text, const BaselinePlace& place,
                          const std::vector<std::string_view>& releases);

}  // namespace plumbline::harvest

#endif  // PLUMBLINE_TOOLS_HARVEST_BASELINE_SETS_H_
