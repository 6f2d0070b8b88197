#include "tools/cli/checker.h"

#include <string>
#include <vector>

namespace plumbline::cli {
namespace {

// The last line that the checker wrote to its standard error, to be put after a
// message.
std::string LastWords(const std::string& errors) {
  const std::size_t end = errors.find_last_not_of(" \n");
  if (end == std::string::npos) return "";
  const std::size_t newline = errors.rfind('\n', end);
  const std::size_t start = newline == std::string::npos ? 0 : newline + 1;
  return "; it wrote: " + errors.substr(start, end + 1 - start);
}

}  // namespace

Result<Report> RunChecker(std::string_view program, const Target& target,
                          const Runner& runner, const CheckerCall& call) {
  const Result<Descriptor> file = MakeExecutable(program);
  if (!file) return tl::unexpected(file.error());

  std::vector<std::string> arguments = {"plumbline-checker"};
  if (runner.by == RunBy::kQemu)
    arguments = {runner.emulator, "-L", runner.root, "{}"};
  // Said in any case, so that no environment says otherwise.
  arguments.insert(arguments.end(),
                   {"--report", "--emulator", EmulatorName(runner)});
  arguments.insert(arguments.end(), call.options.begin(), call.options.end());
  const Result<Finished> finished =
      RunProgram(*file, runner.emulator, arguments, call.limits);
  if (!finished) return Fail("its checker {}", finished.error().message);
  if (!finished->Succeeded()) {
    return Fail("its checker {}{}", finished->Describe(),
                LastWords(finished->errors));
  }
  return ParseReport(finished->output, target, call.may_be_empty);
}

}  // namespace plumbline::cli
