// The program behind `plumbline run semantics` and `plumbline replay`.

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "conformance/semantics/model/program.h"
#include "conformance/semantics/runner/c_program.h"
#include "conformance/semantics/runner/deviations.h"
#include "conformance/semantics/runner/executor_process.h"
#include "conformance/semantics/runner/run.h"

namespace plumbline::semantics {
namespace {

constexpr int kAllowed = 0;
constexpr int kBroken = 1;
constexpr int kCannot = 2;

struct Options {
  RunOptions run;
  std::string target = "native";
  std::string format = "text";
  std::string output;
  std::string kernel;
  std::string file;  // to replay
  bool rules = false;
  bool all_rules = false;
  bool c_program = false;
};

// "fd", "pipe", "epoll", …
std::set<std::string> Groups() {
  std::set<std::string> groups;
  for (const RuleText& rule : AllRules()) {
    groups.emplace(rule.id.substr(0, rule.id.find('.')));
  }
  return groups;
}

// Of "epoll,fd"; false if there is none of a name.
bool TakeGroups(const std::string& text, std::vector<std::string>& groups) {
  const std::set<std::string> known = Groups();
  std::stringstream words(text);
  for (std::string word; std::getline(words, word, ',');) {
    if (!known.contains(word)) {
      fmt::print(stderr,
                 "--only: there is no group of rules '{}'; there are {}\n",
                 word, fmt::join(known, ", "));
      return false;
    }
    groups.push_back(word);
  }
  return true;
}

// Of "6.1", "6.1.0-25-amd64", "running" or ""; false if it is none of these.
bool TakeKernel(std::string text, KernelRelease& release) {
  if (text.empty()) return true;
  if (text == "running") {
    utsname running = {};
    ::uname(&running);
    text = running.release;
  }
  if (const auto parsed = ParseKernelRelease(text)) {
    release = *parsed;
    return true;
  }
  fmt::print(stderr, "--kernel: '{}' is no release of a kernel, such as 6.1\n",
             text);
  return false;
}

double Percent(std::uint64_t part, std::uint64_t of) {
  return of == 0 ? 0
                 : 100.0 * static_cast<double>(part) / static_cast<double>(of);
}

std::string DisagreementText(const Options& options,
                             const Disagreement& disagreement) {
  const Violation& violation = disagreement.violation;
  const RuleText& rule = TextOf(violation.rule);
  std::string text = fmt::format(
      "\nDISAGREEMENT  {}  program {} of seed {}\n  rule      {}\n"
      "  source    {}\n  step      {}\n  expected  {}\n  seen      {}\n\n",
      rule.id, disagreement.name, options.run.seed, rule.statement, rule.source,
      violation.step, violation.expected, violation.seen);
  text += ToText(disagreement.program);
  text += disagreement.text;
  text += "\nA C program that does this:\n\n" + CProgram(disagreement.program);
  return text;
}

// The rules that were asked about, by number.
std::vector<std::size_t> RulesOf(const Options& options) {
  std::vector<std::size_t> rules;
  for (std::size_t i = 0; i < kRules; ++i) {
    if (IsAbout(AllRules()[i].id, options.run.groups)) rules.push_back(i);
  }
  return rules;
}

std::string RulesText(const Options& options, const RuleCounts& counts) {
  std::string text = "\n  times  rule         statement, and its source\n";
  for (const std::size_t i : RulesOf(options)) {
    const RuleText& rule = AllRules()[i];
    text += fmt::format("{:>7}  {:<11}  {}\n{:>22}{}\n", counts[i], rule.id,
                        rule.statement, "", rule.source);
  }
  return text;
}

std::size_t Exercised(const Options& options, const RuleCounts& counts) {
  std::size_t exercised = 0;
  for (const std::size_t i : RulesOf(options)) {
    if (counts[i] != 0) ++exercised;
  }
  return exercised;
}

// A line for each entry of the ledger, and what it explained.
std::string DeviationsText(const RunResult& result) {
  std::string text;
  for (const ListedDeviation& one : result.deviations) {
    text += fmt::format(
        "\n{}  {}  {}  in {} programs\n  why     {}\n  source  {}\n  listed  "
        "{}\n",
        one.failure.empty() ? "KNOWN DEVIATION" : "LEDGER IS WRONG",
        one.known->rule, one.known->program, one.programs, one.known->reason,
        one.known->source, one.known->where);
    if (!one.failure.empty()) text += "  but     " + one.failure + "\n";
  }
  return text;
}

std::size_t WrongEntries(const RunResult& result) {
  std::size_t wrong = 0;
  for (const ListedDeviation& one : result.deviations) {
    if (!one.failure.empty()) ++wrong;
  }
  return wrong;
}

std::string AsText(const Options& options, const RunResult& result) {
  std::string text;
  for (const Disagreement& disagreement : result.disagreements) {
    text += DisagreementText(options, disagreement);
  }
  for (const Disagreement& one : result.seen_once) {
    text += fmt::format(
        "\nSEEN ONCE  {}  program {} of seed {}: {}, where the model {}\n",
        TextOf(one.violation.rule).id, one.name, options.run.seed,
        one.violation.seen, one.violation.expected);
  }
  text += DeviationsText(result);
  if (options.rules) text += RulesText(options, result.rules);
  text += fmt::format(
      "\n{}: {} programs of seed {}, {} steps, {:.0f} % of which succeeded\n"
      "with a thread that sleeps {:.0f} %, a timer that is over {:.0f} %, "
      "signals {:.0f} %, duplicates or nesting {:.0f} %\n"
      "{:.1f} % were judged to their end\n"
      "{} of {} rules exercised\n{} known deviations, {} listed wrongly\n{} "
      "disagreed once and not again\n{} programs disagree\n",
      options.target, result.programs, options.run.seed, result.steps,
      Percent(result.succeeded, result.steps),
      Percent(result.threads, result.programs),
      Percent(result.timers, result.programs),
      Percent(result.signals, result.programs),
      Percent(result.duplicates, result.programs),
      Percent(result.programs - result.lost, result.programs),
      Exercised(options, result.rules), RulesOf(options).size(),
      result.deviations.size(), WrongEntries(result), result.seen_once.size(),
      result.disagreeing);
  return text;
}

std::string AsJson(const Options& options, const RunResult& result) {
  nlohmann::ordered_json json;
  json["schema"] = "plumbline.semantics/1";
  json["target"] = options.target;
  json["seed"] = options.run.seed;
  json["programs"] = result.programs;
  json["steps"] = result.steps;
  json["judged_in_part"] = result.lost;
  json["seconds"] = result.seconds;
  json["rules"] = nlohmann::ordered_json::array();
  for (const std::size_t i : RulesOf(options)) {
    const RuleText& rule = AllRules()[i];
    json["rules"].push_back({{"id", rule.id},
                             {"text", rule.statement},
                             {"source", rule.source},
                             {"exercised", result.rules[i]}});
  }
  json["disagreements"] = nlohmann::ordered_json::array();
  for (const Disagreement& one : result.disagreements) {
    json["disagreements"].push_back({{"rule", TextOf(one.violation.rule).id},
                                     {"step", one.violation.step},
                                     {"expected", one.violation.expected},
                                     {"seen", one.violation.seen},
                                     {"program", ToText(one.program)},
                                     {"outcome", one.text}});
  }
  json["seen_once"] = nlohmann::ordered_json::array();
  for (const Disagreement& one : result.seen_once) {
    json["seen_once"].push_back({{"rule", TextOf(one.violation.rule).id},
                                 {"expected", one.violation.expected},
                                 {"seen", one.violation.seen},
                                 {"program", ToText(one.program)}});
  }
  json["deviations"] = nlohmann::ordered_json::array();
  for (const ListedDeviation& one : result.deviations) {
    json["deviations"].push_back({{"rule", one.known->rule},
                                  {"program", one.known->program},
                                  {"seen", one.known->seen},
                                  {"reason", one.known->reason},
                                  {"source", one.known->source},
                                  {"listed", one.known->where},
                                  {"programs", one.programs},
                                  {"failure", one.failure}});
  }
  return json.dump(2) + "\n";
}

// To the file, whole or not at all; or to the standard output.
void Write(const Options& options, const std::string& text) {
  if (options.output.empty()) {
    std::fputs(text.c_str(), stdout);
    if (std::fflush(stdout) != 0) throw TargetError{"can't write"};
    return;
  }
  const std::string temporary = options.output + ".new";
  std::ofstream file(temporary);
  file << text;
  file.close();
  if (!file || std::rename(temporary.c_str(), options.output.c_str()) != 0) {
    std::remove(temporary.c_str());
    throw TargetError{"can't write " + options.output};
  }
}

int RunCommand(Options& options) {
  const bool shows_progress = isatty(STDERR_FILENO) == 1;
  const RunResult result = Run(options.run, [&](std::uint64_t done) {
    if (!shows_progress) return;
    fmt::print(stderr, "\r{} of {} programs", done, options.run.programs);
  });
  if (shows_progress) fmt::print(stderr, "\r{:40}\r", "");
  Write(options, options.format == "json" ? AsJson(options, result)
                                          : AsText(options, result));
  const std::vector<std::size_t> rules = RulesOf(options);
  const bool unexercised =
      options.all_rules && Exercised(options, result.rules) != rules.size();
  if (unexercised) {
    for (const std::size_t i : rules) {
      if (result.rules[i] != 0) continue;
      fmt::print(stderr, "no program exercised {}: {}\n", AllRules()[i].id,
                 AllRules()[i].statement);
    }
  }
  const bool is_allowed =
      result.disagreeing == 0 && WrongEntries(result) == 0 && !unexercised;
  return is_allowed ? kAllowed : kBroken;
}

int ReplayCommand(const Options& options) {
  std::ifstream file(options.file);
  std::stringstream read;
  read << file.rdbuf();
  if (!file) throw TargetError{"can't read " + options.file};
  std::vector<Program> programs;
  ParseError error;
  if (!ParsePrograms(read.str(), programs, error)) {
    throw TargetError{
        fmt::format("{}:{}: {}", options.file, error.line, error.message)};
  }
  if (programs.empty()) throw TargetError{options.file + ": no program"};
  const Deviations known(options.run.place);
  int status = kAllowed;
  std::string text;
  for (const Program& program : programs) {
    bool allowed = true;
    const Disagreement replayed = Replay(options.run, program, allowed);
    text += fmt::format("program {}\n", program.name);
    for (std::size_t i = 0; i < program.steps.size(); ++i) {
      text += fmt::format("{:>3}  {}\n", i, ToText(program.steps[i]));
      for (const Report& report : replayed.outcome.reports) {
        if (report.step == static_cast<int>(i)) {
          text += fmt::format("     = {}\n", report.line);
        }
      }
      if (!allowed && replayed.violation.step == static_cast<int>(i)) {
        const RuleText& rule = TextOf(replayed.violation.rule);
        text += fmt::format("     ! {}: {} ({})\n       expected: {}\n",
                            rule.id, rule.statement, rule.source,
                            replayed.violation.expected);
      }
    }
    const KnownDeviation* const listed =
        allowed ? nullptr : known.Find(program, replayed.violation);
    text += allowed ? "allowed\n" : "not allowed\n";
    if (listed != nullptr) {
      text += fmt::format("  known: {} ({})\n", listed->reason, listed->where);
    } else if (!allowed) {
      status = kBroken;
    }
    if (options.c_program) text += "\n" + CProgram(program);
  }
  Write(options, text);
  return status;
}

int Main(int argc, char** argv) {
  CLI::App app("Random programs against the model of event descriptors.");
  app.require_subcommand(1);
  Options options;
  const auto add_common = [&](CLI::App* command) {
    command->add_option("--name", options.target, "what the target is called");
    command
        ->add_option("--page-size", options.run.target.page_size,
                     "of the target, in bytes")
        ->capture_default_str();
    command->add_option("--kernel", options.kernel,
                        "release of the target's kernel, as some rules are "
                        "since one: '6.1', or 'running' for this machine's; "
                        "the newest if it is not given");
    command->add_option("--arch", options.run.place.architecture,
                        "whose programs the target runs, for the ledger");
    command->add_option("--kernel-arch", options.run.place.kernel_architecture,
                        "of the kernel, for the ledger");
    command->add_option("--emulator", options.run.place.emulator,
                        "under which the programs run: 'qemu-user 7.2.22'");
    command->add_option("--libc", options.run.place.libc,
                        "that the programs are linked with: 'musl 1.2.3'; "
                        "glibc if it is not given");
    command->add_flag("--may-lack-calls", options.run.target.may_lack_calls,
                      "allows ENOSYS of epoll_pwait2 and close_range, as "
                      "--emulator does");
    command->add_option("-o,--output", options.output,
                        "file to write, whole or not at all");
    command
        ->add_option("executor", options.run.command,
                     "the command that runs programs, and its arguments; "
                     "after --")
        ->required()
        ->expected(-1);
  };
  CLI::App* run = app.add_subcommand("run", "runs random programs");
  run->add_option("--programs", options.run.programs, "how many")
      ->capture_default_str();
  run->add_option("--seed", options.run.seed, "of the programs")
      ->capture_default_str();
  run->add_option("--steps", options.run.steps, "of a program, about")
      ->check(CLI::Range(1, 400))
      ->capture_default_str();
  const std::map<std::string, Mix> mixes = {
      {"all", Mix::kAll}, {"plain", Mix::kPlain}, {"threads", Mix::kThreads}};
  run->add_option("--mix", options.run.mix,
                  "all, or programs without (plain) or with (threads) second "
                  "threads that take no time")
      ->transform(CLI::CheckedTransformer(mixes));
  run->add_option("--format", options.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  run->add_flag("--rules", options.rules,
                "prints each rule, and how often it was exercised");
  run->add_flag("--all-rules", options.all_rules,
                "fails if a rule was not exercised");
  std::string only;
  run->add_option("--only", only,
                  "groups of rules that are to be kept, such as epoll,fd");
  run->add_flag("--first", options.run.first_only,
                "ends with the first program that disagrees, as it was found");
  add_common(run);
  CLI::App* replay = app.add_subcommand("replay", "runs one file of programs");
  replay->add_option("file", options.file)->required();
  replay->add_flag("--c", options.c_program, "prints a C program of it too");
  add_common(replay);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kAllowed : kCannot;
  }
  if (!TakeGroups(only, options.run.groups)) return kCannot;
  if (!TakeKernel(options.kernel, options.run.target.kernel)) return kCannot;
  options.run.place.kernel = options.run.target.kernel;
  // No emulator has them all.
  if (!options.run.place.emulator.empty()) {
    options.run.target.may_lack_calls = true;
  }
  try {
    return run->parsed() ? RunCommand(options) : ReplayCommand(options);
  } catch (const TargetError& error) {
    fmt::print(stderr, "semantics: {}\n", error.message);
    return kCannot;
  }
}

}  // namespace
}  // namespace plumbline::semantics

int main(int argc, char** argv) {
  return plumbline::semantics::Main(argc, argv);
}
