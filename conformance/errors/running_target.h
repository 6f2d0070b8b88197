// Where this program runs.

#ifndef PLUMBLINE_CONFORMANCE_ERRORS_RUNNING_TARGET_H_
#define PLUMBLINE_CONFORMANCE_ERRORS_RUNNING_TARGET_H_

#include "conformance/abi/judge.h"
#include "conformance/errors/judge.h"

namespace plumbline::errors {

// The C library and the kernel; the architecture is that of tables.h.
abi::Target DescribeRunningTarget();

Circumstances CircumstancesOf(const abi::Target& target);

}  // namespace plumbline::errors

#endif  // PLUMBLINE_CONFORMANCE_ERRORS_RUNNING_TARGET_H_
