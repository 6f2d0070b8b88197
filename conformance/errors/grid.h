// A systematic search for errnos that no table has: every function is called
// with a grid of good, bad and boundary arguments, and what it fails with is
// held against its error table.

#ifndef PLUMBLINE_CONFORMANCE_ERRORS_GRID_H_
#define PLUMBLINE_CONFORMANCE_ERRORS_GRID_H_

#include <map>
#include <span>
#include <string>
#include <vector>

#include "conformance/abi/judge.h"
#include "conformance/abi/rows.h"
#include "conformance/errors/judge.h"

namespace plumbline::errors {

inline constexpr int kMostParameters = 6;

// An argument: `make` makes it anew for a call, in the child process that
// calls.
struct Value {
  const char* name;  // "pipe's read end"
  long (*make)();
  long number = 0;  // the argument itself, if there is no `make`
};

// The arguments that a parameter is given. The first is a good one.
using Domain = std::vector<Value>;

struct GridCall {
  const char* function;
  // Of a function that has several: "PR_CAP_AMBIENT_RAISE"; else "".
  const char* operation;
  // What the table says of this operation holds too: "PR_CAP_AMBIENT"; or "".
  const char* general;
  long (*call)(const long* arguments);
  std::vector<Domain> parameters;
  // It returns the error's number rather than -1 and errno.
  bool returns_number = false;
  // It changes the process for good, so each call is made by one of its own.
  bool isolated = false;
};

struct NotInGrid {
  const char* function;
  const char* reason;
};

// What is called, and what is not.
std::vector<GridCall> GridCalls();
std::span<const NotInGrid> FunctionsNotInGrid();

// A descriptor of every kind that there is, beside numbers that are none.
const Domain& DescriptorKinds();

// For `make`: the call is left out, as this machine has no such value.
long Unavailable();
// For `make`: an argument that stands before.
long ArgumentAt(int index);
// For `make`: so many bytes of zeros, with an unmapped page behind them; none
// of the call's other objects is near.
void* ZeroedObject(size_t size);
// What cleans up after a call closes descriptors below this.
inline constexpr int kFirstKept = 64;
inline constexpr int kDescriptorLimit = 256;
// Descriptors that `make` reopens or duplicates. The child opens them first.
enum Kept {
  kKeptFile = 200,
  kKeptFifo = 201,
  kKeptEndedProcess = 202,
};

struct GridOutcome {
  // The first call that failed with an errno, by its number, and how many did.
  struct Failure {
    long count;
    std::string example;
  };
  std::map<int, Failure> failures;
  long calls = 0;
  long succeeded = 0;
  // Calls that were left out, as a value was not to be had; by its name.
  std::map<std::string, long> unavailable;
  // What ended the child before the grid's end: "hangs", "killed by SIGSEGV";
  // and the call that did.
  std::string end;
  std::string last;
};

// Makes the calls in a child process that has no privileges. All combinations
// of arguments if these are no more than `most`, else all of any three, or
// else of any two parameters while the others have their good one; of an
// isolated call, or else of one.
GridOutcome RunGrid(const GridCall& call, long most, int seconds);

// "Grid/fcntl/F_SETLK"
std::string GridName(const GridCall& call);

// Fails if an errno was seen that the rows don't have for this call, or if the
// child did not come to its end.
abi::Check JudgeGrid(const GridCall& call, const GridOutcome& outcome,
                     std::span<const abi::Row> rows,
                     const Circumstances& where);

// Whether the function has an entry in one of the lists, and in one only.
abi::Check JudgeGridFunctions(std::span<const GridCall> calls,
                              std::span<const NotInGrid> others,
                              std::span<const abi::Row> rows);

}  // namespace plumbline::errors

#endif  // PLUMBLINE_CONFORMANCE_ERRORS_GRID_H_
