// A process that a program's step `fork` makes. It performs the steps of its
// number, one at a time, as a second thread would.

#ifndef PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_FORKED_H_
#define PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_FORKED_H_

#include "conformance/semantics/executor/cell.h"
#include "conformance/semantics/executor/program.h"
#include "conformance/semantics/executor/text.h"

namespace plumbline::executor {

class ForkedProcess {
 public:
  explicit ForkedProcess(int number) : number_(number) {}
  ForkedProcess(const ForkedProcess&) = delete;
  ForkedProcess& operator=(const ForkedProcess&) = delete;

  // Makes it, with the mask of its first step. As fork, but 0 for its number.
  int Start(const Program& program, ThreadCell& cell);

  // 0 if there is none, or no longer.
  int id() const { return id_; }

  void Begin(int step);
  // Waits until its step is done, or it has ended.
  void Join();
  // If it has ended in its step: the line of that.
  bool PutEnd(Text& lines);
  // After the program.
  void Kill();

 private:
  const int number_;
  int id_ = 0;
  ThreadCell* cell_ = nullptr;
};

// The line of a step for a process that is not there.
void PutGone(int step, Text& lines);

}  // namespace plumbline::executor

#endif  // PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_FORKED_H_
