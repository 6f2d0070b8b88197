#include "tools/cli/options.h"

#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string_view>

#include "tools/cli/names.h"

namespace plumbline::cli {
namespace {

const std::map<std::string, Format, std::less<>> kFormats = {
    {"text", Format::kText},         {"json", Format::kJson},
    {"markdown", Format::kMarkdown}, {"junit", Format::kJunit},
    {"html", Format::kHtml},
};

// Prints "--arch A,…" and "--format FORMAT (text)", without CLI11's other
// marks.
class Formatter : public CLI::Formatter {
 public:
  std::string make_option_opts(const CLI::Option* option) const override {
    std::string text;
    if (option->get_items_expected_max() > 0 &&
        !option->get_type_name().empty()) {
      text += " " + option->get_type_name();
    }
    if (!option->get_default_str().empty())
      text += fmt::format(" ({})", option->get_default_str());
    return text;
  }
};

// The words of the command line, before it is known whether they make sense.
struct Words {
  std::string format = "text";
  std::vector<std::string> kinds = {"abi", "errors", "surface"};
};

// An empty word is a variable that a script did not set, rather than a wish.
std::string RefuseEmpty(const std::string& word) {
  return word.empty() ? "its value is empty" : "";
}

using Formats = std::vector<std::string>;
const Formats kDataFormats = {"text", "json", "markdown"};
const Formats kPageFormats = {"text", "json", "markdown", "html"};
const Formats kReportFormats = {"text", "json", "markdown", "junit", "html"};

void AddOutputOptions(CLI::App& command, const Formats& formats, Words& words,
                      OutputOptions& output) {
  command
      .add_option(
          "--format", words.format,
          fmt::format("Form of the result: {}", fmt::join(formats, ", ")))
      ->type_name("FORMAT")
      ->capture_default_str();
  command
      .add_option("-o,--output", output.path,
                  "Write the result to FILE, whole or not at all")
      ->check(RefuseEmpty)
      ->type_name("FILE");
}

CLI::Option* AddList(CLI::App& command, const std::string& name,
                     std::vector<std::string>& list, const std::string& type,
                     const std::string& description) {
  return command.add_option(name, list, description)
      ->type_name(type)
      ->delimiter(',')
      ->allow_extra_args(false);
}

constexpr const char* kCheckHelp = R"(Examples:
  tools/plumbline check --arch i386 --only 'Constant/EPOLL*'
  tools/plumbline check --kind errors --only 'Errors/epoll_ctl/*'
  tools/plumbline check --arch s390x --kind surface
  tools/plumbline check --arch s390x,m68k --qemu 10.0
  tools/plumbline check --arch arm64 --qemu ~/qemu/build/qemu-aarch64

As root, errors that need privileges are provoked as well, on what runs here without an
emulator; those that would change a setting of the whole machine are skipped.
Deviations that conformance/ledger lists for an emulator's release are counted apart.
Exit status: 0 if all is as declared, 1 if a check failed, 2 if a target could not be checked.)";

constexpr const char* kShowHelp = R"(Examples:
  tools/plumbline show epoll_event
  tools/plumbline show 'EPOLL*' --arch amd64,arm64 --format markdown)";

constexpr const char* kErrorsHelp = R"(Examples:
  tools/plumbline errors epoll_ctl
  tools/plumbline errors epoll_ctl ELOOP      # with a program that shows it
  tools/plumbline errors fcntl F_SETLK EAGAIN
  tools/plumbline errors --disagreements --format html -o disagreements.html)";

constexpr const char* kTargetsHelp = R"(Example:
  tools/plumbline targets --format json)";

constexpr const char* kTestHelp = R"(Example:
  tools/plumbline test //tools/cli/...

It is run by tools/plumbline in the source tree.)";

constexpr const char* kMutateHelp = R"(Example:
  tools/plumbline mutate abi
  tools/plumbline mutate errors --only epoll_ctl

It is run by tools/plumbline in the source tree.)";

constexpr const char* kHelp = R"(Example:
  tools/plumbline check --arch all

`plumbline COMMAND --help` tells more of a command.)";

Result<Format> ParseFormat(const std::string& command, const std::string& word,
                           const Formats& formats) {
  if (std::find(formats.begin(), formats.end(), word) != formats.end())
    return kFormats.find(word)->second;
  return Fail("{} has no format '{}'; --format takes {}", command, word,
              fmt::join(formats, ", "));
}

Result<void> TakeKinds(const std::vector<std::string>& kinds,
                       CheckOptions& check) {
  check.abi = false;
  check.errors = false;
  check.surface = false;
  for (const std::string& kind : kinds) {
    if (kind == "abi") {
      check.abi = true;
    } else if (kind == "errors") {
      check.errors = true;
    } else if (kind == "surface") {
      check.surface = true;
    } else if (kind == "semantics") {
      return Fail(
          "--kind {} can't be checked yet; --kind takes abi, errors, surface",
          kind);
    } else {
      return Fail(
          "unknown kind of checks '{}'; --kind takes abi, errors, surface",
          kind);
    }
  }
  return {};
}

// One line, for a message after "plumbline: ".
std::string OneLine(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' '))
    text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

Result<void> KnownCommand(const CLI::App& app, int argc,
                          const char* const* argv) {
  std::vector<std::string> commands;
  for (const CLI::App* command : app.get_subcommands({}))
    commands.push_back(command->get_name());
  const std::string known = fmt::format("{}", fmt::join(commands, ", "));
  if (argc < 2) return Fail("name a command: {}; --help tells more", known);
  const std::string word = argv[1];
  if (word.starts_with('-') ||
      std::find(commands.begin(), commands.end(), word) != commands.end())
    return {};
  return Fail("no command '{}'{}; there are {}", word,
              DidYouMean(word, commands), known);
}

}  // namespace

Result<Options> ParseCommandLine(int argc, const char* const* argv) {
  CLI::App app(
      "Holds a C library and the kernel under it against what they promise.",
      "plumbline");
  app.require_subcommand(1);
  app.footer(kHelp);
  const auto formatter = std::make_shared<Formatter>();
  formatter->column_width(26);
  formatter->label("SUBCOMMAND", "COMMAND");
  app.formatter(formatter);

  Words words;
  CheckOptions check;
  CLI::App* check_command =
      app.add_subcommand("check", "Check targets against the bindings");
  check_command->footer(kCheckHelp);
  CLI::Option* archs = AddList(*check_command, "--arch", check.archs, "A,B|all",
                               "Architectures or single targets: i386, "
                               "i386/time64; otherwise all that run\n"
                               "here without an emulator");
  AddList(*check_command, "--target", check.targets, "T,U",
          "Exactly these targets")
      ->excludes(archs);
  AddList(*check_command, "--kind", words.kinds, "KIND",
          "What to check: constants, layouts, prototypes and symbols;\n"
          "what calls fail with; all of the headers and libraries, against\n"
          "the baseline of the same C library")
      ->default_str("abi,errors,surface");
  check_command
      ->add_option("--only", check.only,
                   "Only checks whose names fit, such as 'Layout/stat/*'")
      ->check(RefuseEmpty)
      ->type_name("GLOB");
  check_command
      ->add_option("--qemu", check.qemu,
                   "Run what is emulated by the qemu-NAME programs of a folder,"
                   "\nby one such program, or by a release such as 10.0")
      ->check(RefuseEmpty)
      ->type_name("PATH");
  check_command->add_flag("--times", check.times,
                          "Print the speed, which differs from run to run; a "
                          "terminal always gets it");
  AddOutputOptions(*check_command, kReportFormats, words, check.output);

  ErrorsOptions errors;
  CLI::App* errors_command = app.add_subcommand(
      "errors", "Print what a function fails with, and when");
  errors_command->footer(kErrorsHelp);
  errors_command
      ->add_option("FUNCTION", errors.function,
                   "A function; if not given, an overview of all")
      ->check(RefuseEmpty)
      ->type_name("");
  // Told apart by what they are, as either may be left out.
  for (const char* name : {"OPERATION", "ERRNO"}) {
    errors_command
        ->add_option_function<std::string>(
            name,
            [&errors](const std::string& word) {
              errors.words.push_back(word);
            },
            name == std::string_view("ERRNO")
                ? "An errno: every condition in full, with its program"
                : "An operation, where the function has some: F_SETLK")
        ->type_name("");
  }
  errors_command->add_flag(
      "--disagreements", errors.disagreements,
      "Where the manual and Linux disagree, of all functions or of this one");
  AddOutputOptions(*errors_command, kPageFormats, words, errors.output);

  ShowOptions show;
  CLI::App* show_command = app.add_subcommand(
      "show", "Show a constant, type or function as declared");
  show_command->footer(kShowHelp);
  show_command
      ->add_option("NAME", show.name, "Its name, or a pattern such as 'EPOLL*'")
      ->required()
      ->type_name("");
  AddList(*show_command, "--arch", show.archs, "A,B|all",
          "Architectures to show; if not given, all");
  AddOutputOptions(*show_command, kDataFormats, words, show.output);

  TargetsOptions targets;
  CLI::App* targets_command = app.add_subcommand(
      "targets",
      "List the targets, which this machine runs, and what others need");
  targets_command->footer(kTargetsHelp);
  AddOutputOptions(*targets_command, kDataFormats, words, targets.output);

  CLI::App* test_command = app.add_subcommand(
      "test", "Run all tests (needs the source tree: tools/plumbline runs it)");
  test_command->footer(kTestHelp);
  test_command->allow_extras();
  CLI::App* mutate_command = app.add_subcommand(
      "mutate", "Prove that each check can fail (needs the source tree, too)");
  mutate_command->footer(kMutateHelp);
  mutate_command->allow_extras();

  for (CLI::App* command : app.get_subcommands({})) command->group("Commands");

  if (const Result<void> known = KnownCommand(app, argc, argv); !known)
    return tl::unexpected(known.error());
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return HelpOptions{app.help()};
  } catch (const CLI::ParseError& error) {
    const std::vector<CLI::App*> chosen = app.get_subcommands();
    return Fail("{}; see plumbline {}--help", OneLine(error.what()),
                chosen.empty() ? "" : chosen.front()->get_name() + " ");
  }

  const auto finish = [&](auto& options, const char* command,
                          const Formats& formats) -> Result<Options> {
    const Result<Format> format = ParseFormat(command, words.format, formats);
    if (!format) return tl::unexpected(format.error());
    options.output.format = *format;
    return Options(options);
  };
  if (check_command->parsed()) {
    if (const Result<void> kinds = TakeKinds(words.kinds, check); !kinds)
      return tl::unexpected(kinds.error());
    return finish(check, "check", kReportFormats);
  }
  if (errors_command->parsed()) return finish(errors, "errors", kPageFormats);
  if (show_command->parsed()) return finish(show, "show", kDataFormats);
  if (targets_command->parsed())
    return finish(targets, "targets", kDataFormats);
  return Fail(
      "`{}` needs the source tree: run it as `tools/plumbline {}` there",
      app.get_subcommands().front()->get_name(),
      app.get_subcommands().front()->get_name());
}

}  // namespace plumbline::cli
