// The versioned symbols of a C library that is a file.

#ifndef PLUMBLINE_CONFORMANCE_ABI_ELF_SYMBOLS_H_
#define PLUMBLINE_CONFORMANCE_ABI_ELF_SYMBOLS_H_

#include <libelf.h>

#include "conformance/abi/libc_symbols.h"

namespace plumbline::abi {

// What an ELF file exports; nothing of one that has no dynamic symbols, or
// whose tables are not what they should be.
SymbolTable ReadElfSymbols(Elf* elf);

}  // namespace plumbline::abi

#endif  // PLUMBLINE_CONFORMANCE_ABI_ELF_SYMBOLS_H_
