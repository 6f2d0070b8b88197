// The program that checks one target. Called plainly it is a GoogleTest program
// with a named test per check; with --report it prints its verdicts as JSON,
// and with --mutants it judges the changed declarations on its standard input.
// --agree FILE adds a test: do the facts that are linked in equal those of
// FILE, which were read from the object files?

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <string>

#include "conformance/abi/agreement.h"
#include "conformance/abi/environment.h"
#include "conformance/abi/fact_store.h"
#include "conformance/abi/judge.h"
#include "conformance/abi/mutants.h"
#include "conformance/abi/report.h"
#include "conformance/abi/tables.h"

namespace plumbline::abi {
namespace {

std::string TargetName(const Target& target) {
  return target.variant.empty() ? target.arch
                                : target.arch + "/" + target.variant;
}

class CheckTest : public testing::Test {
 public:
  CheckTest(const Check& check, const Target& target)
      : check_(check), target_(target) {}

  void TestBody() override {
    if (check_.status == Status::kSkipped) GTEST_SKIP() << check_.reason;
    if (check_.status == Status::kPassed) return;
    const size_t colon = check_.where.rfind(':');
    const std::string file = check_.where.substr(0, colon);
    const int line = colon == std::string::npos
                         ? 0
                         : std::atoi(check_.where.c_str() + colon + 1);
    ADD_FAILURE_AT(file.c_str(), line)
        << "declared  " << check_.declared << "\n"
        << "seen      " << check_.seen << "\n"
        << "target    " << TargetName(target_) << ", " << target_.libc
        << ", kernel " << target_.kernel << "\n"
        << "again     tools/plumbline check --arch " << TargetName(target_)
        << " --only " << check_.name;
  }

 private:
  const Check& check_;
  const Target& target_;
};

int Main(int argc, char** argv) {
  bool report = false;
  bool mutants = false;
  const char* agree = nullptr;
  for (int i = 1; i < argc; ++i) {
    report |= std::strcmp(argv[i], "--report") == 0;
    mutants |= std::strcmp(argv[i], "--mutants") == 0;
    if (std::strcmp(argv[i], "--agree") == 0 && i + 1 < argc) {
      agree = argv[i + 1];
    }
  }
  const auto start = std::chrono::steady_clock::now();
  const FactStore facts = FactStore::Linked();
  const auto [target, symbols] = Observe(kArch, kVariant, facts);
  if (mutants) {
    return JudgeMutants(std::cin, std::cout, std::cerr, Tables(), facts,
                        symbols, target)
               ? 0
               : 2;
  }
  std::vector<Check> checks = Judge(Tables(), facts, symbols, target);
  const auto elapsed = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - start);
  if (agree != nullptr) checks.push_back(JudgeAgreement(facts, agree));
  if (report) {
    std::puts(WriteReport(target, checks, facts.size(), elapsed).c_str());
    return 0;
  }
  testing::InitGoogleTest(&argc, argv);
  for (const Check& check : checks) {
    const size_t slash = check.name.find('/');
    testing::RegisterTest(check.name.substr(0, slash).c_str(),
                          check.name.substr(slash + 1).c_str(), nullptr,
                          nullptr, __FILE__, __LINE__,
                          [&check, &target]() -> testing::Test* {
                            return new CheckTest(check, target);
                          });
  }
  const int status = RUN_ALL_TESTS();
  const double seconds = static_cast<double>(elapsed.count()) * 1e-6;
  std::printf("%s: %zu checks of %zu facts in %.1f ms (%.0f facts a second)\n",
              TargetName(target).c_str(), checks.size(), facts.size(),
              seconds * 1e3, static_cast<double>(facts.size()) / seconds);
  return status;
}

}  // namespace
}  // namespace plumbline::abi

int main(int argc, char** argv) { return plumbline::abi::Main(argc, argv); }
