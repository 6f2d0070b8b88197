#include "tools/gate/compare.h"

namespace plumbline::gate {

std::vector<Finding> Compare(const harvest::Surface& before,
                             const harvest::Surface& after) {
  std::vector<Finding> out;
  // As many as there are in large steps; moving them costs more than room.
  out.reserve(std::size_t{1} << 14);
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
