// Signals of a test's own: their handlers, and what is blocked and pending.

#ifndef WRAPPERS_TESTING_SIGNALS_H_
#define WRAPPERS_TESTING_SIGNALS_H_

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include <atomic>

#include "wrappers/signal_set.h"

namespace plumbline::testing_support {

// Handles a signal by counting it, so that it interrupts. One at a time.
class Interruptible {
 public:
  explicit Interruptible(int signal) : signal_(signal) {
    struct sigaction action = {};
    action.sa_handler = [](int) { ++handled_; };
    EXPECT_EQ(sigaction(signal, &action, &before_), 0);
    handled_ = 0;
  }
  ~Interruptible() { EXPECT_EQ(sigaction(signal_, &before_, nullptr), 0); }
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;

  int handled() const { return handled_; }

 private:
  static inline std::atomic<int> handled_ = 0;
  const int signal_;
  struct sigaction before_;
};

// Blocks a signal, which may be pending at the end: then it is taken.
class Blocked {
 public:
  explicit Blocked(int signal) : signal_(signal) {
    EXPECT_EQ(pthread_sigmask(SIG_BLOCK, SignalSet{signal}.get(), &before_), 0);
  }
  ~Blocked() {
    // What is pending of a timer that was deleted may never come.
    const SignalSet set = {signal_};
    const timespec no_time = {};
    while (sigtimedwait(set.get(), nullptr, &no_time) == signal_) continue;
    EXPECT_EQ(pthread_sigmask(SIG_SETMASK, &before_, nullptr), 0);
  }
  Blocked(const Blocked&) = delete;
  Blocked& operator=(const Blocked&) = delete;

  // What was blocked before.
  SignalSet before() const { return SignalSet(before_); }

  // Whether it still is blocked.
  bool blocked() const {
    sigset_t mask;
    EXPECT_EQ(pthread_sigmask(SIG_BLOCK, nullptr, &mask), 0);
    return sigismember(&mask, signal_) == 1;
  }
  bool pending() const {
    sigset_t pending;
    EXPECT_EQ(sigpending(&pending), 0);
    return sigismember(&pending, signal_) == 1;
  }

 private:
  const int signal_;
  sigset_t before_;
};

}  // namespace plumbline::testing_support

#endif  // WRAPPERS_TESTING_SIGNALS_H_
