// What the headers of libstdc++ ask of its library, for programs of musl: those
// have none, and throw nothing.

#include <stddef.h>
#include <stdlib.h>

void* operator new(size_t size) {
  void* const memory = malloc(size);
  if (memory == nullptr) abort();
  return memory;
}
void operator delete(void* memory) noexcept { free(memory); }
void operator delete(void* memory, size_t /*size*/) noexcept { free(memory); }

extern "C" void __cxa_pure_virtual();
extern "C" void __cxa_pure_virtual() { abort(); }

namespace std {

// Of std::string_view::substr.
void __throw_out_of_range_fmt(const char* /*format*/, ...) { abort(); }

}  // namespace std
