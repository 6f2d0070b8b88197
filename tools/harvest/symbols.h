// The symbols that a shared library exports.

#ifndef PLUMBLINE_TOOLS_HARVEST_SYMBOLS_H_
#define PLUMBLINE_TOOLS_HARVEST_SYMBOLS_H_

#include <string>

#include "tools/cli/error.h"
#include "tools/harvest/surface.h"

namespace plumbline::harvest {

// Reads a library; its texts go to the pool. An error says what is damaged.
cli::Result<Library> ReadLibrary(const std::string& path, TextPool& texts);

}  // namespace plumbline::harvest

#endif  // PLUMBLINE_TOOLS_HARVEST_SYMBOLS_H_
