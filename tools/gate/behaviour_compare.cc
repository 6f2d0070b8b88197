#include "tools/gate/behaviour_compare.h"

#include <fmt/format.h>

#include <algorithm>

namespace plumbline::gate {
namespace {

using cli::Check;
using cli::Status;

const Check* Find(const std::vector<Check>& checks, const std::string& name) {
  const auto found =
      std::lower_bound(checks.begin(), checks.end(), name,
                       [](const Check& check, const std::string& is) {
                         return check.name < is;
                       });
  return found != checks.end() && found->name == name ? &*found : nullptr;
}

Check Absent(const Check& other) {
  Check check;
  check.name = other.name;
  check.kind = other.kind;
  check.status = Status::kSkipped;
  check.where = other.where;
  check.reason = "the checker has no such check there";
  return check;
}

std::string OutcomeText(const Check& check) {
  switch (check.status) {
    case Status::kPassed:
      return "as declared";
    case Status::kFailed:
    case Status::kDeviation:
      return check.seen;
    case Status::kSkipped:
      return fmt::format("not checked ({})", check.reason);
  }
  return "";
}

// A known deviation is none of what is declared.
bool IsWrong(const Check& check) {
  return check.status == Status::kFailed || check.status == Status::kDeviation;
}

Circumstance CircumstanceOf(const Difference& difference) {
  const Status before = difference.before.status;
  const Status after = difference.after.status;
  // Only who says it is not as declared; see conformance/errors/judge.cc.
  const auto differs = [](const Check& check) {
    return IsWrong(check) && check.declared.starts_with("layer ");
  };
  if ((differs(difference.before) && after == Status::kPassed) ||
      (differs(difference.after) && before == Status::kPassed))
    return Circumstance::kSameErrno;
  if (after == Status::kSkipped) return Circumstance::kUnchecked;
  if (after == Status::kPassed) {
    return before == Status::kSkipped ? Circumstance::kCheckedNow
                                      : Circumstance::kRepaired;
  }
  return before == Status::kPassed ? Circumstance::kNone
                                   : Circumstance::kWrongBefore;
}

}  // namespace

bool SameOutcome(const Check& a, const Check& b) {
  if (IsWrong(a) && IsWrong(b)) return a.seen == b.seen;
  return a.status == b.status;
}

BehaviourComparison CompareChecks(const std::vector<Check>& before,
                                  const std::vector<Check>& after) {
  BehaviourComparison comparison;
  const auto add = [&](const Check& was, const Check& is) {
    BehaviourCount& count = comparison.counts[was.kind];
    if (was.status == Status::kSkipped || is.status == Status::kSkipped) {
      ++count.skipped;
    } else {
      ++count.on_both;
    }
    if (!SameOutcome(was, is)) comparison.differences.push_back({was, is});
  };
  for (const Check& was : before) {
    const Check* is = Find(after, was.name);
    add(was, is == nullptr ? Absent(was) : *is);
  }
  for (const Check& is : after) {
    if (Find(before, is.name) == nullptr) add(Absent(is), is);
  }
  return comparison;
}

std::size_t KeepRepeated(const std::vector<Check>& before,
                         const std::vector<Check>& after,
                         std::vector<Difference>& differences) {
  const auto same = [](const std::vector<Check>& checks, const Check& first) {
    const Check* again = Find(checks, first.name);
    return again == nullptr ? first.status == Status::kSkipped
                            : SameOutcome(*again, first);
  };
  return std::erase_if(differences, [&](const Difference& one) {
    return !same(before, one.before) || !same(after, one.after);
  });
}

Finding FindingOf(const Difference& difference, const std::string& library,
                  const std::string& arch) {
  Finding finding;
  finding.id = Id::kBehaviourChanged;
  finding.side = Side::kElf;
  finding.owner = library;
  finding.name = difference.name();
  finding.old_is = OutcomeText(difference.before);
  finding.new_is = OutcomeText(difference.after);
  finding.circumstance = CircumstanceOf(difference);
  finding.archs = {arch};
  const Check& wrong =
      IsWrong(difference.after) ? difference.after : difference.before;
  const std::string& where =
      wrong.where.empty() ? difference.after.where : wrong.where;
  if (!wrong.declared.empty())
    finding.detail = fmt::format("declared: {}", wrong.declared);
  if (!where.empty()) {
    finding.detail +=
        fmt::format("{}{}", finding.detail.empty() ? "" : "; ", where);
  }
  return finding;
}

}  // namespace plumbline::gate
