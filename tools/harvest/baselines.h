// A store of baselines: recorded surfaces of releases and architectures, in
// which each record that several have is written once.
// conformance/baselines/README.md describes its files.

#ifndef PLUMBLINE_TOOLS_HARVEST_BASELINES_H_
#define PLUMBLINE_TOOLS_HARVEST_BASELINES_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/cli/error.h"
#include "tools/cli/mapped_file.h"
#include "tools/harvest/baseline_sets.h"
#include "tools/harvest/surface.h"

namespace plumbline::harvest {

// The first line of a store's index, and of each other file of it.
inline constexpr std::string_view kBaselineIndexVersion =
    "plumbline-baselines\t1";
inline constexpr std::string_view kBaselineFileVersion =
    "plumbline-baseline-records\t1";
inline constexpr std::string_view kBaselineIndexName = "index.txt";

// One recorded surface.
struct Baseline {
  std::string_view release = {};         // "bookworm"
  std::string_view arch = {};            // "amd64"
  std::string_view libc = {};            // "glibc 2.36"
  std::string_view kernel_headers = {};  // "6.1.176"
  // The lines of its surface that no other has: libc, packages and the like.
  std::vector<std::string_view> own_lines = {};
};

// What the index says. Views are into the text that was read.
struct BaselineIndex {
  std::vector<std::string_view> releases;  // oldest first
  std::vector<Baseline> baselines;
  std::vector<std::string_view> files;
  // Name and text of each set; see WriteSet().
  std::vector<std::pair<std::string_view, std::string_view>> sets;

  std::size_t ReleaseNumber(const Baseline& baseline) const;
};

// Reads an index. `name` is for errors: "NAME:LINE: what".
cli::Result<BaselineIndex> ReadBaselineIndex(std::string_view text,
                                             std::string_view name);

// A file of records. `name` is for errors.
struct BaselineText {
  std::string_view name;
  std::string_view text;
};

// The surface's text, of the lines of all files that hold for the baseline.
cli::Result<std::string> AssembleBaseline(
    const BaselineIndex& index, const Baseline& baseline,
    const std::vector<BaselineText>& files);

class BaselineStore {
 public:
  // Reads the index. The other files have to be there.
  static cli::Result<BaselineStore> Open(const std::string& folder);

  const BaselineIndex& index() const { return index_; }
  const std::string& folder() const { return folder_; }

  // By a release (bookworm) or a C library (glibc-2.36). Where two releases
  // have that library, it is the older one's.
  cli::Result<const Baseline*> Find(std::string_view name,
                                    std::string_view arch) const;

  // The architectures that Find() knows of this name; an error if none.
  cli::Result<std::vector<std::string_view>> Architectures(
      std::string_view name) const;

  // The surface as `plumbline snapshot` wrote it, byte for byte.
  cli::Result<std::string> ReadText(const Baseline& baseline) const;
  cli::Result<Surface> Read(const Baseline& baseline) const;

 private:
  std::string folder_;
  // The index and all other files, which what follows has views of.
  std::vector<cli::MappedFile> mapped_;
  std::vector<std::string> paths_;
  BaselineIndex index_;
  std::vector<BaselineText> files_;
};

}  // namespace plumbline::harvest

#endif  // PLUMBLINE_TOOLS_HARVEST_BASELINES_H_
