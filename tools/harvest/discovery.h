// What the preprocessor met in a unit: macros, and which file includes which.

#ifndef PLUMBLINE_TOOLS_HARVEST_DISCOVERY_H_
#define PLUMBLINE_TOOLS_HARVEST_DISCOVERY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tools/harvest/clang_unit.h"

namespace plumbline::harvest {

struct MacroDefinition {
  std::string name;
  int file = kNoFile;
  bool function_like = false;
  std::string parameters;  // "a, b, ..."
  std::string text;        // of the replacement, without comments
};

// A set of files.
class FileSet {
 public:
  explicit FileSet(int bound = 0)
      : words_((static_cast<std::size_t>(bound) + 63) / 64) {}

  bool Has(int file) const {
    const auto at = static_cast<std::size_t>(file);
    return file >= 0 && at / 64 < words_.size() &&
           (words_[at / 64] >> (at % 64) & 1) != 0;
  }
  // False if it was in there already.
  bool Add(int file) {
    const auto at = static_cast<std::size_t>(file);
    if (Has(file)) return false;
    words_[at / 64] |= std::uint64_t{1} << (at % 64);
    return true;
  }

 private:
  std::vector<std::uint64_t> words_;
};

struct Discovery {
  std::vector<MacroDefinition> macros;     // in the order of the text
  std::vector<std::vector<int>> includes;  // by file: those it includes
  std::vector<Diagnostic> errors;
  // By root: all files that come with it, itself too.
  std::vector<FileSet> closures;
};

// Parses a text that includes these headers, one after the other.
cli::Result<Discovery> Discover(const std::vector<int>& roots,
                                const std::vector<std::string>& options,
                                const HeaderFiles& files);

// The text: a line for each header.
std::string IncludeText(const std::vector<int>& roots,
                        const HeaderFiles& files);

}  // namespace plumbline::harvest

#endif  // PLUMBLINE_TOOLS_HARVEST_DISCOVERY_H_
