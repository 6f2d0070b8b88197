// A checker's verdicts as JSON, schema plumbline.report/1: what `plumbline
// check` reads.

#ifndef PLUMBLINE_CONFORMANCE_ABI_REPORT_H_
#define PLUMBLINE_CONFORMANCE_ABI_REPORT_H_

#include <chrono>
#include <span>
#include <string>

#include "conformance/abi/judge.h"

namespace plumbline::abi {

std::string WriteReport(const Target& target, std::span<const Check> checks,
                        size_t facts, std::chrono::microseconds elapsed);

}  // namespace plumbline::abi

#endif  // PLUMBLINE_CONFORMANCE_ABI_REPORT_H_
