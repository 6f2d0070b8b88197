#include "conformance/abi/known_deviations.h"

#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace plumbline::abi {
namespace {

using ledger::Outcome;

Outcome OutcomeOf(Status status) {
  switch (status) {
    case Status::kPassed:
      return Outcome::kPassed;
    case Status::kSkipped:
      return Outcome::kSkipped;
    case Status::kFailed:
    case Status::kDeviation:
      break;
  }
  return Outcome::kFailed;
}

void Apply(const ledger::Verdict& verdict, Check& check) {
  switch (verdict.status) {
    case ledger::Status::kDeviation:
      check.status = Status::kDeviation;
      check.reason = verdict.remark;
      check.where = verdict.row->where;
      break;
    case ledger::Status::kFailed:
      if (check.status == Status::kPassed) {
        check.declared = "deviation: " + std::string(verdict.row->seen);
        check.seen = "no deviation";
        check.where = verdict.row->where;
      }
      check.status = Status::kFailed;
      check.reason = verdict.remark;
      break;
    case ledger::Status::kPassed:
    case ledger::Status::kSkipped:
      break;
  }
}

Check WithoutCheck(const ledger::Row& row) {
  Check check = {};
  check.name = "Ledger/" + std::string(row.check);
  check.kind = Kind::kCompleteness;
  check.status = Status::kFailed;
  check.declared = "deviation: " + std::string(row.seen);
  check.seen = "no check of that name";
  check.where = row.where;
  check.reason = "correct or remove the ledger's entry";
  return check;
}

}  // namespace

void ApplyLedger(const ledger::Ledger& known, Check& check) {
  Apply(known.Judge(check.name, OutcomeOf(check.status), check.seen), check);
}

std::vector<Check> WithoutCheck(
    const ledger::Ledger& known,
    const std::unordered_set<std::string_view>& suites,
    const std::unordered_set<std::string_view>& checks) {
  std::vector<Check> found;
  for (const ledger::Row* row : known.WithoutCheck(suites, checks)) {
    found.push_back(WithoutCheck(*row));
  }
  return found;
}

void ApplyLedger(const ledger::Ledger& known, std::vector<Check>& checks) {
  std::unordered_set<std::string_view> names;
  for (const Check& check : checks) names.insert(check.name);
  std::vector<Check> more =
      WithoutCheck(known,
                   {"Completeness", "Constant", "DataModel", "Layout",
                    "Prototype", "Symbol"},
                   names);
  for (Check& check : checks) ApplyLedger(known, check);
  for (Check& check : more) checks.push_back(std::move(check));
}

}  // namespace plumbline::abi
