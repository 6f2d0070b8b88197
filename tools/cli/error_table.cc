#include "tools/cli/error_table.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace plumbline::cli {
namespace {

constexpr std::string_view kSchema = "plumbline.errors/1";

void AddNew(std::vector<std::string>& list, const std::string& text) {
  if (!text.empty() && std::find(list.begin(), list.end(), text) == list.end())
    list.push_back(text);
}

}  // namespace

std::string ErrorEntry::of() const {
  return operation.empty() ? function : function + "/" + operation;
}

std::string ErrorEntry::page() const {
  return source.substr(0, source.find(' '));
}

void ErrorCounts::Add(const ErrorCounts& other) {
  conditions += other.conditions;
  observed += other.observed;
  never += other.never;
  provoked += other.provoked;
  pairs += other.pairs;
  documented_pairs += other.documented_pairs;
  documented_provoked += other.documented_provoked;
}

Result<ErrorTable> ErrorTable::Parse(std::string_view text) {
  std::optional<Json> json = ParseJson(text);
  if (!json || Text(*json, "schema") != kSchema)
    return Fail("the error tables are not of the schema {}", kSchema);
  ErrorTable table;
  for (Json& item : (*json)["entries"]) {
    ErrorEntry entry = {Text(item, "function"),
                        Text(item, "operation"),
                        Text(item, "errno"),
                        Text(item, "condition"),
                        Text(item, "layer"),
                        Text(item, "status"),
                        Text(item, "class"),
                        Text(item, "source"),
                        Text(item, "provocation"),
                        {},
                        {}};
    for (const Json& target : Field(item, "provoked_on")) {
      if (target.is_string())
        entry.provoked_on.push_back(target.get<std::string>());
    }
    if (entry.function.empty() || entry.error.empty())
      return Fail("the error tables have an entry without function or errno");
    entry.json = std::move(item);
    if (!entry.NeedsPrivileges()) {
      for (const std::string& target : entry.provoked_on)
        AddNew(table.everywhere_, target);
    }
    table.entries_.push_back(std::move(entry));
  }
  if (table.entries_.empty()) return Fail("the error tables have no entries");
  return table;
}

std::vector<std::string> ErrorTable::Functions() const {
  std::vector<std::string> functions;
  for (const ErrorEntry& entry : entries_) {
    if (functions.empty() || functions.back() != entry.function)
      AddNew(functions, entry.function);
  }
  return functions;
}

std::vector<std::string> ErrorTable::Operations(
    const std::string& function) const {
  std::vector<std::string> operations;
  for (const ErrorEntry& entry : entries_) {
    if (entry.function == function) AddNew(operations, entry.operation);
  }
  return operations;
}

std::vector<std::string> ErrorTable::Errnos(const std::string& function) const {
  std::vector<std::string> errnos;
  for (const ErrorEntry& entry : entries_) {
    if (entry.function == function) AddNew(errnos, entry.error);
  }
  std::sort(errnos.begin(), errnos.end());
  return errnos;
}

std::vector<ErrorCounts> ErrorTable::Count() const {
  struct Pair {
    bool documented = false;
    bool provoked = false;
  };
  std::vector<ErrorCounts> counts;
  for (const std::string& function : Functions()) {
    ErrorCounts of_function = {.function = function, .page = ""};
    std::map<std::string, Pair> pairs;
    for (const ErrorEntry& entry : entries_) {
      if (entry.function != function) continue;
      // Operations may have pages of their own.
      if (of_function.page.empty() && entry.operation.empty())
        of_function.page = entry.page();
      ++of_function.conditions;
      of_function.observed += entry.status == "observed" ? 1 : 0;
      of_function.never += entry.status == "never" ? 1 : 0;
      of_function.provoked += entry.provoked_on.empty() ? 0 : 1;
      // What Linux never does is in the page all the same.
      Pair& pair = pairs[entry.error];
      pair.documented = pair.documented || entry.status != "observed";
      pair.provoked = pair.provoked || (entry.status == "documented" &&
                                        !entry.provoked_on.empty());
    }
    of_function.pairs = pairs.size();
    for (const auto& [error, pair] : pairs) {
      of_function.documented_pairs += pair.documented ? 1 : 0;
      of_function.documented_provoked += pair.provoked ? 1 : 0;
    }
    counts.push_back(std::move(of_function));
  }
  return counts;
}

Result<std::map<std::string, ErrorProgram>> ReadPrograms(
    std::string_view text) {
  const std::optional<Json> json = ParseJson(text);
  if (!json || !json->is_object())
    return Fail("the provocations are not in JSON");
  std::map<std::string, ErrorProgram> programs;
  for (const auto& [name, value] : json->items()) {
    programs[name] = {Flag(value, "reason"), Text(value, "where"),
                      Text(value, "program")};
  }
  return programs;
}

}  // namespace plumbline::cli
