// The text of a file, without a copy of it.

#ifndef PLUMBLINE_TOOLS_CLI_MAPPED_FILE_H_
#define PLUMBLINE_TOOLS_CLI_MAPPED_FILE_H_

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "tools/cli/descriptor.h"
#include "tools/cli/error.h"

namespace plumbline::cli {

// Who cuts the file off meanwhile kills the reader (SIGBUS): for files that are
// replaced as a whole.
class MappedFile {
 public:
  static Result<MappedFile> Open(const std::string& path) {
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status = {};
    if (!file || fstat(file.get(), &status) != 0)
      return Fail("{}: {}", path, std::strerror(errno));
    if (!S_ISREG(status.st_mode)) return Fail("{}: not a regular file", path);
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size == 0) return MappedFile();
    void* const start =
        mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (start == MAP_FAILED) return Fail("{}: {}", path, std::strerror(errno));
    return MappedFile({static_cast<const char*>(start), size});
  }

  MappedFile() = default;
  MappedFile(MappedFile&& other) noexcept
      : text_(std::exchange(other.text_, {})) {}
  MappedFile& operator=(MappedFile&& other) noexcept {
    std::swap(text_, other.text_);
    return *this;
  }
  ~MappedFile() {
    if (!text_.empty()) munmap(const_cast<char*>(text_.data()), text_.size());
  }

  // Stays where it is when this moves.
  std::string_view text() const { return text_; }

 private:
  explicit MappedFile(std::string_view text) : text_(text) {}

  std::string_view text_;
};

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_MAPPED_FILE_H_
