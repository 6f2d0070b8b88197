// The semantics as a checker: runs the stories, and random programs of a seed,
// on a target, and prints its verdicts as the checkers of errors do, in JSON of
// schema plumbline.report/1. A check is a program: "Program/pipe/1",
// "Program/random/17". --only GLOB, which may be repeated, leaves the others
// out; the command that is the executor comes after --.

#include <fmt/format.h>
#include <fnmatch.h>
#include <sys/utsname.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "conformance/semantics/generator/generator.h"
#include "conformance/semantics/model/program.h"
#include "conformance/semantics/runner/deviations.h"
#include "conformance/semantics/runner/executor_process.h"
#include "conformance/semantics/runner/run.h"
#include "tools/cli/embedded_file.h"

namespace plumbline {

// Programs of the manual pages, a file of them each; see the embed() in BUILD.
std::span<const EmbeddedFile> EmbeddedStories();

namespace semantics {
namespace {

constexpr int kDone = 0;
constexpr int kCannot = 2;
// Of a random program, about.
constexpr int kSteps = 20;

struct Options {
  RunOptions run;
  bool report = false;
  std::vector<std::string> only;
};

struct Named {
  std::string check;
  Program program;
};

std::vector<Named> AllPrograms(const Options& options) {
  std::vector<Named> all;
  for (const EmbeddedFile& file : EmbeddedStories()) {
    std::vector<Program> stories;
    ParseError error;
    if (!ParsePrograms(file.bytes, stories, error)) {
      throw TargetError{
          fmt::format("{}:{}: {}", file.name, error.line, error.message)};
    }
    for (Program& story : stories) {
      std::string name = fmt::format("Program/{}/{}", file.name, story.name);
      all.push_back({std::move(name), std::move(story)});
    }
  }
  for (std::uint64_t i = 0; i < options.run.programs; ++i) {
    all.push_back({fmt::format("Program/random/{}", i),
                   GenerateProgram(options.run.seed, i, kSteps)});
  }
  if (options.only.empty()) return all;
  std::erase_if(all, [&](const Named& one) {
    return std::none_of(
        options.only.begin(), options.only.end(), [&](const std::string& glob) {
          return fnmatch(glob.c_str(), one.check.c_str(), 0) == 0;
        });
  });
  return all;
}

nlohmann::ordered_json AsCheck(const Named& named, const Replayed& did,
                               const Deviations& known) {
  nlohmann::ordered_json check = {
      {"check", named.check}, {"kind", "programs"}, {"status", "passed"}};
  if (!did.violation) return check;
  const Violation& violation = *did.violation;
  const RuleText& rule = TextOf(violation.rule);
  const auto step = static_cast<std::size_t>(std::max(violation.step, 0));
  check["status"] = "failed";
  check["declared"] =
      fmt::format("{} ({}: {})", violation.expected, rule.id, rule.statement);
  check["seen"] =
      fmt::format("{}, by step {}{}", SeenOf(violation), violation.step,
                  step < named.program.steps.size()
                      ? fmt::format(" ({})", ToText(named.program.steps[step]))
                      : "");
  check["where"] = rule.source;
  if (const KnownDeviation* listed = known.Find(named.program, violation)) {
    check["status"] = "deviation";
    check["where"] = listed->where;
    check["reason"] = listed->reason;
  }
  return check;
}

int Check(const Options& options, const std::string& kernel) {
  const std::vector<Named> all = AllPrograms(options);
  std::vector<Program> programs;
  for (const Named& one : all) programs.push_back(one.program);
  const std::vector<Replayed> replayed = Replay(options.run, programs);
  const Deviations known(options.run.place);
  nlohmann::ordered_json json = {{"schema", "plumbline.report/1"},
                                 {"arch", options.run.place.architecture},
                                 {"variant", ""},
                                 {"libc", ""},
                                 {"kernel", kernel},
                                 {"kernel_headers", ""},
                                 {"facts", 0},
                                 {"microseconds", 0}};
  json["checks"] = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < all.size(); ++i)
    json["checks"].push_back(AsCheck(all[i], replayed[i], known));
  fmt::print("{}\n", json.dump());
  return kDone;
}

int Main(int argc, char** argv) {
  CLI::App app("Programs of system calls, each a check.");
  Options options;
  Place& place = options.run.place;
  options.run.programs = 500;
  app.add_flag("--report", options.report,
               "print JSON, as it does in any case");
  app.add_option("--programs", options.run.programs, "how many random ones");
  app.add_option("--seed", options.run.seed, "of these");
  app.add_option("--only", options.only,
                 "a check's name, or a pattern of names")
      ->allow_extra_args(false);
  app.add_option("--arch", place.architecture, "whose programs it runs")
      ->required();
  app.add_option("--kernel-arch", place.kernel_architecture, "of the kernel");
  app.add_option("--emulator", place.emulator,
                 "under which they run: 'qemu-user 7.2.22'");
  app.add_option("--page-size", options.run.target.page_size, "in bytes");
  app.add_option("executor", options.run.command, "and its arguments")
      ->required()
      ->expected(-1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kCannot;
  }
  utsname running = {};
  ::uname(&running);
  if (const auto release = ParseKernelRelease(running.release))
    place.kernel = options.run.target.kernel = *release;
  options.run.target.may_lack_calls = !place.emulator.empty();
  try {
    return Check(options, running.release);
  } catch (const TargetError& error) {
    fmt::print(stderr, "semantics: {}\n", error.message);
    return kCannot;
  }
}

}  // namespace
}  // namespace semantics
}  // namespace plumbline

int main(int argc, char** argv) {
  return plumbline::semantics::Main(argc, argv);
}
