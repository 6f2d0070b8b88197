// A text for people, written once and printed as text, Markdown or HTML:
// headings, labelled lines, tables and code.

#ifndef PLUMBLINE_TOOLS_CLI_DOCUMENT_H_
#define PLUMBLINE_TOOLS_CLI_DOCUMENT_H_

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tools/cli/table.h"

namespace plumbline::cli {

struct Document {
  struct Heading {
    int level = 2;  // the title's is 1
    std::string text;
  };
  struct Paragraph {
    std::string text;
  };
  // Labels and what they say.
  struct Fields {
    std::vector<std::pair<std::string, std::string>> lines;
  };
  struct Cell {
    Cell(std::string what)  // NOLINT: a cell is its text
        : text(std::move(what)) {}
    Cell(const char* what) : text(what) {}  // NOLINT

    std::string text;
    std::vector<std::string> notes = {};  // lines below it
    Colour colour = Colour::kPlain;
  };
  struct Grid {
    std::vector<Table::Column> columns;
    std::vector<std::vector<Cell>> rows;
    // In text, the first cell is left out where it is the same as above.
    bool fold = false;
  };
  struct Code {
    std::string text;
  };
  using Block = std::variant<Heading, Paragraph, Fields, Grid, Code>;

  std::string title;
  std::vector<Block> blocks;

  void Add(Block block) { blocks.push_back(std::move(block)); }
};

// Lines of at most 100 columns, if no single word is longer.
std::string DocumentText(const Document& document, bool colour);
std::string DocumentMarkdown(const Document& document);
// A page of its own, which needs no network.
std::string DocumentHtml(const Document& document);

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_DOCUMENT_H_
