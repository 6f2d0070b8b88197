// The reader of what a checker answers: refused with a reason, or checks that
// each have a name and, where they are not judged, a reason.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tools/cli/report.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace plumbline::cli;
  static const Target target = {"i386/time64", "i386", "time64",
                                "i686-linux-gnu", "i386"};
  const Result<Report> report =
      ParseReport({reinterpret_cast<const char*>(data), size}, target);
  if (!report) {
    if (report.error().message.empty()) std::abort();
    return 0;
  }
  for (const Check& check : report->checks) {
    const bool is_judged =
        check.status == Status::kPassed || check.status == Status::kFailed;
    if (check.name.empty() || (!is_judged && check.reason.empty())) {
      std::abort();
    }
  }
  if (report->checks.empty()) std::abort();
  return 0;
}
