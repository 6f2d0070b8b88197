// Sets of signals: sigsetops(3).

#ifndef WRAPPERS_SIGNAL_SET_H_
#define WRAPPERS_SIGNAL_SET_H_

#include <signal.h>
#include <string.h>

#include <bit>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <type_traits>

namespace plumbline {

namespace internal {

// A sigset_t as it is, for the kernel too: the bit of signal 1 is the lowest of
// the first word. There is room for many more signals than the kernel has.
struct SignalWords {
  using Word = unsigned long;
  static constexpr int kWordBits = std::numeric_limits<Word>::digits;
  // Those that have signals. What the kernel returns fills no more than these.
  static constexpr int kUsed = (NSIG - 1 + kWordBits - 1) / kWordBits;

  Word of[sizeof(sigset_t) / sizeof(Word)];
};
static_assert(sizeof(SignalWords) == sizeof(sigset_t));

// Not a number of none, nor one of those at the start of the real-time signals
// that the C library's threads keep for themselves.
constexpr bool IsSignal(int number) {
#ifdef __GLIBC__
  constexpr int kFirstOfLibrary = __SIGRTMIN;
  constexpr int kCount = 2;
#else
  constexpr int kFirstOfLibrary = 32;
  constexpr int kCount = 3;
#endif
  return number > 0 && number < NSIG &&
         (number < kFirstOfLibrary || number >= kFirstOfLibrary + kCount);
}

constexpr SignalWords AllSignals() {
  SignalWords words = {};
  for (int signal = 1; signal < NSIG; ++signal) {
    if (IsSignal(signal))
      words.of[(signal - 1) / SignalWords::kWordBits] |=
          SignalWords::Word{1} << (signal - 1) % SignalWords::kWordBits;
  }
  return words;
}
inline constexpr SignalWords kAllSignals = AllSignals();

// For what a call of the C library fills in next.
struct Uninitialized {};

}  // namespace internal

// A set of signals, which also is a range of their numbers in rising order.
// What is no signal, or is one that the C library keeps for itself (32 and 33),
// is in no set: inserting it does nothing, and contains() is false. All is
// inline, without a call; a set may be a constant:
//
//   constexpr SignalSet kStopping = {SIGINT, SIGTERM};
//
// Thread-safety and fork: a value.
class SignalSet {
 public:
  class Iterator;
  using iterator = Iterator;
  using const_iterator = Iterator;
  using value_type = int;

  // As sigemptyset of sigsetops(3): none.
  constexpr SignalSet() : set_{} {}
  constexpr SignalSet(std::initializer_list<int> signals) : SignalSet() {
    for (const int signal : signals) insert(signal);
  }
  // As the C library has it.
  constexpr explicit SignalSet(const sigset_t& set) : set_(set) {}
  // For the wrappers of calls that fill it in.
  explicit SignalSet(internal::Uninitialized) {}

  // As sigfillset of sigsetops(3): all that can be in a set.
  static constexpr SignalSet All() {
    return SignalSet(std::bit_cast<sigset_t>(internal::kAllSignals));
  }
  // Whether a set can have it. The real-time signals are those from SIGRTMIN to
  // SIGRTMAX.
  static constexpr bool CanHave(int signal) {
    return internal::IsSignal(signal);
  }

  // As sigaddset, sigdelset and sigismember of sigsetops(3).
  constexpr void insert(int signal) {
    if (CanHave(signal)) SetWord(IndexOf(signal), At(signal) | BitOf(signal));
  }
  constexpr void erase(int signal) {
    if (CanHave(signal)) SetWord(IndexOf(signal), At(signal) & ~BitOf(signal));
  }
  constexpr bool contains(int signal) const {
    return CanHave(signal) && (At(signal) & BitOf(signal)) != 0;
  }
  constexpr void clear() { set_ = {}; }

  constexpr bool empty() const {
    for (int i = 0; i < kWords; ++i) {
      if (GetWord(i) != 0) return false;
    }
    return true;
  }
  constexpr std::size_t size() const {
    int count = 0;
    for (int i = 0; i < kWords; ++i) count += std::popcount(GetWord(i));
    return static_cast<std::size_t>(count);
  }

  constexpr Iterator begin() const;
  constexpr Iterator end() const;

  // For calls of the C library. Points into this.
  constexpr const sigset_t* get() const { return &set_; }
  constexpr sigset_t* get() { return &set_; }

  constexpr SignalSet& operator|=(const SignalSet& other) {
    for (int i = 0; i < kWords; ++i) SetWord(i, GetWord(i) | other.GetWord(i));
    return *this;
  }
  constexpr SignalSet& operator&=(const SignalSet& other) {
    for (int i = 0; i < kWords; ++i) SetWord(i, GetWord(i) & other.GetWord(i));
    return *this;
  }
  // Without those of `other`.
  constexpr SignalSet& operator-=(const SignalSet& other) {
    for (int i = 0; i < kWords; ++i) SetWord(i, GetWord(i) & ~other.GetWord(i));
    return *this;
  }
  friend constexpr SignalSet operator|(SignalSet a, const SignalSet& b) {
    return a |= b;
  }
  friend constexpr SignalSet operator&(SignalSet a, const SignalSet& b) {
    return a &= b;
  }
  // Those of `a` that are not in `b`.
  friend constexpr SignalSet operator-(SignalSet a, const SignalSet& b) {
    return a -= b;
  }
  // Those of All() that are not in `a`.
  friend constexpr SignalSet operator~(const SignalSet& a) { return All() - a; }
  friend constexpr bool operator==(const SignalSet& a, const SignalSet& b) {
    for (int i = 0; i < kWords; ++i) {
      if (a.GetWord(i) != b.GetWord(i)) return false;
    }
    return true;
  }

 private:
  using Words = internal::SignalWords;
  using Word = Words::Word;
  static constexpr int kWords = Words::kUsed;

  static constexpr int IndexOf(int signal) {
    return (signal - 1) / Words::kWordBits;
  }
  static constexpr Word BitOf(int signal) {
    return Word{1} << (signal - 1) % Words::kWordBits;
  }
  constexpr Word At(int signal) const { return GetWord(IndexOf(signal)); }

  // Without bits of what is no signal.
  constexpr Word GetWord(int index) const {
    Word word = 0;
    if (std::is_constant_evaluated()) {
      word = std::bit_cast<Words>(set_).of[index];
    } else {
      memcpy(&word, Place(&set_, index), sizeof(word));
    }
    return word & internal::kAllSignals.of[index];
  }
  constexpr void SetWord(int index, Word word) {
    if (std::is_constant_evaluated()) {
      auto words = std::bit_cast<Words>(set_);
      words.of[index] = word;
      set_ = std::bit_cast<sigset_t>(words);
    } else {
      memcpy(const_cast<char*>(Place(&set_, index)), &word, sizeof(word));
    }
  }
  static const char* Place(const sigset_t* set, int index) {
    return reinterpret_cast<const char*>(set) +
           static_cast<std::size_t>(index) * sizeof(Word);
  }

  // The lowest from `signal` on; NSIG if there is none.
  constexpr int Next(int signal) const {
    for (int i = IndexOf(signal); i < kWords; ++i) {
      Word word = GetWord(i);
      if (i == IndexOf(signal))
        word &= ~Word{0} << (signal - 1) % Words::kWordBits;
      if (word != 0) return i * Words::kWordBits + std::countr_zero(word) + 1;
    }
    return NSIG;
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

  constexpr Iterator() = default;

  constexpr int operator*() const { return signal_; }
  constexpr Iterator& operator++() {
    signal_ = set_->Next(signal_ + 1);
    return *this;
  }
  constexpr Iterator operator++(int) {
    const Iterator before = *this;
    ++*this;
    return before;
  }
  friend constexpr bool operator==(Iterator a, Iterator b) {
    return a.signal_ == b.signal_;
  }

 private:
  friend class SignalSet;

  constexpr Iterator(const SignalSet* set, int signal)
      : set_(set), signal_(signal) {}

  const SignalSet* set_ = nullptr;
  int signal_ = NSIG;
};

constexpr SignalSet::Iterator SignalSet::begin() const {
  return Iterator(this, Next(1));
}
constexpr SignalSet::Iterator SignalSet::end() const {
  return Iterator(this, NSIG);
}

}  // namespace plumbline

#endif  // WRAPPERS_SIGNAL_SET_H_
