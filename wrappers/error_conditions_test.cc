#include "plumbline/error_conditions.h"

#include <errno.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <new>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>

namespace {

std::size_t allocations = 0;

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace plumbline {
namespace {

// All of it is there at compile time.
static_assert(!ErrorConditions("epoll_ctl").empty());
static_assert(!ErrorConditions("epoll_ctl", ELOOP).empty());
static_assert(ErrorConditions("epoll_ctl", ELOOP)[0].function == "epoll_ctl");
static_assert(ErrorConditions("epoll_ctl", EXDEV).empty());
static_assert(ErrorConditions("no_such_function").empty());
static_assert(ErrorConditions("").empty());
static_assert(ErrorConditions("zzz", EINVAL).empty());

TEST(ErrorConditions, AreOfTheFunctionAndErrnoAskedFor) {
  for (const ErrorCondition& entry : kErrorConditions) {
    const auto found = ErrorConditions(entry.function, entry.error);
    ASSERT_FALSE(found.empty()) << entry.function;
    for (const ErrorCondition& one : found) {
      EXPECT_EQ(one.function, entry.function);
      EXPECT_EQ(one.error, entry.error);
    }
    EXPECT_TRUE(std::any_of(found.begin(), found.end(),
                            [&](const ErrorCondition& one) {
                              return one.condition == entry.condition;
                            }))
        << entry.function << ": " << entry.condition;
  }
}

TEST(ErrorConditions, AllocateNothing) {
  const std::size_t before = allocations;
  std::size_t count = 0;
  for (const char* function : {"epoll_ctl", "read", "nothing"})
    count += ErrorConditions(function, EINVAL).size();
  EXPECT_EQ(allocations, before);
  EXPECT_GT(count, 5u);
}

// The tables as JSON are written from the same declarations by other code.
TEST(ErrorConditions, AreThoseOfTheTables) {
  std::ifstream file("conformance/errors/errors.json");
  const nlohmann::json tables = nlohmann::json::parse(file);
  std::multiset<std::pair<std::string, std::string>> declared;
  for (const nlohmann::json& entry : tables["entries"])
    declared.emplace(entry["function"], entry["condition"]);
  std::multiset<std::pair<std::string, std::string>> here;
  for (const ErrorCondition& entry : kErrorConditions)
    here.emplace(entry.function, entry.condition);
  EXPECT_EQ(here, declared);
}

}  // namespace
}  // namespace plumbline
