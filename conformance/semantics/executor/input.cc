#include "conformance/semantics/executor/input.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

namespace plumbline::executor {

bool Input::Next(std::string_view* line) {
  const char* const begin = buffer_ + first_;
  const size_t left = size_ - first_;
  if (left == 0) return false;
  const void* const end = memchr(begin, '\n', left);
  if (end != nullptr) {
    *line = {begin, static_cast<size_t>(static_cast<const char*>(end) - begin)};
    first_ += line->size() + 1;
    return true;
  }
  if (!at_end_ && left < sizeof(buffer_)) return false;
  *line = {begin, left};
  first_ = size_;
  return true;
}

void Input::Read() {
  memmove(buffer_, buffer_ + first_, size_ - first_);
  size_ -= first_;
  first_ = 0;
  if (size_ == sizeof(buffer_)) return;
  const ssize_t count =
      read(descriptor_, buffer_ + size_, sizeof(buffer_) - size_);
  if (count > 0) {
    size_ += static_cast<size_t>(count);
  } else if (count == 0) {
    at_end_ = true;
  } else if (errno != EINTR && errno != EAGAIN) {
    perror("executor: read of programs");
    at_end_ = true;
  }
}

}  // namespace plumbline::executor
