// Findings that are known and accepted, for a reason and until a day.
//
//   [[suppression]]
//   id      = "constant-value-changed"  # or story = "termios-speed"
//   owner   = "termios.h"               # patterns; what is left out fits all
//   name    = "B*"
//   archs   = ["amd64"]
//   reason  = "all our daemons are built anew"
//   expires = 2027-06-30
//
// It is strict: one that has expired hides nothing, and is a failure, as is
// one that there is no finding for.

#ifndef PLUMBLINE_TOOLS_GATE_SUPPRESSIONS_H_
#define PLUMBLINE_TOOLS_GATE_SUPPRESSIONS_H_

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "tools/cli/error.h"
#include "tools/gate/report.h"

namespace plumbline::gate {

struct Suppression {
  std::string id, story, side, owner, name;  // patterns; "": any
  std::vector<std::string> archs;            // none: all
  std::string reason;
  std::chrono::year_month_day expires = {};  // the last day of its life
  std::string where;                         // "FILE:LINE"
};

// `file` is for errors.
cli::Result<std::vector<Suppression>> ParseSuppressions(
    std::string_view text, const std::string& file);
cli::Result<std::vector<Suppression>> ReadSuppressions(const std::string& file);

// Takes what is suppressed out of the report's findings, and complains.
void Suppress(const std::vector<Suppression>& suppressions,
              std::chrono::year_month_day today, Report& report);

// "2027-06-30"; nothing else.
cli::Result<std::chrono::year_month_day> ParseDay(std::string_view text);

}  // namespace plumbline::gate

#endif  // PLUMBLINE_TOOLS_GATE_SUPPRESSIONS_H_
