// gate: compares two surfaces, and says what the step from one to the other
// breaks.

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "tools/cli/colour.h"
#include "tools/cli/entry.h"
#include "tools/cli/error.h"
#include "tools/cli/output.h"
#include "tools/gate/behaviour.h"
#include "tools/gate/binary.h"
#include "tools/gate/formats.h"
#include "tools/gate/gate.h"
#include "tools/gate/source.h"
#include "tools/gate/suppressions.h"

namespace plumbline::gate {
namespace {

using cli::Exit;
using cli::Fail;
using cli::Result;
using harvest::Surface;

struct Options {
  std::string before, after, build;
  std::vector<std::string> archs;
  std::string format = "text";
  std::string output;
  std::string suppressions;
  std::string day;
  std::vector<std::string> severities;
  std::vector<std::string> binaries, folders;
  int fortify = 0;
  bool strict = false;
  bool all = false;
  bool rules = false;
  bool run = false;
  std::vector<std::string> only;
};

std::string RulesText() {
  std::string out = "Findings:\n\n";
  for (const Kind& kind : Kinds())
    out += fmt::format("  {:<32}{:<10}{}\n", kind.name, NameOf(kind.severity),
                       kind.title);
  out += "\nRules, of which the first that fits lowers the severity:\n\n";
  for (const Rule& rule : Rules()) {
    out += fmt::format("  {:<18}{:<9}{}\n", rule.name, NameOf(rule.severity),
                       rule.why);
    out += fmt::format("  {:<18}of {}{}{}\n", "", rule.ids,
                       rule.names.empty() ? "" : ": ", rule.names);
  }
  return out;
}

std::string Formatted(const Report& report, const Options& options) {
  if (options.format == "json") return GateJson(report);
  if (options.format == "markdown") return GateMarkdown(report);
  if (options.format == "junit") return GateJunit(report);
  if (options.format == "html") return GateHtml(report);
  const bool colour =
      cli::IsStandardOutput(options.output) && cli::UseColour(STDOUT_FILENO);
  return GateText(report, {.colour = colour, .all = options.all});
}

// Where libraries are that programs need: as told, below a sysroot, and here.
std::vector<std::string> Folders(const Options& options) {
  std::vector<std::string> folders = options.folders;
  for (const std::string& root : {options.before, std::string("/")}) {
    std::error_code error;
    for (const char* below : {"lib", "usr/lib"}) {
      const std::filesystem::path folder = std::filesystem::path(root) / below;
      folders.push_back(folder);
      for (std::filesystem::directory_iterator at(folder, error), end;
           !error && at != end; at.increment(error)) {
        if (at->path().filename().string().find("-linux-gnu") !=
            std::string::npos)
          folders.push_back(at->path());
      }
    }
  }
  return folders;
}

Result<Exit> Run(const Options& options) {
  SeverityOptions severities{.strict = options.strict, .overrides = {}};
  for (const std::string& text : options.severities) {
    const Result<Override> choice = ParseOverride(text);
    if (!choice) return tl::unexpected(choice.error());
    severities.overrides.push_back(*choice);
  }
  std::chrono::year_month_day today(
      std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()));
  if (!options.day.empty()) {
    const auto day = ParseDay(options.day);
    if (!day) return tl::unexpected(day.error());
    today = *day;
  }
  std::vector<Suppression> suppressions;
  if (!options.suppressions.empty()) {
    auto read = ReadSuppressions(options.suppressions);
    if (!read) return tl::unexpected(read.error());
    suppressions = *std::move(read);
  }
  Result<Imports> imports = ReadImports(options.binaries, Folders(options));
  if (!imports) return tl::unexpected(imports.error());
  const Result<void> writable = cli::CheckWritable(options.output);
  if (!writable) return tl::unexpected(writable.error());

  SourceTools tools = FindTools();
  tools.fortify = options.fortify;
  Result<BothSurfaces> both =
      ReadBoth(options.before, options.after, options.archs, tools);
  if (!both) return tl::unexpected(both.error());
  Result<Report> report = CompareAll(both->before, both->after, severities);
  if (!report) return tl::unexpected(report.error());
  report->left_out = std::move(both->left_out);
  if (options.run) {
    Result<Behaviour> behaviour = CompareBehaviour(
        {options.before, options.after, FindPrograms(), options.only}, *both,
        tools);
    if (!behaviour) return tl::unexpected(behaviour.error());
    AddFindings(std::move(behaviour->findings), severities, *report);
    report->behaviour = std::move(behaviour->runs);
  }
  if (!options.binaries.empty()) {
    const Result<void> examined =
        ExamineTypes(*imports, both->before, both->after, *report);
    if (!examined) return tl::unexpected(examined.error());
    Narrow(*imports, severities, *report);
  }
  Suppress(suppressions, today, *report);
  const Result<void> written =
      cli::WriteOutput(options.output, Formatted(*report, options));
  if (!written) return tl::unexpected(written.error());
  if (!cli::IsStandardOutput(options.output))
    std::fputs((CountsText(*report) + "\n").c_str(), stdout);
  return report->Breaks() ? Exit::kCheckFailed : Exit::kAsPromised;
}

Result<Exit> Main(int argc, const char* const* argv) {
  Options options;
  CLI::App app(
      "Compares two C libraries with their kernel headers, and says what the "
      "step from OLD to NEW breaks, for whom, and what to do.",
      "plumbline gate");
  app.footer(
      "OLD and NEW are each a baseline (tools/plumbline baseline list), a "
      "recorded surface\n(tools/plumbline snapshot), a folder of them, a "
      "sysroot, a folder of .deb files, host,\nbuild:DIR (a folder that glibc "
      "is built in), or debian:RELEASE, which is fetched.\n\n"
      "Examples:\n"
      "  tools/plumbline gate glibc-2.36 glibc-2.41 --arch all\n"
      "  tools/plumbline gate debian:bookworm debian:trixie\n"
      "  tools/plumbline gate old.surface new.surface --format html -o "
      "report.html\n"
      "  tools/plumbline gate host debian:sid --severity counter=notable\n"
      "  tools/plumbline gate glibc-2.41 --build ~/glibc/build\n"
      "  tools/plumbline gate debian:bookworm debian:trixie --run\n\n"
      "Exit status: 0 no breaking finding; 1 a breaking one, or a suppression "
      "that has expired\nor hides nothing; 2 the work could not be done.");
  CLI::Option* before =
      app.add_option("OLD", options.before, "What is there")->type_name("");
  CLI::Option* after =
      app.add_option("NEW", options.after, "What is to come")->type_name("");
  app.add_option("--build", options.build,
                 "Instead of NEW: a folder that glibc is built in (the same as "
                 "build:DIR)")
      ->type_name("DIR");
  app.add_option("--arch", options.archs,
                 "Only these architectures, or all that both have (else what "
                 "there is, of baselines and debian: this machine's)")
      ->type_name("A,…")
      ->delimiter(',');
  app.add_option("--format", options.format,
                 "text, json, markdown, junit or html")
      ->type_name("F")
      ->check(CLI::IsMember({"text", "json", "markdown", "junit", "html"}));
  app.add_option("-o,--output", options.output,
                 "Write to FILE, whole or not at all (else to standard output)")
      ->type_name("FILE");
  app.add_option("--suppressions", options.suppressions,
                 "Findings that are accepted, each with a reason and a day on "
                 "which it expires")
      ->type_name("FILE");
  app.add_option("--date", options.day,
                 "The day that suppressions are held against (else today)")
      ->type_name("YYYY-MM-DD");
  app.add_option("--severity", options.severities,
                 "Of an id, a rule, or an id and a name: counter=notable, "
                 "constant-removed/FOO_*=benign")
      ->type_name("WHAT=S");
  app.add_option("--binary", options.binaries,
                 "Only what can affect these programs and libraries, with the "
                 "libraries that they need")
      ->type_name("ELF…");
  app.add_option("--library-path", options.folders,
                 "Where the libraries are that they need (else in OLD, if it "
                 "is a sysroot, and here)")
      ->type_name("DIR…");
  app.add_option("--fortify", options.fortify,
                 "Compare too what programs see with -O2 -D_FORTIFY_SOURCE=N "
                 "(not of baselines, which do not have it)")
      ->type_name("N")
      ->check(CLI::Range(1, 3));
  app.add_flag("--run", options.run,
               "Run the checks of errors and programs of system calls with "
               "both libraries, on this kernel or under QEMU: what behaves "
               "otherwise is found, too");
  app.add_option("--only", options.only,
                 "Of --run: only the checks whose names fit the pattern, such "
                 "as Errors/epoll_ctl/*")
      ->type_name("GLOB")
      ->allow_extra_args(false)
      ->needs("--run");
  app.add_flag("--strict", options.strict,
               "Without the rules that lower a severity");
  app.add_flag("--all", options.all, "Show benign findings too");
  app.add_flag("--rules", options.rules,
               "List the findings and the rules, and do no more");
  if (const auto exit = cli::Parse(app, argc, argv)) return *exit;
  if (options.rules) {
    const Result<void> written = cli::WriteOutput("", RulesText());
    if (!written) return tl::unexpected(written.error());
    return Exit::kAsPromised;
  }
  if (!options.build.empty()) {
    if (after->count() > 0)
      return Fail("--build is what NEW is: give only OLD, or build:DIR");
    options.after = "build:" + options.build;
  }
  if (before->count() == 0 || options.after.empty())
    return Fail("OLD and NEW say what to compare; --help has examples");
  return Run(options);
}

}  // namespace
}  // namespace plumbline::gate

int main(int argc, char** argv) {
  return plumbline::cli::RunMain(plumbline::gate::Main, argc, argv);
}
