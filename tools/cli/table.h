// Tables of text: aligned for people, or in Markdown.

#ifndef PLUMBLINE_TOOLS_CLI_TABLE_H_
#define PLUMBLINE_TOOLS_CLI_TABLE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/cli/colour.h"

namespace plumbline::cli {

// Width of UTF-8 text on a terminal, in columns; every character counts as one.
std::size_t DisplayWidth(std::string_view text);

// The text in lines of at most `width` columns. Breaks only at spaces (and at
// the newlines that it has), so a longer word makes a longer line. A no-break
// space is kept.
std::vector<std::string> Wrap(std::string_view text, std::size_t width);

// A space at which no line is broken; Table prints it as a common one.
inline constexpr std::string_view kNoBreakSpace = "\u00a0";

// The text fit for a cell of a Markdown table.
std::string EscapeMarkdown(std::string_view text);

class Table {
 public:
  enum class Align { kLeft, kRight };

  struct Column {
    std::string title;
    Align align = Align::kLeft;
  };

  struct Cell {
    Cell(std::string what,
         Colour how = Colour::kPlain)  // NOLINT: a cell is its text
        : text(std::move(what)), colour(how) {}
    Cell(const char* what) : Cell(std::string(what)) {}  // NOLINT

    std::string text;
    Colour colour;
  };

  struct Style {
    std::size_t width = 0;  // columns that the table may take; 0: any number
    std::size_t repeat =
        1;  // first columns that are repeated in every block, see Text()
    std::size_t indent = 0;  // spaces before every line
    bool colour = false;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // A cell per column.
  void Add(std::vector<Cell> row);

  bool empty() const { return rows_.empty(); }

  // Where the table is too wide, cells are wrapped; where even that does not
  // help, the table is printed in blocks of as many columns as fit, one below
  // the other.
  std::string Text(const Style& style) const;

  std::string Markdown() const;

  // How many blocks Text() makes, and how many lines the longest title takes
  // there.
  std::size_t BlockCount(const Style& style) const;
  std::size_t TitleLines(const Style& style) const;

 private:
  struct Widths {
    std::size_t natural;
    std::size_t least;
  };

  Widths WidthsOf(std::size_t column) const;
  std::vector<std::size_t> Fit(const std::vector<std::size_t>& shown,
                               const Style& style) const;
  std::vector<std::vector<std::size_t>> Blocks(const Style& style) const;
  std::string Block(const std::vector<std::size_t>& shown,
                    const Style& style) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_TABLE_H_
