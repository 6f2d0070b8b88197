#include "tools/gate/compare.h"

namespace plumbline::gate {

std::vector<Finding> Compare(const harvest::Surface& before,
                             const harvest::Surface& after) {
  std::vector<Finding> out;
  CompareHeaders(before, after, out);
  CompareNames(before, after, out);
  CompareSymbols(before, after, out);
  for (Finding& finding : out) {
    finding.severity = KindOf(finding.id).severity;
    finding.archs = {std::string(after.arch)};
  }
  return out;
}

}  // namespace plumbline::gate
