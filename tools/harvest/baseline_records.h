// The lines of surfaces, as a store of baselines sorts them into files.

#ifndef PLUMBLINE_TOOLS_HARVEST_BASELINE_RECORDS_H_
#define PLUMBLINE_TOOLS_HARVEST_BASELINE_RECORDS_H_

#include <array>
#include <cstddef>
#include <string_view>

namespace plumbline::harvest {

// Takes the first line off a text; false where none is whole.
inline bool TakeLine(std::string_view& text, std::string_view& line) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return false;
  line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return true;
}

inline std::string_view FirstColumn(std::string_view line) {
  return line.substr(0, line.find('\t'));
}

// Words of records in the order in which a surface has them.
inline constexpr auto kRecordOrder = std::to_array<std::string_view>(
    {"header", "conflict", "macro", "enumerator", "function-macro", "struct",
     "union", "enum", "typedef", "function", "variable", "absent", "node",
     "symbol"});

// The place of a record among others of its context; kRecordOrder.size() of
// what is none.
inline std::size_t RecordRank(std::string_view record) {
  const std::string_view word = FirstColumn(record);
  std::size_t rank = 0;
  while (rank < kRecordOrder.size() && kRecordOrder[rank] != word) ++rank;
  return rank;
}

// Records belong to the context that is above them: a section, a library, or
// "" for headers and conflicts. A surface has contexts in this order, and then
// in that of their texts: a tab sorts before all that a name is made of.
inline std::size_t ContextRank(std::string_view line) {
  const std::string_view word = FirstColumn(line);
  return word.empty() ? 0 : word == "section" ? 1 : word == "library" ? 2 : 3;
}

inline bool IsContext(std::string_view line) {
  return !line.empty() && ContextRank(line) < 3;
}

inline bool ContextBefore(std::string_view a, std::string_view b) {
  const std::size_t rank_a = ContextRank(a);
  const std::size_t rank_b = ContextRank(b);
  return rank_a != rank_b ? rank_a < rank_b : a < b;
}

}  // namespace plumbline::harvest

#endif  // PLUMBLINE_TOOLS_HARVEST_BASELINE_RECORDS_H_
