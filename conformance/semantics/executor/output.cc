#include "conformance/semantics/executor/output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance/semantics/executor/text.h"

namespace plumbline::executor {

void Output::Put(std::string_view text) {
  if (text.size() > sizeof(buffer_) - size_) Flush();
  if (text.size() > sizeof(buffer_)) return Write(text);
  memcpy(buffer_ + size_, text.data(), text.size());
  size_ += text.size();
}

void Output::PutUnsigned(uint64_t number) {
  char digits[20];
  Text text(digits, sizeof(digits));
  text.PutUnsigned(number);
  Put(text.view());
}

void Output::Flush() {
  Write({buffer_, size_});
  size_ = 0;
}

void Output::Write(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t written = write(descriptor_, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<size_t>(written));
    } else if (errno != EINTR) {
      perror("executor: write of outcomes");
      exit(1);
    }
  }
}

}  // namespace plumbline::executor
