// Assertions on what the wrappers return; they print the error as a person
// reads it. EXPECT_THAT with result_matchers.h says the same of what needs a
// matcher; these compile in a third of the time.
//
//   EXPECT_SUCCEEDS(event.Add(1));
//   EXPECT_RETURNS(event.Take(), 1);
//   EXPECT_FAILS(event.Take(), EAGAIN);  // and errno still is it
//
// Each also as ASSERT_.

#ifndef WRAPPERS_TESTING_RESULT_ASSERTIONS_H_
#define WRAPPERS_TESTING_RESULT_ASSERTIONS_H_

#include <gtest/gtest.h>

#include <string>
#include <type_traits>

#include "wrappers/error.h"
#include "wrappers/result.h"

#define EXPECT_SUCCEEDS(result) \
  EXPECT_PRED_FORMAT1(::plumbline::testing_internal::CheckSucceeds, result)
#define ASSERT_SUCCEEDS(result) \
  ASSERT_PRED_FORMAT1(::plumbline::testing_internal::CheckSucceeds, result)
#define EXPECT_FAILS(result, number) \
  EXPECT_PRED_FORMAT2(::plumbline::testing_internal::CheckFails, result, number)
#define ASSERT_FAILS(result, number) \
  ASSERT_PRED_FORMAT2(::plumbline::testing_internal::CheckFails, result, number)
#define EXPECT_RETURNS(result, value)                                      \
  EXPECT_PRED_FORMAT2(::plumbline::testing_internal::CheckReturns, result, \
                      value)
#define ASSERT_RETURNS(result, value)                                      \
  ASSERT_PRED_FORMAT2(::plumbline::testing_internal::CheckReturns, result, \
                      value)

namespace plumbline::testing_internal {

// "EAGAIN"; a number that has no name is its digits.
std::string ErrnoName(int number);

// What follows is of one type for all results, so that little is instantiated.

template <typename T>
const Error* ErrorOf(const Result<T>& result) {
  return result ? nullptr : &result.error();
}

testing::AssertionResult Succeeds(const char* call, const Error* error);
testing::AssertionResult Fails(const char* call, const Error* error,
                               int number);
testing::AssertionResult ReturnsAnother(const char* call, const char* expected,
                                        const std::string& value,
                                        const std::string& expected_value);

template <typename T>
testing::AssertionResult CheckSucceeds(const char* call,
                                       const Result<T>& result) {
  return Succeeds(call, ErrorOf(result));
}

template <typename T>
testing::AssertionResult CheckFails(const char* call, const char* /*number*/,
                                    const Result<T>& result, int number) {
  return Fails(call, ErrorOf(result), number);
}

template <typename T>
testing::AssertionResult CheckReturns(const char* call, const char* expected,
                                      const Result<T>& result,
                                      const std::type_identity_t<T>& value) {
  if (!result) return Succeeds(call, &result.error());
  if (*result == value) return testing::AssertionSuccess();
  return ReturnsAnother(call, expected, testing::PrintToString(*result),
                        testing::PrintToString(value));
}

}  // namespace plumbline::testing_internal

#endif  // WRAPPERS_TESTING_RESULT_ASSERTIONS_H_
