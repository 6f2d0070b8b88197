// What a checker says of its target: schema plumbline.report/1.

#ifndef PLUMBLINE_TOOLS_CLI_REPORT_H_
#define PLUMBLINE_TOOLS_CLI_REPORT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tools/cli/error.h"
#include "tools/cli/targets.h"

namespace plumbline::cli {

// kDeviation: it failed, as the ledger says that it does.
enum class Status { kPassed, kFailed, kSkipped, kDeviation };

struct Check {
  std::string name;  // "Constant/EPOLLIN"
  std::string kind;  // "constants", "sizes", …
  Status status = Status::kPassed;
  bool pinned =
      false;  // it guards against change, but is no proof of conformance
  std::string declared;
  std::string seen;
  std::string where;   // file:line of the declaration, or of the ledger
  std::string reason;  // why it was skipped or deviates; a failure's remark
};

struct Report {
  std::string libc;            // "glibc 2.36"
  std::string kernel;          // "6.1.0"
  std::string kernel_headers;  // "6.1.170"
  std::uint64_t facts = 0;
  std::uint64_t microseconds = 0;
  std::vector<Check> checks;  // sorted by name
};

// Refuses what is not a full report of this very target: an empty one proves
// nothing, where it is not that few checks were asked for.
Result<Report> ParseReport(std::string_view text, const Target& target,
                           bool may_be_empty = false);

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_REPORT_H_
