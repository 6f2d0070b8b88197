#include <string>

#include "tools/cli/check_formats.h"
#include "tools/cli/json.h"

namespace plumbline::cli {
namespace {

Json CountsJson(const Counts& counts) {
  return {{"passed", counts.passed},
          {"failed", counts.failed},
          {"skipped", counts.skipped},
          {"deviations", counts.deviations}};
}

Json TargetJson(const CheckResults& results, const TargetResult& result) {
  Json counts = Json::object();
  for (const std::string& kind : results.Kinds())
    counts[kind] = CountsJson(result.Count(kind));
  // What was not checked has its place all the same.
  for (const char* kind : {"constants", "sizes", "offsets", "prototypes",
                           "symbols", "errors", "surface", "programs"}) {
    if (!counts.contains(kind)) counts[kind] = CountsJson({});
  }
  Json failures = Json::array();
  Json deviations = Json::array();
  Json skips = Json::array();
  if (result.outcome == Outcome::kSkipped)
    skips.push_back({{"check", "*"}, {"reason", result.reason}});
  for (const Check& check : result.report.checks) {
    if (check.status == Status::kSkipped) {
      skips.push_back({{"check", check.name},
                       {"reason", check.reason},
                       {"kind", check.kind}});
    }
    if (check.status == Status::kDeviation) {
      deviations.push_back({{"check", check.name},
                            {"reason", check.reason},
                            {"declared", check.declared},
                            {"seen", check.seen},
                            {"where", check.where},
                            {"kind", check.kind}});
    }
    if (check.status == Status::kFailed) {
      failures.push_back({{"check", check.name},
                          {"declared", check.declared},
                          {"seen", check.seen},
                          {"where", check.where},
                          {"kind", check.kind},
                          {"pinned", check.pinned},
                          {"reason", check.reason}});
    }
  }
  const Report& report = result.report;
  Json json = {{"arch", result.target.arch},
               {"variant", result.target.variant},
               {"libc", report.libc},
               {"kernel", report.kernel},
               {"kernel_headers", report.kernel_headers},
               {"runner", result.RunnerText()},
               {"facts", report.facts},
               {"conformance", result.Count().passed - result.Pinned()},
               {"pinned", result.Pinned()},
               {"counts", counts},
               {"failures", failures},
               {"deviations", deviations},
               {"skips", skips}};
  if (results.times) json["microseconds"] = report.microseconds;
  return json;
}

}  // namespace

std::string CheckJson(const CheckResults& results) {
  Json targets = Json::array();
  Json errors = Json::array();
  for (const TargetResult& result : results.targets) {
    if (result.outcome == Outcome::kUnusable) {
      errors.push_back({{"arch", result.target.arch},
                        {"variant", result.target.variant},
                        {"reason", result.reason}});
    } else {
      targets.push_back(TargetJson(results, result));
    }
  }
  return Print({{"schema", "plumbline.check/1"},
                {"targets", targets},
                {"errors", errors},
                {"counts", CountsJson(results.Count())}});
}

}  // namespace plumbline::cli
