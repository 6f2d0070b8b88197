#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "tools/cli/colour.h"
#include "tools/cli/commands.h"
#include "tools/cli/json.h"
#include "tools/cli/output.h"
#include "tools/cli/table.h"

namespace plumbline::cli {
namespace {

constexpr std::size_t kWidth = 100;

// What a target needs, and whether it is here.
struct Readiness {
  Target target;
  Runner runner;
  bool checker = false;   // it is in this program
  bool compiler = false;  // it is installed, so the checker can be built
  std::vector<std::string> missing;
  std::vector<std::string> install;  // Debian's packages

  bool ready() const { return checker && runner.by != RunBy::kNobody; }
};

Readiness Examine(const World& world, const Target& target) {
  const std::vector<Target>& all = world.declarations.targets();
  Readiness readiness;
  readiness.target = target;
  readiness.runner = FindRunner(world.host, all, target);
  readiness.checker = FindChecker(world.checkers, target) != nullptr;
  readiness.compiler =
      world.host.find_program(CompilerName(target)).has_value();
  if (!readiness.runner.missing.empty())
    readiness.missing.push_back(readiness.runner.missing);
  if (!readiness.runner.install.empty())
    readiness.install.push_back(readiness.runner.install);
  if (!readiness.checker) {
    readiness.missing.push_back(readiness.compiler
                                    ? "its checker"
                                    : CompilerName(target) + " is missing");
    if (!readiness.compiler)
      readiness.install.push_back(CompilerPackage(world.host, all, target));
  }
  return readiness;
}

Table MakeTable(const std::vector<Readiness>& targets) {
  Table table({{"target"},
               {"ready"},
               {"run by"},
               {"checker"},
               {"compiler"},
               {"missing"},
               {"apt-get install"}});
  for (const Readiness& readiness : targets) {
    const Colour colour = readiness.ready() ? Colour::kGreen : Colour::kYellow;
    std::string run_by(RunnerName(readiness.runner.by));
    table.Add({readiness.target.name,
               {readiness.ready() ? "yes" : "no", colour},
               run_by,
               readiness.checker ? "built in" : "-",
               readiness.compiler ? "installed" : "-",
               fmt::format("{}", fmt::join(readiness.missing, "; ")),
               fmt::format("{}", fmt::join(readiness.install, " "))});
  }
  return table;
}

std::string Summary(const std::vector<Readiness>& targets) {
  const auto ready = std::count_if(
      targets.begin(), targets.end(),
      [](const Readiness& readiness) { return readiness.ready(); });
  std::set<std::string> packages;
  for (const Readiness& readiness : targets) {
    packages.insert(readiness.install.begin(), readiness.install.end());
  }
  std::string text = fmt::format("{} of {} targets can be checked here\n",
                                 ready, targets.size());
  if (!packages.empty())
    text += fmt::format("for the others: apt-get install {}\n",
                        fmt::join(packages, " "));
  return text;
}

std::string AsJson(const World& world, const std::vector<Readiness>& targets) {
  Json list = Json::array();
  for (const Readiness& readiness : targets) {
    const Target& target = readiness.target;
    list.push_back({{"target", target.name},
                    {"arch", target.arch},
                    {"variant", target.variant},
                    {"triple", target.triple},
                    {"ready", readiness.ready()},
                    {"runner", RunnerName(readiness.runner.by)},
                    {"checker", readiness.checker},
                    {"compiler", readiness.compiler},
                    {"missing", readiness.missing},
                    {"install", readiness.install}});
  }
  return Print({{"schema", "plumbline.targets/1"},
                {"machine",
                 NativeArchitecture(world.host, world.declarations.targets())},
                {"targets", list}});
}

}  // namespace

Result<Exit> RunTargets(const World& world, const TargetsOptions& options) {
  std::vector<Readiness> targets;
  for (const Target& target : world.declarations.targets())
    targets.push_back(Examine(world, target));
  std::string text;
  switch (options.output.format) {
    case Format::kJson:
      text = AsJson(world, targets);
      break;
    case Format::kMarkdown:
      text = MakeTable(targets).Markdown() + "\n" + Summary(targets);
      break;
    default: {
      const bool colour =
          IsStandardOutput(options.output.path) && UseColour(STDOUT_FILENO);
      text = MakeTable(targets).Text({.width = kWidth, .colour = colour}) +
             "\n" + Summary(targets);
    }
  }
  const Result<void> written = WriteOutput(options.output.path, text);
  if (!written) return tl::unexpected(written.error());
  return Exit::kAsPromised;
}

}  // namespace plumbline::cli
