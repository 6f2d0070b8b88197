// A file descriptor that is closed with its owner.

#ifndef PLUMBLINE_TOOLS_CLI_DESCRIPTOR_H_
#define PLUMBLINE_TOOLS_CLI_DESCRIPTOR_H_

#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <utility>

namespace plumbline::cli {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept
      : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      Close();
      number_ = std::exchange(other.number_, -1);
    }
    return *this;
  }
  ~Descriptor() { Close(); }

  explicit operator bool() const { return number_ >= 0; }
  int get() const { return number_; }

  // 0, or what close(2) fails with: the last news of a write that went wrong.
  int Close() {
    if (number_ < 0) return 0;
    // Linux closes the descriptor even where close() fails.
    return close(std::exchange(number_, -1)) == 0 ? 0 : errno;
  }

 private:
  int number_ = -1;
};

// Writes all of it; 0, or what write(2) fails with.
inline int WriteAll(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_DESCRIPTOR_H_
