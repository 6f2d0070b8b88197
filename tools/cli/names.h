// Finding names by pattern, and the names that somebody may have meant.

#ifndef PLUMBLINE_TOOLS_CLI_NAMES_H_
#define PLUMBLINE_TOOLS_CLI_NAMES_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline::cli {

// Whether the name is a pattern: it has one of * ? [.
bool IsGlob(std::string_view name);

// Whether the name equals the pattern or fits it as a glob, in which * stands
// for any characters, slashes too.
bool MatchesGlob(const std::string& pattern, const std::string& name);

// Smallest number of characters to insert, drop, replace or swap with a
// neighbour.
std::size_t EditDistance(std::string_view a, std::string_view b);

// The candidates that the name may be a misspelling of, nearest first; upper
// and lower case count as near.
std::vector<std::string> NearNames(std::string_view name,
                                   std::span<const std::string> candidates,
                                   std::size_t limit = 5);

// "; did you mean a, b or c?", or "" if nothing is near.
std::string DidYouMean(std::string_view name,
                       std::span<const std::string> candidates);

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_NAMES_H_
