// All that a gate says: findings of all architectures, folded and joined.

#ifndef PLUMBLINE_TOOLS_GATE_REPORT_H_
#define PLUMBLINE_TOOLS_GATE_REPORT_H_

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "tools/gate/finding.h"
#include "tools/harvest/surface.h"

namespace plumbline::gate {

// What one surface is, and how complete.
struct Described {
  std::string libc, kernel_headers;
  harvest::Completeness glibc, uapi;
};

struct ArchReport {
  std::string arch;
  Described before, after;
};

// An architecture that only one side has, so that nothing was compared.
struct LeftOut {
  std::string arch;
  bool is_new;  // else OLD has it, and NEW lacks it
};

// Findings that belong together, with one explanation.
struct Story {
  std::string id;     // "termios-speed"
  std::string title;  // "termios speeds are numbers of bits a second"
  std::string text;   // what happened, who is affected, what to do
  std::string source;
  Severity severity = Severity::kBenign;  // the worst of its findings
  std::size_t findings = 0;
};

// A program or library of --binary, and what is known of its types.
struct Examined {
  std::string file;
  bool has_types = false;            // whether it has debug information
  std::vector<std::string> missing;  // what that refers to and is not there
};

// A finding that a suppression hides, and why.
struct Suppressed {
  Finding finding;
  std::string reason;
};

// What was run on one architecture with both libraries.
struct BehaviourRun {
  struct Count {
    std::string kind;         // "errors", "programs"
    std::size_t on_both = 0;  // checks that were made on both
    std::size_t skipped = 0;  // on one or both, for a reason
  };

  std::string arch;
  std::string runner;  // "native", "qemu-user 7.2.22"
  std::vector<Count> counts;
  std::size_t differences = 0;
  std::size_t unsteady = 0;  // differences that did not show again
  // Functions that one of the libraries lacks: no program that is built
  // already calls them.
  std::vector<std::string> missing;
};

struct Report {
  std::vector<ArchReport> archs;
  std::vector<Finding> findings;  // the worst first
  std::vector<Story> stories;     // likewise
  std::vector<Suppressed> suppressed;
  // Of the suppressions themselves: expired, or of nothing.
  std::vector<std::string> complaints;
  std::string scope;  // "programs: …", if not all is of interest
  std::vector<Examined> examined;
  std::vector<LeftOut> left_out;  // in order of architectures
  std::vector<BehaviourRun> behaviour;

  std::array<std::size_t, 3> Counts() const;
  bool Breaks() const;
};

Described Describe(const harvest::Surface& surface);

// Makes equal findings of several architectures one, and sorts: by severity,
// id, side, owner, name.
void Fold(std::vector<Finding>& findings);

// "glibc 2.36, kernel headers 6.1.176" of the first architecture.
std::string Versions(const Report& report, bool after);

// "not in NEW: armel, mips; not in OLD: riscv64"; "" if nothing is left out.
std::string LeftOutText(const Report& report);
// A line for each architecture on which programs were run: "behaviour on amd64
// (native): 1,392 errors, …".
std::vector<std::string> BehaviourLines(const Report& report);

// "3 breaking, 2 notable, 10 benign".
std::string CountsText(const Report& report);

}  // namespace plumbline::gate

#endif  // PLUMBLINE_TOOLS_GATE_REPORT_H_
