// Runs a part of a test in a child process: what closes descriptors that the
// test has, gives up privileges, or ends a process.

#ifndef WRAPPERS_TESTING_CHILD_H_
#define WRAPPERS_TESTING_CHILD_H_

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <exception>

namespace plumbline::testing_support {

// Returns when `body()` did in the child; what it expects in vain fails the
// test, and so does a child that dies. A failure is printed by the child, to
// the standard output.
template <typename Body>
void InChild(Body body) {
  std::fflush(nullptr);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    // What left here would go on with the other tests, in the child.
    try {
      body();
    } catch (const std::exception& thrown) {
      ADD_FAILURE() << "the child threw: " << thrown.what();
    } catch (...) {
      ADD_FAILURE() << "the child threw something";
    }
    std::fflush(nullptr);
    _exit(testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace plumbline::testing_support

#endif  // WRAPPERS_TESTING_CHILD_H_
