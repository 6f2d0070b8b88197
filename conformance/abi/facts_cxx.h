// The C++ view of a function: its exact type, and whether it is noexcept.

#ifndef PLUMBLINE_CONFORMANCE_ABI_FACTS_CXX_H_
#define PLUMBLINE_CONFORMANCE_ABI_FACTS_CXX_H_

#include "conformance/abi/facts.h"

namespace plumbline {

// A function pointer type without its noexcept.
template <typename T>
struct Plain {
  using Type = T;
  static constexpr bool kNoexcept = false;
};
template <typename Result, typename... Parameters>
struct Plain<Result (*)(Parameters...) noexcept> {
  using Type = Result (*)(Parameters...);
  static constexpr bool kNoexcept = true;
};
template <typename Result, typename... Parameters>
struct Plain<Result (*)(Parameters..., ...) noexcept> {
  using Type = Result (*)(Parameters..., ...);
  static constexpr bool kNoexcept = true;
};

template <typename T, typename U>
inline constexpr bool kSame = false;
template <typename T>
inline constexpr bool kSame<T, T> = true;

// Deducing Seen from an argument, rather than naming decltype(&f), keeps GCC
// from warning that a template argument loses the function's attributes.
template <typename Declared, typename Seen>
constexpr plumbline_fact Prototype(unsigned long long key, unsigned flags,
                                   Seen) {
  return {key,
          kSame<Declared, typename Plain<Seen>::Type> ? 1ull : 0ull,
          0,
          0,
          PLUMBLINE_OTHER,
          flags | PLUMBLINE_PRESENT |
              (Plain<Seen>::kNoexcept ? unsigned{PLUMBLINE_NOEXCEPT} : 0u)};
}

template <typename Seen>
constexpr plumbline_fact Present(unsigned long long key, unsigned flags, Seen) {
  return {key, 0, 0, 0, PLUMBLINE_OTHER, flags | PLUMBLINE_PRESENT};
}

// "… [with Seen = int (*)(int) noexcept]"; the judge takes out what it needs.
template <typename Seen>
constexpr const char* TypeName(Seen) {
  return __PRETTY_FUNCTION__;
}

}  // namespace plumbline

#endif  // PLUMBLINE_CONFORMANCE_ABI_FACTS_CXX_H_
