#include "conformance/abi/agreement.h"

#include <charconv>
#include <fstream>
#include <sstream>
#include <string_view>
#include <system_error>

namespace plumbline::abi {
namespace {

struct NamedFact {
  std::string key;
  plumbline_fact fact = {};
};

// Reads `KEY TAB VALUE TAB SIZE TAB ALIGN TAB TYPE TAB FLAGS TAB …`.
bool Parse(const std::string& line, NamedFact& named) {
  std::istringstream cells(line);
  cells >> named.key >> std::hex >> named.fact.value >> std::dec >>
      named.fact.size >> named.fact.align >> named.fact.type >>
      named.fact.flags;
  if (!cells) return false;
  // from_chars takes no prefix.
  std::string_view key = named.key;
  if (!key.starts_with("0x")) return false;
  key.remove_prefix(2);
  const char* const end = key.data() + key.size();
  const auto [rest, error] =
      std::from_chars(key.data(), end, named.fact.key, 16);
  return error == std::errc() && rest == end;
}

bool Equal(const plumbline_fact& a, const plumbline_fact& b) {
  return a.value == b.value && a.size == b.size && a.align == b.align &&
         a.type == b.type && a.flags == b.flags;
}

}  // namespace

Check JudgeAgreement(const FactStore& facts, const std::string& file) {
  Check check;
  check.name = "Completeness/compile_time";
  check.kind = Kind::kCompleteness;
  check.declared = "the facts of the object files, " + file;
  std::ifstream lines(file);
  size_t count = 0;
  std::unordered_map<uint64_t, const plumbline_fact*> linked = facts.all();
  for (std::string line; std::getline(lines, line); ++count) {
    NamedFact named;
    if (!Parse(line, named)) {
      check.seen = "a line that holds no fact: " + line;
      break;
    }
    const auto found = linked.find(named.fact.key);
    if (found == linked.end() || !Equal(*found->second, named.fact)) {
      check.seen = "another fact " + named.key + " in the running program";
      break;
    }
    linked.erase(found);
  }
  if (check.seen.empty() && count == 0) check.seen = "no facts in the file";
  if (check.seen.empty() && !linked.empty()) {
    check.seen =
        std::to_string(linked.size()) + " facts that no object file has";
  }
  if (!check.seen.empty()) check.status = Status::kFailed;
  return check;
}

}  // namespace plumbline::abi
