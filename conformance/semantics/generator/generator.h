// Random programs, most of whose steps mean something and some of which are
// wrong on purpose.

#ifndef CONFORMANCE_SEMANTICS_GENERATOR_GENERATOR_H_
#define CONFORMANCE_SEMANTICS_GENERATOR_GENERATOR_H_

#include <rapidcheck/Gen.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "conformance/semantics/model/program.h"

namespace plumbline::semantics {

// What a program has, of which a run is to have enough of each.
struct Traits {
  bool threads = false;     // a second thread that may sleep
  bool timers = false;      // a timer that may be over
  bool signals = false;     // a signal that is sent
  bool duplicates = false;  // duplicated descriptors or nested instances
};

Traits TraitsOf(const Program& program);

// What programs are of.
enum class Mix : std::uint8_t {
  kAll,
  kPlain,    // no second thread, and nothing that takes time
  kThreads,  // second threads in all, and nothing else that takes time
};

// Programs of about `steps` steps.
rc::Gen<Program> Programs(int steps, Mix mix = Mix::kAll);

// The program number `index` of a run with `seed`; its name is the number.
Program GenerateProgram(std::uint64_t seed, std::uint64_t index, int steps,
                        Mix mix = Mix::kAll);

}  // namespace plumbline::semantics

#endif  // CONFORMANCE_SEMANTICS_GENERATOR_GENERATOR_H_
