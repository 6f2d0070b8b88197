// What macros are worth: clang's front end evaluates an initialiser for each.

#ifndef PLUMBLINE_TOOLS_HARVEST_EVALUATION_H_
#define PLUMBLINE_TOOLS_HARVEST_EVALUATION_H_

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "tools/harvest/facts.h"
#include "tools/harvest/grouping.h"

namespace plumbline::harvest {

// A macro and what became of it.
struct EvaluatedMacro {
  const MacroDefinition* definition = nullptr;
  Use use = Use::kText;
  std::string type;
  std::string value;
  std::string expression;  // by which a function-like one was evaluated
};

// What does not have to be asked again in each unit.
struct Knowledge {
  unsigned long_bits = 64;
  // Names that some header undefines: whether they are there is to be asked.
  std::unordered_set<std::string_view> undefined;
  // Of macros that only numbers and other macros make: by the texts of all of
  // them, what they are in each unit.
  std::unordered_map<std::string, EvaluatedMacro> by_texts;
};

// The lines that evaluate macros, after those that include headers.
class Probes {
 public:
  // `macros` are the unit's, in order: of a name that comes again, the last
  // definition is the one in force. `wanted` are those to evaluate.
  Probes(const std::vector<MacroDefinition>& macros,
         std::vector<const MacroDefinition*> wanted, unsigned lines_before,
         Knowledge& knowledge);

  // The text to put after the lines before it.
  const std::string& text() const { return text_; }

  // Takes the answers from the unit that was parsed with the text.
  void Read(ClangUnit& unit);

  // Asks the preprocessor, in a unit of its own, which of them #if can use.
  cli::Result<void> TryIf(const std::vector<std::string>& options,
                          const HeaderFiles& files);

  const std::vector<EvaluatedMacro>& results() const { return results_; }

  // Sets kText for what only names a member: "sa_handler" is no bug.
  void TellMembers(const std::function<bool(std::string_view)>& is_member);

 private:
  struct Probe {
    std::size_t macro;  // index of results_
    enum class Form { kNumber, kPlain, kAddress, kOnes, kType } form;
    std::string expression;
  };

  void Add(std::size_t macro, Probe::Form form);
  void Examine();
  void Remember();
  std::string TextsOf(const MacroDefinition& macro) const;
  void Refuse(std::size_t macro, const std::string& message);
  void TakeValue(std::size_t macro, CXCursor variable);
  static CXChildVisitResult Visit(CXCursor cursor, CXCursor, CXClientData data);

  // Names that the replacement leads to, through other macros, too.
  bool LeadsTo(std::string_view text,
               const std::function<bool(std::string_view)>& found) const;

  const std::vector<MacroDefinition>& macros_;
  unsigned lines_before_;
  std::string text_;
  std::vector<EvaluatedMacro> results_;
  std::vector<Probe> probes_;
  std::vector<std::string> messages_;   // by probe: its first error
  std::vector<std::string> addresses_;  // by macro: its value as a number
  std::vector<CXCursor> variables_;     // by probe
  std::unordered_map<std::string_view, const MacroDefinition*> in_force_;
  // What a macro's replacement leads to; see evaluation.cc.
  std::unordered_map<std::string_view, unsigned> traits_;
  Knowledge& knowledge_;
  std::vector<std::string> texts_;  // by macro: its key of by_texts, or ""
  std::vector<bool> known_;         // by macro: it was in by_texts
};

}  // namespace plumbline::harvest

#endif  // PLUMBLINE_TOOLS_HARVEST_EVALUATION_H_
