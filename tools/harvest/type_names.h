// A C type's name in one spelling, without typedefs and paths.

#ifndef PLUMBLINE_TOOLS_HARVEST_TYPE_NAMES_H_
#define PLUMBLINE_TOOLS_HARVEST_TYPE_NAMES_H_

#include <clang-c/Index.h>

#include <string>

namespace plumbline::harvest {

// "int (*)(const char *, ...)"; a type without any name is "struct {}".
std::string TypeName(CXType type);

// Whether the record or enum has no tag and no typedef's name.
bool IsUnnamed(CXCursor declaration);

// The tag, or the typedef's name where there is no tag.
std::string TagOf(CXCursor declaration);

}  // namespace plumbline::harvest

#endif  // PLUMBLINE_TOOLS_HARVEST_TYPE_NAMES_H_
