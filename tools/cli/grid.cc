#include "tools/cli/grid.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "tools/cli/table.h"

namespace plumbline::cli {
namespace {

constexpr std::size_t kTitleLines = 4;

std::string Letter(std::size_t index) {
  std::string letter(1, static_cast<char>('A' + index % 26));
  return index < 26 ? letter : Letter(index / 26 - 1) + letter;
}

std::string Legend(const std::vector<std::string>& letters,
                   const std::vector<std::string>& titles, std::size_t width) {
  std::string legend;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    std::string label = fmt::format("{:<3}", letters[i]);
    for (const std::string& line : Wrap(titles[i], width - 3)) {
      legend += label + line + '\n';
      label = "   ";
    }
  }
  return legend;
}

}  // namespace

void Grid::AddColumn(const std::vector<std::string>& targets,
                     const std::vector<std::string>& cells) {
  assert(cells.size() == rows_.size());
  for (Column& column : columns_) {
    if (column.cells != cells) continue;
    column.targets.insert(column.targets.end(), targets.begin(), targets.end());
    return;
  }
  columns_.push_back({targets, cells});
}

std::vector<std::string> Grid::Titles(std::span<const Target> chosen) const {
  std::vector<std::vector<std::string>> groups;
  for (const Column& column : columns_) groups.push_back(column.targets);
  return GroupTitles(chosen, groups);
}

bool Grid::HasTypes() const {
  return std::any_of(rows_.begin(), rows_.end(),
                     [](const Row& row) { return !row.type.empty(); });
}

std::string Grid::Text(std::span<const Target> chosen, std::size_t width,
                       bool colour) const {
  const bool types = HasTypes();
  const std::size_t labels = types ? 2 : 1;
  const auto table_with = [&](const std::vector<std::string>& titles) {
    std::vector<Table::Column> columns = {{titles_.label}};
    if (types) columns.push_back({titles_.type});
    for (const std::string& title : titles) columns.push_back({title});
    Table table(columns);
    for (std::size_t y = 0; y < rows_.size(); ++y) {
      std::vector<Table::Cell> row = {rows_[y].label};
      if (types) row.emplace_back(rows_[y].type);
      for (const Column& column : columns_) row.emplace_back(column.cells[y]);
      table.Add(std::move(row));
    }
    return table;
  };

  const std::vector<std::string> titles = Titles(chosen);
  const Table::Style style = {
      .width = width, .repeat = labels, .colour = colour};
  const Table named = table_with(titles);
  if (named.TitleLines(style) <= kTitleLines && named.BlockCount(style) == 1)
    return named.Text(style);
  std::vector<std::string> letters;
  for (std::size_t i = 0; i < titles.size(); ++i) letters.push_back(Letter(i));
  return table_with(letters).Text(style) + '\n' +
         Legend(letters, titles, width);
}

std::string Grid::Markdown(std::span<const Target> chosen) const {
  const bool types = HasTypes();
  std::vector<Table::Column> columns = {{titles_.label}};
  if (types) columns.push_back({titles_.type});
  for (const std::string& title : Titles(chosen)) columns.push_back({title});
  Table table(columns);
  for (std::size_t y = 0; y < rows_.size(); ++y) {
    std::vector<Table::Cell> row = {rows_[y].label};
    if (types) row.emplace_back(rows_[y].type);
    for (const Column& column : columns_) row.emplace_back(column.cells[y]);
    table.Add(std::move(row));
  }
  return table.Markdown();
}

}  // namespace plumbline::cli
