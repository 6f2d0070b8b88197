// Matchers of what the wrappers return, where result_assertions.h doesn't do;
// they print the error as a person reads it.
//
//   EXPECT_THAT(queue.Read(), Returns(SizeIs(2)));
//   EXPECT_THAT(queue.Read(), AnyOf(Succeeds(), FailsWith(EAGAIN)));

#ifndef WRAPPERS_TESTING_RESULT_MATCHERS_H_
#define WRAPPERS_TESTING_RESULT_MATCHERS_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <utility>

#include "wrappers/result.h"
#include "wrappers/testing/result_assertions.h"

namespace plumbline {

// For GoogleTest's messages.
inline void PrintTo(const Error& error, std::ostream* out) {
  *out << error.ToString();
}

template <typename T>
void PrintTo(const Result<T>& result, std::ostream* out) {
  if (!result) {
    PrintTo(result.error(), out);
  } else if constexpr (!std::is_void_v<T>) {
    *out << "the value " << testing::PrintToString(*result);
  } else {
    *out << "success";
  }
}

// The call succeeded, whatever it returned.
MATCHER(Succeeds, negation ? "fails" : "succeeds") {
  if (arg) return true;
  *result_listener << arg.error().ToString();
  return false;
}

// The call failed with this errno, and errno still is it.
MATCHER_P(FailsWith, number,
          "fails with " + testing_internal::ErrnoName(number)) {
  if (arg) {
    *result_listener << "which succeeded";
    return false;
  }
  *result_listener << arg.error().ToString();
  return arg.error() == number;
}

// The call succeeded, and the value fits the matcher.
MATCHER_P(Returns, matcher, "succeeds, and the value fits") {
  using Value = std::remove_cvref_t<decltype(*arg)>;
  if (!arg) {
    *result_listener << arg.error().ToString();
    return false;
  }
  return testing::ExplainMatchResult(testing::SafeMatcherCast<Value>(matcher),
                                     *arg, result_listener);
}

}  // namespace plumbline

#endif  // WRAPPERS_TESTING_RESULT_MATCHERS_H_
