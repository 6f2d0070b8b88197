// Calls every function with good, bad and boundary arguments, and holds what it
// fails with against its error table. A GoogleTest program with a named test
// per function or operation ("Grid/fcntl/F_SETLK"); with --report it prints its
// verdicts as JSON. --only FUNCTION leaves the others out, --list names the
// checks, --all prints every errno that was seen, with the first call.
// --emulator or PLUMBLINE_EMULATOR says what it runs under, if not the kernel.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "conformance/abi/known_deviations.h"
#include "conformance/abi/report.h"
#include "conformance/abi/rows.h"
#include "conformance/errors/grid.h"
#include "conformance/errors/running_target.h"
#include "conformance/errors/tables.h"
#include "conformance/ledger/ledger.h"
#include "conformance/ledger/rows.h"

namespace plumbline::errors {
namespace {

using abi::Check;
using abi::Row;

// What the whole grid came to, for people.
class Summary {
 public:
  void Add(const GridCall& call, const GridOutcome& outcome) {
    calls_ += outcome.calls;
    for (const auto& [error, failure] : outcome.failures) {
      seen_.insert({GridName(call), error});
      if (call.operation[0] != '\0')
        seen_.insert({std::string("Grid/") + call.function, error});
    }
    for (const auto& [name, count] : outcome.unavailable)
      unavailable_[name] += count;
  }

  // How much of the tables it reached is a number to know, no verdict: most of
  // the rest takes more than arguments.
  void Print(const std::vector<Row>& rows) const {
    std::set<std::pair<std::string, int>> declared;
    for (const Row& row : rows) {
      if (row["status"] != "never" && !row.Has("absent"))
        declared.insert({"Grid/" + std::string(row["of"]),
                         static_cast<int>(row.Number("number"))});
    }
    const auto reached =
        std::count_if(declared.begin(), declared.end(),
                      [&](const auto& pair) { return seen_.contains(pair); });
    std::fprintf(stderr,
                 "%ld calls; they reached %td of the tables' %zu pairs of "
                 "function and errno\n",
                 calls_, reached, declared.size());
    for (const auto& [name, count] : unavailable_) {
      std::fprintf(stderr, "left out: %s, which is not to be had (%ld calls)\n",
                   name.c_str(), count);
    }
  }

 private:
  long calls_ = 0;
  std::set<std::pair<std::string, int>> seen_;
  std::map<std::string, long> unavailable_;
};

class GridTest : public testing::Test {
 public:
  explicit GridTest(std::function<Check()> check) : check_(std::move(check)) {}

  void TestBody() override {
    const Check check = check_();
    if (check.status == abi::Status::kPassed) return;
    if (check.status == abi::Status::kDeviation) {
      RecordProperty("deviation", check.reason);
      std::printf("known deviation: %s (%s)\n", check.reason.c_str(),
                  check.where.c_str());
      return;
    }
    const size_t slash = check.name.find('/');
    ADD_FAILURE() << "declared  " << check.declared << "\n"
                  << "seen      " << check.seen << "\n"
                  << "because   " << check.reason << "\n"
                  << "table     " << check.where << "\n"
                  << "again     bazel test //conformance/errors:grid_test_"
                  << kArch << " --test_arg=--only --test_arg="
                  << check.name.substr(slash + 1);
  }

 private:
  std::function<Check()> check_;
};

void Register(const std::string& name, const std::function<Check()>& check) {
  const size_t slash = name.find('/');
  testing::RegisterTest(
      name.substr(0, slash).c_str(), name.substr(slash + 1).c_str(), nullptr,
      nullptr, __FILE__, __LINE__,
      [check]() -> testing::Test* { return new GridTest(check); });
}

int Main(int argc, char** argv) {
  bool report = false;
  bool list = false;
  bool print_all = false;
  std::string only;
  const char* told = std::getenv("PLUMBLINE_EMULATOR");
  std::string emulator = told != nullptr ? told : "";
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    report |= word == "--report";
    list |= word == "--list";
    print_all |= word == "--all";
    if (word == "--only" && i + 1 < argc) only = argv[i + 1];
    if (word == "--emulator" && i + 1 < argc) emulator = argv[i + 1];
  }
  const auto start = std::chrono::steady_clock::now();
  const abi::Target target = DescribeRunningTarget();
  const Circumstances where = CircumstancesOf(target);
  const std::vector<Row> rows = abi::ReadRows(kRows);
  std::vector<GridCall> calls = GridCalls();
  const ledger::Ledger known(ledger::Rows(), emulator);

  std::vector<Check> others = {
      JudgeGridFunctions(calls, FunctionsNotInGrid(), rows)};
  std::vector<std::string> texts = {others.front().name};
  for (const GridCall& call : calls) texts.push_back(GridName(call));
  const std::unordered_set<std::string_view> names(texts.begin(), texts.end());
  for (Check& check : abi::WithoutCheck(known, {"Grid"}, names))
    others.push_back(std::move(check));

  if (!only.empty()) {
    others.clear();
    std::erase_if(calls, [&](const GridCall& call) {
      return GridName(call) != "Grid/" + only && call.function != only;
    });
    if (calls.empty()) {
      std::fprintf(stderr, "--only %s: no such function; see --list\n",
                   only.c_str());
      return 2;
    }
  }
  if (list) {
    for (const Check& check : others) std::puts(check.name.c_str());
    for (const GridCall& call : calls) std::puts(GridName(call).c_str());
    return 0;
  }
  // An emulator takes about ten times as long, and far longer to fork.
  const auto most = [&](const GridCall& call) {
    return emulator.empty() ? 20000L : call.isolated ? 100L : 2000L;
  };
  const int seconds = emulator.empty() ? 30 : 60;
  Summary summary;
  const auto check = [&](const GridCall& call) {
    const GridOutcome outcome = RunGrid(call, most(call), seconds);
    summary.Add(call, outcome);
    for (const auto& [error, failure] : outcome.failures) {
      if (print_all)
        std::printf("%6ld  %s\n", failure.count, failure.example.c_str());
    }
    Check found = JudgeGrid(call, outcome, rows, where);
    const std::string example = found.reason;
    abi::ApplyLedger(known, found);
    if (found.status == abi::Status::kFailed) {
      found.reason +=
          (found.reason.empty() || example.empty() ? "" : "; ") + example;
    }
    return found;
  };
  if (report) {
    std::vector<Check> checks = others;
    for (const GridCall& call : calls) checks.push_back(check(call));
    const auto elapsed = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - start);
    std::puts(abi::WriteReport(target, checks, checks.size(), elapsed).c_str());
    return 0;
  }
  testing::InitGoogleTest(&argc, argv);
  for (const Check& other : others) {
    Register(other.name, [&] { return other; });
  }
  for (const GridCall& call : calls) {
    Register(GridName(call), [&] { return check(call); });
  }
  const int status = RUN_ALL_TESTS();
  summary.Print(rows);
  return status;
}

}  // namespace
}  // namespace plumbline::errors

int main(int argc, char** argv) { return plumbline::errors::Main(argc, argv); }
