// What is declared for a target, as rows of `kind TAB key=value TAB key=value
// …`.
//
// tools/codegen writes them. Text, not compiled tables, so that a mutation run
// can change one row without building anything.

#ifndef PLUMBLINE_CONFORMANCE_ABI_ROWS_H_
#define PLUMBLINE_CONFORMANCE_ABI_ROWS_H_

#include <string_view>
#include <utility>
#include <vector>

namespace plumbline::abi {

// One declared constant, type, field, function or primitive type. Refers to the
// text that it was read from, which must outlive it.
class Row {
 public:
  // `line` without its newline. Cells without '=' are ignored.
  explicit Row(std::string_view line);

  std::string_view kind() const { return kind_; }

  // The value of `key`, or "" if the row has none.
  std::string_view operator[](std::string_view key) const;

  bool Has(std::string_view key) const { return !(*this)[key].empty(); }

  // The value of `key` as a number; 0 if there is none.
  unsigned long long Number(std::string_view key) const;

 private:
  std::string_view kind_;
  std::vector<std::pair<std::string_view, std::string_view>> cells_;
};

// The rows of a family of bindings, as one text.
struct Table {
  std::string_view family;
  std::string_view text;
};

std::vector<Row> ReadRows(std::string_view text);

}  // namespace plumbline::abi

#endif  // PLUMBLINE_CONFORMANCE_ABI_ROWS_H_
