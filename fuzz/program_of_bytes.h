// Programs from bytes, most of which mean something: each byte chooses among
// what makes sense after the steps that are there.

#ifndef FUZZ_PROGRAM_OF_BYTES_H_
#define FUZZ_PROGRAM_OF_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>

#include "conformance/semantics/model/program.h"

namespace plumbline::fuzz {

// Choices, which a fuzzer's bytes make. When they are used up, all are the
// first.
class Choices {
 public:
  explicit Choices(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  bool AreLeft() const { return !bytes_.empty(); }
  // From 0 to `end` - 1; at most 256.
  int Below(int end);
  bool OneIn(int n) { return Below(n) == n - 1; }
  template <typename T>
  T OneOf(std::initializer_list<T> values) {
    return values.begin()[Below(static_cast<int>(values.size()))];
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

// A step that could come next.
semantics::Step NextStep(Choices& choices, const semantics::Program& before);

// Another argument for a step that comes after the first `place` steps of the
// program.
void ChangeArgument(Choices& choices, const semantics::Program& program,
                    std::size_t place, std::size_t argument,
                    semantics::Step& step);

// A descriptor that one of the first `place` steps made, as the argument of a
// call would have it.
semantics::FdRef ChooseFd(Choices& choices, const semantics::Program& program,
                          std::size_t place, semantics::Call call,
                          std::size_t argument);

semantics::Program ProgramOf(std::span<const std::uint8_t> bytes,
                             std::size_t most_steps);

}  // namespace plumbline::fuzz

#endif  // FUZZ_PROGRAM_OF_BYTES_H_
