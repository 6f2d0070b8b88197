#include "conformance/semantics/executor/pattern.h"

#include <stddef.h>
#include <sys/mman.h>

#include "conformance/semantics/executor/program.h"

namespace plumbline::executor {
namespace {

constexpr size_t kSize = static_cast<size_t>(kMaxSize) + 256;

unsigned char* pattern = nullptr;

}  // namespace

// Shared, so that a fork needs not copy its page tables.
bool MakePattern() {
  if (pattern != nullptr) return true;
  void* const memory = mmap(nullptr, kSize, PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return false;
  pattern = static_cast<unsigned char*>(memory);
  for (size_t i = 0; i < kSize; ++i)
    pattern[i] = static_cast<unsigned char>(i % 256);
  return true;
}

const void* Pattern(int first) { return pattern + first; }

}  // namespace plumbline::executor
