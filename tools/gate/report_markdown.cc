#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tools/cli/table.h"
#include "tools/gate/formats.h"

namespace plumbline::gate {
namespace {

// Of a paragraph's rows; a pull request has a longest comment.
constexpr std::size_t kRows = 40;

std::string Escaped(std::string_view text) { return cli::EscapeMarkdown(text); }

std::string Section(const Report& report, const Paragraph& paragraph) {
  std::string out = fmt::format("### {}: {}\n\n", NameOf(paragraph.severity),
                                Escaped(TitleOf(paragraph)));
  if (paragraph.story != nullptr) {
    out += Escaped(paragraph.story->text) + "\n\n";
    if (!paragraph.story->source.empty())
      out += fmt::format("Source: {}\n\n", Escaped(paragraph.story->source));
  } else {
    const Kind& kind = KindOf(paragraph.first().id);
    out += fmt::format("Affects {}. {}\n\n", kind.affected, kind.advice);
  }
  cli::Table table({{"id"}, {"name"}, {"old"}, {"new"}, {"on"}});
  std::size_t rows = 0;
  for (const Finding* finding : paragraph.findings) {
    if (rows++ == kRows) break;
    table.Add({std::string(KindOf(finding->id).name), finding->name,
               finding->old_is, finding->new_is, ArchsText(report, *finding)});
  }
  out += table.Markdown() + "\n";
  for (const Finding* finding : paragraph.findings) {
    for (const ProgramView& view : finding->programs)
      out += fmt::format("- {}: {}\n", Escaped(finding->name),
                         Escaped(Text(view)));
  }
  if (paragraph.findings.size() > kRows)
    out += fmt::format("… and {} more.\n\n", paragraph.findings.size() - kRows);
  return out;
}

}  // namespace

std::string GateMarkdown(const Report& report) {
  std::string out =
      fmt::format("## plumbline gate: {}\n\n{} → {}\n\n", CountsText(report),
                  Versions(report, false), Versions(report, true));
  if (const std::string left_out = LeftOutText(report); !left_out.empty())
    out += fmt::format("Left out: {}\n\n", Escaped(left_out));
  if (!report.scope.empty()) out += Escaped(report.scope) + "\n\n";
  for (const std::string& line : BehaviourLines(report))
    out += Escaped(line) + "\n\n";
  for (const std::string& complaint : report.complaints)
    out += fmt::format("- **suppressions**: {}\n", Escaped(complaint));
  if (!report.complaints.empty()) out += "\n";
  for (const Paragraph& paragraph : Paragraphs(report)) {
    if (paragraph.severity != Severity::kBenign)
      out += Section(report, paragraph);
  }
  return out;
}

}  // namespace plumbline::gate
