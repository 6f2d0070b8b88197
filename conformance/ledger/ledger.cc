#include "conformance/ledger/ledger.h"

#include <algorithm>
#include <string>

namespace plumbline::ledger {
namespace {

constexpr std::string_view kEmulator = "qemu-user ";

// "qemu-user 7.2" of "qemu-user 7.2.22".
std::string Release(std::string_view emulator) {
  const size_t major = emulator.find('.');
  if (major == std::string_view::npos) return std::string(emulator);
  return std::string(emulator.substr(0, emulator.find('.', major + 1)));
}

// Whether the word is among those that spaces part.
bool HasWord(std::string_view words, std::string_view word) {
  for (size_t start = 0; start < words.size();) {
    const size_t end = std::min(words.find(' ', start), words.size());
    if (words.substr(start, end - start) == word) return true;
    start = end + 1;
  }
  return false;
}

// "EINVAL or hangs"
std::string Alternatives(std::string_view lines) {
  std::string text;
  for (const char c : lines) text += c == '\n' ? " or " : std::string(1, c);
  return text;
}

// "7.2, 10.0"
std::string Listed(std::string_view versions) {
  std::string text;
  for (const char c : versions) text += c == ' ' ? ", " : std::string(1, c);
  return text;
}

Status StatusOf(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPassed:
      return Status::kPassed;
    case Outcome::kFailed:
      return Status::kFailed;
    case Outcome::kSkipped:
      return Status::kSkipped;
  }
  return Status::kFailed;
}

std::string ListedAt(const Row& row) {
  return "listed in " + std::string(row.where);
}

}  // namespace

bool HaveRelease(std::string_view versions, std::string_view emulator) {
  const std::string release = Release(emulator);
  return release.starts_with(kEmulator) &&
         HasWord(versions, std::string_view(release).substr(kEmulator.size()));
}

bool IsListed(std::string_view listed, std::string_view seen) {
  while (true) {
    const size_t end = listed.find('\n');
    if (listed.substr(0, end) == seen) return true;
    if (end == std::string_view::npos) return false;
    listed.remove_prefix(end + 1);
  }
}

Ledger::Ledger(std::span<const Row> rows, std::string_view emulator)
    : emulator_(emulator), release_(Release(emulator)) {
  // Every row is qemu-user's.
  if (!emulator.starts_with(kEmulator)) return;
  for (const Row& row : rows) rows_[row.check].push_back(&row);
}

bool Ledger::Applies(const Row& row) const {
  return HaveRelease(row.versions, emulator_);
}

Verdict Ledger::Judge(std::string_view check, Outcome outcome,
                      std::string_view seen) const {
  const auto found = rows_.find(check);
  if (found == rows_.end() || outcome == Outcome::kSkipped) {
    return {StatusOf(outcome)};
  }
  const std::vector<const Row*>& rows = found->second;
  const auto row = std::find_if(rows.begin(), rows.end(),
                                [&](const Row* r) { return Applies(*r); });
  if (row != rows.end()) {
    const Row& listed = **row;
    if (outcome == Outcome::kPassed) {
      return {Status::kFailed, &listed,
              ListedAt(listed) + " as a deviation of " + release_ +
                  ", but it no longer happens"};
    }
    if (!IsListed(listed.seen, seen)) {
      return {Status::kFailed, &listed,
              "deviates otherwise than listed: " + std::string(listed.where) +
                  " says " + Alternatives(listed.seen)};
    }
    return {Status::kDeviation, &listed, std::string(listed.reason)};
  }
  if (outcome == Outcome::kPassed) return {Status::kPassed};
  std::string remark;
  for (const Row* other : rows) {
    remark += (remark.empty() ? "" : "; ") + ListedAt(*other) +
              " as a deviation of qemu-user " + Listed(other->versions);
  }
  return {Status::kFailed, rows.front(),
          remark + ", not of the " + std::string(emulator_) + " that runs"};
}

bool Ledger::Expects(std::string_view check, std::string_view seen) const {
  const auto found = rows_.find(check);
  return found != rows_.end() &&
         std::any_of(found->second.begin(), found->second.end(),
                     [&](const Row* row) {
                       return Applies(*row) && IsListed(row->seen, seen);
                     });
}

std::vector<const Row*> Ledger::WithoutCheck(
    const std::unordered_set<std::string_view>& suites,
    const std::unordered_set<std::string_view>& checks) const {
  std::vector<const Row*> missing;
  for (const auto& [check, rows] : rows_) {
    if (checks.contains(check)) continue;
    if (!suites.contains(check.substr(0, check.find('/')))) continue;
    for (const Row* row : rows) {
      if (Applies(*row)) missing.push_back(row);
    }
  }
  // In the order of the file, whatever that of the table is.
  std::sort(missing.begin(), missing.end());
  return missing;
}

}  // namespace plumbline::ledger
