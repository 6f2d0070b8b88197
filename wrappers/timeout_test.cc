#include "wrappers/timeout.h"

#include <gtest/gtest.h>
#include <time.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <ostream>
#include <ratio>
#include <type_traits>

namespace plumbline {
namespace {

using namespace std::chrono_literals;
using std::chrono::duration;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

template <typename Rep, typename Period = std::ratio<1>>
constexpr auto kLongest =
    duration<Rep, Period>(std::numeric_limits<Rep>::max());
template <typename Rep, typename Period = std::ratio<1>>
constexpr auto kLowest =
    duration<Rep, Period>(std::numeric_limits<Rep>::lowest());

// Neither is a whole number of milliseconds, or nanoseconds.
using Thirds = duration<std::int64_t, std::ratio<1, 3>>;
using Frames = duration<std::int64_t, std::ratio<1001, 30000>>;
using Picoseconds = duration<std::int64_t, std::pico>;

// What is taken for a time, and what is not.

template <typename Timeout>
constexpr bool kTakesDurationsOnly =
    std::is_convertible_v<nanoseconds, Timeout>&& std::is_convertible_v<
        hours, Timeout>&& std::is_convertible_v<duration<double>, Timeout>&&
        std::is_convertible_v<duration<std::uint8_t>, Timeout> &&
    !std::is_constructible_v<Timeout, int> &&
    !std::is_constructible_v<Timeout, double> &&
    !std::is_constructible_v<Timeout, timespec> &&
    !std::is_constructible_v<Timeout, const timespec*> &&
    !std::is_constructible_v<Timeout, steady_clock::time_point> &&
    !std::is_default_constructible_v<Timeout>;
static_assert(kTakesDurationsOnly<PollTimeout>);
static_assert(kTakesDurationsOnly<PreciseTimeout>);
static_assert(kTakesDurationsOnly<Delay>);
static_assert(std::is_trivially_copyable_v<PollTimeout>);
static_assert(std::is_trivially_copyable_v<PreciseTimeout>);
static_assert(std::is_trivially_copyable_v<Delay>);
static_assert(!std::is_convertible_v<PreciseTimeout, Delay>);

// PollTimeout. As constants, in which no overflow goes unseen.

constexpr int kMax = PollTimeout::kMax;
static_assert(kMax == 2'147'483'647);

constexpr int InMilliseconds(auto time) {
  return PollTimeout(time).milliseconds();
}

// Of milliseconds.
static_assert(InMilliseconds(0ms) == 0);
static_assert(InMilliseconds(1ms) == 1);
static_assert(InMilliseconds(milliseconds(kMax - 1)) == kMax - 1);
static_assert(InMilliseconds(milliseconds(kMax)) == kMax);
static_assert(InMilliseconds(milliseconds(kMax) + 1ms) == kMax);
static_assert(InMilliseconds(milliseconds::max()) == kMax);
static_assert(InMilliseconds(-1ms) == 0);
static_assert(InMilliseconds(milliseconds::min()) == 0);

// Of what is finer: rounded up.
static_assert(InMilliseconds(0ns) == 0);
static_assert(InMilliseconds(1ns) == 1);
static_assert(InMilliseconds(999'999ns) == 1);
static_assert(InMilliseconds(1'000'000ns) == 1);
static_assert(InMilliseconds(1'000'001ns) == 2);
static_assert(InMilliseconds(1500us) == 2);
static_assert(InMilliseconds(2000us) == 2);
static_assert(InMilliseconds(Picoseconds(1)) == 1);
static_assert(InMilliseconds(Picoseconds(1'000'000'001)) == 2);
static_assert(InMilliseconds(nanoseconds(milliseconds(kMax - 1))) == kMax - 1);
static_assert(InMilliseconds(nanoseconds(milliseconds(kMax - 1)) + 1ns) ==
              kMax);
static_assert(InMilliseconds(nanoseconds(milliseconds(kMax)) + 1ns) == kMax);
static_assert(InMilliseconds(nanoseconds::max()) == kMax);
static_assert(InMilliseconds(microseconds::max()) == kMax);
static_assert(InMilliseconds(-1ns) == 0);
static_assert(InMilliseconds(-1'000'001ns) == 0);
static_assert(InMilliseconds(nanoseconds::min()) == 0);

// Of what is coarser.
static_assert(InMilliseconds(3s) == 3000);
static_assert(InMilliseconds(1h) == 3'600'000);
static_assert(InMilliseconds(seconds(2'147'483)) == 2'147'483'000);
static_assert(InMilliseconds(seconds(2'147'484)) == kMax);
static_assert(InMilliseconds(596h) == 2'145'600'000);
static_assert(InMilliseconds(597h) == kMax);
static_assert(InMilliseconds(hours::max()) == kMax);
static_assert(InMilliseconds(std::chrono::years::max()) == kMax);
static_assert(InMilliseconds(-1h) == 0);
static_assert(InMilliseconds(hours::min()) == 0);

// Of what is neither.
static_assert(InMilliseconds(Thirds(1)) == 334);
static_assert(InMilliseconds(Thirds(2)) == 667);
static_assert(InMilliseconds(Thirds(3)) == 1000);
static_assert(InMilliseconds(Thirds(6'442'450)) == 2'147'483'334);
static_assert(InMilliseconds(Thirds(6'442'451)) == kMax);
static_assert(InMilliseconds(Thirds::max()) == kMax);
static_assert(InMilliseconds(Thirds::min()) == 0);
static_assert(InMilliseconds(Frames(1)) == 34);
static_assert(InMilliseconds(Frames(30)) == 1001);
static_assert(InMilliseconds(Frames(31)) == 1035);
static_assert(InMilliseconds(Frames::max()) == kMax);

// Counts of other types.
static_assert(InMilliseconds(duration<unsigned, std::milli>(5)) == 5);
static_assert(InMilliseconds(kLongest<unsigned, std::milli>) == kMax);
static_assert(InMilliseconds(kLongest<std::uint64_t, std::milli>) == kMax);
static_assert(InMilliseconds(kLongest<std::uint64_t, std::nano>) == kMax);
static_assert(InMilliseconds(kLongest<std::uint64_t>) == kMax);
static_assert(InMilliseconds(kLongest<std::int8_t>) == 127'000);
static_assert(InMilliseconds(kLowest<std::int8_t>) == 0);
static_assert(InMilliseconds(duration<std::int32_t, std::micro>(1001)) == 2);
static_assert(InMilliseconds(kLongest<std::int16_t, std::ratio<3600>>) == kMax);

static_assert(PollTimeout::Infinite().is_infinite());
static_assert(PollTimeout::Infinite().milliseconds() == -1);
static_assert(!PollTimeout(milliseconds::max()).is_infinite());
static_assert(!PollTimeout(-1ms).is_infinite());
static_assert(!PollTimeout(0ms).is_infinite());

// PreciseTimeout and Delay, which round alike.

constexpr time_t kMaxSeconds = std::numeric_limits<time_t>::max();
constexpr bool kNarrow = sizeof(time_t) == 4;

struct Time {
  std::int64_t seconds, nanoseconds;
  friend constexpr bool operator==(Time, Time) = default;
  friend std::ostream& operator<<(std::ostream& out, Time time) {
    return out << time.seconds << " s " << time.nanoseconds << " ns";
  }
};
constexpr Time kLongestTime = {kMaxSeconds, 0};

constexpr Time Exactly(auto time) {
  const Delay delay = time;
  const timespec* const delayed = delay.get();
  const PreciseTimeout timeout = time;
  const timespec* const waited = timeout.get();
  if (waited == nullptr || waited->tv_sec != delayed->tv_sec ||
      waited->tv_nsec != delayed->tv_nsec || timeout.is_infinite())
    return {-1, -1};
  return {delayed->tv_sec, delayed->tv_nsec};
}

// Of nanoseconds.
static_assert(Exactly(0ns) == Time{0, 0});
static_assert(Exactly(1ns) == Time{0, 1});
static_assert(Exactly(999'999'999ns) == Time{0, 999'999'999});
static_assert(Exactly(1'000'000'000ns) == Time{1, 0});
static_assert(Exactly(1'000'000'001ns) == Time{1, 1});
static_assert(Exactly(2'500'000'000ns) == Time{2, 500'000'000});
static_assert(Exactly(-1ns) == Time{0, 0});
static_assert(Exactly(-1'500'000'000ns) == Time{0, 0});
static_assert(Exactly(nanoseconds::min()) == Time{0, 0});
static_assert(Exactly(nanoseconds::max() - 1ns) ==
              (kNarrow ? kLongestTime : Time{9'223'372'036, 854'775'806}));
// Saturated, it is not told from what is more: a second, rounded up.
static_assert(Exactly(nanoseconds::max()) ==
              (kNarrow ? kLongestTime : Time{9'223'372'037, 0}));

// Of what is finer: rounded up.
static_assert(Exactly(Picoseconds(0)) == Time{0, 0});
static_assert(Exactly(Picoseconds(1)) == Time{0, 1});
static_assert(Exactly(Picoseconds(1000)) == Time{0, 1});
static_assert(Exactly(Picoseconds(1001)) == Time{0, 2});
static_assert(Exactly(Picoseconds(999'999'999'001)) == Time{1, 0});
static_assert(Exactly(Picoseconds::max()) == Time{9'223'372, 36'854'776});
static_assert(Exactly(Picoseconds(-1)) == Time{0, 0});

// Of what is coarser.
static_assert(Exactly(1ms) == Time{0, 1'000'000});
static_assert(Exactly(1500ms) == Time{1, 500'000'000});
static_assert(Exactly(1h) == Time{3600, 0});
static_assert(Exactly(-1h) == Time{0, 0});
static_assert(Exactly(hours::min()) == Time{0, 0});
static_assert(Exactly(seconds(2'147'483'646)) == Time{2'147'483'646, 0});
static_assert(Exactly(seconds(2'147'483'647)) == Time{2'147'483'647, 0});
static_assert(Exactly(seconds(2'147'483'648)) ==
              (kNarrow ? kLongestTime : Time{2'147'483'648, 0}));
static_assert(Exactly(seconds(9'223'372'036)) ==
              (kNarrow ? kLongestTime : Time{9'223'372'036, 0}));
static_assert(Exactly(seconds(9'223'372'037)) ==
              (kNarrow ? kLongestTime : Time{9'223'372'037, 0}));
static_assert(Exactly(seconds::max()) == kLongestTime);
static_assert(Exactly(seconds::max() - 1s) ==
              (kNarrow ? kLongestTime : Time{kMaxSeconds - 1, 0}));
static_assert(Exactly(milliseconds::max()) ==
              (kNarrow ? kLongestTime : Time{9'223'372'036'854'776, 0}));
static_assert(Exactly(hours::max()) == kLongestTime);
static_assert(Exactly(std::chrono::years::max()) == kLongestTime);

// About the last second of a 32-bit time_t.
static_assert(Exactly(nanoseconds(seconds(2'147'483'646)) + 1ns) ==
              Time{2'147'483'646, 1});
static_assert(Exactly(nanoseconds(seconds(2'147'483'646)) + 999'999'999ns) ==
              Time{2'147'483'646, 999'999'999});
static_assert(Exactly(nanoseconds(seconds(2'147'483'647)) + 1ns) ==
              (kNarrow ? kLongestTime : Time{2'147'483'647, 1}));

// Of what is neither.
static_assert(Exactly(Thirds(1)) == Time{0, 333'333'334});
static_assert(Exactly(Thirds(2)) == Time{0, 666'666'667});
static_assert(Exactly(Thirds(3)) == Time{1, 0});
// More than a third of 2^63 ns, where a product would overflow.
static_assert(Exactly(Thirds(18'446'744'074)) ==
              (kNarrow ? kLongestTime : Time{6'148'914'691, 333'333'334}));
static_assert(Exactly(Thirds::max()) ==
              (kNarrow ? kLongestTime : Time{3'074'457'345'618'258'603, 0}));
static_assert(Exactly(Frames(1)) == Time{0, 33'366'667});
static_assert(Exactly(Frames(30)) == Time{1, 1'000'000});
static_assert(Exactly(Frames::max()) ==
              (kNarrow ? kLongestTime : Time{307'753'180'296'387'687, 0}));

// Counts of other types.
static_assert(Exactly(duration<std::uint8_t>(255)) == Time{255, 0});
static_assert(Exactly(kLowest<std::int8_t>) == Time{0, 0});
static_assert(Exactly(kLongest<std::uint64_t>) == kLongestTime);
static_assert(Exactly(kLongest<std::uint64_t, std::nano>) ==
              (kNarrow ? kLongestTime : Time{18'446'744'074, 0}));
static_assert(Exactly(duration<unsigned, std::nano>(4'000'000'000)) ==
              Time{4, 0});

static_assert(PreciseTimeout::Infinite().is_infinite());
static_assert(!PreciseTimeout(hours::max()).is_infinite());
static_assert(!PreciseTimeout(-1ns).is_infinite());

TEST(PreciseTimeout, IsNoAddressIfItIsInfinite) {
  const PreciseTimeout infinite = PreciseTimeout::Infinite();
  EXPECT_EQ(infinite.get(), nullptr);
  PreciseTimeout changed = 1s;
  changed = infinite;
  EXPECT_EQ(changed.get(), nullptr);
}

TEST(PreciseTimeout, PointsIntoItself) {
  const PreciseTimeout one = 5s;
  const PreciseTimeout other = one;
  EXPECT_NE(one.get(), other.get());
  EXPECT_EQ(other.get()->tv_sec, 5);
}

template <typename T>
using Limits = std::numeric_limits<T>;
template <typename T>
using FloatHours = duration<T, std::ratio<3600>>;
template <typename T>
using FloatSeconds = duration<T>;
template <typename T>
using FloatMillis = duration<T, std::milli>;
template <typename T>
using FloatNanos = duration<T, std::nano>;

// Floating point: not as constants, as infinity is none, and a machine may
// compute otherwise than the compiler.
template <typename T>
class FloatingPoint : public testing::Test {};
using Types = testing::Types<float, double, long double>;
TYPED_TEST_SUITE(FloatingPoint, Types);

TYPED_TEST(FloatingPoint, IsRoundedUp) {
  EXPECT_EQ(InMilliseconds(FloatSeconds<TypeParam>(0)), 0);
  EXPECT_EQ(InMilliseconds(FloatSeconds<TypeParam>(1)), 1000);
  EXPECT_EQ(InMilliseconds(FloatSeconds<TypeParam>(0.25)), 250);
  EXPECT_EQ(InMilliseconds(FloatSeconds<TypeParam>(0.03125)), 32);  // 31.25 ms
  EXPECT_EQ(InMilliseconds(FloatMillis<TypeParam>(0.5)), 1);
  EXPECT_EQ(InMilliseconds(FloatMillis<TypeParam>(1)), 1);
  EXPECT_EQ(InMilliseconds(FloatMillis<TypeParam>(1.5)), 2);
  EXPECT_EQ(InMilliseconds(FloatNanos<TypeParam>(1)), 1);
  EXPECT_EQ(InMilliseconds(FloatHours<TypeParam>(0.5)), 1'800'000);
  EXPECT_EQ(Exactly(FloatSeconds<TypeParam>(0)), (Time{0, 0}));
  EXPECT_EQ(Exactly(FloatSeconds<TypeParam>(1)), (Time{1, 0}));
  EXPECT_EQ(Exactly(FloatSeconds<TypeParam>(0.5)), (Time{0, 500'000'000}));
  EXPECT_EQ(Exactly(FloatMillis<TypeParam>(0.25)), (Time{0, 250'000}));
  EXPECT_EQ(Exactly(FloatNanos<TypeParam>(0.5)), (Time{0, 1}));
  EXPECT_EQ(Exactly(FloatNanos<TypeParam>(1.5)), (Time{0, 2}));
  EXPECT_EQ(Exactly(FloatHours<TypeParam>(2)), (Time{7200, 0}));
}

// 0.1 s is a little more than that, or 100 ms, depending on how it is computed.
TYPED_TEST(FloatingPoint, IsNeverLessAndHardlyMore) {
  for (const TypeParam second :
       {TypeParam(0.1L), TypeParam(0.3L), TypeParam(0.7L), TypeParam(0.9L)}) {
    const int nominal = static_cast<int>(second * 1000 + TypeParam(0.5));
    EXPECT_GE(InMilliseconds(FloatSeconds<TypeParam>(second)), nominal);
    EXPECT_LE(InMilliseconds(FloatSeconds<TypeParam>(second)), nominal + 1);
  }
}

TYPED_TEST(FloatingPoint, IsMoreThanZeroIfItIsAtAll) {
  for (const TypeParam least :
       {Limits<TypeParam>::denorm_min(), Limits<TypeParam>::min()}) {
    EXPECT_EQ(InMilliseconds(FloatSeconds<TypeParam>(least)), 1);
    EXPECT_EQ(InMilliseconds(FloatMillis<TypeParam>(least)), 1);
    EXPECT_EQ(InMilliseconds(FloatNanos<TypeParam>(least)), 1);
    EXPECT_EQ(Exactly(FloatSeconds<TypeParam>(least)), (Time{0, 1}));
    EXPECT_EQ(Exactly(FloatNanos<TypeParam>(least)), (Time{0, 1}));
    EXPECT_EQ(Exactly(duration<TypeParam, std::pico>(least)), (Time{0, 1}));
  }
}

TYPED_TEST(FloatingPoint, IsZeroIfItIsNegative) {
  for (const TypeParam negative :
       {TypeParam(-0.0), -Limits<TypeParam>::denorm_min(), TypeParam(-1),
        Limits<TypeParam>::lowest(), -Limits<TypeParam>::infinity()}) {
    EXPECT_EQ(InMilliseconds(FloatSeconds<TypeParam>(negative)), 0);
    EXPECT_EQ(InMilliseconds(FloatNanos<TypeParam>(negative)), 0);
    EXPECT_EQ(Exactly(FloatSeconds<TypeParam>(negative)), (Time{0, 0}));
    EXPECT_EQ(Exactly(FloatNanos<TypeParam>(negative)), (Time{0, 0}));
  }
}

TYPED_TEST(FloatingPoint, IsTheLongestIfItIsTooMuch) {
  EXPECT_EQ(InMilliseconds(FloatMillis<TypeParam>(2'147'483'648.0L)), kMax);
  EXPECT_EQ(InMilliseconds(FloatSeconds<TypeParam>(2'147'484.0L)), kMax);
  for (const TypeParam much :
       {Limits<TypeParam>::max(), Limits<TypeParam>::infinity()}) {
    EXPECT_EQ(InMilliseconds(FloatSeconds<TypeParam>(much)), kMax);
    EXPECT_EQ(InMilliseconds(FloatNanos<TypeParam>(much)), kMax);
    EXPECT_EQ(InMilliseconds(FloatHours<TypeParam>(much)), kMax);
    EXPECT_EQ(Exactly(FloatSeconds<TypeParam>(much)), kLongestTime);
    EXPECT_EQ(Exactly(FloatNanos<TypeParam>(much)), kLongestTime);
    EXPECT_EQ(Exactly(FloatHours<TypeParam>(much)), kLongestTime);
  }
  // 2^31 s, and 2^63 ns and s.
  EXPECT_EQ(Exactly(FloatSeconds<TypeParam>(2'147'483'648.0L)),
            kNarrow ? kLongestTime : (Time{2'147'483'648, 0}));
  EXPECT_EQ(Exactly(FloatNanos<TypeParam>(9'223'372'036'854'775'808.0L)),
            kNarrow ? kLongestTime : (Time{9'223'372'037, 0}));
  EXPECT_EQ(Exactly(FloatSeconds<TypeParam>(9'223'372'036'854'775'808.0L)),
            kLongestTime);
}

TYPED_TEST(FloatingPoint, IsZeroIfItIsNotANumber) {
  EXPECT_EQ(
      InMilliseconds(FloatSeconds<TypeParam>(Limits<TypeParam>::quiet_NaN())),
      0);
  EXPECT_EQ(Exactly(FloatSeconds<TypeParam>(Limits<TypeParam>::quiet_NaN())),
            (Time{0, 0}));
  EXPECT_EQ(Exactly(FloatNanos<TypeParam>(-Limits<TypeParam>::quiet_NaN())),
            (Time{0, 0}));
}

// Where the type's next number is far away.
TEST(FloatingPoint, DoesNotOverflowNextToTheLimit) {
  // Less than 2^63 ns, but as a float these are 2^63.
  EXPECT_EQ(Exactly(duration<float>(9'223'371'776.0f)),
            kNarrow ? kLongestTime : (Time{9'223'371'776, 0}));
  // The same of a double.
  const Time rounded = Exactly(duration<double>(9'223'372'036.854775));
  if (kNarrow) {
    EXPECT_EQ(rounded, kLongestTime);
  } else {
    EXPECT_GE(rounded.seconds, 9'223'372'036);
    EXPECT_LE(rounded.seconds, 9'223'372'037);
  }
  // The last float below 2^31.
  EXPECT_EQ(InMilliseconds(duration<float, std::milli>(2'147'483'520.0f)),
            2'147'483'520);
  EXPECT_EQ(InMilliseconds(duration<double, std::milli>(2'147'483'646.5)),
            kMax);
  EXPECT_EQ(InMilliseconds(duration<double, std::milli>(2'147'483'645.5)),
            kMax - 1);
}

TEST(FloatingPoint, MayBeAConstant) {
  static_assert(InMilliseconds(duration<double>(0.25)) == 250);
  static_assert(InMilliseconds(duration<double, std::milli>(0.5)) == 1);
  static_assert(Exactly(duration<double>(1.5)) == Time{1, 500'000'000});
}

}  // namespace
}  // namespace plumbline
