// What `errors` says, as documents.

#ifndef PLUMBLINE_TOOLS_CLI_ERRORS_VIEW_H_
#define PLUMBLINE_TOOLS_CLI_ERRORS_VIEW_H_

#include <map>
#include <string>
#include <vector>

#include "tools/cli/document.h"
#include "tools/cli/error_table.h"

namespace plumbline::cli {

using ErrorEntries = std::vector<const ErrorEntry*>;

// All functions, a row for each.
Document ErrorsOverview(const ErrorTable& table);

// The table of one function; `title` names it, and the operation if only one
// was asked for.
Document ErrorsOf(const ErrorTable& table, const std::string& title,
                  const ErrorEntries& entries);

// Every condition in full, with the program that shows it.
Document ErrorsExplained(const ErrorTable& table, const std::string& title,
                         const ErrorEntries& entries,
                         const std::map<std::string, ErrorProgram>& programs);

// What the manual and Linux disagree on.
Document ErrorsDisagreements(
    const ErrorTable& table, const ErrorEntries& entries,
    const std::map<std::string, ErrorProgram>& programs);

// A program as it can be compiled, which says first what it shows.
std::string ProgramText(const ErrorEntry& entry, const ErrorProgram& program);

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_ERRORS_VIEW_H_
