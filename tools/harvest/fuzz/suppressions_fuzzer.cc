// The reader of a gate's suppressions: any text is refused with the place and
// the reason, or is suppressions that say all that they have to. Of a report
// without findings, each is complained of.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tools/gate/suppressions.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace plumbline::gate;
  const auto all = ParseSuppressions(
      std::string_view(reinterpret_cast<const char*>(data), size), "input");
  if (!all) {
    if (!all.error().message.starts_with("input:")) abort();
    return 0;
  }
  for (const Suppression& one : *all) {
    if ((one.id.empty() && one.story.empty()) || one.reason.empty() ||
        !one.expires.ok() || !one.where.starts_with("input:"))
      abort();
  }
  Report report;
  using namespace std::chrono;
  Suppress(*all, year(2027) / 6 / 30, report);
  if (report.complaints.size() != all->size()) abort();
  return 0;
}
