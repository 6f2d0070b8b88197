// The reader of debug information: any file is refused with a reason, or has
// types, each of a name that was asked for.

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>

#include "tools/cli/descriptor.h"
#include "tools/gate/debug_types.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace plumbline;
  const cli::Descriptor file(memfd_create("input", MFD_CLOEXEC));
  cli::WriteAll(file.get(), {reinterpret_cast<const char*>(data), size});
  const std::set<std::string> names = {"struct s", "struct t", "t",
                                       "enum e",   "A",        "B"};
  const auto types = gate::ReadDebugTypes(
      "/proc/self/fd/" + std::to_string(file.get()), names);
  if (!types) {
    if (types.error().message.empty()) abort();
    return 0;
  }
  for (const gate::DebugType& type : types->types) {
    if (!names.contains(type.name)) abort();
  }
  return 0;
}
