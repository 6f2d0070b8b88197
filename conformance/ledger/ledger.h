// Known deviations: a check that fails as the ledger says is no failure, and
// one that the ledger lists wrongly is.

#ifndef PLUMBLINE_CONFORMANCE_LEDGER_LEDGER_H_
#define PLUMBLINE_CONFORMANCE_LEDGER_LEDGER_H_

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "conformance/ledger/rows.h"

namespace plumbline::ledger {

// What a check by itself came to.
enum class Outcome { kPassed, kFailed, kSkipped };

// What it comes to with the ledger. kDeviation: it failed as listed.
enum class Status { kPassed, kFailed, kSkipped, kDeviation };

struct Verdict {
  Status status;
  const Row* row = nullptr;  // the entry that was decisive, if any
  // Of a deviation, why; where the ledger turned a check into a failure or
  // could not excuse it, how.
  std::string remark = {};
};

// Whether the versions of an entry ("7.2 10.0") have the release of the
// emulator ("qemu-user 7.2.22").
bool HaveRelease(std::string_view versions, std::string_view emulator);

// Whether what is seen is what an entry says: one of the lines of `listed`.
bool IsListed(std::string_view listed, std::string_view seen);

class Ledger {
 public:
  // `emulator` is what the checks run under: "qemu-user 7.2.22"; "" where
  // nothing emulates, and so no row applies. `rows` must outlive the ledger.
  Ledger(std::span<const Row> rows, std::string_view emulator);

  // The verdict on one check; `seen` is what it saw, if it failed.
  Verdict Judge(std::string_view check, Outcome outcome,
                std::string_view seen) const;

  // Whether a row that applies says that the check sees just this.
  bool Expects(std::string_view check, std::string_view seen) const;

  // The rows that apply to a check of one of these suites ("Errors") of which
  // there is none in `checks`: misspelled, or left behind by a check that was
  // taken away.
  std::vector<const Row*> WithoutCheck(
      const std::unordered_set<std::string_view>& suites,
      const std::unordered_set<std::string_view>& checks) const;

 private:
  bool Applies(const Row& row) const;

  std::string_view emulator_;  // "qemu-user 7.2.22"
  std::string release_;        // "qemu-user 7.2"
  std::unordered_map<std::string_view, std::vector<const Row*>> rows_;
};

}  // namespace plumbline::ledger

#endif  // PLUMBLINE_CONFORMANCE_LEDGER_LEDGER_H_
