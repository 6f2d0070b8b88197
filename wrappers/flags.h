// Masks of bits as types: what eventfd takes can't be given to epoll_create1.

#ifndef WRAPPERS_FLAGS_H_
#define WRAPPERS_FLAGS_H_

#include "wrappers/argument_kind.h"

namespace plumbline {

// A mask of `Bits` whose constants are static members of `Self`, which derives
// from this. Combined by operators; an integer becomes one only by FromBits.
//
// Thread-safety and fork: a value.
template <typename Self, typename BitsType>
class Flags {
 public:
  using Bits = BitsType;

  // None.
  constexpr Flags() = default;

  // Any bits, also such as have no name.
  static constexpr Self FromBits(Bits bits) {
    Self self;
    self.bits_ = bits;
    return self;
  }
  constexpr Bits bits() const { return bits_; }

  constexpr bool empty() const { return bits_ == 0; }
  constexpr explicit operator bool() const { return bits_ != 0; }
  // All of `other`?
  constexpr bool Contains(Self other) const {
    return (bits_ & other.bits_) == other.bits_;
  }

  friend constexpr Self operator|(Self a, Self b) {
    return FromBits(static_cast<Bits>(a.bits_ | b.bits_));
  }
  friend constexpr Self operator&(Self a, Self b) {
    return FromBits(static_cast<Bits>(a.bits_ & b.bits_));
  }
  friend constexpr Self operator^(Self a, Self b) {
    return FromBits(static_cast<Bits>(a.bits_ ^ b.bits_));
  }
  friend constexpr Self operator~(Self a) {
    return FromBits(static_cast<Bits>(~a.bits_));
  }
  friend constexpr Self& operator|=(Self& a, Self b) { return a = a | b; }
  friend constexpr Self& operator&=(Self& a, Self b) { return a = a & b; }
  friend constexpr Self& operator^=(Self& a, Self b) { return a = a ^ b; }
  friend constexpr bool operator==(Self a, Self b) {
    return a.bits_ == b.bits_;
  }

 private:
  Bits bits_ = 0;
};

}  // namespace plumbline

#endif  // WRAPPERS_FLAGS_H_
