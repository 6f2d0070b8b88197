#include "conformance/semantics/executor/large_file.h"

// The kernel's, which can't be included beside the C library's <fcntl.h>.
#include <asm/fcntl.h>

namespace plumbline::executor {

const int kLargeFile = O_LARGEFILE;

}  // namespace plumbline::executor
