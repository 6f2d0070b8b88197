// Being told what happens to files: inotify(7).

#ifndef WRAPPERS_INOTIFY_H_
#define WRAPPERS_INOTIFY_H_

#include <limits.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/types.h>
#include <unistd.h>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string_view>
#include <utility>

#include "wrappers/fd.h"
#include "wrappers/inotify_constants.h"
#include "wrappers/result.h"

namespace plumbline {

// A watch, by its number in an instance, which has nothing to do with file
// descriptors. Numbers rise, and one that was removed is not given out again
// for long. Has an order and a std::hash.
//
// Thread-safety and fork: a value.
class WatchDescriptor {
 public:
  // None: -1, which InotifyEvents::kQOverflow comes with.
  constexpr WatchDescriptor() = default;

  static constexpr WatchDescriptor FromRaw(int raw) {
    WatchDescriptor watch;
    watch.raw_ = raw;
    return watch;
  }
  constexpr int raw() const { return raw_; }

  friend constexpr auto operator<=>(WatchDescriptor, WatchDescriptor) = default;

 private:
  int raw_ = -1;
};

// What happened: struct inotify_event of inotify(7).
//
// Thread-safety and fork: a value; the name is in the buffer that was read
// into.
struct InotifyEvent {
  WatchDescriptor watch;
  // What happened; with kIsdir if to a folder. kQOverflow: events were lost.
  // kIgnored: the watch is gone.
  InotifyEvents mask;
  // Not 0 of kMovedFrom and kMovedTo: the same of both, if both are watched.
  std::uint32_t cookie;
  // Of the file in the folder that is watched; empty if it is what is watched.
  // Without the 0 at its end.
  std::string_view name;
};

// Events in a buffer, as read(2) gave them; nothing is copied, and the buffer
// may have any alignment. Of what is cut short at the end, only what is there.
//
// Thread-safety and fork: a value; the buffer is borrowed.
class InotifyEventRange {
 public:
  class Iterator;
  using iterator = Iterator;
  using const_iterator = Iterator;
  using value_type = InotifyEvent;

  // None.
  constexpr InotifyEventRange() = default;
  // Those of what was read by other means. Not a constructor, as to copy a
  // range would then be to ask whether it is a span.
  static constexpr InotifyEventRange Of(std::span<const std::byte> bytes) {
    return InotifyEventRange(bytes.data(), bytes.size());
  }

  Iterator begin() const;
  Iterator end() const;
  bool empty() const { return size_ < sizeof(inotify_event); }

 private:
  friend class Inotify;

  constexpr InotifyEventRange(const std::byte* bytes, std::size_t size)
      : bytes_(bytes), size_(size) {}

  // Not a std::span, whose making would double what this header costs.
  const std::byte* bytes_ = nullptr;
  std::size_t size_ = 0;
};

class InotifyEventRange::Iterator {
 public:
  using iterator_concept = std::forward_iterator_tag;
  using iterator_category = std::input_iterator_tag;
  using difference_type = std::ptrdiff_t;
  using value_type = InotifyEvent;
  using pointer = void;
  using reference = InotifyEvent;

  Iterator() = default;

  InotifyEvent operator*() const {
    const inotify_event header = Header();
    const auto* const name =
        reinterpret_cast<const char*>(rest_ + sizeof(header));
    return {WatchDescriptor::FromRaw(header.wd),
            InotifyEvents::FromBits(header.mask),
            header.cookie,
            {name, ::strnlen(name, SizeOf(header) - sizeof(header))}};
  }
  Iterator& operator++() {
    const std::size_t size = SizeOf(Header());
    rest_ += size;
    size_ -= size;
    return *this;
  }
  Iterator operator++(int) {
    const Iterator before = *this;
    ++*this;
    return before;
  }
  // Of the same range.
  friend bool operator==(const Iterator& a, const Iterator& b) {
    return a.Count() == b.Count();
  }

 private:
  friend class InotifyEventRange;

  Iterator(const std::byte* rest, std::size_t size)
      : rest_(rest), size_(size) {}

  // Bytes from here on, or 0 if there is no whole event's start.
  std::size_t Count() const {
    return size_ < sizeof(inotify_event) ? 0 : size_;
  }
  inotify_event Header() const {
    inotify_event header;
    ::memcpy(&header, rest_, sizeof(header));
    return header;
  }
  // With its name; of one that is cut short, what is there.
  std::size_t SizeOf(const inotify_event& header) const {
    const std::size_t most = size_ - sizeof(header);
    return sizeof(header) + (header.len < most ? header.len : most);
  }

  const std::byte* rest_ = nullptr;
  std::size_t size_ = 0;
};

inline InotifyEventRange::Iterator InotifyEventRange::begin() const {
  return Iterator(bytes_, size_);
}
inline InotifyEventRange::Iterator InotifyEventRange::end() const {
  return Iterator();
}

// An inotify instance: watches, and a queue of what happened to what they
// watch. It is readable while there are events.
//
// Thread-safety: const members from any threads at once; each event is read by
// one of them. Close and moving may not, while another thread uses it. Fork:
// the child shares the watches and the queue.
class Inotify : public FdOwner {
 public:
  // What holds every event: less, and Read may fail with EINVAL. Room for
  // several of these, and several are read at once.
  static constexpr std::size_t kLargestEvent =
      sizeof(inotify_event) + NAME_MAX + 1;

  // Closed.
  constexpr Inotify() = default;

  // inotify_init1(2): an instance without watches. (inotify_init(2) is the same
  // without flags.) Fails with EMFILE, also if the user has too many instances,
  // and with ENFILE and ENOMEM.
  static Result<Inotify> Create(InotifyFlags flags = InotifyFlags::kCloexec) {
    const int raw = ::inotify_init1(flags.bits());
    if (raw < 0) [[unlikely]]
      return internal::Failed("inotify_init1", flags);
    return Inotify(OwnedFd::Adopt(raw));
  }
  // Takes a descriptor that inotify_init1(2) made.
  static constexpr Inotify Adopt(OwnedFd fd) { return Inotify(std::move(fd)); }

  // inotify_add_watch(2): watches a file, or a folder and the files in it, for
  // `events`. What is watched already, by whatever path, keeps its watch, which
  // is changed: `events` replace those before; with kMaskAdd they are added;
  // with kMaskCreate it fails with EEXIST. Fails also with ENOENT, EACCES,
  // ENOTDIR, ELOOP and ENAMETOOLONG if `path` does not lead to a file that can
  // be read; with ENOTDIR if kOnlydir is given and it is no folder; with EINVAL
  // without any event; with ENOSPC if the user has too many watches; and with
  // ENOMEM.
  Result<WatchDescriptor> AddWatch(const char* path,
                                   InotifyEvents events) const {
    const int watch = ::inotify_add_watch(raw(), path, events.bits());
    if (watch < 0) [[unlikely]]
      return internal::Failed("inotify_add_watch", raw(), path, events);
    return WatchDescriptor::FromRaw(watch);
  }

  // inotify_rm_watch(2): ends a watch, whose last event is kIgnored then. Fails
  // with EINVAL if it is none of this instance, or is gone already.
  Result<void> RemoveWatch(WatchDescriptor watch) const {
    if (::inotify_rm_watch(raw(), watch.raw()) != 0) [[unlikely]]
      return internal::Failed("inotify_rm_watch", raw(), watch.raw());
    return {};
  }

  // read(2): takes events off the queue, as many as `buffer` has room for; at
  // least one. Waits while there are none, or fails with EAGAIN if it is
  // nonblocking. Fails with EINVAL if the next event is longer than `buffer`,
  // and with EINTR. The events are in `buffer`.
  Result<InotifyEventRange> Read(std::span<std::byte> buffer) const {
    const ssize_t size = ::read(raw(), buffer.data(), buffer.size());
    if (size < 0) [[unlikely]]
      return internal::Failed("read", raw(), static_cast<void*>(buffer.data()),
                              buffer.size());
    return InotifyEventRange(buffer.data(), static_cast<std::size_t>(size));
  }

 private:
  constexpr explicit Inotify(OwnedFd fd) : FdOwner(std::move(fd)) {}
};

}  // namespace plumbline

template <>
struct std::hash<plumbline::WatchDescriptor> {
  std::size_t operator()(plumbline::WatchDescriptor watch) const noexcept {
    return std::hash<int>()(watch.raw());
  }
};

#endif  // WRAPPERS_INOTIFY_H_
