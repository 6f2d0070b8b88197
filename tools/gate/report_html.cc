// One page that needs no network: the findings in tables with old and new side
// by side, a search (check_html.js), and filters, which are style alone.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tools/cli/markup.h"
#include "tools/cli/page.h"
#include "tools/gate/formats.h"

namespace plumbline::gate {
namespace {

using cli::EscapeMarkup;

constexpr std::string_view kStyle = R"(
.filters {
  border: 1px solid var(--line);
  border-radius: 0.25rem;
  display: flex;
  flex-wrap: wrap;
  gap: 0.4rem 1.2rem;
  margin: 1rem 0;
  padding: 0.6rem 1rem;
}
.filters label {
  white-space: nowrap;
}
.filters input {
  height: 1.1rem;
  width: 1.1rem;
}
.findings td:nth-child(2) {
  color: var(--muted);
}
.findings td code {
  white-space: pre-wrap;
}
.card p {
  margin: 0.3rem 0 0.6rem;
  max-width: 60rem;
}
.card.notable {
  border-left-color: var(--skipped);
}
article:not(:has(tr[data-name]:not([hidden]))) {
  display: none;
}
)";

// Hides what the box of that name is not ticked for.
std::string Hides(std::string_view box, std::string_view what) {
  return fmt::format(
      "body:has(#show-{}:not(:checked)) {} {{ display: none; }}\n", box, what);
}

std::string Box(std::string_view name, bool ticked, std::size_t count) {
  return fmt::format(
      "<label><input type=\"checkbox\" id=\"show-{0}\"{1}> {0} ({2})</label>\n",
      name, ticked ? " checked" : "", count);
}

std::string Row(const Report& report, const Finding& finding) {
  std::string name = finding.name;
  if (!finding.variant.empty()) name += fmt::format(" ({})", finding.variant);
  std::string note = finding.detail;
  if (!finding.rule.empty())
    note += fmt::format("{}rule {}", note.empty() ? "" : "; ", finding.rule);
  for (const ProgramView& view : finding.programs)
    note += fmt::format("{}{}", note.empty() ? "" : "; ", Text(view));
  return fmt::format(
      "<tr data-name=\"{} {} {} {}\" data-side=\"{}\">"
      "<th scope=\"row\"><code>{}</code></th><td>{}</td>"
      "<td><code>{}</code></td><td><code>{}</code></td><td>{}</td><td>{}</td>"
      "</tr>\n",
      EscapeMarkup(finding.name), KindOf(finding.id).name,
      EscapeMarkup(finding.owner),
      EscapeMarkup(fmt::format("{}", fmt::join(finding.archs, " "))),
      NameOf(finding.side), EscapeMarkup(name), KindOf(finding.id).name,
      EscapeMarkup(finding.old_is), EscapeMarkup(finding.new_is),
      EscapeMarkup(ArchsText(report, finding)), EscapeMarkup(note));
}

std::string Card(const Report& report, const Paragraph& paragraph) {
  std::string text;
  if (paragraph.story != nullptr) {
    text = fmt::format("<p>{}</p>\n", EscapeMarkup(paragraph.story->text));
    if (!paragraph.story->source.empty())
      text += fmt::format("<p>Source: {}</p>\n",
                          EscapeMarkup(paragraph.story->source));
  } else {
    const Kind& kind = KindOf(paragraph.first().id);
    text = fmt::format("<p>Affects {}. {}</p>\n", EscapeMarkup(kind.affected),
                       EscapeMarkup(kind.advice));
  }
  std::string rows;
  for (const Finding* finding : paragraph.findings)
    rows += Row(report, *finding);
  const std::string_view severity = NameOf(paragraph.severity);
  return fmt::format(
      "<article class=\"card {} {}\">\n<h3>{} <span class=\"kind\">{}</span>"
      "</h3>\n{}<div class=\"scroll\">\n<table class=\"findings\">\n"
      "<thead><tr><th scope=\"col\">name</th><th scope=\"col\">finding</th>"
      "<th scope=\"col\">old</th><th scope=\"col\">new</th>"
      "<th scope=\"col\">on</th><th scope=\"col\">note</th></tr></thead>\n"
      "<tbody>\n{}</tbody>\n</table>\n</div>\n</article>\n",
      severity, paragraph.severity == Severity::kBreaking ? "failed" : "",
      EscapeMarkup(TitleOf(paragraph)), severity, text, rows);
}

}  // namespace

std::string GateHtml(const Report& report) {
  const auto counts = report.Counts();
  std::string style(kStyle);
  std::string boxes;
  for (const Severity severity : kSeverities) {
    const std::string_view name = NameOf(severity);
    boxes += Box(name, severity != Severity::kBenign,
                 counts.at(static_cast<std::size_t>(severity)));
    style += Hides(name, fmt::format("article.{}", name));
  }
  for (const Side side : {Side::kGlibc, Side::kUapi, Side::kElf}) {
    std::size_t count = 0;
    for (const Finding& finding : report.findings)
      count += finding.side == side ? 1 : 0;
    boxes += Box(NameOf(side), true, count);
    // A card is hidden when no row of it is left.
    style += Hides(NameOf(side), fmt::format("tr[data-side={}]", NameOf(side)));
    style +=
        Hides(NameOf(side), fmt::format("article:not(:has(tr[data-side]:not("
                                        "[data-side={}]):not([hidden])))",
                                        NameOf(side)));
  }
  std::string cards;
  for (const Paragraph& paragraph : Paragraphs(report))
    cards += Card(report, paragraph);
  std::string complaints;
  for (const std::string& complaint : report.complaints)
    complaints += fmt::format("<li>{}</li>\n", EscapeMarkup(complaint));
  if (!complaints.empty())
    complaints = fmt::format(
        "<section id=\"suppressions\">\n<h2>Suppressions</h2>\n"
        "<ul class=\"reasons\">\n{}</ul>\n</section>\n",
        complaints);
  std::string ran;
  for (const std::string& line : BehaviourLines(report))
    ran += fmt::format("<p>{}</p>\n", EscapeMarkup(line));
  std::string verdict =
      fmt::format("{} → {}", Versions(report, false), Versions(report, true));
  if (const std::string left_out = LeftOutText(report); !left_out.empty())
    verdict += fmt::format("; left out: {}", left_out);
  return cli::HtmlPage(
      "plumbline gate: " + CountsText(report), style,
      fmt::format(
          "<header>\n<h1>plumbline gate</h1>\n"
          "<p class=\"verdict {}\">{}</p>\n<p>{}{}{}</p>\n{}"
          "<fieldset class=\"filters\"><legend>Shown</legend>\n{}</fieldset>\n"
          "</header>\n<main>\n{}"
          "<div class=\"cards\" data-filter=\"Name, header, finding or "
          "architecture\">\n{}</div>\n</main>\n",
          report.Breaks() ? "failed" : "passed",
          EscapeMarkup(CountsText(report)), EscapeMarkup(verdict),
          report.scope.empty() ? "" : "; ", EscapeMarkup(report.scope), ran,
          boxes, complaints, cards));
}

}  // namespace plumbline::gate
