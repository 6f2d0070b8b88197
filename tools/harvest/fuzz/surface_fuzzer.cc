// The reader of surfaces: any text is refused with a reason, or is the same
// when it is written and read again.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "tools/harvest/surface_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace plumbline::harvest;
  const auto surface = ReadSurface(
      std::string(reinterpret_cast<const char*>(data), size), "input");
  if (!surface) {
    if (surface.error().message.empty()) abort();
    return 0;
  }
  const std::string text = WriteSurface(*surface);
  const auto again = ReadSurface(text, "again");
  if (!again || WriteSurface(*again) != text) abort();
  return 0;
}
