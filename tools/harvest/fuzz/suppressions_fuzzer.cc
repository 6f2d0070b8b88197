// The reader of the gate's suppressions: any text is refused with a reason, or
// gives suppressions that hide something, say why and end one day.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tools/gate/suppressions.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto all = plumbline::gate::ParseSuppressions(text, "fuzzed");
  if (!all) {
    if (all.error().message.empty()) abort();
    return 0;
  }
  for (const plumbline::gate::Suppression& one : *all) {
    if (one.id.empty() && one.story.empty()) abort();
    if (one.reason.empty() || !one.expires.ok()) abort();
  }
  return 0;
}
