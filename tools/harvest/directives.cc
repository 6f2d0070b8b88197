#include "tools/harvest/directives.h"

#include <algorithm>

namespace plumbline::harvest {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\f' || c == '\v' || c == '\r';
}

void SortUnique(std::vector<std::string>& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

// The end of the literal that starts at `start`, or of the line it is cut at.
std::size_t EndOfLiteral(std::string_view text, std::size_t start) {
  const char quote = text[start];
  std::size_t i = start + 1;
  while (i < text.size() && text[i] != quote && text[i] != '\n') {
    i += text[i] == '\\' && i + 1 < text.size() ? 2 : 1;
  }
  return std::min(i + 1, text.size());
}

// The end of the line at `i`, past spliced lines and comments that go on.
std::size_t EndOfLine(std::string_view text, std::size_t i) {
  while (i < text.size() && text[i] != '\n') {
    if (text[i] == '\\' && i + 1 < text.size()) {
      i += text.substr(i + 1).starts_with("\r\n") ? 3 : 2;
    } else if (text[i] == '/' && text.substr(i).starts_with("/*")) {
      const std::size_t end = text.find("*/", i + 2);
      i = end == std::string_view::npos ? text.size() : end + 2;
    } else if (text[i] == '"' || text[i] == '\'') {
      const std::size_t end = EndOfLiteral(text, i);
      // A lone quote, as of an apostrophe in #error.
      i = end <= text.size() && text[end - 1] == text[i] ? end : i + 1;
    } else {
      ++i;
    }
  }
  return i;
}

void TakeDirective(std::string_view line, Directives& out) {
  const std::string clean = WithoutComments(line);
  std::string_view rest = clean;
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  std::size_t length = 0;
  while (length < rest.size() && IsIdentifierPart(rest[length])) ++length;
  const std::string_view word = rest.substr(0, length);
  rest.remove_prefix(length);
  if (word == "if" || word == "ifdef" || word == "ifndef" || word == "elif") {
    for (const std::string_view name : Identifiers(rest)) {
      if (name != "defined") out.tested.emplace_back(name);
    }
  } else if (word == "define" || word == "undef") {
    const std::vector<std::string_view> names = Identifiers(rest);
    if (names.empty()) return;
    (word == "define" ? out.defined : out.undefined).emplace_back(names[0]);
  } else if (word == "error" && out.instead.empty() &&
             rest.find("ever ") != std::string_view::npos) {
    // The last <header> of the message is the one to use.
    const std::size_t end = rest.rfind('>');
    const std::size_t start = rest.rfind('<');
    const std::size_t first = rest.find('<');
    if (start != std::string_view::npos && end != std::string_view::npos &&
        start < end && start != first)
      out.instead = rest.substr(start + 1, end - start - 1);
  }
}

}  // namespace

bool IsIdentifierStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '$';
}

bool IsIdentifierPart(char c) { return IsIdentifierStart(c) || IsDigit(c); }

std::string WithoutComments(std::string_view text) {
  std::string out;
  std::size_t i = 0;
  const auto space = [&out] {
    if (!out.empty() && out.back() != ' ') out += ' ';
  };
  while (i < text.size()) {
    const char c = text[i];
    if (c == '\\' && i + 1 < text.size() &&
        (text[i + 1] == '\n' || text[i + 1] == '\r')) {
      i += text.substr(i + 1).starts_with("\r\n") ? 3 : 2;
    } else if (text.substr(i).starts_with("/*")) {
      const std::size_t end = text.find("*/", i + 2);
      i = end == std::string_view::npos ? text.size() : end + 2;
      space();
    } else if (text.substr(i).starts_with("//")) {
      i = EndOfLine(text, i);
      space();
    } else if (c == '"' || c == '\'') {
      const std::size_t end = EndOfLiteral(text, i);
      out += text.substr(i, end - i);
      i = end;
    } else if (IsSpace(c) || c == '\n') {
      space();
      ++i;
    } else {
      out += c;
      ++i;
    }
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::vector<std::string_view> Identifiers(std::string_view text) {
  std::vector<std::string_view> names;
  std::size_t i = 0;
  while (i < text.size()) {
    const char c = text[i];
    if (c == '"' || c == '\'') {
      i = EndOfLiteral(text, i);
    } else if (IsIdentifierStart(c)) {
      std::size_t end = i + 1;
      while (end < text.size() && IsIdentifierPart(text[end])) ++end;
      names.push_back(text.substr(i, end - i));
      i = end;
    } else if (IsDigit(c)) {
      ++i;
      while (i < text.size() && (IsIdentifierPart(text[i]) || text[i] == '.'))
        ++i;
    } else {
      ++i;
    }
  }
  return names;
}

Directives ScanDirectives(std::string_view text) {
  Directives out;
  std::size_t i = 0;
  while (i < text.size()) {
    // At the start of a line.
    std::size_t start = i;
    while (start < text.size() && IsSpace(text[start])) ++start;
    const std::size_t end = EndOfLine(text, start);
    if (start < text.size() && text[start] == '#')
      TakeDirective(text.substr(start + 1, end - start - 1), out);
    i = end + 1;
  }
  SortUnique(out.tested);
  SortUnique(out.defined);
  SortUnique(out.undefined);
  return out;
}

}  // namespace plumbline::harvest
