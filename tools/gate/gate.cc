#include "tools/gate/gate.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "tools/gate/compare.h"
#include "tools/gate/stories.h"

namespace plumbline::gate {
namespace {

using cli::Fail;
using cli::Result;
using harvest::Surface;

const Surface* Of(const std::vector<Surface>& surfaces, std::string_view arch) {
  const auto found =
      std::find_if(surfaces.begin(), surfaces.end(),
                   [&](const Surface& one) { return one.arch == arch; });
  return found == surfaces.end() ? nullptr : &*found;
}

}  // namespace

Result<Report> CompareAll(const std::vector<Surface>& before,
                          const std::vector<Surface>& after,
                          const SeverityOptions& severities) {
  if (before.empty() || after.empty())
    return Fail("{} has none of the architectures that are asked for",
                before.empty() ? "OLD" : "NEW");
  for (const Surface& surface : after) {
    if (Of(before, surface.arch) == nullptr)
      return Fail("NEW is of {}, which OLD is not: --arch says what to compare",
                  surface.arch);
  }
  Report report;
  for (const Surface& surface : before) {
    const Surface* now = Of(after, surface.arch);
    if (now == nullptr)
      return Fail("OLD is of {}, which NEW is not: --arch says what to compare",
                  surface.arch);
    std::vector<Finding> found = Compare(surface, *now);
    std::move(found.begin(), found.end(), std::back_inserter(report.findings));
    report.archs.push_back(
        {std::string(surface.arch), Describe(surface), Describe(*now)});
  }
  Judge(report.findings, severities);
  Fold(report.findings);
  report.stories = TellStories(report.findings);
  return report;
}

void AddFindings(std::vector<Finding> more, const SeverityOptions& severities,
                 Report& report) {
  Judge(more, severities);
  std::move(more.begin(), more.end(), std::back_inserter(report.findings));
  Fold(report.findings);
}

}  // namespace plumbline::gate
