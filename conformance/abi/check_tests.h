// Checks as GoogleTest's tests.

#ifndef PLUMBLINE_CONFORMANCE_ABI_CHECK_TESTS_H_
#define PLUMBLINE_CONFORMANCE_ABI_CHECK_TESTS_H_

#include <functional>
#include <string>

#include "conformance/abi/judge.h"

namespace plumbline::abi {

// "i386/time64"
std::string TargetName(const Target& target);

// Adds a test of the check's name ("Constant/EPOLLIN") that makes the check
// when it runs. `emulator` is what the target runs under, or "". Both outlive
// the tests.
void RegisterCheck(const std::string& name, const Target& target,
                   const std::string& emulator, std::function<Check()> check);

}  // namespace plumbline::abi

#endif  // PLUMBLINE_CONFORMANCE_ABI_CHECK_TESTS_H_
