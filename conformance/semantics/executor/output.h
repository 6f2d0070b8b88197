// Outcomes on their way out.

#ifndef PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_OUTPUT_H_
#define PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_OUTPUT_H_

#include <stddef.h>
#include <stdint.h>

#include <string_view>

namespace plumbline::executor {

// Keeps what is put until it is worth a write. A write that fails ends the
// process: nobody is there to tell.
class Output {
 public:
  explicit Output(int descriptor) : descriptor_(descriptor) {}
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void Put(std::string_view text);
  void PutUnsigned(uint64_t number);
  void Flush();
  bool empty() const { return size_ == 0; }

 private:
  void Write(std::string_view text) const;

  int descriptor_;
  size_t size_ = 0;
  char buffer_[32 << 10];
};

}  // namespace plumbline::executor

#endif  // PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_OUTPUT_H_
