#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "tools/cli/check_formats.h"
#include "tools/cli/markup.h"
#include "tools/cli/page.h"

namespace plumbline::cli {
namespace {

std::string Plural(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::vector<const TargetResult*> WithOutcome(const CheckResults& results,
                                             Outcome outcome) {
  std::vector<const TargetResult*> found;
  for (const TargetResult& result : results.targets) {
    if (result.outcome == outcome) found.push_back(&result);
  }
  return found;
}

struct Verdict {
  std::string_view style;
  std::string text;
};

Verdict VerdictOf(const CheckResults& results) {
  const Counts counts = results.Count();
  std::size_t failing = 0;
  for (const TargetResult& result : results.targets)
    failing += result.Count().failed > 0 ? 1 : 0;
  const std::size_t unusable = WithOutcome(results, Outcome::kUnusable).size();
  std::vector<std::string> troubles;
  if (counts.failed > 0) {
    troubles.push_back(fmt::format("{} failed on {}",
                                   Plural(counts.failed, "check"),
                                   Plural(failing, "target")));
  }
  if (unusable > 0) {
    troubles.push_back(
        fmt::format("{} could not be checked", Plural(unusable, "target")));
  }
  if (!troubles.empty())
    return {"failed", fmt::format("{}", fmt::join(troubles, ", "))};
  if (counts.passed == 0) return {"skipped", "Nothing was checked"};
  if (counts.deviations > 0) {
    return {"passed",
            fmt::format("As declared, but for {}",
                        Plural(counts.deviations, "known deviation"))};
  }
  return {"passed", "All that was checked is as declared"};
}

std::string Header(const CheckResults& results, std::string_view links) {
  const Counts counts = results.Count();
  const Verdict verdict = VerdictOf(results);
  const auto count = [](std::size_t number, std::string_view word,
                        bool marked) {
    return fmt::format("<li{}><b>{}</b> {}</li>\n",
                       marked && number > 0 ? fmt::format(" class=\"{}\"", word)
                                            : std::string(),
                       number, word);
  };
  return fmt::format(
      "<header>\n<h1>plumbline check</h1>\n"
      "<p class=\"verdict {}\">{}</p>\n"
      "<ul class=\"counts\">\n{}{}{}{}"
      "<li><b>{}</b> of {} checked</li>\n</ul>\n"
      "<nav aria-label=\"Contents\">\n{}</nav>\n</header>\n",
      verdict.style, EscapeMarkup(verdict.text),
      count(counts.passed, "passed", false),
      count(counts.failed, "failed", true),
      count(counts.skipped, "skipped", true),
      counts.deviations > 0 ? count(counts.deviations,
                                    counts.deviations == 1 ? "known deviation"
                                                           : "known deviations",
                                    false)
                            : std::string(),
      WithOutcome(results, Outcome::kChecked).size(),
      Plural(results.targets.size(), "target"), links);
}

// "Constant/EPOLLIN", with places where a narrow page may break it.
std::string Breakable(std::string_view name) {
  std::string markup;
  for (std::size_t begin = 0; begin < name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size() - 1);
    markup += EscapeMarkup(name.substr(begin, end + 1 - begin));
    begin = end + 1;
    if (begin < name.size()) markup += "<wbr>";
  }
  return markup;
}

// The command, with options that no line breaks after their hyphens.
std::string Command(const std::string& command) {
  std::string markup = EscapeMarkup(command);
  std::size_t from = 0;
  for (const std::string_view option : {"--arch", "--qemu", "--only"}) {
    const std::size_t at = markup.find(option, from);
    if (at == std::string::npos) continue;
    const std::string marked = fmt::format("<span>{}</span>", option);
    markup.replace(at, option.size(), marked);
    from = at + marked.size();
  }
  return markup;
}

// A failure, or a known deviation.
std::string Card(const CheckResults& results, const SharedFailure& failure) {
  const Check& check = failure.check;
  const bool failed = check.status == Status::kFailed;
  std::vector<std::string> names;
  for (const TargetResult* result : failure.targets)
    names.push_back(result->target.name);
  std::string lines;
  const auto line = [&](std::string_view label, const std::string& markup) {
    lines += fmt::format("<dt>{}</dt><dd>{}</dd>\n", label, markup);
  };
  line("declared",
       fmt::format("<code>{}</code>", EscapeMarkup(check.declared)));
  line("seen",
       fmt::format("<code class=\"seen\">{}</code>", EscapeMarkup(check.seen)));
  if (!check.reason.empty()) line("because", EscapeMarkup(check.reason));
  line("on", EscapeMarkup(TargetNames(results, names)));
  line("with", EscapeMarkup(Surroundings(failure)));
  line("where", fmt::format("<code>{}</code>", EscapeMarkup(check.where)));
  if (failed) {
    line("again", fmt::format("<code class=\"again\">{}</code>",
                              Command(AgainCommand(results, failure))));
  }
  return fmt::format(
      "<article class=\"card {}\" data-name=\"{} {}\">\n"
      "<h3><code>{}</code> <span class=\"kind\">{}{}</span></h3>\n"
      "<dl>\n{}</dl>\n</article>\n",
      failed ? "failed" : "deviation", EscapeMarkup(check.name),
      EscapeMarkup(fmt::format("{}", fmt::join(names, " "))),
      Breakable(check.name), EscapeMarkup(check.kind),
      check.pinned ? ", pinned" : "", lines);
}

std::string Cards(const CheckResults& results,
                  const std::vector<SharedFailure>& failures,
                  std::string_view about) {
  if (failures.empty()) return "";
  std::string cards;
  for (const SharedFailure& failure : failures) cards += Card(results, failure);
  return fmt::format(
      "<p class=\"about\">{}</p>\n"
      "<div class=\"cards\" data-filter=\"Check or target\">\n{}</div>\n",
      about, cards);
}

std::string UnusableList(const CheckResults& results) {
  std::string items;
  for (const TargetResult* result : WithOutcome(results, Outcome::kUnusable)) {
    items += fmt::format("<li><b>{}</b> {}</li>\n",
                         EscapeMarkup(result->target.name),
                         EscapeMarkup(result->reason));
  }
  return items.empty() ? ""
                       : "<ul class=\"reasons named\">\n" + items + "</ul>\n";
}

// What failed and was skipped, under what passed; just that where all passed.
std::string CountsCell(const Counts& counts) {
  std::string more;
  const auto add = [&](std::size_t count, std::string_view word) {
    if (count == 0) return;
    more += fmt::format("<span class=\"more {0}\">{1} {0}</span>", word, count);
  };
  add(counts.failed, "failed");
  add(counts.deviations, counts.deviations == 1 ? "deviation" : "deviations");
  add(counts.skipped, "skipped");
  const std::string_view style = counts.failed > 0    ? " failed"
                                 : counts.skipped > 0 ? " skipped"
                                                      : "";
  return fmt::format(
      "<td class=\"number{}\" data-key=\"{} {} {} {}\">{}{}</td>", style,
      counts.failed, counts.deviations, counts.skipped, counts.passed,
      counts.all() == 0 ? "-" : fmt::format("{}", counts.passed), more);
}

std::string NumberCell(std::size_t number) {
  return fmt::format("<td class=\"number\">{}</td>", number);
}

std::string CheckedRow(const CheckResults& results,
                       const TargetResult& result) {
  const Counts counts = result.Count();
  const std::string name = EscapeMarkup(result.target.name);
  std::string row =
      fmt::format("<tr data-name=\"{}\"><th scope=\"row\">{}</th>", name, name);
  row += counts.failed == 0
             ? NumberCell(0)
             : fmt::format(
                   "<td class=\"number failed\"><a href=\"#failures\" "
                   "data-target=\"{}\">{}</a></td>",
                   name, counts.failed);
  row +=
      counts.skipped == 0
          ? NumberCell(0)
          : fmt::format("<td class=\"number skipped\">{}</td>", counts.skipped);
  if (results.Count().deviations > 0) row += NumberCell(counts.deviations);
  for (const std::string& kind : results.Kinds())
    row += CountsCell(result.Count(kind));
  row += NumberCell(counts.passed - result.Pinned());
  row += NumberCell(result.Pinned());
  row += NumberCell(static_cast<std::size_t>(result.report.facts));
  if (results.times) row += NumberCell(result.FactsPerSecond());
  const std::string runner = result.RunnerText();
  for (const std::string_view text :
       {std::string_view(result.report.libc),
        std::string_view(result.report.kernel),
        std::string_view(result.report.kernel_headers),
        std::string_view(runner)}) {
    row += fmt::format("<td>{}</td>", EscapeMarkup(text));
  }
  return row + "</tr>\n";
}

std::string UncheckedRow(const TargetResult& result, std::size_t columns) {
  const std::string name = EscapeMarkup(result.target.name);
  return fmt::format(
      "<tr class=\"unchecked\" data-name=\"{}\"><th scope=\"row\">{}</th>"
      "<td class=\"{}\" colspan=\"{}\"><div>{}: {}</div></td></tr>\n",
      name, name, result.outcome == Outcome::kUnusable ? "failed" : "skipped",
      columns - 1,
      result.outcome == Outcome::kUnusable ? "could not be checked" : "skipped",
      EscapeMarkup(result.reason));
}

std::string Matrix(const CheckResults& results) {
  std::string head;
  std::size_t columns = 0;
  const auto column = [&](std::string_view title, bool number) {
    ++columns;
    // The order in which the rows are written.
    const std::string_view sorted =
        title == "failed" ? " aria-sort=\"descending\"" : "";
    head += fmt::format("<th scope=\"col\"{}{}>{}</th>",
                        number ? " class=\"number\" data-sort=\"number\"" : "",
                        sorted, EscapeMarkup(title));
  };
  column("target", false);
  column("failed", true);
  column("skipped", true);
  if (results.Count().deviations > 0) column("deviations", true);
  for (const std::string& kind : results.Kinds()) column(kind, true);
  for (const char* title : {"conformance", "pinned", "facts"})
    column(title, true);
  if (results.times) column("facts/s", true);
  for (const char* title : {"libc", "kernel", "kernel headers", "runner"})
    column(title, false);

  std::vector<const TargetResult*> checked =
      WithOutcome(results, Outcome::kChecked);
  std::stable_sort(checked.begin(), checked.end(),
                   [](const TargetResult* a, const TargetResult* b) {
                     return a->Count().failed > b->Count().failed;
                   });
  std::string rows;
  for (const TargetResult* result : checked)
    rows += CheckedRow(results, *result);
  for (const Outcome outcome : {Outcome::kUnusable, Outcome::kSkipped}) {
    for (const TargetResult* result : WithOutcome(results, outcome))
      rows += UncheckedRow(*result, columns);
  }
  return fmt::format(
      "<p class=\"about\">A number alone is of passed checks. Of these, "
      "conformance holds the target against another source; pinned guards "
      "against change, no proof.</p>\n"
      "<div class=\"scroll\" role=\"region\" aria-labelledby=\"targets-title\" "
      "tabindex=\"0\" data-filter=\"Target\">\n<table>\n"
      "<thead><tr>{}</tr></thead>\n<tbody>\n{}</tbody>\n</table>\n</div>\n",
      head, rows);
}

std::string SkipList(const CheckResults& results) {
  std::string items;
  for (const SharedSkip& skip : Skips(results)) {
    items += fmt::format("<li><b>{}</b> {}<span>{}</span></li>\n", skip.count,
                         EscapeMarkup(skip.reason),
                         EscapeMarkup(TargetNames(results, skip.targets)));
  }
  return items.empty() ? "" : "<ul class=\"reasons\">\n" + items + "</ul>\n";
}

}  // namespace

std::string CheckHtml(const CheckResults& results) {
  std::string links;
  std::string sections;
  const auto section = [&](std::string_view id, std::string_view title,
                           const std::string& content) {
    if (content.empty()) return;
    links += fmt::format("<a href=\"#{}\">{}</a>\n", id, title);
    sections += fmt::format(
        "<section id=\"{0}\">\n<h2 id=\"{0}-title\">{1}</h2>\n{2}</section>\n",
        id, title, content);
  };
  section("unusable", "Could not be checked", UnusableList(results));
  section("failures", "Failures",
          Cards(results, Failures(results),
                "What fails alike on several targets is told once."));
  section("targets", "Targets", Matrix(results));
  section("deviations", "Known deviations",
          Cards(results, Deviations(results),
                "These fail as the ledger says that they do, which is at the "
                "place named."));
  section("skips", "Skips", SkipList(results));
  return HtmlPage(
      "plumbline check: " + CountsLine(results.Count()), "",
      fmt::format("{}<main>\n{}</main>\n", Header(results, links), sections));
}

}  // namespace plumbline::cli
