#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "tools/cli/colour.h"
#include "tools/cli/commands.h"
#include "tools/cli/error_table.h"
#include "tools/cli/errors_view.h"
#include "tools/cli/names.h"
#include "tools/cli/output.h"

namespace plumbline::cli {
namespace {

bool Contains(const std::vector<std::string>& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// What the words after the function name.
struct Choice {
  std::string operation;
  std::string error;
};

constexpr const char* kOverview =
    "; `plumbline errors` lists the functions that have some";

Result<void> KnownFunction(const World& world, const ErrorTable& table,
                           const std::string& function) {
  const std::vector<std::string> functions = table.Functions();
  if (Contains(functions, function)) return {};
  if (IsGlob(function)) {
    return Fail("errors takes one function by its name, not '{}'{}", function,
                kOverview);
  }
  for (const Entry* entry : world.declarations.Find(function)) {
    if (entry->kind == "function")
      return Fail("{} is declared, but no error of it is", function);
  }
  const std::string near = DidYouMean(function, functions);
  return Fail("no errors of '{}' are declared{}", function,
              near.empty() ? kOverview : near);
}

// The function as its page declares it, with the names of parameters that
// conditions speak of; "" if that is not known.
std::string DeclarationOf(const World& world, const std::string& function) {
  for (const Entry* entry : world.declarations.Find(function)) {
    if (entry->kind != "function") continue;
    for (const Facts& facts : entry->facts) {
      const std::string text = Text(facts.json, "declaration");
      if (!text.empty()) return text + ";\n";
    }
  }
  return "";
}

Result<Choice> Choose(const ErrorTable& table, const ErrorsOptions& options) {
  const std::vector<std::string> operations =
      table.Operations(options.function);
  const std::vector<std::string> errnos = table.Errnos(options.function);
  Choice choice;
  for (const std::string& word : options.words) {
    if (choice.operation.empty() && Contains(operations, word)) {
      choice.operation = word;
    } else if (choice.error.empty() && Contains(errnos, word)) {
      choice.error = word;
    } else if (Contains(operations, word) || Contains(errnos, word)) {
      return Fail("{} and {}: name one at a time",
                  Contains(errnos, word) ? choice.error : choice.operation,
                  word);
    } else {
      std::vector<std::string> known = errnos;
      known.insert(known.end(), operations.begin(), operations.end());
      std::string near = DidYouMean(word, known);
      if (near.empty())
        near = fmt::format("; it has {}", fmt::join(errnos, ", "));
      return Fail("{} has no {}'{}'{}", options.function,
                  operations.empty() ? "errno " : "operation or errno ", word,
                  near);
    }
  }
  return choice;
}

Json AsJson(const ErrorTable& table, const ErrorsOptions& options,
            const ErrorEntries& entries,
            const std::map<std::string, ErrorProgram>& programs) {
  Json list = Json::array();
  for (const ErrorEntry* entry : entries) {
    list.push_back(entry->json);
    const auto program = programs.find(entry->provocation);
    if (!options.disagreements && program != programs.end())
      list.back()["program"] = ProgramText(*entry, program->second);
  }
  Json json = {{"schema", "plumbline.errors/1"}};
  if (options.function.empty() && !options.disagreements) {
    Json functions = Json::array();
    for (const ErrorCounts& counts : table.Count()) {
      functions.push_back(
          {{"function", counts.function},
           {"page", counts.page},
           {"conditions", counts.conditions},
           {"provoked", counts.provoked},
           {"observed", counts.observed},
           {"never", counts.never},
           {"pairs", counts.pairs},
           {"documented_pairs", counts.documented_pairs},
           {"documented_pairs_provoked", counts.documented_provoked}});
    }
    json["functions"] = std::move(functions);
  }
  json["entries"] = std::move(list);
  return json;
}

}  // namespace

Result<Exit> RunErrors(const World& world, const ErrorsOptions& options) {
  const Result<ErrorTable> table = ErrorTable::Parse(world.errors);
  if (!table) return tl::unexpected(table.error());
  Choice choice;
  if (!options.function.empty()) {
    if (const Result<void> known =
            KnownFunction(world, *table, options.function);
        !known) {
      return tl::unexpected(known.error());
    }
    Result<Choice> chosen = Choose(*table, options);
    if (!chosen) return tl::unexpected(chosen.error());
    choice = std::move(*chosen);
  }
  ErrorEntries entries;
  for (const ErrorEntry& entry : table->entries()) {
    if (!options.function.empty() && entry.function != options.function)
      continue;
    if (!choice.operation.empty() && entry.operation != choice.operation)
      continue;
    if (!choice.error.empty() && entry.error != choice.error) continue;
    if (options.disagreements && entry.status == "documented") continue;
    entries.push_back(&entry);
  }
  std::string title = options.function;
  if (!choice.operation.empty()) title += " " + choice.operation;
  if (!choice.error.empty()) title += " " + choice.error;
  if (entries.empty() && !options.disagreements) {
    return Fail("{} {} has no {}", options.function, choice.operation,
                choice.error);
  }

  // They are many, and few commands need them.
  std::map<std::string, ErrorProgram> programs;
  if (!choice.error.empty() || options.disagreements) {
    Result<std::map<std::string, ErrorProgram>> read =
        ReadPrograms(world.programs);
    if (!read) return tl::unexpected(read.error());
    programs = std::move(*read);
  }
  std::string text;
  if (options.output.format == Format::kJson) {
    text = Print(AsJson(*table, options, entries, programs));
  } else {
    Document document = options.disagreements
                            ? ErrorsDisagreements(*table, entries, programs)
                        : options.function.empty() ? ErrorsOverview(*table)
                        : choice.error.empty()
                            ? ErrorsOf(*table, title, entries)
                            : ErrorsExplained(*table, title, entries, programs);
    const std::string declaration =
        options.function.empty() ? "" : DeclarationOf(world, options.function);
    if (!declaration.empty()) {
      document.blocks.insert(document.blocks.begin(),
                             Document::Code{declaration});
    }
    text = options.output.format == Format::kMarkdown
               ? DocumentMarkdown(document)
           : options.output.format == Format::kHtml
               ? DocumentHtml(document)
               : DocumentText(document, IsStandardOutput(options.output.path) &&
                                            UseColour(STDOUT_FILENO));
  }
  const Result<void> written = WriteOutput(options.output.path, text);
  if (!written) return tl::unexpected(written.error());
  return Exit::kAsPromised;
}

}  // namespace plumbline::cli
