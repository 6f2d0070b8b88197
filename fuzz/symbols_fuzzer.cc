// The reader of a sysroot's libc.so: whatever file that is, it has symbols or
// none.

#include <libelf.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "conformance/abi/elf_symbols.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace plumbline::abi;
  elf_version(EV_CURRENT);
  std::vector<char> file(data, data + size);
  Elf* const elf = elf_memory(file.data(), file.size());
  if (elf == nullptr || elf_kind(elf) != ELF_K_ELF) {
    elf_end(elf);
    return 0;
  }
  for (const auto& [name, versions] : ReadElfSymbols(elf)) {
    // A symbol has no more entries than the file has bytes.
    if (versions.empty() || versions.size() > size) std::abort();
  }
  elf_end(elf);
  return 0;
}
