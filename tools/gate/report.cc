#include "tools/gate/report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <tuple>

namespace plumbline::gate {
namespace {

auto Order(const Finding& finding) {
  return std::tie(finding.severity, finding.id, finding.side, finding.owner,
                  finding.name, finding.variant, finding.old_is, finding.new_is,
                  finding.detail, finding.rule);
}

}  // namespace

std::array<std::size_t, 3> Report::Counts() const {
  std::array<std::size_t, 3> counts = {};
  for (const Finding& finding : findings)
    ++counts.at(static_cast<std::size_t>(finding.severity));
  return counts;
}

bool Report::Breaks() const { return Counts()[0] > 0 || !complaints.empty(); }

Described Describe(const harvest::Surface& surface) {
  return {std::string(surface.libc), std::string(surface.kernel_headers),
          harvest::Count(surface, harvest::Side::kGlibc),
          harvest::Count(surface, harvest::Side::kUapi)};
}

void Fold(std::vector<Finding>& findings) {
  // A finding is large to move about.
  std::vector<Finding*> sorted;
  sorted.reserve(findings.size());
  for (Finding& finding : findings) sorted.push_back(&finding);
  std::sort(sorted.begin(), sorted.end(),
            [](const Finding* a, const Finding* b) {
              return std::tuple_cat(Order(*a), std::tie(a->archs)) <
                     std::tuple_cat(Order(*b), std::tie(b->archs));
            });
  std::vector<Finding> folded;
  folded.reserve(findings.size());
  for (Finding* finding : sorted) {
    if (folded.empty() || Order(folded.back()) != Order(*finding)) {
      folded.push_back(std::move(*finding));
      continue;
    }
    // A macro and an enumerator of one name say the same, too.
    std::vector<std::string>& archs = folded.back().archs;
    for (std::string& arch : finding->archs) {
      if (std::find(archs.begin(), archs.end(), arch) == archs.end())
        archs.push_back(std::move(arch));
    }
  }
  findings = std::move(folded);
}

std::string Versions(const Report& report, bool after) {
  if (report.archs.empty()) return "nothing";
  const Described& what =
      after ? report.archs[0].after : report.archs[0].before;
  return fmt::format("{}, kernel headers {}", what.libc, what.kernel_headers);
}

std::string LeftOutText(const Report& report) {
  std::string text;
  for (const bool is_new : {false, true}) {
    std::vector<std::string_view> archs;
    for (const LeftOut& one : report.left_out) {
      if (one.is_new == is_new) archs.push_back(one.arch);
    }
    if (!archs.empty())
      text += fmt::format("{}not in {}: {}", text.empty() ? "" : "; ",
                          is_new ? "OLD" : "NEW", fmt::join(archs, ", "));
  }
  return text;
}

std::vector<std::string> BehaviourLines(const Report& report) {
  std::vector<std::string> lines;
  for (const BehaviourRun& run : report.behaviour) {
    std::vector<std::string> ran;
    std::size_t skipped = 0;
    for (const BehaviourRun::Count& count : run.counts) {
      ran.push_back(fmt::format("{} {}", count.on_both, count.kind));
      skipped += count.skipped;
    }
    std::string line = fmt::format(
        "behaviour on {} ({}): {} on both, {} skipped; {} with another outcome",
        run.arch, run.runner, fmt::join(ran, ", "), skipped, run.differences);
    if (run.unsteady > 0)
      line += fmt::format(", {} that did not show again", run.unsteady);
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string CountsText(const Report& report) {
  const auto counts = report.Counts();
  std::string text = fmt::format("{} breaking, {} notable, {} benign",
                                 counts[0], counts[1], counts[2]);
  if (!report.suppressed.empty())
    text += fmt::format(", {} suppressed", report.suppressed.size());
  return text;
}

}  // namespace plumbline::gate
