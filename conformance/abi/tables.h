// The declarations that are compiled into this program.

#ifndef PLUMBLINE_CONFORMANCE_ABI_TABLES_H_
#define PLUMBLINE_CONFORMANCE_ABI_TABLES_H_

#include <span>

#include "conformance/abi/rows.h"

namespace plumbline::abi {

// The target that they are for: "i386" and "time64". tools/codegen writes the
// definitions.
extern const char kArch[];
extern const char kVariant[];

// One table per family of bindings.
std::span<const Table> Tables();

}  // namespace plumbline::abi

#endif  // PLUMBLINE_CONFORMANCE_ABI_TABLES_H_
