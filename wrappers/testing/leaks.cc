#include "wrappers/testing/leaks.h"

#include <dirent.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>

namespace plumbline::testing_support {
namespace {

std::array<bool, _NSIG> BlockedSignals() {
  sigset_t mask;
  pthread_sigmask(SIG_BLOCK, nullptr, &mask);
  std::array<bool, _NSIG> blocked = {};
  for (int signal = 1; signal < _NSIG; ++signal)
    blocked[static_cast<std::size_t>(signal)] = sigismember(&mask, signal) == 1;
  return blocked;
}

class LeakListener : public testing::EmptyTestEventListener {
  void OnTestStart(const testing::TestInfo&) override {
    descriptors_ = OpenDescriptors();
    blocked_ = BlockedSignals();
  }

  void OnTestEnd(const testing::TestInfo&) override {
    for (const auto& [fd, what] : OpenDescriptors()) {
      const auto before = descriptors_.find(fd);
      if (before == descriptors_.end()) {
        ADD_FAILURE() << "the test left descriptor " << fd << " open: " << what;
      } else if (before->second != what) {
        ADD_FAILURE() << "descriptor " << fd << " was " << before->second
                      << " before the test, and is " << what;
      }
      if (before != descriptors_.end()) descriptors_.erase(before);
    }
    for (const auto& [fd, what] : descriptors_)
      ADD_FAILURE() << "the test closed descriptor " << fd << ": " << what;
    if (BlockedSignals() != blocked_)
      ADD_FAILURE() << "the test left another signal mask";
  }

  std::map<int, std::string> descriptors_;
  std::array<bool, _NSIG> blocked_ = {};
};

}  // namespace

std::map<int, std::string> OpenDescriptors() {
  std::map<int, std::string> found;
  DIR* const folder = opendir("/proc/self/fd");
  if (folder == nullptr) {
    ADD_FAILURE() << "/proc is not mounted, so leaks go unseen";
    return found;
  }
  while (const dirent* const entry = readdir(folder)) {
    const int fd = atoi(entry->d_name);
    if (entry->d_name[0] == '.' || fd == dirfd(folder)) continue;
    const std::string path = std::string("/proc/self/fd/") + entry->d_name;
    std::array<char, 256> target = {};
    if (readlink(path.c_str(), target.data(), target.size() - 1) >= 0)
      found[fd] = target.data();
  }
  closedir(folder);
  return found;
}

void FailTestsThatLeak() {
  // The listeners own it. It hears of a test's end before the printer does.
  auto& listeners = testing::UnitTest::GetInstance()->listeners();
  listeners.Append(new LeakListener);
}

}  // namespace plumbline::testing_support
