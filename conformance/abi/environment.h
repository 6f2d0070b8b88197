// Where facts are judged: on the target itself, or on the build machine, which
// has the target's files but does not run them.

#ifndef PLUMBLINE_CONFORMANCE_ABI_ENVIRONMENT_H_
#define PLUMBLINE_CONFORMANCE_ABI_ENVIRONMENT_H_

#include <optional>
#include <string_view>

#include "conformance/abi/judge.h"

namespace plumbline::abi {

struct Environment {
  Target target;
  // nullopt where there is no shared C library (a static program).
  std::optional<SymbolTable> symbols;
};

// Describes the target `arch`/`variant`, of which `facts` are. Two libraries
// define it, and a checker is linked with one: running_environment asks this
// process; sysroot_environment reads the C library that the facts name.
Environment Observe(std::string_view arch, std::string_view variant,
                    const FactStore& facts);

}  // namespace plumbline::abi

#endif  // PLUMBLINE_CONFORMANCE_ABI_ENVIRONMENT_H_
