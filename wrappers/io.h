// Reading into memory of the caller and writing from it: read(2), write(2),
// readv(2), writev(2).

#ifndef WRAPPERS_IO_H_
#define WRAPPERS_IO_H_

#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstddef>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>

#include "wrappers/fd.h"
#include "wrappers/result.h"

namespace plumbline {

class MutableBuffer;
class ConstBuffer;

namespace internal {

// Said first of what may be copied, as it takes the compiler long to find that
// a buffer is no range.
template <typename T>
concept IsBuffer = std::is_same_v<std::remove_cvref_t<T>, MutableBuffer> ||
    std::is_same_v<std::remove_cvref_t<T>, ConstBuffer>;

// What `Range` has in a row, as std::span finds it.
template <typename Range>
using ElementOf =
    typename decltype(std::span(std::declval<Range>()))::element_type;

// Whether the kernel may copy that as bytes.
template <typename Range>
concept HasBytes =
    !IsBuffer<Range> && std::is_trivially_copyable_v<ElementOf<Range>> &&
    !std::is_volatile_v<ElementOf<Range>>;

template <typename Range>
concept HasMutableBytes = HasBytes<Range> && !std::is_const_v<ElementOf<Range>>;

// char[6] may be meant up to the 0, as "hello", or as a whole.
template <typename Range>
inline constexpr bool kMayEndEarly = false;
template <typename Char, std::size_t n>
inline constexpr bool kMayEndEarly<Char[n]> =
    std::is_same_v<Char, char> || std::is_same_v<Char, wchar_t> ||
    std::is_same_v<Char, char8_t> || std::is_same_v<Char, char16_t> ||
    std::is_same_v<Char, char32_t>;

template <typename Range>
concept HasConstBytes = HasBytes<const Range&> && !kMayEndEarly<Range>;

}  // namespace internal

// Memory to read into: std::byte, char or other trivially copyable objects in
// an array, std::array, std::vector, std::string, std::span or the like. None
// is copied or resized.
//
// Thread-safety and fork: a value; the memory is borrowed.
class MutableBuffer {
 public:
  // Of no bytes.
  constexpr MutableBuffer() = default;
  MutableBuffer(std::span<std::byte> bytes)  // NOLINT: converts
      : raw_{bytes.data(), bytes.size()} {}
  template <typename Range>
  requires internal::HasMutableBytes<Range> MutableBuffer(  // NOLINT: converts
      Range&& range)
      : MutableBuffer(std::as_writable_bytes(
            std::span<internal::ElementOf<Range>>(range))) {}

  std::byte* data() const { return static_cast<std::byte*>(raw_.iov_base); }
  constexpr std::size_t size() const { return raw_.iov_len; }
  constexpr bool empty() const { return size() == 0; }

  // Leaves what is behind the first `count` bytes, which are at most size().
  void RemovePrefix(std::size_t count) {
    raw_ = {data() + count, size() - count};
  }

 private:
  iovec raw_ = {nullptr, 0};
};

// Memory to write from: what MutableBuffer takes, also if it is const, and
// std::string_view. An array of characters is not taken, as it is unclear
// whether it is meant as a text that ends at the 0: std::string_view says so,
// and std::span says that it is not.
//
// Thread-safety and fork: a value; the memory is borrowed.
class ConstBuffer {
 public:
  // Of no bytes.
  constexpr ConstBuffer() = default;
  ConstBuffer(std::span<const std::byte> bytes)  // NOLINT: converts
      : raw_{const_cast<std::byte*>(bytes.data()), bytes.size()} {}
  ConstBuffer(MutableBuffer buffer)  // NOLINT: converts
      : raw_{buffer.data(), buffer.size()} {}
  template <typename Range>
  requires internal::HasConstBytes<Range> ConstBuffer(  // NOLINT: converts
      const Range& range)
      : ConstBuffer(std::as_bytes(
            std::span<internal::ElementOf<const Range&>>(range))) {}

  const std::byte* data() const {
    return static_cast<const std::byte*>(raw_.iov_base);
  }
  constexpr std::size_t size() const { return raw_.iov_len; }
  constexpr bool empty() const { return size() == 0; }

  // Leaves what is behind the first `count` bytes, which are at most size().
  void RemovePrefix(std::size_t count) {
    raw_ = {static_cast<std::byte*>(raw_.iov_base) + count, size() - count};
  }

 private:
  iovec raw_ = {nullptr, 0};
};

// An array of these is one of those.
static_assert(std::is_standard_layout_v<MutableBuffer>);
static_assert(std::is_standard_layout_v<ConstBuffer>);
static_assert(sizeof(MutableBuffer) == sizeof(iovec));
static_assert(sizeof(ConstBuffer) == sizeof(iovec));

namespace internal {

template <typename Buffer>
const iovec* Iovecs(std::span<const Buffer> buffers) {
  return reinterpret_cast<const iovec*>(buffers.data());
}

// More than an int holds are too many, as are most that it does hold.
inline int IovecCount(std::size_t count) {
  constexpr int kMost = std::numeric_limits<int>::max();
  return count < kMost ? static_cast<int>(count) : kMost;
}

}  // namespace internal

// read(2): at most buffer.size() bytes; returns how many. 0 is the end of the
// file (of a pipe or socket: there is no writer any more), unless `buffer` is
// empty. Linux reads at most 0x7ffff000 at once. Waits for the first byte, or
// fails with EAGAIN if `fd` is nonblocking. Fails with EBADF if it is not open
// for reading, and with EINTR, EINVAL, EIO and EISDIR.
inline Result<std::size_t> Read(BorrowedFd fd, MutableBuffer buffer) {
  const ssize_t size = ::read(fd.raw(), buffer.data(), buffer.size());
  if (size < 0) [[unlikely]]
    return internal::Failed("read", fd, buffer.data(), buffer.size());
  return static_cast<std::size_t>(size);
}

// write(2): at most buffer.size() bytes; returns how many, which may be fewer,
// and on Linux never is more than 0x7ffff000. Waits for room, or fails with
// EAGAIN if `fd` is nonblocking and there is none. Fails with EBADF if it is
// not open for writing, with EPIPE, after SIGPIPE, if nobody will read it, and
// with EDQUOT, EFBIG, EINTR, EINVAL, EIO, ENOSPC and EPERM.
inline Result<std::size_t> Write(BorrowedFd fd, ConstBuffer buffer) {
  const ssize_t size = ::write(fd.raw(), buffer.data(), buffer.size());
  if (size < 0) [[unlikely]]
    return internal::Failed("write", fd, buffer.data(), buffer.size());
  return static_cast<std::size_t>(size);
}

// readv(2): as Read, fills one buffer after the other:
//
//   MutableBuffer parts[] = {header, body};
//   Result<std::size_t> n = Readv(fd, parts);
//
// Fails with EINVAL for more than IOV_MAX (1024) buffers.
inline Result<std::size_t> Readv(BorrowedFd fd,
                                 std::span<const MutableBuffer> buffers) {
  const iovec* const raw = internal::Iovecs(buffers);
  const ssize_t size =
      ::readv(fd.raw(), raw, internal::IovecCount(buffers.size()));
  if (size < 0) [[unlikely]]
    return internal::Failed("readv", fd, argument::Iovecs{raw, buffers.size()},
                            buffers.size());
  return static_cast<std::size_t>(size);
}

// writev(2): as Write, of one buffer after the other, with nothing of other
// writers to the file between. Fails with EINVAL for more than IOV_MAX (1024)
// buffers.
inline Result<std::size_t> Writev(BorrowedFd fd,
                                  std::span<const ConstBuffer> buffers) {
  const iovec* const raw = internal::Iovecs(buffers);
  const ssize_t size =
      ::writev(fd.raw(), raw, internal::IovecCount(buffers.size()));
  if (size < 0) [[unlikely]]
    return internal::Failed("writev", fd, argument::Iovecs{raw, buffers.size()},
                            buffers.size());
  return static_cast<std::size_t>(size);
}

// read(2): again and again, until `rest` is full. It always is what is not
// filled yet, so that nothing is lost on failure, and one that is no end can be
// followed by a call that goes on:
//
//   MutableBuffer rest = header;
//   auto read = RetryOnEintr([&] { return ReadFully(fd, rest); });
//
// At the end of the file it succeeds too, with rest.size() bytes missing. Fails
// with what Read does, EINTR and EAGAIN among it.
inline Result<void> ReadFully(BorrowedFd fd, MutableBuffer& rest) {
  while (!rest.empty()) {
    const Result<std::size_t> size = Read(fd, rest);
    if (!size) return size.error();
    if (*size == 0) break;
    rest.RemovePrefix(*size);
  }
  return {};
}

// write(2): again and again, until nothing is left of `rest`, which always is
// what is not written yet, as with ReadFully. If a call writes nothing, which a
// device may do, it succeeds with that left. Fails with what Write does, EINTR
// and EAGAIN among it.
inline Result<void> WriteFully(BorrowedFd fd, ConstBuffer& rest) {
  while (!rest.empty()) {
    const Result<std::size_t> size = Write(fd, rest);
    if (!size) return size.error();
    if (*size == 0) break;
    rest.RemovePrefix(*size);
  }
  return {};
}

}  // namespace plumbline

#endif  // WRAPPERS_IO_H_
