// plumbline: the command line.

#include <span>
#include <variant>

#include "tools/cli/commands.h"
#include "tools/cli/embedded_data.h"
#include "tools/cli/entry.h"
#include "tools/cli/output.h"

namespace plumbline::cli {
namespace {

Result<Exit> RunCommand(const Options& options) {
  if (const auto* help = std::get_if<HelpOptions>(&options)) {
    const Result<void> written = WriteOutput("", help->text);
    if (!written) return tl::unexpected(written.error());
    return Exit::kAsPromised;
  }
  const Result<Declarations> declarations =
      Declarations::Parse(EmbeddedDeclarations().front().bytes);
  if (!declarations) return tl::unexpected(declarations.error());
  const Host host = ThisHost();
  const std::span<const EmbeddedFile> errors = EmbeddedErrors();
  const World world = {
      .declarations = *declarations,
      .checkers = EmbeddedCheckers(),
      .error_checkers = EmbeddedErrorCheckers(),
      .errors = errors[0].bytes,
      .programs = errors[1].bytes,
      .host = host,
  };
  if (const auto* check = std::get_if<CheckOptions>(&options))
    return RunCheck(world, *check);
  if (const auto* errors_options = std::get_if<ErrorsOptions>(&options))
    return RunErrors(world, *errors_options);
  if (const auto* show = std::get_if<ShowOptions>(&options))
    return RunShow(world, *show);
  return RunTargets(world, std::get<TargetsOptions>(options));
}

Result<Exit> Main(int argc, const char* const* argv) {
  return ParseCommandLine(argc, argv).and_then(RunCommand);
}

}  // namespace
}  // namespace plumbline::cli

int main(int argc, char** argv) {
  return plumbline::cli::RunMain(plumbline::cli::Main, argc, argv);
}
