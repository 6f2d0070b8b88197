#include "conformance/abi/mutants.h"

#include <algorithm>
#include <fstream>
#include <istream>
#include <iterator>
#include <map>
#include <ostream>
#include <string>

namespace plumbline::abi {
namespace {

struct Edit {
  std::string out;  // the row to take out; "" for none
  std::string in;   // the row to put in; "" for none
};

struct Mutant {
  std::string name;
  std::map<std::string, std::vector<Edit>, std::less<>> edits;  // by family
  std::string facts;                                            // a file, or ""
};

// Applies edits to a table's text; false if a row to take out is not there.
bool Apply(std::string& text, const std::vector<Edit>& edits) {
  for (const Edit& edit : edits) {
    const std::string in = edit.in.empty() ? "" : edit.in + "\n";
    if (edit.out.empty()) {
      text += in;
      continue;
    }
    const std::string out = edit.out + "\n";
    const size_t at = text.starts_with(out) ? 0 : text.find("\n" + out);
    if (at == std::string::npos) return false;
    text.replace(at == 0 ? 0 : at + 1, out.size(), in);
  }
  return true;
}

class MutantJudge {
 public:
  MutantJudge(std::span<const Table> tables, const FactStore& facts,
              const std::optional<SymbolTable>& symbols, const Target& target)
      : tables_(tables), facts_(facts), symbols_(symbols), target_(target) {
    for (const Table& table : tables) {
      unchanged_.push_back(JudgeFamily(table, facts, symbols, target));
    }
  }

  // The checks that fail for a mutant; a message in `error` if it can't be
  // applied.
  std::vector<Check> Failures(const Mutant& mutant, std::string& error) const {
    std::vector<Check> failures;
    std::vector<plumbline_fact> records;
    FactStore changed_facts;
    if (!mutant.facts.empty()) {
      if (!ReadFacts(mutant.facts, records)) {
        error = mutant.facts + " holds no facts";
        return failures;
      }
      changed_facts = facts_;
      changed_facts.Add(std::span<const plumbline_fact>(records));
    }
    const FactStore& facts = mutant.facts.empty() ? facts_ : changed_facts;
    for (const auto& [family, edits] : mutant.edits) {
      if (std::none_of(tables_.begin(), tables_.end(),
                       [&family](const Table& table) {
                         return table.family == family;
                       })) {
        error = "there is no family " + family;
        return failures;
      }
    }
    size_t judged = 0;
    for (size_t i = 0; i < tables_.size(); ++i) {
      Table table = tables_[i];
      std::string text;
      if (const auto found = mutant.edits.find(table.family);
          found != mutant.edits.end()) {
        text = table.text;
        if (!Apply(text, found->second)) {
          error =
              "a row to change is not in family " + std::string(table.family);
          return failures;
        }
        table.text = text;
      } else if (!Judges(unchanged_[i], records)) {
        // What the change doesn't reach was judged already.
        judged += unchanged_[i].judged.size();
        continue;
      }
      FamilyVerdict verdict = JudgeFamily(table, facts, symbols_, target_);
      judged += verdict.judged.size();
      KeepFailures(verdict.checks, failures);
    }
    std::vector<Check> leftovers = {JudgeLeftovers(facts, judged)};
    KeepFailures(leftovers, failures);
    return failures;
  }

 private:
  static bool ReadFacts(const std::string& name,
                        std::vector<plumbline_fact>& records) {
    std::ifstream file(name, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    if (!file || bytes.empty() || bytes.size() % sizeof(plumbline_fact) != 0)
      return false;
    records.resize(bytes.size() / sizeof(plumbline_fact));
    std::copy(bytes.begin(), bytes.end(),
              reinterpret_cast<char*>(records.data()));
    return true;
  }

  static bool Judges(const FamilyVerdict& verdict,
                     std::span<const plumbline_fact> records) {
    return std::any_of(records.begin(), records.end(),
                       [&verdict](const plumbline_fact& record) {
                         return verdict.judged.contains(record.key);
                       });
  }

  static void KeepFailures(std::vector<Check>& checks,
                           std::vector<Check>& failures) {
    for (Check& check : checks) {
      if (check.status == Status::kFailed) failures.push_back(std::move(check));
    }
  }

  std::span<const Table> tables_;
  const FactStore& facts_;
  const std::optional<SymbolTable>& symbols_;
  const Target& target_;
  std::vector<FamilyVerdict> unchanged_;
};

}  // namespace

bool JudgeMutants(std::istream& in, std::ostream& out, std::ostream& err,
                  std::span<const Table> tables, const FactStore& facts,
                  const std::optional<SymbolTable>& symbols,
                  const Target& target) {
  const MutantJudge mutant_judge(tables, facts, symbols, target);
  Mutant mutant;
  std::vector<Edit>* edits = nullptr;
  auto judge = [&]() -> bool {
    if (mutant.name.empty()) return true;
    std::string error;
    const std::vector<Check> failures = mutant_judge.Failures(mutant, error);
    if (!error.empty()) {
      err << mutant.name << ": " << error << "\n";
      return false;
    }
    out << mutant.name << "\t" << failures.size() << "\t";
    for (size_t i = 0; i < failures.size() && i < 4; ++i) {
      out << (i == 0 ? "" : " ") << failures[i].name;
    }
    out << "\n";
    return true;
  };
  std::string line;
  while (std::getline(in, line)) {
    if (line.starts_with("mutant ")) {
      if (!judge()) return false;
      mutant = {};
      mutant.name = line.substr(7);
      edits = nullptr;
    } else if (line.starts_with("family ")) {
      edits = &mutant.edits[line.substr(7)];
    } else if (line.starts_with("facts ")) {
      mutant.facts = line.substr(6);
    } else if (line.starts_with('-') && edits != nullptr) {
      edits->push_back({line.substr(1), ""});
    } else if (line.starts_with('+') && edits != nullptr) {
      if (!edits->empty() && edits->back().in.empty()) {
        edits->back().in = line.substr(1);
      } else {
        edits->push_back({"", line.substr(1)});
      }
    } else {
      err << "not part of a mutant: " << line << "\n";
      return false;
    }
  }
  return judge();
}

}  // namespace plumbline::abi
