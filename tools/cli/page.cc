#include "tools/cli/page.h"

#include <fmt/format.h>

#include <span>

#include "tools/cli/embedded_file.h"
#include "tools/cli/markup.h"

namespace plumbline {

std::span<const EmbeddedFile> EmbeddedCheckPage();

}  // namespace plumbline

namespace plumbline::cli {
namespace {

// Refuses whatever is not in the page itself, should an escape be forgotten.
constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; script-src "
    "'unsafe-inline'; base-uri 'none'; form-action 'none'";

}  // namespace

std::string_view PagePart(std::string_view name) {
  for (const EmbeddedFile& file : EmbeddedCheckPage()) {
    if (file.name == name) return file.bytes;
  }
  return "";
}

std::string HtmlPage(std::string_view title, std::string_view style,
                     std::string_view body) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
      "<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\">\n"
      "<title>{}</title>\n"
      "<style>\n{}{}</style>\n</head>\n<body>\n"
      "{}<script>\n{}</script>\n</body>\n</html>\n",
      kPolicy, EscapeMarkup(title), PagePart("check_html.css"), style, body,
      PagePart("check_html.js"));
}

}  // namespace plumbline::cli
