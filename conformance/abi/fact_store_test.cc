#include "conformance/abi/fact_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>

// What the probes leave in a program, in the sections that they use.
namespace {
[[gnu::noinline]] void Function() {}
long long Evaluate() { return 34; }

PLUMBLINE_FACTS const plumbline_fact kFacts[] = {
    {plumbline::abi::HashKey("constant:ONE@libc"), 1, 4, 0, PLUMBLINE_INT,
     PLUMBLINE_PRESENT},
    {plumbline::abi::HashKey("constant:TWO@libc"), 2, 4, 0, PLUMBLINE_INT,
     PLUMBLINE_PRESENT},
};
PLUMBLINE_RUNTIME const plumbline_runtime_fact kRuntime[] = {
    {plumbline::abi::HashKey("address:Function"), &Function, nullptr},
    {plumbline::abi::HashKey("constant:THREE@libc"), nullptr, &Evaluate},
};
PLUMBLINE_TEXTS const plumbline_text kTexts[] = {
    {plumbline::abi::HashKey("constant:FOUR@libc"), "'FOUR' undeclared"},
};
}  // namespace

namespace plumbline::abi {
namespace {

// tools/codegen/emit_test.py has the same list. The first three are test
// vectors of FNV-1a.
TEST(HashKey, IsFnv1a) {
  EXPECT_EQ(HashKey(""), 0xcbf29ce484222325);
  EXPECT_EQ(HashKey("a"), 0xaf63dc4c8601ec8c);
  EXPECT_EQ(HashKey("foobar"), 0x85944171f73967e8);
  EXPECT_EQ(HashKey("constant:EPOLLIN@libc"), 0x135ac7def8f278ce);
  EXPECT_EQ(HashKey("field:struct epoll_event:data.u64@uapi"),
            0xa7a6a7ed2842da65);
  EXPECT_EQ(HashKey("prototype:epoll_ctl@c++"), 0xefe0ba51506c8254);
}

TEST(HashKey, IsAConstantExpression) {
  static_assert(HashKey("a") == 0xaf63dc4c8601ec8c);
}

// conformance/abi/collect_facts.py reads the records from object files.
TEST(Records, HaveTheLayoutThatTheirReaderExpects) {
  EXPECT_EQ(sizeof(plumbline_fact), 32u);
  EXPECT_EQ(alignof(plumbline_fact), 8u);
  EXPECT_EQ(offsetof(plumbline_fact, key), 0u);
  EXPECT_EQ(offsetof(plumbline_fact, value), 8u);
  EXPECT_EQ(offsetof(plumbline_fact, size), 16u);
  EXPECT_EQ(offsetof(plumbline_fact, align), 20u);
  EXPECT_EQ(offsetof(plumbline_fact, type), 24u);
  EXPECT_EQ(offsetof(plumbline_fact, flags), 28u);
}

TEST(FactStore, FindsWhatIsLinked) {
  const FactStore store = FactStore::Linked();
  EXPECT_EQ(store.all().size(), 2u);
  EXPECT_EQ(store.size(), 4u);
  const plumbline_fact* fact = store.Find("constant:TWO@libc");
  ASSERT_NE(fact, nullptr);
  EXPECT_EQ(fact->value, 2u);
  const plumbline_runtime_fact* function =
      store.FindRuntime("address:Function");
  ASSERT_NE(function, nullptr);
  EXPECT_EQ(function->address, &Function);
  const plumbline_runtime_fact* constant =
      store.FindRuntime("constant:THREE@libc");
  ASSERT_NE(constant, nullptr);
  EXPECT_EQ(constant->evaluate(), 34);
  EXPECT_EQ(store.Text("constant:FOUR@libc"), "'FOUR' undeclared");
}

TEST(FactStore, HasNothingThatNobodyProbed) {
  const FactStore store = FactStore::Linked();
  EXPECT_EQ(store.Find("constant:FIVE@libc"), nullptr);
  EXPECT_EQ(store.Find("constant:THREE@libc"),
            nullptr);  // a runtime fact is another kind
  EXPECT_EQ(store.FindRuntime("constant:ONE@libc"), nullptr);
  EXPECT_EQ(store.Text("constant:ONE@libc"), "");
}

TEST(FactStore, IsEmptyAtFirst) {
  const FactStore store;
  EXPECT_EQ(store.size(), 0u);
  EXPECT_EQ(store.Find("constant:ONE@libc"), nullptr);
}

TEST(FactStore, ALaterFactReplaces) {
  FactStore store = FactStore::Linked();
  const FactStore before = store;
  const plumbline_fact changed[] = {{HashKey("constant:ONE@libc"), 7, 4, 0,
                                     PLUMBLINE_INT, PLUMBLINE_PRESENT}};
  store.Add(std::span<const plumbline_fact>(changed));
  EXPECT_EQ(store.all().size(), 2u);
  EXPECT_EQ(store.Find("constant:ONE@libc")->value, 7u);
  EXPECT_EQ(store.Find("constant:TWO@libc")->value, 2u);
  EXPECT_EQ(before.Find("constant:ONE@libc")->value, 1u);
}

}  // namespace
}  // namespace plumbline::abi
