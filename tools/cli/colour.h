// Colours of a terminal.

#ifndef PLUMBLINE_TOOLS_CLI_COLOUR_H_
#define PLUMBLINE_TOOLS_CLI_COLOUR_H_

#include <string>
#include <string_view>

namespace plumbline::cli {

enum class Colour { kPlain, kBold, kRed, kGreen, kYellow };

// Whether text on the descriptor may be coloured: it is a terminal that
// understands it, and NO_COLOR (no-color.org) is not set.
bool UseColour(int descriptor);

// The text between the escape sequences of the colour, if `use`.
std::string Paint(std::string_view text, Colour colour, bool use);

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_COLOUR_H_
