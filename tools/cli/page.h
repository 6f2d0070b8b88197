// The frame of an HTML page, which needs no network and reads without scripts.

#ifndef PLUMBLINE_TOOLS_CLI_PAGE_H_
#define PLUMBLINE_TOOLS_CLI_PAGE_H_

#include <string>
#include <string_view>

namespace plumbline::cli {

// The file embedded by that name: check_html.css, check_html.js, document.css.
std::string_view PagePart(std::string_view name);

// The title is text, `body` is markup.
std::string HtmlPage(std::string_view title, std::string_view style,
                     std::string_view body);

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_PAGE_H_
