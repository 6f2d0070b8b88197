// Facts with a column per target, in which equal columns are one.

#ifndef PLUMBLINE_TOOLS_CLI_GRID_H_
#define PLUMBLINE_TOOLS_CLI_GRID_H_

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "tools/cli/targets.h"

namespace plumbline::cli {

class Grid {
 public:
  struct Row {
    std::string label;
    std::string type;
  };

  // The titles of the rows' labels and types.
  explicit Grid(Row titles = {}) : titles_(std::move(titles)) {}

  // All rows come before the first column.
  void AddRow(Row row) { rows_.push_back(std::move(row)); }

  // A cell per row. A column equal to an earlier one joins it.
  void AddColumn(const std::vector<std::string>& targets,
                 const std::vector<std::string>& cells);

  bool empty() const { return rows_.empty() || columns_.empty(); }

  // Tables with a column per group of targets; `chosen` are the targets that
  // the grid is about. Where the targets' names are too long to head their
  // columns, letters stand for them, with a legend below.
  std::string Text(std::span<const Target> chosen, std::size_t width,
                   bool colour) const;
  std::string Markdown(std::span<const Target> chosen) const;

 private:
  struct Column {
    std::vector<std::string> targets;
    std::vector<std::string> cells;
  };

  std::vector<std::string> Titles(std::span<const Target> chosen) const;
  bool HasTypes() const;

  Row titles_;
  std::vector<Row> rows_;
  std::vector<Column> columns_;
};

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_GRID_H_
