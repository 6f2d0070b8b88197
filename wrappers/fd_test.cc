#include "wrappers/fd.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "wrappers/testing/child.h"
#include "wrappers/testing/result_assertions.h"

namespace {

// Calls of close(2) by what is not the C library itself, and what they shall
// fail with though they close.
std::atomic<int> close_calls = 0;
std::atomic<int> close_error = 0;

}  // namespace

// Instead of the C library's.
extern "C" int close(int fd) {
  ++close_calls;
  const long result = syscall(SYS_close, fd);
  if (result == 0 && close_error != 0) {
    errno = close_error;
    return -1;
  }
  return static_cast<int>(result);
}

namespace plumbline {
namespace {

using testing_support::InChild;

// ---- What the compiler sees ----

static_assert(std::is_trivially_copyable_v<BorrowedFd>);
static_assert(sizeof(BorrowedFd) == sizeof(int));
static_assert(!std::is_convertible_v<int, BorrowedFd>);
static_assert(!std::is_constructible_v<BorrowedFd, int>);
static_assert(!std::is_convertible_v<BorrowedFd, int>);
static_assert(BorrowedFd().raw() == -1);
static_assert(BorrowedFd::FromRaw(3).raw() == 3);
static_assert(BorrowedFd::FromRaw(3) == BorrowedFd::FromRaw(3));
static_assert(BorrowedFd::FromRaw(3) != BorrowedFd::FromRaw(4));
static_assert(BorrowedFd() == BorrowedFd::FromRaw(-1));

template <typename Fd>
concept ComparesWithInt = requires(const Fd& fd) {
  fd == 3;
};
static_assert(!ComparesWithInt<BorrowedFd>);
static_assert(!ComparesWithInt<OwnedFd>);

static_assert(sizeof(OwnedFd) == sizeof(int));
static_assert(!std::is_copy_constructible_v<OwnedFd>);
static_assert(!std::is_copy_assignable_v<OwnedFd>);
static_assert(std::is_nothrow_move_constructible_v<OwnedFd>);
static_assert(std::is_nothrow_move_assignable_v<OwnedFd>);
static_assert(!std::is_constructible_v<OwnedFd, int>);
static_assert(!std::is_constructible_v<OwnedFd, BorrowedFd>);
static_assert(std::is_convertible_v<const OwnedFd&, BorrowedFd>);
static_assert(!std::is_convertible_v<OwnedFd, int>);

constexpr bool MovesWhatItAdopted() {
  OwnedFd first = OwnedFd::Adopt(5);
  OwnedFd second = std::move(first);
  if (first.is_open() || first.raw() != -1 || !second.is_open()) return false;
  OwnedFd third;
  third = std::move(second);
  third.Swap(second);
  if (third.is_open() || second.borrow() != BorrowedFd::FromRaw(5))
    return false;
  return second.Release() == 5 && !second.is_open() && second.Release() == -1;
}
static_assert(MovesWhatItAdopted());
static_assert(!OwnedFd().is_open());
static_assert(OwnedFd().raw() == -1);
static_assert(OwnedFd::Adopt(0).Release() == 0);
static_assert(!OwnedFd::Adopt(-1).is_open());
static_assert(OwnedFd::Adopt(-100).raw() == -1);

// Nothing needs to be initialised.
constinit OwnedFd global;

// A facility.
class Thing : public FdOwner {
 public:
  constexpr Thing() = default;
  static constexpr Thing Adopt(OwnedFd fd) { return Thing(std::move(fd)); }

  constexpr int number() const { return raw(); }

 private:
  constexpr explicit Thing(OwnedFd fd) : FdOwner(std::move(fd)) {}
};
static_assert(sizeof(Thing) == sizeof(int));
static_assert(!std::is_default_constructible_v<FdOwner>);
static_assert(!std::is_copy_constructible_v<Thing>);
static_assert(!std::is_copy_assignable_v<Thing>);
static_assert(std::is_nothrow_move_constructible_v<Thing>);
static_assert(std::is_nothrow_move_assignable_v<Thing>);
static_assert(std::is_convertible_v<const Thing&, BorrowedFd>);
static_assert(!std::is_convertible_v<Thing, int>);
static_assert(!std::is_convertible_v<OwnedFd, Thing>);
static_assert(!Thing().is_open());
static_assert(Thing().number() == -1);
static_assert(Thing().fd() == BorrowedFd());
static_assert(Thing::Adopt(OwnedFd::Adopt(5)).Release().Release() == 5);

// ---- What happens ----

int NewRaw() {
  const int raw = open("/dev/null", O_RDWR | O_CLOEXEC);
  EXPECT_GE(raw, 0);
  return raw;
}
OwnedFd New() { return OwnedFd::Adopt(NewRaw()); }

bool IsOpen(int raw) {
  const int saved = errno;
  const bool is_open = fcntl(raw, F_GETFD) >= 0;
  EXPECT_TRUE(is_open || errno == EBADF);
  errno = saved;
  return is_open;
}

// Counts from 0.
class OwnedFdTest : public testing::Test {
 protected:
  OwnedFdTest() {
    close_calls = 0;
    close_error = 0;
  }
  ~OwnedFdTest() override { close_error = 0; }
};
using FdOwnerTest = OwnedFdTest;

TEST_F(OwnedFdTest, ClosesOnceWhenItEnds) {
  int raw;
  {
    const OwnedFd fd = New();
    raw = fd.raw();
    EXPECT_TRUE(fd.is_open());
    EXPECT_TRUE(IsOpen(raw));
    EXPECT_EQ(close_calls, 0);
  }
  EXPECT_FALSE(IsOpen(raw));
  EXPECT_EQ(close_calls, 1);
}

TEST_F(OwnedFdTest, ClosesNothingIfItHasNothing) {
  {
    OwnedFd none;
    OwnedFd negative = OwnedFd::Adopt(-1);
    OwnedFd failed = OwnedFd::Adopt(open("/no/such/file", O_RDONLY));
    OwnedFd lower = OwnedFd::Adopt(-100);
    EXPECT_FALSE(none.is_open());
    EXPECT_FALSE(negative.is_open());
    EXPECT_FALSE(failed.is_open());
    EXPECT_FALSE(lower.is_open());
    EXPECT_EQ(lower.raw(), -1);
    EXPECT_EQ(lower.borrow(), BorrowedFd());
  }
  EXPECT_EQ(close_calls, 0);
}

TEST_F(OwnedFdTest, OwnsDescriptorZero) {
  InChild([] {
    const int raw = NewRaw();
    ASSERT_EQ(dup2(raw, 0), 0);
    {
      const OwnedFd fd = OwnedFd::Adopt(0);
      EXPECT_TRUE(fd.is_open());
      EXPECT_EQ(fd.raw(), 0);
    }
    EXPECT_FALSE(IsOpen(0));
  });
}

TEST_F(OwnedFdTest, IsMoved) {
  int raw;
  {
    OwnedFd first = New();
    raw = first.raw();
    OwnedFd second = std::move(first);
    EXPECT_FALSE(first.is_open());  // NOLINT: what is left of it
    EXPECT_EQ(first.raw(), -1);
    EXPECT_EQ(second.raw(), raw);
    EXPECT_TRUE(IsOpen(raw));
  }
  EXPECT_FALSE(IsOpen(raw));
  EXPECT_EQ(close_calls, 1);
}

TEST_F(OwnedFdTest, ClosesWhatItHadWhenAnotherIsAssigned) {
  OwnedFd first = New();
  OwnedFd second = New();
  const int first_raw = first.raw();
  const int second_raw = second.raw();
  errno = EDOM;
  first = std::move(second);
  EXPECT_EQ(errno, EDOM);
  EXPECT_FALSE(IsOpen(first_raw));
  EXPECT_EQ(close_calls, 1);
  EXPECT_EQ(first.raw(), second_raw);
  EXPECT_TRUE(IsOpen(second_raw));
  EXPECT_FALSE(second.is_open());  // NOLINT: what is left of it
}

TEST_F(OwnedFdTest, IsClosedByAssigningAClosedOne) {
  OwnedFd fd = New();
  const int raw = fd.raw();
  fd = OwnedFd();
  EXPECT_FALSE(IsOpen(raw));
  EXPECT_FALSE(fd.is_open());
  EXPECT_EQ(close_calls, 1);
}

TEST_F(OwnedFdTest, StaysAsItIsWhenAssignedToItself) {
  OwnedFd fd = New();
  const int raw = fd.raw();
  OwnedFd& same = fd;
  fd = std::move(same);
  EXPECT_EQ(fd.raw(), raw);
  EXPECT_TRUE(IsOpen(raw));
  EXPECT_EQ(close_calls, 0);
}

TEST_F(OwnedFdTest, IsSwapped) {
  OwnedFd first = New();
  OwnedFd second = New();
  OwnedFd none;
  const int first_raw = first.raw();
  const int second_raw = second.raw();
  first.Swap(second);
  EXPECT_EQ(first.raw(), second_raw);
  EXPECT_EQ(second.raw(), first_raw);
  first.Swap(none);
  EXPECT_FALSE(first.is_open());
  EXPECT_EQ(none.raw(), second_raw);
  none.Swap(none);
  EXPECT_EQ(none.raw(), second_raw);
  EXPECT_EQ(close_calls, 0);
}

TEST_F(OwnedFdTest, ReleasesWithoutClosing) {
  int raw;
  {
    OwnedFd fd = New();
    raw = fd.Release();
    EXPECT_FALSE(fd.is_open());
    EXPECT_EQ(fd.Release(), -1);
  }
  EXPECT_TRUE(IsOpen(raw));
  EXPECT_EQ(close_calls, 0);
  EXPECT_EQ(close(raw), 0);
}

TEST_F(OwnedFdTest, IsBorrowed) {
  const OwnedFd fd = New();
  const BorrowedFd borrowed = fd;
  EXPECT_EQ(borrowed, fd.borrow());
  EXPECT_EQ(borrowed.raw(), fd.raw());
}

TEST_F(OwnedFdTest, ClosesOnceWhenTold) {
  OwnedFd fd = New();
  const int raw = fd.raw();
  errno = EDOM;
  EXPECT_SUCCEEDS(fd.Close());
  EXPECT_EQ(errno, EDOM);
  EXPECT_FALSE(fd.is_open());
  EXPECT_FALSE(IsOpen(raw));
  EXPECT_EQ(close_calls, 1);
  // The number is another file's now.
  const OwnedFd other = New();
  ASSERT_EQ(other.raw(), raw);
  EXPECT_FAILS(fd.Close(), EBADF);
  EXPECT_EQ(errno, EBADF);
  fd = OwnedFd();
  EXPECT_TRUE(IsOpen(raw));
}

TEST_F(OwnedFdTest, TellsThatItIsClosed) {
  OwnedFd fd;
  const Result<void> closed = fd.Close();
  ASSERT_FAILS(closed, EBADF);
  EXPECT_EQ(closed.error().function(), "close");
  EXPECT_EQ(closed.error().ToString(),
            "close(-1) = EBADF (Bad file descriptor): fd is not open; or fd is "
            "below 0");
  EXPECT_TRUE(closed.error().documented());
}

TEST_F(OwnedFdTest, TellsThatSomebodyElseClosedIt) {
  {
    OwnedFd fd = New();
    const int raw = fd.raw();
    ASSERT_EQ(syscall(SYS_close, raw), 0);
    const Result<void> closed = fd.Close();
    ASSERT_FAILS(closed, EBADF);
    EXPECT_EQ(closed.error().arguments(), std::to_string(raw));
    EXPECT_FALSE(fd.is_open());
  }
  EXPECT_EQ(close_calls, 1);
}

// On Linux, the descriptor is closed whatever close(2) says.
class OwnedFdErrorTest : public OwnedFdTest,
                         public testing::WithParamInterface<int> {};

TEST_P(OwnedFdErrorTest, IsToldAndNothingIsClosedAgain) {
  std::optional<OwnedFd> fd = New();
  const int raw = fd->raw();
  close_error = GetParam();
  const Result<void> closed = fd->Close();
  close_error = 0;
  EXPECT_EQ(errno, GetParam());
  ASSERT_FAILS(closed, GetParam());
  EXPECT_EQ(closed.error().arguments(), std::to_string(raw));
  EXPECT_TRUE(closed.error().documented());
  EXPECT_EQ(close_calls, 1);
  EXPECT_FALSE(fd->is_open());
  // The number is another file's now.
  const OwnedFd other = New();
  ASSERT_EQ(other.raw(), raw);
  fd.reset();
  EXPECT_EQ(close_calls, 1);
  EXPECT_TRUE(IsOpen(raw));
}

TEST_P(OwnedFdErrorTest, IsLostWithoutAskingForIt) {
  std::optional<OwnedFd> fd = New();
  const int raw = fd->raw();
  close_error = GetParam();
  errno = EDOM;
  fd.reset();
  EXPECT_EQ(errno, EDOM);
  EXPECT_EQ(close_calls, 1);
  EXPECT_FALSE(IsOpen(raw));
}

TEST_P(OwnedFdErrorTest, IsLostWhenAnotherIsAssigned) {
  OwnedFd fd = New();
  close_error = GetParam();
  errno = EDOM;
  fd = OwnedFd();
  EXPECT_EQ(errno, EDOM);
  EXPECT_EQ(close_calls, 1);
}

INSTANTIATE_TEST_SUITE_P(All, OwnedFdErrorTest,
                         testing::Values(EINTR, EIO, ENOSPC, EDQUOT),
                         [](const auto& one) {
                           return std::string(strerrorname_np(one.param));
                         });

TEST_F(OwnedFdTest, IsClosedByAChildForItself) {
  OwnedFd fd = New();
  InChild([&] {
    EXPECT_TRUE(IsOpen(fd.raw()));
    EXPECT_SUCCEEDS(fd.Close());
  });
  EXPECT_TRUE(fd.is_open());
  EXPECT_TRUE(IsOpen(fd.raw()));
}

TEST_F(OwnedFdTest, MayBeGlobal) {
  EXPECT_FALSE(global.is_open());
  global = New();
  EXPECT_TRUE(IsOpen(global.raw()));
  EXPECT_SUCCEEDS(global.Close());
}

TEST_F(FdOwnerTest, HasWhatItAdopted) {
  const int raw = NewRaw();
  {
    const Thing thing = Thing::Adopt(OwnedFd::Adopt(raw));
    EXPECT_TRUE(thing.is_open());
    EXPECT_EQ(thing.fd().raw(), raw);
    EXPECT_EQ(thing.number(), raw);
    const BorrowedFd borrowed = thing;
    EXPECT_EQ(borrowed, thing.fd());
  }
  EXPECT_FALSE(IsOpen(raw));
  EXPECT_EQ(close_calls, 1);
}

TEST_F(FdOwnerTest, IsMoved) {
  Thing first = Thing::Adopt(New());
  const int raw = first.number();
  Thing second = std::move(first);
  EXPECT_FALSE(first.is_open());  // NOLINT: what is left of it
  EXPECT_EQ(first.fd(), BorrowedFd());
  EXPECT_EQ(second.number(), raw);
  Thing third = Thing::Adopt(New());
  const int replaced = third.number();
  third = std::move(second);
  EXPECT_FALSE(IsOpen(replaced));
  EXPECT_EQ(third.number(), raw);
  EXPECT_EQ(close_calls, 1);
}

TEST_F(FdOwnerTest, ClosesOnceWhenTold) {
  Thing thing = Thing::Adopt(New());
  const int raw = thing.number();
  errno = EDOM;
  EXPECT_SUCCEEDS(thing.Close());
  EXPECT_EQ(errno, EDOM);
  EXPECT_FALSE(IsOpen(raw));
  EXPECT_FALSE(thing.is_open());
  EXPECT_EQ(thing.fd(), BorrowedFd());
  EXPECT_FAILS(thing.Close(), EBADF);
}

TEST_F(FdOwnerTest, TellsWhatClosingFailedWith) {
  {
    Thing thing = Thing::Adopt(New());
    close_error = EINTR;
    EXPECT_FAILS(thing.Close(), EINTR);
    EXPECT_FALSE(thing.is_open());
  }
  EXPECT_EQ(close_calls, 1);
}

TEST_F(FdOwnerTest, ReleasesWithoutClosing) {
  Thing thing = Thing::Adopt(New());
  const int raw = thing.number();
  const OwnedFd fd = thing.Release();
  EXPECT_EQ(fd.raw(), raw);
  EXPECT_FALSE(thing.is_open());
  EXPECT_FALSE(thing.Release().is_open());
  EXPECT_TRUE(IsOpen(raw));
  EXPECT_EQ(close_calls, 0);
}

}  // namespace
}  // namespace plumbline
