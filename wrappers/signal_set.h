// Sets of signals: sigsetops(3).

#ifndef WRAPPERS_SIGNAL_SET_H_
#define WRAPPERS_SIGNAL_SET_H_

#include <errno.h>
#include <signal.h>

#include <cstddef>
#include <initializer_list>
#include <iterator>

namespace plumbline {

// A set of signals, which also is a range of their numbers in rising order.
// What is no signal, or is one that the C library keeps for itself (32 and 33),
// is in no set: inserting it does nothing, and contains() is false.
//
// Thread-safety and fork: a value.
class SignalSet {
 public:
  class Iterator;
  using iterator = Iterator;
  using value_type = int;

  // sigemptyset(3): none.
  SignalSet() { sigemptyset(&set_); }
  SignalSet(std::initializer_list<int> signals) : SignalSet() {
    for (const int signal : signals) insert(signal);
  }
  // As the C library has it.
  explicit SignalSet(const sigset_t& set) : set_(set) {}

  // sigfillset(3): all.
  static SignalSet All() {
    SignalSet all;
    sigfillset(&all.set_);
    return all;
  }

  // sigaddset(3), sigdelset(3), sigismember(3).
  void insert(int signal) { Quietly(sigaddset, signal); }
  void erase(int signal) { Quietly(sigdelset, signal); }
  bool contains(int signal) const {
    const int saved = errno;
    const bool is_member = sigismember(&set_, signal) == 1;
    errno = saved;
    return is_member;
  }
  bool empty() const;
  std::size_t size() const;

  Iterator begin() const;
  Iterator end() const;

  // For calls of the C library. Points into this.
  const sigset_t* get() const { return &set_; }
  sigset_t* get() { return &set_; }

  friend SignalSet operator|(const SignalSet& a, const SignalSet& b);
  friend SignalSet operator&(const SignalSet& a, const SignalSet& b);
  // Those of `a` that are not in `b`.
  friend SignalSet operator-(const SignalSet& a, const SignalSet& b);
  friend SignalSet operator~(const SignalSet& a) { return All() - a; }
  friend bool operator==(const SignalSet& a, const SignalSet& b);

 private:
  void Quietly(int (*change)(sigset_t*, int) noexcept, int signal) {
    const int saved = errno;
    change(&set_, signal);
    errno = saved;
  }

  sigset_t set_;
};

class SignalSet::Iterator {
 public:
  using iterator_category = std::forward_iterator_tag;
  using difference_type = std::ptrdiff_t;
  using value_type = int;
  using pointer = const int*;
  using reference = int;

  Iterator() = default;

  int operator*() const { return signal_; }
  Iterator& operator++() {
    ++signal_;
    Find();
    return *this;
  }
  Iterator operator++(int) {
    const Iterator before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(Iterator a, Iterator b) {
    return a.signal_ == b.signal_;
  }

 private:
  friend class SignalSet;
  static constexpr int kEnd = NSIG;

  Iterator(const SignalSet* set, int signal) : set_(set), signal_(signal) {
    Find();
  }
  void Find() {
    while (signal_ < kEnd && !set_->contains(signal_)) ++signal_;
  }

  const SignalSet* set_ = nullptr;
  int signal_ = kEnd;
};

inline SignalSet::Iterator SignalSet::begin() const {
  return Iterator(this, 1);
}
inline SignalSet::Iterator SignalSet::end() const {
  return Iterator(this, Iterator::kEnd);
}
inline bool SignalSet::empty() const { return begin() == end(); }
inline std::size_t SignalSet::size() const {
  std::size_t count = 0;
  for ([[maybe_unused]] const int signal : *this) ++count;
  return count;
}

inline SignalSet operator|(const SignalSet& a, const SignalSet& b) {
  SignalSet both = a;
  for (const int signal : b) both.insert(signal);
  return both;
}
inline SignalSet operator&(const SignalSet& a, const SignalSet& b) {
  SignalSet both;
  for (const int signal : a) {
    if (b.contains(signal)) both.insert(signal);
  }
  return both;
}
inline SignalSet operator-(const SignalSet& a, const SignalSet& b) {
  SignalSet rest = a;
  for (const int signal : b) rest.erase(signal);
  return rest;
}
inline bool operator==(const SignalSet& a, const SignalSet& b) {
  for (int signal = 1; signal < NSIG; ++signal) {
    if (a.contains(signal) != b.contains(signal)) return false;
  }
  return true;
}

}  // namespace plumbline

#endif  // WRAPPERS_SIGNAL_SET_H_
