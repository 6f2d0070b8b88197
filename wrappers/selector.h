// Waiting for many descriptors, each with data of the program's, in a way that
// is chosen when it runs: epoll(7), poll(2) or select(2). As Python's
// selectors.

#ifndef WRAPPERS_SELECTOR_H_
#define WRAPPERS_SELECTOR_H_

#include <errno.h>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <memory>
#include <utility>

#include "wrappers/argument_kind.h"
#include "wrappers/fd.h"
#include "wrappers/flags.h"
#include "wrappers/result.h"
#include "wrappers/timeout.h"

namespace plumbline {

// What a selector waits for and finds: that a descriptor can be read from, or
// is at its end, and that it can be written to.
//
// Thread-safety and fork: a value.
class SelectorEvents : public Flags<SelectorEvents, unsigned> {
 public:
  using Flags::Flags;
  static const SelectorEvents kRead;
  static const SelectorEvents kWrite;
};

inline constexpr SelectorEvents SelectorEvents::kRead =
    SelectorEvents::FromBits(1);
inline constexpr SelectorEvents SelectorEvents::kWrite =
    SelectorEvents::FromBits(2);

namespace internal {

template <>
inline constexpr ArgumentKind kKindOf<SelectorEvents> =
    ArgumentKind::kSelectorEvents;

class SelectorImplementation;

// A key without its data.
class SelectorKeyBase {
 public:
  virtual ~SelectorKeyBase() = default;
  SelectorKeyBase(const SelectorKeyBase&) = delete;
  SelectorKeyBase& operator=(const SelectorKeyBase&) = delete;

  BorrowedFd fd() const { return fd_; }
  SelectorEvents events() const { return events_; }

 protected:
  SelectorKeyBase(BorrowedFd fd, SelectorEvents events)
      : fd_(fd), events_(events) {}

 private:
  friend class SelectorImplementation;

  const BorrowedFd fd_;
  SelectorEvents events_;
  // Where it is among the findings, if it is there.
  std::uint32_t place_ = 0;
  // A number of the implementation's.
  std::uint32_t mark_ = 0;
};

// What was found of a key, which is null if it is not to be told any more.
struct SelectorFinding {
  SelectorKeyBase* key;
  SelectorEvents events;
};

// A selector, which does not know of what type the data is. What was moved from
// is closed.
class SelectorCore {
 public:
  using Key = SelectorKeyBase;

  // No descriptor is so high.
  static constexpr int kEnd = std::numeric_limits<int>::max();

  // Closed.
  SelectorCore() = default;

  SelectorCore(SelectorCore&&) noexcept = default;
  SelectorCore& operator=(SelectorCore&& other) noexcept;
  ~SelectorCore() { Forget(); }

  // Of one that is closed. Out parameters rather than more types of results: a
  // program that includes this compiles all of them.
  Result<void> OpenEpoll();
  void OpenPoll();
  void OpenSelect();

  bool is_open() const;
  // Of the epoll instance, if it is one.
  BorrowedFd fd() const;

  // As Selector's, and documented there.
  Result<Key*> Register(std::unique_ptr<Key> key);
  Result<Key*> Modify(BorrowedFd fd, SelectorEvents events);
  Result<void> Unregister(BorrowedFd fd, std::unique_ptr<Key>& key);
  Result<void> Wait(PollTimeout timeout);
  Result<Key*> GetKey(BorrowedFd fd) const;
  Result<void> Close();

  // What the last Wait found; it is there and does not move until the next one.
  const SelectorFinding* findings_begin() const;
  const SelectorFinding* findings_end() const;

  std::size_t size() const;
  // Null if it is not registered.
  Key* Find(BorrowedFd fd) const;
  // The lowest that is registered, from `fd` on; kEnd if there is none.
  int Next(int fd) const;

 private:
  struct Deleter {
    void operator()(SelectorImplementation* implementation) const;
  };

  void Forget() noexcept;

  std::unique_ptr<SelectorImplementation, Deleter> implementation_;
};

}  // namespace internal

// The data of a selector without any.
//
// Thread-safety and fork: a value.
struct NoData {};

template <typename Data = NoData>
class Selector;

// A descriptor that is registered with a selector, the events that are waited
// for, and data. It stays where it is until it is unregistered or the selector
// is closed, whatever else is registered, and also if the selector is moved.
//
// Thread-safety and fork: as its selector's. The descriptor is borrowed.
template <typename Data = NoData>
class SelectorKey final : public internal::SelectorKeyBase {
 public:
  // fd() and events() are SelectorKeyBase's.
  Data& data() { return data_; }
  const Data& data() const { return data_; }

 private:
  friend class Selector<Data>;

  SelectorKey(BorrowedFd fd, SelectorEvents events, Data&& data)
      : SelectorKeyBase(fd, events), data_(std::move(data)) {}

  [[no_unique_address]] Data data_;
};

// A key of which something was found.
//
// Thread-safety and fork: as its selector's.
template <typename Data = NoData>
struct ReadyKey {
  SelectorKey<Data>& key;
  SelectorEvents events;
};

// What Select found: a range of ReadyKey, in no particular order.
//
//   for (auto [key, events] : *ready) Handle(key.data(), events);
//
// It follows the selector: a key that is unregistered meanwhile is not in it
// any more, nor are events that Modify no longer waits for. So what is done for
// one key may unregister any, close descriptors, register others that get the
// same numbers, and close the selector. It is valid until the next Select, and
// as long as there is the selector.
//
// Thread-safety and fork: as its selector's.
template <typename Data = NoData>
class ReadyKeys {
  using Finding = internal::SelectorFinding;

 public:
  class Iterator;
  using iterator = Iterator;
  using value_type = ReadyKey<Data>;

  // None.
  ReadyKeys() = default;

  bool empty() const { return begin() == end(); }
  // Counts them.
  std::size_t size() const {
    std::size_t count = 0;
    for (const Finding* at = begin_; at != end_; ++at)
      count += at->key != nullptr;
    return count;
  }

  Iterator begin() const { return Iterator(begin_, end_); }
  Iterator end() const { return Iterator(end_, end_); }

 private:
  friend class Selector<Data>;

  explicit ReadyKeys(const internal::SelectorCore& core)
      : begin_(core.findings_begin()), end_(core.findings_end()) {}

  const Finding* begin_ = nullptr;
  const Finding* end_ = nullptr;
};

template <typename Data>
class ReadyKeys<Data>::Iterator {
 public:
  using iterator_concept = std::forward_iterator_tag;
  using iterator_category = std::input_iterator_tag;  // no true reference
  using difference_type = std::ptrdiff_t;
  using value_type = ReadyKey<Data>;
  using pointer = void;
  using reference = ReadyKey<Data>;

  Iterator() = default;

  ReadyKey<Data> operator*() const {
    return {static_cast<SelectorKey<Data>&>(*at_->key), at_->events};
  }
  Iterator& operator++() {
    ++at_;
    Skip();
    return *this;
  }
  Iterator operator++(int) {
    const Iterator before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(Iterator a, Iterator b) { return a.at_ == b.at_; }

 private:
  friend class ReadyKeys;

  Iterator(const Finding* at, const Finding* end) : at_(at), end_(end) {
    Skip();
  }
  void Skip() {
    while (at_ != end_ && at_->key == nullptr) ++at_;
  }

  const Finding* at_ = nullptr;
  const Finding* end_ = nullptr;
};

// What is registered with a selector: a range of its keys in the order of their
// descriptors, and a map from these. It follows the selector: also in a loop
// over it, keys may be unregistered, and such as are registered are reached if
// their descriptors are higher. It is valid until the selector is moved or
// gone. `Key` is SelectorKey<Data>, or const.
//
// Thread-safety and fork: as its selector's.
template <typename Data = NoData, typename Key = SelectorKey<Data>>
class SelectorMap {
 public:
  class Iterator;
  using iterator = Iterator;
  using value_type = SelectorKey<Data>;

  bool empty() const { return size() == 0; }
  std::size_t size() const { return core_->size(); }

  bool contains(BorrowedFd fd) const { return core_->Find(fd) != nullptr; }
  // end() if it is not registered.
  Iterator find(BorrowedFd fd) const {
    return contains(fd) ? Iterator(core_, fd.raw()) : end();
  }

  Iterator begin() const { return Iterator(core_, core_->Next(0)); }
  Iterator end() const { return Iterator(core_, internal::SelectorCore::kEnd); }

 private:
  friend class Selector<Data>;

  explicit SelectorMap(const internal::SelectorCore& core) : core_(&core) {}

  const internal::SelectorCore* core_;
};

template <typename Data, typename Key>
class SelectorMap<Data, Key>::Iterator {
 public:
  using iterator_category = std::forward_iterator_tag;
  using difference_type = std::ptrdiff_t;
  using value_type = SelectorKey<Data>;
  using pointer = Key*;
  using reference = Key&;

  Iterator() = default;

  Key& operator*() const {
    return static_cast<Key&>(*core_->Find(BorrowedFd::FromRaw(fd_)));
  }
  Key* operator->() const { return &**this; }
  Iterator& operator++() {
    fd_ = core_->Next(fd_ + 1);
    return *this;
  }
  Iterator operator++(int) {
    const Iterator before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(Iterator a, Iterator b) { return a.fd_ == b.fd_; }

 private:
  friend class SelectorMap;

  Iterator(const internal::SelectorCore* core, int fd) : core_(core), fd_(fd) {}

  const internal::SelectorCore* core_ = nullptr;
  int fd_ = internal::SelectorCore::kEnd;
};

// Descriptors that are waited for together, each with data: what EpollSelector,
// PollSelector and SelectSelector have in common. A program is written for
// this, and which of them it uses is chosen when it runs. `Data` is any type
// that can be moved.
//
//   selector.Register(socket, SelectorEvents::kRead, Connection(...));
//   const auto ready = selector.Select(5s);
//   if (!ready) ...  // EINTR, perhaps
//   for (auto [key, events] : *ready) key.data().Go(events);
//
// What is found is found again by each Select while it lasts. A hang-up or an
// error is no event of its own, but is found as all those that are waited for;
// what is read or written then tells more. (But see SelectSelector.)
//
// Unregister a descriptor before it is closed. Of one that is closed while it
// is registered a PollSelector finds all that is waited for, and what is read
// then fails with EBADF; a SelectSelector's Select fails with EBADF; an
// EpollSelector finds nothing. When the number is another file's, a
// PollSelector and a SelectSelector wait for that one. In any case the key
// stays, and can be unregistered as ever.
//
// Registering allocates. Select does only if more are registered than ever
// before.
//
// Thread-safety: as a container's: const members from any threads at once, or
// others by one, and none beside a Select that waits. What ends that from
// another thread is a registered descriptor, such as an EventFd's. Fork: the
// child has a copy, and may use it, but for an EpollSelector's.
template <typename Data>
class Selector {
 public:
  using Key = SelectorKey<Data>;

  // close(2), if there is something to close; destroys the data. errno is
  // preserved.
  virtual ~Selector() = default;

  bool is_open() const { return core_.is_open(); }

  // epoll_ctl(2), or fcntl(2) to know that `fd` is open: from now on waits for
  // its `events`. Returns the key, never null. Fails with EEXIST if it is
  // registered, EINVAL if `events` is empty or has other bits than kRead and
  // kWrite, and EBADF; `data` is lost then.
  //
  // An EpollSelector also fails as Epoll::Register does: with EPERM for a
  // regular file or a directory, of which the others find at once what is
  // waited for, and with EINVAL, ELOOP, ENOSPC and ENOMEM. A SelectSelector
  // also fails as FdSet::insert does: with EINVAL for FdSet::kCapacity and up.
  Result<Key*> Register(BorrowedFd fd, SelectorEvents events,
                        Data data = Data()) {
    return Typed(core_.Register(
        std::unique_ptr<Key>(new Key(fd, events, std::move(data)))));
  }

  // epoll_ctl(2): from now on waits for `events` of `fd`; its data stays. If
  // they are the same, calls nothing. Returns the key, never null. Fails, and
  // changes nothing, with ENOENT if it is not registered, EINVAL for such
  // events as Register refuses, and EBADF if the selector is closed.
  //
  // An EpollSelector also fails as Epoll::Modify does: with EBADF and ENOENT if
  // the descriptor has been closed, and with ENOMEM. The others call nothing.
  Result<Key*> Modify(BorrowedFd fd, SelectorEvents events) {
    return Typed(core_.Modify(fd, events));
  }
  // epoll_ctl(2): the same, and replaces the data.
  Result<Key*> Modify(BorrowedFd fd, SelectorEvents events, Data data) {
    Result<Key*> key = Modify(fd, events);
    if (key) (*key)->data_ = std::move(data);
    return key;
  }

  // epoll_ctl(2): no longer waits for `fd`, also if it has been closed. Returns
  // its key, with the data, which is the caller's now. Fails with ENOENT if it
  // is not registered, and with EBADF if the selector is closed.
  Result<std::unique_ptr<Key>> Unregister(BorrowedFd fd) {
    std::unique_ptr<internal::SelectorKeyBase> key;
    if (const Result<void> done = core_.Unregister(fd, key); !done) [[unlikely]]
      return done.error();
    return std::unique_ptr<Key>(static_cast<Key*>(key.release()));
  }

  // epoll_wait(2), poll(2) or select(2): waits until something that is waited
  // for is found, for milliseconds that are rounded up, or without end. Returns
  // all of it, each key once; nothing if the time is over. If nothing is
  // registered it only waits. Fails with EINTR, with EBADF if the selector is
  // closed, and as Epoll::Wait, Poll and the function Select do.
  Result<ReadyKeys<Data>> Select(
      PollTimeout timeout = PollTimeout::Infinite()) {
    if (const Result<void> waited = core_.Wait(timeout); !waited) [[unlikely]]
      return waited.error();
    return ReadyKeys<Data>(core_);
  }

  // Calls nothing: the key of `fd`, never null. Fails with ENOENT if it is not
  // registered, and with EBADF if the selector is closed.
  Result<Key*> GetKey(BorrowedFd fd) { return Typed(core_.GetKey(fd)); }
  // Calls nothing: the same.
  Result<const Key*> GetKey(BorrowedFd fd) const {
    return Typed(core_.GetKey(fd));
  }

  // What is registered; nothing if the selector is closed.
  SelectorMap<Data> GetMap() { return SelectorMap<Data>(core_); }
  SelectorMap<Data, const Key> GetMap() const {
    return SelectorMap<Data, const Key>(core_);
  }

  // close(2), if there is something to close: forgets what is registered, and
  // destroys the data. Every later call fails with EBADF, as this does if the
  // selector is closed already.
  Result<void> Close() { return core_.Close(); }

 protected:
  // Closed.
  Selector() = default;
  explicit Selector(internal::SelectorCore core) : core_(std::move(core)) {}
  // What was moved from is closed.
  Selector(Selector&&) noexcept = default;
  Selector& operator=(Selector&&) noexcept = default;

  const internal::SelectorCore& core() const { return core_; }

 private:
  // Of a key that is this one's, and so of this type.
  static Result<Key*> Typed(const Result<internal::SelectorKeyBase*>& key) {
    if (!key) [[unlikely]]
      return key.error();
    return static_cast<Key*>(*key);
  }

  internal::SelectorCore core_;
};

// A selector by epoll(7): what a Select costs grows with what is ready only.
//
// If a descriptor is closed while it is registered, and a duplicate of it is
// left, also a child's, its events go on to come: see Epoll. They are not
// found, but end the wait, so that Select may return nothing early.
//
// Thread-safety: as Selector's. Fork: the child shares the list in the kernel:
// what it registers and unregisters changes the parent's. It may close or
// destroy its copy, which changes nothing.
template <typename Data = NoData>
class EpollSelector final : public Selector<Data> {
 public:
  // Closed.
  EpollSelector() = default;

  // epoll_create1(2): with nothing registered. Fails as Epoll::Create does.
  static Result<EpollSelector> Create() {
    internal::SelectorCore core;
    if (const Result<void> opened = core.OpenEpoll(); !opened) [[unlikely]]
      return opened.error();
    return EpollSelector(std::move(core));
  }

  // The epoll instance, which is readable while something is to be found; none
  // if it is closed.
  BorrowedFd fd() const { return this->core().fd(); }

 private:
  using Selector<Data>::Selector;
};

// A selector by poll(2): what a Select costs grows with what is registered, but
// changing that costs no call. If more is registered than RLIMIT_NOFILE, Select
// fails with EINVAL.
//
// Thread-safety and fork: as Selector's.
template <typename Data = NoData>
class PollSelector final : public Selector<Data> {
 public:
  // Closed.
  PollSelector() = default;

  // Calls nothing, and does not fail: with nothing registered.
  static Result<PollSelector> Create() {
    internal::SelectorCore core;
    core.OpenPoll();
    return PollSelector(std::move(core));
  }

 private:
  using Selector<Data>::Selector;
};

// A selector by select(2), for descriptors below FdSet::kCapacity: what a
// Select costs grows with the highest of them, but changing what is registered
// costs no call.
//
// select(2) tells of a hang-up only who waits to read. So where kWrite alone is
// waited for, the other selectors find it and this one does not.
//
// Thread-safety and fork: as Selector's.
template <typename Data = NoData>
class SelectSelector final : public Selector<Data> {
 public:
  // Closed.
  SelectSelector() = default;

  // Calls nothing, and does not fail: with nothing registered.
  static Result<SelectSelector> Create() {
    internal::SelectorCore core;
    core.OpenSelect();
    return SelectSelector(std::move(core));
  }

 private:
  using Selector<Data>::Selector;
};

// The one to use if nothing speaks against it.
template <typename Data = NoData>
using DefaultSelector = EpollSelector<Data>;

// Which selector.
enum class SelectorKind { kEpoll, kPoll, kSelect };

// epoll_create1(2), or nothing: a selector that is chosen when the program
// runs; never null. Fails as its Create does, and with EINVAL for none.
template <typename Data = NoData>
Result<std::unique_ptr<Selector<Data>>> MakeSelector(
    SelectorKind kind = SelectorKind::kEpoll) {
  const auto keep = [](auto selector) -> std::unique_ptr<Selector<Data>> {
    return std::make_unique<decltype(selector)>(std::move(selector));
  };
  switch (kind) {
    case SelectorKind::kEpoll:
      return EpollSelector<Data>::Create().transform(keep);
    case SelectorKind::kPoll:
      return PollSelector<Data>::Create().transform(keep);
    case SelectorKind::kSelect:
      return SelectSelector<Data>::Create().transform(keep);
  }
  return internal::FailedWith(EINVAL, "plumbline::MakeSelector",
                              argument::Reason{"kind is none that there is"},
                              static_cast<int>(kind));
}

}  // namespace plumbline

#endif  // WRAPPERS_SELECTOR_H_
