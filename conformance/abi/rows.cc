#include "conformance/abi/rows.h"

#include <charconv>

namespace plumbline::abi {
namespace {

// Cuts `text` at the first `separator`; returns what stands before it.
std::string_view Cut(std::string_view& text, char separator) {
  const size_t end = text.find(separator);
  const std::string_view head = text.substr(0, end);
  text =
      end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  return head;
}

}  // namespace

Row::Row(std::string_view line) : kind_(Cut(line, '\t')) {
  while (!line.empty()) {
    std::string_view value = Cut(line, '\t');
    const size_t equals = value.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view key = Cut(value, '=');
    cells_.emplace_back(key, value);
  }
}

std::string_view Row::operator[](std::string_view key) const {
  for (const auto& [name, value] : cells_) {
    if (name == key) return value;
  }
  return {};
}

unsigned long long Row::Number(std::string_view key) const {
  const std::string_view text = (*this)[key];
  unsigned long long number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::vector<Row> ReadRows(std::string_view text) {
  std::vector<Row> rows;
  while (!text.empty()) {
    const std::string_view line = Cut(text, '\n');
    if (!line.empty()) rows.emplace_back(line);
  }
  return rows;
}

}  // namespace plumbline::abi
