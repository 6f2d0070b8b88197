#ifndef PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_LARGE_FILE_H_
#define PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_LARGE_FILE_H_

namespace plumbline::executor {

// The kernel's O_LARGEFILE; the C library's may be 0 where it is always set.
extern const int kLargeFile;

}  // namespace plumbline::executor

#endif  // PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_LARGE_FILE_H_
