#include <fmt/format.h>

#include <string>
#include <string_view>

#include "tools/cli/check_formats.h"
#include "tools/cli/markup.h"

namespace plumbline::cli {
namespace {

std::string CaseStart(const TargetResult& result, std::string_view kind,
                      std::string_view name) {
  return fmt::format("    <testcase classname=\"{}.{}\" name=\"{}\"",
                     EscapeMarkup(result.target.name), EscapeMarkup(kind),
                     EscapeMarkup(name));
}

std::string Case(const CheckResults& results, const TargetResult& result,
                 const Check& check) {
  const std::string start = CaseStart(result, check.kind, check.name);
  switch (check.status) {
    case Status::kPassed:
      return start + "/>\n";
    case Status::kSkipped:
      return fmt::format("{}><skipped message=\"{}\"/></testcase>\n", start,
                         EscapeMarkup(check.reason));
    case Status::kDeviation:
      return fmt::format(
          "{}><properties><property name=\"deviation\" value=\"{}\"/>"
          "</properties></testcase>\n",
          start, EscapeMarkup(check.reason));
    case Status::kFailed:
      break;
  }
  const std::string message =
      fmt::format("declared {}, seen {}", check.declared, check.seen);
  const std::string again = AgainCommand(results, {check, {&result}});
  std::string body = fmt::format("declared {} at {}\nseen {}\n", check.declared,
                                 check.where, check.seen);
  if (!check.reason.empty()) body += check.reason + "\n";
  body += "again: " + again;
  return fmt::format("{}><failure message=\"{}\">{}</failure></testcase>\n",
                     start, EscapeMarkup(message), EscapeMarkup(body));
}

std::string Suite(const CheckResults& results, const TargetResult& result) {
  const Counts counts = result.Count();
  const bool unusable = result.outcome == Outcome::kUnusable;
  std::string suite = fmt::format(
      "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" "
      "skipped=\"{}\">\n",
      EscapeMarkup(result.target.name), counts.all() + (unusable ? 1 : 0),
      counts.failed, unusable ? 1 : 0, counts.skipped);
  if (result.outcome == Outcome::kChecked) {
    suite += "    <properties>\n";
    const auto property = [&](std::string_view name, std::string_view value) {
      suite += fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", name,
                           EscapeMarkup(value));
    };
    property("libc", result.report.libc);
    property("kernel", result.report.kernel);
    property("kernel_headers", result.report.kernel_headers);
    property("runner", result.RunnerText());
    property("facts", fmt::format("{}", result.report.facts));
    property("pinned", fmt::format("{}", result.Pinned()));
    if (results.times)
      property("microseconds", fmt::format("{}", result.report.microseconds));
    suite += "    </properties>\n";
  } else {
    suite += fmt::format("{}><{} message=\"{}\"/></testcase>\n",
                         CaseStart(result, "target", "run"),
                         unusable ? "error" : "skipped",
                         EscapeMarkup(result.reason));
  }
  for (const Check& check : result.report.checks)
    suite += Case(results, result, check);
  return suite + "  </testsuite>\n";
}

}  // namespace

std::string CheckJunit(const CheckResults& results) {
  const Counts counts = results.Count();
  std::size_t errors = 0;
  std::string suites;
  for (const TargetResult& result : results.targets) {
    errors += result.outcome == Outcome::kUnusable ? 1 : 0;
    suites += Suite(results, result);
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites name=\"plumbline check\" tests=\"{}\" failures=\"{}\" "
      "errors=\"{}\" skipped=\"{}\">\n"
      "{}</testsuites>\n",
      counts.all() + errors, counts.failed, errors, counts.skipped, suites);
}

}  // namespace plumbline::cli
