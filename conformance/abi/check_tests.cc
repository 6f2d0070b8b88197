#include "conformance/abi/check_tests.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace plumbline::abi {
namespace {

class CheckTest : public testing::Test {
 public:
  CheckTest(const Target& target, const std::string& emulator,
            const std::function<Check()>& check)
      : target_(target), emulator_(emulator), check_(check) {}

  void TestBody() override {
    const Check check = check_();
    if (check.status == Status::kSkipped) GTEST_SKIP() << check.reason;
    if (check.status == Status::kPassed) return;
    if (check.status == Status::kDeviation) {
      RecordProperty("deviation", check.reason);
      std::printf("known deviation: %s (%s)\n", check.reason.c_str(),
                  check.where.c_str());
      return;
    }
    const size_t colon = check.where.rfind(':');
    const std::string file = check.where.substr(0, colon);
    const int line = colon == std::string::npos
                         ? 0
                         : std::atoi(check.where.c_str() + colon + 1);
    ADD_FAILURE_AT(file.c_str(), line)
        << "declared  " << check.declared << "\n"
        << "seen      " << check.seen << "\n"
        << "target    " << TargetName(target_) << ", " << target_.libc
        << ", kernel " << target_.kernel
        << (emulator_.empty() ? "" : ", " + emulator_) << "\n"
        << (check.reason.empty() ? "" : "because   " + check.reason + "\n")
        << "again     tools/plumbline check --arch " << TargetName(target_)
        << " --only " << check.name;
  }

 private:
  const Target& target_;
  const std::string& emulator_;
  const std::function<Check()>& check_;
};

}  // namespace

std::string TargetName(const Target& target) {
  return target.variant.empty() ? target.arch
                                : target.arch + "/" + target.variant;
}

void RegisterCheck(const std::string& name, const Target& target,
                   const std::string& emulator, std::function<Check()> check) {
  const size_t slash = name.find('/');
  testing::RegisterTest(
      name.substr(0, slash).c_str(), name.substr(slash + 1).c_str(), nullptr,
      nullptr, __FILE__, __LINE__,
      [&target, &emulator, check = std::move(check)]() -> testing::Test* {
        return new CheckTest(target, emulator, check);
      });
}

}  // namespace plumbline::abi
