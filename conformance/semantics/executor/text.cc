#include "conformance/semantics/executor/text.h"

#include <string.h>

namespace plumbline::executor {

void Text::Put(char c) {
  if (size_ == capacity_) {
    overflowed_ = true;
    return;
  }
  data_[size_++] = c;
}

void Text::Put(std::string_view text) {
  if (text.size() > capacity_ - size_) {
    overflowed_ = true;
    return;
  }
  memcpy(data_ + size_, text.data(), text.size());
  size_ += text.size();
}

void Text::PutNumber(int64_t value) {
  if (value < 0) {
    Put('-');
    PutUnsigned(0 - static_cast<uint64_t>(value));
  } else {
    PutUnsigned(static_cast<uint64_t>(value));
  }
}

void Text::PutUnsigned(uint64_t value) {
  char digits[20];
  size_t first = sizeof(digits);
  do {
    digits[--first] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  Put(std::string_view(digits + first, sizeof(digits) - first));
}

void Text::PutHex(uint64_t value, int digits) {
  int shift = 60;
  while (shift > 0 && shift / 4 >= digits && (value >> shift) == 0) shift -= 4;
  for (; shift >= 0; shift -= 4) Put("0123456789abcdef"[(value >> shift) & 15]);
}

void Text::Clear() {
  size_ = 0;
  overflowed_ = false;
}

}  // namespace plumbline::executor
