// The lines of a descriptor.

#ifndef PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_INPUT_H_
#define PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_INPUT_H_

#include <stddef.h>

#include <string_view>

namespace plumbline::executor {

class Input {
 public:
  explicit Input(int descriptor) : descriptor_(descriptor) {}
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  // The next line that has been read, without its end; false if there is none.
  // At the end of the input the last line needs no '\n'. Valid until Read. One
  // that is longer than the buffer comes in pieces.
  bool Next(std::string_view* line);

  // Reads more: one read, which may block.
  void Read();

  // No more will come.
  bool at_end() const { return at_end_; }
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
  bool at_end_ = false;
  size_t first_ = 0;
  size_t size_ = 0;
  char buffer_[64 << 10];
};

}  // namespace plumbline::executor

#endif  // PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_INPUT_H_
