// The bytes that programs write.

#ifndef PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_PATTERN_H_
#define PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_PATTERN_H_

namespace plumbline::executor {

// Once, before the first child. False with errno if there is no memory.
bool MakePattern();

// first, first + 1, … modulo 256: kMaxSize of them.
const void* Pattern(int first);

}  // namespace plumbline::executor

#endif  // PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_PATTERN_H_
