// A suite per architecture, a case per finding: a breaking one fails, a
// suppressed one is skipped.

#include <fmt/format.h>

#include <algorithm>

#include "tools/cli/markup.h"
#include "tools/gate/formats.h"

namespace plumbline::gate {
namespace {

using cli::EscapeMarkup;

bool IsOn(const Finding& finding, const std::string& arch) {
  return std::find(finding.archs.begin(), finding.archs.end(), arch) !=
         finding.archs.end();
}

std::string Start(const std::string& arch, const Finding& finding) {
  std::string name = fmt::format("{}: {}", finding.owner, finding.name);
  if (!finding.variant.empty()) name += fmt::format(" ({})", finding.variant);
  return fmt::format("    <testcase classname=\"{}.{}.{}\" name=\"{}\"",
                     EscapeMarkup(arch), NameOf(finding.side),
                     KindOf(finding.id).name, EscapeMarkup(name));
}

struct Suite {
  std::string properties;
  std::string cases;
  std::size_t tests = 0, failures = 0, skipped = 0;
};

Suite SuiteOf(const Report& report, const std::string& arch) {
  Suite suite;
  for (const Finding& finding : report.findings) {
    if (!IsOn(finding, arch)) continue;
    ++suite.tests;
    suite.cases += Start(arch, finding);
    if (finding.severity != Severity::kBreaking) {
      suite.cases += "/>\n";
      continue;
    }
    ++suite.failures;
    const Kind& kind = KindOf(finding.id);
    suite.cases += fmt::format(
        "><failure message=\"{}\">affects {}\n{}</failure></testcase>\n",
        EscapeMarkup(Text(finding)), EscapeMarkup(kind.affected),
        EscapeMarkup(kind.advice));
  }
  for (const Suppressed& hidden : report.suppressed) {
    if (!IsOn(hidden.finding, arch)) continue;
    ++suite.tests;
    ++suite.skipped;
    suite.cases +=
        fmt::format("{}><skipped message=\"{}\"/></testcase>\n",
                    Start(arch, hidden.finding), EscapeMarkup(hidden.reason));
  }
  const std::vector<std::string> lines = BehaviourLines(report);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (report.behaviour[i].arch != arch) continue;
    suite.properties += fmt::format(
        "    <properties><property name=\"behaviour\" value=\"{}\"/>"
        "</properties>\n",
        EscapeMarkup(lines[i]));
  }
  return suite;
}

std::string SuiteText(std::string_view name, const Suite& suite) {
  return fmt::format(
      "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" "
      "skipped=\"{}\">\n{}{}  </testsuite>\n",
      EscapeMarkup(name), suite.tests, suite.failures, suite.skipped,
      suite.properties, suite.cases);
}

}  // namespace

std::string GateJunit(const Report& report) {
  std::string suites;
  std::size_t tests = 0, failures = 0, skipped = 0;
  const auto add = [&](std::string_view name, const Suite& suite) {
    suites += SuiteText(name, suite);
    tests += suite.tests;
    failures += suite.failures;
    skipped += suite.skipped;
  };
  for (const ArchReport& arch : report.archs)
    add(arch.arch, SuiteOf(report, arch.arch));
  for (const LeftOut& one : report.left_out) {
    Suite suite;
    suite.tests = suite.skipped = 1;
    suite.cases = fmt::format(
        "    <testcase classname=\"{}\" name=\"compared\"><skipped "
        "message=\"not in {}\"/></testcase>\n",
        EscapeMarkup(one.arch), one.is_new ? "OLD" : "NEW");
    add(one.arch, suite);
  }
  Suite complaints;
  for (const std::string& complaint : report.complaints) {
    ++complaints.tests;
    ++complaints.failures;
    complaints.cases += fmt::format(
        "    <testcase classname=\"suppressions\" name=\"{0}\"><failure "
        "message=\"{0}\"/></testcase>\n",
        EscapeMarkup(complaint));
  }
  if (complaints.tests > 0) add("suppressions", complaints);
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites name=\"plumbline gate\" tests=\"{}\" failures=\"{}\" "
      "errors=\"0\" skipped=\"{}\">\n{}</testsuites>\n",
      tests, failures, skipped, suites);
}

}  // namespace plumbline::gate
