#include <fmt/format.h>

#include <string>
#include <vector>

#include "tools/cli/document.h"
#include "tools/cli/markup.h"
#include "tools/cli/page.h"

namespace plumbline::cli {
namespace {

// "Errors/epoll_ctl/…", with places where a narrow page may break it.
std::string Breakable(std::string_view text) {
  std::string markup;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '/' && text[i] != '_') continue;
    markup += EscapeMarkup(text.substr(begin, i + 1 - begin)) + "<wbr>";
    begin = i + 1;
  }
  return markup + EscapeMarkup(text.substr(begin));
}

std::string GridHtml(const Document::Grid& grid) {
  std::string head;
  for (const Table::Column& column : grid.columns) {
    head += fmt::format("<th scope=\"col\"{}>{}</th>",
                        column.align == Table::Align::kRight
                            ? " class=\"number\" data-sort=\"number\""
                            : "",
                        EscapeMarkup(column.title));
  }
  std::string rows;
  for (const std::vector<Document::Cell>& row : grid.rows) {
    std::string cells;
    std::string name;
    for (std::size_t i = 0; i < row.size(); ++i) {
      name += (i == 0 ? "" : " ") + row[i].text;
      std::string notes;
      for (const std::string& note : row[i].notes)
        notes += "<li>" + EscapeMarkup(note) + "</li>";
      if (!notes.empty()) notes = "<ul class=\"notes\">" + notes + "</ul>";
      const Table::Column& column = grid.columns[i];
      cells +=
          i == 0
              ? fmt::format("<th scope=\"row\">{}</th>", Breakable(row[i].text))
              : fmt::format(
                    "<td{} data-label=\"{}\">{}{}</td>",
                    column.align == Table::Align::kRight ? " class=\"number\""
                                                         : "",
                    EscapeMarkup(column.title), Breakable(row[i].text), notes);
    }
    rows += fmt::format("<tr data-name=\"{}\">{}</tr>\n", EscapeMarkup(name),
                        cells);
  }
  return fmt::format(
      "<div class=\"stack\" data-filter=\"Filter\">\n<table>\n"
      "<thead><tr>{}</tr></thead>\n<tbody>\n{}</tbody>\n</table>\n</div>\n",
      head, rows);
}

std::string FieldsHtml(const Document::Fields& fields) {
  std::string lines;
  for (const auto& [label, text] : fields.lines) {
    lines += fmt::format("<dt>{}</dt><dd>{}</dd>\n", EscapeMarkup(label),
                         Breakable(text));
  }
  return "<dl class=\"fields\">\n" + lines + "</dl>\n";
}

// A newline is kept, which EscapeMarkup() would write as a reference.
std::string CodeHtml(const std::string& code) {
  std::string markup;
  std::size_t begin = 0;
  while (begin < code.size()) {
    const std::size_t end = std::min(code.find('\n', begin), code.size());
    markup += EscapeMarkup(code.substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return "<pre class=\"scroll\" tabindex=\"0\"><code>" + markup +
         "</code></pre>\n";
}

}  // namespace

std::string DocumentHtml(const Document& document) {
  std::string main;
  for (const Document::Block& block : document.blocks) {
    if (const auto* heading = std::get_if<Document::Heading>(&block)) {
      main += fmt::format("<h{0}>{1}</h{0}>\n", heading->level,
                          Breakable(heading->text));
    } else if (const auto* text = std::get_if<Document::Paragraph>(&block)) {
      main +=
          fmt::format("<p class=\"about\">{}</p>\n", EscapeMarkup(text->text));
    } else if (const auto* fields = std::get_if<Document::Fields>(&block)) {
      main += FieldsHtml(*fields);
    } else if (const auto* grid = std::get_if<Document::Grid>(&block)) {
      main += GridHtml(*grid);
    } else if (const auto* code = std::get_if<Document::Code>(&block)) {
      main += CodeHtml(code->text);
    }
  }
  return HtmlPage("plumbline " + document.title, PagePart("document.css"),
                  fmt::format("<header>\n<p class=\"tool\">plumbline</p>\n"
                              "<h1 class=\"title\">{}</h1>\n</header>\n"
                              "<main class=\"document\">\n{}</main>\n",
                              Breakable(document.title), main));
}

}  // namespace plumbline::cli
