// The values of constants as people read them.

#ifndef PLUMBLINE_TOOLS_CLI_VALUE_H_
#define PLUMBLINE_TOOLS_CLI_VALUE_H_

#include <string>
#include <string_view>

#include "tools/cli/json.h"

namespace plumbline::cli {

// An integer in the base that suits the constant of that name: octal for O_*
// and S_*, otherwise decimal if small and hexadecimal if not. "040000", "12",
// "0x1000", "-100"
std::string ShortValue(std::string_view name, const Json& value);

// The same with the other bases: "0x4000 (040000, 16384)", "12", "0x1000
// (4096)".
std::string FullValue(std::string_view name, const Json& value);

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_VALUE_H_
