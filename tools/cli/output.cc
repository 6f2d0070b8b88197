#include "tools/cli/output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>

#include "tools/cli/descriptor.h"

namespace plumbline::cli {
namespace {

tl::unexpected<Error> CannotWrite(const std::string& path, int error) {
  return Fail("cannot write {}: {}", path, std::strerror(error));
}

std::string FolderOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// The file behind symbolic links, so that a link to it stays one.
std::string Resolved(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(
      realpath(path.c_str(), nullptr), &std::free);
  return real == nullptr ? path : std::string(real.get());
}

std::optional<struct stat> StatusOf(const std::string& path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0) return std::nullopt;
  return status;
}

mode_t UsualMode() {
  const mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

Result<void> WriteInPlace(const std::string& path, std::string_view text) {
  Descriptor file(open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
  if (!file) return CannotWrite(path, errno);
  if (const int error = WriteAll(file.get(), text))
    return CannotWrite(path, error);
  if (const int error = file.Close()) return CannotWrite(path, error);
  return {};
}

}  // namespace

Result<void> WriteFile(const std::string& path, std::string_view text) {
  const std::string target = Resolved(path);
  const std::optional<struct stat> old = StatusOf(target);
  if (old && S_ISDIR(old->st_mode)) return CannotWrite(path, EISDIR);
  if (old && !S_ISREG(old->st_mode)) return WriteInPlace(path, text);

  std::string temporary = target + ".XXXXXX";
  Descriptor file(mkostemp(temporary.data(), O_CLOEXEC));
  if (!file) return CannotWrite(path, errno);
  const auto abandon = [&](int error) {
    unlink(temporary.c_str());
    return CannotWrite(path, error);
  };
  if (fchmod(file.get(), old ? old->st_mode & 07777 : UsualMode()) != 0)
    return abandon(errno);
  if (const int error = WriteAll(file.get(), text)) return abandon(error);
  // Without it, a crash of the machine could leave an empty file under the new
  // name.
  if (fsync(file.get()) != 0) return abandon(errno);
  if (const int error = file.Close()) return abandon(error);
  if (rename(temporary.c_str(), target.c_str()) != 0) return abandon(errno);
  return {};
}

Result<void> CheckWritable(const std::string& path) {
  if (IsStandardOutput(path)) return {};
  const std::string target = Resolved(path);
  const std::optional<struct stat> old = StatusOf(target);
  if (old && S_ISDIR(old->st_mode)) return CannotWrite(path, EISDIR);
  if (old && !S_ISREG(old->st_mode)) {
    return access(target.c_str(), W_OK) == 0 ? Result<void>()
                                             : CannotWrite(path, errno);
  }
  // The slash asks for a folder.
  const std::string folder = FolderOf(target) + "/";
  if (access(folder.c_str(), W_OK) != 0) return CannotWrite(path, errno);
  return {};
}

Result<void> WriteOutput(const std::string& path, std::string_view text) {
  if (!IsStandardOutput(path)) return WriteFile(path, text);
  if (const int error = WriteAll(STDOUT_FILENO, text)) {
    return Fail("cannot write to standard output: {}", std::strerror(error));
  }
  return {};
}

}  // namespace plumbline::cli
