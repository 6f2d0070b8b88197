// main() of the wrappers' tests.
//
// Under an emulator (PLUMBLINE_EMULATOR), a test that conformance/ledger lists
// as "Wrapper/SUITE/TEST" runs in a child, and must end as listed ("fails",
// "hangs" or "dies"): that is a known deviation. If it passes after all, or
// ends otherwise, it is a failure.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "conformance/ledger/ledger.h"
#include "conformance/ledger/rows.h"
#include "wrappers/testing/leaks.h"

namespace plumbline {
namespace {

using ledger::Outcome;
using ledger::Verdict;

// A listed test and what came of it.
struct Listed {
  std::string suite;
  std::string name;
  Verdict verdict;
};

// How long a test may take that is known to hang.
constexpr int kSeconds = 10;

// Runs one test in a child: "passes", "fails", "hangs" or "dies".
std::string RunAlone(const std::string& suite, const std::string& name) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    GTEST_FLAG_SET(filter, suite + "." + name);
    GTEST_FLAG_SET(output, "");
    const int status = RUN_ALL_TESTS();
    std::fflush(stdout);
    _exit(status == 0 ? 0 : 1);
  }
  int status = 0;
  for (int tenth = 0; tenth < kSeconds * 10; ++tenth) {
    if (waitpid(child, &status, WNOHANG) == child) {
      if (!WIFEXITED(status)) return "dies";
      return WEXITSTATUS(status) == 0 ? "passes" : "fails";
    }
    const timespec pause = {0, 100'000'000};
    nanosleep(&pause, nullptr);
  }
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  return "hangs";
}

std::vector<Listed> RunListed(const ledger::Ledger& known) {
  std::vector<Listed> found;
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  for (int i = 0; i < all.total_test_suite_count(); ++i) {
    const testing::TestSuite& suite = *all.GetTestSuite(i);
    for (int j = 0; j < suite.total_test_count(); ++j) {
      const std::string name = suite.GetTestInfo(j)->name();
      const std::string check =
          std::string("Wrapper/") + suite.name() + "/" + name;
      if (known.Judge(check, Outcome::kPassed, "").row == nullptr) continue;
      const std::string seen = RunAlone(suite.name(), name);
      found.push_back(
          {suite.name(), name,
           known.Judge(check,
                       seen == "passes" ? Outcome::kPassed : Outcome::kFailed,
                       seen)});
    }
  }
  return found;
}

// Says of a listed test what the ledger makes of it.
class ListedTest : public testing::Test {
 public:
  explicit ListedTest(Verdict verdict) : verdict_(std::move(verdict)) {}

  void TestBody() override {
    if (verdict_.status == ledger::Status::kDeviation) {
      RecordProperty("deviation", verdict_.remark);
      std::printf("known deviation: %s (%s)\n", verdict_.remark.c_str(),
                  std::string(verdict_.row->where).c_str());
      return;
    }
    ADD_FAILURE() << verdict_.remark << " ("
                  << (verdict_.row != nullptr ? verdict_.row->where : "")
                  << ")";
  }

 private:
  const Verdict verdict_;
};

int Main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  testing_support::FailTestsThatLeak();
  const char* const emulator = std::getenv("PLUMBLINE_EMULATOR");
  if (emulator == nullptr || GTEST_FLAG_GET(list_tests)) return RUN_ALL_TESTS();
  const ledger::Ledger known(ledger::Rows(), emulator);
  std::string filter = GTEST_FLAG_GET(filter);
  bool minus = filter.find('-') != filter.npos;
  for (const Listed& one : RunListed(known)) {
    filter += minus ? ":" : "-";
    filter += one.suite + "." + one.name;
    minus = true;
    testing::RegisterTest("Ledger", (one.suite + "." + one.name).c_str(),
                          nullptr, nullptr, __FILE__, __LINE__,
                          [verdict = one.verdict]() -> testing::Test* {
                            return new ListedTest(verdict);
                          });
  }
  GTEST_FLAG_SET(filter, filter);
  return RUN_ALL_TESTS();
}

}  // namespace
}  // namespace plumbline

int main(int argc, char** argv) { return plumbline::Main(argc, argv); }
