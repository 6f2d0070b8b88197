// Changes programs a little, and makes one of parts of two: what coverage
// guides.

#ifndef FUZZ_PROGRAM_MUTATOR_H_
#define FUZZ_PROGRAM_MUTATOR_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>

#include "conformance/semantics/model/program.h"

namespace plumbline::fuzz {

// Changes bytes in place, of which there may be as many as `capacity` then;
// returns how many there are.
using ChangeBytes = std::function<std::size_t(
    std::uint8_t* bytes, std::size_t size, std::size_t capacity)>;

class ProgramMutator {
 public:
  // `change` is asked for numbers, as it may know which ones the model compares
  // with.
  ProgramMutator(std::uint32_t seed, ChangeBytes change)
      : random_(seed), change_(std::move(change)) {}

  // Another program that can be run, is done soon, and has at most `most_steps`
  // steps.
  semantics::Program Mutate(semantics::Program program, std::size_t most_steps);
  // The start of one, and a part of the other.
  semantics::Program Cross(const semantics::Program& one,
                           const semantics::Program& other,
                           std::size_t most_steps);

 private:
  std::size_t Below(std::size_t end);
  void MutateOnce(semantics::Program& program);
  void Insert(semantics::Program& program);
  void Remove(semantics::Program& program);
  void Repeat(semantics::Program& program);
  void ChangeStep(semantics::Program& program);
  void ChangeNumber(semantics::Step& step);
  void Finish(semantics::Program& program, std::size_t most_steps);

  std::mt19937 random_;
  ChangeBytes change_;
};

// Puts numbers and times into what an executor takes, and which takes little
// time; and what would sleep for ever into a second thread.
void Tame(semantics::Program& program);

}  // namespace plumbline::fuzz

#endif  // FUZZ_PROGRAM_MUTATOR_H_
