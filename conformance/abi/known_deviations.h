// The ledger's part in the verdicts.

#ifndef PLUMBLINE_CONFORMANCE_ABI_KNOWN_DEVIATIONS_H_
#define PLUMBLINE_CONFORMANCE_ABI_KNOWN_DEVIATIONS_H_

#include <string_view>
#include <unordered_set>
#include <vector>

#include "conformance/abi/judge.h"
#include "conformance/ledger/ledger.h"

namespace plumbline::abi {

// Makes deviations of the failures that the ledger lists, and failures of what
// it lists wrongly: what no longer happens, and what no check is named as.
void ApplyLedger(const ledger::Ledger& known, std::vector<Check>& checks);

// The first half of that, for one check.
void ApplyLedger(const ledger::Ledger& known, Check& check);

// The second: a failed check for each entry of these suites ("Errors") that
// names none of `checks`.
std::vector<Check> WithoutCheck(
    const ledger::Ledger& known,
    const std::unordered_set<std::string_view>& suites,
    const std::unordered_set<std::string_view>& checks);

}  // namespace plumbline::abi

#endif  // PLUMBLINE_CONFORMANCE_ABI_KNOWN_DEVIATIONS_H_
