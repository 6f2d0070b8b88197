// Deviations that are known: what conformance/ledger has of programs, and
// whether a program that is not allowed is one of them.
//
// An entry names a rule and a program of programs/deviations that breaks it. A
// program of a run is explained by an entry if it breaks the same rule, and has
// every call, flag and constant that the entry's program has, whatever the
// clocks and signals.

#ifndef CONFORMANCE_SEMANTICS_RUNNER_DEVIATIONS_H_
#define CONFORMANCE_SEMANTICS_RUNNER_DEVIATIONS_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/semantics/model/judge.h"
#include "conformance/semantics/model/kernel_release.h"
#include "conformance/semantics/model/program.h"

namespace plumbline::semantics {

// An entry, on one architecture.
struct KnownDeviation {
  // "qemu-user" or "musl", whose programs are of the architecture, or "linux",
  // whose kernel is.
  std::string_view system;
  std::string_view architecture;
  std::string_view
      versions;           // "7.2 10.0", "1.2.3"; of Linux "all" or "since 6.5"
  std::string_view rule;  // "signalfd.3"
  std::string_view program;  // its name in programs/deviations
  // What the step does instead, without its number and times. A line each, if
  // it may be one or another.
  std::string_view seen;
  std::string_view reason;
  std::string_view source;
  std::string_view where;  // file:line of the entry
};

// A program that some target does not do as the model says.
struct DeviatingProgram {
  std::string_view name;
  std::string_view text;
};

// All that are listed, and all their programs; tools/codegen writes them.
std::span<const KnownDeviation> KnownDeviations();
std::span<const DeviatingProgram> DeviatingPrograms();

// Where programs run.
struct Place {
  std::string architecture;         // of the programs; "" if it is not known
  std::string kernel_architecture;  // of the kernel; "" likewise
  std::string emulator;             // "qemu-user 7.2.22"; "" if none
  KernelRelease kernel = kNewestKernel;
  std::string libc = {};  // "musl 1.2.3"; "" is glibc
};

// What is known of one place.
class Deviations {
 public:
  explicit Deviations(
      const Place& place,
      std::span<const KnownDeviation> known = KnownDeviations());

  const std::vector<const KnownDeviation*>& entries() const { return entries_; }

  // The entry that explains why the program is not allowed, or nullptr.
  const KnownDeviation* Find(const Program& program,
                             const Violation& violation) const;

 private:
  std::vector<const KnownDeviation*> entries_;
};

// The program of this name.
Program DeviatingProgramNamed(std::string_view name);

// What a step did, without its number and times.
std::string SeenOf(const Violation& violation);

// Whether it is what the entry says.
bool IsSeen(const KnownDeviation& known, const Violation& violation);

}  // namespace plumbline::semantics

#endif  // CONFORMANCE_SEMANTICS_RUNNER_DEVIATIONS_H_
