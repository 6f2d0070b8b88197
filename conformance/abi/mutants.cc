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

}  // namespace

bool JudgeMutants(std::istream& in, std::ostream& out, std::ostream& err,
                  std::span<const Table> tables, const FactStore& facts,
                  const std::optional<SymbolTable>& symbols, const Target& target) {
  Mutant mutant;
  std::vector<Edit>* edits = nullptr;
  auto judge = [&]() -> bool {
    if (mutant.name.empty()) return true;
    std::vector<std::string> texts;
    texts.reserve(tables.size());
    std::vector<Table> changed(tables.begin(), tables.end());
    for (Table& table : changed) {
      const auto found = mutant.edits.find(table.family);
      if (found == mutant.edits.end()) continue;
      texts.emplace_back(table.text);
      if (!Apply(texts.back(), found->second)) {
        err << mutant.name << ": a row to change is not in family " << table.family << "\n";
        return false;
      }
      table.text = texts.back();
    }
    FactStore changed_facts = facts;
    std::vector<plumbline_fact> records;
    if (!mutant.facts.empty()) {
      std::ifstream file(mutant.facts, std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(file)), {});
      if (!file || bytes.size() % sizeof(plumbline_fact) != 0) {
        err << mutant.name << ": " << mutant.facts << " holds no facts\n";
        return false;
      }
      records.resize(bytes.size() / sizeof(plumbline_fact));
      std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(records.data()));
      changed_facts.Add(std::span<const plumbline_fact>(records));
    }
    size_t failed = 0;
    std::string names;
    for (const Check& check : Judge(changed, changed_facts, symbols, target)) {
      if (check.status != Status::kFailed) continue;
      if (++failed <= 4) names += (names.empty() ? "" : " ") + check.name;
    }
    out << mutant.name << "\t" << failed << "\t" << names << "\n";
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
