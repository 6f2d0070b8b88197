#include <string.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "conformance/errors/grid.h"

namespace plumbline::errors {
namespace {

using abi::Check;
using abi::Row;
using abi::Status;

// Whether what the row says is said of the call.
bool IsOf(const Row& row, const GridCall& call) {
  if (row["function"] != call.function) return false;
  const std::string function = std::string(call.function) + "/";
  return row["of"] == call.function || row["of"] == function + call.operation ||
         (call.general[0] != '\0' && row["of"] == function + call.general);
}

std::set<int> Allowed(const GridCall& call, std::span<const Row> rows,
                      const Circumstances& where) {
  std::set<int> allowed;
  for (const Row& row : rows) {
    if (!IsOf(row, call) || row.Has("absent") || !NotHere(row, where).empty())
      continue;
    const char* const key =
        row["status"] == "never" ? "instead_number" : "number";
    allowed.insert(static_cast<int>(row.Number(key)));
    if (where.in_namespace)
      allowed.insert(static_cast<int>(row.Number("in_namespace_number")));
  }
  return allowed;
}

std::string ErrorName(int error) {
  const char* name = strerrorname_np(error);
  return name != nullptr && error != 0 ? name
                                       : "errno " + std::to_string(error);
}

std::string Join(const std::set<std::string>& words) {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : " ") + word;
  return text;
}

}  // namespace

std::string GridName(const GridCall& call) {
  std::string name = "Grid/";
  name += call.function;
  if (call.operation[0] != '\0') {
    name += '/';
    name += call.operation;
  }
  return name;
}

Check JudgeGrid(const GridCall& call, const GridOutcome& outcome,
                std::span<const Row> rows, const Circumstances& where) {
  Check check;
  check.name = GridName(call);
  check.kind = abi::Kind::kError;
  for (const Row& row : rows) {
    if (IsOf(row, call) && check.where.empty()) check.where = row["where"];
  }
  const std::set<int> allowed = Allowed(call, rows, where);
  std::set<std::string> undeclared;
  std::set<std::string> declared;
  for (const int error : allowed) {
    if (error != 0) declared.insert(ErrorName(error));
  }
  for (const auto& [error, failure] : outcome.failures) {
    if (allowed.contains(error)) continue;
    undeclared.insert(ErrorName(error));
    check.reason += (check.reason.empty() ? "" : "; ") + failure.example +
                    " (" + std::to_string(failure.count) + " of " +
                    std::to_string(outcome.calls) + " calls)";
  }
  check.seen = Join(undeclared);
  if (!outcome.end.empty()) {
    check.seen += (check.seen.empty() ? "" : " ") + outcome.end;
    check.reason += (check.reason.empty() ? "" : "; ") + outcome.last;
  } else if (outcome.calls == 0) {
    check.seen = "no call was made";
  }
  if (check.seen.empty()) return check;
  check.status = Status::kFailed;
  check.declared = declared.empty() ? "no error" : Join(declared);
  return check;
}

Check JudgeGridFunctions(std::span<const GridCall> calls,
                         std::span<const NotInGrid> others,
                         std::span<const Row> rows) {
  std::set<std::string> called;
  std::set<std::string> left_out;
  std::set<std::string> declared;
  for (const GridCall& call : calls) called.insert(call.function);
  for (const NotInGrid& other : others) left_out.insert(other.function);
  for (const Row& row : rows) declared.insert(std::string(row["function"]));
  std::string wrong;
  const auto add = [&](const std::string& function, const char* what) {
    wrong += (wrong.empty() ? "" : "; ") + function + what;
  };
  for (const std::string& function : declared) {
    if (!called.contains(function) && !left_out.contains(function))
      add(function, " is not called, and no reason is given");
    if (called.contains(function) && left_out.contains(function))
      add(function, " is called, although a reason against it is given");
  }
  for (const auto* list : {&called, &left_out}) {
    for (const std::string& function : *list) {
      if (!declared.contains(function)) add(function, " is not declared");
    }
  }
  Check check;
  check.name = "Grid/functions";
  check.kind = abi::Kind::kError;
  check.where = "conformance/errors/grid_calls.cc:1";
  if (!wrong.empty()) {
    check.status = Status::kFailed;
    check.declared = "every function that has an error table, once";
    check.seen = wrong;
  }
  return check;
}

}  // namespace plumbline::errors
