// A part of a test that must not be permitted what root is.

#ifndef WRAPPERS_TESTING_CAPABILITIES_H_
#define WRAPPERS_TESTING_CAPABILITIES_H_

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "wrappers/testing/child.h"

namespace plumbline::testing_support {

// Calls `body()` in a child process without any capability, whoever runs the
// test.
template <typename Body>
void InChildWithoutCapabilities(Body body) {
  InChild([&] {
    __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
    ASSERT_EQ(syscall(SYS_capset, &header, none), 0);
    body();
  });
}

}  // namespace plumbline::testing_support

#endif  // WRAPPERS_TESTING_CAPABILITIES_H_
