// The names that programs and outcomes use, and their numbers on this target.

#ifndef PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_NAMES_H_
#define PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_NAMES_H_

#include <stddef.h>
#include <stdint.h>

#include <string_view>

#include "conformance/semantics/executor/text.h"

namespace plumbline::executor {

// Signals have the numbers from 1 to this (128 on MIPS).
inline constexpr int kLastSignal = 128;

class SignalSet {
 public:
  void Add(int signal) { words_[Word(signal)] |= Bit(signal); }
  bool Has(int signal) const {
    return (words_[Word(signal)] & Bit(signal)) != 0;
  }

 private:
  static size_t Word(int signal) {
    return static_cast<size_t>(signal - 1) / 64;
  }
  static uint64_t Bit(int signal) { return uint64_t{1} << ((signal - 1) % 64); }

  uint64_t words_[2] = {};
};

// Of anything but a signal: flags, operations, clocks.
bool FindName(std::string_view name, int64_t* value);

// SIGUSR1, SIGRTMIN, SIGRTMIN+1, SIGRTMAX, or a number.
bool FindSignal(std::string_view name, int* signal);

void PutErrno(Text& text, int error);
void PutSignal(Text& text, int signal);
// By a comma; "none" if it is empty. In the order of the names' table, which is
// the same on every architecture.
void PutSignals(Text& text, const SignalSet& signals);
// si_code of kill(2) and its like.
void PutSignalCode(Text& text, int code);

void PutEpollEvents(Text& text, uint32_t events);
void PutPollEvents(Text& text, short events);
// With the access mode first, and without O_LARGEFILE.
void PutOpenFlags(Text& text, int flags);
void PutDescriptorFlags(Text& text, int flags);

// Calls visit(name, number) for all of them, for --names.
void VisitNames(void (*visit)(const char* name, int64_t number));

}  // namespace plumbline::executor

#endif  // PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_NAMES_H_
