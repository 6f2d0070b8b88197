// The program that checks one target. Called plainly it is a GoogleTest program
// with a named test per check; with --report it prints its verdicts as JSON,
// and with --mutants it judges the changed declarations on its standard input.
// --agree FILE adds a test: do the facts that are linked in equal those of
// FILE, which were read from the object files? --emulator "qemu-user 7.2.22" or
// PLUMBLINE_EMULATOR says what it runs under, if not the kernel: known
// deviations of that are no failures. --family epoll,io leaves all checks but
// those of what these bindings declare out.

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <vector>

#include "conformance/abi/agreement.h"
#include "conformance/abi/check_tests.h"
#include "conformance/abi/environment.h"
#include "conformance/abi/fact_store.h"
#include "conformance/abi/families.h"
#include "conformance/abi/judge.h"
#include "conformance/abi/known_deviations.h"
#include "conformance/abi/mutants.h"
#include "conformance/abi/report.h"
#include "conformance/abi/tables.h"
#include "conformance/ledger/ledger.h"
#include "conformance/ledger/rows.h"

namespace plumbline::abi {
namespace {

int Main(int argc, char** argv) {
  bool report = false;
  bool mutants = false;
  const char* agree = nullptr;
  const char* families = nullptr;
  const char* told = std::getenv("PLUMBLINE_EMULATOR");
  std::string emulator = told != nullptr ? told : "";
  for (int i = 1; i < argc; ++i) {
    report |= std::strcmp(argv[i], "--report") == 0;
    mutants |= std::strcmp(argv[i], "--mutants") == 0;
    if (std::strcmp(argv[i], "--agree") == 0 && i + 1 < argc) {
      agree = argv[i + 1];
    }
    if (std::strcmp(argv[i], "--emulator") == 0 && i + 1 < argc) {
      emulator = argv[i + 1];
    }
    if (std::strcmp(argv[i], "--family") == 0 && i + 1 < argc) {
      families = argv[i + 1];
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
  ApplyLedger(ledger::Ledger(ledger::Rows(), emulator), checks);
  if (families != nullptr) {
    std::erase_if(checks, [families](const Check& check) {
      return !IsOfFamilies(check.where, families);
    });
    if (checks.empty()) {
      std::cerr << "no check is of the bindings " << families << "\n";
      return 2;
    }
  }
  const auto elapsed = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - start);
  if (agree != nullptr) checks.push_back(JudgeAgreement(facts, agree));
  if (report) {
    std::puts(WriteReport(target, checks, facts.size(), elapsed).c_str());
    return 0;
  }
  testing::InitGoogleTest(&argc, argv);
  for (const Check& check : checks) {
    RegisterCheck(check.name, target, emulator, [&check] { return check; });
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
