// Text inside HTML and XML.

#ifndef PLUMBLINE_TOOLS_CLI_MARKUP_H_
#define PLUMBLINE_TOOLS_CLI_MARKUP_H_

#include <string>
#include <string_view>

namespace plumbline::cli {

// The text fit for an element, or an attribute between double quotes, of HTML
// or XML 1.0.
std::string EscapeMarkup(std::string_view text);

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_MARKUP_H_
