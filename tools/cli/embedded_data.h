// All that the program carries with it, so that it can be copied elsewhere.

#ifndef PLUMBLINE_TOOLS_CLI_EMBEDDED_DATA_H_
#define PLUMBLINE_TOOLS_CLI_EMBEDDED_DATA_H_

#include <span>

#include "tools/cli/embedded_file.h"

namespace plumbline {

// One file: what tools/codegen writes of bindings/*.toml.
std::span<const EmbeddedFile> EmbeddedDeclarations();

// The checker of each target, by the target's name.
std::span<const EmbeddedFile> EmbeddedCheckers();

// The same of errors.
std::span<const EmbeddedFile> EmbeddedErrorCheckers();

// errors.json and provocations.json of //conformance/errors.
std::span<const EmbeddedFile> EmbeddedErrors();

}  // namespace plumbline

#endif  // PLUMBLINE_TOOLS_CLI_EMBEDDED_DATA_H_
