// The text format of a surface: a record a line, its columns between tabs, all
// sorted, so that the same surface is the same bytes and a change is a line of
// a diff. README.md describes the columns.

#ifndef PLUMBLINE_TOOLS_HARVEST_SURFACE_TEXT_H_
#define PLUMBLINE_TOOLS_HARVEST_SURFACE_TEXT_H_

#include <string>
#include <string_view>

#include "tools/cli/error.h"
#include "tools/harvest/surface.h"

namespace plumbline::harvest {

// The first line, and the last.
inline constexpr std::string_view kSurfaceTextVersion = "plumbline-surface\t1";
inline constexpr std::string_view kSurfaceTextEnd = "end";

// `surface` is sorted.
std::string WriteSurface(const Surface& surface);

// Reads what WriteSurface() wrote. `name` is for errors: "NAME:LINE: what".
cli::Result<Surface> ReadSurface(std::string text, std::string_view name);

// The same of a file.
cli::Result<Surface> ReadSurfaceFile(const std::string& path);

// The text as one column: without tabs and line breaks.
std::string OneColumn(std::string_view text);

}  // namespace plumbline::harvest

#endif  // PLUMBLINE_TOOLS_HARVEST_SURFACE_TEXT_H_
