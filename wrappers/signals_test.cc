#include "wrappers/signals.h"

#include <errno.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <ostream>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

#include "wrappers/signal_mask.h"
#include "wrappers/testing/child.h"
#include "wrappers/testing/interruptions.h"
#include "wrappers/testing/result_assertions.h"
#include "wrappers/testing/result_matchers.h"

namespace plumbline {

// For GoogleTest's messages.
static void PrintTo(const SignalAction& action, std::ostream* out) {
  *out << "{handler " << reinterpret_cast<void*>(action.get()->sa_handler)
       << ", flags " << action.flags().bits() << ", blocked "
       << testing::PrintToString(action.blocked()) << "}";
}

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Property;
using testing::StartsWith;

static_assert(std::is_same_v<decltype(Pause()), Error>);
static_assert(std::is_same_v<decltype(SigSuspend({})), Error>);
// So that RetryOnEintr, which would wait for ever, does not take them.
static_assert(!std::is_constructible_v<bool, decltype(Pause())>);

template <typename... Arguments>
concept Queues = requires(Arguments... arguments) {
  SigQueue(arguments...);
};
static_assert(Queues<pid_t, int, int>);
static_assert(Queues<pid_t, int, void*>);
static_assert(!Queues<pid_t, int, sigval>);

static_assert(std::is_constructible_v<SignalAction, void (*)(int)>);
static_assert(!std::is_constructible_v<SignalAction, void (*)(int), int>);
static_assert(!std::is_constructible_v<SignalAction, int>);
static_assert(!std::is_copy_constructible_v<ScopedSignalAction>);
static_assert(!std::is_move_assignable_v<ScopedSignalAction>);
static_assert(std::is_nothrow_move_constructible_v<ScopedSignalAction>);

// What handlers did.
std::atomic<int> handled = 0;
std::atomic<int> handled_signal = 0;
std::atomic<int> handled_value = 0;

void Count(int signal) {
  ++handled;
  handled_signal = signal;
}
void CountInfo(int signal, siginfo_t* info, void* context) {
  ++handled;
  handled_signal = context != nullptr ? signal : -1;
  handled_value = info->si_value.sival_int;
}

// The C library's answer.
struct sigaction Current(int signal) {
  struct sigaction action = {};
  EXPECT_EQ(sigaction(signal, nullptr, &action), 0);
  return action;
}

// Every test starts and ends with the default action for SIGUSR1, which is
// free; SIGHUP, SIGUSR2 and SIGRTMIN + 1 are blocked, and nothing stays
// pending.
class Signals : public testing::Test {
 protected:
  Signals()
      : mask_(SignalMask::Block({SIGHUP, SIGUSR2, SIGRTMIN + 1}).value()) {
    handled = 0;
    handled_signal = 0;
    handled_value = 0;
    EXPECT_EQ(Current(SIGUSR1).sa_handler, SIG_DFL);
  }
  ~Signals() override {
    EXPECT_EQ(Current(SIGUSR1).sa_handler, SIG_DFL);
    EXPECT_EQ(Current(SIGUSR2).sa_handler, SIG_DFL);
    const timespec none = {};
    while (sigtimedwait(SignalSet::All().get(), nullptr, &none) > 0) {
    }
  }

 private:
  const SignalMask mask_;
};

// Whether what the C library returns is what was set. ThreadSanitizer stands in
// between, and blocks all signals in handlers.
bool MasksAreKept() {
  struct sigaction action = {};
  action.sa_handler = SIG_IGN;
  sigaddset(&action.sa_mask, SIGINT);
  EXPECT_EQ(sigaction(SIGUSR1, &action, nullptr), 0);
  const SignalSet kept(Current(SIGUSR1).sa_mask);
  EXPECT_EQ(sigaction(SIGUSR1, SignalAction::Default().get(), nullptr), 0);
  return kept == SignalSet{SIGINT};
}
constexpr char kNoMasks[] = "something sets the masks of handlers itself";

using SignalActionTest = Signals;
using ScopedSignalActionTest = Signals;

// The value.

TEST(SignalActionFlags, HaveTheNumbersOfTheHeader) {
  EXPECT_EQ(SignalActionFlags::kNocldstop.bits(), SA_NOCLDSTOP);
  EXPECT_EQ(SignalActionFlags::kNocldwait.bits(), SA_NOCLDWAIT);
  EXPECT_EQ(SignalActionFlags::kNodefer.bits(), SA_NODEFER);
  EXPECT_EQ(SignalActionFlags::kOnstack.bits(), SA_ONSTACK);
  EXPECT_EQ(SignalActionFlags::kResethand.bits(),
            static_cast<int>(SA_RESETHAND));
  EXPECT_EQ(SignalActionFlags::kRestart.bits(), SA_RESTART);
  EXPECT_EQ(SignalActionFlags::kSiginfo.bits(), SA_SIGINFO);
}

TEST_F(SignalActionTest, HasWhatItWasGiven) {
  const SignalAction action(Count, SignalActionFlags::kRestart,
                            {SIGINT, SIGRTMIN});
  EXPECT_EQ(action.handler(), Count);
  EXPECT_EQ(action.info_handler(), nullptr);
  EXPECT_EQ(action.flags(), SignalActionFlags::kRestart);
  EXPECT_THAT(action.blocked(), ElementsAre(SIGINT, SIGRTMIN));
  EXPECT_FALSE(action.is_default());
  EXPECT_FALSE(action.is_ignored());
  EXPECT_EQ(action.get()->sa_handler, Count);
  EXPECT_EQ(action.get()->sa_flags, SA_RESTART);
}

TEST_F(SignalActionTest, KnowsWhichHandlerItHas) {
  const SignalAction told(CountInfo, SignalActionFlags::kNodefer);
  EXPECT_EQ(told.info_handler(), CountInfo);
  EXPECT_EQ(told.handler(), nullptr);
  EXPECT_EQ(told.flags(),
            SignalActionFlags::kNodefer | SignalActionFlags::kSiginfo);
  EXPECT_TRUE(told.blocked().empty());
  const SignalAction untold(Count, SignalActionFlags::kSiginfo);
  EXPECT_EQ(untold.flags(), SignalActionFlags());
  EXPECT_EQ(untold.handler(), Count);
}

TEST_F(SignalActionTest, MayBeOneOfTheKernels) {
  EXPECT_TRUE(SignalAction::Default().is_default());
  EXPECT_FALSE(SignalAction::Default().is_ignored());
  EXPECT_TRUE(SignalAction::Ignore().is_ignored());
  EXPECT_FALSE(SignalAction::Ignore().is_default());
  for (const SignalAction& one :
       {SignalAction::Default(), SignalAction::Ignore()}) {
    EXPECT_EQ(one.handler(), nullptr);
    EXPECT_EQ(one.info_handler(), nullptr);
  }
  EXPECT_EQ(SignalAction(SIG_IGN), SignalAction::Ignore());
}

TEST_F(SignalActionTest, IsEqualIfAllIs) {
  const SignalAction one(Count, SignalActionFlags::kRestart, {SIGINT});
  EXPECT_EQ(one, SignalAction(Count, SignalActionFlags::kRestart, {SIGINT}));
  EXPECT_NE(one,
            SignalAction(CountInfo, SignalActionFlags::kRestart, {SIGINT}));
  EXPECT_NE(one, SignalAction(Count, {}, {SIGINT}));
  EXPECT_NE(one, SignalAction(Count, SignalActionFlags::kRestart));
  EXPECT_NE(one, SignalAction::Default());
  EXPECT_NE(SignalAction::Ignore(), SignalAction::Default());
}

// sigaction(2).

TEST_F(SignalActionTest, IsReadAsItWasSet) {
  if (!MasksAreKept()) GTEST_SKIP() << kNoMasks;
  const SignalAction action(
      Count, SignalActionFlags::kRestart | SignalActionFlags::kNodefer,
      {SIGINT, SIGRTMIN});
  errno = EDOM;
  EXPECT_RETURNS(ChangeSignalAction(SIGUSR1, action), SignalAction::Default());
  EXPECT_RETURNS(CurrentSignalAction(SIGUSR1), action);
  EXPECT_RETURNS(ChangeSignalAction(SIGUSR1, SignalAction::Ignore()), action);
  EXPECT_RETURNS(CurrentSignalAction(SIGUSR1), SignalAction::Ignore());
  EXPECT_RETURNS(ChangeSignalAction(SIGUSR1, SignalAction::Default()),
                 SignalAction::Ignore());
  EXPECT_EQ(errno, EDOM);
}

TEST_F(SignalActionTest, CallsTheHandler) {
  const auto scoped =
      ScopedSignalAction::Create(SIGUSR1, SignalAction(Count)).value();
  ASSERT_EQ(raise(SIGUSR1), 0);
  ASSERT_EQ(raise(SIGUSR1), 0);
  EXPECT_EQ(handled, 2);
  EXPECT_EQ(handled_signal, SIGUSR1);
}

TEST_F(SignalActionTest, TellsAnInfoHandler) {
  const auto scoped =
      ScopedSignalAction::Create(SIGUSR1, SignalAction(CountInfo)).value();
  EXPECT_SUCCEEDS(SigQueue(getpid(), SIGUSR1, -77));
  EXPECT_EQ(handled, 1);
  EXPECT_EQ(handled_signal, SIGUSR1);
  EXPECT_EQ(handled_value, -77);
}

TEST_F(SignalActionTest, MayBeALambda) {
  const auto scoped =
      ScopedSignalAction::Create(
          SIGUSR1, SignalAction([](int signal) { handled_signal = signal; }))
          .value();
  ASSERT_EQ(raise(SIGUSR1), 0);
  EXPECT_EQ(handled_signal, SIGUSR1);
}

TEST_F(SignalActionTest, BlocksDuringTheHandler) {
  if (!MasksAreKept()) GTEST_SKIP() << kNoMasks;
  static std::optional<SignalSet> blocked;
  const auto scoped =
      ScopedSignalAction::Create(
          SIGUSR1,
          SignalAction([](int) { blocked = CurrentThreadSignalMask().value(); },
                       {}, {SIGINT}))
          .value();
  const SignalSet before = CurrentThreadSignalMask().value();
  ASSERT_EQ(raise(SIGUSR1), 0);
  EXPECT_EQ(blocked, (before | SignalSet{SIGINT, SIGUSR1}));
  const SignalAction nodefer(
      [](int) { blocked = CurrentThreadSignalMask().value(); },
      SignalActionFlags::kNodefer);
  EXPECT_SUCCEEDS(ChangeSignalAction(SIGUSR1, nodefer));
  ASSERT_EQ(raise(SIGUSR1), 0);
  EXPECT_EQ(blocked, before);
}

TEST_F(SignalActionTest, IsResetWithKResethand) {
  EXPECT_SUCCEEDS(ChangeSignalAction(
      SIGUSR1, SignalAction(Count, SignalActionFlags::kResethand)));
  ASSERT_EQ(raise(SIGUSR1), 0);
  EXPECT_EQ(handled, 1);
  EXPECT_TRUE(CurrentSignalAction(SIGUSR1).value().is_default());
}

TEST_F(SignalActionTest, DiscardsWhatGetsIgnored) {
  ASSERT_EQ(raise(SIGUSR2), 0);
  EXPECT_THAT(PendingSignals(), Returns(ElementsAre(SIGUSR2)));
  const auto scoped =
      ScopedSignalAction::Create(SIGUSR2, SignalAction::Ignore()).value();
  EXPECT_THAT(PendingSignals(), Returns(IsEmpty()));
}

TEST_F(SignalActionTest, CannotBeChangedForKill) {
  const auto changed = ChangeSignalAction(
      SIGKILL, SignalAction(SIG_IGN, SignalActionFlags::kRestart, {SIGHUP}));
  EXPECT_EQ(errno, EINVAL);
  ASSERT_FAILS(changed, EINVAL);
  EXPECT_THAT(changed.error().ToString(),
              AllOf(StartsWith("sigaction(SIGKILL, {sa_handler=SIG_IGN, "
                               "sa_mask=[HUP], sa_flags=SA_RESTART}, 0x"),
                    HasSubstr(") = EINVAL (Invalid argument): "),
                    HasSubstr("signum is SIGKILL")));
  EXPECT_TRUE(changed.error().documented());
  EXPECT_FAILS(ScopedSignalAction::Create(SIGSTOP, SignalAction(Count)),
               EINVAL);
  EXPECT_RETURNS(CurrentSignalAction(SIGKILL), SignalAction::Default());
}

TEST_F(SignalActionTest, IsOfSignalsOnly) {
  for (const int signal : {0, -1, NSIG, SIGRTMIN - 1}) {
    const auto current = CurrentSignalAction(signal);
    EXPECT_EQ(errno, EINVAL);
    ASSERT_FAILS(current, EINVAL) << signal;
    EXPECT_TRUE(current.error().documented());
    EXPECT_FAILS(ChangeSignalAction(signal, SignalAction(Count)), EINVAL);
  }
  EXPECT_THAT(CurrentSignalAction(-1).error().ToString(),
              StartsWith("sigaction(-1, NULL, 0x"));
}

TEST_F(SignalActionTest, AnErrorShowsAHandler) {
  const auto changed = ChangeSignalAction(
      SIGSTOP, SignalAction(CountInfo, SignalActionFlags::kResethand |
                                           SignalActionFlags::kOnstack));
  ASSERT_FAILS(changed, EINVAL);
  EXPECT_THAT(changed.error().arguments(),
              AllOf(StartsWith("SIGSTOP, {sa_handler=0x"),
                    HasSubstr(", sa_mask=[], sa_flags=SA_ONSTACK|"
                              "SA_RESETHAND|SA_SIGINFO}, 0x")));
  EXPECT_THAT(
      ChangeSignalAction(SIGKILL, SignalAction::Default()).error().arguments(),
      StartsWith("SIGKILL, {sa_handler=SIG_DFL, sa_mask=[], "
                 "sa_flags=0}, 0x"));
}

// Scoped.

// All that the kernel is told.
void ExpectSame(const struct sigaction& a, const struct sigaction& b) {
  EXPECT_EQ(a.sa_handler, b.sa_handler);
  EXPECT_EQ(a.sa_flags, b.sa_flags);
  EXPECT_EQ(SignalSet(a.sa_mask), SignalSet(b.sa_mask));
}

TEST_F(ScopedSignalActionTest, RestoresExactly) {
  if (!MasksAreKept()) GTEST_SKIP() << kNoMasks;
  for (const SignalAction& action :
       {SignalAction(Count, SignalActionFlags::kNodefer, {SIGINT, SIGRTMIN}),
        SignalAction(CountInfo, SignalActionFlags::kRestart),
        SignalAction::Ignore(), SignalAction::Default()}) {
    ASSERT_EQ(sigaction(SIGUSR1, action.get(), nullptr), 0);
    const struct sigaction before = Current(SIGUSR1);
    {
      const auto scoped =
          ScopedSignalAction::Create(
              SIGUSR1,
              SignalAction([](int) {}, SignalActionFlags::kOnstack, {SIGTERM}))
              .value();
      EXPECT_NE(Current(SIGUSR1).sa_handler, before.sa_handler);
      EXPECT_EQ(scoped.before(), action);
      EXPECT_TRUE(scoped.restores());
    }
    ExpectSame(Current(SIGUSR1), before);
  }
}

TEST_F(ScopedSignalActionTest, Nests) {
  const auto outer =
      ScopedSignalAction::Create(SIGUSR1, SignalAction(Count)).value();
  {
    const auto inner =
        ScopedSignalAction::Create(SIGUSR1, SignalAction::Ignore()).value();
    const auto other =
        ScopedSignalAction::Create(SIGUSR2, SignalAction::Ignore()).value();
    ASSERT_EQ(raise(SIGUSR1), 0);
    EXPECT_EQ(handled, 0);
  }
  ASSERT_EQ(raise(SIGUSR1), 0);
  EXPECT_EQ(handled, 1);
}

TEST_F(ScopedSignalActionTest, RestoresWhateverOthersDid) {
  {
    const auto scoped =
        ScopedSignalAction::Create(SIGUSR1, SignalAction(Count)).value();
    ASSERT_EQ(sigaction(SIGUSR1, SignalAction::Ignore().get(), nullptr), 0);
  }
  EXPECT_TRUE(CurrentSignalAction(SIGUSR1).value().is_default());
}

TEST_F(ScopedSignalActionTest, RestoresEarlyAndOnce) {
  {
    auto scoped =
        ScopedSignalAction::Create(SIGUSR1, SignalAction(Count)).value();
    errno = EDOM;
    EXPECT_SUCCEEDS(scoped.Restore());
    EXPECT_EQ(errno, EDOM);
    EXPECT_FALSE(scoped.restores());
    EXPECT_TRUE(CurrentSignalAction(SIGUSR1).value().is_default());
    EXPECT_SUCCEEDS(ChangeSignalAction(SIGUSR1, SignalAction::Ignore()));
    EXPECT_SUCCEEDS(scoped.Restore());
  }
  EXPECT_THAT(ChangeSignalAction(SIGUSR1, SignalAction::Default()),
              Returns(Property(&SignalAction::is_ignored, true)));
}

TEST_F(ScopedSignalActionTest, Releases) {
  {
    auto scoped =
        ScopedSignalAction::Create(SIGUSR1, SignalAction(Count)).value();
    EXPECT_TRUE(scoped.Release().is_default());
    EXPECT_FALSE(scoped.restores());
  }
  EXPECT_RETURNS(ChangeSignalAction(SIGUSR1, SignalAction::Default()),
                 SignalAction(Count));
}

TEST_F(ScopedSignalActionTest, WhatWasMovedFromRestoresNothing) {
  std::optional<ScopedSignalAction> first =
      ScopedSignalAction::Create(SIGUSR1, SignalAction(Count)).value();
  {
    const ScopedSignalAction second = *std::move(first);
    EXPECT_FALSE(first->restores());
    EXPECT_TRUE(second.restores());
    first.reset();
    EXPECT_RETURNS(CurrentSignalAction(SIGUSR1), SignalAction(Count));
  }
  EXPECT_TRUE(CurrentSignalAction(SIGUSR1).value().is_default());
}

TEST_F(ScopedSignalActionTest, KeepsErrno) {
  {
    const auto scoped =
        ScopedSignalAction::Create(SIGUSR1, SignalAction(Count)).value();
    errno = EDOM;
  }
  EXPECT_EQ(errno, EDOM);
}

TEST_F(ScopedSignalActionTest, AChildHasItTooAndRestoresItsOwn) {
  std::optional<ScopedSignalAction> scoped =
      ScopedSignalAction::Create(SIGUSR1, SignalAction(Count)).value();
  testing_support::InChild([&] {
    ASSERT_EQ(raise(SIGUSR1), 0);
    EXPECT_EQ(handled, 1);
    scoped.reset();
    EXPECT_TRUE(CurrentSignalAction(SIGUSR1).value().is_default());
  });
  EXPECT_EQ(handled, 0);
  EXPECT_RETURNS(CurrentSignalAction(SIGUSR1), SignalAction(Count));
}

// Waiting for a handler.

using PauseTest = Signals;
using SigSuspendTest = Signals;

TEST_F(PauseTest, EndsWhenAHandlerRan) {
  const testing_support::Interruptions interruptions;
  const Error error = Pause();
  EXPECT_EQ(errno, EINTR);
  EXPECT_EQ(error, EINTR);
  EXPECT_THAT(error.ToString(),
              StartsWith("pause() = EINTR (Interrupted system call): a signal "
                         "handler ran"));
  EXPECT_TRUE(error.documented());
}

TEST_F(PauseTest, EndsWithKRestartToo) {
  const testing_support::Interruptions interruptions;
  const auto scoped =
      ScopedSignalAction::Create(
          SIGUSR1, SignalAction(Count, SignalActionFlags::kRestart))
          .value();
  EXPECT_EQ(Pause(), EINTR);
  EXPECT_GE(handled, 1);
}

TEST_F(SigSuspendTest, LetsAPendingSignalThrough) {
  const auto scoped =
      ScopedSignalAction::Create(SIGUSR2, SignalAction(Count)).value();
  const SignalSet before = CurrentThreadSignalMask().value();
  ASSERT_EQ(raise(SIGUSR2), 0);
  ASSERT_EQ(handled, 0);
  const Error error = SigSuspend(before - SignalSet{SIGUSR2});
  EXPECT_EQ(errno, EINTR);
  EXPECT_EQ(error, EINTR);
  EXPECT_EQ(handled, 1);
  EXPECT_RETURNS(CurrentThreadSignalMask(), before);
  EXPECT_THAT(error.ToString(),
              AllOf(StartsWith("sigsuspend([HUP RTMIN+1"),
                    HasSubstr("]) = EINTR (Interrupted system call): a signal "
                              "handler ran")));
  EXPECT_TRUE(error.documented());
}

TEST_F(SigSuspendTest, BlocksWhatTheMaskBlocks) {
  const auto hup =
      ScopedSignalAction::Create(SIGHUP, SignalAction(CountInfo)).value();
  const auto usr2 =
      ScopedSignalAction::Create(SIGUSR2, SignalAction(Count)).value();
  ASSERT_EQ(raise(SIGHUP), 0);
  ASSERT_EQ(raise(SIGUSR2), 0);
  EXPECT_EQ(SigSuspend(~SignalSet{SIGUSR2}), EINTR);
  EXPECT_EQ(handled, 1);
  EXPECT_EQ(handled_signal, SIGUSR2);
  EXPECT_THAT(PendingSignals(), Returns(ElementsAre(SIGHUP)));
}

TEST_F(SigSuspendTest, EndsWithKRestartToo) {
  const auto scoped =
      ScopedSignalAction::Create(
          SIGUSR2, SignalAction(Count, SignalActionFlags::kRestart))
          .value();
  ASSERT_EQ(raise(SIGUSR2), 0);
  EXPECT_EQ(SigSuspend({SIGHUP}), EINTR);
}

// Taking a signal.

using SigWaitInfoTest = Signals;
using SigTimedWaitTest = Signals;
using SigWaitTest = Signals;

// Matches a siginfo_t.
auto Is(int signal) { return Field(&siginfo_t::si_signo, signal); }
auto Is(int signal, int code) {
  return AllOf(Is(signal), Field(&siginfo_t::si_code, code));
}

TEST_F(SigWaitInfoTest, TakesAPendingSignalWithoutItsHandler) {
  const auto scoped =
      ScopedSignalAction::Create(SIGUSR2, SignalAction(Count)).value();
  ASSERT_EQ(kill(getpid(), SIGUSR2), 0);
  errno = EDOM;
  const Result<siginfo_t> info = SigWaitInfo({SIGHUP, SIGUSR2});
  EXPECT_EQ(errno, EDOM);
  ASSERT_THAT(info, Returns(Is(SIGUSR2, SI_USER)));
  EXPECT_EQ(info->si_pid, getpid());
  EXPECT_EQ(info->si_uid, getuid());
  EXPECT_EQ(handled, 0);
  EXPECT_THAT(PendingSignals(), Returns(IsEmpty()));
}

TEST_F(SigWaitInfoTest, TakesRealTimeSignalsInOrder) {
  EXPECT_SUCCEEDS(SigQueue(getpid(), SIGRTMIN + 1, 3));
  EXPECT_SUCCEEDS(SigQueue(getpid(), SIGRTMIN + 1, -1));
  for (const int value : {3, -1}) {
    const Result<siginfo_t> info = SigWaitInfo({SIGRTMIN + 1});
    ASSERT_THAT(info, Returns(Is(SIGRTMIN + 1, SI_QUEUE)));
    EXPECT_EQ(info->si_value.sival_int, value);
  }
}

TEST_F(SigWaitInfoTest, TakesOnlyThoseOfTheSet) {
  ASSERT_EQ(raise(SIGHUP), 0);
  ASSERT_EQ(raise(SIGUSR2), 0);
  EXPECT_THAT(SigWaitInfo({SIGUSR2, SIGKILL, SIGSTOP}), Returns(Is(SIGUSR2)));
  EXPECT_THAT(PendingSignals(), Returns(ElementsAre(SIGHUP)));
}

TEST_F(SigWaitInfoTest, TakesASignalThatIsForTheThreadAsAUsers) {
  ASSERT_EQ(raise(SIGUSR2), 0);
  EXPECT_THAT(SigWaitInfo({SIGUSR2}), Returns(Is(SIGUSR2, SI_USER)));
}

TEST_F(SigWaitInfoTest, IsWokenByAnotherThread) {
  std::thread sender(
      [] { EXPECT_SUCCEEDS(SigQueue(getpid(), SIGRTMIN + 1, 5)); });
  EXPECT_THAT(SigWaitInfo({SIGRTMIN + 1}), Returns(Is(SIGRTMIN + 1, SI_QUEUE)));
  sender.join();
}

TEST_F(SigWaitInfoTest, IsInterruptedByAHandler) {
  const testing_support::Interruptions interruptions;
  const Result<siginfo_t> info = SigWaitInfo({SIGUSR2});
  EXPECT_EQ(errno, EINTR);
  ASSERT_FAILS(info, EINTR);
  EXPECT_THAT(info.error().ToString(),
              AllOf(StartsWith("sigwaitinfo([USR2], 0x"),
                    HasSubstr(") = EINTR (Interrupted system call): a signal "
                              "handler ran")));
  EXPECT_TRUE(info.error().documented());
}

TEST_F(SigTimedWaitTest, TakesAPendingSignal) {
  EXPECT_SUCCEEDS(SigQueue(getpid(), SIGRTMIN + 1, 5));
  errno = EDOM;
  const Result<siginfo_t> info = SigTimedWait({SIGRTMIN + 1}, 0s);
  EXPECT_EQ(errno, EDOM);
  ASSERT_THAT(info, Returns(Is(SIGRTMIN + 1, SI_QUEUE)));
  EXPECT_EQ(info->si_value.sival_int, 5);
}

TEST_F(SigTimedWaitTest, WaitsForTheTimeAtLeast) {
  const auto start = steady_clock::now();
  const Result<siginfo_t> info = SigTimedWait({SIGUSR2}, 5'000'001ns);
  EXPECT_GE(steady_clock::now() - start, 5'000'001ns);
  ASSERT_FAILS(info, EAGAIN);
  EXPECT_THAT(
      info.error().ToString(),
      AllOf(StartsWith("sigtimedwait([USR2], 0x"),
            HasSubstr(", {tv_sec=0, tv_nsec=5000001}) = EAGAIN (Resource "
                      "temporarily unavailable): no signal in set came before "
                      "the timeout")));
  EXPECT_TRUE(info.error().documented());
}

TEST_F(SigTimedWaitTest, LooksOnceIfTheTimeIsOver) {
  EXPECT_FAILS(SigTimedWait({SIGUSR2}, 0s), EAGAIN);
  EXPECT_EQ(errno, EAGAIN);
  EXPECT_FAILS(SigTimedWait({SIGUSR2}, -1h), EAGAIN);
}

TEST_F(SigTimedWaitTest, EndsBeforeTheLongestTime) {
  ASSERT_EQ(raise(SIGUSR2), 0);
  EXPECT_THAT(SigTimedWait({SIGUSR2}, std::chrono::hours::max()),
              Returns(Is(SIGUSR2)));
  std::thread sender([] { EXPECT_SUCCEEDS(Kill(getpid(), SIGUSR2)); });
  EXPECT_THAT(SigTimedWait({SIGUSR2}, std::chrono::hours::max()),
              Returns(Is(SIGUSR2)));
  sender.join();
}

TEST_F(SigTimedWaitTest, IsInterruptedByAHandler) {
  const testing_support::Interruptions interruptions;
  const Result<siginfo_t> info =
      SigTimedWait({SIGUSR2}, PreciseTimeout::Infinite());
  ASSERT_FAILS(info, EINTR);
  EXPECT_THAT(info.error().ToString(), HasSubstr(", NULL) = EINTR"));
  EXPECT_TRUE(info.error().documented());
}

TEST_F(SigWaitTest, TakesAPendingSignal) {
  ASSERT_EQ(raise(SIGUSR2), 0);
  ASSERT_EQ(raise(SIGHUP), 0);
  errno = EDOM;
  EXPECT_RETURNS(SigWait({SIGUSR2}), SIGUSR2);
  EXPECT_RETURNS(SigWait({SIGUSR2, SIGHUP}), SIGHUP);
  EXPECT_EQ(errno, EDOM);
}

TEST_F(SigWaitTest, GoesOnAfterAHandler) {
  const testing_support::Interruptions interruptions;
  const auto scoped =
      ScopedSignalAction::Create(SIGUSR1, SignalAction(Count)).value();
  std::thread sender([] {
    while (handled < 5) std::this_thread::yield();
    EXPECT_SUCCEEDS(Kill(getpid(), SIGUSR2));
  });
  errno = EDOM;
  EXPECT_RETURNS(SigWait({SIGUSR2}), SIGUSR2);
  EXPECT_EQ(errno, EDOM);
  sender.join();
}

// Sending.

using KillTest = Signals;
using RaiseTest = Signals;
using TgkillTest = Signals;
using PthreadKillTest = Signals;
using SigQueueTest = Signals;
using PthreadSigQueueTest = Signals;

// A child that waits to be killed.
class Child {
 public:
  Child() : pid_(fork()) {
    EXPECT_GE(pid_, 0);
    if (pid_ == 0) {
      while (true) pause();
    }
    // A group of its own.
    EXPECT_EQ(setpgid(pid_, pid_), 0);
  }
  ~Child() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  // The signal that ended it; 0 if it was none.
  int WaitForEnd() {
    int status = 0;
    EXPECT_EQ(waitpid(pid_, &status, 0), pid_);
    pid_ = -1;
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  }

 private:
  pid_t pid_;
};

TEST_F(KillTest, SendsAProcessASignal) {
  errno = EDOM;
  EXPECT_SUCCEEDS(Kill(getpid(), SIGUSR2));
  EXPECT_THAT(PendingSignals(), Returns(ElementsAre(SIGUSR2)));
  Child child;
  EXPECT_SUCCEEDS(Kill(child.pid(), SIGTERM));
  EXPECT_EQ(errno, EDOM);
  EXPECT_EQ(child.WaitForEnd(), SIGTERM);
}

TEST_F(KillTest, SendsAGroupASignal) {
  Child child;
  EXPECT_SUCCEEDS(Kill(-child.pid(), SIGKILL));
  EXPECT_EQ(child.WaitForEnd(), SIGKILL);
}

TEST_F(KillTest, OnlyLooksWithSignal0) {
  EXPECT_SUCCEEDS(Kill(getpid(), 0));
  EXPECT_THAT(PendingSignals(), Returns(IsEmpty()));
}

TEST_F(KillTest, FailsIfThereIsNoProcess) {
  Child child;
  const pid_t pid = child.pid();
  EXPECT_SUCCEEDS(Kill(pid, SIGKILL));
  child.WaitForEnd();
  const Result<void> sent = Kill(pid, SIGUSR2);
  EXPECT_EQ(errno, ESRCH);
  ASSERT_FAILS(sent, ESRCH);
  EXPECT_THAT(sent.error().ToString(),
              StartsWith("kill(" + std::to_string(pid) +
                         ", SIGUSR2) = ESRCH (No such process): there is no "
                         "process pid"));
  EXPECT_TRUE(sent.error().documented());
}

TEST_F(KillTest, FailsIfItIsNoSignal) {
  const Result<void> sent = Kill(getpid(), 1000);
  EXPECT_EQ(errno, EINVAL);
  ASSERT_FAILS(sent, EINVAL);
  EXPECT_THAT(sent.error().ToString(), HasSubstr(", 1000) = EINVAL"));
  EXPECT_TRUE(sent.error().documented());
  EXPECT_FAILS(Kill(getpid(), -1), EINVAL);
}

TEST_F(RaiseTest, SendsTheThreadASignal) {
  errno = EDOM;
  EXPECT_SUCCEEDS(Raise(SIGUSR2));
  EXPECT_THAT(PendingSignals(), Returns(ElementsAre(SIGUSR2)));
  std::thread([] { EXPECT_THAT(PendingSignals(), Returns(IsEmpty())); }).join();
  const auto scoped =
      ScopedSignalAction::Create(SIGUSR1, SignalAction(Count)).value();
  EXPECT_SUCCEEDS(Raise(SIGUSR1));
  EXPECT_EQ(handled, 1);
  EXPECT_EQ(errno, EDOM);
}

TEST_F(RaiseTest, FailsIfItIsNoSignal) {
  for (const int signal : {-1, 1000, SIGRTMIN - 1}) {
    const Result<void> sent = Raise(signal);
    EXPECT_EQ(errno, EINVAL);
    ASSERT_FAILS(sent, EINVAL);
    EXPECT_THAT(sent.error().ToString(),
                StartsWith("raise(" + std::to_string(signal) + ") = EINVAL"));
    EXPECT_TRUE(sent.error().documented());
  }
}

// A thread that does nothing until this goes.
class IdleThread {
 public:
  IdleThread() {
    thread_ = std::thread([this] {
      tid_ = gettid();
      while (!stop_) std::this_thread::yield();
      pending_ = PendingSignals().value();
    });
    while (tid_ == 0) std::this_thread::yield();
  }
  ~IdleThread() {
    if (thread_.joinable()) PendingAtItsEnd();
  }
  IdleThread(const IdleThread&) = delete;
  IdleThread& operator=(const IdleThread&) = delete;

  pthread_t handle() { return thread_.native_handle(); }
  pid_t tid() const { return tid_; }
  SignalSet PendingAtItsEnd() {
    stop_ = true;
    thread_.join();
    return pending_;
  }
  // When it has ended, but was not joined.
  void End() {
    stop_ = true;
    while (tgkill(getpid(), tid_, 0) == 0) std::this_thread::yield();
  }

 private:
  std::atomic<pid_t> tid_ = 0;
  std::atomic<bool> stop_ = false;
  SignalSet pending_;
  std::thread thread_;
};

TEST_F(TgkillTest, SendsOneThreadASignal) {
  IdleThread other;
  errno = EDOM;
  EXPECT_SUCCEEDS(Tgkill(getpid(), other.tid(), SIGUSR2));
  EXPECT_EQ(errno, EDOM);
  EXPECT_THAT(PendingSignals(), Returns(IsEmpty()));
  EXPECT_THAT(other.PendingAtItsEnd(), ElementsAre(SIGUSR2));
}

TEST_F(TgkillTest, FailsIfThereIsNoThread) {
  IdleThread other;
  other.End();
  const Result<void> sent = Tgkill(getpid(), other.tid(), SIGUSR2);
  EXPECT_EQ(errno, ESRCH);
  ASSERT_FAILS(sent, ESRCH);
  EXPECT_THAT(sent.error().ToString(),
              StartsWith("tgkill(" + std::to_string(getpid()) + ", " +
                         std::to_string(other.tid()) +
                         ", SIGUSR2) = ESRCH (No such process): there is no "
                         "thread tid"));
  EXPECT_TRUE(sent.error().documented());
  EXPECT_FAILS(Tgkill(getpid(), 0, SIGUSR2), EINVAL);
  EXPECT_FAILS(Tgkill(getpid(), gettid(), 1000), EINVAL);
}

TEST_F(PthreadKillTest, SendsOneThreadASignal) {
  IdleThread other;
  errno = EDOM;
  EXPECT_SUCCEEDS(PthreadKill(other.handle(), SIGUSR2));
  EXPECT_EQ(errno, EDOM);
  EXPECT_THAT(PendingSignals(), Returns(IsEmpty()));
  EXPECT_THAT(other.PendingAtItsEnd(), ElementsAre(SIGUSR2));
}

TEST_F(PthreadKillTest, FailsIfItIsNoSignal) {
  for (const int signal : {-1, 1000, SIGRTMIN - 1}) {
    errno = EDOM;
    const Result<void> sent = PthreadKill(pthread_self(), signal);
    EXPECT_EQ(errno, EDOM);
    ASSERT_FAILS(sent, EINVAL);
    EXPECT_THAT(sent.error().ToString(),
                AllOf(StartsWith("pthread_kill("),
                      HasSubstr(", " + std::to_string(signal) +
                                ") = EINVAL (Invalid argument): ")));
    EXPECT_TRUE(sent.error().documented());
  }
}

TEST_F(SigQueueTest, SendsANumber) {
  errno = EDOM;
  EXPECT_SUCCEEDS(SigQueue(getpid(), SIGUSR2, -12345));
  EXPECT_EQ(errno, EDOM);
  const Result<siginfo_t> info = SigTimedWait({SIGUSR2}, 0s);
  ASSERT_THAT(info, Returns(Is(SIGUSR2, SI_QUEUE)));
  EXPECT_EQ(info->si_value.sival_int, -12345);
  EXPECT_EQ(info->si_pid, getpid());
}

TEST_F(SigQueueTest, SendsAPointer) {
  int here = 0;
  EXPECT_SUCCEEDS(SigQueue(getpid(), SIGUSR2, &here));
  const Result<siginfo_t> info = SigTimedWait({SIGUSR2}, 0s);
  ASSERT_THAT(info, Returns(Is(SIGUSR2, SI_QUEUE)));
  EXPECT_EQ(info->si_value.sival_ptr, &here);
}

TEST_F(SigQueueTest, FailsIfItIsNoSignalOrProcess) {
  const Result<void> sent = SigQueue(getpid(), 1000, -5);
  EXPECT_EQ(errno, EINVAL);
  ASSERT_FAILS(sent, EINVAL);
  EXPECT_THAT(sent.error().ToString(),
              StartsWith("sigqueue(" + std::to_string(getpid()) +
                         ", 1000, -5) = EINVAL (Invalid argument): "));
  EXPECT_TRUE(sent.error().documented());
  const Result<void> none = SigQueue(0, SIGUSR2, reinterpret_cast<void*>(0x40));
  ASSERT_FAILS(none, ESRCH);
  EXPECT_THAT(none.error().ToString(),
              StartsWith("sigqueue(0, SIGUSR2, 0x40) = ESRCH"));
  EXPECT_TRUE(none.error().documented());
}

TEST_F(SigQueueTest, FailsIfTooManyArePending) {
  testing_support::InChild([] {
    const rlimit none = {0, 0};
    ASSERT_EQ(setrlimit(RLIMIT_SIGPENDING, &none), 0);
    const Result<void> sent = SigQueue(getpid(), SIGRTMIN + 1, 1);
    ASSERT_FAILS(sent, EAGAIN);
    EXPECT_TRUE(sent.error().documented());
    EXPECT_FAILS(PthreadSigQueue(pthread_self(), SIGRTMIN + 1, 1), EAGAIN);
    EXPECT_FAILS(Raise(SIGRTMIN + 1), EAGAIN);
    EXPECT_FAILS(PthreadKill(pthread_self(), SIGRTMIN + 1), EAGAIN);
  });
}

TEST_F(PthreadSigQueueTest, SendsOneThreadAValue) {
  IdleThread other;
  errno = EDOM;
  EXPECT_SUCCEEDS(PthreadSigQueue(other.handle(), SIGUSR2, 1));
  EXPECT_EQ(errno, EDOM);
  EXPECT_THAT(PendingSignals(), Returns(IsEmpty()));
  EXPECT_THAT(other.PendingAtItsEnd(), ElementsAre(SIGUSR2));
  int here = 0;
  EXPECT_SUCCEEDS(PthreadSigQueue(pthread_self(), SIGRTMIN + 1, -9));
  EXPECT_SUCCEEDS(PthreadSigQueue(pthread_self(), SIGRTMIN + 1, &here));
  const Result<siginfo_t> first = SigTimedWait({SIGRTMIN + 1}, 0s);
  ASSERT_THAT(first, Returns(Is(SIGRTMIN + 1, SI_QUEUE)));
  EXPECT_EQ(first->si_value.sival_int, -9);
  const Result<siginfo_t> second = SigTimedWait({SIGRTMIN + 1}, 0s);
  ASSERT_SUCCEEDS(second);
  EXPECT_EQ(second->si_value.sival_ptr, &here);
}

TEST_F(PthreadSigQueueTest, FailsIfItIsNoSignalOrTheThreadHasEnded) {
  errno = EDOM;
  const Result<void> sent = PthreadSigQueue(pthread_self(), 1000, 5);
  ASSERT_FAILS(sent, EINVAL);
  EXPECT_THAT(sent.error().ToString(),
              HasSubstr(", 1000, 5) = EINVAL (Invalid argument): "));
  EXPECT_TRUE(sent.error().documented());
  IdleThread other;
  other.End();
  errno = EDOM;
  int here = 0;
  const Result<void> late = PthreadSigQueue(other.handle(), SIGUSR2, &here);
  ASSERT_FAILS(late, ESRCH);
  EXPECT_TRUE(late.error().documented());
}

}  // namespace
}  // namespace plumbline
