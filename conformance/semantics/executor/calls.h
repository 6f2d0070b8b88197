// A step's call, and the line that tells what it did.

#ifndef PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_CALLS_H_
#define PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_CALLS_H_

#include <stdint.h>

#include "conformance/semantics/executor/program.h"
#include "conformance/semantics/executor/text.h"

namespace plumbline::executor {

// CLOCK_MONOTONIC in nanoseconds.
int64_t Now();

// A thread that performs steps, and what only it writes to.
class Caller {
 public:
  explicit Caller(int number) : number_(number) {}
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  // Performs the step with that number and writes its line.
  void Perform(const Program& program, int step, Text& line);

 protected:
  // Between reading the clock and the call.
  virtual void AboutToCall(int64_t /*before*/) {}
  // The kernel's number of a thread; -1 if the program has no such thread.
  virtual int ThreadId(int thread) const = 0;
  // What the step `join` waits for.
  virtual void Join(int thread) = 0;
  // As fork, but 0 in the process that calls it; the other performs the steps
  // of its number.
  virtual int Fork(int process) = 0;
  // Not public: nobody deletes one by this type.
  ~Caller() = default;

 private:
  class Performance;

  int number_;
};

// Why the executor can't do its work; ends the child. To be provided by who
// runs programs.
[[noreturn]] void Broken(const char* what, int error);

// Before the first step of a program. `made` is where the steps of all its
// processes put the descriptors that they make.
void PrepareCalls(const Program& program, int (*made)[2]);

}  // namespace plumbline::executor

#endif  // PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_CALLS_H_
