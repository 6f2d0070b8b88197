// Signals that interrupt the calls of a thread, so that they fail with EINTR.

#ifndef WRAPPERS_TESTING_INTERRUPTIONS_H_
#define WRAPPERS_TESTING_INTERRUPTIONS_H_

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "wrappers/testing/signals.h"

namespace plumbline::testing_support {

// As long as it lives, the thread that made it gets SIGUSR1 again and again,
// which is handled: a call that waits is interrupted some time.
class Interruptions {
 public:
  Interruptions() {
    thread_ = std::thread([this, victim = pthread_self()] {
      while (!stop_) {
        EXPECT_EQ(pthread_kill(victim, SIGUSR1), 0);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    });
  }
  ~Interruptions() {
    stop_ = true;
    thread_.join();
  }
  Interruptions(const Interruptions&) = delete;
  Interruptions& operator=(const Interruptions&) = delete;

 private:
  const Interruptible interruptible_{SIGUSR1};
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace plumbline::testing_support

#endif  // WRAPPERS_TESTING_INTERRUPTIONS_H_
