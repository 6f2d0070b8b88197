// The versioned symbols that the running C library exports.

#ifndef PLUMBLINE_CONFORMANCE_ABI_LIBC_SYMBOLS_H_
#define PLUMBLINE_CONFORMANCE_ABI_LIBC_SYMBOLS_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline::abi {

// One version node of a symbol. A reference without a version binds to the
// default.
struct SymbolVersion {
  std::string node;  // "GLIBC_2.3.2"
  bool is_default = false;
};

using SymbolTable =
    std::map<std::string, std::vector<SymbolVersion>, std::less<>>;

// Reads the dynamic symbol table of the libc.so that this process has loaded.
// nullopt in a statically linked program, which has none.
std::optional<SymbolTable> ReadLibcSymbols();

}  // namespace plumbline::abi

#endif  // PLUMBLINE_CONFORMANCE_ABI_LIBC_SYMBOLS_H_
