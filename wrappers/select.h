// Waiting until one of several descriptors is ready, the old way: select(2).

#ifndef WRAPPERS_SELECT_H_
#define WRAPPERS_SELECT_H_

#include <errno.h>
#include <string.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>

#include <bit>
#include <cstddef>
#include <iterator>
#include <limits>

#include "wrappers/fd.h"
#include "wrappers/result.h"
#include "wrappers/signal_set.h"
#include "wrappers/timeout.h"

namespace plumbline {

// A set of descriptors for Select, which also is a range of them in rising
// order. Only those below kCapacity fit, which others often are not: poll(2)
// and epoll(7) know no such limit. What does not fit is in no set, and never
// reaches the C library, for which it would be undefined behaviour.
//
// Thread-safety and fork: a value. The descriptors are borrowed.
class FdSet {
 public:
  class Iterator;
  using iterator = Iterator;
  using value_type = BorrowedFd;

  static constexpr int kCapacity = FD_SETSIZE;

  // FD_ZERO of select(2): none.
  FdSet() { clear(); }
  // As the C library has it.
  explicit FdSet(const fd_set& set) : set_(set) {}

  // FD_SET of select(2): adds `fd`, which may be in it already. Fails with
  // EINVAL if it does not fit: if it is below 0, as a closed object's is, or
  // not below kCapacity. errno is left alone.
  Result<void> insert(BorrowedFd fd) {
    if (!Fits(fd)) [[unlikely]]
      return internal::FailedWith(EINVAL, "FD_SET", fd,
                                  argument::FdSet{&set_, kCapacity});
    FD_SET(fd.raw(), &set_);
    return {};
  }
  // FD_CLR, FD_ISSET and FD_ZERO of select(2).
  void erase(BorrowedFd fd) {
    if (Fits(fd)) FD_CLR(fd.raw(), &set_);
  }
  bool contains(BorrowedFd fd) const {
    return Fits(fd) && FD_ISSET(fd.raw(), &set_);
  }
  void clear() { FD_ZERO(&set_); }

  bool empty() const { return Next(0) == kCapacity; }
  std::size_t size() const;
  // The highest; none (-1) of an empty set.
  BorrowedFd max() const;

  Iterator begin() const;
  Iterator end() const;

  // For calls of the C library. Points into this.
  const fd_set* get() const { return &set_; }
  fd_set* get() { return &set_; }

  friend bool operator==(const FdSet& a, const FdSet& b);

 private:
  // It is an array of longs, for the kernel too.
  using Word = unsigned long;
  static constexpr int kWordBits = std::numeric_limits<Word>::digits;
  static constexpr int kWords = kCapacity / kWordBits;
  static_assert(sizeof(fd_set) == kWords * sizeof(Word));

  static constexpr bool Fits(BorrowedFd fd) {
    return fd.raw() >= 0 && fd.raw() < kCapacity;
  }
  Word WordAt(int index) const {
    Word word;
    memcpy(&word,
           reinterpret_cast<const char*>(&set_) +
               static_cast<std::size_t>(index) * sizeof(word),
           sizeof(word));
    return word;
  }
  // The lowest from `fd` on; kCapacity if there is none.
  int Next(int fd) const {
    for (int i = fd / kWordBits; i < kWords; ++i) {
      Word word = WordAt(i);
      if (i == fd / kWordBits) word &= ~Word{0} << (fd % kWordBits);
      if (word != 0) return i * kWordBits + std::countr_zero(word);
    }
    return kCapacity;
  }

  fd_set set_;
};

class FdSet::Iterator {
 public:
  using iterator_category = std::forward_iterator_tag;
  using difference_type = std::ptrdiff_t;
  using value_type = BorrowedFd;
  using pointer = const BorrowedFd*;
  using reference = BorrowedFd;

  Iterator() = default;

  BorrowedFd operator*() const { return BorrowedFd::FromRaw(fd_); }
  Iterator& operator++() {
    fd_ = set_->Next(fd_ + 1);
    return *this;
  }
  Iterator operator++(int) {
    const Iterator before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(Iterator a, Iterator b) { return a.fd_ == b.fd_; }

 private:
  friend class FdSet;

  Iterator(const FdSet* set, int fd) : set_(set), fd_(fd) {}

  const FdSet* set_ = nullptr;
  int fd_ = kCapacity;
};

inline FdSet::Iterator FdSet::begin() const { return Iterator(this, Next(0)); }
inline FdSet::Iterator FdSet::end() const { return Iterator(this, kCapacity); }
inline std::size_t FdSet::size() const {
  int count = 0;
  for (int i = 0; i < kWords; ++i) count += std::popcount(WordAt(i));
  return static_cast<std::size_t>(count);
}
inline BorrowedFd FdSet::max() const {
  for (int i = kWords - 1; i >= 0; --i) {
    if (const Word word = WordAt(i); word != 0)
      return BorrowedFd::FromRaw((i + 1) * kWordBits - 1 -
                                 std::countl_zero(word));
  }
  return {};
}
inline bool operator==(const FdSet& a, const FdSet& b) {
  return memcmp(&a.set_, &b.set_, sizeof(fd_set)) == 0;
}

namespace internal {

inline fd_set* Raw(FdSet* set) { return set == nullptr ? nullptr : set->get(); }

// One more than the highest of all.
inline int CountFor(const FdSet* read, const FdSet* write,
                    const FdSet* except) {
  int highest = -1;
  for (const FdSet* const set : {read, write, except}) {
    if (set == nullptr) continue;
    if (const int fd = set->max().raw(); fd > highest) highest = fd;
  }
  return highest + 1;
}

// Rounded up. It fits: of the longest timeout the nanoseconds are 0.
inline timeval CeilToMicroseconds(const timespec& time) {
  const auto microseconds = (time.tv_nsec + 999) / 1000;
  if (microseconds == 1'000'000) return {time.tv_sec + 1, 0};
  return {time.tv_sec, static_cast<suseconds_t>(microseconds)};
}

inline Result<std::size_t> Pselect(FdSet* read, FdSet* write, FdSet* except,
                                   const PreciseTimeout& timeout,
                                   const sigset_t* mask) {
  const int count = CountFor(read, write, except);
  const int ready =
      ::pselect(count, Raw(read), Raw(write), Raw(except), timeout.get(), mask);
  if (ready < 0) [[unlikely]]
    return Failed("pselect", count, argument::FdSet{Raw(read), count, 2},
                  argument::FdSet{Raw(write), count, 2},
                  argument::FdSet{Raw(except), count, 2}, timeout.get(),
                  argument::SignalSet{mask});
  return static_cast<std::size_t>(ready);
}

}  // namespace internal

// select(2): waits until a descriptor of `read` can be read from or is at its
// end, one of `write` can be written to, or one of `except` has an exceptional
// condition, for microseconds that are rounded up. Each set is null or another
// object, and of each only the ready ones are left; of all of them together
// their number is returned, and 0 if the time is over. Fails with EBADF if one
// is not open (the kernel overlooks those that are higher than any that is),
// with EINTR, and with ENOMEM; the sets are as before then.
//
// What select(2) on Linux tells of the time that was left is dropped, as its
// page advises: after EINTR, RetryOnEintrUntil goes on with what is left.
inline Result<std::size_t> Select(FdSet* read, FdSet* write, FdSet* except,
                                  PreciseTimeout timeout) {
  const int count = internal::CountFor(read, write, except);
  timeval time;
  timeval* wait = nullptr;
  if (!timeout.is_infinite()) {
    time = internal::CeilToMicroseconds(*timeout.get());
    wait = &time;
  }
  const int ready = ::select(count, internal::Raw(read), internal::Raw(write),
                             internal::Raw(except), wait);
  if (ready < 0) [[unlikely]] {
    // The kernel may have changed it.
    if (wait != nullptr) *wait = internal::CeilToMicroseconds(*timeout.get());
    return internal::Failed(
        "select", count, argument::FdSet{internal::Raw(read), count},
        argument::FdSet{internal::Raw(write), count},
        argument::FdSet{internal::Raw(except), count}, wait);
  }
  return static_cast<std::size_t>(ready);
}

// pselect(2): the same, for nanoseconds.
inline Result<std::size_t> Pselect(FdSet* read, FdSet* write, FdSet* except,
                                   PreciseTimeout timeout) {
  return internal::Pselect(read, write, except, timeout, nullptr);
}

// pselect(2): the same, for nanoseconds and with `mask` as the thread's signal
// mask while it waits: a signal that is blocked but not in `mask` can't be
// missed between a look at what its handler left and the wait. If it arrives,
// also if it was pending before, its handler runs and this fails with EINTR,
// unless something is ready.
inline Result<std::size_t> Pselect(FdSet* read, FdSet* write, FdSet* except,
                                   PreciseTimeout timeout,
                                   const SignalSet& mask) {
  return internal::Pselect(read, write, except, timeout, mask.get());
}

}  // namespace plumbline

#endif  // WRAPPERS_SELECT_H_
