#include "tools/cli/checker.h"

#include <string>
#include <utility>
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

Result<NamedProgram> Make(std::string_view program, const Runner& runner) {
  if (runner.by == RunBy::kQemu) return MakeNamedExecutable(program);
  return MakeExecutable(program).map([](Descriptor file) {
    return NamedProgram{std::move(file), FileName("")};
  });
}

}  // namespace

Result<Report> RunChecker(std::string_view program, const Target& target,
                          const Runner& runner, const CheckerCall& call) {
  std::vector<std::string> arguments = {"plumbline-checker"};
  if (runner.by == RunBy::kQemu) {
    // This machine's ld.so.cache may list other libraries of that architecture.
    arguments = {runner.emulator,
                 "-L",
                 runner.root,
                 "-E",
                 "LD_LIBRARY_PATH=" + runner.root + "/lib",
                 "{}"};
  }
  // Said in any case, so that no environment says otherwise.
  arguments.insert(arguments.end(),
                   {"--report", "--emulator", EmulatorName(runner)});
  arguments.insert(arguments.end(), call.options.begin(), call.options.end());
  const Result<NamedProgram> made = Make(program, runner);
  if (!made) return tl::unexpected(made.error());
  const Result<Finished> finished =
      RunProgram(made->file, runner.emulator, arguments, call.limits);
  if (!finished) return Fail("its checker {}", finished.error().message);
  if (!finished->Succeeded()) {
    return Fail("its checker {}{}", finished->Describe(),
                LastWords(finished->errors));
  }
  return ParseReport(finished->output, target, call.may_be_empty);
}

}  // namespace plumbline::cli
