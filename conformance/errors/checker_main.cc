// The program that provokes every declared error on one target. Called plainly
// it is a GoogleTest program with a named test per condition; with --report it
// prints its verdicts as JSON, and with --mutants it judges the changed rows on
// its standard input. --list names its checks, --rows prints what is declared.
// --emulator "qemu-user 7.2.22" or PLUMBLINE_EMULATOR says what it runs under,
// if not the kernel.
// --privileged leaves all but those of classes privileged and fault out;
// --unprivileged leaves these out. --only GLOB leaves all but those whose names
// fit it, or another one, out, and --family epoll,io all but those of these
// bindings.

#include <fnmatch.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "conformance/abi/check_tests.h"
#include "conformance/abi/families.h"
#include "conformance/abi/known_deviations.h"
#include "conformance/abi/report.h"
#include "conformance/abi/rows.h"
#include "conformance/errors/child.h"
#include "conformance/errors/judge.h"
#include "conformance/errors/running_target.h"
#include "conformance/errors/tables.h"
#include "conformance/ledger/ledger.h"
#include "conformance/ledger/rows.h"

namespace plumbline::errors {
namespace {

using abi::Check;
using abi::Row;

// A condition, its provocation, or both.
struct Entry {
  std::string name;
  std::optional<Row> row;
  const Provocation* provocation = nullptr;
};

bool NeedsPrivileges(const Row& row) {
  return row["class"] == "privileged" || row["class"] == "fault";
}

// By name. What the target does not have is left out.
std::vector<Entry> Entries(const std::vector<Row>& rows) {
  std::map<std::string, Entry> entries;
  for (const Row& row : rows) {
    Entry& entry = entries[CheckName(row)];
    entry.name = CheckName(row);
    entry.row = row;
  }
  for (const Provocation* provocation = AllProvocations();
       provocation != nullptr; provocation = provocation->next) {
    Entry& entry = entries[CheckName(*provocation)];
    entry.name = CheckName(*provocation);
    entry.provocation = provocation;
  }
  std::vector<Entry> list;
  for (auto& [name, entry] : entries) {
    if (!entry.row || !entry.row->Has("absent"))
      list.push_back(std::move(entry));
  }
  return list;
}

// `seconds`: after so long it hangs.
Observation Observe(const Provocation& provocation, bool emulated,
                    int seconds) {
  Observation observation;
  observation.raw = Run(provocation, Pass::kRaw, seconds);
  if (observation.raw.has_libc)
    observation.libc = Run(provocation, Pass::kLibc, seconds);
  if (!emulated && !provocation.is_reason) {
    observation.traced = Run(provocation, Pass::kTraced, seconds);
    if (geteuid() == 0)
      observation.unprivileged = Run(provocation, Pass::kUnprivileged, seconds);
  }
  return observation;
}

// Far more than any provocation takes.
constexpr int kSeconds = 10;

Check CheckOne(const Entry& entry, const Circumstances& where, bool emulated,
               int seconds) {
  if (!entry.row) return WithoutCondition(*entry.provocation);
  if (entry.provocation == nullptr) return WithoutProvocation(*entry.row);
  if (!NotHere(*entry.row, where).empty())
    return Judge(*entry.row, entry.provocation->is_reason, {}, where);
  return Judge(*entry.row, entry.provocation->is_reason,
               Observe(*entry.provocation, emulated, seconds), where);
}

// A failed check for each entry of the ledger that no condition is named as.
std::vector<Check> WithoutCheck(const ledger::Ledger& known,
                                const std::vector<Entry>& entries) {
  std::unordered_set<std::string_view> names;
  for (const Entry& entry : entries) names.insert(entry.name);
  return abi::WithoutCheck(known, {"Errors"}, names);
}

// Reads lines of a number, a tab and a row: the row of that number is to be
// replaced, or dropped if nothing follows the tab. Prints a line for each: the
// number, and the check that noticed it, "skipped" where nothing can be said
// here, or nothing.
int JudgeMutants(const std::vector<Row>& rows, const Circumstances& where) {
  std::map<std::string, Observation> observations;
  std::map<std::string, const Provocation*> provocations;
  for (const Provocation* provocation = AllProvocations();
       provocation != nullptr; provocation = provocation->next) {
    const std::string name = CheckName(*provocation);
    provocations[name] = provocation;
    observations[name] = Observe(*provocation, false, kSeconds);
  }
  const auto judge = [&](const Row& row) {
    const std::string name = CheckName(row);
    const auto found = provocations.find(name);
    return found == provocations.end() ? WithoutProvocation(row)
                                       : Judge(row, found->second->is_reason,
                                               observations[name], where);
  };
  std::string line;
  while (std::getline(std::cin, line)) {
    const size_t tab = line.find('\t');
    const size_t number = std::strtoul(line.c_str(), nullptr, 10);
    if (tab == std::string::npos || number >= rows.size()) {
      std::cerr << "no row: " << line << "\n";
      return 2;
    }
    const Row& before = rows[number];
    const std::string name = CheckName(before);
    const std::string text = line.substr(tab + 1);
    std::string noticed;
    if (!text.empty()) {
      const Row after(text);
      if (judge(after).status == abi::Status::kFailed)
        noticed = CheckName(after);
    }
    // A provocation that is of no condition any more.
    if (noticed.empty() && (text.empty() || CheckName(Row(text)) != name) &&
        provocations.contains(name)) {
      noticed = name;
    } else if (noticed.empty() &&
               judge(before).status == abi::Status::kSkipped) {
      noticed = "skipped";
    }
    // A call in a process that the provocation forked can't be traced.
    if (noticed.empty() && !text.empty() &&
        Row(text)["layer"] != before["layer"]) {
      const std::optional<Outcome>& traced = observations[name].traced;
      if (traced && traced->kernel_error < 0) noticed = "skipped";
    }
    std::cout << number << '\t' << noticed << "\n";
  }
  return 0;
}

int Main(int argc, char** argv) {
  bool report = false;
  bool mutants = false;
  bool list = false;
  bool print_rows = false;
  bool privileged = true;
  bool unprivileged = true;
  std::vector<std::string> only;
  std::string families;
  const char* told = std::getenv("PLUMBLINE_EMULATOR");
  std::string emulator = told != nullptr ? told : "";
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    report |= word == "--report";
    mutants |= word == "--mutants";
    list |= word == "--list";
    print_rows |= word == "--rows";
    if (word == "--privileged") unprivileged = false;
    if (word == "--unprivileged") privileged = false;
    if (word == "--emulator" && i + 1 < argc) emulator = argv[i + 1];
    if (word == "--only" && i + 1 < argc) only.emplace_back(argv[i + 1]);
    if (word == "--family" && i + 1 < argc) families = argv[i + 1];
  }
  if (print_rows) {
    std::fputs(kRows, stdout);
    return 0;
  }
  const auto start = std::chrono::steady_clock::now();
  const abi::Target target = DescribeRunningTarget();
  const Circumstances where = CircumstancesOf(target);
  const std::vector<Row> rows = abi::ReadRows(kRows);
  if (mutants) return JudgeMutants(rows, where);

  std::vector<Entry> entries = Entries(rows);
  const ledger::Ledger known(ledger::Rows(), emulator);
  const std::vector<Check> misnamed = WithoutCheck(known, entries);
  std::erase_if(entries, [&](const Entry& entry) {
    const bool needs = entry.row && NeedsPrivileges(*entry.row);
    const auto fits = [&](const std::string& glob) {
      return entry.name == glob ||
             fnmatch(glob.c_str(), entry.name.c_str(), 0) == 0;
    };
    if (!only.empty() && std::none_of(only.begin(), only.end(), fits))
      return true;
    if (!families.empty() &&
        !(entry.row && abi::IsOfFamilies((*entry.row)["where"], families))) {
      return true;
    }
    return needs ? !privileged : !unprivileged;
  });
  if (!families.empty() && entries.empty()) {
    std::cerr << "no condition is of the bindings " << families << "\n";
    return 2;
  }
  if (list) {
    for (const Entry& entry : entries) std::puts(entry.name.c_str());
    return 0;
  }
  const auto check = [&](const Entry& entry) {
    // What is known to hang is not waited for as long.
    const int seconds = known.Expects(entry.name, "hangs") ? 2 : kSeconds;
    Check found = CheckOne(entry, where, !emulator.empty(), seconds);
    abi::ApplyLedger(known, found);
    return found;
  };
  if (report) {
    std::vector<Check> checks;
    for (const Entry& entry : entries) checks.push_back(check(entry));
    checks.insert(checks.end(), misnamed.begin(), misnamed.end());
    const auto elapsed = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - start);
    std::puts(abi::WriteReport(target, checks, checks.size(), elapsed).c_str());
    return 0;
  }
  testing::InitGoogleTest(&argc, argv);
  for (const Entry& entry : entries) {
    abi::RegisterCheck(entry.name, target, emulator,
                       [&] { return check(entry); });
  }
  for (const Check& entry : misnamed) {
    abi::RegisterCheck(entry.name, target, emulator, [&] { return entry; });
  }
  return RUN_ALL_TESTS();
}

}  // namespace
}  // namespace plumbline::errors

int main(int argc, char** argv) { return plumbline::errors::Main(argc, argv); }
