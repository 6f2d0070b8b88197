// A stand-alone C program that does what a program does, and prints what each
// step gave: for a report to those whose target it is.

#ifndef CONFORMANCE_SEMANTICS_RUNNER_C_PROGRAM_H_
#define CONFORMANCE_SEMANTICS_RUNNER_C_PROGRAM_H_

#include <string>

#include "conformance/semantics/model/program.h"

namespace plumbline::semantics {

std::string CProgram(const Program& program);

}  // namespace plumbline::semantics

#endif  // CONFORMANCE_SEMANTICS_RUNNER_C_PROGRAM_H_
