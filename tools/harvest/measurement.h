// Values, types and layouts as the cross gcc compiles them. clang has found the
// names; what depends on the architecture is then read from an object file.

#ifndef PLUMBLINE_TOOLS_HARVEST_MEASUREMENT_H_
#define PLUMBLINE_TOOLS_HARVEST_MEASUREMENT_H_

#include <string>
#include <vector>

#include "tools/harvest/facts.h"
#include "tools/harvest/gcc.h"
#include "tools/harvest/sysroot.h"

namespace plumbline::harvest {

// The facts from these places on are of the same group of headers.
struct FactPlaces {
  std::size_t constants = 0, function_macros = 0, types = 0;
};

// `includes` is the text that includes the headers.
cli::Result<void> MeasureByGcc(const Gcc& gcc, const Sysroot& sysroot,
                               const std::vector<std::string>& defines,
                               const std::string& includes,
                               const FactPlaces& from, TextPool& texts,
                               Facts& facts);

}  // namespace plumbline::harvest

#endif  // PLUMBLINE_TOOLS_HARVEST_MEASUREMENT_H_
