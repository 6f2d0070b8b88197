#include <algorithm>

#include "tools/cli/document.h"

namespace plumbline::cli {
namespace {

constexpr std::size_t kWidth = 100;

template <typename... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

std::string FieldLines(const Document::Fields& fields) {
  Table table({{""}, {""}});
  for (const auto& [label, text] : fields.lines) table.Add({label, text});
  return table.Text({.width = kWidth, .indent = 2});
}

std::string GridText(const Document::Grid& grid, bool colour) {
  Table table(grid.columns);
  std::string above;
  for (const std::vector<Document::Cell>& row : grid.rows) {
    std::vector<Table::Cell> cells;
    for (const Document::Cell& cell : row) {
      std::string text = cell.text;
      for (const std::string& note : cell.notes) {
        // Kept at the beginning of a line, unlike a common space.
        text += "\n";
        text += kNoBreakSpace;
        text += kNoBreakSpace;
        text += note;
      }
      cells.emplace_back(std::move(text), cell.colour);
    }
    if (grid.fold && !above.empty() && row.front().text == above) {
      cells.front().text = "";
    } else if (grid.fold) {
      above = row.front().text;
    }
    table.Add(std::move(cells));
  }
  return table.Text({.width = kWidth, .colour = colour});
}

// In a fence that is longer than any in the code.
std::string Fenced(const std::string& code) {
  std::string fence = "```";
  while (code.find(fence) != std::string::npos) fence += '`';
  return fence + "cpp\n" + code + fence + "\n";
}

}  // namespace

std::string DocumentText(const Document& document, bool colour) {
  std::string text = Paint(document.title, Colour::kBold, colour) + "\n";
  bool after_heading = true;
  for (const Document::Block& block : document.blocks) {
    std::string part;
    bool heading = false;
    std::visit(
        Overloaded{[&](const Document::Heading& h) {
                     part = Paint(h.text, Colour::kBold, colour) + "\n";
                     heading = true;
                   },
                   [&](const Document::Paragraph& p) {
                     for (const std::string& line : Wrap(p.text, kWidth))
                       part += line + "\n";
                   },
                   [&](const Document::Fields& f) { part = FieldLines(f); },
                   [&](const Document::Grid& g) { part = GridText(g, colour); },
                   [&](const Document::Code& c) { part = c.text; }},
        block);
    const bool close =
        after_heading && std::holds_alternative<Document::Fields>(block);
    if (!close) text += "\n";
    text += part;
    after_heading = heading;
  }
  return text;
}

std::string DocumentMarkdown(const Document& document) {
  std::string text = "# " + EscapeMarkdown(document.title) + "\n";
  for (const Document::Block& block : document.blocks) {
    text += "\n";
    std::visit(
        Overloaded{[&](const Document::Heading& h) {
                     text +=
                         std::string(static_cast<std::size_t>(h.level), '#') +
                         " " + EscapeMarkdown(h.text) + "\n";
                   },
                   [&](const Document::Paragraph& p) {
                     text += EscapeMarkdown(p.text) + "\n";
                   },
                   [&](const Document::Fields& f) {
                     for (const auto& [label, value] : f.lines) {
                       text += "- **" + EscapeMarkdown(label) + "** " +
                               EscapeMarkdown(value) + "\n";
                     }
                   },
                   [&](const Document::Grid& g) {
                     Table table(g.columns);
                     for (const std::vector<Document::Cell>& row : g.rows) {
                       std::vector<Table::Cell> cells;
                       for (const Document::Cell& cell : row) {
                         std::string all = cell.text;
                         for (const std::string& note : cell.notes)
                           all += "\n" + note;
                         cells.emplace_back(std::move(all));
                       }
                       table.Add(std::move(cells));
                     }
                     text += table.Markdown();
                   },
                   [&](const Document::Code& c) { text += Fenced(c.text); }},
        block);
  }
  return text;
}

}  // namespace plumbline::cli
