// Compares what is declared with what a target says.

#ifndef PLUMBLINE_CONFORMANCE_ABI_JUDGE_H_
#define PLUMBLINE_CONFORMANCE_ABI_JUDGE_H_

#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "conformance/abi/fact_store.h"
#include "conformance/abi/libc_symbols.h"
#include "conformance/abi/rows.h"

namespace plumbline::abi {

enum class Kind {
  kConstant,
  kSize,
  kOffset,
  kPrototype,
  kSymbol,
  kError,
  kCompleteness
};
// kDeviation: it failed, as the ledger says that it does.
enum class Status { kPassed, kFailed, kSkipped, kDeviation };

// One named check with its verdict.
struct Check {
  std::string name;  // "Layout/epoll_event/data/offset"
  Kind kind;
  Status status = Status::kPassed;
  bool pinned = false;   // it guards against change, but proves no conformance
  std::string declared;  // set when the check failed or deviated
  std::string seen;      // likewise
  std::string where;     // file:line of the declaration, or of the ledger
  std::string reason;    // why it was skipped or deviates; a failure's remark
};

// A release, for comparison: 2.36, 6.1.170.
struct Version {
  unsigned major = 0;
  unsigned minor = 0;
  unsigned patch = 0;
  auto operator<=>(const Version&) const = default;
};
Version ParseVersion(std::string_view text);

// Where the checks run.
struct Target {
  bool runs = true;  // this process is a program of the target
  std::string arch;
  std::string variant;
  std::string libc;        // "glibc 2.36", of the running library
  std::string kernel;      // "6.1.0", of the running kernel
  Version libc_release;    // of the running library
  Version header_release;  // of the C library's headers
  Version kernel_headers;
};
// What the facts themselves tell of a target: releases of headers. The rest is
// for environment.h to find out.
Target DescribeHeaders(std::string_view arch, std::string_view variant,
                       const FactStore& facts);

// The checks of one family, and the facts that they looked at.
struct FamilyVerdict {
  std::vector<Check> checks;
  std::unordered_set<uint64_t> judged;  // keys of facts
};

// Runs every check that `table` asks for. `symbols` is nullopt for a statically
// linked program, whose symbol checks are skipped. Allocates; has no other
// effect.
FamilyVerdict JudgeFamily(const Table& table, const FactStore& facts,
                          const std::optional<SymbolTable>& symbols,
                          const Target& target);

// Whether every fact was judged: a test that was lost leaves some behind.
// `judged` is the number of facts that the families looked at; each is of one
// family only.
Check JudgeLeftovers(const FactStore& facts, size_t judged);

// Both of the above, over all tables.
std::vector<Check> Judge(std::span<const Table> tables, const FactStore& facts,
                         const std::optional<SymbolTable>& symbols,
                         const Target& target);

const char* KindName(Kind kind);
const char* StatusName(Status status);

}  // namespace plumbline::abi

#endif  // PLUMBLINE_CONFORMANCE_ABI_JUDGE_H_
