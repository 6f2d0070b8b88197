#include "wrappers/testing/result_assertions.h"

#include <string.h>

#include <string>

namespace plumbline::testing_internal {
std::string ErrnoName(int number) {
  const char* const name = strerrorname_np(number);
  return name != nullptr ? name : std::to_string(number);
}

testing::AssertionResult Succeeds(const char* call, const Error* error) {
  if (error == nullptr) return testing::AssertionSuccess();
  return testing::AssertionFailure()
         << call << " fails, where success is expected:\n  "
         << error->ToString();
}

testing::AssertionResult Fails(const char* call, const Error* error,
                               int number) {
  if (error == nullptr) {
    return testing::AssertionFailure() << call << " succeeds, where "
                                       << ErrnoName(number) << " is expected";
  }
  if (*error == number) return testing::AssertionSuccess();
  return testing::AssertionFailure()
         << call << " fails, where " << ErrnoName(number) << " is expected:\n  "
         << error->ToString();
}

testing::AssertionResult ReturnsAnother(const char* call, const char* expected,
                                        const std::string& value,
                                        const std::string& expected_value) {
  testing::AssertionResult failure = testing::AssertionFailure();
  failure << call << " returns " << value << ", where " << expected;
  if (expected_value != expected) failure << ", " << expected_value << ",";
  return failure << " is expected";
}

}  // namespace plumbline::testing_internal
