#include "tools/cli/table.h"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <utility>

namespace plumbline::cli {
namespace {

constexpr std::size_t kGap = 2;

// A title is wrapped from here on if no cell of its column is wider.
constexpr std::size_t kTitleWidth = 20;

std::size_t LongestLine(const std::vector<std::string>& lines) {
  std::size_t longest = 0;
  for (const std::string& line : lines)
    longest = std::max(longest, DisplayWidth(line));
  return longest;
}

// Width of the longest word: what Wrap() to nothing leaves.
std::size_t LongestWord(std::string_view text) {
  return LongestLine(Wrap(text, 0));
}

std::string WithSpaces(std::string text) {
  for (std::size_t at = 0;
       (at = text.find(kNoBreakSpace, at)) != std::string::npos;) {
    text.replace(at, kNoBreakSpace.size(), " ");
  }
  return text;
}

// Columns that a line may take after its indent; 0: any number.
std::size_t Inside(const Table::Style& style) {
  return style.width == 0
             ? 0
             : style.width - std::min(style.width - 1, style.indent);
}

void TrimRight(std::string& line) {
  line.erase(line.find_last_not_of(' ') + 1);
}

}  // namespace

std::size_t DisplayWidth(std::string_view text) {
  // Bytes that continue a character are 10xxxxxx.
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(),
      [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::vector<std::string> Wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string_view line = text.substr(start, end - start);
    start = end + 1;
    if (DisplayWidth(line) <= width) {
      lines.emplace_back(line);
      continue;
    }
    std::string wrapped;
    for (std::size_t at = 0; at < line.size();) {
      const std::size_t space = std::min(line.find(' ', at), line.size());
      const std::string_view word = line.substr(at, space - at);
      at = space + 1;
      if (word.empty()) continue;
      if (!wrapped.empty() &&
          DisplayWidth(wrapped) + 1 + DisplayWidth(word) > width) {
        lines.push_back(std::exchange(wrapped, ""));
      }
      if (!wrapped.empty()) wrapped += ' ';
      wrapped += word;
    }
    lines.push_back(wrapped);
  }
  return lines;
}

std::string EscapeMarkdown(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\n') {
      escaped += "<br>";
      continue;
    }
    if (c == '<') {
      escaped += "&lt;";
      continue;
    }
    if (c == '|' || c == '*' || c == '_' || c == '`' || c == '\\' || c == '[' ||
        c == ']')
      escaped += '\\';
    escaped += c;
  }
  return WithSpaces(std::move(escaped));
}

void Table::Add(std::vector<Cell> row) {
  assert(row.size() == columns_.size());
  rows_.push_back(std::move(row));
}

Table::Widths Table::WidthsOf(std::size_t column) const {
  Widths widths = {0, LongestWord(columns_[column].title)};
  for (const std::vector<Cell>& row : rows_) {
    const std::string& text = row[column].text;
    widths.natural =
        std::max(widths.natural, LongestLine(Wrap(text, std::string::npos)));
    widths.least = std::max(widths.least, LongestWord(text));
  }
  const std::size_t title =
      LongestLine(Wrap(columns_[column].title, kTitleWidth));
  widths.natural = std::max({widths.natural, title, widths.least});
  return widths;
}

std::vector<std::size_t> Table::Fit(const std::vector<std::size_t>& shown,
                                    const Style& style) const {
  const std::size_t width = Inside(style);
  std::vector<std::size_t> result;
  std::vector<std::size_t> least;
  for (const std::size_t column : shown) {
    const Widths widths = WidthsOf(column);
    result.push_back(widths.natural);
    least.push_back(widths.least);
  }
  if (width == 0 || shown.empty()) return result;
  const std::size_t gaps = kGap * (shown.size() - 1);
  while (std::accumulate(result.begin(), result.end(), gaps) > width) {
    // Take from the widest column that can give.
    std::size_t widest = shown.size();
    for (std::size_t i = 0; i < shown.size(); ++i) {
      if (result[i] > least[i] &&
          (widest == shown.size() || result[i] > result[widest]))
        widest = i;
    }
    if (widest == shown.size()) break;
    --result[widest];
  }
  return result;
}

std::vector<std::vector<std::size_t>> Table::Blocks(const Style& style) const {
  const std::size_t width = Inside(style);
  std::vector<std::size_t> first(std::min(style.repeat, columns_.size()));
  std::iota(first.begin(), first.end(), std::size_t{0});
  std::size_t taken = 0;
  for (const std::size_t column : first) taken += WidthsOf(column).least + kGap;

  std::vector<std::vector<std::size_t>> blocks = {first};
  std::size_t used = taken;
  for (std::size_t column = first.size(); column < columns_.size(); ++column) {
    const std::size_t needed = WidthsOf(column).least;
    if (width != 0 && used + needed > width &&
        blocks.back().size() > first.size()) {
      blocks.push_back(first);
      used = taken;
    }
    blocks.back().push_back(column);
    used += needed + kGap;
  }
  return blocks;
}

std::string Table::Block(const std::vector<std::size_t>& shown,
                         const Style& style) const {
  const std::vector<std::size_t> widths = Fit(shown, style);
  const std::string indent(style.indent, ' ');
  std::string text;

  const auto add = [&](const std::vector<Cell>& cells) {
    std::vector<std::vector<std::string>> lines;
    std::size_t height = 1;
    for (std::size_t i = 0; i < shown.size(); ++i) {
      lines.push_back(Wrap(cells[i].text, widths[i]));
      height = std::max(height, lines.back().size());
    }
    for (std::size_t y = 0; y < height; ++y) {
      std::string line = indent;
      for (std::size_t i = 0; i < shown.size(); ++i) {
        const std::string cell = y < lines[i].size() ? lines[i][y] : "";
        const std::string padding(
            widths[i] - std::min(widths[i], DisplayWidth(cell)), ' ');
        const bool right = columns_[shown[i]].align == Align::kRight;
        if (i > 0) line.append(kGap, ' ');
        if (right) line += padding;
        line += Paint(cell, cells[i].colour, style.colour);
        if (!right) line += padding;
      }
      line = WithSpaces(std::move(line));
      TrimRight(line);
      text += line + '\n';
    }
  };

  std::vector<Cell> titles;
  std::vector<Cell> rules;
  bool titled = false;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const std::string& title = columns_[shown[i]].title;
    titled = titled || !title.empty();
    titles.emplace_back(title, Colour::kBold);
    rules.emplace_back(std::string(widths[i], '-'));
  }
  if (titled) {
    add(titles);
    add(rules);
  }
  for (const std::vector<Cell>& row : rows_) {
    std::vector<Cell> cells;
    for (const std::size_t column : shown) cells.push_back(row[column]);
    add(cells);
  }
  return text;
}

std::string Table::Text(const Style& style) const {
  std::string text;
  for (const std::vector<std::size_t>& shown : Blocks(style)) {
    if (!text.empty()) text += '\n';
    text += Block(shown, style);
  }
  return text;
}

std::size_t Table::BlockCount(const Style& style) const {
  return Blocks(style).size();
}

std::size_t Table::TitleLines(const Style& style) const {
  std::size_t lines = 0;
  for (const std::vector<std::size_t>& shown : Blocks(style)) {
    const std::vector<std::size_t> widths = Fit(shown, style);
    for (std::size_t i = 0; i < shown.size(); ++i) {
      lines = std::max(lines, Wrap(columns_[shown[i]].title, widths[i]).size());
    }
  }
  return lines;
}

std::string Table::Markdown() const {
  std::string text = "|";
  for (const Column& column : columns_)
    text += " " + EscapeMarkdown(column.title) + " |";
  text += "\n|";
  for (const Column& column : columns_)
    text += column.align == Align::kRight ? " ---: |" : " --- |";
  text += '\n';
  for (const std::vector<Cell>& row : rows_) {
    text += '|';
    for (const Cell& cell : row) text += " " + EscapeMarkdown(cell.text) + " |";
    text += '\n';
  }
  return text;
}

}  // namespace plumbline::cli
