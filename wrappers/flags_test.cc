#include "wrappers/flags.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "wrappers/constant_names.h"
#include "wrappers/error.h"
#include "wrappers/eventfd_constants.h"
#include "wrappers/inotify_constants.h"
#include "wrappers/pidfd_constants.h"
#include "wrappers/poll_constants.h"

namespace plumbline {
namespace {

// Of bits that are narrower than an int, as wide, and wider.
template <typename BitsType>
class Of : public Flags<Of<BitsType>, BitsType> {
 public:
  using Flags<Of, BitsType>::Flags;
};
class Other : public Flags<Other, unsigned> {};

template <typename BitsType>
constexpr auto kA = Of<BitsType>::FromBits(1);
template <typename BitsType>
constexpr auto kB = Of<BitsType>::FromBits(2);
template <typename BitsType>
constexpr auto kC = Of<BitsType>::FromBits(4);
template <typename BitsType>
constexpr auto kTop = Of<BitsType>::FromBits(
    static_cast<BitsType>(BitsType{1} << (8 * sizeof(BitsType) - 1)));

template <typename BitsType>
class FlagsTest : public testing::Test {};
using BitsTypes =
    testing::Types<unsigned char, unsigned short, int, unsigned, std::uint64_t>;
TYPED_TEST_SUITE(FlagsTest, BitsTypes);

// A mask is as good as its bits.
static_assert(std::is_same_v<Of<int>::Bits, int>);
static_assert(sizeof(Of<unsigned short>) == sizeof(unsigned short));
static_assert(sizeof(Of<std::uint64_t>) == sizeof(std::uint64_t));
static_assert(std::is_trivially_copyable_v<Of<int>>);
static_assert(std::is_nothrow_default_constructible_v<Of<int>>);

// An integer becomes one only by FromBits, and one is no integer.
static_assert(!std::is_constructible_v<Of<int>, int>);
static_assert(!std::is_convertible_v<int, Of<int>>);
static_assert(!std::is_assignable_v<Of<int>&, int>);
static_assert(!std::is_convertible_v<Of<int>, int>);
static_assert(!std::is_convertible_v<Of<int>, bool>);
static_assert(std::is_constructible_v<bool, Of<int>>);

template <typename A, typename B>
concept Combine = requires(A a, B b) {
  a | b;
}
|| requires(A a, B b) { a& b; }
|| requires(A a, B b) { a ^ b; }
|| requires(A a, B b) { a |= b; }
|| requires(A a, B b) { a == b; }
|| requires(A a, B b) { a.Contains(b); };
static_assert(Combine<Of<unsigned>, Of<unsigned>>);
static_assert(!Combine<Of<unsigned>, Other>);
static_assert(!Combine<Of<unsigned>, unsigned>);
static_assert(!Combine<unsigned, Of<unsigned>>);
static_assert(!Combine<EventFdFlags, InotifyFlags>);
static_assert(!Combine<EventFdFlags, int>);

TYPED_TEST(FlagsTest, AreNoneAtFirst) {
  constexpr Of<TypeParam> kNone;
  static_assert(kNone.bits() == 0);
  static_assert(kNone.empty());
  static_assert(!kNone);
  static_assert(kNone == Of<TypeParam>::FromBits(0));
}

TYPED_TEST(FlagsTest, AreTheirBits) {
  constexpr auto a = kA<TypeParam>;
  static_assert(a.bits() == 1);
  static_assert(!a.empty());
  static_assert(static_cast<bool>(a));
  static_assert(a == Of<TypeParam>::FromBits(1));
  static_assert(a != kB<TypeParam>);
  // Every bit, also such as have no name.
  constexpr auto kAll = static_cast<TypeParam>(~TypeParam{0});
  static_assert(Of<TypeParam>::FromBits(kAll).bits() == kAll);
  static_assert(static_cast<bool>(kTop<TypeParam>));
}

TYPED_TEST(FlagsTest, AreCombined) {
  constexpr auto a = kA<TypeParam>;
  constexpr auto b = kB<TypeParam>;
  constexpr auto c = kC<TypeParam>;
  static_assert((a | b).bits() == 3);
  static_assert((a | a) == a);
  static_assert(((a | b) & (b | c)) == b);
  static_assert((a & b).empty());
  static_assert(((a | b) ^ (b | c)) == (a | c));
  static_assert((a ^ a).empty());
  static_assert(std::is_same_v<decltype(a | b), Of<TypeParam>>);
}

TYPED_TEST(FlagsTest, HaveAComplement) {
  constexpr auto a = kA<TypeParam>;
  constexpr auto b = kB<TypeParam>;
  static_assert((~a).bits() == static_cast<TypeParam>(~TypeParam{1}));
  static_assert(~~a == a);
  static_assert((~a & a).empty());
  static_assert((~a).Contains(b | kTop<TypeParam>));
  static_assert(((a | b) & ~a) == b);
}

TYPED_TEST(FlagsTest, ContainAllOfTheOther) {
  constexpr auto a = kA<TypeParam>;
  constexpr auto b = kB<TypeParam>;
  constexpr auto c = kC<TypeParam>;
  static_assert((a | b).Contains(a));
  static_assert((a | b).Contains(a | b));
  static_assert(!(a | b).Contains(b | c));
  static_assert(!a.Contains(b));
  static_assert((a | kTop<TypeParam>).Contains(kTop<TypeParam>));
  static_assert(a.Contains({}));
  static_assert(Of<TypeParam>().Contains({}));
  static_assert(!Of<TypeParam>().Contains(a));
}

TYPED_TEST(FlagsTest, AreChangedInPlace) {
  constexpr auto a = kA<TypeParam>;
  constexpr auto b = kB<TypeParam>;
  constexpr auto c = kC<TypeParam>;
  Of<TypeParam> mask = a;
  EXPECT_EQ(&(mask |= b), &mask);
  EXPECT_TRUE(mask == (a | b));
  EXPECT_EQ(&(mask &= b | c), &mask);
  EXPECT_TRUE(mask == b);
  EXPECT_EQ(&(mask ^= b | c), &mask);
  EXPECT_TRUE(mask == c);
  (mask |= a) |= b;
  EXPECT_TRUE(mask == (a | b | c));
}

constexpr EventFdFlags ChangedWhenCompiled() {
  EventFdFlags flags = EventFdFlags::kCloexec | EventFdFlags::kSemaphore;
  flags |= EventFdFlags::kNonblock;
  flags &= ~EventFdFlags::kSemaphore;
  flags ^= EventFdFlags::kCloexec;
  return flags;
}
static_assert(ChangedWhenCompiled() == EventFdFlags::kNonblock);

TEST(GeneratedFlags, HaveTheNumbersOfTheHeader) {
  static_assert(EventFdFlags::kCloexec.bits() == EFD_CLOEXEC);
  static_assert(EventFdFlags::kNonblock.bits() == EFD_NONBLOCK);
  static_assert(EventFdFlags::kSemaphore.bits() == EFD_SEMAPHORE);
  static_assert(PollEvents::kRdhup.bits() == POLLRDHUP);
  static_assert(InotifyEvents::kOneshot.bits() == 1u << 31);
  static_assert(static_cast<int>(ChildState::kDumped) == CLD_DUMPED);
}

// As an Error's text has it.
template <typename Constant>
std::string Spelled(Constant constant) {
  return internal::FailedWith(EINVAL, "call", constant).arguments();
}

TEST(GeneratedFlags, AreSpelledByTheirNames) {
  EXPECT_EQ(Spelled(EventFdFlags::kCloexec), "EFD_CLOEXEC");
  EXPECT_EQ(Spelled(PollEvents::kIn | PollEvents::kRdhup), "POLLIN|POLLRDHUP");
  EXPECT_EQ(Spelled(InotifyEvents::kOpen | InotifyEvents::kOneshot),
            "IN_OPEN|IN_ONESHOT");
}

TEST(GeneratedFlags, AreSpelledByTheFewestNames) {
  EXPECT_EQ(Spelled(InotifyEvents::kCloseWrite | InotifyEvents::kCloseNowrite),
            "IN_CLOSE");
  EXPECT_EQ(Spelled(InotifyEvents::kMove | InotifyEvents::kCreate),
            "IN_MOVE|IN_CREATE");
  EXPECT_EQ(Spelled(InotifyEvents::kAllEvents | InotifyEvents::kOneshot),
            "IN_ALL_EVENTS|IN_ONESHOT");
}

TEST(GeneratedFlags, AreSpelledAsNumbersWhereTheyHaveNoName) {
  EXPECT_EQ(Spelled(EventFdFlags()), "0");
  EXPECT_EQ(Spelled(EventFdFlags::FromBits(0x100)), "0x100");
  EXPECT_EQ(Spelled(EventFdFlags::kSemaphore | EventFdFlags::FromBits(0x300)),
            "EFD_SEMAPHORE|0x300");
  // Their sign is no sign of theirs.
  EXPECT_EQ(Spelled(EventFdFlags::FromBits(-0x7fffffff - 1)), "0x80000000");
}

TEST(GeneratedFlags, OfAnEnumerationAreNoMask) {
  EXPECT_EQ(Spelled(ChildState::kExited), "CLD_EXITED");
  EXPECT_EQ(Spelled(ChildState::kDumped), "CLD_DUMPED");
  EXPECT_EQ(Spelled(IdType::kPidfd), "P_PIDFD");
  EXPECT_EQ(Spelled(static_cast<ChildState>(7)), "0x7");
}

// What a text such as "A|B|0x10" stands for.
std::uint64_t Read(const internal::ConstantsType& type, std::string_view text) {
  std::uint64_t value = 0;
  while (!text.empty()) {
    const std::string word(text.substr(0, text.find('|')));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    bool found = false;
    for (const internal::ConstantName& one : type.names) {
      if (one.name != word) continue;
      value |= one.value & 0xffffffff;
      found = true;
    }
    if (!found) value |= std::stoull(word, nullptr, 0);
  }
  return value;
}

TEST(GeneratedFlags, AreAllSpelledAsWhatTheyAre) {
  for (const internal::ConstantsType& type : internal::AllConstantsTypes()) {
    SCOPED_TRACE(type.name);
    for (const internal::ConstantName& one : type.names) {
      const std::uint64_t value = one.value & 0xffffffff;
      // One of its names, of which some have several.
      EXPECT_EQ(Read(type, internal::Spell(type, value)), value) << one.name;
      EXPECT_EQ(internal::Spell(type, value).find_first_of("|x"),
                std::string::npos)
          << one.name;
      if (!type.flags) continue;
      for (const internal::ConstantName& two : type.names) {
        const std::uint64_t both = value | (two.value & 0xffffffff);
        EXPECT_EQ(Read(type, internal::Spell(type, both)), both)
            << one.name << "|" << two.name;
      }
    }
  }
}

}  // namespace
}  // namespace plumbline
