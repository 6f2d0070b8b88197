// The ledger's entries for one target, as a program has them compiled in.

#ifndef PLUMBLINE_CONFORMANCE_LEDGER_ROWS_H_
#define PLUMBLINE_CONFORMANCE_LEDGER_ROWS_H_

#include <span>
#include <string_view>

namespace plumbline::ledger {

// A known deviation of the target under an emulator.
struct Row {
  std::string_view check;     // "Errors/epoll_wait/EFAULT/events_unwritable"
  std::string_view versions;  // releases of the emulator: "7.2 10.0"
  // What the target does instead: "EINVAL". A line each, if it may be one or
  // another.
  std::string_view seen;
  std::string_view reason;
  std::string_view where;  // file:line of the entry
};

// Those of the target that this program is built for; tools/codegen writes the
// definition.
std::span<const Row> Rows();

}  // namespace plumbline::ledger

#endif  // PLUMBLINE_CONFORMANCE_LEDGER_ROWS_H_
