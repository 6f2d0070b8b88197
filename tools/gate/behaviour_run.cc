#include "tools/gate/behaviour_run.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

#include "tools/cli/descriptor.h"
#include "tools/cli/process.h"

namespace plumbline::gate {
namespace {

namespace fs = std::filesystem;
using cli::Check;
using cli::Fail;
using cli::Result;

// An emulator is slow, and some provocations wait.
constexpr auto kTime = std::chrono::minutes(15);

Result<cli::Finished> RunCommand(std::vector<std::string> command) {
  const cli::Descriptor nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));
  const std::string program = command.front();
  return cli::RunProgram(nothing, program, std::move(command),
                         {kTime, std::size_t{256} << 20});
}

// The command that starts a program with the side's own loader. It says in the
// environment whether it is emulated, in any case.
std::vector<std::string> Start(const BehaviourSide& side,
                               const Emulator& emulator,
                               const std::string& program) {
  std::vector<std::string> command;
  if (emulator.path.empty()) {
    command = {"/usr/bin/env", "-u", "PLUMBLINE_EMULATOR"};
  } else {
    command = {"/usr/bin/env", "PLUMBLINE_EMULATOR=" + emulator.Name(),
               emulator.path, "-L", side.root};
  }
  command.insert(command.end(),
                 {side.library.loader, "--inhibit-cache", "--library-path",
                  fmt::format("{}", fmt::join(side.library.folders, ":"))});
  if (!side.preload.empty()) {
    command.insert(
        command.end(),
        {"--preload", fmt::format("{}", fmt::join(side.preload, " "))});
  }
  command.push_back(program);
  return command;
}

std::string LastLine(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

Result<std::vector<Check>> RunOne(const BehaviourSide& side,
                                  const BehaviourCall& call,
                                  std::string_view what,
                                  std::vector<std::string> command,
                                  const std::vector<std::string>& only) {
  const Result<cli::Finished> finished = RunCommand(std::move(command));
  if (!finished)
    return Fail("{}: {} with it {}", side.name, what, finished.error().message);
  if (!finished->Succeeded()) {
    const std::string words = LastLine(finished->errors);
    return Fail("{}: {} with it {}{}{}", side.name, what, finished->Describe(),
                words.empty() ? "" : "; it wrote: ", words);
  }
  cli::Target target;
  target.arch = call.arch;
  Result<cli::Report> report =
      cli::ParseReport(finished->output, target, !only.empty());
  if (!report)
    return Fail("{}: {}: {}", side.name, what, report.error().message);
  return std::move(report->checks);
}

// What can't be called gives no error: "Errors/pidfd_open/EINVAL/…".
void SkipMissing(const BehaviourSide& side, std::vector<Check>& checks) {
  for (Check& check : checks) {
    const std::size_t start = check.name.find('/') + 1;
    const std::string function =
        check.name.substr(start, check.name.find('/', start) - start);
    if (!side.missing.contains(function)) continue;
    check.status = cli::Status::kSkipped;
    check.reason = fmt::format("the C library has no {}", function);
  }
}

}  // namespace

std::string Emulator::Name() const {
  return path.empty() ? "" : "qemu-user " + release;
}

Result<Emulator> FindEmulator(const std::string& arch,
                              const std::string& programs) {
  std::ifstream list(programs + "/architectures.txt");
  std::string name;
  for (std::string line; std::getline(list, line);) {
    std::istringstream words(line);
    std::string its;
    if (words >> its && its == arch) words >> name;
  }
  if (name.empty())
    return Fail(
        "{}: there are no programs of it to run; tools/plumbline gate --run "
        "--arch {} builds them, if its programs can run here",
        arch, arch);
  if (name == "native") return Emulator{};
  const char* variable = std::getenv("PATH");
  std::istringstream path(variable != nullptr ? variable : "/usr/bin:/bin");
  for (std::string folder; std::getline(path, folder, ':');) {
    for (const char* suffix : {"-static", ""}) {
      const std::string file =
          fmt::format("{}/qemu-{}{}", folder, name, suffix);
      if (access(file.c_str(), X_OK) != 0) continue;
      const Result<cli::Finished> finished = RunCommand({file, "--version"});
      constexpr std::string_view kWord = " version ";
      const std::size_t at =
          finished ? finished->output.find(kWord) : std::string::npos;
      if (at == std::string::npos) continue;
      const std::size_t start = at + kWord.size();
      return Emulator{file, finished->output.substr(
                                start, finished->output.find_first_not_of(
                                           "0123456789.", start) -
                                           start)};
    }
  }
  return Fail("{}: qemu-{}-static is missing: apt-get install qemu-user-static",
              arch, name);
}

Result<std::vector<Check>> RunChecks(const BehaviourSide& side,
                                     const BehaviourCall& call,
                                     const std::vector<std::string>& only) {
  // By what the patterns begin with, as each checker takes its time.
  const auto wanted = [&](std::string_view start) {
    return only.empty() ||
           std::any_of(only.begin(), only.end(), [&](std::string_view one) {
             const std::string_view literal =
                 one.substr(0, one.find_first_of("*?[\\"));
             return one.starts_with(start) ||
                    (literal.size() < one.size() && start.starts_with(literal));
           });
  };
  const auto add_only = [&](std::vector<std::string>& command) {
    for (const std::string& one : only)
      command.insert(command.end(), {"--only", one});
  };
  std::vector<Check> checks;
  if (wanted("Errors/")) {
    std::vector<std::string> command = Start(side, call.emulator, side.errors);
    command.insert(command.end(), {"--report", "--unprivileged", "--emulator",
                                   call.emulator.Name()});
    add_only(command);
    Result<std::vector<Check>> errors =
        RunOne(side, call, "the checker of errors", command, only);
    if (!errors) return errors;
    checks = *std::move(errors);
    SkipMissing(side, checks);
  }
  if (wanted("Program/")) {
    std::vector<std::string> command = {
        call.semantics,
        "--report",
        "--arch",
        call.arch,
        "--kernel-arch",
        call.kernel_arch,
        "--programs",
        std::to_string(call.programs),
        "--seed",
        std::to_string(call.seed),
        "--page-size",
        std::to_string(call.emulator.path.empty() ? getpagesize() : 4096)};
    if (!call.emulator.path.empty())
      command.insert(command.end(), {"--emulator", call.emulator.Name()});
    add_only(command);
    command.emplace_back("--");
    const std::vector<std::string> executor =
        Start(side, call.emulator, side.executor);
    command.insert(command.end(), executor.begin(), executor.end());
    command.insert(command.end(),
                   {"--as-they-end", call.emulator.path.empty()
                                         ? "--programs-at-once=64"
                                         : "--programs-at-once=16"});
    Result<std::vector<Check>> programs =
        RunOne(side, call, "the executor of programs", command, only);
    if (!programs) return programs;
    std::move(programs->begin(), programs->end(), std::back_inserter(checks));
  }
  std::sort(checks.begin(), checks.end(),
            [](const Check& a, const Check& b) { return a.name < b.name; });
  return checks;
}

}  // namespace plumbline::gate
