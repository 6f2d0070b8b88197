// The reader of shared libraries: any bytes are refused with a reason, or are
// a library whose symbols have names.

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "tools/cli/descriptor.h"
#include "tools/harvest/symbols.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace plumbline::harvest;
  const plumbline::cli::Descriptor file(memfd_create("input", MFD_CLOEXEC));
  plumbline::cli::WriteAll(file.get(),
                           {reinterpret_cast<const char*>(data), size});
  TextPool texts;
  const auto library =
      ReadLibrary("/proc/self/fd/" + std::to_string(file.get()), texts);
  if (!library) {
    if (library.error().message.empty()) abort();
    return 0;
  }
  for (const Symbol& symbol : library->symbols) {
    if (symbol.name.empty()) abort();
  }
  return 0;
}
