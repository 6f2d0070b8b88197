#ifndef WRAPPERS_TESTING_LEAKS_H_
#define WRAPPERS_TESTING_LEAKS_H_

#include <map>
#include <string>

namespace plumbline::testing_support {

// What the process has open, by number: "pipe:[123]". Of proc(5).
std::map<int, std::string> OpenDescriptors();

// Holds every test to leaving open what was open before it, and nothing else,
// and to leaving the thread's signal mask as it was. Call it once, before
// RUN_ALL_TESTS.
void FailTestsThatLeak();

}  // namespace plumbline::testing_support

#endif  // WRAPPERS_TESTING_LEAKS_H_
