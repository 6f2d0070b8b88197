#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tools/cli/check_formats.h"
#include "tools/cli/table.h"

namespace plumbline::cli {
namespace {

// "12" if all passed, otherwise "10/1/1" of passed/failed/skipped. Known
// deviations have a column of their own.
Table::Cell CountsCell(const Counts& counts) {
  if (counts.all() == 0) return {"-"};
  if (counts.failed + counts.skipped == 0)
    return {fmt::format("{}", counts.passed)};
  return {fmt::format("{}/{}/{}", counts.passed, counts.failed, counts.skipped),
          counts.failed > 0 ? Colour::kRed : Colour::kYellow};
}

bool AnyChecked(const CheckResults& results) {
  return std::any_of(results.targets.begin(), results.targets.end(),
                     [](const TargetResult& result) {
                       return result.outcome == Outcome::kChecked;
                     });
}

std::string CountsTable(const CheckResults& results, bool colour) {
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

  Table table(columns);
  for (const TargetResult& result : results.targets) {
    if (result.outcome != Outcome::kChecked) continue;
    std::vector<Table::Cell> row = {result.target.name};
    for (const std::string& kind : kinds)
      row.push_back(CountsCell(result.Count(kind)));
    row.emplace_back(
        fmt::format("{}", result.Count().passed - result.Pinned()));
    row.emplace_back(fmt::format("{}", result.Pinned()));
    row.emplace_back(fmt::format("{}", result.report.facts));
    if (deviations)
      row.emplace_back(fmt::format("{}", result.Count().deviations));
    if (results.times)
      row.emplace_back(fmt::format("{}", result.FactsPerSecond()));
    table.Add(std::move(row));
  }
  return table.Text({.colour = colour}) +
         "\nA number alone is of passed checks, three are "
         "passed/failed/skipped. Of the passed ones,\n"
         "conformance holds the target against another source; pinned guards "
         "against change, no proof.\n";
}

// Libraries, kernels and headers, of all targets that have the same in one
// line.
std::string AllSurroundings(const CheckResults& results) {
  std::map<std::string, std::vector<std::string>> targets;
  std::vector<std::string> order;
  for (const TargetResult& result : results.targets) {
    if (result.outcome != Outcome::kChecked) continue;
    // What is judged from object files runs on no kernel.
    const std::string kernel =
        result.report.kernel.empty() ? "" : ", kernel " + result.report.kernel;
    const std::string headers =
        result.report.kernel_headers.empty()
            ? ""
            : ", kernel headers " + result.report.kernel_headers;
    const std::string text = fmt::format("{}{}{}, {}", result.report.libc,
                                         kernel, headers, result.RunnerText());
    if (!targets.contains(text)) order.push_back(text);
    targets[text].push_back(result.target.name);
  }
  std::string lines;
  for (const std::string& text : order) {
    lines += fmt::format("{}: {}\n", TargetNames(results, targets[text]), text);
  }
  return lines;
}

std::string FailureBlock(const CheckResults& results,
                         const SharedFailure& failure, bool colour) {
  const Check& check = failure.check;
  std::vector<std::string> names;
  for (const TargetResult* result : failure.targets)
    names.push_back(result->target.name);
  std::string block =
      fmt::format("{}  {}  on {}\n", Paint("FAILED", Colour::kRed, colour),
                  check.name, TargetNames(results, names));
  const std::size_t width =
      std::max(DisplayWidth(check.declared), DisplayWidth(check.seen));
  const auto line = [&](std::string_view label, const std::string& value,
                        const std::string& remark) {
    const std::string padding(width - DisplayWidth(value), ' ');
    block += fmt::format("  {:<10}{}{}  {}\n", label, value, padding, remark);
  };
  line("declared", check.declared, check.where);
  line("seen", check.seen, Surroundings(failure));
  if (!check.reason.empty())
    block += fmt::format("  {:<10}{}\n", "because", check.reason);
  block += fmt::format("  {:<10}{}\n", "again", AgainCommand(results, failure));
  return block;
}

std::string SkipLines(const CheckResults& results, bool colour) {
  Table table({{"", Table::Align::kRight}, {""}, {""}});
  for (const SharedSkip& skip : Skips(results)) {
    table.Add({fmt::format("{}", skip.count), skip.reason,
               TargetNames(results, skip.targets)});
  }
  return Paint("SKIPPED", Colour::kYellow, colour) + "\n" +
         table.Text({.width = 100, .indent = 2, .colour = colour});
}

std::string DeviationLines(const CheckResults& results, bool colour) {
  Table table({{""}, {""}, {""}});
  for (const SharedDeviation& deviation : Deviations(results)) {
    std::vector<std::string> names;
    for (const TargetResult* result : deviation.targets)
      names.push_back(result->target.name);
    table.Add({deviation.check.name, deviation.check.reason,
               TargetNames(results, names)});
  }
  return Paint("KNOWN DEVIATIONS", Colour::kYellow, colour) + "\n" +
         table.Text({.width = 100, .indent = 2, .colour = colour});
}

std::string WithoutTrailingSpaces(const std::string& text) {
  std::string trimmed;
  for (const std::string& line : Wrap(text, std::string::npos)) {
    trimmed += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  }
  trimmed.pop_back();
  return trimmed;
}

}  // namespace

std::string CheckText(const CheckResults& results, bool colour) {
  std::string text;
  if (AnyChecked(results)) {
    text +=
        CountsTable(results, colour) + '\n' + AllSurroundings(results) + '\n';
  }
  for (const SharedFailure& failure : Failures(results)) {
    text += FailureBlock(results, failure, colour) + '\n';
  }
  const Counts counts = results.Count();
  if (counts.deviations > 0) text += DeviationLines(results, colour) + '\n';
  if (counts.skipped > 0) text += SkipLines(results, colour) + '\n';
  const bool good = counts.failed == 0 && counts.passed > 0;
  const Colour verdict = counts.failed > 0 ? Colour::kRed
                         : good            ? Colour::kGreen
                                           : Colour::kYellow;
  return WithoutTrailingSpaces(
      text + Paint(CountsLine(counts), verdict, colour) + '\n');
}

}  // namespace plumbline::cli
