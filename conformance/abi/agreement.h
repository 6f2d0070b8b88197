// Whether a program on the target sees the facts that its object files hold.

#ifndef PLUMBLINE_CONFORMANCE_ABI_AGREEMENT_H_
#define PLUMBLINE_CONFORMANCE_ABI_AGREEMENT_H_

#include <string>

#include "conformance/abi/judge.h"

namespace plumbline::abi {

// Compares `facts` with those of `file`, which static_facts.py wrote on the
// build machine. Linker, loader and emulator lie between the two. Fails if
// `file` can't be read.
Check JudgeAgreement(const FactStore& facts, const std::string& file);

}  // namespace plumbline::abi

#endif  // PLUMBLINE_CONFORMANCE_ABI_AGREEMENT_H_
