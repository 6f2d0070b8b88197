#include "conformance/semantics/model/outcome.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace plumbline::semantics {
namespace {

constexpr std::string_view kHandled = "handled:";

template <typename T>
bool ParseNumber(std::string_view text, T& number) {
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

// The next word of `line`, which loses it; empty if there is none.
std::string_view NextWord(std::string_view& line) {
  const std::size_t start =
      std::min(line.find_first_not_of(" \r"), line.size());
  line.remove_prefix(start);
  const std::size_t length = std::min(line.find_first_of(" \r"), line.size());
  const std::string_view word = line.substr(0, length);
  line.remove_prefix(length);
  return word;
}

bool ParseHandled(std::string_view text, std::vector<int>& handled) {
  text.remove_prefix(kHandled.size());
  while (true) {
    const std::size_t end = text.find(',');
    const std::optional<int> signal = ParseSignal(text.substr(0, end));
    if (!signal) return false;
    handled.push_back(*signal);
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

bool ParseReport(std::string_view line, Report& report) {
  report.line = line;
  std::string_view result;
  if (!ParseNumber(NextWord(line), report.step)) return false;
  result = NextWord(line);
  report.sleeps = result == "sleeps";
  report.is_gone = result == "gone";
  report.is_busy = result == "busy";
  const std::size_t comma = result.find(',');
  if (!report.sleeps && !report.is_gone && !report.is_busy) {
    if (!ParseNumber(result.substr(0, comma), report.result)) return false;
    if (comma != std::string_view::npos &&
        !ParseNumber(result.substr(comma + 1), report.second)) {
      return false;
    }
  }
  report.error = ParseErrno(NextWord(line));
  if (!ParseNumber(NextWord(line), report.before) ||
      !ParseNumber(NextWord(line), report.after)) {
    return false;
  }
  for (std::string_view word = NextWord(line); !word.empty();
       word = NextWord(line)) {
    if (word.starts_with(kHandled)) {
      if (!ParseHandled(word, report.handled)) return false;
    } else {
      report.output.emplace_back(word);
    }
  }
  return true;
}

bool ParseEnd(std::string_view line, Outcome& outcome) {
  NextWord(line);
  const std::string_view how = NextWord(line);
  if (how == "exited") {
    outcome.ending = Ending::kExited;
  } else if (how == "hung") {
    outcome.ending = Ending::kHung;
  } else if (how == "killed") {
    outcome.ending = Ending::kKilled;
    const std::optional<int> signal = ParseSignal(NextWord(line));
    outcome.signal = signal.value_or(0);
  } else {
    return false;
  }
  return true;
}

}  // namespace

bool ParseOutcome(std::string_view lines, Outcome& outcome,
                  std::string& message) {
  outcome = {};
  bool ended = false;
  for (int number = 0; !lines.empty(); ++number) {
    const std::size_t end = lines.find('\n');
    std::string_view line = lines.substr(0, end);
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    bool good = !ended;
    if (number == 0) {
      std::string_view rest = line;
      good = NextWord(rest) == "outcome";
      outcome.name = NextWord(rest);
    } else if (line.starts_with("end ")) {
      good = good && ParseEnd(line, outcome);
      ended = true;
    } else {
      good = good && ParseReport(line, outcome.reports.emplace_back());
    }
    if (!good) {
      message = "'" + std::string(line) + "' is no line of an outcome";
      return false;
    }
  }
  if (!ended) message = "the outcome has no end";
  return ended;
}

}  // namespace plumbline::semantics
