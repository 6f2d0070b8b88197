#include "tools/cli/colour.h"

#include <unistd.h>

#include <cstdlib>

namespace plumbline::cli {
namespace {

std::string_view Code(Colour colour) {
  switch (colour) {
    case Colour::kPlain:
      return "";
    case Colour::kBold:
      return "1";
    case Colour::kRed:
      return "1;31";
    case Colour::kGreen:
      return "32";
    case Colour::kYellow:
      return "33";
  }
  return "";
}

}  // namespace

bool UseColour(int descriptor) {
  if (isatty(descriptor) == 0) return false;
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && *no_color != '\0') return false;
  const char* term = std::getenv("TERM");
  return term != nullptr && *term != '\0' && std::string_view(term) != "dumb";
}

std::string Paint(std::string_view text, Colour colour, bool use) {
  if (!use || colour == Colour::kPlain || text.empty())
    return std::string(text);
  std::string painted = "\033[";
  painted += Code(colour);
  painted += 'm';
  painted += text;
  painted += "\033[0m";
  return painted;
}

}  // namespace plumbline::cli
