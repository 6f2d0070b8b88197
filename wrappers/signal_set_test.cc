#include "wrappers/signal_set.h"

#include <errno.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <string.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <type_traits>
#include <vector>

namespace plumbline {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

static_assert(std::forward_iterator<SignalSet::Iterator>);
static_assert(std::is_trivially_copyable_v<SignalSet>);
static_assert(sizeof(SignalSet) == sizeof(sigset_t));
static_assert(!std::is_convertible_v<sigset_t, SignalSet>);
static_assert(!std::is_convertible_v<int, SignalSet>);

// All of it while compiling.
constexpr SignalSet kStopping = {SIGINT, SIGTERM};
static_assert(kStopping.size() == 2);
static_assert(kStopping.contains(SIGINT) && !kStopping.contains(SIGHUP));
static_assert(*kStopping.begin() == SIGINT);
static_assert((kStopping | SignalSet{SIGHUP}).size() == 3);
static_assert((kStopping & SignalSet{SIGINT}) == SignalSet{SIGINT});
static_assert((kStopping - SignalSet{SIGINT}) == SignalSet{SIGTERM});
static_assert(~~kStopping == kStopping);
static_assert(SignalSet().empty() && !kStopping.empty());
static_assert(!SignalSet::All().contains(NSIG));

// Numbers around every bound, and far off.
std::vector<int> Numbers() {
  std::vector<int> numbers = {-2147483647 - 1, -1000, 1000, 1024, 1025,
                              2147483647};
  for (int number = -70; number <= 2 * NSIG; ++number)
    numbers.push_back(number);
  return numbers;
}

// The C library's answer.
bool Has(const sigset_t& set, int signal) {
  const int saved = errno;
  const bool has = sigismember(&set, signal) == 1;
  errno = saved;
  return has;
}

TEST(SignalSet, IsEmptyAtFirst) {
  const SignalSet none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.size(), 0u);
  EXPECT_EQ(none.begin(), none.end());
  EXPECT_TRUE(sigisemptyset(none.get()));
}

TEST(SignalSet, HasWhatItIsMadeOf) {
  const SignalSet set = {SIGTERM, SIGINT, SIGTERM};
  EXPECT_THAT(set, ElementsAre(SIGINT, SIGTERM));
  EXPECT_EQ(set.size(), 2u);
  EXPECT_FALSE(set.empty());
  EXPECT_TRUE(set.contains(SIGINT));
  EXPECT_TRUE(set.contains(SIGTERM));
  EXPECT_FALSE(set.contains(SIGHUP));
}

TEST(SignalSet, HasWhatTheCLibraryPutsIn) {
  for (const int signal : Numbers()) {
    sigset_t theirs;
    sigemptyset(&theirs);
    const bool is_signal = sigaddset(&theirs, signal) == 0;
    const SignalSet ours(theirs);
    SCOPED_TRACE(signal);
    EXPECT_EQ(SignalSet::CanHave(signal), is_signal);
    EXPECT_EQ(ours.contains(signal), is_signal);
    EXPECT_EQ(ours.size(), is_signal ? 1u : 0u);
    EXPECT_EQ(ours, SignalSet{signal});
  }
}

TEST(SignalSet, TheCLibraryHasWhatItPutsIn) {
  for (const int signal : Numbers()) {
    SignalSet ours;
    ours.insert(signal);
    SCOPED_TRACE(signal);
    for (int other = 1; other < NSIG; ++other)
      EXPECT_EQ(Has(*ours.get(), other),
                other == signal && SignalSet::CanHave(signal))
          << other;
  }
}

TEST(SignalSet, TakesOutWhatTheCLibraryTakesOut) {
  for (const int signal : Numbers()) {
    SignalSet ours = SignalSet::All();
    ours.erase(signal);
    sigset_t theirs;
    sigfillset(&theirs);
    sigdelset(&theirs, signal);
    SCOPED_TRACE(signal);
    EXPECT_FALSE(ours.contains(signal));
    for (int other = 1; other < NSIG; ++other)
      EXPECT_EQ(Has(*ours.get(), other), Has(theirs, other)) << other;
  }
}

TEST(SignalSet, AllAreThoseOfTheCLibrary) {
  const SignalSet all = SignalSet::All();
  sigset_t theirs;
  sigfillset(&theirs);
  std::vector<int> signals;
  for (int signal = 1; signal < NSIG; ++signal) {
    EXPECT_EQ(Has(*all.get(), signal), Has(theirs, signal)) << signal;
    if (Has(theirs, signal)) signals.push_back(signal);
  }
  EXPECT_THAT(all, ElementsAreArray(signals));
  EXPECT_EQ(all.size(), signals.size());
  EXPECT_EQ(all, SignalSet(theirs));
}

TEST(SignalSet, HasRealTimeSignals) {
  const SignalSet set = {SIGRTMAX, SIGRTMIN, SIGRTMIN + 1, SIGSYS};
  EXPECT_THAT(set, ElementsAre(SIGSYS, SIGRTMIN, SIGRTMIN + 1, SIGRTMAX));
  EXPECT_FALSE(set.contains(SIGRTMAX + 1));
  EXPECT_FALSE(set.contains(SIGRTMIN - 1));
}

TEST(SignalSet, IgnoresWhatIsNoSignal) {
  errno = EDOM;
  SignalSet set = {0, -1, NSIG, SIGRTMIN - 1, SIGINT};
  EXPECT_THAT(set, ElementsAre(SIGINT));
  set.erase(0);
  set.erase(-1);
  set.erase(NSIG);
  EXPECT_THAT(set, ElementsAre(SIGINT));
  EXPECT_FALSE(SignalSet::All().contains(0));
  EXPECT_FALSE(SignalSet::All().contains(-1));
  EXPECT_EQ(errno, EDOM);
}

TEST(SignalSet, PassesOverBitsThatAreNoSignals) {
  // As after a call that fills in the kernel's part only.
  sigset_t theirs;
  memset(&theirs, 0xff, sizeof(theirs));
  EXPECT_EQ(SignalSet(theirs), SignalSet::All());
  EXPECT_EQ(SignalSet(theirs).size(), SignalSet::All().size());
  EXPECT_THAT(~SignalSet(theirs), IsEmpty());
  EXPECT_FALSE(SignalSet(theirs).contains(SIGRTMIN - 1));
  EXPECT_FALSE(SignalSet(theirs).contains(NSIG));
}

TEST(SignalSet, InsertsAndErases) {
  SignalSet set;
  set.insert(SIGUSR1);
  set.insert(SIGUSR1);
  set.insert(SIGRTMIN);
  EXPECT_THAT(set, ElementsAre(SIGUSR1, SIGRTMIN));
  set.erase(SIGUSR1);
  set.erase(SIGUSR2);
  EXPECT_THAT(set, ElementsAre(SIGRTMIN));
  set.clear();
  EXPECT_THAT(set, IsEmpty());
}

TEST(SignalSet, UnitesSets) {
  const SignalSet a = {SIGINT, SIGTERM, SIGRTMIN};
  const SignalSet b = {SIGTERM, SIGHUP, SIGRTMAX};
  EXPECT_THAT(a | b, ElementsAre(SIGHUP, SIGINT, SIGTERM, SIGRTMIN, SIGRTMAX));
  SignalSet c = a;
  EXPECT_EQ(&(c |= b), &c);
  EXPECT_EQ(c, a | b);
  EXPECT_EQ(a | SignalSet(), a);
}

TEST(SignalSet, IntersectsSets) {
  const SignalSet a = {SIGINT, SIGTERM, SIGRTMIN, SIGRTMAX};
  const SignalSet b = {SIGTERM, SIGHUP, SIGRTMAX};
  EXPECT_THAT(a & b, ElementsAre(SIGTERM, SIGRTMAX));
  SignalSet c = a;
  EXPECT_EQ(&(c &= b), &c);
  EXPECT_EQ(c, a & b);
  EXPECT_EQ(a & SignalSet::All(), a);
  EXPECT_THAT(a & SignalSet(), IsEmpty());
}

TEST(SignalSet, SubtractsSets) {
  const SignalSet a = {SIGINT, SIGTERM, SIGRTMIN, SIGRTMAX};
  const SignalSet b = {SIGTERM, SIGHUP, SIGRTMAX};
  EXPECT_THAT(a - b, ElementsAre(SIGINT, SIGRTMIN));
  EXPECT_THAT(b - a, ElementsAre(SIGHUP));
  SignalSet c = a;
  EXPECT_EQ(&(c -= b), &c);
  EXPECT_EQ(c, a - b);
  EXPECT_THAT(a - a, IsEmpty());
}

TEST(SignalSet, HasAComplement) {
  EXPECT_EQ(~SignalSet(), SignalSet::All());
  EXPECT_THAT(~SignalSet::All(), IsEmpty());
  const SignalSet but_one = ~SignalSet{SIGRTMAX};
  EXPECT_EQ(but_one.size(), SignalSet::All().size() - 1);
  EXPECT_FALSE(but_one.contains(SIGRTMAX));
  EXPECT_TRUE(but_one.contains(SIGRTMIN));
}

TEST(SignalSet, IsEqualIfItHasTheSame) {
  EXPECT_EQ(SignalSet({SIGINT, SIGHUP}), SignalSet({SIGHUP, SIGINT}));
  EXPECT_NE(SignalSet{SIGINT}, SignalSet{SIGHUP});
  EXPECT_NE(SignalSet{SIGRTMIN}, SignalSet{SIGRTMAX});
  EXPECT_NE(SignalSet{SIGINT}, SignalSet());
}

TEST(SignalSet, IsARangeForTheStandardLibrary) {
  const SignalSet set = {SIGHUP, SIGKILL, SIGRTMIN};
  const std::vector<int> signals(set.begin(), set.end());
  EXPECT_THAT(signals, ElementsAre(SIGHUP, SIGKILL, SIGRTMIN));
  EXPECT_EQ(std::find(set.begin(), set.end(), SIGKILL), std::next(set.begin()));
  EXPECT_EQ(std::count_if(set.begin(), set.end(),
                          [](int signal) { return signal > SIGHUP; }),
            2);
  SignalSet::Iterator at = set.begin();
  EXPECT_EQ(*at++, SIGHUP);
  EXPECT_EQ(*at, SIGKILL);
  EXPECT_EQ(SignalSet::Iterator(), set.end());
}

TEST(SignalSet, IsFilledInByTheCLibrary) {
  SignalSet set;
  ASSERT_EQ(sigaddset(set.get(), SIGUSR2), 0);
  EXPECT_THAT(set, ElementsAre(SIGUSR2));
}

}  // namespace
}  // namespace plumbline
