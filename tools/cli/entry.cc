#include "tools/cli/entry.h"

#include <fcntl.h>
#include <unistd.h>

#include <exception>
#include <string>

#include "tools/cli/descriptor.h"
#include "tools/cli/output.h"

namespace plumbline::cli {
namespace {

// Writing to what was closed still fails.
void OccupyStandardStreams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(stream, F_GETFD) == -1) open("/dev/null", O_RDONLY);
  }
}

}  // namespace

void Complain(std::string_view message) {
  std::string line = "plumbline: ";
  line += message;
  line += '\n';
  // If standard error can't be written to, there is nobody to tell.
  WriteAll(STDERR_FILENO, line);
}

std::optional<Exit> Parse(CLI::App& app, int argc, const char* const* argv) {
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::CallForHelp&) {
    const Result<void> written = WriteOutput("", app.help());
    if (written) return Exit::kAsPromised;
    Complain(written.error().message);
  } catch (const CLI::ParseError& error) {
    Complain(error.what());
  }
  return Exit::kCouldNotWork;
}

int RunMain(Result<Exit> (*command)(int argc, const char* const* argv),
            int argc, const char* const* argv) {
  OccupyStandardStreams();
  try {
    const Result<Exit> exit = command(argc, argv);
    if (exit) return static_cast<int>(*exit);
    Complain(exit.error().message);
  } catch (const std::exception& exception) {
    Complain(fmt::format("internal error: {}", exception.what()));
  }
  return static_cast<int>(Exit::kCouldNotWork);
}

}  // namespace plumbline::cli
