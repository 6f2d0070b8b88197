#include <fmt/format.h>

#include <string>
#include <vector>

#include "tools/cli/check_formats.h"
#include "tools/cli/table.h"

namespace plumbline::cli {
namespace {

std::string CountsTable(const CheckResults& results) {
  std::vector<Table::Column> columns = {{"target"}};
  const std::vector<std::string> kinds = results.Kinds();
  for (const std::string& kind : kinds)
    columns.push_back({kind, Table::Align::kRight});
  for (const char* title : {"conformance", "pinned", "facts"}) {
    columns.push_back({title, Table::Align::kRight});
  }
  const bool deviations = results.Count().deviations > 0;
  if (deviations) columns.push_back({"deviations", Table::Align::kRight});
  if (results.times) columns.push_back({"facts/s", Table::Align::kRight});
  for (const char* title : {"libc", "kernel", "kernel headers", "runner"})
    columns.push_back({title});

  Table table(columns);
  for (const TargetResult& result : results.targets) {
    if (result.outcome != Outcome::kChecked) continue;
    std::vector<Table::Cell> row = {result.target.name};
    for (const std::string& kind : kinds) {
      const Counts counts = result.Count(kind);
      row.emplace_back(fmt::format("{}/{}/{}", counts.passed, counts.failed,
                                   counts.skipped));
    }
    row.emplace_back(
        fmt::format("{}", result.Count().passed - result.Pinned()));
    row.emplace_back(fmt::format("{}", result.Pinned()));
    row.emplace_back(fmt::format("{}", result.report.facts));
    if (deviations)
      row.emplace_back(fmt::format("{}", result.Count().deviations));
    if (results.times)
      row.emplace_back(fmt::format("{}", result.FactsPerSecond()));
    row.emplace_back(result.report.libc);
    row.emplace_back(result.report.kernel);
    row.emplace_back(result.report.kernel_headers);
    row.emplace_back(result.RunnerText());
    table.Add(std::move(row));
  }
  if (table.empty()) return "";
  return "Checks that passed/failed/skipped; of the passed ones, how many "
         "prove conformance, and how\n"
         "many are pinned only (they guard against change).\n\n" +
         table.Markdown() + "\n";
}

std::string FailuresTable(const CheckResults& results) {
  Table table(
      {{"check"}, {"targets"}, {"declared"}, {"seen"}, {"where"}, {"again"}});
  for (const SharedFailure& failure : Failures(results)) {
    std::vector<std::string> names;
    for (const TargetResult* result : failure.targets)
      names.push_back(result->target.name);
    const Check& check = failure.check;
    table.Add(
        {check.name, TargetNames(results, names), check.declared,
         check.reason.empty() ? check.seen : check.seen + "\n" + check.reason,
         check.where, AgainCommand(results, failure)});
  }
  return table.empty() ? "" : "## Failures\n\n" + table.Markdown() + "\n";
}

std::string DeviationsTable(const CheckResults& results) {
  Table table(
      {{"check"}, {"targets"}, {"declared"}, {"seen"}, {"reason"}, {"where"}});
  for (const SharedDeviation& deviation : Deviations(results)) {
    std::vector<std::string> names;
    for (const TargetResult* result : deviation.targets)
      names.push_back(result->target.name);
    const Check& check = deviation.check;
    table.Add({check.name, TargetNames(results, names), check.declared,
               check.seen, check.reason, check.where});
  }
  return table.empty() ? ""
                       : "## Known deviations\n\n" + table.Markdown() + "\n";
}

std::string SkipsTable(const CheckResults& results) {
  Table table({{"skipped", Table::Align::kRight}, {"reason"}, {"targets"}});
  for (const SharedSkip& skip : Skips(results)) {
    table.Add({fmt::format("{}", skip.count), skip.reason,
               TargetNames(results, skip.targets)});
  }
  return table.empty() ? "" : "## Skips\n\n" + table.Markdown() + "\n";
}

}  // namespace

std::string CheckMarkdown(const CheckResults& results) {
  return "# plumbline check\n\n" + CountsTable(results) +
         FailuresTable(results) + DeviationsTable(results) +
         SkipsTable(results) + CountsLine(results.Count()) + "\n";
}

}  // namespace plumbline::cli
