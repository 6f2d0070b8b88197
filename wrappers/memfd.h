// Files in memory, and the seals that keep others from changing them:
// memfd_create(2).

#ifndef WRAPPERS_MEMFD_H_
#define WRAPPERS_MEMFD_H_

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

#include "wrappers/dup_constants.h"
#include "wrappers/fd.h"
#include "wrappers/memfd_constants.h"
#include "wrappers/result.h"

namespace plumbline {

// A file in memory without a place in any folder, which lives as long as a
// descriptor or a mapping of it does. It is empty at first.
//
// Thread-safety: const members from any threads at once; the kernel does each
// as a whole. Close and moving may not, while another thread uses it. Fork: the
// child shares the file, its seals and its position.
class MemFd : public FdOwner {
 public:
  // A name's most bytes.
  static constexpr std::size_t kMaxName = 249;

  // Closed.
  constexpr MemFd() = default;

  // memfd_create(2): an empty file. `name` only shows in /proc/PID/fd, and
  // several files may have the same. Only what is made with kAllowSealing, or
  // with kNoexecSeal, can be sealed. Fails with EINVAL if the name is longer
  // than kMaxName, or the kernel does not know a flag (before Linux 6.3,
  // kNoexecSeal and kExec); with EACCES if vm.memfd_noexec forbids kExec; with
  // ENODEV if the machine has no pages of the size; and with EMFILE, ENFILE and
  // ENOMEM.
  static Result<MemFd> Create(const char* name,
                              MemFdFlags flags = MemFdFlags::kCloexec) {
    const int raw = ::memfd_create(name, flags.bits());
    if (raw < 0) [[unlikely]]
      return internal::Failed("memfd_create", name, flags);
    return MemFd(OwnedFd::Adopt(raw));
  }
  // Takes a descriptor that memfd_create(2) made.
  static constexpr MemFd Adopt(OwnedFd fd) { return MemFd(std::move(fd)); }

  // ftruncate(2): makes the file `size` bytes long. What is beyond is lost, and
  // what is new reads as zeros. Fails with EPERM if a seal forbids it; with
  // EINVAL or EFBIG if `size` is more than a file can be, or, of huge pages, no
  // multiple of one; and with EINTR.
  Result<void> Resize(std::uint64_t size) const {
    if (::ftruncate64(raw(), static_cast<off64_t>(size)) != 0) [[unlikely]]
      return internal::Failed("ftruncate", raw(), size);
    return {};
  }

  // fstat(2): the file's length in bytes. Fails with EBADF if this is closed.
  Result<std::uint64_t> Size() const {
    struct stat64 status;
    if (::fstat64(raw(), &status) != 0) [[unlikely]]
      return internal::Failed("fstat", raw(), static_cast<void*>(&status));
    return static_cast<std::uint64_t>(status.st_size);
  }

  // F_ADD_SEALS(2const), by fcntl(2): forbids, for ever and everybody, what the
  // seals say. kExec forbids to change the mode's bits for execution and, if
  // one of them is set, implies kShrink, kGrow, kWrite and kFutureWrite. Fails
  // with EPERM if the file has kSeal; with EBUSY if kWrite is to be added while
  // the file is mapped shared and writable; and with EINVAL if the kernel does
  // not know a seal (before Linux 6.3, kExec).
  Result<void> AddSeals(Seals seals) const {
    if (::fcntl(raw(), F_ADD_SEALS, seals.bits()) != 0) [[unlikely]]
      return internal::Failed("fcntl", raw(), FcntlCommand::kAddSeals, seals);
    return {};
  }

  // F_GET_SEALS(2const), by fcntl(2): the seals that the file has. One that was
  // made without kAllowSealing has kSeal. Fails with EINVAL if what was adopted
  // is of a kind without seals.
  Result<Seals> GetSeals() const {
    const int seals = ::fcntl(raw(), F_GET_SEALS);
    if (seals < 0) [[unlikely]]
      return internal::Failed("fcntl", raw(), FcntlCommand::kGetSeals);
    return Seals::FromBits(static_cast<Seals::Bits>(seals));
  }

 private:
  constexpr explicit MemFd(OwnedFd fd) : FdOwner(std::move(fd)) {}
};

}  // namespace plumbline

#endif  // WRAPPERS_MEMFD_H_
