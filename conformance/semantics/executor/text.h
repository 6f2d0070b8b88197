// Text that is put together in a buffer of fixed size, without a heap: outcomes
// are written where a killed process leaves them readable.

#ifndef PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_TEXT_H_
#define PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_TEXT_H_

#include <stddef.h>
#include <stdint.h>

#include <string_view>

namespace plumbline::executor {

// What does not fit is left out, and overflowed() says so.
class Text {
 public:
  Text(char* data, size_t capacity) : data_(data), capacity_(capacity) {}

  void Put(char c);
  void Put(std::string_view text);
  void PutNumber(int64_t value);
  void PutUnsigned(uint64_t value);
  // At least `digits` of them, lower case.
  void PutHex(uint64_t value, int digits);

  void Clear();
  bool overflowed() const { return overflowed_; }
  size_t size() const { return size_; }
  std::string_view view() const { return {data_, size_}; }

 private:
  char* data_;
  size_t capacity_;
  size_t size_ = 0;
  bool overflowed_ = false;
};

}  // namespace plumbline::executor

#endif  // PLUMBLINE_CONFORMANCE_SEMANTICS_EXECUTOR_TEXT_H_
