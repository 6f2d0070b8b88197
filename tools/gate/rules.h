// How severe a finding is: what its id says, unless a rule or the user says
// otherwise. All that is benign by rule is in one table, and says so.

#ifndef PLUMBLINE_TOOLS_GATE_RULES_H_
#define PLUMBLINE_TOOLS_GATE_RULES_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/cli/error.h"
#include "tools/gate/finding.h"

namespace plumbline::gate {

struct Rule {
  std::string_view name;   // "counter"
  std::string_view ids;    // patterns, one of which fits the id; "": any
  std::string_view sides;  // "glibc uapi elf"; "": any
  std::string_view names;  // patterns, one of which fits the name; "": any
  std::vector<Circumstance> circumstances;  // one of them; none: any
  Severity severity;
  std::string_view why;
};

// The first that fits is taken.
std::span<const Rule> Rules();

// What the user says of an id, a rule, or an id and a name: "counter=notable",
// "constant-value-changed/PATH_MAX=breaking".
struct Override {
  std::string what;  // an id or a rule
  std::string name;  // a pattern; "": any
  Severity severity = Severity::kBreaking;
};

cli::Result<Override> ParseOverride(std::string_view text);

struct SeverityOptions {
  bool strict = false;  // without rules
  std::vector<Override> overrides;
};

void Judge(std::vector<Finding>& findings, const SeverityOptions& options);

// Whether the pattern, which may have * and ?, fits the whole text.
bool Fits(std::string_view pattern, std::string_view text);

// Whether one of the patterns, with spaces between them, does.
bool FitsOne(std::string_view patterns, std::string_view text);

}  // namespace plumbline::gate

#endif  // PLUMBLINE_TOOLS_GATE_RULES_H_
