// main() of the wrappers' tests. A test that the ledger lists for the emulator
// it runs under must fail as listed, and is a known deviation then.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wrappers/testing/leaks.h"

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  plumbline::testing_support::FailTestsThatLeak();
  return RUN_ALL_TESTS();
}
