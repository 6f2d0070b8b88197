#include "wrappers/result.h"

#include <errno.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

#include "wrappers/syscall_error.h"
#include "wrappers/testing/result_assertions.h"

namespace plumbline {
namespace {

using internal::Failed;
using testing::HasSubstr;

Result<int> Number(int number) {
  if (number < 0) {
    errno = EBADF;
    return Failed("close", number);
  }
  return number;
}

Result<void> Succeed() { return {}; }
Result<void> Fail(int error = EBADF) {
  errno = error;
  return Failed("close", 3);
}

Result<std::unique_ptr<int>> Own(int number) {
  if (number < 0) return Number(number).error();
  return std::make_unique<int>(number);
}

// What value() gives is the object itself, but of a temporary, which may be
// gone before it is used.
static_assert(
    std::is_same_v<decltype(std::declval<Result<int>&>().value()), int&>);
static_assert(
    std::is_same_v<decltype(std::declval<const Result<int>&>().value()),
                   const int&>);
static_assert(
    std::is_same_v<decltype(std::declval<Result<int>>().value()), int>);
static_assert(
    std::is_same_v<decltype(std::declval<Result<void>>().value()), void>);

// No more than its value is.
static_assert(std::is_trivially_copyable_v<Result<int>>);
static_assert(std::is_trivially_destructible_v<Result<int>>);
static_assert(std::is_trivially_copyable_v<Result<void>>);
static_assert(!std::is_copy_constructible_v<Result<std::unique_ptr<int>>>);
static_assert(
    std::is_nothrow_move_constructible_v<Result<std::unique_ptr<int>>>);
static_assert(sizeof(Result<int>) <= sizeof(Error) + 8);

// A number is no failure, nor is an errno.
static_assert(!std::is_constructible_v<Result<void>, int>);

// It can be a constant.
static_assert(Result<int>(3).value() == 3);
static_assert(*Result<int>(3).transform([](int number) {
  return number + 1;
}) == 4);
static_assert(Result<void>().has_value());

TEST(Result, HasAValueOrAnError) {
  const Result<int> some = Number(3);
  EXPECT_TRUE(some);
  EXPECT_TRUE(some.has_value());
  EXPECT_EQ(*some, 3);
  const Result<int> none = Number(-1);
  EXPECT_FALSE(none);
  EXPECT_FALSE(none.has_value());
  EXPECT_EQ(none.error(), EBADF);
  EXPECT_EQ(none.error().function(), "close");
  EXPECT_EQ(none.value_or(7), 7);
  EXPECT_EQ(some.value_or(7), 3);
}

TEST(Result, ValueIsTheObjectItHas) {
  Result<std::string> result = std::string("some");
  EXPECT_EQ(&result.value(), &*result);
  result.value() += " more";
  EXPECT_EQ(std::as_const(result).value(), "some more");
  EXPECT_EQ(&std::as_const(result).value(), &*result);
  const std::string moved = std::move(result).value();
  EXPECT_EQ(moved, "some more");
  EXPECT_EQ(*result, "");  // NOLINT: what is left of it is the question
}

TEST(Result, ValueThrowsIfThereIsNone) {
  Result<int> none = Number(-1);
  EXPECT_THROW((void)none.value(), SyscallError);
  EXPECT_THROW((void)std::as_const(none).value(), SyscallError);
  EXPECT_THROW((void)std::move(none).value(), SyscallError);
  EXPECT_THROW(Fail().value(), SyscallError);
  EXPECT_NO_THROW(Succeed().value());
  EXPECT_NO_THROW((void)Number(3).value());
}

TEST(Result, OfWhatCanOnlyBeMoved) {
  Result<std::unique_ptr<int>> some = Own(3);
  EXPECT_EQ(*some.value(), 3);
  const std::unique_ptr<int> taken = std::move(some).value();
  EXPECT_EQ(*taken, 3);
  EXPECT_EQ(*some, nullptr);  // NOLINT: what is left of it is the question
  Result<std::unique_ptr<int>> other = Own(-1);
  EXPECT_FAILS(other, EBADF);
  other = Own(4);
  EXPECT_EQ(*other.value(), 4);
  some = std::move(other);
  EXPECT_EQ(*some.value(), 4);
  some = Own(-1);
  EXPECT_FAILS(some, EBADF);
}

TEST(Result, IsCopiedAndAssigned) {
  Result<std::string> some = std::string("some");
  const Result<std::string> copy = some;
  EXPECT_EQ(copy.value(), "some");
  some = Number(-1).error();
  EXPECT_FAILS(some, EBADF);
  EXPECT_EQ(copy.value(), "some");
  some = copy;
  EXPECT_EQ(some.value(), "some");
  Result<void> done;
  EXPECT_SUCCEEDS(done);
  done = Fail();
  EXPECT_FAILS(done, EBADF);
  done = Succeed();
  EXPECT_SUCCEEDS(done);
}

// transform

TEST(ResultTransform, MakesAnotherValueOfTheValue) {
  const auto text =
      Number(3).transform([](int n) { return std::to_string(n); });
  static_assert(std::is_same_v<decltype(text), const Result<std::string>>);
  EXPECT_RETURNS(text, "3");
}

TEST(ResultTransform, KeepsTheError) {
  bool called = false;
  const Result<int> none = Number(-1).transform([&](int n) {
    called = true;
    return n;
  });
  EXPECT_FAILS(none, EBADF);
  EXPECT_EQ(none.error().ToString(), Number(-1).error().ToString());
  EXPECT_FALSE(called);
}

TEST(ResultTransform, ToAndFromNothing) {
  int seen = 0;
  const Result<void> done = Number(3).transform([&](int n) { seen = n; });
  EXPECT_SUCCEEDS(done);
  EXPECT_EQ(seen, 3);
  EXPECT_FAILS(Number(-1).transform([&](int n) { seen = n; }), EBADF);
  EXPECT_EQ(seen, 3);
  EXPECT_RETURNS(done.transform([] { return 5; }), 5);
  EXPECT_FAILS(Fail().transform([] { return 5; }), EBADF);
  EXPECT_SUCCEEDS(done.transform([&] { ++seen; }));
  EXPECT_EQ(seen, 4);
}

TEST(ResultTransform, GivesTheValueAsItIs) {
  Result<std::unique_ptr<int>> some = Own(3);
  const std::unique_ptr<int>* seen = nullptr;
  (void)some.transform([&](std::unique_ptr<int>& one) { seen = &one; });
  EXPECT_EQ(seen, &*some);
  seen = nullptr;
  (void)std::as_const(some).transform(
      [&](const std::unique_ptr<int>& one) { seen = &one; });
  EXPECT_EQ(seen, &*some);
  const Result<int> number = std::move(some).transform(
      [](std::unique_ptr<int> one) { return *one + 1; });
  EXPECT_RETURNS(number, 4);
}

// and_then

TEST(ResultAndThen, GoesOnWithWhatCanFail) {
  const auto next = Number(3).and_then([](int n) { return Number(n + 1); });
  static_assert(std::is_same_v<decltype(next), const Result<int>>);
  EXPECT_RETURNS(next, 4);
  EXPECT_FAILS(Number(3).and_then([](int n) { return Number(-n); }), EBADF);
  EXPECT_RETURNS(Number(3)
                     .and_then([](int n) { return Own(n); })
                     .transform([](std::unique_ptr<int> one) { return *one; }),
                 3);
}

TEST(ResultAndThen, StopsAtTheFirstError) {
  bool called = false;
  const Result<int> none = Number(-1).and_then([&](int n) {
    called = true;
    return Number(n);
  });
  EXPECT_FAILS(none, EBADF);
  EXPECT_FALSE(called);
}

TEST(ResultAndThen, ToAndFromNothing) {
  EXPECT_SUCCEEDS(Number(3).and_then([](int) { return Succeed(); }));
  EXPECT_FAILS(Number(3).and_then([](int) { return Fail(); }), EBADF);
  EXPECT_RETURNS(Succeed().and_then([] { return Number(3); }), 3);
  EXPECT_FAILS(Fail(EIO).and_then([] { return Number(3); }), EIO);
  EXPECT_FAILS(Fail(EIO).and_then(Succeed), EIO);
}

TEST(ResultAndThen, GivesTheValueAsItIs) {
  Result<std::unique_ptr<int>> some = Own(3);
  EXPECT_RETURNS(
      some.and_then([](std::unique_ptr<int>& one) { return Number(++*one); }),
      4);
  EXPECT_RETURNS(
      std::as_const(some).and_then(
          [](const std::unique_ptr<int>& one) { return Number(*one); }),
      4);
  EXPECT_RETURNS(std::move(some).and_then(
                     [](std::unique_ptr<int> one) { return Number(*one); }),
                 4);
}

// or_else

TEST(ResultOrElse, TriesAnother) {
  const auto next = Number(-1).or_else([](const Error&) { return Number(5); });
  static_assert(std::is_same_v<decltype(next), const Result<int>>);
  EXPECT_RETURNS(next, 5);
  EXPECT_RETURNS(Number(-1).or_else([](const Error& error) {
    return Result<int>(error.number());
  }),
                 EBADF);
  EXPECT_FAILS(Fail(EIO).or_else([](const Error&) { return Fail(EBADF); }),
               EBADF);
  EXPECT_SUCCEEDS(Fail(EIO).or_else([](const Error&) { return Succeed(); }));
}

TEST(ResultOrElse, KeepsTheValue) {
  bool called = false;
  const auto other = [&](const Error&) {
    called = true;
    return Own(5);
  };
  Result<std::unique_ptr<int>> kept = Own(3).or_else(other);
  EXPECT_EQ(*kept.value(), 3);
  EXPECT_FALSE(called);
  const Result<int> number = Number(3);
  EXPECT_RETURNS(number.or_else([](const Error&) { return Number(5); }), 3);
  EXPECT_SUCCEEDS(Succeed().or_else([](const Error&) { return Fail(); }));
}

TEST(ResultOrElse, KeepsTheErrorWhereItIsOnlySeen) {
  int seen = 0;
  const auto see = [&](const Error& error) { seen = error.number(); };
  EXPECT_RETURNS(Number(3).or_else(see), 3);
  EXPECT_SUCCEEDS(Succeed().or_else(see));
  EXPECT_EQ(seen, 0);
  EXPECT_FAILS(Number(-1).or_else(see), EBADF);
  EXPECT_EQ(seen, EBADF);
  EXPECT_FAILS(Fail(EIO).or_else(see), EIO);
  EXPECT_EQ(seen, EIO);
}

TEST(Result, ChainsEndInAValueThatThrows) {
  EXPECT_EQ(Number(3)
                .transform([](int n) { return n + 1; })
                .and_then(Number)
                .or_else([](const Error&) {})
                .value(),
            4);
  EXPECT_THROW((void)Number(3)
                   .transform([](int n) { return -n; })
                   .and_then(Number)
                   .transform([](int n) { return n; })
                   .value(),
               SyscallError);
}

TEST(Result, LeavesErrnoAlone) {
  errno = EDOM;
  const Result<std::string> some = std::string("some");
  (void)some.value();
  (void)some.transform([](const std::string& text) { return text.size(); });
  EXPECT_EQ(errno, EDOM);
  const Result<int> none = Number(-1);
  errno = EDOM;
  const Result<int> copy = none;
  (void)copy.or_else([](const Error&) { return Result<int>(3); });
  EXPECT_EQ(errno, EDOM);
}

// The exception

static_assert(std::is_base_of_v<std::system_error, SyscallError>);
// It is copied where it is caught by value, and in a std::exception_ptr; what
// throws then ends the program.
static_assert(std::is_nothrow_copy_constructible_v<SyscallError>);
static_assert(std::is_nothrow_copy_assignable_v<SyscallError>);

SyscallError Thrown(int error = EBADF) {
  try {
    Fail(error).value();
  } catch (const SyscallError& thrown) {
    return thrown;
  }
  std::terminate();
}

TEST(SyscallError, HasTheError) {
  const SyscallError thrown = Thrown(EBADF);
  EXPECT_EQ(thrown.error(), EBADF);
  EXPECT_EQ(thrown.error().ToString(), Fail(EBADF).error().ToString());
  EXPECT_EQ(thrown.code().value(), EBADF);
  EXPECT_EQ(thrown.code().category(), std::system_category());
  EXPECT_STREQ(thrown.what(),
               "close(3) = EBADF (Bad file descriptor): fd is not open; or fd "
               "is below 0");
}

TEST(SyscallError, IsCaughtAsAStandardException) {
  try {
    (void)Number(-1).value();
    ADD_FAILURE();
  } catch (const std::system_error& thrown) {
    EXPECT_THAT(thrown.what(), HasSubstr("close(-1) = EBADF"));
    EXPECT_EQ(thrown.code(), std::errc::bad_file_descriptor);
  }
  EXPECT_THROW((void)Number(-1).value(), std::runtime_error);
  EXPECT_THROW((void)Number(-1).value(), std::exception);
}

TEST(SyscallError, IsComparedByItsCode) {
  EXPECT_EQ(Thrown(EAGAIN).code(), std::errc::resource_unavailable_try_again);
  EXPECT_EQ(Thrown(EINTR).code(), std::errc::interrupted);
  EXPECT_NE(Thrown(EINTR).code(), std::errc::bad_file_descriptor);
  EXPECT_EQ(Thrown(EINTR).code(),
            std::error_code(EINTR, std::system_category()));
}

TEST(SyscallError, IsCopied) {
  auto first = std::make_unique<SyscallError>(Thrown(EBADF));
  const std::string what = first->what();
  const SyscallError copy = *first;
  SyscallError assigned = Thrown(EIO);
  assigned = *first;
  first.reset();
  EXPECT_EQ(copy.what(), what);
  EXPECT_EQ(assigned.what(), what);
  EXPECT_EQ(assigned.error(), EBADF);
  EXPECT_EQ(assigned.code().value(), EBADF);
}

TEST(SyscallError, TravelsInAnExceptionPointer) {
  std::exception_ptr kept;
  try {
    Fail(EIO).value();
  } catch (...) {
    kept = std::current_exception();
  }
  try {
    std::rethrow_exception(kept);
  } catch (const SyscallError& thrown) {
    EXPECT_EQ(thrown.error(), EIO);
  }
}

TEST(SyscallError, LeavesErrnoAlone) {
  const Result<void> failed = Fail(EBADF);
  errno = EDOM;
  try {
    failed.value();
    ADD_FAILURE();
  } catch (const SyscallError& thrown) {
    EXPECT_EQ(errno, EDOM);
    (void)thrown.what();
    EXPECT_EQ(errno, EDOM);
  }
  // So after a failed call errno is as the call left it.
  try {
    Fail(EIO).value();
    ADD_FAILURE();
  } catch (const SyscallError&) {
    EXPECT_EQ(errno, EIO);
  }
}

}  // namespace
}  // namespace plumbline
