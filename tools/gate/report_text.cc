#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "tools/cli/colour.h"
#include "tools/cli/table.h"
#include "tools/gate/formats.h"
#include "tools/gate/rules.h"

namespace plumbline::gate {
namespace {

using cli::Colour;
using cli::Paint;
using cli::Table;

constexpr std::size_t kWidth = 100;
// Of a paragraph's findings, in a text that is not asked for all.
constexpr std::size_t kEvidence = 8;

Colour ColourOf(Severity severity) {
  switch (severity) {
    case Severity::kBreaking:
      return Colour::kRed;
    case Severity::kNotable:
      return Colour::kYellow;
    case Severity::kBenign:
      break;
  }
  return Colour::kGreen;
}

std::string Indented(std::string_view label, std::string_view text) {
  std::string out;
  std::string_view lead = label;
  for (const std::string& line : cli::Wrap(text, kWidth - 12)) {
    out += fmt::format("  {:<9} {}\n", lead, line);
    lead = "";
  }
  return out;
}

std::string Summary(const Report& report, bool colour) {
  Table table({{"what"},
               {"breaking", Table::Align::kRight},
               {"notable", Table::Align::kRight},
               {"benign", Table::Align::kRight}});
  for (const Kind& kind : Kinds()) {
    std::array<std::size_t, 3> counts = {};
    for (const Finding& finding : report.findings) {
      if (finding.id == kind.id)
        ++counts.at(static_cast<std::size_t>(finding.severity));
    }
    if (counts[0] + counts[1] + counts[2] == 0) continue;
    const auto cell = [&](std::size_t i) {
      return Table::Cell(
          counts.at(i) == 0 ? "-" : fmt::format("{}", counts.at(i)),
          counts.at(i) > 0 && i == 0 ? Colour::kRed : Colour::kPlain);
    };
    table.Add({std::string(kind.name), cell(0), cell(1), cell(2)});
  }
  return table.empty() ? "" : table.Text({.width = kWidth, .colour = colour});
}

std::string ParagraphText(const Report& report, const Paragraph& paragraph,
                          const TextOptions& options) {
  const Finding& first = paragraph.first();
  std::string out =
      fmt::format("\n{}  {}\n",
                  Paint(NameOf(paragraph.severity),
                        ColourOf(paragraph.severity), options.colour),
                  Paint(TitleOf(paragraph), Colour::kBold, options.colour));
  std::size_t shown = 0;
  for (const Finding* finding : paragraph.findings) {
    if (!options.all && shown == kEvidence &&
        paragraph.findings.size() > kEvidence + 1) {
      out += Indented("", fmt::format("… and {} more (--all shows them)",
                                      paragraph.findings.size() - shown));
      break;
    }
    std::string text = Text(*finding);
    if (!finding->rule.empty() && finding->severity != Severity::kBreaking)
      text += fmt::format(" [{}]", finding->rule);
    out += Indented(shown == 0 ? "changed" : "", text);
    ++shown;
  }
  if (report.archs.size() > 1) out += Indented("on", ArchsText(report, first));
  if (paragraph.story != nullptr) {
    out += Indented("story", paragraph.story->text);
    if (!paragraph.story->source.empty())
      out += Indented("source", paragraph.story->source);
  } else {
    out += Indented("affects", KindOf(first.id).affected);
    out += Indented("do", KindOf(first.id).advice);
  }
  return out;
}

}  // namespace

std::string ArchsText(const Report& report, const Finding& finding) {
  if (report.archs.size() > 1 && finding.archs.size() == report.archs.size())
    return fmt::format("all {} architectures", report.archs.size());
  return fmt::format("{}", fmt::join(finding.archs, ", "));
}

std::vector<Paragraph> Paragraphs(const Report& report) {
  std::map<std::string_view, const Story*> stories;
  for (const Story& story : report.stories) stories[story.id] = &story;
  // What is known of comes first, and of the rest what is the C library's.
  const auto rank = [](const Finding& finding, const Story* story) {
    if (story != nullptr && !story->source.empty()) return 0;
    return finding.side == Side::kUapi ? 2 : 1;
  };
  std::map<std::string_view, int> ranks;
  for (const Finding& finding : report.findings) {
    const auto found = stories.find(finding.story);
    if (found == stories.end()) continue;
    const int its = rank(finding, found->second);
    const auto [at, is_new] = ranks.try_emplace(finding.story, its);
    if (!is_new) at->second = std::min(at->second, its);
  }
  using Key = std::tuple<Severity, int, bool, std::string_view, Id, Side,
                         std::string_view, std::vector<std::string>>;
  std::map<Key, Paragraph> paragraphs;
  // Most findings are of the paragraph that the one before them is of.
  const auto like = [](const Finding& finding) {
    return std::tie(finding.severity, finding.id, finding.side, finding.story,
                    finding.owner, finding.archs);
  };
  Paragraph* last = nullptr;
  for (const Finding& finding : report.findings) {
    if (last != nullptr && like(*last->findings.back()) == like(finding)) {
      last->findings.push_back(&finding);
      continue;
    }
    const auto found = stories.find(finding.story);
    const Story* story = found == stories.end() ? nullptr : found->second;
    const Key key = story != nullptr ? Key{story->severity,
                                           ranks[story->id],
                                           false,
                                           story->id,
                                           Id{},
                                           Side{},
                                           "",
                                           {}}
                                     : Key{finding.severity,
                                           rank(finding, nullptr),
                                           true,
                                           "",
                                           finding.id,
                                           finding.side,
                                           finding.owner,
                                           finding.archs};
    Paragraph& paragraph = paragraphs[key];
    paragraph.story = story;
    paragraph.severity = std::get<0>(key);
    paragraph.findings.push_back(&finding);
    last = &paragraph;
  }
  std::vector<Paragraph> result;
  for (auto& [key, paragraph] : paragraphs) {
    // The headers that are gone, before all that they took with them.
    std::stable_partition(paragraph.findings.begin(), paragraph.findings.end(),
                          [](const Finding* finding) {
                            return finding->id == Id::kHeaderRemoved;
                          });
    result.push_back(std::move(paragraph));
  }
  return result;
}

std::string TitleOf(const Paragraph& paragraph) {
  const Finding& first = paragraph.first();
  if (paragraph.story != nullptr) {
    return fmt::format("{} ({} finding{})", paragraph.story->title,
                       paragraph.findings.size(),
                       paragraph.findings.size() == 1 ? "" : "s");
  }
  const std::string where =
      first.side == Side::kElf ? first.owner : fmt::format("<{}>", first.owner);
  return fmt::format("{}: {} of {}", KindOf(first.id).title,
                     paragraph.findings.size(), where);
}

std::string GateText(const Report& report, const TextOptions& options) {
  std::string out =
      fmt::format("{} → {}\n", Versions(report, false), Versions(report, true));
  std::vector<std::string> archs;
  for (const ArchReport& arch : report.archs) archs.push_back(arch.arch);
  out += fmt::format("on {}\n", fmt::join(archs, ", "));
  if (const std::string left_out = LeftOutText(report); !left_out.empty())
    out += fmt::format("left out: {}\n", left_out);
  if (!report.scope.empty()) out += fmt::format("{}\n", report.scope);
  for (const std::string& line : BehaviourLines(report)) out += line + "\n";
  const std::string summary = Summary(report, options.colour);
  if (!summary.empty()) out += "\n" + summary;
  std::size_t benign = 0;
  for (const Paragraph& paragraph : Paragraphs(report)) {
    if (paragraph.severity == Severity::kBenign && !options.all) {
      benign += paragraph.findings.size();
      continue;
    }
    out += ParagraphText(report, paragraph, options);
  }
  if (benign > 0)
    out += fmt::format("\n{} benign findings are not shown: --all shows them\n",
                       benign);
  if (!report.complaints.empty()) {
    out += fmt::format("\n{}\n",
                       Paint("SUPPRESSIONS", Colour::kRed, options.colour));
    for (const std::string& complaint : report.complaints)
      out += Indented("", complaint);
  }
  out += fmt::format(
      "\n{}\n",
      Paint(CountsText(report), report.Breaks() ? Colour::kRed : Colour::kGreen,
            options.colour));
  return out;
}

}  // namespace plumbline::gate
