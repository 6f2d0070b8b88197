#include "wrappers/signal_mask.h"

#include <errno.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <optional>
#include <ostream>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

#include "wrappers/testing/child.h"
#include "wrappers/testing/result_assertions.h"
#include "wrappers/testing/result_matchers.h"

namespace plumbline {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

template <typename... Arguments>
concept Changes = requires(Arguments... arguments) {
  ChangeThreadSignalMask(arguments...);
};
static_assert(Changes<SignalMaskChange, SignalSet>);
static_assert(!Changes<int, SignalSet>);
static_assert(!Changes<SignalMaskChange, int>);
static_assert(!Changes<SignalMaskChange, sigset_t>);
static_assert(std::is_nothrow_move_constructible_v<SignalMask>);
static_assert(!std::is_copy_constructible_v<SignalMask>);
static_assert(!std::is_move_assignable_v<SignalMask>);
static_assert(!std::is_same_v<SignalMask, ProcessSignalMask>);

constexpr SignalSet kUsers = {SIGUSR1, SIGUSR2};

// An emulator that has its own C library's signals to hide may lack the
// highest; they have one test for themselves.
SignalSet Highest() { return {SIGRTMAX - 1, SIGRTMAX}; }
SignalSet Blockable() {
  return SignalSet::All() - SignalSet{SIGKILL, SIGSTOP} - Highest();
}

// What is blocked now, as the C library says.
SignalSet Blocked() {
  SignalSet mask;
  EXPECT_EQ(pthread_sigmask(SIG_BLOCK, nullptr, mask.get()), 0);
  return mask;
}

// Every test starts with kUsers unblocked and SIGHUP blocked, and leaves
// nothing pending and the mask that was.
class SignalMaskTest : public testing::Test {
 protected:
  SignalMaskTest() {
    EXPECT_EQ(
        pthread_sigmask(SIG_SETMASK, SignalSet{SIGHUP}.get(), before_.get()),
        0);
  }
  ~SignalMaskTest() override {
    const timespec none = {};
    while (sigtimedwait(SignalSet::All().get(), nullptr, &none) > 0) {
    }
    EXPECT_EQ(pthread_sigmask(SIG_SETMASK, before_.get(), nullptr), 0);
  }

 private:
  SignalSet before_;
};

// The unscoped functions.

TEST(SignalMaskChange, HasTheNumbersOfTheHeader) {
  EXPECT_EQ(static_cast<int>(SignalMaskChange::kBlock), SIG_BLOCK);
  EXPECT_EQ(static_cast<int>(SignalMaskChange::kUnblock), SIG_UNBLOCK);
  EXPECT_EQ(static_cast<int>(SignalMaskChange::kSetmask), SIG_SETMASK);
}

// Of thread and process alike.
struct Functions {
  const char* name;
  Result<SignalSet> (*change)(SignalMaskChange, const SignalSet&);
  Result<SignalSet> (*current)();
};
void PrintTo(const Functions& functions, std::ostream* out) {
  *out << functions.name;
}

class ChangeSignalMask : public SignalMaskTest,
                         public testing::WithParamInterface<Functions> {
 protected:
  static Result<SignalSet> Change(SignalMaskChange how,
                                  const SignalSet& signals) {
    return GetParam().change(how, signals);
  }
};

INSTANTIATE_TEST_SUITE_P(
    Of, ChangeSignalMask,
    testing::Values(Functions{"pthread_sigmask", ChangeThreadSignalMask,
                              CurrentThreadSignalMask},
                    Functions{"sigprocmask", ChangeProcessSignalMask,
                              CurrentProcessSignalMask}),
    testing::PrintToStringParamName());

TEST_P(ChangeSignalMask, Blocks) {
  EXPECT_RETURNS(Change(SignalMaskChange::kBlock, kUsers), SignalSet{SIGHUP});
  EXPECT_EQ(Blocked(), (kUsers | SignalSet{SIGHUP}));
}

TEST_P(ChangeSignalMask, Unblocks) {
  EXPECT_RETURNS(Change(SignalMaskChange::kUnblock, {SIGHUP, SIGUSR1}),
                 SignalSet{SIGHUP});
  EXPECT_THAT(Blocked(), IsEmpty());
}

TEST_P(ChangeSignalMask, Sets) {
  EXPECT_RETURNS(Change(SignalMaskChange::kSetmask, kUsers), SignalSet{SIGHUP});
  EXPECT_EQ(Blocked(), kUsers);
  EXPECT_RETURNS(Change(SignalMaskChange::kSetmask, {}), kUsers);
  EXPECT_THAT(Blocked(), IsEmpty());
}

TEST_P(ChangeSignalMask, BlocksAllButWhatCannotBe) {
  EXPECT_RETURNS(Change(SignalMaskChange::kBlock, SignalSet::All()),
                 SignalSet{SIGHUP});
  EXPECT_EQ(Blocked() - Highest(), Blockable());
}

TEST_P(ChangeSignalMask, ReturnsEverySignalThatWasBlocked) {
  EXPECT_SUCCEEDS(Change(SignalMaskChange::kSetmask, Blockable()));
  EXPECT_RETURNS(Change(SignalMaskChange::kSetmask, {}), Blockable());
  for (const int signal : Blockable()) {
    EXPECT_SUCCEEDS(Change(SignalMaskChange::kSetmask, {signal}));
    EXPECT_RETURNS(Change(SignalMaskChange::kSetmask, {}), SignalSet{signal});
  }
}

TEST_P(ChangeSignalMask, TellsTheCurrentMaskAndLeavesIt) {
  EXPECT_RETURNS(GetParam().current(), SignalSet{SIGHUP});
  EXPECT_SUCCEEDS(Change(SignalMaskChange::kSetmask, kUsers));
  EXPECT_RETURNS(GetParam().current(), kUsers);
  EXPECT_EQ(Blocked(), kUsers);
}

TEST_P(ChangeSignalMask, FailsIfItIsTheChangeThatDoesNotExist) {
  errno = EDOM;
  const auto changed = Change(static_cast<SignalMaskChange>(0x99), {SIGUSR1});
  ASSERT_FAILS(changed, EINVAL);
  // The one returns the number, the other sets errno.
  EXPECT_EQ(errno, GetParam().change == ChangeThreadSignalMask ? EDOM : EINVAL);
  EXPECT_EQ(changed.error().function(), GetParam().name);
  EXPECT_THAT(
      changed.error().ToString(),
      AllOf(StartsWith(std::string(GetParam().name) + "(0x99, [USR1], 0x"),
            HasSubstr(") = EINVAL (Invalid argument): set is no null pointer, "
                      "and how is none of SIG_BLOCK, SIG_UNBLOCK, "
                      "SIG_SETMASK")));
  EXPECT_TRUE(changed.error().documented());
  EXPECT_EQ(Blocked(), SignalSet{SIGHUP});
}

TEST_P(ChangeSignalMask, LeavesErrnoAlone) {
  errno = EDOM;
  EXPECT_SUCCEEDS(Change(SignalMaskChange::kBlock, kUsers));
  EXPECT_SUCCEEDS(GetParam().current());
  EXPECT_EQ(errno, EDOM);
}

TEST_P(ChangeSignalMask, DeliversWhatGetsUnblocked) {
  static volatile sig_atomic_t handled;
  handled = 0;
  struct sigaction action = {};
  struct sigaction before;
  action.sa_handler = [](int) { handled = 1; };
  ASSERT_EQ(sigaction(SIGHUP, &action, &before), 0);
  ASSERT_EQ(raise(SIGHUP), 0);
  EXPECT_EQ(handled, 0);
  EXPECT_SUCCEEDS(Change(SignalMaskChange::kUnblock, {SIGHUP}));
  EXPECT_EQ(handled, 1);
  ASSERT_EQ(sigaction(SIGHUP, &before, nullptr), 0);
}

TEST_F(SignalMaskTest, TheHighestSignalsAreAsTheOthers) {
  EXPECT_SUCCEEDS(
      ChangeThreadSignalMask(SignalMaskChange::kSetmask, Highest()));
  EXPECT_RETURNS(ChangeProcessSignalMask(SignalMaskChange::kBlock, {SIGHUP}),
                 Highest());
  { const SignalMask mask = SignalMask::Set({}).value(); }
  EXPECT_EQ(Blocked(), (Highest() | SignalSet{SIGHUP}));
}

TEST_F(SignalMaskTest, EveryThreadHasItsOwn) {
  EXPECT_SUCCEEDS(ChangeThreadSignalMask(SignalMaskChange::kSetmask, kUsers));
  std::thread([] {
    // As of the thread that made it.
    EXPECT_RETURNS(CurrentThreadSignalMask(), kUsers);
    EXPECT_RETURNS(ChangeThreadSignalMask(SignalMaskChange::kBlock, {SIGTERM}),
                   kUsers);
    EXPECT_TRUE(Blocked().contains(SIGTERM));
  }).join();
  EXPECT_EQ(Blocked(), kUsers);
}

TEST_F(SignalMaskTest, PendingSignalsAreThoseThatWait) {
  EXPECT_THAT(PendingSignals(), Returns(IsEmpty()));
  const SignalSet signals = {SIGHUP, SIGUSR1, SIGRTMIN + 1};
  EXPECT_SUCCEEDS(ChangeThreadSignalMask(SignalMaskChange::kBlock, signals));
  // To the thread, to the process, and to the process with a value.
  ASSERT_EQ(raise(SIGUSR1), 0);
  ASSERT_EQ(kill(getpid(), SIGHUP), 0);
  ASSERT_EQ(sigqueue(getpid(), SIGRTMIN + 1, {}), 0);
  errno = EDOM;
  EXPECT_RETURNS(PendingSignals(), signals);
  EXPECT_EQ(errno, EDOM);
  std::thread([] {
    EXPECT_RETURNS(PendingSignals(), SignalSet({SIGHUP, SIGRTMIN + 1}));
  }).join();
}

// The scoped ones, of thread and process alike.

template <typename Mask>
class ScopedSignalMask : public SignalMaskTest {};

using Masks = testing::Types<SignalMask, ProcessSignalMask>;
class MaskNames {
 public:
  template <typename Mask>
  static std::string GetName(int) {
    return std::is_same_v<Mask, SignalMask> ? "Thread" : "Process";
  }
};
TYPED_TEST_SUITE(ScopedSignalMask, Masks, MaskNames);

TYPED_TEST(ScopedSignalMask, BlocksWhileItLives) {
  {
    const TypeParam mask = TypeParam::Block(kUsers).value();
    EXPECT_THAT(Blocked(), ElementsAre(SIGHUP, SIGUSR1, SIGUSR2));
    EXPECT_THAT(mask.before(), ElementsAre(SIGHUP));
    EXPECT_TRUE(mask.restores());
  }
  EXPECT_THAT(Blocked(), ElementsAre(SIGHUP));
}

TYPED_TEST(ScopedSignalMask, UnblocksWhileItLives) {
  {
    const TypeParam mask = TypeParam::Unblock({SIGHUP, SIGUSR1}).value();
    EXPECT_THAT(Blocked(), IsEmpty());
    EXPECT_THAT(mask.before(), ElementsAre(SIGHUP));
  }
  EXPECT_THAT(Blocked(), ElementsAre(SIGHUP));
}

TYPED_TEST(ScopedSignalMask, SetsWhileItLives) {
  {
    const TypeParam mask = TypeParam::Set(kUsers).value();
    EXPECT_EQ(Blocked(), kUsers);
    EXPECT_THAT(mask.before(), ElementsAre(SIGHUP));
  }
  EXPECT_THAT(Blocked(), ElementsAre(SIGHUP));
}

TYPED_TEST(ScopedSignalMask, RestoresEverySignal) {
  for (const SignalSet& signals :
       {Blockable(), Blockable() - kUsers, SignalSet{SIGRTMIN, SIGINT},
        SignalSet{SIGRTMAX - 2}, SignalSet()}) {
    ASSERT_EQ(pthread_sigmask(SIG_SETMASK, signals.get(), nullptr), 0);
    {
      const TypeParam mask = TypeParam::Set(Blockable() - signals).value();
      EXPECT_EQ(mask.before(), signals);
    }
    EXPECT_EQ(Blocked(), signals);
  }
}

TYPED_TEST(ScopedSignalMask, LeavesBlockedWhatWas) {
  { const TypeParam mask = TypeParam::Block({SIGHUP, SIGUSR1}).value(); }
  EXPECT_THAT(Blocked(), ElementsAre(SIGHUP));
}

TYPED_TEST(ScopedSignalMask, Nests) {
  const TypeParam outer = TypeParam::Block({SIGUSR1}).value();
  {
    const TypeParam inner = TypeParam::Unblock({SIGUSR1, SIGHUP}).value();
    {
      const TypeParam innermost = TypeParam::Set({SIGUSR2}).value();
      EXPECT_THAT(Blocked(), ElementsAre(SIGUSR2));
    }
    EXPECT_THAT(Blocked(), IsEmpty());
  }
  EXPECT_THAT(Blocked(), ElementsAre(SIGHUP, SIGUSR1));
}

TYPED_TEST(ScopedSignalMask, RestoresWhateverOthersDid) {
  {
    const TypeParam mask = TypeParam::Block(kUsers).value();
    ASSERT_EQ(pthread_sigmask(SIG_SETMASK, SignalSet{SIGTERM}.get(), nullptr),
              0);
  }
  EXPECT_THAT(Blocked(), ElementsAre(SIGHUP));
}

TYPED_TEST(ScopedSignalMask, RestoresEarly) {
  TypeParam mask = TypeParam::Block(kUsers).value();
  errno = EDOM;
  EXPECT_SUCCEEDS(mask.Restore());
  EXPECT_EQ(errno, EDOM);
  EXPECT_FALSE(mask.restores());
  EXPECT_THAT(Blocked(), ElementsAre(SIGHUP));
  EXPECT_THAT(mask.before(), ElementsAre(SIGHUP));
}

TYPED_TEST(ScopedSignalMask, RestoresOnce) {
  {
    TypeParam mask = TypeParam::Block(kUsers).value();
    EXPECT_SUCCEEDS(mask.Restore());
    ASSERT_EQ(pthread_sigmask(SIG_SETMASK, kUsers.get(), nullptr), 0);
    EXPECT_SUCCEEDS(mask.Restore());
    EXPECT_EQ(Blocked(), kUsers);
  }
  EXPECT_EQ(Blocked(), kUsers);
}

TYPED_TEST(ScopedSignalMask, Releases) {
  {
    TypeParam mask = TypeParam::Block(kUsers).value();
    EXPECT_THAT(mask.Release(), ElementsAre(SIGHUP));
    EXPECT_FALSE(mask.restores());
    EXPECT_SUCCEEDS(mask.Restore());
  }
  EXPECT_THAT(Blocked(), ElementsAre(SIGHUP, SIGUSR1, SIGUSR2));
}

TYPED_TEST(ScopedSignalMask, WhatWasMovedFromRestoresNothing) {
  std::optional<TypeParam> first = TypeParam::Block(kUsers).value();
  {
    const TypeParam second = *std::move(first);
    EXPECT_FALSE(first->restores());
    EXPECT_TRUE(second.restores());
    EXPECT_THAT(second.before(), ElementsAre(SIGHUP));
    first.reset();
    EXPECT_THAT(Blocked(), ElementsAre(SIGHUP, SIGUSR1, SIGUSR2));
  }
  EXPECT_THAT(Blocked(), ElementsAre(SIGHUP));
}

TYPED_TEST(ScopedSignalMask, MayBeAResultThatIsThrownAway) {
  EXPECT_SUCCEEDS(TypeParam::Block(kUsers));
  EXPECT_THAT(Blocked(), ElementsAre(SIGHUP));
}

TYPED_TEST(ScopedSignalMask, KeepsErrno) {
  {
    const TypeParam mask = TypeParam::Block(kUsers).value();
    errno = EDOM;
  }
  EXPECT_EQ(errno, EDOM);
}

TYPED_TEST(ScopedSignalMask, DeliversWhatWaited) {
  static volatile sig_atomic_t handled;
  handled = 0;
  struct sigaction action = {};
  struct sigaction before;
  action.sa_handler = [](int) { handled = 1; };
  ASSERT_EQ(sigaction(SIGUSR1, &action, &before), 0);
  {
    const TypeParam mask = TypeParam::Block({SIGUSR1}).value();
    ASSERT_EQ(raise(SIGUSR1), 0);
    EXPECT_EQ(handled, 0);
  }
  EXPECT_EQ(handled, 1);
  ASSERT_EQ(sigaction(SIGUSR1, &before, nullptr), 0);
}

TYPED_TEST(ScopedSignalMask, AChildHasItTooAndRestoresItsOwn) {
  std::optional<TypeParam> mask = TypeParam::Block(kUsers).value();
  testing_support::InChild([&] {
    EXPECT_THAT(Blocked(), ElementsAre(SIGHUP, SIGUSR1, SIGUSR2));
    mask.reset();
    EXPECT_THAT(Blocked(), ElementsAre(SIGHUP));
  });
  EXPECT_THAT(Blocked(), ElementsAre(SIGHUP, SIGUSR1, SIGUSR2));
}

TEST_F(SignalMaskTest, IsOfOneThread) {
  const SignalMask mask = SignalMask::Block(kUsers).value();
  std::thread([] {
    const SignalMask own = SignalMask::Set({SIGTERM}).value();
    EXPECT_THAT(Blocked(), ElementsAre(SIGTERM));
  }).join();
  EXPECT_THAT(Blocked(), ElementsAre(SIGHUP, SIGUSR1, SIGUSR2));
}

}  // namespace
}  // namespace plumbline
