// The smallest programs of two architectures, to find out whether a kernel runs
// them.

#ifndef PLUMBLINE_TOOLS_CLI_TINY_ELF_H_
#define PLUMBLINE_TOOLS_CLI_TINY_ELF_H_

#include <string>
#include <string_view>

namespace plumbline::cli {

// An ELF file of i386 or x32 that does nothing but exit with status 0; "" for
// others.
std::string TinyElf(std::string_view arch);

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_TINY_ELF_H_
