// What the user asked for.

#ifndef PLUMBLINE_TOOLS_CLI_OPTIONS_H_
#define PLUMBLINE_TOOLS_CLI_OPTIONS_H_

#include <string>
#include <variant>
#include <vector>

#include "tools/cli/error.h"

namespace plumbline::cli {

enum class Format { kText, kJson, kMarkdown, kJunit, kHtml };

struct OutputOptions {
  Format format = Format::kText;
  std::string path;  // "": standard output
};

struct CheckOptions {
  OutputOptions output;
  std::vector<std::string> archs;
  std::vector<std::string> targets;
  bool abi = true;
  bool errors = true;
  bool surface = true;
  std::string only;
  std::string qemu;  // a folder, program or release; "": the installed ones
  bool times = false;
};

struct ErrorsOptions {
  OutputOptions output;
  std::string function;            // "": all
  std::vector<std::string> words;  // an operation, an errno
  bool disagreements = false;
};

struct ShowOptions {
  OutputOptions output;
  std::string name;
  std::vector<std::string> archs;
};

struct TargetsOptions {
  OutputOptions output;
};

// `--help` was asked for.
struct HelpOptions {
  std::string text;
};

using Options = std::variant<CheckOptions, ErrorsOptions, ShowOptions,
                             TargetsOptions, HelpOptions>;

// Reads a command line, whose first word is the program's name.
Result<Options> ParseCommandLine(int argc, const char* const* argv);

}  // namespace plumbline::cli

#endif  // PLUMBLINE_TOOLS_CLI_OPTIONS_H_
