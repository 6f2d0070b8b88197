// Writes a store of baselines.

#ifndef PLUMBLINE_TOOLS_HARVEST_BASELINE_WRITER_H_
#define PLUMBLINE_TOOLS_HARVEST_BASELINE_WRITER_H_

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/cli/error.h"
#include "tools/harvest/baselines.h"

namespace plumbline::harvest {

// A surface's text, and the release that it is of.
struct NewBaseline {
  std::string release;
  std::string text;
};

// Told what is being done.
using BaselineProgress = std::function<void(std::string_view)>;

// Puts surfaces into the store of the folder, which need not be there yet;
// those of the same release and architecture are replaced. The same baselines
// are the same bytes, in whatever order they came. The folder is exchanged
// whole: a reader sees the old store or the new one.
cli::Result<void> AddBaselines(const std::string& folder,
                               const std::vector<NewBaseline>& baselines,
                               const BaselineProgress& progress = {});

// A file of a store, and its name below the store's folder.
struct BaselineFile {
  std::string name;
  std::string text;
};

// The files of a store of these surfaces, the index first.
cli::Result<std::vector<BaselineFile>> WriteBaselines(
    const std::vector<NewBaseline>& baselines);

}  // namespace plumbline::harvest

#endif  // PLUMBLINE_TOOLS_HARVEST_BASELINE_WRITER_H_
